"""Detect text that a reader of a page cannot see.

Consumers pass the dataset to language models. Text that no person could read must not reach them as part of
the document. The detection works in two steps:

1. Cheap rules over the arrays select the characters that may be invisible: text in the colour of its
   background, under a box drawn later, on a layer, or almost transparent.
2. Only for these, the page is drawn with and without them. Characters that change no pixel are invisible.

Text that is drawn in no colour at all (render modes 3 and 7) is invisible without drawing the page.

One kind of invisible text belongs to the page all the same: the recognised text that a scanner lays, in
mode 3, over the picture of the page. It is accepted if a picture covers most of the page, almost no other text
is there, and the picture shows something below the characters. A few invisible words between visible text, or
words over an empty part of the picture, stay hidden.
"""

from __future__ import annotations

import ctypes
import dataclasses
from collections import deque
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.code_points import SPACE
from aisi_ingest.extract.pdf.page import CURVE, FILL, IMAGE
from aisi_ingest.extract.pdf.pdfium import UNCHECKED, C, pointer

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = np.ndarray[Any, Any]

# Differences between two colours: 0 to 255 in the channel that differs most.
_SIMILAR = 32  # text this close to the colour of its background may be invisible, so the page is drawn
_NO_CHANGE = 10  # invisible if no pixel differs by more when the page is drawn without the text
# Alpha values, 0 to 255.
_OPAQUE = 0xF0  # a box from this alpha on covers what lies below it
_FAINT = 0x40  # text below this alpha may be invisible
_BLACK = 0x000000FF

_TINY = 1.0  # points: smaller type is a speck
_MIN_COVER = 3  # points: a shape narrower or lower than this covers no letter
_SCAN_COVER = 0.7  # share of the page that the picture of a scan covers
_SCAN_OTHER_TEXT = 0.1  # share of the characters on a scanned page that may be visible text
_SCAN_INKED = 0.5  # share of recognised characters that must have something of the picture below them
# A text object is partly visible if more than 3 of its doubtful characters are checked, and the share of visible
# ones is between these limits. Otherwise a comma that falls between two pixels would be cut out of a word.
_FEW_CHARACTERS = 3
_PARTLY_VISIBLE = (0.2, 0.8)
_MAX_PIXELS = 2_000_000  # of one drawing
_NAME_SIZE = 64  # bytes for the name of a mark; "OC" needs six
_LAYER_MARK = np.frombuffer("OC\0".encode("utf-16-le"), np.uint8)


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """An open page, with what ``mark_hidden`` needs to know about it."""

    handle: int
    width: float
    height: float
    rules: Array  # of dtype page.RULE
    objects: Mapping[int, int]  # from the drawing order of a text object to its handle
    layered: bool  # the document has layers that can be off
    in_forms: frozenset[int]  # drawing orders of text inside form XObjects; a form can be on a layer


def mark_hidden(page: RenderedPage, chars: Array, unpainted: Array) -> None:
    """Set ``chars["hidden"]`` for the characters that a reader of the page cannot see.

    Args:
        page: The open page.
        chars: Its characters (dtype page.CHAR), changed in place.
        unpainted: Mask of the characters that are drawn in no colour (render modes 3 and 7).
    """
    if not len(chars):
        return
    inked = chars["code"] > SPACE
    outside = (chars["x1"] <= 0) | (chars["bottom"] <= 0)
    outside |= (chars["x0"] >= page.width) | (chars["top"] >= page.height)
    hidden = outside | (chars["size"] < _TINY) | (chars["color"] & 0xFF == 0)
    if unpainted.any():
        hidden |= unpainted & ~_recognised(page, chars, unpainted, inked)
    doubtful = _doubtful(page, chars) & inked & ~hidden & ~unpainted
    if doubtful.any():
        hidden |= _invisible(page, chars, doubtful)
    if hidden.any():  # spaces are hidden together with the letters of their text object
        order = chars["order"]
        hidden |= np.isin(order, order[hidden & inked]) & ~np.isin(order, order[~hidden & inked])
    chars["hidden"] = hidden


