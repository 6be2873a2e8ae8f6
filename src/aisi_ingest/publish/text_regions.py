"""The rectangles of a part of a block's text, from the runs of its characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from msgspec import Struct

from aisi_ingest.model import Block, Box, ReadingDirection, Table, TextRun
from aisi_ingest.publish.boxes import Sides, box_on_page
from aisi_ingest.publish.schema_fields import RegionField
from aisi_ingest.publish.table_places import TablePlaces

_SAME_LINE = 0.5  # share of the height of the lower run that two runs of one line share
_RETURN = 0.5  # of the height of a line: text that continues higher than this above it is in another column

Sizes = tuple[tuple[float, float], ...]
"""Width and height of each page, in points."""


class TextPlaces(Struct, frozen=True):
    """Where the text of one block is.

    Attributes:
        regions: Of the whole block.
        runs: Of its characters, in the order of the text. Empty if they are not known.
        sizes: The sizes of the pages.
        cells: For a table the place of each square in the text, and the regions of the cells by row and column.
    """

    regions: tuple[RegionField, ...]
    runs: tuple[TextRun, ...]
    sizes: Sizes
    cells: tuple[TablePlaces, Mapping[tuple[int, int], tuple[RegionField, ...]]] | None = None

    def lines(self, start: int, end: int) -> tuple[RegionField, ...]:
        """Return one rectangle for each line of ``text[start:end]``, exact to the character.

        Without known characters these are the regions of the table's cell, or of the block.
        """
        found = _lines(_parts(self.runs, start, end))
        if found:
            return tuple(RegionField(page=page, bbox=self._on_page(page, box)) for page, box, _ in found)
        if self.cells is not None:
            places, regions = self.cells
            return regions.get(places.at(start)) or self.regions
        return self.regions

    def columns(self, start: int, end: int) -> tuple[RegionField, ...]:
        """Return one rectangle for each page and column that ``text[start:end]`` runs over."""
        found = _columns(_lines(_parts(self.runs, start, end)))
        if not found:
            return self.lines(start, end)
        return tuple(RegionField(page=page, bbox=self._on_page(page, box)) for page, box in found)

    def _on_page(self, page: int, box: Box) -> Sides:
        return box_on_page(box, *self.sizes[page - 1])


_Part = tuple[int, Box, ReadingDirection]
"""A page, a box on it, and the direction of reading."""


def block_regions(block: Block, first: RegionField, table: Table | None, sizes: Sizes) -> tuple[RegionField, ...]:
    """Return the rectangles of a block, one for each page and column that it runs over.

    Args:
        block: The block.
        first: Its page and its box, which is the first rectangle.
        table: The table, if it is one: its cells tell the pages that it is on.
        sizes: The sizes of the pages.
    """
    if table is not None:
        parts = [(region.page, region.bbox) for cell in table.cells for region in cell.regions]
        found = [(page, _around(box for own, box in parts if own == page)) for page in sorted({p for p, _ in parts})]
        found = [part for part in found if part[0] != first.page]
    else:
        found = _columns(_lines((run.page, run.box, run.direction) for run in block.runs))[1:]
    return (first, *(RegionField(page=page, bbox=box_on_page(box, *sizes[page - 1])) for page, box in found))


def _parts(runs: Sequence[TextRun], start: int, end: int) -> Iterable[_Part]:
    for run in runs:
        first, last = max(start, run.start), min(end, run.end)
        if first < last:
            yield run.page, _part_of(run, first - run.start, last - run.start), run.direction


def _part_of(run: TextRun, first: int, last: int) -> Box:
    """Return the box of the characters of a run from ``first`` up to ``last``, that excluded."""
    if not run.advances:
        return run.box
    edges = [0, *accumulate(run.advances)]
    before, after = edges[first] * run.unit, (edges[-1] - edges[last]) * run.unit
    box = run.box
    if run.direction == "right":
        return Box(box.x0 + before, box.top, box.x1 - after, box.bottom)
    if run.direction == "left":
        return Box(box.x0 + after, box.top, box.x1 - before, box.bottom)
    if run.direction == "down":
        return Box(box.x0, box.top + before, box.x1, box.bottom - after)
    return Box(box.x0, box.top + after, box.x1, box.bottom - before)


def _lines(parts: Iterable[_Part]) -> list[_Part]:
    """Join the parts of one line: a mark of a note, which is not in the text, divides it."""
    found: list[_Part] = []
    for page, box, direction in parts:
        if found and found[-1][0] == page and found[-1][2] == direction and _in_one_line(found[-1][1], box, direction):
            found[-1] = (page, _around((found[-1][1], box)), direction)
        else:
            found.append((page, box, direction))
    return found


def _in_one_line(before: Box, after: Box, direction: ReadingDirection) -> bool:
    """Return whether a box continues the line of the box before it."""
    (start, end), (other_start, other_end) = _across(before, direction), _across(after, direction)
    if min(end, other_end) - max(start, other_start) < _SAME_LINE * (other_end - other_start):
        return False
    ahead = {
        "right": after.x0 - before.x0,
        "left": before.x1 - after.x1,
        "down": after.top - before.top,
        "up": before.bottom - after.bottom,
    }
    return ahead[direction] > 0


def _across(box: Box, direction: ReadingDirection) -> tuple[float, float]:
    """Return the sides of a box across the direction of reading; they grow from line to line."""
    if direction == "right":
        return box.top, box.bottom
    if direction == "left":
        return -box.bottom, -box.top
    if direction == "down":
        return -box.x1, -box.x0
    return box.x0, box.x1


def _columns(lines: Iterable[_Part]) -> list[tuple[int, Box]]:
    """Join the lines of one column: a new one begins on a new page, and where the text goes back up."""
    found: list[tuple[int, Box]] = []
    last: _Part | None = None
    for page, box, direction in lines:
        if last is not None and last[0] == page and not _goes_back(last[1], box, direction):
            found[-1] = (page, _around((found[-1][1], box)))
        else:
            found.append((page, box))
        last = (page, box, direction)
    return found


def _goes_back(before: Box, after: Box, direction: ReadingDirection) -> bool:
    start, end = _across(before, direction)
    return _across(after, direction)[0] < start - _RETURN * (end - start)


def _around(boxes: Iterable[Box]) -> Box:
    x0, top, x1, bottom = zip(*((box.x0, box.top, box.x1, box.bottom) for box in boxes), strict=True)
    return Box(min(x0), min(top), max(x1), max(bottom))
