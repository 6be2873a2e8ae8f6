"""Numbers at the start of headings and list items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.extract.numbering import numbering, split_number


@pytest.mark.parametrize(
    ("text", "number", "values", "title"),
    [
        ("第1部 総則", "第1部", (1,), "総則"),
        ("第２章　背景", "第２章", (2,), "背景"),
        ("第十二節　補足", "第十二節", (12,), "補足"),
        ("1. はじめに", "1.", (1,), "はじめに"),
        ("2.Trusted things", "2.", (2,), "Trusted things"),
        ("1-1. 目的", "1-1.", (1, 1), "目的"),
        ("1.2.3 Scope", "1.2.3", (1, 2, 3), "Scope"),
        ("1 Introduction", "1", (1,), "Introduction"),
        ("3-1　リスクへの対応", "3-1", (3, 1), "リスクへの対応"),
        ("A.1 Tools", "A.1", (1, 1), "Tools"),
        ("Ⅲ．各論", "Ⅲ．", (3,), "各論"),
        ("IV. Results", "IV.", (4,), "Results"),
        ("II.背景と目的", "II.", (2,), "背景と目的"),
        ("(1) 対象", "(1)", (1,), "対象"),
        ("（2）方法", "（2）", (2,), "方法"),
        ("③流れ", "③", (3,), "流れ"),
        ("イ　結果", "イ", (2,), "結果"),
        ("（ア）欧州", "（ア）", (1,), "欧州"),
        ("b) second", "b)", (2,), "second"),
        ("別添2 様式", "別添2", (2,), "様式"),
        ("Annex B Forms", "Annex B", (2,), "Forms"),
    ],
)
def test_a_heading_is_split_into_its_number_and_its_title(
    text: str, number: str, values: tuple[int, int, int] | tuple[int, int] | tuple[int], title: str
) -> None:
    found = numbering(text)
    assert found is not None
    assert (found.text, found.values, text[found.end :]) == (number, values, title)
    assert split_number(text) == (number, title)


@pytest.mark.parametrize(
    "text",
    [
        "2024年に始まった",
        "10 月 3日",
        "3 か月ごとに",
        "5 years of work",
        "5.で述べたとおり",
        "3.の表に示す",
        "4th edition",
        "アクセス権の管理",
        "I think so",
        "A. Author, B. Writer",
        "In 2024 the team",
        "1,240 prompts",
        "50% of them",
        "",
    ],
)
def test_dates_quantities_and_names_are_not_numbers(text: str) -> None:
    assert numbering(text) is None


@pytest.mark.parametrize(
    ("higher", "lower"),
    [("第1部 a", "第1章 a"), ("第1章 a", "第1節 a"), ("1. あ", "1.1 あ"), ("1.1 あ", "1.1.1 あ"), ("1. あ", "（1）あ"),
     ("（1）あ", "①あ"), ("①あ", "ア　あ"), ("ア　あ", "（ア）あ")],
)  # fmt: skip
def test_kinds_of_numbers_have_their_usual_rank(higher: str, lower: str) -> None:
    over, under = numbering(higher), numbering(lower)
    assert over is not None and under is not None
    assert over.rank < under.rank


@given(st.text(max_size=30))
def test_a_number_is_a_prefix_of_the_text(text: str) -> None:
    found = numbering(text)
    if found is not None:
        assert text.startswith(found.text)
        assert len(found.text) <= found.end <= len(text)
        assert found.values


@pytest.mark.parametrize("text", ["第2部では第3部以降の内容を扱う", "第2章の内容", "第1節、第2節", "第3章は次のとおり"])
def test_a_division_before_a_particle_is_a_reference(text: str) -> None:
    assert numbering(text) is None


@pytest.mark.parametrize("text", ["第2部 では始めよう", "第2章はじめに", "第4章の2 雑則", "第1節 目的"])
def test_a_division_before_a_title_is_a_number(text: str) -> None:
    assert numbering(text) is not None
