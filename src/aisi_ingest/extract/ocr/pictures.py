"""Text inside the pictures of a PDF: which pictures may hold some, and where what was read there belongs."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from aisi_ingest.extract.ocr import engine
from aisi_ingest.extract.ocr.engine import TextLine
from aisi_ingest.extract.ocr.page_text import Region, Seen, figure_blocks, read_page
from aisi_ingest.extract.ocr.tables import RuledTable, tables_in
from aisi_ingest.extract.ocr.thresholds import BUDGET, COVERED, DENSITY, FEW, HEIGHT, PATHS, REPEATED, SHARE, WIDTH
from aisi_ingest.model import Block, Box, Content, Issue, Lang, Result, Section
from aisi_ingest.sandbox import bad_pages

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import Image

_TEXT, _IMAGE, _FORM = 1, 3, 5  # fpdf_edit.h


_AI = re.compile(r"(?<![A-Za-z])AI(?![a-z])")


def with_pictures(path: str | Path, content: Content) -> Result[Content]:
    """The content with what its pictures say, as blocks of origin "ocr".

    Without the engine the content comes back as it is, with an issue ``ocr_missing``. Pictures that are too
    large, or too many, leave an issue ``picture_too_large`` or ``ocr_limit``; nothing else is lost by them.
    """
    if any(block.origin == "ocr" for block in content.blocks):
        return Result(content)  # was read before
    regions = _regions(path, content)
    if not regions:
        return Result(content)
    waiting = [region.page for region in regions if region.whole]
    if not engine.available():
        issues = [engine.missing(waiting, "pages")] if waiting else []
        pictures = sorted({region.page for region in regions if not region.whole})
        if pictures:
            issues.append(engine.missing(pictures, "pictures on pages"))
        return Result(content, tuple(issues))
    subject = any(_AI.search(block.text) for block in content.blocks)
    issues = []
    found: list[Seen] = []
    spent = 0.0
    late: list[int] = []
    for region in sorted(regions, key=lambda region: (not region.whole, region.page)):
        if region.pixels > engine.MAXIMUM_PIXELS:
            message = (
                f"A picture on page {region.page} has {region.pixels // 1_000_000} million pixels and was not read."
            )
            issues.append(Issue("extract", "warning", "picture_too_large", message, region.page))
            continue
        scale = _scale(region.box)
        spent += (region.box.x1 - region.box.x0) * (region.box.bottom - region.box.top) * scale**2 / 1e6
        if spent > BUDGET:
            late.append(region.page)
            continue
        bad_pages.begins(region.page)
        image = _rendered(path, region, scale)
        if image is None or not (region.whole or engine.looks_like_text(image)):
            continue
        read = engine.read_image(image, engine.PAGE_FLOOR if region.whole else engine.FLOOR)
        lines = [replace(line, text=engine.correct_ai(line.text, subject)) for line in read]
        if lines:
            tables = tables_in(image, lines) if region.whole else []
            found.append(_on_page(Seen(region, tuple(lines), tuple(tables)), scale))
    bad_pages.begins(0)
    if late:
        pages = sorted(set(late))
        message = (
            f"{len(pages)} pages have more pictures of text than are read of one document, from page {pages[0]} on."
        )
        issues.append(Issue("extract", "warning", "ocr_limit", message, pages[0]))
    found.sort(key=lambda seen: (seen.region.page, seen.region.box.top, seen.region.box.x0))
    return Result(merged(content, found, waiting), tuple(issues))


def _scale(box: Box) -> float:
    return min(DENSITY, engine.LONGEST_SIDE / max(box.x1 - box.x0, box.bottom - box.top, 1.0))


def _on_page(seen: Seen, scale: float) -> Seen:
    """From the picture's pixels to points of the page."""
    box = seen.region.box
    placed = {id(line): _placed(line, box, scale) for line in seen.lines}
    tables = [
        replace(_placed(table, box, scale), lines=tuple(placed[id(line)] for line in table.lines))
        for table in seen.tables
    ]
    return Seen(seen.region, tuple(placed.values()), tuple(tables))


_Placed = TypeVar("_Placed", TextLine, RuledTable)


def _placed(thing: _Placed, box: Box, scale: float) -> _Placed:
    return replace(
        thing,
        x0=box.x0 + thing.x0 / scale,
        top=box.top + thing.top / scale,
        x1=box.x0 + thing.x1 / scale,
        bottom=box.top + thing.bottom / scale,
    )


