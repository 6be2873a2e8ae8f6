"""Names of groups of rows in coloured boxes that a page draws on the left of a table, apart from its lines."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.geometry import box_of
from aisi_ingest.extract.pdf.page import FILL
from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.rules import NEARLY_WHITE

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.extract.tables.char_index import CharIndex
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

# Points. Boxes beside a table are drawn by hand, so they end near its lines and not on them.
_WIDEST_GAP = 15.0  # between the boxes and the table
_OVERLAP = 2.0
_NEAR_BORDER = 4.0
_SAME_SIDE = 2.0  # between the sides of two boxes
_FEWEST_BOXES = 2
_FEWEST_ROWS = 3  # more than there are boxes: otherwise each box is a cell of one row


def with_stub_boxes(page: Page, chars: CharIndex, grid: Grid) -> Grid:
    """Return the grid with a first column for the boxes on its left, if these name all its rows below the header.

    Args:
        page: The page.
        chars: Its characters.
        grid: The grid of a table.
    """
    boxes = _boxes_beside(page, grid)
    if len(boxes) < _FEWEST_BOXES or len(grid.ys) - 1 < max(_FEWEST_ROWS, len(boxes) + 1):
        return grid
    spans = [(_border(grid, box.top), _border(grid, box.bottom)) for box in boxes]
    first, last = spans[0][0], spans[-1][1]
    follow = all(above[1] == below[0] for above, below in pairwise(spans))
    if None in (first, last) or not follow or last != len(grid.ys) - 1 or any(start == end for start, end in spans):
        return grid
    if not all(chars.has_text(box) for box in boxes):
        return grid
    number = int(grid.cells.max()) + 1
    column = np.arange(number, number + len(grid.cells))  # rows above the first box have a cell each
    for start, end in spans:
        column[start:end] = number + (start or 0)
    xs = np.concatenate(([min(box.x0 for box in boxes)], grid.xs))
    return Grid(xs, grid.ys, np.column_stack((column, grid.cells)), grid.order, grid.heads)


def _boxes_beside(page: Page, grid: Grid) -> list[Box]:
    """Return the coloured boxes of equal width right of which a table begins, from the top."""
    rules = page.rules
    gap = grid.xs[0] - rules["x1"]
    keep = (rules["kind"] == FILL) & (rules["color"] >> 8 < NEARLY_WHITE) & (gap > -_OVERLAP) & (gap < _WIDEST_GAP)
    keep &= (rules["top"] > grid.ys[0] - _NEAR_BORDER) & (rules["bottom"] < grid.ys[-1] + _NEAR_BORDER)
    boxes = sorted({box_of(rule) for rule in rules[keep]}, key=lambda box: box.top)
    alike = all(abs(box.x0 - boxes[0].x0) < _SAME_SIDE and abs(box.x1 - boxes[0].x1) < _SAME_SIDE for box in boxes)
    return boxes if alike else []


def _border(grid: Grid, y: float) -> int | None:
    """Return the index of the border between rows that is near a position in points; None if none is."""
    distance = np.abs(grid.ys - y)
    nearest = int(distance.argmin())
    return nearest if distance[nearest] < _NEAR_BORDER else None
