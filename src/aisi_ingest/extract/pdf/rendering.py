"""Draw parts of a page with and without some of its text, to see whether the text changes anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aisi_ingest.extract.pdf.pdfium import C
from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

# Difference between two colours, 0 to 255 in the channel that differs most: text that changes the page by no more
# is invisible. On white this is a grey of 239, with a contrast of 1.15 to 1. Thin strokes change a pixel by half.
_NO_CHANGE = 16
# Watermarks are pale, and their large type is seen with less contrast. WCAG 2.2 (1.4.3) asks of large type two thirds
# of the contrast of other text.
_LARGE, _NO_CHANGE_LARGE = 36.0, 10  # points; larger than headings
# A text object is partly visible if more than 3 of its doubtful characters are checked, and the share of visible
# ones is between these limits. Otherwise a comma that falls between two pixels would be cut out of a word.
_FEW_CHARACTERS = 3
_PARTLY_VISIBLE = (0.2, 0.8)
_MAX_PIXELS = 2_000_000  # of one drawing


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page that PDFium has open."""

    handle: int
    width: float  # points, as displayed
    height: float
    objects: Mapping[int, int]  # from the drawing order of a text object to its handle
    form: int  # PDFium's handle of the form whose fields are drawn with the annotations, or 0


def find_invisible(page: OpenPage, chars: Array, doubtful: Array, annotations: bool = False) -> Array:
    """Return a mask of the doubtful characters that change nothing on the page.

    The characters of one text object are judged together, unless the object is partly visible.

    Args:
        page: The open page.
        chars: Its characters (dtype page.CHAR).
        doubtful: Mask of those to check.
        annotations: Draw the annotations and form fields over the page as well.
    """
    box = np.stack([chars[name][doubtful] for name in ("x0", "top", "x1", "bottom")], 1)
    region = (*box[:, :2].min(0).tolist(), *box[:, 2:].max(0).tolist())
    with_text = draw(page, region, annotations)
    orders = np.unique(chars["order"][doubtful]).tolist()
    # PDFium drops a character that is drawn a second time in the same place (a white outline, then the letters).
    # Then the visible letters belong to an object without characters, which must be removed as well.
    without_chars = set(page.objects).difference(chars["order"].tolist())
    handles = [page.objects[order] for order in {*orders, *without_chars} if order in page.objects]
    for handle in handles:
        C.FPDFPageObj_SetIsActive(handle, 0)
    try:
        without = draw(page, region, annotations)
    finally:
        for handle in handles:
            C.FPDFPageObj_SetIsActive(handle, 1)
    change = dataclasses.replace(with_text, pixels=np.abs(with_text.pixels.astype(np.int16) - without.pixels).max(2))
    invisible = np.zeros(len(chars), bool)
    low, high = _PARTLY_VISIBLE
    for order in orders:
        own = np.flatnonzero(doubtful & (chars["order"] == order))
        least = np.where(chars["size"][own] >= _LARGE, _NO_CHANGE_LARGE, _NO_CHANGE)
        changes = np.array([int(part.max(initial=0)) for part in change.parts(chars[own])])
        visible = changes > least
        partly = len(own) > _FEW_CHARACTERS and low < visible.mean() < high
        invisible[own] = ~visible if partly else not visible.any()
    return invisible


def changed_by_annotations(page: OpenPage, boxes: Sequence[Box]) -> list[bool]:
    """Return for each box whether the annotations change anything in it. The page is drawn twice, not for each box."""
    with_them, without = (draw(page, (0.0, 0.0, page.width, page.height), annotations) for annotations in (True, False))
    change = np.abs(with_them.pixels.astype(np.int16) - without.pixels).max(2)
    limit = max(page.width, page.height)
    places = np.array([[each.x0, each.top, each.x1, each.bottom] for each in boxes]).clip(0, limit) * with_them.scale
    low, high = np.floor(places[:, :2]).astype(int).tolist(), np.ceil(places[:, 2:]).astype(int).tolist()
    return [
        bool(change[y0:y1, x0:x1].max(initial=0) > _NO_CHANGE) for (x0, y0), (x1, y1) in zip(low, high, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Picture:
    """A part of the page as pixels (height, width, channels)."""

    pixels: Array
    left: int  # position of the first pixel, in pixels of the whole page
    top: int
    scale: float  # pixels per point

    def parts(self, chars: Array) -> list[Array]:
        """Return the pixels of each character's box."""
        box = np.stack([chars[name] for name in ("x0", "top", "x1", "bottom")], 1) * self.scale
        low = (np.floor(box[:, :2]).astype(int) - (self.left, self.top)).clip(0)
        high = (np.ceil(box[:, 2:]).astype(int) - (self.left, self.top)).clip(0)
        return [self.pixels[y0:y1, x0:x1] for (x0, y0), (x1, y1) in zip(low.tolist(), high.tolist(), strict=True)]


_NO_SMOOTH_IMAGES = 0x2000  # FPDF_RENDER_NO_SMOOTHIMAGE, fpdfview.h; pictures are only the background here
_ANNOTATIONS = 0x01  # FPDF_ANNOT, fpdfview.h
_BGRA = 4  # FPDFBitmap_BGRA, fpdfview.h


def draw(page: OpenPage, region: tuple[float, float, float, float], annotations: bool = False) -> Picture:
    """Draw a region of the page (x0, top, x1, bottom; points) and a margin of one point."""
    flags = _NO_SMOOTH_IMAGES | (_ANNOTATIONS if annotations else 0)
    x0, top = max(0.0, region[0] - 1), max(0.0, region[1] - 1)
    region_width, region_height = min(page.width, region[2] + 1) - x0, min(page.height, region[3] + 1) - top
    scale = min(1.0, (_MAX_PIXELS / max(1.0, region_width * region_height)) ** 0.5)
    left, up = int(x0 * scale), int(top * scale)
    width, height = max(1, round(region_width * scale)), max(1, round(region_height * scale))
    pixels = np.full((height, width, 4), 255, np.uint8)
    bitmap = C.FPDFBitmap_CreateEx(width, height, _BGRA, pixels.ctypes.data, width * 4)
    page_size = max(1, round(page.width * scale)), max(1, round(page.height * scale))
    try:
        C.FPDF_RenderPageBitmap(bitmap, page.handle, -left, -up, *page_size, 0, flags)
        if annotations and page.form:
            C.FPDF_FFLDraw(page.form, bitmap, page.handle, -left, -up, *page_size, 0, flags)
    finally:
        C.FPDFBitmap_Destroy(bitmap)
    return Picture(pixels[:, :, :3], left, up, scale)
