"""Blocks to numbered sections: which blocks are headings, of which level, and what stands under each.

Says who knows best: the bookmarks, then the printed table of contents, then numbers and type.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aisi_ingest.extract.layout.contents import has_page_number, is_contents_title
from aisi_ingest.extract.layout.continuation import append
from aisi_ingest.extract.layout.heading_levels import BRACKETED, kind_of, mark_levels, style_of
from aisi_ingest.extract.numbering import heading_number, numbering
from aisi_ingest.text.normalise import is_japanese

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
    from aisi_ingest.extract.pdf.document import Bookmark


_CAPITALS = re.compile("(?=(?:.*[A-Z]){6})[A-Z0-9 &,:/()'’–-]{6,80}")


@functools.lru_cache(4096)  # asked of every block for the bookmarks, the contents and the title
def key_of(text: str) -> str:
    """What stays of a heading for comparing: no white space, no leaders, no case."""
    text = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return re.sub("[\\s.…‥・,、。:;\\-‐–—−_]+", "", text)


def mark_headings(drafts: list[Draft], bookmarks: Sequence[Bookmark], setting: BodyStyle) -> list[Draft]:
    """Give the blocks that are headings their kind and level. Returns the blocks; some may have been put together."""
    drafts = _mark_contents(drafts)
    marks = [(key_of(mark.title), mark.level, mark.page) for mark in bookmarks if mark.title]
    drafts, matched = _by_bookmarks(drafts, marks)
    entries = {key_of(d.text if d.target is None else _untargeted(d)): d for d in drafts if d.kind == "contents"}
    listed: set[int] = set()
    for draft in drafts:
        if not entries or len(draft.rows) > 3 or not _eligible(draft) or id(draft) in matched:
            continue
        if key_of(draft.text) in entries:
            listed.add(id(draft))
    strict = len(matched) >= 3 and len(matched) >= 0.5 * len(marks)
    styles = Counter(style_of(draft) for draft in drafts if id(draft) in matched or id(draft) in listed)
    faces: Counter[str] = Counter()
    for draft in drafts:
        faces[draft.rows[0].face] += len(draft.text)
    rare = {face for face, count in faces.items() if count < 0.15 * sum(faces.values())}
    for k, draft in enumerate(drafts):
        if (
            id(draft) in matched
            or id(draft) in listed
            or (_eligible(draft) and _stands_out(draft, drafts, k, setting, strict, styles, rare))
        ):
            draft.kind = "heading"
    if not strict:  # bookmarks name every heading of a series or none
        _fill_series(drafts, setting)
        _plain_series(drafts)
        _signed(drafts, setting)
    _under_the_title(drafts, {*matched, *listed})
    heads = [draft for draft in drafts if draft.kind == "heading"]
    for draft in heads:
        if draft.number is None:
            draft.number = heading_number(draft.text)
    mark_levels(heads, drafts, matched, setting)
    return drafts


def _under_the_title(drafts: Sequence[Draft], named: set[int]) -> None:
    """Subtitle, authors and their institutes: centred under the title in type that no other heading has.

    ``named`` are the blocks that the bookmarks or the contents name.
    """
    first = [draft for draft in drafts if draft.page == 1 and draft.kind == "heading"]
    largest = max((draft.size for draft in first), default=0.0)
    title = next((draft for draft in first if draft.size > largest - 0.5), None)
    if title is None:
        return
    run: list[Draft] = []
    for draft in drafts[next(k for k, draft in enumerate(drafts) if draft is title) + 1 :]:
        plain = draft.kind == "heading" and draft.number is None and id(draft) not in named
        if draft.page > 1 or not plain or not _centred_under(title, draft):
            break
        run.append(draft)
    held = {id(draft) for draft in run}
    usual = {style_of(draft) for draft in drafts if draft.kind == "heading" and id(draft) not in held}
    for draft in run:
        if style_of(draft) not in usual:
            draft.kind = "paragraph"


def _centred_under(title: Draft, draft: Draft) -> bool:
    """On one axis with the title, and not by having its edges."""
    (a, b), (c, d) = ((min(r.x0 for r in x.rows), max(r.x1 for r in x.rows)) for x in (title, draft))
    return abs((a + b) - (c + d)) < 1.2 * draft.size and abs(a - c) > 0.3 * draft.size


def _untargeted(draft: Draft) -> str:
    return re.sub("[\\s\u3000]+[0-9ivxlc]+$", "", draft.text)


def _eligible(draft: Draft) -> bool:
    return draft.kind in ("paragraph", "list_item") and not draft.sign and not draft.hidden and bool(draft.text)


def _mark_contents(drafts: list[Draft]) -> list[Draft]:
    """Lines under ``目次`` that come again later are lines of contents, leaders or not."""
    if not any(is_contents_title(draft.text) for draft in drafts):
        return drafts
    later: dict[str, list[int]] = defaultdict(list)
    for k, draft in enumerate(drafts):
        if len(draft.text) < 200:
            later[key_of(draft.text)].append(k)
    for k, draft in enumerate(drafts):
        if not is_contents_title(draft.text):
            continue
        missed = 0
        for j in range(k + 1, len(drafts)):
            entry = drafts[j]
            if entry.page > draft.page + 6 or missed > 2:
                break
            if entry.kind == "contents":
                missed = 0
                continue
            if (
                entry.page == draft.page
                and entry.kind in ("paragraph", "list_item")
                and (
                    any(at > j and drafts[at].page > entry.page for at in later[key_of(entry.text)])
                    or (entry.rows[-1].gapped and has_page_number(entry.text))
                )
            ):
                if has_page_number(entry.text):
                    entry.target = int(entry.text.split()[-1])
                entry.kind = "contents"
                missed = 0
            else:
                missed += 1
    return drafts


def _by_bookmarks(
    drafts: list[Draft], marks: Sequence[tuple[str, int, int | None]]
) -> tuple[list[Draft], dict[int, int]]:
    """Blocks that a bookmark names, with its level. Blocks that are one heading together are put together."""
    matched: dict[int, int] = {}
    if not marks:
        return drafts, matched
    by_page: dict[int, list[int]] = defaultdict(list)
    for k, draft in enumerate(drafts):
        by_page[draft.page].append(k)
    gone: set[int] = set()
    keys = [key_of(draft.text) if len(draft.rows) < 5 else "" for draft in drafts]
    bare = [key_of(d.text[d.number.end :]) if d.number is not None and keys[k] else "" for k, d in enumerate(drafts)]
    for wanted, level, page in marks:
        if not wanted or page is None:
            continue
        for k in (k for p in (page, page + 1, page - 1) for k in by_page[p]):
            draft = drafts[k]
            if id(draft) in matched or k in gone or not keys[k] or not _eligible(draft):
                continue
            title = bare[k]  # without its number, which the bookmark may leave out or cut: "A" for "Appendix A"
            if keys[k] == wanted or (len(title) > 3 and wanted.endswith(title) and keys[k].endswith(wanted)):
                matched[id(draft)] = level
                break
            after = k + 1
            whole = after < len(drafts) and after not in gone and keys[after] and keys[k] + keys[after] == wanted
            if whole and _eligible(drafts[after]):
                append(draft, drafts[after])
                draft.first_part = len(draft.rows)
                gone.add(after)
                matched[id(draft)] = level
                break
    return [draft for k, draft in enumerate(drafts) if k not in gone], matched


def _stands_out(
    draft: Draft,
    drafts: Sequence[Draft],
    k: int,
    setting: BodyStyle,
    strict: bool,
    styles: Counter[tuple[Any, ...]],
    rare: set[str],
) -> bool:
    text, size = draft.text, setting.size
    if not 1 < len(text) <= 160 or len(draft.rows) > 3 or draft.cover:
        return False
    if len(text) > 70 and sum(c.isascii() for c in text) <= 0.7 * len(text):
        return False
    if re.search("[。，、,;；]$", text) or (text.endswith(".") and len(text.split()) > 5):
        return False
    if is_contents_title(text):
        return True
    if not re.search("[^\\W\\d_]{2,}", text if draft.number is None else text[draft.number.end :]):
        return False
    small = draft.size < 0.9 * size and draft.number is None
    if small and not (BRACKETED.fullmatch(text) or _CAPITALS.fullmatch(text)):  # small capitals are large letters
        return False  # a label of a drawing, the head of a note
    listed = _in_list(drafts, k)
    numbered = draft.number is not None and draft.number.end < len(text)
    big, bigger = draft.size >= 1.1 * size, draft.size >= 1.15 * size
    face = draft.rows[0].face != setting.face and not draft.rows[0].italic
    apart = draft.space > 1.15 * setting.leading or k == 0 or drafts[k - 1].page != draft.page
    if numbered and apart and all(row.underlined for row in draft.rows):
        return True
    if _alone_on_top(draft, drafts, k, setting):
        return True
    if strict:
        return bigger and apart and len(draft.rows) <= 2
    if len(draft.rows) == 1 and apart and (BRACKETED.fullmatch(text) or _CAPITALS.fullmatch(text)):
        return True
    if bigger and (apart or numbered or draft.bold):
        return True
    if big and (draft.bold or numbered):
        return True
    deep = (
        numbered
        and not listed
        and draft.number is not None
        and (
            draft.number.kind in ("part", "chapter", "section")
            or (draft.number.kind in ("decimal", "letter") and draft.number.depth >= 2)
        )
    )
    if draft.bold and ((numbered and not listed) or apart):
        return True
    if deep and apart and len(draft.rows) == 1 and not text.endswith((".", ":", "：")):
        return True
    if (
        numbered
        and not listed
        and face
        and draft.rows[0].face in rare
        and len(draft.rows) <= 2
        and not text.endswith((":", "：", "."))
    ):
        return True
    return styles[style_of(draft)] >= 3 and numbered and not listed and (draft.bold or face or big)


def _fill_series(drafts: Sequence[Draft], setting: BodyStyle) -> None:
    """Whole sentences as headings: set like others of their series, numbered on, and not like the text."""
    groups: dict[tuple[Any, ...], list[Draft]] = defaultdict(list)
    for draft in drafts:
        number = draft.number
        if (
            number is None
            or number.end >= len(draft.text)
            or len(draft.rows) > 4
            or draft.space <= 1.15 * setting.leading
        ):
            continue
        prominent = draft.bold or draft.size >= 1.1 * setting.size
        if prominent and draft.kind in ("heading", "list_item", "paragraph"):
            groups[(number.kind, number.depth, round(draft.rows[0].x0 / 12))].append(draft)
    for group in groups.values():
        steps = [b.number.values[-1] - a.number.values[-1] for a, b in pairwise(group) if a.number and b.number]
        pages = {draft.page for draft in group}
        if len(group) >= 3 and len(pages) >= 2 and sum(step == 1 for step in steps) >= 0.7 * len(steps):
            for draft in group:
                draft.kind = "heading"


def _signed(drafts: Sequence[Draft], setting: BodyStyle) -> None:
    """``■ 背景`` in bold or large type with text under it: the sign of a heading, not of a list."""
    for draft, under in pairwise(drafts):
        prominent = draft.bold or draft.size >= 1.1 * setting.size
        if draft.kind != "list_item" or draft.sign[:1] not in tuple("■◆□◇●▼★") or not prominent or len(draft.rows) > 2:
            continue
        text = under.kind in ("paragraph", "list_item") and not under.bold and under.sign[:1] != draft.sign[:1]
        if text and not re.search("[。、,.]$", draft.text):
            draft.kind = "heading"


def _plain_series(drafts: Sequence[Draft]) -> None:
    """Japanese official style: ``（1）危険に応じた対応`` in the type of the text, each with paragraphs under it."""
    groups: dict[tuple[Any, ...], list[tuple[Draft, bool]]] = defaultdict(list)
    for draft, under in pairwise(drafts):
        number = draft.number
        if number is None or draft.kind not in ("paragraph", "list_item", "heading") or draft.hidden:
            continue
        title = draft.text[number.end :]
        named = len(draft.rows) == 1 and 1 < len(title) <= 40 and not re.search("[。、，．：:；;）]$", title)
        text = under.kind == "paragraph" and under.number is None and not under.sign and len(under.text) > 15
        own = named and text and any(map(is_japanese, title)) and under.text[-1] in "。）"
        groups[(*kind_of(number), round(draft.rows[0].x0 / 12))].append((draft, own))
    for group in groups.values():
        steps = [
            b.number.values[-1] - a.number.values[-1] for (a, _), (b, _) in pairwise(group) if a.number and b.number
        ]
        if len(group) >= 2 and all(own for _, own in group) and steps[0] == 1:
            for draft, _ in group:
                draft.kind = "heading"


def _in_list(drafts: Sequence[Draft], k: int) -> bool:
    """Right beside the one before or after it in its series, with no text between: an item."""
    number = drafts[k].number
    if number is None:
        return False
    for other in (drafts[k - 1] if k else drafts[k], drafts[k + 1] if k + 1 < len(drafts) else drafts[k]):
        near = other.number
        if near is None or kind_of(near) != kind_of(number) or near.values[:-1] != number.values[:-1]:
            continue
        if near.values and number.values and abs(near.values[-1] - number.values[-1]) == 1:
            return True
    return False


def _alone_on_top(draft: Draft, drafts: Sequence[Draft], k: int, setting: BodyStyle) -> bool:
    """A centred line at the top of a page with running text under it."""
    row = draft.rows[0]
    if k == 0 or drafts[k - 1].page == draft.page or len(draft.rows) > 1 or k + 1 >= len(drafts):
        return False
    if drafts[k - 1].rows[-1].bottom > setting.bottom - 4 * setting.size:
        return False  # the page before is full: nothing says that something begins here
    axis = (draft.left + draft.right) / 2
    centred = abs((row.x0 + row.x1) / 2 - axis) < 1.6 * row.size and row.x0 > draft.left + 3 * row.size
    below = drafts[k + 1]
    return (
        centred
        and below.page == draft.page
        and below.space > 1.5
        and below.kind in ("paragraph", "list_item", "heading", "table")
    )


def number_and_title(text: str) -> tuple[str | None, str]:
    """``("2.1", "Purpose")``: a heading's number apart from its title; brackets around the whole title go."""
    found = numbering(text) or heading_number(text)
    if found is None or found.end >= len(text):
        return None, text
    return found.text, text[found.end :]
