"""Build grids from edges and from coloured backgrounds: where cells are, and which of them are merged.

The edges come from what the page draws (``pdf.drawing``). ``finder`` reads the text of the cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.geometry import area, contains, points_inside
from aisi_ingest.extract.tables.backgrounds import cell_backgrounds
from aisi_ingest.extract.tables.rules import (
    MOST_LINES,
    SNAP_TOLERANCE,
    Edges,
    edges_of,
    without_underlines,
    without_word_frames,
)
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]
Edge = tuple[float, float, float, int]  # at, start, end, order: as in Edges

_MOST_JOINED_LINES = MOST_LINES // 10  # once their pieces are joined
_NARROWEST_COLUMN = 3.5  # points: too narrow for any letter
_FEWEST_CROSSINGS = 6  # of two cells
_MOST_CROSSINGS = 2500  # in one grid; more is a plot or a map
_SAME_POSITION = 0.1  # points between the pieces of one line
_FEWEST_BACKGROUNDS = 6
_FEWEST_ROWS = 3
_ROW_SPACING = 3.0  # points between the borders of rows that are drawn apart
_COVERED = 0.9  # share of a table that the backgrounds of its cells cover; charts and figures leave much of it bare
_WHITE_SHARE = 0.75  # of the backgrounds; more is the shading of paragraphs on paper of the same colour
_OPEN_ENDS = 3  # this many edges that end at the same positions show an open side of a table
_CROSSINGS_TO_STAY = 2  # an edge that crosses fewer others has a loose end


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns and rows between lines, and the cell that each square between them belongs to.

    Attributes:
        xs: Borders of the columns in points; one more than there are columns.
        ys: Borders of the rows in points; one more than there are rows.
        cells: Number of the cell of each square, of shape (rows, columns). Merged squares have the same number.
        order: Drawing order of the last line.
        heads: Number of rows above a line that divides them from rows without lines between them; 0 if there is none.
    """

    xs: Array
    ys: Array
    cells: Array
    order: int
    heads: int = 0

    @property
    def box(self) -> Box:
        """The box of the whole grid, in points."""
        return Box(float(self.xs[0]), float(self.ys[0]), float(self.xs[-1]), float(self.ys[-1]))

    def cell_at(self, x: float, y: float) -> tuple[int, int]:
        """Return the row and column of a position in points. They are out of range for one outside of the grid."""
        return int(np.searchsorted(self.ys, y)) - 1, int(np.searchsorted(self.xs, x)) - 1


def line_grids(page: Page, overlays: Array | None = None) -> list[Grid]:
    """Build all grids of two or more cells from the lines of a page.

    Args:
        page: The page.
        overlays: Opaque boxes over a table, as rows of ``RULE``; their edges are left out.
    """
    horizontal, vertical = edges_of(page, overlays)
    if len(horizontal) <= 1 or len(vertical) <= 1 or len(horizontal) + len(vertical) > MOST_LINES:
        return []
    horizontal, vertical = without_underlines(page, horizontal), without_word_frames(page, vertical)
    if len(horizontal) <= 1 or len(vertical) <= 1:
        return []
    return _join_rows(_grids(horizontal, vertical))


def _join_rows(grids: list[Grid]) -> list[Grid]:
    """Join grids of the same columns that are below each other: writers leave a small space between rows."""
    joined: list[list[Grid]] = []
    for grid in sorted(grids, key=lambda grid: (grid.ys[0], grid.xs[0])):
        above = next((group for group in joined if _continues(group[-1], grid)), None)
        if above is None:
            joined.append([grid])
        else:
            above.append(grid)
    return [grid for group in joined for grid in ([_stack(group)] if len(group) >= _FEWEST_ROWS else group)]


def _continues(above: Grid, below: Grid) -> bool:
    """Return whether a grid is right below another one and has the same columns."""
    is_near = 0 <= below.ys[0] - above.ys[-1] <= _ROW_SPACING
    return bool(is_near and len(above.xs) == len(below.xs) and np.abs(above.xs - below.xs).max() < SNAP_TOLERANCE)


