"""Make the table ``bitext``: headings, blocks, table rows and sentences with their text in both languages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from aisi_ingest.model import Unit
from aisi_ingest.publish.places import page_url, regions, section_paths
from aisi_ingest.publish.rows import DocumentRows
from aisi_ingest.publish.schema import AlignmentRow, BitextRow, BlockRow, TableRow
from aisi_ingest.publish.schema_fields import RegionField
from aisi_ingest.publish.tmx import bead_text
from aisi_ingest.text.sentence_ids import sentence_span

_UNITS: dict[Unit, str] = {"section": "heading", "block": "block", "sentence": "sentence"}
_HEADINGS = {"heading", "title"}
_ID_DIGITS = 16  # hex digits: among a million pairs of a work, two share them with a probability of 3e-8
_CELL_SEPARATOR = " | "


class _Side(Struct, frozen=True):
    """One side of a row: a text and the units that it consists of."""

    text: str
    ids: tuple[str, ...]
    blocks: tuple[BlockRow, ...]
    regions: tuple[RegionField, ...]


class _Text:
    """The texts of one document by the ids that beads use."""

    def __init__(self, rows: DocumentRows) -> None:
        self.rows = rows
        self.blocks = {each.id: each for each in rows.blocks}

    @cached_property
    def tables(self) -> dict[str, TableRow]:
        return {each.block: each for each in self.rows.tables}

    @cached_property
    def sections(self) -> dict[str, str]:
        return {each.id: each.title for each in self.rows.sections}

    @cached_property
    def paths(self) -> dict[str, tuple[str, ...]]:
        return {key: tuple(each.title for each in path) for key, path in section_paths(self.rows).items()}

    @cached_property
    def headings(self) -> dict[str, BlockRow]:
        """The block of each section's heading: the first heading in it that holds its title."""
        found: dict[str, BlockRow] = {}
        for block in self.rows.blocks:
            if block.section and block.kind in _HEADINGS and self.sections[block.section] in block.text:
                found.setdefault(block.section, block)
        return found

    @cached_property
    def texts(self) -> dict[str, str]:
        """Texts of blocks and titles of sections."""
        return self.sections | {key: block.text for key, block in self.blocks.items()}

    def side(self, bead: AlignmentRow) -> _Side:
        """Return the side of a bead that is in this document."""
        lang = "ja" if bead.ja_document == self.rows.document.id else "en"
        ids = bead.ja if lang == "ja" else bead.en
        if bead.unit == "section":
            blocks = [self.headings[each] for each in ids if each in self.headings]
        elif bead.unit == "block":
            blocks = [self.blocks[each] for each in ids]
        else:
            spans = [span for each in ids if (span := sentence_span(each))]
            blocks = list({block: self.blocks[block] for block, _, _ in spans}.values())
            return _Side(bead_text(bead, lang, self.texts), ids, tuple(blocks), self.places(spans))
        return _Side(bead_text(bead, lang, self.texts), ids, tuple(blocks), regions(blocks))

    def places(self, spans: Sequence[tuple[str, int, int]]) -> tuple[RegionField, ...]:
        """Return where parts of blocks are, each given as block, start and end."""
        known = self.rows.places
        found = (
            known[block].lines(start, end) if block in known else self.blocks[block].regions
            for block, start, end in spans
        )
        return tuple(dict.fromkeys(region for each in found for region in each))

    def titles(self, headings: _Side) -> _Side:
        """Return headings with the titles of their sections, so without numbers."""
        ids = tuple(each.section for each in headings.blocks if each.section)
        return _Side("\n".join(self.sections[each] for each in ids), ids, headings.blocks, headings.regions)

    def has(self, unit: Unit, ids: tuple[str, ...]) -> bool:
        """Return whether all units exist. The check of the release reports those that do not."""
        if unit == "section":
            return all(each in self.sections for each in ids)
        if unit == "block":
            return all(each in self.blocks for each in ids)
        return all((span := sentence_span(each)) is not None and span[0] in self.blocks for each in ids)

    def section_of(self, side: _Side) -> tuple[str, ...]:
        """Return the titles of the sections around a text. A heading stands in the section around its own."""
        if side.ids and side.ids[0] in self.paths:
            return self.paths[side.ids[0]][:-1]
        section = side.blocks[0].section if side.blocks else None
        return self.paths.get(section or "", ())


