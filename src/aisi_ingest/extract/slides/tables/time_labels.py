"""Years and months as they head the columns of a timeline: texts that say when, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct


class TimeLabel(Struct, frozen=True):
    """A year, month, quarter or half-year that heads a column; ``order`` grows with time among its unit."""

    unit: str  # "year", "date" (a month of a year), "month", "quarter", "half", or "more" for an ellipsis
    order: int
    year: int | None = None


_LONGEST = 24  # characters
_MAY_BE = re.compile(r"\d|元|半期|上期|下期|^[A-Z][a-z]{2}|[・…‥.~〜～→]")
_ERA = {"令和": 2018, "平成": 1988, "R": 2018, "H": 1988}
_NAMES = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_MONTHS = {name[:3]: n for n, name in enumerate(_NAMES, 1)}
_AFTER = r"(?:\s*(?:以降|以後|頃|ごろ|まで|末|予定|[~〜～\-–—…→]|onwards?|or later|and after|\(予定\)))*"
_YEAR = re.compile(
    r"(?:(?:FY|CY)\s*'?((?:19|20)\d\d|\d\d)|((?:19|20)\d\d)\s*(?:年度?|FY|CY)?|(令和|平成|R|H)\s*(\d{1,2}|元)(?:\s*年度?)?)"
    r"(?:\s*\((?:(?:令和|平成|R|H)\s*(?:\d{1,2}|元)\s*年度?|(?:FY)?(?:19|20)\d\d(?:年度?)?)\))?" + _AFTER
)
_DATE = re.compile(r"((?:19|20)\d\d)\s*(?:年|[/.-])\s*(\d{1,2})\s*月?" + _AFTER)
_ERA_DATE = re.compile(r"(令和|平成|R|H)\s*(\d{1,2}|元)\s*(?:年|[/.])\s*(\d{1,2})\s*月?" + _AFTER)
_MONTH = re.compile(r"(\d{1,2})\s*月" + _AFTER)
_NAMED = re.compile(
    rf"((?:{'|'.join(_NAMES)})|(?:{'|'.join(_MONTHS)}|Sept)\.?)(?:,?\s*((?:19|20)\d\d|'\d\d))?" + _AFTER
)
_QUARTER = re.compile(
    r"(?:((?:19|20)\d\d)(?:年度?)?\s*)?(?:Q([1-4])|([1-4])Q|第([1-4])四半期)(?:\s*,?\s*(?:FY)?((?:19|20)\d\d))?"
    + _AFTER
)
_HALF = re.compile(r"(?:((?:19|20)\d\d)(?:年度?)?\s*)?(?:([上下])半?期|([12])H|H([12]))" + _AFTER)
_MORE = re.compile(r"[・…‥.\s~〜～→]+")

_DAY = re.compile(rf"\d{{1,2}}(?:月|/\d)|(?:{'|'.join(_MONTHS)})[a-z]*\.? \d{{1,2}}(?!\d)")
_BEGINS = re.compile(r"[月日\d]\s*(?:[~〜～]|から|より|以降)|\b(?:from|since)\b", re.IGNORECASE)
_STATED = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|/|\.\d|FY)|(?:FY|[A-Z][a-z]{2,8}\.? )((?:19|20)\d\d)(?!\d)")


def time_label_of(text: str) -> TimeLabel | None:
    """What time a text names that says nothing else; None where it says more."""
    if len(text) > _LONGEST or not _MAY_BE.search(text):  # most texts, quickly
        return None
    said = unicodedata.normalize("NFKC", text).strip()
    if _MORE.fullmatch(unicodedata.normalize("NFKC", text)) or _MORE.fullmatch(text):
        return TimeLabel("more", 0)
    if found := _HALF.fullmatch(said):
        number = "上下".index(found[2]) + 1 if found[2] else int(found[3] or found[4])
        return TimeLabel("half", number + 2 * int(found[1] or 0), int(found[1]) if found[1] else None)
    if found := _YEAR.fullmatch(said):
        fiscal, plain, era, count = found.groups()[:4]
        year = _century(int(fiscal or plain)) if era is None else _of_era(era, count)
        return TimeLabel("year", year, year)
    if found := _DATE.fullmatch(said):
        return _month_of(int(found[1]), int(found[2]))
    if found := _ERA_DATE.fullmatch(said):
        return _month_of(_of_era(found[1], found[2]), int(found[3]))
    if found := _MONTH.fullmatch(said):
        return TimeLabel("month", int(found[1])) if 1 <= int(found[1]) <= 12 else None
    if found := _NAMED.fullmatch(said):
        month = _MONTHS[found[1][:3]]
        return _month_of(_century(int(found[2].strip("'"))), month) if found[2] else TimeLabel("month", month)
    if found := _QUARTER.fullmatch(said):
        number, named = int(found[2] or found[3] or found[4]), found[1] or found[5]
        return TimeLabel("quarter", number + 4 * int(named or 0), int(named) if named else None)
    return None


def _century(year: int) -> int:
    return year if year > 99 else 2000 + year


def _of_era(era: str, count: str) -> int:
    return _ERA[era] + (1 if count == "元" else int(count))


def _month_of(year: int, month: int) -> TimeLabel | None:
    return TimeLabel("date", 12 * year + month, year) if 1 <= month <= 12 else None


def grow(moments: Sequence[TimeLabel]) -> bool:
    """Whether moments of one unit follow each other; months and quarters without a year may begin anew."""
    if len({(moment.unit, moment.year is None) for moment in moments}) > 1:
        return False
    turn = {"month": 12, "quarter": 4, "half": 2}.get(moments[0].unit)
    steps = [b.order - a.order for a, b in pairwise(moments)]
    if turn is None or moments[0].year is not None:
        return min(steps) > 0
    return all(0 < step % turn <= max(1, turn // 2) for step in steps)


def years_in(text: str) -> set[int]:
    """The years that a text states."""
    return {int(a or b) for a, b in _STATED.findall(unicodedata.normalize("NFKC", text))}


def one_day(text: str) -> str:
    """ "ends" or "begins" where a text names just one day or month without a year; "" otherwise."""
    said = unicodedata.normalize("NFKC", text)
    if len(_DAY.findall(said)) != 1:
        return ""
    return "begins" if _BEGINS.search(said) else "ends"


def is_more(text: str) -> bool:
    """Whether a text is nothing but dots or an arrow: it goes on."""
    return bool(_MORE.fullmatch(text))
