"""Arrange aligned blocks in lines: which block of one language is beside which block of the other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import inf

from msgspec import Struct

from aisi_ingest.publish.schema import AlignmentRow, BlockRow

_MAX_PART_LINES = 60  # a browser lays out so many lines in one step


class Line(Struct, frozen=True):
    """Blocks that are shown side by side; one side may be empty."""

    ja: tuple[BlockRow, ...] = ()
    en: tuple[BlockRow, ...] = ()
    bead: AlignmentRow | None = None
    moved: bool = False  # the English block has another place in its own document

    @property
    def blocks(self) -> tuple[BlockRow, ...]:
        """The blocks of both sides."""
        return self.ja + self.en

    @property
    def is_comparable(self) -> bool:
        """False for lines of a table of contents: they are not aligned, so nothing is missing beside them."""
        return any(block.kind != "contents" for block in self.blocks)


def line_up(ja: Sequence[BlockRow], en: Sequence[BlockRow], beads: Iterable[AlignmentRow]) -> list[Line]:
    """Arrange the blocks of two documents in lines, in Japanese order.

    Where pairs cross, those of the longest run that is in order in both documents keep their place. The English blocks
    of the others are shown beside their Japanese blocks, and their lines are marked as moved.

    Args:
        ja: The Japanese blocks in reading order.
        en: The English blocks in reading order.
        beads: The aligned blocks. Blocks in none of them get a line of their own.
    """
    index = {block.id: number for side in (ja, en) for number, block in enumerate(side)}
    pairs = _pairs(ja, en, beads)
    pairs.sort(key=lambda line: index[line.ja[0].id])
    paired = {block.id for line in pairs for block in line.blocks}
    in_order = _longest_increasing([index[line.en[0].id] for line in pairs])
    moved = {line.ja[0].id: line for number, line in enumerate(pairs) if number not in in_order}
    lines: list[Line] = []
    next_ja = next_en = 0

    def add_until(ja_end: int, en_end: int) -> None:
        """Add the blocks before these positions that no line has yet."""
        nonlocal next_ja, next_en
        for block in ja[next_ja:ja_end]:
            if block.id in moved:
                line = moved[block.id]
                lines.append(Line(line.ja, line.en, line.bead, moved=True))
            elif block.id not in paired:
                lines.append(Line(ja=(block,)))
        lines.extend(Line(en=(block,)) for block in en[next_en:en_end] if block.id not in paired)
        next_ja, next_en = max(next_ja, ja_end), max(next_en, en_end)

    for number, line in enumerate(pairs):
        if number in in_order:
            ja_start, en_start = index[line.ja[0].id], index[line.en[0].id]
            add_until(ja_start, en_start)
            lines.append(line)
            next_ja, next_en = max(next_ja, ja_start + 1), max(next_en, en_start + 1)
    add_until(len(ja), len(en))
    return lines


def _pairs(ja: Sequence[BlockRow], en: Sequence[BlockRow], beads: Iterable[AlignmentRow]) -> list[Line]:
    """Return a line for each bead with blocks on both sides; a block belongs to its first bead."""
    by_id = {block.id: block for block in (*ja, *en)}
    pairs: list[Line] = []
    used: set[str] = set()
    for bead in beads:
        left = tuple(by_id[each] for each in bead.ja if each in by_id and each not in used)
        right = tuple(by_id[each] for each in bead.en if each in by_id and each not in used)
        if left and right:
            used.update(block.id for block in left + right)
            pairs.append(Line(left, right, bead))
    return pairs


def _longest_increasing(values: Sequence[int]) -> set[int]:
    """Return the indices of a longest strictly increasing subsequence (patience sorting, n log n)."""
    tails: list[int] = []  # smallest last value of an increasing subsequence of each length
    ends: list[int] = []  # index of that value
    before: list[int | None] = []  # index of the value before each value in its subsequence
    for index, value in enumerate(values):
        length = bisect_left(tails, value)
        before.append(ends[length - 1] if length else None)
        if length == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[length], ends[length] = value, index
    indices: set[int] = set()
    current = ends[-1] if ends else None
    while current is not None:
        indices.add(current)
        current = before[current]
    return indices


class Part(Struct, frozen=True):
    """A heading with the lines below it, and their footnotes."""

    lines: tuple[Line, ...]
    footnotes: tuple[Line, ...] = ()

    @property
    def heading(self) -> Line | None:
        """The first line of the part, if it is a heading."""
        line = self.lines[0] if self.lines else None
        return line if line and is_heading(line) else None


def is_heading(line: Line) -> bool:
    """Return True where one of the blocks of a line is a title or a heading."""
    return any(block.kind in ("title", "heading") for block in line.blocks)


def parts(lines: Sequence[Line], footnotes: Sequence[Line]) -> list[Part]:
    """Divide the lines before each heading. Footnotes are added to the part that contains their reading order."""
    groups: list[list[Line]] = []
    for line in lines:
        if not groups or is_heading(line) or len(groups[-1]) >= _MAX_PART_LINES:
            groups.append([])
        groups[-1].append(line)
    if not groups and footnotes:
        groups = [[]]
    notes: list[list[Line]] = [[] for _ in groups]
    starts = [_first_order(group) for group in groups]
    for line in footnotes:
        block = line.blocks[0]
        side = 0 if line.ja else 1
        before = [number for number, start in enumerate(starts) if start[side] <= block.order]
        notes[before[-1] if before else 0].append(line)
    return [Part(tuple(group), tuple(below)) for group, below in zip(groups, notes, strict=True)]


def _first_order(group: Sequence[Line]) -> tuple[float, float]:
    """Return the smallest reading order of a group on each side; infinite where a side is empty."""
    ja = [block.order for line in group if not line.moved for block in line.ja]
    en = [block.order for line in group if not line.moved for block in line.en]
    return min(ja, default=inf), min(en, default=inf)
