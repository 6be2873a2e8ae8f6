"""Split cells that only seem to be merged: their text keeps to the columns, but no lines are drawn between them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.tables.backgrounds import cell_backgrounds
from aisi_ingest.extract.tables.grid import Grid

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

_SAME_BORDER = 2.5  # points between the side of a background and the border of a cell
_NARROWEST_GAP = 0.8  # em between the texts of two columns
_FEWEST_COLUMNS = 2
# A single merged cell can hold letters set apart. Text in three columns, or in the same columns of two cells, cannot.
_ENOUGH_COLUMNS = 3
_ENOUGH_CELLS = 2


def split_merged_cells(page: Page, index: Array, grid: Grid) -> Grid:
    """Split each cell over several columns whose text leaves the borders between them free.

    Many tables have lines between the columns of the header only, or have no lines between some of their cells. Cells
    that are not rectangles come from missing lines as well: they are split into squares.

    Args:
        page: The page.
        index: Indices of the inked characters in the grid.
        grid: The grid.
    """
    cells = _rectangles(_split_at_backgrounds(page, grid))
    chars = page.chars[index]
    if cells.shape[1] < _FEWEST_COLUMNS or not len(chars) or (chars["angle"] != 0).any():
        return grid if cells is grid.cells else Grid(grid.xs, grid.ys, cells, grid.order)
    y = (chars["top"] + chars["bottom"]) / 2
    row = np.clip(np.searchsorted(grid.ys, y) - 1, 0, len(grid.ys) - 2)
    column = np.clip(np.searchsorted(grid.xs, (chars["x0"] + chars["x1"]) / 2) - 1, 0, len(grid.xs) - 2)
    number = cells[row, column]
    splits: dict[tuple[int, int], list[int]] = {}  # first and last column of a merged cell to the numbers of the cells
    filled: dict[int, int] = {}
    for candidate in np.unique(number).tolist():
        columns = np.flatnonzero((cells == candidate).any(0))
        if len(columns) < _FEWEST_COLUMNS:
            continue
        own = number == candidate
        count = _columns_with_text(chars[own], grid.xs[columns[0] + 1 : columns[-1] + 1])
        if count >= _FEWEST_COLUMNS:
            splits.setdefault((int(columns[0]), int(columns[-1])), []).append(candidate)
            filled[candidate] = count
    wanted = [
        candidate
        for same in splits.values()
        for candidate in same
        if len(same) >= _ENOUGH_CELLS or filled[candidate] >= _ENOUGH_COLUMNS
    ]
    for candidate in wanted:
        rows, columns = np.nonzero(cells == candidate)
        first = int(cells.max()) + 1 - int(columns.min())
        cells[rows, columns] = first + columns
    return Grid(grid.xs, grid.ys, cells, grid.order)


def _split_at_backgrounds(page: Page, grid: Grid) -> Array:
    """Split each cell that several coloured backgrounds cover, one for each of its parts, and return the cells."""
    cells = grid.cells.copy()
    numbers, counts = np.unique(cells, return_counts=True)
    merged = numbers[counts > 1].tolist()
    backgrounds = cell_backgrounds(page, []) if merged else np.zeros((0, 6))
    if not len(backgrounds):
        return cells
    left, right = _places(backgrounds[:, 0], grid.xs), _places(backgrounds[:, 2], grid.xs)
    top, bottom = _places(backgrounds[:, 1], grid.ys), _places(backgrounds[:, 3], grid.ys)
    fits = (left >= 0) & (top >= 0) & (right > left) & (bottom > top)
    parts = np.full(cells.shape, -1)
    for k in np.flatnonzero(fits).tolist():
        parts[top[k] : bottom[k], left[k] : right[k]] = k
    for number in merged:
        own = cells == number
        backs = parts[own]
        # A background that reaches into another cell is no background of a cell.
        if (backs < 0).any() or len(np.unique(backs)) == 1 or np.isin(parts[~own], backs).any():
            continue
        cells[own] = int(cells.max()) + 1 + backs
    return cells


def _places(values: Array, borders: Array) -> Array:
    """Return for each value the index of the border at that position in points, or -1."""
    distance = np.abs(values[:, None] - borders[None])
    return np.where(distance.min(1) < _SAME_BORDER, distance.argmin(1), -1)


def _rectangles(cells: Array) -> Array:
    """Give each square of a cell that is no rectangle a number of its own."""
    cells = cells.copy()
    numbers, counts = np.unique(cells, return_counts=True)
    for number in numbers[counts > 1].tolist():
        rows, columns = np.nonzero(cells == number)
        if len(rows) != (np.ptp(rows) + 1) * (np.ptp(columns) + 1):
            cells[rows, columns] = int(cells.max()) + 1 + np.arange(len(rows))
    return cells


def _columns_with_text(chars: Any, borders: Array) -> int:
    """Return in how many columns a cell has text; 0 if a border between two of them is not free.

    Args:
        chars: The characters of the cell.
        borders: The borders inside the cell, in points.
    """
    size = float(np.median(chars["size"]))
    x0, x1 = chars["x0"].astype(float), chars["x1"].astype(float)
    column = np.searchsorted(borders, (x0 + x1) / 2)
    used = np.unique(column).tolist()
    for before, after in pairwise(used):
        if x0[column == after].min() - x1[column == before].max() < _NARROWEST_GAP * size:
            return 0
    return len(used)
