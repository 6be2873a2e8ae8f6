"""Find dates in Japanese and English text and resolve them to EDTF (https://www.loc.gov/standards/datetime/).

The rules (`aisi_ingest.dates.japanese`, `aisi_ingest.dates.english`) are matched against text that is folded
character by character (`aisi_ingest.text.normalise.fold`), so offsets stay valid.
"""

from __future__ import annotations

import re

from aisi_ingest.dates.candidates import Candidate, select
from aisi_ingest.dates.context import Context, Found, YearMonthDay
from aisi_ingest.dates.edtf import Point
from aisi_ingest.dates.english import MONTH
from aisi_ingest.dates.years import resolve
from aisi_ingest.text.kanji_numerals import KANJI_DIGITS
from aisi_ingest.text.normalise import fold

# A text without one of these contains no date.
_DATE_SIGN = re.compile(rf"[0-9]|[{KANJI_DIGITS}十元]\s?[年月]|同[年月日]|翌[年月]|{MONTH}", re.ASCII)

# Words beside a date that say that it comes after the document's own.
_PLANNED_AFTER = re.compile(r"[^、。\n]{0,8}(?:予定|目途|目処|めど|に向け|を目指)")
_PLANNED_BEFORE = re.compile(
    r"(?:scheduled|planned|due|will be held|to be held|expected|upcoming|next meeting)\s[a-z ]{0,12}$"
)
_PLANNED_DISTANCE = 24  # characters before a date in which such words are searched


def find(text: str, context: Context | None = None) -> list[Found]:
    """Find the dates in a text.

    A date that does not name its year takes it from the first of these that has one:

    1. an earlier date on the same line,
    2. the table (header, row, caption),
    3. the titles of the section,
    4. the last line above that has a date,
    5. the document's date: the latest such day that is not after it, or, for plans, the first that is not before it.

    Otherwise its value is ``XXXX-05-21``. ``Found.rule`` names the source: ``date.ja+section``.

    Args:
        text: Normalised text.
        context: What surrounds the text.

    Returns:
        The dates from left to right; they do not overlap. A form that is a date but names no existing one
        (令和99年, 2月30日) has value None.
    """
    context = context or Context()
    folded = fold(text)
    if not _DATE_SIGN.search(folded):
        return []
    out: list[Found] = []
    dated: Point | None = None  # the last date of the same line that names its year
    before = context.before
    latest: YearMonthDay = (None, None, None)  # the date before in this text, whether its year is known or not
    line_end = -1
    for candidate in select(text, folded, context):
        if candidate.start > line_end:
            line_end = text.find("\n", candidate.start)
            line_end = len(text) if line_end < 0 else line_end
            dated = None
        found = resolve(
            candidate, dated, latest if _is_listed(candidate) else before, context, _is_planned(folded, candidate)
        )
        if found is None:
            continue
        out.append(found)
        latest = year, month, day = found.stated
        if year is not None:
            before = (year, month, day)
            if found.has_year:
                last = candidate.last
                end = last if last is not None and last.year is not None else Point(year, month, day)
                dated = end._replace(fiscal=found.fiscal)
    return out


def _is_listed(candidate: Candidate) -> bool:
    """Return whether a date is a further day of a list, which has the month of the date before it."""
    return candidate.first is not None and candidate.first.relative == "same_list"


def _is_planned(folded: str, candidate: Candidate) -> bool:
    """Return whether the words beside a date say that it lies ahead."""
    before = folded[max(0, candidate.start - _PLANNED_DISTANCE) : candidate.start]
    return bool(_PLANNED_AFTER.match(folded, candidate.end) or _PLANNED_BEFORE.search(before))
