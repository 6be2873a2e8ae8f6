"""Text that a reader of a page cannot see, and what a file would do if it were let.

Consumers feed the dataset to language models: what no person could read must not reach them as if it had
been said. Cheap rules over the arrays pick the characters that may be unseen (colour of the ground, boxes
drawn over them, layers, clipping); for those alone the page is drawn with and without them. What changes
nothing on the page cannot be seen. Text drawn in no colour at all (render mode 3) needs no drawing.

One kind of unseen text is the page's text all the same: what a scanner's text recognition has laid, in
mode 3, over the picture of the page. It is taken as such where a picture covers most of the page, nothing
else is written there, and the picture shows something under the characters; a few unseen words between
written ones, or words over an empty part of the picture, stay hidden.
"""

from __future__ import annotations

import ctypes
import dataclasses
from collections import deque
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.page import CURVE, FILL, IMAGE
from aisi_ingest.extract.pdf.pdfium import UNCHECKED, C, pointer

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = np.ndarray[Any, Any]

# Differences between colours, 0 to 255 in the channel that differs most.
_ALIKE = 32  # text this near to its ground may be unseen: look
_UNSEEN = 10  # drawn with and without the text, no pixel differs by more: nobody sees it
_OPAQUE = 0xF0  # alpha from which a box hides what lies under it
_TINY = 1.0  # points: smaller type is a speck
_SCAN = 0.7  # share of the page that a scan's picture covers
_MOST_PIXELS = 2_000_000
_NAME_SIZE = 64  # bytes for the name of a mark; "OC" needs six


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """An open page as ``mark`` needs it."""

    handle: int
    width: float
    height: float
    rules: Array  # of marks.RULE
    objects: Mapping[int, int]  # drawing order of a text object: its handle
    layered: bool  # the document has layers that can be off
    in_forms: frozenset[int]  # drawing orders inside form XObjects, which may be layers


def mark(sheet: RenderedPage, chars: Array, unpainted: Array) -> None:
    """Set ``chars["hidden"]`` where a reader of the page cannot see the character.

    ``unpainted`` says which characters are drawn in no colour (render modes 3 and 7).
    """
    if not len(chars):
        return
    inked = chars["code"] > 0x20
    outside = (chars["x1"] <= 0) | (chars["bottom"] <= 0)
    outside |= (chars["x0"] >= sheet.width) | (chars["top"] >= sheet.height)
    hidden = outside | (chars["size"] < _TINY) | (chars["color"] & 0xFF == 0)
    if unpainted.any():
        hidden |= unpainted & ~_recognised(sheet, chars, unpainted, inked)
    doubtful = _doubtful(sheet, chars) & inked & ~hidden & ~unpainted
    if doubtful.any():
        hidden |= _unseen(sheet, chars, doubtful)
    if hidden.any():  # the blanks of a text go with its letters
        order = chars["order"]
        hidden |= np.isin(order, order[hidden & inked]) & ~np.isin(order, order[~hidden & inked])
    chars["hidden"] = hidden


def _recognised(sheet: RenderedPage, chars: Array, unpainted: Array, inked: Array) -> Array:
    """Characters that text recognition has laid over the picture of the page."""
    none = np.zeros(len(chars), bool)
    pictures = sheet.rules[sheet.rules["kind"] == IMAGE]
    if not len(pictures) or (inked & ~unpainted).sum() > 0.1 * inked.sum():
        return none
    wide = np.clip(pictures["x1"], 0, sheet.width) - np.clip(pictures["x0"], 0, sheet.width)
    high = np.clip(pictures["bottom"], 0, sheet.height) - np.clip(pictures["top"], 0, sheet.height)
    if (wide * high).sum() < _SCAN * sheet.width * sheet.height:
        return none
    image = _draw(sheet, (0.0, 0.0, sheet.width, sheet.height))
    for number in np.unique(chars["order"][unpainted]).tolist():
        own = np.flatnonzero(unpainted & (chars["order"] == number))
        seen = [_spread(part) > _ALIKE for part in image.parts(chars[own[inked[own]]])]
        none[own] = sum(seen) > 0.5 * len(seen) if seen else True
    return none


def _doubtful(sheet: RenderedPage, chars: Array) -> Array:
    """Characters that may be unseen, by what is drawn under and over them; generous, ``_unseen`` decides."""
    rules = sheet.rules
    if len(rules):
        rules = rules[(rules["kind"] == FILL) | (rules["kind"] == CURVE) | (rules["kind"] == IMAGE)]
        # What covers no letter covers nothing; plots have ten thousands of such strokes.
        rules = rules[(rules["x1"] - rules["x0"] > 3) & (rules["bottom"] - rules["top"] > 3)]
    if not len(rules) and not sheet.layered and (chars["color"] == 0x000000FF).all():
        return np.zeros(len(chars), bool)
    x, y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
    red, green, blue = _channels(chars["color"])
    light = np.minimum(np.minimum(red, green), blue) > 255 - _ALIKE
    faint = chars["color"] & 0xFF < 0x40
    doubtful = light.copy()  # on the bare page; a darker ground below clears it
    for rule in rules:
        opaque = int(rule["color"]) & 0xFF >= _OPAQUE
        on = (x >= rule["x0"]) & (x <= rule["x1"]) & (y >= rule["top"]) & (y <= rule["bottom"])
        if not on.any():
            continue
        over = on & (chars["order"] < rule["order"])
        under = on & ~over
        if opaque:
            doubtful |= over
        if rule["kind"] == IMAGE:
            doubtful |= under & (light | _dark(red, green, blue))
        elif opaque:
            ground = [int(rule["color"]) >> shift & 0xFF for shift in (24, 16, 8)]
            gap = np.maximum(np.abs(red - ground[0]), np.abs(green - ground[1]))
            near = np.maximum(gap, np.abs(blue - ground[2])) < _ALIKE
            doubtful = np.where(under, near, doubtful)
    doubtful |= faint
    if sheet.layered:
        doubtful |= np.isin(chars["order"], _layered(sheet, np.unique(chars["order"])))
    return doubtful


