"""Paragraphs that go on over columns, page breaks, figures and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.line_ends import ended, wraps
from aisi_ingest.extract.layout.paragraphs import is_remark


def goes_on(before: Draft, after: Draft, setting: BodyStyle) -> bool:
    """Whether a block at the top of a column or page goes on from the last one before it."""
    if before.sealed or after.sign or before.kind not in ("paragraph", "list_item") or after.kind != "paragraph":
        return False
    last, first = before.rows[-1], after.rows[0]
    if abs(last.size - first.size) > 0.08 * first.size or last.bold != first.bold:
        return False
    if after.number is not None and after.number.end < len(after.text) and ended(last):
        return False
    if is_remark(after.text):
        return False
    if not wraps(last, first, before.right):
        return False
    if not re.search("[。！？!?.][」）)”\"']*$", before.text):
        return not (after.number is not None and before.bold)
    if len(after.rows) > 1:
        set_in = first.x0 > after.rows[1].x0 + 0.5 * first.size
        return setting.indents and not set_in and not before.sign
    return setting.indents and first.x0 < after.left + 0.5 * first.size and not before.sign


def around(before: Draft, after: Draft, setting: BodyStyle) -> bool:
    """Whether a block goes on from one before it with only a figure, a table or a caption between."""
    return not re.search("[。！？!?.:：][」）)”\"']*$", before.text) and goes_on(before, after, setting)


def append(before: Draft, after: Draft) -> None:
    """Join the second block to the first."""
    before.rows.extend(after.rows)
    before.append_text(after.text, after.raised)
    before.right = after.right
    before.pages = after.page - before.page + 1


def _between(draft: Draft, size: float, setting: BodyStyle) -> bool:
    """What text of a size runs around: tables, drawings, their captions, boxes, small type at a column's foot."""
    small = draft.kind == "paragraph" and draft.size < 0.92 * setting.size and abs(draft.size - size) > 0.08 * size
    return draft.sealed or small or draft.kind in ("table", "caption", "figure_text")


def last_running(drafts: Sequence[Draft], size: float, setting: BodyStyle) -> Draft | None:
    """The last block that text of a size may go on from."""
    return next((draft for draft in reversed(drafts[-40:]) if not _between(draft, size, setting)), None)


def flow(flows: Sequence[Sequence[Draft]], setting: BodyStyle) -> list[Draft]:
    """All pages in order, with paragraphs joined over page breaks and around figures, tables and captions."""
    out: list[Draft] = []
    for page in flows:
        for k, draft in enumerate(page):
            before = last_running(out, draft.size, setting)
            if before is not None and not _between(draft, draft.size, setting):
                first = all(_between(other, draft.size, setting) for other in page[:k])
                new_page = first and before.page + before.pages - 1 < draft.page <= before.page + before.pages
                beside = not first and before is not out[-1] and before.page + before.pages - 1 == draft.page
                if (new_page and goes_on(before, draft, setting)) or (beside and around(before, draft, setting)):
                    append(before, draft)
                    continue
            out.append(draft)
    return out
