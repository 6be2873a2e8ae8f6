"""Readings in kana are written in Latin letters."""

from __future__ import annotations

import pytest

from aisi_ingest.tagging.romaji import romaji
from aisi_ingest.text.romaji import hepburn


@pytest.mark.parametrize(
    ("reading", "latin"),
    [
        ("スドウ", "sudou"), ("すどう", "sudou"), ("ピョンチャン", "pyonchan"), ("ショッピング", "shoppingu"),
        ("マッチャ", "matcha"), ("ファイル", "fairu"), ("ヴィジョン", "vijon"), ("データ", "deta"), ("ヰセキ", "iseki"),
    ],
)  # fmt: skip
def test_a_reading_is_written_by_hepburn(reading: str, latin: str) -> None:
    assert hepburn(reading) == latin


def test_long_vowels_of_a_name_are_written_short() -> None:
    assert (romaji("スドウ"), romaji("オオノ"), romaji("ピュウ")) == ("sudo", "ono", "pyu")
