"""Hyphens at the ends of lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.extract.lines.hyphens import hyphens_of

DIVIDED = [
    "the team evalu-",
    "ated what it had been asked",
    "to look at, and the sys-",
    "tem behind it, high-risk or not",
]
PLAIN = [
    "a system of high-",
    "risk class is seen by a multi-",
    "disciplinary team; others",
    "in a multi-party field, high up",
]


def test_a_divided_word_loses_its_hyphen_where_words_are_divided():
    assert not hyphens_of(DIVIDED).kept("the team evalu-", "ated what")


def test_a_compound_that_is_written_elsewhere_keeps_its_hyphen_where_words_are_divided():
    assert hyphens_of(DIVIDED).kept("and of high-", "risk systems")


def test_every_hyphen_stays_where_no_word_is_divided():
    found = hyphens_of(PLAIN)
    assert not found.divides
    assert found.kept("seen by a multi-", "disciplinary team")


@pytest.mark.parametrize("before, after", [("1990-", "ies"), ("see -", "and"), ("high-", "Risk"), ("", "risk")])
def test_what_is_no_word_is_left_to_the_joining_of_lines(before, after):
    assert not hyphens_of(PLAIN).kept(before, after)


@given(st.lists(st.text("ab-あ ", min_size=1)))
def test_any_lines_can_be_looked_through(lines):
    found = hyphens_of(lines)
    assert all("-" in compound for compound in found.compounds)
