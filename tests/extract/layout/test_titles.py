"""Find the title of a report: covers, letterheads, metadata, running heads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_pdf import GOTHIC, Drawing, draw
from reportlab.lib.colors import lightblue
from reportlab.pdfbase.pdfmetrics import stringWidth
from typeset import paragraphs

from aisi_ingest.extract.layout.no_titles import agrees, is_organisation, names_no_work
from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.model import Content

WORDS = (
    "A red team looks at a system from the side of those who would misuse it, and writes down what it finds so that "
    "others can repeat the attempt and see whether the defence has become better since the last time it was tried."
)
MIDDLE, LEFT = 297.0, 85.0


def content(path: Path) -> Content:
    result = read(path)
    assert result.value is not None, result.issues
    return result.value


def centred(d: Drawing, y: float, text: str, font: str = "Helvetica", size: float = 10) -> None:
    d.text(MIDDLE - stringWidth(text, font, size) / 2, y, text, font, size)


def body(d: Drawing) -> None:
    d.text(LEFT, 80, "1. Purpose", "Helvetica-Bold", 14)
    paragraphs(d, LEFT, 110, [WORDS, WORDS])


def entitled(name: str) -> Callable[[Drawing], None]:
    def page(d: Drawing) -> None:
        d.canvas.setTitle(name)
        body(d)

    return page


def test_a_title_over_widely_spaced_lines_is_whole(tmp_path: Path) -> None:
    def cover(d: Drawing) -> None:
        for y, line in ((200, "Handbook of"), (250, "Careful"), (300, "Measurement")):
            centred(d, y, line, "Helvetica", 24)
        centred(d, 600, "March 2025", size=12)

    found = content(draw(tmp_path / "a.pdf", cover, body))
    assert found.title == "Handbook of Careful Measurement"
    assert [block.text for block in found.blocks if block.kind == "title"] == ["Handbook of Careful Measurement"]


def test_a_japanese_title_over_two_lines_is_joined_without_a_space(tmp_path: Path) -> None:
    def cover(d: Drawing) -> None:
        for y, line in ((200, "安全な測定に関する"), (248, "一般向けの手引き")):
            centred(d, y, line, GOTHIC, 24)
        centred(d, 600, "令和7年3月", GOTHIC, 12)

    assert content(draw(tmp_path / "a.pdf", cover, body)).title == "安全な測定に関する一般向けの手引き"


def test_the_organisation_below_a_title_in_the_same_type_is_no_part_of_it(tmp_path: Path) -> None:
    def cover(d: Drawing) -> None:
        centred(d, 200, "測定の手引き", GOTHIC, 24)
        centred(d, 250, "測定推進協議会", GOTHIC, 24)

    assert content(draw(tmp_path / "a.pdf", cover, body)).title == "測定の手引き"


def test_a_letterhead_in_large_type_is_no_title(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        centred(d, 60, "The Example Commissioner for Measurement and Records", "Helvetica", 16)
        d.line(LEFT, 75, 510, 75)
        centred(d, 110, "Discussion Paper: Careful Measurement", "Helvetica-Bold", 13)
        paragraphs(d, LEFT, 140, [WORDS, WORDS, WORDS])

    assert content(draw(tmp_path / "a.pdf", page)).title == "Discussion Paper: Careful Measurement"


def test_a_centred_line_below_a_letterhead_is_the_title(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(430, 60, "測定推進協議会", GOTHIC, 10)
        centred(d, 90, "測定に関する論点の要約", GOTHIC, 10)
        paragraphs(
            d, LEFT, 130, ["測定は、設計の段階から運用の段階まで繰り返し行い、結果を共有する。" * 4], font=GOTHIC
        )

    found = content(draw(tmp_path / "a.pdf", page))
    assert found.title == "測定に関する論点の要約"
    assert "測定推進協議会" not in [section.title for section in found.sections]


def test_the_metadata_complete_a_title_whose_subtitle_is_on_the_page(tmp_path: Path) -> None:
    def cover(d: Drawing) -> None:
        d.canvas.setTitle("Careful measurement: the council's response")
        d.text(LEFT, 200, "Careful measurement", "Helvetica-Bold", 28)
        d.text(LEFT, 240, "the council\u2019s response", "Helvetica", 16)

    assert content(draw(tmp_path / "a.pdf", cover, body)).title == "Careful measurement: the council's response"


def test_metadata_that_the_text_does_not_confirm_give_no_title(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.canvas.setTitle("Curriculum template")
        paragraphs(d, LEFT, 80, [WORDS])
        d.text(LEFT, 300, "Careful measurement", "Helvetica-Bold", 12)
        paragraphs(d, LEFT, 330, [WORDS])

    assert content(draw(tmp_path / "a.pdf", page)).title == "Careful measurement"


def picture(d: Drawing) -> None:
    d.box(0, 0, 595, 842, fill=lightblue)


def with_head(d: Drawing) -> None:
    d.text(LEFT, 40, "Handbook of Measurement", "Helvetica", 8)
    paragraphs(d, LEFT, 110, [WORDS, WORDS, WORDS])


def test_behind_a_picture_cover_the_running_head_names_the_document(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", picture, *[with_head] * 5)
    assert content(path).title == "Handbook of Measurement"


def test_behind_a_picture_cover_the_title_page_names_the_document(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", picture, lambda d: centred(d, 300, "Careful Measurement", size=26), *[body] * 3)
    assert content(path).title == "Careful Measurement"


def test_a_mark_of_distribution_is_no_title(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(LEFT, 60, "CONFIDENTIAL", "Helvetica-Bold", 20)
        d.text(LEFT, 110, "Careful Measurement", "Helvetica-Bold", 16)
        paragraphs(d, LEFT, 140, [WORDS, WORDS])

    assert content(draw(tmp_path / "a.pdf", page)).title == "Careful Measurement"


@pytest.mark.parametrize(
    "text", ["2024年3月31日", "March 31, 2024", "資料1-2", "別紙3", "Draft", "？", "https://a.example", "令和6年4月"]
)
def test_these_texts_name_no_work(text: str) -> None:
    assert names_no_work(text)


@pytest.mark.parametrize("text", ["March of progress", "資料作成の手引き", "Draft code of practice", "2024年版白書"])
def test_these_texts_may_name_a_work(text: str) -> None:
    assert not names_no_work(text)


@pytest.mark.parametrize(
    "text",
    ["測定推進協議会", "総務省　経済産業省", "Ministry of Measurement", "独立行政法人測定機構", "Office for Records"],
)
def test_a_name_of_an_organisation_is_seen_by_its_form(text: str) -> None:
    assert is_organisation(text)


@pytest.mark.parametrize(
    "text",
    ["Ministry of Measurement Annual Report", "測定委員会の設置について", "Government use of records", "測定戦略会議"],
)
def test_a_title_that_contains_an_organisation_is_none(text: str) -> None:
    assert not is_organisation(text)


def test_a_title_agrees_with_a_text_that_has_most_of_its_words() -> None:
    assert agrees("Careful measurement", ["on careful methods of measurement"])
    assert agrees("測定の手引き", ["この測定の手引きは"])
    assert not agrees("Curriculum template", ["on careful methods of measurement"])
