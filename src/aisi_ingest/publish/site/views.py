"""The content of the pages of the viewer, computed from rows. All markup comes from ``markup`` and the templates."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.publish.permalinks import block_keys, edition_and_form, page_files
from aisi_ingest.publish.rows import DocumentRows, WorkRows
from aisi_ingest.publish.schema import AlignmentRow, BlockRow, DocumentRow, EntityRow, FindingRow, MentionRow, TableRow
from aisi_ingest.publish.site.lines import Line, Part, is_heading, line_up, parts
from aisi_ingest.publish.site.markup import Context, block_text, printed_mark, table_markup
from aisi_ingest.publish.source_facts import source_facts
from aisi_ingest.text.sentence_ids import sentence_span

SIDES = ("ja", "en")
LABELS = ("DATE", "ORG", "PERSON", "GUIDE", "EVENT", "PLACE")
_NOT_IN_TEXT = ("furniture", "note", "footnote")  # kinds of blocks that are not shown among the text
_BELOW_TEXT = ("footnote", "note")  # kinds of blocks that are shown below a part
_BOTH_LANGUAGES = 2
_MAX_CONTENTS_LEVEL = 4
_MAX_NAME_LENGTH = 60  # characters of an id in a file name
_NAME_DIGEST_LENGTH = 8  # hex digits that distinguish ids with the same characters


class EntityNames(Struct, frozen=True):
    """The names of entities and of their pages."""

    entities: Mapping[str, EntityRow]

    def name(self, entity: str) -> str | None:
        """Return the preferred names in both languages, or None for an unknown entity."""
        row = self.entities.get(entity)
        if row is None:
            return None
        names = [each[0] for each in (row.names.en, row.names.ja) if each]
        return " / ".join(dict.fromkeys(names)) or entity

    def file(self, entity: str) -> str | None:
        """Return the file name of an entity's page.

        It is the id where that is a safe file name, else its safe characters and a digest. None for an unknown entity.
        """
        if entity not in self.entities:
            return None
        safe = re.sub("[^a-z0-9]+", "-", entity.lower()).strip("-")[:_MAX_NAME_LENGTH]
        if safe == entity and safe != "index":  # index.html is the list of all names
            return f"{safe}.html"
        return f"{safe}~{hashlib.sha256(entity.encode()).hexdigest()[:_NAME_DIGEST_LENGTH]}.html"

    def relations(self) -> dict[str, dict[str, list[str]]]:
        """Return what each entity is a part of, its parts, what it replaced, and what replaced it."""
        found: dict[str, dict[str, list[str]]] = {}
        for row in self.entities.values():
            for other, name, inverse in (
                (row.part_of, "part_of", "parts"),
                (row.successor_of, "successor_of", "successors"),
            ):
                if other:
                    found.setdefault(row.id, {}).setdefault(name, []).append(other)
                    found.setdefault(other, {}).setdefault(inverse, []).append(row.id)
        return found


class FindingMark(Struct, frozen=True):
    """The numbered mark of a finding on a page."""

    number: int
    row: FindingRow
    target: str | None  # anchor of the first block of the finding


class ContentsEntry(Struct, frozen=True):
    """A line of the table of contents."""

    target: str  # anchor of the heading
    level: int
    ja: str
    en: str


class WorkPage(Struct, frozen=True):
    """One edition of a work in one form, in both languages side by side or in the only one."""

    work: str
    file: str  # below works/
    label: str  # edition and form, for the tab
    documents: Mapping[str, DocumentRows]  # by side
    parts: tuple[Part, ...]
    contents: tuple[ContentsEntry, ...]
    marks: tuple[FindingMark, ...]
    marks_at: Mapping[str, tuple[FindingMark, ...]]  # block id to its findings
    contexts: Mapping[str, Context]
    anchors: Mapping[str, str]  # block id to its HTML id, which is its permanent name
    labels: Mapping[str, int]  # mention label to count
    left_out: Mapping[str, tuple[tuple[str, int], ...]]  # side to texts of furniture, with their number of repetitions
    hidden: Mapping[str, tuple[BlockRow, ...]]
    blocks: int
    aligned: int  # number of blocks with a counterpart
    missing: Mapping[str, int]  # side to number of blocks that only this side has

    @property
    def sides(self) -> tuple[str, ...]:
        """The languages of the page, Japanese first."""
        return tuple(side for side in SIDES if side in self.documents)

    @property
    def head(self) -> DocumentRow:
        """The row of the document in the first language."""
        return self.documents[self.sides[0]].document

    @property
    def date(self) -> str | None:
        """The latest date of publication of the documents (EDTF)."""
        return max((each.document.date for each in self.documents.values() if each.document.date), default=None)

    @property
    def coverage(self) -> int | None:
        """Percentage of blocks with a counterpart. None where there is only one language."""
        return (
            round(100 * self.aligned / self.blocks) if len(self.documents) == _BOTH_LANGUAGES and self.blocks else None
        )

    def title(self, side: str) -> str | None:
        """Return the title in a language, or None where the page does not have it."""
        return self.documents[side].document.title if side in self.documents else None

    def text(self, block: BlockRow, side: str) -> Markup:
        """Return the text or the table of a block as markup."""
        context = self.contexts[side]
        table = context.tables.get(block.id)
        return table_markup(block, table, context) if table else block_text(block, context)

    def anchor(self, block: BlockRow) -> str:
        """Return the HTML id of a block."""
        return self.anchors[block.id]

    def source(self, side: str, names: EntityNames) -> dict[str, str | list[str]]:
        """Return what a citation of a text in a language states besides the text and its page."""
        head = self.documents[side].document
        publisher = names.entities.get(head.publisher) if head.publisher else None
        facts = source_facts(head, publisher)
        pdf = head.source.media_type == "application/pdf"
        url = head.source.url if head.source.url and head.source.url.lower().startswith(("http://", "https://")) else ""
        return {"facts": facts, "url": url, "page": "#page=" if pdf else "", "sha256": head.source.sha256}

    def note_mark(self, block: BlockRow, side: str) -> str | None:
        """Return the mark or number of a footnote that the text refers to, else None."""
        return self.contexts[side].note_marks.get(block.id)

    def prints_mark(self, block: BlockRow) -> bool:
        """Return True where the text of a footnote begins with its mark."""
        return printed_mark(block.text) is not None

    def marks_of(self, line: Line) -> list[FindingMark]:
        """Return the findings about the blocks of a line, in order of their numbers."""
        found = {mark.number: mark for block in line.blocks for mark in self.marks_at.get(block.id, ())}
        return [found[number] for number in sorted(found)]


def work_pages(work: WorkRows, names: EntityNames) -> list[WorkPage]:
    """Return the pages of a work, the newest edition first, PDF before other forms."""
    groups: dict[tuple[str, str], dict[str, DocumentRows]] = {}
    for rows in work.documents:
        groups.setdefault(edition_and_form(rows.document.id), {})[rows.document.lang] = rows
    files = page_files(rows.document for rows in work.documents)
    several_forms = len({form for _, form in groups}) > 1
    several_editions = len({edition for edition, _ in groups}) > 1
    pages = []
    for (edition, form), file in files.items():
        documents = groups[edition, form]
        printed = next(iter(documents.values())).document.edition
        label = [printed or "no edition named"] if several_editions or not several_forms else []
        label += [(form or "pdf").upper()] if several_forms else []
        pages.append(_page(work, file, " · ".join(label), documents, names))
    return pages


def _page(work: WorkRows, file: str, label: str, documents: Mapping[str, DocumentRows], names: EntityNames) -> WorkPage:
    ids = {side: rows.document.id for side, rows in documents.items()}
    beads = [row for row in work.alignments if ids.get("ja") == row.ja_document and ids.get("en") == row.en_document]
    findings = [
        row
        for row in work.findings
        if row.ja_document in ids.values() and row.en_document in ids.values() and not row.suppressed
    ]
    shown = {side: _shown_blocks(documents, side) for side in SIDES}
    block_beads = [bead for bead in beads if bead.unit == "block"]
    lines = line_up(_text_blocks(shown["ja"]), _text_blocks(shown["en"]), block_beads)
    notes = line_up(_note_blocks(shown["ja"]), _note_blocks(shown["en"]), block_beads)
    page_parts = tuple(parts(lines, notes))
    anchors: dict[str, str] = {}
    for side, rows in documents.items():
        anchors |= block_keys(side, work.work, rows.blocks)
    marks, marks_at = _marks(findings, anchors, documents)
    contexts = {side: _context(side, rows, beads, names, anchors) for side, rows in documents.items()}
    counted = [line for line in lines if line.is_comparable]
    both = [line for line in counted if line.ja and line.en]
    return WorkPage(
        work=work.work,
        file=file,
        label=label,
        documents=documents,
        parts=page_parts,
        contents=tuple(_contents(page_parts, anchors)),
        marks=tuple(marks),
        marks_at=marks_at,
        contexts=contexts,
        anchors=anchors,
        labels=Counter(mention.label for rows in documents.values() for mention in rows.mentions),
        left_out={
            side: tuple(Counter(b.text for b in rows.blocks if b.kind == "furniture" and b.text).most_common())
            for side, rows in documents.items()
        },
        hidden={side: tuple(b for b in rows.blocks if b.hidden and b.text) for side, rows in documents.items()},
        blocks=sum(len(line.blocks) for line in counted),
        aligned=sum(len(line.blocks) for line in both),
        missing={side: sum(len(getattr(line, side)) for line in counted if line not in both) for side in SIDES}
        if len(documents) == _BOTH_LANGUAGES
        else {},
    )


def _shown_blocks(documents: Mapping[str, DocumentRows], side: str) -> list[BlockRow]:
    """Return the blocks of one language that have text and are not hidden."""
    rows = documents.get(side)
    return [b for b in rows.blocks if not b.hidden and b.text.strip()] if rows else []


def _text_blocks(blocks: Sequence[BlockRow]) -> list[BlockRow]:
    return [block for block in blocks if block.kind not in _NOT_IN_TEXT]


def _note_blocks(blocks: Sequence[BlockRow]) -> list[BlockRow]:
    return [block for block in blocks if block.kind in _BELOW_TEXT]


def _contents(page_parts: Sequence[Part], anchors: Mapping[str, str]) -> list[ContentsEntry]:
    entries = []
    for part in page_parts:
        line = part.heading
        if line is None:
            continue
        texts = {
            side: " ".join(b.text for b in getattr(line, side) if b.kind in ("title", "heading")) for side in SIDES
        }
        level = min((b.level or 1 for b in line.blocks if b.kind in ("title", "heading")), default=1)
        level = min(level, _MAX_CONTENTS_LEVEL)
        entries.append(ContentsEntry(target=anchors[line.blocks[0].id], level=level, ja=texts["ja"], en=texts["en"]))
    return entries


def _marks(
    findings: Sequence[FindingRow], targets: Mapping[str, str], documents: Mapping[str, DocumentRows]
) -> tuple[list[FindingMark], dict[str, tuple[FindingMark, ...]]]:
    """Return the marks of the findings, and the marks of each block. A section is marked at its first block."""
    first_block = {
        block.section: block.id
        for rows in documents.values()
        for block in reversed(rows.blocks)
        if block.section and block.id in targets and block.kind not in _NOT_IN_TEXT
    }
    marks: list[FindingMark] = []
    marks_at: dict[str, tuple[FindingMark, ...]] = {}
    for number, row in enumerate(findings, 1):
        blocks = [first_block.get(each, each) for each in (*row.ja, *row.en)]
        blocks = [each for each in blocks if each in targets]
        mark = FindingMark(number=number, row=row, target=targets[blocks[0]] if blocks else None)
        marks.append(mark)
        for block_id in dict.fromkeys(blocks):
            marks_at[block_id] = (*marks_at.get(block_id, ()), mark)
    return marks, marks_at


def _context(
    side: str,
    rows: DocumentRows,
    beads: Sequence[AlignmentRow],
    names: EntityNames,
    anchors: Mapping[str, str],
) -> Context:
    mentions: dict[str, list[MentionRow]] = {}
    for mention in rows.mentions:
        mentions.setdefault(mention.block, []).append(mention)
    sentences: dict[str, list[tuple[int, int, str]]] = {}
    for bead in beads:
        if bead.unit == "sentence" and bead.ja and bead.en:
            for target in bead.ja if side == "ja" else bead.en:
                if span := sentence_span(target):
                    sentences.setdefault(span[0], []).append((*span[1:], bead.id.partition("#")[2]))
    # A caption that is also a block is not shown twice.
    captions = {block.text for block in rows.blocks if block.kind == "caption"}
    tables: dict[str, TableRow] = {
        table.block: replace(table, caption=None) if table.caption in captions else table
        for table in rows.tables
        if table.rows
    }
    texts = {block.id: block.text for block in rows.blocks}
    referenced = [note.block for block in rows.blocks for note in sorted(block.notes, key=lambda each: each.offset)]
    return Context(
        anchors=anchors,
        mentions=mentions,
        sentences=sentences,
        tables=tables,
        note_marks={
            block: printed_mark(texts[block]) or str(number)
            for number, block in enumerate(dict.fromkeys(referenced), 1)
        },
        entity_name=names.name,
        entity_link=lambda entity: f"../entities/{file}" if (file := names.file(entity)) else None,
    )


__all__ = ["LABELS", "SIDES", "ContentsEntry", "EntityNames", "FindingMark", "WorkPage", "is_heading", "work_pages"]
