"""Tables of a page: from its lines, from coloured backgrounds, and from aligned columns.

A cell's text comes from the same lines as all other text (``lines``). Merged cells are repeated in every
row and column they cover, so that all rows have the same length.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract import aligned
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


def find_tables(page: Page, before: FoundTable | None = None) -> list[FoundTable]:
    """Tables of a page, from its top.

    ``before`` is the last table of the page before: a single row at the page's top with its columns goes on
    from it, and is a box otherwise.
    """
    covers = grids.covers_on(page)
    ruled = grids.grids(page, covers)
    filled = grids.fill_grids(page, [Box(*_corners(found)) for found in ruled])
    place: _Place | None = None
    out: list[FoundTable] = []
    if ruled or filled:
        place = _place(page, covers)
        ruled, apart = _unnested(place, ruled)
        marked = [("lines", found) for found in ruled] + [("fills", found) for found in filled]
        for how, found in marked:
            inside = [one for one in apart if one is not found and _holds(found, one)]
            table = _read(page, place, found, how, before, inside)
            if table is not None:
                out.append(table)
        out = _outermost(out)
        for found in apart:
            table = _read(page, place, found, "lines", before)
            if table is not None:
                out.append(table)
    taken = [table.bbox for table in out] + [Box(*_corners(found)) for found in ruled]
    loose = [("rules", found) for found in aligned.rule_grids(page, taken)]
    loose += [("fills", found) for found in aligned.ground_grids(page, [*taken, *_boxes(loose)])]
    loose += [("columns", found) for found in aligned.column_grids(page, [*taken, *_boxes(loose)])]
    for how, found in loose:
        place = place or _place(page, covers)
        table = _read(page, place, found, how, before)
        if table is not None:
            out.append(table)
    return sorted(out, key=lambda table: (table.bbox.top, table.bbox.x0))


def _boxes(found: Sequence[tuple[str, Grid]]) -> list[Box]:
    return [Box(*_corners(one)) for _, one in found]


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where the characters stand that may belong to a table: visible, and in no box over the grid."""

    index: Array  # into Page.chars
    x: Array  # middle
    y: Array
    inked: Array  # no blank
    word: Array  # number of the word

    def inside(self, x0: float, top: float, x1: float, bottom: float) -> Array:
        return np.flatnonzero((self.x > x0) & (self.x < x1) & (self.y > top) & (self.y < bottom))


def _place(page: Page, covers: Array) -> _Place:
    chars = page.chars
    x, y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
    free = ~chars["hidden"]
    for cover in covers:
        over = (x > cover["x0"]) & (x < cover["x1"]) & (y > cover["top"]) & (y < cover["bottom"])
        free &= ~(over & (chars["order"] > cover["order"]))
    index = np.flatnonzero(free)
    chars, x, y = chars[index], x[index].astype(float), y[index].astype(float)
    inked = chars["code"] > 0x20
    em = chars["size"][1:]
    gap = chars["x0"][1:] - chars["x1"][:-1]
    goes_on = (np.abs(np.diff(chars["origin_y"])) < 0.1 * em) & (np.abs(gap) < 0.2 * em) & inked[1:] & inked[:-1]
    word = np.cumsum(np.concatenate((np.ones(min(1, len(index)), bool), ~goes_on)))
    return _Place(index, x, y, inked, word)


def _unnested(place: _Place, found: list[Grid]) -> tuple[list[Grid], list[Grid]]:
    """Grids inside a cell of another become rows and columns of it; those that text flows around stay apart."""
    apart: list[Grid] = []
    found = sorted(found, key=lambda grid: (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0]))
    out: list[Grid] = []
    while found:
        inner = found.pop(0)
        for i, outer in enumerate(found):
            if not _holds(outer, inner):
                continue
            rows, columns = _squares(inner, place, place.inside(*_corners(inner)))
            if not _is_table(inner.cells, inner.cells[rows, columns]):
                break  # a frame inside a cell: its text is the cell's
            middle_x, middle_y = (inner.xs[0] + inner.xs[-1]) / 2, (inner.ys[0] + inner.ys[-1]) / 2
            row, column = np.searchsorted(outer.ys, middle_y) - 1, np.searchsorted(outer.xs, middle_x) - 1
            cell = _cell_boxes(outer)[int(outer.cells[row, column])]
            left = place.inside(cell.x0, inner.ys[0], inner.xs[0], inner.ys[-1])
            right = place.inside(inner.xs[-1], inner.ys[0], cell.x1, inner.ys[-1])
            if place.inked[left].any() or place.inked[right].any():
                apart.append(inner)
                break
            above = place.inside(cell.x0, cell.top, cell.x1, inner.ys[0])
            below = place.inside(cell.x0, inner.ys[-1], cell.x1, cell.bottom)
            both = grids.nested(outer, inner, bool(place.inked[above].any()), bool(place.inked[below].any()))
            if both is not None:
                found[i] = both
            break
        else:
            out.append(inner)
    return out, apart


