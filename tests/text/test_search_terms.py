"""Texts and searched words are cut into the same terms."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.text.search_terms import match_expression, search_terms


def finds(words: str, text: str) -> bool:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE search USING fts5(text, tokenize = 'porter unicode61 remove_diacritics 2')")
    database.execute("INSERT INTO search VALUES (?)", (search_terms(text),))
    return bool(database.execute("SELECT 1 FROM search WHERE search MATCH ?", (match_expression(words),)).fetchall())


def test_a_run_of_japanese_characters_becomes_its_pairs() -> None:
    assert search_terms("評価指針を公表") == "評価 価指 指針 針を を公 公表"


def test_japanese_and_latin_characters_are_terms_of_their_own() -> None:
    assert search_terms("AI安全性のGuide") == "ai 安全 全性 性の guide"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("評価", "安全性評価の観点"),
        ("AISI", "ＡＩＳＩの活動"),
        ("コンピューター", "コンピュータの利用"),
        ("コンピュータ", "コンピューターの利用"),
        ("ﾌﾞﾗｳｻﾞ", "ブラウザで開く"),
        ("guide", "Two Guides on evaluation"),
        ("red-teaming", "Red teaming of models"),
        ("evaluation 観点", "観点 of the Evaluation"),
        ('"prompt injection"', "Indirect prompt injections"),
        ("脅", "脅威の分析"),
    ],
)
def test_a_word_is_found_whatever_its_width_case_ending_or_long_vowel(words: str, text: str) -> None:
    assert finds(words, text)


@pytest.mark.parametrize(
    ("words", "text"), [("安全 指針", "安全性の評価"), ("価性", "評価と公平性"), ("サーバ", "サバの缶詰")]
)
def test_a_text_without_the_words_is_not_found(words: str, text: str) -> None:
    assert not finds(words, text)


@pytest.mark.parametrize("words", ["", "  ", '"', "（）", "*"])
def test_signs_alone_search_for_nothing(words: str) -> None:
    assert match_expression(words) == ""


@given(st.text(), st.text(alphabet="AI安全性評価ーコンピュ 。、\"'*-^:(){}", min_size=1))
def test_any_text_is_a_valid_search_and_every_text_is_found_by_its_own_words(noise: str, text: str) -> None:
    assert not match_expression(noise) or finds(noise, noise)
    assert not match_expression(text) or finds(text, f"{noise} {text} {noise}")