def bitext_rows(documents: Sequence[DocumentRows], alignments: Sequence[AlignmentRow]) -> tuple[BitextRow, ...]:
    """Return the texts of a work that exist in both languages, in the order of its alignments.

    Only primary forms are used. A pair of texts that occurs again, in the same work, is left out.

    Args:
        documents: The documents of one work.
        alignments: Its alignments.
    """
    texts = {each.document.id: _Text(each) for each in documents if each.document.primary}
    found: dict[tuple[str, str], BitextRow] = {}
    for bead in alignments:
        ja, en = texts.get(bead.ja_document), texts.get(bead.en_document)
        if bead.ja and bead.en and ja and en and ja.has(bead.unit, bead.ja) and en.has(bead.unit, bead.en):
            for row in _rows(bead, ja, en):
                found.setdefault((row.ja, row.en), row)
    return tuple(found.values())


def _rows(bead: AlignmentRow, ja: _Text, en: _Text) -> Iterator[BitextRow]:
    left, right = ja.side(bead), en.side(bead)
    if bead.unit == "section":
        yield from _row(bead, "heading", ja, en, left, right)
    elif bead.unit == "block" and _are_headings(left, ja) and _are_headings(right, en):
        yield from _row(bead, "heading", ja, en, ja.titles(left), en.titles(right))
    elif bead.unit == "block" and (pairs := _table_rows(left, right, ja, en)):
        for one, other in pairs:
            yield from _row(bead, "row", ja, en, one, other)
    else:
        yield from _row(bead, _UNITS[bead.unit], ja, en, left, right)


def _are_headings(side: _Side, text: _Text) -> bool:
    return all(text.headings.get(each.section or "") is each for each in side.blocks)


def _table_rows(left: _Side, right: _Side, ja: _Text, en: _Text) -> list[tuple[_Side, _Side]]:
    """Return the rows of two tables of the same shape side by side, else nothing."""
    tables = [text.tables.get(side.ids[0]) if len(side.ids) == 1 else None for text, side in ((ja, left), (en, right))]
    first, second = tables
    if first is None or second is None or len(first.rows) != len(second.rows):
        return []
    if {len(row) for row in first.rows} != {len(row) for row in second.rows}:
        return []
    return list(zip(_row_sides(first, left, ja), _row_sides(second, right, en), strict=True))


def _row_sides(table: TableRow, side: _Side, text: _Text) -> Iterator[_Side]:
    """Yield the rows of a table."""
    start = 0
    for row in table.rows:
        joined = _CELL_SEPARATOR.join(row)
        yield _Side(joined, side.ids, side.blocks, text.places([(table.block, start, start + len(joined))]))
        start += len(joined) + 1


def _row(bead: AlignmentRow, unit: str, ja: _Text, en: _Text, left: _Side, right: _Side) -> Iterator[BitextRow]:
    if not left.text.strip() or not right.text.strip():
        return
    digest = hashlib.sha256("\0".join((unit, left.text, right.text)).encode()).hexdigest()[:_ID_DIGITS]
    yield BitextRow(
        id=f"{bead.work}#u{digest}",
        work=bead.work,
        edition=bead.edition,
        unit=unit,
        ja_document=bead.ja_document,
        en_document=bead.en_document,
        ja=left.text,
        en=right.text,
        ja_ids=left.ids,
        en_ids=right.ids,
        ja_marker=_marker(left),
        en_marker=_marker(right),
        score=bead.score,
        ja_section=ja.section_of(left),
        en_section=en.section_of(right),
        ja_regions=left.regions,
        en_regions=right.regions,
        ja_url=_url(ja, left),
        en_url=_url(en, right),
    )


def _marker(side: _Side) -> str | None:
    return next((each.marker for each in side.blocks if each.marker), None)


def _url(text: _Text, side: _Side) -> str | None:
    document = text.rows.document
    return page_url(document, side.regions[0].page) if side.regions else document.source.url
