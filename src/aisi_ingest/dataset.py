"""A published release as typed objects and as Arrow tables. Rows are read on first use."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from aisi_ingest.model import Bead, Block, Lang, Unit
from aisi_ingest.publish import labelled_text
from aisi_ingest.publish.chunks import CHUNK_SIZE, chunk_rows
from aisi_ingest.publish.publication import Release
from aisi_ingest.publish.rows import DocumentRows
from aisi_ingest.publish.schema import (
    TABLES,
    AlignmentRow,
    BitextRow,
    BlockRow,
    ChunkRow,
    DocumentRow,
    EditionChangeRow,
    EntityRow,
    EventRow,
    FindingRow,
    MentionRow,
    RelationRow,
    SectionRow,
    TableRow,
)
from aisi_ingest.publish.tmx import bead_text
from aisi_ingest.retrieval.citation import Citation, citation
from aisi_ingest.retrieval.search import Hit, search

if TYPE_CHECKING:
    from spacy.tokens import DocBin

R = TypeVar("R", bound=Struct)
B = TypeVar("B", AlignmentRow, Bead)

_CACHED_DOCUMENTS = 4  # documents whose texts ``Dataset.pairs`` holds: two languages of a PDF and a PPTX


class ReleaseDamaged(Exception):
    """A release is damaged. ``problems`` lists what is wrong, one sentence each."""

    def __init__(self, release: Path, problems: list[str]) -> None:
        super().__init__(f"{release}: {problems[0]}" + (f" (and {len(problems) - 1} more)" if problems[1:] else ""))
        self.problems = problems


class Pair(Struct, Generic[B], frozen=True):
    """Two texts with the same content. One of them is empty if it has no counterpart."""

    ja: str
    en: str
    score: float  # 0 to 1; 0 if one side is empty
    bead: B  # ids of the aligned units, and the evidence


class LoadedDocument:
    """One document of a release. Its rows are read on first use."""

    def __init__(self, dataset: Dataset, row: DocumentRow) -> None:
        self.row = row
        self._dataset = dataset

    def __repr__(self) -> str:
        return f"<LoadedDocument {self.row.id} {self.row.title!r}>"

    @property
    def id(self) -> str:
        """The id: ``<work>/<edition>/<lang>``."""
        return self.row.id

    @property
    def title(self) -> str:
        """The title on the first page."""
        return self.row.title

    @property
    def lang(self) -> Lang:
        """The language of most of the text."""
        return self.row.lang

    @property
    def sections(self) -> tuple[SectionRow, ...]:
        """Sections in reading order."""
        return self._dataset._rows_of("sections", self.row.id, SectionRow)

    @property
    def blocks(self) -> tuple[BlockRow, ...]:
        """Blocks in reading order, including furniture and hidden text."""
        return self._dataset._rows_of("blocks", self.row.id, BlockRow)

    @property
    def tables(self) -> tuple[TableRow, ...]:
        """Tables in reading order."""
        return self._dataset._rows_of("tables", self.row.id, TableRow)

    @property
    def mentions(self) -> tuple[MentionRow, ...]:
        """Mentions in reading order."""
        return self._dataset._rows_of("mentions", self.row.id, MentionRow)

    def under(self, section: SectionRow) -> tuple[BlockRow, ...]:
        """Return the blocks of one section, without those of its subsections."""
        return tuple(block for block in self.blocks if block.section == section.id)

    @property
    def text(self) -> str:
        """The visible text, one line per block, without furniture and speaker's notes."""
        return visible_text(self.blocks)