def _stack(grids: list[Grid]) -> Grid:
    """Make one grid of grids that are below each other and have the same columns."""
    ys: list[Array] = [grids[0].ys[:-1]]
    cells: list[Array] = []
    number = 0
    for above, below in pairwise(grids):
        ys += [(above.ys[-1:] + below.ys[:1]) / 2, below.ys[1:-1]]
    for grid in grids:
        cells.append(grid.cells + number)
        number += int(grid.cells.max()) + 1
    return Grid(
        grids[0].xs, np.concatenate([*ys, grids[-1].ys[-1:]]), np.vstack(cells), max(grid.order for grid in grids)
    )


def nest(outer: Grid, inner: Grid, text_above: bool, text_below: bool) -> Grid | None:
    """Make a grid that lies in one cell of another grid to rows and columns of that grid.

    Args:
        outer: The grid around.
        inner: The grid in one of its cells.
        text_above: Whether the cell has text above the inner grid, which then gets a row.
        text_below: Whether the cell has text below the inner grid, which then gets a row.

    Returns:
        The combined grid, or None if the inner grid does not lie in a single cell.
    """
    row, column = outer.cell_at((inner.xs[0] + inner.xs[-1]) / 2, (inner.ys[0] + inner.ys[-1]) / 2)
    if not (0 <= row < len(outer.ys) - 1 and 0 <= column < len(outer.xs) - 1):
        return None
    number = outer.cells[row, column]
    cell = _cell_box(outer, int(number))
    if not contains(cell, inner.box, SNAP_TOLERANCE):
        return None
    inner_xs = np.concatenate(([cell.x0], inner.xs[1:-1], [cell.x1]))
    inner_ys = inner.ys.copy()
    inner_cells = inner.cells + outer.cells.max() + 1
    next_number = int(inner_cells.max()) + 1
    if text_above:
        inner_ys = np.concatenate(([cell.top], inner_ys))
        inner_cells = np.vstack((np.full((1, inner_cells.shape[1]), next_number), inner_cells))
        next_number += 1
    else:
        inner_ys[0] = cell.top
    if text_below:
        inner_ys = np.concatenate((inner_ys, [cell.bottom]))
        inner_cells = np.vstack((inner_cells, np.full((1, inner_cells.shape[1]), next_number)))
    else:
        inner_ys[-1] = cell.bottom
    xs, ys = np.unique(np.concatenate((outer.xs, inner_xs))), np.unique(np.concatenate((outer.ys, inner_ys)))
    middle_x, middle_y = (xs[1:] + xs[:-1]) / 2, (ys[1:] + ys[:-1]) / 2
    outer_rows, outer_columns = np.searchsorted(outer.ys, middle_y) - 1, np.searchsorted(outer.xs, middle_x) - 1
    cells = outer.cells[np.ix_(outer_rows, outer_columns)].copy()
    inner_columns = np.clip(np.searchsorted(inner_xs, middle_x) - 1, 0, len(inner_xs) - 2)
    inner_rows = np.clip(np.searchsorted(inner_ys, middle_y) - 1, 0, len(inner_ys) - 2)
    own = cells == number
    cells[own] = inner_cells[np.ix_(inner_rows, inner_columns)][own]
    return Grid(xs, ys, cells, max(outer.order, inner.order))


def _cell_box(grid: Grid, number: int) -> Box:
    """Return the box of one cell, merged squares included."""
    rows, columns = np.nonzero(grid.cells == number)
    return Box(
        float(grid.xs[columns.min()]),
        float(grid.ys[rows.min()]),
        float(grid.xs[columns.max() + 1]),
        float(grid.ys[rows.max() + 1]),
    )


def background_grids(page: Page, taken: list[Box]) -> list[Grid]:
    """Build grids of cells that only their coloured backgrounds show.

    Args:
        page: The page.
        taken: Boxes of other tables; backgrounds in them are left out.
    """
    backgrounds = cell_backgrounds(page, taken)
    if len(backgrounds) < _FEWEST_BACKGROUNDS:
        return []
    x0, top, x1, bottom, order, is_white = backgrounds.T
    order = np.tile(order.astype(int), 2)
    horizontal = Edges(np.concatenate((top, bottom)), np.tile(x0, 2), np.tile(x1, 2), order)
    vertical = Edges(np.concatenate((x0, x1)), np.tile(top, 2), np.tile(bottom, 2), order)
    areas = (x1 - x0) * (bottom - top)
    middle_x, middle_y = (x0 + x1) / 2, (top + bottom) / 2
    return [
        grid
        for grid in _grids(horizontal, vertical)
        if len(grid.ys) > _FEWEST_ROWS
        and areas[points_inside(grid.box, middle_x, middle_y)].sum() > _COVERED * area(grid.box)
        and is_white[points_inside(grid.box, middle_x, middle_y)].mean() < _WHITE_SHARE
    ]


