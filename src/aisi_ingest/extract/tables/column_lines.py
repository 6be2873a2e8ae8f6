"""The lines of text in the columns of a table, with what shows where rows begin and whether text wraps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aisi_ingest.extract.lines.arrays import in_class
from aisi_ingest.extract.pdf.code_points import WIDE
from aisi_ingest.extract.tables.region_text import RegionText, columns_of

Array = np.ndarray[Any, Any]

_LINE_STEP = 0.4  # em between two baselines of one column, at least
_DIGIT_SHARE = 0.3  # of the characters of a value
_DIGITS, _WIDE_DIGITS = (0x30, 0x39), (0xFF10, 0xFF19)
_DASHES = np.array(sorted(set(map(ord, "-–—−‐*.…n/aNA―△▲"))))
WORD_GAP = 0.15  # em


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One line of one column; positions in points.

    Attributes:
        baseline: Median baseline of its characters.
        top: Upper edge.
        x1: Right edge.
        first_word: Width of its first word; for Japanese, of its first character.
        characters: Number of its characters; wide ones count twice.
        is_value: Whether it is a number, or a mark for a missing one.
    """

    baseline: float
    top: float
    x1: float
    first_word: float
    characters: int
    is_value: bool


def lines_of_columns(text: RegionText, xs: Array) -> list[list[ColumnLine]]:
    """Return the lines of each column from the top.

    Args:
        text: The text of the table, or of a part of it.
        xs: Borders of the columns, in points.
    """
    found: list[list[ColumnLine]] = [[] for _ in range(len(xs) - 1)]
    if not len(text):
        return found
    column = columns_of(text, xs)
    order = np.lexsort((text.x0, text.baseline, column))
    column, baseline = column[order], text.baseline[order]
    begins = np.ones(len(order), bool)
    begins[1:] = (np.diff(column) != 0) | (np.diff(baseline) > _LINE_STEP * text.size[order][1:])
    starts = np.flatnonzero(begins)
    counts = np.diff(np.append(starts, len(order)))
    ends = starts + counts - 1
    medians = (baseline[starts + (counts - 1) // 2] + baseline[starts + counts // 2]) / 2
    line = np.cumsum(begins) - 1
    order = order[np.lexsort((text.x0[order], line))]  # from the left within each line
    x0, x1, codes = text.x0[order], text.x1[order], text.code[order]
    is_wide = in_class(codes, WIDE)
    gaps = np.flatnonzero(x0[1:] - x1[:-1] > WORD_GAP * text.size[order][1:])
    first_gap = np.append(gaps, len(order))[np.searchsorted(gaps, starts)]
    last = np.where(is_wide[starts], starts, np.minimum(first_gap, ends))
    columns = (
        medians,
        np.minimum.reduceat(text.top[order], starts),
        np.maximum.reduceat(x1, starts),
        x1[last] - x0[starts],
        counts + np.add.reduceat(is_wide.astype(int), starts),
        _are_values(codes, starts, counts),
    )
    for number, *values in zip(column[starts].tolist(), *(each.tolist() for each in columns), strict=True):
        found[number].append(ColumnLine(*values))
    return found


def _are_values(codes: Array, starts: Array, counts: Array) -> Array:
    """Return for each line whether it is a number, or a mark for a missing one.

    Args:
        codes: Code points of all lines, one line after the other.
        starts: Index of the first code point of each line.
        counts: Number of code points of each line.
    """
    is_digit = (codes >= _DIGITS[0]) & (codes <= _DIGITS[1])
    is_digit |= (codes >= _WIDE_DIGITS[0]) & (codes <= _WIDE_DIGITS[1])
    digits = np.add.reduceat(is_digit.astype(int), starts)
    dashes = np.add.reduceat(np.isin(codes, _DASHES).astype(int), starts)
    return np.asarray((digits / counts > _DIGIT_SHARE) | (dashes == counts))
