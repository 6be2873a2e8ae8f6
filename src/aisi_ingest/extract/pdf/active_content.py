"""Find scripts, launch actions, embedded files and optional content in the bytes of a PDF. Nothing is run."""

from __future__ import annotations

import mmap
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

# Names in a PDF that stand for content which runs, starts or sends something (ISO 32000-1, 12.6.4 and 7.11).
# Each name maps to the word that is reported, and to patterns that the bytes before and after it must match.
# Links to web addresses are not active content.
_ACTION, _SUBTYPE = rb"/S\s*$", rb"/Subtype\s*$"
_ACTIVE: dict[bytes, tuple[str, bytes, bytes]] = {
    b"JavaScript": ("javascript", b"", b""),
    b"JS": ("javascript", b"", rb"\s*(?:[(<]|\d+\s+\d+\s+R)"),
    b"Launch": ("launch", _ACTION, b""),
    b"EmbeddedFile": ("embedded_file", b"", b""),
    b"EmbeddedFiles": ("embedded_file", b"", b""),
    b"GoToR": ("external_reference", _ACTION, b""),
    b"GoToE": ("external_reference", _ACTION, b""),
    b"ImportData": ("external_reference", _ACTION, b""),
    b"SubmitForm": ("submit_form", _ACTION, b""),
    b"RichMedia": ("rich_media", _SUBTYPE, b""),
    b"Movie": ("rich_media", _SUBTYPE, b""),
    b"Sound": ("rich_media", _SUBTYPE, b""),
    # Layers matter only if one is off: because a list names it, by default, or in the view state.
    b"OFF": ("layers", rb"/(?:Base|View)State\s*$", b""),
    b"Unchanged": ("layers", rb"/BaseState\s*$", b""),
}

# Names may contain escapes ("/J#61vaScript"), which is a way to hide them.
_NAME = re.compile(rb"/(?:(?:%s)(?![A-Za-z0-9])|[A-Za-z]*#[4-7][0-9A-Fa-f][A-Za-z0-9#]*)" % b"|".join(_ACTIVE))

_OFF_LIST = re.compile(rb"\s*\[\s*\d|\s+\d+\s+\d+\s+R")

_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")

_BYTES_BEFORE, _BYTES_AFTER = 20, 40  # context that the patterns of _ACTIVE see
_STREAM_WITHIN = 1000  # bytes from an object stream's type to the keyword "stream"
_MAX_UNPACKED = 64 << 20  # bytes of all object streams together; more is a decompression bomb
_CHUNK = 65536  # bytes unpacked in one step


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the bytes of a file contain, whether or not a page uses it."""

    active_content: tuple[str, ...]  # words of _ACTIVE, sorted
    patterned: bool  # patterns without colours of their own are in the file
    layered: bool  # some layer is off, or may be: the names in an encrypted file cannot be read


def inspect(path: str | Path) -> Inspection:
    """Search a file's bytes and its packed objects for active content and for layers that are off.

    Args:
        path: The PDF file.

    Returns:
        What was found. An empty file contains nothing.
    """
    with open(path, "rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (ValueError, OSError):  # an empty file cannot be mapped
            return Inspection((), False, False)
        with data:
            found, layered = _find_names(data)
            encrypted = data.find(b"/Encrypt") >= 0
            unpacked = 0
            for match in _OBJECT_STREAM.finditer(data):
                if encrypted:
                    layered = True
                    break
                start = data.find(b"stream", match.end(), match.end() + _STREAM_WITHIN)
                if start < 0:
                    continue
                start += len(b"stream")
                while data[start : start + 1] in (b"\r", b"\n"):
                    start += 1
                part = _unpack(data, start, _MAX_UNPACKED - unpacked)
                unpacked += len(part)
                names, some_layers = _find_names(part)
                found |= names
                layered |= some_layers
    return Inspection(tuple(sorted(found)), False, layered)


def _unpack(data: mmap.mmap, start: int, limit: int) -> bytes:
    """Unpack the deflated stream at ``start``, at most ``limit`` bytes; damage ends it early."""
    unpacker, out = zlib.decompressobj(), bytearray()
    while not unpacker.eof and len(out) < limit and start < len(data):
        try:
            out += unpacker.decompress(data[start : start + _CHUNK], limit - len(out))
        except zlib.error:
            break
        start += _CHUNK
        if unpacker.unconsumed_tail:
            break
    return bytes(out)


def _find_names(data: mmap.mmap | bytes) -> tuple[set[str], bool]:
    """Return the words of active content in ``data``, and whether a layer is off."""
    found: set[str] = set()
    for match in _NAME.finditer(data):
        name = _ESCAPED.sub(lambda escape: bytes([int(escape[1], 16)]), match.group()[1:])
        if name not in _ACTIVE:
            continue
        word, before, after = _ACTIVE[name]
        following = bytes(data[match.end() : match.end() + _BYTES_AFTER])
        if name == b"OFF" and _OFF_LIST.match(following):
            found.add(word)
            continue
        preceding = bytes(data[max(0, match.start() - _BYTES_BEFORE) : match.start()])
        if re.search(before, preceding) and re.match(after, following):
            found.add(word)
    layered = "layers" in found
    return found - {"layers"}, layered
