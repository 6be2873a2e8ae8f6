"""Tables that a slide sets out of free texts: between drawn lines, behind boxes as labels, and out of boxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace

from aisi_ingest.extract.slides.compose import Piece
from aisi_ingest.extract.slides.tables.boxes import boxed_tables
from aisi_ingest.extract.slides.tables.items import Entry
from aisi_ingest.extract.slides.tables.model import SlideTable, Unit
from aisi_ingest.extract.slides.tables.row_headers import labelled_tables
from aisi_ingest.extract.slides.tables.ruled import ruled_tables
from aisi_ingest.model import Box

_MOST_UNITS = 1000  # a slide has some ten to a hundred
_MOST_DRAWN = 300  # more is a map or a plot


def slide_tables(units: Sequence[Unit], rules: Sequence[Box], shapes: Sequence[Box]) -> list[SlideTable]:
    """``rules`` are horizontal lines, ``shapes`` drawn boxes. No two tables share a unit."""
    out: list[SlideTable] = []
    if len(units) > _MOST_UNITS or len(rules) > _MOST_DRAWN:
        return out
    if len(shapes) > _MOST_DRAWN:
        shapes = ()
    finders: list[Callable[..., list[SlideTable]]] = [partial(ruled_tables, rules=rules)]
    if _some_flush(shapes):
        finders += [boxed_tables, labelled_tables]
    for finder in finders:
        used = {n for table in out for row in table.cells for cell in row for n in cell}
        rest = [replace(unit, text="") if n in used else unit for n, unit in enumerate(units)] if used else units
        out += finder(rest, shapes=shapes)
    return out


def _some_flush(shapes: Sequence[Box]) -> bool:
    """Whether three boxes have the same sides, about: without, there is no column of them."""
    for shift_left in (0, 4):
        for shift_right in (0, 4):
            sides = Counter((int(s.x0 + shift_left) >> 3, int(s.x1 + shift_right) >> 3) for s in shapes)
            if sides and max(sides.values()) > 2:
                return True
    return False


def with_tables(entries: list[Entry], rules: Sequence[Box], shapes: Sequence[Box]) -> list[Entry]:
    """What stands on a slide of a presentation, each with its place; text boxes that make up tables as such."""
    units = [_unit(box, pieces) for box, pieces in entries]
    used: set[int] = set()
    tables: list[Entry] = []
    for found in slide_tables(units, rules, shapes):
        used |= {n for row in found.cells for cell in row for n in cell}
        rows = tuple(tuple(" ".join(units[n].text for n in cell) for cell in row) for row in found.cells)
        text = "\n".join(" | ".join(row) for row in rows)
        tables.append((found.box, [Piece("table", text, found.box, rows=rows, header_rows=found.header_rows)]))
    return [*(entry for number, entry in enumerate(entries) if number not in used), *tables] if used else entries


def _unit(box: Box, pieces: Sequence[Piece]) -> Unit:
    if any(piece.kind == "table" or piece.hidden or piece.origin == "ocr" for piece in pieces):
        return Unit("", box, 0)
    return Unit(" ".join(piece.text for piece in pieces), box, max(piece.size for piece in pieces))
