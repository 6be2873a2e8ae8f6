"""Which blocks are headings, and which level they have."""

from __future__ import annotations

import pytest

from aisi_ingest.extract.layout.columns import columns_of
from aisi_ingest.extract.layout.contents_pages import comparison_key
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.headings import mark_headings, number_and_title
from aisi_ingest.extract.layout.paragraphs import drafts_of
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.pdf.document import Bookmark
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide

STYLE = BodyStyle(size=10, leading=1.6, font="Mincho", right=500, bottom=780, indents_first_lines=True)
TEXT = "本文はこのように一文で終わり、見出しよりも長い。"


def drafts(*lines: tuple[str, float, bool], page: int = 1) -> list[Draft]:
    """Make one block of each line, given as (text, size in points, bold)."""
    rows, base = [], 100.0
    for text, size, bold in lines:
        x1 = 60 + sum(size if is_wide(char) else size / 2 for char in text)
        box = Box(60, base - size, x1, base + 2)
        row = Row(
            text, 60, base - size, x1, base + 2, base, size, bold, False, False, "Gothic" if bold else "Mincho", 0, box
        )
        row.bold_prefix = len(text) if bold else 0
        rows.append(row)
        base += 3 * size
    return drafts_of(columns_of(rows)[0], page, STYLE)


def headings(blocks: list[Draft], *bookmarks: Bookmark) -> list[tuple[str, int | None]]:
    return [(d.text, d.level) for d in mark_headings(blocks, bookmarks, STYLE) if d.kind == "heading"]


def test_levels_come_from_the_kinds_of_numbers() -> None:
    found = headings(
        drafts(
            *(("第1章 総論", 14, True), (TEXT, 10, False), ("1. 目的", 12, True), (TEXT, 10, False)),
            *(("(1) 対象", 10, True), (TEXT, 10, False), ("①範囲", 10, True), (TEXT, 10, False)),
            *(("2. 方法", 12, True), (TEXT, 10, False)),
        )
    )
    assert found == [("第1章 総論", 1), ("1. 目的", 2), ("(1) 対象", 3), ("①範囲", 4), ("2. 方法", 2)]


def test_levels_come_from_type_sizes_if_there_are_no_numbers() -> None:
    found = headings(
        drafts(
            ("全体について", 16, True),
            (TEXT, 10, False),
            ("部分について", 12, True),
            (TEXT, 10, False),
            ("結び", 16, True),
            (TEXT, 10, False),
        )
    )
    assert found == [("全体について", 1), ("部分について", 2), ("結び", 1)]


def test_an_unnumbered_heading_that_looks_like_numbered_ones_has_their_level() -> None:
    found = headings(
        drafts(
            ("Abstract", 14, True),
            (TEXT, 10, False),
            ("1 Introduction", 14, True),
            (TEXT, 10, False),
            ("References", 14, True),
            (TEXT, 10, False),
        )
    )
    assert found == [("Abstract", 1), ("1 Introduction", 1), ("References", 1)]


def test_an_unnumbered_heading_that_directly_follows_a_numbered_one_is_below_it() -> None:
    found = headings(
        drafts(
            ("1. はじめに", 12, True),
            ("背景と経緯", 12, True),
            (TEXT, 10, False),
            ("2. 方法", 12, True),
            ("調べ方", 12, True),
            (TEXT, 10, False),
        )
    )
    assert [level for _, level in found] == [1, 2, 1, 2]


def test_a_series_in_smaller_type_is_below_the_larger_series_of_the_same_kind() -> None:
    found = headings(
        drafts(("1 課題", 16, True), (TEXT, 10, False), ("1 概要", 13, True), (TEXT, 10, False), ("2 開発", 13, True),
               (TEXT, 10, False), ("2 対策", 16, True), (TEXT, 10, False))
    )  # fmt: skip
    assert [level for _, level in found] == [1, 2, 2, 1]


def test_bold_words_without_a_bookmark_are_no_heading_in_a_document_with_bookmarks() -> None:
    lines = [(name, 10.0, True) for name in ("Purpose", "Bold words", "Scope", "Methods")]
    blocks = drafts(*(line for name in lines for line in (name, (TEXT, 10.0, False))))
    marks = [Bookmark(1, "Purpose", 1), Bookmark(2, "Scope", 1), Bookmark(1, "Methods", 1)]
    assert headings(blocks, *marks) == [("Purpose", 1), ("Scope", 2), ("Methods", 1)]


def test_a_heading_without_a_bookmark_gets_its_level_from_its_type_size() -> None:
    lines = [(f"{k} Part", 16, True) for k in (1, 2, 3)]
    blocks = drafts(*lines, ("parse_tree", 12, True), (TEXT, 10, False), ("Preface", 16, True), (TEXT, 10, False))
    marks = [Bookmark(1, text, 1) for text, _, _ in lines]
    assert headings(blocks, *marks)[-2:] == [("parse_tree", 2), ("Preface", 1)]


def test_a_bookmark_without_the_number_matches_its_heading() -> None:
    lines = [("4 Use", 14, True), ("4.1 Tools", 12, True), (TEXT, 10, False), ("Appendix A Licence", 12, True)]
    marks = (Bookmark(1, "4 Use", 1), Bookmark(2, "Tools", 1), Bookmark(1, "A Licence", 1))
    found = headings(drafts(*lines, (TEXT, 10, False)), *marks)
    assert found == [("4 Use", 1), ("4.1 Tools", 2), ("Appendix A Licence", 1)]


