import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.text.normalise import fold, join_lines, language_of, normalise
from aisi_ingest.text.sentences import sentences
from aisi_ingest.text.tokens import tokens


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("⻑期⽬標", "長期目標"),  # radicals that a browser's PDF writer puts for characters
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("ＡＩ２０２４", "AI2024"),
        ("︵注︶", "（注）"),
        ("eﬃcient", "efficient"),
        ("soft\u00adhyphen\u200b", "softhyphen"),
    ],
)
def test_code_points_that_stand_for_another_are_folded(raw, normal):
    assert normalise(raw) == normal


@pytest.mark.parametrize("text", ["（）：、", "①②", "㈱", "髙﨑", "第１部".replace("１", "1"), "“quotes”", "　"])
def test_what_the_author_set_stays(text):
    assert normalise(text) == text


def test_no_radical_with_an_equivalent_ideograph_is_left():
    named = [chr(c) for c in range(0x2E81, 0x2FD6) if unicodedata.name(chr(c), "")]
    assert [c for c in normalise("".join(named)) if 0x2E80 <= ord(c) <= 0x2FDF] == []


@given(st.text())
def test_normalising_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.lists(st.text("かハゔ\u3099\u309aｶﾞﾟ漢a ー", max_size=4), max_size=6))
def test_joined_lines_need_not_be_normalised_again(lines):
    joined = "".join(map(normalise, lines))
    assert normalise(joined) == joined
    assert normalise(joined[1:]) == joined[1:]


@given(st.text(st.characters(codec=None)))
def test_normalised_text_can_be_written_as_utf8(text):
    normalise(text).encode("utf-8")


@given(st.text())
def test_the_fold_keeps_every_offset(text):
    assert len(fold(text)) == len(text)


def test_the_fold_sees_full_width_and_case_alike():
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
def test_lines_of_a_paragraph_join_as_text_is_written(lines, joined):
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
def test_the_language_is_that_of_the_text_around_names(text, lang):
    assert language_of(text) == lang


def test_text_without_letters_takes_the_language_around_it():
    assert language_of("2024", default="ja") == "ja"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("一つ目。二つ目。", 2),
        ("「はい。」と答えた。", 1),
        ("See e.g. Fig. 3 for details. Then go on.", 2),
        ("Version 1.10 was published. It is short.", 2),
        ("1. Scope", 1),
        ("一行目\n二行目", 2),
        ("（注。）続き。", 1),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, count):
    assert len(list(sentences(text))) == count


@given(st.text(alphabet="あ。．.!？「」（）() \n\"'aB1e.g"))
def test_sentences_cover_all_but_white_space_in_order(text):
    spans = list(sentences(text))
    assert all(a < b for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in itertools.pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


@given(st.text(alphabet="令和6年 AI安全性\n　の、" + unicodedata.lookup("HIRAGANA LETTER GA")))
def test_tokens_stand_where_they_say(text):
    assert "".join(text[a:b] for a, b, _ in tokens(text)) == "".join(text.split())
