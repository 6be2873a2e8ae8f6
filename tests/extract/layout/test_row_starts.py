"""What a document repeats at the beginning of its rows, on its pages, and above its sections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_pdf import GOTHIC, MINCHO, Drawing, draw
from typeset import BODY, broken, paragraph

from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.model import Content

X, WIDTH = 85.0, 420.0
TEXT = "庭の道具は使った後に洗い、乾かしてから小屋へ戻し、足りない物があれば当番の人へ知らせる。"


def content(tmp_path: Path, *pages: Callable[[Drawing], object]) -> Content:
    result = read(draw(tmp_path / "a.pdf", *pages))
    assert result.value is not None
    return result.value


def texts(found: Content, *kinds: str) -> list[str]:
    return [block.text for block in found.blocks if block.kind in kinds]


def headings(found: Content) -> list[tuple[str | None, str, int]]:
    return [(section.number, section.title, section.level) for section in found.sections]


def full(start: str, end: str = "", turn: int = 0) -> str:
    """Return one full line of Japanese that begins and ends with these characters; another one for each turn."""
    filler = "池の水を換える日は前の週に決め" * 5
    count = int(WIDTH // BODY) - len(start) - len(end)
    return start + filler[turn : turn + count] + end


def prose(turn: int) -> list[str]:
    """Return a paragraph of two lines; another one for each turn."""
    return [full("その", turn=turn), TEXT[turn : turn + 20] + "。"]


def column(d: Drawing, lines: list[str], top: float = 110.0, font: str = MINCHO) -> float:
    for line in lines:
        d.text(X, top, line, font, BODY)
        top += 18
    return top


@pytest.mark.parametrize("signs", [("２）", "３）", "４）"), ("(b)", "(c)", "(d)"), ("8.", "9.", "10.")])
def test_the_next_number_below_a_full_line_begins_an_item(tmp_path: Path, signs: tuple[str, ...]) -> None:
    items = [full(signs[0]), full(signs[1]), signs[2] + "残りは秋に決める"]
    found = content(tmp_path, lambda d: column(d, [full("会は"), "次のとおり決めた", *items]))
    assert len(texts(found, "list_item")) == 3


def test_the_first_number_below_a_full_line_of_a_heading_begins_a_heading(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        column(d, [full("4 ", "と庭の管理"), "4.1 池の管理"], 110, GOTHIC)
        column(d, prose(1), 160)
        column(d, ["4.2 庭の管理"], 220, GOTHIC)
        column(d, [*prose(2), *prose(3)], 240)

    found = content(tmp_path, page)
    assert [block.text[:3] for block in found.blocks if block.kind != "paragraph"] == ["4 池", "4.1", "4.2"]


def test_numbers_alone_on_their_rows_begin_a_heading_below_a_full_line(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        y = 110.0
        for k, term in enumerate(("池", "桶", "網"), 1):
            d.text(X, y, f"3.{k}", "Helvetica-Bold", BODY)
            d.text(X, y + 18, term + "の呼び名", GOTHIC, BODY)
            d.text(X, y + 36, full("これは", "ある。"), MINCHO, BODY)
            y += 54

    found = content(tmp_path, page)
    assert [(number, title) for number, title, _ in headings(found)] == [
        ("3.1", "池の呼び名"),
        ("3.2", "桶の呼び名"),
        ("3.3", "網の呼び名"),
    ]


def test_a_label_that_begins_many_rows_begins_a_paragraph_below_a_full_line(tmp_path: Path) -> None:
    turns = [
        "問：池の水はいつ換えるのか",
        full("答：", "。"),
        full("問：", "か"),
        "答：春に換える",
        "問：網は誰が洗うのか",
    ]
    found = content(tmp_path, lambda d: column(d, [*turns, "答：当番の人が洗う"]))
    assert [text[0] for text in texts(found, "paragraph")] == ["問", "答"] * 3


def test_a_sentence_about_an_annex_has_no_marker(tmp_path: Path) -> None:
    found = content(tmp_path, lambda d: column(d, ["付録Aは池の図を示す。", "", "別紙2のとおり網を洗う。"]))
    assert {block.marker for block in found.blocks} == {None}


def _two_heads(left: str, right: str, lines: list[str]) -> Callable[[Drawing], None]:
    def page(d: Drawing) -> None:
        d.text(X, 50, left, GOTHIC, 9)
        d.text(400, 50, right, GOTHIC, 9)
        column(d, lines, 90)

    return page


def test_a_running_head_beside_another_one_is_furniture(tmp_path: Path) -> None:
    pages = [
        _two_heads("1 総則", "1.1 池の管理", ["1 総則", *prose(1), "1.1 池の管理", *prose(2)]),
        _two_heads("1 総則", "1.2 庭の管理", ["1.2 庭の管理", *prose(3)]),
        _two_heads("2 道具", "2.1 網の修理", ["2 道具", *prose(4), "2.1 網の修理", *prose(5)]),
        _two_heads("2 道具", "2.2 桶の修理", ["2.2 桶の修理", *prose(6)]),
    ]
    found = content(tmp_path, *pages)
    assert len(texts(found, "furniture")) == 8
    assert sum("桶の修理" in text for text in texts(found, "paragraph", "heading")) == 1


def test_a_label_of_the_text_stays_in_the_text_where_it_begins_a_page(tmp_path: Path) -> None:
    def page(number: int) -> Callable[[Drawing], None]:
        def body(d: Drawing) -> None:
            top = column(d, [*(["推奨事項"] if number in (3, 5, 8) else []), *prose(number)], 80)
            column(d, ["推奨事項", *prose(number + 3)], top + 20 * number)

        return body

    found = content(tmp_path, *map(page, range(12)))
    assert texts(found, "furniture") == []
    assert len([text for text in texts(found, "paragraph", "heading") if text == "推奨事項"]) == 15


def test_an_entry_of_contents_on_two_rows_is_one_entry_and_no_heading(tmp_path: Path) -> None:
    long = "池と庭と道具の管理について当番の人が毎年の春と秋に話し合って決める事の一覧と記録"

    def contents(d: Drawing) -> None:
        d.text(X, 80, "目次", GOTHIC, 14)
        d.text(X + 380, 110, "ページ", GOTHIC, BODY)
        first, *rest = broken(long, WIDTH - 20, GOTHIC, BODY)
        d.text(X, 140, first, GOTHIC, BODY)
        d.text(X, 160, rest[0] + "．．．．．．．．．．．．．．．．．．．．．．．．．．． 2", GOTHIC, BODY)
        for k in range(3):
            d.text(X, 180 + 20 * k, f"{k + 1} 章の名．．．．．．．．．．．．．．．．．．．．．． {k + 2}", GOTHIC, BODY)

    found = content(tmp_path, contents, lambda d: column(d, [full("その"), TEXT[:38]]))
    assert [title for _, title, _ in headings(found)] == ["目次"]
    assert [text for text in texts(found, "contents") if text.startswith("池と庭")] == [texts(found, "contents")[1]]
    assert long in texts(found, "contents")[1]


def test_contents_without_page_numbers_continue_on_the_next_page(tmp_path: Path) -> None:
    names = ["1. 池の話", "2. 庭の話", "3. 網の話", "4. 桶の話"]

    def first(d: Drawing) -> None:
        d.text(X, 80, "目次", GOTHIC, 16)
        column(d, names[:2], 110, GOTHIC)

    def second(d: Drawing) -> None:
        column(d, names[2:], 80, GOTHIC)

    def chapter(name: str) -> Callable[[Drawing], None]:
        def body(d: Drawing) -> None:
            d.text(X, 90, name, GOTHIC, 16)
            column(d, prose(int(name[0])), 120)

        return body

    found = content(tmp_path, first, second, *map(chapter, names))
    assert texts(found, "contents") == names
    assert [title for _, title, _ in headings(found)] == ["目次", "池の話", "庭の話", "網の話", "桶の話"]


def test_underlined_lines_above_text_in_the_whole_document_are_headings(tmp_path: Path) -> None:
    def page(number: int) -> Callable[[Drawing], None]:
        def body(d: Drawing) -> None:
            for k, label in enumerate(("管理の策", "手引")):
                y = 120 + (90 if number > 1 else 320) * k + 7 * number
                d.text(X, y, label, MINCHO, BODY)
                d.line(X, y + 2, X + len(label) * BODY, y + 2)
                column(d, prose(number + 4 * k) * (1 if number > 1 else 8), y + 18)

        return body

    found = content(tmp_path, *map(page, range(1, 4)))
    assert [title for _, title, _ in headings(found)] == ["管理の策", "手引"] * 3


@pytest.mark.parametrize("line", ["（出所：池の会の記録）", "このページは空白です。"])
def test_a_remark_that_is_repeated_above_text_is_no_heading(tmp_path: Path, line: str) -> None:
    def page(number: int) -> Callable[[Drawing], None]:
        def body(d: Drawing) -> None:
            column(d, [line], 120 + 7 * number)
            column(d, prose(number), 170 + 7 * number)

        return body

    assert headings(content(tmp_path, *map(page, range(1, 4)))) == []


def test_headings_between_two_annexes_are_below_the_first_one(tmp_path: Path) -> None:
    def page(*titles: str) -> Callable[[Drawing], None]:
        def body(d: Drawing) -> None:
            y = 90.0
            for title in titles:
                d.text(X, y, title, "Helvetica-Bold", 12)
                y = paragraph(d, X, y + 24, "Everybody who keeps a pond follows these rules. " * 9) + 24

        return body

    found = content(
        tmp_path,
        page("1. Ponds", "2. Nets"),
        page("Annex A Words", "Frogs", "Herons"),
        page("Annex B Forms", "Herons"),
    )
    assert [level for *_, level in headings(found)] == [1, 1, 1, 2, 2, 1, 2]
