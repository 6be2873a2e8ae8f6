"""Legal forms and editions as parts of names."""

import pytest

from aisi_ingest.tagging.legal_forms import ENGLISH_LEGAL_FORM, JAPANESE_LEGAL_FORM, without_legal_form
from aisi_ingest.text.editions import EDITION_AFTER_ENGLISH_NAME, EDITION_AFTER_NAME, without_edition


@pytest.mark.parametrize(
    "name", ["株式会社lake data", "lake data株式会社", "lake data, inc.", "lake data co., ltd.", "lake data"]
)
def test_the_legal_form_does_not_count_in_a_folded_name(name):
    assert without_legal_form(name) == "lake data"


def test_a_legal_form_alone_is_kept():
    assert without_legal_form("株式会社") == "株式会社"


@pytest.mark.parametrize("text", ["株式会社", "国立研究開発法人", "認定NPO法人", "弁護士法人"])
def test_the_whole_japanese_legal_form_is_matched(text):
    assert JAPANESE_LEGAL_FORM.search(f"その{text}は")[0] == text


def test_an_english_legal_form_is_no_part_of_a_longer_word():
    assert ENGLISH_LEGAL_FORM.search("Lake Data, Inc. was")[0] == ", Inc."
    assert ENGLISH_LEGAL_FORM.search("Lake Incident") is None


@pytest.mark.parametrize("name", ["guide ver. 1.1", "guide version 2", "guide 第1.1版", "guide 1.0", "guide"])
def test_the_edition_does_not_count_in_a_folded_name(name):
    assert without_edition(name) == "guide"


@pytest.mark.parametrize("edition", [" ver. 1.10", "第1.1版", " 1.0", "2024"])
def test_an_edition_after_a_name_is_matched(edition):
    assert EDITION_AFTER_NAME.match(f"Guide{edition} ", 5)[0] == edition


@pytest.mark.parametrize("following", ["2024年に", " 1.5%", " 2024/5/1"])
def test_dates_and_percentages_are_no_editions(following):
    assert EDITION_AFTER_NAME.match(f"Guide{following}", 5) is None


def test_a_year_that_touches_an_english_name_is_no_edition():
    assert EDITION_AFTER_ENGLISH_NAME.match("Summit 2031 in", 6)[0] == " 2031"
    assert EDITION_AFTER_ENGLISH_NAME.match("Summit2031 in", 6) is None
