"""Hyphens at the ends of lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.extract.lines.hyphens import hyphens_of

HYPHENATED = [
    "the team evalu-",
    "ated what it had been asked",
    "to look at, and the sys-",
    "tem behind it, high-risk or not",
]
NOT_HYPHENATED = [
    "a system of high-",
    "risk class is seen by a multi-",
    "disciplinary team; others",
    "in a multi-party field, high up",
]


def test_a_hyphenated_word_loses_its_hyphen() -> None:
    assert not hyphens_of(HYPHENATED).keeps_hyphen("the team evalu-", "ated what")


def test_a_compound_that_occurs_inside_another_line_keeps_its_hyphen_in_a_hyphenated_document() -> None:
    assert hyphens_of(HYPHENATED).keeps_hyphen("and of high-", "risk systems")


def test_every_hyphen_is_kept_if_the_document_is_not_hyphenated() -> None:
    found = hyphens_of(NOT_HYPHENATED)
    assert not found.hyphenated
    assert found.keeps_hyphen("seen by a multi-", "disciplinary team")


@pytest.mark.parametrize("before, after", [("1990-", "ies"), ("see -", "and"), ("high-", "Risk"), ("", "risk")])
def test_a_hyphen_that_is_not_between_lower_case_parts_of_a_word_is_not_kept(before: str, after: str) -> None:
    assert not hyphens_of(NOT_HYPHENATED).keeps_hyphen(before, after)


@given(st.lists(st.text("ab-あ ", min_size=1)))
def test_any_lines_can_be_analysed(lines: list[str]) -> None:
    found = hyphens_of(lines)
    assert all("-" in compound for compound in found.compounds)


def test_a_short_ending_at_the_start_of_a_line_is_no_word() -> None:
    found = hyphens_of([*HYPHENATED, "they engage a third party after the engage-", "ment of the board"])
    assert not found.keeps_hyphen("the security engage-", "ment of all")
