"""Timelines drawn with free shapes become tables, in PDF and PPTX; what only looks like one stays unchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import fixtures_pptx as draw
import pytest
from fixtures_slides import Canvas, canvas, table_rows
from pptx.util import Pt

from aisi_ingest import registry, tagging
from aisi_ingest.extract import pdf_reader
from aisi_ingest.extract.pdf.document import open_document
from aisi_ingest.extract.pptx import reader
from aisi_ingest.extract.slides import pdf_deck
from aisi_ingest.model import Content

FORMS = pytest.mark.parametrize("form", ["pdf", "pptx"])


def read_drawn(tmp_path: Path, form: str, *parts: Callable[[Canvas], None]) -> Content:
    """Draw a slide from parts and read it."""
    drawing = canvas(tmp_path, form)
    drawing.title("中期の計画")
    for part in parts:
        part(drawing)
    return drawing.read()


def header(*labels: str, left: float = 100, step: float = 150, top: float = 110) -> Callable[[Canvas], None]:
    """Draw time labels in boxes side by side."""

    def slide(canvas: Canvas) -> None:
        for number, label in enumerate(labels):
            x = left + step * number
            canvas.bar((x, top, x + step - 2, top + 24), label)

    return slide


@FORMS
def test_a_bar_is_in_each_year_that_it_reaches_into(tmp_path: Path, form: str) -> None:
    def bars(canvas: Canvas) -> None:
        canvas.bar((105, 160, 245, 190), "試作")
        canvas.bar((255, 160, 545, 190), "機能の拡張")
        canvas.bar((255, 210, 395, 240), "実証")
        canvas.bar((405, 210, 700, 240), "普及")

    content = read_drawn(tmp_path, form, header("2021年度", "2022年度", "2023年度", "2024年度以降"), bars)
    assert table_rows(content) == [
        [
            ["2021年度", "2022年度", "2023年度", "2024年度以降"],
            ["試作", "機能の拡張", "機能の拡張", ""],
            ["", "実証", "普及", "普及"],
        ]
    ]
    assert content.tables[0].header_rows == 1
    assert [block.kind for block in content.blocks] == ["title", "table"]


@FORMS
def test_labels_in_front_begin_rows_and_lines_divide_the_years(tmp_path: Path, form: str) -> None:
    def slide(canvas: Canvas) -> None:
        for number, year in enumerate(("2023", "2024", "2025")):
            canvas.centred_text((250 + 200 * number, 110, 350 + 200 * number, 130), year)
        for x in (400, 600):
            canvas.vertical_line(x, 105, 400)
        for number, label in enumerate(("国内", "国外")):
            canvas.centred_text((60, 160 + 100 * number, 140, 190 + 100 * number), label)
        canvas.centred_text((230, 165, 370, 185), "指針の公表")
        canvas.centred_text((430, 165, 570, 185), "指針の改訂")
        canvas.centred_text((630, 265, 770, 285), "国際会合")

    assert table_rows(read_drawn(tmp_path, form, slide)) == [
        [["", "2023", "2024", "2025"], ["国内", "指針の公表", "指針の改訂", ""], ["国外", "", "", "国際会合"]]
    ]


@FORMS
def test_months_have_their_years_in_a_second_header_row(tmp_path: Path, form: str) -> None:
    def years(canvas: Canvas) -> None:
        canvas.bar((100, 84, 398, 108), "2024年")
        canvas.bar((400, 84, 698, 108), "2025年")

    def bars(canvas: Canvas) -> None:
        canvas.bar((100, 160, 398, 190), "調査")
        canvas.bar((250, 210, 548, 240), "公募（12/2から）")
        canvas.bar((550, 210, 698, 240), "採択")

    content = read_drawn(tmp_path, form, years, header("11月", "12月", "1月", "2月"), bars)
    assert table_rows(content) == [
        [
            ["2024年", "2024年", "2025年", "2025年"],
            ["11月", "12月", "1月", "2月"],
            ["調査", "調査", "", ""],
            ["", "公募（12/2から）", "", "採択"],
        ]
    ]
    assert content.tables[0].header_rows == 2


@FORMS
def test_days_in_cells_get_the_year_of_their_column(tmp_path: Path, form: str) -> None:
    def bars(canvas: Canvas) -> None:
        canvas.bar((105, 160, 330, 190), "改訂（7月25日）")  # reaches into the year in which it ends
        canvas.bar((405, 160, 545, 190), "会合（2/10）")
        canvas.bar((105, 210, 245, 240), "公表（9月20日）")

    content = read_drawn(tmp_path, form, header("2021年", "2022年", "2023年"), bars)
    found = tagging.tag(content, registry.load(), date="2020-01-01", publisher=None).value or ()
    dates = {mention.text: mention.value for mention in found if mention.label == "DATE"}
    assert (dates["7月25日"], dates["2/10"], dates["9月20日"]) == ("2022-07-25", "2023-02-10", "2021-09-20")


@FORMS
def test_texts_beside_and_below_a_timeline_are_not_part_of_it(tmp_path: Path, form: str) -> None:
    def slide(canvas: Canvas) -> None:
        canvas.bar((105, 160, 245, 190), "試作")
        canvas.bar((255, 200, 545, 230), "機能の拡張")
        canvas.centred_text((600, 160, 900, 180), "右に立つ別の話")
        canvas.centred_text(
            (60, 470, 900, 490), "下に立つ、この図の全体よりも広くて長い別の文章であり、図の一部ではない"
        )

    content = read_drawn(tmp_path, form, header("2021", "2022", "2023"), slide)
    assert table_rows(content) == [[["2021", "2022", "2023"], ["試作", "", ""], ["", "機能の拡張", "機能の拡張"]]]
    assert [block.kind for block in content.blocks].count("paragraph") == 2


def test_texts_over_an_empty_table_with_a_header_of_months_fill_its_cells(tmp_path: Path) -> None:
    presentation = draw.Deck()
    slide = presentation.slide("行事")
    ground = draw.add_table(slide.shapes, [["2018年10月", "2019年1月", "2019年4月"], [""] * 3], (200, 100, 600, 340))
    ground.rows[0].height, ground.rows[1].height = Pt(30), Pt(310)
    for number, label in enumerate(("会合", "教材", "案内")):
        draw.add_text(slide.shapes, (60, 150 + 70 * number, 120, 30), label)
    draw.add_text(slide.shapes, (220, 150, 100, 30), "第6回")
    draw.add_text(slide.shapes, (430, 150, 100, 30), "第7回")
    draw.add_text(slide.shapes, (640, 220, 100, 30), "初版")
    content = reader.read(presentation.save(tmp_path / "a.pptx")).value
    assert content is not None and table_rows(content) == [
        [
            ["", "2018年10月", "2019年1月", "2019年4月"],
            ["会合", "第6回", "第7回", ""],
            ["教材", "", "", "初版"],
            ["案内", "", "", ""],
        ]
    ]


def axis_with_events_elsewhere(canvas: Canvas) -> None:
    """Draw boxes wherever there is room, as if lines led from them to the axis."""
    for x, text in ((105, "原則（2017年3月）"), (405, "指針（2019年8月）"), (555, "勧告（2024年1月）")):
        canvas.bar((x, 180, x + 140, 220), text)
    canvas.bar((255, 260, 395, 300), "枠組（2021年1月）")


def texts_without_bars(canvas: Canvas) -> None:
    for number, text in enumerate(("始まり", "広がり", "深まり", "まとめ")):
        canvas.centred_text((100 + 150 * number, 180, 240 + 150 * number, 200), text)
    canvas.centred_text((100, 220, 240, 240), "その後")


def one_row(canvas: Canvas) -> None:
    for number, text in enumerate(("始まり", "広がり", "深まり", "まとめ")):
        canvas.bar((100 + 150 * number, 180, 240 + 150 * number, 220), text)


def prose(canvas: Canvas) -> None:
    text = "この年には多くの事があり、それを一つ一つ数えあげていくと、ここには書ききれないほどの長さになるのである"
    for number in range(4):
        canvas.bar((100 + 150 * number, 180, 240 + 150 * number, 300), text, 6)
        canvas.bar((100 + 150 * number, 320, 240 + 150 * number, 440), text, 6)


def plain_header(*labels: str) -> Callable[[Canvas], None]:
    """Draw time labels without boxes."""

    def slide(canvas: Canvas) -> None:
        for number, label in enumerate(labels):
            canvas.centred_text((100 + 150 * number, 110, 240 + 150 * number, 134), label)

    return slide


YEARS = ("2019", "2020", "2021", "2022")


@FORMS
@pytest.mark.parametrize(
    ("years", "below"),
    [
        (header(*YEARS), axis_with_events_elsewhere),
        (plain_header(*YEARS), texts_without_bars),
        (header(*YEARS), one_row),
        (header(*YEARS), prose),
        (header("2022", "2020", "2021", "2019"), texts_without_bars),
        (header("2021", "2022"), texts_without_bars),
    ],
    ids=["axis", "no bars", "one row", "prose", "not in order", "two years"],
)
def test_shapes_that_only_look_like_a_timeline_stay_paragraphs(
    tmp_path: Path, form: str, years: Callable[[Canvas], None], below: Callable[[Canvas], None]
) -> None:
    assert table_rows(read_drawn(tmp_path, form, years, below)) == []


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_strategy_of_a_real_deck_is_a_table_with_its_years_as_columns(shared: Path, lang: str) -> None:
    path = shared / "corpus" / "site" / "assets" / "pdf" / f"trusted_web_overview_v2.0_{lang}.pdf"
    with open_document(path) as document:
        _, _, tables = pdf_deck.read_deck(list(document.pages())[23:24])
    assert len(tables) == 1 and len(tables[0].rows[0]) == 6
    assert [cell.replace("FY", "") for cell in tables[0].rows[0][:4]] == ["2021", "2022", "2023", "2025"]


@pytest.mark.parametrize("name", ["ai_gfb_summary_ja.pdf", "trusted_web_overview_v1.0_ja.pdf"])
def test_the_other_real_decks_have_no_timeline(shared: Path, name: str) -> None:
    content = pdf_reader.read(shared / "corpus" / "site" / "assets" / "pdf" / name).value
    assert content is not None
    header_cells: Sequence[str] = [cell for table in content.tables for cell in table.rows[0]]
    assert not any("20" in cell for cell in header_cells)