def _corners(found: Grid) -> tuple[float, float, float, float]:
    return float(found.xs[0]), float(found.ys[0]), float(found.xs[-1]), float(found.ys[-1])


def _holds(outer: Grid, inner: Grid) -> bool:
    a, b = _corners(outer), _corners(inner)
    near = grids.NEAR
    return a[0] - near <= b[0] and a[1] - near <= b[1] and a[2] + near >= b[2] and a[3] + near >= b[3]


def _squares(found: Grid, place: _Place, own: Array) -> tuple[Array, Array]:
    """Row and column of each inked character of ``own``."""
    own = own[place.inked[own]]
    return np.searchsorted(found.ys, place.y[own]) - 1, np.searchsorted(found.xs, place.x[own]) - 1


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


def _read(
    page: Page, place: _Place, found: Grid, how: str, before: FoundTable | None, apart: Sequence[Grid] = ()
) -> FoundTable | None:
    """The grid with its text; None where it is a box around prose, a figure, or empty.

    What stands in the grids ``apart`` is none of its text.
    """
    own = place.inside(*_corners(found))
    for other in apart:
        own = np.setdiff1d(own, place.inside(*_corners(other)))
    if not len(own):
        return None
    row, column = np.searchsorted(found.ys, place.y[own]) - 1, np.searchsorted(found.xs, place.x[own]) - 1
    cell = _whole_words(found.cells[row, column], place.word[own])
    inked = place.inked[own]
    index = place.index[own]
    if _cut_through(cell, place.word[own]):
        return None
    rows, columns = _kept(found, row[inked], column[inked], float(np.median(page.chars["size"][index])))
    if not len(rows) or not len(columns):
        return None
    cells = found.cells[np.ix_(rows, columns)]
    borders = tuple(round(float(value), 1) for value in (*found.xs[columns], found.xs[columns[-1] + 1]))
    box = Box(*_corners(found))
    around = _surroundings(page, box)
    goes_on = before is not None and not around["text_above"] and _same_columns(before.columns, borders)
    if not _is_table(cells, cell[inked]) and not goes_on:
        return None
    if grids.figure_like(page, box):
        return None
    cells = _upright(cells, page.chars["angle"][index[inked]])
    boxes = _cell_boxes(found)
    texts, bold = _texts(page, index, cell, boxes)
    boxes = {number: boxes[number] for number in np.unique(cells).tolist()}
    return FoundTable(
        page=page.number,
        bbox=box,
        rows=tuple(tuple(texts.get(number, "") for number in line) for line in cells.tolist()),
        header_rows=_header_rows(page, cells, boxes, texts, bold),
        chars=index,
        cells=tuple(tuple(boxes[number] for number in line) for line in cells.tolist()),
        columns=borders,
        how=how,
        **around,
    )


def _upright(cells: Array, angle: Array) -> Array:
    """The cells as the text reads, where a whole table is turned on its page."""
    turned = np.round(angle / 90).astype(int) % 4
    for quarter, turn in ((1, 3), (2, 2), (3, 1)):  # text that runs up is upright after three turns to the left
        if (turned == quarter).mean() > 0.8:
            return np.rot90(cells, turn)
    return cells


def _cut_through(cell: Array, word: Array) -> bool:
    """Whether the grid's lines run through words: then they are a picture behind text, and no cells."""
    inside = np.diff(word) == 0
    cut = (np.diff(cell) != 0) & inside
    return bool(cut.sum() > max(2, 0.02 * inside.sum()))


