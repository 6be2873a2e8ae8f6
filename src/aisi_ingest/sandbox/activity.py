"""Which documents the workers of this process read at the moment, and how many of their pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from aisi_ingest.sandbox.bad_pages import PageNote


class Activity(Struct, frozen=True):
    """A document that a worker reads.

    Attributes:
        document: Its name.
        stage: Name of the stage.
        done: Number of pages, or of pictures, that were read.
        total: Number of all of them; 0 if the stage does not read page by page.
    """

    document: str
    stage: str
    done: int
    total: int


_notes: dict[tuple[int, str, str], PageNote] = {}
_lock = threading.Lock()  # a note must not be closed while it is read


@contextmanager
def watched(document: str, stage: str, note: PageNote) -> Iterator[None]:
    """Make a document visible in ``current`` while a stage works on it.

    Args:
        document: Its name.
        stage: Name of the stage.
        note: The note of its worker.
    """
    key = (threading.get_ident(), document, stage)
    with _lock:
        _notes[key] = note
    try:
        yield
    finally:
        with _lock:
            del _notes[key]


def current() -> list[Activity]:
    """Return what the workers of this process do, the longest first."""
    with _lock:
        return [Activity(document, stage, *note.progress()) for (_, document, stage), note in _notes.items()]
