"""Tables whose rows are labelled by boxes, in PDF and PPTX; what only looks like one stays unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_slides import Canvas, canvas, table_rows

from aisi_ingest.extract import pdf_reader
from aisi_ingest.model import Content

FORMS = pytest.mark.parametrize("form", ["pdf", "pptx"])
ROWS = (
    ("主体", ("人や組織を指し、名を持つ", "一人が名をいくつ持ってもよい")),
    ("記録", ("いつ何をしたかを書きとめたもの",)),
    ("伝達", ("主体から主体へ一方に送られる", "届いたことは送り手にも知らされる")),
    ("場所", ("記録を置くところ",)),
)
TABLE = [[label, "".join(lines)] for label, lines in ROWS]


def read_drawn(tmp_path: Path, form: str, *parts: Callable[[Canvas], None]) -> Content:
    """Draw a slide from parts and read it."""
    slide = canvas(tmp_path, form)
    slide.title("四つの部分")
    for part in parts:
        part(slide)
    return slide.read()


def labels(slide: Canvas) -> None:
    """Draw the boxes that label the rows."""
    for number, (label, _) in enumerate(ROWS):
        slide.bar((100, 160 + 60 * number, 220, 205 + 60 * number), label)


def texts(slide: Canvas, left: float = 240) -> None:
    """Draw the text beside each box."""
    for number, (_, lines) in enumerate(ROWS):
        slide.text((left, 164 + 60 * number, left + 500, 200 + 60 * number), *lines)


@FORMS
def test_texts_beside_a_column_of_boxes_are_rows_of_a_table(tmp_path: Path, form: str) -> None:
    content = read_drawn(tmp_path, form, labels, texts)
    assert table_rows(content) == [TABLE]
    assert [block.kind for block in content.blocks] == ["title", "table"]


@FORMS
def test_headings_above_boxes_and_texts_are_the_header(tmp_path: Path, form: str) -> None:
    def headings(slide: Canvas) -> None:
        slide.centred_text((100, 130, 220, 152), "部分")
        slide.centred_text((300, 130, 420, 152), "説明")

    content = read_drawn(tmp_path, form, labels, texts, headings)
    assert table_rows(content) == [[["部分", "説明"], *TABLE]] and content.tables[0].header_rows == 1


@FORMS
def test_boxes_on_the_other_side_are_not_part_of_the_table(tmp_path: Path, form: str) -> None:
    def others(slide: Canvas) -> None:
        for number in range(2):
            slide.bar((20, 170 + 90 * number, 80, 220 + 90 * number), f"働き{number}")

    content = read_drawn(tmp_path, form, labels, texts, others)
    assert table_rows(content) == [TABLE]
    assert [block.text for block in content.blocks if block.kind == "paragraph"] == ["働き0", "働き1"]


def cards(slide: Canvas) -> None:
    labels(slide)
    for number, (label, _) in enumerate(ROWS):
        slide.bar((240, 160 + 60 * number, 360, 205 + 60 * number), label + "の札")


def panel(slide: Canvas) -> None:
    labels(slide)
    slide.bar((230, 150, 800, 400), "")
    texts(slide)


def one_text(slide: Canvas) -> None:
    """Draw one text beside the boxes that does not keep to their heights."""
    labels(slide)
    slide.text((240, 150, 800, 400), *(f"この文は箱にかまわず{n}行目まで続いていく" for n in range(15)))


def steps(slide: Canvas) -> None:
    """Draw texts that begin at a different distance from each box."""
    labels(slide)
    for number, (_, lines) in enumerate(ROWS):
        slide.text((240 + 50 * number, 164 + 60 * number, 800, 200 + 60 * number), lines[0])


def two_boxes(slide: Canvas) -> None:
    for number, (label, lines) in enumerate(ROWS[:2]):
        slide.bar((100, 160 + 60 * number, 220, 205 + 60 * number), label)
        slide.text((240, 164 + 60 * number, 740, 200 + 60 * number), *lines)


def texts_beside_some(slide: Canvas) -> None:
    labels(slide)
    slide.text((240, 164, 740, 200), *ROWS[0][1])
    slide.text((240, 344, 740, 380), *ROWS[3][1])


@FORMS
@pytest.mark.parametrize("slide", [cards, panel, one_text, steps, two_boxes, texts_beside_some])
def test_boxes_and_texts_that_only_look_like_a_table_stay_paragraphs(
    tmp_path: Path, form: str, slide: Callable[[Canvas], None]
) -> None:
    assert table_rows(read_drawn(tmp_path, form, slide)) == []


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_real_deck_explains_its_parts_in_tables(shared: Path, lang: str) -> None:
    path = shared / "corpus" / "site" / "assets" / "pdf" / f"trusted_web_overview_v2.0_{lang}.pdf"
    content = pdf_reader.read(path).value
    assert content is not None
    shape = {table.page: (len(table.rows), len(table.rows[0]), table.header_rows) for table in content.tables}
    assert shape == {9: (4, 2, 0), 12: (7, 2, 1), 24: (12, 6, 1)}


@FORMS
def test_the_box_around_each_text_is_the_region_of_its_cell(tmp_path: Path, form: str) -> None:
    content = read_drawn(tmp_path, form, labels, texts)
    (table,) = content.tables
    assert [(cell.row, cell.column, cell.text.replace(" ", "")) for cell in table.cells] == [
        (i, j, text) for i, row in enumerate(TABLE) for j, text in enumerate(row)
    ]
    for number, cell in enumerate(table.cells[::2]):
        (region,) = cell.regions
        assert region.page == 1 and 100 <= region.bbox.x0 < region.bbox.x1 <= 220
        assert 155 + 60 * number <= region.bbox.top < region.bbox.bottom <= 210 + 60 * number


@FORMS
def test_two_labelled_lists_side_by_side_are_no_table(tmp_path: Path, form: str) -> None:
    def lists(slide: Canvas) -> None:
        for left, letter in ((100, "B"), (400, "C")):
            for number in range(4):
                slide.bar((left, 160 + 60 * number, left + 60, 205 + 60 * number), f"{letter}-{number}")
                slide.text((left + 80, 164 + 60 * number, left + 250, 200 + 60 * number), "池の世話")

    assert read_drawn(tmp_path, form, lists).tables == ()


@FORMS
def test_a_list_of_contents_with_page_numbers_is_no_table(tmp_path: Path, form: str) -> None:
    def contents(slide: Canvas) -> None:
        for number, chapter in enumerate(("池の広さ", "舟の数", "網の直し方", "冬の備え"), 1):
            slide.bar((100, 100 + 60 * number, 160, 145 + 60 * number), str(number))
            slide.text((180, 104 + 60 * number, 480, 140 + 60 * number), chapter)
            slide.text((700, 104 + 60 * number, 760, 140 + 60 * number), str(9 * number))

    assert read_drawn(tmp_path, form, contents).tables == ()
