"""Decide whether a row begins a new block or continues the one above it.

The decision is a list of named predicates in a fixed order; the first one that applies decides.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.layout.contents import has_page_number, is_contents_title
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.footnotes import is_raised_label, label_of
from aisi_ingest.extract.layout.line_ends import ends_sentence, wraps
from aisi_ingest.extract.layout.remarks import is_remark
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.layout.transition import Transition
from aisi_ingest.extract.numbering import numbering
from aisi_ingest.text.normalise import is_wide

# Steps from baseline to baseline, in units of the type size or of the usual step.
_LONGEST_STEP = 2.6  # type sizes within code and notes
_PARAGRAPH_STEP = 1.22  # usual steps: more white space separates blocks
_STEP_ROUNDING = 0.5  # points
_HEADING_STEP = 1.9  # type sizes between two lines of a heading
_CODE_STEP = 1.1  # usual steps
# Type.
_SAME_SIZE = 0.12  # share of the type size
_LARGER, _SIZE_ROUNDING = 1.07, 0.02  # of the body's type size: a heading of 12 points above text of 11
_LARGE_HEADING = 1.3  # of the body's type size
_TIGHT_STEP = 1.5  # type sizes: two lines of a large heading, without the white space between two headings
_WIDE_CODE_SHARE = 3  # code has fewer than one full-width character in so many
# Indents, in units of the type size.
_OUTDENT = 0.3
_HANGING_HEADING = 6
_MOST_HEADING_ROWS = 3
_AT_EDGE = 0.5
_SHORTEST_INDENT, _LONGEST_INDENT = 0.7, 3
_SAME_EDGE = 1.0
_SAME_AS_INDENT = 1.5  # first lines of Japanese paragraphs are indented by 1 em
_RIGHT_PART = 0.4  # share of the column's width, from the left
_MOVED = 0.4
_BESIDE_NAME = 2
_ADDRESS_INDENT = 0.5
_NAME_COLUMN = 1
_OTHER_INDENT = 0.7
_SHORTEST_HANGING = 0.4  # of the text of an item against its bullet
_LONG_LINE, _LONG_SHARE = 16, 0.6  # a line that was not ended on purpose: em, and share of the column
_LONGEST_HANGING = 6  # of the text of a list item
_LONGEST_OUTDENT = 3.2  # of the second line against an indented first one
_SHORT_NOTE_LINE = 2
_SAME_AXIS = 0.6
_OFF_LEFT = 0.4
_DASHES = "-–—*"


def begins_block(transition: Transition, notes: bool) -> bool:
    """Return whether a row begins a new block.

    Args:
        transition: The row and the block above it.
        notes: Whether both are footnotes.
    """
    if notes:
        return begins_note(transition) or transition.step > _LONGEST_STEP * transition.size
    if transition.draft.kind == "code":
        return ends_code(transition)
    for applies, begins in _DECISIONS:
        if applies(transition):
            return begins
    return not transition.above_is_full


# Notes and code.


def begins_note(transition: Transition) -> bool:
    """Return whether a row begins with the label of a note, which is raised, outdented, or after a short line."""
    above, row = transition.above, transition.row
    if label_of(row.text, row.raised) is None:
        return False
    is_raised = is_raised_label(row.text, row.raised)
    is_short = above.x1 < transition.right - _SHORT_NOTE_LINE * transition.size
    return is_raised or is_short or row.x0 < above.x0 - _OUTDENT * transition.size


def is_code(row: Row) -> bool:
    """Return whether a row is in a font of fixed width and mostly Latin."""
    return row.monospace and sum(map(is_wide, row.text)) * _WIDE_CODE_SHARE < len(row.text)


def ends_code(transition: Transition) -> bool:
    """Return whether a row below code is no code."""
    if transition.step > _LONGEST_STEP * transition.size:
        return True
    return not (is_code(transition.row) or _is_string_in_code(transition.draft, transition.row))


def _is_string_in_code(draft: Draft, row: Row) -> bool:
    """Return whether a row is a line of code whose Japanese strings are in another font."""
    if len(draft.rows) <= 1 or is_wide(row.text[0]) or row.x0 < draft.rows[0].x0 - 1:
        return False
    usual = max(below.baseline - above.baseline for above, below in pairwise(draft.rows))
    return row.baseline - draft.rows[-1].baseline <= _CODE_STEP * usual


# Text.


def begins_code(transition: Transition) -> bool:
    """Return whether the row is code below other text."""
    return is_code(transition.row)


def begins_contents_line(transition: Transition) -> bool:
    """Return whether the row is a line of contents of its own."""
    if not transition.is_contents_line:
        return False
    draft = transition.draft
    may_continue = len(draft.rows) == 1 and draft.kind == "paragraph" and draft.number is not None
    return not may_continue or has_page_number(transition.above.text) or not transition.above_is_full


def completes_contents_line(transition: Transition) -> bool:
    """Return whether the row is the second row of a line of contents; the first one has no leader."""
    return transition.is_contents_line


def is_beside_contents_title(transition: Transition) -> bool:
    """Return whether the row or the block is the title of the contents."""
    return is_contents_title(transition.row.text) or is_contents_title(transition.draft.text)


def follows_contents_entry(transition: Transition) -> bool:
    """Return whether the row follows a title with its page number after a gap, and is a similar entry."""
    above, row = transition.above, transition.row
    if not (above.has_gap and has_page_number(above.text)):
        return False
    return row.has_gap or transition.number is not None


def differs_in_kind_or_size(transition: Transition) -> bool:
    """Return whether the block is a line of contents, the size differs, or the row is no further down."""
    is_other_size = abs(transition.above.size - transition.row.size) > _SAME_SIZE * transition.size
    return transition.draft.kind == "contents" or is_other_size or transition.step <= 0


def follows_larger_heading(transition: Transition) -> bool:
    """Return whether the row is in the type size of the body, and all rows above are a little larger: a heading."""
    draft, row, body = transition.draft, transition.row, transition.style.size
    is_body = abs(row.size - body) <= _SIZE_ROUNDING * body and not row.text[0].islower()
    return is_body and len(draft.rows) <= _MOST_HEADING_ROWS and all(r.size >= _LARGER * body for r in draft.rows)


def has_space_above(transition: Transition) -> bool:
    """Return whether there is more white space above the row than between two lines of the block."""
    return transition.step > _longest_step(transition)


def has_bullet(transition: Transition) -> bool:
    """Return whether the row begins with a bullet; a dash after a full line is none, except below that of an item."""
    if transition.row.bullet_x0 is not None:
        return True
    bullet, rest = split_bullet(transition.row.text)
    if not bullet or not rest:
        return False
    draft, row = transition.draft, transition.row
    is_in_line = abs(row.x0 - draft.rows[0].x0) < _SAME_EDGE
    is_below_dash = is_in_line and draft.bullet[:1] == bullet[0]
    may_be_dash = bullet[0] in _DASHES and transition.above_is_full and not transition.above_ends_sentence
    return is_below_dash or not may_be_dash


def begins_remark(transition: Transition) -> bool:
    """Return whether the row is a remark after a line that was not full."""
    return is_remark(transition.row.text) and not transition.above_is_full


def begins_with_number(transition: Transition) -> bool:
    """Return whether the row begins with a number that is not a part of the sentence above."""
    number, row = transition.number, transition.row
    if number is None or number.end >= len(row.text):
        return False
    is_outdented = row.x0 < transition.above.x0 - _OUTDENT * transition.size
    return not transition.above_is_full or transition.above_ends_sentence or is_outdented


def begins_with_next_number(transition: Transition) -> bool:
    """Return whether the row begins with the number after that of the block, or with the first one below it."""
    own, number = transition.draft.number, transition.number
    if own is None or number is None or number.end >= len(transition.row.text):
        return False
    is_next = own.style == number.style and number.values == (*own.values[:-1], own.values[-1] + 1)
    is_first_below = own.kind == number.kind and number.values == (*own.values, 1)
    left = transition.draft.rows[0].x0
    is_in_line = abs(transition.row.x0 - left) < _SAME_EDGE * transition.size
    return is_in_line and (is_next or is_first_below)


def is_lone_number(transition: Transition) -> bool:
    """Return whether the row or the block is only a number, as in the whole document, and its title is below it."""
    starts, draft = transition.style.starts, transition.draft
    if not starts.lone_numbers:
        return False
    is_label = len(draft.rows) == 1 and starts.is_lone_number(draft.text, draft.number)
    return is_label or starts.is_lone_number(transition.row.text, transition.number)


def begins_with_repeated_label(transition: Transition) -> bool:
    """Return whether the row begins with a label before a colon that begins blocks in the whole document."""
    return transition.style.starts.has_label(transition.row.text)


def differs_in_weight(transition: Transition) -> bool:
    """Return whether one row is bold and the other is not, and the sentence does not continue."""
    above, row = transition.above, transition.row
    return above.bold != row.bold and not transition.above_is_full and not (above.bold and row.bold_prefix)


def continues_centred_heading(transition: Transition) -> bool:
    """Return whether both rows belong to one centred heading."""
    above, row = transition.above, transition.row
    is_on_axis = abs((above.x0 + above.x1) / 2 - (row.x0 + row.x1) / 2) < _SAME_AXIS * row.size
    is_centred = is_on_axis and abs(above.x0 - row.x0) > _OFF_LEFT * row.size
    return is_centred and transition.is_prominent and above.font == row.font


def continues_hanging_heading(transition: Transition) -> bool:
    """Return whether the row continues a heading whose further lines are indented."""
    draft, above, row = transition.draft, transition.above, transition.row
    is_hanging = 0 < row.x0 - draft.rows[0].x0 < _HANGING_HEADING * transition.size
    is_heading = above.bold and row.bold and above.font == row.font and len(draft.rows) < _MOST_HEADING_ROWS
    return is_hanging and is_heading and transition.above_is_full and not transition.above_ends_sentence


def continues_large_heading(transition: Transition) -> bool:
    """Return whether the row continues a heading in large type, or adds words in brackets to a bold one."""
    above, row = transition.above, transition.row
    is_alike = above.bold == row.bold and abs(above.size - row.size) < _SIZE_ROUNDING * row.size
    if not is_alike or transition.number is not None or transition.above_ends_sentence:
        return False
    if row.text[0] in "(（" and row.text[-1] in ")）" and above.bold:
        return True
    is_large = above.size > _LARGE_HEADING * transition.style.size and above.font == row.font
    is_close = transition.step < _TIGHT_STEP * row.size
    return is_large and is_close and abs(row.x0 - transition.draft.rows[0].text_x0) < _AT_EDGE * row.size


def begins_indented_paragraph(transition: Transition) -> bool:
    """Return whether the row is the indented first line of a Japanese paragraph below a title with a number or sign."""
    draft, row, below, size = transition.draft, transition.row, transition.below, transition.size
    is_title = len(draft.rows) == 1 and (draft.number is not None or bool(draft.bullet))
    if below is None or not is_title or not is_wide(row.text[0]):
        return False
    indent = row.x0 - below.x0
    is_indented = _SHORTEST_INDENT * size < indent < _SAME_AS_INDENT * size
    is_close = 0 < below.baseline - row.baseline < _LONGEST_STEP * size
    is_paragraph = is_close and wraps(row, below, transition.right)
    is_text = below.text[0].isalnum() and numbering(below.text) is None and below.bullet_x0 is None
    return is_indented and is_paragraph and is_text and not transition.above_ends_sentence


def continues_numbered_paragraph(transition: Transition) -> bool:
    """Return whether the row continues at the left edge a numbered paragraph whose first line is indented."""
    draft, size = transition.draft, transition.size
    if len(draft.rows) > 1 or draft.number is None or abs(transition.row.x0 - draft.left) >= _AT_EDGE * size:
        return False
    indent = transition.above.x0 - transition.row.x0
    is_indented = _SHORTEST_INDENT * size < indent < _LONGEST_INDENT * size
    return is_indented and transition.above_is_full and not transition.above_ends_sentence


def continues_hanging_item(transition: Transition) -> bool:
    """Return whether the row continues, at the indent of its text, a bulleted item whose first line was long."""
    draft, above, size = transition.draft, transition.above, transition.size
    indent = transition.row.x0 - draft.rows[0].x0
    is_hanging = _SHORTEST_HANGING * size < indent < _LONGEST_INDENT * size
    is_long = above.x1 - above.x0 > max(_LONG_LINE * size, _LONG_SHARE * (transition.right - above.x0))
    return bool(draft.bullet) and is_hanging and is_long and not transition.above_ends_sentence


def continues_hanging_paragraph(transition: Transition) -> bool:
    """Return whether the row continues, further right, an entry whose first line was full: a reference, a note."""
    draft, above, row, size = transition.draft, transition.above, transition.row, transition.size
    indent = row.x0 - draft.rows[0].text_x0
    if abs(above.x0 + above.x1 - row.x0 - row.x1) / 2 < _SAME_AXIS * size:
        return False  # centred lines
    is_hanging = _OTHER_INDENT * size < indent < _LONGEST_HANGING * size and above.font == row.font
    is_entry = len(draft.rows) == 1 and not transition.is_prominent and transition.number is None
    return is_entry and is_hanging and transition.above_is_full and not transition.above_ends_sentence


def continues_after_number(transition: Transition) -> bool:
    """Return whether the row continues in small letters a sentence whose last row is only a number."""
    above, row, draft = transition.above, transition.row, transition.draft
    is_inside = len(draft.rows) > 1 and above.text.isdecimal() and not ends_sentence(draft.rows[-2])
    return is_inside and row.text[0].islower() and abs(row.x0 - above.x0) < _SAME_EDGE * row.size


def is_moved_on_the_right(transition: Transition) -> bool:
    """Return whether the row above is in the right part of the column and the row has another left edge."""
    draft, above = transition.draft, transition.above
    is_on_right = above.x0 > draft.left + _RIGHT_PART * (transition.right - draft.left)
    return is_on_right and abs(above.x0 - transition.row.x0) > _MOVED * transition.size


def has_indent_of_other_block(transition: Transition) -> bool:
    """Return whether the left edge of the row is that of another block."""
    draft, row, size = transition.draft, transition.row, transition.size
    first = draft.rows[0]
    if first.has_gap and not draft.bullet:  # a name and the text beside it
        return abs(row.x0 - first.text_x0) > _NAME_COLUMN * size
    if len(draft.rows) > 1:
        second = draft.rows[1].x0
        is_entry = not draft.bullet and draft.number is None and second > first.x0 + _OTHER_INDENT * size
        if is_entry and abs(row.x0 - first.x0) < _OTHER_INDENT * size:
            return True  # the next entry after one with a hanging indent
        return row.x0 > second + _OTHER_INDENT * size or row.x0 < min(second, first.x0) - _OTHER_INDENT * size
    if draft.bullet or draft.number is not None or is_remark(draft.text):
        return row.x0 < first.x0 - _OTHER_INDENT * size or row.x0 > first.text_x0 + _LONGEST_HANGING * size
    return row.x0 > first.text_x0 + _OTHER_INDENT * size or row.x0 < first.x0 - _LONGEST_OUTDENT * size


def continues_beside_name(transition: Transition) -> bool:
    """Return whether the row is below the text beside a name: it continues even after a line with room."""
    first = transition.draft.rows[0]
    is_beside = transition.row.x0 > first.x0 + _BESIDE_NAME * transition.size
    return first.has_gap and not transition.draft.bullet and is_beside


def is_address_in_list(transition: Transition) -> bool:
    """Return whether the row is the address of a work in a list: it continues even after a line with room."""
    draft, row = transition.draft, transition.row
    is_address = row.text.startswith(("http://", "https://"))
    return bool(draft.bullet) and is_address and row.x0 > draft.rows[0].x0 + _ADDRESS_INDENT * transition.size


# In order: what decides, and whether the row then begins a new block.
_DECISIONS: tuple[tuple[Callable[[Transition], bool], bool], ...] = (
    (begins_code, True),
    (begins_contents_line, True),
    (completes_contents_line, False),
    (is_beside_contents_title, True),
    (follows_contents_entry, True),
    (differs_in_kind_or_size, True),
    (follows_larger_heading, True),
    (has_space_above, True),
    (has_bullet, True),
    (begins_remark, True),
    (is_lone_number, True),
    (begins_with_next_number, True),
    (begins_with_number, True),
    (begins_with_repeated_label, True),
    (differs_in_weight, True),
    (continues_centred_heading, False),
    (continues_hanging_heading, False),
    (continues_large_heading, False),
    (begins_indented_paragraph, True),
    (continues_numbered_paragraph, False),
    (continues_hanging_item, False),
    (continues_hanging_paragraph, False),
    (continues_after_number, False),
    (is_moved_on_the_right, True),
    (has_indent_of_other_block, True),
    (continues_beside_name, False),
    (is_address_in_list, False),
)


def _longest_step(transition: Transition) -> float:
    """Return the longest step in points to another line of the same block."""
    draft = transition.draft
    usual = transition.style.leading * transition.size
    if len(draft.rows) > 1:
        own = draft.rows[-1].baseline - draft.rows[-2].baseline
        usual = own if own > 0 else usual
    elif transition.is_prominent:
        return max(_PARAGRAPH_STEP * usual, _HEADING_STEP * transition.size)
    return _PARAGRAPH_STEP * usual + _STEP_ROUNDING


def has_paragraph_space(above: Row, below: Row, style: BodyStyle) -> bool:
    """Return whether there is more white space between two rows than between lines of a paragraph."""
    longest = _PARAGRAPH_STEP * style.leading * max(above.size, below.size) + _STEP_ROUNDING
    return below.baseline - above.baseline > longest
