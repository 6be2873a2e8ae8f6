"""Rows of a table that a page break has split."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from fixtures_pdf import Drawing, draw

from aisi_ingest.extract.pdf_reader import read
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


def test_a_table_continues_although_a_note_below_and_a_caption_above_say_so(tmp_path: Path) -> None:
    def page(caption: str, below: str, words: list[str]) -> Callable[[Drawing], None]:
        def drawn(d: Drawing) -> None:
            d.text(70, 90, caption)
            for y in (100, 120, 200):
                d.line(70, y, 525, y)
            for y, row in zip((114, 134, 154, 174), (("Keeper", "Task"), *enumerate(words, 1)), strict=True):
                d.text(76, y, str(row[0]))
                d.text(200, y, row[1])
            d.text(400, 214, below)

        return drawn

    first = page("Table 1: Who does what.", "Continued on next page", ["counts boats", "mends nets", "cuts reeds"])
    second = page("Table 1: Who does what. (Continued)", "", ["feeds fish", "paints signs", "locks doors"])
    content = read(draw(tmp_path / "a.pdf", first, second)).value
    assert content is not None
    assert [(table.continues, table.header_rows) for table in content.tables] == [(None, 1), ("t1", 1)]
