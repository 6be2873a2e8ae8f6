"""Blocks to numbered sections: which blocks are headings, of which level, and what stands under each.

Says who knows best: the bookmarks, then the printed table of contents, then numbers and type.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aisi_ingest.extract.contents import has_page_number, is_contents_title
from aisi_ingest.extract.flow import append
from aisi_ingest.numbering import Numbering, heading_number, numbering
from aisi_ingest.text import is_japanese

if TYPE_CHECKING:
    from aisi_ingest.extract.drafts import Draft, Setting
    from aisi_ingest.extract.pdf import Bookmark


_BRACKETED = re.compile("【[^】]{1,40}】")
_CAPITALS = re.compile("(?=(?:.*[A-Z]){6})[A-Z0-9 &,:/()'’–-]{6,80}")


def key_of(text: str) -> str:
    """What stays of a heading for comparing: no white space, no leaders, no case."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub("[\\s.…‥・,、。:;\\-‐–—−_]+", "", text)


def mark_headings(drafts: list[Draft], bookmarks: Sequence[Bookmark], setting: Setting) -> list[Draft]:
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
    styles = Counter(_style(draft) for draft in drafts if id(draft) in matched or id(draft) in listed)
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
    heads = [draft for draft in drafts if draft.kind == "heading"]
    for draft in heads:
        if draft.number is None:
            draft.number = heading_number(draft.text)
    _levels(heads, drafts, matched, setting)
    return drafts


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
            if keys[k] == wanted or (len(wanted) > 3 and bare[k] == wanted):
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


def _style(draft: Draft) -> tuple[Any, ...]:
    return (round(draft.size * 2) / 2, draft.bold, draft.rows[0].face, draft.number.kind if draft.number else None)


