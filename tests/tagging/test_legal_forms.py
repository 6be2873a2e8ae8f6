"""Legal forms and editions as parts of names."""

import re

import pytest

from aisi_ingest.tagging.legal_forms import ENGLISH_LEGAL_FORM, JAPANESE_LEGAL_FORM, without_legal_form
from aisi_ingest.text.editions import EDITION_AFTER_ENGLISH_NAME, EDITION_AFTER_NAME, without_edition


def matched(match: re.Match[str] | None) -> str:
    assert match is not None
    return match[0]


@pytest.mark.parametrize(
    "name", ["株式会社lake data", "lake data株式会社", "lake data, inc.", "lake data co., ltd.", "lake data"]
)
def test_the_legal_form_does_not_count_in_a_folded_name(name: str) -> None:
    assert without_legal_form(name) == "lake data"


def test_a_legal_form_alone_is_kept() -> None:
    assert without_legal_form("株式会社") == "株式会社"


@pytest.mark.parametrize("text", ["株式会社", "国立研究開発法人", "認定NPO法人", "弁護士法人"])
def test_the_whole_japanese_legal_form_is_matched(text: str) -> None:
    assert matched(JAPANESE_LEGAL_FORM.search(f"その{text}は")) == text


def test_an_english_legal_form_is_no_part_of_a_longer_word() -> None:
    assert matched(ENGLISH_LEGAL_FORM.search("Lake Data, Inc. was")) == ", Inc."
    assert ENGLISH_LEGAL_FORM.search("Lake Incident") is None


@pytest.mark.parametrize("name", ["guide ver. 1.1", "guide version 2", "guide 第1.1版", "guide 1.0", "guide"])
def test_the_edition_does_not_count_in_a_folded_name(name: str) -> None:
    assert without_edition(name) == "guide"


@pytest.mark.parametrize("edition", [" ver. 1.10", "第1.1版", " 1.0", "2024"])
def test_an_edition_after_a_name_is_matched(edition: str) -> None:
    assert matched(EDITION_AFTER_NAME.match(f"Guide{edition} ", 5)) == edition


@pytest.mark.parametrize("following", ["2024年に", " 1.5%", " 2024/5/1"])
def test_dates_and_percentages_are_no_editions(following: str) -> None:
    assert EDITION_AFTER_NAME.match(f"Guide{following}", 5) is None


def test_a_year_that_touches_an_english_name_is_no_edition() -> None:
    assert matched(EDITION_AFTER_ENGLISH_NAME.match("Summit 2031 in", 6)) == " 2031"
    assert EDITION_AFTER_ENGLISH_NAME.match("Summit2031 in", 6) is None
