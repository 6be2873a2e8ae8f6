"""Rows that no line parts: tables ruled between their columns and about their head, one band for all the rest."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.text.normalise import is_wide

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

_MOST_ROWS = 3  # head, body, foot: a table with more lines across has a row between each two of them
_LEAST_LINES = 4
_FREE = 0.7  # share of line ends where the next word would still have fitted: those lines end on purpose


def parted(page: Page, index: Array, found: Grid) -> Grid:
    """The grid with a row for each line of a band in which two columns and more have a text in each line.

    A cell of several lines that its width broke stays whole. ``index`` are the inked characters in the grid.
    """
    if len(found.ys) - 1 > _MOST_ROWS or len(found.xs) < 3:
        return found
    chars = page.chars[index]
    if (chars["angle"] != 0).any():
        return found
    y = (chars["top"] + chars["bottom"]) / 2
    borders: list[float] = []
    for i, (top, bottom) in enumerate(zip(found.ys[:-1].tolist(), found.ys[1:].tolist(), strict=True)):
        row = found.cells[i]
        alone = len(np.unique(row)) == len(row) and (found.cells == row).sum() == len(row)
        if alone:
            borders += _starts(chars[(y > top) & (y < bottom)], found.xs)
    if not borders:
        return found
    ys = np.unique(np.concatenate((found.ys, borders)))
    of = np.searchsorted(found.ys, (ys[1:] + ys[:-1]) / 2) - 1
    cells = found.cells[of].copy()
    number = int(cells.max()) + 1
    for i in range(1, len(of)):
        if of[i] == of[i - 1]:
            cells[i] = np.arange(number, number + cells.shape[1])
            number += cells.shape[1]
    return Grid(found.xs, ys, cells, found.order)


def _starts(chars: Array, xs: Array) -> list[float]:
    """Tops of the lines of a band, but the first, if each is a row."""
    if not len(chars):
        return []
    order = np.argsort(chars["origin_y"], kind="stable")
    chars = chars[order]
    size = float(np.median(chars["size"]))
    line = np.concatenate(([0], np.cumsum(np.diff(chars["origin_y"]) > 0.4 * size)))
    count = int(line[-1]) + 1
    if count < _LEAST_LINES:
        return []
    column = np.clip(np.searchsorted(xs, (chars["x0"] + chars["x1"]) / 2) - 1, 0, len(xs) - 2)
    filled = np.zeros((count, len(xs) - 1), bool)
    filled[line, column] = True
    full = np.flatnonzero(filled.mean(0) > 0.99)
    if len(full) < 2 or full[0] != 0:
        return []
    if not all(_ends_on_purpose(chars[column == j], line[column == j], xs[j + 1], size) for j in full.tolist()):
        return []
    return [float(chars["top"][line == k].min()) - 0.5 for k in range(1, count)]


def _ends_on_purpose(chars: Array, line: Array, right: float, size: float) -> bool:
    """Whether the lines of a cell end where its width would have held another word."""
    free = 0
    numbers = np.unique(line).tolist()
    for k, after in pairwise(numbers):
        own, following = chars[line == k], np.sort(chars[line == after], order="x0")
        gaps = np.flatnonzero(following["x0"][1:] - following["x1"][:-1] > 0.2 * size)
        last = int(gaps[0]) if len(gaps) and not is_wide(chr(following["code"][0])) else len(following) - 1
        last = 0 if is_wide(chr(following["code"][0])) else last
        word = following["x1"][last] - following["x0"][0]
        free += float(right - own["x1"].max() - 0.3 * size) > float(word) + 0.3 * size
    return free >= _FREE * max(1, len(numbers) - 1)