def _whole_words(cell: Array, word: Array) -> Array:
    """The cell of each character; a letter or two of a word that stick out go with the rest of it."""
    cell = cell.copy()
    changes = np.flatnonzero((np.diff(cell) != 0) & (np.diff(word) == 0))
    for number in np.unique(word[changes]).tolist():
        members = np.flatnonzero(word == number)
        cells, counts = np.unique(cell[members], return_counts=True)
        if counts.sum() - counts.max() <= min(2, 0.3 * counts.sum()):
            cell[members] = cells[counts.argmax()]
    return cell


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
    """Whether text stands in two rows and two columns at the least: anything less is a box, or boxes.

    Cells that go through all rows or all columns do not count: they label the rest.
    """
    filled = np.isin(cells, used)
    across = (cells == cells[:, :1]).all(1) & (cells.shape[1] > 1)
    down = (cells == cells[:1]).all(0)
    inner, written = cells[~across][:, ~down], filled[~across][:, ~down]
    if inner.shape[0] < 2 or inner.shape[1] < 2 or written.any(1).sum() < 2 or written.any(0).sum() < 2:
        return False
    numbers = np.unique(cells)
    return bool(np.isin(numbers, used).sum() >= max(3, 0.25 * len(numbers)))


def _cell_boxes(found: Grid) -> dict[int, Box]:
    """The box of each cell, merged ones whole."""
    xs, ys = found.xs.tolist(), found.ys.tolist()
    spans: dict[int, tuple[int, int, int, int]] = {}
    for i, row in enumerate(found.cells.tolist()):
        for j, number in enumerate(row):
            left, top, right, bottom = spans.get(number, (j, i, j, i))
            spans[number] = (min(left, j), min(top, i), max(right, j), max(bottom, i))
    return {
        number: Box(xs[left], ys[top], xs[right + 1], ys[bottom + 1])
        for number, (left, top, right, bottom) in spans.items()
    }


def _texts(page: Page, index: Array, cell: Array, boxes: dict[int, Box]) -> tuple[dict[int, str], dict[int, bool]]:
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
    blank = np.cumsum(chars["code"] <= 0x20)
    for line in lines_of(dataclasses.replace(page, chars=chars), index):
        lines[of[int(line.chars[0])]].append(line)
    texts, bold = {}, {}
    ends = {n: [int(blank[b.chars[0]]) > int(blank[a.chars[-1]]) for a, b in pairwise(own)] for n, own in lines.items()}
    writes_blanks = any(map(any, ends.values()))  # not every program writes one where a line ends
    for number, own in lines.items():
        if own:
            texts[number] = cell_text(own, [True, *ends[number]], boxes[number], writes_blanks)
            bold[number] = all(line.bold for line in own)
    return texts, bold


_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]*$")
_ADDRESS_STARTS = re.compile(r"https?://|www\.")
_TOKEN = re.compile(r"[!-~\u00c0-\u024f\u2010-\u2027]+")
_BULLET = re.compile("^[・•●○◯⚫▪■□◆◇➢➤✓✔‣◦\uf000-\uf0ff\uff65][ \u3000]*")


def cell_text(lines: Sequence[Line], spaced: Sequence[bool], box: Box, writes_blanks: bool) -> str:
    """The lines of a cell as one text: addresses and words that the cell's width broke are whole again.

    Bullet signs are out of the text; list items and addresses are set off by a blank. ``spaced`` says
    whether the file has a blank before a line: then a word ended there. ``writes_blanks`` says whether the
    file has them at all: only then their absence means something.
    """
    paragraphs: list[list[str]] = []
    before: Line | None = None
    for line, blank in zip(lines, spaced, strict=True):
        text = _BULLET.sub("", line.text)
        said = paragraphs[-1][-1] if paragraphs else ""
        if before is None or text != line.text or _ADDRESS_STARTS.match(text):
            paragraphs.append([text])
        elif not said or (not blank and _broken(said, before, line, box, writes_blanks)):
            paragraphs[-1][-1] += text
        elif _ADDRESS.search(said):
            paragraphs.append([text])
        elif abs(line.baseline - before.baseline) < 0.3 * line.size and line.direction == before.direction:
            paragraphs[-1][-1] += " " + text  # a wide gap inside one line
        else:
            paragraphs[-1].append(text)
        before = line
    return " ".join(filter(None, map(join_lines, paragraphs)))


