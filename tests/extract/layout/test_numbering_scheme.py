"""Series of numbered lines decide which lines are headings; numbers stay as markers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fixtures_pdf import GOTHIC, Drawing, draw
from typeset import BODY

from aisi_ingest.extract.lines.hyphens import hyphens_of
from aisi_ingest.extract.numbering import numbering
from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.model import Content

X = 85.0
TEXT = "庭の道具は使った後に洗い、乾かしてから小屋へ戻し、足りない物があれば当番の人へ知らせる。"


def content(tmp_path: Path, *pages: Callable[[Drawing], None]) -> Content:
    result = read(draw(tmp_path / "a.pdf", *pages))
    assert result.value is not None
    return result.value


def lines(d: Drawing, texts: Sequence[str], font: str = GOTHIC, size: float = BODY, top: float = 110.0) -> None:
    for k, text in enumerate(texts):
        d.text(X, top + 22 * k, text, font, size)


def headings(found: Content) -> list[tuple[str | None, str, int]]:
    return [(section.number, section.title, section.level) for section in found.sections]


def test_a_series_in_body_type_that_introduces_text_is_a_series_of_headings(tmp_path: Path) -> None:
    texts = ["1) 人の尊重", TEXT, "2) 安全の確保", "また、" + TEXT, "3) 公平の確保", "なお、" + TEXT]
    found = content(tmp_path, lambda d: lines(d, texts))
    assert headings(found) == [("1)", "人の尊重", 1), ("2)", "安全の確保", 1), ("3)", "公平の確保", 1)]


def test_a_series_announced_by_a_colon_is_a_list_and_keeps_its_markers(tmp_path: Path) -> None:
    found = content(tmp_path, lambda d: lines(d, [TEXT, "次の物を用意する：", "1) 水の入った桶", "2) 古い布", "3) 油"]))
    assert headings(found) == []
    assert [block.marker for block in found.blocks if block.kind == "list_item"] == ["1)", "2)", "3)"]


def test_an_article_and_the_title_on_the_next_line_are_one_heading(tmp_path: Path) -> None:
    rule = "Everybody who keeps a pond within the club follows these rules throughout the whole year."

    def page(d: Drawing) -> None:
        y = 100.0
        for name, title in (("Article 1", "Subject matter"), ("Article 2", "Scope"), ("Article 3", "Nets")):
            d.text(270, y, name)
            d.text(265, y + 16, title, "Helvetica-Bold")
            d.text(X, y + 50, f"1. {rule}")
            d.text(X, y + 80, f"2. {rule}")
            y += 130

    found = content(tmp_path, page)
    assert [title for _, title, _ in headings(found)] == ["Subject matter", "Scope", "Nets"]
    assert [number for number, _, _ in headings(found)] == ["Article 1", "Article 2", "Article 3"]
    assert [block.marker for block in found.blocks if block.kind == "list_item"] == ["1.", "2."] * 3


@pytest.mark.parametrize("sign", ["§", "❏"])
def test_a_sign_that_repeats_at_one_indent_is_a_bullet(tmp_path: Path, sign: str) -> None:
    items = ["keep the list of boats up to date;", "read the list out once a year;", "show the radio to everybody."]

    def page(d: Drawing) -> None:
        d.text(X, 100, "The team shall do this:")
        for k, item in enumerate(items):
            if sign == "❏":
                d.text(X, 130 + 20 * k, "o", "ZapfDingbats")
            else:
                d.text(X, 130 + 20 * k, sign)
            d.text(X + 18, 130 + 20 * k, item)

    assert [block.text for block in content(tmp_path, page).blocks if block.kind == "list_item"] == items


@pytest.mark.parametrize("angle", [25, 40, 62])
def test_an_oblique_stamp_is_furniture_and_no_letters_of_the_text(tmp_path: Path, angle: int) -> None:
    def page(d: Drawing) -> None:
        d.text(X, 100, "Rules for the pond", "Helvetica-Bold", 16)
        for k in range(6):
            d.text(X, 140 + 60 * k, f"Rule {k} says that the gate is closed at dusk by the last to leave.")
        d.canvas.saveState()
        d.canvas.translate(150, 300)
        d.canvas.rotate(angle)
        d.canvas.setFont("Helvetica-Bold", 90)
        d.canvas.drawString(0, 0, "SAMPLE")
        d.canvas.restoreState()

    found = content(tmp_path, page)
    assert [block.text for block in found.blocks if block.kind == "furniture"] == ["SAMPLE"]
    assert found.title == "Rules for the pond"


def test_running_heads_that_change_with_the_chapter_are_furniture(tmp_path: Path) -> None:
    names = ["Ponds", "Ponds", "Boats", "Nets", "Nets"]

    def page_of(k: int) -> Callable[[Drawing], None]:
        def page(d: Drawing) -> None:
            d.text(250, 50, names[k], size=7)
            if k == 0 or names[k] != names[k - 1]:
                d.text(X, 100, names[k], "Helvetica-Bold", 16)
            for j in range(4):
                d.text(X, 140 + 30 * j, f"On day {10 * k + j} the gate number {j} is closed by the last to leave.")

        return page

    found = content(tmp_path, *map(page_of, range(5)))
    assert [block.text for block in found.blocks if block.kind == "furniture"] == names
    assert [section.title for section in found.sections] == ["Ponds", "Boats", "Nets"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("D-2) i. Proper training", "D-2) i."),
        ("（三）方法", "（三）"),
        ("一　主旨", "一"),
        ("第8条　目的", "第8条"),
        ("⒜　所持人", "⒜"),
        ("(b). 課題", "(b)."),
        ("CHAPTER II RULES", "CHAPTER II"),
        ("付録1 用語", "付録1"),
    ],
)
def test_numbers_of_laws_and_guidelines_are_recognised(text: str, number: str) -> None:
    found = numbering(text)
    assert found is not None
    assert found.text == number


@pytest.mark.parametrize(("before", "after"), [("a risk-", "based order"), ("the state-of-", "the-art one")])
def test_the_hyphen_of_a_compound_stays(before: str, after: str) -> None:
    document = ["the risk of each order", "words evalu-", "ated and classi-", "fied are here"]
    assert hyphens_of(document).keeps_hyphen(before, after)


def test_the_hyphen_of_a_divided_word_goes() -> None:
    document = ["the risk of each order", "words evalu-", "ated and classi-", "fied are here"]
    assert not hyphens_of(document).keeps_hyphen("more words evalu-", "ated")


def test_a_title_in_body_type_above_numbered_headings_is_the_title(tmp_path: Path) -> None:
    texts = ["庭の安全基準", TEXT, "一　主旨", TEXT, "二　用語の定義", "また、" + TEXT, "三　構成", "なお、" + TEXT]
    found = content(tmp_path, lambda d: lines(d, texts))
    assert found.title == "庭の安全基準"


def test_the_items_of_an_agenda_are_headings_even_if_a_colon_announces_them(tmp_path: Path) -> None:
    def page(first: int) -> Callable[[Drawing], None]:
        def body(d: Drawing) -> None:
            y = 90.0
            if first == 1:
                d.text(X, y, "議事：", GOTHIC, BODY)
            for k in range(first, first + 3):
                d.text(X, y + 20, f"({k}) 第{k}の庭の報告", GOTHIC, BODY)
                for j, text in enumerate(("道具の点検を終えた", "網の修理を続ける")):
                    d.text(X + 20, y + 40 + 20 * j, f"・ 第{k}の庭の{text}", GOTHIC, BODY)
                d.text(X + 20, y + 80, f"質問　第{k}の庭の池はいつ掃除するのか", GOTHIC, BODY)
                y += 90

        return body

    found = content(tmp_path, page(1), page(4))
    assert headings(found) == [(f"({k})", f"第{k}の庭の報告", 1) for k in range(1, 7)]


def test_a_series_that_begins_with_a_heading_is_one_where_its_numbers_usually_are(tmp_path: Path) -> None:
    def page(first: bool) -> Callable[[Drawing], None]:
        def body(d: Drawing) -> None:
            y = 130.0
            d.text(X, 90, "庭の決まり" if first else "道具の決まり", GOTHIC, 20)
            for k, sign in enumerate("①②③④" if first else "①②③"):
                d.text(X, y, f"{sign} {'池庭網桶'[k]}の事", GOTHIC, 13 if first or k == 0 else BODY)
                d.text(X + 12, y + 22, "・ " + TEXT[k : k + 30], GOTHIC, BODY)
                y += 60

        return body

    found = content(tmp_path, page(True), page(False))
    numbers = [number for number, _, _ in headings(found) if number is not None]
    assert numbers == ["①", "②", "③", "④", "①", "②", "③"]


def test_annexes_stay_on_the_level_of_the_chapters_if_an_annex_has_parts_of_its_own(tmp_path: Path) -> None:
    def page(*titles: str) -> Callable[[Drawing], None]:
        def body(d: Drawing) -> None:
            for k, title in enumerate(titles):
                d.text(X, 90 + 90 * k, title, GOTHIC, 13)
                lines(d, [TEXT[k:], TEXT[2 + k :]], top=112 + 90 * k)
            if len(titles) == 2:  # a first page with less text is a cover
                lines(d, [TEXT[k % 9 :] for k in range(20)], top=270)

        return body

    found = content(
        tmp_path,
        page("第1章 池の事", "第2章 庭の事"),
        page("付録1 池の図", "付録2 庭の図", "付録3 網の図"),
        page("参考1 桶の図", "参考2 木の図", "付録4 石の図"),
    )
    levels = {number: level for number, _, level in headings(found)}
    assert {levels[f"付録{k}"] for k in range(1, 5)} == {levels["第1章"]} == {1}


def test_a_space_behind_a_narrow_figure_does_not_hide_the_number() -> None:
    found = numbering("1 .池の水を換える")
    assert found is not None
    assert (found.values, found.end) == ((1,), 3)
    assert numbering("1 .5 m") is None
