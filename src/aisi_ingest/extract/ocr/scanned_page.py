"""Build blocks, tables and sections of a page that is only a picture: a scan, or a slide saved as a picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.geometry import box_width, center_x, rounded_box, union
from aisi_ingest.extract.numbering import numbering
from aisi_ingest.extract.ocr.page_text import build_rows, ocr_block
from aisi_ingest.extract.ocr.picture_text import RuledTable
from aisi_ingest.extract.ocr.regions import Region
from aisi_ingest.extract.ocr.slide_title import find_title_rows
from aisi_ingest.extract.slides.compose import table_text
from aisi_ingest.extract.slides.paragraphs import Paragraph, split_paragraphs
from aisi_ingest.extract.slides.reading_order import visual_order
from aisi_ingest.extract.slides.text_boxes import Row, cluster_rows
from aisi_ingest.extract.slides.titles import Candidate, split_number
from aisi_ingest.extract.tables.header_words import named_header_rows
from aisi_ingest.extract.tables.table_cells import regions_of, table_cells
from aisi_ingest.model import Block, BlockKind, Box, Content, Section, Table
from aisi_ingest.text.normalise import language_of

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import TextLine

_PAGE_NUMBER = re.compile(r"[-–—]?[ ]?\d{1,4}[ ]?[-–—]?(?:[ ]?/[ ]?\d{1,4})?")
_TOP_EDGE, _BOTTOM_EDGE = 0.08, 0.9  # shares of the page's height: page numbers are above or below them

_MARGIN_ROWS = 5  # from so many rows on the right margin is known: where the longest fifth of them ends
# Shares of the page's width or height, tuned on the scans at hand.
_CENTRE_TOLERANCE = 0.04  # between the middles of a title and of the page
_LOWEST_TITLE = 0.45
_LEFT_MARGIN = 0.25  # text that begins further left begins at the margin
# Characters.
_MAXIMUM_TITLE_LENGTH = 60
_MINIMUM_TEXT_LENGTH = 25  # a longer text at the margin is body text
_MAXIMUM_HEADING_LENGTH = 40  # without the number
_ITEM_RANK = 8  # numbering ranks from here on are below chapters, sections and articles

# 第1 without 章, as in court rulings and council papers.
_PAPER_ITEM = re.compile("第[ ]?[0-9一二三四五六七八九十]{1,3}[ \u3000]")
_LIST_NUMBERS = ("circled", "kana", "alpha", "bracket", "paren")  # kinds of numbering that headings do not have
_SENTENCE = re.compile(r"[。．.、，,]$|https?:")


class RecognisedRegion(Struct, frozen=True):
    """The recognised lines and tables of a picture, in points of the page."""

    region: Region
    lines: tuple[TextLine, ...]
    tables: tuple[RuledTable, ...] = ()


class ScannedPage(Struct, frozen=True):
    """A scanned page.

    Attributes:
        blocks: Its blocks in reading order.
        tables: Its tables.
        sections: All sections of the document, including those that begin on the page.
        title: Its title; "" if it has none.
    """

    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    sections: tuple[Section, ...]
    title: str


def read_scanned_page(recognised: RecognisedRegion, content: Content) -> ScannedPage:
    """Build a page that is one picture.

    Args:
        recognised: The text of the page.
        content: The document without the page. Ids continue its numbering.
    """
    region = recognised.region
    on_paper = content.kind == "report"
    in_tables = {line for table in recognised.tables for line in table.lines}
    rows = build_rows([line for line in recognised.lines if line not in in_tables], on_paper)
    page_numbers = [row for row in rows if _PAGE_NUMBER.fullmatch(row.text) and _is_at_edge(row.box, region.box.bottom)]
    body = [row for row in rows if not any(row is other for other in page_numbers)]
    title_rows = [] if on_paper else find_title_rows(body, region.box.bottom)
    body = [row for row in body if row not in title_rows]
    paragraphs, tables_before = _in_reading_order(body, recognised.tables, _right_margin(body) if on_paper else 0.0)
    title = _centred_title(paragraphs, region.box) if on_paper and region.page == 1 else None
    builder = _PageBuilder(content, region.page)
    if title_rows:
        builder.add_paragraph(Paragraph(tuple(title_rows)), is_title=True)
    for k, paragraph in enumerate(paragraphs):
        builder.add_tables(tables_before.get(k, []))
        builder.add_paragraph(paragraph, is_title=title is not None and title.index == k)
    builder.add_tables(tables_before.get(len(paragraphs), []))
    builder.add_furniture(page_numbers)
    return builder.page()


def _in_reading_order(
    rows: Sequence[Row], tables: Sequence[RuledTable], margin: float
) -> tuple[list[Paragraph], dict[int, list[RuledTable]]]:
    """Put the text and the tables of a page in reading order.

    Args:
        rows: The rows outside the tables.
        tables: The tables.
        margin: Right margin in points, 0 if it is unknown.

    Returns:
        The paragraphs, and the tables by the index of the paragraph that follows them.
    """
    clusters = cluster_rows(rows, [])
    places = [union([row.box for row in cluster]) for cluster in clusters] + [_box_of(table) for table in tables]
    paragraphs: list[Paragraph] = []
    tables_before: dict[int, list[RuledTable]] = {}
    for k in visual_order(places):
        if k < len(clusters):
            paragraphs += split_paragraphs(clusters[k], margin)
        else:
            tables_before.setdefault(len(paragraphs), []).append(tables[k - len(clusters)])
    return paragraphs, tables_before


class _PageBuilder:
    """Collects the blocks, tables and sections of one page.

    Args:
        content: The document without the page.
        page: Number of the page, from 1.
    """

    def __init__(self, content: Content, page: int) -> None:
        self._content, self._page = content, page
        self._sections = list(content.sections)
        self._blocks: list[Block] = []
        self._tables: list[Table] = []
        self._title = ""
        self._current = self._section_at_start()  # index of the section that the next block belongs to

    def _section_at_start(self) -> int | None:
        """Return the index of the slide's section, or of the section that continues on the page."""
        if self._content.kind == "deck":
            pages = (self._page, self._page)
            return next((k for k, section in enumerate(self._sections) if section.pages == pages), None)
        begun = [k for k, section in enumerate(self._sections) if section.pages[0] <= self._page]
        return begun[-1] if begun else None

    @property
    def _count(self) -> int:
        """Number of blocks in the document so far."""
        return len(self._content.blocks) + len(self._blocks)

    def add_tables(self, tables: Sequence[RuledTable]) -> None:
        """Add tables to the current section."""
        for table in tables:
            section = self._sections[self._current].id if self._current is not None else None
            text = table_text(table.rows)
            box, lang = rounded_box(_box_of(table)), language_of(text, self._content.lang)
            block = Block(f"b{self._count + 1}", self._page, box, "table", text, lang, section=section, origin="ocr")
            self._blocks.append(block)
            heads = named_header_rows(table.rows, table.places)
            cells = table_cells(table.rows, regions_of(table.rows, table.places, self._page), heads)
            name = f"t{len(self._content.tables) + len(self._tables) + 1}"
            self._tables.append(Table(name, block.id, self._page, table.rows, heads, cells=cells))

    def add_paragraph(self, paragraph: Paragraph, is_title: bool) -> None:
        """Add a paragraph to the current section. A heading of a report begins a section."""
        kind: BlockKind = "list_item" if paragraph.bullet else "paragraph"
        block = ocr_block(paragraph, kind, self._page, self._content.lang, self._count)
        if is_title:
            self._title = paragraph.text
            block = replace(block, kind="title" if self._page == 1 else "heading", level=1)
            if self._content.kind == "deck" and self._current is not None:
                number, name = split_number(paragraph.text)
                self._sections[self._current] = replace(self._sections[self._current], title=name, number=number)
        elif self._content.kind == "report" and _is_heading(paragraph):
            level = _heading_level(paragraph.text)
            block = replace(block, kind="heading", level=level)
            self._begin_section(paragraph.text, level)
        if self._current is not None:
            self._extend_to_page(self._current)
            block = replace(block, section=self._sections[self._current].id)
        self._blocks.append(block)

    def _begin_section(self, heading: str, level: int) -> None:
        number, title = _split_heading(heading)
        position = 0 if self._current is None else self._current + 1
        earlier = reversed(self._sections[:position])
        parent = next((section.id for section in earlier if section.level < level), None)
        name = f"s{len(self._sections) + 1}"
        pages = (self._page, self._page)
        self._sections.insert(position, Section(name, title, level, pages, parent, number))
        self._current = position

    def _extend_to_page(self, index: int | None) -> None:
        """Extend a section and its parents to the page."""
        while index is not None:
            section = self._sections[index]
            pages = (section.pages[0], max(section.pages[1], self._page))
            self._sections[index] = replace(section, pages=pages)
            index = next((k for k, other in enumerate(self._sections) if other.id == section.parent), None)

    def add_furniture(self, rows: Sequence[Row]) -> None:
        """Add rows that are furniture, in no section."""
        for row in rows:
            block = ocr_block(Paragraph((row,)), "furniture", self._page, self._content.lang, self._count)
            self._blocks.append(block)

    def page(self) -> ScannedPage:
        """Return the page."""
        return ScannedPage(tuple(self._blocks), tuple(self._tables), tuple(self._sections), self._title)


