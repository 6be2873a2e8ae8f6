"""Find the tables of a page and read the text of their cells.

Tables are found by their lines, by coloured backgrounds, and by aligned columns. The text of a cell is grouped into
lines in the same way as all other text (``lines``). The text of a merged cell is repeated in every row and column
that the cell covers, so that all rows have the same length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.geometry import area, contains
from aisi_ingest.extract.lines.arrays import is_inked
from aisi_ingest.extract.tables import grid as grids
from aisi_ingest.extract.tables.backgrounds import find_overlays, is_drawing
from aisi_ingest.extract.tables.banded import banded_grids
from aisi_ingest.extract.tables.borderless import column_grids
from aisi_ingest.extract.tables.cells import cell_texts, header_rows
from aisi_ingest.extract.tables.char_index import CharIndex, char_index, cuts_words, whole_words
from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.merged_cells import split_merged_cells
from aisi_ingest.extract.tables.row_bands import split_bands
from aisi_ingest.extract.tables.ruled import rule_grids
from aisi_ingest.extract.tables.rules import SNAP_TOLERANCE
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

_MARGIN = 0.09  # of the page's height: the place of running heads and feet
_NESTED_TOLERANCE = 2.0  # points that a table inside another one may stick out
_FEW_BORDERS = 3  # of two columns
_NARROW = 0.7  # em: an empty row or column this narrow is the gap of a double line
_TURNED_SHARE = 0.8  # of the characters: the whole table is turned on its page
# What is a table: text in at least this many rows, columns and cells.
_FEWEST_ROWS = 2
_FEWEST_COLUMNS = 2
_FEWEST_CELLS = 3
_FILLED_SHARE = 0.25
# Quarter turns of text, and the number of turns to the left that bring the cells into the order of the text.
_UPRIGHT_TURNS = ((1, 3), (2, 2), (3, 1))


@dataclass(frozen=True, slots=True, eq=False)
class FoundTable:
    """A table on one page.

    Attributes:
        page: Page number, from 1.
        bbox: Place on the page.
        rows: Texts of the cells; all rows have the same length, and merged cells are repeated.
        header_rows: Number of header rows.
        chars: Indices into ``Page.chars`` of the characters in the table.
        cells: For each text in ``rows`` the box of its whole merged cell.
        columns: Borders of the columns, in points.
        how: What showed the table: "lines", "fills", "rules" or "columns".
        text_above: Number of characters between the table and the top of the page, without running heads.
        text_below: Number of characters between the table and the foot of the page, without running feet.
    """

    page: int
    bbox: Box
    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    chars: Array
    cells: tuple[tuple[Box, ...], ...]
    columns: tuple[float, ...]
    how: str
    text_above: int = 0
    text_below: int = 0


def find_tables(page: Page, before: FoundTable | None = None) -> list[FoundTable]:
    """Find the tables of a page, sorted from its top.

    Args:
        page: The page.
        before: The last table of the page before. A single row at the top of the page with the same columns
            continues it; otherwise a single row is no table.
    """
    overlays: Array = page.rules[:0]
    ruled: list[Grid] = []
    filled: list[Grid] = []
    if len(page.rules) > 1:
        overlays = find_overlays(page)
        ruled = grids.line_grids(page, overlays)
        filled = grids.background_grids(page, [grid.box for grid in ruled])
    chars: CharIndex | None = None
    tables: list[FoundTable] = []
    if ruled or filled:
        chars = char_index(page, overlays)
        ruled, separate = _nest_grids(chars, ruled)
        candidates = [("lines", grid) for grid in ruled] + [("fills", grid) for grid in filled]
        for how, grid in candidates:
            inside = [
                other for other in separate if other is not grid and contains(grid.box, other.box, SNAP_TOLERANCE)
            ]
            _add(tables, _read_table(page, chars, grid, how, before, inside))
        tables = _outermost(tables)
        for grid in separate:
            _add(tables, _read_table(page, chars, grid, "lines", before))
    if tables:
        tables = _without_parts(page, tables)
    for how, grid in _borderless_grids(page, [table.bbox for table in tables], [grid.box for grid in ruled]):
        chars = chars or char_index(page, overlays)
        _add(tables, _read_table(page, chars, grid, how, before))
    return sorted(tables, key=lambda table: (table.bbox.top, table.bbox.x0))


def _add(tables: list[FoundTable], table: FoundTable | None) -> None:
    """Append a table if there is one."""
    if table is not None:
        tables.append(table)


def _borderless_grids(page: Page, tables: list[Box], frames: list[Box]) -> list[tuple[str, Grid]]:
    """Find grids without lines around their cells, and how each was found.

    Args:
        page: The page.
        tables: Boxes of the tables found so far.
        frames: Boxes between lines that are no table by themselves. They may be a part of a table between rules, if
            that is larger than each of them.
    """
    found: list[tuple[str, Grid]] = []

    def all_taken() -> list[Box]:
        return [*tables, *frames, *(grid.box for _, grid in found)]

    if len(page.rules) > 1:
        between = rule_grids(page, tables)
        found += [
            ("rules", grid) for grid in between if not any(contains(box, grid.box, SNAP_TOLERANCE) for box in frames)
        ]
        found += [("fills", grid) for grid in banded_grids(page, all_taken())]
    found += [("columns", grid) for grid in column_grids(page, all_taken())]
    return found


def _without_parts(page: Page, tables: list[FoundTable]) -> list[FoundTable]:
    """Leave out the tables that are only a part of a larger table between rules.

    LaTeX tables often have one vertical line, beside the names of the rows: the lines of the body then seem to be a
    table of two columns.
    """
    few = [table for table in tables if table.how == "lines" and len(table.columns) <= _FEW_BORDERS]
    if not few:
        return tables
    others = [table.bbox for table in tables if table not in few]
    larger = rule_grids(page, others)
    parts = [
        table
        for table in few
        if any(
            contains(grid.box, table.bbox, SNAP_TOLERANCE)
            and len(grid.xs) > len(table.columns)
            and len(grid.ys) > len(table.rows) + 1
            for grid in larger
        )
    ]
    return [table for table in tables if table not in parts]


def _nest_grids(chars: CharIndex, found: list[Grid]) -> tuple[list[Grid], list[Grid]]:
    """Combine grids that lie in a cell of another grid with that grid.

    Returns:
        The combined grids, and the grids that stay separate because text flows around them in their cell.
    """
    separate: list[Grid] = []
    found = sorted(found, key=lambda grid: area(grid.box))
    combined: list[Grid] = []
    while found:
        inner = found.pop(0)
        i = next((i for i, outer in enumerate(found) if contains(outer.box, inner.box, SNAP_TOLERANCE)), None)
        if i is None:
            combined.append(inner)
            continue
        rows, columns = _squares(inner, chars, chars.inside(inner.box))
        if not _is_table(inner.cells, inner.cells[rows, columns]):
            continue  # a frame inside a cell: its text belongs to the cell
        outer, box = found[i], inner.box
        row, column = outer.cell_at((inner.xs[0] + inner.xs[-1]) / 2, (inner.ys[0] + inner.ys[-1]) / 2)
        cell = _cell_boxes(outer)[int(outer.cells[row, column])]
        left, right = Box(cell.x0, box.top, box.x0, box.bottom), Box(box.x1, box.top, cell.x1, box.bottom)
        if chars.has_text(left) or chars.has_text(right):
            separate.append(inner)
            continue
        above, below = Box(cell.x0, cell.top, cell.x1, box.top), Box(cell.x0, box.bottom, cell.x1, cell.bottom)
        both = grids.nest(outer, inner, chars.has_text(above), chars.has_text(below))
        if both is not None:
            found[i] = both
    return combined, separate


def _squares(grid: Grid, chars: CharIndex, members: Array) -> tuple[Array, Array]:
    """Return the row and the column in a grid of each inked character among ``members``."""
    members = members[chars.inked[members]]
    return np.searchsorted(grid.ys, chars.y[members]) - 1, np.searchsorted(grid.xs, chars.x[members]) - 1


def _outermost(tables: list[FoundTable]) -> list[FoundTable]:
    """Return the tables that do not lie in another one; of two equal ones, the first."""

    def within(inner: Box, outer: Box) -> bool:
        return contains(outer, inner, _NESTED_TOLERANCE)

    return [
        table
        for i, table in enumerate(tables)
        if not any(
            within(table.bbox, other.bbox) and (not within(other.bbox, table.bbox) or j < i)
            for j, other in enumerate(tables)
            if j != i
        )
    ]


def _read_table(
    page: Page,
    chars: CharIndex,
    grid: Grid,
    how: str,
    before: FoundTable | None,
    separate: Sequence[Grid] = (),
) -> FoundTable | None:
    """Read the text of a grid.

    Args:
        page: The page.
        chars: Its characters.
        grid: The grid.
        how: What showed the grid.
        before: The last table of the page before.
        separate: Grids inside this one whose text does not belong to it.

    Returns:
        The table; None for an empty grid, a box around prose, or a drawing.
    """
    members = chars.inside(grid.box)
    for other in separate:
        members = np.setdiff1d(members, chars.inside(other.box))
    if not len(members):
        return None
    if how == "lines":
        own = chars.index[members[chars.inked[members]]]
        split = split_bands(page, own, split_merged_cells(page, own, grid))
        if split is not grid and not _cuts_any_word(split, chars, members):
            grid = split
    row = np.searchsorted(grid.ys, chars.y[members]) - 1
    column = np.searchsorted(grid.xs, chars.x[members]) - 1
    cell = whole_words(grid.cells[row, column], chars.word[members])
    inked = chars.inked[members]
    index = chars.index[members]
    if cuts_words(cell, chars.word[members]):
        return None
    size = float(np.median(page.chars["size"][index]))
    rows, columns = _without_double_lines(grid, row[inked], column[inked], size)
    if not len(rows) or not len(columns):
        return None
    cells = grid.cells[np.ix_(rows, columns)]
    borders = tuple(round(float(value), 1) for value in (*grid.xs[columns], grid.xs[columns[-1] + 1]))
    box = grid.box
    text_above, text_below = _text_around(page, box)
    continues = False
    if before is not None and not before.text_below and not text_above:
        spread = _columns_within(before.columns, grid.xs)
        if spread is not None:
            continues, borders, cells = True, before.columns, grid.cells[np.ix_(rows, spread)]
    if not _is_table(cells, cell[inked]) and not continues:
        return None
    if is_drawing(page, box):
        return None
    cells = _turn_upright(cells, page.chars["angle"][index[inked]])
    boxes = _cell_boxes(grid)
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
        text_above=text_above,
        text_below=text_below,
    )


def _cuts_any_word(grid: Grid, chars: CharIndex, members: Array) -> bool:
    """Return whether a border between two cells runs through a word."""
    row = np.searchsorted(grid.ys, chars.y[members]) - 1
    column = np.searchsorted(grid.xs, chars.x[members]) - 1
    cell = whole_words(grid.cells[row, column], chars.word[members])
    return bool(((np.diff(cell) != 0) & (np.diff(chars.word[members]) == 0)).any())


def _turn_upright(cells: Array, angle: Array) -> Array:
    """Turn the cells into the order in which their text is read, if the whole table is turned on its page.

    Args:
        cells: Cell numbers, of shape (rows, columns).
        angle: Angles of the characters, in degrees.
    """
    turned = np.round(angle / 90).astype(int) % 4
    for quarter, turns in _UPRIGHT_TURNS:
        if (turned == quarter).mean() > _TURNED_SHARE:
            return np.rot90(cells, turns)
    return cells


def _without_double_lines(grid: Grid, row: Array, column: Array, size: float) -> tuple[Array, Array]:
    """Leave out rows and columns that are only the gap of a double line, or that merged cells make equal.

    Args:
        grid: The grid.
        row: Row of each inked character.
        column: Column of each inked character.
        size: Type size in points.

    Returns:
        Indices of the rows and of the columns that stay.
    """

    def kept(borders: Array, used: Array, cells: Array) -> Array:
        narrow = np.diff(borders) < _NARROW * size
        empty = ~np.isin(np.arange(len(borders) - 1), used)
        keep = ~(narrow & empty)
        last = None
        for i in range(len(keep)):  # a row whose cells are all merged with those of the row before adds nothing
            if keep[i]:
                if last is not None and (cells[i] == cells[last]).all():
                    keep[i] = False
                else:
                    last = i
        return np.flatnonzero(keep)

    return kept(grid.ys, row, grid.cells), kept(grid.xs, column, grid.cells.T)


def _is_table(cells: Array, used: Array) -> bool:
    """Return whether there is text in at least two rows and two columns; anything less is a box or several boxes.

    Cells that span all rows or all columns do not count, because they label the others.

    Args:
        cells: Cell numbers, of shape (rows, columns).
        used: Cell number of each inked character.
    """
    filled = np.isin(cells, used)
    spans_columns = (cells == cells[:, :1]).all(1) & (cells.shape[1] > 1)
    spans_rows = (cells == cells[:1]).all(0)
    inner, written = cells[~spans_columns][:, ~spans_rows], filled[~spans_columns][:, ~spans_rows]
    if inner.shape[0] < _FEWEST_ROWS or inner.shape[1] < _FEWEST_COLUMNS:
        return False
    if written.any(1).sum() < _FEWEST_ROWS or written.any(0).sum() < _FEWEST_COLUMNS:
        return False
    numbers = np.unique(cells)
    return bool(np.isin(numbers, used).sum() >= max(_FEWEST_CELLS, _FILLED_SHARE * len(numbers)))


def _cell_boxes(grid: Grid) -> dict[int, Box]:
    """Return the box of each cell by its number, merged squares included."""
    xs, ys = grid.xs.tolist(), grid.ys.tolist()
    spans: dict[int, tuple[int, int, int, int]] = {}
    for i, row in enumerate(grid.cells.tolist()):
        for j, number in enumerate(row):
            left, top, right, bottom = spans.get(number, (j, i, j, i))
            spans[number] = (min(left, j), min(top, i), max(right, j), max(bottom, i))
    return {
        number: Box(xs[left], ys[top], xs[right + 1], ys[bottom + 1])
        for number, (left, top, right, bottom) in spans.items()
    }


def _text_around(page: Page, box: Box) -> tuple[int, int]:
    """Count the characters above and below a box, without running heads and feet."""
    chars = page.chars[~page.chars["hidden"] & is_inked(page.chars["code"])]
    y = (chars["top"] + chars["bottom"]) / 2
    margin = _MARGIN * page.height
    above = (y > margin) & (y < box.top)
    below = (y > box.bottom) & (y < page.height - margin)
    return int(above.sum()), int(below.sum())


def _columns_within(wanted: tuple[float, ...], xs: Array) -> Array | None:
    """Return for each column of the table before the column of a grid that it lies in.

    The rows on a new page may have only merged columns.

    Args:
        wanted: Borders of the columns of the table before, in points.
        xs: Borders of the columns of the grid, in points.

    Returns:
        Indices of the columns, or None if the grid has a border at another position.
    """
    borders = np.array(wanted)
    if abs(borders[0] - xs[0]) > SNAP_TOLERANCE or abs(borders[-1] - xs[-1]) > SNAP_TOLERANCE:
        return None
    if np.abs(xs[:, None] - borders[None]).min(1).max() > SNAP_TOLERANCE:
        return None
    return np.asarray(np.searchsorted(xs, (borders[1:] + borders[:-1]) / 2) - 1)
