"""Faults that were seen in real documents, each as a small page with the right answer, and in two more forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_pdf import GOTHIC, MINCHO, Drawing, draw
from typeset import BODY, paragraph

from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.model import Content

X, WIDTH = 85.0, 420.0
SLIDE = (960.0, 540.0)


def content(tmp_path: Path, *pages: Callable[[Drawing], None], size: tuple[float, float] = (595.0, 842.0)) -> Content:
    result = read(draw(tmp_path / "a.pdf", *pages, size=size))
    assert result.value is not None
    return result.value


def texts(found: Content, *kinds: str) -> list[str]:
    return [block.text for block in found.blocks if block.kind in kinds]


@pytest.mark.parametrize(
    ("font", "leading", "said"),
    [
        (
            MINCHO,
            36.0,
            [
                "来月は、係の者が庭の地図を描き直し、池の深さと木の高さを測った結果を一枚の紙にまとめることにする。",
                "道具の置き場は、雨が入らないように屋根を付け、使う人が多い物から順に手前へ並べることが望ましい。",
                "雨の日は集まらない。",
                "桶と網の数を増やすためには、費用を会費から出すかどうかを先に決めておく必要があるとの意見が出た。",
            ],
        ),
        (
            GOTHIC,
            32.0,
            [
                "池の水は春に換えるが、蛙の卵がある年は夏まで待ち、その間は水草だけを取り除くことに決めたので知らせる。",
                "水を換えた人は、日付と天気を帳面に書き、使った桶を洗ってから小屋の右の棚に戻さなければならない。",
                "帳面は年の終わりに会長へ渡し、会長は次の年の係の人が読めるように、よく見える所へ置くことにする。",
            ],
        ),
        (
            "Helvetica",
            30.0,
            [
                "The club draws a new map of the garden each year and measures the depth of all ponds in winter.",
                "Tools are kept below a roof, and those which most people use are put in front of all the other ones.",
                "Whoever empties a pond writes the day and the weather into the book and cleans the buckets.",
                "The book is read at the end of the year by the people who will do the same work in the next year.",
            ],
        ),
    ],
)
def test_paragraphs_with_wide_leading_are_whole(tmp_path: Path, font: str, leading: float, said: list[str]) -> None:
    def page(d: Drawing) -> None:
        d.text(X, 62, "Notes", "Helvetica", BODY)
        y = 122.0
        for text in said:
            y = paragraph(d, X, y, text, WIDTH, font, BODY, leading, first=BODY)

    assert texts(content(tmp_path, page), "paragraph") == ["Notes", *said]


@pytest.mark.parametrize(
    "lines",
    [
        [
            "The bell was first rung by the people of",
            "the island but is now heard in every town",
            "along the coast, where a club of old sailors and",
            "their children keeps it. On Sundays some of",
            "them ring it for the",
            "whole-",
            "hearted crowd at the market, and others sing.",
        ],
        [
            "Buckets are made of wood in the north, and of",
            "tin where wood is rare and dear, which",
            "is why a collection of both kinds was begun by a",
            "teacher. It is long-",
            "lived and small, and",
            "shown to visitors of the harbour in the summer.",
        ],
    ],
)
def test_a_ragged_column_of_a_slide_is_one_paragraph_and_keeps_the_hyphen(tmp_path: Path, lines: list[str]) -> None:
    def page(d: Drawing) -> None:
        d.text(60, 60, "How the bell is kept", "Helvetica-Bold", 30)
        for k, line in enumerate(lines):
            d.text(60, 150 + 24 * k, line, size=18)

    found = content(tmp_path, page, size=SLIDE)
    assert len(texts(found, "paragraph")) == 1
    assert "-hearted crowd" in texts(found, "paragraph")[0] or "long-lived" in texts(found, "paragraph")[0]


@pytest.mark.parametrize("share", [0.79, 0.86, 0.95])
def test_a_footer_at_one_height_of_all_slides_is_furniture(tmp_path: Path, share: float) -> None:
    def slide(number: int) -> Callable[[Drawing], None]:
        def page(d: Drawing) -> None:
            d.text(60, 60, f"Chapter {number}", "Helvetica-Bold", 30)
            d.text(60, 150, f"Net {number} is mended by the people of house {number}.", size=18)
            d.text(60, share * d.size[1] + 8, "Pond Club - All Members", size=9)

        return page

    found = content(tmp_path, *map(slide, range(1, 7)), size=SLIDE)
    assert len([text for text in texts(found, "furniture") if text == "Pond Club - All Members"]) == 6


@pytest.mark.parametrize("number", ["37", "1204", "5"])
def test_a_number_alone_on_its_line_inside_a_paragraph_stays_in_it(tmp_path: Path, number: str) -> None:
    lines = [
        "The doors of the reading room are shut at dusk, and all",
        "of the visitors are asked to leave the tables and chairs",
    ]

    def page(d: Drawing) -> None:
        d.text(X, 60, "Resting the eyes", "Helvetica-Bold", 14)
        y = 100.0
        for line in (*lines, number, "minutes past the hour at the latest, and to close", "the shutters themselves."):
            d.text(X, y, line, size=10)
            y += 14
        d.line(X, 100 + 14 * len(lines) + 2, X + 12, 100 + 14 * len(lines) + 2)
        for k, line in enumerate((*lines, lines[1], lines[1])):
            d.text(X, y + 20 + 14 * k, line, size=10)

    paragraphs = texts(content(tmp_path, page), "paragraph")
    assert len(paragraphs) == 2
    assert f" {number} minutes past" in paragraphs[0]


@pytest.mark.parametrize("signs", ["⒜⒝", "⒞⒟", "⑴⑵"])
def test_items_with_enclosed_letters_are_joined_over_their_lines(tmp_path: Path, signs: str) -> None:
    said = "池を持つ人は、会の者が水を調べに来た時に、その場所を教えて、深さを測るのを手伝うことができる。"

    def page(d: Drawing) -> None:
        d.text(X, 80, "第四条　水の調べ", GOTHIC, 12)
        y = 120.0
        for sign in signs:
            y = paragraph(d, X, y, f"{sign}　{said}", WIDTH, MINCHO, BODY)

    found = content(tmp_path, page)
    assert [text for text in texts(found, "list_item", "paragraph") if said in text] == [f"{s}　{said}" for s in signs]
    assert [block.marker for block in found.blocks if said in block.text] == list(signs)


@pytest.mark.parametrize("leader", ["....................", "  ", "\u2026\u2026\u2026\u2026\u2026\u2026"])
def test_the_chapters_are_not_below_the_heading_of_the_contents(tmp_path: Path, leader: str) -> None:
    chapters = ("Ponds and Rivers", "What we heard", "Next steps")

    def contents(d: Drawing) -> None:
        d.text(X, 80, "Contents", "Helvetica-Bold", 18)
        for k, chapter in enumerate(chapters):
            d.text(X, 120 + 20 * k, chapter, size=10)
            d.text(X + 150, 120 + 20 * k, f"{leader} {k + 3}", size=10)

    def chapter_of(k: int) -> Callable[[Drawing], None]:
        def page(d: Drawing) -> None:
            d.text(X, 80 + 10 * k, chapters[k], "Helvetica-Bold", 18)
            said = f"Every pond of place {k} is cleaned once a year by the people who live beside it. " * 5
            paragraph(d, X, 120 + 10 * k, said, WIDTH, "Helvetica", 10)

        return page

    found = content(tmp_path, contents, *map(chapter_of, range(3)))
    own = [section for section in found.sections if section.title in chapters]
    assert [section.title for section in own] == list(chapters)
    assert {section.parent for section in own} <= {
        section.id for section in found.sections if section.title != "Contents"
    } | {None}
    first = next(section for section in found.sections if section.title == "Contents")
    assert first.pages == (1, 1)
