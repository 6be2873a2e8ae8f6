"""Find who speaks in minutes."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_pdf import GOTHIC, MINCHO, Drawing, draw
from typeset import paragraph

from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.model import Block

SPEECH = (
    "測定は設計の段階から運用の段階まで繰り返し行い、その結果を記録して関係者の間で共有することが望ましいと考えている。"
)
WORDS = "A red team looks at a system from the side of those who would misuse it, and writes down what it finds."


def speech(path: Path, title: str, turns: list[str], text: str = SPEECH, last: str = "") -> list[Block]:
    """Draw minutes with an agenda item before the third turn, and return their blocks."""
    font = MINCHO if text is SPEECH else "Helvetica"

    def page(d: Drawing) -> None:
        d.text(150, 70, title, GOTHIC, 14)
        y = 110.0
        for k, turn in enumerate(turns):
            if k == 2:
                d.text(85, y + 6, "議題１　測定の進め方について", GOTHIC, 10.5)
                y += 36
            y = paragraph(d, 85, y, turn + text, font=font) + 9
        if last:
            paragraph(d, 85, y, last, font=font)

    result = read(draw(path / "a.pdf", page))
    assert result.value is not None
    return list(result.value.blocks)


@pytest.mark.parametrize("form", ["○{}　", "○{}：", "【{}】", "（{}）", "{}：", "{}　"])
def test_a_turn_names_its_speaker(tmp_path: Path, form: str) -> None:
    names = ["事務局", "山田委員", "鈴木座長", "山田委員", "委員Ａ", "田中構成員（代理）"]
    found = speech(tmp_path, "第3回 測定推進会議 議事録", [form.format(name) for name in names])
    assert [block.speaker for block in found if block.speaker] == [name.replace("Ａ", "A") for name in names]


def test_english_speakers_have_a_title_or_an_office(tmp_path: Path) -> None:
    turns = ["Mr. Smith: ", "The Chair: ", "Ms. Jones: ", "Mr. Smith: "]
    found = speech(tmp_path, "Transcript of the third hearing", turns, WORDS)
    assert [block.speaker for block in found if block.speaker] == ["Mr. Smith", "The Chair", "Ms. Jones", "Mr. Smith"]


def test_names_without_a_title_count_in_minutes_if_they_speak_again(tmp_path: Path) -> None:
    turns = ["John Smith: ", "Mary Jones: ", "John Smith: ", "Mary Jones: "]
    found = speech(tmp_path, "Minutes of the third meeting", turns, WORDS)
    assert [block.speaker for block in found if block.speaker] == ["John Smith", "Mary Jones"] * 2


def test_a_further_paragraph_of_a_turn_has_its_speaker(tmp_path: Path) -> None:
    found = speech(tmp_path, "議事録", ["○事務局　", "○山田委員　", "○事務局　", ""])
    assert [block.speaker for block in found if SPEECH in block.text] == ["事務局", "山田委員", "事務局", "事務局"]


def test_a_line_that_ends_the_minutes_ends_the_last_turn(tmp_path: Path) -> None:
    found = speech(tmp_path, "議事録", ["○事務局　", "○山田委員　", "○事務局　"], last="以　上")
    assert [block.speaker for block in found if block.text.startswith("以")] == [None]


def test_an_agenda_item_is_a_heading_without_a_speaker(tmp_path: Path) -> None:
    found = speech(tmp_path, "議事録", ["○事務局　", "○山田委員　", "○事務局　", "○山田委員　"])
    assert [(b.kind, b.speaker) for b in found if b.text.startswith("議題")] == [("heading", None)]


@pytest.mark.parametrize("turns", [["対象：", "方法：", "対象：", "方法："], ["（注）", "（例）", "（注）", "（例）"]])
def test_repeated_labels_are_no_speakers(tmp_path: Path, turns: list[str]) -> None:
    assert not any(block.speaker for block in speech(tmp_path, "測定の手引き", turns))


def test_the_headings_of_minutes_are_no_speakers(tmp_path: Path) -> None:
    turns = ["Action Item: ", "Decision: ", "Action Item: ", "Decision: "]
    assert not any(block.speaker for block in speech(tmp_path, "Minutes of the third meeting", turns, WORDS))


def test_a_list_of_members_has_no_speakers(tmp_path: Path) -> None:
    turns = ["Chair: Ann Smith", "Member: Tom Jones", "Chair: Jane Doe", "Member: John Roe", "Member: Sue Poe"]
    assert not any(block.speaker for block in speech(tmp_path, "Working group of the council", turns, ""))
