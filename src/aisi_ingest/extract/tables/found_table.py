"""Read the cells of a grid as a table, or find that the grid is none.

The text of a cell is grouped into lines in the same way as all other text (``lines``). The text of a merged cell is
repeated in every row and column that the cell covers, so that all rows have the same length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from aisi_ingest.extract.lines.arrays import is_inked
from aisi_ingest.extract.tables.backgrounds import is_drawing
from aisi_ingest.extract.tables.cells import cell_texts
from aisi_ingest.extract.tables.char_index import CharIndex, cuts_words, whole_words
from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.headers import header_rows
from aisi_ingest.extract.tables.merged_cells import split_merged_cells
from aisi_ingest.extract.tables.row_bands import split_bands
from aisi_ingest.extract.tables.rules import SNAP_TOLERANCE
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

_MARGIN = 0.09  # of the page's height: the place of running heads and feet
_NARROW = 0.7  # em: an empty row or column this narrow is the gap of a double line
_TURNED_SHARE = 0.8  # of the characters: the whole table is turned on its page
# What is a table: text in at least this many rows, columns and cells.
_FEWEST_ROWS = 2
_FEWEST_COLUMNS = 2
_FEWEST_CELLS = 3
_FILLED_SHARE = 0.25
_PROSE_LENGTH = 100  # characters of a cell
# A note that a table goes on, of text without spaces.
_LONGEST_NOTE = 250  # characters
_CONTINUATION_NOTE = re.compile(
    r"\W*(?:table|表)?[\w.\-–]{0,8}\W*(?:is)?(?:to be)?(?:continue[ds]?|cont[’']?d?)\W*(?:on|from|over)?\W*(?:the)?"
    r"(?:next|previous|following)?(?:page|overleaf)?\W*(?:page)?\d{0,4}\W*|\W*(?:前ページ(?:より|から)の?続き|次(?:の)?(?:ページ|頁)[へに](?:続く|つづく)|続く|つづく|続き|つづき)\W*"
    r"|(?:table|図?表)\W?[\w.\-–]{1,8}\W.*(?:continued|cont[’']d|続き|つづき)\W*",
    re.IGNORECASE,
)
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


def squares(grid: Grid, chars: CharIndex, members: Array) -> tuple[Array, Array]:
    """Return the row and the column in a grid of each inked character among ``members``."""
    members = members[chars.inked[members]]
    return np.searchsorted(grid.ys, chars.y[members]) - 1, np.searchsorted(grid.xs, chars.x[members]) - 1


def read_table(
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
    box = grid.box
    text_above, text_below = _text_around(page, box)
    at_top = before if before is not None and not before.text_below and not text_above else None
    part = _part(grid, rows, columns, cell[inked], at_top)
    if not part.continues and not is_table(grid.cells[np.ix_(rows, columns)], cell[inked]):
        return None
    if is_drawing(page, box):
        return None
    cells = _turn_upright(part.cells, page.chars["angle"][index[inked]])
    boxes = cell_boxes(grid)
    texts, bold = cell_texts(page, index, cell, boxes)
    boxes = {number: boxes[number] for number in np.unique(cells).tolist()}
    heads = int(np.searchsorted(part.rows, grid.heads)) if cells is part.cells else 0
    return FoundTable(
        page=page.number,
        bbox=box,
        rows=tuple(tuple(texts.get(number, "") for number in line) for line in cells.tolist()),
        header_rows=header_rows(page, cells, boxes, texts, bold, heads, part.continues),
        chars=index,
        cells=tuple(tuple(boxes[number] for number in line) for line in cells.tolist()),
        columns=part.borders,
        how=how,
        text_above=text_above,
        text_below=text_below,
    )


class _Part(Struct, frozen=True, eq=False):
    """The rows and columns of a grid that belong to its table.

    Attributes:
        cells: Cell numbers, of shape (rows, columns).
        rows: Indices of the rows in the grid.
        borders: Borders of the columns, in points.
        continues: Whether the columns are those of the last table of the page before.
    """

    cells: Array
    rows: Array
    borders: tuple[float, ...]
    continues: bool = False


def _part(grid: Grid, rows: Array, columns: Array, used: Array, before: FoundTable | None) -> _Part:
    """Leave out empty rows and columns at the edge of a grid, such as those between the two lines of its frame.

    Args:
        grid: The grid.
        rows: Indices of its rows.
        columns: Indices of its columns.
        used: Cell number of each inked character.
        before: The table that this one continues if it has its columns, empty ones included.
    """
    filled = np.asarray(np.isin(grid.cells[np.ix_(rows, columns)], used))
    rows = rows[_first_to_last(np.flatnonzero(filled.any(1)))]
    for own in (columns, columns[_first_to_last(np.flatnonzero(filled.any(0)))]):
        borders = np.append(grid.xs[own], grid.xs[own[-1] + 1])
        spread = _columns_within(before.columns, borders) if before is not None else None
        if before is not None and spread is not None:
            return _Part(grid.cells[np.ix_(rows, own[spread])], rows, before.columns, True)
    return _Part(grid.cells[np.ix_(rows, own)], rows, tuple(round(float(value), 1) for value in borders))


def _first_to_last(places: Array) -> slice:
    """Return the part of an array from the first to the last of some places in it."""
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 0)


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


def is_table(cells: Array, used: Array) -> bool:
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
    if not (written.sum(1) > 1).any():
        return False  # a bar chart, with one number beside each bar
    has_gap = written.any(0).sum() == _FEWEST_COLUMNS and not written.any(0)[1:-1].all()
    if has_gap and np.bincount(used).max() > _PROSE_LENGTH:
        return False  # boxes of prose side by side, with connecting lines between them
    if written.any(1).sum() < _FEWEST_ROWS or written.any(0).sum() < _FEWEST_COLUMNS:
        return False
    small = written[written.any(1)][:, written.any(0)]
    if small.shape == (_FEWEST_ROWS, _FEWEST_COLUMNS) and small[0, 0] and not small.all():
        return False  # boxes of a drawing; only the corner of so small a table may be empty
    numbers = np.unique(cells)
    return bool(np.isin(numbers, used).sum() >= max(_FEWEST_CELLS, _FILLED_SHARE * len(numbers)))


def cell_boxes(grid: Grid) -> dict[int, Box]:
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
    above = chars[(y > margin) & (y < box.top)]
    below = chars[(y > box.bottom) & (y < page.height - margin)]
    return _count(above), _count(below)


def _count(chars: Array) -> int:
    """Count characters; 0 if they are only the note that a table goes on, or a caption with this note."""
    if not 0 < len(chars) <= _LONGEST_NOTE:
        return len(chars)
    order = np.lexsort((chars["x0"], np.round(chars["origin_y"])))
    text = "".join(map(chr, chars["code"][order].tolist()))
    return 0 if _CONTINUATION_NOTE.fullmatch(text) else len(chars)


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
