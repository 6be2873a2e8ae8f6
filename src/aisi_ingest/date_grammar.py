"""The forms of dates in Japanese and English: patterns over folded text, and what each says.

Every pattern has bounded repetition, so hostile text costs no more than plain text. A rule gives one or
two points (a date, or the ends of a range), None for "no date after all".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Point(NamedTuple):
    """One end of a date. ``unit``: date, fiscal, season, quarter, half (the last two with ``fiscal``), decade."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    unit: str = "date"
    part: int = 0
    fiscal: bool = False
    relative: str = ""


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


KANJI_DIGITS = "〇一二三四五六七八九"
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
        rf"(?:(?P<era{n}>{_ERA})\s{{0,2}}(?P<ey{n}>元|[0-9]{{1,2}}|[{KANJI_DIGITS}十]{{1,3}})"
        rf"|(?:西暦\s?)?(?<![0-9.,])(?P<y{n}>[0-9]{{4}}|[{KANJI_DIGITS}]{{4}}|二千[{KANJI_DIGITS}十]{{0,4}})"
        rf"|(?P<rel{n}>同|翌|前|昨|本|今|来)|['](?P<yy{n}>[0-9]{{2}}))\s{{0,2}}年"
        rf"(?:\s?\((?:(?:{_ERA})\s?(?:元|[0-9]{{1,2}})|[0-9]{{4}})\s?年?\)(?=\s?[0-9度]))?"
    )


RULES: list[tuple[str, re.Pattern[str], Callable[[re.Match[str]], tuple[Point | None, Point | None] | None]]] = []


def _rule(name: str, pattern: str) -> Callable[[Callable[..., tuple[Point | None, Point | None] | None]], None]:
    def add(build: Callable[..., tuple[Point | None, Point | None] | None]) -> None:
        RULES.append((name, re.compile(pattern, re.ASCII), build))

    return add


def group(m: re.Match[str], name: str) -> str | None:
    return m.groupdict().get(name)


_RELATIVE = {"同": "same", "翌": "next", "前": "previous", "昨": "last", "本": "this", "今": "this", "来": "coming"}


def _japanese_year(m: re.Match[str], n: str) -> Point | None:
    """Year of the groups with suffix ``n``; a point without year for 同年 and the like; None if impossible."""
    era, western, relative, short = (group(m, f"{g}{n}") for g in ("era", "y", "rel", "yy"))
    if era:
        base, longest = _ERAS[era]
        year = _number(m[f"ey{n}"])
        return Point(base + year) if 1 <= year <= longest else None
    if western:
        year = _number(western)
        return Point(year) if 1000 <= year <= 2999 else None
    if short:
        return Point(_century(int(short)))
    return Point(relative=_RELATIVE[relative]) if relative else Point()


def _century(short: int) -> int:
    return 2000 + short if short < 70 else 1900 + short


def _with(point: Point | None, month: str | None, day: str | None) -> Point | None:
    if point is None:
        return None
    return point._replace(month=_number(month) if month else None, day=_number(day) if day else None)


_HALVES = {"上半期": 1, "上期": 1, "前半": 1, "前期": 1, "下半期": 2, "下期": 2, "後半": 2, "後期": 2}
_SEASONS_JA = {"春": 1, "夏": 2, "秋": 3, "冬": 4}


# ---- Japanese --------------------------------------------------------------------------------------

_MD = rf"(?P<m1>{_MON})\s{{0,2}}月\s{{0,2}}"
_NOT_DAY = r"(?![間本系目常程以分])"


