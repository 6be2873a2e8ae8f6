"""Check what is on disk: a release against its sums, schemas and promises; the rest by ``integrity``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from aisi_ingest.model import Issue
from aisi_ingest.publish.check import entity_problems, work_problems
from aisi_ingest.publish.rows import DocumentRows, WorkRows
from aisi_ingest.publish.schema import TABLES, EntityRow
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.verify.root import ledger_problems, log_problems, pointer_problems, raw_problems, stage_problems

_SUM = re.compile(r"([0-9a-f]{64})  (.+)")


def verify(root: Path, release: str | None = None) -> list[Issue]:
    """Everything that does not hold below ``root``: empty if all is well. Each message begins with the file.

    By default all that ``raw/`` and ``processed/`` hold is checked: the bytes of every file, and the rows of
    the latest release. ``release`` narrows it to the raw bytes and one release, by its id.
    """
    processed = root / "processed"
    folder = processed / "latest" if release in (None, "latest") else processed / "releases" / str(release)
    problems = [*raw_problems(root)]
    if release is None:
        for check in (ledger_problems, log_problems, stage_problems, pointer_problems):
            problems += check(root)
        sums: dict[tuple[int, int], str] = {}
        for other in sorted((processed / "releases").glob("[0-9]*")):
            if not (folder.is_dir() and other.samefile(folder)):
                problems += sum_problems(other, sums)
    if folder.is_dir():
        problems += release_problems(folder.resolve())
    else:
        problems.append(f"{folder}: there is no such release")
    return [Issue(stage="verify", level="error", code="damaged", message=each) for each in problems]


def release_problems(release: Path) -> Iterator[str]:
    """What does not hold in a release: sums, schemas, references, offsets, boxes."""
    damaged = list(sum_problems(release))
    yield from damaged
    try:
        yield from row_problems(release)
    except (OSError, UnicodeDecodeError) as error:
        yield f"{release}: cannot be read: {error}"


def sum_problems(release: Path, known: dict[tuple[int, int], str] | None = None) -> Iterator[str]:
    """Files that are missing, changed, or not named in SHA256SUMS.

    ``known`` is filled with the sums of files that several releases share: each is read once.
    """
    sums = f"{release.name}/SHA256SUMS"
    try:
        lines = (release / "SHA256SUMS").read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        yield f"{sums}: cannot be read: {error.strerror}"
        return
    if lines.pop():
        yield f"{sums}: does not end with the end of a line"
    named = set()
    for line in lines:
        match = _SUM.fullmatch(line)
        if not match:
            yield f"{sums}: not a line of sums: {line[:80]!r}"
            continue
        path = match.group(2)
        named.add(path)
        try:
            if _sum_of(release / path, known) != match.group(1):
                yield f"{release.name}/{path}: changed since it was published: its sum is not that in {sums}"
        except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
            reason = error.strerror if isinstance(error, OSError) else str(error)
            yield f"{release.name}/{path}, which {sums} names, cannot be read: {reason}"
    there = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    for path in sorted(there - named - {"SHA256SUMS"}):
        yield f"{release.name}/{path}: not named in {sums}"


def _sum_of(path: Path, known: dict[tuple[int, int], str] | None) -> str:
    """The sum of a file; of one with several names (hard links) as it is known."""
    about = path.stat()
    if known is None or about.st_nlink == 1:
        return sha256_of(path)
    key = (about.st_dev, about.st_ino)
    if key not in known:
        known[key] = sha256_of(path)
    return known[key]


def row_problems(release: Path) -> Iterator[str]:
    """Rows that do not fit their schema, and whatever ``publish`` would have refused to publish."""
    bad: list[str] = []
    works = {table: _ByWork(release, table, bad) for table in TABLES if table != "entities"}
    mentioned: set[str] = set()
    ids: dict[str, None] = {}
    while True:
        # The files are in the same order of works, so one work at a time is enough.
        heads = next(works["documents"], None)
        if heads is None:
            break
        work, documents = heads
        parts = {table: works[table].take(work) for table in works if table != "documents"}
        rows = WorkRows(
            work=work,
            documents=tuple(
                DocumentRows(document=head, **{table: _of(parts[table], head.id) for table in _PARTS})
                for head in documents
            ),
            alignments=tuple(parts["alignments"]),
            findings=tuple(parts["findings"]),
        )
        for head in documents:
            if head.id in ids:
                yield f"{head.id}: the id stands twice"
            ids[head.id] = None
        mentioned |= {m.value for m in parts["mentions"] if m.value is not None and m.label != "DATE"}
        yield from bad
        bad.clear()
        yield from work_problems(rows)
    for table, left in works.items():
        for work, _ in left:
            yield f"{table}.jsonl: rows of {work}, which has no document or stands elsewhere in documents.jsonl"
    entities: list[EntityRow] = [row for row in _rows(release, "entities", bad) if isinstance(row, EntityRow)]
    yield from bad
    yield from entity_problems(entities, mentioned)


_PARTS = ("sections", "blocks", "tables", "mentions")


def _of(rows: list[Any], document: str) -> tuple[Any, ...]:
    return tuple(row for row in rows if row.document == document)


def _rows(release: Path, table: str, bad: list[str]) -> Iterator[Any]:
    decoder = msgspec.json.Decoder(TABLES[table])
    with (release / f"{table}.jsonl").open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                bad.append(f"{table}.jsonl:{number}: {error}")


class _ByWork:
    """Rows of a table, a work at a time."""

    def __init__(self, release: Path, table: str, bad: list[str]) -> None:
        field = {"documents": "id", "alignments": "work", "findings": "work"}.get(table, "document")
        rows = _rows(release, table, bad)
        self._groups = groupby(rows, key=lambda row: getattr(row, field).partition("/")[0])
        self._waiting: tuple[str, list[Any]] | None = None

    def __iter__(self) -> _ByWork:
        return self

    def __next__(self) -> tuple[str, list[Any]]:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            return waiting
        work, rows = next(self._groups)
        return work, list(rows)

    def take(self, work: str) -> list[Any]:
        """The rows of this work if they come next; else none, and they are found left over at the end."""
        try:
            found, rows = next(self)
        except StopIteration:
            return []
        if found == work:
            return rows
        self._waiting = (found, rows)
        return []
