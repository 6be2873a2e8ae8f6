"""Rows of a table that a page break has split."""

from __future__ import annotations

import numpy as np

from aisi_ingest.extract.tables.finder import FoundTable
from aisi_ingest.extract.tables.page_breaks import continue_tables
from aisi_ingest.model import Box

HEADER = ("id", "text", "score")


def part(page: int, *rows: tuple[str, ...]) -> FoundTable:
    """Make a table that fills its page."""
    return FoundTable(page, Box(60, 60, 500, 780), rows, 1, np.zeros(0, int), (), (60.0, 200.0, 350.0, 500.0), "lines")


def test_cells_that_the_break_moved_fill_the_last_row_of_the_page_before():
    tables = [part(1, HEADER, ("1", "a", "x"), ("2", "", "y")), part(2, HEADER, ("", "moved", ""), ("3", "c", "z"))]
    found = continue_tables(tables)
    assert found.rows[id(tables[0])][-1] == ("2", "moved", "y")
    assert found.rows[id(tables[1])] == (HEADER, ("3", "c", "z"))
    assert found.before[id(tables[1])] is tables[0]


def test_a_part_that_only_completes_a_row_has_no_rows_of_its_own():
    tables = [part(1, HEADER, ("1", "", "x")), part(2, HEADER, ("", "moved", ""))]
    found = continue_tables(tables)
    assert found.rows[id(tables[0])] == (HEADER, ("1", "moved", "x"))
    assert found.rows[id(tables[1])] == ()


def test_complete_rows_stay_on_their_page():
    tables = [part(1, HEADER, ("1", "a", "x")), part(2, HEADER, ("2", "b", "y"))]
    found = continue_tables(tables)
    assert found.rows[id(tables[0])] == (HEADER, ("1", "a", "x"))
    assert found.rows[id(tables[1])] == (HEADER, ("2", "b", "y"))


def test_tables_with_a_page_between_them_are_not_connected():
    tables = [part(1, HEADER, ("1", "", "x")), part(3, HEADER, ("", "b", ""))]
    found = continue_tables(tables)
    assert found.before == {}
    assert found.rows[id(tables[1])] == (HEADER, ("", "b", ""))
