"""Apply all date rules to a text and choose between matches that overlap."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aisi_ingest.dates.context import Context
from aisi_ingest.dates.edtf import MONTHS_PER_YEAR, Point
from aisi_ingest.dates.english import MONTHS, RULES
from aisi_ingest.dates.grammar import LIST_SIGNS, WEEKDAY, Points, group
from aisi_ingest.dates.japanese import YEAR_IN_BRACKETS, read_year
from aisi_ingest.text.addresses import find_addresses, overlaps


class Candidate(NamedTuple):
    """A match of a date rule at ``text[start:end]``, offsets in code points.

    Attributes:
        start: Offset of the first character.
        end: Offset after the last character.
        rule: ``date.`` and the name of the rule.
        first: The date, or the beginning of a range. None: it has the form of a date, but no such date exists.
        last: The end of a range.
    """

    start: int
    end: int
    rule: str
    first: Point | None
    last: Point | None = None


# A rule of this name matches only text that contains one of these. Most numbers are no dates, so most rules are
# skipped for most texts.
REQUIRED_SIGNS: dict[str, tuple[str, ...]] = {
    "ja": ("年", "月", "日"),
    "ja.part": ("年",),
    "ja.quarter": ("四半期",),
    "ja.decade": ("年代",),
    "en": MONTHS,
    "en.month": MONTHS,
    "fiscal": ("fy", "fiscal"),
    "part": ("quarter", "half", *(f"{part}{n}" for part in "qh" for n in "01234")),
    "season": ("spring", "summer", "fall", "autumn", "winter"),
    "decade": ("0s", "0's"),
    "slash": ("/",),
}

# 今年, 昨年 and 前年度 without a month are too vague to be tagged.
_VAGUE = ("previous", "last", "this", "coming")
_PRONE_TO_RATIO = re.compile(r"[(（]\s?$")
_WEEKDAY_AT_END = re.compile(rf"{WEEKDAY}$")
_HOURS_PER_DAY = 24  # 9/24 is often a fraction of a day


def select(text: str, folded: str, context: Context) -> Iterable[Candidate]:
    """Yield the matches of all rules that do not overlap, from left to right.

    Of those that overlap, the leftmost wins, unless a longer one begins inside it.

    Args:
        text: The text as published.
        folded: ``fold(text)``.
        context: What surrounds the text.
    """
    found = _matches_of_all_rules(text, folded, context)
    found.sort(key=lambda c: (c.start, -c.end))
    at = -1
    for index, candidate in enumerate(found):
        if candidate.start < at:
            continue
        # "10 May 2024" wins over "Section 10".
        length = candidate.end - candidate.start
        if any(c.end - c.start > length for c in _beginning_inside(found, index)):
            continue
        at = candidate.end
        yield candidate


def _beginning_inside(found: list[Candidate], index: int) -> Iterator[Candidate]:
    """Yield the candidates after ``found[index]`` that begin before it ends."""
    for other in range(index + 1, len(found)):
        if found[other].start >= found[index].end:
            return
        yield found[other]


def _matches_of_all_rules(text: str, folded: str, context: Context) -> list[Candidate]:
    """Return the matches in the order of the rules; those that may be a ratio come last."""
    sure: list[Candidate] = []
    doubtful: list[Candidate] = []
    addresses = find_addresses(folded)
    for name, match, start, end, points in _rule_matches(folded):
        if name == "slash" and not _slash_is_date(match, points[0], context):
            doubtful.append(Candidate(*match.span(), "date.slash", *points))
            continue
        if overlaps(addresses, start, end) or _wrong_case(name, text, match) or _is_vague(points[0]):
            continue
        end = start + len(folded[start:end].rstrip(" \n\t.,"))
        rule = "ja.era" if name == "ja" and group(match, "era1") else name
        sure.append(Candidate(start, end, f"date.{rule}", *points))
    return sure + _confirmed_by_line(text, sure, doubtful)


def _rule_matches(folded: str) -> Iterator[tuple[str, re.Match[str], int, int, Points]]:
    """Yield the name of the rule, the match, its start and end and what it means, in the order of the rules."""
    absent = {name for name, signs in REQUIRED_SIGNS.items() if not any(map(folded.__contains__, signs))}
    for name, pattern, read in RULES:
        if name not in absent:
            for match in pattern.finditer(folded):
                points = read(match)
                if points is not None:
                    for start, end, part in _parts(name, match, points):
                        yield name, match, start, end, part


def _parts(name: str, match: re.Match[str], points: Points) -> Iterator[tuple[int, int, Points]]:
    """Yield the dates of a match: two if it lists dates that are no stretch, such as ``4月1日と10月1日``."""
    start, end = match.span()
    first, last = points
    if group(match, "lead"):
        start, end = match.end("lead"), match.end("tail")  # a further day of a list
    same = group(match, "same")
    if name == "slash" and not match["m2"]:
        end = match.end("d")  # the weekday after 4/30 is not part of the date
    elif same and last is None and not _names_year(same, first):
        end = match.start("same")
    separator = group(match, "sep")
    if last is None or separator is None or not _lists(separator, name, match) or _follow(first, last):
        yield start, end, points
        return
    weekday = _WEEKDAY_AT_END.search(match.string, start, match.start("sep"))
    yield start, weekday.start() if weekday else match.start("sep"), (first, None)
    yield match.end("sep"), end, (last, None)


def _lists(separator: str, name: str, match: re.Match[str]) -> bool:
    """Return whether a separator joins two dates without the days between them."""
    if separator.strip() == "/" and name == "numeric":
        return group(match, "s") != "-"  # ISO 8601 writes a range as 2024-04-01/2025-03-31
    return separator.strip() in LIST_SIGNS


def _follow(first: Point | None, last: Point) -> bool:
    """Return whether the second of two dates is the day or the month right after the first."""
    if first is None or (first.year, first.relative) != (last.year, last.relative):
        return False
    if first.day is None or last.day is None:
        return first.month is not None and last.month == first.month + 1
    return first.month == last.month and last.day == first.day + 1


def _names_year(text: str, point: Point | None) -> bool:
    """Return whether one of the years in brackets is that of a date."""
    return point is not None and any(
        found is not None and found.year == point.year for found in map(read_year, YEAR_IN_BRACKETS.finditer(text))
    )


def _wrong_case(name: str, text: str, match: re.Match[str]) -> bool:
    """Return whether a month's name or an era's letter is written in lower case: "may" is no month."""
    if name == "ja.era_letter":
        return not text[match.start()].isupper()
    months = [g for g in ("m1", "m2") if group(match, g)] if name.startswith("en") else []
    return any(not text[match.start(g)].isupper() for g in months)


def _is_vague(first: Point | None) -> bool:
    """Return whether a date is a year that is named only as the last, this or the next one."""
    if first is None or first.month is not None:
        return False
    return first.relative in _VAGUE and first.unit in ("date", "fiscal")


def _slash_is_date(match: re.Match[str], first: Point | None, context: Context) -> bool:
    """Return whether ``4/30`` is a day and not, like ``1/2``, a part of a series.

    It is a day in a dated table, with a weekday, in a range, or if it cannot be a part of a series.
    """
    if first is None or first.month is None or first.day is None:
        return False
    if (context.cell and context.table) or match["w"] or match["m2"]:
        return True
    if first.day > MONTHS_PER_YEAR and first.day != _HOURS_PER_DAY:
        return True
    in_brackets = bool(_PRONE_TO_RATIO.search(match.string[max(0, match.start() - 2) : match.start()]))
    return first.month > first.day and in_brackets


def _confirmed_by_line(text: str, sure: list[Candidate], doubtful: list[Candidate]) -> list[Candidate]:
    """Return the doubtful days on a line with a sure one: 10/1, 10/16, 10/24."""
    slashes = [c for c in sure if c.rule == "date.slash"]
    if not (doubtful and slashes):
        return []
    breaks = [m.start() for m in re.finditer("\n", text)]
    lines = {bisect_left(breaks, c.start) for c in slashes}
    return [c for c in doubtful if bisect_left(breaks, c.start) in lines]
