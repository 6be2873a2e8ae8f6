"""Raised and struck text, equations and note marks on slides."""

from __future__ import annotations

from pathlib import Path

import fixtures_pptx as draw
import pytest
from lxml import etree
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls

from aisi_ingest.extract.pptx import reader
from aisi_ingest.extract.pptx.equations import MATH, equation_text
from aisi_ingest.model import Content

Run = tuple[str, str]  # text and attributes of its a:rPr


def slide(tmp_path: Path, *paragraphs: list[Run]) -> Content:
    """Read a slide with a text box for each paragraph."""
    deck = draw.Deck()
    shapes = deck.slide("題").shapes
    for k, runs in enumerate(paragraphs):
        box = draw.add_text(shapes, (60, 120 + 60 * k, 600, 40), "x")
        old = box.text_frame.paragraphs[0]._p
        xml = "".join(f"<a:r><a:rPr {style}/><a:t>{text}</a:t></a:r>" for text, style in runs)
        old.getparent().replace(old, parse_xml(f"<a:p {nsdecls('a')}>{xml}</a:p>"))
    result = reader.read(deck.save(tmp_path / "a.pptx"))
    assert result.value is not None, result.issues
    return result.value


def texts(content: Content) -> list[str]:
    return [block.text for block in content.blocks[1:] if not block.hidden]


def test_raised_runs_are_superscript(tmp_path: Path) -> None:
    raised = 'baseline="30000"'
    content = slide(
        tmp_path,
        [("上限は10", ""), ("2", raised), ("4", f'lang="en-US" {raised}'), ("回", "")],
        [("面積は35 km", ""), ("2", raised)],
        [("CO", ""), ("2", 'baseline="-25000"'), (" of the 21", ""), ("st", raised), (" century", "")],
    )
    assert texts(content) == ["上限は10²⁴回", "面積は35 km²", "CO2 of the 21st century"]


def test_a_raised_mark_is_an_anchor_of_the_note_below(tmp_path: Path) -> None:
    raised = 'baseline="30000"'
    content = slide(
        tmp_path,
        [
            ("There were 31 visits", ""),
            ("1", raised),
            (" and 7 talks", ""),
            ("2", raised),
            (" in 40 m", ""),
            ("2", raised),
        ],
        [("1 Without the hall.", 'sz="900"')],
        [("2 By guests.", 'sz="900"')],
    )
    assert texts(content) == ["There were 31 visits and 7 talks in 40 m²", "1 Without the hall.", "2 By guests."]
    assert [block.kind for block in content.blocks[2:]] == ["footnote", "footnote"]
    notes = {note.block: content.blocks[1].text[: note.offset] for note in content.blocks[1].notes}
    assert notes == {"b3": "There were 31 visits", "b4": "There were 31 visits and 7 talks"}


def test_a_list_of_numbers_is_no_list_of_notes(tmp_path: Path) -> None:
    content = slide(tmp_path, [("約10", ""), ("3", 'baseline="30000"'), ("件", "")], [("3 三番目の項目", "")])
    assert texts(content) == ["約10³件", "3 三番目の項目"]
    assert not any(block.notes for block in content.blocks)


@pytest.mark.parametrize("strike", ["sngStrike", "dblStrike"])
def test_struck_runs_are_hidden(tmp_path: Path, strike: str) -> None:
    content = slide(tmp_path, [("期限は", ""), ("3月", f'strike="{strike}"'), ("6月とする", 'strike="noStrike"')])
    assert texts(content) == ["期限は6月とする"]
    assert [(b.text, b.hidden_reason) for b in content.blocks if b.hidden] == [("3月", "struck")]


def test_a_wholly_struck_paragraph_is_hidden(tmp_path: Path) -> None:
    content = slide(tmp_path, [("古い案", 'strike="sngStrike"')], [("新しい案", "")])
    assert texts(content) == ["新しい案"]
    assert [b.text for b in content.blocks if b.hidden] == ["古い案"]


def _r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<m:sSup><m:e>{_r('10')}</m:e><m:sup>{_r('25')}</m:sup></m:sSup>", "10²⁵"),
        (f"<m:sSup><m:e>{_r('x')}</m:e><m:sup>{_r('k+1')}</m:sup></m:sSup>", "x^(k+1)"),
        (f"<m:f><m:num>{_r('a')}</m:num><m:den>{_r('12')}</m:den></m:f>", "a/12"),
        (f"<m:f><m:fPr/><m:num>{_r('a+b')}</m:num><m:den>{_r('c-1')}</m:den></m:f>", "(a+b)/(c-1)"),
        (f"<m:sSub><m:e>{_r('w')}</m:e><m:sub>{_r('2')}</m:sub></m:sSub>", "w₂"),
        (f"<m:rad><m:deg/><m:e>{_r('n')}</m:e></m:rad>", "√n"),
        (f"<m:d><m:e>{_r('1-p')}</m:e></m:d>", "(1-p)"),
        (
            f"<m:sSup><m:e><m:d><m:e>{_r('1-p')}</m:e></m:d></m:e><m:sup>{_r('2')}</m:sup></m:sSup>",
            "(1-p)²",
        ),
    ],
)
def test_equations_are_written_on_one_line(xml: str, text: str) -> None:
    element = etree.fromstring(f'<m:oMath xmlns:m="{MATH[1:-1]}">{_r("y=")}{xml}</m:oMath>')
    assert equation_text(element) == f"y={text}"