def _recognised(page: RenderedPage, chars: Array, unpainted: Array, inked: Array) -> Array:
    """Return a mask of the characters that text recognition has laid over the picture of a scanned page."""
    recognised = np.zeros(len(chars), bool)
    pictures = page.rules[page.rules["kind"] == IMAGE]
    if not len(pictures) or (inked & ~unpainted).sum() > _SCAN_OTHER_TEXT * inked.sum():
        return recognised
    width = np.clip(pictures["x1"], 0, page.width) - np.clip(pictures["x0"], 0, page.width)
    height = np.clip(pictures["bottom"], 0, page.height) - np.clip(pictures["top"], 0, page.height)
    if (width * height).sum() < _SCAN_COVER * page.width * page.height:
        return recognised
    image = _draw(page, (0.0, 0.0, page.width, page.height))
    for number in np.unique(chars["order"][unpainted]).tolist():
        own = np.flatnonzero(unpainted & (chars["order"] == number))
        has_ink = [_spread(part) > _SIMILAR for part in image.parts(chars[own[inked[own]]])]
        recognised[own] = sum(has_ink) > _SCAN_INKED * len(has_ink) if has_ink else True
    return recognised


def _doubtful(page: RenderedPage, chars: Array) -> Array:
    """Return a mask of the characters that may be invisible, judged by what is drawn below and above them.

    The mask may contain visible characters: ``_invisible`` decides.
    """
    rules = page.rules
    if len(rules):
        rules = rules[(rules["kind"] == FILL) | (rules["kind"] == CURVE) | (rules["kind"] == IMAGE)]
        # Plots contain ten thousands of strokes that are too small to cover a letter.
        rules = rules[(rules["x1"] - rules["x0"] > _MIN_COVER) & (rules["bottom"] - rules["top"] > _MIN_COVER)]
    if not len(rules) and not page.layered and (chars["color"] == _BLACK).all():
        return np.zeros(len(chars), bool)
    x, y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
    red, green, blue = _channels(chars["color"])
    light = np.minimum(np.minimum(red, green), blue) > 255 - _SIMILAR
    faint = chars["color"] & 0xFF < _FAINT
    doubtful = light.copy()  # as on the white page; a darker box below the text clears it
    for rule in rules:
        opaque = int(rule["color"]) & 0xFF >= _OPAQUE
        on = (x >= rule["x0"]) & (x <= rule["x1"]) & (y >= rule["top"]) & (y <= rule["bottom"])
        if not on.any():
            continue
        covered = on & (chars["order"] < rule["order"])
        on_top = on & ~covered
        if opaque:
            doubtful |= covered
        if rule["kind"] == IMAGE:
            doubtful |= on_top & (light | _dark(red, green, blue))
        elif opaque:
            background = [int(rule["color"]) >> shift & 0xFF for shift in (24, 16, 8)]
            gap = np.maximum(np.abs(red - background[0]), np.abs(green - background[1]))
            similar = np.maximum(gap, np.abs(blue - background[2])) < _SIMILAR
            doubtful = np.where(on_top, similar, doubtful)
    doubtful |= faint
    if page.layered:
        doubtful |= np.isin(chars["order"], _on_layers(page, np.unique(chars["order"])))
    return doubtful


def _dark(red: Array, green: Array, blue: Array) -> Array:
    return np.asarray(np.maximum(np.maximum(red, green), blue) < _SIMILAR)


def _channels(color: Array) -> tuple[Array, Array, Array]:
    """Split 0xRRGGBBAA into red, green and blue, 0 to 255."""
    return tuple((color >> shift & 0xFF).astype(np.int16) for shift in (24, 16, 8))  # type: ignore[return-value]


