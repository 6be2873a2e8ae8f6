"""Check that the bytes below a root are those that were written: raw files, ledger, log, stage outputs, pointers.

Every file has a checksum: raw bytes in their name, lines of the ledger and the log at their end, stage outputs in their
stamp, and a stamp in itself. ``processed/index.json`` is computed from the releases again and compared. Each function
yields one sentence for each problem, which begins with the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from aisi_ingest.publish import folders
from aisi_ingest.publish.schema import DocumentRow
from aisi_ingest.storage import store
from aisi_ingest.storage.checked import NOTE
from aisi_ingest.storage.files import RootError, checksum_matches, sha256_of
from aisi_ingest.storage.ledger import index_content
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.stated import FILE as STATED

_NAME = re.compile("[0-9a-f]{64}")
_PREFIX_LENGTH = 2  # hex digits of a sha256 that name the folder below raw/
_REPAIR = "aisi-ingest verify --repair"
_REPLACED = "the next run writes it again"


def raw_problems(root: Path) -> Iterator[str]:
    """Check that raw files have the sha256 in their name, and that there are no other files."""
    raw = root / "raw"
    for path in sorted(raw.glob("*/*")):
        if path.parent.name in ("incoming", "damaged", "unknown"):
            continue  # downloads in progress, and what was moved aside
        if not _NAME.fullmatch(path.name) or path.parent.name != path.name[:_PREFIX_LENGTH]:
            yield f"{path}: its name is not the sha256 of fetched bytes in the folder of its first two digits"
        elif (found := sha256_of(path)) != path.name:
            yield f"{path}: the bytes have the sum {found}, so they are not what was fetched"


def ledger_problems(root: Path) -> Iterator[str]:
    """Check that the lines of the ledger are as they were written, and that the bytes of all receipts exist."""
    path = root / "raw" / "receipts.jsonl"
    if path.exists() and not path.is_file():
        yield f"{path}: is not a regular file; remove it, then restore it from a backup or run {_REPAIR}"
        return
    decoder = msgspec.json.Decoder(Receipt)
    first_line: dict[str, int] = {}  # sha256 to the number of the first line with it
    for number, line, problem in _lines(path, decoder.decode):
        if problem:
            yield f"{path}:{number}: {problem}"
        elif line.sha256:
            first_line.setdefault(line.sha256, number)
    raw = store.Store(root)
    for sha256, number in first_line.items():
        if not raw.path(sha256).exists():
            yield f"{path}:{number}: the bytes {sha256} are not in {raw.path(sha256).parent}"
    for file in sorted((root / "raw").glob("[0-9a-f][0-9a-f]/*")):
        if file.name not in first_line and _NAME.fullmatch(file.name):
            yield f"{file}: has no receipt in {path.name}; restore that file from a backup, or run {_REPAIR}"
    for sha256, document in _published(root / "processed" / "latest"):
        if sha256 not in first_line:
            yield f"{path}: has no receipt of the published {document}; restore it from a backup, or run {_REPAIR}"
    note = path.with_suffix(".index")
    if note.exists() and index_content(note) is None:
        yield f"{note}: the bytes do not have their sum; remove the file, it is made again from {path.name}"


def _published(release: Path) -> Iterator[tuple[str, str]]:
    """Yield sha256 and id of each document of a release, of the rows that can be read."""
    path = release / "documents.jsonl"
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            row = msgspec.json.decode(line, type=DocumentRow)
            yield row.source.sha256, row.id


def log_problems(root: Path) -> Iterator[str]:
    """Check that the lines of the log and of the report of the last run are as they were written."""
    for note in (root / "raw" / NOTE, root / "processed" / NOTE, root / "processed" / "failures.json"):
        if note.is_file() and checksum_matches(note.read_bytes()) is not True:
            yield f"{note}: the bytes do not have their sum; {_REPLACED}"
    stated = root / "raw" / STATED
    if stated.is_file() and checksum_matches(stated.read_bytes()) is not True:
        yield f"{stated}: the bytes do not have their sum; restore a backup, or remove it and add the files again"
    for path in (root / "processed" / "log.jsonl", root / "processed" / "run.json"):
        for number, _, problem in _lines(path, msgspec.json.decode):
            if problem:
                yield f"{path}:{number}: {problem}"


def _lines(path: Path, decode: Callable[[bytes], Any]) -> Iterator[tuple[int, Any, str | None]]:
    """Yield number, value and problem of each line; the value is None where there is a problem."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            has_its_sum = checksum_matches(line[:-1])
            if not line.endswith(b"\n"):
                yield number, None, "the line is incomplete or its end is damaged; the next run removes it"
            elif has_its_sum is not True:
                yield number, None, "the line has no sum" if has_its_sum is None else "the bytes do not have their sum"
            else:
                try:
                    yield number, decode(line), None
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    yield number, None, str(error)


def stage_problems(root: Path) -> Iterator[str]:
    """Check that stage outputs and stamps are as they were written. The next run replaces damaged ones."""
    for path in sorted((root / "processed" / "stages").rglob("*")):
        if not path.is_file() or path.name.startswith("."):  # a file in progress
            continue
        if path.name.endswith(store.STAMP):
            output = path.with_name(path.name.removesuffix(store.STAMP))
            stamp = store.read_stamp(output)
            if stamp is None:
                yield f"{path}: the bytes do not have their sum; {_REPLACED}"
            elif output.parent.parent.name == "extract" and stamp.inputs != (output.stem,):
                yield f"{path}: belongs to other bytes than {output.name}; {_REPLACED}"
        elif store.is_intact(path) is False:
            yield f"{path}: the bytes do not have the sum in its stamp; {_REPLACED}"


def pointer_problems(root: Path) -> Iterator[str]:
    """Check that ``latest``, its stamp and ``index.json`` match the releases."""
    processed = root / "processed"
    try:
        folders.check_latest(processed)
    except RootError as error:
        yield str(error)
        return
    latest, index = processed / "latest", processed / "index.json"
    stamp = store.stamp_path(latest)
    if stamp.exists() and store.read_stamp(latest) is None:
        yield f"{stamp}: the bytes do not have their sum; {_REPLACED}"
    elif stamp.exists() and store.is_intact(latest) is False:
        yield f"{latest}/SHA256SUMS: its sum is not that in {stamp}"
    if not (processed / "releases").is_dir():
        return
    try:
        content = index.read_bytes()
        values = msgspec.json.decode(content, type=dict[str, Any])
    except OSError as error:
        yield f"{index}: cannot be read: {error.strerror}"
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield f"{index}: {error}"
    else:
        result = values.get("result")
        if result not in ("success", "failure") or folders.index(processed, result == "success") != content:
            yield f"{index}: does not list what is in {processed / 'releases'}; the next release writes it again"
