"""Grids from what a page draws: which rectangles its lines and coloured backgrounds make.

Lines come from PDFium (``marks``). A grid says where cells are and which of them are merged; ``tables``
reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.tables.rules import (
    MOST_LINES,
    NEAR,
    Edges,
    edge_values,
    grounds_on,
    lines_on,
    not_crossed,
    not_underlines,
)

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

_SLIVER = 3.5
_MOST_POINTS = 2500  # crossings in one grid: more is a plot or a map


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns and rows between lines, and which cell each square of them belongs to."""

    xs: Array  # borders of the columns, one more than columns
    ys: Array  # borders of the rows
    cells: Array  # rows x columns: number of the cell; merged squares have the same
    order: int  # drawing order of its last line


def grids(page: Page, covers: Array | None = None) -> list[Grid]:
    """All grids of two cells and more that the page's lines make."""
    horizontal, vertical = lines_on(page, covers)
    if len(horizontal) < 2 or len(vertical) < 2 or len(horizontal) + len(vertical) > MOST_LINES:
        return []
    horizontal, vertical = not_underlines(page, horizontal), not_crossed(page, vertical)
    if len(horizontal) < 2 or len(vertical) < 2:
        return []
    return _grids(horizontal, vertical)


def nested(outer: Grid, inner: Grid, above: bool, below: bool) -> Grid | None:
    """The outer grid with the inner one, which lies in one of its cells, as rows and columns of its own.

    ``above`` and ``below`` say whether text stands in the cell over and under the inner grid: it gets a row.
    None where the inner grid lies in no single cell.
    """
    middle_x, middle_y = (inner.xs[0] + inner.xs[-1]) / 2, (inner.ys[0] + inner.ys[-1]) / 2
    row, column = np.searchsorted(outer.ys, middle_y) - 1, np.searchsorted(outer.xs, middle_x) - 1
    if not (0 <= row < len(outer.ys) - 1 and 0 <= column < len(outer.xs) - 1):
        return None
    number = outer.cells[row, column]
    rows, columns = np.nonzero(outer.cells == number)
    left, right = outer.xs[columns.min()], outer.xs[columns.max() + 1]
    top, bottom = outer.ys[rows.min()], outer.ys[rows.max() + 1]
    near = NEAR
    if inner.xs[0] < left - near or inner.xs[-1] > right + near:
        return None
    if inner.ys[0] < top - near or inner.ys[-1] > bottom + near:
        return None
    inner_xs = np.concatenate(([left], inner.xs[1:-1], [right]))
    inner_ys = inner.ys.copy()
    inner_cells = inner.cells + outer.cells.max() + 1
    next_number = int(inner_cells.max()) + 1
    if above:
        inner_ys = np.concatenate(([top], inner_ys))
        inner_cells = np.vstack((np.full((1, inner_cells.shape[1]), next_number), inner_cells))
        next_number += 1
    else:
        inner_ys[0] = top
    if below:
        inner_ys = np.concatenate((inner_ys, [bottom]))
        inner_cells = np.vstack((inner_cells, np.full((1, inner_cells.shape[1]), next_number)))
    else:
        inner_ys[-1] = bottom
    xs, ys = np.unique(np.concatenate((outer.xs, inner_xs))), np.unique(np.concatenate((outer.ys, inner_ys)))
    across, down = (xs[1:] + xs[:-1]) / 2, (ys[1:] + ys[:-1]) / 2
    cells = outer.cells[np.ix_(np.searchsorted(outer.ys, down) - 1, np.searchsorted(outer.xs, across) - 1)].copy()
    at_x = np.clip(np.searchsorted(inner_xs, across) - 1, 0, len(inner_xs) - 2)
    at_y = np.clip(np.searchsorted(inner_ys, down) - 1, 0, len(inner_ys) - 2)
    own = cells == number
    cells[own] = inner_cells[np.ix_(at_y, at_x)][own]
    return Grid(xs, ys, cells, max(outer.order, inner.order))


