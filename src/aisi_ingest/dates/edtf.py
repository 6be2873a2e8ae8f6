"""What the forms of dates are made of: points and their EDTF, numbers, eras, and how a form is written as a rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Point(NamedTuple):
    """One end of a date. ``unit``: date, fiscal, season, quarter, half (the last two with ``fiscal``), decade."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    unit: str = "date"
    part: int = 0
    fiscal: bool = False
    relative: str = ""


class Rules(list[tuple[str, re.Pattern[str], Callable[[re.Match[str]], tuple[Point | None, Point | None] | None]]]):
    """Forms in the order in which they are tried: name, pattern, and what a match says."""

    def form(
        self, name: str, pattern: str
    ) -> Callable[[Callable[..., tuple[Point | None, Point | None] | None]], None]:
        """The function below it says what a match of ``pattern`` means; None: no date after all."""

        def add(build: Callable[..., tuple[Point | None, Point | None] | None]) -> None:
            self.append((name, re.compile(pattern, re.ASCII), build))

        return add


_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"元": 1, "零": 0}
# No era was longer than 64 years; years after an era's end are kept, since plans were made in them.
ERAS = {"明治": (1867, 45), "大正": (1911, 15), "昭和": (1925, 64), "平成": (1988, 64), "令和": (2018, 64)}
ERAS |= {"m": ERAS["明治"], "t": ERAS["大正"], "s": ERAS["昭和"], "h": ERAS["平成"], "r": ERAS["令和"]}
ERAS |= {"㍾": ERAS["明治"], "㍽": ERAS["大正"], "㍼": ERAS["昭和"], "㍻": ERAS["平成"], "㋿": ERAS["令和"]}


def number(text: str) -> int:
    """Arabic digits, or kanji numerals set by place (二〇二四) or by power (二千二十四)."""
    if text[0] in "0123456789":
        return int(text.replace(" ", ""))
    if not any(c in "十百千" for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = digit = 0
    for char in text:
        if char in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


KANJI_DIGITS = "〇一二三四五六七八九"
ARABIC_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])"
ARABIC_MONTH = r"(?:1[0-2]|0?[1-9])(?![0-9])"
WEEKDAY = r"(?:\s?\(\s?[月火水木金土日](?:曜日?)?(?:[・,]\s?祝)?\s?\))"
UNTIL = r"\s{0,2}(?:[-~〜―─/]|から|より|乃至)\s{0,2}"


def group(m: re.Match[str], name: str) -> str | None:
    return m.groupdict().get(name)


def century(short: int) -> int:
    return 2000 + short if short < 70 else 1900 + short


_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def edtf(first: Point, last: Point | None) -> str | None:
    """The EDTF value of a date or a range; None where there is no such day, or the end lies before the beginning."""
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


def _bounds(point: Point) -> tuple[str, str] | None:
    """First and last part of an interval; the same twice where the point is one."""
    if point.year is not None and not 1 <= point.year <= 9999:
        return None
    year = "XXXX" if point.year is None else f"{point.year:04d}"
    if point.unit == "decade":
        return (f"{year[:3]}X",) * 2
    if point.unit == "season":
        return (f"{year}-{20 + point.part}",) * 2 if point.year is not None else None
    if point.unit != "date":
        if point.year is None:
            return None
        length = {"fiscal": 12, "quarter": 3, "half": 6}[point.unit]
        skip = (max(point.part, 1) - 1) * length + (3 if point.fiscal or point.unit == "fiscal" else 0)
        return _month(point.year, skip), _month(point.year, skip + length - 1)
    if point.month is None:
        return (year, year) if point.year is not None else None
    if point.day is None:
        return (f"{year}-{point.month:02d}",) * 2
    leap = point.year is None or (point.year % 4 == 0 and (point.year % 100 != 0 or point.year % 400 == 0))
    if point.day > _LENGTHS[point.month - 1] or (point.month == 2 and point.day == 29 and not leap):
        return None
    return (f"{year}-{point.month:02d}-{point.day:02d}",) * 2


def _month(year: int, skip: int) -> str:
    return f"{year + skip // 12:04d}-{skip % 12 + 1:02d}"
