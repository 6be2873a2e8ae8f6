"""Change the sample files along their grammar, then read and tag them and run the checks of publishing.

Each file is read in a worker of the sandbox, as in a run: a crash of PDFium ends a worker, not the fuzzer.
"""

from __future__ import annotations

import base64
import io
import random
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from aisi_ingest import registry, tagging
from aisi_ingest.extract import reader
from aisi_ingest.sandbox.limits import Limits
from aisi_ingest.sandbox.pool import LimitExceeded, Sandbox
from aisi_ingest.sandbox.tasks import task
from fuzz import targets

FILES = sorted((Path(__file__).parents[1] / "samples" / "site" / "pdf").glob("sample_*.*"))
# Half a minute of processor time and 2 GiB: an input that comes near the limits of a run is a finding.
LIMITS = Limits(wall_seconds=60, cpu_seconds=30, address_space=2 << 30)

_OBJECT = re.compile(rb"\d+ 0 obj.*?endobj\s*", re.DOTALL)
_STREAM = re.compile(rb"(?<=stream\n)(.*?)(?=\n?endstream)", re.DOTALL)
_NUMBERS = (b"0", b"-1", b"1", b"65536", b"2147483648", b"-2147483649", b"1e30", b"0.0000001", b"99999999999", b"nan")
_NAMES = (b"/Pages", b"/Page", b"/Font", b"/XObject", b"/Contents", b"/Kids", b"/Type0", b"/Identity-H", b"/Length")
_OPERATORS = (
    b"q",
    b"Q",
    b"cm",
    b"BT",
    b"ET",
    b"Tf",
    b"Td",
    b"Tm",
    b"Tj",
    b"TJ",
    b"re",
    b"f",
    b"Do",
    b"W n",
    b"Tr",
    b"gs",
)


def changed(chance: random.Random) -> tuple[str, bytes]:
    """Return the name of a sample file and its bytes with one to four changes."""
    path = chance.choice(FILES)
    content = path.read_bytes()
    for _ in range(chance.randint(1, 4)):
        content = _pdf(chance, content) if path.suffix == ".pdf" else _pptx(chance, content)
    return path.name, content


def _pdf(chance: random.Random, content: bytes) -> bytes:
    what = chance.randrange(7)
    if what == 0:
        return _bytes(chance, content)
    if what == 1:  # numbers outside of streams: lengths, references, boxes, the table of offsets
        return _replaced(chance, content, rb"-?\b\d+(?:\.\d+)?\b", _NUMBERS)
    if what == 2:
        return _replaced(chance, content, rb"/[A-Z][A-Za-z0-9]+", _NAMES)
    objects = list(_OBJECT.finditer(content))
    if what in (3, 4) and len(objects) > 1:  # replace an object by another, or remove it
        gone, other = chance.sample(objects, 2)
        put = other[0] if what == 3 else b""
        return content[: gone.start()] + put + content[gone.end() :]
    streams = list(_STREAM.finditer(content))
    if not streams:
        return _bytes(chance, content)
    stream = chance.choice(streams)
    return content[: stream.start()] + _stream(chance, stream[0]) + content[stream.end() :]


def _stream(chance: random.Random, packed: bytes) -> bytes:
    """Unpack the content of a page, change it and pack it again."""
    ascii85 = packed.rstrip().endswith(b"~>")
    try:
        plain = zlib.decompress(base64.a85decode(packed.strip().removesuffix(b"~>")) if ascii85 else packed)
    except (ValueError, zlib.error):
        return _bytes(chance, packed)
    for _ in range(chance.randint(1, 6)):
        pattern, words = chance.choice(((rb"-?\b\d+(?:\.\d+)?\b", _NUMBERS), (rb"\b[A-Za-z]{1,2}\b", _OPERATORS)))
        plain = _replaced(chance, plain, pattern, words)
    if chance.random() < 0.1:
        plain *= chance.choice((2, 50))
    again = zlib.compress(plain)
    return base64.a85encode(again) + b"~>" if ascii85 else again


def _pptx(chance: random.Random, content: bytes) -> bytes:
    if chance.random() < 0.1:
        return _bytes(chance, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # damaged beyond what zipfile can read, in any way
        return _bytes(chance, content)
    names = [name for name in parts if name.endswith((".xml", ".rels"))] or list(parts)
    name = chance.choice(names)
    if chance.random() < 0.7:
        slides = [each for each in names if "slide" in each]
        name = chance.choice(slides or names)
    what, part = chance.randrange(6), parts[name]
    if what == 0:
        parts[name] = _bytes(chance, part)
    elif what == 1:
        parts[name] = _replaced(chance, part, rb'(?<=")-?\d+(?=")', _NUMBERS)
    elif what == 2:  # repeat an element twice or many times
        found = list(re.finditer(rb"<(p:sp|p:graphicFrame|a:p|a:tc|a:tr|p:grpSp)\b.*?</\1>", part, re.DOTALL))
        if found:
            one = chance.choice(found)
            parts[name] = part[: one.start()] + one[0] * chance.choice((2, 30)) + part[one.end() :]
    elif what == 3:
        parts[name] = _replaced(
            chance, part, rb"</?[ap]:\w+", [b"<a:p", b"<a:tc", b"</a:t", b"<p:sp", b"<p:pic", b"<a:tbl"]
        )
    elif what == 4:
        del parts[name]
    else:
        parts[name] = _replaced(
            chance, part, rb'(?<=")[^"<]{1,40}(?=")', [each.encode() for each in names[:20]] + [b"../.."]
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in parts.items():
            archive.writestr(each, data)
    return out.getvalue()


def _replaced(chance: random.Random, content: bytes, pattern: bytes, words: Sequence[bytes]) -> bytes:
    found = list(re.finditer(pattern, content))
    if not found:
        return content
    one = chance.choice(found)
    return content[: one.start()] + chance.choice(words) + content[one.end() :]


def _bytes(chance: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if not data:
            break
        at = chance.randrange(len(data))
        what = chance.randrange(4)
        if what == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            del data[at : at + chance.randint(1, 64)]
        elif what == 2:
            data[at:at] = data[at : at + chance.randint(1, 64)]
        else:
            data[at] = chance.randrange(256)
    return bytes(data)


@task
def read(path: str) -> str:
    """Read a file in the worker and return the outcome in one word. An error of our code is raised."""
    result = reader.read(Path(path), ocr=False)
    if result.value is None:
        return result.issues[-1].code
    targets.publishable(result.value)
    blocks = {block.id: block.text for block in result.value.blocks}
    mentions = tagging.tag(result.value, registry.load(), date=None, publisher=None)
    for mention in mentions.value or ():
        assert blocks[mention.block][mention.start : mention.end] == mention.text
    return "published"


def outcome(box: Sandbox, path: Path) -> tuple[str, str]:
    """Return the outcome of a file in one word, and the failure, or an empty string."""
    try:
        with box.session(path) as session:
            return session.call(read, str(path)), ""
    except LimitExceeded as stopped:
        return stopped.code, str(stopped)
    except Exception as fault:
        return "fault", f"{type(fault).__name__}: {fault}"