def _regions(path: str | Path, content: Content) -> list[Region]:
    """What may hold text that the file does not carry."""
    from aisi_ingest.extract.pdf.document import open_document

    own: Counter[int] = Counter()
    for block in content.blocks:
        if block.kind != "furniture" and not block.hidden:
            own[block.page] += len(block.text)
    pages: list[tuple[int, float, float, list[tuple[Box, int]], int]] = []
    with open_document(path) as document:
        for index in range(document.page_count):
            pages.append(_drawn(document.handle, index))
    bad_pages.begins(0)
    places: Counter[tuple[int, ...]] = Counter(_place(box) for *_, boxes, _ in pages for box, _ in boxes)
    out: list[Region] = []
    for page, width, height, boxes, paths in pages:
        sheet = Box(0.0, 0.0, width, height)
        pixels = max((size for _, size in boxes), default=0)
        covered = min(1.0, sum(_area(box) for box, _ in boxes) / max(1.0, _area(sheet)))
        if (own[page] < FEW and covered >= COVERED) or (not own[page] and not boxes and paths >= PATHS):
            out.append(Region(page, sheet, True, pixels))
            continue
        single = [(box, size) for box, size in boxes if places[_place(box)] < REPEATED]
        for box, size in _joined(single):
            wide, high = box.x1 - box.x0, box.bottom - box.top
            if wide >= WIDTH and high >= HEIGHT and wide * high >= SHARE * _area(sheet):
                out.append(Region(page, box, False, size))
    return out


def _area(box: Box) -> float:
    return max(0.0, box.x1 - box.x0) * max(0.0, box.bottom - box.top)


def _place(box: Box) -> tuple[int, ...]:
    return tuple(round(value / 4) for value in (box.x0, box.top, box.x1, box.bottom))


def _joined(boxes: Sequence[tuple[Box, int]]) -> list[tuple[Box, int]]:
    """Pictures that were cut into strips or laid over each other, put together."""
    out: list[tuple[Box, int]] = []
    for box, size in sorted(boxes, key=lambda pair: (pair[0].top, pair[0].x0)):
        merged_box = box
        kept = []
        for other, pixels in out:
            touch = (
                merged_box.x0 < other.x1 + 1
                and other.x0 < merged_box.x1 + 1
                and merged_box.top < other.bottom + 1
                and other.top < merged_box.bottom + 1
            )
            if touch:
                merged_box = Box(
                    min(merged_box.x0, other.x0),
                    min(merged_box.top, other.top),
                    max(merged_box.x1, other.x1),
                    max(merged_box.bottom, other.bottom),
                )
                size = max(size, pixels)
            else:
                kept.append((other, pixels))
        out = [*kept, (merged_box, size)]
    return out


def _drawn(document: int, index: int) -> tuple[int, float, float, list[tuple[Box, int]], int]:
    """Number, width and height of a page, the pictures on it with their stored pixels, and how many shapes."""
    from aisi_ingest.extract.pdf.page import View
    from aisi_ingest.extract.pdf.pdfium import C

    page = C.FPDF_LoadPage(document, index) if bad_pages.begins(index + 1) else 0
    if not page:
        return index + 1, 1.0, 1.0, [], 0
    try:
        bounds = (ctypes.c_float * 4)()
        C.FPDF_GetPageBoundingBox(page, ctypes.addressof(bounds))
        left, top, right, bottom = bounds
        turns = C.FPDFPage_GetRotation(page) % 4
        view = View(left, bottom, right, top, turns)
        width, height = (right - left, top - bottom) if turns % 2 == 0 else (top - bottom, right - left)
        boxes: list[tuple[Box, int]] = []
        paths = 0
        for handle, kind, matrix in _objects(page):
            if kind != _IMAGE:
                paths += 1
                continue
            a, b, c, d, e, f = matrix
            xs, ys = [e, a + e, c + e, a + c + e], [f, b + f, d + f, b + d + f]
            ax, ay = view.points(min(xs), min(ys))
            bx, by = view.points(max(xs), max(ys))
            x0, x1 = max(0.0, min(ax, bx)), min(width, max(ax, bx))
            y0, y1 = max(0.0, min(ay, by)), min(height, max(ay, by))
            if x1 - x0 > 1 and y1 - y0 > 1:
                boxes.append((Box(x0, y0, x1, y1), _stored_pixels(handle)))
        return index + 1, width, height, boxes, paths
    finally:
        C.FPDF_ClosePage(page)


def _objects(page: int) -> Iterator[tuple[int, int, Any]]:
    """Pictures and shapes of a page, those in forms too, with the matrix that puts them on the page."""
    from aisi_ingest.extract.pdf.drawing import times
    from aisi_ingest.extract.pdf.pdfium import C

    numbers = (ctypes.c_float * 6)()
    address = ctypes.addressof(numbers)

    def own(handle: int) -> Any:
        return tuple(numbers) if C.FPDFPageObj_GetMatrix(handle, address) else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

    def walk(count: int, get: Any, holder: int, matrix: Any, depth: int) -> Iterator[tuple[int, int, Any]]:
        for position in range(count):
            handle = get(holder, position)
            kind = C.FPDFPageObj_GetType(handle)
            if kind == _FORM and depth < 16:
                inside = max(0, C.FPDFFormObj_CountObjects(handle))
                yield from walk(inside, C.FPDFFormObj_GetObject, handle, times(own(handle), matrix), depth + 1)
            elif kind == _IMAGE:
                yield handle, kind, times(own(handle), matrix)
            elif kind != _TEXT:
                yield handle, kind, None

    yield from walk(C.FPDFPage_CountObjects(page), C.FPDFPage_GetObject, page, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0)


