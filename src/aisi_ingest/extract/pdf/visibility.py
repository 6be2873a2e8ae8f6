"""Detect text that a reader of a page cannot see.

Consumers pass the dataset to language models. Text that no person could read must not reach them as part of
the document. The detection works in two steps:

1. Cheap rules over the arrays select the characters that may be invisible, with the reason: text in the colour of
   its background, under a box or an annotation drawn later, on a layer, cut by a clipping path, blended or almost
   transparent, in a pattern, or with empty glyphs.
2. Only for these, the page is drawn with and without them. Characters that change no pixel are invisible.

Text that is drawn in no colour at all (render modes 3 and 7), specks, and text outside of the page are invisible
without drawing the page.

One kind of invisible text belongs to the page all the same: the recognised text that a scanner lays, in
mode 3, over the picture of the page. It is accepted if a picture covers most of the page, almost no other text
is there, and the picture shows something below the characters. A few invisible words between visible text, or
words over an empty part of the picture, stay hidden.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.code_points import SPACE
from aisi_ingest.extract.pdf.page import ACTUAL_TEXT, CURVE, FILL, IMAGE, OTHER_GLYPHS, REASONS, SPECK, TINY, UNPAINTED
from aisi_ingest.extract.pdf.pdfium import UNCHECKED, pointer
from aisi_ingest.extract.pdf.rendering import OpenPage, draw, find_invisible
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.drawing import Drawn

Array = np.ndarray[Any, Any]

# Differences between two colours: 0 to 255 in the channel that differs most.
_SIMILAR = 24  # text this close to the colour of its background may be invisible, so the page is drawn
# Alpha values, 0 to 255.
_OPAQUE = 0xF0  # a box from this alpha on covers what lies below it
_FAINT = 0x40  # text below this alpha may be invisible
_BLACK = 0x000000FF
_PATTERN = 0xBFBFBF  # the colour that PDFium reports for text in a coloured pattern

_MIN_COVER = 3  # points: a shape narrower or lower than this covers no letter
_SCAN_COVER = 0.7  # share of the page that the picture of a scan covers
_SCAN_OTHER_TEXT = 0.1  # share of the characters on a scanned page that may be visible text
_SCAN_INKED = 0.5  # share of recognised characters that must have something of the picture below them
_SCAN_INK = 32  # difference between the lightest and the darkest pixel where a picture shows something
_NAME_SIZE = 64  # bytes for the name of a mark; "OC" needs six
_LAYER_MARK = np.frombuffer("OC\0".encode("utf-16-le"), np.uint8)

_OUTSIDE, _LAYER, _TRANSPARENT = REASONS["outside"], REASONS["layer"], REASONS["transparent"]
_CLIPPED, _COVERED, _SAME_COLOUR = REASONS["clipped"], REASONS["covered"], REASONS["same_colour"]


@dataclass(frozen=True, slots=True)
class TextPage:
    """An open page, with what ``mark_hidden`` needs to know about it."""

    page: OpenPage
    drawn: Drawn
    layered: bool  # the document has layers that can be off
    patterned: bool  # the document has patterns that hide which text is painted with them
    annotated: Sequence[Box]  # where annotations are drawn over the page


def mark_hidden(page: TextPage, chars: Array) -> None:
    """Set ``hidden`` and ``reason`` of the characters that a reader of the page cannot see.

    Args:
        page: The open page.
        chars: Its characters (dtype page.CHAR), changed in place. ``hidden`` is set for those that are drawn in no
            colour (render modes 3 and 7) and for text that the glyphs do not show, ``reason`` for those that may be
            invisible.
    """
    if not len(chars):
        return
    inked = chars["code"] > SPACE
    suspected = chars["reason"].copy()
    false = (suspected == ACTUAL_TEXT) | (suspected == OTHER_GLYPHS)
    unpainted = chars["hidden"] & ~false
    outside = (chars["x1"] <= 0) | (chars["bottom"] <= 0)
    outside |= (chars["x0"] >= page.page.width) | (chars["top"] >= page.page.height)
    reason = np.zeros(len(chars), np.uint8)
    if unpainted.any():
        reason[unpainted & ~_recognised(page, chars, unpainted, inked)] = UNPAINTED
    reason[chars["color"] & 0xFF == 0] = _TRANSPARENT
    reason[(chars["size"] < SPECK) | (suspected == TINY)] = TINY
    reason[outside] = _OUTSIDE
    doubtful = _doubtful(page, chars, suspected)
    reason[false] = suspected[false]
    doubtful[~inked | (reason > 0) | unpainted] = 0
    if doubtful.any():
        invisible = find_invisible(page.page, chars, doubtful > 0, bool(page.annotated))
        reason[invisible] = doubtful[invisible]
    if reason.any():
        _hide_spaces(chars["order"], inked, reason)
    chars["hidden"], chars["reason"] = reason > 0, reason


def _hide_spaces(order: Array, inked: Array, reason: Array) -> None:
    """Hide spaces together with the letters of their text object, if all of these are hidden."""
    hidden = np.flatnonzero(inked & (reason > 0))
    objects, first = np.unique(order[hidden], return_index=True)
    rest = np.flatnonzero((reason == 0) & np.isin(order, objects) & ~np.isin(order, order[(reason == 0) & inked]))
    reason[rest] = reason[hidden[first[np.searchsorted(objects, order[rest])]]]


def _recognised(page: TextPage, chars: Array, unpainted: Array, inked: Array) -> Array:
    """Return a mask of the characters that text recognition has laid over the picture of a scanned page."""
    recognised = np.zeros(len(chars), bool)
    rules, page_width, page_height = page.drawn.rules, page.page.width, page.page.height
    pictures = rules[rules["kind"] == IMAGE]
    if not len(pictures) or (inked & ~unpainted).sum() > _SCAN_OTHER_TEXT * inked.sum():
        return recognised
    width = np.clip(pictures["x1"], 0, page_width) - np.clip(pictures["x0"], 0, page_width)
    height = np.clip(pictures["bottom"], 0, page_height) - np.clip(pictures["top"], 0, page_height)
    if (width * height).sum() < _SCAN_COVER * page_width * page_height:
        return recognised
    image = draw(page.page, (0.0, 0.0, page_width, page_height))
    for number in np.unique(chars["order"][unpainted]).tolist():
        own = np.flatnonzero(unpainted & (chars["order"] == number))
        has_ink = [_spread(part) > _SCAN_INK for part in image.parts(chars[own[inked[own]]])]
        recognised[own] = sum(has_ink) > _SCAN_INKED * len(has_ink) if has_ink else True
    return recognised


def _spread(part: Array) -> int:
    """Return the difference between the lightest and the darkest value."""
    return int(part.max()) - int(part.min()) if part.size else 0


def _doubtful(page: TextPage, chars: Array, suspected: Array) -> Array:
    """Return for each character the reason why it may be invisible, judged by what the file says; 0 for none.

    Visible characters may be among them: drawing the page decides.

    Args:
        page: The open page.
        chars: Its characters.
        suspected: Reasons that are known from the text itself.
    """
    drawn, order = page.drawn, chars["order"]
    doubtful = _by_colour(drawn.rules, chars)
    for box in page.annotated:
        doubtful[_inside(chars, box) & (doubtful == 0)] = _COVERED
    painted = chars["color"] >> 8 == _PATTERN
    doubtful[painted | page.patterned] = _SAME_COLOUR
    doubtful[suspected == UNPAINTED] = UNPAINTED
    if drawn.clips:
        doubtful[_cut(drawn, chars)] = _CLIPPED
    if drawn.blended:
        doubtful[np.isin(order, list(drawn.blended))] = _TRANSPARENT
    if page.layered:
        doubtful[np.isin(order, _on_layers(page, np.unique(order)))] = _LAYER
    return doubtful


def _inside(chars: Array, box: Box) -> Array:
    """Return a mask of the characters whose middle is in a box."""
    x, y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
    return np.asarray((x >= box.x0) & (x <= box.x1) & (y >= box.top) & (y <= box.bottom))


def _cut(drawn: Drawn, chars: Array) -> Array:
    """Return a mask of the characters whose middle is outside of their clipping path."""
    clipped = np.flatnonzero(np.isin(chars["order"], list(drawn.clips)))
    boxes = np.array([drawn.clips[order] for order in chars["order"][clipped].tolist()]).reshape(-1, 4)
    own = chars[clipped]
    x, y = (own["x0"] + own["x1"]) / 2, (own["top"] + own["bottom"]) / 2
    outside = (x < boxes[:, 0]) | (x > boxes[:, 2]) | (y < boxes[:, 1]) | (y > boxes[:, 3])
    cut = np.zeros(len(chars), bool)
    cut[clipped[outside]] = True
    return cut


def _by_colour(rules: Array, chars: Array) -> Array:
    """Return the reasons that follow from the colours of the characters and of what is drawn below and above them."""
    doubtful = np.zeros(len(chars), np.uint8)
    if len(rules):
        rules = rules[(rules["kind"] == FILL) | (rules["kind"] == CURVE) | (rules["kind"] == IMAGE)]
        # Plots contain ten thousands of strokes that are too small to cover a letter.
        rules = rules[(rules["x1"] - rules["x0"] > _MIN_COVER) & (rules["bottom"] - rules["top"] > _MIN_COVER)]
    color, order = chars["color"].copy(), chars["order"].copy()
    if not len(rules) and (color == _BLACK).all():
        return doubtful
    x, y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
    red, green, blue = _channels(color)
    light = np.minimum(np.minimum(red, green), blue) > 255 - _SIMILAR
    same, covered = light.copy(), np.zeros(len(chars), bool)  # as on the white page; a darker box below clears it
    for rule in rules:
        opaque = int(rule["color"]) & 0xFF >= _OPAQUE
        on = (x >= rule["x0"]) & (x <= rule["x1"]) & (y >= rule["top"]) & (y <= rule["bottom"])
        if not on.any():
            continue
        below = on & (order < rule["order"])
        on_top = on & ~below
        if opaque:
            covered |= below
        if rule["kind"] == IMAGE:
            same |= on_top & (light | _dark(red, green, blue))
        elif opaque:
            background = [int(rule["color"]) >> shift & 0xFF for shift in (24, 16, 8)]
            gap = np.maximum(np.abs(red - background[0]), np.abs(green - background[1]))
            similar = np.maximum(gap, np.abs(blue - background[2])) < _SIMILAR
            same = np.where(on_top, similar, same)
    doubtful[same] = _SAME_COLOUR
    doubtful[covered] = _COVERED
    doubtful[color & 0xFF < _FAINT] = _TRANSPARENT
    return doubtful


def _dark(red: Array, green: Array, blue: Array) -> Array:
    return np.asarray(np.maximum(np.maximum(red, green), blue) < _SIMILAR)


def _channels(color: Array) -> tuple[Array, Array, Array]:
    """Split 0xRRGGBBAA into red, green and blue, 0 to 255."""
    return tuple((color >> shift & 0xFF).astype(np.int16) for shift in (24, 16, 8))  # type: ignore[return-value]


def _on_layers(page: TextPage, orders: Array) -> list[int]:
    """Return the drawing orders of text that belongs to a layer, or to a form, which may belong to one."""
    out = [order for order in orders.tolist() if order in page.drawn.in_forms]
    known = [order for order in orders.tolist() if order in page.page.objects]
    handles = [pointer(page.page.objects[order]) for order in known]
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
