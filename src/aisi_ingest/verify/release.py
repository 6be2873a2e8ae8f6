"""Check a release on disk against its checksums, its schemas and the promises of ``publish``.

``verify`` also checks everything else below a root, by ``aisi_ingest.verify.root``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from aisi_ingest.model import Issue
from aisi_ingest.publish.check import EvidenceCheck, entity_problems, work_problems
from aisi_ingest.publish.rows import WORK_TABLES, DocumentRows, WorkRows
from aisi_ingest.publish.schema import SHARED_TABLES, TABLES, DocumentRow, EntityRow
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.release_files import SIGNATURE, SUMS
from aisi_ingest.verify.root import ledger_problems, log_problems, pointer_problems, raw_problems, stage_problems

_SUM_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_SHOWN_LENGTH = 80  # characters of an invalid line in a message
_DOCUMENT_TABLES = ("sections", "blocks", "tables", "mentions")  # tables whose rows belong to one document
_WORK_FIELDS = {"documents": "id"} | dict.fromkeys(WORK_TABLES, "work")  # field that begins with the work

Digests = dict[tuple[int, int], str]  # device and inode of a file to its sha256


def verify(root: Path, release: str | None = None) -> list[Issue]:
    """Check the files below a root.

    Args:
        root: The root folder.
        release: Id of a release, or "latest". Only the raw bytes and this release are then checked. By default
            everything in ``raw/`` and ``processed/`` is: the bytes of every file, and the rows of the latest release.

    Returns:
        One issue for each problem; none where everything is as it was written. Each message begins with the file.
    """
    processed = root / "processed"
    folder = processed / "latest" if release in (None, "latest") else processed / "releases" / str(release)
    problems = [*raw_problems(root)]
    if release is None:
        for check in (ledger_problems, log_problems, stage_problems, pointer_problems):
            problems += check(root)
        digests: Digests = {}
        for other in sorted((processed / "releases").glob("[0-9]*")):
            if not (folder.is_dir() and other.samefile(folder)):
                problems += sum_problems(other, digests)
    if folder.is_dir():
        problems += release_problems(folder.resolve())
    else:
        problems.append(f"{folder}: there is no such release")
    return [Issue(stage="verify", level="error", code="damaged", message=each) for each in problems]


def release_problems(release: Path) -> Iterator[str]:
    """Check one release: checksums, schemas, references, offsets, boxes."""
    yield from sum_problems(release)
    try:
        yield from row_problems(release)
    except (OSError, UnicodeDecodeError) as error:
        yield f"{release}: cannot be read: {error}"


def sum_problems(release: Path, known: Digests | None = None) -> Iterator[str]:
    """Check for files that are missing, changed, or not named in SHA256SUMS.

    Args:
        release: The folder of the release.
        known: Digests of files that several releases share by hard links, so that each is read once. New ones are
            added.
    """
    sums = f"{release.name}/SHA256SUMS"
    try:
        lines = (release / "SHA256SUMS").read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        yield f"{sums}: cannot be read: {error.strerror}"
        return
    if lines.pop():
        yield f"{sums}: the last line has no line break"
    named = set()
    for line in lines:
        match = _SUM_LINE.fullmatch(line)
        if not match:
            yield f"{sums}: not a checksum and a file name: {line[:_SHOWN_LENGTH]!r}"
            continue
        path = match.group(2)
        named.add(path)
        try:
            if _digest_of(release / path, known) != match.group(1):
                yield f"{release.name}/{path}: changed since it was published: its sum is not that in {sums}"
        except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
            reason = error.strerror if isinstance(error, OSError) else str(error)
            yield f"{release.name}/{path}, which {sums} names, cannot be read: {reason}"
    files = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    for path in sorted(files - named - {SUMS, SIGNATURE}):
        yield f"{release.name}/{path}: not named in {sums}"


def _digest_of(path: Path, known: Digests | None) -> str:
    """Return the sha256 of a file. A file with several names (hard links) is read once."""
    status = path.stat()
    if known is None or status.st_nlink == 1:
        return sha256_of(path)
    key = (status.st_dev, status.st_ino)
    if key not in known:
        known[key] = sha256_of(path)
    return known[key]


def row_problems(release: Path) -> Iterator[str]:
    """Check the rows: those that do not fit their schema, and whatever ``publish`` would have refused.

    The files have the works in the same order, so that only one work at a time is in memory.
    """
    invalid: list[str] = []
    readers = {table: _WorkReader(release, table, invalid) for table in TABLES if table not in SHARED_TABLES}
    facts = [row for table in ("events", "relations") for row in _rows(release, table, invalid)]
    evidence = EvidenceCheck(facts)
    mentioned: set[str] = set()
    ids: set[str] = set()
    for work, heads in readers["documents"]:
        parts = {table: readers[table].take(work) for table in readers if table != "documents"}
        for head in heads:
            if head.id in ids:
                yield f"{head.id}: the id is used twice"
            ids.add(head.id)
        mentioned |= {m.value for m in parts["mentions"] if m.value is not None and m.label != "DATE"}
        yield from invalid
        invalid.clear()
        rows = _work_rows(work, heads, parts)
        yield from work_problems(rows)
        yield from evidence.problems(rows)
    for table, reader in readers.items():
        for work, _ in reader:
            yield f"{table}.jsonl: rows of {work}, which is not in documents.jsonl or has another place there"
    entities: list[EntityRow] = [row for row in _rows(release, "entities", invalid) if isinstance(row, EntityRow)]
    yield from invalid
    yield from evidence.unplaced()
    yield from entity_problems(entities, mentioned)


def _work_rows(work: str, heads: list[DocumentRow], parts: dict[str, list[Any]]) -> WorkRows:
    documents = []
    for head in heads:
        own: dict[str, Any] = {
            table: tuple(row for row in parts[table] if row.document == head.id) for table in _DOCUMENT_TABLES
        }
        documents.append(DocumentRows(document=head, **own))
    tables: dict[str, Any] = {table: tuple(parts[table]) for table in WORK_TABLES}
    return WorkRows(work=work, documents=tuple(documents), **tables)


def _rows(release: Path, table: str, invalid: list[str]) -> Iterator[Any]:
    """Yield the valid rows of a table, and add a message to ``invalid`` for each of the others."""
    decoder = msgspec.json.Decoder(TABLES[table])
    with (release / f"{table}.jsonl").open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                invalid.append(f"{table}.jsonl:{number}: {error}")


class _WorkReader:
    """Iterates over the rows of a table, one work at a time."""

    def __init__(self, release: Path, table: str, invalid: list[str]) -> None:
        field = _WORK_FIELDS.get(table, "document")
        rows = _rows(release, table, invalid)
        self._groups = groupby(rows, key=lambda row: getattr(row, field).partition("/")[0])
        self._next: tuple[str, list[Any]] | None = None  # a group that was read and not taken

    def __iter__(self) -> _WorkReader:
        return self

    def __next__(self) -> tuple[str, list[Any]]:
        if self._next is not None:
            group, self._next = self._next, None
            return group
        work, rows = next(self._groups)
        return work, list(rows)

    def take(self, work: str) -> list[Any]:
        """Return the rows of a work if they are the next group, else none. Groups not taken are found at the end."""
        try:
            found, rows = next(self)
        except StopIteration:
            return []
        if found == work:
            return rows
        self._next = (found, rows)
        return []
