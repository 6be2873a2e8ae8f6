"""Attacks: text on slides that nobody sees. Each has its reason; what can be seen stays."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fixtures_pptx as draw
import pytest
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from aisi_ingest.extract.pptx.reader import read as read_result
from aisi_ingest.model import Content

PLACE: draw.Place = (60, 200, 300, 40)
NAVY, WHITE = RGBColor(0x10, 0x20, 0x60), RGBColor(0xFF, 0xFF, 0xFF)


def read(path: Path) -> Content:
    content = read_result(path).value
    assert content is not None
    return content


def reasons(tmp_path: Path, paint: Callable[[Any], None]) -> dict[str, str | None]:
    """Return each text of a slide with the reason why it is hidden."""
    deck = draw.Deck()
    paint(deck.slide("Title"))
    found: dict[str, str | None] = {
        block.text: block.hidden_reason for block in read(deck.save(tmp_path / "a.pptx")).blocks
    }
    assert found.pop("Title") is None
    return found


def write(slide: Any, text: str, color: RGBColor | None = None, place: draw.Place = PLACE, size: float = 16) -> Any:
    box = draw.add_text(slide.shapes, place, text, size=size)
    if color is not None:
        run_of(box).font.color.rgb = color
    return box


def run_of(shape: Any) -> Any:
    return shape.text_frame.paragraphs[0].runs[0]


def rectangle(slide: Any, place: draw.Place, color: RGBColor | None, text: str = "") -> Any:
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Pt(value) for value in place))
    if color is None:
        shape.fill.background()
    else:
        shape.fill.solid()
        shape.fill.fore_color.rgb = color
    shape.text_frame.text = text
    return shape


def picture(slide: Any, place: draw.Place, color: tuple[int, ...]) -> None:
    stream = io.BytesIO()
    Image.new("RGBA" if len(color) > 3 else "RGB", (8, 8), color).save(stream, "PNG")
    slide.shapes.add_picture(io.BytesIO(stream.getvalue()), *(Pt(value) for value in place))


@pytest.mark.parametrize("color", [WHITE, RGBColor(0xF5, 0xF5, 0xF5)])
def test_white_text_on_a_white_slide_is_hidden(tmp_path: Path, color: RGBColor) -> None:
    assert reasons(tmp_path, lambda slide: write(slide, "secret", color)) == {"secret": "same_colour"}


def test_text_in_the_theme_colour_of_the_background_is_hidden(tmp_path: Path) -> None:
    def paint(slide: Any) -> None:
        run_of(write(slide, "secret")).font.color.theme_color = MSO_THEME_COLOR.BACKGROUND_1

    assert reasons(tmp_path, paint) == {"secret": "same_colour"}


def test_text_in_the_colour_of_a_dark_background_is_hidden_and_white_text_is_visible(tmp_path: Path) -> None:
    def paint(slide: Any) -> None:
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = NAVY
        write(slide, "secret", NAVY)
        write(slide, "shown", WHITE, (60, 300, 300, 40))

    assert reasons(tmp_path, paint) == {"secret": "same_colour", "shown": None}


def test_text_in_the_fill_colour_of_its_shape_is_hidden_and_white_text_on_it_is_visible(tmp_path: Path) -> None:
    def paint(slide: Any) -> None:
        run_of(rectangle(slide, PLACE, NAVY, "secret")).font.color.rgb = NAVY
        run_of(rectangle(slide, (60, 300, 300, 40), NAVY, "shown")).font.color.rgb = WHITE

    assert reasons(tmp_path, paint) == {"secret": "same_colour", "shown": None}


def test_white_text_on_a_shape_below_it_is_visible(tmp_path: Path) -> None:
    def paint(slide: Any) -> None:
        rectangle(slide, (50, 190, 320, 60), NAVY)
        write(slide, "on a shape", WHITE)
        picture(slide, (50, 300, 320, 60), (0, 0, 80))
        write(slide, "on a picture", WHITE, (60, 310, 300, 40))
        rectangle(slide, (50, 400, 100, 60), NAVY)
        write(slide, "partly on a shape", WHITE, (60, 410, 300, 40))

    assert set(reasons(tmp_path, paint).values()) == {None}


def test_white_text_on_a_gradient_or_on_the_layout_is_visible(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("Title")
    shape = rectangle(slide, PLACE, NAVY, "on a gradient")
    shape.fill.gradient()
    run_of(shape).font.color.rgb = WHITE
    band = rectangle(slide, (0, 400, 960, 100), NAVY)._element
    slide.slide_layout._element.find(f".//{qn('p:spTree')}").append(band)
    write(slide, "on the layout", WHITE, (60, 420, 300, 40))
    assert not [block.text for block in read(deck.save(tmp_path / "a.pptx")).blocks if block.hidden]


def test_type_of_one_point_is_hidden(tmp_path: Path) -> None:
    assert reasons(tmp_path, lambda slide: write(slide, "secret", size=1)) == {"secret": "tiny"}


def test_only_the_runs_that_nobody_sees_are_hidden(tmp_path: Path) -> None:
    def paint(slide: Any) -> None:
        paragraph = write(slide, "Plan for").text_frame.paragraphs[0]
        for text, color in ((" obey me", WHITE), (" 2026", None)):
            run = paragraph.add_run()
            run.text = text
            if color is not None:
                run.font.color.rgb = color

    assert reasons(tmp_path, paint) == {"Plan for 2026": None, "obey me": "same_colour"}


@pytest.mark.parametrize(
    ("fill", "reason"),
    [
        ('<a:solidFill {}><a:srgbClr val="000000"><a:alpha val="0"/></a:srgbClr></a:solidFill>', "transparent"),
        ("<a:noFill {}/>", "unpainted"),
    ],
)
def test_fully_transparent_text_is_hidden(tmp_path: Path, fill: str, reason: str) -> None:
    def paint(slide: Any) -> None:
        run_of(write(slide, "secret"))._r.get_or_add_rPr().insert(0, parse_xml(fill.format(nsdecls("a"))))

    assert reasons(tmp_path, paint) == {"secret": reason}


def test_text_under_a_later_shape_is_hidden(tmp_path: Path) -> None:
    def paint(slide: Any) -> None:
        write(slide, "secret")
        rectangle(slide, (50, 190, 320, 60), RGBColor(0xEE, 0xEE, 0xEE), "on top")

    assert reasons(tmp_path, paint) == {"secret": "covered", "on top": None}


def test_text_under_a_later_picture_is_hidden(tmp_path: Path) -> None:
    def paint(slide: Any) -> None:
        write(slide, "secret")
        picture(slide, (50, 190, 320, 60), (200, 0, 0))

    assert reasons(tmp_path, paint) == {"secret": "covered"}


def test_text_under_something_that_lets_it_shine_through_is_visible(tmp_path: Path) -> None:
    def paint(slide: Any) -> None:
        write(slide, "under a picture")
        picture(slide, (50, 190, 320, 60), (200, 0, 0, 90))
        write(slide, "in a frame", None, (60, 300, 300, 40))
        rectangle(slide, (50, 290, 320, 60), None)
        write(slide, "half covered", None, (60, 400, 300, 40))
        rectangle(slide, (50, 390, 60, 60), NAVY)

    assert set(reasons(tmp_path, paint).values()) == {None}


def chart(slide: Any, fill: str) -> None:
    data = CategoryChartData()
    data.categories = ["2025"]
    data.add_series("Cost", (1,))
    places = [Pt(value) for value in (50, 190, 320, 200)]
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *places, data)
    frame.chart._chartSpace.find(qn("c:chart")).addnext(parse_xml(f"<c:spPr {nsdecls('c', 'a')}>{fill}</c:spPr>"))


def table(slide: Any, fill: RGBColor | None, height: float) -> None:
    frame = slide.shapes.add_table(1, 2, *(Pt(value) for value in (50, 190, 320, 60)))
    for cell, text in zip(frame.table.iter_cells(), ("Year", "Cost"), strict=True):
        cell.text = text
        if fill is not None:
            cell.fill.solid()
            cell.fill.fore_color.rgb = fill
    frame.height = Pt(height)


SOLID = '<a:solidFill><a:srgbClr val="FFFFFF">{}</a:srgbClr></a:solidFill>'


@pytest.mark.parametrize(
    "cover",
    [lambda slide: chart(slide, SOLID.format("")), lambda slide: table(slide, WHITE, 60)],
    ids=["chart", "table"],
)
def test_text_under_a_filled_chart_or_table_is_hidden(tmp_path: Path, cover: Callable[[Any], None]) -> None:
    def paint(slide: Any) -> None:
        write(slide, "secret")
        cover(slide)

    assert reasons(tmp_path, paint)["secret"] == "covered"


@pytest.mark.parametrize(
    "cover",
    [
        lambda slide: chart(slide, "<a:noFill/>"),
        lambda slide: chart(slide, SOLID.format('<a:alpha val="40000"/>')),
        lambda slide: table(slide, None, 60),
        lambda slide: table(slide, WHITE, 400),
    ],
    ids=["chart without fill", "pale chart", "table without fill", "frame larger than its table"],
)
def test_text_under_a_chart_or_table_that_may_not_cover_it_is_visible(
    tmp_path: Path, cover: Callable[[Any], None]
) -> None:
    def paint(slide: Any) -> None:
        write(slide, "shown")
        cover(slide)

    assert reasons(tmp_path, paint)["shown"] is None


def test_text_that_an_animation_uncovers_is_visible(tmp_path: Path) -> None:
    def paint(slide: Any) -> None:
        write(slide, "answer")
        cover = rectangle(slide, (50, 190, 320, 60), NAVY)
        target = f'<p:timing {nsdecls("p")}><p:spTgt spid="{cover.shape_id}"/></p:timing>'
        slide._element.append(parse_xml(target))

    assert reasons(tmp_path, paint) == {"answer": None}


def test_unseen_text_in_a_table_cell_is_not_in_the_table(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("Title")
    table = draw.add_table(slide.shapes, [["Year", "Cost"], ["2026", "10"]])
    table = getattr(table, "table", table)
    cell = table.cell(1, 1)
    run = cell.text_frame.paragraphs[0].add_run()
    run.text, run.font.size = "secret", Pt(1)
    head = table.cell(0, 0)
    head.fill.solid()
    head.fill.fore_color.rgb = NAVY
    head.text_frame.paragraphs[0].runs[0].font.color.rgb = WHITE
    content = read(deck.save(tmp_path / "a.pptx"))
    assert content.tables[0].rows == (("Year", "Cost"), ("2026", "10"))
    assert [(block.text, block.hidden_reason) for block in content.blocks if block.hidden] == [("secret", "tiny")]


def test_a_table_on_a_hidden_slide_has_no_row_among_the_tables(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("Title")
    slide = deck.slide("Secret title")
    draw.add_table(slide.shapes, [["Year", "Cost"], ["2026", "10"]])
    draw.hide_slide(slide)
    content = read(deck.save(tmp_path / "a.pptx"))
    assert content.tables == ()
    assert [section.title for section in content.sections] == ["Title", ""]
    assert {block.hidden_reason for block in content.blocks if block.page == 2} == {"hidden_slide"}


def test_tag_characters_are_removed_with_an_issue(tmp_path: Path) -> None:
    deck = draw.Deck()
    write(deck.slide("Title"), "plan" + "".join(chr(0xE0000 + ord(char)) for char in "obey"))
    result = read_result(deck.save(tmp_path / "a.pptx"))
    assert result.value is not None
    assert [block.text for block in result.value.blocks] == ["Title", "plan"]
    assert [(issue.code, issue.page) for issue in result.issues] == [("unseen_characters", 1)]
