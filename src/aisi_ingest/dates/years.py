"""Complete dates that do not name their year, or that refer to another date."""

from __future__ import annotations

import re

from aisi_ingest.dates.candidates import Candidate
from aisi_ingest.dates.context import Context, Found, Year, YearMonthDay
from aisi_ingest.dates.edtf import MONTHS_PER_YEAR, Point, edtf

_FROM_DOCUMENT_YEAR = {"last": -1, "this": 0, "coming": 1}
_FROM_YEAR_ABOVE = {"same": 0, "next": 1, "previous": -1}
_LAST_DAY = 31


def resolve(
    candidate: Candidate, dated: Point | None, above: YearMonthDay | None, context: Context, planned: bool
) -> Found | None:
    """Return the date that a candidate means.

    Args:
        candidate: A match of a date rule.
        dated: The last date of the same line that names its year.
        above: The last date before it, on this line or above.
        context: What surrounds the text.
        planned: The words beside the date say that it lies ahead.

    Returns:
        The date, with value None if it cannot be resolved. None if it refers to another date that is not there.
    """
    first, last, rule = candidate.first, candidate.last, candidate.rule
    unresolved = Found(candidate.start, candidate.end, None, rule, (None, None, None))
    if first is None:
        return unresolved
    if first.relative == "same_list":
        if above is None or above[1] is None:
            return None
        first = first._replace(year=above[0], month=above[1], relative="")
    if first.unit == "quarter" and first.year is None:
        return _quarter_of_known_year(candidate, dated, context)
    if first.relative:
        near = (dated.year, dated.month, dated.day) if dated and dated.year is not None else above
        known = _follow_reference(first, near, context)
        if known is None:
            vague = first.month is None and first.relative not in ("same", "same_month")
            return None if vague else unresolved
        first, rule = known, rule + "+relative"
    written_year = first.year
    if written_year is None:
        year, origin = _inferred_year(first, last, dated, context, planned)
        first, rule = first._replace(year=year), f"{rule}+{origin}"
    if last is not None:
        last = _resolve_end(first, last, context, written_year is not None and rule.startswith("date.ja"))
    return Found(
        start=candidate.start,
        end=candidate.end,
        value=edtf(first, last),
        rule=rule,
        stated=(first.year, first.month, first.day),
        fiscal=first.unit == "fiscal",
        has_year=written_year is not None,
    )


def _quarter_of_known_year(candidate: Candidate, dated: Point | None, context: Context) -> Found | None:
    """Return a quarter that names no year, in the year of its line, table or section; None without such a year."""
    on_line = Year(dated.year, dated.fiscal) if dated and dated.year is not None else None
    known = ((on_line, "line"), (context.table, "table"), (context.section, "section"), (context.line, "above"))
    year, origin = next(((year, origin) for year, origin in known if year is not None), (None, ""))
    if year is None or candidate.first is None:
        return None
    first = candidate.first._replace(year=year.number, fiscal=year.fiscal)
    last = candidate.last and candidate.last._replace(year=year.number, fiscal=year.fiscal)
    return Found(
        start=candidate.start,
        end=candidate.end,
        value=edtf(first, last),
        rule=f"{candidate.rule}+{origin}",
        stated=(year.number, None, None),
        has_year=False,
    )


def _resolve_end(first: Point, last: Point, context: Context, copied_year: bool) -> Point | None:
    """Return the end of a range with its year.

    Args:
        first: The beginning, with its year if that is known.
        last: The end as written.
        context: What surrounds the text.
        copied_year: The end may have its year from the beginning and not from the text (``2024年12月～2月``).
    """
    if last.relative:
        near = (first.year, first.month, first.day) if first.year is not None else None
        return _follow_reference(last, near, context)
    turns = bool(last.month and first.month and last.month < first.month)
    if last.year is None:
        return last._replace(year=first.year + turns if first.year is not None else None)
    if copied_year and last.year == first.year and turns:
        return last._replace(year=last.year + 1)
    return last


def _follow_reference(point: Point, near: YearMonthDay | None, context: Context) -> Point | None:
    """Return the date that a relative one means; None if what it refers to is not known.

    Args:
        point: A date with ``relative`` set.
        near: The date that it refers to, unless it refers to the document's own date.
        context: What surrounds the text.
    """
    if point.relative in _FROM_DOCUMENT_YEAR:
        document = parse_edtf(context.document)
        if document is None:
            return None
        return point._replace(year=document[0] + _FROM_DOCUMENT_YEAR[point.relative], relative="")
    if near is None or near[0] is None:
        return None
    year, month, day = near[0], near[1], near[2]
    if point.relative in _FROM_YEAR_ABOVE:
        return point._replace(year=year + _FROM_YEAR_ABOVE[point.relative], relative="")
    if point.relative == "same_day":
        return Point(year, month, day) if day else None
    if month is None:
        return None
    if point.relative == "next_month":
        year, month = (year, month + 1) if month < MONTHS_PER_YEAR else (year + 1, 1)
    return point._replace(year=year, month=month, relative="")


def _inferred_year(
    first: Point, last: Point | None, dated: Point | None, context: Context, planned: bool
) -> tuple[int | None, str]:
    """Return the year of a date that does not name it, and where it came from."""
    if last is not None and last.year is not None and not last.relative:
        turns = bool(first.month and last.month and first.month > last.month)
        return last.year - turns, "range"
    if dated is not None and dated.year is not None:
        return Year(dated.year, dated.fiscal).calendar_year(first.month), "line"
    for year, origin in ((context.table, "table"), (context.section, "section"), (context.line, "above")):
        if year is not None:
            return year.calendar_year(first.month), origin
    document = parse_edtf(context.document)
    if document is None:
        return None, "unknown"
    return _year_beside_document(first, document, context.plans or planned)


def _year_beside_document(point: Point, document: tuple[int, int | None, int | None], plans: bool) -> tuple[int, str]:
    """Return the year in which a day lies closest to the document's date: after it for plans, else before it."""
    year, month, day = document
    if point.month is None or month is None:
        return year, "document"
    if plans:
        is_later = (point.month, point.day or _LAST_DAY) >= (month, day or 1)
        return (year if is_later else year + 1), "plans"
    is_past = (point.month, point.day or 1) <= (month, day or _LAST_DAY)
    return (year if is_past else year - 1), "document"


def parse_edtf(value: str | None) -> tuple[int, int | None, int | None] | None:
    """Return year, month and day of an EDTF value, of an interval those of its end; None if it names no year."""
    m = re.search(r"(?:^|/)([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?$", value or "", re.ASCII)
    if not m:
        return None
    month = int(m[2]) if m[2] and int(m[2]) <= MONTHS_PER_YEAR else None
    return int(m[1]), month, int(m[3]) if m[3] and month else None
