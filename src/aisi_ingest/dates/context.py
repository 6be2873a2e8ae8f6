"""What the date finder is given beside a text, and what it returns."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from aisi_ingest.dates.edtf import JANUARY_TO_MARCH

# Year, month and day of a date; None for what it does not have.
YearMonthDay = tuple[int | None, int | None, int | None]


class Year(Struct, frozen=True):
    """A year that dates without a year may take.

    Attributes:
        number: Calendar year in which the year begins.
        fiscal: The year is a Japanese fiscal year, from April to March.
    """

    number: int
    fiscal: bool = False

    def calendar_year(self, month: int | None) -> int:
        """Return the calendar year of a month in this year: January of fiscal 2024 lies in 2025."""
        return self.number + 1 if self.fiscal and month is not None and month <= JANUARY_TO_MARCH else self.number


class Context(Struct, frozen=True, omit_defaults=True):
    """What surrounds a text. A date without a year takes its year from the first of these that is known.

    Attributes:
        table: Year of the table's header, row or caption.
        section: Year of the titles above.
        line: Year of the last line above that has a date.
        document: The document's own date, EDTF.
        plans: The text lies under a heading about plans, so its dates come after the document's date.
        before: The last date above, to which 同年 and 同月 refer.
        cell: The text is a table cell, in which a bare number may be a year and "4/30" a day.
    """

    table: Year | None = None
    section: Year | None = None
    line: Year | None = None
    document: str | None = None
    plans: bool = False
    before: YearMonthDay | None = None
    cell: bool = False


class Found(NamedTuple):
    """A date at ``text[start:end]``, offsets in code points.

    Attributes:
        start: Offset of the first character.
        end: Offset after the last character.
        value: EDTF value; None if the date cannot be resolved.
        rule: The rule that found it and where its year came from: ``date.ja+section``.
        stated: Year, month and day to which later text may refer; the year may be an inferred one.
        fiscal: The date is a fiscal year.
        has_year: The text itself names the year.
    """

    start: int
    end: int
    value: str | None
    rule: str
    stated: YearMonthDay
    fiscal: bool = False
    has_year: bool = True
