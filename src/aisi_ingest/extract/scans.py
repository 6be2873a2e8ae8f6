"""Lines that were read in a picture to blocks: paragraphs of a scanned page, or what a figure says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aisi_ingest.extract.clusters import Paragraph, Row, clusters_of, paragraphs_of
from aisi_ingest.extract.order import visual_order
from aisi_ingest.extract.slides import around
from aisi_ingest.extract.titles import Candidate, title_of
from aisi_ingest.model import Block, BlockKind, Box, Content, Lang, Section
from aisi_ingest.numbering import numbering
from aisi_ingest.outline import number_and_title
from aisi_ingest.text import language_of

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr import TextLine
    from aisi_ingest.extract.pictures import Region

# The engine's boxes are this much higher than the type size; measured on the scans at hand, 1.2 to 1.3.
_BOX_TO_SIZE = 1.25
_SAME_SIZE = 1.12  # sizes of the lines of one text differ by less: boxes hug ascenders, or do not
_PAGE_NUMBER = re.compile(r"[-–—]?[ ]?\d{1,4}[ ]?[-–—]?(?:[ ]?/[ ]?\d{1,4})?")


def figure_blocks(lines: Sequence[TextLine], page: int, lang: Lang, count: int) -> list[Block]:
    """Blocks of kind figure_text, in no section yet. ``count`` blocks have a number already."""
    out: list[Block] = []
    for cluster in _ordered(_rows(lines)):
        for paragraph in paragraphs_of(cluster):
            out.append(_block(paragraph, "figure_text", page, lang, count + len(out)))
    return out


def page_blocks(
    lines: Sequence[TextLine], region: Region, content: Content, sections: list[Section], count: int
) -> tuple[list[Block], list[Section], str]:
    """Blocks of a page that is one picture, the sections with those that begin there, and its title."""
    rows = _rows(lines)
    edge = [row for row in rows if _PAGE_NUMBER.fullmatch(row.text) and _at_edge(row.box, region.box.bottom)]
    body = [row for row in rows if not any(row is other for other in edge)]
    clusters = _ordered(body)
    paragraphs = [paragraph for cluster in clusters for paragraph in paragraphs_of(cluster)]
    candidates = [Candidate(p.text, p.size, p.box, k) for k, p in enumerate(paragraphs)]
    slide = next((k for k, section in enumerate(sections) if section.pages == (region.page, region.page)), None)
    first = region.page == 1 or content.kind == "deck"
    chosen = title_of(candidates, region.box.bottom) if first else None
    out: list[Block] = []
    sections = list(sections)
    title = ""
    for k, paragraph in enumerate(paragraphs):
        kind: BlockKind = "list_item" if paragraph.bullet else "paragraph"
        block = _block(paragraph, kind, region.page, content.lang, count + len(out))
        if chosen is not None and chosen.index == k:
            title = paragraph.text
            block = replace(block, kind="title" if region.page == 1 else "heading", level=1)
            if content.kind == "deck" and slide is not None:
                number, name = number_and_title(title)
                sections[slide] = replace(sections[slide], title=name, number=number)
        elif content.kind == "report" and _is_heading(paragraph):
            number, name = number_and_title(paragraph.text)
            level = _level(paragraph.text)
            block = replace(block, kind="heading", level=level)
            sections.append(_section(sections, number, name, level, region.page))
        if content.kind == "deck":
            block = replace(block, section=sections[slide].id if slide is not None else None)
        elif sections:
            sections[-1] = replace(sections[-1], pages=(sections[-1].pages[0], region.page))
            block = replace(block, section=sections[-1].id)
        out.append(block)
    for row in edge:
        out.append(_block(Paragraph((row,)), "furniture", region.page, content.lang, count + len(out)))
    return out, sections, title


def _rows(lines: Sequence[TextLine]) -> list[Row]:
    """Rows with one size for all lines that were set in about one size."""
    heights = sorted((line.bottom - line.top) / _BOX_TO_SIZE for line in lines)
    sizes: list[list[float]] = []
    for height in heights:
        if sizes and height <= _SAME_SIZE * sizes[-1][0]:
            sizes[-1].append(height)
        else:
            sizes.append([height])
    out = []
    for line in lines:
        height = (line.bottom - line.top) / _BOX_TO_SIZE
        size = next(sum(group) / len(group) for group in sizes if group[0] <= height <= group[-1])
        box = Box(line.x0, line.top, line.x1, line.bottom)
        out.append(Row(line.text, box, line.bottom - 0.2 * (line.bottom - line.top), size, False, 0, line.x0))
    return sorted(out, key=lambda row: (row.baseline, row.box.x0))


def _ordered(rows: Sequence[Row]) -> list[list[Row]]:
    clusters = clusters_of(rows, [])
    return [clusters[k] for k in visual_order([around([row.box for row in cluster]) for cluster in clusters])]


def _at_edge(box: Box, height: float) -> bool:
    return box.bottom < 0.08 * height or box.top > 0.9 * height


def _is_heading(paragraph: Paragraph) -> bool:
    """A short numbered line that is no sentence: a scan shows neither fonts nor bookmarks."""
    text = paragraph.text
    found = numbering(text)
    if found is None or found.kind in ("circled", "kana", "alpha", "bracket", "paren") or paragraph.bullet:
        return False
    rest = text[found.end :]
    return len(paragraph.rows) == 1 and 1 < len(rest) <= 40 and not re.search(r"[。．.、，,]$|https?:", text)


def _level(text: str) -> int:
    found = numbering(text)
    return 1 if found is None or found.rank < 8 else 2 + max(0, found.depth - 1)


def _section(sections: Sequence[Section], number: str | None, name: str, level: int, page: int) -> Section:
    parent = next((section.id for section in reversed(sections) if section.level < level), None)
    return Section(f"s{len(sections) + 1}", name, level, (page, page), parent, number)


def _block(paragraph: Paragraph, kind: BlockKind, page: int, lang: Lang, count: int) -> Block:
    box = paragraph.box
    rounded = Box(round(box.x0, 1), round(box.top, 1), round(box.x1, 1), round(box.bottom, 1))
    text = paragraph.text
    level = 1 if kind == "list_item" else None
    return Block(f"b{count + 1}", page, rounded, kind, text, language_of(text, lang), level=level, origin="ocr")
