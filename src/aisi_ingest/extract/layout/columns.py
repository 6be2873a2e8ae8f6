"""Rows of a page to columns in reading order.

Cuts along white space: a gutter with running text on both sides makes columns, rows that cross it lie between
bands of them. What only looks like columns (names and posts, terms and their meaning) is read row by row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.layout.rows import Row, joined, same_base

# In units of the type size. Set by looking at two- and three-column reports and at lists of names.
GUTTER = 1.0  # the narrowest white space between columns
COLUMN = 8.0  # the narrowest column of running text
LEADING = 2.4  # the widest step between two lines of running text


class Column(Struct, frozen=True, eq=False):
    """Rows that are read one after the other, and the edges between which they are set."""

    rows: tuple[Row, ...]
    left: float
    right: float


def columns_of(rows: Sequence[Row]) -> list[Column]:
    """Columns in reading order; rows that stand side by side without being columns are put together."""
    out: list[Column] = []
    _split(sorted(rows, key=lambda row: (row.base, row.x0)), out, 0)
    return out


def _split(rows: list[Row], out: list[Column], depth: int) -> None:
    if not rows:
        return
    gutter = _gutter(rows) if depth < 6 and len(rows) >= 6 else None
    if gutter is None:
        merged = side_by_side(rows)
        out.append(Column(tuple(merged), min(r.x0 for r in merged), max(r.x1 for r in merged)))
        return
    low, high = gutter
    band: list[Row] = []
    plain: list[Row] = []

    def flush_plain() -> None:
        if plain:
            _split(list(plain), out, depth + 1)
            plain.clear()

    def flush_band() -> None:
        left = [row for row in band if row.x1 <= high]
        right = [row for row in band if row.x0 >= low and row.x1 > high]
        if left and right and _is_columns(left, right):
            flush_plain()
            left, right, after = _without_tail(left, right)
            _split(left, out, depth + 1)
            _split(right, out, depth + 1)
            plain.extend(sorted(after, key=lambda row: (row.base, row.x0)))
        else:
            plain.extend(band)
        band.clear()

    for row in rows:
        if row.x0 < low and row.x1 > high:  # crosses the gutter
            flush_band()
            plain.append(row)
        else:
            band.append(row)
    flush_band()
    flush_plain()


def _without_tail(left: list[Row], right: list[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Both columns, and what stands under them without being a column: a heading, a short line, a box."""
    edge, start = max(row.x1 for row in left), min(row.x0 for row in left)
    rows = sorted((*left, *right), key=lambda row: row.top)
    foot = rows[0].bottom
    for row in rows[1:]:
        if row.top - foot > 0.8 * row.size:  # white from edge to edge
            below = [other for other in rows if other.top >= row.top]
            full = [
                b for b in below if b.x0 < edge and b.x1 > start + 0.8 * (edge - start) and not b.bold and not b.solid
            ]
            opposite = [b for b in below if b.x0 >= edge and not b.solid]
            if len(full) < 2 and len(opposite) < 2:
                held = {id(other) for other in below}
                return [r for r in left if id(r) not in held], [r for r in right if id(r) not in held], below
        foot = max(foot, row.bottom)
    return left, right, []


def _gutter(rows: list[Row]) -> tuple[float, float] | None:
    """The vertical strip of white space with running text on both sides that the fewest rows cross."""
    size = sorted(row.size for row in rows)[len(rows) // 2]
    ends = sorted(row.x1 for row in rows)
    begins = sorted(row.x0 for row in rows)
    best, best_score = None, 0.0
    for k, start in enumerate(begins):
        # the white space before this left edge: rows that end left of it, and as many that begin at it or later
        count = bisect_right(ends, start - GUTTER * size)
        if count < 3 or (k and start - begins[k - 1] < 0.1):
            continue
        if len(begins) - k < 3:
            break
        crossing = k - count
        score = min(count, len(begins) - k) - 0.75 * crossing
        if score <= best_score:
            continue
        right = [row for row in rows if row.x0 >= start - 0.1]
        left = [row for row in rows if row.x1 <= start - GUTTER * size]
        if _is_columns(left, right):
            best_score = score
            best = (max(row.x1 for row in left), start)
    return best


def _is_columns(left: list[Row], right: list[Row]) -> bool:
    """Whether both sides are running text: wide enough, most rows full, one line under the other."""
    for side in (left, right):
        if len(side) < 3:
            return False
        size = sorted(row.size for row in side)[len(side) // 2]
        edge, start = max(row.x1 for row in side), min(row.x0 for row in side)
        if edge - start < COLUMN * size:
            return False
        side = sorted(side, key=lambda row: row.base)
        full = sum(row.x1 > edge - 0.3 * (edge - start) for row in side)
        steps = [b.base - a.base for a, b in pairwise(side)]
        close = sum(step < LEADING * size for step in steps)
        if full < 0.45 * len(side) or close < 0.6 * len(steps):
            return False
        if sum(len(row.text) for row in side) < 8 * len(side):
            return False
    return True


def side_by_side(rows: Sequence[Row]) -> list[Row]:
    """Rows on one baseline put together from left to right."""
    out: list[Row] = []
    for row in sorted(rows, key=lambda row: (row.base, row.x0)):
        k = len(out) - 1
        host = None
        while not row.solid and k >= 0 and k >= len(out) - 8 and row.base - out[k].base < 0.5 * row.size:
            if (
                not out[k].solid
                and same_base(out[k], row)
                and (out[k].x1 <= row.x0 + 0.3 * row.size or row.x1 <= out[k].x0 + 0.3 * row.size)
            ):
                host = k
                break
            k -= 1
        if host is None:
            out.append(row)
        elif out[host].x0 <= row.x0:
            out[host] = joined(out[host], row)
        else:
            out[host] = joined(row, out[host])
    return out
