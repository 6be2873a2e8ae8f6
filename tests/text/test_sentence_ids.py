"""Ids of sentences: written and read in one place."""

from __future__ import annotations

import pytest

from aisi_ingest.text.sentence_ids import block_of, sentence_id, sentence_span, unit_text

TEXTS = {"guide/1.0/ja#b3": "一つ目。二つ目。", "guide/1.0/ja#s1": "はじめに"}


def test_a_sentence_id_is_read_as_it_was_written() -> None:
    assert sentence_span(sentence_id("guide/1.0/ja#b3", 4, 8)) == ("guide/1.0/ja#b3", 4, 8)


@pytest.mark.parametrize("other", ["b3", "guide/1.0/ja#s1", "b3:4", "b3:4-", "b3:-4-8"])
def test_other_ids_are_no_sentence(other: str) -> None:
    assert sentence_span(other) is None and block_of(other) == other


def test_the_text_of_a_unit_is_that_of_its_block_section_or_span() -> None:
    found = [unit_text(each, TEXTS) for each in ("guide/1.0/ja#b3:4-8", "guide/1.0/ja#b3", "guide/1.0/ja#s1")]
    assert found == ["二つ目。", "一つ目。二つ目。", "はじめに"]


def test_a_unit_without_a_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        unit_text("guide/1.0/ja#b4:0-1", TEXTS)
