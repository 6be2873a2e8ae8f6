"""EDTF values as stretches of days, to say whether two dates agree.

Two dates agree when one holds the other: 1999 beside 1999-04 is coarser, not different.
"""

from __future__ import annotations

import calendar
import datetime
import re

_PART = re.compile(r"^(\d{4}|XXXX)(?:-(\d{2}))?(?:-(\d{2}))?[~?%]?$")
# EDTF seasons and quarters: first month and number of months. Northern winter starts in December of the year before.
_SEASONS = {
    21: (3, 3),
    22: (6, 3),
    23: (9, 3),
    24: (12, 3),
    33: (1, 3),
    34: (4, 3),
    35: (7, 3),
    36: (10, 3),
    40: (1, 6),
    41: (7, 6),
}
_LEAP = 2000  # stands for a year that is not known: it has every day


def span(value: str) -> tuple[datetime.date, datetime.date] | None:
    """First and last day of an EDTF date, month, season, year or range; None for what is none or open."""
    if "/" in value:
        first, _, last = value.partition("/")
        start, end = span(first), span(last)
        return (start[0], end[1]) if start and end and start[0] <= end[1] else None
    match = _PART.match(value)
    if not match:
        return None
    year = _LEAP if match[1] == "XXXX" else int(match[1])
    if not 1 <= year <= 9998:
        return None
    month, day = int(match[2] or 0), int(match[3] or 0)
    try:
        if not month:
            return datetime.date(year, 1, 1), datetime.date(year, 12, 31)
        if month in _SEASONS:
            begin, count = _SEASONS[month]
            end_year, end_month = year + (begin + count - 2) // 12, (begin + count - 2) % 12 + 1
            return datetime.date(year, begin, 1), _month_end(end_year, end_month)
        if not day:
            return datetime.date(year, month, 1), _month_end(year, month)
        return datetime.date(year, month, day), datetime.date(year, month, day)
    except ValueError:
        return None


def _month_end(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def without_year(value: str) -> str:
    """The same day or month of a year that is not known; a year alone stays."""
    return re.sub(r"\d{4}(?=-(?:0\d|1[0-2]))", "XXXX", value)


def stated(value: str, text: str) -> str:
    """A value as its text says it: a year that the text leaves out was guessed from around it, and is taken away."""
    says_year = any(sign in text for sign in "年元'’") or sum(char.isdigit() for char in text) >= 4
    return value if says_year else without_year(value)


def _other_stretch(
    a: str, b: str, one: tuple[datetime.date, datetime.date], other: tuple[datetime.date, datetime.date]
) -> bool:
    """Whether both say from when to when, as precisely, and not the same: May 21-22 beside May 21-23."""
    lengths = [part.count("-") for part in (*a.split("/"), *b.split("/"))]
    whole_year = any((end - start).days in (364, 365) for start, end in (one, other))
    return "/" in a and "/" in b and len(set(lengths)) == 1 and not whole_year and one != other


def agree(a: str, b: str) -> bool:
    """Whether one date holds the other. What cannot be read agrees with anything: unknown is no difference."""
    if "XXXX" in a or "XXXX" in b:
        a, b = without_year(a), without_year(b)
        if "XXXX" not in a or "XXXX" not in b:
            return True  # a year beside a day of no year
    one, other = span(a), span(b)
    if one is None or other is None:
        return True
    if _other_stretch(a, b, one, other):
        return False
    inside = one[0] <= other[0] and other[1] <= one[1]
    around = other[0] <= one[0] and one[1] <= other[1]
    # A fiscal year beside a calendar year: told apart loosely in both languages.
    both_long = min((s[1] - s[0]).days for s in (one, other)) >= 300
    overlap = one[0] <= other[1] and other[0] <= one[1]
    return inside or around or (both_long and overlap and one[0].year == other[0].year)
