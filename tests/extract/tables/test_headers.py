"""Header rows: by their look, by rules, and by their words; empty rows and columns of a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fixtures_pdf import GOTHIC, Drawing, draw

from aisi_ingest.extract.pdf.document import open_document
from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.extract.tables.finder import find_tables
from aisi_ingest.extract.tables.found_table import FoundTable
from aisi_ingest.extract.tables.header_words import named_header_rows

SOME_ROWS = [
    (["Room", "2023", "2024"], ["Map room", "250", "311"], ["Archive", "87", "1,204"]),
    (["Date", "Subject", "Used days"], ["07.01.2025", "Review of the form", "11"], ["19.02.2025", "Interview", "7"]),
    (["no. of boats", "Freq.", "Std. Dev."], ["0", "138", "6.9"], ["1", "178", "8.8"]),
    (["", "Boat of the keeper", "Field"], ["1", "Heron", "Ponds"], ["2", "Swan", "Lakes"]),
    (["項目", "内容", "担当"], ["記録の保存", "原本を書庫に置く", "総務"], ["教育", "年に二回の講習を行う", "人事"]),
    (["", "This year", "Last year"], ["", "千円", "千円"], ["Boats", "4,176", "2,246"]),
    (["Tasks", "Keepers", "Guests"], ["Care of nets", "x", ""], ["Care of boats", "x", "x"]),
    (["対 策 項 目", "1建物", "2船室"], ["火災の被害を防ぐこと。", "☆", "◎"], ["水の被害を防ぐこと。", "○", "－"]),
]
LONG = "Everything that the keepers of the pond have to look after"
ROWS_WITHOUT_HEADS = [
    (["1", "Ponds", "11"], ["2", "Boats", "14"], ["3", "Nets", "21"]),
    (["Name", "Ada Example"], ["Date", "4 May"], ["Place", "Pond House"]),
    (["B-1", "Health", "C-1", "Defence"], ["B-2", "Robots", "C-2", "Money"]),
    (["10th meeting", "2019/7/16", "Pond House"], ["11th meeting", "2019/9/1", "Lake House"]),
    ([f"Safety: {LONG}.", f"Rakes. {LONG}."], [f"Fairness: {LONG}.", f"Boats. {LONG}."]),
    (["Low", "High", "High"], ["Low", "Low", "High"]),
]


def separate(rows: Sequence[Sequence[str]]) -> list[list[int]]:
    width = len(rows[0])
    return [[i * width + j for j in range(width)] for i in range(len(rows))]


@pytest.mark.parametrize("rows", SOME_ROWS)
def test_a_row_that_names_the_columns_is_a_header(rows: Sequence[Sequence[str]]) -> None:
    assert named_header_rows(rows, separate(rows)) == 1


@pytest.mark.parametrize("rows", ROWS_WITHOUT_HEADS)
def test_a_table_without_names_of_its_columns_has_no_header(rows: Sequence[Sequence[str]]) -> None:
    assert named_header_rows(rows, separate(rows)) == 0


def test_short_heads_over_sentences_are_a_header() -> None:
    rows = [["Pillar", "Promise"], ["Care", LONG + " in spring"], ["Peace", LONG + " at night"]]
    assert named_header_rows(rows, separate(rows)) == 1


def test_a_merged_head_with_sub_heads_makes_two_header_rows() -> None:
    rows = [["Lake", "Visitors", "Visitors"], ["Lake", "spring", "autumn"], ["North", "12", "15"], ["South", "9", "7"]]
    assert named_header_rows(rows, [[0, 1, 1], [0, 2, 3], [4, 5, 6], [7, 8, 9]]) == 2


def test_a_merged_head_without_sub_heads_is_one_header_row() -> None:
    rows = [["Lake", "Visitors", "Visitors"], ["North", "12", "15"], ["South", "9", "7"]]
    assert named_header_rows(rows, [[0, 1, 1], [2, 3, 4], [5, 6, 7]]) == 1


def test_a_title_over_all_columns_counts_together_with_the_heads_below_it() -> None:
    rows = [["Lakes of the county"] * 3, ["Lake", "spring", "autumn"], ["North", "12", "15"], ["South", "9", "7"]]
    assert named_header_rows(rows, [[0, 0, 0], [1, 2, 3], [4, 5, 6], [7, 8, 9]]) == 2


def found(tmp_path: Path, *pages: Callable[[Drawing], None]) -> list[FoundTable]:
    with open_document(draw(tmp_path / "a.pdf", *pages)) as document:
        return [table for each in document.pages() for table in find_tables(each)]


def test_the_row_above_the_rule_below_the_heads_is_a_header(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for y in (100, 120, 184):
            d.line(60, y, 400, y)
        for y, row in zip((114, 134, 154, 174), texts, strict=True):
            for x, text in zip((64, 200, 300), row, strict=True):
                d.text(x, y, text)

    texts = [
        ["Colour", "Shape", "Taste"],
        ["red", "round", "sweet"],
        ["green", "long", "sour"],
        ["blue", "flat", "salty"],
    ]
    (table,) = found(tmp_path, page)
    assert [list(row) for row in table.rows] == texts
    assert table.header_rows == 1


def test_empty_rows_and_columns_of_a_double_frame_are_left_out(tmp_path: Path) -> None:
    xs, ys = [60, 72, 200, 300, 400, 412], [100, 112, 140, 168, 196, 208]

    def page(d: Drawing) -> None:
        d.grid(xs, ys)
        d.cells(xs, ys, [[""] * 5, *(["", *row, ""] for row in texts)])

    texts = [["Lake", "Boats", "Nets"], ["North", "12", "4"], ["South", "9", "2"]]
    (table,) = found(tmp_path, page)
    assert [list(row) for row in table.rows] == texts
    assert table.columns == (72.0, 200.0, 300.0, 400.0)


def test_rows_that_the_next_page_repeats_are_header_rows_of_both_parts(tmp_path: Path) -> None:
    xs = [60, 200, 300]

    def first(d: Drawing) -> None:
        d.grid(xs, [700, 720, 740, 760, 780])
        d.cells(xs, [700, 720, 740, 760], [["あひる", "かもめ"], ["赤い", "白い"], ["丸い", "長い"]], GOTHIC)
        d.cells(xs, [760], [["青い", "平たい"]], GOTHIC)

    def second(d: Drawing) -> None:
        d.grid(xs, [60, 80, 100])
        d.cells(xs, [60, 80], [["あひる", "かもめ"], ["黒い", "短い"]], GOTHIC)
        d.text(60, 400, "These are the colours of the birds on the pond.")

    content = read(draw(tmp_path / "a.pdf", first, second)).value
    assert content is not None
    assert [(table.header_rows, table.continues) for table in content.tables] == [(1, None), (1, "t1")]
