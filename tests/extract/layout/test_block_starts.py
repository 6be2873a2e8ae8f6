"""Whether a row begins a new block, one reason at a time."""

from __future__ import annotations

import pytest

from aisi_ingest.extract.layout import block_starts
from aisi_ingest.extract.layout.block_starts import begins_block
from aisi_ingest.extract.layout.contents import contents_line
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.layout.transition import Transition
from aisi_ingest.extract.numbering import numbering
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide

STYLE = BodyStyle(size=10, leading=1.6, font="Mincho", right=500, bottom=780, indents_first_lines=True)
FULL = "this line runs on to the right edge of its column and"


def row(text: str, x: float = 60, baseline: float = 100, right: float | None = None, **values: object) -> Row:
    """Make a row of 10 points; Latin characters are half an em wide."""
    x1 = x + sum(10 if is_wide(char) else 5 for char in text) if right is None else right
    box = Box(x, baseline - 9, x1, baseline + 2)
    made = Row(text, x, box.top, x1, box.bottom, baseline, 10, False, False, False, "Mincho", 0, box)
    for name, value in values.items():
        setattr(made, name, value)
    return made


def transition(above: Row, below: Row, **values: object) -> Transition:
    """Put a row below a block of one row."""
    draft = Draft(1, [above], 500, 60, text=above.text, number=numbering(above.text))
    for name, value in values.items():
        setattr(draft, name, value)
    return Transition(draft, above, below, 500, STYLE, contents_line(below.text) is not None)


@pytest.mark.parametrize(
    ("reason", "above", "below"),
    [
        ("begins_code", row(FULL, right=500), row("x = 1", baseline=116, monospace=True)),
        ("begins_contents_line", row(FULL, right=500), row("2. Scope ........ 4", baseline=116)),
        ("is_beside_contents_title", row("目次", right=500), row("はじめに", baseline=116)),
        ("follows_contents_entry", row("導入　3", right=500, has_gap=True), row("方法　5", baseline=116, has_gap=True)),
        ("differs_in_kind_or_size", row("A heading", right=500, size=14), row("text", baseline=116)),
        ("has_space_above", row(FULL, right=500), row("text", baseline=130)),
        ("has_bullet", row(FULL, right=500), row("• item", baseline=116)),
        ("has_bullet", row(FULL, right=500), row("item", baseline=116, bullet_x0=50.0)),
        (
            "begins_remark",
            row("A bold centred heading", x=200, bold=True),
            row("※ note", x=237, baseline=116, bold=True),
        ),
        ("begins_with_number", row("A sentence ends here.", right=500), row("(2) second", baseline=116)),
        (
            "differs_in_weight",
            row("伊藤　教授", has_gap=True, text_start=110, bold=True, bold_prefix=5),
            row("理事", x=110, baseline=116),
        ),
        ("is_moved_on_the_right", row("東京", x=400, right=500), row("text", x=406, baseline=116)),
        ("has_indent_of_other_block", row("A sentence ends here.", right=500), row("indented", x=80, baseline=116)),
        ("follows_larger_heading", row(FULL, right=500, size=11), row("Signatories will", baseline=116)),
    ],
)
def test_each_reason_to_begin_a_block_applies_and_decides(reason: str, above: Row, below: Row) -> None:
    found = transition(above, below)
    assert getattr(block_starts, reason)(found)
    assert begins_block(found, notes=False)


@pytest.mark.parametrize(
    ("reason", "above", "below"),
    [
        (
            "completes_contents_line",
            row("1. A title of a chapter that is long and", right=500),
            row("continues ........ 4", x=130, baseline=116),
        ),
        (
            "continues_centred_heading",
            row("Centred heading", x=200, bold=True),
            row("Second Line", x=210, baseline=116, bold=True),
        ),
        (
            "continues_hanging_heading",
            row(FULL, right=500, bold=True),
            row("the rest", x=80, baseline=116, bold=True),
        ),
        (
            "continues_large_heading",
            row("SECURING THE SOFTWARE", size=20, bold=True),
            row("SUPPLY CHAIN", baseline=126, size=20, bold=True),
        ),
        (
            "continues_large_heading",
            row("② 多様な社会", bold=True, text_start=80),
            row("（Diversity）", x=80, baseline=116, bold=True),
        ),
        ("continues_hanging_paragraph", row(FULL, right=500), row("the rest", x=80, baseline=116)),
        ("continues_numbered_paragraph", row("(a) " + FULL, x=72, right=500), row("the rest", baseline=116)),
        (
            "continues_beside_name",
            row("伊藤　教授", has_gap=True, text_start=110),
            row("理事", x=110, baseline=116),
        ),
    ],
)
def test_each_reason_to_continue_a_block_applies_and_decides(reason: str, above: Row, below: Row) -> None:
    found = transition(above, below)
    assert getattr(block_starts, reason)(found)
    assert not begins_block(found, notes=False)


def test_the_address_of_a_listed_work_continues_its_item_even_after_a_short_line() -> None:
    above, below = row("A report."), row("https://example.org/a", x=70, baseline=116)
    assert begins_block(transition(above, below), notes=False)
    assert not begins_block(transition(above, below, bullet="•"), notes=False)


def test_an_indented_row_below_a_full_numbered_title_begins_a_paragraph_if_the_row_below_it_is_further_left() -> None:
    title, first = (
        row("（ウ）調整が可能である場合の対応", right=500),
        row("調整が可能である場合は", x=80, baseline=116, right=500),
    )
    found = transition(title, first)
    found.below = row("再度、調整を行う。", x=70, baseline=132)
    assert begins_block(found, notes=False)
    found.below = row("再度、調整を行う。", x=80, baseline=132)
    assert not begins_block(found, notes=False)


def test_the_next_entry_begins_at_the_left_edge_of_one_with_a_hanging_indent() -> None:
    first, second = row(FULL, right=500), row(FULL, x=80, baseline=116, right=500)
    found = transition(first, row("Another entry", baseline=132))
    found.draft.rows.append(second)
    found.above = second
    assert block_starts.has_indent_of_other_block(found)


def test_without_another_reason_a_row_continues_a_full_line_and_begins_a_block_after_a_short_one() -> None:
    assert not begins_block(transition(row(FULL, right=500), row("the rest", baseline=116)), notes=False)
    assert begins_block(transition(row("Short."), row("Next", baseline=116)), notes=False)


def test_a_footnote_begins_with_its_label_after_a_short_line() -> None:
    assert begins_block(transition(row("1 See there."), row("2 See here.", baseline=111)), notes=True)
    assert not begins_block(transition(row("1 " + FULL, right=500), row("2 of them.", baseline=111)), notes=True)
