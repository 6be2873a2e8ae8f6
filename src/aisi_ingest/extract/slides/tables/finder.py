"""Find the tables that a slide builds from free texts: between lines, beside labels in boxes, and from boxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace

from aisi_ingest.extract.geometry import union
from aisi_ingest.extract.slides.compose import table_text
from aisi_ingest.extract.slides.piece import Entry, Piece
from aisi_ingest.extract.slides.tables.boxes import find_box_tables
from aisi_ingest.extract.slides.tables.model import SlideTable, Unit
from aisi_ingest.extract.slides.tables.row_headers import find_row_header_tables
from aisi_ingest.extract.slides.tables.ruled import find_ruled_tables
from aisi_ingest.model import Box

_MAXIMUM_UNITS = 1000  # a slide has some ten to a hundred
_MAXIMUM_DRAWN = 300  # more lines or shapes are a map or a plot
_ALIGNED_BOXES = 3  # a column has at least so many boxes
_GRID_BITS = 3  # sides are compared in steps of 8 points
_HALF_GRID = 4  # points


def find_slide_tables(units: Sequence[Unit], rules: Sequence[Box], shapes: Sequence[Box]) -> list[SlideTable]:
    """Find the tables of a slide.

    Args:
        units: The texts of the slide.
        rules: The drawn horizontal lines.
        shapes: The drawn boxes.

    Returns:
        The tables. No two of them share a unit.
    """
    out: list[SlideTable] = []
    if len(units) > _MAXIMUM_UNITS or len(rules) > _MAXIMUM_DRAWN:
        return out
    if len(shapes) > _MAXIMUM_DRAWN:
        shapes = ()
    finders: list[Callable[..., list[SlideTable]]] = [partial(find_ruled_tables, rules=rules)]
    if _have_column(shapes):
        finders += [find_box_tables, find_row_header_tables]
    for finder in finders:
        used = {n for table in out for n in table.units}
        rest = [replace(unit, text="") if n in used else unit for n, unit in enumerate(units)] if used else units
        out += finder(rest, shapes=shapes)
    return out


def _have_column(shapes: Sequence[Box]) -> bool:
    """Return whether at least three boxes have about the same left and right side, as a column of boxes needs.

    Sides are rounded to a grid, and a second time to the grid shifted by half a step.
    """
    for left_shift in (0, _HALF_GRID):
        for right_shift in (0, _HALF_GRID):
            sides = Counter(
                (int(s.x0 + left_shift) >> _GRID_BITS, int(s.x1 + right_shift) >> _GRID_BITS) for s in shapes
            )
            if sides and max(sides.values()) >= _ALIGNED_BOXES:
                return True
    return False


def with_tables(entries: list[Entry], rules: Sequence[Box], shapes: Sequence[Box]) -> list[Entry]:
    """Replace the text boxes of a PPTX slide that form tables by these tables.

    Args:
        entries: The texts of the slide, one entry per text box.
        rules: The drawn horizontal lines.
        shapes: The drawn boxes.
    """
    units = [_unit(box, pieces) for box, pieces in entries]
    used: set[int] = set()
    tables: list[Entry] = []
    for found in find_slide_tables(units, rules, shapes):
        used |= found.units
        rows = tuple(tuple(" ".join(units[n].text for n in cell) for cell in row) for row in found.cells)
        tables.append((found.box, [table_piece(found, units, rows)]))
    return [*(entry for number, entry in enumerate(entries) if number not in used), *tables] if used else entries


def table_piece(table: SlideTable, units: Sequence[Unit], rows: tuple[tuple[str, ...], ...]) -> Piece:
    """Return a table as a piece of a slide. The box of a cell is the box around its texts.

    Args:
        table: The table.
        units: The texts of the slide.
        rows: The text of each cell.
    """
    places = tuple(tuple(union([units[n].box for n in cell]) if cell else None for cell in row) for row in table.cells)
    return Piece("table", table_text(rows), table.box, rows=rows, header_rows=table.header_rows, places=places)


def _unit(box: Box, pieces: Sequence[Piece]) -> Unit:
    if any(piece.kind == "table" or piece.hidden or piece.origin == "ocr" for piece in pieces):
        return Unit("", box, 0)
    return Unit(" ".join(piece.text for piece in pieces), box, max(piece.size for piece in pieces))
