"""Find tables that a slide builds from boxes, one box per cell, with at least three rows and three columns.

Boxes in rows and columns may also be cards. It is a table only if it has a header: a first row that is lower than the
others, a first column that is narrower, or no box in the upper left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from aisi_ingest.extract.geometry import box_height, box_width, smallest_containing, union
from aisi_ingest.extract.slides.tables.model import SlideTable, Unit, in_line_order
from aisi_ingest.model import Box

# Tuned on drawn slides and on the decks at hand, so that their 218 slides have no false table.
_MINIMUM_LINES = 3  # rows, and columns
_MINIMUM_BOXES = _MINIMUM_LINES * _MINIMUM_LINES - 1  # the corner may be missing
_ALIGNMENT = 4.0  # points by which the sides of the boxes in a row or column differ
_MAXIMUM_GAP = 0.6  # of a box's height or width
_MAXIMUM_OVERLAP = -2  # points by which neighbouring boxes may overlap
_HEADER_SIZE = 0.75  # of the other rows' height or the other columns' width


def find_box_tables(units: Sequence[Unit], shapes: Sequence[Box]) -> list[SlideTable]:
    """Find tables that are built from boxes.

    Args:
        units: The texts of a slide.
        shapes: The drawn boxes of the slide.

    Returns:
        The tables. No two of them share a unit.
    """
    if len(shapes) < _MINIMUM_BOXES:
        return []
    units_in = _units_by_shape(units, shapes)
    out: list[SlideTable] = []
    remaining = sorted(units_in, key=lambda k: (shapes[k].top, shapes[k].x0))
    while len(remaining) >= _MINIMUM_BOXES:
        group = _connected_boxes(remaining[0], remaining, shapes)
        remaining = [k for k in remaining if k not in group]
        found = _table(group, units_in, units, shapes)
        if found is not None:
            out.append(found)
    return out


def _units_by_shape(units: Sequence[Unit], shapes: Sequence[Box]) -> dict[int, list[int]]:
    """Return for each shape the units inside it that are in no smaller shape."""
    out: dict[int, list[int]] = {}
    for n, unit in enumerate(units):
        k = smallest_containing(unit.box, shapes) if unit.text.strip() else None
        if k is not None:
            out.setdefault(k, []).append(n)
    return out


def _connected_boxes(first: int, candidates: Sequence[int], shapes: Sequence[Box]) -> set[int]:
    """Return the boxes that are connected to ``first`` by neighbours in a row or column."""
    group, unvisited = {first}, [first]
    while unvisited:
        box = shapes[unvisited.pop()]
        for k in candidates:
            if k not in group and _are_neighbours(box, shapes[k]):
                group.add(k)
                unvisited.append(k)
    return group


def _are_neighbours(one: Box, other: Box) -> bool:
    """Return whether two boxes have the same sides in one direction and a small gap in the other."""
    in_row = abs(one.top - other.top) < _ALIGNMENT and abs(one.bottom - other.bottom) < _ALIGNMENT
    in_column = abs(one.x0 - other.x0) < _ALIGNMENT and abs(one.x1 - other.x1) < _ALIGNMENT
    x_gap = max(one.x0, other.x0) - min(one.x1, other.x1)
    y_gap = max(one.top, other.top) - min(one.bottom, other.bottom)
    width = min(box_width(one), box_width(other))
    height = min(box_height(one), box_height(other))
    return (in_row and _MAXIMUM_OVERLAP < x_gap < _MAXIMUM_GAP * width) or (
        in_column and _MAXIMUM_OVERLAP < y_gap < _MAXIMUM_GAP * height
    )


def _table(
    group: set[int], units_in: dict[int, list[int]], units: Sequence[Unit], shapes: Sequence[Box]
) -> SlideTable | None:
    """Build a table from connected boxes; None if they are not one."""
    grid = _grid(group, shapes)
    if grid is None:
        return None
    heights = [median(box_height(shapes[k]) for k in row if k is not None) for row in grid]
    widths = [median(box_width(shapes[k]) for k in column if k is not None) for column in zip(*grid, strict=True)]
    no_corner = grid[0][0] is None
    low_header = heights[0] <= _HEADER_SIZE * median(heights[1:])
    narrow_header = widths[0] <= _HEADER_SIZE * median(widths[1:])
    if not (no_corner or low_header or narrow_header):
        return None
    cells = tuple(tuple(tuple(in_line_order(units_in[k], units)) if k is not None else () for k in row) for row in grid)
    return SlideTable(cells, int(no_corner or low_header), union([shapes[k] for k in group]))


def _grid(group: set[int], shapes: Sequence[Box]) -> list[list[int | None]] | None:
    """Return the box at each place of the grid; None if there are too few rows or columns, or a place is empty.

    Only the upper left corner may be empty.
    """
    tops = _positions([shapes[k].top for k in group])
    lefts = _positions([shapes[k].x0 for k in group])
    if len(tops) < _MINIMUM_LINES or len(lefts) < _MINIMUM_LINES:
        return None
    places: dict[tuple[int, int], int] = {}
    for k in group:
        place = (_nearest(tops, shapes[k].top), _nearest(lefts, shapes[k].x0))
        if place in places:
            return None
        places[place] = k
    empty = len(tops) * len(lefts) - len(places)
    if empty > ((0, 0) not in places):
        return None
    return [[places.get((i, j)) for j in range(len(lefts))] for i in range(len(tops))]


def _positions(values: Sequence[float]) -> list[float]:
    """Return the positions where rows or columns begin."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _ALIGNMENT:
            out.append(value)
    return out


def _nearest(positions: Sequence[float], value: float) -> int:
    return min(range(len(positions)), key=lambda k: abs(positions[k] - value))
