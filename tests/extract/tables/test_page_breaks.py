"""Rows of a table that a page break has split."""

from __future__ import annotations

import numpy as np

from aisi_ingest.extract.tables.found_table import FoundTable
from aisi_ingest.extract.tables.page_breaks import continue_tables
from aisi_ingest.model import Box

HEADER = ("id", "text", "score")


def part(page: int, *rows: tuple[str, ...]) -> FoundTable:
    """Make a table that fills its page."""
    xs = (60.0, 200.0, 350.0, 500.0)
    cells = tuple(tuple(Box(xs[j], 60 + 20 * i, xs[j + 1], 80 + 20 * i) for j in range(3)) for i in range(len(rows)))
    return FoundTable(page, Box(60, 60, 500, 780), rows, 1, np.zeros(0, int), cells, xs, "lines")


def test_cells_that_the_break_moved_fill_the_last_row_of_the_page_before() -> None:
    tables = [part(1, HEADER, ("1", "a", "x"), ("2", "", "y")), part(2, HEADER, ("", "moved", ""), ("3", "c", "z"))]
    found = continue_tables(tables)
    assert found.rows[id(tables[0])][-1] == ("2", "moved", "y")
    assert found.rows[id(tables[1])] == (HEADER, ("3", "c", "z"))
    assert found.before[id(tables[1])] is tables[0]


def test_a_part_that_only_completes_a_row_has_no_rows_of_its_own() -> None:
    tables = [part(1, HEADER, ("1", "", "x")), part(2, HEADER, ("", "moved", ""))]
    found = continue_tables(tables)
    assert found.rows[id(tables[0])] == (HEADER, ("1", "moved", "x"))
    assert found.rows[id(tables[1])] == ()


def test_complete_rows_stay_on_their_page() -> None:
    tables = [part(1, HEADER, ("1", "a", "x")), part(2, HEADER, ("2", "b", "y"))]
    found = continue_tables(tables)
    assert found.rows[id(tables[0])] == (HEADER, ("1", "a", "x"))
    assert found.rows[id(tables[1])] == (HEADER, ("2", "b", "y"))


def test_tables_with_a_page_between_them_are_not_connected() -> None:
    tables = [part(1, HEADER, ("1", "", "x")), part(3, HEADER, ("", "b", ""))]
    found = continue_tables(tables)
    assert found.before == {}
    assert found.rows[id(tables[1])] == (HEADER, ("", "b", ""))


def test_a_long_cell_that_the_break_tears_is_one_cell_with_two_regions() -> None:
    text = "The copies are kept by the office that made them, in a locked"
    tables = [part(1, HEADER, ("1", text, "x")), part(2, ("", "cupboard for five years.", ""), ("2", "b", "y"))]
    found = continue_tables(tables)
    assert found.rows[id(tables[0])][-1] == ("1", f"{text} cupboard for five years.", "x")
    assert found.rows[id(tables[1])] == (("2", "b", "y"),)
    assert [region.page for region in found.regions[id(tables[0])][-1][1]] == [1, 2]
    assert len(found.regions[id(tables[1])]) == 1


def test_a_cell_that_ends_its_sentence_is_not_continued() -> None:
    text = "The copies are kept by the office that made them, in a locked cupboard."
    tables = [part(1, HEADER, ("1", text, "x")), part(2, ("", "The office sends a list.", ""), ("2", "b", "y"))]
    found = continue_tables(tables)
    assert found.rows[id(tables[0])][-1] == ("1", text, "x")
    assert len(found.rows[id(tables[1])]) == 2


def test_a_numbered_entry_after_a_break_is_a_row_of_its_own() -> None:
    text = "6.2 What a policy contains at least, and who is named in each of its parts"
    tables = [part(1, HEADER, ("6", text, "")), part(2, ("", "6.3 What it may contain as well", ""), ("7", "b", ""))]
    assert len(continue_tables(tables).rows[id(tables[1])]) == 2
