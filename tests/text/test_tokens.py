"""Tokens of Japanese text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.text.tokens import morphemes, tokens


@given(st.text(alphabet="令和6年 AI安全性\n　の、" + unicodedata.lookup("HIRAGANA LETTER GA")))
def test_offsets_of_tokens_cover_everything_but_white_space(text: str) -> None:
    assert "".join(text[a:b] for a, b, _ in tokens(text)) == "".join(text.split())


@given(st.text(alphabet="令和6年 AI安全性の、が"))
def test_both_tokenisers_give_the_same_offsets(text: str) -> None:
    assert [(a, b) for a, b, _ in morphemes(text)] == [(a, b) for a, b, _ in tokens(text)]