def fill_grids(page: Page, taken: list[Box]) -> list[Grid]:
    """Grids of cells that only their coloured backgrounds show, outside the boxes in ``taken``."""
    grounds = grounds_on(page, taken)
    if len(grounds) < 6:
        return []
    x0, top, x1, bottom, order = grounds.T
    horizontal = Edges(np.concatenate((top, bottom)), np.tile(x0, 2), np.tile(x1, 2), np.tile(order.astype(int), 2))
    vertical = Edges(np.concatenate((x0, x1)), np.tile(top, 2), np.tile(bottom, 2), np.tile(order.astype(int), 2))
    area = (x1 - x0) * (bottom - top)
    middle_x, middle_y = (x0 + x1) / 2, (top + bottom) / 2
    out = []
    for grid in _grids(horizontal, vertical):
        own = (middle_x > grid.xs[0]) & (middle_x < grid.xs[-1]) & (middle_y > grid.ys[0]) & (middle_y < grid.ys[-1])
        # Backgrounds of cells cover the whole table; bars of a chart and boxes of a figure leave much of it bare.
        whole = (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0])
        if len(grid.ys) > 3 and area[own].sum() > 0.9 * whole:
            out.append(grid)
    return out


def _grids(horizontal: Edges, vertical: Edges) -> list[Grid]:
    flat, upright = _merged(horizontal), _merged(vertical)
    if len(flat) + len(upright) > MOST_LINES // 10:
        return []
    grids = (_grid(some_flat, some_upright) for some_flat, some_upright in _components(flat, upright))
    return [grid for grid in grids if grid is not None]


def _merged(edges: Edges) -> Edges:
    """Edges side by side as one between them, and those that go on from each other as one; no stubs."""
    groups: list[list[tuple[float, float, float, int]]] = []
    for edge in _joined(edges):
        if groups and edge[0] <= groups[-1][-1][0] + NEAR:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    out: list[tuple[float, float, float, int]] = []
    for group in groups:
        at, whole = sum(edge[0] for edge in group) / len(group), len(out)
        for _, start, end, order in sorted(group, key=itemgetter(1)):
            if len(out) > whole and start <= out[-1][2] + NEAR:
                out[-1] = (at, out[-1][1], max(out[-1][2], end), max(out[-1][3], order))
            else:
                out.append((at, start, end, order))
    return _edges([edge for edge in out if edge[2] - edge[1] >= NEAR])


def _edges(rows: Sequence[tuple[float, float, float, int]]) -> Edges:
    values = np.array(rows, float).reshape(-1, 4)
    return Edges(values[:, 0], values[:, 1], values[:, 2], values[:, 3].astype(int))


def _joined(edges: Edges) -> list[tuple[float, float, float, int]]:
    """Edges whose pieces, a cell long each, are put together: ten times fewer than writers draw."""
    out: list[tuple[float, float, float, int]] = []
    for at, start, end, order in sorted(edge_values(edges)):
        if out and at - out[-1][0] < 0.1 and start - out[-1][2] < NEAR:
            last = out[-1]
            out[-1] = (last[0], last[1], max(last[2], end), max(last[3], order))
        else:
            out.append((at, start, end, order))
    return out


def _touching(flat: Edges, upright: Edges) -> Array:
    """Which horizontal edges (rows) touch which vertical ones (columns)."""
    touch = (upright.at[None] >= flat.start[:, None] - NEAR) & (upright.at[None] <= flat.end[:, None] + NEAR)
    touch &= (flat.at[:, None] >= upright.start[None] - NEAR) & (flat.at[:, None] <= upright.end[None] + NEAR)
    return np.asarray(touch)


def _components(flat: Edges, upright: Edges) -> Iterator[tuple[Edges, Edges]]:
    """Edges that hang together, dangling ends cut off."""
    while len(flat) and len(upright):
        touch = _touching(flat, upright)
        keep_flat, keep_upright = _held(flat, touch.sum(1)), _held(upright, touch.sum(0))
        if keep_flat.all() and keep_upright.all():
            break
        flat, upright = flat.where(keep_flat), upright.where(keep_upright)
    if not len(flat) or not len(upright):
        return
    label = np.arange(len(flat))
    while True:  # spread the smallest label over all that touch
        column = np.where(touch, label[:, None], len(flat)).min(0)
        spread = np.minimum(label, np.where(touch, column[None], len(flat)).min(1))
        if (spread == label).all():
            break
        label = spread
    for number in np.unique(label).tolist():
        yield flat.where(label == number), upright.where(column == number)


def _held(edges: Edges, count: Array) -> Array:
    """Edges that touch two others and more; an open side is held by the others that end there as well."""
    ends = np.stack((edges.start, edges.end), 1)
    alike = (np.abs(ends[:, None] - ends[None]) < NEAR).all(2).sum(1)
    return np.asarray((count >= 2) | ((count == 1) & (alike >= 3)))