def _dark(red: Array, green: Array, blue: Array) -> Array:
    return np.asarray(np.maximum(np.maximum(red, green), blue) < _ALIKE)


def _channels(color: Array) -> tuple[Array, Array, Array]:
    return tuple((color >> shift & 0xFF).astype(np.int16) for shift in (24, 16, 8))  # type: ignore[return-value]


def _layered(sheet: RenderedPage, orders: Array) -> list[int]:
    """Drawing orders of text that belongs to a layer, or to a form that may."""
    out = [order for order in orders.tolist() if order in sheet.in_forms]
    known = [order for order in orders.tolist() if order in sheet.objects]
    owners = [pointer(sheet.objects[order]) for order in known]
    counts = list(map(UNCHECKED.FPDFPageObj_CountMarks, owners))
    written = ctypes.c_ulong()
    length = pointer(ctypes.addressof(written))
    for i in range(max(counts, default=0)):
        marked = [(order, owner) for order, owner, count in zip(known, owners, counts, strict=True) if count > i]
        tags = [pointer(tag) for tag in map(UNCHECKED.FPDFPageObj_GetMark, [owner for _, owner in marked], repeat(i))]
        names = np.zeros((len(tags), _NAME_SIZE), np.uint8)
        rows = map(pointer, range(names.ctypes.data, names.ctypes.data + names.size, _NAME_SIZE))
        deque(map(UNCHECKED.FPDFPageObjMark_GetName, tags, rows, repeat(_NAME_SIZE), repeat(length)), maxlen=0)
        found = (names[:, :6] == np.frombuffer("OC\0".encode("utf-16-le"), np.uint8)).all(1)
        out += [marked[k][0] for k in np.flatnonzero(found).tolist()]
    return out


def _unseen(sheet: RenderedPage, chars: Array, doubtful: Array) -> Array:
    """Which of the doubtful characters change nothing on the page, all those of one text object together."""
    box = np.stack([chars[name][doubtful] for name in ("x0", "top", "x1", "bottom")], 1)
    region = (*box[:, :2].min(0).tolist(), *box[:, 2:].max(0).tolist())
    with_text = _draw(sheet, region)
    orders = np.unique(chars["order"][doubtful]).tolist()
    # PDFium drops what is drawn twice in one place (a white rim, then the letters): then the letters that are
    # seen are those of an object without characters, and must go as well.
    silent = set(sheet.objects).difference(chars["order"].tolist())
    handles = [sheet.objects[order] for order in {*orders, *silent} if order in sheet.objects]
    for handle in handles:
        C.FPDFPageObj_SetIsActive(handle, 0)
    try:
        without = _draw(sheet, region)
    finally:
        for handle in handles:
            C.FPDFPageObj_SetIsActive(handle, 1)
    change = dataclasses.replace(with_text, pixels=np.abs(with_text.pixels.astype(np.int16) - without.pixels).max(2))
    out = np.zeros(len(chars), bool)
    for order in orders:
        own = np.flatnonzero(doubtful & (chars["order"] == order))
        seen = np.array([part.size > 0 and part.max() > _UNSEEN for part in change.parts(chars[own])])
        # A comma may fall between the pixels; a word that can be seen in part is cut there.
        out[own] = ~seen if len(own) > 3 and 0.2 < seen.mean() < 0.8 else not seen.any()
    return out


def _spread(part: Array) -> int:
    return int(part.max()) - int(part.min()) if part.size else 0


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A part of the page as pixels (height, width, channels)."""

    pixels: Array
    left: int  # of its first pixel, in pixels of the whole page
    top: int
    scale: float  # pixels for a point

    def parts(self, chars: Array) -> list[Array]:
        """The pixels of each character's box."""
        box = np.stack([chars[name] for name in ("x0", "top", "x1", "bottom")], 1) * self.scale
        low = (np.floor(box[:, :2]).astype(int) - (self.left, self.top)).clip(0)
        high = (np.ceil(box[:, 2:]).astype(int) - (self.left, self.top)).clip(0)
        return [self.pixels[y0:y1, x0:x1] for (x0, y0), (x1, y1) in zip(low.tolist(), high.tolist(), strict=True)]


_NO_SMOOTH_IMAGES = 0x2000  # fpdfview.h; pictures are only the ground here


def _draw(sheet: RenderedPage, region: tuple[float, float, float, float]) -> _Drawing:
    """Draw what lies in a region (x0, top, x1, bottom) of the page."""
    x0, top = max(0.0, region[0] - 1), max(0.0, region[1] - 1)
    wide, high = min(sheet.width, region[2] + 1) - x0, min(sheet.height, region[3] + 1) - top
    scale = min(1.0, (_MOST_PIXELS / max(1.0, wide * high)) ** 0.5)
    left, up = int(x0 * scale), int(top * scale)
    width, height = max(1, round(wide * scale)), max(1, round(high * scale))
    pixels = np.full((height, width, 4), 255, np.uint8)
    bitmap = C.FPDFBitmap_CreateEx(width, height, 4, pixels.ctypes.data, width * 4)  # 4: BGRA
    whole = max(1, round(sheet.width * scale)), max(1, round(sheet.height * scale))
    try:
        C.FPDF_RenderPageBitmap(bitmap, sheet.handle, -left, -up, *whole, 0, _NO_SMOOTH_IMAGES)
    finally:
        C.FPDFBitmap_Destroy(bitmap)
    return _Drawing(pixels[:, :, :3], left, up, scale)
