"""Find the tables of a page: by their lines, by coloured backgrounds, and by aligned columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.geometry import area, contains
from aisi_ingest.extract.tables import grid as grids
from aisi_ingest.extract.tables.backgrounds import find_overlays
from aisi_ingest.extract.tables.banded import banded_grids
from aisi_ingest.extract.tables.borderless import column_grids
from aisi_ingest.extract.tables.char_index import CharIndex, char_index
from aisi_ingest.extract.tables.found_table import FoundTable, cell_boxes, is_table, read_table, squares
from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.ruled import rule_grids
from aisi_ingest.extract.tables.rules import SNAP_TOLERANCE
from aisi_ingest.extract.tables.stub_boxes import with_stub_boxes
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

_NESTED_TOLERANCE = 2.0  # points that a table inside another one may stick out
_FEW_BORDERS = 3  # of two columns
_FEWEST_ROWS = 3  # of one column that may be the rows of a table without lines between its columns


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
            _add(tables, read_table(page, chars, with_stub_boxes(page, chars, grid), how, before, inside))
        tables = _outermost(tables)
        for grid in separate:
            _add(tables, read_table(page, chars, grid, "lines", before))
    if tables:
        tables = _without_parts(page, tables)
    for how, grid in _borderless_grids(page, [table.bbox for table in tables], _frames(ruled)):
        chars = chars or char_index(page, overlays)
        _add(tables, read_table(page, chars, with_stub_boxes(page, chars, grid), how, before))
    return sorted(tables, key=lambda table: (table.bbox.top, table.bbox.x0))


def _add(tables: list[FoundTable], table: FoundTable | None) -> None:
    """Append a table if there is one."""
    if table is not None:
        tables.append(table)


def _frames(grids: list[Grid]) -> list[Box]:
    """Return the boxes of grids, without those of one column and several rows: these may be the rows of a table."""
    return [grid.box for grid in grids if grid.cells.shape[1] > 1 or len(grid.cells) < _FEWEST_ROWS]


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
        rows, columns = squares(inner, chars, chars.inside(inner.box))
        if not is_table(inner.cells, inner.cells[rows, columns]):
            continue  # a frame inside a cell: its text belongs to the cell
        outer, box = found[i], inner.box
        row, column = outer.cell_at((inner.xs[0] + inner.xs[-1]) / 2, (inner.ys[0] + inner.ys[-1]) / 2)
        cell = cell_boxes(outer)[int(outer.cells[row, column])]
        left, right = Box(cell.x0, box.top, box.x0, box.bottom), Box(box.x1, box.top, cell.x1, box.bottom)
        if chars.has_text(left) or chars.has_text(right):
            separate.append(inner)
            continue
        above, below = Box(cell.x0, cell.top, cell.x1, box.top), Box(cell.x0, box.bottom, cell.x1, cell.bottom)
        both = grids.nest(outer, inner, chars.has_text(above), chars.has_text(below))
        if both is not None:
            found[i] = both
    return combined, separate


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
