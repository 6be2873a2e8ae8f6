"""Building blocks of the date rules: how a rule is declared, shared patterns, and the reading of numbers and years.

Patterns are matched against folded text (`aisi_ingest.text.normalise.fold`). Every repetition in them is bounded,
so hostile text costs no more time than plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from aisi_ingest.dates.edtf import Point
from aisi_ingest.text.kanji_numerals import kanji_value

# The date or the two ends of a range. First element None: it has the form of a date, but no such date exists.
Points = tuple[Point | None, Point | None]
# Reads a match. None: the match is no date after all.
Reader = Callable[[re.Match[str]], Points | None]

FIRST_YEAR, LAST_YEAR = 1000, 2999  # four digits outside this range are read as no year
_FIRST_SHORT_YEAR = 70  # two digits from 70 on belong to the twentieth century, as in POSIX strptime (there 69)

ARABIC_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])"
ARABIC_MONTH = r"(?:1[0-2]|0?[1-9])(?![0-9])"
WEEKDAY = r"(?:\s?\(\s?[月火水木金土日](?:曜日?)?(?:[・,]\s?祝)?\s?\))"
UNTIL = r"\s{0,2}(?:[-~〜―─/]|から|より|乃至)\s{0,2}"
# Separators between two dates that are not one stretch. A slash is one only between two complete dates.
LIST_SIGNS = ("、", "､", "・", ",", "&", "と", "及び", "および", "and", "/")


class Rules(list[tuple[str, re.Pattern[str], Reader]]):
    """Date rules in the order in which they are tried: name, pattern, and the function that reads a match."""

    def rule(self, name: str, pattern: str) -> Callable[[Reader], Reader]:
        """Return a decorator that adds a function as the reader of ``pattern``.

        Args:
            name: Name of the rule; several patterns may share one. It becomes part of ``Mention.rule``.
            pattern: Regular expression over folded text.
        """

        def add(read: Reader) -> Reader:
            self.append((name, re.compile(pattern, re.ASCII), read))
            return read

        return add


def number(text: str) -> int:
    """Return the value of Arabic digits, with blanks between them or not, of kanji numerals, or of 元 (year 1)."""
    if text[0] in "0123456789":
        return int(text.replace(" ", ""))
    return 1 if text == "元" else kanji_value(text)


def group(match: re.Match[str], name: str) -> str | None:
    """Return a named group of a match; None if it did not take part or if the pattern has no such group."""
    return match.groupdict().get(name)


def full_year(short: int) -> int:
    """Return the calendar year of a year written with two digits: 1970 to 2069."""
    return 2000 + short if short < _FIRST_SHORT_YEAR else 1900 + short


def is_year(year: int) -> bool:
    """Return whether a number of four digits is read as a calendar year."""
    return FIRST_YEAR <= year <= LAST_YEAR
