"""Where rows begin in a band: the part of a table between two horizontal rules."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from aisi_ingest.extract.tables.column_lines import WORD_GAP, ColumnLine, lines_of_columns
from aisi_ingest.extract.tables.region_text import RegionText

Array = np.ndarray[Any, Any]

_PARAGRAPH_STEP = 1.2  # times the usual step between lines: a new paragraph of a cell begins
_USUAL_STEP = 25  # percentile of the steps between lines
_REST_SHARE = 0.75  # of the distance between rows
_SAME_START = 0.6  # em between the baselines of paragraphs that begin a row together
_ABOVE_ROW = 0.5  # points between the border of a row and its first line
# Columns of data: short values, mostly numbers.
_DATA_SHARE = 0.6  # of the lines of the column
_FULL_SHARE = 0.5  # of the lines of the band that have text in the column
# Columns of prose: lines that end because the next word had no room.
_FEWEST_PROSE_LINES = 3
_PROSE_SHARE = 0.6
_PROSE_CHARACTERS = 10  # in a line on average; wide characters count twice


@dataclass(frozen=True, slots=True)
class RowStart:
    """Where a row begins.

    Attributes:
        top: Upper border, in points.
        columns: The columns in which a cell begins there; in the others the cell above goes on. None for all.
    """

    top: float
    columns: frozenset[int] | None


def has_prose(text: RegionText, xs: Array) -> bool:
    """Return whether the text of a column of a table wraps at the end of its lines.

    Args:
        text: The text of the table.
        xs: Borders of the columns, in points.
    """
    size = float(np.median(text.size))
    return any(_is_prose(lines, size) for lines in lines_of_columns(text, xs))


def row_starts(text: RegionText, xs: Array, prose: bool) -> list[RowStart] | None:
    """Find the starts of the rows of a band but the first.

    Args:
        text: The text of the band.
        xs: Borders of the columns, in points.
        prose: Whether the table has a column of text that wraps.

    Returns:
        The starts; empty if the band is one row; None if its text shows nothing and the caller decides.
    """
    columns = lines_of_columns(text, xs)
    count = max((len(lines) for lines in columns), default=0)
    if count <= 1:
        return []
    size = float(np.median(text.size))
    data = [lines for lines in columns[1:] if _is_data(lines) and len(lines) >= _FULL_SHARE * count]
    if data:
        return _starts_of_data_rows(columns, data, size)
    if prose:
        return _starts_of_paragraphs(columns, size)
    return None


def _is_data(lines: list[ColumnLine]) -> bool:
    """Return whether most lines of a column are values."""
    return len(lines) > 1 and sum(line.is_value for line in lines) >= _DATA_SHARE * len(lines)


def _is_prose(lines: list[ColumnLine], size: float) -> bool:
    """Return whether most lines of a column end because the next word had no room."""
    if len(lines) < _FEWEST_PROSE_LINES:
        return False
    characters = sum(line.characters for line in lines)
    right = max(line.x1 for line in lines)
    full = sum(right - before.x1 < after.first_word + WORD_GAP * size for before, after in pairwise(lines))
    return characters >= _PROSE_CHARACTERS * len(lines) and full >= _PROSE_SHARE * (len(lines) - 1)


def _starts_of_data_rows(columns: list[list[ColumnLine]], data: list[list[ColumnLine]], size: float) -> list[RowStart]:
    """Return the starts of rows of which each has a line of values.

    A line without values is a row of its own, such as the name of a group, unless it is closer to a line of values
    than the rows are to each other: then it is the rest of a long name.
    """
    near = _SAME_START * size
    lines = sorted((line for own in columns for line in own), key=lambda line: line.baseline)
    values = _cluster([line.baseline for line in lines if any(line in own for own in data)], near)
    usual = float(np.median(np.diff(values))) if len(values) > 1 else 0.0
    rows: list[list[float]] = []  # baseline and top of each
    for line in lines:
        has_value = any(abs(line.baseline - value) <= near for value in values)
        distance = min(abs(line.baseline - value) for value in values)
        if not has_value and distance < _REST_SHARE * usual:
            continue
        if rows and line.baseline - rows[-1][0] <= near:
            rows[-1][1] = min(rows[-1][1], line.top)
        else:
            rows.append([line.baseline, line.top])
    return [RowStart(top - _ABOVE_ROW, None) for _, top in rows[1:]]


def _starts_of_paragraphs(columns: list[list[ColumnLine]], size: float) -> list[RowStart]:
    """Return the starts of rows of which each begins with a paragraph in one column or in several."""
    tops: list[tuple[float, float, int]] = []
    for number, lines in enumerate(columns):
        steps = np.diff([line.baseline for line in lines])
        if not len(steps):
            continue
        usual = float(np.percentile(steps, _USUAL_STEP))
        tops += [
            (line.baseline, line.top, number)
            for line, step in zip(lines[1:], steps.tolist(), strict=True)
            if step > _PARAGRAPH_STEP * usual
        ]
    starts: list[RowStart] = []
    last = -np.inf
    for baseline, top, number in sorted(tops):
        if baseline - last > _SAME_START * size:
            starts.append(RowStart(top - _ABOVE_ROW, frozenset((number,))))
            last = baseline
        else:
            own = starts[-1].columns or frozenset()
            starts[-1] = RowStart(min(starts[-1].top, top - _ABOVE_ROW), own | {number})
    return [RowStart(start.top, None if 0 in (start.columns or ()) else start.columns) for start in starts]


def _cluster(values: list[float], near: float) -> list[float]:
    """Return the first of each group of sorted values that lie near each other."""
    found: list[float] = []
    for value in values:
        if not found or value - found[-1] > near:
            found.append(value)
    return found
