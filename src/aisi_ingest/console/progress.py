"""Progress of a run on a terminal: a bar for each stage, with the pages that are read and the time left."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from aisi_ingest.console.terminal import escaped_line
from aisi_ingest.pipeline.runner import Progress
from aisi_ingest.sandbox import activity
from aisi_ingest.sandbox.activity import Activity

if TYPE_CHECKING:
    from rich.progress import Task

_PICTURES = "ocr"  # the bar and the stage of this name
_FEWEST_SECONDS = 2.0  # a forecast of less time would be wrong
_LEAST_SHARE = 0.01  # likewise of a smaller share


def activities_of(bar: str, running: Sequence[Activity]) -> list[Activity]:
    """Return what belongs to a bar: reading pictures to "ocr", reading pages to "read"."""
    return [each for each in running if each.total and (each.stage == _PICTURES) == (bar == _PICTURES)]


def share_done(completed: float, total: float, running: Sequence[Activity]) -> float:
    """Return the share of the work that is done, from 0 to 1. The pages of unfinished documents count.

    Args:
        completed: Number of finished documents.
        total: Number of all documents.
        running: What is read at the moment.
    """
    pages = sum(each.done / each.total for each in running)
    return min(1.0, (completed + pages) / total) if total else 0.0


def seconds_left(elapsed: float, share: float) -> float | None:
    """Forecast the seconds that are left; None if it is too early."""
    if elapsed < _FEWEST_SECONDS or share < _LEAST_SHARE:
        return None
    return elapsed / share - elapsed


def describe(running: Sequence[Activity], name: str) -> str:
    """Describe what is read: ``guide.pdf 12/67``; or the last finished name."""
    unit = {True: "picture", False: "page"}
    parts = [
        f"{each.document} {unit[each.stage == _PICTURES]} {min(each.done + 1, each.total)}/{each.total}"
        for each in running
    ]
    return ", ".join(parts) or name


@contextmanager
def shown(wanted: bool) -> Iterator[Progress]:
    """Show one bar for each stage on a terminal, and yield what reports progress to it.

    Args:
        wanted: Show it. Nothing is shown either if standard error is not a terminal.
    """
    from aisi_ingest.pipeline.runner import silent

    if not wanted or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class TimeLeft(ProgressColumn):
        """The time left, or the time that a finished stage took."""

        def render(self, task: Task) -> Text:
            elapsed, total = task.finished_time or task.elapsed or 0.0, task.total or 0.0
            if task.finished:
                return Text(str(timedelta(seconds=round(elapsed))))
            share = share_done(task.completed, total, activities_of(task.description, activity.current()))
            left = seconds_left(elapsed, share)
            return Text("" if left is None else f"{timedelta(seconds=round(left))} left")

    class Current(ProgressColumn):
        """The pages that are read, or the last finished document."""

        def render(self, task: Task) -> Text:
            running = [] if task.finished else activities_of(task.description, activity.current())
            return Text(escaped_line(describe(running, task.fields["name"])))

    columns = (TextColumn("{task.description:8}"), BarColumn(), MofNCompleteColumn(), TimeLeft(), Current())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, object] = {}

        def advance(stage: str, name: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, name=name)
            bars.update(tasks[stage], completed=done, total=total, name=name)  # type: ignore[arg-type]

        yield advance
