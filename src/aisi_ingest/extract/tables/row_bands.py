"""Split bands of rows: tables with lines between their columns and around their header, but not between rows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.text.normalise import is_wide

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

_MOST_ROWS = 3  # header, body, footer: a table with more horizontal lines has one between every two rows
_FEWEST_LINES = 4
_FEWEST_COLUMNS = 2
_INTENDED_SHARE = 0.7  # of the line ends that leave room for the next word: these lines end on purpose
_EVERY_LINE = 0.99
_LINE_STEP = 0.4  # em between two baselines, at least
_WORD_GAP = 0.2  # em
_PADDING = 0.3  # em between the text and the right border of a cell
_ROOM = 0.3  # em that the next word would leave free
_ABOVE_LINE = 0.5  # points between a new border and the line below it


def split_bands(page: Page, index: Array, grid: Grid) -> Grid:
    """Give each line of a band its own row if two or more columns have a text in each line.

    A cell whose text wraps over several lines stays one cell.

    Args:
        page: The page.
        index: Indices of the inked characters in the grid.
        grid: The grid.
    """
    if len(grid.ys) - 1 > _MOST_ROWS or len(grid.xs) <= _FEWEST_COLUMNS:
        return grid
    chars = page.chars[index]
    if (chars["angle"] != 0).any():
        return grid
    y = (chars["top"] + chars["bottom"]) / 2
    borders: list[float] = []
    for i, (top, bottom) in enumerate(zip(grid.ys[:-1].tolist(), grid.ys[1:].tolist(), strict=True)):
        row = grid.cells[i]
        is_unmerged = len(np.unique(row)) == len(row) and (grid.cells == row).sum() == len(row)
        if is_unmerged:
            borders += _row_tops(chars[(y > top) & (y < bottom)], grid.xs)
    if not borders:
        return grid
    ys = np.unique(np.concatenate((grid.ys, borders)))
    old_row = np.searchsorted(grid.ys, (ys[1:] + ys[:-1]) / 2) - 1
    cells = grid.cells[old_row].copy()
    number = int(cells.max()) + 1
    for i in range(1, len(old_row)):
        if old_row[i] == old_row[i - 1]:
            cells[i] = np.arange(number, number + cells.shape[1])
            number += cells.shape[1]
    heads = 1 if old_row[0] != old_row[1] else 0
    return Grid(grid.xs, ys, cells, grid.order, heads)


def _row_tops(chars: Array, xs: Array) -> list[float]:
    """Return the tops of all lines of a band but the first in points, or nothing if the lines are not rows."""
    if not len(chars):
        return []
    order = np.argsort(chars["origin_y"], kind="stable")
    chars = chars[order]
    size = float(np.median(chars["size"]))
    line = np.concatenate(([0], np.cumsum(np.diff(chars["origin_y"]) > _LINE_STEP * size)))
    count = int(line[-1]) + 1
    if count < _FEWEST_LINES:
        return []
    column = np.clip(np.searchsorted(xs, (chars["x0"] + chars["x1"]) / 2) - 1, 0, len(xs) - 2)
    filled = np.zeros((count, len(xs) - 1), bool)
    filled[line, column] = True
    full = np.flatnonzero(filled.mean(0) > _EVERY_LINE)  # columns with text in every line
    if len(full) < _FEWEST_COLUMNS or full[0] != 0:
        return []
    if not all(_ends_on_purpose(chars[column == j], line[column == j], xs[j + 1], size) for j in full.tolist()):
        return []
    return [float(chars["top"][line == k].min()) - _ABOVE_LINE for k in range(1, count)]


def _ends_on_purpose(chars: Array, line: Array, right: float, size: float) -> bool:
    """Return whether most lines of a cell end although the next word would still have had room.

    Args:
        chars: The characters of the cell.
        line: The line of each.
        right: The right border of the cell, in points.
        size: The type size, in points.
    """
    with_room = 0
    numbers = np.unique(line).tolist()
    for k, after in pairwise(numbers):
        own, following = chars[line == k], np.sort(chars[line == after], order="x0")
        room = float(right - own["x1"].max() - _PADDING * size)
        with_room += room > _width_of_first_word(following, size) + _ROOM * size
    return with_room >= _INTENDED_SHARE * max(1, len(numbers) - 1)


def _width_of_first_word(chars: Array, size: float) -> float:
    """Return the width in points of the first word of a line; for Japanese, of its first character."""
    if is_wide(chr(chars["code"][0])):
        last = 0
    else:
        gaps = np.flatnonzero(chars["x0"][1:] - chars["x1"][:-1] > _WORD_GAP * size)
        last = int(gaps[0]) if len(gaps) else len(chars) - 1
    return float(chars["x1"][last] - chars["x0"][0])
