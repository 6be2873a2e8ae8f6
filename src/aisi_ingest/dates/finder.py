"""Dates in Japanese and English text to EDTF (https://www.loc.gov/standards/datetime/).

An own small grammar (``aisi_ingest.date_grammar``) over the one-to-one fold of the text
(``aisi_ingest.text.fold``), so that offsets hold. Where a missing year comes from: ``find``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from aisi_ingest.dates.edtf import KANJI_DIGITS, Point, edtf, group
from aisi_ingest.dates.english import MONTH, MONTHS, RULES
from aisi_ingest.model import Content, Listing
from aisi_ingest.text.normalise import fold


class Year(Struct, frozen=True):
    """A year that dates without one may take. ``fiscal``: April to March of the next."""

    number: int
    fiscal: bool = False

    def holding(self, month: int | None) -> int:
        """The calendar year of ``month`` inside this year."""
        return self.number + 1 if self.fiscal and month is not None and month <= 3 else self.number


class Context(Struct, frozen=True, omit_defaults=True):
    """What stands around a text: where a date with no year of its own takes its year from, in this order."""

    table: Year | None = None  # of the table's header, row or caption
    section: Year | None = None  # of the titles above
    line: Year | None = None  # of the dated line above
    document: str | None = None  # the document's date, EDTF
    plans: bool = False  # under a heading about plans
    before: tuple[int, int | None, int | None] | None = None  # the last date above, for 同年 and 同月
    cell: bool = False  # the text is a table's cell: a bare number may be a year, "4/30" a day


class Found(NamedTuple):
    """A date at ``text[start:end]``: its EDTF value, None where it cannot be resolved, and what found it.

    ``stated`` is the (year, month, day) that later text may refer to; its year is None if the text gave none.
    """

    start: int
    end: int
    value: str | None
    rule: str
    stated: tuple[int | None, int | None, int | None]
    fiscal: bool = False
    own: bool = True  # the text itself says the year


class _Hit(NamedTuple):
    start: int
    end: int
    rule: str
    first: Point | None  # None: a date by its form, impossible by its numbers
    last: Point | None = None


# ---- finding ---------------------------------------------------------------------------------------

_ANY = re.compile(rf"[0-9]|[{KANJI_DIGITS}十元]\s?[年月]|同[年月日]|翌[年月]|{MONTH}", re.ASCII)
_ENDING = r"\.(?:pdf|html?|pptx?|docx?|xlsx?|jsonl?|csv|md|py|zip|png|jpe?g|ya?ml|txt)(?![a-z0-9])"
_MASK = re.compile(
    r"(?:https?://|www\.)[!-~]{1,400}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
    rf"|[\w.()-]{{1,120}}{_ENDING}|doi:\s?[!-~]{{1,200}}|arxiv:\s?[!-~]{{1,40}}",
    re.ASCII,
)
# Without one of these _MASK finds nothing; it begins with any letter, and few texts have an address.
_MASKABLE = re.compile(rf"://|www\.|@|{_ENDING}|doi:|arxiv:")
_PRONE_TO_RATIO = re.compile(r"[(（]\s?$")


# Words beside a date that put it after the document's own.
_PLANNED = re.compile(r"[^、。\n]{0,8}(?:予定|目途|目処|めど|に向け|を目指)")
_PLANNED_EN = re.compile(
    r"(?:scheduled|planned|due|will be held|to be held|expected|upcoming|next meeting)\s[a-z ]{0,12}$"
)


def masked(folded: str) -> list[tuple[int, int]]:
    """Spans of addresses and file names, in which nothing is tagged."""
    return [m.span() for m in _MASK.finditer(folded)] if _MASKABLE.search(folded) else []


def overlaps(masks: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of the spans of ``masked`` touches the span from ``start`` to ``end``."""
    before = bisect_left(masks, (end,))
    return before > 0 and masks[before - 1][1] > start


def find(text: str, context: Context | None = None) -> list[Found]:
    """Dates in ``text``, left to right, not overlapping.

    A date that states no year takes the one of an earlier date in the same line, of the table
    (header, row, caption), of the section's titles, of the dated line above, in that order; else the
    latest such day not after the document's date (under a heading about plans the first from it on);
    else ``XXXX-05-21``. ``Found.rule`` says which: ``date.ja+section``. A form that is a date but
    whose numbers are not (令和99年, 2月30日) has value None.
    """
    context = context or Context()
    folded = fold(text)
    if not _ANY.search(folded):
        return []
    out: list[Found] = []
    own: Point | None = None  # the last date of the same line that states its year
    before = context.before
    line_end = -1
    for hit in _select(text, folded, context):
        if hit.start > line_end:
            line_end = text.find("\n", hit.start)
            line_end = len(text) if line_end < 0 else line_end
            own = None
        planned = bool(
            _PLANNED.match(folded, hit.end) or _PLANNED_EN.search(folded[max(0, hit.start - 24) : hit.start])
        )
        found = _resolve(hit, own, before, context, planned)
        if found is None:
            continue
        out.append(found)
        year, month, day = found.stated
        if year is not None:
            before = (year, month, day)
            if found.own:
                end = hit.last if hit.last is not None and hit.last.year is not None else Point(year, month, day)
                own = end._replace(fiscal=found.fiscal)
    return out


