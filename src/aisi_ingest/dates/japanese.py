"""The forms of Japanese dates: years of eras, fiscal years, ranges and lists, over folded text."""

from __future__ import annotations

import re

from aisi_ingest.dates.edtf import (
    ARABIC_DAY,
    ARABIC_MONTH,
    ERAS,
    KANJI_DIGITS,
    UNTIL,
    WEEKDAY,
    Point,
    Rules,
    century,
    group,
    number,
)

RULES = Rules()
_rule = RULES.form

_SPACED = r"[123]\s[0-9](?=\s?日)"  # 1 2 日: digits that a PDF sets apart
_KDAY = "三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]"
_DAY = rf"(?:{_SPACED}|(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])|{_KDAY})"
_MON = r"(?:(?:1[0-2]|0?[1-9])(?![0-9])|十[一二]?|[一二三四五六七八九])"
_ERA = "明治|大正|昭和|平成|令和|[㍾㍽㍼㍻㋿]"
_LIST = r"\s{0,2}(?:[-~〜―─・､、,&]|から|及び|と|および)\s{0,2}"


def _year_ja(n: str) -> str:
    """A Japanese year up to 年, with the other reckoning in brackets after it."""
    return (
        rf"(?:(?P<era{n}>{_ERA})\s{{0,2}}(?P<ey{n}>元|[0-9]{{1,2}}|[{KANJI_DIGITS}十]{{1,3}})"
        rf"|(?:西暦\s?)?(?<![0-9.,])(?P<y{n}>[0-9]{{4}}|[{KANJI_DIGITS}]{{4}}|二千[{KANJI_DIGITS}十]{{0,4}})"
        rf"|(?P<rel{n}>同|翌|前|昨|本|今|来)|['](?P<yy{n}>[0-9]{{2}}))\s{{0,2}}年"
        rf"(?:\s?\((?:(?:{_ERA})\s?(?:元|[0-9]{{1,2}})|[0-9]{{4}})\s?年?\)(?=\s?[0-9度]))?"
    )


_RELATIVE = {"同": "same", "翌": "next", "前": "previous", "昨": "last", "本": "this", "今": "this", "来": "coming"}


def _japanese_year(m: re.Match[str], n: str) -> Point | None:
    """Year of the groups with suffix ``n``; a point without year for 同年 and the like; None if impossible."""
    era, western, relative, short = (group(m, f"{g}{n}") for g in ("era", "y", "rel", "yy"))
    if era:
        base, longest = ERAS[era]
        year = number(m[f"ey{n}"])
        return Point(base + year) if 1 <= year <= longest else None
    if western:
        year = number(western)
        return Point(year) if 1000 <= year <= 2999 else None
    if short:
        return Point(century(int(short)))
    return Point(relative=_RELATIVE[relative]) if relative else Point()


def _with(point: Point | None, month: str | None, day: str | None) -> Point | None:
    if point is None:
        return None
    return point._replace(month=number(month) if month else None, day=number(day) if day else None)


_HALVES = {"上半期": 1, "上期": 1, "前半": 1, "前期": 1, "下半期": 2, "下期": 2, "後半": 2, "後期": 2}
_SEASONS_JA = {"春": 1, "夏": 2, "秋": 3, "冬": 4}


# ---- Japanese --------------------------------------------------------------------------------------

_MD = rf"(?P<m1>{_MON})\s{{0,2}}月\s{{0,2}}"
_NOT_DAY = r"(?![間本系目常程以分])"


