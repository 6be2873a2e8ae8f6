"""Grids from what a page draws: which rectangles its lines and coloured backgrounds make.

Lines come from PDFium (``marks``), their joining and the rectangles between them from pdfplumber's
table geometry. A grid says where cells are and which of them are merged; ``tables`` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.marks import CURVE, FILL, LINE, RECT

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

# Points: lines this close are one line, ends this close touch. pdfplumber's default of 3 makes tables of boxes
# that stand side by side on slides; borders that one table draws twice lie within 1.
NEAR = 1.5
_SLIVER = 3.5
_MOST_LINES = 4000  # pieces of lines on one page, and a tenth of it once they are joined
_MOST_POINTS = 2500  # crossings in one grid: more is a plot or a map
_SIDES = ("x0", "top", "x1", "bottom")


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns and rows between lines, and which cell each square of them belongs to."""

    xs: Array  # borders of the columns, one more than columns
    ys: Array  # borders of the rows
    cells: Array  # rows x columns: number of the cell; merged squares have the same
    order: int  # drawing order of its last line


@dataclass(frozen=True, slots=True)
class Edges:
    """Straight edges: position across, extent along, drawing order."""

    at: Array
    start: Array
    end: Array
    order: Array

    def __len__(self) -> int:
        return len(self.at)

    def where(self, keep: Array) -> Edges:
        return Edges(self.at[keep], self.start[keep], self.end[keep], self.order[keep])


def lines_on(page: Page, covers: Array | None = None) -> tuple[Edges, Edges]:
    """Horizontal and vertical edges, but for the page's own frame and those of boxes that lie over a grid.

    ``covers`` are such boxes, as rows of RULE.
    """
    rules = page.rules
    rules = rules[((rules["kind"] == LINE) | (rules["kind"] == RECT)) & (rules["color"] & 0xFF > 0)]
    wide, high = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    frame = (rules["kind"] == RECT) & (wide > 0.9 * page.width) & (high > 0.9 * page.height)
    rules = rules[~frame & (np.maximum(wide, high) > 2)]  # the corners that writers put between borders
    if covers is not None:
        for cover in covers:
            on = np.ones(len(rules), bool)
            for low, top in (("x0", "x1"), ("top", "bottom")):
                on &= (rules[low] > cover[low] - NEAR) & (rules[top] < cover[top] + NEAR)
            rules = rules[~(on & (rules["order"] >= cover["order"]))]
    lines, frames = rules[rules["kind"] == LINE], rules[rules["kind"] == RECT]
    flat = lines["x1"] - lines["x0"] >= lines["bottom"] - lines["top"]
    across, upright = lines[flat], lines[~flat]
    horizontal = _edges(
        np.concatenate(((across["top"] + across["bottom"]) / 2, frames["top"], frames["bottom"])),
        np.concatenate((across["x0"], frames["x0"], frames["x0"])),
        np.concatenate((across["x1"], frames["x1"], frames["x1"])),
        np.concatenate((across["order"], frames["order"], frames["order"])),
    )
    vertical = _edges(
        np.concatenate(((upright["x0"] + upright["x1"]) / 2, frames["x0"], frames["x1"])),
        np.concatenate((upright["top"], frames["top"], frames["top"])),
        np.concatenate((upright["bottom"], frames["bottom"], frames["bottom"])),
        np.concatenate((upright["order"], frames["order"], frames["order"])),
    )
    return horizontal, vertical


def _edges(at: Array, start: Array, end: Array, order: Array) -> Edges:
    return Edges(at.astype(float), start.astype(float), end.astype(float), order.astype(int))


