"""Join paragraphs that continue in the next column, on the next page, or after a figure or table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.line_ends import ends_sentence, wraps
from aisi_ingest.extract.layout.numbering_scheme import is_label_alone
from aisi_ingest.extract.layout.remarks import is_remark

_SENTENCE_END = re.compile("[。！？!?.][」）)”\"']*$")
_SENTENCE_OR_LIST_END = re.compile("[。！？!?.:：][」）)”\"']*$")
# Shares of the type size.
_SIZE_DIFFERENCE = 0.08  # text of one paragraph differs less
_INDENT = 0.5
_SMALL = 0.92  # against the body size: captions, notes
_LOOK_BACK = 40  # blocks before


def continues(before: Draft, after: Draft, style: BodyStyle) -> bool:
    """Return whether a block at the top of a column or page continues the last block before it."""
    if before.is_closed or after.bullet or before.kind not in ("paragraph", "list_item"):
        return False
    if after.kind != "paragraph" or is_label_alone(after):
        return False
    last, first = before.rows[-1], after.rows[0]
    if abs(last.size - first.size) > _SIZE_DIFFERENCE * first.size or last.bold != first.bold:
        return False
    if after.number is not None and after.number.end < len(after.text) and ends_sentence(last):
        return False
    if is_remark(after.text) or not wraps(last, first, before.right):
        return False
    if not _SENTENCE_END.search(before.text):
        return not (after.number is not None and before.bold)
    if before.bullet or not style.indents_first_lines:
        return False
    if len(after.rows) > 1:
        return not first.x0 > after.rows[1].x0 + _INDENT * first.size
    return first.x0 < after.left + _INDENT * first.size


def continues_around(before: Draft, after: Draft, style: BodyStyle) -> bool:
    """Return whether a block continues a block before it, with only a figure, table or caption between them."""
    return not _SENTENCE_OR_LIST_END.search(before.text) and continues(before, after, style)


def append_draft(before: Draft, after: Draft) -> None:
    """Join the second block to the first."""
    before.rows.extend(after.rows)
    before.append_text(after.text, after.raised)
    before.right = after.right
    before.page_count = after.page - before.page + 1


def _is_between_text(draft: Draft, size: float, style: BodyStyle) -> bool:
    """Return whether text flows around a block: a table, a drawing, a caption, a box, or a note in small type.

    Args:
        draft: The block.
        size: Type size of the text, in points.
        style: Style of the body text.
    """
    small = draft.size < _SMALL * style.size and abs(draft.size - size) > _SIZE_DIFFERENCE * size
    return draft.is_closed or (draft.kind == "paragraph" and small) or draft.kind in ("table", "caption", "figure_text")


def last_text(drafts: Sequence[Draft], size: float, style: BodyStyle) -> Draft | None:
    """Return the last block that text of a size (points) can continue."""
    return next((draft for draft in reversed(drafts[-_LOOK_BACK:]) if not _is_between_text(draft, size, style)), None)


def join_pages(pages: Sequence[Sequence[Draft]], style: BodyStyle) -> list[Draft]:
    """Return the blocks of all pages in order, with paragraphs joined over page breaks, figures and tables."""
    joined: list[Draft] = []
    for page in pages:
        for k, draft in enumerate(page):
            before = last_text(joined, draft.size, style)
            if before is not None and not _is_between_text(draft, draft.size, style):
                is_first = all(_is_between_text(other, draft.size, style) for other in page[:k])
                last_page = before.page + before.page_count - 1
                after_break = is_first and last_page < draft.page <= last_page + 1
                after_figure = not is_first and before is not joined[-1] and last_page == draft.page
                if (after_break and continues(before, draft, style)) or (
                    after_figure and continues_around(before, draft, style)
                ):
                    append_draft(before, draft)
                    continue
            joined.append(draft)
    return joined
