"""Skip pages that stop a worker: the document is read again without them.

A worker notes the page that it reads in memory shared with the process that waits for it. The note remains when the
worker ends.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from types import TracebackType
from typing import TypeVar

from msgspec.structs import replace

from aisi_ingest.model import Issue, Result
from aisi_ingest.sandbox.tasks import Measured

T = TypeVar("T")

# Pages that are skipped in one document. A document with more bad pages fails.
MAX_BAD_PAGES = 3
_STOPPED = ("worker_died", "time_limit", "cpu_limit", "memory_limit")  # codes of pool.LimitExceeded
_TIMED_OUT = ("time_limit", "cpu_limit")
# Page number from 1 (negative for a second reader), or 0 for none; monotonic time in seconds at which reading of the
# page began.
_NOTE = struct.Struct("=qd")
_PROGRESS = struct.Struct("=qq")  # behind it: pages that were read, and all pages
_MOST_PAGES = 1_000_000  # a larger number in the note was not written by our code

_SIZE = _NOTE.size + _PROGRESS.size
_note: mmap.mmap | None = None
_skipped: frozenset[int] = frozenset()


class PageNote:
    """In the main process: the memory in which workers note the current page of one document."""

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("aisi-ingest-page", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.descriptor, _SIZE)
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)

    def clear(self) -> None:
        """Forget the page."""
        os.pwrite(self.descriptor, bytes(_SIZE), 0)

    def page(self) -> tuple[int, float]:
        """Return the page that a worker read last, and the monotonic time at which it began.

        Returns:
            The number as in ``begin_page``, 0 if the worker read no page; and seconds.
        """
        page, begun = _NOTE.unpack(os.pread(self.descriptor, _NOTE.size, 0))
        return (page, begun) if 0 < abs(page) <= _MOST_PAGES else (0, 0.0)

    def progress(self) -> tuple[int, int]:
        """Return how many pages the worker has read, and of how many; zeros if it does not read page by page."""
        done, total = _PROGRESS.unpack(os.pread(self.descriptor, _PROGRESS.size, _NOTE.size))
        return (done, total) if 0 <= done <= total <= _MOST_PAGES else (0, 0)  # other numbers are not ours

    def close(self) -> None:
        """Release the memory."""
        os.close(self.descriptor)

    def __enter__(self) -> PageNote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def attach(descriptor: int) -> None:
    """In the worker, before it is confined: use this note."""
    global _note
    with suppress(OSError):
        _note = mmap.mmap(descriptor, _SIZE)


def skip_pages(skipped: Collection[int]) -> None:
    """In the worker: skip pages with these numbers, from 1, while it reads the document."""
    global _skipped
    _skipped = frozenset(skipped)


def begin_page(page: int) -> bool:
    """In the worker: note that reading of a page begins.

    Args:
        page: The number of the page from 1, or 0 for work that belongs to no page. The negative number if a second
            reader reads the page.

    Returns:
        Whether to read the page; False if it is skipped.
    """
    if page in _skipped:
        return False
    if _note is not None:
        _NOTE.pack_into(_note, 0, page, time.monotonic())
    return True


def note_progress(done: int, total: int) -> None:
    """In the worker: note how many pages or pictures were read, for the progress that a terminal shows."""
    if _note is not None:
        _PROGRESS.pack_into(_note, _NOTE.size, done, total)


def call_without_bad_pages(
    note: PageNote, call: Callable[[tuple[int, ...]], Measured[Result[T]]]
) -> Measured[Result[T]]:
    """In the main process: read a document, and repeat this without the page that stopped the worker.

    Args:
        note: The note of the worker.
        call: Reads the document in a worker. It gets the pages to skip.

    Returns:
        The result of the last call, with a warning for each skipped page before its issues. If the document cannot be
        read even so, the result of the first call. The seconds are those of all calls.
    """
    warnings: dict[int, Issue] = {}
    first: Measured[Result[T]] | None = None
    seconds = 0.0
    while True:
        note.clear()
        measured = call(tuple(warnings))
        first, seconds = first or measured, seconds + measured.seconds
        result = measured.value
        stop = next((issue for issue in result.issues if issue.code in _STOPPED), None)
        if result.value is not None:
            result = Result(result.value, (*warnings.values(), *result.issues))
        if result.value is not None or stop is None:
            return Measured(result, measured.memory, seconds)
        page, begun = note.page()
        # A page is blamed for a time limit only if it took at least half of the time.
        other_pages_slow = stop.code in _TIMED_OUT and time.monotonic() - begun < measured.seconds / 2
        too_many = len({abs(each) for each in (*warnings, page)}) > MAX_BAD_PAGES
        if not page or page in warnings or other_pages_slow or too_many:
            return replace(first, seconds=seconds)
        warnings[page] = _skip_warning(page, stop)


def _skip_warning(page: int, stop: Issue) -> Issue:
    reason = stop.message.removeprefix("the reader ")
    return replace(
        stop,
        level="warning",
        code="page_unreadable",
        message=f"page {abs(page)} was skipped: while reading it, the {'second ' * (page < 0)}reader {reason}",
        page=abs(page),
    )
