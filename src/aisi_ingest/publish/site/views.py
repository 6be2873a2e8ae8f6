"""What the pages of the viewer show, computed from rows: no markup but that of ``markup``."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.publish.rows import DocumentRows, WorkRows
from aisi_ingest.publish.schema import AlignmentRow, BlockRow, DocumentRow, EntityRow, FindingRow, TableRow
from aisi_ingest.publish.site.lines import Line, Part, is_heading, line_up, parts
from aisi_ingest.publish.site.markup import Context, anchor, block_text, printed_mark, table_markup

SIDES = ("ja", "en")
LABELS = ("DATE", "ORG", "PERSON", "GUIDE", "EVENT", "PLACE")
_LEFT_OUT = ("furniture", "note", "footnote")


class Names(Struct, frozen=True):
    """How entities are called and where their pages lie."""

    entities: Mapping[str, EntityRow]

    def name(self, entity: str) -> str | None:
        """Preferred names in both languages."""
        row = self.entities.get(entity)
        if row is None:
            return None
        names = [each[0] for each in (row.names.en, row.names.ja) if each]
        return " / ".join(dict.fromkeys(names)) or entity

    def file(self, entity: str) -> str | None:
        """File name of the entity's page: the id, or what is left of it and a digest."""
        if entity not in self.entities:
            return None
        safe = re.sub("[^a-z0-9]+", "-", entity.lower()).strip("-")[:60]
        whole = safe == entity and safe != "index"  # index.html is the list of all names
        return f"{safe if whole else f'{safe}~{hashlib.sha256(entity.encode()).hexdigest()[:8]}'}.html"


class Mark(Struct, frozen=True):
    """A finding on a page."""

    number: int
    row: FindingRow
    target: str | None  # anchor of the first block that it names


class Entry(Struct, frozen=True):
    """A line of the table of contents."""

    target: str
    level: int
    ja: str
    en: str


class WorkPage(Struct, frozen=True):
    """One edition of a work in one form: both languages side by side, or the one that there is."""

    work: str
    file: str  # below works/
    label: str  # of the tab: edition and form
    documents: Mapping[str, DocumentRows]  # by side
    parts: tuple[Part, ...]
    contents: tuple[Entry, ...]
    marks: tuple[Mark, ...]
    marks_at: Mapping[str, tuple[Mark, ...]]  # block id to findings
    contexts: Mapping[str, Context]
    labels: Mapping[str, int]  # mention label to count
    left_out: Mapping[str, tuple[tuple[str, int], ...]]  # side to texts in no section, with how often
    hidden: Mapping[str, tuple[BlockRow, ...]]
    blocks: int
    aligned: int  # of those, how many have a counterpart
    missing: Mapping[str, int]  # side to blocks that stand in it only

    @property
    def sides(self) -> tuple[str, ...]:
        return tuple(side for side in SIDES if side in self.documents)

    @property
    def head(self) -> DocumentRow:
        return self.documents[self.sides[0]].document

    @property
    def date(self) -> str | None:
        return max((each.document.date for each in self.documents.values() if each.document.date), default=None)

    @property
    def coverage(self) -> int | None:
        """Per cent of blocks with a counterpart; None where there is one language only."""
        return round(100 * self.aligned / self.blocks) if len(self.documents) == 2 and self.blocks else None

    def title(self, side: str) -> str | None:
        return self.documents[side].document.title if side in self.documents else None

    def text(self, block: BlockRow, side: str) -> Markup:
        context = self.contexts[side]
        table = context.tables.get(block.id)
        return table_markup(block, table, context) if table else block_text(block, context)

    def anchor(self, block: BlockRow, side: str) -> str:
        return anchor(side, block.id)

    def note_mark(self, block: BlockRow, side: str) -> str | None:
        return self.contexts[side].note_marks.get(block.id)

    def prints_mark(self, block: BlockRow) -> bool:
        return printed_mark(block.text) is not None

    def marks_of(self, line: Line) -> list[Mark]:
        found = {mark.number: mark for block in line.blocks for mark in self.marks_at.get(block.id, ())}
        return [found[number] for number in sorted(found)]


def work_pages(work: WorkRows, names: Names) -> list[WorkPage]:
    """The pages of a work, newest edition first, PDF before other forms."""
    groups: dict[tuple[str, str], dict[str, DocumentRows]] = {}
    for rows in work.documents:
        _, edition, last = rows.document.id.split("/")
        groups.setdefault((edition, last.partition(".")[2]), {})[rows.document.lang] = rows
    order = sorted(groups, key=lambda key: key[1])
    order.sort(key=lambda key: _age(groups[key], key[0]), reverse=True)
    several_forms = len({form for _, form in groups}) > 1
    several_editions = len({edition for edition, _ in groups}) > 1
    out = []
    for place, (edition, form) in enumerate(order):
        documents = groups[edition, form]
        name = work.work if place == 0 else f"{work.work}~{edition}{'.' + form if form else ''}"
        printed = next(iter(documents.values())).document.edition
        parts_of_label = [printed or "no edition named"] if several_editions or not several_forms else []
        parts_of_label += [(form or "pdf").upper()] if several_forms else []
        out.append(_page(work, f"{name}.html", " · ".join(parts_of_label), documents, names))
    return out


def _age(documents: Mapping[str, DocumentRows], edition: str) -> tuple[list[int], str]:
    """Newest is largest: by the edition's numbers, then by date."""
    date = max((each.document.date or "" for each in documents.values()), default="")
    return [int(part) for part in re.findall(r"\d+", edition)], date


