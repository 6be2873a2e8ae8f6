"""Tables that a slide builds out of boxes, a box for each cell: three rows and three columns at the least.

Boxes in rows and columns may as well be cards. A table is told by its head: a row that is lower than the others, or
a first column that is narrower, or a corner without a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from aisi_ingest.extract.slides.compose import around
from aisi_ingest.extract.slides.geometry import height, smallest_around
from aisi_ingest.extract.slides.tables.model import SlideTable, Unit
from aisi_ingest.extract.slides.tables.ruled import by_lines
from aisi_ingest.model import Box

# Chosen on drawn slides and on the decks at hand, for no false table among their 218 slides.
_LEAST = 3  # rows and columns
_ALIKE = 4.0  # points by which the sides of boxes in a row or a column differ
_APART = 0.6  # of a box's height or width: the most white between two
_HEAD = 0.75  # of the others' height or width: what a head has at the most


def boxed_tables(units: Sequence[Unit], shapes: Sequence[Box]) -> list[SlideTable]:
    """``shapes`` are drawn boxes. No two tables share a unit."""
    if len(shapes) < _LEAST * _LEAST - 1:
        return []
    held = _held(units, shapes)
    out: list[SlideTable] = []
    left = sorted(held, key=lambda k: (shapes[k].top, shapes[k].x0))
    while len(left) >= _LEAST * _LEAST - 1:
        group = _neighbours(left[0], left, shapes)
        left = [k for k in left if k not in group]
        found = _table(group, held, units, shapes)
        if found is not None:
            out.append(found)
    return out


def _held(units: Sequence[Unit], shapes: Sequence[Box]) -> dict[int, list[int]]:
    """Shape to the units that stand in it and in no smaller one."""
    out: dict[int, list[int]] = {}
    for n, unit in enumerate(units):
        k = smallest_around(unit.box, shapes) if unit.text.strip() else None
        if k is not None:
            out.setdefault(k, []).append(n)
    return out


def _neighbours(first: int, candidates: Sequence[int], shapes: Sequence[Box]) -> set[int]:
    """The boxes that hang together with one: same sides, and little white between."""
    group, edge = {first}, [first]
    while edge:
        one = shapes[edge.pop()]
        for k in candidates:
            if k not in group and _adjoin(one, shapes[k]):
                group.add(k)
                edge.append(k)
    return group


def _adjoin(one: Box, other: Box) -> bool:
    level = abs(one.top - other.top) < _ALIKE and abs(one.bottom - other.bottom) < _ALIKE
    stacked = abs(one.x0 - other.x0) < _ALIKE and abs(one.x1 - other.x1) < _ALIKE
    beside = max(one.x0, other.x0) - min(one.x1, other.x1)
    below = max(one.top, other.top) - min(one.bottom, other.bottom)
    narrow = min(one.x1 - one.x0, other.x1 - other.x0)
    low = min(height(one), height(other))
    return (level and -2 < beside < _APART * narrow) or (stacked and -2 < below < _APART * low)


def _table(
    group: set[int], held: dict[int, list[int]], units: Sequence[Unit], shapes: Sequence[Box]
) -> SlideTable | None:
    tops = _steps([shapes[k].top for k in group])
    lefts = _steps([shapes[k].x0 for k in group])
    if len(tops) < _LEAST or len(lefts) < _LEAST:
        return None
    grid: dict[tuple[int, int], int] = {}
    for k in group:
        place = (_nearest(tops, shapes[k].top), _nearest(lefts, shapes[k].x0))
        if place in grid:
            return None
        grid[place] = k
    missing = len(tops) * len(lefts) - len(grid)
    corner = (0, 0) not in grid
    if missing > corner:  # every cell has a box, but for the corner
        return None
    rows = [[grid.get((i, j)) for j in range(len(lefts))] for i in range(len(tops))]
    heights = [median(height(shapes[k]) for k in row if k is not None) for row in rows]
    widths = [
        median(shapes[k].x1 - shapes[k].x0 for k in column if k is not None) for column in zip(*rows, strict=True)
    ]
    lower = heights[0] <= _HEAD * median(heights[1:])
    narrower = widths[0] <= _HEAD * median(widths[1:])
    if not (corner or lower or narrower):
        return None
    cells = tuple(tuple(tuple(by_lines(held[k], units)) if k is not None else () for k in row) for row in rows)
    return SlideTable(cells, int(corner or lower), around([shapes[k] for k in group]))


def _steps(values: Sequence[float]) -> list[float]:
    """Where rows or columns begin."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _ALIKE:
            out.append(value)
    return out


def _nearest(steps: Sequence[float], value: float) -> int:
    return min(range(len(steps)), key=lambda k: abs(steps[k] - value))