def _grids(horizontal: Edges, vertical: Edges) -> list[Grid]:
    """Build a grid from each group of connected edges."""
    horizontal, vertical = _merge(horizontal), _merge(vertical)
    if len(horizontal) + len(vertical) > _MOST_JOINED_LINES:
        return []
    grids = (_grid(own_horizontal, own_vertical) for own_horizontal, own_vertical in _components(horizontal, vertical))
    return [grid for grid in grids if grid is not None]


def _merge(edges: Edges) -> Edges:
    """Merge edges that lie side by side or continue each other, and leave out stubs."""
    groups: list[list[Edge]] = []
    for edge in _join_pieces(edges):
        if groups and edge[0] <= groups[-1][-1][0] + SNAP_TOLERANCE:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    merged: list[Edge] = []
    for group in groups:
        at, before = sum(edge[0] for edge in group) / len(group), len(merged)
        for _, start, end, order in sorted(group, key=itemgetter(1)):
            if len(merged) > before and start <= merged[-1][2] + SNAP_TOLERANCE:
                merged[-1] = (at, merged[-1][1], max(merged[-1][2], end), max(merged[-1][3], order))
            else:
                merged.append((at, start, end, order))
    return _edges_of_tuples([edge for edge in merged if edge[2] - edge[1] >= SNAP_TOLERANCE])


def _edges_of_tuples(edges: Sequence[Edge]) -> Edges:
    """Return tuples (at, start, end, order) as edges."""
    values = np.array(edges, float).reshape(-1, 4)
    return Edges(values[:, 0], values[:, 1], values[:, 2], values[:, 3].astype(int))


def _join_pieces(edges: Edges) -> list[Edge]:
    """Join pieces that are one cell long each: this leaves a tenth of what writers draw."""
    joined: list[Edge] = []
    for at, start, end, order in sorted(edges.values()):
        last = joined[-1] if joined else (-np.inf, 0.0, 0.0, 0)
        # A piece that is a little lower may be on the left of the one before it.
        touches = start - last[2] < SNAP_TOLERANCE and last[1] - end < SNAP_TOLERANCE
        if touches and at - last[0] < _SAME_POSITION:
            joined[-1] = (last[0], min(last[1], start), max(last[2], end), max(last[3], order))
        else:
            joined.append((at, start, end, order))
    return joined


def _touching(horizontal: Edges, vertical: Edges) -> Array:
    """Return which horizontal edges (rows of the result) touch which vertical ones (columns)."""
    near = SNAP_TOLERANCE
    touch = vertical.at[None] >= horizontal.start[:, None] - near
    touch &= vertical.at[None] <= horizontal.end[:, None] + near
    touch &= horizontal.at[:, None] >= vertical.start[None] - near
    touch &= horizontal.at[:, None] <= vertical.end[None] + near
    return np.asarray(touch)


def _components(horizontal: Edges, vertical: Edges) -> Iterator[tuple[Edges, Edges]]:
    """Split edges into groups that are connected; edges with a loose end are left out."""
    while len(horizontal) and len(vertical):
        touch = _touching(horizontal, vertical)
        keep_horizontal, keep_vertical = _held(horizontal, touch.sum(1)), _held(vertical, touch.sum(0))
        if keep_horizontal.all() and keep_vertical.all():
            break
        horizontal, vertical = horizontal.where(keep_horizontal), vertical.where(keep_vertical)
    if not len(horizontal) or not len(vertical):
        return
    label = np.arange(len(horizontal))
    while True:  # spread the smallest label to all edges that touch
        column = np.where(touch, label[:, None], len(horizontal)).min(0)
        spread = np.minimum(label, np.where(touch, column[None], len(horizontal)).min(1))
        if (spread == label).all():
            break
        label = spread
    for number in np.unique(label).tolist():
        yield horizontal.where(label == number), vertical.where(column == number)


