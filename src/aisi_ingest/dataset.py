"""A published release as typed objects and as Arrow tables, read when asked for."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from aisi_ingest.model import Lang, Release, Unit
from aisi_ingest.publish.schema import (
    TABLES,
    AlignmentRow,
    BlockRow,
    DocumentRow,
    EntityRow,
    FindingRow,
    MentionRow,
    SectionRow,
    TableRow,
)
from aisi_ingest.publish.tmx import bead_text

R = TypeVar("R", bound=Struct)


class ReleaseDamaged(Exception):
    """A release that does not hold what it promises. ``problems`` says what, a sentence each."""

    def __init__(self, release: Path, problems: list[str]) -> None:
        super().__init__(f"{release}: {problems[0]}" + (f" (and {len(problems) - 1} more)" if problems[1:] else ""))
        self.problems = problems


class Pair(Struct, frozen=True):
    """What says the same in both languages. One side is empty where it has no counterpart."""

    ja: str
    en: str
    score: float
    bead: AlignmentRow


class LoadedDocument:
    """One document of a release. Its rows are read on first use."""

    def __init__(self, dataset: Dataset, row: DocumentRow) -> None:
        self.row = row
        self._dataset = dataset

    def __repr__(self) -> str:
        return f"<LoadedDocument {self.row.id} {self.row.title!r}>"

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def title(self) -> str:
        return self.row.title

    @property
    def lang(self) -> Lang:
        return self.row.lang

    @property
    def sections(self) -> tuple[SectionRow, ...]:
        """Sections in reading order."""
        return self._dataset._of("sections", self.row.id, SectionRow)

    @property
    def blocks(self) -> tuple[BlockRow, ...]:
        """Blocks in reading order, with furniture and hidden text."""
        return self._dataset._of("blocks", self.row.id, BlockRow)

    @property
    def tables(self) -> tuple[TableRow, ...]:
        return self._dataset._of("tables", self.row.id, TableRow)

    @property
    def mentions(self) -> tuple[MentionRow, ...]:
        """Mentions in reading order."""
        return self._dataset._of("mentions", self.row.id, MentionRow)

    def under(self, section: SectionRow) -> tuple[BlockRow, ...]:
        """The blocks of one section, without those of the sections in it."""
        return tuple(block for block in self.blocks if block.section == section.id)

    @property
    def text(self) -> str:
        """What a reader reads: a block a line, without furniture, hidden text and speaker's notes."""
        return "\n".join(b.text for b in self.blocks if not b.hidden and b.kind not in ("furniture", "note"))


class Dataset:
    """A release. While it is open, ``prune`` leaves its folder alone; close it or use it in ``with``."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self.id = folder.name
        self._lock: int | None = os.open(folder, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        self._kept: dict[str, dict[str, list[Any]]] = {}
        self._said: dict[str, dict[str, str]] = {}

    def __repr__(self) -> str:
        return f"<Dataset {self.id}>"

    def __enter__(self) -> Dataset:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @cached_property
    def documents(self) -> tuple[LoadedDocument, ...]:
        return tuple(LoadedDocument(self, row) for row in self.rows("documents", DocumentRow))

    def document(self, wanted: str) -> LoadedDocument:
        """The document with this id, or KeyError."""
        return self._by_id[wanted]

    @cached_property
    def _by_id(self) -> Mapping[str, LoadedDocument]:
        return {document.id: document for document in self.documents}

    @cached_property
    def entities(self) -> Mapping[str, EntityRow]:
        """Entities by id."""
        return {row.id: row for row in self.rows("entities", EntityRow)}

    @cached_property
    def findings(self) -> tuple[FindingRow, ...]:
        return tuple(self.rows("findings", FindingRow))

    def pairs(self, unit: Unit = "block") -> Iterator[Pair]:
        """Beads of a unit as text; those with an empty side are among them."""
        for bead in self.rows("alignments", AlignmentRow):
            if bead.unit == unit:
                yield Pair(ja=self._says(bead, "ja"), en=self._says(bead, "en"), score=bead.score, bead=bead)

    def arrow(self, table: str, columns: list[str] | None = None) -> Any:
        """A ``pyarrow.Table``, memory-mapped from Parquet. ``columns`` reads only these."""
        import pyarrow.parquet as pq

        return pq.read_table(self.path / "parquet" / f"{_known(table)}.parquet", columns=columns, memory_map=True)

    def rows(self, table: str, kind: type[R]) -> Iterator[R]:
        """The rows of a table, one after the other from disk."""
        decoder = msgspec.json.Decoder(kind)
        with (self.path / f"{_known(table)}.jsonl").open("rb") as file:
            for line in file:
                yield decoder.decode(line)

    def _of(self, table: str, document: str, kind: type[R]) -> tuple[R, ...]:
        if table not in self._kept:
            grouped: dict[str, list[Any]] = {}
            for row in self.rows(table, kind):
                grouped.setdefault(row.document, []).append(row)  # type: ignore[attr-defined]  # all four have it
            self._kept[table] = grouped
        return tuple(self._kept[table].get(document, ()))

    def _says(self, bead: AlignmentRow, lang: Lang) -> str:
        return bead_text(bead, lang, self._texts(bead.ja_document if lang == "ja" else bead.en_document))

    def _texts(self, document: str) -> Mapping[str, str]:
        """Texts of blocks and titles of sections by id. Of the last few documents, so that memory stays bounded."""
        if document not in self._said:
            held = self.document(document)
            while len(self._said) >= 4:
                self._said.pop(next(iter(self._said)))
            self._said[document] = {b.id: b.text for b in held.blocks} | {s.id: s.title for s in held.sections}
        return self._said[document]


def load(where: str | Path | Release = ".", *, verify: bool = False) -> Dataset:
    """Open a release: a ``Release``, its folder, or a folder with ``processed/`` or ``latest`` in it.

    ``verify`` checks sums, schemas, references, offsets and boxes first, and raises ReleaseDamaged.
    Raises FileNotFoundError where there is no release.
    """
    folder = _find(Path(where.path if isinstance(where, Release) else where))
    dataset = Dataset(folder)
    if verify:
        from aisi_ingest.verify.release import release_problems

        problems = list(release_problems(folder))
        if problems:
            dataset.close()
            raise ReleaseDamaged(folder, problems)
    return dataset


def _find(where: Path) -> Path:
    for candidate in (where, where / "latest", where / "processed" / "latest"):
        if (candidate / "datapackage.json").is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"{where}: there is no release here; begin with aisi-ingest run or add")


def _known(table: str) -> str:
    if table not in TABLES:
        raise KeyError(f"no table {table!r}; there are {', '.join(TABLES)}")
    return table