@_rule(
    "ja",
    rf"(?:{_year_ja('1')}\s{{0,2}})?{_MD}(?P<d1>{_DAY})\s{{0,2}}(?:日{_WEEK}?)?{_LIST}(?:{_year_ja('2')}\s{{0,2}})?(?:(?P<m2>{_MON})\s{{0,2}}月\s{{0,2}})?(?P<d2>{_DAY})\s{{0,2}}日{_NOT_DAY}",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    first = _with(_japanese_year(m, "1"), m["m1"], m["d1"])
    second = _japanese_year(m, "2") if m["era2"] or m["y2"] or m["rel2"] or m["yy2"] else (first and Point(first.year))
    return first, _with(second, m["m2"] or m["m1"], m["d2"])


@_rule(
    "ja",
    rf"(?:{_year_ja('1')}\s{{0,2}}の?)?{_MD}(?:(?P<d1>{_DAY})\s{{0,2}}日{_NOT_DAY})?(?:{_WEEK}?{_SEP}{_year_ja('2')}\s{{0,2}}(?P<m2>{_MON})\s{{0,2}}月(?:\s{{0,2}}(?P<d2>{_DAY})\s{{0,2}}日)?)?(?![間号期刊額謝面]"
    rf"|\s?[0-9]{{1,2}}\s?日)",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    first = _with(_japanese_year(m, "1"), m["m1"], m["d1"])
    return first, _with(_japanese_year(m, "2"), m["m2"], m["d2"]) if m["m2"] else None


@_rule(
    "ja",
    rf"(?:{_year_ja('1')}\s{{0,2}})?(?P<m1>{_MON})\s{{0,2}}月?{_SEP}(?P<m2>{_MON})\s{{0,2}}月(?![間号期刊])(?!\s?[0-9]{{1,2}}\s?日)",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    first = _with(_japanese_year(m, "1"), m["m1"], None)
    return first, first and first._replace(month=_number(m["m2"]))


@_rule(
    "ja",
    rf"{_year_ja('1')}(?P<fy1>度)?(?:{_SEP}{_year_ja('2')}(?P<fy2>度)?)?(?![間代前後来輪号初齢金]"
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
    rf"(?<![0-9.,/-])(?:(?P<era1>{_ERA})\s{{0,2}})?(?P<a>[0-9]{{1,4}}){_SEP}(?P<b>[0-9]{{1,4}})\s{{0,2}}年(?P<fy>度)?(?![間代前後])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    a, b = int(m["a"]), int(m["b"])
    if m["era1"]:
        base, _ = _ERAS[m["era1"]]
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
    unit, part = ("quarter", _number(m["q"])) if m["q"] else ("half", _HALVES[m["h"]])
    return point._replace(unit=unit, part=part, fiscal=bool(m["fy"])), None


@_rule("ja.decade", r"(?<![0-9])(?P<y>1[6-9][0-9]0|20[0-9]0)\s?年代")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    return Point(int(m["y"]), unit="decade"), None


@_rule("ja", rf"(?P<rel>同|翌)月(?:\s?(?P<d>{_DAY})\s?日)?(?![間分号])|同日(?![時付本])")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    if not m["rel"]:
        return Point(relative="same_day"), None
    point = Point(relative="same_month" if m["rel"] == "同" else "next_month")
    return point._replace(day=_number(m["d"]) if m["d"] else None), None


@_rule(
    "ja.era_letter",
    rf"(?<![a-z0-9.])(?P<era>[mtshr])\s?\.?\s?(?P<y>元"
    rf"|[0-9]{{1,2}})\s?(?:[./-]\s?(?P<m>{_AMON})\s?[./-]\s?(?P<d>{_ADAY})(?![0-9./-])|年(?:(?P<fy>度)"
    rf"|\s?(?P<m2>{_AMON})\s?月(?:\s?(?P<d2>{_ADAY})\s?日)?)?(?!間))",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    base, longest = _ERAS[m["era"]]
    year = _number(m["y"])
    if not 1 <= year <= longest:
        return None
    point = _with(Point(base + year), m["m"] or m["m2"], m["d"] or m["d2"])
    return point and point._replace(unit="fiscal" if m["fy"] else "date"), None


# ---- English ---------------------------------------------------------------------------------------

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
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


def _english(month: str | None, day: str | None, year: str | None) -> Point:
    digits = re.match("[0-9]+", day) if day else None
    return Point(
        int(year) if year else None,
        _NAMES.index(month[:3]) + 1 if month else None,
        int(digits.group()) if digits else None,
    )


@_rule(
    "en",
    rf"(?<![a-z])(?P<m1>{MONTH})\s?(?P<d1>{_EDAY}){_WEEK_EN}(?:,?\s?{_y(1)})?(?:{_ESEP})(?:(?P<m2>{MONTH})\s?)?(?P<d2>{_EDAY}){_WEEK_EN}(?:(?:,\s?"
    rf"|\s|,?\s?of\s){_y(2)})?",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    if m["y1"] and not m["m2"]:
        return None
    return _english(m["m1"], m["d1"], m["y1"] or m["y2"]), _english(m["m2"] or m["m1"], m["d2"], m["y2"] or m["y1"])


@_rule("en", rf"(?<![a-z])(?P<m1>{MONTH})\s?(?P<d1>{_EDAY})(?:{_WEEK_EN}(?:,\s?|\s|\sof\s){_y(1)})?")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    return _english(m["m1"], m["d1"], m["y1"]), None


@_rule(
    "en",
    rf"(?<![a-z0-9.,/-])(?P<d1>{_EDAY})(?:\s?(?:of\s)?(?P<m1>{MONTH})(?:,?\s?{_y(1)})?)?(?:{_ESEP})(?P<d2>{_EDAY})\s?(?:of\s)?(?P<m2>{MONTH})(?:,?\s?{_y(2)})?(?![a-z])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    return _english(m["m1"] or m["m2"], m["d1"], m["y1"] or m["y2"]), _english(m["m2"], m["d2"], m["y2"] or m["y1"])


@_rule("en", rf"(?<![a-z0-9.,/-])(?P<d1>{_EDAY})[\s-]?(?:of\s)?(?P<m1>{MONTH})(?:(?:,\s?|\s|-){_y(1)})?(?![a-z])")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    return _english(m["m1"], m["d1"], m["y1"]), None


@_rule(
    "en", rf"(?<![a-z])(?P<m1>{MONTH})(?:\s?,?\s?{_y(1)})?(?:{_ESEP})(?P<m2>{MONTH})(?:,\s?|\sof\s|\s|\s?/\s?)?{_y(2)}"
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    return _english(m["m1"], None, m["y1"] or m["y2"]), _english(m["m2"], None, m["y2"])


@_rule("en", rf"(?<![a-z])(?P<m1>{MONTH})(?:\s?,\s?|\sof\s|\s|-|')?{_y(1)}(?![/-][0-9])")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    return _english(m["m1"], None, m["y1"]), None


@_rule(
    "en",
    rf"(?<![0-9.,/-]){_y(1)},?\s(?P<m1>{MONTH})(?:\s?(?P<d1>{_EDAY})(?:(?:{_ESEP})(?:(?P<m2>{MONTH})\s?)?(?P<d2>{_EDAY}))?)?(?![a-z])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    if not 1000 <= int(m["y1"]) <= 2999:
        return None
    second = _english(m["m2"] or m["m1"], m["d2"], m["y1"]) if m["d2"] else None
    return _english(m["m1"], m["d1"], m["y1"]), second


_MONTH_ALONE = re.compile(
    r"(?:^|[|\n(]|\b(?:in|since|by|until|till|from|during|of|early|late|mid|mid-|this|last|next|every"
    r"|end of|as of|before|after)\s)\s{0,2}$",
    re.ASCII,
)
_MONTH_CELL = re.compile(r"\s{0,2}(?:$|[|\n:)]|[-~]\s)", re.ASCII)


@_rule("en.month", rf"(?<![a-z0-9])(?P<m1>{MONTH})(?:(?:{_ESEP})(?P<m2>{MONTH}))?(?![a-z0-9'])")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
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


@_rule(
    "fiscal",
    rf"(?<![a-z0-9])(?:fy|fiscal(?:\s?years?)?)\s?(?:of\s)?(?P<y1>{_SHORT})(?:\s?(?:[-~/]|to"
    rf"|through)\s?(?:fy\s?)?(?P<y2>{_SHORT}))?(?:[\s,/-]{{0,2}}q(?P<q>[1-4])(?![0-9]))?",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    first = _year_number(m["y1"])
    if not 1900 <= first <= 2199:
        return None
    if m["q"]:
        return Point(first, unit="quarter", part=int(m["q"]), fiscal=True), None
    return Point(first, unit="fiscal"), Point(_year_number(m["y2"]), unit="fiscal") if m["y2"] else None


@_rule("fiscal", r"(?<![0-9.,/-])(?P<y>(?:19|20)[0-9]{2})\s?(?:fiscal\syear(?!s)|fy(?![a-z0-9]))")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    return Point(int(m["y"]), unit="fiscal"), None


_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "latter": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}


@_rule(
    "part",
    rf"(?<![a-z0-9])(?:(?P<o>first|second|third|fourth|latter|1st|2nd|3rd|4th)\s(?P<k>quarter"
    rf"|half)\s(?:of\s)?(?:the\s)?|(?P<k2>[qh])(?P<n>[1-4])(?:\sof)?[\s,/-]{{0,2}})(?P<fy>fy\s?"
    rf"|fiscal\s(?:year\s)?)?(?P<y>{_SHORT})|(?<![0-9.,/-])(?P<y2>(?:19"
    rf"|20)[0-9]{{2}})[\s/-]{{0,2}}(?P<k3>[qh])(?P<n2>[1-4])(?![a-z0-9])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    kind = (m["k"] or m["k2"] or m["k3"])[0]
    part = _ORDINALS[m["o"]] if m["o"] else int(m["n"] or m["n2"])
    year = m["y"] or m["y2"]
    if (kind == "h" and part > 2) or (len(year) != 4 and not m["fy"]):
        return None
    return Point(_year_number(year), unit="quarter" if kind == "q" else "half", part=part, fiscal=bool(m["fy"])), None


_SEASONS_EN = {"spring": 1, "summer": 2, "fall": 3, "autumn": 3, "winter": 4}


@_rule(
    "season",
    r"(?<![a-z])(?P<s>spring|summer|fall|autumn|winter)(?:\sof|,)?\s(?P<y>(?:19|20)[0-9]{2})(?![0-9])"
    r"|(?<![0-9])(?P<y2>(?:19|20)[0-9]{2})\s(?P<s2>spring|summer|fall|autumn|winter)(?![a-z])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    return Point(int(m["y"] or m["y2"]), unit="season", part=_SEASONS_EN[m["s"] or m["s2"]]), None


@_rule("decade", r"(?<![a-z0-9.,-])(?P<y>(?:1[6-9]|20)[0-9]0)'?s(?![a-z0-9])")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None]:
    return Point(int(m["y"]), unit="decade"), None


# Signs and words before a number that make it a version, a page, a standard or a reference.
_NUMBERED = re.compile(
    r"(?:\bver(?:sion)?s?\.?|\bv\.?|第|\bnos?\.?|#|§|節|章|図|表|条|項|\bfig(?:ure)?s?\.?|\btables?"
    r"|\bsec(?:tion)?s?\.?|\bpp?\.?"
    r"|\bpages?|\biso(?:/iec)?(?:\s(?:tr|ts|dis|fdis|cd|dtr|awi|guide))?|\biec|\bjis\s?[a-z]?|\brfc"
    r"|\bnist|\bsp|\bieee|\barxiv:?|\bcve-?|\bdoi:?|[$¥€£≥≤<>=×x±約])\s?$",
    re.ASCII,
)
_BARRED = re.compile(r"(?:[.,][0-9]|%|％|円|ドル|人|件|個|社|ページ|頁|文字|点|年|[a-z_]|-[a-z0-9]|/[0-9])", re.ASCII)


def _numbered(m: re.Match[str]) -> bool:
    return bool(_NUMBERED.search(m.string[max(0, m.start() - 12) : m.start()]))


_LEFT = r"(?<![a-z0-9_./-])"


@_rule(
    "numeric",
    rf"{_LEFT}(?P<y>[0-9]{{4}})(?P<s>\s?[-/.]\s?)(?P<m>{_AMON})(?P=s)(?P<d>{_ADAY})(?:"
    rf"{_SEP}(?P<y2>[0-9]{{4}})(?P=s)(?P<m2>{_AMON})(?P=s)(?P<d2>{_ADAY})(?![0-9_/-]|\.[0-9])"
    rf"|{_SEP}(?P<m3>{_AMON})(?P=s)(?P<d3>{_ADAY})(?![0-9_/-]|\.[0-9])|(?![0-9_/-]|\.[0-9]))",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    if _numbered(m):
        return None
    if not 1000 <= int(m["y"]) <= 2999:
        return None, None
    first = Point(int(m["y"]), int(m["m"]), int(m["d"]))
    if m["y2"]:
        return first, Point(int(m["y2"]), int(m["m2"]), int(m["d2"]))
    return first, Point(first.year, int(m["m3"]), int(m["d3"])) if m["m3"] else None


@_rule(
    "numeric",
    r"(?<![a-z0-9_./-])(?P<y>(?:19|20)[0-9]{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12][0-9]|3[01])(?![a-z0-9_./-])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    return (Point(int(m["y"]), int(m["m"]), int(m["d"])), None) if not _numbered(m) else None


@_rule(
    "numeric",
    rf"{_LEFT}(?P<y>(?:19|20)[0-9]{{2}})[/.](?P<m>{_AMON})(?:{_SEP}(?P<y2>(?:19"
    rf"|20)[0-9]{{2}})[/.](?P<m2>{_AMON}))?(?![0-9a-z_/%-]|\.[0-9])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    if _numbered(m):
        return None
    second = Point(int(m["y2"]), int(m["m2"])) if m["y2"] else None
    return Point(int(m["y"]), int(m["m"])), second


@_rule("numeric", rf"{_LEFT}(?P<y>(?:19|20)[0-9]{{2}})-(?P<m>0[1-9]|1[0-2])(?![0-9a-z_/-]|\.[0-9])")
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    return (Point(int(m["y"]), int(m["m"])), None) if not _numbered(m) else None


@_rule(
    "numeric",
    rf"{_LEFT}(?P<a>[0-3]?[0-9])(?P<s>[/.])(?P<b>[0-3]?[0-9])(?P=s)(?P<y>(?:19|20)[0-9]{{2}})(?![0-9a-z_/-]|\.[0-9])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    a, b = int(m["a"]), int(m["b"])
    # 25.9.2024 is European; 9/25/2024 American, and Japanese publishers write English dates the American way.
    day, month = (a, b) if m["s"] == "." or a > 12 else (b, a)
    return (Point(int(m["y"]), month, day), None) if not _numbered(m) and 1 <= month <= 12 and 1 <= day <= 31 else None


@_rule(
    "slash",
    rf"{_LEFT}(?P<m>{_AMON})/(?P<d>{_ADAY})(?P<w>{_WEEK}(?=.{{0,4}}))?(?:{_SEP}(?P<m2>{_AMON})/(?P<d2>{_ADAY}))?(?![0-9a-z_/.%])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    if _numbered(m):
        return None
    return Point(None, int(m["m"]), int(m["d"])), Point(None, int(m["m2"]), int(m["d2"])) if m["m2"] else None


_BEFORE_YEAR = re.compile(
    r"(?:(?:^|\n|\|)\s{0,2}[・\-*(]?\s?|\b(?:in|since|by|of|from|until|till|before|after|during|around"
    r"|early|late|mid|mid-|for|year|years|through|circa|ca\.|©|copyright|\(c\)|dated|toward|towards"
    r"|beyond)\s{1,2}|et\sal\.,?\s?\(?|[a-z)]\s?\(|,\s)$",
    re.ASCII,
)
_AFTER_YEAR = re.compile(
    r"(?:$|-\s?(?:$|\n)|\s?(?:頃|以降|以前|まで|から)|[\n|:;,.)\]?!、。）」・は]|\s[\"|(-]|'s\b"
    r"|\s(?:[^a-z0-9]|\n|$|(?:the|a|an|and|or|by|at|to|with|which|was|were|is|are|as|when|where|while"
    r"|for|from|in|on|of|after|before|alone|but|that|has|have|had|will|would|using|through|under|it"
    r"|its|we|there|this|these|about|onward|onwards|until|because|since|edition|version|joined)\b))",
    re.ASCII,
)


@_rule(
    "year",
    r"(?<![a-z0-9_.,/:'-])(?P<y>(?:19|20)[0-9]{2})(?:\s?(?:[-~]|to|through)\s?(?P<y2>(?:19|20)[0-9]{2}"
    r"|[0-9]{2}))?(?![0-9])",
)
def _(m: re.Match[str]) -> tuple[Point | None, Point | None] | None:
    if _numbered(m) or _BARRED.match(m.string, m.end()):
        return None
    year, end = int(m["y"]), None
    if m["y2"]:
        end = int(m["y2"]) if len(m["y2"]) == 4 else year // 100 * 100 + int(m["y2"])
        if not year < end <= year + 60:
            return None
        return Point(year), Point(end)
    before = m.string[max(0, m.start() - 12) : m.start()]
    if not _BEFORE_YEAR.search(before) or not _AFTER_YEAR.match(m.string, m.end()):
        return None
    ends = not m.string[m.end() : m.end() + 2].strip() or m.string[m.end()] in ".);]\n"
    if before.endswith(", ") and not ends:
        return None
    if (not before.strip() or before.rstrip(" ")[-1:] in "\n|") and m.string[m.end() : m.end() + 2].strip()[:1] not in (
        "",
        ":",
        "|",
        "-",
        "頃",
        "以",
        "ま",
        "か",
        "、",
    ):
        return None
    return Point(year), None
