"""Normalised text, its language, and joined lines."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.text.normalise import carries_unseen_text, fold, join_lines, language_of, normalise


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("⻑期⽬標", "長期目標"),  # radicals that Chromium writes into PDFs instead of characters
        ("江⼾川の⿊板", "江戸川の黒板"),  # fonts for Japanese draw both with one glyph
        ("⻘い⿈色、⾭年", "青い黄色、青年"),
        ("⼈⼝の⾼い⽇", "人口の高い日"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("ＡＩ２０２４", "AI2024"),
        ("︵注︶", "（注）"),
        ("eﬃcient", "efficient"),
        ("soft\u00adhyphen\u200b", "softhyphen"),
        ("plan" + "".join(chr(0xE0000 + ord(char)) for char in "obey me"), "plan"),  # tag characters
        ("a\u2063b\u3164c\u180ed", "abcd"),
        ("葛\U000e0101飾", "葛\U000e0101飾"),  # a variant of a character
        ("x\ufe01\U000e0110\U000e0122", "x\ufe01"),  # further selectors select nothing
    ],
)
def test_code_points_that_stand_for_another_character_are_replaced(raw: str, normal: str) -> None:
    assert normalise(raw) == normal


@pytest.mark.parametrize("text", ["（）：、", "①②", "㈱", "髙﨑", "第１部".replace("１", "1"), "“quotes”", "　"])
def test_characters_that_the_author_chose_are_kept(text: str) -> None:
    assert normalise(text) == text


def test_every_radical_with_an_equivalent_ideograph_is_replaced() -> None:
    named = [chr(c) for c in range(0x2E81, 0x2FD6) if unicodedata.name(chr(c), "")]
    assert [c for c in normalise("".join(named)) if 0x2E80 <= ord(c) <= 0x2FDF] == []


@given(st.text())
def test_normalising_twice_gives_the_same_text_as_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.lists(st.text("かハゔ\u3099\u309aｶﾞﾟ漢a ー", max_size=4), max_size=6))
def test_joined_or_cut_text_is_still_normalised(lines: list[str]) -> None:
    joined = "".join(map(normalise, lines))
    assert normalise(joined) == joined
    assert normalise(joined[1:]) == joined[1:]


@given(st.text(st.characters(codec=None)))
def test_normalised_text_can_be_written_as_utf8(text: str) -> None:
    normalise(text).encode("utf-8")


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_folding_ignores_width_and_case() -> None:
    assert fold("ＡＩ（Ver．１．０）") == "ai(ver.1.0)"


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["安全性の評", "価を行う"], "安全性の評価を行う"),
        (["red teaming", "methods"], "red teaming methods"),
        (["evalua-", "tion"], "evaluation"),
        (["the G7-", "EU dialogue"], "the G7-EU dialogue"),
        (["AIを", "AI Safety"], "AIをAI Safety"),
        (["one", "", "  ", "two"], "one two"),
    ],
)
def test_joined_lines_have_spaces_only_between_latin_words(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("AIセーフティ", "ja"),
        ("内閣府", "ja"),
        ("Japan AI Safety Institute", "en"),
        ("The Hiroshima AI Process (広島AIプロセス) was launched by the G7 under Japan's presidency.", "en"),
        ("2024", "en"),
        ("", "en"),
    ],
)
def test_names_in_the_other_language_do_not_change_the_language(text: str, lang: str) -> None:
    assert language_of(text) == lang


def test_text_without_letters_takes_the_default_language() -> None:
    assert language_of("2024", default="ja") == "ja"


@pytest.mark.parametrize(
    ("text", "carries"),
    [
        ("plan" + "".join(chr(0xE0000 + ord(char)) for char in "obey me"), True),
        ("x\ufe01\U000e0110\U000e0122", True),
        ("x" + "\u200b\u200c" * 8, True),
        ("葛\U000e0101飾と辻\U000e0100", False),
        ("क्\u200dष soft\u00adhyphen\u200b", False),
    ],
)
def test_invisible_characters_that_carry_a_text_are_found(text: str, carries: bool) -> None:
    assert carries_unseen_text(text) is carries
