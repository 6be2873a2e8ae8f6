"""Read the text inside the pictures of a PDF, and insert it where the pictures are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from aisi_ingest.extract.geometry import area, box_height, box_width
from aisi_ingest.extract.ocr import engine
from aisi_ingest.extract.ocr.engine import TextLine
from aisi_ingest.extract.ocr.page_text import figure_blocks
from aisi_ingest.extract.ocr.picture_text import (
    KnownLines,
    Lines,
    PictureText,
    PictureTexts,
    RuledTable,
    nothing_known,
)
from aisi_ingest.extract.ocr.recogniser import Recogniser, certain_lines
from aisi_ingest.extract.ocr.regions import Region, find_regions, render_region
from aisi_ingest.extract.ocr.scanned_page import RecognisedRegion, read_scanned_page
from aisi_ingest.extract.ocr.tables import find_tables
from aisi_ingest.extract.ocr.thresholds import MEGAPIXEL_BUDGET, PIXELS_PER_POINT
from aisi_ingest.extract.slides.compose import dominant_language
from aisi_ingest.model import Block, Box, Content, Issue, Lang, Result, Section
from aisi_ingest.sandbox import bad_pages

_AI = re.compile(r"(?<![A-Za-z])AI(?![a-z])")
# Pages with these proportions, width by height, are slides if they have no text: between 1.15 and 2.6.
_NARROWEST_SLIDE, _WIDEST_SLIDE = 1.15, 2.6
_SLIDE_SHARE = 0.8  # of the pages


def recognise(
    path: str | Path, content: Content, known: KnownLines = nothing_known, only_pages: bool = False
) -> Result[PictureTexts]:
    """Recognise the text of a PDF's pictures: of pages without text first, until the budget of one document is spent.

    Args:
        path: The file.
        content: Its content without OCR.
        known: Finds the lines of pictures that were recognised before.
        only_pages: Recognise only pages without text.

    Returns:
        The texts, and issues. ``ocr_missing``: the engine is not installed. ``picture_too_large`` and ``ocr_limit``:
        some pictures were not read.
    """
    regions = [region for region in find_regions(path, content) if region.is_page or not only_pages]
    scanned_pages = tuple(sorted({region.page for region in regions if region.is_page}))
    if regions and not engine.available():
        others = [region.page for region in regions if not region.is_page]
        return Result(PictureTexts(), tuple(engine.missing_issues(scanned_pages, others)))
    issues = []
    found: list[PictureText] = []
    recogniser, about_ai = Recogniser(known), _is_about_ai(content)
    spent = 0.0  # megapixels
    skipped: set[int] = set()
    for done, region in enumerate(sorted(regions, key=lambda region: (not region.is_page, region.page))):
        bad_pages.note_progress(done, len(regions))
        if region.pixels > engine.MAXIMUM_PIXELS:
            millions = region.pixels // 1_000_000
            message = f"A picture on page {region.page} has {millions} million pixels and was not read."
            issues.append(Issue("extract", "warning", "picture_too_large", message, region.page))
            continue
        scale = _scale(region.box)
        spent += area(region.box) * scale**2 / 1e6
        if spent > MEGAPIXEL_BUDGET:
            skipped.add(region.page)
            continue
        bad_pages.begin_page(region.page)
        image = render_region(path, region, scale)
        if image is None or not (region.is_page or engine.looks_like_text(image)):
            continue
        digest, lines = recogniser.read(image)
        tables = find_tables(image, _corrected(lines, True, about_ai)) if region.is_page and lines else []
        found.append(PictureText(digest, (image.shape[1], image.shape[0]), lines, region, tuple(tables)))
    bad_pages.begin_page(0)
    if skipped:
        message = (
            f"Pictures on {len(skipped)} pages, from page {min(skipped)} on, were not read: the document has more "
            "pictures of text than the limit of one document allows."
        )
        issues.append(Issue("extract", "warning", "ocr_limit", message, min(skipped)))
    return Result(PictureTexts(tuple(found), scanned_pages), tuple(issues))


def with_texts(content: Content, texts: PictureTexts) -> Content:
    """Add the text of a PDF's pictures to its content, as blocks of origin "ocr".

    Args:
        content: The content without OCR.
        texts: The text of its pictures.
    """
    about_ai = _is_about_ai(content)
    found = []
    for picture in texts.pictures:
        region = picture.region
        if region is not None:
            lines = _corrected(picture.lines, region.is_page, about_ai)
            if lines:
                found.append(_in_points(RecognisedRegion(region, tuple(lines), picture.tables), _scale(region.box)))
    if not found and not texts.scanned_pages:
        return content
    found.sort(key=lambda one: (one.region.page, one.region.box.top, one.region.box.x0))
    return _insert_all(content, found, texts.scanned_pages)


def _is_about_ai(content: Content) -> bool:
    return any(_AI.search(block.text) for block in content.blocks)


def _corrected(lines: Lines, is_page: bool, about_ai: bool) -> list[TextLine]:
    """Return the lines that are certain enough, with the name of AI corrected."""
    return [replace(line, text=engine.correct_ai(line.text, about_ai)) for line in certain_lines(lines, is_page)]


def _scale(box: Box) -> float:
    """Return the pixels per point in which a region is rendered."""
    return min(PIXELS_PER_POINT, engine.LONGEST_SIDE / max(box_width(box), box_height(box), 1.0))


def _in_points(recognised: RecognisedRegion, scale: float) -> RecognisedRegion:
    """Convert the boxes of lines and tables from pixels of the image to points of the page."""
    box = recognised.region.box
    lines = {line: _moved(line, box, scale) for line in recognised.lines}
    tables = [
        replace(
            _moved(table, box, scale),
            lines=tuple(lines[line] for line in table.lines),
            places=tuple(tuple(_box_in_points(cell, box, scale) for cell in row) for row in table.places),
        )
        for table in recognised.tables
    ]
    return RecognisedRegion(recognised.region, tuple(lines.values()), tuple(tables))


def _box_in_points(cell: Box, box: Box, scale: float) -> Box:
    return Box(
        box.x0 + cell.x0 / scale, box.top + cell.top / scale, box.x0 + cell.x1 / scale, box.top + cell.bottom / scale
    )


_Placed = TypeVar("_Placed", TextLine, RuledTable)


def _moved(thing: _Placed, box: Box, scale: float) -> _Placed:
    return replace(
        thing,
        x0=box.x0 + thing.x0 / scale,
        top=box.top + thing.top / scale,
        x1=box.x0 + thing.x1 / scale,
        bottom=box.top + thing.bottom / scale,
    )


def have_slide_proportions(page_sizes: Sequence[tuple[float, float]]) -> bool:
    """Return whether at least 80 % of the pages have the proportions of slides.

    This decides whether a document without any text is a deck. ``pdf_reader.is_slide_deck`` decides it for documents
    with text, from the amount of text on each page (see docs/decisions.md).

    Args:
        page_sizes: Width and height of each page, in points.
    """
    if not page_sizes:
        return False
    slides = sum(_NARROWEST_SLIDE * height < width < _WIDEST_SLIDE * height for width, height in page_sizes)
    return slides >= _SLIDE_SHARE * len(page_sizes)


def _insert_all(content: Content, found: Sequence[RecognisedRegion], scanned_pages: Sequence[int]) -> Content:
    """Insert recognised text into the content, each time after the text above the picture.

    Args:
        content: The content without OCR.
        found: The recognised regions, by page and from top to bottom.
        scanned_pages: Pages that have no text of their own.
    """
    had_no_text = not any(block.text for block in content.blocks)
    if had_no_text and found and content.kind == "report" and have_slide_proportions(content.page_sizes):
        sections = [Section(f"s{page}", "", 1, (page, page)) for page in range(1, len(content.page_sizes) + 1)]
        content = replace(content, kind="deck", sections=tuple(sections))
    for recognised in found:
        region = recognised.region
        if region.is_page:
            page = read_scanned_page(recognised, content)
            content = replace(
                content,
                blocks=_inserted(content.blocks, page.blocks, region),
                sections=page.sections,
                tables=(*content.tables, *page.tables),
                title=content.title or page.title,
            )
        else:
            blocks = figure_blocks(recognised.lines, region.page, content.lang, len(content.blocks))
            content = replace(content, blocks=_inserted(content.blocks, blocks, region))
    pages = tuple(sorted({*content.pages_without_text, *scanned_pages}))
    content = replace(content, pages_without_text=pages)
    return replace(content, lang=language_of_content(content)) if had_no_text else content


def _inserted(blocks: Sequence[Block], new: Sequence[Block], region: Region) -> tuple[Block, ...]:
    """Insert blocks behind the text that is read before a picture: earlier pages, and what begins above it.

    Furniture, speaker's notes and hidden text do not count: reports have them behind all other blocks. New blocks
    without a section get that of the text before them.
    """
    flow = [k for k, block in enumerate(blocks) if _is_in_flow(block)]
    before = [k for k in flow if (blocks[k].page, blocks[k].bbox.top) <= (region.page, region.box.top + 1)]
    position = before[-1] + 1 if before else flow[0] if flow else 0
    while position < len(blocks) and blocks[position].page < region.page and not _is_in_flow(blocks[position]):
        position += 1  # the furniture of the slide before
    section = blocks[before[-1]].section if before else None
    if not before or blocks[before[-1]].page != region.page:
        section = next((blocks[k].section for k in flow if blocks[k].page == region.page), section)
    placed = [block if block.section else replace(block, section=section) for block in new]
    return (*blocks[:position], *placed, *blocks[position:])


def _is_in_flow(block: Block) -> bool:
    is_turned_label = block.kind == "figure_text" and block.origin == "text"
    return block.kind not in ("furniture", "note") and not block.hidden and not is_turned_label


def language_of_content(content: Content) -> Lang:
    """Return the language of most of a document's own text. Text in pictures does not count: it may be a quotation."""
    own = [block for block in content.blocks if block.kind not in ("figure_text", "furniture") and not block.hidden]
    return dominant_language((block.lang, block.text) for block in own) or content.lang
