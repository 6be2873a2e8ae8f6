"""Lists: the levels of their items, and numbers that only count them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.drafts import Draft
from aisi_ingest.extract.layout.numbering_scheme import number_of
from aisi_ingest.extract.numbering import Numbering

_COUNTING_NUMBER = re.compile("[0-9]{1,3}[.)]|[a-z][.)]")
_MOST_SKIPPED = 3  # numbers that were not recognised
_FEWEST_RUNNING, _FEWEST_HEADINGS = 5, 2  # paragraphs with running numbers, and headings among them
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

    ``(1)`` and ``①`` stay, because the text may refer to them in this form. So do the numbers of paragraphs that count
    on under further headings. All of them are markers of their blocks.
    """
    running = _running_numbers(drafts)
    counted = [
        (draft, draft.number)
        for draft in drafts
        if draft.kind == "list_item" and draft.number is not None and _COUNTING_NUMBER.fullmatch(draft.number.text)
    ]
    for k, (draft, number) in enumerate(counted):
        if id(draft) in running or not _has_neighbour(k, counted):
            continue
        draft.bullet = number.text
        cut = number.end
        draft.text = draft.text[cut:]
        draft.raised = [(start - cut, end - cut) for start, end in draft.raised if start >= cut]
        draft.notes = [(max(0, offset - cut), note) for offset, note in draft.notes]


def _running_numbers(drafts: Sequence[Draft]) -> set[int]:
    """Return the ``id()`` of the items whose numbers count on under further headings."""
    running: set[int] = set()
    series: list[Draft] = []
    headings = before = 0  # headings so far, and those before the last member of the series
    for draft in (*drafts, None):
        headings += draft is not None and draft.kind == "heading"
        number = draft.number if draft is not None and draft.kind == "list_item" else None
        if draft is not None and (number is None or not _COUNTING_NUMBER.fullmatch(number.text)):
            continue
        last = series[-1].number if series else None
        goes_on = number is not None and last is not None and 0 < number.values[0] - last.values[0] <= _MOST_SKIPPED
        if draft is not None and goes_on:
            series.append(draft)
            continue
        if headings - before >= _FEWEST_HEADINGS and len(series) >= _FEWEST_RUNNING:
            running.update(map(id, series))
        if draft is not None:
            series, before = [draft], headings
    # Other items at the same left edge are paragraphs of the same kind.
    edges = {round(draft.rows[0].x0 / draft.size) for draft in drafts if id(draft) in running}
    return running | {
        id(draft)
        for draft in drafts
        if draft.kind == "list_item" and draft.number is not None and round(draft.rows[0].x0 / draft.size) in edges
    }


def _has_neighbour(k: int, counted: Sequence[tuple[Draft, Numbering]]) -> bool:
    """Return whether an item near item ``k`` has the number before or after it and the same left edge."""
    draft, number = counted[k]
    return any(
        other is not draft
        and abs(other.rows[0].x0 - draft.rows[0].x0) < _SAME_LEFT * draft.size
        and abs(other_number.values[0] - number.values[0]) == 1
        for other, other_number in counted[max(0, k - _NEIGHBOURS) : k + _NEIGHBOURS + 1]
    )
