"""Dates in Japanese and English text to EDTF (https://www.loc.gov/standards/datetime/).

An own small grammar over the one-to-one fold of the text (``aisi_ingest.text.fold``), so that offsets
hold. Every pattern has bounded repetition, so hostile text costs no more than plain text. What a date
is and where a missing year comes from: ``find``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from aisi_ingest.model import Content, Listing
from aisi_ingest.text import fold


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


class _Point(NamedTuple):
    """One end of a date. ``unit``: date, fiscal, season, quarter, half (the last two with ``fiscal``), decade."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    unit: str = "date"
    part: int = 0
    fiscal: bool = False
    relative: str = ""


class _Hit(NamedTuple):
    start: int
    end: int
    rule: str
    first: _Point | None  # None: a date by its form, impossible by its numbers
    last: _Point | None = None


# ---- numbers ---------------------------------------------------------------------------------------

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"元": 1, "零": 0}
# No era was longer than 64 years; years after an era's end are kept, since plans were made in them.
_ERAS = {"明治": (1867, 45), "大正": (1911, 15), "昭和": (1925, 64), "平成": (1988, 64), "令和": (2018, 64)}
_ERAS |= {"m": _ERAS["明治"], "t": _ERAS["大正"], "s": _ERAS["昭和"], "h": _ERAS["平成"], "r": _ERAS["令和"]}
_ERAS |= {"㍾": _ERAS["明治"], "㍽": _ERAS["大正"], "㍼": _ERAS["昭和"], "㍻": _ERAS["平成"], "㋿": _ERAS["令和"]}


def _number(text: str) -> int:
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


_K = "〇一二三四五六七八九"
_SPACED = r"[123]\s[0-9](?=\s?日)"  # 1 2 日: digits that a PDF sets apart
_KDAY = "三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]"
_DAY = rf"(?:{_SPACED}|(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])|{_KDAY})"
_MON = r"(?:(?:1[0-2]|0?[1-9])(?![0-9])|十[一二]?|[一二三四五六七八九])"
_ADAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])"
_AMON = r"(?:1[0-2]|0?[1-9])(?![0-9])"
_ERA = "明治|大正|昭和|平成|令和|[㍾㍽㍼㍻㋿]"
_WEEK = r"(?:\s?\(\s?[月火水木金土日](?:曜日?)?(?:[・,]\s?祝)?\s?\))"
_SEP = r"\s{0,2}(?:[-~〜―─/]|から|より|乃至)\s{0,2}"
_LIST = r"\s{0,2}(?:[-~〜―─・､、,&]|から|及び|と|および)\s{0,2}"


def _year_ja(n: str) -> str:
    """A Japanese year up to 年, with the other reckoning in brackets after it."""
    return (
        rf"(?:(?P<era{n}>{_ERA})\s{{0,2}}(?P<ey{n}>元|[0-9]{{1,2}}|[{_K}十]{{1,3}})"
        rf"|(?:西暦\s?)?(?<![0-9.,])(?P<y{n}>[0-9]{{4}}|[{_K}]{{4}}|二千[{_K}十]{{0,4}})"
        rf"|(?P<rel{n}>同|翌|前|昨|本|今|来)|['](?P<yy{n}>[0-9]{{2}}))\s{{0,2}}年"
        rf"(?:\s?\((?:(?:{_ERA})\s?(?:元|[0-9]{{1,2}})|[0-9]{{4}})\s?年?\)(?=\s?[0-9度]))?"
    )


_RULES: list[tuple[str, re.Pattern[str], Callable[[re.Match[str]], tuple[_Point | None, _Point | None] | None]]] = []


def _rule(name: str, pattern: str) -> Callable[[Callable[..., tuple[_Point | None, _Point | None] | None]], None]:
    def add(build: Callable[..., tuple[_Point | None, _Point | None] | None]) -> None:
        _RULES.append((name, re.compile(pattern, re.ASCII), build))

    return add


def _get(m: re.Match[str], name: str) -> str | None:
    return m.groupdict().get(name)


_RELATIVE = {"同": "same", "翌": "next", "前": "previous", "昨": "last", "本": "this", "今": "this", "来": "coming"}


