"""Compare the cost of a long input with that of a short one, so that no test depends on how fast a machine is."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

SHORTEST = 0.01  # seconds of processor time; shorter measurements say more about the machine than about the work
ROUNDS = 12  # at most; two are enough if the work is about linear and the machine idle
LINEAR = 1.5  # a ratio up to this many times the ratio of the sizes counts as linear


def growth(work: Callable[[int], object], size: int, times: int = 4) -> float:
    """Return the processor time of ``work(times * size)`` divided by that of ``work(size)``.

    Linear work gives about ``times``, quadratic work about ``times ** 2``. Both sizes run in turn, and the best round
    of each counts, because other processes and tests only ever make a round slower. The rounds end when the result is
    about linear. Short work is repeated until it can be measured.
    """
    work(size)  # fills caches and imports what is loaded on first use
    repeats = 1 + int(SHORTEST / max(_seconds(work, size, 1), SHORTEST / 1000))
    short, long = float("inf"), float("inf")
    for done in range(1, ROUNDS + 1):
        short = min(short, _seconds(work, size, repeats))
        long = min(long, _seconds(work, times * size, repeats))
        if done > 1 and long < LINEAR * times * short:
            break
    return long / short


def _seconds(work: Callable[[int], object], size: int, repeats: int) -> float:
    gc.collect()
    gc.disable()  # its cost depends on what other tests left in memory
    try:
        start = time.process_time()
        for _ in range(repeats):
            work(size)
        return time.process_time() - start
    finally:
        gc.enable()
