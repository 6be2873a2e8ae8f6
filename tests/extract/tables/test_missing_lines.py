"""Tables of which some lines are not drawn, and boxes and shading that are no tables."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from fixtures_pdf import GOTHIC, Drawing, draw
from reportlab.lib.colors import Color, white

from aisi_ingest.extract.pdf.document import open_document
from aisi_ingest.extract.tables.finder import find_tables
from aisi_ingest.extract.tables.found_table import FoundTable

GREY = Color(0.85, 0.85, 0.85)


def tables(tmp_path: Path, page: Callable[[Drawing], None]) -> list[FoundTable]:
    with open_document(draw(tmp_path / "a.pdf", page)) as document:
        return [table for each in document.pages() for table in find_tables(each)]


def rows(table: FoundTable) -> list[list[str]]:
    return [list(row) for row in table.rows]


def write_row(d: Drawing, y: float, xs: tuple[float, ...], texts: list[str]) -> None:
    for x, text in zip(xs, texts, strict=True):
        d.text(x, y, text)


def test_a_body_without_lines_between_its_columns_keeps_the_columns_of_the_header(tmp_path: Path) -> None:
    ys, starts = [100, 125, 145, 165, 185], (66, 206, 306, 406)

    def page(d: Drawing) -> None:
        for y in ys:
            d.line(60, y, 500, y)
        for x in (60, 500):
            d.line(x, 100, x, 185)
        for x in (200, 300, 400):
            d.line(x, 100, x, 125)
        for y, texts in zip(ys, expected, strict=False):
            write_row(d, y + 14, starts, texts)

    expected = [
        ["Harbour", "Boats", "Nets", "Crew"],
        ["Northport", "12", "40", "96"],
        ["Southport", "7", "21", "35"],
        ["Eastport", "3", "9", "12"],
    ]
    (table,) = tables(tmp_path, page)
    assert rows(table) == expected


def test_a_title_over_all_columns_of_a_ruled_table_stays_one_cell(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for y in (100, 120, 140, 160):
            d.line(60, y, 400, y)
        for x in (60, 400):
            d.line(x, 100, x, 160)
        for x in (180, 290):
            d.line(x, 120, x, 160)
        d.text(150, 114, "All boats and nets of the harbours")
        write_row(d, 134, (66, 186, 296), ["Northport", "12", "40"])
        write_row(d, 154, (66, 186, 296), ["Southport", "7", "21"])

    (table,) = tables(tmp_path, page)
    assert rows(table)[0] == ["All boats and nets of the harbours"] * 3


def test_paragraphs_of_one_column_are_rows_and_the_cell_beside_them_is_merged(tmp_path: Path) -> None:
    left = [
        "Tools: the boats",
        "and the rakes are",
        "looked after by",
        "the two keepers",
        "and by all of",
        "their helpers.",
    ]
    right = [
        ["The rakes and the spades are counted in spring by two", "keepers and written into the book."],
        ["The boats are turned over before the first frost so that", "no ice can break them in the winter."],
    ]

    def page(d: Drawing) -> None:
        d.text(66, 50, "Rules of the club")
        for y in (56, 100, 120, 215, 260):
            d.line(60, y, 520, y)
        d.text(150, 92, "Table 1: What is kept.")
        write_row(d, 114, (66, 186), ["Category", "Rule"])
        d.lines(66, 134, left)
        d.lines(186, 134, right[0])
        d.lines(186, 170, right[1])
        d.lines(66, 229, ["People: the list", "of the keepers."])
        d.lines(186, 229, ["The keepers are named in a list that hangs on the inner", "side of the door."])

    (table,) = tables(tmp_path, page)
    tools = "Tools: the boats and the rakes are looked after by the two keepers and by all of their helpers."
    assert rows(table) == [
        ["Category", "Rule"],
        [tools, " ".join(right[0])],
        [tools, " ".join(right[1])],
        [
            "People: the list of the keepers.",
            "The keepers are named in a list that hangs on the inner side of the door.",
        ],
    ]


def test_each_line_of_values_between_two_rules_is_a_row(tmp_path: Path) -> None:
    body = [["Rakes", "0.47", "12"], ["Spades", "0.28", "7"], ["Boats", "0.15", "3"], ["Nets", "0.65", "21"]]

    def page(d: Drawing) -> None:
        for y in (100, 118, 120.4, 150, 176, 178.4):
            d.line(60, y, 400, y)
        write_row(d, 113, (66, 220, 320), ["Thing", "Share", "Count"])
        for y, texts in zip((132, 144, 161, 173), body, strict=True):
            write_row(d, y, (66, 220, 320), texts)

    (table,) = tables(tmp_path, page)
    assert rows(table) == [["Thing", "Share", "Count"], *body]


def test_white_shading_behind_lines_of_prose_is_no_table(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for i in range(12):
            left = 90 if i % 3 else 60
            d.box(left, 100 + 14 * i, 520, 114 + 14 * i, fill=white)
            d.box(left, 100 + 14 * i, 120, 114 + 14 * i, fill=white)
            d.text(left, 110 + 14 * i, "The keepers count the boats and the nets of the harbour in spring and write")

    assert tables(tmp_path, page) == []


def test_white_lines_on_white_paper_are_no_borders(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for x in (60, 200, 340, 480):
            d.line(x, 100, x, 180, color=white)
        for y in (100, 120, 140, 160, 180):
            d.line(60, y, 480, y, color=white)
        for i, word in enumerate(("north", "south", "east")):
            d.text(66 + 140 * i, 114 + 20 * i, word)
            d.text(66 + 140 * i, 134, word)

    assert tables(tmp_path, page) == []


def test_backgrounds_show_cells_where_the_lines_between_them_are_missing(tmp_path: Path) -> None:
    xs, ys = (60, 160, 260, 360), (100, 120, 140, 160)

    def page(d: Drawing) -> None:
        for top, bottom in pairwise(ys):
            for left, right in pairwise(xs):
                d.box(left + 0.5, top + 0.5, right - 0.5, bottom - 0.5, fill=GREY)
        for y in (100, 120, 160):  # none between the two rows of the body
            d.line(60, y, 360, y)
        d.line(160, 140, 360, 140)
        for x in xs:
            d.line(x, 100, x, 160)
        for y, texts in zip((114, 134, 154), expected, strict=True):
            write_row(d, y, (66, 166, 266), texts)

    expected = [["Thing", "Now", "Then"], ["Rakes", "12", "10"], ["Spades", "7", "8"]]
    (table,) = tables(tmp_path, page)
    assert rows(table) == expected


def test_a_raised_mark_does_not_tear_a_row_of_aligned_columns(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for i in range(5):
            y = 100 + 28 * i
            d.text(60, y, str(i + 1), size=14)
            d.text(68, y - 5, "th", size=8)
            d.text(80, y, "meeting", size=14)
            d.text(240, y, f"2017/{i + 2}/27", size=14)
            d.text(380, y, "Pond House", size=14)

    (table,) = tables(tmp_path, page)
    assert [row[1:] for row in rows(table)] == [[f"2017/{i + 2}/27", "Pond House"] for i in range(5)]


def test_a_turned_long_vowel_mark_stays_in_its_place_in_a_stack_of_characters(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for y in (100, 210, 240):
            d.line(60, y, 260, y)
        for x in (60, 200, 230, 260):
            d.line(x, 100, x, 240)
        d.text(70, 160, "項目", GOTHIC)
        d.text(70, 230, "照明", GOTHIC)
        for x, word in ((210, "４ローラ台"), (240, "5モーター")):
            for i, character in enumerate(word):
                if character != "ー":
                    d.text(x, 120 + 13.4 * i, character, GOTHIC)
                    continue
                d.canvas.saveState()
                d.canvas.translate(x + 1.5, d.size[1] - (112 + 13.4 * i))
                d.canvas.rotate(-90)
                d.canvas.setFont(GOTHIC, 10)
                d.canvas.drawString(0, 0, character)
                d.canvas.restoreState()
            d.text(x, 230, "○", GOTHIC)

    (table,) = tables(tmp_path, page)
    assert rows(table) == [["項目", "4ローラ台", "5モーター"], ["照明", "○", "○"]]
