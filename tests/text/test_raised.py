"""Raised and lowered text in plain characters."""

from __future__ import annotations

import pytest

from aisi_ingest.text.raised import is_exponent, lower_text, plain_digits, raise_text, write_raised


@pytest.mark.parametrize(
    ("before", "raised", "written"),
    [
        ("10", "26", "²⁶"),
        ("10", "-3", "⁻³"),
        ("250", "注1", "注¹"),
        ("1,204", "2)", "²⁾"),
        ("tests", "3, 4", "³, ⁴"),
        ("10", "2.5", "^2.5"),
        ("2", "k+1", "^(k+1)"),
        ("21", "st", "st"),
        ("name", "TM", "TM"),
    ],
)
def test_raised_text_never_becomes_digits_of_the_number_before_it(before: str, raised: str, written: str) -> None:
    assert raise_text(raised, before) == written


def test_lowered_digits_change_no_number_and_no_formula() -> None:
    assert lower_text("2", "CO") == "2"
    assert lower_text("2", "101") == "₂"


def test_all_raised_spans_of_a_text_are_written() -> None:
    assert write_raised("a1 and 102 m2", ((1, 2), (9, 10), (12, 13))) == "a¹ and 10² m²"


def test_superscript_digits_are_read_as_plain_ones() -> None:
    assert plain_digits("注¹²⁾") == "注12)"


@pytest.mark.parametrize(("before", "mark"), [("about 10", "26"), ("480 m", "2"), ("面積（km", "²"), ("R", "2")])
def test_powers_and_units_have_exponents(before: str, mark: str) -> None:
    assert is_exponent(mark, before)


@pytest.mark.parametrize(("before", "mark"), [("250", "9"), ("1,210", "2"), ("tests", "1"), ("480 m", "4")])
def test_other_raised_numbers_may_be_note_marks(before: str, mark: str) -> None:
    assert not is_exponent(mark, before)
