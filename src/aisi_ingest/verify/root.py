"""Whether the bytes below a root are those that were written: raw files, ledger, log, stage outputs, pointers.

Every file carries a sum somewhere: raw bytes in their name, lines of the ledger and the log at their end,
stage outputs in their stamp, a stamp in itself. ``processed/index.json`` is made from the releases, so it is
made again and compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from aisi_ingest.model import Receipt
from aisi_ingest.publish import folders
from aisi_ingest.storage import store
from aisi_ingest.storage.files import checksum_matches, sha256_of
from aisi_ingest.storage.ledger import index_content

_NAME = re.compile("[0-9a-f]{64}")


def raw_problems(root: Path) -> Iterator[str]:
    """Raw bytes that do not have the sum that their name says, and files that are none."""
    raw = root / "raw"
    for path in sorted(raw.glob("*/*")):
        if path.parent.name == "incoming":
            continue  # downloads that are under way
        if not _NAME.fullmatch(path.name) or path.parent.name != path.name[:2]:
            yield f"{path}: its name is not the sum of bytes that were fetched"
        elif (found := sha256_of(path)) != path.name:
            yield f"{path}: the bytes have the sum {found}, so they are not what was fetched"


def ledger_problems(root: Path) -> Iterator[str]:
    """Lines that are not as they were written, and bytes that a receipt tells of and nobody has."""
    path = root / "raw" / "receipts.jsonl"
    decoder = msgspec.json.Decoder(Receipt)
    told: dict[str, int] = {}
    for number, line, problem in _lines(path, decoder.decode):
        if problem:
            yield f"{path}:{number}: {problem}"
        elif line.sha256:
            told.setdefault(line.sha256, number)
    place = store.Store(root)
    for sha256, number in told.items():
        if not place.path(sha256).exists():
            yield f"{path}:{number}: the bytes {sha256} are not in {place.path(sha256).parent}"
    note = path.with_suffix(".index")
    if note.exists() and index_content(note) is None:
        yield f"{note}: the bytes do not have their sum; remove the file, it is made again from {path.name}"


def log_problems(root: Path) -> Iterator[str]:
    """Lines of the log, and of what the last run said of itself, that are not as they were written."""
    for path in (root / "processed" / "log.jsonl", root / "processed" / "run.json"):
        for number, _, problem in _lines(path, msgspec.json.decode):
            if problem:
                yield f"{path}:{number}: {problem}"


def _lines(path: Path, decode: Callable[[bytes], Any]) -> Iterator[tuple[int, Any, str | None]]:
    """Number, value and problem of each line."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            sound = checksum_matches(line[:-1])
            if not line.endswith(b"\n"):
                yield number, None, "the line is torn off or its end is damaged; the next run cuts it away"
            elif sound is not True:
                yield number, None, "the line has no sum" if sound is None else "the bytes do not have their sum"
            else:
                try:
                    yield number, decode(line), None
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    yield number, None, str(error)


def stage_problems(root: Path) -> Iterator[str]:
    """Stage outputs and stamps that are not as they were written. The next run makes them anew."""
    again = "the next run makes it anew"
    for path in sorted((root / "processed" / "stages").rglob("*")):
        if not path.is_file() or path.name.startswith("."):  # a file that is being written
            continue
        if path.name.endswith(store.STAMP):
            output = path.with_name(path.name.removesuffix(store.STAMP))
            stamp = store.read_stamp(output)
            if stamp is None:
                yield f"{path}: the bytes do not have their sum; {again}"
            elif output.parent.parent.name == "extract" and stamp.inputs != (output.stem,):
                yield f"{path}: is of other bytes than {output.name}; {again}"
        elif store.is_intact(path) is False:
            yield f"{path}: the bytes do not have the sum that its stamp says; {again}"


def pointer_problems(root: Path) -> Iterator[str]:
    """``latest``, its stamp and ``index.json`` where they do not fit the releases."""
    processed = root / "processed"
    latest, index = processed / "latest", processed / "index.json"
    stamp = store.stamp_path(latest)
    if stamp.exists() and store.read_stamp(latest) is None:
        yield f"{stamp}: the bytes do not have their sum; the next run makes it anew"
    elif stamp.exists() and store.is_intact(latest) is False:
        yield f"{latest}/SHA256SUMS: its sum is not that in {stamp}"
    if not (processed / "releases").is_dir():
        return
    try:
        content = index.read_bytes()
        said = msgspec.json.decode(content, type=dict[str, Any])
    except OSError as error:
        yield f"{index}: cannot be read: {error.strerror}"
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield f"{index}: {error}"
    else:
        result = said.get("result")
        if result not in ("success", "failure") or folders.index(processed, result == "success") != content:
            yield f"{index}: does not say what is in {processed / 'releases'}; the next publishing writes it anew"
