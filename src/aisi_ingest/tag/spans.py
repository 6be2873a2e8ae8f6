"""Candidates for mentions, and which of them stay: the longest name wins, nothing inside it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aisi_ingest.model import Label


class Span(NamedTuple):
    """A candidate at ``text[start:end]`` of one block.

    ``label`` None: nothing is tagged inside. ``value``: EDTF or entity id. ``name``: what a local id is
    made of, where the registry has none. ``ids``: entities that it may be, where only context can tell.
    """

    start: int
    end: int
    label: Label | None
    rule: str
    value: str | None = None
    name: str | None = None
    ids: tuple[str, ...] = ()


_RANK = {"registry": 0, "defined": 1, "date": 2, "place": 3}


def choose(candidates: Iterable[Span]) -> list[Span]:
    """Spans that do not overlap, left to right: longer before shorter, known names before shapes."""
    taken: list[Span] = []
    covered: set[int] = set()
    for span in sorted(candidates, key=lambda s: (s.start - s.end, _RANK.get(s.rule.split(".")[0], 4), s.start)):
        # Both ends are enough: a longer span was taken before, so none lies inside this one.
        if span.start in covered or span.end - 1 in covered:
            continue
        covered.update(range(span.start, span.end))
        taken.append(span)
    return sorted(s for s in taken if s.label is not None)


def cells(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Cells of a table block's text as (row, column, start, end)."""
    at = 0
    for row, line in enumerate(text.split("\n")):
        start = at
        for column, cell in enumerate(line.split(" | ")):
            yield row, column, start, start + len(cell)
            start += len(cell) + 3
        at += len(line) + 1