def _not_underlines(page: Page, edges: Edges) -> Edges:
    """Without lines that run along the foot of letters: a cell's border leaves room for their descent."""
    if not len(edges):
        return edges
    chars = page.chars
    keep = np.ones(len(edges), bool)
    order = np.flatnonzero(~chars["hidden"] & (chars["code"] > 0x20))
    order = order[np.argsort(chars["origin_y"][order], kind="stable")]
    x0, x1, base, size = (chars[name][order] for name in ("x0", "x1", "origin_y", "size"))
    low = np.searchsorted(base, edges.at - 12)
    high = np.searchsorted(base, edges.at + 1)
    for i in np.flatnonzero(high > low).tolist():
        part = slice(low[i], high[i])
        drop = edges.at[i] - base[part]
        near = (drop > -0.08 * size[part]) & (drop < 0.23 * size[part])
        near &= (x1[part] > edges.start[i] - 1) & (x0[part] < edges.end[i] + 1)
        if near.any():
            left, right = x0[part][near].min(), x1[part][near].max()
            length = edges.end[i] - edges.start[i]
            covered = min(right, edges.end[i]) - max(left, edges.start[i])
            keep[i] = covered < 0.8 * length
    return edges.where(keep)


def _not_crossed(page: Page, edges: Edges) -> Edges:
    """Without vertical lines that running text crosses: frames around words (Word's character borders)."""
    if not len(edges):
        return edges
    chars = page.chars
    inked = np.flatnonzero(~chars["hidden"] & (chars["code"] > 0x20) & (chars["angle"] == 0))
    if len(inked) < 2:
        return edges
    x0, x1, base, em = (chars[name][inked] for name in ("x0", "x1", "origin_y", "size"))
    gap, em = x0[1:] - x1[:-1], np.minimum(em[1:], em[:-1])
    running = np.flatnonzero((np.abs(np.diff(base)) < 0.1 * em) & (gap > -0.3 * em) & (gap < 0.35 * em))
    left, right = x1[running] - 0.1 * em[running], x0[running + 1] + 0.1 * em[running]
    middle, size = base[running] - 0.35 * em[running], em[running]
    order = np.argsort(middle)
    left, right, middle, size = left[order], right[order], middle[order], size[order]
    keep = np.ones(len(edges), bool)
    low, high = np.searchsorted(middle, edges.start), np.searchsorted(middle, edges.end)
    for i in np.flatnonzero(high > low).tolist():
        part = slice(low[i], high[i])
        crossed = (left[part] <= edges.at[i]) & (right[part] >= edges.at[i])
        # Such a frame is one line high; in a taller cell a last and a first word may touch the border by chance.
        keep[i] = not (crossed & (edges.end[i] - edges.start[i] < 2.2 * size[part])).any()
    return edges.where(keep)


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line, its pieces joined."""

    y: float
    x0: float
    x1: float
    joints: tuple[float, ...]  # where one piece ends and the next begins: writers draw a piece for each cell


def horizontal_rules(page: Page) -> list[Rule]:
    """Horizontal lines from the top, underlines left out."""
    rules = page.rules
    if len(rules) < 3:
        return []
    flat = rules[(rules["kind"] == LINE) & (rules["color"] & 0xFF > 0)]
    flat = flat[(flat["x1"] - flat["x0"] > 6) & (flat["bottom"] - flat["top"] < 3)]
    if not 3 <= len(flat) <= _MOST_LINES:
        return []
    middle = (flat["top"] + flat["bottom"]) / 2
    edges = _not_underlines(page, _edges(middle, flat["x0"], flat["x1"], flat["order"]))
    out: list[Rule] = []
    for y, x0, x1, _ in sorted(_values(edges)):
        last = out[-1] if out else None
        if last and y - last.y < NEAR and abs(x0 - last.x1) < NEAR:
            out[-1] = Rule(last.y, last.x0, x1, (*last.joints, x0))
        elif last is None or y - last.y >= NEAR or x0 > last.x1:
            out.append(Rule(y, x0, x1, ()))
    return out


def covers_on(page: Page) -> Array:
    """Opaque boxes that lie over lines drawn before them: a note over a grid, kept apart from its cells."""
    rules = page.rules
    if len(rules) < 5:
        return rules[:0]
    fills = rules[(rules["kind"] == FILL) & (rules["color"] & 0xFF >= 0xF0)]
    fills = fills[(fills["x1"] - fills["x0"] > 20) & (fills["bottom"] - fills["top"] > 8)]
    lines = rules[rules["kind"] == LINE]
    if not len(fills) or not len(lines) or len(lines) > _MOST_LINES:
        return np.asarray(fills[:0])
    inside = np.ones((len(fills), len(lines)), bool)
    for low, top in (("x0", "x1"), ("top", "bottom")):
        inside &= lines[low][None] < fills[top][:, None] - NEAR
        inside &= lines[top][None] > fills[low][:, None] + NEAR
    inside &= lines["order"][None] < fills["order"][:, None]
    return np.asarray(fills[inside.any(1)])


def grids(page: Page, covers: Array | None = None) -> list[Grid]:
    """All grids of two cells and more that the page's lines make."""
    horizontal, vertical = lines_on(page, covers)
    if len(horizontal) < 2 or len(vertical) < 2 or len(horizontal) + len(vertical) > _MOST_LINES:
        return []
    horizontal, vertical = _not_underlines(page, horizontal), _not_crossed(page, vertical)
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