def test_bold_lines_smaller_than_the_body_are_no_headings() -> None:
    found = headings(drafts(("方法", 12, True), (TEXT, 10, False), ("請求書の提出", 8, True), (TEXT, 10, False)))
    assert found == [("方法", 1)]


def test_bookmarks_that_match_no_line_have_no_effect() -> None:
    blocks = drafts(("1. 目的", 14, True), (TEXT, 10, False), ("2. 方法", 14, True), (TEXT, 10, False))
    assert [t for t, _ in headings(blocks, Bookmark(1, "スライド番号 1", 1), Bookmark(1, "スライド番号 2", 1))] == [
        "1. 目的",
        "2. 方法",
    ]


def test_two_blocks_that_match_one_bookmark_together_are_one_heading() -> None:
    blocks = drafts(("2.1 Choosing the people", 10, True), (TEXT, 10, False))
    blocks[1:1] = drafts(("and the means", 10, False))
    [found] = headings(blocks, Bookmark(1, "2.1 Choosing the people and the means", 1))
    assert found == ("2.1 Choosing the people and the means", 1)


@pytest.mark.parametrize(
    "text", ["これは文である。", "読点で終わる、", "A sentence that is bold but ends as sentences do."]
)
def test_bold_sentences_are_no_headings(text: str) -> None:
    assert headings(drafts((TEXT, 10, False), (text, 10, True), (TEXT, 10, False))) == []


def test_a_numbered_series_of_sentences_in_large_bold_type_are_headings() -> None:
    blocks = []
    for page in (1, 2, 3):
        rule = f"{page}. Take measures to find, to weigh and to lower risks."
        blocks += drafts((rule, 12, True), (TEXT, 10, False), page=page)
    assert len(headings(blocks)) == 3


def test_numbered_japanese_lines_in_body_type_with_text_below_each_are_headings() -> None:
    found = headings(
        drafts(
            ("（1）危険に応じた対応", 10, False), (TEXT, 10, False), ("（2）国際的な整合", 10, False), (TEXT, 10, False)
        )
    )
    assert [text for text, _ in found] == ["（1）危険に応じた対応", "（2）国際的な整合"]


def test_numbered_lines_without_text_between_them_are_a_list() -> None:
    assert (
        headings(
            drafts((TEXT, 10, False), ("（1）計画", 10, False), ("（2）実施", 10, False), ("（3）報告", 10, False))
        )
        == []
    )


def test_headings_are_compared_without_leaders_spaces_and_case() -> None:
    assert comparison_key("1.2　Scope of the ＡＩ ...") == comparison_key("1.2 scope of the AI")


@pytest.mark.parametrize(
    ("text", "parts"),
    [("2.1 Purpose", ("2.1", "Purpose")), ("第1部　総則", ("第1部", "総則")), ("はじめに", (None, "はじめに"))],
)
def test_a_heading_is_split_into_its_number_and_title(text: str, parts: tuple[None, str] | tuple[str, str]) -> None:
    assert number_and_title(text) == parts


def test_lines_in_lenticular_brackets_are_below_the_numbered_heading_above_them() -> None:
    found = headings(
        drafts(
            *(("1. 事例", 12, True), (TEXT, 10, False), ("【課題】", 10, False), (TEXT, 10, False)),
            *(("【対応】", 10, False), (TEXT, 10, False), ("2. 展望", 12, True), (TEXT, 10, False)),
        )
    )
    assert found == [("1. 事例", 1), ("【課題】", 2), ("【対応】", 2), ("2. 展望", 1)]


def test_numbers_that_restart_under_each_letter_are_below_the_letters() -> None:
    found = headings(
        drafts(
            *(("A. Models", 12, True), (TEXT, 10, False), ("1. Small ones", 12, True), (TEXT, 10, False)),
            *(("2. Large ones", 12, True), (TEXT, 10, False), ("B. Data", 12, True), (TEXT, 10, False)),
            *(("1. Text", 12, True), (TEXT, 10, False), ("2. Images", 12, True), (TEXT, 10, False)),
        )
    )
    assert [level for _, level in found] == [1, 2, 2, 1, 2, 2]


def test_bold_words_after_a_square_with_text_below_are_a_heading() -> None:
    found = headings(drafts(("■ 背景", 10, True), (TEXT, 10, False), ("■ 目的", 10, True), (TEXT, 10, False)))
    assert [text for text, _ in found] == ["背景", "目的"]


def test_a_line_in_capitals_that_stands_alone_is_a_heading() -> None:
    assert [t for t, _ in headings(drafts(("EXECUTIVE SUMMARY", 10, False), (TEXT, 10, False)))] == [
        "EXECUTIVE SUMMARY"
    ]


def test_an_annex_has_the_level_of_the_chapters() -> None:
    found = headings(
        drafts(
            *(("1 はじめに", 14, True), (TEXT, 10, False), ("1.1 目的", 12, True), (TEXT, 10, False)),
            *(("付録A 年表", 14, True), (TEXT, 10, False), ("A.1 前史", 12, True), (TEXT, 10, False)),
        )
    )
    assert [level for _, level in found] == [1, 2, 1, 2]