def _broken(said: str, before: Line, line: Line, box: Box, writes_blanks: bool) -> bool:
    """Whether a line goes on with the rest of the word or address that the line before began."""
    if before.direction != "right" or line.direction != "right" or line.baseline <= before.baseline:
        return False
    head, tail = _TOKEN.match(line.text), _TOKEN.match(before.text.split(" ")[-1])
    if head is None or tail is None or is_wide(before.text[-1]):
        return False
    step = (line.box.x1 - line.box.x0) / max(1, len(line.text))  # width of a character, about
    margin = max(0.0, min(before.box.x0, line.box.x0) - box.x0)
    room = box.x1 - margin - before.box.x1
    if _ADDRESS.search(said):
        return said[-1] in "-/_.?=&%#" or room < (len(head.group()) + 1) * step
    # A word is broken only where it does not fit into a line of its own.
    alone = writes_blanks and tail.group() == before.text and before.text[-1].isalpha() and line.text[0].islower()
    together = before.box.x1 - before.box.x0 + len(head.group()) * step
    return alone and room < 1.5 * step and together > box.x1 - box.x0 - 2 * margin - 0.5 * step


def _header_rows(page: Page, cells: Array, boxes: dict[int, Box], texts: dict[int, str], bold: dict[int, bool]) -> int:
    """Rows at the top that are set apart from the rest: bold throughout, or on another background."""
    count = len(cells)
    if count < 2:
        return 0
    grounds = _grounds(page, boxes)
    looks = [_look(row, grounds, texts, bold) for row in cells.tolist()]
    body = looks[count // 2 :]
    body_bold = sum(strong for strong, _ in body) * 2 > len(body)
    body_colors = {color for _, colors in body for color in colors}

    def apart(strong: bool, colors: frozenset[int]) -> bool:
        return (strong and not body_bold) or (0 not in colors and not colors & body_colors)

    first = 0
    while first < min(4, count // 2) and apart(*looks[first]):
        first += 1
    if first:  # a heading that goes down over rows takes them along
        below = int(np.argwhere(np.isin(cells, cells[:first]))[:, 0].max())
        if below < min(4, count - 1):
            first = max(first, below + 1)
    return first


def _look(
    row: list[int], grounds: dict[int, int], texts: dict[int, str], bold: dict[int, bool]
) -> tuple[bool, frozenset[int]]:
    """Whether a row is bold throughout, and the colours behind its cells."""
    written = [number for number in dict.fromkeys(row) if texts.get(number)]
    return bool(written) and all(bold[number] for number in written), frozenset(grounds[number] for number in row)


def _grounds(page: Page, boxes: dict[int, Box]) -> dict[int, int]:
    """The colour behind each cell; 0 is white."""
    fills = page.rules[page.rules["kind"] == FILL]
    if not len(fills):
        return dict.fromkeys(boxes, 0)
    x = np.array([(box.x0 + box.x1) / 2 for box in boxes.values()])[:, None]
    y = np.array([(box.top + box.bottom) / 2 for box in boxes.values()])[:, None]
    under = (fills["x0"] < x) & (fills["x1"] > x) & (fills["top"] < y) & (fills["bottom"] > y)
    last = len(fills) - 1 - under[:, ::-1].argmax(1)
    color = np.where(under.any(1), fills["color"][last] >> 8, 0xFFFFFF)
    return {number: 0 if value == 0xFFFFFF else value for number, value in zip(boxes, color.tolist(), strict=True)}


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
    return {
        i: i - 1
        for i in range(1, len(tables))
        if tables[i].page == tables[i - 1].page + 1
        and not tables[i - 1].text_below
        and not tables[i].text_above
        and _same_columns(tables[i - 1].columns, tables[i].columns)
    }


def _same_columns(some: tuple[float, ...], others: tuple[float, ...]) -> bool:
    return len(some) == len(others) and all(abs(a - b) <= grids.NEAR for a, b in zip(some, others, strict=True))
