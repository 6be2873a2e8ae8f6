"""Runners, which run the steps of many jobs concurrently, and the progress they report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol, TypeVar

J = TypeVar("J")
R = TypeVar("R")


class Runner(Protocol):
    """Runs one step for each job and yields the outcomes in the order in which they finish."""

    def __call__(self, step: Callable[[J], R], jobs: Sequence[J]) -> Iterator[R]:
        """Run the step for all jobs."""


class Progress(Protocol):
    """Receives progress after each job."""

    def __call__(self, stage: str, name: str, done: int, total: int) -> None:
        """Report progress.

        Args:
            stage: What is being done, for example "read".
            name: Name of the finished job.
            done: Number of finished jobs.
            total: Number of all jobs.
        """


class Threads:
    """Runs steps in threads of this process. The work itself is done by the worker processes of the sandbox."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def __call__(self, step: Callable[[J], R], jobs: Sequence[J]) -> Iterator[R]:
        """Run the step for all jobs and yield the outcomes in the order in which they finish."""
        # Twice as many threads as workers: while one thread writes an output, the worker already has its next job.
        with ThreadPoolExecutor(2 * self.workers) as threads:
            for future in as_completed([threads.submit(step, job) for job in jobs]):
                yield future.result()


def silent(stage: str, name: str, done: int, total: int) -> None:
    """Discard progress."""
