"""Rows of a table that a page break cut in two."""

from __future__ import annotations

import numpy as np

from aisi_ingest.extract.tables.finder import FoundTable
from aisi_ingest.extract.tables.page_breaks import continued
from aisi_ingest.model import Box

HEAD = ("id", "text", "score")


def part(page: int, *rows: tuple[str, ...]) -> FoundTable:
    """A table that fills its page from head to foot."""
    return FoundTable(page, Box(60, 60, 500, 780), rows, 1, np.zeros(0, int), (), (60.0, 200.0, 350.0, 500.0), "lines")


def test_cells_that_the_break_moved_fill_the_row_before_it():
    tables = [part(1, HEAD, ("1", "a", "x"), ("2", "", "y")), part(2, HEAD, ("", "moved", ""), ("3", "c", "z"))]
    found = continued(tables)
    assert found.rows[id(tables[0])][-1] == ("2", "moved", "y")
    assert found.rows[id(tables[1])] == (HEAD, ("3", "c", "z"))
    assert found.before[id(tables[1])] is tables[0]


def test_a_part_that_only_completes_a_row_is_no_table_of_its_own():
    tables = [part(1, HEAD, ("1", "", "x")), part(2, HEAD, ("", "moved", ""))]
    found = continued(tables)
    assert found.rows[id(tables[0])] == (HEAD, ("1", "moved", "x"))
    assert found.rows[id(tables[1])] == ()


def test_whole_rows_stay_on_their_page():
    tables = [part(1, HEAD, ("1", "a", "x")), part(2, HEAD, ("2", "b", "y"))]
    found = continued(tables)
    assert found.rows[id(tables[0])] == (HEAD, ("1", "a", "x"))
    assert found.rows[id(tables[1])] == (HEAD, ("2", "b", "y"))


def test_tables_apart_are_left_alone():
    tables = [part(1, HEAD, ("1", "", "x")), part(3, HEAD, ("", "b", ""))]
    found = continued(tables)
    assert found.before == {}
    assert found.rows[id(tables[1])] == (HEAD, ("", "b", ""))
