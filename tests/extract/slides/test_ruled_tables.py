"""Tables on slides between drawn lines: labels in front, rows beyond the lines, and what is not a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fixtures_pptx as draw
import pytest
from fixtures_pdf import GOTHIC, Drawing
from pptx.util import Pt
from reportlab.lib.colors import lightblue

from aisi_ingest.extract import pdf_reader
from aisi_ingest.extract.pptx import reader
from aisi_ingest.model import Content

SLIDE = (960.0, 540.0)
LINES = (200, 270, 340)
ROWS = (
    ("公平", "偏りのある資料を使っていないかを調べ、", "結果を年に一度公表する"),
    ("安全", "想定される使い方の外でも人に害を", "及ぼさないことを試験で確かめる"),
    ("透明", "どのような資料から学んだのかを求めに", "応じて説明できるようにする"),
    ("責任", "誰が何を決めたかを記録に残し、問い", "合わせに答える窓口を設ける"),
)
TABLE = [[label, first + second] for label, first, second in ROWS]


def read(path: Path, *parts: Callable[[Drawing], None]) -> Content:
    """Draw a slide from parts and read it."""
    drawing = Drawing(path, SLIDE)
    drawing.text(60, 60, "守ること", GOTHIC, 28)
    for part in parts:
        part(drawing)
    drawing.save()
    content = pdf_reader.read(path).value
    assert content is not None
    return content


def table_rows(content: Content) -> list[list[list[str]]]:
    """Return the rows of each table."""
    return [[list(row) for row in table.rows] for table in content.tables]


def lines(drawing: Drawing) -> None:
    """Draw the horizontal lines of a table."""
    for number, y in enumerate(LINES):
        drawing.line(150 + number, y, 850 - number, y)  # of slightly different length, as if drawn by hand


def texts(drawing: Drawing, left: float = 160) -> None:
    """Draw a row above the first line, two between the lines and one below. Labels are in the middle of their rows."""
    for number, (label, first, second) in enumerate(ROWS):
        top = 145 + 70 * number
        drawing.text(left, top + 18, label, GOTHIC, 14)
        drawing.text(320, top + 8, first, GOTHIC, 14)
        drawing.text(320, top + 28, second, GOTHIC, 14)


def test_a_table_includes_the_rows_above_its_first_line_and_below_its_last(tmp_path: Path) -> None:
    content = read(tmp_path / "a.pdf", lines, texts)
    assert table_rows(content) == [TABLE]
    assert [block.kind for block in content.blocks] == ["title", "table"]


def test_a_shape_before_the_table_labels_all_rows_beside_it(tmp_path: Path) -> None:
    def labels(drawing: Drawing) -> None:
        for top, bottom, text in ((135, 265, "準備"), (275, 405, "運用")):
            drawing.box(50, top, 140, bottom, fill=lightblue)
            drawing.text(80, (top + bottom) / 2, text, GOTHIC, 14)

    assert table_rows(read(tmp_path / "a.pdf", lines, labels, texts)) == [
        [["準備", *TABLE[0]], ["準備", *TABLE[1]], ["運用", *TABLE[2]], ["運用", *TABLE[3]]]
    ]


def test_each_row_belongs_to_the_nearest_label_if_labels_have_no_shapes(tmp_path: Path) -> None:
    def labels(drawing: Drawing) -> None:
        drawing.text(60, 204, "準備", GOTHIC, 14)
        drawing.text(60, 344, "運用", GOTHIC, 14)

    found = table_rows(read(tmp_path / "a.pdf", lines, labels, texts))
    assert [row[0] for row in found[0]] == ["準備", "準備", "運用", "運用"]


def test_headings_with_backgrounds_are_the_header_and_span_the_columns_of_their_backgrounds(tmp_path: Path) -> None:
    def table(drawing: Drawing) -> None:
        for y in (150, 200, 250, 300):
            drawing.line(100, y, 860, y)
        for x0, x1, text in ((100, 476, "本編"), (480, 860, "別冊")):
            drawing.box(x0, 122, x1, 146, fill=lightblue)
            drawing.text(x0 + 6, 140, text, GOTHIC, 14)
        for number in range(3):
            for x, word in ((110, "部"), (250, "主な題"), (490, "関連"), (640, "解説の題")):
                drawing.text(x, 180 + 50 * number, f"{word}{number}", GOTHIC, 14)

    content = read(tmp_path / "a.pdf", table)
    assert table_rows(content) == [
        [["本編", "本編", "別冊", "別冊"], *([f"部{n}", f"主な題{n}", f"関連{n}", f"解説の題{n}"] for n in range(3))]
    ]
    assert content.tables[0].header_rows == 1


def test_bullets_and_their_texts_are_one_column(tmp_path: Path) -> None:
    def listed(drawing: Drawing) -> None:
        for number, (label, first, second) in enumerate(ROWS):
            top = 145 + 70 * number
            drawing.text(160, top + 18, label, GOTHIC, 14)
            for line, text in enumerate((first, second)):
                drawing.text(320, top + 8 + 20 * line, "-", "Helvetica", 14)
                drawing.text(345, top + 8 + 20 * line, text, GOTHIC, 14)

    found = table_rows(read(tmp_path / "a.pdf", lines, listed))
    assert len(found) == 1 and [len(row) for row in found[0]] == [2] * 4
    assert found[0][0] == ["公平", "偏りのある資料を使っていないかを調べ、 結果を年に一度公表する"]


def test_a_paragraph_above_that_crosses_the_columns_is_not_part_of_the_table(tmp_path: Path) -> None:
    def lead(drawing: Drawing) -> None:
        drawing.text(
            60,
            100,
            "次の四つのことを、提供する者も利用する者も、はじめから終わりまで守るように努めなければならず、",
            GOTHIC,
            14,
        )
        drawing.text(160, 119, "年に一度見直す", GOTHIC, 14)

    content = read(tmp_path / "a.pdf", lines, texts, lead)
    assert table_rows(content) == [TABLE]
    assert [block.text[-7:] for block in content.blocks if block.kind == "paragraph"] == ["年に一度見直す"]


def test_text_boxes_between_lines_of_a_pptx_are_the_same_table(tmp_path: Path) -> None:
    deck = draw.Deck()
    shapes = deck.slide("守ること").shapes
    for y in LINES:
        shapes.add_connector(1, Pt(150), Pt(y), Pt(850), Pt(y))
    for number, (label, first, second) in enumerate(ROWS):
        draw.add_text(shapes, (155, 150 + 70 * number, 100, 30), label, size=14)
        draw.add_text(shapes, (310, 138 + 70 * number, 500, 50), first + second, size=14)
    content = reader.read(deck.save(tmp_path / "a.pptx")).value
    assert content is not None and table_rows(content) == [TABLE]


def two_columns_of_prose(drawing: Drawing) -> None:
    lines(drawing)
    for x in (160, 510):
        for number in range(12):
            drawing.text(x, 150 + 22 * number, "左右に並ぶ本文の長い一行がここに続く、", GOTHIC, 14)


def text_across_columns(drawing: Drawing) -> None:
    lines(drawing)
    for number in range(4):
        drawing.text(
            160, 170 + 70 * number, "線と線の間にある一つの長い文であって、どこにも列の境になる空きがない", GOTHIC, 14
        )


def only_two_lines(drawing: Drawing) -> None:
    for y in LINES[:2]:
        drawing.line(150, y, 850, y)
    texts(drawing)


def cards(drawing: Drawing) -> None:
    """Draw three lines that divide a slide, with long texts on both sides."""
    lines(drawing)
    for number in range(2):
        drawing.text(160, 240 + 70 * number, "左側に立つかなり長い見出しのような文言であり札では", GOTHIC, 14)
        drawing.text(580, 240 + 70 * number, "右側に立つ別の話", GOTHIC, 14)


@pytest.mark.parametrize("slide", [two_columns_of_prose, text_across_columns, only_two_lines, cards])
def test_texts_between_lines_that_only_look_like_a_table_stay_paragraphs(
    tmp_path: Path, slide: Callable[[Drawing], None]
) -> None:
    assert table_rows(read(tmp_path / "a.pdf", slide)) == []


def test_the_guidelines_of_a_real_deck_are_tables_with_a_row_for_each_guideline(shared: Path) -> None:
    content = pdf_reader.read(shared / "corpus" / "site" / "assets" / "pdf" / "ai_gfb_summary_ja.pdf").value
    assert content is not None
    shape = {table.page: (len(table.rows), len(table.rows[0])) for table in content.tables}
    assert shape == {
        9: (6, 5),
        13: (6, 3),
        14: (6, 3),
        17: (7, 3),
        18: (5, 3),
        19: (6, 3),
        20: (6, 3),
        21: (7, 3),
    }
    assert all(row[-1] for table in content.tables if table.page > 12 for row in table.rows)
