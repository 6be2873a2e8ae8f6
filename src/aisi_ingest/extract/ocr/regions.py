"""Find the regions of a PDF that may contain text which the file does not store as text, and render them."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aisi_ingest.extract.geometry import box_height, box_width, union
from aisi_ingest.extract.ocr.thresholds import (
    FEW_CHARACTERS,
    MINIMUM_COVERAGE,
    MINIMUM_HEIGHT,
    MINIMUM_SHARE,
    MINIMUM_WIDTH,
    OUTLINE_SHAPES,
    REPEATED_PAGES,
)
from aisi_ingest.model import Box, Content
from aisi_ingest.sandbox import bad_pages

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import Image

_TEXT, _IMAGE, _FORM = 1, 3, 5  # types of page objects in PDFium (fpdf_edit.h)
_MAXIMUM_DEPTH = 16  # of forms inside forms
_SAME_PLACE = 4  # points: sides that differ by less are at the same place
_TOUCH = 1  # points between two pictures that are parts of one
_MINIMUM_SIDE = 1  # points of a visible picture
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_GREY_DIMENSIONS = 2  # of the pixels of a grey image: height and width


class Region(Struct, frozen=True):
    """A region of a page that may contain text.

    Attributes:
        page: Number of the page, from 1.
        box: Position on the page, in points.
        is_page: Whether it is the whole page, because the page has no text of its own.
        pixels: Number of pixels of the largest picture in it, as stored in the file.
    """

    page: int
    box: Box
    is_page: bool
    pixels: int = 0


class _Picture(Struct, frozen=True):
    """A picture on a page: its box in points, and its number of pixels as stored in the file."""

    box: Box
    pixels: int


class _PageDrawings(Struct, frozen=True):
    """The size of a page in points, the pictures on it, and the number of other shapes."""

    page: int
    width: float = 1.0
    height: float = 1.0
    pictures: Sequence[_Picture] = ()
    shapes: int = 0


def find_regions(path: str | Path, content: Content) -> list[Region]:
    """Find the regions of a PDF that may contain text which is not stored as text.

    Args:
        path: The file.
        content: Its content without OCR.
    """
    from aisi_ingest.extract.pdf.document import open_document

    characters: Counter[int] = Counter()
    for block in content.blocks:
        if block.kind != "furniture" and not block.hidden:
            characters[block.page] += len(block.text)
    with open_document(path) as document:
        endless = document.inspection.endless
        pages = [
            _PageDrawings(index + 1) if index + 1 in endless else _read_drawings(document.handle, index)
            for index in range(document.page_count)
        ]
    bad_pages.begin_page(0)
    places = Counter(_place(picture.box) for page in pages for picture in page.pictures)
    out: list[Region] = []
    for page in pages:
        page_box = Box(0.0, 0.0, page.width, page.height)
        if _has_no_text(page, page_box, characters[page.page]):
            largest = max((picture.pixels for picture in page.pictures), default=0)
            out.append(Region(page.page, page_box, True, largest))
            continue
        single = [picture for picture in page.pictures if places[_place(picture.box)] < REPEATED_PAGES]
        for picture in _join_parts(single):
            width, height = box_width(picture.box), box_height(picture.box)
            large_enough = width >= MINIMUM_WIDTH and height >= MINIMUM_HEIGHT
            if large_enough and width * height >= MINIMUM_SHARE * _visible_area(page_box):
                out.append(Region(page.page, picture.box, False, picture.pixels))
    return out


def _has_no_text(page: _PageDrawings, page_box: Box, characters: int) -> bool:
    """Return whether a page is a scan, or has letters that were converted to outlines.

    Args:
        page: The pictures and shapes of the page.
        page_box: The box of the page.
        characters: Number of characters of text on the page.
    """
    covered = sum(_visible_area(picture.box) for picture in page.pictures) / max(1.0, _visible_area(page_box))
    is_scan = characters < FEW_CHARACTERS and min(1.0, covered) >= MINIMUM_COVERAGE
    is_outlines = not characters and not page.pictures and page.shapes >= OUTLINE_SHAPES
    return is_scan or is_outlines


def _visible_area(box: Box) -> float:
    """Return the area in square points; 0 for boxes with exchanged sides."""
    return max(0.0, box.x1 - box.x0) * max(0.0, box.bottom - box.top)


def _place(box: Box) -> tuple[int, ...]:
    return tuple(round(value / _SAME_PLACE) for value in (box.x0, box.top, box.x1, box.bottom))


def _join_parts(pictures: Sequence[_Picture]) -> list[_Picture]:
    """Join pictures that were cut into strips or are on top of each other."""
    out: list[_Picture] = []
    for picture in sorted(pictures, key=lambda picture: (picture.box.top, picture.box.x0)):
        separate = []
        for other in out:
            if _touch(picture.box, other.box):
                picture = _Picture(union([picture.box, other.box]), max(picture.pixels, other.pixels))
            else:
                separate.append(other)
        out = [*separate, picture]
    return out


def _touch(one: Box, other: Box) -> bool:
    return (
        one.x0 < other.x1 + _TOUCH
        and other.x0 < one.x1 + _TOUCH
        and one.top < other.bottom + _TOUCH
        and other.top < one.bottom + _TOUCH
    )


def _read_drawings(document: int, index: int) -> _PageDrawings:
    """Read the pictures and shapes of a page. A page that cannot be loaded has none.

    Args:
        document: Handle of the document in PDFium.
        index: Index of the page, from 0.
    """
    from aisi_ingest.extract.pdf.page import View
    from aisi_ingest.extract.pdf.pdfium import C

    page = C.FPDF_LoadPage(document, index) if bad_pages.begin_page(index + 1) else 0
    if not page:
        return _PageDrawings(index + 1)
    try:
        bounds = (ctypes.c_float * 4)()
        C.FPDF_GetPageBoundingBox(page, ctypes.addressof(bounds))
        left, top, right, bottom = bounds
        turns = C.FPDFPage_GetRotation(page) % 4
        view = View(left, bottom, right, top, turns)
        width, height = (right - left, top - bottom) if turns % 2 == 0 else (top - bottom, right - left)
        pictures: list[_Picture] = []
        shapes = 0
        for handle, kind, matrix in _page_objects(page):
            if kind != _IMAGE:
                shapes += 1
                continue
            box = _visible_box(matrix, view, width, height)
            if box_width(box) > _MINIMUM_SIDE and box_height(box) > _MINIMUM_SIDE:
                pictures.append(_Picture(box, _stored_pixels(handle)))
        return _PageDrawings(index + 1, width, height, pictures, shapes)
    finally:
        C.FPDF_ClosePage(page)


def _visible_box(matrix: Any, view: Any, width: float, height: float) -> Box:
    """Return the part of a picture that is on the page.

    Args:
        matrix: Matrix that maps the unit square to the picture, in coordinates of the PDF.
        view: Transformation from these coordinates to points of the page as shown.
        width: Width of the page, in points.
        height: Height of the page, in points.
    """
    a, b, c, d, e, f = matrix
    xs, ys = [e, a + e, c + e, a + c + e], [f, b + f, d + f, b + d + f]
    ax, ay = view.points(min(xs), min(ys))
    bx, by = view.points(max(xs), max(ys))
    x0, x1 = max(0.0, min(ax, bx)), min(width, max(ax, bx))
    y0, y1 = max(0.0, min(ay, by)), min(height, max(ay, by))
    return Box(x0, y0, x1, y1)


def _page_objects(page: int) -> Iterator[tuple[int, int, Any]]:
    """Return the pictures and shapes of a page, including those in forms.

    Args:
        page: Handle of the page in PDFium.

    Yields:
        Handle, type, and the matrix of pictures, None for shapes.
    """
    from aisi_ingest.extract.pdf.drawing import times
    from aisi_ingest.extract.pdf.pdfium import C

    numbers = (ctypes.c_float * 6)()
    address = ctypes.addressof(numbers)

    def matrix_of(handle: int) -> Any:
        return tuple(numbers) if C.FPDFPageObj_GetMatrix(handle, address) else _IDENTITY

    def walk(count: int, get: Any, holder: int, matrix: Any, depth: int) -> Iterator[tuple[int, int, Any]]:
        for position in range(count):
            handle = get(holder, position)
            kind = C.FPDFPageObj_GetType(handle)
            if kind == _FORM and depth < _MAXIMUM_DEPTH:
                inside = max(0, C.FPDFFormObj_CountObjects(handle))
                yield from walk(inside, C.FPDFFormObj_GetObject, handle, times(matrix_of(handle), matrix), depth + 1)
            elif kind == _IMAGE:
                yield handle, kind, times(matrix_of(handle), matrix)
            elif kind != _TEXT:
                yield handle, kind, None

    yield from walk(C.FPDFPage_CountObjects(page), C.FPDFPage_GetObject, page, _IDENTITY, 0)


def _stored_pixels(handle: int) -> int:
    """Return the number of pixels of a picture as stored in the file, 0 if it is unknown."""
    import pypdfium2.raw as raw

    width, height = ctypes.c_uint(), ctypes.c_uint()
    found = raw.FPDFImageObj_GetImagePixelSize(ctypes.cast(handle, raw.FPDF_PAGEOBJECT), width, height)
    return width.value * height.value if found else 0


def render_region(path: str | Path, region: Region, scale: float) -> Image | None:
    """Render a region as it is shown, but without the text that the page stores as text.

    Args:
        path: The file.
        region: The region.
        scale: Pixels per point.

    Returns:
        The pixels; None if the page cannot be rendered.
    """
    import numpy as np
    import pypdfium2
    import pypdfium2.raw as raw

    from aisi_ingest.extract.pdf.pdfium import C

    C.load()  # so that PDFium draws with our fonts, not with those of the machine
    document = pypdfium2.PdfDocument(path)
    try:
        page = document[region.page - 1]
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_MAXIMUM_DEPTH):
            raw.FPDFPageObj_SetIsActive(item, False)
        width, height = page.get_size()
        box = region.box
        crop = (max(0.0, box.x0), max(0.0, height - box.bottom), max(0.0, width - box.x1), max(0.0, box.top))
        picture = page.render(scale=scale, crop=crop, rev_byteorder=True).to_numpy()
    except (pypdfium2.PdfiumError, ValueError):
        return None
    finally:
        document.close()
    if picture.ndim == _GREY_DIMENSIONS:
        picture = np.repeat(picture[:, :, None], 3, axis=2)
    return np.ascontiguousarray(picture[:, :, :3])