def _japanese_year(m: re.Match[str], n: str) -> _Point | None:
    """Year of the groups with suffix ``n``; a point without year for 同年 and the like; None if impossible."""
    era, western, relative, short = (_get(m, f"{g}{n}") for g in ("era", "y", "rel", "yy"))
    if era:
        base, longest = _ERAS[era]
        year = _number(m[f"ey{n}"])
        return _Point(base + year) if 1 <= year <= longest else None
    if western:
        year = _number(western)
        return _Point(year) if 1000 <= year <= 2999 else None
    if short:
        return _Point(_century(int(short)))
    return _Point(relative=_RELATIVE[relative]) if relative else _Point()


def _century(short: int) -> int:
    return 2000 + short if short < 70 else 1900 + short


def _with(point: _Point | None, month: str | None, day: str | None) -> _Point | None:
    if point is None:
        return None
    return point._replace(month=_number(month) if month else None, day=_number(day) if day else None)


_HALVES = {"上半期": 1, "上期": 1, "前半": 1, "前期": 1, "下半期": 2, "下期": 2, "後半": 2, "後期": 2}
_SEASONS_JA = {"春": 1, "夏": 2, "秋": 3, "冬": 4}


# ---- Japanese --------------------------------------------------------------------------------------

_MD = rf"(?P<m1>{_MON})\s{{0,2}}月\s{{0,2}}"
_NOT_DAY = r"(?![間本系目常程以分])"


@_rule("ja", rf"(?:{_year_ja('1')}\s{{0,2}})?{_MD}(?P<d1>{_DAY})\s{{0,2}}(?:日{_WEEK}?)?{_LIST}(?:{_year_ja('2')}\s{{0,2}})?(?:(?P<m2>{_MON})\s{{0,2}}月\s{{0,2}})?(?P<d2>{_DAY})\s{{0,2}}日{_NOT_DAY}")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    first = _with(_japanese_year(m, "1"), m["m1"], m["d1"])
    second = _japanese_year(m, "2") if m["era2"] or m["y2"] or m["rel2"] or m["yy2"] else (first and _Point(first.year))
    return first, _with(second, m["m2"] or m["m1"], m["d2"])


@_rule("ja", rf"(?:{_year_ja('1')}\s{{0,2}}の?)?{_MD}(?:(?P<d1>{_DAY})\s{{0,2}}日{_NOT_DAY})?(?:{_WEEK}?{_SEP}{_year_ja('2')}\s{{0,2}}(?P<m2>{_MON})\s{{0,2}}月(?:\s{{0,2}}(?P<d2>{_DAY})\s{{0,2}}日)?)?(?![間号期刊額謝面]|\s?[0-9]{{1,2}}\s?日)")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    first = _with(_japanese_year(m, "1"), m["m1"], m["d1"])
    return first, _with(_japanese_year(m, "2"), m["m2"], m["d2"]) if m["m2"] else None


@_rule("ja", rf"(?:{_year_ja('1')}\s{{0,2}})?(?P<m1>{_MON})\s{{0,2}}月?{_SEP}(?P<m2>{_MON})\s{{0,2}}月(?![間号期刊])(?!\s?[0-9]{{1,2}}\s?日)")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    first = _with(_japanese_year(m, "1"), m["m1"], None)
    return first, first and first._replace(month=_number(m["m2"]))


@_rule("ja", rf"{_year_ja('1')}(?P<fy1>度)?(?:{_SEP}{_year_ja('2')}(?P<fy2>度)?)?(?![間代前後来輪号初齢金]|\s?以[上下]|\s?(?:に|間に)?[0-9一二三四五六七八九十]{{1,3}}\s?回)")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
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