def grounds_on(page: Page, taken: list[Box]) -> Array:
    """Coloured backgrounds that may be those of cells: x0, top, x1, bottom as rows; those of text lines left out."""
    rules = page.rules
    none = np.zeros((0, 5))
    if len(rules) < 2:
        return none
    fills = rules[(rules["kind"] == FILL) & (rules["color"] & 0xFF > 0)]
    wide, high = fills["x1"] - fills["x0"], fills["bottom"] - fills["top"]
    fills = fills[(wide > 8) & (high > 6) & ~((wide > 0.9 * page.width) & (high > 0.5 * page.height))]
    for box in taken:
        middle_x, middle_y = (fills["x0"] + fills["x1"]) / 2, (fills["top"] + fills["bottom"]) / 2
        fills = fills[~((middle_x > box.x0) & (middle_x < box.x1) & (middle_y > box.top) & (middle_y < box.bottom))]
    if not 2 <= len(fills) <= 2000:
        return none
    x0, top, x1, bottom = (fills[name].astype(float) for name in _SIDES)
    inside = (x0[:, None] >= x0[None] - 1) & (x1[:, None] <= x1[None] + 1)
    inside &= (top[:, None] >= top[None] - 1) & (bottom[:, None] <= bottom[None] + 1)
    area = (x1 - x0) * (bottom - top)
    inside &= area[:, None] < 0.98 * area[None]
    return np.asarray(np.stack((x0, top, x1, bottom, fills["order"].astype(float)), 1)[~inside.any(1)])


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
    if len(flat) + len(upright) > _MOST_LINES // 10:
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
    for at, start, end, order in sorted(_values(edges)):
        if out and at - out[-1][0] < 0.1 and start - out[-1][2] < NEAR:
            last = out[-1]
            out[-1] = (last[0], last[1], max(last[2], end), max(last[3], order))
        else:
            out.append((at, start, end, order))
    return out


def _values(edges: Edges) -> Any:
    return zip(edges.at.tolist(), edges.start.tolist(), edges.end.tolist(), edges.order.tolist(), strict=True)


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


def figure_like(page: Page, box: Box) -> bool:
    """Whether bent and slanted strokes (arrows, rounded boxes, icons) make up what lies in a box."""
    rules = page.rules
    x, y = (rules["x0"] + rules["x1"]) / 2, (rules["top"] + rules["bottom"]) / 2
    inside = (x > box.x0) & (x < box.x1) & (y > box.top) & (y < box.bottom)
    kinds = rules["kind"][inside]
    return bool((kinds == CURVE).sum() > 0.3 * max(1, len(kinds)))
