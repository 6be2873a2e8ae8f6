"""One bad page costs that page: where a worker stops in the midst of one, the document is read again without it.

The worker notes the page that it reads in memory that it shares with whoever waits for it; what it
notes outlives it.
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

# A document is read again without one page, then two, then three: one that is bad throughout is given up.
MOST_BAD_PAGES = 3
_STOPPED = ("worker_died", "time_limit", "cpu_limit", "memory_limit")  # codes of sandbox.LimitExceeded
_SLOW = ("time_limit", "cpu_limit")
_NOTE = struct.Struct("=qd")  # page from 1, 0 for none; monotonic time in seconds at which it was begun

_note: mmap.mmap | None = None
_left_out: frozenset[int] = frozenset()


def follow(path: str, left_out: Collection[int]) -> None:
    """In the worker: note pages at ``path`` from now on, and leave some out. An empty path notes nothing."""
    global _note, _left_out
    _note, _left_out = None, frozenset(left_out)
    if path:
        with suppress(OSError), open(path, "r+b") as file:
            _note = mmap.mmap(file.fileno(), _NOTE.size)


def begins(page: int) -> bool:
    """In the worker: note that this page is read now, 0 for none. False where it is to be left out."""
    if page in _left_out:
        return False
    if _note is not None:
        _NOTE.pack_into(_note, 0, page, time.monotonic())
    return True


def read(call: Callable[[str, tuple[int, ...]], Measured[Result[T]]]) -> Measured[Result[T]]:
    """Outside: ``call`` a worker with the path of a note and the pages to leave out, again while a page stops it.

    Gives what the last call gave, with a warning before its issues for each page that was left out, and the seconds of
    all calls. Where nothing helps it is the first call's outcome, so that the reason is that of the document as it is.
    """
    with open(os.memfd_create("aisi-ingest-page"), "r+b", buffering=0) as file:
        os.ftruncate(file.fileno(), _NOTE.size)
        path = f"/proc/{os.getpid()}/fd/{file.fileno()}"
        bad: dict[int, Issue] = {}
        first: Measured[Result[T]] | None = None
        seconds = 0.0
        while True:
            os.pwrite(file.fileno(), bytes(_NOTE.size), 0)
            given = call(path, tuple(bad))
            first, seconds = first or given, seconds + given.seconds
            result = given.value
            stop = next((issue for issue in result.issues if issue.code in _STOPPED), None)
            if result.value is not None:
                result = Result(result.value, (*bad.values(), *result.issues))
            if result.value is not None or stop is None:
                return Measured(result, given.memory, seconds)
            page, since = _NOTE.unpack(os.pread(file.fileno(), _NOTE.size, 0))
            slow_elsewhere = stop.code in _SLOW and time.monotonic() - since < given.seconds / 2
            if not page or page in bad or slow_elsewhere or len(bad) == MOST_BAD_PAGES:
                return replace(first, seconds=seconds)
            bad[page] = replace(
                stop,
                level="warning",
                code="page_unreadable",
                message=f"page {page} was left out: while it was read, the reader {_said(stop)}",
                page=page,
            )


def _said(stop: Issue) -> str:
    return stop.message.removeprefix("the reader ")
