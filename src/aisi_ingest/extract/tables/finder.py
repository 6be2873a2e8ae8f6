"""Tables of a page: from its lines, from coloured backgrounds, and from aligned columns.

A cell's text comes from the same lines as all other text (``lines``). Merged cells are repeated in every
row and column they cover, so that all rows have the same length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.tables import borderless, rules
from aisi_ingest.extract.tables import grid as grids
from aisi_ingest.extract.tables.cells import cell_texts, header_rows
from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.row_bands import parted
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

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
    covers: Array = page.rules[:0]
    ruled: list[Grid] = []
    filled: list[Grid] = []
    if len(page.rules) > 1:
        covers = rules.covers_on(page)
        ruled = grids.grids(page, covers)
        filled = grids.fill_grids(page, [Box(*_corners(found)) for found in ruled])
    place: CharIndex | None = None
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
    loose: list[tuple[str, Grid]] = []
    if len(page.rules) > 1:
        loose += [("rules", found) for found in borderless.rule_grids(page, taken)]
        loose += [("fills", found) for found in borderless.ground_grids(page, [*taken, *_boxes(loose)])]
    loose += [("columns", found) for found in borderless.column_grids(page, [*taken, *_boxes(loose)])]
    for how, found in loose:
        place = place or _place(page, covers)
        table = _read(page, place, found, how, before)
        if table is not None:
            out.append(table)
    return sorted(out, key=lambda table: (table.bbox.top, table.bbox.x0))


def _boxes(found: Sequence[tuple[str, Grid]]) -> list[Box]:
    return [Box(*_corners(one)) for _, one in found]


@dataclass(frozen=True, slots=True, eq=False)
class CharIndex:
    """Where the characters stand that may belong to a table: visible, and in no box over the grid."""

    index: Array  # into Page.chars
    x: Array  # middle
    y: Array
    inked: Array  # no blank
    word: Array  # number of the word

    def inside(self, x0: float, top: float, x1: float, bottom: float) -> Array:
        return np.flatnonzero((self.x > x0) & (self.x < x1) & (self.y > top) & (self.y < bottom))


def _place(page: Page, covers: Array) -> CharIndex:
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
    return CharIndex(index, x, y, inked, word)


def _unnested(place: CharIndex, found: list[Grid]) -> tuple[list[Grid], list[Grid]]:
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
    near = rules.NEAR
    return a[0] - near <= b[0] and a[1] - near <= b[1] and a[2] + near >= b[2] and a[3] + near >= b[3]


def _squares(found: Grid, place: CharIndex, own: Array) -> tuple[Array, Array]:
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
    page: Page, place: CharIndex, found: Grid, how: str, before: FoundTable | None, apart: Sequence[Grid] = ()
) -> FoundTable | None:
    """The grid with its text; None where it is a box around prose, a figure, or empty.

    What stands in the grids ``apart`` is none of its text.
    """
    own = place.inside(*_corners(found))
    for other in apart:
        own = np.setdiff1d(own, place.inside(*_corners(other)))
    if not len(own):
        return None
    if how == "lines":
        found = parted(page, place.index[own[place.inked[own]]], found)
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
    goes_on = False
    if before is not None and not before.text_below and not around["text_above"]:
        spread = _columns_within(before.columns, found.xs)
        if spread is not None:
            goes_on, borders, cells = True, before.columns, found.cells[np.ix_(rows, spread)]
    if not _is_table(cells, cell[inked]) and not goes_on:
        return None
    if rules.figure_like(page, box):
        return None
    cells = _upright(cells, page.chars["angle"][index[inked]])
    boxes = _cell_boxes(found)
    texts, bold = cell_texts(page, index, cell, boxes)
    boxes = {number: boxes[number] for number in np.unique(cells).tolist()}
    return FoundTable(
        page=page.number,
        bbox=box,
        rows=tuple(tuple(texts.get(number, "") for number in line) for line in cells.tolist()),
        header_rows=header_rows(page, cells, boxes, texts, bold),
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


def _columns_within(wanted: tuple[float, ...], xs: Array) -> Array | None:
    """For each of the columns wanted the one of a grid that it lies in; None where the grid's lines are others.

    The rows on a new page may happen to have merged columns alone.
    """
    places = np.array(wanted)
    if abs(places[0] - xs[0]) > rules.NEAR or abs(places[-1] - xs[-1]) > rules.NEAR:
        return None
    if np.abs(xs[:, None] - places[None]).min(1).max() > rules.NEAR:
        return None
    return np.asarray(np.searchsorted(xs, (places[1:] + places[:-1]) / 2) - 1)


def _same_columns(some: tuple[float, ...], others: tuple[float, ...]) -> bool:
    return len(some) == len(others) and all(abs(a - b) <= rules.NEAR for a, b in zip(some, others, strict=True))
