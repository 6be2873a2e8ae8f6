"""Faults that people reported of other readers of PPTX: each test draws one of them in a form of its own."""

from __future__ import annotations

from pathlib import Path

import fixtures_pptx as draw
import pytest
from pptx.util import Pt

from aisi_ingest.extract.pptx import reader
from aisi_ingest.model import Content


def read(path: Path) -> Content:
    result = reader.read(path)
    assert result.value is not None, result.issues
    return result.value


def texts(content: Content) -> list[str]:
    return [block.text for block in content.blocks if not block.hidden]


def with_chart_xml(tmp_path: Path, old: str, new: str) -> Content:
    """Read a slide with a chart and a remark, after a change in the XML of the chart."""
    deck = draw.Deck()
    slide = deck.slide("船の数")
    draw.add_chart(slide.shapes, "年ごとの船", ["2022年", "2023年"], {"木": [4, 6], "布": [2, 3]})
    draw.add_text(slide.shapes, (60, 420, 600, 40), "会の帳簿による。")

    def change(name: str, data: bytes) -> tuple[str, bytes]:
        if name.startswith("ppt/charts/chart"):
            assert old.encode() in data
            data = data.replace(old.encode(), new.encode())
        return name, data

    path = tmp_path / "a.pptx"
    path.write_bytes(draw.rewrite_members(deck.bytes(), change))
    return read(path)


@pytest.mark.parametrize(
    "kind", ["bar3DChart", "line3DChart", "area3DChart", "pie3DChart", "surfaceChart", "radarChart"]
)
def test_a_chart_of_a_kind_that_the_library_does_not_know_is_a_table(tmp_path: Path, kind: str) -> None:
    content = with_chart_xml(tmp_path, "c:barChart>", f"c:{kind}>")
    [table] = content.tables
    assert table.rows == (("", "木", "布"), ("2022年", "4", "2"), ("2023年", "6", "3"))
    assert "会の帳簿による。" in texts(content)


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!"])
def test_an_error_in_the_values_of_a_chart_is_kept_and_the_rest_is_read(tmp_path: Path, error: str) -> None:
    content = with_chart_xml(tmp_path, "<c:v>6</c:v>", f"<c:v>{error}</c:v>")
    [table] = content.tables
    assert table.rows == (("", "木", "布"), ("2022年", "4", "2"), ("2023年", error, "3"))
    assert "会の帳簿による。" in texts(content)


@pytest.mark.parametrize(
    ("place", "hidden"),
    [
        ((-400, 200, 300, 40), True),  # left of the slide
        ((980, 200, 300, 40), True),  # right of it
        ((60, 560, 300, 40), True),  # below
        ((60, -90, 300, 40), True),  # above
        ((900, 200, 300, 40), False),  # over the right edge
        ((60, 520, 300, 60), False),  # over the lower edge
        ((-100, 200, 300, 40), False),  # over the left edge
    ],
)
def test_a_shape_is_hidden_only_if_all_of_it_is_beside_the_slide(
    tmp_path: Path, place: draw.Place, hidden: bool
) -> None:
    deck = draw.Deck()
    draw.add_text(deck.slide("予定").shapes, place, "船を洗う。")
    [block] = [b for b in read(deck.save(tmp_path / "a.pptx")).blocks if b.text == "船を洗う。"]
    assert block.hidden_reason == ("outside" if hidden else None)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_shapes_are_read_as_they_stand_and_not_as_they_are_stored(tmp_path: Path, order: tuple[int, ...]) -> None:
    boxes = [
        ((60, 120, 500, 30), "1. Before the trip"),
        ((90, 160, 500, 30), "Sign the book."),
        ((60, 240, 500, 30), "2. After the trip"),
        ((90, 280, 500, 30), "Wash the boat."),
    ]
    deck = draw.Deck()
    slide = deck.slide("Rules for trips")
    for number in order:
        draw.add_text(slide.shapes, *boxes[number])
    assert texts(read(deck.save(tmp_path / "a.pptx"))) == ["Rules for trips", *(text for _, text in boxes)]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("船の手引き\v令和六年版", "船の手引き令和六年版"),
        ("Guide to boats\vSecond edition", "Guide to boats Second edition"),
    ],
)
def test_a_vertical_tab_in_a_title_is_a_line_break(tmp_path: Path, written: str, title: str) -> None:
    deck = draw.Deck()
    draw.add_text(deck.slide(written).shapes, (60, 200, 600, 60), written)
    content = read(deck.save(tmp_path / "a.pptx"))
    assert content.title == title
    assert texts(content) == [title, title]
    assert all("\v" not in block.text for block in content.blocks)


@pytest.mark.parametrize("written", ["_x000B_", "_x000b_"])
def test_a_vertical_tab_as_an_escape_does_not_reach_the_text(tmp_path: Path, written: str) -> None:
    deck = draw.Deck()
    draw.add_text(deck.slide("題").shapes, (60, 200, 600, 60), "赤い船")

    def change(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data.replace("赤い船".encode(), f"赤い{written}船".encode())

    path = tmp_path / "a.pptx"
    path.write_bytes(draw.rewrite_members(deck.bytes(), change))
    assert texts(read(path)) == ["題", "赤い船"]


@pytest.mark.parametrize(
    ("stamp", "angle", "points", "kind"),
    [
        ("複写禁止", -40, 90, "furniture"),
        ("COPY", 45, 66, "furniture"),
        ("CONFIDENTIAL", 315, 48, "furniture"),
        ("風の向き", 30, 12, "paragraph"),  # a small label of an arrow
        ("大きな字", 90, 60, "paragraph"),  # along the side of a slide
    ],
)
def test_a_large_slanted_text_on_a_slide_is_a_stamp(
    tmp_path: Path, stamp: str, angle: float, points: int, kind: str
) -> None:
    deck = draw.Deck()
    slide = deck.slide("船の数え方")
    draw.add_text(slide.shapes, (60, 200, 600, 40), "船は岸で数える。")
    box = draw.add_text(slide.shapes, (150, 180, 500, 150), stamp)
    box.rotation = angle
    for paragraph in box.text_frame.paragraphs:
        paragraph.runs[0].font.size = Pt(points)
    deck.save(tmp_path / "a.pptx")
    content = read(tmp_path / "a.pptx")
    assert [block.kind for block in content.blocks if block.text == stamp] == [kind]
    assert content.sections[0].title == "船の数え方"
