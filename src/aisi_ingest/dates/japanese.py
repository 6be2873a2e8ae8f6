"""Rules for Japanese dates: years of eras, fiscal years, ranges and lists."""

from __future__ import annotations

import re

from aisi_ingest.dates.edtf import Point
from aisi_ingest.dates.grammar import (
    ARABIC_DAY,
    ARABIC_MONTH,
    LAST_YEAR,
    UNTIL,
    WEEKDAY,
    Points,
    Rules,
    full_year,
    group,
    is_year,
    number,
)
from aisi_ingest.text.eras import ERA_NAME_OR_SIGN, ERA_OF, ERAS
from aisi_ingest.text.kanji_numerals import KANJI_DIGITS

RULES = Rules()
_rule = RULES.rule
_YEARS_PER_CENTURY = 100
_LONGEST_SHORT_RANGE = 20  # years from 2024年 to ～30年, in which the century is left out
_ERA_LETTERS = "".join(era.letter for era in ERAS)

_SPACED = r"[123]\s[0-9](?=\s?日)"  # 1 2 日: some PDFs have a blank between the digits
_KANJI_DAY = "三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]"
_DAY = rf"(?:{_SPACED}|(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])|{_KANJI_DAY})"
_MONTH = r"(?:(?:1[0-2]|0?[1-9])(?![0-9])|十[一二]?|[一二三四五六七八九])"
_RANGE_OR_LIST = r"\s{0,2}(?:[-~〜―─・､、,&]|から|及び|と|および)\s{0,2}"


_ERA_YEAR = rf"(?:元|[0-9]{{1,2}}|[{KANJI_DIGITS}十]{{1,3}})"
# The same year in the other calendar, in brackets: 2025（令和7）, 2019年（平成31年／令和元年）.
_OTHER_YEAR = rf"(?:(?:{ERA_NAME_OR_SIGN}|[{_ERA_LETTERS}]\.?)\s?{_ERA_YEAR}|(?:西暦\s?)?[0-9]{{4}})"
_OTHER_YEARS = rf"\s?\({_OTHER_YEAR}\s?年?度?(?:\s?[/・、,]\s?{_OTHER_YEAR}\s?年?度?)?\)"


def _year_pattern(n: str, continues: bool = False) -> str:
    """Return a pattern for a year up to 年; the same year in the other calendar may be beside it in brackets.

    Args:
        n: Suffix of the names of the groups: era, ey (year of the era), y, rel, yy (two digits) and next.
        continues: The year may continue the calendar of the year before it: 令和6年4月～7年3月.
    """
    following = rf"|(?P<next{n}>{_ERA_YEAR})" if continues else ""
    return (
        rf"(?:(?P<era{n}>{ERA_NAME_OR_SIGN})\s{{0,2}}(?P<ey{n}>{_ERA_YEAR})"
        rf"|(?<![a-z0-9.])(?P<letter{n}>[{_ERA_LETTERS}])\.?\s?(?P<ly{n}>{_ERA_YEAR})(?=\s?\((?:西暦\s?)?[0-9]{{4}}[^0-9])"
        rf"|(?:西暦\s?)?(?<![0-9.,])(?P<y{n}>[0-9]{{4}}|[{KANJI_DIGITS}]{{4}}|二千[{KANJI_DIGITS}十]{{0,4}})"
        rf"|(?P<rel{n}>同|翌|前|昨|本|今|来)|['](?P<yy{n}>[0-9]{{2}}){following})(?:{_OTHER_YEARS})?\s{{0,2}}年"
        rf"(?:{_OTHER_YEARS}(?=\s?[0-9度]))?"
    )


_RELATIVE = {"同": "same", "翌": "next", "前": "previous", "昨": "last", "本": "this", "今": "this", "来": "coming"}


def _japanese_year(m: re.Match[str], n: str) -> Point | None:
    """Return the year of the groups with suffix ``n``.

    Returns:
        A point without year for 同年 and for a year that is not written; None if there is no such year.
    """
    era, western, relative, short = (group(m, f"{g}{n}") for g in ("era", "y", "rel", "yy"))
    if era:
        return _era_point(era, number(m[f"ey{n}"]))
    if group(m, f"letter{n}"):  # H31(2019)年: the letter counts only beside the year in the other calendar
        return _era_point(m[f"letter{n}"], number(m[f"ly{n}"]))
    if western:
        year = number(western)
        return Point(year) if is_year(year) else None
    if short:
        return Point(full_year(int(short)))
    return Point(relative=_RELATIVE[relative]) if relative else Point()


