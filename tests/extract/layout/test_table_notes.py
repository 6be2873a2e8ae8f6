"""Marks of notes in table cells, exponents, and the notes below tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fixtures_pdf import GOTHIC, Drawing, draw
from reportlab.pdfbase.pdfmetrics import stringWidth

from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.model import Content

XS, YS = (72, 200, 300, 400), (120, 144, 168, 192)
Cell = tuple[str, str] | str  # a text, with a raised mark after it or not


def table(d: Drawing, rows: Sequence[Sequence[Cell]], font: str) -> None:
    """Draw a ruled table."""
    d.grid(XS, YS)
    for y, row in zip(YS, rows, strict=False):
        for x, cell in zip(XS, row, strict=False):
            text, mark = (cell, "") if isinstance(cell, str) else cell
            d.text(x + 6, y + 16, text, font, 10)
            if mark:
                d.text(x + 6 + stringWidth(text, font, 10), y + 12, mark, font, 6)


def content(tmp_path: Path, font: str, rows: Sequence[Sequence[Cell]], notes: Sequence[str]) -> Content:
    def page(d: Drawing) -> None:
        d.text(72, 100, "Figures of the year" if font == "Helvetica" else "年ごとの数", font, 12)
        table(d, rows, font)
        for k, note in enumerate(notes):
            d.text(72, 212 + 14 * k, note, font, 8)

    result = read(draw(tmp_path / "a.pdf", page))
    assert result.value is not None, result.issues
    return result.value


def linked(found: Content) -> list[tuple[str, str]]:
    """Return the text before each anchor of the table, and the note."""
    texts = {block.id: block.text for block in found.blocks}
    block = next(block for block in found.blocks if block.kind == "table")
    return [(block.text[: n.offset].split("\n")[-1].split(" | ")[-1], texts[n.block]) for n in block.notes]


def test_note_marks_in_cells_become_anchors_and_the_notes_footnotes(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["Shop", "May", "June"], ["North", ("731", "1"), "88"], ["South", "64", ("1,930", "2")]]
    notes = ["1 Half of the month.", "2 With the fair."]
    found = content(tmp_path, "Helvetica", rows, notes)
    assert found.tables[0].rows == (("Shop", "May", "June"), ("North", "731", "88"), ("South", "64", "1,930"))
    assert [b.text for b in found.blocks if b.kind == "footnote"] == notes
    assert linked(found) == [("731", notes[0]), ("1,930", notes[1])]
    assert {cell.text for cell in found.tables[0].cells} == {text for row in found.tables[0].rows for text in row}


def test_japanese_note_marks_in_cells_become_anchors(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["店", "五月", "六月"], ["北", ("731", "注1"), "88"], ["南", "64", ("1,930", "（2）")]]
    notes = ["注1 月の前半のみ。", "（2） 市の分を含む。"]
    found = content(tmp_path, GOTHIC, rows, notes)
    assert found.tables[0].rows == (("店", "五月", "六月"), ("北", "731", "88"), ("南", "64", "1,930"))
    assert [note for _, note in linked(found)] == notes


def test_exponents_and_marks_without_notes_stay_superscript(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["Kind", "Size", "Room"],
        ["Large", ("10", "25"), ("480 m", "2")],
        ["Small", ("2", "16"), ("77", "5")],
    ]
    found = content(tmp_path, "Helvetica", rows, ["2 Measured in spring."])
    assert found.tables[0].rows[1:] == (("Large", "10²⁵", "480 m²"), ("Small", "2¹⁶", "77⁵"))
