"""Decide which numbered lines are headings, from the numbering of the whole document.

A number in front of a line says little by itself: ``1)`` may count list items, sections, or the duties in an article.
A *series* says more. It consists of lines with one style of number that count up from 1. A series is one of headings if
its lines are titles (alone on their line, no sentences) and each of them introduces text. Bullets in front of titles
are judged in the same way.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from aisi_ingest.extract.layout.footnotes import is_raised_label
from aisi_ingest.extract.layout.heading_levels import HeadingClass
from aisi_ingest.extract.numbering import Numbering, NumberKind, class_of_number, numbering
from aisi_ingest.text.normalise import is_japanese

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import Draft

_DIVISIONS: tuple[NumberKind, ...] = ("part", "chapter", "section", "article", "annex")
_LARGE = 1.1  # of the type size of the body
_FOLLOWING = re.compile("(?i)\\bfollowing\\b|\\bbelow\\b|以下|次の|下記")
# Titles.
_MOST_ROWS = 2
_SHORTEST, _LONGEST, _LONGEST_JAPANESE = 2, 140, 60  # code points
_NO_TITLE_END = re.compile("[。．、，,;；:：]$|[a-z0-9]{3}\\.$")
_SENTENCE_INSIDE = re.compile("。.|[a-z]{2}[.;] [A-Z]|https?://")
_MOST_LABEL_STEP = 3.0  # type sizes between a number that is alone on its line and its title
_STATUS = re.compile("[(（](?:informative|normative|参考|規定)[)）]", re.IGNORECASE)  # of an annex, above its title
# Series.
_FEWEST = 2  # members
_DEPTH_OF_ORDER = 2  # numbers with more parts need not ascend
_TITLE_SHARE = 0.8  # of the members
_FEWEST_USUAL, _USUAL_SHARE = 6, 0.6  # titles of a kind in the document; headings among them
_FEW_SHARE = 0.5  # of the members: then those that look like headings do so by chance
_FEWEST_OUTLINE, _BLOCKS_OF_SECTION = 4, 3  # members; blocks below half of them
_MOST_SKIPPED = 1  # numbers that a series may skip: a member was not recognised
_FEWEST_BULLETS = 2
_TITLE_BULLETS = "〇○◯◎■□◆◇▼▽★☆"
_SHORTEST_TEXT = 12  # code points of the text that a title introduces
_COLUMN_STEP = 14  # points: left edges of bullets are compared in these steps
_TEXT_KINDS = ("paragraph", "list_item", "table", "code", "caption", "figure_text", "heading")


class Member(Struct, eq=False):
    """A line with a number.

    Attributes:
        place: Index of the block.
        draft: The block.
        number: Its number.
        is_title: Whether it has the form of a title.
        introduces: Whether text that belongs to it follows.
    """

    place: int
    draft: Draft
    number: Numbering
    is_title: bool
    introduces: bool = False


def number_of(draft: Draft) -> Numbering | None:
    """Return the number of a block, also if a bullet precedes it."""
    return draft.number if draft.number is not None or not draft.bullet else numbering(draft.text)


def is_label_alone(draft: Draft) -> bool:
    """Return whether a block is only the number of a division: ``Article 2``, ``第3章``, ``Appendix A:``."""
    number = draft.number
    if number is None or draft.kind != "paragraph":
        return False
    rest = draft.text[number.end :].strip()
    has_status = number.kind == "annex" and bool(_STATUS.fullmatch(rest))
    if len(draft.rows) > 1 + has_status or (rest and not has_status):
        return False
    return number.kind in _DIVISIONS or (number.kind in ("decimal", "letter") and number.depth > 1)


def join_labels_with_titles(drafts: Sequence[Draft]) -> list[Draft]:
    """Join numbers that are alone on their line with the title on the next line.

    A single number of the form 1.2 may be a value, so these need two or more of their kind.
    """
    alone: dict[HeadingClass, int] = defaultdict(int)
    for draft in drafts:
        if draft.number is not None and is_label_alone(draft):
            alone[class_of_number(draft.number)] += 1
    joined: list[Draft] = []
    label: Draft | None = None
    for draft in drafts:
        if label is not None and _is_title_of(label, draft):
            label.rows.extend(draft.rows)
            label.append_text(draft.text, draft.raised, " ")
            label.notes.extend((offset + len(label.text) - len(draft.text), note) for offset, note in draft.notes)
            label.number, label.is_lone_label = numbering(label.text), True
            label.first_rows += draft.first_rows
            if not _STATUS.fullmatch(draft.text):
                label = None
            continue
        joined.append(draft)
        label = None
        if draft.number is not None and is_label_alone(draft):
            is_division = draft.number.kind in _DIVISIONS
            label = draft if is_division or alone[class_of_number(draft.number)] >= _FEWEST else None
    return joined


def _is_title_of(label: Draft, draft: Draft) -> bool:
    """Return whether a block is the title below a number that is alone on its line."""
    is_near = draft.page == label.page and draft.space_above < _MOST_LABEL_STEP
    is_text = draft.kind == "paragraph" and draft.number is None and not draft.bullet
    return is_near and is_text and has_form_of_title(draft, draft.text)


def has_form_of_title(draft: Draft, title: str) -> bool:
    """Return whether a text, without its number, is short and no sentence or part of one."""
    longest = _LONGEST_JAPANESE if any(map(is_japanese, title)) else _LONGEST
    if not _SHORTEST <= len(title) <= longest or len(draft.rows) > _MOST_ROWS + draft.is_lone_label:
        return False
    return not _NO_TITLE_END.search(title) and not _SENTENCE_INSIDE.search(title)


def mark_numbered_headings(drafts: Sequence[Draft], named: set[int], body_size: float, only_prominent: bool) -> None:
    """Mark the members of series that are headings.

    Args:
        drafts: All blocks, in reading order.
        named: The ``id()`` of the blocks that bookmarks or the contents name as headings.
        body_size: Type size of the body, in points.
        only_prominent: Whether series in the type of the body are lists, because bookmarks name the other headings.
    """
    series = _series_of(drafts)
    are_headings = [_is_series_of_headings(drafts, each, named, body_size, only_prominent) for each in series]
    for each, is_heading in zip(series, are_headings, strict=True):
        if not is_heading and not any(id(member.draft) in named for member in each):
            _unmark_few(each, body_size)
    usual = _usual_headings(series)
    are_headings = [is_heading or _is_begun(each, usual) for each, is_heading in zip(series, are_headings, strict=True)]
    established = {
        class_of_number(each[0].number)
        for each, is_heading in zip(series, are_headings, strict=True)
        if is_heading and len(each) > _FEWEST
    }
    for each, is_heading in zip(series, are_headings, strict=True):
        is_lone = len(each) == 1 and each[0].number.values[-1] == 1 and each[0].introduces
        if is_heading or (is_lone and class_of_number(each[0].number) in established):
            for member in each:
                if member.is_title:
                    member.draft.kind, member.draft.number = "heading", member.number
    _mark_bulleted_titles(drafts, only_prominent)


def _usual_headings(series: Sequence[Sequence[Member]]) -> set[HeadingClass]:
    """Return the classes of numbers of which most titles in the document are headings."""
    titles: Counter[HeadingClass] = Counter()
    headings: Counter[HeadingClass] = Counter()
    for member in (member for each in series for member in each if member.is_title and member.introduces):
        titles[class_of_number(member.number)] += 1
        headings[class_of_number(member.number)] += member.draft.kind == "heading"
    return {own for own, count in titles.items() if count >= _FEWEST_USUAL and headings[own] >= _USUAL_SHARE * count}


def _is_begun(series: Sequence[Member], usual: set[HeadingClass]) -> bool:
    """Return whether a series begins with a heading, is usually one of headings, and has titles only."""
    first = series[0]
    if first.draft.kind != "heading" or first.number.values[-1] != 1 or class_of_number(first.number) not in usual:
        return False
    return all(member.is_title and member.introduces for member in series)


def _unmark_few(series: Sequence[Member], body_size: float) -> None:
    """Make the few members of a list that were taken for headings items again, unless their type differs."""
    marked = [member for member in series if member.draft.kind == "heading"]
    if len(series) > _FEWEST and len(marked) <= _FEW_SHARE * len(series):
        for member in marked:
            if not _is_prominent(member, body_size):
                member.draft.kind = "paragraph"


def _series_of(drafts: Sequence[Draft]) -> list[list[Member]]:
    """Group the numbered lines into series, and find which of them introduce text."""
    series: list[list[Member]] = []
    current: dict[HeadingClass, list[Member]] = {}
    for place, draft in enumerate(drafts):
        number = number_of(draft) if draft.kind in ("paragraph", "list_item", "heading") else None
        if number is None or number.end >= len(draft.text) or draft.is_on_cover:
            continue
        if is_raised_label(draft.text, draft.raised):
            continue  # a note
        title = draft.text[number.end :]
        is_title = has_form_of_title(draft, title) and _begins_like_title(number, title)
        member = Member(place, draft, number, is_title)
        own = class_of_number(number)
        before = current.get(own)
        if before is None or not _follows(before[-1].number, number):
            before = current[own] = []
            series.append(before)
        before.append(member)
    for each in series:
        ends = [member.place for member in each[1:]] + [len(drafts)]
        for member, end in zip(each, ends, strict=True):
            member.introduces = _introduces(drafts, member, end)
    return series


def _begins_like_title(number: Numbering, title: str) -> bool:
    """Return whether a title does not begin in the middle of a sentence; terms of a standard are in small letters."""
    is_small = title[0].islower() and title[0].isascii()
    return not is_small or number.depth > 1 or number.kind in _DIVISIONS


def _follows(before: Numbering, number: Numbering) -> bool:
    """Return whether a number continues the series of another of the same style."""
    a, b = before.values, number.values
    if number.kind == "letter" and number.depth > _DEPTH_OF_ORDER:
        return True  # D-2) i., D-3) i., D-2) ii.: sorted by something else
    if len(a) > 1 and len(b) == len(a):
        return b > a
    return 0 < b[-1] - a[-1] <= 1 + _MOST_SKIPPED


def _introduces(drafts: Sequence[Draft], member: Member, end: int) -> bool:
    """Return whether text follows a member before the next one of its series, and more text than its own.

    Args:
        drafts: All blocks.
        member: The member.
        end: Index of the next member.
    """
    own, length = class_of_number(member.number), 0
    wanted = max(_SHORTEST_TEXT, len(member.draft.text) // 2)
    for k in range(member.place + 1, min(end, member.place + 6)):
        draft = drafts[k]
        if draft.kind not in _TEXT_KINDS:
            continue
        number = number_of(draft)
        if number is not None and class_of_number(number) == own and number.end < len(draft.text):
            return False
        if number is not None and k == member.place + 1 and not _may_begin_below(member.number, number):
            return False
        length += len(draft.text)
        if draft.kind in ("table", "figure_text", "caption") or length >= wanted:
            return True
    return False


def _may_begin_below(above: Numbering, below: Numbering) -> bool:
    """Return whether a number may be the first one below a heading with another number."""
    return below.values[-1] <= 1 or below.depth > above.depth or below.kind in ("bracket", "article")


def _is_prominent(member: Member, body_size: float) -> bool:
    """Return whether the type of a member differs from that of the body."""
    draft = member.draft
    return draft.bold or draft.rows[0].underlined or draft.size >= _LARGE * body_size


def _is_announced(drafts: Sequence[Draft], first: Member) -> bool:
    """Return whether the block before the first member announces a list: it ends with a colon, or is a list item."""
    if first.place == 0:
        return False
    above = drafts[first.place - 1]
    is_nested = bool(above.bullet) and not first.draft.bullet and above.kind == "list_item"
    is_nested = is_nested and above.rows[0].x0 < first.draft.rows[0].x0 - first.draft.size
    return is_nested or above.text.endswith((":", "："))


def _is_announced_in_words(drafts: Sequence[Draft], first: Member) -> bool:
    """Return whether the paragraph before the first member speaks of what follows: ``次の手順で``."""
    return first.place > 0 and bool(_FOLLOWING.search(drafts[first.place - 1].text))


def _introduces_items(drafts: Sequence[Draft], member: Member) -> bool:
    """Return whether the block right below a member is a bulleted item."""
    return member.place + 1 < len(drafts) and bool(drafts[member.place + 1].bullet)


def _is_list(drafts: Sequence[Draft], series: Sequence[Member], body_size: float, only_prominent: bool) -> bool:
    """Return whether a series is a list although its items are titles: it is announced, or its items have sub-items."""
    is_large = all(member.draft.size >= _LARGE * body_size for member in series)
    if series[0].number.kind in _DIVISIONS or is_large:
        return False
    if _is_outline(drafts, series):
        return False
    has_items = _TITLE_SHARE * len(series) <= sum(_introduces_items(drafts, each) for each in series)
    if _is_announced(drafts, series[0]) or (has_items and _is_announced_in_words(drafts, series[0])):
        return True
    if all(_is_prominent(member, body_size) for member in series):
        return only_prominent and len({member.draft.page for member in series}) == 1
    return only_prominent or has_items


def _is_outline(drafts: Sequence[Draft], series: Sequence[Member]) -> bool:
    """Return whether a series structures pages of text, as the items of an agenda do, even if a colon announces it.

    Below its members are several blocks each, and not only items.
    """
    between = [drafts[member.place + 1 : below.place] for member, below in pairwise(series)]
    if len(series) < _FEWEST_OUTLINE or len({member.draft.page for member in series}) == 1:
        return False
    with_text = sum(any(draft.kind == "paragraph" and draft.number is None for draft in part) for part in between)
    return with_text >= _FEWEST and sorted(map(len, between))[len(between) // 2] >= _BLOCKS_OF_SECTION


def _is_series_of_headings(
    drafts: Sequence[Draft], series: Sequence[Member], named: set[int], body_size: float, only_prominent: bool
) -> bool:
    """Return whether a series consists of headings.

    Bookmarks and contents name all members of a series or none. A series that they name in part is left to them.
    """
    if any(id(member.draft) in named for member in series):
        return False
    first = series[0].number
    is_from_one = first.values[-1] == 1 or len(first.values) > 1
    if len(series) < _FEWEST or not is_from_one:
        return False
    titles = sum(member.is_title and member.introduces for member in series)
    # The last member of a list is followed by other text as well, so it proves nothing.
    others = sum(member.is_title and member.introduces for member in series[:-1])
    if _is_list(drafts, series, body_size, only_prominent):
        return False
    is_clear = len(series) > _FEWEST and others == len(series) - 1
    return (is_clear or titles >= _TITLE_SHARE * len(series)) and others >= _TITLE_SHARE * (len(series) - 1)


def _mark_bulleted_titles(drafts: Sequence[Draft], only_prominent: bool) -> None:
    """Mark titles behind bullets as headings, if all lines with this sign, left edge and weight are titles.

    They are titles if a heading follows each of them, or a paragraph and the sign is no dot: ``○ 目的``.
    """
    groups: dict[tuple[object, ...], list[tuple[Draft, Draft | None]]] = defaultdict(list)
    for k, draft in enumerate(drafts):
        if draft.kind == "list_item" and draft.bullet and draft.number is None:
            row = draft.rows[0]
            own = (draft.bullet[0], round(row.x0 / _COLUMN_STEP), row.bold, row.underlined)
            groups[own].append((draft, drafts[k + 1] if k + 1 < len(drafts) else None))
    for (sign, *_), group in groups.items():
        if len(group) < _FEWEST_BULLETS or not all(
            len(draft.rows) == 1 and has_form_of_title(draft, draft.text) for draft, _ in group
        ):
            continue
        above_headings = sum(below is not None and below.kind == "heading" for _, below in group)
        is_above_text = str(sign) in _TITLE_BULLETS and all(_is_text_below(*pair) for pair in group)
        if above_headings >= _TITLE_SHARE * len(group) or (is_above_text and not only_prominent):
            for draft, _ in group:
                draft.kind = "heading"


def _is_text_below(draft: Draft, below: Draft | None) -> bool:
    """Return whether a block below a bulleted title is a paragraph that is longer than the title."""
    return below is not None and below.kind == "paragraph" and len(below.text) > len(draft.text)
