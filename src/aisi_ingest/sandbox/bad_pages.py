"""Skip pages that stop a worker: the document is read again without them.

A worker notes the page that it reads in memory shared with the process that waits for it. The note remains when the
worker ends.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TypeVar

from msgspec.structs import replace

from aisi_ingest.model import Issue, Result
from aisi_ingest.sandbox.worker import Measured

T = TypeVar("T")

# Pages that are skipped in one document. A document with more bad pages fails.
MAX_BAD_PAGES = 3
_STOPPED = ("worker_died", "time_limit", "cpu_limit", "memory_limit")  # codes of pool.LimitExceeded
_TIMED_OUT = ("time_limit", "cpu_limit")
# Page number from 1 (negative for a second reader), or 0 for none; monotonic time in seconds at which reading of the
# page began.
_NOTE = struct.Struct("=qd")

_note: mmap.mmap | None = None
_skipped: frozenset[int] = frozenset()


def track_pages(path: str, skipped: Collection[int]) -> None:
    """In the worker: start to note the current page, and skip some pages.

    Args:
        path: The path of the note; empty for none.
        skipped: Numbers of the pages to skip, from 1.
    """
    global _note, _skipped
    _note, _skipped = None, frozenset(skipped)
    if path:
        with suppress(OSError), open(path, "r+b") as file:
            _note = mmap.mmap(file.fileno(), _NOTE.size)


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


def call_without_bad_pages(call: Callable[[str, tuple[int, ...]], Measured[Result[T]]]) -> Measured[Result[T]]:
    """In the parent process: read a document, and repeat this without the page that stopped the worker.

    Args:
        call: Reads the document in a worker. It gets the path of the note and the pages to skip.

    Returns:
        The result of the last call, with a warning for each skipped page before its issues. If the document cannot be
        read even so, the result of the first call. The seconds are those of all calls.
    """
    with open(os.memfd_create("aisi-ingest-page"), "r+b", buffering=0) as note:
        os.ftruncate(note.fileno(), _NOTE.size)
        path = f"/proc/{os.getpid()}/fd/{note.fileno()}"
        warnings: dict[int, Issue] = {}
        first: Measured[Result[T]] | None = None
        seconds = 0.0
        while True:
            os.pwrite(note.fileno(), bytes(_NOTE.size), 0)
            measured = call(path, tuple(warnings))
            first, seconds = first or measured, seconds + measured.seconds
            result = measured.value
            stop = next((issue for issue in result.issues if issue.code in _STOPPED), None)
            if result.value is not None:
                result = Result(result.value, (*warnings.values(), *result.issues))
            if result.value is not None or stop is None:
                return Measured(result, measured.memory, seconds)
            page, begun = _NOTE.unpack(os.pread(note.fileno(), _NOTE.size, 0))
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
