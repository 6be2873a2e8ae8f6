"""The row and the column of a mention in a table."""

from __future__ import annotations

from aisi_ingest.publish.table_places import TablePlaces

ROWS = [["Keeper", "Pond"], ["Ada", ""], ["Bob", "North | South"]]


def test_each_text_of_a_table_has_the_row_and_column_of_its_cell() -> None:
    text = "\n".join(" | ".join(row) for row in ROWS)
    places = TablePlaces(ROWS)
    found = {word: places.at(text.index(word)) for word in ("Keeper", "Pond", "Ada", "Bob", "North", "South")}
    assert found == {"Keeper": (0, 0), "Pond": (0, 1), "Ada": (1, 0), "Bob": (2, 0), "North": (2, 1), "South": (2, 1)}


def test_the_last_character_of_a_cell_belongs_to_it() -> None:
    assert TablePlaces(ROWS).at(5) == (0, 0)
    assert TablePlaces([["a", "b"], ["c", "d"]]).at(4) == (0, 1)
