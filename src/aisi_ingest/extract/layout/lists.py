"""Lists: the levels of their items, and numbers that only count them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.drafts import Draft
from aisi_ingest.extract.layout.numbering_scheme import number_of
from aisi_ingest.extract.numbering import Numbering

_COUNTING_NUMBER = re.compile("[0-9]{1,2}[.)]|[a-z][.)]")
# In em.
_INDENT = 0.4  # of an item of the next level, at least
_LIST_EDGE = 0.2  # text that begins further left ends the list
_SAME_LEFT = 2
_NEIGHBOURS = 3  # items before and after that may be of the same series


def mark_item_levels(drafts: Sequence[Draft]) -> None:
    """Set the level of each list item from its indentation. Numbered paragraphs become list items."""
    indents: list[float] = []  # of the levels above
    for draft in drafts:
        if draft.kind == "paragraph" and draft.number is not None and draft.number.end < len(draft.text):
            draft.kind = "list_item"
        first = draft.rows[0]
        if draft.kind == "list_item":
            number = number_of(draft)
            draft.marker = number.text if number is not None and number.end < len(draft.text) else None
            x = first.x0 if first.bullet_x0 is None else first.bullet_x0
            while indents and indents[-1] > x + _INDENT * draft.size:
                indents.pop()
            if not indents or x > indents[-1] + _INDENT * draft.size:
                indents.append(x)
            draft.level = len(indents)
        elif draft.kind in ("heading", "title") or (
            draft.kind == "paragraph" and indents and first.x0 <= indents[0] + _LIST_EDGE * draft.size
        ):
            indents = []


def remove_counting_numbers(drafts: Sequence[Draft]) -> None:
    """Remove numbers that only count the items of a list (``1.``, ``2.``) from the text, like bullets.

    ``(1)`` and ``①`` stay, because the text may refer to them in this form.
    """
    counted = [
        (draft, draft.number)
        for draft in drafts
        if draft.kind == "list_item" and draft.number is not None and _COUNTING_NUMBER.fullmatch(draft.number.text)
    ]
    for k, (draft, number) in enumerate(counted):
        if not _has_neighbour(k, counted):
            continue
        draft.bullet = number.text
        cut = number.end
        draft.text = draft.text[cut:]
        draft.raised = [(start - cut, end - cut) for start, end in draft.raised if start >= cut]
        draft.notes = [(max(0, offset - cut), note) for offset, note in draft.notes]


def _has_neighbour(k: int, counted: Sequence[tuple[Draft, Numbering]]) -> bool:
    """Return whether an item near item ``k`` has the number before or after it and the same left edge."""
    draft, number = counted[k]
    return any(
        other is not draft
        and abs(other.rows[0].x0 - draft.rows[0].x0) < _SAME_LEFT * draft.size
        and abs(other_number.values[0] - number.values[0]) == 1
        for other, other_number in counted[max(0, k - _NEIGHBOURS) : k + _NEIGHBOURS + 1]
    )
