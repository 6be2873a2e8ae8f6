"""Rows of tables without lines between their cells: where rows begin, and whether the text keeps to the columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.region_text import RegionText, filled_squares, line_extent, squares_of

Array = np.ndarray[Any, Any]

_FEWEST_BORDERS = 3  # of two rows
_FEWEST_COLUMNS = 2
_FULL_ROWS = 0.6  # share of the rows with text in two columns, at least
_FIRST_COLUMN = 0.5  # share of the rows with text in the first column, at least
_MOST_LINES = 12  # in one row: more is a page of prose between two rules
_SAME_POSITION = 2.0  # points
# Header lines above the first rule; distances in heights of a line.
_MOST_HEADER_LINES = 3
_HEADER_DISTANCE = 0.8
_ABOVE_HEADER = 1.0  # points
# Rows below the last rule or background.
_FIRST_ROW_DISTANCE, _NEXT_ROW_DISTANCE = 0.9, 1.2
_NEW_ROW_DISTANCE = 0.15
_SAME_ROW_DISTANCE = 0.5
_ABOVE_ROW, _BELOW_ROW = 0.5, 1.0  # points


def checked_grid(text: RegionText, xs: Array, ys: Array) -> Grid | None:
    """Build a grid if the text keeps to its columns and most rows have text in two of them.

    Args:
        text: Text in and around the grid.
        xs: Borders of the columns, in points.
        ys: Borders of the rows, in points.
    """
    own = text.where((text.middle > ys[0]) & (text.middle < ys[-1]))
    if len(ys) < _FEWEST_BORDERS or not len(own):
        return None
    cells = _cells(own, xs, ys)
    if cells is None:
        return None
    filled = filled_squares(own, xs, ys)
    if (filled.sum(1) >= _FEWEST_COLUMNS).mean() < _FULL_ROWS or filled[:, 0].mean() < _FIRST_COLUMN:
        return None
    lines_in_row = [
        len(np.unique(own.line[(own.baseline > top) & (own.baseline <= bottom)]))
        for top, bottom in zip(ys[:-1].tolist(), ys[1:].tolist(), strict=True)
    ]
    if max(lines_in_row) > _MOST_LINES:
        return None
    return Grid(xs, ys, cells, 0)


def _cells(text: RegionText, xs: Array, ys: Array) -> Array | None:
    """Number the cells; a line that crosses a border between columns makes one cell of both squares.

    Returns:
        Cell numbers of shape (rows, columns). None if another line in that row has text in both columns without
        crossing the border: then the white space was no border.
    """
    cells = np.arange((len(ys) - 1) * (len(xs) - 1)).reshape(len(ys) - 1, len(xs) - 1)
    row, column = squares_of(text, xs, ys)
    for j, border in enumerate(xs[1:-1].tolist(), 1):
        crossing = (text.x0 < border) & (text.x1 > border)
        for i in np.unique(row[crossing]).tolist():
            own = row == i
            both = np.intersect1d(text.line[own & (column == j - 1)], text.line[own & (column == j)])
            if len(np.setdiff1d(both, text.line[crossing])):
                return None
            cells[i, cells[i] == cells[i, j]] = cells[i, j - 1]
    return cells


def borders_above(text: RegionText, xs: Array, border: float) -> list[float]:
    """Return the upper border of a header above the first rule, or nothing.

    Args:
        text: Text around the table.
        xs: Borders of the columns, in points.
        border: Position of the first rule, in points.
    """
    top, columns = border, set[int]()
    for number in np.unique(text.line[text.baseline < border])[::-1][:_MOST_HEADER_LINES].tolist():
        line = line_extent(text, number, xs)
        if line.crosses or top - line.bottom > _HEADER_DISTANCE * (line.bottom - line.top):
            break
        columns |= line.columns
        top = line.top
    return [top - _ABOVE_HEADER] if len(columns) >= _FEWEST_COLUMNS else []


def borders_below(text: RegionText, xs: Array, border: float, most: int) -> list[float]:
    """Return the lower borders of rows below the last rule or background, as long as they keep to the columns.

    Args:
        text: Text around the table.
        xs: Borders of the columns, in points.
        border: Position of the last rule, in points.
        most: Number of rows, at most.
    """
    tops: list[float] = []
    bottom = border
    for number in np.unique(text.line[text.baseline > border]).tolist():
        line = line_extent(text, number, xs)
        height, distance = line.bottom - line.top, line.top - bottom
        if line.crosses or distance > (_NEXT_ROW_DISTANCE if tops else _FIRST_ROW_DISTANCE) * height:
            break
        fills_row = len(line.columns) >= _FEWEST_COLUMNS and 0 in line.columns
        if fills_row and (not tops or distance > _NEW_ROW_DISTANCE * height):
            if len(tops) == most:
                break
            tops.append(line.top)
        elif not tops or distance > _SAME_ROW_DISTANCE * height:
            break
        bottom = line.bottom
    return [top - _ABOVE_ROW for top in tops[1:]] + ([bottom + _BELOW_ROW] if tops else [])


def cluster_means(values: list[float]) -> list[float]:
    """Return the means of sorted values that lie within 2 points of each other."""
    groups: list[list[float]] = []
    for value in values:
        if groups and value - groups[-1][-1] < _SAME_POSITION:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]
