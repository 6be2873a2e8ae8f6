"""Tables of drawn pages: each test draws one difficulty."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from fixtures_pdf import GOTHIC, HEIGHT, Color, Drawing, black, draw, white
from growth import growth
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aisi_ingest.extract.pdf.document import open_document
from aisi_ingest.extract.tables.finder import find_tables
from aisi_ingest.extract.tables.found_table import FoundTable
from aisi_ingest.extract.tables.page_breaks import join_over_pages

SHARED = Path(__file__).parents[3].parent / "shared"
SHADE = Color(0.8, 0.85, 1)

XS, YS = (60, 160, 300, 420), (100, 130, 160, 190)
ROWS = [["Name", "Place", "Year"], ["Alpha", "Tokyo", "2023"], ["Beta", "London", "2024"]]


def tables_of(path: Path) -> list[FoundTable]:
    found: list[FoundTable] = []
    with open_document(path) as document:
        for page in document.pages():
            before = found[-1] if found and found[-1].page == page.number - 1 else None
            found += find_tables(page, before)
    return found


def tables(tmp_path: Path, *pages: Callable[[Drawing], None]) -> list[FoundTable]:
    return tables_of(draw(tmp_path / "a.pdf", *pages))


def rows(table: FoundTable) -> list[list[str]]:
    return [list(row) for row in table.rows]


def prose(d: Drawing, y: float, lines: int = 6, x: float = 60) -> None:
    d.lines(x, y, ["The quick brown fox jumps over the lazy dog and runs away from it again."] * lines)


def test_a_ruled_table_gives_its_rows_and_its_place(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        prose(d, 40, 3)
        d.grid(XS, YS)
        d.cells(XS, YS, ROWS)
        prose(d, 250)

    (table,) = tables(tmp_path, page)
    assert rows(table) == ROWS
    assert (table.page, table.how) == (1, "lines")
    box = table.bbox
    assert (box.x0, box.top, box.x1, box.bottom) == pytest.approx((60, 100, 420, 190), abs=1)
    assert len(table.chars) == sum(len(text) for row in ROWS for text in row)
    cell = table.cells[1][2]
    assert (cell.x0, cell.top, cell.x1, cell.bottom) == pytest.approx((300, 130, 420, 160), abs=1)


def test_the_lines_of_a_japanese_cell_are_joined_without_spaces(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, (100, 150, 200))
        d.cells(XS, (100, 150, 200), [["項目", "説明", "備考"], ["安全", "評価の観\n点を示す", "無し"]], GOTHIC)

    (table,) = tables(tmp_path, page)
    assert rows(table) == [["項目", "説明", "備考"], ["安全", "評価の観点を示す", "無し"]]


def test_the_lines_of_an_english_cell_are_joined_with_spaces(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, (100, 150, 200))
        d.cells(XS, (100, 150, 200), [["Item", "Meaning", "Note"], ["Safety", "it does what\nit says", "none"]])

    (table,) = tables(tmp_path, page)
    assert table.rows[1][1] == "it does what it says"


def test_a_broken_address_becomes_whole_and_two_addresses_stay_separate(tmp_path: Path) -> None:
    ys = (100, 120, 190)

    def page(d: Drawing) -> None:
        d.grid((60, 160, 300), ys)
        address = "https://www.example.org/a/\nlong-path-with-evaluation-\nof-systems.html\nhttps://example.com/b"
        d.cells((60, 160), ys, [["Tool", "Address"], ["One", address]])

    (table,) = tables(tmp_path, page)
    expected = "https://www.example.org/a/long-path-with-evaluation-of-systems.html https://example.com/b"
    assert table.rows[1][1] == expected


def test_bullets_in_a_cell_are_removed_and_their_items_stay_separate(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, (100, 130, 180))
        d.cells(XS, (100, 130, 180), [["a", "b", "c"], ["d", "・一つ目\n・二つ目", "e"]], GOTHIC)

    (table,) = tables(tmp_path, page)
    assert table.rows[1][1] == "一つ目 二つ目"


def test_a_bullet_that_is_the_only_content_of_a_cell_is_kept(tmp_path: Path) -> None:
    texts = [["項目", "対応", "備考"], ["安全", "○", "●済"], ["公平", "×", "■"]]

    def page(d: Drawing) -> None:
        d.grid(XS, YS)
        d.cells(XS, YS, texts, GOTHIC)

    (table,) = tables(tmp_path, page)
    assert [row[1] for row in table.rows] == ["対応", "○", "×"]
    assert table.rows[2][2] == "■"


def test_merged_cells_are_repeated_in_all_rows_and_columns_they_cover(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, YS, without=[("v", 0, 1), ("h", 2, 0)])
        d.cells(XS, YS, [["Over two", "", "Right"], ["Down", "b1", "c1"], ["", "b2", "c2"]])

    (table,) = tables(tmp_path, page)
    assert rows(table) == [["Over two", "Over two", "Right"], ["Down", "b1", "c1"], ["Down", "b2", "c2"]]
    assert table.cells[1][0] == table.cells[2][0]


def test_header_rows_are_recognised_by_bold_text_and_by_background(tmp_path: Path) -> None:
    ys = (100, 130, 160, 190, 220)

    def shaded(d: Drawing) -> None:
        d.box(60, 100, 420, 160, fill=SHADE)
        d.grid(XS, ys, without=[("v", 0, 1), ("v", 0, 2)])
        d.cells(XS, ys, [["Threats", "", ""], ["Asset", "Attack", "Year"], ["a", "b", "1"], ["c", "d", "2"]])

    def bold(d: Drawing) -> None:
        d.grid(XS, ys)
        d.cells(XS, ys[:2], [["Asset", "Attack", "Year"]], "Helvetica-Bold")
        d.cells(XS, ys[1:], [["a", "b", "1"], ["c", "d", "2"], ["e", "f", "3"]])

    def plain(d: Drawing) -> None:
        d.grid(XS, ys)
        d.cells(XS, ys, [["a", "b", "1"], ["c", "d", "2"], ["e", "f", "3"], ["g", "h", "4"]])

    assert [table.header_rows for table in tables(tmp_path, shaded, bold, plain)] == [2, 1, 0]


def test_lines_of_a_band_without_rules_between_them_are_rows(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, (100, 120, 200))
        d.cells(
            XS,
            (100, 120),
            [["Name", "Place", "Year"], ["Alpha\nBeta\nGamma\nDelta", "Oslo\nRome\nBern\nKyiv", "1\n2\n3\n4"]],
        )

    (table,) = tables(tmp_path, page)
    assert rows(table)[:3] == [["Name", "Place", "Year"], ["Alpha", "Oslo", "1"], ["Beta", "Rome", "2"]]
    assert len(table.rows) == 5


def test_cells_whose_text_wraps_stay_one_row(tmp_path: Path) -> None:
    ys = (100, 120, 200)
    left = "all that the system\nsays is looked at by\npeople who know the\nfield very well too"
    right = "what it says next is\nlooked at by others\nwho are as good as\nthe first ones were"

    def page(d: Drawing) -> None:
        d.grid((60, 160, 260), ys)
        d.cells((60, 160), ys, [["First", "Second"], [left, right]])

    (table,) = tables(tmp_path, page)
    assert rows(table)[1] == [left.replace("\n", " "), right.replace("\n", " ")]


def test_vertical_text_in_a_cell_is_read(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, YS, without=[("h", 1, 0), ("h", 2, 0)])
        d.cells(XS, YS, [["", "b", "c"], ["", "d", "e"], ["", "f", "g"]])
        d.canvas.saveState()
        d.canvas.translate(100, HEIGHT - 180)
        d.canvas.rotate(90)
        d.canvas.drawString(0, 0, "Components")
        d.canvas.restoreState()

    (table,) = tables(tmp_path, page)
    assert [row[0] for row in table.rows] == ["Components"] * 3


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_table_that_is_turned_on_its_page_has_its_rows_in_reading_order(tmp_path: Path, degrees: int) -> None:
    def page(d: Drawing) -> None:
        d.canvas.translate(297, 421)
        d.canvas.rotate(degrees)
        d.canvas.translate(-240, -700)
        d.grid(XS, YS)
        d.cells(XS, YS, ROWS)

    (table,) = tables(tmp_path, page)
    assert rows(table) == ROWS


def test_the_text_of_a_box_over_the_table_is_in_no_cell(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, YS)
        d.cells(XS, YS, [["Name", "", "Year"], ["Alpha", "", ""], ["Beta", "", "2024"]])
        d.box(180, 112, 360, 158, fill=SHADE, stroke=black)
        d.text(190, 140, "a note over the cells")

    (table,) = tables(tmp_path, page)
    assert rows(table) == [["Name", "", "Year"], ["Alpha", "", ""], ["Beta", "", "2024"]]


def test_a_table_in_a_cell_becomes_rows_of_the_outer_table(tmp_path: Path) -> None:
    ys = (100, 130, 260)

    def page(d: Drawing) -> None:
        d.grid((60, 160, 420), ys)
        d.cells((60, 160), ys, [["Kind", "Meaning"], ["Outer", "said before"]])
        d.grid((166, 260, 414), (160, 190, 220))
        d.cells((166, 260), (160, 190, 220), [["a", "first"], ["b", "second"]])

    (table,) = tables(tmp_path, page)
    assert rows(table) == [
        ["Kind", "Meaning", "Meaning"],
        ["Outer", "said before", "said before"],
        ["Outer", "a", "first"],
        ["Outer", "b", "second"],
    ]


def test_a_table_in_a_cell_with_text_beside_it_stays_separate(tmp_path: Path) -> None:
    ys = (100, 130, 230)

    def page(d: Drawing) -> None:
        d.grid((60, 160, 480), ys)
        d.cells((60, 160), ys, [["Kind", "Meaning"], ["Outer", "said above"]])
        d.lines(166, 165, ["beside it stands", "some more text"])
        d.grid((300, 380, 470), (150, 170, 190))
        d.cells((300, 380), (150, 170, 190), [["Due", "Paid"], ["May 1", "May 9"]])

    outer, inner = tables(tmp_path, page)
    assert rows(outer) == [["Kind", "Meaning"], ["Outer", "said above beside it stands some more text"]]
    assert rows(inner) == [["Due", "Paid"], ["May 1", "May 9"]]


def test_coloured_patches_behind_text_are_no_table(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for i in range(4):
            for j in range(5):
                d.box(50 + 80 * j, 90 + 25 * i, 130 + 80 * j, 115 + 25 * i, fill=Color(0.6 + i / 20, 0.8, 0.7 + j / 20))
        prose(d, 105, 7)

    assert tables(tmp_path, page) == []


def test_coloured_backgrounds_without_lines_make_a_table(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for i, (top, bottom) in enumerate(pairwise(YS)):
            for x0, x1 in pairwise(XS):
                d.box(x0, top, x1, bottom, fill=SHADE if i else Color(0.2, 0.3, 0.6))
        d.cells(XS, YS, ROWS)

    (table,) = tables(tmp_path, page)
    assert rows(table) == ROWS
    assert (table.how, table.header_rows) == ("fills", 1)


def test_a_background_in_every_other_row_makes_a_table(tmp_path: Path) -> None:
    texts = [*ROWS, ["Gamma", "Paris", "2025"]]

    def page(d: Drawing) -> None:
        for top, colour in ((100, Color(0.2, 0.3, 0.6)), (160, SHADE)):
            for x0, x1 in pairwise(XS):
                d.box(x0, top, x1, top + 30, fill=colour)
        d.cells(XS, (100, 130, 160, 190), texts)
        prose(d, 240)

    (table,) = tables(tmp_path, page)
    assert rows(table) == texts


def test_a_header_with_backgrounds_makes_a_table_with_the_rows_below_it(tmp_path: Path) -> None:
    texts = [*ROWS, ["Gamma", "Paris\nand Lyon", "2025"]]

    def page(d: Drawing) -> None:
        for x0, x1 in pairwise(XS):
            d.box(x0, 100, x1, 120, fill=SHADE)
        d.cells(XS, (103, 121, 139, 157), texts)
        prose(d, 230)

    (table,) = tables(tmp_path, page)
    assert rows(table) == [*ROWS, ["Gamma", "Paris and Lyon", "2025"]]
    assert table.header_rows == 1


def test_bars_above_two_panels_make_no_table(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for x0, x1 in ((60, 290), (290, 520)):
            d.box(x0, 100, x1, 120, fill=SHADE)
            d.lines(x0 + 5, 113, ["A panel", "and what it says", "in more lines", "than one or two"])

    assert tables(tmp_path, page) == []


def test_rules_that_are_drawn_cell_by_cell_show_the_columns_and_the_header_above_them(tmp_path: Path) -> None:
    """Browsers and word processors draw borders below cells like this; the columns are close together."""
    texts = [
        ["Step", "Input of the step", "Output"],
        ["Plan", "all of the scope", "Plan"],
        ["Test", "attacks", "Report"],
    ]
    xs = (60, 88, 180, 300)

    def page(d: Drawing) -> None:
        for y in (118, 136, 154):
            for x0, x1 in pairwise(xs):
                d.line(x0, y, x1, y)
        d.cells(xs, (100, 118, 136), texts)
        prose(d, 200)

    (table,) = tables(tmp_path, page)
    assert rows(table) == texts


@pytest.mark.parametrize(("dash", "gap"), [(2.25, 1.8), (0.75, 0.75)])
def test_dashed_and_dotted_borders_make_a_table(tmp_path: Path, dash: float, gap: float) -> None:
    """Browsers and word processors draw each dash and each dot as a separate shape."""

    def page(d: Drawing) -> None:
        for y in YS:
            for k in range(round((XS[-1] - XS[0]) / (dash + gap)) + 1):
                x = XS[0] + k * (dash + gap)
                d.box(x, y, x + dash, y + 0.75, fill=black)
        for x in XS:
            for k in range(round((YS[-1] - YS[0]) / (dash + gap)) + 1):
                top = YS[0] + k * (dash + gap)
                d.box(x, top, x + 0.75, top + dash, fill=black)
        d.cells(XS, YS, ROWS)

    (table,) = tables(tmp_path, page)
    assert rows(table) == ROWS


def test_the_outer_columns_of_a_table_with_open_sides_are_found(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, YS, without=[("v", i, j) for i in range(3) for j in (0, 3)])
        d.cells(XS, YS, ROWS)

    (table,) = tables(tmp_path, page)
    assert rows(table) == ROWS


def test_rules_with_white_space_between_the_columns_make_one_table(tmp_path: Path) -> None:
    texts = [
        ["Risk", "What happens"],
        ["Bias", "people are sorted"],
        ["Leak", "secrets go out"],
        ["Fraud", "money goes"],
    ]

    def page(d: Drawing) -> None:
        d.text(40, 80, "Table 1-1 Risks of a system and their effects", size=9)  # above the corner of the table
        for k, (name, effect) in enumerate(texts):
            d.text(64, 95 + 20 * k, name, size=9)
            d.text(184, 95 + 20 * k, effect, size=9)
            for x0, x1 in ((60, 160), (176, 420)):
                d.line(x0, 100 + 20 * k, x1, 100 + 20 * k)

    [table] = tables(tmp_path, page)
    assert rows(table) == texts


def test_two_underlines_side_by_side_are_no_table(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for y in (100, 130):
            d.text(64, y, "Name", size=9)
            d.text(184, y, "Signature", size=9)
            for x0, x1 in ((60, 160), (176, 420)):
                d.line(x0, y + 5, x1, y + 5)

    assert tables(tmp_path, page) == []


def test_rules_above_and_below_the_header_and_at_the_foot_make_a_table(tmp_path: Path) -> None:
    """Journals draw tables like this."""

    def page(d: Drawing) -> None:
        prose(d, 40, 3)
        for y in (100, 120, 180):
            d.line(60, y, 420, y)
        d.cells((60, 200, 330), (100, 124, 141, 158), [*ROWS, ["Gamma", "Paris", "2025"]])
        prose(d, 220)

    (table,) = tables(tmp_path, page)
    assert rows(table) == [*ROWS, ["Gamma", "Paris", "2025"]]
    assert table.how == "rules"


def test_numbers_in_columns_make_a_table_without_any_line(tmp_path: Path) -> None:
    texts = [["Year", "Reports", "Decks"], ["2022", "12", "3"], ["2023", "18", "7"], ["2024", "25", "11"]]

    def page(d: Drawing) -> None:
        prose(d, 40, 3)
        d.cells((60, 200, 330), (100, 116, 132, 148), texts)
        prose(d, 220)

    (table,) = tables(tmp_path, page)
    assert rows(table) == texts
    assert table.how == "columns"


def two_columns(d: Drawing) -> None:
    prose(d, 60, 40, x=40)
    d.canvas.translate(280, 0)
    d.lines(40, 60, ["Another column of prose goes on beside it."] * 40)


def framed_prose(d: Drawing) -> None:
    d.box(50, 90, 500, 200, stroke=black)
    prose(d, 110)


def page_frame(d: Drawing) -> None:
    d.box(20, 20, 575, 822, stroke=black)
    d.line(20, 60, 575, 60)
    prose(d, 110, 20)


def underlined(d: Drawing) -> None:
    for i in range(6):
        d.text(60, 100 + 20 * i, "Each of these headings is underlined")
        d.line(60, 101.5 + 20 * i, 228, 101.5 + 20 * i)


def diagram(d: Drawing) -> None:
    for i in range(3):
        for j in range(2):
            x, y = 60 + 150 * i, 100 + 100 * j
            d.canvas.roundRect(x, HEIGHT - y - 50, 100, 50, 8)
            d.text(x + 20, y + 30, f"step {i}{j}")
        d.canvas.line(110 + 150 * i, HEIGHT - 150, 115 + 150 * i, HEIGHT - 200)


def boxes_side_by_side(d: Drawing) -> None:
    for i in range(3):
        for j in range(2):
            d.box(60 + 150 * i, 100 + 100 * j, 180 + 150 * i, 160 + 100 * j, fill=SHADE, stroke=black)
            d.text(70 + 150 * i, 130 + 100 * j, f"box {i}{j}")


def contents(d: Drawing) -> None:
    for i in range(8):
        d.text(60, 100 + 16 * i, f"1.{i}")
        d.text(100, 100 + 16 * i, "A chapter " + "." * 60)
        d.text(500, 100 + 16 * i, str(10 + i))


def contents_without_leaders(d: Drawing) -> None:
    for i in range(8):
        d.cells((60, 120, 400), (100 + 16 * i,), [[f"1.{i}", f"On matter {'abcdefgh'[i] * (i + 3)}", str(10 + i)]])


def bullets(d: Drawing) -> None:
    for i in range(8):
        d.text(60, 100 + 16 * i, "•")
        d.text(80, 100 + 16 * i, "an item of the list, about as long as that")


def labelled_box(d: Drawing) -> None:
    d.grid((60, 160, 420), (100, 300))
    d.cells((60, 160), (100, 300), [["A label", "A long text\nbeside it"]])


@pytest.mark.parametrize(
    "page",
    [
        two_columns,
        framed_prose,
        page_frame,
        underlined,
        diagram,
        boxes_side_by_side,
        contents,
        contents_without_leaders,
        bullets,
        labelled_box,
    ],
)
def test_other_content_is_not_taken_for_a_table(tmp_path: Path, page: Callable[[Drawing], None]) -> None:
    assert tables(tmp_path, page) == []


def test_frames_around_words_do_not_split_their_cells(tmp_path: Path) -> None:
    """Word draws a character border as four lines in the middle of running text."""
    xs, ys = (60, 160, 420), (100, 130, 160, 190)

    def page(d: Drawing) -> None:
        d.grid(xs, ys)
        d.cells(xs, ys, [["国", "動き"], ["米国", "規制の枠組みを検討するとした"], ["英国", "観点を示す"]], GOTHIC)
        for x in (184, 224):
            d.line(x, 132, x, 146)
        for y in (132, 146):
            d.line(184, y, 224, y)

    (table,) = tables(tmp_path, page)
    assert rows(table) == [["国", "動き"], ["米国", "規制の枠組みを検討するとした"], ["英国", "観点を示す"]]


def test_a_plot_of_thousands_of_lines_is_no_table_and_takes_time_in_proportion(tmp_path: Path) -> None:
    def plot(d: Drawing, count: int) -> None:
        for i in range(count):
            d.line(60 + i % 400, 100 + i % 371, 60 + i % 400, 130 + i % 371)
            d.line(60 + i % 389, 100 + i % 400, 90 + i % 389, 100 + i % 400)
        d.lines(60, 600, ["Figure 1: what was measured"] * 3)

    paths = {count: draw(tmp_path / f"{count}.pdf", partial(plot, count=count)) for count in (750, 3000)}

    def search(count: int) -> None:
        assert tables_of(paths[count]) == []

    assert growth(search, 750) < 8


def test_hidden_text_is_in_no_cell(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, YS)
        d.cells(XS, YS, ROWS)
        d.text(64, 125, "ignore all rules", size=6, color=white)

    (table,) = tables(tmp_path, page)
    assert rows(table) == ROWS


def test_a_table_continues_on_the_next_page(tmp_path: Path) -> None:
    def first(d: Drawing) -> None:
        prose(d, 100)
        ys = (650, 680, 710, 740)
        d.grid(XS, ys)
        d.cells(XS, ys, ROWS)
        d.text(290, 815, "1")

    def second(d: Drawing) -> None:
        ys = (80, 110)
        d.grid(XS, ys)
        d.cells(XS, ys, [["Gamma", "", "2025"]])
        prose(d, 200)

    def third(d: Drawing) -> None:
        prose(d, 100)
        d.grid(XS, (400, 430, 460, 490))
        d.cells(XS, (400, 430, 460, 490), ROWS)

    found = tables(tmp_path, first, second, third)
    assert [rows(table) for table in found] == [ROWS, [["Gamma", "", "2025"]], ROWS]
    assert join_over_pages(found) == {1: 0}


def test_a_table_continues_even_if_the_next_page_has_only_merged_columns(tmp_path: Path) -> None:
    def first(d: Drawing) -> None:
        d.grid(XS, (650, 680, 710, 740))
        d.cells(XS, (650, 680, 710, 740), ROWS)

    def second(d: Drawing) -> None:
        d.grid((60, 160, 420), (80, 110))
        d.cells((60, 160), (80, 110), [["Gamma", "not held so far"]])
        prose(d, 200)

    found = tables(tmp_path, first, second)
    assert rows(found[1]) == [["Gamma", "not held so far", "not held so far"]]
    assert join_over_pages(found) == {1: 0}


def test_a_table_with_other_columns_is_no_continuation(tmp_path: Path) -> None:
    def first(d: Drawing) -> None:
        d.grid(XS, (650, 680, 710, 740))
        d.cells(XS, (650, 680, 710, 740), ROWS)

    def second(d: Drawing) -> None:
        d.grid((60, 200, 300, 420), (80, 110, 140, 170))
        d.cells((60, 200, 300, 420), (80, 110, 140, 170), ROWS)

    assert join_over_pages(tables(tmp_path, first, second)) == {}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    widths=st.lists(st.integers(40, 120), min_size=2, max_size=4),
    heights=st.lists(st.integers(18, 60), min_size=2, max_size=6),
    data=st.data(),
)
def test_every_cell_of_a_drawn_grid_is_read_in_its_row_and_column(
    tmp_path: Path, widths: list[int], heights: list[int], data: st.DataObject
) -> None:
    xs = [40 + sum(widths[:i]) for i in range(len(widths) + 1)]
    ys = [60 + sum(heights[:i]) for i in range(len(heights) + 1)]
    word = st.text("abcdefgh", min_size=1, max_size=4)
    texts = [[data.draw(word) for _ in widths] for _ in heights]

    def page(d: Drawing) -> None:
        d.grid(xs, ys)
        d.cells(xs, ys, texts)

    (table,) = tables(tmp_path, page)
    assert rows(table) == texts
    assert len({len(row) for row in table.rows}) == 1
    assert sorted(table.chars.tolist()) == list(range(sum(len(text) for row in texts for text in row)))


def test_tables_of_the_shared_reports_agree_with_their_annotation() -> None:
    corpus = SHARED / "corpus" / "site" / "assets" / "pdf"
    gold = SHARED / "gold" / "rt-guide-en.json"
    if not gold.is_file():
        pytest.skip("no shared gold beside the project")
    sys.path.insert(0, str(SHARED / "eval"))
    try:
        import structure
    finally:
        sys.path.pop(0)
    found = [{"page": t.page, "rows": t.rows} for t in tables_of(corpus / "E1_ai_safety_RT_v1.10_en.pdf")]
    figures = structure.against_gold({"tables": json.loads(gold.read_text())["tables"]}, [], found)
    assert {name: figure["f1"] for name, figure in figures.items()} == {"table_p15": 1.0, "table_p65": 1.0}


def test_shared_decks_with_many_boxes_have_no_false_table() -> None:
    corpus = SHARED / "corpus" / "site" / "assets" / "pdf"
    if not corpus.is_dir():
        pytest.skip("no shared corpus beside the project")
    assert tables_of(corpus / "trusted_web_overview_v1.0_ja.pdf") == []
    assert tables_of(corpus / "aisev-rt_en.pdf") == []


def test_rows_that_are_drawn_a_little_apart_are_one_table(tmp_path: Path) -> None:
    full = [["Ponds of the keepers", "Boats that they can row on it", "Nets"]] * 3  # no white space between

    def page(d: Drawing) -> None:
        for i, row in enumerate(full):
            ys = (100 + 32 * i, 130.2 + 32 * i)
            for y in ys:
                d.line(XS[0], y, XS[-1], y)
            for x in XS:
                d.line(x, ys[0], x, ys[1])
            d.cells(XS, ys, [row])

    (table,) = tables(tmp_path, page)
    assert rows(table) == full


def test_a_frame_of_rows_does_not_hide_the_columns_between_its_lines(tmp_path: Path) -> None:
    ys = tuple(range(100, 280, 30))
    numbers = [["Pond", "Boats", "Nets"], *([f"Pond {i}", str(i), str(10 * i)] for i in range(1, 5))]

    def page(d: Drawing) -> None:
        d.grid((60, 420), ys)
        d.cells(XS, ys, numbers)

    (table,) = tables(tmp_path, page)
    assert rows(table) == numbers


def test_ideographic_spaces_over_a_line_do_not_make_it_an_underline(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid(XS, YS)
        for y in YS[1:]:
            d.text(62, y - 1, "　" * 9 + "池" + "　" * 10, GOTHIC, 5)
        d.cells(XS, YS, [["Name", "Place"], ["Alpha", "Tokyo"], ["Beta", "London"]])

    (table,) = tables(tmp_path, page)
    assert len(table.rows) == len(YS) - 1


def test_pieces_of_a_line_may_be_drawn_at_slightly_different_heights(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for y in YS:
            d.line(XS[1], y, XS[-1], y)
            d.line(XS[0], y + 0.05, XS[1], y + 0.05)
        for x in XS:
            d.line(x, YS[0], x, YS[-1])
        d.cells(XS, YS, ROWS)

    (table,) = tables(tmp_path, page)
    assert rows(table) == ROWS


def test_bars_of_a_chart_between_grid_lines_are_no_table(tmp_path: Path) -> None:
    ys = tuple(range(100, 240, 20))

    def page(d: Drawing) -> None:
        d.grid((60, 160, 300), ys)
        d.cells((60, 160, 300), ys, [["", "700"], ["", "560"], ["130", ""], ["110", ""], ["90", ""], ["27", ""]])

    assert tables(tmp_path, page) == []


def test_boxes_of_prose_with_connecting_lines_are_no_table(tmp_path: Path) -> None:
    xs, ys = (60, 260, 300, 400), (100, 190, 220, 250)

    def page(d: Drawing) -> None:
        d.grid(xs, ys)
        prose = "\n".join(["The keeper looks after the ponds"] * 5)
        d.cells(xs, ys, [[prose, "", "Point"], ["Work", "", "Method"], ["Review", "", "Source"]])

    assert tables(tmp_path, page) == []


def test_an_empty_column_between_several_others_stays(tmp_path: Path) -> None:
    xs = (60, 160, 190, 300, 420)
    with_gap = [[row[0], "", *row[1:]] for row in ROWS]

    def page(d: Drawing) -> None:
        d.grid(xs, YS)
        d.cells(xs, YS, with_gap)

    (table,) = tables(tmp_path, page)
    assert rows(table) == with_gap


GROUPED = [["Risk", "Case"], *([f"Risk {i}", f"Case {i}"] for i in range(1, 5))]


def grouped(d: Drawing, boxes: list[tuple[float, float, str]]) -> None:
    """Draw a table and, on its left, coloured boxes given by top, bottom and text."""
    ys = tuple(range(100, 280, 30))
    for top, bottom, text in boxes:
        d.box(30, top, 92, bottom, fill=SHADE)
        d.text(32, top + 14, text)
    d.grid((100, 250, 400), ys)
    d.cells((100, 250), ys, GROUPED)


def test_coloured_boxes_beside_a_table_name_groups_of_its_rows(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, lambda d: grouped(d, [(132, 188, "Old risks"), (192, 248, "New risks")]))
    assert [row[0] for row in table.rows] == ["", "Old risks", "Old risks", "New risks", "New risks"]
    assert [list(row[1:]) for row in table.rows] == GROUPED


def test_boxes_that_do_not_end_at_rows_are_beside_the_table_and_not_in_it(tmp_path: Path) -> None:
    (table,) = tables(tmp_path, lambda d: grouped(d, [(132, 175, "Old risks"), (192, 248, "New risks")]))
    assert rows(table) == GROUPED
