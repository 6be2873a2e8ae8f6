"""Decide from its text, type and place whether a block stands out as a heading.

The decision is a list of named predicates; each can be tested alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aisi_ingest.extract.layout.contents import is_contents_title
from aisi_ingest.extract.layout.heading_levels import BRACKETED, Style, style_of
from aisi_ingest.extract.numbering import class_of_number
from aisi_ingest.text.raised import SUPERSCRIPT_DIGITS

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import BodyStyle, Draft

_CAPITALS = re.compile("(?=(?:.*[A-Z]){6})[A-Z0-9 &,:/()'’–-]{6,80}")
_SENTENCE_END = re.compile("[。，、,;；]$|[。！？][」』]$")
_WORD = re.compile("[^\\W\\d_]{2,}")
_SERIES_END = (".", ":", "：")

LARGE = 1.1  # of the body's type size
SPACE_ABOVE = 1.15  # of the body's leading; a block with more space above it is separate
_VERY_LARGE = 1.15  # of the body's type size
_SMALL = 0.9  # of the body's type size
_LONGEST, _LONGEST_JAPANESE = 160, 70  # code points
_ASCII_SHARE = 0.7  # of the characters of an English heading
_MOST_ROWS = 3
_FEW_ROWS = 2
_MOST_WORDS_WITH_FULL_STOP = 5
_FEWEST_OF_STYLE = 3  # known headings of the same style
_DEEP = 2  # parts of a number such as 1.2
# A centred line at the top of a page.
_FULL_PAGE = 4  # type sizes that a full page may leave free at its foot
_SAME_AXIS = 1.6  # type sizes
_FAR_FROM_LEFT = 3  # type sizes
_SPACE_BELOW = 1.5  # type sizes


class DocumentStyles(Struct):
    """What the whole document shows about the style of its headings.

    Attributes:
        body: Style of the body text.
        by_bookmarks_only: Whether the bookmarks name all headings, so that other blocks need very strong reasons.
        known: How many headings that the bookmarks or the contents name have each style.
        rare_fonts: Fonts of a small share of the document.
    """

    body: BodyStyle
    by_bookmarks_only: bool
    known: Counter[Style]
    rare_fonts: set[str]


def is_eligible(draft: Draft) -> bool:
    """Return whether a block can be a heading: it has text, no bullet, and no other kind."""
    return draft.kind in ("paragraph", "list_item") and not draft.bullet and bool(draft.text)


def has_cells(draft: Draft) -> bool:
    """Return whether a block consists of parts side by side, like a row of a table without rules."""
    return any(row.has_gap for row in draft.rows)


class Candidate:
    """A block that may be a heading, with its neighbours and the styles of the document.

    A block is separate if there is more white space above it than between two lines, or if it begins a page.
    """

    def __init__(self, drafts: Sequence[Draft], k: int, styles: DocumentStyles) -> None:
        """Take block ``k`` of all blocks as the candidate."""
        draft = drafts[k]
        size = styles.body.size
        self.drafts, self.k, self.draft, self.styles = drafts, k, draft, styles
        self.text = draft.text
        self.is_numbered = draft.number is not None and draft.number.end < len(draft.text)
        self.is_large, self.is_very_large = draft.size >= LARGE * size, draft.size >= _VERY_LARGE * size
        self.has_other_font = draft.rows[0].font != styles.body.font and not draft.rows[0].italic
        is_first = k == 0 or drafts[k - 1].page != draft.page
        self.is_separate = draft.space_above > SPACE_ABOVE * styles.body.leading or is_first

    @property
    def is_numbered_outside_list(self) -> bool:
        """Whether the block has a number and no neighbour continues its series."""
        return self.is_numbered and not is_in_list(self.drafts, self.k)


# Blocks that are never headings.


def is_too_long(candidate: Candidate) -> bool:
    """Return whether the text is too long or too short for a heading, or is on a cover."""
    draft, text = candidate.draft, candidate.text
    if not 1 < len(text) <= _LONGEST or len(draft.rows) > _MOST_ROWS or draft.is_on_cover:
        return True
    return len(text) > _LONGEST_JAPANESE and sum(map(str.isascii, text)) <= _ASCII_SHARE * len(text)


def ends_like_sentence(candidate: Candidate) -> bool:
    """Return whether the text ends like a sentence or a part of one."""
    text = candidate.text
    if _SENTENCE_END.search(text):
        return True
    return text.endswith(".") and len(text.split()) > _MOST_WORDS_WITH_FULL_STOP


def begins_with_note_mark(candidate: Candidate) -> bool:
    """Return whether the block begins with a raised mark: it is a note."""
    return bool(re.match(SUPERSCRIPT_DIGITS, candidate.text))


def has_no_word(candidate: Candidate) -> bool:
    """Return whether there is no word besides the number."""
    number = candidate.draft.number
    return not _WORD.search(candidate.text if number is None else candidate.text[number.end :])


def is_small_label(candidate: Candidate) -> bool:
    """Return whether the type is smaller than the body: a label of a drawing, or the head of a note.

    Small capitals are an exception, because they are large letters.
    """
    draft = candidate.draft
    is_small = draft.size < _SMALL * candidate.styles.body.size and draft.number is None
    return is_small and not is_bracketed_or_capitals(candidate.text)


# Reasons why a block is a heading, even if the bookmarks name all others.


def is_underlined_number(candidate: Candidate) -> bool:
    """Return whether the block is numbered, underlined and separate."""
    draft = candidate.draft
    return candidate.is_numbered and candidate.is_separate and all(row.underlined for row in draft.rows)


def is_alone_on_top(candidate: Candidate) -> bool:
    """Return whether the block is a centred line at the top of a page with text below it."""
    drafts, k, draft, body = candidate.drafts, candidate.k, candidate.draft, candidate.styles.body
    row = draft.rows[0]
    if k == 0 or drafts[k - 1].page == draft.page or len(draft.rows) > 1 or k + 1 >= len(drafts):
        return False
    if drafts[k - 1].rows[-1].bottom > body.bottom - _FULL_PAGE * body.size:
        return False  # the page before is full, so it does not show that something begins here
    axis = (draft.left + draft.right) / 2
    is_centred = abs((row.x0 + row.x1) / 2 - axis) < _SAME_AXIS * row.size
    is_centred = is_centred and row.x0 > draft.left + _FAR_FROM_LEFT * row.size
    below = drafts[k + 1]
    return (
        is_centred
        and below.page == draft.page
        and below.space_above > _SPACE_BELOW
        and below.kind in ("paragraph", "list_item", "heading", "table")
    )


# Reasons why a block is a heading if there are no bookmarks.


def is_line_in_brackets_or_capitals(candidate: Candidate) -> bool:
    """Return whether the block is a separate line in capitals, or one in 【】 that is not the label of a box."""
    draft, drafts, k = candidate.draft, candidate.drafts, candidate.k
    if len(draft.rows) > 1 or has_cells(draft) or not is_bracketed_or_capitals(candidate.text):
        return False
    if not BRACKETED.fullmatch(candidate.text):
        return candidate.is_separate
    is_below_heading = k > 0 and drafts[k - 1].kind == "heading"
    labels_box = k + 1 < len(drafts) and drafts[k + 1].is_closed and drafts[k + 1].kind != "table"
    return (candidate.is_separate or is_below_heading) and not labels_box


def is_in_large_type(candidate: Candidate) -> bool:
    """Return whether the type is larger than that of the body, and the block is numbered, bold or separate."""
    is_marked = candidate.is_numbered or candidate.draft.bold
    if candidate.is_very_large and (candidate.is_separate or is_marked):
        return True
    return candidate.is_large and is_marked


def is_bold(candidate: Candidate) -> bool:
    """Return whether the block is bold, and is separate or has a number outside of a list."""
    return candidate.draft.bold and (candidate.is_numbered_outside_list or candidate.is_separate)


def has_deep_number(candidate: Candidate) -> bool:
    """Return whether the block is one line with a number that list items do not have: 第2章, 1.2, A.1."""
    number = candidate.draft.number
    if number is None or not candidate.is_numbered_outside_list or not candidate.is_separate:
        return False
    is_deep = number.kind in ("part", "chapter", "section")
    is_deep = is_deep or (number.kind in ("decimal", "letter") and number.depth >= _DEEP)
    is_line = len(candidate.draft.rows) == 1 and not has_cells(candidate.draft)
    return is_deep and is_line and not candidate.text.endswith(_SERIES_END)


def has_rare_font(candidate: Candidate) -> bool:
    """Return whether the block has a number and a font that is rare in the document."""
    draft = candidate.draft
    return (
        candidate.is_numbered_outside_list
        and candidate.has_other_font
        and draft.size >= _SMALL * candidate.styles.body.size
        and draft.rows[0].font in candidate.styles.rare_fonts
        and len(draft.rows) <= _FEW_ROWS
        and not candidate.text.endswith(_SERIES_END)
    )


def has_style_of_headings(candidate: Candidate) -> bool:
    """Return whether the block has a number and the style of three or more known headings, unlike the body."""
    return (
        candidate.styles.known[style_of(candidate.draft)] >= _FEWEST_OF_STYLE
        and candidate.is_numbered_outside_list
        and (candidate.draft.bold or candidate.has_other_font or candidate.is_large)
    )


def looks_like_headings(candidate: Candidate) -> bool:
    """Return whether three or more known headings have the style of the block, unlike the body and lists."""
    draft = candidate.draft
    is_unlike_body = draft.bold or candidate.has_other_font or candidate.is_large
    is_no_item = candidate.is_large if draft.number is None else has_deep_number(candidate)  # bold words are stressed
    return is_unlike_body and is_no_item and candidate.styles.known[style_of(draft)] >= _FEWEST_OF_STYLE


_NEVER: tuple[Callable[[Candidate], bool], ...] = (is_too_long, ends_like_sentence, begins_with_note_mark)
_NEVER_BUT_CONTENTS: tuple[Callable[[Candidate], bool], ...] = (has_no_word, is_small_label)
_ALWAYS: tuple[Callable[[Candidate], bool], ...] = (is_underlined_number, is_alone_on_top)
_WITHOUT_BOOKMARKS: tuple[Callable[[Candidate], bool], ...] = (
    is_line_in_brackets_or_capitals,
    is_in_large_type,
    is_bold,
    has_deep_number,
    has_rare_font,
    has_style_of_headings,
)


def stands_out(candidate: Candidate) -> bool:
    """Return whether a block is a heading by its text, type and place."""
    if any(excludes(candidate) for excludes in _NEVER):
        return False
    if is_contents_title(candidate.text):
        return True
    if any(excludes(candidate) for excludes in _NEVER_BUT_CONTENTS):
        return False
    if any(applies(candidate) for applies in _ALWAYS):
        return True
    if candidate.styles.by_bookmarks_only:
        few_rows = len(candidate.draft.rows) <= _FEW_ROWS
        is_apart = candidate.is_separate or candidate.is_large
        is_very_large = candidate.is_very_large and candidate.is_separate
        return few_rows and (is_very_large or (is_apart and looks_like_headings(candidate)))
    return any(applies(candidate) for applies in _WITHOUT_BOOKMARKS)


def is_bracketed_or_capitals(text: str) -> bool:
    """Return whether a text is in 【】 or in capital letters."""
    return bool(BRACKETED.fullmatch(text) or _CAPITALS.fullmatch(text))


def is_in_list(drafts: Sequence[Draft], k: int) -> bool:
    """Return whether the block before or after block ``k`` continues its series: then both are list items."""
    number = drafts[k].number
    if number is None:
        return False
    for other in (drafts[k - 1] if k else drafts[k], drafts[k + 1] if k + 1 < len(drafts) else drafts[k]):
        near = other.number
        if near is None or class_of_number(near) != class_of_number(number) or near.values[:-1] != number.values[:-1]:
            continue
        if near.values and number.values and abs(near.values[-1] - number.values[-1]) == 1:
            return True
    return False
