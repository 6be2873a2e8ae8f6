"""Numbers written in kanji, and the years of Japanese eras."""

import itertools

import pytest

from aisi_ingest.extract.bullets import drawn_number
from aisi_ingest.text.eras import ERA_OF, ERAS, era_names
from aisi_ingest.text.kanji_numerals import is_kanji_numeral, kanji_numeral, kanji_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("〇", 0),
        ("七", 7),
        ("十", 10),
        ("二十四", 24),
        ("百", 100),
        ("三千二百", 3200),
        ("二〇二四", 2024),
        ("二千二十四", 2024),
    ],
)
def test_kanji_numerals_are_read_by_place_or_by_power(text: str, value: int) -> None:
    assert is_kanji_numeral(text)
    assert kanji_value(text) == value


@pytest.mark.parametrize("value", [1, 9, 10, 11, 24, 100, 110, 2024, 9999])
def test_a_number_written_in_kanji_has_its_value(value: int) -> None:
    assert kanji_value(kanji_numeral(value)) == value


def test_the_eleventh_item_of_a_list_with_kanji_numerals_has_a_kanji_numeral() -> None:
    assert drawn_number("ea1JpnKorPlain", 11) == "十一"


def test_other_characters_are_no_kanji_numeral() -> None:
    assert not is_kanji_numeral("二つ")
    assert not is_kanji_numeral("三万")


def test_an_era_has_the_same_years_under_its_name_letter_and_sign() -> None:
    assert {ERA_OF[form].offset + 6 for form in ("令和", "r", "㋿")} == {2024}


def test_eras_follow_each_other_without_a_gap() -> None:
    for era, following in itertools.pairwise(ERAS):
        assert era.offset < following.offset <= era.offset + era.last_year


def test_older_eras_can_be_left_out_of_a_pattern() -> None:
    assert era_names(since=1926) == "昭和|平成|令和"
    assert era_names(since=1989) == "平成|令和"
