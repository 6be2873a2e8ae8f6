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


# What is added to a known name without making another one: 国連本部 is 国連 with a word.
_BARE = frozenset("本部 事務局 委員会 会議 総会 会合 支部 協議会 研究会 部会 ガイドライン 報告書 レポート 戦略 計画 規格 標準 Office Headquarters Secretariat Report Standards Meeting".split())


def reconcile(text: str, known: list[Span], shapes: Iterable[Span]) -> Iterator[Span]:
    """Shapes that do not contradict known names: a shape may go on from one, but not swallow it.

    Dropped: a shape over two known names (総務省・経産省), one that ends in a known name of the same kind
    (Japanese AI Guidelines for Business), one that adds only a general word (国連本部), a person longer
    than a known one (Kishida Announced).
    """
    starts = {}
    ends = {}
    for span in known:
        starts.setdefault(span.start, span)
        ends[span.end] = span
    for shape in shapes:
        inside = [s for s in known if shape.start <= s.start and s.end <= shape.end and s.label not in (None, "PLACE")]
        if len(inside) > 1 and any(c in text[inside[0].end : inside[-1].start] for c in "・、,/及と"):
            continue
        last = ends.get(shape.end)
        if last is not None and last.start > shape.start and last.label == shape.label:
            size = len(text[last.start : last.end].replace(" ", ""))
            if size >= (8 if text[last.start].isascii() else 5):
                continue
        first = starts.get(shape.start)
        if first is not None and first.end < shape.end:
            if shape.label == "PERSON" or text[first.end : shape.end].strip() in _BARE and first.label != "PLACE":
                continue
        yield shape


def cells(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Cells of a table block's text as (row, column, start, end)."""
    at = 0
    for row, line in enumerate(text.split("\n")):
        start = at
        for column, cell in enumerate(line.split(" | ")):
            yield row, column, start, start + len(cell)
            start += len(cell) + 3
        at += len(line) + 1
