"""Split a row of characters at the gutter between two columns and at vertical rules.

The gap there can be as narrow as a space inside a line, so its width alone does not show where a line ends.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from aisi_ingest.extract.pdf.page import LINE, RECT

Array = np.ndarray[Any, Any]

# Gaps in units of the type size (em), chosen on reports, two-column journals and gazettes with stacked columns.
SEGMENT_GAP = 1.5  # wider than any space in justified text: another cell, another column, or a tab
GUTTER_GAP = 0.9  # the narrowest gutter, if many lines have a gap at the same position
_RULE_GAP = 0.4  # the narrowest gap beside a vertical rule; gaps inside words and justified Japanese are narrower

# What makes a strip of white space a gutter.
_FEWEST_GAPS = 5  # rows that have the gap
_ROWS_WITH_GAP = 0.2  # share of the rows between the first and the last gap that have it, at least
_ROWS_ACROSS = 0.1  # share of these rows whose text crosses the strip, at most
_COLUMN_WIDTH = 8  # em of text on either side, at least (median of the rows)
_CROSSING = 0.5  # points: a character crosses the strip if it reaches this far over the middle on both sides

# Vertical rules, in points.
_RULE_HEIGHT = 20.0  # shorter strokes do not separate cells
_RULE_THICKNESS = 3.0  # thicker shapes are bars, not rules
_RULE_DISTANCE = 1.0  # how far a rule may lie over the edge of a character
_MOST_RULES = 40  # of each kind that are looked at


def find_gutter(x0: Array, x1: Array, gap: Array, new_row: Array, size: Array) -> Array:
    """Find the gaps that belong to the gutter between two columns that are close together.

    Columns in journals may be only 1.2 em apart, and a space in justified text may be wider than that. The
    spaces are not one below the other, though, with the width of a column on both sides.

    Args:
        x0: Left edges of the characters, in points, row by row from left to right.
        x1: Right edges of the characters, in points.
        gap: Gap before each character but the first, in em.
        new_row: Whether each character but the first begins a row.
        size: Type sizes of the characters, in points.

    Returns:
        For each gap whether the gutter runs through it (boolean).
    """
    none = np.zeros(len(gap), dtype=bool)
    wide = np.flatnonzero((gap > GUTTER_GAP) & ~new_row)
    if len(wide) < _FEWEST_GAPS or (gap[wide] > SEGMENT_GAP).all():
        return none
    left, right = np.ceil(x1[wide]).astype(int), np.floor(x0[wide + 1]).astype(int)
    x = _most_common_position(left, right)
    in_gutter = wide[(left <= x) & (right >= x)]
    rows = np.concatenate(([0], np.cumsum(new_row)))
    first, last = int(rows[in_gutter].min()), int(rows[in_gutter].max())
    row_count = last - first + 1
    across = (rows >= first) & (rows <= last) & (x0 < x - _CROSSING) & (x1 > x + _CROSSING)
    if len(in_gutter) < max(_FEWEST_GAPS, _ROWS_WITH_GAP * row_count):
        return none
    if len(np.unique(rows[across])) > _ROWS_ACROSS * row_count:
        return none
    starts = np.flatnonzero(np.concatenate(([True], new_row | (gap > SEGMENT_GAP))))
    segment = np.searchsorted(starts, np.arange(len(x0)), side="right") - 1
    ends = np.append(starts[1:], len(x0)) - 1
    before = x1[in_gutter] - x0[starts[segment[in_gutter]]]
    after = x1[ends[segment[in_gutter + 1]]] - x0[in_gutter + 1]
    if min(np.median(before), np.median(after)) < _COLUMN_WIDTH * float(np.median(size)):
        return none
    none[in_gutter] = True
    return none


def _most_common_position(left: Array, right: Array) -> int:
    """Return the position (in whole points) that lies in most of the gaps from ``left`` to ``right``."""
    low = int(left.min())
    steps = np.zeros(int(right.max()) - low + 3, dtype=int)
    np.add.at(steps, left - low, 1)
    np.add.at(steps, np.maximum(left, right + 1) - low, -1)
    return low + int(np.cumsum(steps).argmax())


def find_vertical_rules(rules: Array, x0: Array, x1: Array, middle: Array, gap: Array) -> Array:
    """Find the gaps that have a vertical rule in them: the side of a box or of a cell.

    Args:
        rules: What is drawn on the page, as rows of ``RULE``.
        x0: Left edges of the characters, in points, row by row from left to right.
        x1: Right edges of the characters, in points.
        middle: Vertical middles of the characters, in points from the top.
        gap: Gap before each character but the first, in em.

    Returns:
        For each gap whether it has a rule in it (boolean).
    """
    found = np.zeros(len(gap), dtype=bool)
    high = rules["bottom"] - rules["top"] > _RULE_HEIGHT
    lines = rules[high & (rules["kind"] == LINE) & (rules["x1"] - rules["x0"] < _RULE_THICKNESS)]
    frames = rules[high & (rules["kind"] == RECT)]
    sides = {
        (round(x), round(top), round(bottom))
        for drawn, side in ((lines, "x0"), (frames, "x0"), (frames, "x1"))
        for x, top, bottom in zip(
            *(drawn[name][:_MOST_RULES].tolist() for name in (side, "top", "bottom")), strict=True
        )
    }
    wide = np.flatnonzero(gap > _RULE_GAP)
    if not len(wide):
        return found
    right, left, height = x0[1:][wide], x1[:-1][wide], middle[:-1][wide]
    for x, top, bottom in sides:
        beside = (left <= x + _RULE_DISTANCE) & (right >= x - _RULE_DISTANCE) & (height > top) & (height < bottom)
        found[wide[beside]] = True
    return found
