"""Points in time as dates name them, and their EDTF values (https://www.loc.gov/standards/datetime/)."""

from __future__ import annotations

import re
from typing import NamedTuple

JANUARY_TO_MARCH = 3  # months by which a Japanese fiscal year starts after the calendar year
MONTHS_PER_YEAR = 12
_LAST_YEAR = 9999  # EDTF level 0 has four digits
_FEBRUARY, _LEAP_DAY = 2, 29
_DAYS_OF_MONTH = (31, _LEAP_DAY, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTHS_OF_UNIT = {"fiscal": 12, "quarter": 3, "half": 6}
_EDTF_DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?")
_SEASON_CODE = 20  # EDTF: spring is 21


class Point(NamedTuple):
    """One end of a date.

    Attributes:
        year: Calendar year, or the calendar year in which a fiscal year begins; None if not written.
        month: 1 to 12.
        day: 1 to 31.
        unit: ``date``, ``fiscal``, ``season``, ``quarter``, ``half`` or ``decade``.
        part: Which season (1 is spring), quarter or half, from 1.
        fiscal: The quarter or half is one of a fiscal year.
        relative: How the date refers to another one, such as ``same`` or ``next_month``; empty if it does not.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    unit: str = "date"
    part: int = 0
    fiscal: bool = False
    relative: str = ""


def edtf(first: Point, last: Point | None) -> str | None:
    """Return the EDTF value of a date or a range.

    Args:
        first: The date, or the beginning of the range. Not relative.
        last: The end of the range; None for a single date.

    Returns:
        The value, with ``XXXX`` for a missing year. None if there is no such day or if the range ends before it begins.
    """
    start = _bounds(first)
    if start is None:
        return None
    if last is None:
        return start[0] if start[0] == start[1] else "/".join(start)
    end = _bounds(last)
    if end is None or (first.year is not None and last.year is not None and end[1][:10] < start[0][:4]):
        return None
    if "X" not in start[0] + end[1] and first.unit == last.unit == "date" and end[1] < start[0]:
        return None
    return f"{start[0]}/{end[1]}"


def is_edtf_date(value: str) -> bool:
    """Return True if a value is one existing day, month or year in EDTF: ``2026-04-01``, ``2026-04``, ``2026``."""
    match = _EDTF_DATE.fullmatch(value)
    if match is None:
        return False
    year, month, day = (int(part) if part else None for part in match.groups())
    return edtf(Point(year, month, day), None) == value


def _bounds(point: Point) -> tuple[str, str] | None:
    """Return the first and last EDTF date of a point; the same twice if one EDTF value covers it."""
    if point.year is not None and not 1 <= point.year <= _LAST_YEAR:
        return None
    year = "XXXX" if point.year is None else f"{point.year:04d}"
    if point.unit == "decade":
        return (f"{year[:3]}X",) * 2
    if point.unit == "season":
        return (f"{year}-{_SEASON_CODE + point.part}",) * 2 if point.year is not None else None
    if point.unit != "date":
        return _months_of_part(point) if point.year is not None else None
    if point.month is None:
        return (year, year) if point.year is not None else None
    if point.day is None:
        return (f"{year}-{point.month:02d}",) * 2
    if not _day_exists(point.year, point.month, point.day):
        return None
    return (f"{year}-{point.month:02d}-{point.day:02d}",) * 2


def _months_of_part(point: Point) -> tuple[str, str]:
    """Return the first and last month of a fiscal year, a quarter or a half."""
    assert point.year is not None
    length = _MONTHS_OF_UNIT[point.unit]
    begin = (max(point.part, 1) - 1) * length
    if point.fiscal or point.unit == "fiscal":
        begin += JANUARY_TO_MARCH
    return _month(point.year, begin), _month(point.year, begin + length - 1)


def _month(year: int, index: int) -> str:
    """Return the month that lies ``index`` months after January of ``year``."""
    return f"{year + index // MONTHS_PER_YEAR:04d}-{index % MONTHS_PER_YEAR + 1:02d}"


def _day_exists(year: int | None, month: int, day: int) -> bool:
    """Return whether a month has the day; in an unknown year, February has 29."""
    leap = year is None or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return day <= _DAYS_OF_MONTH[month - 1] and (leap or (month, day) != (_FEBRUARY, _LEAP_DAY))