@_rule("ja", rf"(?<![0-9.,/-])(?:(?P<era1>{_ERA})\s{{0,2}})?(?P<a>[0-9]{{1,4}}){_SEP}(?P<b>[0-9]{{1,4}})\s{{0,2}}年(?P<fy>度)?(?![間代前後])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    a, b = int(m["a"]), int(m["b"])
    if m["era1"]:
        base, longest = _ERAS[m["era1"]]
        a, b = base + a, base + b
    elif not (1000 <= a <= 2999):
        return None
    if b < 100:
        b += a // 100 * 100
    if not a < b <= 2999:
        return None
    unit = "fiscal" if m["fy"] else "date"
    return _Point(a, unit=unit), _Point(b, unit=unit)


@_rule("ja.part", rf"{_year_ja('1')}(?P<fy>度)?\s?の?(?:第\s?(?P<q>[1-4一二三四])\s?四半期|(?P<h>上半期|下半期|上期|下期|前半|後半)|(?P<s>[春夏秋冬])(?![季期場分]))")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    point = _japanese_year(m, "1")
    if point is None:
        return None, None
    if m["s"]:
        return point._replace(unit="season", part=_SEASONS_JA[m["s"]]), None
    unit, part = ("quarter", _number(m["q"])) if m["q"] else ("half", _HALVES[m["h"]])
    return point._replace(unit=unit, part=part, fiscal=bool(m["fy"])), None


@_rule("ja.decade", r"(?<![0-9])(?P<y>1[6-9][0-9]0|20[0-9]0)\s?年代")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    return _Point(int(m["y"]), unit="decade"), None


@_rule("ja", rf"(?P<rel>同|翌)月(?:\s?(?P<d>{_DAY})\s?日)?(?![間分号])|同日(?![時付本])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    if not m["rel"]:
        return _Point(relative="same_day"), None
    point = _Point(relative="same_month" if m["rel"] == "同" else "next_month")
    return point._replace(day=_number(m["d"]) if m["d"] else None), None


@_rule("ja.era_letter", rf"(?<![a-z0-9.])(?P<era>[mtshr])\s?\.?\s?(?P<y>元|[0-9]{{1,2}})\s?(?:[./-]\s?(?P<m>{_AMON})\s?[./-]\s?(?P<d>{_ADAY})(?![0-9./-])|年(?:(?P<fy>度)|\s?(?P<m2>{_AMON})\s?月(?:\s?(?P<d2>{_ADAY})\s?日)?)?(?!間))")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    base, longest = _ERAS[m["era"]]
    year = _number(m["y"])
    if not 1 <= year <= longest:
        return None
    point = _with(_Point(base + year), m["m"] or m["m2"], m["d"] or m["d2"])
    return point and point._replace(unit="fiscal" if m["fy"] else "date"), None


# ---- English ---------------------------------------------------------------------------------------

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)(?![a-z])\.?)"
)
_TH = r"(?:st|nd|rd|th)?(?![a-z0-9])"
_EDAY = rf"(?:3[01]|[12][0-9]|0?[1-9]){_TH}"
_EY = r"(?P<y{n}>[0-9]{{4}})(?![0-9]|[,.][0-9])"
_ESEP = r"\s?(?:-|~|―)\s?|\s(?:to|through|until|till|and|&)\s|,?\s?&\s?"
_WEEK_EN = r"(?:\s?\((?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?\))?"


def _y(n: int) -> str:
    return _EY.format(n=n)


def _english(month: str | None, day: str | None, year: str | None) -> _Point:
    digits = re.match("[0-9]+", day) if day else None
    return _Point(
        int(year) if year else None,
        _NAMES.index(month[:3]) + 1 if month else None,
        int(digits.group()) if digits else None,
    )


@_rule("en", rf"(?<![a-z])(?P<m1>{_MONTH})\s?(?P<d1>{_EDAY}){_WEEK_EN}(?:,?\s?{_y(1)})?(?:{_ESEP})(?:(?P<m2>{_MONTH})\s?)?(?P<d2>{_EDAY}){_WEEK_EN}(?:(?:,\s?|\s|,?\s?of\s){_y(2)})?")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    if m["y1"] and not m["m2"]:
        return None
    return _english(m["m1"], m["d1"], m["y1"] or m["y2"]), _english(m["m2"] or m["m1"], m["d2"], m["y2"] or m["y1"])


@_rule("en", rf"(?<![a-z])(?P<m1>{_MONTH})\s?(?P<d1>{_EDAY})(?:{_WEEK_EN}(?:,\s?|\s|\sof\s){_y(1)})?")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    return _english(m["m1"], m["d1"], m["y1"]), None