# What one of must stand in a text that a rule of this name finds something in: most numbers are no dates.
_SIGNS: dict[str, tuple[str, ...]] = {
    "ja": ("年", "月", "日"),
    "ja.part": ("年",),
    "ja.decade": ("年代",),
    "en": MONTHS,
    "en.month": MONTHS,
    "fiscal": ("fy", "fiscal"),
    "part": ("quarter", "half", *(f"{part}{n}" for part in "qh" for n in "1234")),
    "season": ("spring", "summer", "fall", "autumn", "winter"),
    "decade": ("0s", "0's"),
    "slash": ("/",),
}


def _select(text: str, folded: str, context: Context) -> Iterable[_Hit]:
    """All hits of all rules, leftmost first, the longest of those that overlap."""
    hits: list[_Hit] = []
    doubtful: list[tuple[int, int, tuple[Point | None, Point | None]]] = []
    masks = masked(folded)
    absent = {name for name, signs in _SIGNS.items() if not any(map(folded.__contains__, signs))}
    for name, pattern, build in RULES:
        if name in absent:
            continue
        for m in pattern.finditer(folded):
            points = build(m)
            if points is None:
                continue
            start, end = m.span()
            if name == "slash" and not m["m2"]:
                end = m.end("d")  # the weekday stays outside
            if name == "slash" and not _slash_is_date(m, points[0], context):
                doubtful.append((*m.span(), points))
                continue
            if overlaps(masks, start, end):
                continue
            if name.startswith("en") and not _capital(text, m):
                continue
            if name == "ja.era_letter" and not text[start].isupper():
                continue
            first, last = points
            if (
                first
                and first.relative in ("previous", "last", "this", "coming")
                and first.month is None
                and first.unit in ("date", "fiscal")
            ):
                continue  # 今年, 昨年 and 前年度 alone are vague
            while end > start and folded[end - 1] in " \n\t.,":
                end -= 1
            rule = "ja.era" if name == "ja" and group(m, "era1") else name
            hits.append(_Hit(start, end, f"date.{rule}", first, last))
    slashes = [h for h in hits if h.rule == "date.slash"]
    if doubtful and slashes:  # one sure day makes its neighbours days: 10/1, 10/16, 10/24
        breaks = [m.start() for m in re.finditer("\n", text)]
        lines = {bisect_left(breaks, h.start) for h in slashes}
        hits += [_Hit(a, b, "date.slash", *p) for a, b, p in doubtful if bisect_left(breaks, a) in lines]
    hits.sort(key=lambda h: (h.start, -h.end))
    at = -1
    for index, hit in enumerate(hits):
        if hit.start < at:
            continue
        # A longer hit that begins inside this one wins: "10 May 2024" over "Section 10".
        if any(h.end - h.start > hit.end - hit.start for h in _beginning_inside(hits, index)):
            continue
        at = hit.end
        yield hit


def _beginning_inside(hits: list[_Hit], index: int) -> Iterator[_Hit]:
    for other in range(index + 1, len(hits)):
        if hits[other].start >= hits[index].end:
            return
        yield hits[other]


def _capital(text: str, m: re.Match[str]) -> bool:
    return all(text[m.start(g)].isupper() for g in ("m1", "m2") if g in m.groupdict() and m[g])


def _slash_is_date(m: re.Match[str], first: Point | None, context: Context) -> bool:
    """``4/30``, not ``1/2`` of a series: in a dated table, with a weekday or a range, or where it cannot be a part."""
    if first is None or first.month is None or first.day is None:
        return False
    if (context.cell and context.table) or m["w"] or m["m2"]:
        return True
    return (first.day > 12 and first.day != 24) or (
        first.month > first.day and bool(_PRONE_TO_RATIO.search(m.string[max(0, m.start() - 2) : m.start()]))
    )