def _second_year(m: re.Match[str], first: Point | None) -> Point | None:
    """Return the year of the end of a range.

    Returns:
        A point without year if none is written; None if there is no such year.
    """
    following = group(m, "next2") or group(m, "next3")
    if not following:
        return _japanese_year(m, "2")
    era = group(m, "era1")
    if era:
        return _era_point(era, number(following))
    if first is None or first.year is None or first.relative:
        return None
    year = first.year // _YEARS_PER_CENTURY * _YEARS_PER_CENTURY + number(following)
    return Point(year) if first.year <= year <= first.year + _LONGEST_SHORT_RANGE else None


def _has_second_year(m: re.Match[str]) -> bool:
    """Return whether the end of a range or list names its year."""
    return any(group(m, f"{name}2") for name in ("era", "letter", "y", "rel", "yy", "next")) or bool(group(m, "next3"))


def _era_point(form: str, year: int) -> Point | None:
    """Return a year of an era (name, sign or letter); None if the era had no such year."""
    era = ERA_OF[form]
    return Point(era.offset + year) if 1 <= year <= era.last_year else None


def _add_month(point: Point | None, month: str | None, day: str | None) -> Point | None:
    """Return the point with month and day as written; None stays None."""
    if point is None:
        return None
    return point._replace(month=number(month) if month else None, day=number(day) if day else None)


YEAR_IN_BRACKETS = re.compile(
    rf"(?P<era>{ERA_NAME_OR_SIGN}|(?<![a-z])[{_ERA_LETTERS}])\.?\s?(?P<ey>{_ERA_YEAR})|(?P<y>[0-9]{{4}})"
)
"""Matches each year in the brackets after a year in the other calendar."""


def read_year(m: re.Match[str]) -> Point | None:
    """Read a match of `YEAR_IN_BRACKETS`; None if there is no such year."""
    return _era_point(m["era"], number(m["ey"])) if m["era"] else Point(int(m["y"]))


_HALVES = {"上半期": 1, "上期": 1, "前半": 1, "前期": 1, "下半期": 2, "下期": 2, "後半": 2, "後期": 2}
_SEASONS_JA = {"春": 1, "夏": 2, "秋": 3, "冬": 4}


_MONTH_1 = rf"(?P<m1>{_MONTH})\s{{0,2}}月\s{{0,2}}"
_NOT_DAY = r"(?![間本系目常程以分])"


@_rule(
    "ja",
    rf"(?:{_year_pattern('1')}\s{{0,2}})?{_MONTH_1}(?P<d1>{_DAY})\s{{0,2}}(?:日{WEEKDAY}?)?(?P<sep>{_RANGE_OR_LIST})"
    rf"(?:{_year_pattern('2', continues=True)}\s{{0,2}})?(?:(?P<m2>{_MONTH})\s{{0,2}}月\s{{0,2}})?(?P<d2>{_DAY})"
    rf"\s{{0,2}}日{_NOT_DAY}",
)
def _days(m: re.Match[str]) -> Points:
    """Read a range or list of days: ``9月25日～27日``, ``令和6年9月25日、10月2日``."""
    first = _add_month(_japanese_year(m, "1"), m["m1"], m["d1"])
    second = _second_year(m, first) if _has_second_year(m) else (first and Point(first.year))
    return first, _add_month(second, m["m2"] or m["m1"], m["d2"])


@_rule(
    "ja",
    rf"(?:{_year_pattern('1')}\s{{0,2}}の?)?{_MONTH_1}(?:(?P<d1>{_DAY})\s{{0,2}}日{_NOT_DAY})?"
    rf"(?:{WEEKDAY}?(?P<sep>{UNTIL}){_year_pattern('2', continues=True)}\s{{0,2}}(?P<m2>{_MONTH})"
    rf"\s{{0,2}}月(?:\s{{0,2}}(?P<d2>{_DAY})\s{{0,2}}日)?)?"
    rf"(?![間号期刊額謝面]"
    rf"|\s?[0-9]{{1,2}}\s?日)",
)
def _day_or_month(m: re.Match[str]) -> Points:
    """Read a day or a month with or without year, or a range with two years: ``2024年12月～2025年2月``."""
    first = _add_month(_japanese_year(m, "1"), m["m1"], m["d1"])
    return first, _add_month(_second_year(m, first), m["m2"], m["d2"]) if m["m2"] else None


