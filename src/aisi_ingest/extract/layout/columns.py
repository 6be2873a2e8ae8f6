"""Group the rows of a page into columns, in reading order.

A page is split along white space. A gutter with running text on both sides makes columns, and a row that crosses the
gutter separates the columns above it from those below. Text that only looks like columns (names and positions,
terms and their meanings) is read row by row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.layout.rows import Row, join_rows, same_baseline

# In units of the type size (em). Chosen on reports of two and three columns and on lists of names.
_GUTTER = 1.0  # the narrowest white space between columns
_COLUMN = 8.0  # the narrowest column of running text
_LEADING = 2.4  # the longest step between two lines of running text
_DEEPEST = 6  # splits inside each other
_FEWEST_ROWS = 3  # of a column
_SAME_EDGE = 0.1  # points
_CROSSING_COST = 0.75  # rows on either side that one crossing row outweighs
# Running text.
_FULL_LINE = 0.3  # share of the column's width that a full line may leave free
_FULL_SHARE = 0.45  # of the rows
_CLOSE_SHARE = 0.6  # of the steps between rows
_CHARACTERS = 8  # per row, on average
# What follows below both columns.
_WHITE_SPACE = 0.8  # em from edge to edge
_REACHES_RIGHT = 0.8  # share of the right column's width
_FEW_ROWS = 2
# Rows side by side.
_SIDE_BY_SIDE = 8  # rows before it that a row may belong to
_STEP = 0.5  # em between their baselines
_OVERLAP = 0.3  # em that they may overlap


class Column(Struct, frozen=True, eq=False):
    """Rows that are read one after the other.

    Attributes:
        rows: The rows.
        left: Left edge of the rows, in points of the frame.
        right: Right edge of the rows, in points of the frame.
    """

    rows: tuple[Row, ...]
    left: float
    right: float


def columns_of(rows: Sequence[Row]) -> list[Column]:
    """Group rows into columns in reading order; rows side by side that are no columns are joined."""
    columns: list[Column] = []
    _split(sorted(rows, key=_from_top), columns, 0)
    return columns


def _from_top(row: Row) -> tuple[float, float]:
    """Sort key: from the top, then from the left."""
    return row.baseline, row.x0


def _split(rows: list[Row], columns: list[Column], depth: int) -> None:
    """Append the columns of rows that are sorted from the top."""
    if not rows:
        return
    gutter = _find_gutter(rows) if depth < _DEEPEST and len(rows) >= 2 * _FEWEST_ROWS else None
    if gutter is None:
        merged = join_side_by_side(rows)
        columns.append(Column(tuple(merged), min(row.x0 for row in merged), max(row.x1 for row in merged)))
        return
    low, high = gutter
    band: list[Row] = []  # rows beside the gutter since the last one that crosses it
    others: list[Row] = []  # rows that are not in columns, since the last columns

    def flush_others() -> None:
        if others:
            _split(list(others), columns, depth + 1)
            others.clear()

    def flush_band() -> None:
        left = [row for row in band if row.x1 <= high]
        right = [row for row in band if row.x0 >= low and row.x1 > high]
        if left and right and _are_columns(left, right):
            flush_others()
            left, right, after = _without_tail(left, right)
            _split(left, columns, depth + 1)
            _split(right, columns, depth + 1)
            others.extend(sorted(after, key=_from_top))
        else:
            others.extend(band)
        band.clear()

    for row in rows:
        if row.x0 < low and row.x1 > high:  # crosses the gutter
            flush_band()
            others.append(row)
        else:
            band.append(row)
    flush_band()
    flush_others()


def _without_tail(left: list[Row], right: list[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Separate two columns from what follows below them without being a column: a heading, a short line, a box.

    Returns:
        The left column, the right column, and the rows below them.
    """
    edge, start = max(row.x1 for row in left), min(row.x0 for row in left)
    rows = sorted((*left, *right), key=lambda row: row.top)
    bottom = rows[0].bottom
    for row in rows[1:]:
        if row.top - bottom > _WHITE_SPACE * row.size:
            below = [other for other in rows if other.top >= row.top]
            full = [
                other
                for other in below
                if other.x0 < edge
                and other.x1 > start + _REACHES_RIGHT * (edge - start)
                and not other.bold
                and not other.is_placeholder
            ]
            opposite = [other for other in below if other.x0 >= edge and not other.is_placeholder]
            if len(full) < _FEW_ROWS and len(opposite) < _FEW_ROWS:
                tail = {id(other) for other in below}
                return [r for r in left if id(r) not in tail], [r for r in right if id(r) not in tail], below
        bottom = max(bottom, row.bottom)
    return left, right, []