def _page(work: WorkRows, file: str, label: str, documents: Mapping[str, DocumentRows], names: Names) -> WorkPage:
    ids = {side: rows.document.id for side, rows in documents.items()}
    beads = [row for row in work.alignments if ids.get("ja") == row.ja_document and ids.get("en") == row.en_document]
    findings = [row for row in work.findings if row.ja_document in ids.values() and row.en_document in ids.values()]
    shown = {side: _blocks(documents, side) for side in SIDES}
    of_blocks = [bead for bead in beads if bead.unit == "block"]
    lines = line_up(_reading(shown["ja"]), _reading(shown["en"]), of_blocks)
    below = line_up(_below(shown["ja"]), _below(shown["en"]), of_blocks)
    cut = tuple(parts(lines, below))
    targets = {block.id: anchor(side, block.id) for side in SIDES for block in shown[side]}
    marks, marks_at = _marks(findings, targets, documents)
    contexts = {side: _context(side, rows, beads, names) for side, rows in documents.items()}
    both = [line for line in lines if line.ja and line.en]
    return WorkPage(
        work=work.work,
        file=file,
        label=label,
        documents=documents,
        parts=cut,
        contents=tuple(_contents(cut)),
        marks=tuple(marks),
        marks_at=marks_at,
        contexts=contexts,
        labels=Counter(mention.label for rows in documents.values() for mention in rows.mentions),
        left_out={
            side: tuple(Counter(b.text for b in rows.blocks if b.kind == "furniture" and b.text).most_common())
            for side, rows in documents.items()
        },
        hidden={side: tuple(b for b in rows.blocks if b.hidden and b.text) for side, rows in documents.items()},
        blocks=sum(len(line.blocks) for line in lines),
        aligned=sum(len(line.blocks) for line in both),
        missing={side: sum(len(getattr(line, side)) for line in lines if line not in both) for side in SIDES}
        if len(documents) == 2
        else {},
    )


def _blocks(documents: Mapping[str, DocumentRows], side: str) -> list[BlockRow]:
    rows = documents.get(side)
    return [b for b in rows.blocks if not b.hidden and b.text.strip()] if rows else []


def _reading(blocks: Sequence[BlockRow]) -> list[BlockRow]:
    return [block for block in blocks if block.kind not in _LEFT_OUT]


def _below(blocks: Sequence[BlockRow]) -> list[BlockRow]:
    return [block for block in blocks if block.kind in ("footnote", "note")]


def _contents(cut: Sequence[Part]) -> list[Entry]:
    entries = []
    for part in cut:
        line = part.heading
        if line is None:
            continue
        texts = {
            side: " ".join(b.text for b in getattr(line, side) if b.kind in ("title", "heading")) for side in SIDES
        }
        side = "ja" if line.ja else "en"
        first = line.blocks[0]
        level = min((b.level or 1 for b in line.blocks if b.kind in ("title", "heading")), default=1)
        entries.append(Entry(target=anchor(side, first.id), level=min(level, 4), ja=texts["ja"], en=texts["en"]))
    return entries


def _marks(
    findings: Sequence[FindingRow], targets: Mapping[str, str], documents: Mapping[str, DocumentRows]
) -> tuple[list[Mark], dict[str, tuple[Mark, ...]]]:
    first_of = {
        block.section: block.id
        for rows in documents.values()
        for block in reversed(rows.blocks)
        if block.section and block.id in targets and block.kind not in _LEFT_OUT
    }
    marks: list[Mark] = []
    at: dict[str, tuple[Mark, ...]] = {}
    for number, row in enumerate(findings, 1):
        named = [first_of.get(each, each) for each in (*row.ja, *row.en)]
        named = [each for each in named if each in targets]
        mark = Mark(number=number, row=row, target=targets[named[0]] if named else None)
        marks.append(mark)
        for each in dict.fromkeys(named):
            at[each] = (*at.get(each, ()), mark)
    return marks, at


def _context(side: str, rows: DocumentRows, beads: Sequence[AlignmentRow], names: Names) -> Context:
    mentions: dict[str, list] = {}  # type: ignore[type-arg]
    for mention in rows.mentions:
        mentions.setdefault(mention.block, []).append(mention)
    sentences: dict[str, list[tuple[int, int, str]]] = {}
    for bead in beads:
        if bead.unit == "sentence" and bead.ja and bead.en:
            for target in bead.ja if side == "ja" else bead.en:
                block, _, span = target.rpartition(":")
                start, _, end = span.partition("-")
                sentences.setdefault(block, []).append((int(start), int(end), bead.id.partition("#")[2]))
    # A caption that stands as a block of its own is not drawn twice.
    drawn = {block.text for block in rows.blocks if block.kind == "caption"}
    tables: dict[str, TableRow] = {
        table.block: replace(table, caption=None) if table.caption in drawn else table
        for table in rows.tables
        if table.rows
    }
    texts = {block.id: block.text for block in rows.blocks}
    pointed = [note.block for block in rows.blocks for note in sorted(block.notes, key=lambda each: each.offset)]
    return Context(
        side=side,
        mentions=mentions,
        sentences=sentences,
        tables=tables,
        note_marks={
            block: printed_mark(texts[block]) or str(number) for number, block in enumerate(dict.fromkeys(pointed), 1)
        },
        entity_name=names.name,
        entity_link=lambda entity: f"../entities/{file}" if (file := names.file(entity)) else None,
    )


__all__ = ["LABELS", "SIDES", "Entry", "Mark", "Names", "WorkPage", "is_heading", "work_pages"]