def _stands_out(
    draft: Draft,
    drafts: Sequence[Draft],
    k: int,
    setting: Setting,
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
    if len(draft.rows) == 1 and apart and (_BRACKETED.fullmatch(text) or _CAPITALS.fullmatch(text)):
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
    return styles[_style(draft)] >= 3 and numbered and not listed and (draft.bold or face or big)


def _fill_series(drafts: Sequence[Draft], setting: Setting) -> None:
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


def _signed(drafts: Sequence[Draft], setting: Setting) -> None:
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
        groups[(*_kind(number), round(draft.rows[0].x0 / 12))].append((draft, own))
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
        if near is None or _kind(near) != _kind(number) or near.values[:-1] != number.values[:-1]:
            continue
        if near.values and number.values and abs(near.values[-1] - number.values[-1]) == 1:
            return True
    return False


def _alone_on_top(draft: Draft, drafts: Sequence[Draft], k: int, setting: Setting) -> bool:
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


def _levels(heads: list[Draft], drafts: Sequence[Draft], matched: dict[int, int], setting: Setting) -> None:
    """Levels from the bookmarks; elsewhere from the order of kinds of numbers, sizes and what follows what."""
    for draft in heads:
        draft.level = 1  # what stays of that: the title of the contents
    heads = [draft for draft in heads if id(draft) in matched or not is_contents_title(draft.text)]
    if not heads:
        return
    for draft in heads:
        if id(draft) in matched:
            draft.level = matched[id(draft)]
    if len(matched) >= 3:
        styles = {_style(draft): matched[id(draft)] for draft in heads if id(draft) in matched}
        kinds = {_kind(d.number): matched[id(d)] for d in heads if id(d) in matched and d.number is not None}
        for draft in heads:
            if id(draft) not in matched:
                other = kinds.get(_kind(draft.number), max(styles.values())) if draft.number is not None else 1
                draft.level = styles.get(_style(draft), other)
        return
    classes = _classes(heads)
    ranks: dict[tuple[Any, ...], float] = {}
    sizes: dict[tuple[Any, ...], float] = {}
    bold: dict[tuple[Any, ...], bool] = {}
    for draft, kind in zip(heads, classes, strict=True):
        sizes[kind], bold[kind] = draft.size, draft.bold
        if draft.number is not None:
            ranks[kind] = float(draft.number.rank)
    for kind in ranks:  # a smaller series within a larger one of its kind
        ranks[kind] += 0.2 * sum(other[:3] == kind[:3] and sizes[other] > sizes[kind] for other in ranks)
    annexes, others = ([k for k in ranks if (k[0] == "annex") is annex] for annex in (True, False))
    for kind in annexes:  # beside the chapters, whatever these are called
        ranks[kind] = min((ranks[other] for other in others), default=ranks[kind])
    _by_restarts(heads, classes, ranks)
    _brackets(classes, ranks)
    # Unnumbered ones, the largest first: under what they directly follow, beside what looks like them.
    places = {id(draft): k for k, draft in enumerate(drafts)}
    follows: dict[tuple[Any, ...], set[tuple[Any, ...]]] = defaultdict(set)
    for before, after in pairwise(range(len(heads))):
        directly = places[id(heads[after])] == places[id(heads[before])] + 1
        if directly and heads[after].number is None and classes[before] != classes[after]:
            follows[classes[after]].add(classes[before])
    for kind in sorted((kind for kind in sizes if kind not in ranks), key=lambda kind: (-sizes[kind], str(kind))):
        above = [ranks[c] for c in follows[kind] if c in ranks and sizes[c] >= sizes[kind] - 0.3 and ranks[c] < 16]
        alike = [rank for c, rank in ranks.items() if abs(sizes[c] - sizes[kind]) <= 0.6 and bold[c] == bold[kind]]
        larger = [rank for c, rank in ranks.items() if sizes[c] > sizes[kind] + 0.6]
        if above:
            ranks[kind] = max(above) + 0.5
        elif alike:
            ranks[kind] = min(alike)
        elif larger:
            ranks[kind] = max(larger) + 0.5
        else:
            ranks[kind] = min(ranks.values(), default=1.0) - 0.5
    order = sorted({round(rank, 1) for rank in ranks.values()})
    for draft, kind in zip(heads, classes, strict=True):
        draft.level = order.index(round(ranks[kind], 1)) + 1


def _by_restarts(
    heads: Sequence[Draft], classes: Sequence[tuple[Any, ...]], ranks: dict[tuple[Any, ...], float]
) -> None:
    """Where the numbers of a kind begin again under every one of another kind, they are below it, whatever is usual."""
    for lower in list(ranks):
        between: list[set[tuple[Any, ...]]] = []
        seen: set[tuple[Any, ...]] = set()
        for draft, kind in zip(heads, classes, strict=True):
            if kind != lower:
                seen.add(kind)
            elif draft.number is not None:
                if draft.number.values[-1:] == (1,):
                    between.append(seen)
                seen = set()
        if len(between) < 2:
            continue
        over = set.intersection(*between) & set(ranks)
        for higher in over:
            if ranks[lower] <= ranks[higher]:
                ranks[lower] = ranks[higher] + 0.4


def _brackets(classes: Sequence[tuple[Any, ...]], ranks: dict[tuple[Any, ...], float]) -> None:
    """Lines in 【】 are below the deepest numbered heading that they stand under."""
    over: dict[tuple[Any, ...], float] = {}
    current = 0.0
    for kind in classes:
        if kind in ranks:
            current = ranks[kind]
        elif kind[0] == "【】":
            over[kind] = max(over.get(kind, 0.0), current)
    for kind, rank in over.items():
        ranks[kind] = rank + 0.5


def _kind(number: Numbering) -> tuple[str, int, bool]:
    return (number.kind, number.depth, number.text[0] in "(（")


def _classes(heads: Sequence[Draft]) -> list[tuple[Any, ...]]:
    """For each heading what has one level all through a document: its kind of number, and its size where a smaller
    series of a kind counts within a larger one (❶ of 12 points under ① of 16)."""
    nested: set[tuple[str, int, bool]] = set()
    open_heads: list[Draft] = []
    for draft in heads:
        if draft.number is None:
            continue
        while open_heads and open_heads[-1].number is not None and open_heads[-1].number.rank > draft.number.rank:
            open_heads.pop()
        over = open_heads[-1] if open_heads else None
        if over is not None and over.number is not None and _kind(over.number) == _kind(draft.number):
            if over.size > 1.08 * draft.size and draft.number.values[:1] == (1,) and draft.number.depth == 1:
                nested.add(_kind(draft.number))
            open_heads[-1] = draft
        else:
            open_heads.append(draft)
    out: list[tuple[Any, ...]] = []
    for draft in heads:
        if draft.number is None and _BRACKETED.fullmatch(draft.text):
            out.append(("【】", round(draft.size)))
        elif draft.number is None:
            out.append((round(draft.size * 2) / 2, draft.bold))
        else:
            kind = _kind(draft.number)
            out.append((*kind, round(draft.size)) if kind in nested else kind)
    return out


def close_gaps(drafts: Sequence[Draft]) -> None:
    """Levels from 1 without gaps, when it is known which headings stay (a title printed again is none)."""
    heads = [
        d for d in drafts if d.level is not None and d.kind in ("heading", "title") and not is_contents_title(d.text)
    ]
    order = sorted({draft.level for draft in heads if draft.level is not None})
    for draft in heads:
        if draft.level is not None:
            draft.level = order.index(draft.level) + 1


def number_and_title(text: str) -> tuple[str | None, str]:
    """``("2.1", "Purpose")``: a heading's number apart from its title; brackets around the whole title go."""
    found = numbering(text) or heading_number(text)
    if found is None or found.end >= len(text):
        return None, text
    return found.text, text[found.end :]
