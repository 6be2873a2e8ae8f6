"""The first page: the title of the document, and covers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.contents import is_contents_title
from aisi_ingest.extract.layout.contents_pages import comparison_key
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.text.normalise import normalise

# What programs write if nobody has entered a title, and names of files.
_NO_TITLE = re.compile(
    "^(?:untitled|無題|Microsoft (?:Word|PowerPoint|Excel)"
    "|(?:PowerPoint )?(?:プレゼンテーション|Presentation)|スライド|Slide)"
    "|\\.(?:docx?|pptx?|xlsx?|pdf|indd|jtdc?|ai|tex)$",
    re.IGNORECASE,
)
_LARGE = 1.15  # of the body's type size: the title
_LARGE_AGAIN = 1.08  # of the body's type size: the title printed again
_SAME_SIZE = 0.5  # points
_LONGEST_TITLE = 120  # code points
_SHORTEST_TEXT = 41  # code points of running text below the title
# A cover.
_MOST_COVER_ROWS = 3  # of each block
_COVER_LENGTH = 500  # code points on the page; a cover has fewer


def mark_title(drafts: list[Draft], metadata_title: str, style: BodyStyle) -> str:
    """Mark the title of the document on its first page.

    Args:
        drafts: All blocks, in reading order.
        metadata_title: The title in the metadata of the PDF.
        style: Style of the body text.

    Returns:
        The title. If the first page has none, it comes from the metadata, the first heading without a number, or the
        first text.
    """
    title = _title_on_first_page(drafts, metadata_title, style)
    if title is None:
        headings = (d for d in drafts if d.kind == "heading" and not is_contents_title(d.text))
        heading = next((d.text for d in headings if d.number is None), "")  # a numbered one names a section
        from_metadata = "" if _NO_TITLE.search(metadata_title) else normalise(metadata_title).strip()
        first_text = next((d.text for d in drafts if d.text and d.kind != "contents"), "")
        return from_metadata or heading or first_text[:_LONGEST_TITLE]
    for draft in drafts:  # if it is printed again above the text, it opens no section
        is_large = draft.kind in ("heading", "paragraph") and draft.size > _LARGE_AGAIN * style.size
        is_repeated = is_large and draft is not title and draft.page > 1
        if is_repeated and comparison_key(draft.text) == comparison_key(title.text):
            draft.kind, draft.level = "title", None
    after = drafts[drafts.index(title) + 1 :]
    was_heading = title.kind == "heading"
    title.kind = "title"
    # A title with text below it on the same page opens a section; a title on a cover does not.
    below = next((d for d in after if d.kind in ("paragraph", "list_item", "heading", "table")), None)
    opens_section = (
        below is not None
        and below.page == title.page
        and (len(below.text) >= _SHORTEST_TEXT or below.kind == "heading" or was_heading)
    )
    title.level = 1 if opens_section else None
    return title.text


def _title_on_first_page(drafts: Sequence[Draft], metadata_title: str, style: BodyStyle) -> Draft | None:
    """Return the title: the text of the metadata, the first of the largest type, or a heading at the top."""
    first = [
        draft
        for draft in drafts
        if draft.page == 1
        and draft.kind in ("paragraph", "heading", "list_item")
        and not is_contents_title(draft.text)
        and any(map(str.isalnum, draft.text))
    ]
    wanted = comparison_key(normalise(metadata_title)) if metadata_title else ""
    title = next((draft for draft in first if wanted and comparison_key(draft.text) == wanted), None)
    if title is not None or not first:
        return title
    largest = max(draft.size for draft in first)
    if largest >= _LARGE * style.size:
        return next(draft for draft in first if draft.size > largest - _SAME_SIZE)
    return first[0] if first[0].kind == "heading" else None


def mark_cover(drafts: Sequence[Draft]) -> None:
    """Mark the blocks of the first page as those of a cover if the page has little text and no running text."""
    first = [draft for draft in drafts if draft.page == 1]
    has_short_blocks = all(
        len(draft.rows) <= _MOST_COVER_ROWS and draft.kind == "paragraph" and not is_contents_title(draft.text)
        for draft in first
    )
    length = sum(len(draft.text) for draft in first)
    if has_short_blocks and len(first) < len(drafts) and length < _COVER_LENGTH:
        for draft in first:
            draft.is_on_cover = True
