"""Cells with spans and regions from the rows of a table."""

from __future__ import annotations

from aisi_ingest.extract.tables.table_cells import table_cells
from aisi_ingest.model import Box, Region, TableCell


def region(x0: float, top: float, x1: float, bottom: float) -> tuple[Region, ...]:
    return (Region(1, Box(x0, top, x1, bottom)),)


def test_squares_with_the_same_region_are_one_cell_with_spans() -> None:
    year, name = region(100, 0, 300, 20), region(0, 0, 100, 40)
    a, b = region(100, 20, 200, 40), region(200, 20, 300, 40)
    rows = (("Name", "2025", "2025"), ("Name", "Q1", "Q2"))
    assert table_cells(rows, ((name, year, year), (name, a, b)), 2) == (
        TableCell(0, 0, "Name", 2, 1, True, name),
        TableCell(0, 1, "2025", 1, 2, True, year),
        TableCell(1, 1, "Q1", 1, 1, True, a),
        TableCell(1, 2, "Q2", 1, 1, True, b),
    )


def test_equal_texts_in_different_places_are_different_cells() -> None:
    cells = table_cells((("1", "1"),), ((region(0, 0, 10, 10), region(10, 0, 20, 10)),), 0)
    assert [(cell.column, cell.column_span, cell.header) for cell in cells] == [(0, 1, False), (1, 1, False)]
