"""Rows to columns, and rows of a column to blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.extract.layout.captions import is_caption
from aisi_ingest.extract.layout.columns import columns_of
from aisi_ingest.extract.layout.contents import contents_line, is_contents_title
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.footnotes import label, label_of, split_notes
from aisi_ingest.extract.layout.furniture import PageLines, furniture
from aisi_ingest.extract.layout.line_ends import wraps
from aisi_ingest.extract.layout.paragraphs import paragraphs
from aisi_ingest.extract.layout.rows import Row, with_signs
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide

SETTING = BodyStyle(size=10, leading=1.6, face="Test", right=500, bottom=780, indents=True)


def row(text: str, x: float, base: float, size: float = 10, right: float | None = None, **what: object) -> Row:
    width = sum(size if is_wide(char) else size / 2 for char in text)
    x1 = x + width if right is None else right
    box = Box(x, base - 0.9 * size, x1, base + 0.2 * size)
    row = Row(text, x, box.top, x1, box.bottom, base, size, False, False, False, "Test", 0, box)
    for name, value in what.items():
        setattr(row, name, value)
    return row


def blocks(*rows: Row) -> list[str]:
    return [draft.text for column in columns_of(rows) for draft in paragraphs(column, 1, SETTING)]


def body(text: str, x: float, top: float, count: int, right: float) -> list[Row]:
    return [row(f"{text} {k} " + "runs on to the edge", x, top + 16 * k, right=right) for k in range(count)]


# columns


def test_a_sign_and_its_text_are_one_row():
    [joined] = with_signs([row("(1)", 60, 100), row("対象とする者", 100, 100)])
    assert joined.text == "(1) 対象とする者"
    assert joined.text_x == 100


def test_rows_that_cross_the_gutter_part_bands_of_columns():
    left, right = body("left", 60, 100, 6, 270), body("right", 300, 100, 6, 510)
    across = row("A line over both columns that says what comes next and goes on", 60, 230, right=510)
    lower_left, lower_right = body("more left", 60, 260, 6, 270), body("more right", 300, 260, 6, 510)
    found = [r.text for c in columns_of([*lower_right, *left, across, *right, *lower_left]) for r in c.rows]
    assert found == [r.text for r in (*left, *right, across, *lower_left, *lower_right)]


def test_what_stands_under_both_columns_is_read_after_them():
    left, right = body("left", 60, 100, 6, 270), body("right", 300, 100, 6, 510)
    under = row("Next", 60, 230, size=14, bold=True)
    assert [c.rows[-1].text for c in columns_of([*left, *right, under])][-1] == "Next"


def test_short_entries_side_by_side_are_no_columns():
    names = [row(name, 60, 100 + 24 * k) for k, name in enumerate(["伊藤", "森", "安部", "佐藤", "林", "原"])]
    posts = [row(post, 160, 100 + 24 * k) for k, post in enumerate(["教授", "理事", "部長", "主任", "顧問", "監事"])]
    first = next(iter(columns_of([*names, *posts])))
    assert first.rows[0].text == "伊藤\u3000教授"


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60), st.integers(1, 30)), min_size=1, max_size=40))
def test_every_row_is_in_exactly_one_column(places):
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
def test_a_line_that_was_full_goes_on(above, below, right):
    assert wraps(above, below, right)


@pytest.mark.parametrize(
    ("above", "below", "right"),
    [
        (row("ここで段落が終わる。", 60, 100), row("次の段落が始まる。", 60, 116), 500),
        (row("A short line.", 60, 100), row("Another one.", 60, 116), 500),
    ],
)
def test_a_line_with_room_ends_something(above, below, right):
    assert not wraps(above, below, right)


# blocks


def test_white_space_parts_blocks():
    lines = [row("one line of the first block that is full", 60, y, right=500) for y in (100, 116)]
    assert len(blocks(*lines, *[row("second block", 60, y, right=500) for y in (160, 176)])) == 2


def test_another_size_is_another_block():
    assert blocks(row("Heading", 60, 100, size=14), row("text under it", 60, 118, right=500)) == [
        "Heading",
        "text under it",
    ]


def test_bold_lines_and_light_ones_are_not_one_block():
    assert blocks(row("見出し", 60, 100, bold=True, lead=3), row("本文が続く。", 60, 116)) == ["見出し", "本文が続く。"]


def test_an_address_broken_over_lines_is_whole():
    rows = [row("See https://example.org/reports/2024/a-very-long-", 60, 100, right=500), row("name.html", 60, 116)]
    assert blocks(*rows) == ["See https://example.org/reports/2024/a-very-long-name.html"]


def test_two_addresses_are_two():
    rows = [row("See https://example.org/a.html", 60, 100, right=500), row("https://example.org/b.html", 60, 116)]
    assert blocks(*rows) == ["See https://example.org/a.html https://example.org/b.html"]


def test_the_box_of_a_block_covers_its_rows():
    rows = [row("全角の行が続いていく", 60, 100 + 16 * k, right=500) for k in range(3)]
    [draft] = paragraphs(columns_of(rows)[0], 1, SETTING)
    assert draft.box == Box(60, rows[0].top, 500, rows[-1].bottom)


def test_a_drawn_bullet_makes_a_list_item():
    [draft] = paragraphs(columns_of([row("drawn", 80, 100, dot=66.0)])[0], 1, SETTING)
    assert isinstance(draft, Draft)
    assert (draft.kind, draft.sign, draft.text) == ("list_item", "•", "drawn")


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
def test_lines_of_contents_have_a_leader(text, entry):
    assert contents_line(text) == entry


@pytest.mark.parametrize("text", ["目次", "目　次", "Table of Contents", "CONTENTS", "【目次】"])
def test_titles_of_contents(text):
    assert is_contents_title(text)


@pytest.mark.parametrize(
    "text", ["図1 全体像", "表２　一覧", "Figure 3: Flow", "Table A-1. Costs", "図表Ⅰ-4-1-1 課題", "【図3】"]
)
def test_captions(text):
    assert is_caption(text)


@pytest.mark.parametrize("text", ["図1に示すとおり", "Table 2 shows the costs", "表現の自由", "Figures are rounded"])
def test_what_only_mentions_a_figure_is_no_caption(text):
    assert not is_caption(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [("1 注記", "1"), ("（注2）例", "2"), ("※3 例", "3"), ("[4] See", "4"), ("* Note", "*"), ("* ¹ Note", "1")],
)
def test_labels_of_notes(text, name):
    assert label_of(text) == name


def test_an_anchor_and_its_note_have_one_label():
    assert label("（注１）") == label("1") == label("＊1")


def test_small_rows_under_a_short_rule_are_notes():
    rows = [*body("text", 60, 100, 4, 500), row("1 A note in small type", 60, 700, size=8)]
    kept, notes = split_notes(rows, [(60, 190, 685)], 10, 842)
    assert [r.text for r in notes] == ["1 A note in small type"]
    assert len(kept) == 4


def test_small_rows_without_a_mark_or_a_rule_are_text():
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
    marked = furniture(documents, 10)
    return [[page.lines[k].text for k in sorted(marked[page.number])] for page in documents]


def test_heads_that_differ_only_in_figures_are_one_head():
    each = [[line(f"Report 2024 page {k}", 60, 30), line(f"body {k}", 60, 200)] for k in range(1, 5)]
    assert found(*each) == [[f"Report 2024 page {k}"] for k in range(1, 5)]


def test_body_text_that_repeats_at_the_top_is_no_head():
    each = [[line("である。", 60, 80), line(f"ページ{k}の本文", 60, 200)] for k in range(1, 9)]
    each += [[line(f"別の{k}", 60, 80)] for k in range(12)]
    assert not any(found(*each)[:8])


@pytest.mark.parametrize("form", ["{}", "- {} -", "{}/9", "p. {}", "{}ページ"])
def test_forms_of_page_numbers(form):
    each = [[line(f"body {k}", 60, 200), line(form.format(k), 290, 800)] for k in range(1, 4)]
    assert found(*each) == [[form.format(k)] for k in range(1, 4)]


def test_a_year_at_the_foot_of_one_page_is_no_page_number():
    assert found([line("body of the text", 60, 200), line("2024", 290, 800)], [line("more", 60, 200)]) == [[], []]