def _held(edges: Edges, count: Array) -> Array:
    """Return which edges are held at both ends.

    These touch two or more others. At the open side of a table an edge touches only one, but other edges end at
    the same position.

    Args:
        edges: The edges.
        count: Number of other edges that each of them touches.
    """
    ends = np.stack((edges.start, edges.end), 1)
    alike = (np.abs(ends[:, None] - ends[None]) < SNAP_TOLERANCE).all(2).sum(1)
    return np.asarray((count >= _CROSSINGS_TO_STAY) | ((count == 1) & (alike >= _OPEN_ENDS)))


def _grid(horizontal: Edges, vertical: Edges) -> Grid | None:
    """Build the grid of connected edges; None if it has only one cell."""
    order = int(max(horizontal.order.max(), vertical.order.max()))
    boxes = cell_rectangles(*_close_open_sides(horizontal, vertical))
    if len(boxes) <= 1:
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
    for row, column in np.argwhere(cells < 0).tolist():  # squares without four lines around them
        cells[row, column] = number
        number += 1
    xs, cells = _without_slivers(xs, cells.T)
    ys, cells = _without_slivers(ys, cells.T)
    return Grid(xs, ys, cells, order) if cells.size > 1 else None


def cell_rectangles(horizontal: Edges, vertical: Edges) -> list[tuple[float, float, float, float]]:
    """Find for each crossing the smallest rectangle to its right and below whose four sides lie on edges.

    The method is that of pdfplumber's ``TableFinder``, after Nurminen, "Algorithmic extraction of data in tables in
    PDF documents" (2013).

    Returns:
        Rectangles as (x0, top, x1, bottom) in points; none for fewer than 6 or more than 2500 crossings.
    """
    # For each crossing, the vertical and the horizontal edges that meet there, as bits.
    points: dict[tuple[float, float], tuple[int, int]] = {}
    xs, ys = vertical.at.tolist(), horizontal.at.tolist()
    for row, column in np.argwhere(_touching(horizontal, vertical)).tolist():
        point = (xs[column], ys[row])
        down, across = points.get(point, (0, 0))
        points[point] = (down | 1 << column, across | 1 << row)
    if not _FEWEST_CROSSINGS <= len(points) <= _MOST_CROSSINGS:
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
    """Remove columns that are too narrow for a letter: a border that is not drawn straight in all rows.

    Args:
        borders: Borders of the columns in points.
        cells: Cell numbers, one row for each column.
    """
    keep = np.diff(borders) >= _NARROWEST_COLUMN
    if keep.all() or not keep.any():
        return borders, cells
    kept = np.flatnonzero(keep)
    inner = [(borders[i + 1] + borders[j]) / 2 for i, j in pairwise(kept.tolist())]
    return np.array([borders[0], *inner, borders[-1]]), cells[kept]


def _close_open_sides(horizontal: Edges, vertical: Edges) -> tuple[Edges, Edges]:
    """Add a border at each open side, where several lines end at the same position without a line across them."""
    return _with_outer_edges(horizontal, vertical), _with_outer_edges(vertical, horizontal)


def _with_outer_edges(edges: Edges, across: Edges) -> Edges:
    """Add an edge at either side if two or more of the crossing edges end together beyond the last edge."""
    sides = ((across.start.min(), edges.at.min(), -1), (across.end.max(), edges.at.max(), 1))
    reach = min(across.at.min(), edges.start.min()), max(across.at.max(), edges.end.max())
    missing = [
        (end, *reach, 0)
        for end, last, direction in sides
        if direction * (end - last) > SNAP_TOLERANCE
        and (np.minimum(np.abs(across.start - end), np.abs(across.end - end)) < SNAP_TOLERANCE).sum() > 1
    ]
    if not missing:
        return edges
    added = _edges_of_tuples(missing)
    return Edges(
        *(np.concatenate((getattr(edges, name), getattr(added, name))) for name in ("at", "start", "end", "order"))
    )
