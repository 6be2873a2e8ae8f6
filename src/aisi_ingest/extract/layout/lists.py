"""Lists: levels of their items, and numbers that a list counts by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.drafts import Draft


def mark_levels(drafts: Sequence[Draft]) -> None:
    """Levels of list items from how far they are set in."""
    stack: list[float] = []
    for draft in drafts:
        if draft.kind == "paragraph" and draft.number is not None and draft.number.end < len(draft.text):
            draft.kind = "list_item"
        if draft.kind == "list_item":
            x = draft.rows[0].x0 if draft.rows[0].dot is None else draft.rows[0].dot
            while stack and stack[-1] > x + 0.4 * draft.size:
                stack.pop()
            if not stack or x > stack[-1] + 0.4 * draft.size:
                stack.append(x)
            draft.level = len(stack)
        elif draft.kind in ("heading", "title") or (
            draft.kind == "paragraph" and stack and draft.rows[0].x0 <= stack[0] + 0.2 * draft.size
        ):
            stack = []


def cut_numbers(drafts: Sequence[Draft]) -> None:
    """Numbers that a list counts by itself (``1.``, ``2.``) leave the text, as bullet signs do.

    Written ones, ``(1)`` or ``①``, stay: the text refers to them by that form.
    """
    counted = [
        d
        for d in drafts
        if d.kind == "list_item" and d.number is not None and re.fullmatch("[0-9]{1,2}[.)]|[a-z][.)]", d.number.text)
    ]
    for k, draft in enumerate(counted):
        number = draft.number
        assert number is not None
        steps = []
        for other in counted[max(0, k - 3) : k + 4]:
            if (
                other is not draft
                and other.number is not None
                and abs(other.rows[0].x0 - draft.rows[0].x0) < 2 * draft.size
            ):
                steps.append(other.number.values[0] - number.values[0])
        if not any(abs(step) == 1 for step in steps):
            continue
        draft.sign = number.text
        cut = number.end
        draft.text = draft.text[cut:]
        draft.raised = [(a - cut, b - cut) for a, b in draft.raised if a >= cut]
        draft.notes = [(max(0, offset - cut), note) for offset, note in draft.notes]
