"""Whether a block stands out as a heading, one reason at a time."""

from __future__ import annotations

from collections import Counter

import pytest

from aisi_ingest.extract.layout import heading_candidates
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.heading_candidates import Candidate, DocumentStyles, stands_out
from aisi_ingest.extract.layout.heading_levels import style_of
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.numbering import heading_number, numbering
from aisi_ingest.model import Box

STYLE = BodyStyle(size=10, leading=1.6, font="Mincho", right=500, bottom=780, indents_first_lines=True)
BODY = "本文はこのように一文で終わる。"


def draft(
    text: str, size: float = 10, bold: bool = False, font: str = "Mincho", page: int = 1, **values: object
) -> Draft:
    """Make a block of one row with usual space above it."""
    x1 = 60 + size * len(text)
    row = Row(text, 60, 91, x1, 102, 100, size, bold, False, False, font, 0, Box(60, 91, x1, 102))
    number = numbering(text) or heading_number(text)
    made = Draft(page, [row], 500, 60, text=text, number=number, space_above=1.6)
    for name, value in values.items():
        setattr(made, name, value)
    return made


def candidate(block: Draft, by_bookmarks_only: bool = False, known: int = 0, rare: str = "") -> Candidate:
    """Put a block between two blocks of body text."""
    styles = DocumentStyles(STYLE, by_bookmarks_only, Counter({style_of(block): known}), {rare})
    return Candidate([draft(BODY), block, draft(BODY)], 1, styles)


@pytest.mark.parametrize(
    ("reason", "block"),
    [
        ("is_too_long", draft("あ" * 71, size=14, bold=True)),
        ("is_too_long", draft("A title", size=24, is_on_cover=True)),
        ("ends_like_sentence", draft("これは文である。", bold=True)),
        ("ends_like_sentence", draft("A sentence that is bold and ends.", bold=True)),
        ("has_no_word", draft("2024", size=14, bold=True)),
        ("is_small_label", draft("請求書の提出", size=8, bold=True)),
        ("begins_with_note_mark", draft("¹² See the report", size=14, bold=True)),
    ],
)
def test_each_reason_against_a_heading_applies_and_decides(reason: str, block: Draft) -> None:
    found = candidate(block)
    assert getattr(heading_candidates, reason)(found)
    assert not stands_out(found)


@pytest.mark.parametrize(
    ("reason", "block"),
    [
        ("is_line_in_brackets_or_capitals", draft("【課題】", space_above=3.0)),
        ("is_in_large_type", draft("目的", size=12, space_above=3.0)),
        ("is_in_large_type", draft("1. 目的", size=11)),
        ("is_bold", draft("1. 目的", bold=True)),
        ("has_deep_number", draft("1.2 Scope", space_above=3.0)),
    ],
)
def test_each_reason_for_a_heading_applies_and_decides(reason: str, block: Draft) -> None:
    found = candidate(block)
    assert getattr(heading_candidates, reason)(found)
    assert stands_out(found)


def test_only_very_large_type_makes_a_heading_if_the_bookmarks_name_all_headings() -> None:
    assert stands_out(candidate(draft("目的", size=12, space_above=3.0), by_bookmarks_only=True))
    assert not stands_out(candidate(draft("目的", size=11, bold=True, space_above=3.0), by_bookmarks_only=True))


def test_a_number_in_a_rare_font_is_a_heading() -> None:
    block = draft("1. 目的", font="Gothic")
    assert stands_out(candidate(block, rare="Gothic"))
    assert not stands_out(candidate(block))


def test_a_number_in_the_style_of_three_known_headings_is_a_heading() -> None:
    block = draft("1. 目的", font="Gothic")
    assert stands_out(candidate(block, known=3))
    assert not stands_out(candidate(block, known=2))


def test_an_underlined_number_is_a_heading_even_if_the_bookmarks_do_not_name_it() -> None:
    block = draft("1. 目的", space_above=3.0)
    block.rows[0].underlined = True
    assert stands_out(candidate(block, by_bookmarks_only=True))


def test_a_number_next_to_the_one_before_it_in_its_series_is_a_list_item() -> None:
    blocks = [draft("1. 計画", bold=True), draft("2. 実施", bold=True)]
    styles = DocumentStyles(STYLE, False, Counter(), set())
    assert not stands_out(Candidate(blocks, 1, styles))


def test_a_block_in_the_style_of_headings_with_bookmarks_is_one_if_three_of_them_have_it() -> None:
    block = draft("目的と範囲", size=11.2, space_above=1.6)
    assert stands_out(candidate(block, by_bookmarks_only=True, known=3))
    assert not stands_out(candidate(block, by_bookmarks_only=True, known=2))


def test_a_numbered_item_in_the_style_of_headings_with_bookmarks_is_no_heading() -> None:
    block = draft("① データの出し手", bold=True, space_above=3.0)
    assert not stands_out(candidate(block, by_bookmarks_only=True, known=3))


def test_a_row_of_cells_in_capitals_is_no_heading() -> None:
    block = draft("BOARD VOTE: IN FAVOR OPPOSED", space_above=3.0)
    assert stands_out(candidate(block))
    block.rows[0].has_gap = True
    assert not stands_out(candidate(block))


def test_a_line_in_brackets_above_a_box_is_the_label_of_the_box() -> None:
    found = candidate(draft("【対象が法人の場合】", space_above=3.0))
    assert stands_out(found)
    found.drafts[2].is_closed = True
    assert not stands_out(found)