@_rule(
    "ja",
    rf"(?:{_year_pattern('1')}\s{{0,2}})?(?P<m1>{_MONTH})\s{{0,2}}月?{UNTIL}(?P<m2>{_MONTH})\s{{0,2}}月(?![間号期刊])(?!\s?[0-9]{{1,2}}\s?日)",
)
def _months(m: re.Match[str]) -> Points:
    """Read a range of months: ``2024年4月～6月``, ``4～6月``."""
    first = _add_month(_japanese_year(m, "1"), m["m1"], None)
    return first, first and first._replace(month=number(m["m2"]))


@_rule(
    "ja",
    rf"{_year_pattern('1')}(?P<fy1>度)?(?P<same>{_OTHER_YEARS})?(?:(?P<sep>{UNTIL})(?:{_year_pattern('2')}(?P<fy2>度)?"
    rf"|(?P<next2>{_ERA_YEAR})\s{{0,2}}年(?:(?P<fy3>度)|(?=\s?(?:まで|にかけて)))"
    rf"|(?<=[-~〜―─])\s{{0,2}}(?P<next3>{_ERA_YEAR})\s{{0,2}}年(?:{_OTHER_YEARS})?))?(?![間代前後来輪号初齢金]"
    rf"|\s?以[上下]|\s?(?:に|間に)?[0-9一二三四五六七八九十]{{1,3}}\s?回)",
)
def _year(m: re.Match[str]) -> Points:
    """Read a calendar or fiscal year, or a range of them: ``令和5年度``, ``2023年～2025年``."""
    first = _japanese_year(m, "1")
    second = None
    if _has_second_year(m):
        second = _second_year(m, first)
        if second and (m["fy2"] or m["fy3"]):
            second = second._replace(unit="fiscal")
            first = first and first._replace(unit="fiscal")
    if first and m["fy1"]:
        first = first._replace(unit="fiscal")
    return first, second


@_rule(
    "ja",
    rf"(?<![0-9.,/-])(?:(?P<era1>{ERA_NAME_OR_SIGN})\s{{0,2}})?(?P<a>[0-9]{{1,4}}){UNTIL}(?P<b>[0-9]{{1,4}})\s{{0,2}}年(?P<fy>度)?(?![間代前後])",
)
def _years(m: re.Match[str]) -> Points | None:
    """Read a range of years with one 年: ``2023～2025年度``, ``令和5～7年``."""
    a, b = int(m["a"]), int(m["b"])
    if m["era1"]:
        offset = ERA_OF[m["era1"]].offset
        a, b = offset + a, offset + b
    elif not is_year(a):
        return None
    if b < _YEARS_PER_CENTURY:
        b += a // _YEARS_PER_CENTURY * _YEARS_PER_CENTURY
    if not a < b <= LAST_YEAR:
        return None
    unit = "fiscal" if m["fy"] else "date"
    return Point(a, unit=unit), Point(b, unit=unit)


_QUARTER = r"第?\s?(?P<{name}>0?[1-4]|[一二三四])\s?四半期"


@_rule(
    "ja.part",
    rf"{_year_pattern('1')}(?P<fy>度)?\s?の?(?:第\s?(?P<q>[1-4]|[一二三四])\s?(?:四半期)?(?P<sep>{UNTIL})"
    rf"(?:{_year_pattern('2', continues=True)}(?P<fy2>度)?\s?の?)?{_QUARTER.format(name='q2')}"
    rf"|第\s?(?P<q3>[1-4一二三四])\s?四半期|(?P<h>上半期|下半期|上期"
    rf"|下期|前半|後半)|(?P<s>[春夏秋冬])(?![季期場分]))",
)
def _part_of_year(m: re.Match[str]) -> Points:
    """Read a quarter, half or season of a year, or a range of quarters: ``2024年度第1四半期``, ``2024年夏``."""
    point = _japanese_year(m, "1")
    if point is None:
        return None, None
    if m["s"]:
        return point._replace(unit="season", part=_SEASONS_JA[m["s"]]), None
    quarter = m["q"] or m["q3"]
    unit, part = ("quarter", number(quarter)) if quarter else ("half", _HALVES[m["h"]])
    first = point._replace(unit=unit, part=part, fiscal=bool(m["fy"]))
    if not m["q2"]:
        return first, None
    end = _second_year(m, point) if _has_second_year(m) else point
    fiscal = bool(m["fy2"]) if _has_second_year(m) else first.fiscal
    return first, end and end._replace(unit="quarter", part=number(m["q2"]), fiscal=fiscal)


