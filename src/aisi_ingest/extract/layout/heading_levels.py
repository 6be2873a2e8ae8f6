"""Levels of headings: from the bookmarks; else from kinds of numbers, sizes, and what follows what."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aisi_ingest.extract.layout.contents import is_contents_title
from aisi_ingest.extract.numbering import Numbering

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import BodyStyle, Draft

BRACKETED = re.compile("【[^】]{1,40}】")


def style_of(draft: Draft) -> tuple[Any, ...]:
    return (round(draft.size * 2) / 2, draft.bold, draft.rows[0].face, draft.number.kind if draft.number else None)


def mark_levels(heads: list[Draft], drafts: Sequence[Draft], matched: dict[int, int], setting: BodyStyle) -> None:
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
        styles = {style_of(draft): matched[id(draft)] for draft in heads if id(draft) in matched}
        kinds = {kind_of(d.number): matched[id(d)] for d in heads if id(d) in matched and d.number is not None}
        for draft in heads:
            if id(draft) not in matched:
                if draft.number is not None:
                    other = kinds.get(kind_of(draft.number), max(styles.values()))
                else:  # as large as what stands on the level, or below all of them
                    reached = [level for style, level in styles.items() if draft.size > style[0] - 0.3]
                    other = min(reached, default=max(styles.values()) + 1)
                draft.level = styles.get(style_of(draft), other)
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


def kind_of(number: Numbering) -> tuple[str, int, bool]:
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
        if over is not None and over.number is not None and kind_of(over.number) == kind_of(draft.number):
            if over.size > 1.08 * draft.size and draft.number.values[:1] == (1,) and draft.number.depth == 1:
                nested.add(kind_of(draft.number))
            open_heads[-1] = draft
        else:
            open_heads.append(draft)
    out: list[tuple[Any, ...]] = []
    for draft in heads:
        if draft.number is None and BRACKETED.fullmatch(draft.text):
            out.append(("【】", round(draft.size)))
        elif draft.number is None:
            out.append((round(draft.size * 2) / 2, draft.bold))
        else:
            kind = kind_of(draft.number)
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