def _find_gutter(rows: list[Row]) -> tuple[float, float] | None:
    """Find the vertical strip of white space with running text on both sides that the fewest rows cross.

    Returns:
        Left and right edge of the strip, in points.
    """
    size = sorted(row.size for row in rows)[len(rows) // 2]
    ends = sorted(row.x1 for row in rows)
    starts = sorted(row.x0 for row in rows)
    best, best_score = None, 0.0
    for k, start in enumerate(starts):
        left_count = bisect_right(ends, start - _GUTTER * size)  # rows that end left of the white space
        if left_count < _FEWEST_ROWS or (k and start - starts[k - 1] < _SAME_EDGE):
            continue
        if len(starts) - k < _FEWEST_ROWS:
            break
        crossing = k - left_count
        score = min(left_count, len(starts) - k) - _CROSSING_COST * crossing
        if score <= best_score:
            continue
        right = [row for row in rows if row.x0 >= start - _SAME_EDGE]
        left = [row for row in rows if row.x1 <= start - _GUTTER * size]
        if _are_columns(left, right):
            best_score = score
            best = (max(row.x1 for row in left), start)
    return best


def _are_columns(left: list[Row], right: list[Row]) -> bool:
    """Return whether both sides are running text."""
    return _is_running_text(left) and _is_running_text(right)


def _is_running_text(rows: list[Row]) -> bool:
    """Return whether rows are wide enough, mostly full, and one below the other."""
    if len(rows) < _FEWEST_ROWS:
        return False
    size = sorted(row.size for row in rows)[len(rows) // 2]
    edge, start = max(row.x1 for row in rows), min(row.x0 for row in rows)
    if edge - start < _COLUMN * size:
        return False
    full = sum(row.x1 > edge - _FULL_LINE * (edge - start) for row in rows)
    steps = [below.baseline - above.baseline for above, below in pairwise(sorted(rows, key=lambda row: row.baseline))]
    close = sum(step < _LEADING * size for step in steps)
    if full < _FULL_SHARE * len(rows) or close < _CLOSE_SHARE * len(steps):
        return False
    return sum(len(row.text) for row in rows) >= _CHARACTERS * len(rows)


def join_side_by_side(rows: Sequence[Row]) -> list[Row]:
    """Join rows on one baseline from left to right."""
    joined: list[Row] = []
    for row in sorted(rows, key=_from_top):
        host = None if row.is_placeholder else _host_of(row, joined)
        if host is None:
            joined.append(row)
        elif joined[host].x0 <= row.x0:
            joined[host] = join_rows(joined[host], row)
        else:
            joined[host] = join_rows(row, joined[host])
    return joined


def _host_of(row: Row, joined: Sequence[Row]) -> int | None:
    """Return the index of the last row that has the same baseline and is beside a row."""
    for k in range(len(joined) - 1, max(-1, len(joined) - 1 - _SIDE_BY_SIDE), -1):
        other = joined[k]
        if not row.baseline - other.baseline < _STEP * row.size:
            return None
        beside = other.x1 <= row.x0 + _OVERLAP * row.size or row.x1 <= other.x0 + _OVERLAP * row.size
        if not other.is_placeholder and same_baseline(other, row) and beside:
            return k
    return None
