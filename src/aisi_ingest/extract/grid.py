"""Grids from what a page draws: which rectangles its lines and coloured backgrounds make.

Lines come from PDFium (``marks``), their joining and the rectangles between them from pdfplumber's
table geometry. A grid says where cells are and which of them are merged; ``tables`` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.ruling import (
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
    from aisi_ingest.extract.pdf import Page
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
    from pdfplumber.table import merge_edges  # 60 ms, so only where there are lines

    merged = merge_edges(
        [_edge("h", *values) for values in _joined(horizontal)] + [_edge("v", *values) for values in _joined(vertical)],
        snap_x_tolerance=NEAR,
        snap_y_tolerance=NEAR,
        join_x_tolerance=NEAR,
        join_y_tolerance=NEAR,
    )
    flat = [edge for edge in merged if edge["orientation"] == "h" and edge["x1"] - edge["x0"] >= NEAR]
    upright = [edge for edge in merged if edge["orientation"] == "v" and edge["bottom"] - edge["top"] >= NEAR]
    if len(flat) + len(upright) > MOST_LINES // 10:
        return []
    out = []
    for some_flat, some_upright in _components(flat, upright):
        grid = _grid(some_flat, some_upright)
        if grid is not None:
            out.append(grid)
    return out


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


def _edge(orientation: str, at: float, start: float, end: float, order: int = 0) -> dict[str, Any]:
    """An edge as pdfplumber has it."""
    if orientation == "h":
        box = {"x0": start, "x1": end, "top": at, "bottom": at}
    else:
        box = {"x0": at, "x1": at, "top": start, "bottom": end}
    size = {"width": box["x1"] - box["x0"], "height": box["bottom"] - box["top"]}
    return {**box, **size, "orientation": orientation, "object_type": "line", "order": order}


def _touching(flat: list[dict[str, Any]], upright: list[dict[str, Any]]) -> Array:
    """Which horizontal edges (rows) touch which vertical ones (columns)."""
    y, left, right = (np.array([edge[name] for edge in flat]) for name in ("top", "x0", "x1"))
    x, top, bottom = (np.array([edge[name] for edge in upright]) for name in ("x0", "top", "bottom"))
    touch = (x[None] >= left[:, None] - NEAR) & (x[None] <= right[:, None] + NEAR)
    touch &= (y[:, None] >= top[None] - NEAR) & (y[:, None] <= bottom[None] + NEAR)
    return np.asarray(touch)


def _components(flat: list[dict[str, Any]], upright: list[dict[str, Any]]) -> Any:
    """Edges that hang together, dangling ends cut off."""
    while flat and upright:
        touch = _touching(flat, upright)
        keep_flat, keep_upright = _held(flat, upright, touch)
        if keep_flat.all() and keep_upright.all():
            break
        flat = [edge for edge, keep in zip(flat, keep_flat.tolist(), strict=True) if keep]
        upright = [edge for edge, keep in zip(upright, keep_upright.tolist(), strict=True) if keep]
    if not flat or not upright:
        return
    label = np.arange(len(flat))
    while True:  # spread the smallest label over all that touch
        column = np.where(touch, label[:, None], len(flat)).min(0)
        spread = np.minimum(label, np.where(touch, column[None], len(flat)).min(1))
        if (spread == label).all():
            break
        label = spread
    for number in np.unique(label).tolist():
        yield (
            [edge for edge, own in zip(flat, (label == number).tolist(), strict=True) if own],
            [edge for edge, own in zip(upright, (column == number).tolist(), strict=True) if own],
        )


def _held(flat: list[dict[str, Any]], upright: list[dict[str, Any]], touch: Array) -> tuple[Array, Array]:
    """Edges that touch two others and more; an open side is held by the others that end there as well."""

    def held(edges: list[dict[str, Any]], count: Array, low: str, high: str) -> Array:
        ends = np.array([(edge[low], edge[high]) for edge in edges])
        alike = (np.abs(ends[:, None] - ends[None]) < NEAR).all(2).sum(1)
        keep: Array = (count >= 2) | ((count == 1) & (alike >= 3))
        return keep

    return held(flat, touch.sum(1), "x0", "x1"), held(upright, touch.sum(0), "top", "bottom")


def _grid(flat: list[dict[str, Any]], upright: list[dict[str, Any]]) -> Grid | None:
    from pdfplumber.table import edges_to_intersections, intersections_to_cells

    order = max(edge.get("order", 0) for edge in (*flat, *upright))
    flat, upright = _closed(flat, upright)
    points = edges_to_intersections([*flat, *upright], NEAR, NEAR)
    if not 6 <= len(points) <= _MOST_POINTS:
        return None
    boxes = intersections_to_cells(points)
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


def _without_slivers(borders: Array, cells: Array) -> tuple[Array, Array]:
    """Without columns too narrow for any letter: one border that stands a little aside in some of the rows."""
    keep = np.diff(borders) >= _SLIVER
    if keep.all() or not keep.any():
        return borders, cells
    kept = np.flatnonzero(keep)
    inner = [(borders[i + 1] + borders[j]) / 2 for i, j in pairwise(kept.tolist())]
    return np.array([borders[0], *inner, borders[-1]]), cells[kept]


def _closed(
    flat: list[dict[str, Any]], upright: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """With borders where a side is open: several lines that end at the same place where no line crosses."""
    x0, x1 = min(edge["x0"] for edge in flat), max(edge["x1"] for edge in flat)
    top, bottom = min(edge["top"] for edge in upright), max(edge["bottom"] for edge in upright)
    first, last = min(edge["top"] for edge in flat), max(edge["top"] for edge in flat)
    left, right = min(edge["x0"] for edge in upright), max(edge["x0"] for edge in upright)
    more_flat = [
        _edge("h", y, min(left, x0), max(right, x1))
        for y, away in ((top, first - top), (bottom, bottom - last))
        if away > NEAR and sum(min(abs(edge["top"] - y), abs(edge["bottom"] - y)) < NEAR for edge in upright) >= 2
    ]
    more_upright = [
        _edge("v", x, min(top, first), max(bottom, last))
        for x, away in ((x0, left - x0), (x1, x1 - right))
        if away > NEAR and sum(min(abs(edge["x0"] - x), abs(edge["x1"] - x)) < NEAR for edge in flat) >= 2
    ]
    return flat + more_flat, upright + more_upright