@_rule("en", rf"(?<![a-z0-9.,/-])(?P<d1>{_EDAY})(?:\s?(?:of\s)?(?P<m1>{_MONTH})(?:,?\s?{_y(1)})?)?(?:{_ESEP})(?P<d2>{_EDAY})\s?(?:of\s)?(?P<m2>{_MONTH})(?:,?\s?{_y(2)})?(?![a-z])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    return _english(m["m1"] or m["m2"], m["d1"], m["y1"] or m["y2"]), _english(m["m2"], m["d2"], m["y2"] or m["y1"])


@_rule("en", rf"(?<![a-z0-9.,/-])(?P<d1>{_EDAY})\s?(?:of\s)?(?P<m1>{_MONTH})(?:(?:,\s?|\s|-){_y(1)})?(?![a-z])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    return _english(m["m1"], m["d1"], m["y1"]), None


@_rule("en", rf"(?<![a-z])(?P<m1>{_MONTH})(?:\s?,?\s?{_y(1)})?(?:{_ESEP})(?P<m2>{_MONTH})(?:,\s?|\sof\s|\s|\s?/\s?)?{_y(2)}")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    return _english(m["m1"], None, m["y1"] or m["y2"]), _english(m["m2"], None, m["y2"])


@_rule("en", rf"(?<![a-z])(?P<m1>{_MONTH})(?:\s?,\s?|\sof\s|\s|-|')?{_y(1)}(?![/-][0-9])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    return _english(m["m1"], None, m["y1"]), None


@_rule("en", rf"(?<![0-9.,/-]){_y(1)},?\s(?P<m1>{_MONTH})(?:\s?(?P<d1>{_EDAY})(?:(?:{_ESEP})(?:(?P<m2>{_MONTH})\s?)?(?P<d2>{_EDAY}))?)?(?![a-z])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    if not 1000 <= int(m["y1"]) <= 2999:
        return None
    second = _english(m["m2"] or m["m1"], m["d2"], m["y1"]) if m["d2"] else None
    return _english(m["m1"], m["d1"], m["y1"]), second


_MONTH_ALONE = re.compile(
    r"(?:^|[|\n(]|\b(?:in|since|by|until|till|from|during|of|early|late|mid|mid-|this|last|next|every|end of|as of|before|after)\s)\s{0,2}$",
    re.ASCII,
)
_MONTH_CELL = re.compile(r"\s{0,2}(?:$|[|\n:)]|[-~]\s)", re.ASCII)


@_rule("en.month", rf"(?<![a-z0-9])(?P<m1>{_MONTH})(?:(?:{_ESEP})(?P<m2>{_MONTH}))?(?![a-z0-9'])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    before = m.string[max(0, m.start() - 12) : m.start()]
    if not _MONTH_ALONE.search(before) and not m["m2"]:
        return None
    opens = not before.strip() or before.rstrip()[-1] in "|(" or before.endswith("\n")
    if opens and not _MONTH_CELL.match(m.string, m.end()):
        return None
    return _english(m["m1"], None, None), _english(m["m2"], None, None) if m["m2"] else None


# ---- both ------------------------------------------------------------------------------------------

_SHORT = r"(?:[0-9]{4}|'?[0-9]{2})(?![0-9])"


def _year_number(text: str) -> int:
    text = text.lstrip("'")
    return int(text) if len(text) == 4 else _century(int(text))


@_rule("fiscal", rf"(?<![a-z0-9])(?:fy|fiscal(?:\s?years?)?)\s?(?:of\s)?(?P<y1>{_SHORT})(?:\s?(?:[-~/]|to|through)\s?(?:fy\s?)?(?P<y2>{_SHORT}))?(?:[\s,/-]{{0,2}}q(?P<q>[1-4])(?![0-9]))?")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    first = _year_number(m["y1"])
    if not 1900 <= first <= 2199:
        return None
    if m["q"]:
        return _Point(first, unit="quarter", part=int(m["q"]), fiscal=True), None
    return _Point(first, unit="fiscal"), _Point(_year_number(m["y2"]), unit="fiscal") if m["y2"] else None


@_rule("fiscal", r"(?<![0-9.,/-])(?P<y>(?:19|20)[0-9]{2})\s?(?:fiscal\syear(?!s)|fy(?![a-z0-9]))")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    return _Point(int(m["y"]), unit="fiscal"), None


_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "latter": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}


@_rule("part", rf"(?<![a-z0-9])(?:(?P<o>first|second|third|fourth|latter|1st|2nd|3rd|4th)\s(?P<k>quarter|half)\s(?:of\s)?(?:the\s)?|(?P<k2>[qh])(?P<n>[1-4])(?:\sof)?[\s,/-]{{0,2}})(?P<fy>fy\s?|fiscal\s(?:year\s)?)?(?P<y>{_SHORT})|(?<![0-9.,/-])(?P<y2>(?:19|20)[0-9]{{2}})[\s/-]{{0,2}}(?P<k3>[qh])(?P<n2>[1-4])(?![a-z0-9])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    kind = (m["k"] or m["k2"] or m["k3"])[0]
    part = _ORDINALS[m["o"]] if m["o"] else int(m["n"] or m["n2"])
    year = m["y"] or m["y2"]
    if (kind == "h" and part > 2) or len(year) != 4 and not m["fy"]:
        return None
    return _Point(_year_number(year), unit="quarter" if kind == "q" else "half", part=part, fiscal=bool(m["fy"])), None


_SEASONS_EN = {"spring": 1, "summer": 2, "fall": 3, "autumn": 3, "winter": 4}


@_rule("season", r"(?<![a-z])(?P<s>spring|summer|fall|autumn|winter)(?:\sof|,)?\s(?P<y>(?:19|20)[0-9]{2})(?![0-9])|(?<![0-9])(?P<y2>(?:19|20)[0-9]{2})\s(?P<s2>spring|summer|fall|autumn|winter)(?![a-z])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    return _Point(int(m["y"] or m["y2"]), unit="season", part=_SEASONS_EN[m["s"] or m["s2"]]), None


@_rule("decade", r"(?<![a-z0-9.,-])(?P<y>(?:1[6-9]|20)[0-9]0)'?s(?![a-z0-9])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None]:
    return _Point(int(m["y"]), unit="decade"), None


# Signs and words before a number that make it a version, a page, a standard or a reference.
_NUMBERED = re.compile(
    r"(?:\bver(?:sion)?s?\.?|\bv\.?|第|\bnos?\.?|#|§|節|章|図|表|条|項|\bfig(?:ure)?s?\.?|\btables?|\bsec(?:tion)?s?\.?|\bpp?\.?"
    r"|\bpages?|\biso(?:/iec)?(?:\s(?:tr|ts|dis|fdis|cd|dtr|awi|guide))?|\biec|\bjis\s?[a-z]?|\brfc|\bnist|\bsp|\bieee|\barxiv:?|\bcve-?|\bdoi:?|[$¥€£≥≤<>=×x±約])\s?$",
    re.ASCII,
)
_BARRED = re.compile(r"(?:[.,][0-9]|%|％|円|ドル|人|件|個|社|ページ|頁|文字|点|年|[a-z_]|-[a-z0-9]|/[0-9])", re.ASCII)


def _numbered(m: re.Match[str]) -> bool:
    return bool(_NUMBERED.search(m.string[max(0, m.start() - 12) : m.start()]))


_LEFT = r"(?<![a-z0-9_./-])"


@_rule("numeric", rf"{_LEFT}(?P<y>[0-9]{{4}})(?P<s>\s?[-/.]\s?)(?P<m>{_AMON})(?P=s)(?P<d>{_ADAY})(?:(?:t|\s)(?=[0-9]{{2}}:)|(?![0-9_/-]|\.[0-9]))(?:{_SEP}(?P<y2>[0-9]{{4}})(?P=s)(?P<m2>{_AMON})(?P=s)(?P<d2>{_ADAY})(?![0-9_/-]|\.[0-9])|{_SEP}(?P<m3>{_AMON})(?P=s)(?P<d3>{_ADAY})(?![0-9_/-]|\.[0-9]))?")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    if _numbered(m):
        return None
    if not 1000 <= int(m["y"]) <= 2999:
        return None, None
    first = _Point(int(m["y"]), int(m["m"]), int(m["d"]))
    if m["y2"]:
        return first, _Point(int(m["y2"]), int(m["m2"]), int(m["d2"]))
    return first, _Point(first.year, int(m["m3"]), int(m["d3"])) if m["m3"] else None


@_rule("numeric", r"(?<![a-z0-9_./-])(?P<y>(?:19|20)[0-9]{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12][0-9]|3[01])(?![a-z0-9_./-])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    return (_Point(int(m["y"]), int(m["m"]), int(m["d"])), None) if not _numbered(m) else None


@_rule("numeric", rf"{_LEFT}(?P<y>(?:19|20)[0-9]{{2}})[/.](?P<m>{_AMON})(?:{_SEP}(?P<y2>(?:19|20)[0-9]{{2}})[/.](?P<m2>{_AMON}))?(?![0-9a-z_/%-]|\.[0-9])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    if _numbered(m):
        return None
    second = _Point(int(m["y2"]), int(m["m2"])) if m["y2"] else None
    return _Point(int(m["y"]), int(m["m"])), second


@_rule("numeric", rf"{_LEFT}(?P<y>(?:19|20)[0-9]{{2}})-(?P<m>0[1-9]|1[0-2])(?![0-9a-z_/-]|\.[0-9])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    return (_Point(int(m["y"]), int(m["m"])), None) if not _numbered(m) else None


@_rule("numeric", rf"{_LEFT}(?P<a>[0-3]?[0-9])(?P<s>[/.])(?P<b>[0-3]?[0-9])(?P=s)(?P<y>(?:19|20)[0-9]{{2}})(?![0-9a-z_/-]|\.[0-9])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    a, b = int(m["a"]), int(m["b"])
    # 25.9.2024 is European; 9/25/2024 American, and Japanese publishers write English dates the American way.
    day, month = (a, b) if m["s"] == "." or a > 12 else (b, a)
    return (_Point(int(m["y"]), month, day), None) if not _numbered(m) and 1 <= month <= 12 and 1 <= day <= 31 else None


@_rule("slash", rf"{_LEFT}(?P<m>{_AMON})/(?P<d>{_ADAY})(?P<w>{_WEEK}(?=.{{0,4}}))?(?:{_SEP}(?P<m2>{_AMON})/(?P<d2>{_ADAY}))?(?![0-9a-z_/.%])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    if _numbered(m):
        return None
    return _Point(None, int(m["m"]), int(m["d"])), _Point(None, int(m["m2"]), int(m["d2"])) if m["m2"] else None


_BEFORE_YEAR = re.compile(
    r"(?:(?:^|\n|\|)\s{0,2}[・\-*]?\s?|\b(?:in|since|by|of|from|until|till|before|after|during|around|early|late|mid|mid-|for|year|years|through|circa|ca\.|©|copyright|\(c\)|dated|toward|towards|beyond)\s{1,2}|et\sal\.,?\s?\(?|[a-z)]\s?\(|,\s)$",
    re.ASCII,
)
_AFTER_YEAR = re.compile(
    r"(?:$|-\s?(?:$|\n)|\s?(?:頃|以降|以前|まで|から)|[\n|:;,.)\]?!、。）」・は]|\s[\"|(-]|'s\b|\s(?:[^a-z0-9]|\n|$|(?:the|a|an|and|or|by|at|to|with|which|was|were|is|are|as|when|where|while|for|from|in|on|of|after|before|alone|but|that|has|have|had|will|would|using|through|under|it|its|we|there|this|these|about|onward|onwards|until|because|since|edition|version|joined)\b))",
    re.ASCII,
)


@_rule("year", rf"(?<![a-z0-9_.,/:'-])(?P<y>(?:19|20)[0-9]{{2}})(?:\s?(?:[-~]|to|through)\s?(?P<y2>(?:19|20)[0-9]{{2}}|[0-9]{{2}}))?(?![0-9])")
def _(m: re.Match[str]) -> tuple[_Point | None, _Point | None] | None:
    if _numbered(m) or _BARRED.match(m.string, m.end()):
        return None
    year, end = int(m["y"]), None
    if m["y2"]:
        end = int(m["y2"]) if len(m["y2"]) == 4 else year // 100 * 100 + int(m["y2"])
        if not year < end <= year + 60:
            return None
        return _Point(year), _Point(end)
    before = m.string[max(0, m.start() - 12) : m.start()]
    if not _BEFORE_YEAR.search(before) or not _AFTER_YEAR.match(m.string, m.end()):
        return None
    ends = not m.string[m.end() : m.end() + 2].strip() or m.string[m.end()] in ".);]\n"
    if before.endswith(", ") and not ends:
        return None
    if (not before.strip() or before.rstrip(" ")[-1:] in "\n|") and m.string[m.end() : m.end() + 2].strip()[:1] not in ("", ":", "|", "-", "頃", "以", "ま", "か", "、"):
        return None
    return _Point(year), None


# ---- finding ---------------------------------------------------------------------------------------

_ANY = re.compile(rf"[0-9]|[{_K}十元]\s?[年月]|同[年月日]|翌[年月]|{_MONTH}", re.ASCII)
_MASK = re.compile(
    r"(?:https?://|www\.)[!-~]{1,400}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
    r"|[\w.()-]{1,120}\.(?:pdf|html?|pptx?|docx?|xlsx?|jsonl?|csv|md|py|zip|png|jpe?g|ya?ml|txt)(?![a-z0-9])|doi:\s?[!-~]{1,200}|arxiv:\s?[!-~]{1,40}",
    re.ASCII,
)
_PRONE_TO_RATIO = re.compile(r"[(（]\s?$")


# Words beside a date that put it after the document's own.
_PLANNED = re.compile(r"[^、。\n]{0,8}(?:予定|目途|目処|めど|に向け|を目指)")
_PLANNED_EN = re.compile(r"(?:scheduled|planned|due|will be held|to be held|expected|upcoming|next meeting)\s[a-z ]{0,12}$")


def masked(folded: str) -> list[tuple[int, int]]:
    """Spans of addresses and file names, in which nothing is tagged."""
    if "." not in folded and "doi:" not in folded and "arxiv:" not in folded:
        return []
    return [m.span() for m in _MASK.finditer(folded)]


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
    own: _Point | None = None  # the last date of the same line that states its year
    before = context.before
    line_end = -1
    for hit in _select(text, folded, context):
        if hit.start > line_end:
            line_end = text.find("\n", hit.start)
            line_end = len(text) if line_end < 0 else line_end
            own = None
        planned = bool(_PLANNED.match(folded, hit.end) or _PLANNED_EN.search(folded[max(0, hit.start - 24) : hit.start]))
        found = _resolve(hit, own, before, context, planned)
        if found is None:
            continue
        out.append(found)
        year, month, day = found.stated
        if year is not None:
            before = (year, month, day)
            if found.own:
                end = hit.last if hit.last is not None and hit.last.year is not None else _Point(year, month, day)
                own = end._replace(fiscal=found.fiscal)
    return out


def _select(text: str, folded: str, context: Context) -> Iterable[_Hit]:
    """All hits of all rules, leftmost first, the longest of those that overlap."""
    hits: list[_Hit] = []
    doubtful: list[tuple[int, int, tuple[_Point | None, _Point | None]]] = []
    masks = masked(folded)
    for name, pattern, build in _RULES:
        for m in pattern.finditer(folded):
            points = build(m)
            if points is None:
                continue
            start, end = m.span()
            if name == "slash" and not _slash_is_date(m, points[0], context):
                doubtful.append((*m.span(), points))
                continue
            if any(a < end and start < b for a, b in masks):
                continue
            if name.startswith("en") and not _capital(text, m):
                continue
            if name == "ja.era_letter" and not text[start].isupper():
                continue
            first, last = points
            if first and first.relative in ("previous", "last", "this", "coming") and first.month is None and first.unit == "date":
                continue  # 今年 and 昨年 alone are vague
            while end > start and folded[end - 1] in " .,":
                end -= 1
            rule = "ja.era" if name == "ja" and _get(m, "era1") else name
            hits.append(_Hit(start, end, f"date.{rule}", first, last))
    slashes = [h for h in hits if h.rule == "date.slash"]
    if doubtful and slashes:  # one sure day makes its neighbours days: 10/1, 10/16, 10/24
        lines = {text.count("\n", 0, h.start) for h in slashes}
        hits += [_Hit(a, b, "date.slash", *p) for a, b, p in doubtful[:200] if text.count("\n", 0, a) in lines]
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


def _slash_is_date(m: re.Match[str], first: _Point | None, context: Context) -> bool:
    """``4/30`` and not ``1/2`` of a series: in a dated table, with a weekday or a range, or where it cannot be a part."""
    if first is None or first.month is None or first.day is None:
        return False
    if context.cell and context.table or m["w"] or m["m2"]:
        return True
    return first.day > 12 and first.day != 24 or first.month > first.day and bool(_PRONE_TO_RATIO.search(m.string[max(0, m.start() - 2) : m.start()]))


def _resolve(hit: _Hit, own: _Point | None, before: tuple[int, int | None, int | None] | None, context: Context, planned: bool) -> Found | None:
    first, last = hit.first, hit.last
    if first is None:
        return Found(hit.start, hit.end, None, hit.rule, (None, None, None))
    rule = hit.rule
    if first.relative:
        near = (own.year, own.month, own.day) if own and own.year is not None else before
        known = _relative(first, near, context)
        if known is None:
            return None if first.month is None and first.relative not in ("same", "same_month") else Found(hit.start, hit.end, None, rule, (None, None, None))
        first, rule = known, rule + "+relative"
    stated_year = first.year
    year_less = first.year is None
    if year_less:
        if last is not None and last.year is not None and not last.relative:
            year = last.year - 1 if first.month and last.month and first.month > last.month else last.year
            origin = "range"
        else:
            year, origin = _year_for(first, own, context, planned)
        rule = f"{rule}+{origin}"
        first = first._replace(year=year)
    if last is not None:
        if last.relative:
            last = _relative(last, (first.year, first.month, first.day) if first.year is not None else None, context)
        elif last.year is None:
            year = first.year
            if year is not None and last.month and first.month and last.month < first.month:
                year += 1
            last = last._replace(year=year)
        elif stated_year is not None and last.month and first.month and last.year == first.year and last.month < first.month and hit.rule.startswith("date.ja"):
            last = last._replace(year=last.year + 1)
    value = _edtf(first, last)
    return Found(hit.start, hit.end, value, rule, (first.year, first.month, first.day), first.unit == "fiscal", not year_less)


def _relative(point: _Point, near: tuple[int | None, int | None, int | None] | None, context: Context) -> _Point | None:
    if point.relative in ("last", "this", "coming"):
        written = _parts(context.document)
        if written is None:
            return None
        return point._replace(year=written[0] + {"last": -1, "this": 0, "coming": 1}[point.relative], relative="")
    if near is None or near[0] is None:
        return None
    year, month, day = near
    if point.relative in ("same", "next", "previous"):
        return point._replace(year=year + {"same": 0, "next": 1, "previous": -1}[point.relative], relative="")
    if point.relative == "same_day":
        return _Point(year, month, day) if day else None
    if month is None:
        return None
    if point.relative == "next_month":
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return point._replace(year=year, month=month, relative="")


def _year_for(point: _Point, own: _Point | None, context: Context, planned: bool) -> tuple[int | None, str]:
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


def _parts(edtf: str | None) -> tuple[int, int | None, int | None] | None:
    """Year, month and day of an EDTF value; of an interval its end."""
    m = re.search(r"(?:^|/)([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?$", edtf or "", re.ASCII)
    if not m:
        return None
    month = int(m[2]) if m[2] and int(m[2]) <= 12 else None
    return int(m[1]), month, int(m[3]) if m[3] and month else None


_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _edtf(first: _Point, last: _Point | None) -> str | None:
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


def _bounds(point: _Point) -> tuple[str, str] | None:
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


# ---- a document's own date -------------------------------------------------------------------------

_FILE_DATE = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])(?![0-9])", re.ASCII)


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
            rest = len(re.sub(r"[\W\d_]|第|版|改訂|更新|作成|公表|発行|制定|現在", "", block.text[: found.start] + block.text[found.end :]))
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


