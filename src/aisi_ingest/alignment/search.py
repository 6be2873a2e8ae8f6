"""The cheapest way to lay two sequences side by side: dynamic programming, then swaps.

Nothing here knows what the items are: gains come in as matrices. Positions are half-open ranges.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float32]
Range = tuple[int, int, int, int]  # first ja, end ja, first en, end en

# Beyond this the rectangle is cut along its diagonal: cost stays linear in length, memory under 40 MB.
LONGEST = 600
SHAPES = ((1, 1), (1, 2), (2, 1), (2, 2))


def path(gains: dict[tuple[int, int], Gains], skip: float) -> list[Range]:
    """The monotone path of highest total gain; each item left out costs ``skip``.

    ``gains[a, b][i, j]`` is the gain of laying ``a`` items from ``i`` on beside ``b`` items from ``j`` on.
    Ranges with an empty side are left out of the answer.
    """
    rows, columns = gains[1, 1].shape
    best = np.full((rows + 1, columns + 1), -np.inf, dtype=np.float64)
    move = np.zeros((rows + 1, columns + 1), dtype=np.int8)  # 0: en left out, 1: ja left out, 2 + index of the shape
    ramp = np.arange(columns + 1) * skip
    shapes = [shape for shape in SHAPES if shape in gains]
    best[0] = -ramp
    for i in range(1, rows + 1):
        row = best[i - 1] - skip
        how = np.ones(columns + 1, dtype=np.int8)
        for index, (a, b) in enumerate(shapes):
            if i < a or columns < b:
                continue
            candidate = best[i - a, : columns + 1 - b] + gains[a, b][i - a]
            better = candidate > row[b:]
            row[b:][better] = candidate[better]
            how[b:][better] = index + 2
        # Leaving out items of the row's own sequence is a running maximum under a linear cost.
        raised = np.maximum.accumulate(row + ramp) - ramp
        how[raised > row + 1e-9] = 0
        best[i], move[i] = raised, how
    out: list[Range] = []
    i, j = rows, columns
    while i > 0 and j > 0:
        step = move[i, j]
        if step == 0:
            j -= 1
        elif step == 1:
            i -= 1
        else:
            a, b = shapes[step - 2]
            out.append((i - a, i, j - b, j))
            i, j = i - a, j - b
    return out[::-1]


def swaps(gains: Gains, free_ja: Sequence[int], free_en: Sequence[int], least: float) -> list[tuple[int, int]]:
    """Pairs of left-out items that are each other's best, best first, whatever the order they stand in."""
    if not len(free_ja) or not len(free_en):
        return []
    sub = gains[np.ix_(list(free_ja), list(free_en))].astype(np.float64)
    out: list[tuple[int, int]] = []
    while True:
        flat = int(sub.argmax())
        i, j = divmod(flat, sub.shape[1])
        if not sub[i, j] > least:
            return out
        out.append((free_ja[i], free_en[j]))
        sub[i, :] = -np.inf
        sub[:, j] = -np.inf


def pieces(
    rows: int, columns: int, anchors: Sequence[tuple[int, int]], longest: int = LONGEST
) -> list[tuple[range, range]]:
    """A rectangle cut into ones that can be searched: at a chain of anchors, else along the diagonal.

    ``anchors`` are pairs that surely belong together, in any order; those that cross the longest chain are dropped.
    """
    if rows <= longest and columns <= longest:
        return [(range(rows), range(columns))]
    cuts, last = [(0, 0)], (0, 0)
    for i, j in [*longest_chain(anchors), (rows, columns)]:
        while i - last[0] > longest or j - last[1] > longest:
            share = min(1.0, longest / max(i - last[0], j - last[1]))
            last = (last[0] + max(1, round((i - last[0]) * share)), last[1] + max(1, round((j - last[1]) * share)))
            last = (min(last[0], i), min(last[1], j))
            cuts.append(last)
        # Cutting at each anchor would take its neighbours their context.
        if i - cuts[-1][0] >= longest // 2 or j - cuts[-1][1] >= longest // 2 or (i, j) == (rows, columns):
            cuts.append((i, j))
            last = (i, j)
    return [(range(a, c), range(b, d)) for (a, b), (c, d) in itertools.pairwise(cuts) if c > a or d > b]


def longest_chain(anchors: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain that rises on both sides (patience sorting, n log n)."""
    ordered = sorted(set(anchors), key=lambda pair: (pair[0], -pair[1]))
    tops: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(ordered):
        place = bisect.bisect_left(tops, j)
        if place == len(tops):
            tops.append(j)
            at.append(index)
        else:
            tops[place] = j
            at[place] = index
        before.append(at[place - 1] if place else -1)
    chain = []
    index = at[-1] if at else -1
    while index >= 0:
        chain.append(ordered[index])
        index = before[index]
    return chain[::-1]


def search(
    rows: int,
    columns: int,
    gains: Callable[[range, range], dict[tuple[int, int], Gains]],
    skip: float,
    swap: float,
    anchors: Sequence[tuple[int, int]] = (),
) -> list[Range]:
    """Ranges that belong together: the best path in each piece, then what it left out, where that is surely alike."""
    out: list[Range] = []
    for down, across in pieces(rows, columns, anchors):
        if not down or not across:
            continue
        part = gains(down, across)
        found = path(part, skip)
        used_ja = {i for a, b, _, _ in found for i in range(a, b)}
        used_en = {j for _, _, a, b in found for j in range(a, b)}
        free_ja = [i for i in range(len(down)) if i not in used_ja]
        free_en = [j for j in range(len(across)) if j not in used_en]
        found += [(i, i + 1, j, j + 1) for i, j in swaps(part[1, 1], free_ja, free_en, swap)]
        out += [(a + down.start, b + down.start, c + across.start, d + across.start) for a, b, c, d in found]
    return sorted(out)
