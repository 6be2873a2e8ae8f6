"""Find the blocks that are headings.

The bookmarks of the PDF are the most reliable source, then the printed table of contents, then numbers and type.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aisi_ingest.extract.layout.contents_pages import comparison_key, mark_contents, without_page_number
from aisi_ingest.extract.layout.continuation import append_draft
from aisi_ingest.extract.layout.heading_candidates import (
    LARGE,
    SPACE_ABOVE,
    Candidate,
    DocumentStyles,
    is_eligible,
    stands_out,
)
from aisi_ingest.extract.layout.heading_levels import FEWEST_BOOKMARKS, mark_levels, style_of
from aisi_ingest.extract.layout.label_headings import mark_label_headings
from aisi_ingest.extract.layout.numbering_scheme import join_labels_with_titles, mark_numbered_headings
from aisi_ingest.extract.numbering import heading_number, numbering

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
    from aisi_ingest.extract.pdf.document import Bookmark

_MATCHED_SHARE = 0.5  # of the bookmarks: then they name all headings
_RARE_FONT = 0.15  # share of the characters, at most
# Rows of a heading, at most.
_MOST_LISTED_ROWS, _MOST_SERIES_ROWS, _MOST_BULLET_ROWS, _MOST_BOOKMARK_ROWS = 3, 4, 2, 4
_SHORTEST_CUT_TITLE = 4  # code points of a title whose number a bookmark leaves out
# The lines under the title.
_SAME_SIZE = 0.5  # points
_SAME_AXIS = 1.2  # em, twice the distance between the middles
_SAME_EDGE = 0.3  # em
# Series of numbered headings.
_COLUMN_STEP = 12  # points: left edges are compared in these steps
_FEWEST_IN_SERIES, _FEWEST_PAGES = 3, 2
_COUNTED_SHARE = 0.7  # of the steps
_HEADING_BULLETS = tuple("■◆□◇●▼★")

Mark = tuple[str, int, int | None]  # of a bookmark: comparison key of its title, level, page


def mark_headings(drafts: list[Draft], bookmarks: Sequence[Bookmark], style: BodyStyle) -> list[Draft]:
    """Set the kind and the level of the blocks that are headings.

    Args:
        drafts: All blocks, in reading order.
        bookmarks: The bookmarks of the PDF.
        style: Style of the body text.

    Returns:
        The blocks; some have been joined.
    """
    drafts = join_labels_with_titles(mark_contents(drafts))
    marks = [(comparison_key(mark.title), mark.level, mark.page) for mark in bookmarks if mark.title]
    drafts, matched = _match_bookmarks(drafts, marks)
    listed = _listed_in_contents(drafts, matched)
    by_bookmarks_only = len(matched) >= FEWEST_BOOKMARKS and len(matched) >= _MATCHED_SHARE * len(marks)
    known = [draft for draft in drafts if id(draft) in matched or id(draft) in listed]
    styles = DocumentStyles(style, by_bookmarks_only, Counter(map(style_of, known)), _rare_fonts(drafts))
    for k, draft in enumerate(drafts):
        if (
            id(draft) in matched
            or id(draft) in listed
            or (is_eligible(draft) and stands_out(Candidate(drafts, k, styles)))
        ):
            draft.kind = "heading"
    if not by_bookmarks_only:  # bookmarks name every heading of a series or none
        _mark_series(drafts, style)
        _mark_bullet_headings(drafts, style)
    mark_label_headings(drafts, style, by_bookmarks_only)
    mark_numbered_headings(drafts, {*matched, *listed}, style.size, by_bookmarks_only)
    _unmark_lines_under_title(drafts, {*matched, *listed})
    headings = [draft for draft in drafts if draft.kind == "heading"]
    for draft in headings:
        if draft.number is None:
            draft.number = heading_number(draft.text)
    mark_levels(headings, drafts, matched)
    return drafts


def _listed_in_contents(drafts: Sequence[Draft], matched: dict[int, int]) -> set[int]:
    """Return the ``id()`` of the blocks that the printed table of contents names."""
    entries = {
        comparison_key(draft.text if draft.target_page is None else without_page_number(draft.text))
        for draft in drafts
        if draft.kind == "contents"
    }
    if not entries:
        return set()
    return {
        id(draft)
        for draft in drafts
        if len(draft.rows) <= _MOST_LISTED_ROWS
        and is_eligible(draft)
        and id(draft) not in matched
        and comparison_key(draft.text) in entries
    }


def _rare_fonts(drafts: Sequence[Draft]) -> set[str]:
    """Return the fonts in which only a small share of the document is set."""
    fonts: Counter[str] = Counter()
    for draft in drafts:
        fonts[draft.rows[0].font] += len(draft.text)
    total = sum(fonts.values())
    return {font for font, count in fonts.items() if count < _RARE_FONT * total}


def _unmark_lines_under_title(drafts: Sequence[Draft], named: set[int]) -> None:
    """Make subtitle, authors and institutes no headings: centred under the title in a style no heading has.

    Args:
        drafts: All blocks.
        named: The ``id()`` of the blocks that the bookmarks or the contents name.
    """
    first = [draft for draft in drafts if draft.page == 1 and draft.kind == "heading"]
    largest = max((draft.size for draft in first), default=0.0)
    title = next((draft for draft in first if draft.size > largest - _SAME_SIZE), None)
    if title is None:
        return
    run: list[Draft] = []
    for draft in drafts[next(k for k, draft in enumerate(drafts) if draft is title) + 1 :]:
        is_plain = draft.kind == "heading" and draft.number is None and id(draft) not in named
        if draft.page > 1 or not is_plain or not _is_centred_under(title, draft):
            break
        run.append(draft)
    in_run = {id(draft) for draft in run}
    usual = {style_of(draft) for draft in drafts if draft.kind == "heading" and id(draft) not in in_run}
    for draft in run:
        if style_of(draft) not in usual:
            draft.kind = "paragraph"


def _is_centred_under(title: Draft, draft: Draft) -> bool:
    """Return whether a block has the same axis as the title, but another left edge."""
    (a, b), (c, d) = ((min(r.x0 for r in x.rows), max(r.x1 for r in x.rows)) for x in (title, draft))
    return abs((a + b) - (c + d)) < _SAME_AXIS * draft.size and abs(a - c) > _SAME_EDGE * draft.size


def _match_bookmarks(drafts: list[Draft], marks: Sequence[Mark]) -> tuple[list[Draft], dict[int, int]]:
    """Find the blocks that bookmarks name. Two blocks that are one heading together are joined.

    Returns:
        The blocks, and the level of each that a bookmark names by its ``id()``.
    """
    matched: dict[int, int] = {}
    if not marks:
        return drafts, matched
    by_page: dict[int, list[int]] = defaultdict(list)
    for k, draft in enumerate(drafts):
        by_page[draft.page].append(k)
    joined: set[int] = set()
    keys = [comparison_key(draft.text) if len(draft.rows) <= _MOST_BOOKMARK_ROWS else "" for draft in drafts]
    titles = [_title_key(draft) if keys[k] else "" for k, draft in enumerate(drafts)]
    for wanted, level, page in marks:
        if not wanted or page is None:
            continue
        for k in (k for number in (page, page + 1, page - 1) for k in by_page[number]):
            draft = drafts[k]
            if id(draft) in matched or k in joined or not keys[k] or not is_eligible(draft):
                continue
            if keys[k] == wanted or _is_cut(wanted, titles[k], keys[k]):
                matched[id(draft)] = level
                break
            after = k + 1
            has_next = after < len(drafts) and after not in joined and bool(keys[after])
            if has_next and keys[k] + keys[after] == wanted and is_eligible(drafts[after]):
                append_draft(draft, drafts[after])
                draft.first_rows = len(draft.rows)
                joined.add(after)
                matched[id(draft)] = level
                break
    return [draft for k, draft in enumerate(drafts) if k not in joined], matched


def _title_key(draft: Draft) -> str:
    """Return the comparison key of a block without its number; nothing if it has no number."""
    return comparison_key(draft.text[draft.number.end :]) if draft.number is not None else ""


def _is_cut(wanted: str, title: str, key: str) -> bool:
    """Return whether a bookmark leaves out or cuts the number of a heading: "A" for "Appendix A"."""
    return len(title) >= _SHORTEST_CUT_TITLE and wanted.endswith(title) and key.endswith(wanted)


def _mark_series(drafts: Sequence[Draft], style: BodyStyle) -> None:
    """Mark series of numbered blocks in bold or large type as headings, even if they are whole sentences."""
    groups: dict[tuple[Any, ...], list[Draft]] = defaultdict(list)
    for draft in drafts:
        number = draft.number
        if number is None or number.end >= len(draft.text) or len(draft.rows) > _MOST_SERIES_ROWS:
            continue
        if draft.space_above <= SPACE_ABOVE * style.leading:
            continue
        is_prominent = draft.bold or draft.size >= LARGE * style.size
        if is_prominent and draft.kind in ("heading", "list_item", "paragraph"):
            groups[(number.kind, number.depth, round(draft.rows[0].x0 / _COLUMN_STEP))].append(draft)
    for group in groups.values():
        steps = _steps(group)
        pages = {draft.page for draft in group}
        if len(group) >= _FEWEST_IN_SERIES and len(pages) >= _FEWEST_PAGES:
            if sum(step == 1 for step in steps) < _COUNTED_SHARE * len(steps):
                continue
            for draft in group:
                draft.kind = "heading"


def _steps(group: Sequence[Draft]) -> list[int]:
    """Return the differences between the last values of neighbouring numbers."""
    return [
        below.number.values[-1] - above.number.values[-1]
        for above, below in pairwise(group)
        if above.number and below.number
    ]


def _mark_bullet_headings(drafts: Sequence[Draft], style: BodyStyle) -> None:
    """Mark ``■ 背景`` in bold or large type with text below it as a heading, not as a list item."""
    for draft, below in pairwise(drafts):
        is_prominent = draft.bold or draft.size >= LARGE * style.size
        if draft.kind != "list_item" or draft.bullet[:1] not in _HEADING_BULLETS or not is_prominent:
            continue
        if len(draft.rows) > _MOST_BULLET_ROWS:
            continue
        is_text = below.kind in ("paragraph", "list_item") and not below.bold and below.bullet[:1] != draft.bullet[:1]
        if is_text and not re.search("[。、,.]$", draft.text):
            draft.kind = "heading"


def number_and_title(text: str) -> tuple[str | None, str]:
    """Split a heading into its number and title: ``("2.1", "Purpose")``. The number is None if it has none."""
    found = numbering(text) or heading_number(text)
    if found is None or found.end >= len(text):
        return None, text
    return found.text, text[found.end :]
