"""Where a row of characters is cut although its gap is a blank's: at the white between columns, at sides of boxes."""

from __future__ import annotations

from typing import Any

import numpy as np

from aisi_ingest.extract.pdf.page import LINE, RECT

Array = np.ndarray[Any, Any]

# Gaps in units of the type size (em). Set by looking at reports, journals in two columns and gazettes in tiers.
SEGMENT_GAP = 1.5  # wider than any blank of justified text: another cell, column, or a tab
GUTTER_GAP = 0.9  # the narrowest gap between columns, where it stands in many lines at one place


def at_gutter(x0: Array, x1: Array, gap: Array, new_row: Array, size: Array) -> Array:
    """Between which neighbours the white strip between two close columns runs.

    Journals set columns 1.2 em apart, which is less than a blank of justified text may have; but such blanks do
    not stand one under the other, with a column's width of text on both sides.
    """
    none = np.zeros(len(gap), dtype=bool)
    wide = np.flatnonzero((gap > GUTTER_GAP) & ~new_row)
    if len(wide) < 5 or (gap[wide] > SEGMENT_GAP).all():
        return none
    left, right = np.ceil(x1[wide]).astype(int), np.floor(x0[wide + 1]).astype(int)
    low = int(left.min())
    steps = np.zeros(int(right.max()) - low + 3, dtype=int)
    np.add.at(steps, left - low, 1)
    np.add.at(steps, np.maximum(left, right + 1) - low, -1)
    x = low + int(np.cumsum(steps).argmax())
    at = wide[(left <= x) & (right >= x)]
    rows = np.concatenate(([0], np.cumsum(new_row)))
    first, last = int(rows[at].min()), int(rows[at].max())
    crossed = (rows >= first) & (rows <= last) & (x0 < x - 0.5) & (x1 > x + 0.5)
    if len(at) < max(5, 0.2 * (last - first + 1)) or len(np.unique(rows[crossed])) > 0.1 * (last - first + 1):
        return none
    starts = np.flatnonzero(np.concatenate(([True], new_row | (gap > SEGMENT_GAP))))
    segment = np.searchsorted(starts, np.arange(len(x0)), side="right") - 1
    ends = np.append(starts[1:], len(x0)) - 1
    before, after = x1[at] - x0[starts[segment[at]]], x1[ends[segment[at + 1]]] - x0[at + 1]
    if min(np.median(before), np.median(after)) < 8 * float(np.median(size)):
        return none
    none[at] = True
    return none


def parted(rules: Array, x0: Array, x1: Array, middle: Array, gap: Array) -> Array:
    """Between which neighbours an upright rule stands: the side of a box, or of a cell."""
    out = np.zeros(len(gap), dtype=bool)
    high = rules["bottom"] - rules["top"] > 20
    lines = rules[high & (rules["kind"] == LINE) & (rules["x1"] - rules["x0"] < 3)]
    frames = rules[high & (rules["kind"] == RECT)]
    sides = {
        (round(float(x)), round(float(top)), round(float(bottom)))
        for found, name in ((lines, "x0"), (frames, "x0"), (frames, "x1"))
        for x, top, bottom in zip(found[name][:40], found["top"][:40], found["bottom"][:40], strict=True)
    }
    wide = np.flatnonzero(gap > 0.4)  # no blank within a word or a justified line of Japanese
    if not len(wide):
        return out
    right, left, across = x0[1:][wide], x1[:-1][wide], middle[:-1][wide]
    for x, top, bottom in sides:
        out[wide[(left <= x + 1) & (right >= x - 1) & (across > top) & (across < bottom)]] = True
    return out
