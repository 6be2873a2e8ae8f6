"""What runs the steps of a run side by side, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol, TypeVar

J = TypeVar("J")
R = TypeVar("R")


class Runner(Protocol):
    """Runs one step for each job and gives the outcomes as they come."""

    def __call__(self, step: Callable[[J], R], jobs: Sequence[J]) -> Iterator[R]: ...


class Progress(Protocol):
    """Told after each job: what is being done, to which name, how many of how many are done."""

    def __call__(self, stage: str, name: str, done: int, total: int) -> None: ...


class Threads:
    """Runs steps side by side in threads of this process; the work itself is in the sandbox."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def __call__(self, step: Callable[[J], R], jobs: Sequence[J]) -> Iterator[R]:
        # Twice as many as there are workers: while one's output is written the worker has the next job.
        with ThreadPoolExecutor(2 * self.workers) as pool:
            for future in as_completed([pool.submit(step, job) for job in jobs]):
                yield future.result()


def silent(stage: str, name: str, done: int, total: int) -> None:
    """Progress that nobody watches."""
