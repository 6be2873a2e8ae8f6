"""Text that is drawn twice in one place is read once; different characters close together are all kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fixtures_pdf import GOTHIC, Drawing, draw

from aisi_ingest.extract.pdf.document import open_document


def text_of(path: Path, page: Callable[[Drawing], None]) -> str:
    with open_document(draw(path, page)) as document:
        chars = next(document.pages()).chars
    return "".join(map(chr, chars["code"][chars["code"] > 0x20].tolist()))


def test_a_shadow_is_read_once(tmp_path: Path) -> None:
    def page(drawing: Drawing) -> None:
        drawing.text(60.13, 100, "外部環境の変化", GOTHIC, 16)
        drawing.text(300, 100, "label", "Helvetica", 12)
        drawing.text(60, 100, "外部環境の変化", GOTHIC, 16)
        drawing.text(300.4, 100.3, "label", "Helvetica", 12)

    assert sorted(text_of(tmp_path / "a.pdf", page)) == sorted("外部環境の変化label")


def test_equal_letters_close_together_are_all_kept(tmp_path: Path) -> None:
    def page(drawing: Drawing) -> None:
        drawing.text(60, 100, "illicit .... 11", "Helvetica", 12)
        for number in range(7):
            drawing.text(60 + 2.7 * number, 120, "i", "Helvetica", 12)  # each letter is a text object of its own
        drawing.text(60, 140, "一一一", GOTHIC, 12)
        drawing.text(96, 140, "一", GOTHIC, 12)

    assert len(text_of(tmp_path / "a.pdf", page)) == len("illicit....11") + 7 + 4


def test_different_words_in_the_same_place_are_all_kept(tmp_path: Path) -> None:
    def page(drawing: Drawing) -> None:
        drawing.text(60, 100, "旧い題", GOTHIC, 16)
        drawing.text(60.1, 100, "新しい", GOTHIC, 16)

    assert sorted(text_of(tmp_path / "a.pdf", page)) == sorted("旧い題新しい")