def _grid(flat: Edges, upright: Edges) -> Grid | None:
    order = int(max(flat.order.max(), upright.order.max()))
    boxes = _boxes(*_closed(flat, upright))
    if len(boxes) < 2:
        return None
    xs = np.unique([side for box in boxes for side in (box[0], box[2])])
    ys = np.unique([side for box in boxes for side in (box[1], box[3])])
    cells = np.full((len(ys) - 1, len(xs) - 1), -1)
    boxes.sort(key=lambda box: -(box[2] - box[0]) * (box[3] - box[1]))
    for number, (x0, top, x1, bottom) in enumerate(boxes):
        rows = slice(*np.searchsorted(ys, (top, bottom)).tolist())
        columns = slice(*np.searchsorted(xs, (x0, x1)).tolist())
        cells[rows, columns] = number
    number = len(boxes)
    for row, column in np.argwhere(cells < 0).tolist():  # squares that no four lines enclose
        cells[row, column] = number
        number += 1
    xs, cells = _without_slivers(xs, cells.T)
    ys, cells = _without_slivers(ys, cells.T)
    return Grid(xs, ys, cells, order) if cells.size > 1 else None


def _boxes(flat: Edges, upright: Edges) -> list[tuple[float, float, float, float]]:
    """The smallest rectangle right of and below each crossing whose four sides lie on edges.

    As pdfplumber's ``TableFinder`` has it, after Nurminen, "Algorithmic extraction of data in tables in PDF
    documents" (2013).
    """
    # At each crossing, the vertical and the horizontal edges that meet there, as bits.
    points: dict[tuple[float, float], tuple[int, int]] = {}
    xs, ys = upright.at.tolist(), flat.at.tolist()
    for row, column in np.argwhere(_touching(flat, upright)).tolist():
        point = (xs[column], ys[row])
        down, across = points.get(point, (0, 0))
        points[point] = (down | 1 << column, across | 1 << row)
    if not 6 <= len(points) <= _MOST_POINTS:
        return []
    below: dict[float, list[float]] = {}
    beside: dict[float, list[float]] = {}
    for x, y in sorted(points):
        below.setdefault(x, []).append(y)
        beside.setdefault(y, []).append(x)

    def smallest(x: float, y: float) -> tuple[float, float, float, float] | None:
        down, across = points[x, y]
        rights = [(right, points[right, y][0]) for right in beside[y] if right > x and points[right, y][1] & across]
        for low in below[x]:
            if low <= y or not points[x, low][0] & down:
                continue
            foot = points[x, low][1]
            for right, side in rights:
                corner = points.get((right, low), (0, 0))
                if corner[0] & side and corner[1] & foot:
                    return x, y, right, low
        return None

    found = (smallest(x, y) for x, y in sorted(points))
    return [box for box in found if box is not None]


def _without_slivers(borders: Array, cells: Array) -> tuple[Array, Array]:
    """Without columns too narrow for any letter: one border that stands a little aside in some of the rows."""
    keep = np.diff(borders) >= _SLIVER
    if keep.all() or not keep.any():
        return borders, cells
    kept = np.flatnonzero(keep)
    inner = [(borders[i + 1] + borders[j]) / 2 for i, j in pairwise(kept.tolist())]
    return np.array([borders[0], *inner, borders[-1]]), cells[kept]


def _closed(flat: Edges, upright: Edges) -> tuple[Edges, Edges]:
    """With borders where a side is open: several lines that end at the same place where no line crosses."""
    return _with_ends(flat, upright), _with_ends(upright, flat)


def _with_ends(edges: Edges, across: Edges) -> Edges:
    """Edges, and one more at either end of those across where two and more of them end beyond the last."""
    sides = ((across.start.min(), edges.at.min(), -1), (across.end.max(), edges.at.max(), 1))
    reach = min(across.at.min(), edges.start.min()), max(across.at.max(), edges.end.max())
    more = [
        (end, *reach, 0)
        for end, last, direction in sides
        if direction * (end - last) > NEAR
        and (np.minimum(np.abs(across.start - end), np.abs(across.end - end)) < NEAR).sum() >= 2
    ]
    if not more:
        return edges
    ends = _edges(more)
    return Edges(
        *(np.concatenate((getattr(edges, name), getattr(ends, name))) for name in ("at", "start", "end", "order"))
    )
