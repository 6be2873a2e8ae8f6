"""Find headings without a number by what the whole document repeats: a style of type, or the words themselves.

A line in underlined or other type may be stressed text. If every line of that style is a title above text,
the style is that of headings. The same holds for words that stand above the text of many sections: ``Purpose``,
``Verification``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aisi_ingest.extract.layout.heading_candidates import SPACE_ABOVE, has_cells
from aisi_ingest.extract.layout.numbering_scheme import has_form_of_title

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import BodyStyle, Draft

_FEWEST, _FEWEST_PAGES = 3, 2  # blocks; pages
_FEWEST_BESIDE_BOOKMARKS = 5  # blocks with the same words
_TITLE_SHARE = 0.9  # of the blocks of a style
_LONGEST_LABEL = 40  # code points
_NO_LABEL = re.compile("^[（(※＊*]|^[^（(]*[）)]|[、，,。.]$")  # (Source: ...), 例）...
_SIZE_STEP = 2  # steps in a point: sizes are compared to half a point
_SMALLEST = 0.95  # of the type size of the body
_TEXT_KINDS = ("paragraph", "list_item", "table", "figure_text", "code")


class _Type(NamedTuple):
    """What the eye sees of the type of a block; the size is in half points."""

    size: int
    bold: bool
    font: str
    color: int
    underlined: bool


def mark_label_headings(drafts: Sequence[Draft], style: BodyStyle, by_bookmarks_only: bool) -> None:
    """Mark lines without a number as headings if their style, or their words, head text in the whole document.

    Args:
        drafts: All blocks, in reading order.
        style: Style of the body text.
        by_bookmarks_only: Whether bookmarks name the headings of the upper levels. Then only words that are repeated
            often are headings below them.
    """
    by_style: dict[_Type, list[int]] = defaultdict(list)
    by_text: dict[tuple[str, int], list[int]] = defaultdict(list)
    usual: Counter[_Type] = Counter()
    for draft in drafts:
        usual[_type_of(draft)] += len(draft.text)
    if not usual:
        return
    body = usual.most_common(1)[0][0]
    for k, draft in enumerate(drafts):
        if draft.kind not in ("paragraph", "heading") or draft.number is not None or draft.is_on_cover:
            continue
        own = _type_of(draft)
        if own != body and own.color == body.color and draft.size >= _SMALLEST * style.size:  # links are coloured
            by_style[own].append(k)
        is_line = len(draft.rows) == 1 and len(draft.text) <= _LONGEST_LABEL and not has_cells(draft)
        if is_line and not _NO_LABEL.search(draft.text):
            by_text[draft.text, round(draft.size * _SIZE_STEP)].append(k)
    for members in () if by_bookmarks_only else by_style.values():
        if not any(drafts[k].rows[0].italic for k in members):
            _mark_titles(drafts, members)
    for (_, size), members in by_text.items():
        is_separate = all(_stands_apart(drafts, k, style, body) for k in members)
        is_large = size >= _SMALLEST * style.size * _SIZE_STEP
        if is_large and is_separate and len(members) >= (_FEWEST_BESIDE_BOOKMARKS if by_bookmarks_only else _FEWEST):
            _mark_titles(drafts, members, is_repeated=True)


def _type_of(draft: Draft) -> _Type:
    """Return what the eye sees of the type of a block."""
    row = draft.rows[0]
    return _Type(
        round(row.size * _SIZE_STEP), draft.bold, row.font, row.color, all(row.underlined for row in draft.rows)
    )


def _mark_titles(drafts: Sequence[Draft], members: Sequence[int], is_repeated: bool = False) -> None:
    """Mark blocks as headings if nearly all of them are titles above text.

    Args:
        drafts: All blocks.
        members: Indices of blocks that are alike.
        is_repeated: Whether they have the same words.
    """
    if len(members) < _FEWEST or len({drafts[k].page for k in members}) < _FEWEST_PAGES:
        return
    titles = [k for k in members if _is_title(drafts, k, is_repeated)]
    if len(titles) >= _TITLE_SHARE * len(members):
        for k in titles:
            drafts[k].kind = "heading"


def _is_title(drafts: Sequence[Draft], k: int, is_repeated: bool = False) -> bool:
    """Return whether a block has the form of a title, and longer text follows it, in another style unless repeated."""
    draft = drafts[k]
    if draft.is_closed or not has_form_of_title(draft, draft.text) or k + 1 >= len(drafts):
        return False
    below = drafts[k + 1]
    if below.page != draft.page and (k == 0 or drafts[k - 1].page != draft.page):
        return False  # alone on its page
    if below.kind == "heading":
        return True
    is_text = below.kind in _TEXT_KINDS and (is_repeated or _type_of(below) != _type_of(draft))
    if below.kind == "table":
        return not is_repeated  # the words may be the key of the table
    return is_text and (below.kind != "paragraph" or len(below.text) > len(draft.text)) and below.page <= draft.page + 1


def _stands_apart(drafts: Sequence[Draft], k: int, style: BodyStyle, body: _Type) -> bool:
    """Return whether there is white space above a block, or its type differs from that of the body."""
    draft = drafts[k]
    is_first = k == 0 or drafts[k - 1].page != draft.page
    return is_first or draft.space_above > SPACE_ABOVE * style.leading or _type_of(draft) != body
