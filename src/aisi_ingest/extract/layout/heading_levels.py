"""Levels of headings.

They come from the bookmarks of the PDF. Without bookmarks they come from the kinds of numbers, the type sizes, and the
order in which headings follow each other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aisi_ingest.extract.layout.contents import is_contents_title
from aisi_ingest.extract.numbering import Numbering, class_of_number

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import Draft

BRACKETED = re.compile("【[^】]{1,40}】")
FEWEST_BOOKMARKS = 3  # that name headings; fewer are not enough to judge the others

Style = tuple[Any, ...]  # size, bold, font, kind of number
HeadingClass = tuple[Any, ...]  # headings of one class have the same level in the whole document
Ranks = dict[HeadingClass, float]  # classes with a smaller rank are above; only the order counts

# Differences of type size that count as none, in points.
_SAME_SIZE = 0.3
_SIMILAR_SIZE = 0.6
_NESTED_SIZE = 1.08  # factor between two series of one kind of number
# Steps between ranks. They are smaller than the step between two kinds of numbers, which is 1 or more.
_NESTED_STEP, _RESTART_STEP, _BELOW_STEP = 0.2, 0.4, 0.5
_LIST_RANK = 16.0  # from the rank of (1) on; no heading is below such numbers
_DEFAULT_RANK = 1.0
_FEWEST_RESTARTS = 2
_BELOW = "below"  # the class of headings without a number below a numbered class


def style_of(draft: Draft) -> Style:
    """Return the style of a block: type size to half a point, bold, font, and kind of number."""
    return (round(draft.size * 2) / 2, draft.bold, draft.rows[0].font, draft.number.kind if draft.number else None)


def mark_levels(headings: list[Draft], drafts: Sequence[Draft], matched: dict[int, int]) -> None:
    """Set the level of each heading.

    Args:
        headings: The headings, in reading order.
        drafts: All blocks, in reading order.
        matched: Levels from the bookmarks, by the ``id()`` of the heading.
    """
    for draft in headings:
        draft.level = 1
    # The title of the contents stays on level 1 and does not influence the others.
    headings = [draft for draft in headings if id(draft) in matched or not is_contents_title(draft.text)]
    if not headings:
        return
    for draft in headings:
        if id(draft) in matched:
            draft.level = matched[id(draft)]
    if len(matched) >= FEWEST_BOOKMARKS:
        _levels_beside_bookmarks(headings, matched)
    else:
        _levels_of_classes(headings, drafts)


def _levels_beside_bookmarks(headings: Sequence[Draft], matched: dict[int, int]) -> None:
    """Set the level of headings without a bookmark.

    It is that of headings of the same style, number or size with a bookmark. Series that no bookmark names are below
    the headings under which they begin.
    """
    with_bookmark = [draft for draft in headings if id(draft) in matched]
    styles = {style_of(draft): matched[id(draft)] for draft in with_bookmark}
    numbers = {class_of_number(draft.number): matched[id(draft)] for draft in with_bookmark if draft.number is not None}
    deepest = max(styles.values())
    series: dict[HeadingClass, list[int]] = defaultdict(list)  # classes without bookmarks: places of their members
    for k, draft in enumerate(headings):
        if id(draft) in matched:
            continue
        if style_of(draft) in styles and not draft.bullet:
            draft.level = styles[style_of(draft)]
        elif draft.number is not None and class_of_number(draft.number) in numbers:
            draft.level = numbers[class_of_number(draft.number)]
        elif draft.number is not None or draft.bullet:
            own = class_of_number(draft.number) if draft.number is not None else ("bullet", draft.bullet)
            series[own].append(k)
        else:  # the highest level whose headings are no larger, or below all levels
            reached = [level for style, level in styles.items() if draft.size > style[0] - _SAME_SIZE]
            draft.level = min(reached, default=deepest + 1)
    ranks = {own: _rank_beside_bookmarks(headings[places[0]]) for own, places in series.items()}
    placed = set(range(len(headings))) - {k for places in series.values() for k in places}
    for own in sorted(series, key=lambda own: ranks[own]):
        above = [max((p for p in placed if p < k), default=-1) for k in series[own]]
        levels = Counter((headings[p].level or 1) + 1 if p >= 0 else 1 for p in above)
        most = max(levels.values())
        level = max(level for level, count in levels.items() if count == most)
        for k in series[own]:
            headings[k].level = level
        placed.update(series[own])


def _rank_beside_bookmarks(draft: Draft) -> float:
    """Return the usual rank of a class that no bookmark names; bulleted titles are above numbers."""
    return float(draft.number.rank) if draft.number is not None else _DEFAULT_RANK


def _levels_of_classes(headings: Sequence[Draft], drafts: Sequence[Draft]) -> None:
    """Set the level of each heading from the rank of its class."""
    classes = _classes(headings, _parents_of_unnumbered(headings, drafts))
    sizes = {own: draft.size for draft, own in zip(headings, classes, strict=True)}
    bold = {own: draft.bold for draft, own in zip(headings, classes, strict=True)}
    ranks = _ranks_of_numbers(headings, classes, sizes)
    _rank_restarting_numbers(headings, classes, ranks)
    for own in classes:
        if own[0] == _BELOW:
            ranks[own] = ranks[own[1:]] + _BELOW_STEP
    _rank_brackets(classes, ranks)
    follows = _classes_followed(headings, classes, drafts)
    unranked = sorted((own for own in sizes if own not in ranks), key=lambda own: (-sizes[own], str(own)))
    for own in unranked:
        ranks[own] = _rank_of_unnumbered(own, ranks, sizes, bold, follows[own])
    _rank_below_unnumbered(headings, classes, ranks)
    order = sorted({round(rank, 1) for rank in ranks.values()})
    for draft, own in zip(headings, classes, strict=True):
        draft.level = order.index(round(ranks[own], 1)) + 1


def _ranks_of_numbers(
    headings: Sequence[Draft], classes: Sequence[HeadingClass], sizes: dict[HeadingClass, float]
) -> Ranks:
    """Return the ranks of the classes with numbers, from the usual order of their kinds."""
    ranks: Ranks = {}
    for draft, own in zip(headings, classes, strict=True):
        if draft.number is not None:
            ranks[own] = float(draft.number.rank)
    for own in ranks:  # a smaller series below a larger one of the same kind
        ranks[own] += _NESTED_STEP * sum(other[:4] == own[:4] and sizes[other] > sizes[own] for other in ranks)
    annexes, others = ([own for own in ranks if (own[0] == "annex") is annex] for annex in (True, False))
    for own in annexes:  # on the level of the chapters, whatever kind of number these have
        ranks[own] = min((ranks[other] for other in others), default=ranks[own])
    return ranks


def _classes_followed(
    headings: Sequence[Draft], classes: Sequence[HeadingClass], drafts: Sequence[Draft]
) -> dict[HeadingClass, set[HeadingClass]]:
    """Return for each class without a number the classes whose headings it directly follows."""
    places = {id(draft): k for k, draft in enumerate(drafts)}
    follows: dict[HeadingClass, set[HeadingClass]] = defaultdict(set)
    for before, after in pairwise(range(len(headings))):
        directly = places[id(headings[after])] == places[id(headings[before])] + 1
        if directly and headings[after].number is None and classes[before] != classes[after]:
            follows[classes[after]].add(classes[before])
    return follows


def _rank_of_unnumbered(
    own: HeadingClass,
    ranks: Ranks,
    sizes: dict[HeadingClass, float],
    bold: dict[HeadingClass, bool],
    follows: set[HeadingClass],
) -> float:
    """Return the rank of a class without a number.

    It is below the classes that it directly follows. Otherwise it equals a class that looks like it, or is below
    the larger ones.

    Args:
        own: The class. Larger classes already have their rank.
        ranks: The ranks so far.
        sizes: Type size of each class, in points.
        bold: Whether each class is bold.
        follows: The classes that it directly follows.
    """
    above = [
        ranks[other]
        for other in follows
        if other in ranks and sizes[other] >= sizes[own] - _SAME_SIZE and ranks[other] < _LIST_RANK
    ]
    if above:
        return max(above) + _BELOW_STEP
    alike = [
        rank
        for other, rank in ranks.items()
        if abs(sizes[other] - sizes[own]) <= _SIMILAR_SIZE and bold[other] == bold[own]
    ]
    larger = [rank for other, rank in ranks.items() if sizes[other] > sizes[own] + _SIMILAR_SIZE]
    if alike:
        without_number = [ranks[other] for other in ranks if _is_larger_without_number(other, own)]
        return max(min(alike), max(without_number, default=min(alike) - _BELOW_STEP) + _BELOW_STEP)
    if larger:
        return max(larger) + _BELOW_STEP
    return min(ranks.values(), default=_DEFAULT_RANK) - _BELOW_STEP


def _is_larger_without_number(other: HeadingClass, own: HeadingClass) -> bool:
    """Return whether two classes are told apart by their type size alone, and the first one is larger."""
    return isinstance(other[0], float) and isinstance(own[0], float) and other[0] > own[0] + _SIMILAR_SIZE


def _rank_restarting_numbers(headings: Sequence[Draft], classes: Sequence[HeadingClass], ranks: Ranks) -> None:
    """Rank a class below another if its numbers restart under every heading of that one, whatever is usual."""
    for lower in list(ranks):
        between: list[set[HeadingClass]] = []  # the classes before each restart
        seen: set[HeadingClass] = set()
        for draft, own in zip(headings, classes, strict=True):
            if own != lower:
                seen.add(own)
            elif draft.number is not None:
                if draft.number.values[-1:] == (1,):
                    between.append(seen)
                seen = set()
        if len(between) < _FEWEST_RESTARTS:
            continue
        for higher in set.intersection(*between) & set(ranks):
            if ranks[lower] <= ranks[higher]:
                ranks[lower] = ranks[higher] + _RESTART_STEP


def _rank_below_unnumbered(headings: Sequence[Draft], classes: Sequence[HeadingClass], ranks: Ranks) -> None:
    """Rank a numbered class below the headings without a number under which it restarts, if these look higher."""
    starts: dict[HeadingClass, list[tuple[Draft, Draft, HeadingClass]]] = defaultdict(list)
    for (above, above_class), (draft, own) in pairwise(zip(headings, classes, strict=True)):
        if draft.number is not None and draft.number.values[-1:] == (1,) and own != above_class:
            starts[own].append((draft, above, above_class))
    for own, found in starts.items():
        are_higher = all(
            above.number is None
            and above.size > draft.size - _SAME_SIZE
            and (above.bold, above.size) > (draft.bold, draft.size)
            for draft, above, _ in found
        )
        if are_higher and len(found) >= _FEWEST_RESTARTS:
            ranks[own] = max(ranks[own], max(ranks[above_class] for _, _, above_class in found) + _RESTART_STEP)


def _rank_brackets(classes: Sequence[HeadingClass], ranks: Ranks) -> None:
    """Rank lines in 【】 below the deepest numbered heading above them."""
    above: Ranks = {}
    current = 0.0
    for own in classes:
        if own in ranks:
            current = ranks[own]
        elif own[0] == "【】":
            above[own] = max(above.get(own, 0.0), current)
    for own, rank in above.items():
        ranks[own] = rank + _BELOW_STEP


def _parents_of_unnumbered(headings: Sequence[Draft], drafts: Sequence[Draft]) -> dict[int, Draft]:
    """Find the headings without a number that are below a numbered one although they look like it.

    They are above text, and the next number of the same series follows: between Annex A and Annex B is only what
    belongs to Annex A. Under the last number, headings with words that were below an earlier one are below it as well.

    Returns:
        The numbered heading by the ``id()`` of the heading without a number.
    """
    places = {id(draft): k for k, draft in enumerate(drafts)}
    parents: dict[int, Draft] = {}
    words: set[str] = set()
    for k, draft in enumerate(headings):
        if draft.number is not None or BRACKETED.fullmatch(draft.text):
            continue
        above = next((other for other in reversed(headings[:k]) if _looks_alike(other, draft)), None)
        after = next((other for other in headings[k + 1 :] if above is not None and _is_alike(other, above)), None)
        directly = k + 1 < len(headings) and places[id(headings[k + 1])] == places[id(draft)] + 1
        is_group = directly and headings[k + 1].number is not None
        if above is None or above.number is None or is_group:
            continue
        is_inside = after is not None and after.number is not None and _is_next(above.number, after.number)
        if is_inside or draft.text in words:
            parents[id(draft)] = above
            words.add(draft.text)
    return parents


def _looks_alike(numbered: Draft, draft: Draft) -> bool:
    """Return whether a numbered heading has the size and weight of another heading."""
    is_alike = abs(numbered.size - draft.size) <= _SIMILAR_SIZE and numbered.bold == draft.bold
    return numbered.number is not None and is_alike


def _is_alike(draft: Draft, numbered: Draft) -> bool:
    """Return whether a heading has a number of the same class as another one."""
    if draft.number is None or numbered.number is None:
        return False
    return class_of_number(draft.number) == class_of_number(numbered.number)


def _is_next(number: Numbering, after: Numbering) -> bool:
    """Return whether a number is the one after another in its series."""
    return after.values == (*number.values[:-1], number.values[-1] + 1)


def _classes(headings: Sequence[Draft], parents: dict[int, Draft]) -> list[HeadingClass]:
    """Return the class of each heading.

    The class of a numbered heading is its kind of number. It includes the size if a smaller series counts within
    a larger one of the same kind (❶ of 12 points under ① of 16).

    Args:
        headings: The headings.
        parents: The numbered heading that a heading without a number is below, by the ``id()`` of the latter.
    """
    nested = _nested_numbers(headings)

    def class_of(draft: Draft, number: Numbering) -> HeadingClass:
        own = class_of_number(number)
        return (*own, round(draft.size)) if own in nested else own

    classes: list[HeadingClass] = []
    for draft in headings:
        parent = parents.get(id(draft))
        if parent is not None and parent.number is not None:
            classes.append((_BELOW, *class_of(parent, parent.number)))
        elif draft.number is None and BRACKETED.fullmatch(draft.text):
            classes.append(("【】", round(draft.size)))
        elif draft.number is None:
            classes.append((round(draft.size * 2) / 2, draft.bold))
        else:
            classes.append(class_of(draft, draft.number))
    return classes


def _nested_numbers(headings: Sequence[Draft]) -> set[HeadingClass]:
    """Return the kinds of numbers of which a smaller series begins at 1 under a larger number of the same kind."""
    nested: set[HeadingClass] = set()
    above: list[tuple[Draft, Numbering]] = []  # the headings that the current one is under
    for draft in headings:
        number = draft.number
        if number is None:
            continue
        while above and above[-1][1].rank > number.rank:
            above.pop()
        if above and class_of_number(above[-1][1]) == class_of_number(number):
            is_smaller = above[-1][0].size > _NESTED_SIZE * draft.size
            if is_smaller and number.values[:1] == (1,) and number.depth == 1:
                nested.add(class_of_number(number))
            above[-1] = (draft, number)
        else:
            above.append((draft, number))
    return nested


def nest_levels(drafts: Sequence[Draft]) -> None:
    """Replace each level by the depth at which the heading is nested, so that no level is skipped.

    Call this when it is known which headings remain. The title of the contents has the level of the next heading, so
    that its section ends there.
    """
    headings = [draft for draft in drafts if draft.level is not None and draft.kind in ("heading", "title")]
    above: list[int] = []  # levels of the headings that the current one is below
    contents: list[Draft] = []
    for draft in headings:
        if is_contents_title(draft.text):
            contents.append(draft)
            continue
        own = draft.level or 1
        while above and above[-1] >= own:
            above.pop()
        above.append(own)
        draft.level = len(above)
        for title in contents:
            title.level = draft.level
        contents = []
