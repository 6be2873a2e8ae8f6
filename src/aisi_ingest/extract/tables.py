"""Tables of a page: from its lines, from coloured backgrounds, and from aligned columns.

A cell's text comes from the same lines as all other text (``lines``). Merged cells are repeated in every
row and column they cover, so that all rows have the same length.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract import grid as grids
from aisi_ingest.extract.grid import Grid
from aisi_ingest.extract.lines import Line, lines_of
from aisi_ingest.extract.marks import FILL
from aisi_ingest.model import Box
from aisi_ingest.text import is_wide, join_lines

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf import Page

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class FoundTable:
    """A table on one page."""

    page: int
    bbox: Box
    rows: tuple[tuple[str, ...], ...]  # all of equal length, merged cells repeated
    header_rows: int
    chars: Array  # indices into Page.chars of what stands in it
    cells: tuple[tuple[Box, ...], ...]  # as rows: the box of the whole merged cell
    columns: tuple[float, ...]  # borders of the columns
    how: str  # "lines", "fills", "rules" or "columns": what showed it
    text_above: int = 0  # characters between it and the page's top or foot, running heads left out
    text_below: int = 0


def find_tables(page: Page) -> list[FoundTable]:
    """Tables of a page, from its top."""
    out: list[FoundTable] = []
    covers = grids.covers_on(page)
    for found in grids.grids(page, covers):
        table = _read(page, found, "lines", covers)
        if table is not None:
            out.append(table)
    out = _outermost(out)
    for found in grids.fill_grids(page, [table.bbox for table in out]):
        table = _read(page, found, "fills", covers)
        if table is not None:
            out.append(table)
    out = _outermost(out)
    return sorted(out, key=lambda table: (table.bbox.top, table.bbox.x0))


def _outermost(tables: list[FoundTable]) -> list[FoundTable]:
    """Without tables that lie inside another one."""
    def within(a: Box, b: Box) -> bool:
        return a.x0 >= b.x0 - 2 and a.top >= b.top - 2 and a.x1 <= b.x1 + 2 and a.bottom <= b.bottom + 2

    return [
        table
        for i, table in enumerate(tables)
        if not any(
            within(table.bbox, other.bbox) and (not within(other.bbox, table.bbox) or j < i)
            for j, other in enumerate(tables)
            if j != i
        )
    ]


def _read(page: Page, found: Grid, how: str, covers: Array) -> FoundTable | None:
    """The grid with its text; None where it is a box around prose, a figure, or empty."""
    chars = page.chars
    xs, ys = found.xs, found.ys
    x, y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
    inside = (x > xs[0]) & (x < xs[-1]) & (y > ys[0]) & (y < ys[-1]) & ~chars["hidden"]
    for cover in covers:
        over = (x > cover["x0"]) & (x < cover["x1"]) & (y > cover["top"]) & (y < cover["bottom"])
        inside &= ~(over & (chars["order"] > cover["order"]))
    index = np.flatnonzero(inside)
    if not len(index):
        return None
    row, column = np.searchsorted(ys, y[index]) - 1, np.searchsorted(xs, x[index]) - 1
    inked = chars["code"][index] > 0x20
    rows, columns = _kept(found, row[inked], column[inked], float(np.median(chars["size"][index])))
    cells = found.cells[np.ix_(rows, columns)]
    if not _is_table(cells, found.cells[row[inked], column[inked]]):
        return None
    box = Box(float(xs[0]), float(ys[0]), float(xs[-1]), float(ys[-1]))
    if grids.figure_like(page, box):
        return None
    texts, bold = _texts(page, index, found.cells[row, column], found)
    boxes = {number: _box(found, number) for number in np.unique(cells).tolist()}
    text_rows = tuple(tuple(texts.get(number, "") for number in line) for line in cells.tolist())
    return FoundTable(
        page=page.number,
        bbox=box,
        rows=text_rows,
        header_rows=_header_rows(page, cells, boxes, texts, bold),
        chars=index,
        cells=tuple(tuple(boxes[number] for number in line) for line in cells.tolist()),
        columns=tuple(round(float(value), 1) for value in (*xs[columns], xs[columns[-1] + 1])),
        how=how,
        **_surroundings(page, box),
    )


def _kept(found: Grid, row: Array, column: Array, size: float) -> tuple[Array, Array]:
    """Rows and columns without those that only the gap of a double line makes."""

    def keep(borders: Array, used: Array, cells: Array) -> Array:
        narrow = np.diff(borders) < 0.7 * size
        empty = ~np.isin(np.arange(len(borders) - 1), used)
        kept = ~(narrow & empty)
        last = None
        for i in range(len(kept)):  # a row that is merged with the one before through and through adds nothing
            if kept[i]:
                if last is not None and (cells[i] == cells[last]).all():
                    kept[i] = False
                else:
                    last = i
        return np.flatnonzero(kept)

    return keep(found.ys, row, found.cells), keep(found.xs, column, found.cells.T)


def _is_table(cells: Array, used: Array) -> bool:
    rows, columns = cells.shape
    if columns < 2 or rows < 1 or (rows == 1 and columns < 3):
        return False
    filled = np.isin(cells, used)
    # Text in two rows and two columns at the least: a frame around one piece of text is a box.
    if rows > 1 and (filled.any(1).sum() < 2 or filled.any(0).sum() < 2):
        return False
    numbers = np.unique(cells)
    return bool(np.isin(numbers, used).sum() >= max(3, 0.25 * len(numbers)))


def _box(found: Grid, number: int) -> Box:
    rows, columns = np.nonzero(found.cells == number)
    return Box(
        float(found.xs[columns.min()]),
        float(found.ys[rows.min()]),
        float(found.xs[columns.max() + 1]),
        float(found.ys[rows.max() + 1]),
    )


def _texts(page: Page, index: Array, cell: Array, found: Grid) -> tuple[dict[int, str], dict[int, bool]]:
    """Text of each cell, and whether all of it is bold.

    Each cell's characters are moved to a place of their own, so that one pass over all of them makes lines
    and no line runs from one cell into the next.
    """
    chars = page.chars.copy()
    numbers, place = np.unique(cell, return_inverse=True)
    shift = (place * np.ceil(page.height * 1.5)).astype("f4")
    for name in ("top", "bottom", "origin_y"):
        chars[name][index] += shift
    of = dict(zip(index.tolist(), cell.tolist(), strict=True))
    lines: dict[int, list[Line]] = {int(number): [] for number in numbers}
    for line in lines_of(dataclasses.replace(page, chars=chars), index):
        lines[of[int(line.chars[0])]].append(line)
    texts, bold = {}, {}
    for number, own in lines.items():
        if own:
            texts[number] = cell_text(own, _box(found, number))
            bold[number] = all(line.bold for line in own)
    return texts, bold


_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]*$")
_ADDRESS_GOES_ON = re.compile(r"[!-~]+")


def cell_text(lines: Sequence[Line], box: Box) -> str:
    """The lines of a cell as one text: addresses and words that the cell's width broke are whole again."""
    pieces: list[str] = []
    before: Line | None = None
    for line in lines:
        if before is not None and pieces and _broken(before, line, box):
            pieces[-1] += line.text
        elif before is not None and pieces and abs(line.baseline - before.baseline) < 0.3 * line.size:
            pieces[-1] += " " + line.text  # a wide gap inside one line
        else:
            pieces.append(line.text)
        before = line
    return join_lines(pieces)