def _box_of(table: RuledTable) -> Box:
    return Box(table.x0, table.top, table.x1, table.bottom)


def _is_at_edge(box: Box, height: float) -> bool:
    return box.bottom < _TOP_EDGE * height or box.top > _BOTTOM_EDGE * height


def _right_margin(rows: Sequence[Row]) -> float:
    """Return where most long lines end, in points; 0 if there are too few."""
    ends = sorted((row.box.x1 for row in rows), reverse=True)
    return ends[len(ends) // _MARGIN_ROWS] if len(ends) >= _MARGIN_ROWS else 0.0


def _centred_title(paragraphs: Sequence[Paragraph], page: Box) -> Candidate | None:
    """Return the title of a scanned paper: a short centred text above all text that begins at the left margin."""
    width = box_width(page)
    for k, paragraph in enumerate(paragraphs):
        box, text = paragraph.box, paragraph.text
        centred = abs(center_x(box) - center_x(page)) < _CENTRE_TOLERANCE * width
        short = len(text) <= _MAXIMUM_TITLE_LENGTH
        if centred and short and box.top < _LOWEST_TITLE * page.bottom and not numbering(text):
            return Candidate(text, paragraph.size, box, k)
        at_margin = box.x0 < page.x0 + _LEFT_MARGIN * width
        numbered = numbering(text) or _PAPER_ITEM.match(text)
        if at_margin and (len(text) > _MINIMUM_TEXT_LENGTH or numbered or paragraph.bullet):
            return None
    return None


def _is_heading(paragraph: Paragraph) -> bool:
    """Return whether a paragraph is a short numbered line and not a sentence. A scan has no fonts and no bookmarks."""
    text = paragraph.text
    found, item = numbering(text), _PAPER_ITEM.match(text)
    if paragraph.bullet or not (found or item):
        return False
    if found and found.kind in _LIST_NUMBERS:
        return False
    rest = text[found.end if found else item.end() if item else 0 :]
    return len(paragraph.rows) == 1 and 1 < len(rest) <= _MAXIMUM_HEADING_LENGTH and not _SENTENCE.search(text)


def _split_heading(text: str) -> tuple[str | None, str]:
    """Split a heading into its number and the rest."""
    item = _PAPER_ITEM.match(text)
    return (item.group().strip(), text[item.end() :]) if item else split_number(text)


def _heading_level(text: str) -> int:
    found = numbering(text)
    return 1 if found is None or found.rank < _ITEM_RANK else 2 + max(0, found.depth - 1)
