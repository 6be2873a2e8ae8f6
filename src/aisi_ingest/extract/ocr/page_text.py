"""Lines that were read in a picture to blocks: paragraphs of a scanned page, or what a figure says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.numbering import numbering
from aisi_ingest.extract.ocr.tables import RuledTable
from aisi_ingest.extract.slides.compose import around
from aisi_ingest.extract.slides.reading_order import visual_order
from aisi_ingest.extract.slides.text_boxes import Paragraph, Row, clusters_of, paragraphs_of
from aisi_ingest.extract.slides.titles import Candidate, split_number, title_of
from aisi_ingest.model import Block, BlockKind, Box, Content, Lang, Section, Table
from aisi_ingest.text.normalise import join_lines, language_of

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import TextLine

# The engine's boxes are this much higher than the type size; measured on the scans at hand, 1.2 to 1.3.
_BOX_TO_SIZE = 1.25
# Boxes of lines in one size differ by less: they hug what stands highest and lowest. On slides sizes mean more.
_SAME_SIZE, _SAME_SIZE_ON_PAPER = 1.25, 1.45
_SPLIT, _SPLIT_ON_PAPER = 0.6, 1.5  # em between pieces of one line that the engine found apart
_PAGE_NUMBER = re.compile(r"[-–—]?[ ]?\d{1,4}[ ]?[-–—]?(?:[ ]?/[ ]?\d{1,4})?")


def paragraphs_in(lines: Sequence[TextLine]) -> list[Paragraph]:
    """What a picture says, in reading order."""
    return [paragraph for cluster in _ordered(_rows(lines)) for paragraph in paragraphs_of(cluster)]


def figure_blocks(lines: Sequence[TextLine], page: int, lang: Lang, count: int) -> list[Block]:
    """Blocks of kind figure_text, in no section yet. ``count`` blocks have a number already."""
    found = paragraphs_in(lines)
    return [_block(paragraph, "figure_text", page, lang, count + k) for k, paragraph in enumerate(found)]


class Region(Struct, frozen=True):
    """What is to be read: a picture, or a whole page whose text is no text."""

    page: int
    box: Box
    whole: bool
    pixels: int = 0  # of the largest picture in it, as stored


class Seen(Struct, frozen=True):
    """What was read of a picture, in points of the page."""

    region: Region
    lines: tuple[TextLine, ...]
    tables: tuple[RuledTable, ...] = ()


class Read(Struct, frozen=True):
    """A scanned page: its blocks, its tables, all sections with those that begin on it, and its title."""

    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    sections: tuple[Section, ...]
    title: str


def read_page(seen: Seen, content: Content) -> Read:
    """Put a page that is one picture behind what ``content`` has."""
    region, sections, count = seen.region, list(content.sections), len(content.blocks)
    in_tables = {id(line) for table in seen.tables for line in table.lines}
    paper = content.kind == "report"
    rows = _rows([line for line in seen.lines if id(line) not in in_tables], paper)
    edge = [row for row in rows if _PAGE_NUMBER.fullmatch(row.text) and _at_edge(row.box, region.box.bottom)]
    body = [row for row in rows if not any(row is other for other in edge)]
    margin = _right_margin(body) if paper else 0.0
    clusters = clusters_of(body, [])
    places = [around([row.box for row in cluster]) for cluster in clusters] + [_box_of(table) for table in seen.tables]
    paragraphs: list[Paragraph] = []
    after: dict[int, list[RuledTable]] = {}  # tables, by how many paragraphs stand before
    for k in visual_order(places):
        if k < len(clusters):
            paragraphs += paragraphs_of(clusters[k], margin)
        else:
            after.setdefault(len(paragraphs), []).append(seen.tables[k - len(clusters)])
    candidates = [Candidate(p.text, p.size, p.box, k) for k, p in enumerate(paragraphs)]
    slide = None
    if content.kind == "deck":
        slide = next((k for k, section in enumerate(sections) if section.pages == (region.page, region.page)), None)
    begun = [k for k, section in enumerate(sections) if section.pages[0] <= region.page]
    current = slide if content.kind == "deck" else begun[-1] if begun else None  # the section that goes on here
    first = region.page == 1 or content.kind == "deck"
    chosen = None
    if first:
        chosen = _centred(paragraphs, region.box) if paper else title_of(candidates, region.box.bottom)
    out: list[Block] = []
    tables: list[Table] = []
    title = ""

    def add_tables(position: int) -> None:
        for table in after.get(position, ()):
            section = sections[current].id if current is not None else None
            block = _table_block(table, region.page, content.lang, count + len(out))
            out.append(replace(block, section=section))
            header = int(len(table.rows) > 1 and all(table.rows[0]))
            name = f"t{len(content.tables) + len(tables) + 1}"
            tables.append(Table(name, block.id, region.page, table.rows, header))

    for k, paragraph in enumerate(paragraphs):
        add_tables(k)
        kind: BlockKind = "list_item" if paragraph.bullet else "paragraph"
        block = _block(paragraph, kind, region.page, content.lang, count + len(out))
        if chosen is not None and chosen.index == k:
            title = paragraph.text
            block = replace(block, kind="title" if region.page == 1 else "heading", level=1)
            if content.kind == "deck" and slide is not None:
                number, name = split_number(title)
                sections[slide] = replace(sections[slide], title=name, number=number)
        elif content.kind == "report" and _is_heading(paragraph):
            number, name = _numbered(paragraph.text)
            level = _level(paragraph.text)
            block = replace(block, kind="heading", level=level)
            at = len(begun) if current is None else current + 1
            sections.insert(at, _section(sections, at, number, name, level, region.page))
            current = at
        if current is not None:
            _reach(sections, current, region.page)
            block = replace(block, section=sections[current].id)
        out.append(block)
    add_tables(len(paragraphs))
    for row in edge:
        out.append(_block(Paragraph((row,)), "furniture", region.page, content.lang, count + len(out)))
    return Read(tuple(out), tuple(tables), tuple(sections), title)


def _box_of(table: RuledTable) -> Box:
    return Box(table.x0, table.top, table.x1, table.bottom)


def _table_block(table: RuledTable, page: int, lang: Lang, count: int) -> Block:
    text = "\n".join(" | ".join(row) for row in table.rows)
    box = Box(round(table.x0, 1), round(table.top, 1), round(table.x1, 1), round(table.bottom, 1))
    return Block(f"b{count + 1}", page, box, "table", text, language_of(text, lang), origin="ocr")


def _rows(lines: Sequence[TextLine], paper: bool = False) -> list[Row]:
    """Rows, those of about the usual size in exactly that, pieces of one line put together."""
    sizes = sorted((line.bottom - line.top) / _BOX_TO_SIZE for line in lines)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    same, split = (_SAME_SIZE_ON_PAPER, _SPLIT_ON_PAPER) if paper else (_SAME_SIZE, _SPLIT)
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: line.x0):
        height = line.bottom - line.top
        size = height / _BOX_TO_SIZE
        if usual / same < size < usual * same:
            size = usual
        box = Box(line.x0, line.top, line.x1, line.bottom)
        row = Row(line.text, box, line.bottom - 0.2 * height, size, False, 0, line.x0)
        before = next((k for k, other in enumerate(rows) if _goes_on(other, row, split)), None)
        if before is None:
            rows.append(row)
        else:
            other = rows[before]
            text = join_lines([other.text, row.text])
            rows[before] = replace(other, text=text, box=around([other.box, box]))
    return sorted(rows, key=lambda row: (row.baseline, row.box.x0))


def _goes_on(row: Row, other: Row, split: float) -> bool:
    """Whether ``other`` stands right behind ``row`` on one line."""
    gap = other.box.x0 - row.box.x1
    return (
        abs(row.baseline - other.baseline) < 0.35 * row.em
        and -0.8 * row.em < gap < split * row.em
        and max(row.size, other.size) < 1.3 * min(row.size, other.size)
    )


def _ordered(rows: Sequence[Row]) -> list[list[Row]]:
    clusters = clusters_of(rows, [])
    return [clusters[k] for k in visual_order([around([row.box for row in cluster]) for cluster in clusters])]


def _at_edge(box: Box, height: float) -> bool:
    return box.bottom < 0.08 * height or box.top > 0.9 * height


def _right_margin(rows: Sequence[Row]) -> float:
    """Where most long lines end."""
    ends = sorted((row.box.x1 for row in rows), reverse=True)
    return ends[len(ends) // 5] if len(ends) >= 5 else 0.0


def _centred(paragraphs: Sequence[Paragraph], page: Box) -> Candidate | None:
    """The title of a scanned paper: a short line set in the middle, above all text that begins at the margin."""
    for k, paragraph in enumerate(paragraphs):
        box, text = paragraph.box, paragraph.text
        middle = abs((box.x0 + box.x1) / 2 - (page.x0 + page.x1) / 2) < 0.04 * (page.x1 - page.x0)
        if middle and len(text) <= 60 and box.top < 0.45 * page.bottom and not numbering(text):
            return Candidate(text, paragraph.size, box, k)
        at_margin = box.x0 < page.x0 + 0.25 * (page.x1 - page.x0)
        if at_margin and (len(text) > 25 or numbering(text) or _ITEM_OF_PAPER.match(text) or paragraph.bullet):
            return None
    return None


_ITEM_OF_PAPER = re.compile("第[ ]?[0-9一二三四五六七八九十]{1,3}[ \u3000]")  # 第1 without 章: rulings, council papers


def _is_heading(paragraph: Paragraph) -> bool:
    """A short numbered line that is no sentence: a scan shows neither fonts nor bookmarks."""
    text = paragraph.text
    found, item = numbering(text), _ITEM_OF_PAPER.match(text)
    if paragraph.bullet or not (found or item):
        return False
    if found and found.kind in ("circled", "kana", "alpha", "bracket", "paren"):
        return False
    rest = text[found.end if found else item.end() if item else 0 :]
    return len(paragraph.rows) == 1 and 1 < len(rest) <= 40 and not re.search(r"[。．.、，,]$|https?:", text)


def _numbered(text: str) -> tuple[str | None, str]:
    item = _ITEM_OF_PAPER.match(text)
    return (item.group().strip(), text[item.end() :]) if item else split_number(text)


def _level(text: str) -> int:
    found = numbering(text)
    return 1 if found is None or found.rank < 8 else 2 + max(0, found.depth - 1)


def _reach(sections: list[Section], position: int | None, page: int) -> None:
    """Let a section, and those that it stands in, go on to a page."""
    while position is not None:
        section = sections[position]
        sections[position] = replace(section, pages=(section.pages[0], max(section.pages[1], page)))
        position = next((k for k, other in enumerate(sections) if other.id == section.parent), None)


def _section(sections: Sequence[Section], at: int, number: str | None, name: str, level: int, page: int) -> Section:
    parent = next((section.id for section in reversed(sections[:at]) if section.level < level), None)
    return Section(f"s{len(sections) + 1}", name, level, (page, page), parent, number)


def _block(paragraph: Paragraph, kind: BlockKind, page: int, lang: Lang, count: int) -> Block:
    box = paragraph.box
    rounded = Box(round(box.x0, 1), round(box.top, 1), round(box.x1, 1), round(box.bottom, 1))
    text = paragraph.text
    level = 1 if kind == "list_item" else None
    return Block(f"b{count + 1}", page, rounded, kind, text, language_of(text, lang), level=level, origin="ocr")
