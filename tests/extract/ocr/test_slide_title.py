"""Titles of slides that are pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_pdf import Drawing
from fixtures_pictures import FONT
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader

from aisi_ingest.extract.ocr import engine
from aisi_ingest.extract.ocr.slide_title import find_title_rows
from aisi_ingest.extract.reader import read
from aisi_ingest.extract.slides.text_boxes import Row
from aisi_ingest.model import Box

HEIGHT = 405.0  # points


def row(text: str, left: float, top: float, height: float, right: float) -> Row:
    """Return a row as it is built from a recognised line."""
    return Row(text, Box(left, top, right, top + height), top + 0.8 * height, height / 1.25, False, 0, left)


def title(*rows: Row) -> list[str]:
    return [each.text for each in find_title_rows(rows, HEIGHT)]


# Boxes of recognised lines of slides with a chart, in points.
CHART = (row("わからない", 70, 208, 15.5, 131), row("20 (33.9%)", 360, 300, 18, 430), row("はい", 640, 150, 15, 650))


def test_a_full_first_line_and_a_short_second_one_are_the_title() -> None:
    lines = (
        row("あなたの組織は国内市場と国際市場のどちらに重点を置いていま", 70.5, 21.2, 23.4, 639),
        row("すか?", 68.8, 44.3, 26.3, 141.5),
    )
    assert title(*lines, row("全体", 68.4, 74.9, 22.3, 104), *CHART) == [each.text for each in lines]


def test_a_subtitle_after_a_short_title_is_not_part_of_it() -> None:
    subtitle = row("全体", 69.1, 42.8, 20.5, 104.4)
    assert title(row("どちらにお住まいですか。", 72, 17.3, 23, 284), subtitle, *CHART) == ["どちらにお住まいですか。"]


def test_lines_that_their_author_broke_early_are_one_title_if_they_are_close() -> None:
    lines = (
        row("仮想OSPO(パートタイム)", 69.1, 16.6, 26.3, 318),
        row("がある場合、予算（人件費）はありますか?", 69.1, 37.6, 24.5, 475),
    )
    subtitle = row("全体（該当しない/わからないを除く)", 70.2, 67.3, 17.6, 323)
    assert title(*lines, subtitle, *CHART) == [each.text for each in lines]


def test_a_long_title_in_the_size_of_a_subtitle_is_the_title() -> None:
    lines = (
        row("次のオープンソースプロジェクトを中心としたコラボレーションを推進している団体の", 71.3, 20.9, 18.7, 641),
        row("うち、メンバーとなっているものを選んでください。", 70.2, 40.3, 19.8, 410),
    )
    assert title(*lines, row("全体", 68.8, 64, 20.5, 104), *CHART) == [each.text for each in lines]


def test_a_slide_of_labels_in_one_size_has_no_title() -> None:
    labels = [row(f"Label {k}", 60 + 150 * (k % 4), 150 + 60 * (k // 4), 18, 110 + 150 * (k % 4)) for k in range(8)]
    assert title(*labels) == []


@pytest.mark.skipif(not engine.available(), reason="the extra ocr is not installed")
def test_slides_that_are_a_picture_with_a_footer_of_text_have_the_titles_of_their_pictures(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "survey.pdf", (720, HEIGHT))
    drawing.text(40, 130, "A survey of safety in the industry", size=20)
    drawing.text(40, 170, "A cover with text of its own", size=12)
    questions = (("Guiding principles", "for safety"), ("A second question",), ("The third one", "has two lines"))
    for number, lines in enumerate(questions, 2):
        drawing.canvas.showPage()
        page = Image.new("RGB", (1200, 600), "white")
        pen = ImageDraw.Draw(page)
        for k, line in enumerate(lines):
            pen.text((60, 30 + 52 * k), line, "black", ImageFont.truetype(str(FONT), 48))
        for k, label in enumerate(("Yes", "No", "Not sure")):
            pen.text((60 + 300 * k, 400), label, "black", ImageFont.truetype(str(FONT), 28))
        drawing.canvas.drawImage(ImageReader(page), 0, 30, 720, 360)
        drawing.text(12, 392, f"{number} The project work group / CC BY 4.0", size=9)
        drawing.text(530, 392, "Surveyed from 2022/3/31 to 4/30", size=9)
    drawing.canvas.save()
    content = read(tmp_path / "survey.pdf").value
    assert content is not None and content.pages_without_text == (2, 3, 4)
    assert [section.title for section in content.sections[1:]] == [" ".join(lines) for lines in questions]
    assert all(block.kind == "furniture" for block in content.blocks if "Surveyed" in block.text)
