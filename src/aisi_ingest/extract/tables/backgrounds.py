"""Filled shapes on a page: backgrounds of cells, opaque boxes over a table, and drawings that are no table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.geometry import points_inside
from aisi_ingest.extract.pdf.page import CURVE, FILL, LINE
from aisi_ingest.extract.tables.rules import MOST_LINES, NEARLY_WHITE, SNAP_TOLERANCE

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

_OPACITY = 0xFF  # mask of the last byte of a colour, 0 for what is transparent
_SIDES = ("x0", "top", "x1", "bottom")

# Opaque boxes over a table, in points.
_FEWEST_SHAPES = 5  # four lines and a box
_NEARLY_OPAQUE = 0xF0
_OVERLAY_WIDTH, _OVERLAY_HEIGHT = 20.0, 8.0

# Backgrounds of cells, in points.
_CELL_WIDTH, _CELL_HEIGHT = 8.0, 6.0  # at least
_MOST_BACKGROUNDS = 2000
_PAGE_WIDTH_SHARE, _PAGE_HEIGHT_SHARE = 0.9, 0.5  # of the page: a larger shape is the background of the page
_INSIDE_TOLERANCE = 1.0
_SMALLER = 0.98  # an area below this share of the surrounding one: the background of a line of text in a cell

# Drawings.
_DRAWING_MARGIN = 2.0  # points
_SMALLEST_STROKE = 10.0  # points: smaller curves are bullets
_BENT_SHARE = 0.3  # of what is drawn in a box


def find_overlays(page: Page) -> Array:
    """Find opaque boxes that lie over lines drawn before them, such as a note over a table.

    Returns:
        Rows of ``RULE``.
    """
    rules = page.rules
    if len(rules) < _FEWEST_SHAPES:
        return rules[:0]
    fills = rules[(rules["kind"] == FILL) & (rules["color"] & _OPACITY >= _NEARLY_OPAQUE)]
    width, height = fills["x1"] - fills["x0"], fills["bottom"] - fills["top"]
    fills = fills[(width > _OVERLAY_WIDTH) & (height > _OVERLAY_HEIGHT)]
    lines = rules[rules["kind"] == LINE]
    if not len(fills) or not len(lines) or len(lines) > MOST_LINES:
        return np.asarray(fills[:0])
    over = np.ones((len(fills), len(lines)), bool)
    for low, high in (("x0", "x1"), ("top", "bottom")):
        over &= lines[low][None] < fills[high][:, None] - SNAP_TOLERANCE
        over &= lines[high][None] > fills[low][:, None] + SNAP_TOLERANCE
    over &= lines["order"][None] < fills["order"][:, None]
    over &= lines["color"][None] != fills["color"][:, None]  # a strip of the background itself
    return np.asarray(fills[over.any(1)])


def cell_backgrounds(page: Page, taken: list[Box]) -> Array:
    """Find coloured backgrounds that may be those of cells, without those of single lines of text.

    Args:
        page: The page.
        taken: Boxes whose content belongs to another table.

    Returns:
        Rows of x0, top, x1, bottom (points), the drawing order, and 1 for white ones or 0.
    """
    rules = page.rules
    none = np.zeros((0, len(_SIDES) + 2))
    if len(rules) <= 1:
        return none
    fills = rules[(rules["kind"] == FILL) & (rules["color"] & _OPACITY > 0)]
    width, height = fills["x1"] - fills["x0"], fills["bottom"] - fills["top"]
    of_page = (width > _PAGE_WIDTH_SHARE * page.width) & (height > _PAGE_HEIGHT_SHARE * page.height)
    fills = fills[(width > _CELL_WIDTH) & (height > _CELL_HEIGHT) & ~of_page]
    for box in taken:
        middle_x, middle_y = (fills["x0"] + fills["x1"]) / 2, (fills["top"] + fills["bottom"]) / 2
        fills = fills[~points_inside(box, middle_x, middle_y)]
    if not 1 < len(fills) <= _MOST_BACKGROUNDS:
        return none
    x0, top, x1, bottom = (fills[name].astype(float) for name in _SIDES)
    inside = (x0[:, None] >= x0[None] - _INSIDE_TOLERANCE) & (x1[:, None] <= x1[None] + _INSIDE_TOLERANCE)
    inside &= (top[:, None] >= top[None] - _INSIDE_TOLERANCE) & (bottom[:, None] <= bottom[None] + _INSIDE_TOLERANCE)
    areas = (x1 - x0) * (bottom - top)
    inside &= areas[:, None] < _SMALLER * areas[None]
    is_white = (fills["color"] >> 8 >= NEARLY_WHITE).astype(float)
    return np.asarray(np.stack((x0, top, x1, bottom, fills["order"].astype(float), is_white), 1)[~inside.any(1)])


def is_drawing(page: Page, box: Box) -> bool:
    """Return whether bent or slanted strokes (arrows, rounded boxes, icons) are a large part of what a box holds."""
    rules = page.rules
    x, y = (rules["x0"] + rules["x1"]) / 2, (rules["top"] + rules["bottom"]) / 2
    inside = points_inside(box, x, y, _DRAWING_MARGIN)
    large = np.maximum(rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]) > _SMALLEST_STROKE
    bent = (rules["kind"] == CURVE) & inside & large
    return bool(bent.sum() > _BENT_SHARE * max(1, inside.sum()))
