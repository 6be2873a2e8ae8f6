"""Group rows into columns and blocks; find contents, captions, footnotes and furniture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.extract.layout.captions import is_caption
from aisi_ingest.extract.layout.columns import columns_of
from aisi_ingest.extract.layout.contents import contents_line, is_contents_title
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.footnotes import label_of, normalised_label, split_notes
from aisi_ingest.extract.layout.furniture import find_furniture
from aisi_ingest.extract.layout.line_ends import wraps
from aisi_ingest.extract.layout.page_lines import PageLines
from aisi_ingest.extract.layout.paragraphs import drafts_of
from aisi_ingest.extract.layout.rows import Row, join_labels
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide

STYLE = BodyStyle(size=10, leading=1.6, font="Test", right=500, bottom=780, indents_first_lines=True)


def row(text: str, x: float, base: float, size: float = 10, right: float | None = None, **values: object) -> Row:
    width = sum(size if is_wide(char) else size / 2 for char in text)
    x1 = x + width if right is None else right
    box = Box(x, base - 0.9 * size, x1, base + 0.2 * size)
    row = Row(text, x, box.top, x1, box.bottom, base, size, False, False, False, "Test", 0, box)
    for name, value in values.items():
        setattr(row, name, value)
    return row


def blocks(*rows: Row) -> list[str]:
    return [draft.text for column in columns_of(rows) for draft in drafts_of(column, 1, STYLE)]


def body(text: str, x: float, top: float, count: int, right: float) -> list[Row]:
    return [row(f"{text} {k} " + "runs on to the edge", x, top + 16 * k, right=right) for k in range(count)]


# columns


def test_a_number_and_the_text_beside_it_become_one_row() -> None:
    [joined] = join_labels([row("(1)", 60, 100), row("対象とする者", 100, 100)])
    assert joined.text == "(1) 対象とする者"
    assert joined.text_x0 == 100


def test_a_row_that_crosses_the_gutter_separates_the_columns_above_and_below() -> None:
    left, right = body("left", 60, 100, 6, 270), body("right", 300, 100, 6, 510)
    across = row("A line over both columns that announces what follows below it", 60, 230, right=510)
    lower_left, lower_right = body("more left", 60, 260, 6, 270), body("more right", 300, 260, 6, 510)
    found = [r.text for c in columns_of([*lower_right, *left, across, *right, *lower_left]) for r in c.rows]
    assert found == [r.text for r in (*left, *right, across, *lower_left, *lower_right)]


def test_a_row_below_both_columns_is_read_after_them() -> None:
    left, right = body("left", 60, 100, 6, 270), body("right", 300, 100, 6, 510)
    below = row("Next", 60, 230, size=14, bold=True)
    assert [c.rows[-1].text for c in columns_of([*left, *right, below])][-1] == "Next"


def test_short_entries_side_by_side_are_read_row_by_row() -> None:
    names = [row(name, 60, 100 + 24 * k) for k, name in enumerate(["伊藤", "森", "安部", "佐藤", "林", "原"])]
    posts = [row(post, 160, 100 + 24 * k) for k, post in enumerate(["教授", "理事", "部長", "主任", "顧問", "監事"])]
    first = next(iter(columns_of([*names, *posts])))
    assert first.rows[0].text == "伊藤\u3000教授"


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60), st.integers(1, 30)), min_size=1, max_size=40))
def test_every_row_is_in_exactly_one_column(places: list[tuple[int, int, int]]) -> None:
    rows = [row("x" * n, 40.0 + x, 60.0 + 12 * y) for x, y, n in places]
    found = "".join(r.text for c in columns_of(rows) for r in c.rows)
    assert sorted(found.replace(" ", "")) == sorted("".join(r.text for r in rows))


# line breaks


@pytest.mark.parametrize(
    ("above", "below", "right"),
    [
        (row("評価の方法について関係者の間で合意しておくことが望ま", 60, 100, right=498), row("しい。", 60, 116), 500),
        (
            row("a line that ends before a long word and leaves room", 60, 100, right=470),
            row("internationally", 60, 116),
            500,
        ),
        (
            row("列挙が続く行は、途中で折り返さなくても、", 60, 100, right=400),
            row("読点で終われば続く。", 60, 116),
            500,
        ),
        (row("this sentence is broken by hand and goes", 60, 100, right=420), row("on in lower case", 60, 116), 500),
    ],
)
def test_the_text_of_a_full_line_continues_in_the_next_line(above: Row, below: Row, right: int) -> None:
    assert wraps(above, below, right)


@pytest.mark.parametrize(
    ("above", "below", "right"),
    [
        (row("ここで段落が終わる。", 60, 100), row("次の段落が始まる。", 60, 116), 500),
        (row("A short line.", 60, 100), row("Another one.", 60, 116), 500),
    ],
)
def test_the_text_of_a_line_with_room_at_its_end_does_not_continue(above: Row, below: Row, right: int) -> None:
    assert not wraps(above, below, right)


# blocks


def test_white_space_separates_blocks() -> None:
    lines = [row("one line of the first block that is full", 60, y, right=500) for y in (100, 116)]
    assert len(blocks(*lines, *[row("second block", 60, y, right=500) for y in (160, 176)])) == 2


def test_a_change_of_type_size_begins_a_block() -> None:
    assert blocks(row("Heading", 60, 100, size=14), row("text below it", 60, 118, right=500)) == [
        "Heading",
        "text below it",
    ]


def test_a_change_from_bold_to_light_type_begins_a_block() -> None:
    assert blocks(row("見出し", 60, 100, bold=True, bold_prefix=3), row("本文が続く。", 60, 116)) == [
        "見出し",
        "本文が続く。",
    ]


def test_an_address_that_is_broken_over_two_lines_becomes_whole() -> None:
    rows = [row("See https://example.org/reports/2024/a-very-long-", 60, 100, right=500), row("name.html", 60, 116)]
    assert blocks(*rows) == ["See https://example.org/reports/2024/a-very-long-name.html"]


def test_two_addresses_in_a_row_stay_separate() -> None:
    rows = [row("See https://example.org/a.html", 60, 100, right=500), row("https://example.org/b.html", 60, 116)]
    assert blocks(*rows) == ["See https://example.org/a.html https://example.org/b.html"]


def test_the_box_of_a_block_covers_all_its_rows() -> None:
    rows = [row("全角の行が続いていく", 60, 100 + 16 * k, right=500) for k in range(3)]
    [draft] = drafts_of(columns_of(rows)[0], 1, STYLE)
    assert draft.box == Box(60, rows[0].top, 500, rows[-1].bottom)


def test_a_row_with_a_drawn_bullet_is_a_list_item() -> None:
    [draft] = drafts_of(columns_of([row("drawn", 80, 100, bullet_x0=66.0)])[0], 1, STYLE)
    assert isinstance(draft, Draft)
    assert (draft.kind, draft.bullet, draft.text) == ("list_item", "•", "drawn")


# contents, captions, notes


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("1. はじめに ........ 3", ("1. はじめに", 3)),
        ("目的・・・・・・・・ 12", ("目的", 12)),
        ("Scope ………… 4", ("Scope", 4)),
        ("and so on ...", None),
        ("第1章 総論", None),
    ],
)
def test_a_line_of_contents_is_split_at_its_leader(text: str, entry: tuple[str, int] | None) -> None:
    assert contents_line(text) == entry


@pytest.mark.parametrize("text", ["目次", "目　次", "Table of Contents", "CONTENTS", "【目次】"])
def test_titles_of_a_table_of_contents_are_recognised(text: str) -> None:
    assert is_contents_title(text)


@pytest.mark.parametrize(
    "text", ["図1 全体像", "表２　一覧", "Figure 3: Flow", "Table A-1. Costs", "図表Ⅰ-4-1-1 課題", "【図3】"]
)
def test_captions_are_recognised(text: str) -> None:
    assert is_caption(text)


@pytest.mark.parametrize("text", ["図1に示すとおり", "Table 2 shows the costs", "表現の自由", "Figures are rounded"])
def test_a_sentence_that_mentions_a_figure_is_no_caption(text: str) -> None:
    assert not is_caption(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [("1 注記", "1"), ("（注2）例", "2"), ("※3 例", "3"), ("[4] See", "4"), ("* Note", "*"), ("* ¹ Note", "1")],
)
def test_the_label_of_a_note_is_recognised(text: str, label: str) -> None:
    assert label_of(text) == label


def test_a_note_mark_and_its_note_have_the_same_label() -> None:
    assert normalised_label("（注１）") == normalised_label("1") == normalised_label("＊1")


def test_small_rows_below_a_short_rule_are_footnotes() -> None:
    rows = [*body("text", 60, 100, 4, 500), row("1 A note in small type", 60, 700, size=8)]
    kept, notes = split_notes(rows, [(60, 190, 685)], 10, 842)
    assert [r.text for r in notes] == ["1 A note in small type"]
    assert len(kept) == 4


def test_small_rows_without_a_label_or_a_rule_are_body_text() -> None:
    rows = [*body("text", 60, 100, 4, 500), row("set small at the foot", 60, 700, size=8)]
    assert split_notes(rows, [], 10, 842)[1] == []


# furniture


def line(text: str, x: float, top: float, size: float = 10) -> Line:
    width = sum(size if is_wide(char) else size / 2 for char in text)
    return Line(text, Box(x, top, x + width, top + size), top + size, size, False, False, False, 0, 0, np.zeros(0, int))


def pages(*each: list[Line]) -> list[PageLines]:
    return [PageLines(number, (595, 842), tuple(lines)) for number, lines in enumerate(each, 1)]


def found(*each: list[Line]) -> list[list[str]]:
    documents = pages(*each)
    marked = find_furniture(documents, 10)
    return [[page.lines[k].text for k in sorted(marked[page.number])] for page in documents]


def test_running_heads_that_differ_only_in_numbers_are_furniture() -> None:
    each = [[line(f"Report 2024 page {k}", 60, 30), line(f"body {k}", 60, 200)] for k in range(1, 5)]
    assert found(*each) == [[f"Report 2024 page {k}"] for k in range(1, 5)]


def test_ends_of_sentences_that_repeat_at_the_top_of_pages_are_no_furniture() -> None:
    each = [[line("である。", 60, 80), line(f"ページ{k}の本文", 60, 200)] for k in range(1, 9)]
    each += [[line(f"別の{k}", 60, 80)] for k in range(12)]
    assert not any(found(*each)[:8])


@pytest.mark.parametrize("form", ["{}", "- {} -", "{}/9", "p. {}", "{}ページ"])
def test_page_numbers_of_all_forms_are_furniture(form: str) -> None:
    each = [[line(f"body {k}", 60, 200), line(form.format(k), 290, 800)] for k in range(1, 4)]
    assert found(*each) == [[form.format(k)] for k in range(1, 4)]


def test_a_year_at_the_foot_of_one_page_is_no_page_number() -> None:
    assert found([line("body of the text", 60, 200), line("2024", 290, 800)], [line("more", 60, 200)]) == [[], []]
