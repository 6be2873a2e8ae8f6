"""Struck-out text of a PDF is hidden, and the text around it reads on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_pdf import GOTHIC, Drawing, draw
from reportlab.pdfbase.pdfmetrics import stringWidth

from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.model import Block

SIZE = 11


def strike(drawing: Drawing, x: float, y: float, before: str, struck: str, font: str, how: str = "line") -> None:
    """Strike a part of the text at (x, y) with a line or a thin filled box."""
    left = x + stringWidth(before, font, SIZE)
    right = left + stringWidth(struck, font, SIZE)
    if how == "line":
        drawing.line(left, y - 4, right, y - 4)
    else:
        drawing.canvas.rect(left, drawing.canvas._pagesize[1] - y + 3, right - left, 0.8, stroke=0, fill=1)


def blocks(tmp_path: Path, page: Callable[[Drawing], None]) -> list[Block]:
    result = read(draw(tmp_path / "a.pdf", page))
    assert result.value is not None, result.issues
    return list(result.value.blocks)


@pytest.mark.parametrize("how", ["line", "fill"])
def test_struck_words_are_hidden_with_their_reason(tmp_path: Path, how: str) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 120, "届出は毎年5月8月の末日までに行うものとする。", GOTHIC, SIZE)
        strike(d, 72, 120, "届出は毎年", "5月", GOTHIC, how)
        d.text(72, 160, "The form is due in March June of every year, in two copies.", "Helvetica", SIZE)
        strike(d, 72, 160, "The form is due in ", "March", "Helvetica", how)

    found = blocks(tmp_path, page)
    assert [b.text for b in found if not b.hidden] == [
        "届出は毎年8月の末日までに行うものとする。",
        "The form is due in June of every year, in two copies.",
    ]
    assert [(b.text, b.hidden_reason) for b in found if b.hidden] == [("5月", "struck"), ("March", "struck")]


def test_a_whole_struck_line_is_hidden(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 120, "The first rule stays as it is for the whole year.", "Helvetica", SIZE)
        d.text(72, 150, "The second rule ends in May.", "Helvetica", SIZE)
        strike(d, 72, 150, "", "The second rule ends in May.", "Helvetica")

    assert [b.text for b in blocks(tmp_path, page) if b.hidden_reason] == ["The second rule ends in May."]


@pytest.mark.parametrize("shift", [2, -10, -11])
def test_lines_above_and_below_text_strike_nothing(tmp_path: Path, shift: float) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 120, "An underlined sentence is as valid as others.", "Helvetica", SIZE)
        d.line(72, 120 + shift, 72 + stringWidth("An underlined", "Helvetica", SIZE), 120 + shift)

    assert not any(b.hidden for b in blocks(tmp_path, page))


def test_a_line_that_runs_far_beyond_the_text_strikes_nothing(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(200, 120, "Part one", "Helvetica", SIZE)
        d.line(72, 116, 500, 116)

    assert not any(b.hidden for b in blocks(tmp_path, page))


def test_a_line_through_a_part_of_a_character_strikes_nothing(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 120, "三つの枠を設ける", GOTHIC, 16)
        d.line(78, 114, 96, 114)

    assert not any(b.hidden for b in blocks(tmp_path, page))


def test_struck_vertical_text_is_hidden(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for k, char in enumerate("届出は十月九月の末までとする"):
            d.text(400, 120 + 12 * k, char, GOTHIC, 12)
        d.line(406, 120 + 12 * 3 - 10.5, 406, 120 + 12 * 4 + 1.5)

    assert "".join(b.text for b in blocks(tmp_path, page) if b.hidden_reason == "struck") == "十月"


def test_text_struck_out_by_an_annotation_is_hidden(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 120, "The hall opens at ten nine.", "Helvetica", SIZE)
        height = d.canvas._pagesize[1]
        left = 72 + stringWidth("The hall opens at ", "Helvetica", SIZE)
        right = left + stringWidth("ten", "Helvetica", SIZE)
        low, high = height - 123, height - 110
        d.canvas.highlightAnnotation(
            "", (left, low, right, high), [left, high, right, high, left, low, right, low], Color=[1, 0, 0]
        )

    path = draw(tmp_path / "a.pdf", page)
    path.write_bytes(path.read_bytes().replace(b"/Highlight", b"/StrikeOut"))
    result = read(path)
    assert result.value is not None
    assert [b.text for b in result.value.blocks if not b.hidden] == ["The hall opens at nine."]