def _resolve(
    hit: _Hit, own: Point | None, before: tuple[int, int | None, int | None] | None, context: Context, planned: bool
) -> Found | None:
    first, last = hit.first, hit.last
    if first is None:
        return Found(hit.start, hit.end, None, hit.rule, (None, None, None))
    rule = hit.rule
    if first.relative:
        near = (own.year, own.month, own.day) if own and own.year is not None else before
        known = _relative(first, near, context)
        if known is None:
            return (
                None
                if first.month is None and first.relative not in ("same", "same_month")
                else Found(hit.start, hit.end, None, rule, (None, None, None))
            )
        first, rule = known, rule + "+relative"
    stated_year = first.year
    year_less = first.year is None
    if year_less:
        if last is not None and last.year is not None and not last.relative:
            turns = bool(first.month and last.month and first.month > last.month)
            known_year: int | None = last.year - turns
            origin = "range"
        else:
            known_year, origin = _year_for(first, own, context, planned)
        rule = f"{rule}+{origin}"
        first = first._replace(year=known_year)
    if last is not None:
        if last.relative:
            last = _relative(last, (first.year, first.month, first.day) if first.year is not None else None, context)
        elif last.year is None:
            turns = bool(last.month and first.month and last.month < first.month)
            last = last._replace(year=first.year + turns if first.year is not None else None)
        elif (
            stated_year is not None
            and last.month
            and first.month
            and last.year == first.year
            and last.month < first.month
            and hit.rule.startswith("date.ja")
        ):
            last = last._replace(year=last.year + 1)
    value = edtf(first, last)
    return Found(
        hit.start, hit.end, value, rule, (first.year, first.month, first.day), first.unit == "fiscal", not year_less
    )


def _relative(point: Point, near: tuple[int | None, int | None, int | None] | None, context: Context) -> Point | None:
    if point.relative in ("last", "this", "coming"):
        written = _parts(context.document)
        if written is None:
            return None
        return point._replace(year=written[0] + {"last": -1, "this": 0, "coming": 1}[point.relative], relative="")
    if near is None or near[0] is None:
        return None
    year, month, day = near[0], near[1], near[2]
    if point.relative in ("same", "next", "previous"):
        return point._replace(year=year + {"same": 0, "next": 1, "previous": -1}[point.relative], relative="")
    if point.relative == "same_day":
        return Point(year, month, day) if day else None
    if month is None:
        return None
    if point.relative == "next_month":
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return point._replace(year=year, month=month, relative="")


def _year_for(point: Point, own: Point | None, context: Context, planned: bool) -> tuple[int | None, str]:
    month, day = point.month, point.day
    if own is not None and own.year is not None:
        return Year(own.year, own.fiscal).holding(month), "line"
    for year, origin in ((context.table, "table"), (context.section, "section"), (context.line, "above")):
        if year is not None:
            return year.holding(month), origin
    written = _parts(context.document)
    if written is None:
        return None, "unknown"
    plans = context.plans or planned
    year_written, month_written, day_written = written
    if month is None or month_written is None:
        return year_written, "document"
    if plans:
        later = (month, day or 31) >= (month_written, day_written or 1)
        return (year_written if later else year_written + 1), "plans"
    not_after = (month, day or 1) <= (month_written, day_written or 31)
    return (year_written if not_after else year_written - 1), "document"


def _parts(value: str | None) -> tuple[int, int | None, int | None] | None:
    """Year, month and day of an EDTF value; of an interval its end."""
    m = re.search(r"(?:^|/)([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?$", value or "", re.ASCII)
    if not m:
        return None
    month = int(m[2]) if m[2] and int(m[2]) <= 12 else None
    return int(m[1]), month, int(m[3]) if m[3] and month else None


# ---- a document's own date -------------------------------------------------------------------------

_FILE_DATE = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])(?![0-9])", re.ASCII
)


def document_date(content: Content, listing: Listing | None = None) -> str | None:
    """The document's own date (EDTF): from its cover, its file name, the index page that lists it; or None.

    On the cover a line counts that is hardly more than a date (「令和6年9月25日（第1.10版）」); of several,
    the last day, since revised documents keep the first edition's date beside it.
    """
    best: str | None = None
    for block in content.blocks:
        if block.page > 1:
            break
        if block.hidden or len(block.text) > 80:
            continue
        for found in find(block.text):
            rest = len(
                re.sub(
                    r"[\W\d_]|第|版|改訂|更新|作成|公表|発行|制定|現在",
                    "",
                    block.text[: found.start] + block.text[found.end :],
                )
            )
            value = found.value
            if value is None or "X" in value or "/" in value or len(value) < 7 or rest > 16:
                continue
            if best is None or (len(value), value) > (len(best), best):
                best = value
    if best and len(best) == 10:
        return best
    if listing is not None:
        m = _FILE_DATE.search(listing.source.file)
        if m and (best is None or "-".join(m.groups()).startswith(best)):
            return "-".join(m.groups())
        if best is None:
            return listing.date
    return best
