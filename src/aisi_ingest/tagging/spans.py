"""Candidates for mentions, and the choice between those that overlap: the longest wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aisi_ingest.model import Label

ROW_SEPARATOR, CELL_SEPARATOR = "\n", " | "


class Span(NamedTuple):
    """A candidate for a mention at ``text[start:end]`` of one block, offsets in code points.

    Attributes:
        start: Offset of the first character.
        end: Offset after the last character.
        label: The kind of entity. None: nothing is tagged inside the span.
        rule: What found it; becomes ``Mention.rule``.
        value: EDTF value or entity id.
        name: The name from which a local id is made, if the registry has no id.
        ids: Entities that it may be, if only context can decide.
        score: Probability that a name found by a model is right; None for names found by rules.
    """

    start: int
    end: int
    label: Label | None
    rule: str
    value: str | None = None
    name: str | None = None
    ids: tuple[str, ...] = ()
    score: float | None = None


# Of spans of equal length, those of the rules with the lower number win. Keys are the first parts of names of rules.
_RANK = {"registry": 0, "defined": 1, "date": 2, "place": 3, "model": 8, "spacy": 9}
_RANK_OF_SHAPES = 4
_RANK_OF_SHARED_NAMES = 2  # below a name that the document defines


def _order(span: Span) -> tuple[int, int, int]:
    rank = _RANK_OF_SHARED_NAMES if span.ids else _RANK.get(span.rule.split(".")[0], _RANK_OF_SHAPES)
    return span.start - span.end, rank, span.start


def select_spans(candidates: Iterable[Span]) -> list[Span]:
    """Return the spans that are kept: of overlapping ones the longest, then the one of the better rule.

    Returns:
        Spans with a label from left to right; they do not overlap.
    """
    taken: list[Span] = []
    covered: set[int] = set()
    for span in sorted(candidates, key=_order):
        # Looking at both ends is enough: longer spans were taken before, so none lies inside this one.
        if span.start in covered or span.end - 1 in covered:
            continue
        covered.update(range(span.start, span.end))
        taken.append(span)
    return sorted(s for s in taken if s.label is not None)


def table_cells(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield the cells of a table block's text as (row, column, start, end), offsets in code points."""
    at = 0
    for row, line in enumerate(text.split(ROW_SEPARATOR)):
        start = at
        for column, cell in enumerate(line.split(CELL_SEPARATOR)):
            yield row, column, start, start + len(cell)
            start += len(cell) + len(CELL_SEPARATOR)
        at += len(line) + len(ROW_SEPARATOR)
