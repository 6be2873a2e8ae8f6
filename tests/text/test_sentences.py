"""Sentences of Japanese and English text."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.text.sentences import sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("一つ目。二つ目。", 2),
        ("「はい。」と答えた。", 1),
        ("See e.g. Fig. 3 for details. Then go on.", 2),
        ("Version 1.10 was published. It is short.", 2),
        ("1. Scope", 1),
        ("一行目\n二行目", 2),
        ("比は２．７１である。次に移る。", 2),
        ("４．１．２項に従う。", 1),
        ("約0．5倍、12．8％である。", 1),
        ("終わる．次に移る．", 2),
        ("番号は3．これで終わる．", 2),
        ("（注。）続き。", 1),
        ("「来ます。」彼は待った。", 2),
        ("「来ます。」しかし来なかった。", 2),
        ("「来ます。」旨の届出。", 1),
        ("「一つ目。二つ目。」と述べた。", 2),
        ("“One thing. Another thing.” The end.", 3),
        ("“Really?” he said.", 1),
        ("（閉じない括弧。次の文。その次。", 3),
        ("The storm reached the U.S. The rain stopped.", 2),
        ("The U.S. Army came.", 1),
    ],
)
def test_abbreviations_brackets_quotations_and_numbers_are_split_like_a_reader_does(text: str, count: int) -> None:
    assert len(list(sentences(text))) == count


@given(st.text(alphabet="あ。．.!？「」（）() \n\"'aB1e.g"))
def test_sentences_cover_everything_but_white_space_in_order(text: str) -> None:
    spans = list(sentences(text))
    assert all(a < b for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in itertools.pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