def _stored_pixels(handle: int) -> int:
    import pypdfium2.raw as raw

    wide, high = ctypes.c_uint(), ctypes.c_uint()
    found = raw.FPDFImageObj_GetImagePixelSize(ctypes.cast(handle, raw.FPDF_PAGEOBJECT), wide, high)
    return wide.value * high.value if found else 0


def _rendered(path: str | Path, region: Region, scale: float) -> Image | None:
    """A region as the reader sees it, but without the page's own text."""
    import numpy as np
    import pypdfium2
    import pypdfium2.raw as raw

    from aisi_ingest.extract.pdf.pdfium import C

    C.load()  # so that PDFium draws with our fonts, not with those of the machine
    document = pypdfium2.PdfDocument(path)
    try:
        page = document[region.page - 1]
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=16):
            raw.FPDFPageObj_SetIsActive(item, False)
        width, height = page.get_size()
        box = region.box
        cut = (max(0.0, box.x0), max(0.0, height - box.bottom), max(0.0, width - box.x1), max(0.0, box.top))
        picture = page.render(scale=scale, crop=cut, rev_byteorder=True).to_numpy()
    except (pypdfium2.PdfiumError, ValueError):
        return None
    finally:
        document.close()
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, None], 3, axis=2)
    return np.ascontiguousarray(picture[:, :, :3])


def _are_slides(page_sizes: Sequence[tuple[float, float]]) -> bool:
    from aisi_ingest.extract.slides.pdf_deck import (
        is_deck,  # with all that reads decks: only where words were found in pictures
    )

    return is_deck(page_sizes)


def merged(content: Content, found: Sequence[Seen], waiting: Sequence[int]) -> Content:
    """The content with the blocks of what was read, each page's after the text that stands above it."""
    silent = not any(block.text for block in content.blocks)
    if silent and found and content.kind == "report" and _are_slides(content.page_sizes):
        # Slides that were saved as pictures: nothing told them from a report before they were read.
        sections = [Section(f"s{page}", "", 1, (page, page)) for page in range(1, len(content.page_sizes) + 1)]
        content = replace(content, kind="deck", sections=tuple(sections))
    for seen in found:
        if seen.region.whole:
            page = read_page(seen, content)
            content = replace(
                content,
                blocks=_inserted(content.blocks, page.blocks, seen.region),
                sections=page.sections,
                tables=(*content.tables, *page.tables),
                title=content.title or page.title,
            )
        else:
            blocks = figure_blocks(seen.lines, seen.region.page, content.lang, len(content.blocks))
            content = replace(content, blocks=_inserted(content.blocks, blocks, seen.region))
    pages = tuple(sorted({*content.pages_without_text, *waiting}))
    content = replace(content, pages_without_text=pages)
    return replace(content, lang=_language(content)) if silent else content


def _inserted(blocks: Sequence[Block], new: Sequence[Block], region: Region) -> tuple[Block, ...]:
    """After what is read before the picture: the pages before, and on its own page what begins above it.

    Furniture, speaker's notes and hidden text are no measure: reports have them behind everything else.
    """
    flow = [k for k, block in enumerate(blocks) if _in_flow(block)]
    before = [k for k in flow if (blocks[k].page, blocks[k].bbox.top) <= (region.page, region.box.top + 1)]
    at = before[-1] + 1 if before else flow[0] if flow else 0
    while at < len(blocks) and blocks[at].page < region.page and not _in_flow(blocks[at]):
        at += 1  # the furniture of the slide before
    section = blocks[before[-1]].section if before else None
    if not before or blocks[before[-1]].page != region.page:
        section = next((blocks[k].section for k in flow if blocks[k].page == region.page), section)
    placed = [block if block.section else replace(block, section=section) for block in new]
    return (*blocks[:at], *placed, *blocks[at:])


def _in_flow(block: Block) -> bool:
    turned = block.kind == "figure_text" and block.origin == "text"
    return block.kind not in ("furniture", "note") and not block.hidden and not turned


def _language(content: Content) -> Lang:
    """That of most of what the document itself says: pictures inside its pages may quote the other language."""
    weight: Counter[Lang] = Counter()
    for block in content.blocks:
        if block.kind not in ("figure_text", "furniture") and not block.hidden:
            # A Japanese character says about as much as 2.5 Latin ones.
            weight[block.lang] += round(len(block.text) * (2.5 if block.lang == "ja" else 1))
    return max(weight, key=lambda lang: (weight[lang], lang)) if weight else content.lang
