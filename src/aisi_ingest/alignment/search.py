"""Find the best alignment of two sequences: dynamic programming, then pairs that break the order.

This module does not know what the items are: gains are given as matrices. Ranges are half-open.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float32]
Shape = tuple[int, int]  # number of Japanese items, number of English items
Range = tuple[int, int, int, int]  # first and end of the Japanese items, first and end of the English items

# Items on one side. A longer rectangle is split, so that cost stays linear in length and memory under 40 MB.
MAX_ITEMS = 600
SHAPES = ((1, 1), (1, 2), (2, 1), (2, 2))
_EPSILON = 1e-9  # smaller differences of totals are rounding errors
_SKIP_EN, _SKIP_JA, _FIRST_SHAPE = 0, 1, 2  # codes of moves


def best_path(gains: dict[Shape, Gains], skip: float) -> list[Range]:
    """Find the monotone path with the highest total gain.

    Args:
        gains: ``gains[a, b][i, j]`` is the gain of aligning ``a`` items from ``i`` on with ``b`` items from ``j`` on.
        skip: The cost of each item that is left out.

    Returns:
        The aligned ranges in order. Items that are left out have no range.
    """
    rows, columns = gains[1, 1].shape
    best = np.full((rows + 1, columns + 1), -np.inf, dtype=np.float64)
    move = np.zeros((rows + 1, columns + 1), dtype=np.int8)
    ramp = np.arange(columns + 1) * skip
    shapes = [shape for shape in SHAPES if shape in gains]
    best[0] = -ramp
    for i in range(1, rows + 1):
        row = best[i - 1] - skip
        row_moves = np.full(columns + 1, _SKIP_JA, dtype=np.int8)
        for index, (a, b) in enumerate(shapes):
            if i < a or columns < b:
                continue
            candidate = best[i - a, : columns + 1 - b] + gains[a, b][i - a]
            better = candidate > row[b:]
            row[b:][better] = candidate[better]
            row_moves[b:][better] = index + _FIRST_SHAPE
        # Skipping English items within a row is a running maximum under a linear cost.
        raised = np.maximum.accumulate(row + ramp) - ramp
        row_moves[raised > row + _EPSILON] = _SKIP_EN
        best[i], move[i] = raised, row_moves
    out: list[Range] = []
    i, j = rows, columns
    while i > 0 and j > 0:
        step = move[i, j]
        if step == _SKIP_EN:
            j -= 1
        elif step == _SKIP_JA:
            i -= 1
        else:
            a, b = shapes[step - _FIRST_SHAPE]
            out.append((i - a, i, j - b, j))
            i, j = i - a, j - b
    return out[::-1]


def best_swaps(gains: Gains, free_ja: Sequence[int], free_en: Sequence[int], least: float) -> list[tuple[int, int]]:
    """Pair items that the path left out, in any order, the best pair first.

    Args:
        gains: The gain of each pair of single items.
        free_ja: Japanese items without a counterpart.
        free_en: English items without a counterpart.
        least: Pairs with a gain up to this are not made.
    """
    if not len(free_ja) or not len(free_en):
        return []
    free = gains[np.ix_(list(free_ja), list(free_en))].astype(np.float64)
    out: list[tuple[int, int]] = []
    while True:
        flat = int(free.argmax())
        i, j = divmod(flat, free.shape[1])
        if not free[i, j] > least:
            return out
        out.append((free_ja[i], free_en[j]))
        free[i, :] = -np.inf
        free[:, j] = -np.inf


def split_rectangle(
    rows: int, columns: int, anchors: Sequence[tuple[int, int]], max_items: int = MAX_ITEMS
) -> list[tuple[range, range]]:
    """Split a large rectangle into parts that can be searched: at a chain of anchors, otherwise along the diagonal.

    Args:
        rows: Number of Japanese items.
        columns: Number of English items.
        anchors: Pairs that are surely counterparts, in any order. Those outside the longest chain are ignored.
        max_items: The rectangle is not split if neither side is longer than this.
    """
    if rows <= max_items and columns <= max_items:
        return [(range(rows), range(columns))]
    cuts, last = [(0, 0)], (0, 0)
    for i, j in [*longest_chain(anchors), (rows, columns)]:
        while i - last[0] > max_items or j - last[1] > max_items:
            share = min(1.0, max_items / max(i - last[0], j - last[1]))
            last = (last[0] + max(1, round((i - last[0]) * share)), last[1] + max(1, round((j - last[1]) * share)))
            last = (min(last[0], i), min(last[1], j))
            cuts.append(last)
        # A cut at every anchor would separate items from their context.
        is_far = i - cuts[-1][0] >= max_items // 2 or j - cuts[-1][1] >= max_items // 2
        if is_far or (i, j) == (rows, columns):
            cuts.append((i, j))
            last = (i, j)
    return [(range(a, c), range(b, d)) for (a, b), (c, d) in itertools.pairwise(cuts) if c > a or d > b]


def longest_chain(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest chain of pairs that rises on both sides (patience sorting, n log n)."""
    ordered = sorted(set(pairs), key=lambda pair: (pair[0], -pair[1]))
    tops: list[int] = []
    index_of_top: list[int] = []
    previous: list[int] = []
    for index, (_, j) in enumerate(ordered):
        pile = bisect.bisect_left(tops, j)
        if pile == len(tops):
            tops.append(j)
            index_of_top.append(index)
        else:
            tops[pile] = j
            index_of_top[pile] = index
        previous.append(index_of_top[pile - 1] if pile else -1)
    chain = []
    index = index_of_top[-1] if index_of_top else -1
    while index >= 0:
        chain.append(ordered[index])
        index = previous[index]
    return chain[::-1]


def search(
    rows: int,
    columns: int,
    gains: Callable[[range, range], dict[Shape, Gains]],
    skip: float,
    swap: float,
    anchors: Sequence[tuple[int, int]] = (),
) -> list[Range]:
    """Find the ranges that are counterparts: the best path, then pairs of items that the path left out.

    Args:
        rows: Number of Japanese items.
        columns: Number of English items.
        gains: Computes the gains of some Japanese and some English items, as for ``best_path``.
        skip: The cost of each item that is left out.
        swap: The least gain of a pair that breaks the order.
        anchors: Pairs that are surely counterparts, for splitting long sequences.

    Returns:
        The aligned ranges, sorted.
    """
    out: list[Range] = []
    for part_ja, part_en in split_rectangle(rows, columns, anchors):
        if not part_ja or not part_en:
            continue
        part_gains = gains(part_ja, part_en)
        found = best_path(part_gains, skip)
        used_ja = {i for a, b, _, _ in found for i in range(a, b)}
        used_en = {j for _, _, a, b in found for j in range(a, b)}
        free_ja = [i for i in range(len(part_ja)) if i not in used_ja]
        free_en = [j for j in range(len(part_en)) if j not in used_en]
        found += [(i, i + 1, j, j + 1) for i, j in best_swaps(part_gains[1, 1], free_ja, free_en, swap)]
        out += [(a + part_ja.start, b + part_ja.start, c + part_en.start, d + part_en.start) for a, b, c, d in found]
    return sorted(out)