def _broken(before: Line, line: Line, box: Box) -> bool:
    """Whether a line goes on with the rest of the word that the line before began."""
    if before.direction != "right" or line.direction != "right" or line.baseline <= before.baseline:
        return False
    head, tail = _ADDRESS_GOES_ON.match(line.text), before.text.split(" ")[-1]
    if head is None or not tail or is_wide(tail[-1]):
        return False
    step = (line.box.x1 - line.box.x0) / max(1, len(line.text))  # width of a character, about
    left = min(before.box.x0, line.box.x0)
    room = box.x1 - (left - box.x0) - before.box.x1
    if _ADDRESS.search(before.text):
        if re.match(r"https?://|www\.", line.text):
            return False
        return room < (len(head.group()) + 1) * step
    # A word is broken only where it does not fit into a line of its own.
    alone = tail == before.text and tail.isalpha() and line.text[0].islower()
    return alone and room < 1.2 * step and (len(tail) + len(head.group())) * step > box.x1 - box.x0 - 2 * (left - box.x0)


def _header_rows(
    page: Page, cells: Array, boxes: dict[int, Box], texts: dict[int, str], bold: dict[int, bool]
) -> int:
    """Rows at the top that are set apart from the rest: bold, or on another background."""
    count = len(cells)
    if count < 2:
        return 0
    looks = [_look(page, row, boxes, texts, bold) for row in cells.tolist()]
    body = looks[-1] if count == 2 else max(set(looks[1:]), key=looks[1:].count)
    first = 0
    if looks[0] != body and any(looks[0]):
        first = 1
        while first < min(4, count - 1) and looks[first] == looks[0] and looks[first] != body:
            first += 1
        # A heading that is merged over columns or goes down over rows takes the rows below along.
        below = max(np.argwhere(np.isin(cells, cells[:first]))[:, 0].tolist())
        spanned = below + 1 if below < min(4, count - 1) else first
        first = max(first, spanned)
    return first


def _look(
    page: Page, row: list[int], boxes: dict[int, Box], texts: dict[int, str], bold: dict[int, bool]
) -> tuple[bool, int]:
    """Whether a row is bold throughout, and the colour behind it (0 where it is white or mixed)."""
    written = [number for number in dict.fromkeys(row) if texts.get(number)]
    colors = {_background(page, boxes[number]) for number in dict.fromkeys(row)}
    color = colors.pop() if len(colors) == 1 else 0
    return bool(written) and all(bold[number] for number in written), color


def _background(page: Page, box: Box) -> int:
    fills = page.rules[page.rules["kind"] == FILL]
    x, y = (box.x0 + box.x1) / 2, (box.top + box.bottom) / 2
    under = (fills["x0"] < x) & (fills["x1"] > x) & (fills["top"] < y) & (fills["bottom"] > y)
    if not under.any():
        return 0
    color = int(fills["color"][under][-1])
    return 0 if color >> 8 == 0xFFFFFF else color >> 8


def _surroundings(page: Page, box: Box) -> dict[str, int]:
    chars = page.chars[~page.chars["hidden"] & (page.chars["code"] > 0x20)]
    y = (chars["top"] + chars["bottom"]) / 2
    margin = 0.09 * page.height  # running heads and feet stand there
    return {
        "text_above": int(((y > margin) & (y < box.top)).sum()),
        "text_below": int(((y > box.bottom) & (y < page.height - margin)).sum()),
    }


def join_over_pages(tables: Sequence[FoundTable]) -> dict[int, int]:
    """Which table goes on from which: index of the later part to index of the one before it.

    A table goes on where it is the last thing on one page and the first on the next, and its columns stand
    at the same places.
    """
    out: dict[int, int] = {}
    for i, (before, table) in enumerate(zip(tables, tables[1:], strict=False)):
        if table.page != before.page + 1 or before.text_below or table.text_above:
            continue
        if len(before.columns) != len(table.columns):
            continue
        if max(abs(a - b) for a, b in zip(before.columns, table.columns, strict=True)) <= grids.NEAR:
            out[i + 1] = i
    return out
