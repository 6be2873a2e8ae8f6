"""Recognise the years and months that head the columns of a timeline: texts that name a time and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from aisi_ingest.text.eras import ERA_OF, ERAS

ELLIPSIS = "ellipsis"
"""Unit of a label that is only dots or an arrow: the timeline continues."""


class TimeLabel(Struct, frozen=True):
    """A time that heads a column.

    Attributes:
        unit: "year", "date" (a month with its year), "month", "quarter", "half" (half-year) or ``ELLIPSIS``.
        order: A number that increases with time among labels of one unit.
        year: The year, if the label names one.
    """

    unit: str
    order: int
    year: int | None = None


_MAXIMUM_LENGTH = 24  # characters
_MAY_BE_LABEL = re.compile(r"\d|元|半期|上期|下期|^[A-Z][a-z]{2}|[・…‥.~〜～→]")
# Timelines show the present: 平成 and 令和, or their letters.
_ERA = "|".join(form for era in ERAS if era.offset >= ERA_OF["平成"].offset for form in (era.name, era.letter.upper()))
_MONTH_NAMES = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES, 1)}
_MONTHS_OF_YEAR, _QUARTERS_OF_YEAR, _HALVES_OF_YEAR = 12, 4, 2
_CYCLES = {"month": _MONTHS_OF_YEAR, "quarter": _QUARTERS_OF_YEAR, "half": _HALVES_OF_YEAR}
_LAST_SHORT_YEAR = 99
_CENTURY = 2000  # of years with two digits
_SUFFIX = r"(?:\s*(?:以降|以後|頃|ごろ|まで|末|予定|[~〜～\-–—…→]|onwards?|or later|and after|\(予定\)))*"
_YEAR = re.compile(
    r"(?:(?:FY|CY)\s*'?((?:19|20)\d\d|\d\d)|((?:19|20)\d\d)\s*(?:年度?|FY|CY)?"
    rf"|({_ERA})\s*(\d{{1,2}}|元)(?:\s*年度?)?)"
    rf"(?:\s*\((?:(?:{_ERA})\s*(?:\d{{1,2}}|元)\s*年度?|(?:FY)?(?:19|20)\d\d(?:年度?)?)\))?" + _SUFFIX
)
_DATE = re.compile(r"((?:19|20)\d\d)\s*(?:年|[/.-])\s*(\d{1,2})\s*月?" + _SUFFIX)
_ERA_DATE = re.compile(rf"({_ERA})\s*(\d{{1,2}}|元)\s*(?:年|[/.])\s*(\d{{1,2}})\s*月?" + _SUFFIX)
_MONTH = re.compile(r"(\d{1,2})\s*月" + _SUFFIX)
_NAMED_MONTH = re.compile(
    rf"((?:{'|'.join(_MONTH_NAMES)})|(?:{'|'.join(_MONTHS)}|Sept)\.?)(?:,?\s*((?:19|20)\d\d|'\d\d))?" + _SUFFIX
)
_QUARTER = re.compile(
    r"(?:((?:19|20)\d\d)(?:年度?)?\s*)?(?:Q([1-4])|([1-4])Q|第([1-4])四半期)(?:\s*,?\s*(?:FY)?((?:19|20)\d\d))?"
    + _SUFFIX
)
_HALF = re.compile(r"(?:((?:19|20)\d\d)(?:年度?)?\s*)?(?:([上下])半?期|([12])H|H([12]))" + _SUFFIX)
_ELLIPSIS = re.compile(r"[・…‥.\s~〜～→]+")

_DAY = re.compile(rf"\d{{1,2}}(?:月|/\d)|(?:{'|'.join(_MONTHS)})[a-z]*\.? \d{{1,2}}(?!\d)")
_START = re.compile(r"[月日\d]\s*(?:[~〜～]|から|より|以降)|\b(?:from|since)\b", re.IGNORECASE)
_STATED_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|/|\.\d|FY)|(?:FY|[A-Z][a-z]{2,8}\.? )((?:19|20)\d\d)(?!\d)")


def time_label_of(text: str) -> TimeLabel | None:
    """Return the time that a text names; None if the text says anything else."""
    if len(text) > _MAXIMUM_LENGTH or not _MAY_BE_LABEL.search(text):  # a fast way out for most texts
        return None
    normalised = unicodedata.normalize("NFKC", text)
    if _ELLIPSIS.fullmatch(normalised) or _ELLIPSIS.fullmatch(text):
        return TimeLabel(ELLIPSIS, 0)
    plain = normalised.strip()
    return next((label for parse in _PARSERS if (label := parse(plain)) is not None), None)


def _half(text: str) -> TimeLabel | None:
    found = _HALF.fullmatch(text)
    if not found:
        return None
    number = "上下".index(found[2]) + 1 if found[2] else int(found[3] or found[4])
    year = int(found[1]) if found[1] else None
    return TimeLabel("half", number + _HALVES_OF_YEAR * (year or 0), year)


def _year(text: str) -> TimeLabel | None:
    found = _YEAR.fullmatch(text)
    if not found:
        return None
    fiscal, plain, era, count = found.groups()[:4]
    year = _full_year(int(fiscal or plain)) if era is None else _year_of_era(era, count)
    return TimeLabel("year", year, year)


def _date(text: str) -> TimeLabel | None:
    found = _DATE.fullmatch(text)
    return _month_of_year(int(found[1]), int(found[2])) if found else None


def _era_date(text: str) -> TimeLabel | None:
    found = _ERA_DATE.fullmatch(text)
    return _month_of_year(_year_of_era(found[1], found[2]), int(found[3])) if found else None


def _month(text: str) -> TimeLabel | None:
    found = _MONTH.fullmatch(text)
    return TimeLabel("month", int(found[1])) if found and _is_month(int(found[1])) else None


def _named_month(text: str) -> TimeLabel | None:
    found = _NAMED_MONTH.fullmatch(text)
    if not found:
        return None
    month = _MONTHS[found[1][:3]]
    return _month_of_year(_full_year(int(found[2].strip("'"))), month) if found[2] else TimeLabel("month", month)


def _quarter(text: str) -> TimeLabel | None:
    found = _QUARTER.fullmatch(text)
    if not found:
        return None
    number, stated = int(found[2] or found[3] or found[4]), found[1] or found[5]
    year = int(stated) if stated else None
    return TimeLabel("quarter", number + _QUARTERS_OF_YEAR * (year or 0), year)


_PARSERS = (_half, _year, _date, _era_date, _month, _named_month, _quarter)


def _full_year(year: int) -> int:
    return year if year > _LAST_SHORT_YEAR else _CENTURY + year


def _year_of_era(era: str, count: str) -> int:
    return ERA_OF[era.lower()].offset + (1 if count == "元" else int(count))


def _is_month(month: int) -> bool:
    return 1 <= month <= _MONTHS_OF_YEAR


def _month_of_year(year: int, month: int) -> TimeLabel | None:
    return TimeLabel("date", _MONTHS_OF_YEAR * year + month, year) if _is_month(month) else None


def is_increasing(labels: Sequence[TimeLabel]) -> bool:
    """Return whether labels of one unit follow each other in time.

    Months, quarters and half-years without a year may start again after the last one of a year.

    Args:
        labels: At least two labels.
    """
    if len({(label.unit, label.year is None) for label in labels}) > 1:
        return False
    cycle = _CYCLES.get(labels[0].unit)
    steps = [b.order - a.order for a, b in pairwise(labels)]
    if cycle is None or labels[0].year is not None:
        return min(steps) > 0
    return all(0 < step % cycle <= max(1, cycle // 2) for step in steps)


def years_in(text: str) -> set[int]:
    """Return the years that a text states."""
    return {int(a or b) for a, b in _STATED_YEAR.findall(unicodedata.normalize("NFKC", text))}


def role_of_only_day(text: str) -> Literal["start", "end"] | None:
    """Return what the only day or month of a text is for the event it names: its start or its end.

    Returns:
        None if the text names no day or month, or more than one.
    """
    plain = unicodedata.normalize("NFKC", text)
    if len(_DAY.findall(plain)) != 1:
        return None
    return "start" if _START.search(plain) else "end"


def is_ellipsis(text: str) -> bool:
    """Return whether a text is only dots or an arrow."""
    return bool(_ELLIPSIS.fullmatch(text))
