"""Attacks: slides with false numbers, very many shapes, relationships in a circle, and parts that are elsewhere."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import fixtures_pptx as draw
import pytest
from growth import growth

from aisi_ingest.extract.pptx.reader import read
from aisi_ingest.extract.slides.reading_order import visual_order
from aisi_ingest.model import Box

SLIDE, RELATIONS = "ppt/slides/slide1.xml", "ppt/slides/_rels/slide1.xml.rels"
TYPE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def deck(folder: Path) -> Path:
    drawn = draw.Deck()
    slide = drawn.slide("Title of the slide")
    draw.add_table(slide.shapes, [["left", "right"], ["one", "two"]])
    return drawn.save(folder / "deck.pptx")


def changed(path: Path, part: str, change: Callable[[bytes], bytes], more: dict[str, bytes] | None = None) -> Path:
    """Write the deck again with one part changed, and with further members."""
    target = path.with_name("changed.pptx")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            data = archive.read(name)
            if name == part:
                assert change(data) != data
                data = change(data)
            out.writestr(name, data)
        for name, data in (more or {}).items():
            out.writestr(name, data)
    return target


def texts(path: Path) -> list[str]:
    result = read(path)
    assert result.value is not None and not result.issues
    return [block.text for block in result.value.blocks]


@pytest.mark.parametrize("span", [b"2000000000", b"-5", b"x", b"nan", b"inf", b"1e300"])
def test_a_cell_with_a_false_span_ends_at_the_end_of_its_table(tmp_path: Path, span: bytes) -> None:
    plain = deck(tmp_path)
    spans = b'<a:tc gridSpan="%s" rowSpan="%s"' % (span, span)
    result = read(changed(plain, SLIDE, lambda data: data.replace(b"<a:tc", spans, 1)))
    assert result.value is not None and not result.issues
    covers = span not in (b"-5", b"x", b"nan")
    assert result.value.tables[0].rows == ((("left",) * 2,) * 2 if covers else (("left", "right"), ("one", "two")))


@pytest.mark.parametrize(
    "relation",
    [
        b'slide" Target="slide1.xml',
        b'image" Target="../../../../../../../etc/passwd',
        b'image" Target="file:///etc/passwd" TargetMode="External',
        b'oleObject" Target="../embeddings/none.bin',
        b'vmlDrawing" Target="../drawings/deep.vml',
    ],
)
def test_relationships_in_a_circle_and_to_elsewhere_change_no_text(tmp_path: Path, relation: bytes) -> None:
    plain = deck(tmp_path)
    added = b'<Relationship Id="rId99" Type="%s%s"/></Relationships>' % (TYPE, relation)
    vml = b"<xml xmlns:v='urn:schemas-microsoft-com:vml'>" + b"<v:shape>" * 50_000
    hostile = changed(
        plain,
        RELATIONS,
        lambda data: data.replace(b"</Relationships>", added),
        {"ppt/drawings/deep.vml": vml, "../../x.png": b"x", "/etc/x.png": b"x"},
    )
    result, expected = read(hostile), read(plain)
    assert result.value is not None and expected.value is not None
    assert result.value.blocks == expected.value.blocks
    assert {path.name for path in tmp_path.iterdir()} == {"deck.pptx", "changed.pptx"}


@pytest.mark.parametrize("depth", [300, 5000])
def test_groups_within_each_other_lose_no_text_outside_of_them(tmp_path: Path, depth: int) -> None:
    group = b'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="9" name="g"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    plain = deck(tmp_path)
    nested = group * depth + b"</p:grpSp>" * depth
    path = changed(plain, SLIDE, lambda data: re.sub(rb"</p:spTree>", nested + b"</p:spTree>", data))
    result = read(path)
    assert result.value is not None
    assert [block.text for block in result.value.blocks] == texts(plain)


def test_the_order_of_very_many_boxes_takes_about_linear_time() -> None:
    def order(count: int) -> None:
        assert len(visual_order([Box(72, 72, 172, 102)] * count)) == count

    assert growth(order, 2000) < 8