@_rule(
    "ja.quarter", rf"(?<![度年の])第\s?(?P<q>[1-4一二三四])\s?四半期(?:(?P<sep>{UNTIL}){_QUARTER.format(name='q2')})?"
)
def _quarter(m: re.Match[str]) -> Points:
    """Read a quarter without year, of a fiscal year: ``第3四半期``."""
    first = Point(unit="quarter", part=number(m["q"]), fiscal=True)
    return first, first._replace(part=number(m["q2"])) if m["q2"] else None


@_rule("ja.decade", r"(?<![0-9])(?P<y>1[6-9][0-9]0|20[0-9]0)\s?年代")
def _decade(m: re.Match[str]) -> Points:
    """Read a decade: ``1990年代``."""
    return Point(int(m["y"]), unit="decade"), None


@_rule("ja", rf"(?P<rel>同|翌)月(?:\s?(?P<d>{_DAY})\s?日)?(?![間分号])|同日(?![時付本])")
def _relative_month_or_day(m: re.Match[str]) -> Points:
    """Read a date that repeats or follows the month or day above: ``同月3日``, ``翌月``, ``同日``."""
    if not m["rel"]:
        return Point(relative="same_day"), None
    point = Point(relative="same_month" if m["rel"] == "同" else "next_month")
    return point._replace(day=number(m["d"]) if m["d"] else None), None


@_rule(
    "ja",
    rf"(?P<lead>日{WEEKDAY}?\s?(?:[、､・,と]|及び|および|並びに)\s?)(?P<d>{_DAY})(?=(?P<tail>\s?日){_NOT_DAY})",
)
def _day_of_list(m: re.Match[str]) -> Points:
    """Read a further day of a list: ``5月21日、23日及び25日``."""
    return Point(relative="same_list", day=number(m["d"])), None


@_rule(
    "ja.era_letter",
    rf"(?<![a-z0-9.])(?P<era>[{_ERA_LETTERS}])\s?\.?\s?(?P<y>元|[0-9]{{1,2}})\s?[./]\s?(?P<m>{ARABIC_MONTH})"
    rf"(?:\s?[./]\s?(?P<d>{ARABIC_DAY}))?(?P<sep>{UNTIL})(?:(?P<era2>[{_ERA_LETTERS}])\s?\.?\s?)?"
    rf"(?P<y2>元|[0-9]{{1,2}})\s?[./]\s?(?P<m2>{ARABIC_MONTH})(?:\s?[./]\s?(?P<d2>{ARABIC_DAY}))?(?![0-9./-])",
)
def _era_letters(m: re.Match[str]) -> Points | None:
    """Read a range of months or days with the letter of its era: ``R6.4～R7.3``."""
    if bool(m["d"]) != bool(m["d2"]):
        return None
    first = _add_month(_era_point(m["era"], number(m["y"])), m["m"], m["d"])
    last = _add_month(_era_point(m["era2"] or m["era"], number(m["y2"])), m["m2"], m["d2"])
    return (first, last) if first and last else None


@_rule(
    "ja.era_letter",
    rf"(?<![a-z0-9.])(?P<era>[{_ERA_LETTERS}])\s?\.?\s?(?P<y>元"
    rf"|[0-9]{{1,2}})\s?(?:[./-]\s?(?P<m>{ARABIC_MONTH})\s?[./-]\s?(?P<d>{ARABIC_DAY})(?![0-9./-])|年(?:(?P<fy>度)"
    rf"|\s?(?P<m2>{ARABIC_MONTH})\s?月(?:\s?(?P<d2>{ARABIC_DAY})\s?日)?)?(?!間))",
)
def _era_letter(m: re.Match[str]) -> Points | None:
    """Read a year or day with the letter of its era: ``R6.9.25``, ``H30年度``."""
    year = _era_point(m["era"], number(m["y"]))
    if year is None:
        return None
    point = _add_month(year, m["m"] or m["m2"], m["d"] or m["d2"])
    return point and point._replace(unit="fiscal" if m["fy"] else "date"), None