class Dataset:
    """A release. While it is open, ``prune`` does not delete its folder; close it, or use it in a ``with`` block."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self.id = folder.name
        self._lock: int | None = os.open(folder, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        self._rows: dict[str, dict[str, list[Any]]] = {}  # by table and document
        self._texts: dict[str, dict[str, str]] = {}  # by document and id of a block or section

    def __repr__(self) -> str:
        return f"<Dataset {self.id}>"

    def __enter__(self) -> Dataset:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Release the lock on the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @cached_property
    def documents(self) -> tuple[LoadedDocument, ...]:
        """All documents, sorted by work, edition and language."""
        return tuple(LoadedDocument(self, row) for row in self.rows("documents", DocumentRow))

    def document(self, wanted: str) -> LoadedDocument:
        """Return the document with this id.

        Raises:
            KeyError: There is no such document.
        """
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
        """All findings."""
        return tuple(self.rows("findings", FindingRow))

    def pairs(self, unit: Unit = "block") -> Iterator[Pair[AlignmentRow]]:
        """Iterate over the aligned texts, including texts without a counterpart.

        Args:
            unit: "section", "block" or "sentence".
        """
        for bead in self.rows("alignments", AlignmentRow):
            if bead.unit == unit:
                ja = bead_text(bead, "ja", self._texts_of(bead.ja_document))
                en = bead_text(bead, "en", self._texts_of(bead.en_document))
                yield Pair(ja, en, bead.score, bead)

    def bitext(self) -> Iterator[BitextRow]:
        """Iterate over the texts that exist in both languages: headings, blocks, table rows and sentences."""
        return self.rows("bitext", BitextRow)

    def chunks(self, size: int = CHUNK_SIZE) -> Iterator[ChunkRow]:
        """Iterate over passages for retrieval, by document and in reading order.

        Args:
            size: Largest length of a passage in code points. No sentence and no table row is cut: one that is longer
                is a passage of its own. The published table has the default size.

        Raises:
            ValueError: ``size`` is not positive.
        """
        if size == CHUNK_SIZE:
            yield from self.rows("chunks", ChunkRow)
            return
        alignments: dict[str, list[AlignmentRow]] = {}
        for bead in self.rows("alignments", AlignmentRow):
            alignments.setdefault(bead.work, []).append(bead)
        for work, documents in groupby(self._document_rows(), key=lambda each: each.document.work):
            yield from chunk_rows(list(documents), alignments.get(work, ()), size)

    def edition_changes(self, work: str | None = None) -> Iterator[EditionChangeRow]:
        """Iterate over what changed from each edition to the next one.

        Args:
            work: Only changes of this work; None: of all works.
        """
        return (row for row in self.rows("edition_changes", EditionChangeRow) if work in (None, row.work))

    @cached_property
    def events(self) -> tuple[EventRow, ...]:
        """What happened or is planned, sorted by date, each with the places that state it."""
        return tuple(self.rows("events", EventRow))

    @cached_property
    def relations(self) -> tuple[RelationRow, ...]:
        """What the documents state about entities: posts, parts, members, publishers, numbers of people."""
        return tuple(self.rows("relations", RelationRow))

    def to_spacy(self, lang: Lang) -> DocBin:
        """Return the documents of a language as a spaCy ``DocBin``, ready for ``spacy train``.

        Entities have the mention's value as ``kb_id_``; blocks and sections are groups of spans. See
        ``aisi_ingest.publish.labelled_text.spacy_bin``.

        Args:
            lang: "ja" or "en".

        Example:
            >>> import spacy, aisi_ingest
            >>> with aisi_ingest.load("processed/latest") as release:
            ...     docs = list(release.to_spacy("ja").get_docs(spacy.blank("xx").vocab))
            >>> first = docs[0].ents[0]
            >>> first.text, first.label_, first.kb_id_
            ('令和8年4月1日', 'DATE', '2026-04-01')
        """
        return labelled_text.spacy_bin(self._document_rows(), lang)

    def to_conll(self, lang: Lang) -> Iterator[str]:
        """Iterate over lines of token, tag (IOB2) and value, divided by tabs; an empty line ends a block.

        Args:
            lang: "ja" or "en".
        """
        return labelled_text.conll_lines(self._document_rows(), lang)

    def to_label_studio(self, lang: Lang) -> Iterator[dict[str, Any]]:
        """Iterate over tasks for Label Studio, one for each block, with the mentions as predictions.

        Args:
            lang: "ja" or "en".
        """
        return labelled_text.label_studio_tasks(self._document_rows(), lang)

    def _document_rows(self) -> Iterator[DocumentRows]:
        for each in self.documents:
            yield DocumentRows(each.row, each.sections, each.blocks, each.tables, each.mentions)

    def search(self, words: str, *, lang: Lang | None = None, limit: int = 20) -> list[Hit]:
        """Find passages that hold all words, the best first. See ``aisi_ingest.retrieval.search.search``.

        Args:
            words: Words of either language. Words in quotation marks must follow each other.
            lang: Only passages of this language.
            limit: Largest number of passages.
        """
        return search(self.path, words, lang=lang, limit=limit)

    def cite(self, wanted: str) -> Citation:
        """Return the citation of a text, with its page, regions, address, checksum and counterpart.

        Args:
            wanted: Id of a document, section, block, sentence, table, mention or chunk.

        Raises:
            KeyError: The release has no such id, a reader cannot see the text, or it is an entity, which is on no page.
        """
        return citation(self.path, wanted)

    def arrow(self, table: str, columns: list[str] | None = None) -> Any:
        """Return a table as a ``pyarrow.Table``, memory-mapped from Parquet.

        Args:
            table: Name of the table, for example "mentions".
            columns: Names of the columns to read; None: all.

        Raises:
            KeyError: There is no such table.
        """
        import pyarrow.parquet as pq

        return pq.read_table(self.path / "parquet" / f"{_checked(table)}.parquet", columns=columns, memory_map=True)

    def rows(self, table: str, kind: type[R]) -> Iterator[R]:
        """Iterate over the rows of a table, reading them from the disk one at a time.

        Args:
            table: Name of the table.
            kind: Type of its rows, from ``aisi_ingest.publish.schema``.

        Raises:
            KeyError: There is no such table.
        """
        decoder = msgspec.json.Decoder(kind)
        with (self.path / f"{_checked(table)}.jsonl").open("rb") as file:
            for line in file:
                yield decoder.decode(line)

    def _rows_of(self, table: str, document: str, kind: type[R]) -> tuple[R, ...]:
        if table not in self._rows:
            grouped: dict[str, list[Any]] = {}
            for row in self.rows(table, kind):
                grouped.setdefault(row.document, []).append(row)  # type: ignore[attr-defined]  # all four have it
            self._rows[table] = grouped
        return tuple(self._rows[table].get(document, ()))

    def _texts_of(self, document: str) -> Mapping[str, str]:
        """Texts of blocks and titles of sections by id. Only the last few documents are held in memory."""
        if document not in self._texts:
            loaded = self.document(document)
            while len(self._texts) >= _CACHED_DOCUMENTS:
                self._texts.pop(next(iter(self._texts)))
            self._texts[document] = {b.id: b.text for b in loaded.blocks} | {s.id: s.title for s in loaded.sections}
        return self._texts[document]


def load(where: str | Path | Release = ".", *, verify: bool = False) -> Dataset:
    """Open a published release.

    Args:
        where: A folder that contains a release, ``latest`` or ``processed/latest``; or a ``Release``.
        verify: First check all checksums, schemas, references, offsets and boxes.

    Returns:
        The release. Close it, or use it in a ``with`` block.

    Raises:
        FileNotFoundError: There is no release.
        ReleaseDamaged: ``verify`` found a problem.

    Example:
        >>> import aisi_ingest
        >>> with aisi_ingest.load("processed/latest") as release:
        ...     for document in release.documents:
        ...         print(document.id, document.title)
        sample-overview/2026-04-01/en AI Safety Institutes: An Overview
        sample-overview/2026-04-01/ja AIセーフティ・インスティテュートの概況
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


def visible_text(blocks: Iterable[Block | BlockRow]) -> str:
    """Join the visible text of blocks, one line per block, without furniture and speaker's notes."""
    return "\n".join(b.text for b in blocks if not b.hidden and b.kind not in ("furniture", "note"))


def _find(where: Path) -> Path:
    for candidate in (where, where / "latest", where / "processed" / "latest"):
        if (candidate / "datapackage.json").is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"{where}: there is no release here; aisi-ingest run or add publishes one")


def _checked(table: str) -> str:
    if table not in TABLES:
        raise KeyError(f"no table {table!r}; the tables are {', '.join(TABLES)}")
    return table
