"""Compare the cost of a long input with that of a short one, so that no test depends on how fast a machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

SHORTEST = 0.01  # seconds of processor time; shorter measurements say more about the machine than about the work


def growth(work: Callable[[int], object], size: int, times: int = 4, rounds: int = 3) -> float:
    """Return the processor time of ``work(times * size)`` divided by that of ``work(size)``.

    Linear work gives about ``times``, quadratic work about ``times ** 2``. Both sizes run in turn and the best of
    ``rounds`` counts, because another process on the same core only ever makes a round slower. Short work is repeated
    until it can be measured.
    """
    work(size)  # fills caches and imports what is loaded on first use
    repeats = 1 + int(SHORTEST / max(_seconds(work, size, 1), SHORTEST / 1000))
    short, long = float("inf"), float("inf")
    for _ in range(rounds):
        short = min(short, _seconds(work, size, repeats))
        long = min(long, _seconds(work, times * size, repeats))
    return long / short


def _seconds(work: Callable[[int], object], size: int, repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        work(size)
    return time.process_time() - start
