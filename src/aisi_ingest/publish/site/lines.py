"""Aligned blocks lined up: which block of one language shares a line of the page with which of the other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import inf

from msgspec import Struct

from aisi_ingest.publish.schema import AlignmentRow, BlockRow


class Line(Struct, frozen=True):
    """Blocks that stand side by side; one side may be empty."""

    ja: tuple[BlockRow, ...] = ()
    en: tuple[BlockRow, ...] = ()
    bead: AlignmentRow | None = None
    moved: bool = False  # the English stands elsewhere in its own document

    @property
    def blocks(self) -> tuple[BlockRow, ...]:
        return self.ja + self.en


def line_up(ja: Sequence[BlockRow], en: Sequence[BlockRow], beads: Iterable[AlignmentRow]) -> list[Line]:
    """Lines in Japanese order. Of pairs that cross, the longest run in both orders holds; the others are "moved"."""
    at = {block.id: place for side in (ja, en) for place, block in enumerate(side)}
    by_id = {block.id: block for block in (*ja, *en)}
    pairs: list[Line] = []
    used: set[str] = set()
    for bead in beads:
        left = tuple(by_id[each] for each in bead.ja if each in by_id and each not in used)
        right = tuple(by_id[each] for each in bead.en if each in by_id and each not in used)
        if left and right:
            used.update(block.id for block in left + right)
            pairs.append(Line(left, right, bead))
    pairs.sort(key=lambda line: at[line.ja[0].id])
    firm = _increasing([at[line.en[0].id] for line in pairs])
    out: list[Line] = []
    next_ja = next_en = 0
    moved = {line.ja[0].id: line for place, line in enumerate(pairs) if place not in firm}

    def until(ja_end: int, en_end: int) -> None:
        nonlocal next_ja, next_en
        for block in ja[next_ja:ja_end]:
            if block.id in moved:
                line = moved[block.id]
                out.append(Line(line.ja, line.en, line.bead, moved=True))
            elif block.id not in used:
                out.append(Line(ja=(block,)))
        out.extend(Line(en=(block,)) for block in en[next_en:en_end] if block.id not in used)
        next_ja, next_en = max(next_ja, ja_end), max(next_en, en_end)

    for place, line in enumerate(pairs):
        if place in firm:
            until(at[line.ja[0].id], at[line.en[0].id])
            out.append(line)
            next_ja, next_en = max(next_ja, at[line.ja[0].id] + 1), max(next_en, at[line.en[0].id] + 1)
    until(len(ja), len(en))
    return out


def _increasing(values: Sequence[int]) -> set[int]:
    """Indices of a longest strictly increasing subsequence (patience sorting, n log n)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for index, value in enumerate(values):
        place = bisect_left(tails, value)
        before.append(ends[place - 1] if place else None)
        if place == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[place], ends[place] = value, index
    out: set[int] = set()
    at = ends[-1] if ends else None
    while at is not None:
        out.add(at)
        at = before[at]
    return out


class Part(Struct, frozen=True):
    """A heading with the lines under it, and the footnotes that they point to."""

    lines: tuple[Line, ...]
    footnotes: tuple[Line, ...] = ()

    @property
    def heading(self) -> Line | None:
        """The line that opens the part, if it is a heading."""
        line = self.lines[0] if self.lines else None
        return line if line and is_heading(line) else None


def is_heading(line: Line) -> bool:
    return any(block.kind in ("title", "heading") for block in line.blocks)


def parts(lines: Sequence[Line], footnotes: Sequence[Line]) -> list[Part]:
    """Cut the lines before each heading; footnotes go below the part in which their reading order puts them."""
    groups: list[list[Line]] = []
    for line in lines:
        if not groups or is_heading(line) or len(groups[-1]) >= 60:  # 60: what a browser lays out in one step
            groups.append([])
        groups[-1].append(line)
    if not groups and footnotes:
        groups = [[]]
    notes: list[list[Line]] = [[] for _ in groups]
    starts = [_first_order(group) for group in groups]
    for line in footnotes:
        block = line.blocks[0]
        side = 0 if line.ja else 1
        fitting = [place for place, start in enumerate(starts) if start[side] <= block.order]
        notes[fitting[-1] if fitting else 0].append(line)
    return [Part(tuple(group), tuple(below)) for group, below in zip(groups, notes, strict=True)]


def _first_order(group: Sequence[Line]) -> tuple[float, float]:
    ja = [block.order for line in group if not line.moved for block in line.ja]
    en = [block.order for line in group if not line.moved for block in line.en]
    return min(ja, default=inf), min(en, default=inf)