def _on_layers(page: RenderedPage, orders: Array) -> list[int]:
    """Return the drawing orders of text that belongs to a layer, or to a form, which may belong to one."""
    out = [order for order in orders.tolist() if order in page.in_forms]
    known = [order for order in orders.tolist() if order in page.objects]
    handles = [pointer(page.objects[order]) for order in known]
    counts = list(map(UNCHECKED.FPDFPageObj_CountMarks, handles))
    written = ctypes.c_ulong()
    length = pointer(ctypes.addressof(written))
    for i in range(max(counts, default=0)):
        marked = [(order, handle) for order, handle, count in zip(known, handles, counts, strict=True) if count > i]
        marks = [pointer(mark) for mark in map(UNCHECKED.FPDFPageObj_GetMark, [one for _, one in marked], repeat(i))]
        names = np.zeros((len(marks), _NAME_SIZE), np.uint8)
        rows = map(pointer, range(names.ctypes.data, names.ctypes.data + names.size, _NAME_SIZE))
        deque(map(UNCHECKED.FPDFPageObjMark_GetName, marks, rows, repeat(_NAME_SIZE), repeat(length)), maxlen=0)
        found = (names[:, : len(_LAYER_MARK)] == _LAYER_MARK).all(1)
        out += [marked[k][0] for k in np.flatnonzero(found).tolist()]
    return out


def _invisible(page: RenderedPage, chars: Array, doubtful: Array) -> Array:
    """Return a mask of the doubtful characters that change nothing on the page.

    The characters of one text object are judged together, unless the object is partly visible.
    """
    box = np.stack([chars[name][doubtful] for name in ("x0", "top", "x1", "bottom")], 1)
    region = (*box[:, :2].min(0).tolist(), *box[:, 2:].max(0).tolist())
    with_text = _draw(page, region)
    orders = np.unique(chars["order"][doubtful]).tolist()
    # PDFium drops a character that is drawn a second time in the same place (a white outline, then the letters).
    # Then the visible letters belong to an object without characters, which must be removed as well.
    without_chars = set(page.objects).difference(chars["order"].tolist())
    handles = [page.objects[order] for order in {*orders, *without_chars} if order in page.objects]
    for handle in handles:
        C.FPDFPageObj_SetIsActive(handle, 0)
    try:
        without = _draw(page, region)
    finally:
        for handle in handles:
            C.FPDFPageObj_SetIsActive(handle, 1)
    change = dataclasses.replace(with_text, pixels=np.abs(with_text.pixels.astype(np.int16) - without.pixels).max(2))
    invisible = np.zeros(len(chars), bool)
    low, high = _PARTLY_VISIBLE
    for order in orders:
        own = np.flatnonzero(doubtful & (chars["order"] == order))
        visible = np.array([part.size > 0 and part.max() > _NO_CHANGE for part in change.parts(chars[own])])
        partly = len(own) > _FEW_CHARACTERS and low < visible.mean() < high
        invisible[own] = ~visible if partly else not visible.any()
    return invisible


def _spread(part: Array) -> int:
    """Return the difference between the lightest and the darkest value."""
    return int(part.max()) - int(part.min()) if part.size else 0


@dataclass(frozen=True, slots=True)
class _Drawing:
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
_BGRA = 4  # FPDFBitmap_BGRA, fpdfview.h


def _draw(page: RenderedPage, region: tuple[float, float, float, float]) -> _Drawing:
    """Draw a region of the page (x0, top, x1, bottom; points) and a margin of one point."""
    x0, top = max(0.0, region[0] - 1), max(0.0, region[1] - 1)
    region_width, region_height = min(page.width, region[2] + 1) - x0, min(page.height, region[3] + 1) - top
    scale = min(1.0, (_MAX_PIXELS / max(1.0, region_width * region_height)) ** 0.5)
    left, up = int(x0 * scale), int(top * scale)
    width, height = max(1, round(region_width * scale)), max(1, round(region_height * scale))
    pixels = np.full((height, width, 4), 255, np.uint8)
    bitmap = C.FPDFBitmap_CreateEx(width, height, _BGRA, pixels.ctypes.data, width * 4)
    page_size = max(1, round(page.width * scale)), max(1, round(page.height * scale))
    try:
        C.FPDF_RenderPageBitmap(bitmap, page.handle, -left, -up, *page_size, 0, _NO_SMOOTH_IMAGES)
    finally:
        C.FPDFBitmap_Destroy(bitmap)
    return _Drawing(pixels[:, :, :3], left, up, scale)
