"""What it costs to read each document in a confined process of its own."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from aisi_ingest.extract import reader
from aisi_ingest.media_types import PDF
from aisi_ingest.pipeline.resources import load_models, load_readers
from aisi_ingest.sandbox import fork_server, pool
from aisi_ingest.sandbox.tasks import task
from benchmarks.figures import Bench
from benchmarks.results import Section

_DOCUMENTS, _DOCUMENTS_QUICK = 200, 50
_GOAL = 10.0  # milliseconds a document
_SAMPLE = Path(__file__).parents[1] / "samples" / "site" / "pdf" / "sample_guide_v1.00_en.pdf"
_UNCONFINED = (
    "from aisi_ingest.sandbox import confinement as c;"
    " c.confine_server = lambda: []; c.confine_worker = lambda *_: None; "
)


@task
def do_nothing(path: str) -> int:
    """Return 0."""
    return 0


@task
def read(path: str) -> int:
    """Read a document and return the number of its blocks."""
    content = reader.read(Path(path), ocr=False).value
    return len(content.blocks) if content is not None else 0


def confinement(bench: Bench) -> Section:
    """Measure the processor time of documents in one worker for all, and in a worker for each, confined or not."""
    documents = _DOCUMENTS_QUICK if bench.quick else _DOCUMENTS
    rows = []
    for name, function in (("nothing", do_nothing), ("a guide of 8 pages", read)):
        with ExitStack() as stack:
            confined, free = (stack.enter_context(_Workers(start)) for start in ("", _UNCONFINED))
            rounds = [
                (
                    confined.milliseconds(function, documents, renew=False),
                    free.milliseconds(function, documents, renew=True),
                    confined.milliseconds(function, documents, renew=True),
                )
                for _ in range(bench.rounds)
            ]
        shared, unconfined, own = (statistics.median(each) for each in zip(*rounds, strict=True))
        figures = [shared, unconfined, own, own - unconfined]
        cost = f"{own - shared:.1f}"
        rows.append((name, *(f"{each:.1f}" for each in figures), f"**{cost}**" if own - shared > _GOAL else cost))
    return Section(
        "Confinement",
        ("what a worker reads", "one worker", "a worker each, unconfined", "a worker each", "confinement", "both"),
        tuple(rows),
        f"Milliseconds of processor time a document, of all processes, for {documents} documents. Readers and models"
        f" are loaded. Goal: a process of its own and its confinement together cost at most {_GOAL:g} ms.",
    )


class _Workers:
    """A sandbox with one worker at a time, whose fork server has loaded everything."""

    def __init__(self, first: str) -> None:
        """Start it.

        Args:
            first: Python that the fork server runs first.
        """
        with mock.patch.object(fork_server, "_START", fork_server._START.replace("main(", f"{first}main(")):
            self._sandbox = pool.Sandbox(1)
        self._sandbox.prepare(load_readers, None, PDF)
        self._sandbox.prepare(load_models, None)

    def milliseconds(self, function: Callable[[str], int], documents: int, renew: bool) -> float:
        """Return the processor time of a document.

        Args:
            function: What is done with it.
            documents: Number of documents.
            renew: Whether each has a worker of its own.
        """
        begun = 0.0
        with self._sandbox.session(_SAMPLE) as session:
            for number in range(documents + 1):
                if number == 1:  # the first call fills caches
                    session.end_worker()
                    begun = self._used()
                if renew:
                    session.end_worker()
                session.call(function, str(_SAMPLE))
            session.end_worker()
        return (self._used() - begun) / documents * 1000

    def _used(self) -> float:
        """Return the processor time of this process, the fork server and the workers that have ended, in seconds."""
        fields = Path(f"/proc/{self._sandbox._fork_server.pid}/stat").read_text().rpartition(")")[2].split()
        return time.process_time() + sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._sandbox.stop()
