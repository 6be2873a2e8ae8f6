"""Compare the cost of a long input with that of a short one, so that no test depends on how fast a machine is."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(work: Callable[[int], object], size: int, times: int = 4, rounds: int = 3) -> float:
    """Return the processor time of ``work(times * size)`` divided by that of ``work(size)``.

    Linear work gives about ``times``, quadratic work about ``times ** 2``. Both sizes run in turn and the best of
    ``rounds`` counts, because another process on the same core only ever makes a round slower. ``work(size)`` should
    take a few milliseconds at least.
    """
    work(size)  # fills caches and imports what is loaded on first use
    short, long = float("inf"), float("inf")
    for _ in range(rounds):
        short = min(short, _seconds(work, size))
        long = min(long, _seconds(work, times * size))
    return long / max(short, 1e-9)


def _seconds(work: Callable[[int], object], size: int) -> float:
    start = time.process_time()
    work(size)
    return time.process_time() - start
