"""The first page: the document's title, and what stands beside it on a cover."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.contents import is_contents_title
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.headings import key_of
from aisi_ingest.text.normalise import normalise

# What programs write where nobody gave a title, and names of files.
_NO_TITLE = re.compile(
    "^(?:untitled|無題|Microsoft (?:Word|PowerPoint|Excel)"
    "|(?:PowerPoint )?(?:プレゼンテーション|Presentation)|スライド|Slide)"
    "|\\.(?:docx?|pptx?|xlsx?|pdf|indd|jtdc?|ai|tex)$",
    re.IGNORECASE,
)


def mark_title(drafts: list[Draft], meta: str, setting: BodyStyle) -> str:
    """Mark the document's title on its first page, and say what it is."""
    first = [
        d
        for d in drafts
        if d.page == 1
        and d.kind in ("paragraph", "heading", "list_item")
        and not is_contents_title(d.text)
        and any(map(str.isalnum, d.text))
    ]
    wanted = key_of(normalise(meta)) if meta else ""
    title = next((d for d in first if wanted and key_of(d.text) == wanted), None)
    if title is None and first:
        largest = max(d.size for d in first)
        if largest >= 1.15 * setting.size:
            title = next(d for d in first if d.size > largest - 0.5)
        elif first[0].kind == "heading":
            title = first[0]
    if title is None:
        heading = next((d.text for d in drafts if d.kind == "heading" and not is_contents_title(d.text)), "")
        said = "" if _NO_TITLE.search(meta) else normalise(meta).strip()
        return said or heading or next((d.text for d in drafts if d.text and d.kind != "contents"), "")[:120]
    for draft in drafts:  # printed again over the text: no section of its own
        large = draft.kind in ("heading", "paragraph") and draft.size > 1.08 * setting.size
        if large and draft is not title and draft.page > 1 and key_of(draft.text) == key_of(title.text):
            draft.kind, draft.level = "title", None
    at = drafts.index(title)
    alone = title.kind != "heading"
    title.kind = "title"
    # A title with text under it on the same page opens a section; one on a cover does not.
    under = next((d for d in drafts[at + 1 :] if d.kind in ("paragraph", "list_item", "heading", "table")), None)
    running = (
        under is not None
        and under.page == title.page
        and (len(under.text) > 40 or under.kind == "heading" or not alone)
    )
    title.level = 1 if running else None
    return title.text


def mark_cover(drafts: Sequence[Draft]) -> None:
    """A first page with little on it and no running text is a cover."""
    first = [draft for draft in drafts if draft.page == 1]
    plain = all(len(d.rows) <= 3 and d.kind == "paragraph" and not is_contents_title(d.text) for d in first)
    if plain and len(first) < len(drafts) and sum(len(d.text) for d in first) < 500:
        for draft in first:
            draft.cover = True