@_rule(
    "ja",
    rf"(?:{_year_ja('1')}\s{{0,2}})?{_MD}(?P<d1>{_DAY})\s{{0,2}}(?:日{WEEKDAY}?)?{_LIST}(?:{_year_ja('2')}\s{{0,2}})?(?:(?P<m2>{_MON})\s{{0,2}}月\s{{0,2}})?(?P<d2>{_DAY})\s{{0,2}}日{_NOT_DAY}",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    first = _with(_japanese_year(m, "1"), m["m1"], m["d1"])
    second = _japanese_year(m, "2") if m["era2"] or m["y2"] or m["rel2"] or m["yy2"] else (first and Point(first.year))
    return first, _with(second, m["m2"] or m["m1"], m["d2"])


@_rule(
    "ja",
    rf"(?:{_year_ja('1')}\s{{0,2}}の?)?{_MD}(?:(?P<d1>{_DAY})\s{{0,2}}日{_NOT_DAY})?(?:{WEEKDAY}?{UNTIL}{_year_ja('2')}\s{{0,2}}(?P<m2>{_MON})\s{{0,2}}月(?:\s{{0,2}}(?P<d2>{_DAY})\s{{0,2}}日)?)?(?![間号期刊額謝面]"
    rf"|\s?[0-9]{{1,2}}\s?日)",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    first = _with(_japanese_year(m, "1"), m["m1"], m["d1"])
    return first, _with(_japanese_year(m, "2"), m["m2"], m["d2"]) if m["m2"] else None


@_rule(
    "ja",
    rf"(?:{_year_ja('1')}\s{{0,2}})?(?P<m1>{_MON})\s{{0,2}}月?{UNTIL}(?P<m2>{_MON})\s{{0,2}}月(?![間号期刊])(?!\s?[0-9]{{1,2}}\s?日)",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    first = _with(_japanese_year(m, "1"), m["m1"], None)
    return first, first and first._replace(month=number(m["m2"]))


@_rule(
    "ja",
    rf"{_year_ja('1')}(?P<fy1>度)?(?:{UNTIL}{_year_ja('2')}(?P<fy2>度)?)?(?![間代前後来輪号初齢金]"
    rf"|\s?以[上下]|\s?(?:に|間に)?[0-9一二三四五六七八九十]{{1,3}}\s?回)",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    first = _japanese_year(m, "1")
    second = None
    if m["era2"] or m["y2"] or m["yy2"]:
        second = _japanese_year(m, "2")
        if second and m["fy2"]:
            second = second._replace(unit="fiscal")
            first = first and first._replace(unit="fiscal")
    if first and m["fy1"]:
        first = first._replace(unit="fiscal")
    return first, second


@_rule(
    "ja",
    rf"(?<![0-9.,/-])(?:(?P<era1>{_ERA})\s{{0,2}})?(?P<a>[0-9]{{1,4}}){UNTIL}(?P<b>[0-9]{{1,4}})\s{{0,2}}年(?P<fy>度)?(?![間代前後])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    a, b = int(m["a"]), int(m["b"])
    if m["era1"]:
        base, _ = ERAS[m["era1"]]
        a, b = base + a, base + b
    elif not (1000 <= a <= 2999):
        return None
    if b < 100:
        b += a // 100 * 100
    if not a < b <= 2999:
        return None
    unit = "fiscal" if m["fy"] else "date"
    return Point(a, unit=unit), Point(b, unit=unit)


@_rule(
    "ja.part",
    rf"{_year_ja('1')}(?P<fy>度)?\s?の?(?:第\s?(?P<q>[1-4一二三四])\s?四半期|(?P<h>上半期|下半期|上期"
    rf"|下期|前半|後半)|(?P<s>[春夏秋冬])(?![季期場分]))",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    point = _japanese_year(m, "1")
    if point is None:
        return None, None
    if m["s"]:
        return point._replace(unit="season", part=_SEASONS_JA[m["s"]]), None
    unit, part = ("quarter", number(m["q"])) if m["q"] else ("half", _HALVES[m["h"]])
    return point._replace(unit=unit, part=part, fiscal=bool(m["fy"])), None


@_rule("ja.decade", r"(?<![0-9])(?P<y>1[6-9][0-9]0|20[0-9]0)\s?年代")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    return Point(int(m["y"]), unit="decade"), None


@_rule("ja", rf"(?P<rel>同|翌)月(?:\s?(?P<d>{_DAY})\s?日)?(?![間分号])|同日(?![時付本])")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    if not m["rel"]:
        return Point(relative="same_day"), None
    point = Point(relative="same_month" if m["rel"] == "同" else "next_month")
    return point._replace(day=number(m["d"]) if m["d"] else None), None


@_rule(
    "ja.era_letter",
    rf"(?<![a-z0-9.])(?P<era>[mtshr])\s?\.?\s?(?P<y>元"
    rf"|[0-9]{{1,2}})\s?(?:[./-]\s?(?P<m>{ARABIC_MONTH})\s?[./-]\s?(?P<d>{ARABIC_DAY})(?![0-9./-])|年(?:(?P<fy>度)"
    rf"|\s?(?P<m2>{ARABIC_MONTH})\s?月(?:\s?(?P<d2>{ARABIC_DAY})\s?日)?)?(?!間))",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    base, longest = ERAS[m["era"]]
    year = number(m["y"])
    if not 1 <= year <= longest:
        return None
    point = _with(Point(base + year), m["m"] or m["m2"], m["d"] or m["d2"])
    return point and point._replace(unit="fiscal" if m["fy"] else "date"), None
