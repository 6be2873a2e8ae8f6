"""Lines that were read in a picture to blocks: paragraphs of a scanned page, or what a figure says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aisi_ingest.extract.clusters import Paragraph, Row, clusters_of, paragraphs_of
from aisi_ingest.extract.order import visual_order
from aisi_ingest.extract.slides import around
from aisi_ingest.extract.titles import Candidate, split_number, title_of
from aisi_ingest.model import Block, BlockKind, Box, Content, Lang, Section
from aisi_ingest.numbering import numbering
from aisi_ingest.text import language_of

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr import TextLine
    from aisi_ingest.extract.pictures import Region

# The engine's boxes are this much higher than the type size; measured on the scans at hand, 1.2 to 1.3.
_BOX_TO_SIZE = 1.25
_SAME_SIZE = 1.3  # boxes of lines in one size differ by less: they hug what stands highest and lowest
_PAGE_NUMBER = re.compile(r"[-–—]?[ ]?\d{1,4}[ ]?[-–—]?(?:[ ]?/[ ]?\d{1,4})?")


def paragraphs_in(lines: Sequence[TextLine]) -> list[Paragraph]:
    """What a picture says, in reading order."""
    return [paragraph for cluster in _ordered(_rows(lines)) for paragraph in paragraphs_of(cluster)]


def figure_blocks(lines: Sequence[TextLine], page: int, lang: Lang, count: int) -> list[Block]:
    """Blocks of kind figure_text, in no section yet. ``count`` blocks have a number already."""
    found = paragraphs_in(lines)
    return [_block(paragraph, "figure_text", page, lang, count + k) for k, paragraph in enumerate(found)]


def page_blocks(
    lines: Sequence[TextLine], region: Region, content: Content, sections: list[Section], count: int
) -> tuple[list[Block], list[Section], str]:
    """Blocks of a page that is one picture, the sections with those that begin there, and its title."""
    rows = _rows(lines)
    edge = [row for row in rows if _PAGE_NUMBER.fullmatch(row.text) and _at_edge(row.box, region.box.bottom)]
    body = [row for row in rows if not any(row is other for other in edge)]
    clusters = _ordered(body)
    margin = _right_margin(body) if content.kind == "report" else 0.0
    paragraphs = [paragraph for cluster in clusters for paragraph in paragraphs_of(cluster, margin)]
    candidates = [Candidate(p.text, p.size, p.box, k) for k, p in enumerate(paragraphs)]
    slide = next((k for k, section in enumerate(sections) if section.pages == (region.page, region.page)), None)
    first = region.page == 1 or content.kind == "deck"
    chosen = None
    if first:
        paper = content.kind == "report"
        chosen = _centred(paragraphs, region.box) if paper else title_of(candidates, region.box.bottom)
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
                number, name = split_number(title)
                sections[slide] = replace(sections[slide], title=name, number=number)
        elif content.kind == "report" and _is_heading(paragraph):
            number, name = _numbered(paragraph.text)
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
    """Rows, those of about the usual size in exactly that: boxes tell sizes only roughly."""
    sizes = sorted((line.bottom - line.top) / _BOX_TO_SIZE for line in lines)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    out = []
    for line in lines:
        height = line.bottom - line.top
        size = height / _BOX_TO_SIZE
        if usual / _SAME_SIZE < size < usual * _SAME_SIZE:
            size = usual
        box = Box(line.x0, line.top, line.x1, line.bottom)
        out.append(Row(line.text, box, line.bottom - 0.2 * height, size, False, 0, line.x0))
    return sorted(out, key=lambda row: (row.baseline, row.box.x0))


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


def _section(sections: Sequence[Section], number: str | None, name: str, level: int, page: int) -> Section:
    parent = next((section.id for section in reversed(sections) if section.level < level), None)
    return Section(f"s{len(sections) + 1}", name, level, (page, page), parent, number)


def _block(paragraph: Paragraph, kind: BlockKind, page: int, lang: Lang, count: int) -> Block:
    box = paragraph.box
    rounded = Box(round(box.x0, 1), round(box.top, 1), round(box.x1, 1), round(box.bottom, 1))
    text = paragraph.text
    level = 1 if kind == "list_item" else None
    return Block(f"b{count + 1}", page, rounded, kind, text, language_of(text, lang), level=level, origin="ocr")
