"""Compare EDTF values as ranges of days.

Two dates agree if one contains the other: 1999 beside 1999-04 is less precise, not different.
"""

from __future__ import annotations

import calendar
import datetime
import re

_PART = re.compile(r"^(\d{4}|XXXX)(?:-(\d{2}))?(?:-(\d{2}))?[~?%]?$")
# EDTF seasons, quarters and halves: first month and number of months. Winter runs from December into the next year.
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
_UNKNOWN_YEAR = 2000  # replaces a year that is not known; a leap year has every day
_LAST_YEAR = 9998  # datetime.date ends with 9999, and a winter may reach into the next year
_DIGITS_OF_YEAR = 4
_DAYS_OF_YEAR = (364, 365)  # from the first to the last day
_ABOUT_A_YEAR = 300  # days


DateRange = tuple[datetime.date, datetime.date]


def date_range(value: str) -> DateRange | None:
    """Return the first and last day of an EDTF date, month, season, year or range; None for any other value."""
    if "/" in value:
        first, _, last = value.partition("/")
        start, end = date_range(first), date_range(last)
        return (start[0], end[1]) if start and end and start[0] <= end[1] else None
    match = _PART.match(value)
    if not match:
        return None
    year = _UNKNOWN_YEAR if match[1] == "XXXX" else int(match[1])
    if not 1 <= year <= _LAST_YEAR:
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
    """Return the same day or month with an unknown year (``XXXX``). A year without month stays as it is."""
    return re.sub(r"\d{4}(?=-(?:0\d|1[0-2]))", "XXXX", value)


def drop_inferred_year(value: str, text: str) -> str:
    """Return the EDTF value without its year if the text of the date does not name one.

    Args:
        value: EDTF value of a mention, whose year may have been inferred from the surrounding text.
        text: The mention's text.
    """
    names_year = any(sign in text for sign in "年元'’") or sum(char.isdigit() for char in text) >= _DIGITS_OF_YEAR
    return value if names_year else without_year(value)


def _are_different_ranges(a: str, b: str, one: DateRange, other: DateRange) -> bool:
    """Return whether both are ranges of equal precision that differ: May 21-22 beside May 21-23."""
    precisions = [part.count("-") for part in (*a.split("/"), *b.split("/"))]
    whole_year = any((end - start).days in _DAYS_OF_YEAR for start, end in (one, other))
    return "/" in a and "/" in b and len(set(precisions)) == 1 and not whole_year and one != other


def agree(a: str, b: str) -> bool:
    """Return whether one date contains the other.

    Args:
        a: EDTF value.
        b: EDTF value.

    Returns:
        True also for a value that cannot be read: what is unknown is no difference.
    """
    if "XXXX" in a or "XXXX" in b:
        a, b = without_year(a), without_year(b)
        if "XXXX" not in a or "XXXX" not in b:
            return True  # a year beside a day without year
    one, other = date_range(a), date_range(b)
    if one is None or other is None:
        return True
    if _are_different_ranges(a, b, one, other):
        return False
    inside = one[0] <= other[0] and other[1] <= one[1]
    around = other[0] <= one[0] and one[1] <= other[1]
    # Both languages use a fiscal year and the calendar year in which it begins for each other.
    both_long = min((s[1] - s[0]).days for s in (one, other)) >= _ABOUT_A_YEAR
    overlap = one[0] <= other[1] and other[0] <= one[1]
    return inside or around or (both_long and overlap and one[0].year == other[0].year)
