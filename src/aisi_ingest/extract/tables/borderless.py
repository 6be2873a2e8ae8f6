"""Tables without any drawing: short texts in columns.

Text that is not clearly a table stays running text, where it does no harm. Two columns of prose, lists, tables of
contents, and captions beside figures are no tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.lines.arrays import is_inked
from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.region_text import (
    RegionText,
    column_gaps,
    filled_squares,
    squares_of,
    text_outside,
)

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

# Chosen on drawn tables and on real reports and decks, so that their 400 pages have no false table.
_NARROWEST_GAP = 1.5  # em between columns
_FEWEST_GAPS = 2  # in each line
_FEWEST_LINES = 3
_LEADERS = (0x2E, 0x2025, 0x2026, 0x30FB, 0xB7)  # dots that lead to a page number
_MOST_LEADERS = 3  # in a line; more is a line of contents
_LARGEST_STEP = 3  # em between two lines
_PADDING_X, _PADDING_Y = 1.0, 0.5  # points around the text
_LONGEST_CELL = 24  # characters
_FILLED_SHARE = 0.75  # of the cells
_FIRST_COLUMN = 0.7  # share of the lines with text in the first column
# Names beside names may be anything, but numbers in columns are a table.
_DIGIT_SHARE = 0.4  # of the characters of a numeric cell
_NUMERIC_SHARE = 0.6  # of the cells of a numeric column, without the first row
_CONTENTS_NUMERIC_SHARE = 0.3  # of the cells between the first and the last column of a table of contents
_DIGITS, _WIDE_DIGITS = (0x30, 0x39), (0xFF10, 0xFF19)
# A quick test before all lines of a page are looked at.
_FEWEST_INKED = 12
_FEWEST_WIDE_GAPS = 6
_SAME_BASELINE = 0.1  # em


def column_grids(page: Page, taken: list[Box]) -> list[Grid]:
    """Find tables of short texts in three or more columns and three or more lines, without any drawing.

    Args:
        page: The page.
        taken: Boxes of other tables.
    """
    if not _has_wide_gaps(page):
        return []
    text = text_outside(page, taken)
    if not len(text):
        return []
    grids = (_grid(text.where(np.isin(text.line, lines)), lines) for lines in _groups_of_lines(text))
    return [grid for grid in grids if grid is not None]


def _grid(text: RegionText, lines: list[int]) -> Grid | None:
    """Build the grid of neighbouring lines with one row for each line, or None if they are no table.

    Args:
        text: The text of these lines.
        lines: Numbers of the lines.
    """
    left, right = float(text.x0.min()), float(text.x1.max())
    gaps = column_gaps(text, left, right, _NARROWEST_GAP, crossed=0.0)
    if len(gaps) < _FEWEST_GAPS:
        return None
    xs = np.array([left - _PADDING_X, *gaps, right + _PADDING_X])
    tops = [float(text.top[text.line == n].min()) for n in lines]
    ys = np.array([*(top - _PADDING_Y for top in tops), float(text.bottom.max()) + _PADDING_Y])
    if (np.diff(ys) <= 0).any():
        return None
    filled = filled_squares(text, xs, ys)
    squares = squares_of(text, xs, ys)
    count = np.zeros(filled.shape, int)
    np.add.at(count, squares, 1)
    if filled.mean() < _FILLED_SHARE or (count > _LONGEST_CELL).any() or not filled[:, 0].mean() > _FIRST_COLUMN:
        return None
    is_digit = (text.code >= _DIGITS[0]) & (text.code <= _DIGITS[1])
    is_digit |= (text.code >= _WIDE_DIGITS[0]) & (text.code <= _WIDE_DIGITS[1])
    digits = np.zeros(filled.shape, int)
    np.add.at(digits, tuple(part[is_digit] for part in squares), 1)
    numeric = (digits > _DIGIT_SHARE * np.maximum(count, 1)) & filled
    if not (numeric[1:].mean(0) > _NUMERIC_SHARE).any() or _is_contents(text, xs, ys, numeric):
        return None
    return Grid(xs, ys, np.arange(filled.size).reshape(filled.shape), 0)


def _is_contents(text: RegionText, xs: Array, ys: Array, numeric: Array) -> bool:
    """Return whether the lines are a table of contents: words, and at the end page numbers that never fall."""
    if numeric[:, 1:-1].mean() > _CONTENTS_NUMERIC_SHARE:
        return False
    row, column = squares_of(text, xs, ys)
    pages = []
    for i in range(len(ys) - 1):
        last = np.flatnonzero((row == i) & (column == len(xs) - 2))
        number = "".join(chr(code) for code in text.code[last[np.argsort(text.x0[last])]].tolist())
        if not number.isdecimal():
            return False
        pages.append(int(number))
    return pages == sorted(pages)


def _has_wide_gaps(page: Page) -> bool:
    """Return whether there are six or more wide gaps between neighbours on one baseline. This is quick."""
    inked = np.flatnonzero(is_inked(page.chars["code"]))
    if len(inked) < _FEWEST_INKED:
        return False
    x0, x1, baseline, size = (page.chars[name][inked] for name in ("x0", "x1", "origin_y", "size"))
    wide = np.flatnonzero(x0[1:] - x1[:-1] > _NARROWEST_GAP * size[1:])
    same_baseline = np.abs(baseline[wide + 1] - baseline[wide]) < _SAME_BASELINE * size[wide]
    return int(same_baseline.sum()) >= _FEWEST_WIDE_GAPS


def _groups_of_lines(text: RegionText) -> list[list[int]]:
    """Find groups of three or more neighbouring lines with two or more wide gaps each."""
    order = np.lexsort((text.x0, text.line))
    line, x0, x1, em = text.line[order], text.x0[order], text.x1[order], text.size[order]
    wide = (line[1:] == line[:-1]) & (x0[1:] - x1[:-1] > _NARROWEST_GAP * np.maximum(em[1:], em[:-1]))
    gaps = np.bincount(line[1:][wide], minlength=int(text.line.max()) + 1)
    leaders = np.bincount(text.line[np.isin(text.code, _LEADERS)], minlength=len(gaps))
    candidates = (gaps >= _FEWEST_GAPS) & (leaders <= _MOST_LEADERS)
    step = _LARGEST_STEP * float(np.median(text.size))
    groups: list[list[int]] = []
    baselines: dict[int, float] = {}
    for n in np.flatnonzero(candidates).tolist():
        baselines[n] = float(np.median(text.baseline[text.line == n]))
        if groups and n == groups[-1][-1] + 1 and baselines[n] - baselines[groups[-1][-1]] < step:
            groups[-1].append(n)
        else:
            groups.append([n])
    return [lines for lines in groups if len(lines) >= _FEWEST_LINES]
