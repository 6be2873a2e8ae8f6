"""Find the blocks of a printed table of contents, also those without a leader, and join their rows."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aisi_ingest.extract.layout.contents import contents_line, has_page_number, is_contents_title

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import Draft

_LONGEST_ENTRY = 199  # code points
_LONGEST_WORD = 12  # code points of a word between the entries: ページ, 本編
_MOST_CONTENTS_PAGES = 6  # after its first page
_MOST_MISSED = 2  # blocks in a row that are no entries
_FEWEST_ENTRIES = 3
_MOST_TIMES = 2  # that a heading is printed: in the contents, and above its text


@functools.lru_cache(4096)  # called for each block: for the bookmarks, the contents, and the title
def comparison_key(text: str) -> str:
    """Return a heading for comparison: without white space, leaders and case."""
    text = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return re.sub("[\\s.…‥・,、。:;\\-‐–—−_]+", "", text)


def without_page_number(text: str) -> str:
    """Return the text of a line of contents without its leader and page number."""
    with_leader = contents_line(text)
    return with_leader[0] if with_leader is not None else re.sub("[\\s\u3000]+[0-9ivxlc]+$", "", text)


def mark_contents(drafts: list[Draft]) -> list[Draft]:
    """Mark lines below ``目次`` that occur again later as lines of contents, even without leaders.

    Args:
        drafts: All blocks, in reading order.

    Returns:
        The blocks; the rows of one entry have been joined.
    """
    if not any(is_contents_title(draft.text) for draft in drafts):
        return drafts
    places: dict[str, list[int]] = defaultdict(list)
    for k, draft in enumerate(drafts):
        if len(draft.text) <= _LONGEST_ENTRY:
            places[comparison_key(draft.text)].append(k)
    joined: set[int] = set()
    for k, draft in enumerate(drafts):
        if is_contents_title(draft.text) and k not in joined:
            last = _mark_entries(drafts, k, places)
            joined |= _mark_between(drafts, k, last)
    return [draft for k, draft in enumerate(drafts) if k not in joined]


def _mark_entries(drafts: Sequence[Draft], title: int, places: dict[str, list[int]]) -> int:
    """Mark the entries below a title of contents.

    Args:
        drafts: All blocks.
        title: Index of the title.
        places: Indices of the blocks with each comparison key.

    Returns:
        The index of the last entry, or of the title if there is none.
    """
    missed, last = 0, title
    for j in range(title + 1, len(drafts)):
        entry = drafts[j]
        if entry.page > drafts[title].page + _MOST_CONTENTS_PAGES or missed > _MOST_MISSED:
            break
        may_follow = entry.page == drafts[last].page or (j == last + 1 and entry.page == drafts[last].page + 1)
        if entry.kind == "contents" or is_contents_title(entry.text):
            missed = 0
            last = j if entry.kind == "contents" else last
        elif may_follow and _is_entry(entry, j, drafts, places):
            if has_page_number(entry.text):
                entry.target_page = int(entry.text.split()[-1])
            entry.kind, last, missed = "contents", j, 0
        else:
            missed += 1
    return last


def _is_entry(entry: Draft, j: int, drafts: Sequence[Draft], places: dict[str, list[int]]) -> bool:
    """Return whether block ``j`` is a line of contents: it occurs again on a later page, or has a page number.

    Args:
        entry: The block.
        j: Its index.
        drafts: All blocks.
        places: Indices of the blocks with each comparison key.
    """
    if entry.kind not in ("paragraph", "list_item"):
        return False
    if has_page_number(entry.text):
        return entry.rows[-1].has_gap or entry.number is not None or drafts[j - 1].kind == "contents"
    found = places[comparison_key(entry.text)]
    if entry.page > drafts[j - 1].page and len(found) > _MOST_TIMES:
        return False  # a text of many pages, such as "This page is left blank"
    return any(later > j and drafts[later].page > entry.page for later in found)


def _mark_between(drafts: Sequence[Draft], title: int, last: int) -> set[int]:
    """Mark what is between the entries of a table of contents, so that it is no heading.

    The first row of an entry of two rows is joined to the second one. Short words, such as the head of the column of
    page numbers, belong to the contents as well.

    Returns:
        The indices of the blocks that have been joined to others.
    """
    entries = [j for j in range(title + 1, last + 1) if drafts[j].kind == "contents"]
    joined: set[int] = set()
    if len(entries) < _FEWEST_ENTRIES:
        return joined
    for j in range(title + 1, last):
        draft, after = drafts[j], drafts[j + 1]
        if draft.kind != "paragraph" or is_contents_title(draft.text):
            continue
        if _is_first_row(draft, after):
            draft.add(after.rows[0])
            draft.kind, draft.target_page = "contents", after.target_page
            joined.add(j + 1)
        elif len(draft.rows) == 1 and len(draft.text) <= _LONGEST_WORD:
            draft.kind = "contents"
    return joined


def _is_first_row(draft: Draft, after: Draft) -> bool:
    """Return whether a block is the first row of an entry whose second row, with the page number, is the next block."""
    is_full = draft.rows[-1].x1 > draft.right - 2 * draft.size
    is_rest = after.kind == "contents" and after.number is None and len(after.rows) == 1 and not after.bullet
    return len(draft.rows) == 1 and is_full and is_rest and draft.page == after.page
