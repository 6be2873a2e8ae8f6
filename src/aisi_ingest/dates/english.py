"""The forms of dates in Japanese and English: patterns over folded text, and what each says.

Every pattern has bounded repetition, so hostile text costs no more than plain text. A rule gives one or
two points (a date, or the ends of a range), None for "no date after all".
"""

from __future__ import annotations

import re

from aisi_ingest.dates import japanese
from aisi_ingest.dates.edtf import ARABIC_DAY, ARABIC_MONTH, UNTIL, WEEKDAY, Point, Rules, century

RULES = Rules(japanese.RULES)  # in this order
_rule = RULES.form

# ---- English ---------------------------------------------------------------------------------------

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
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
        MONTHS.index(month[:3]) + 1 if month else None,
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
    return int(text) if len(text) == 4 else century(int(text))


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
    rf"{_LEFT}(?P<y>[0-9]{{4}})(?P<s>\s?[-/.]\s?)(?P<m>{ARABIC_MONTH})(?P=s)(?P<d>{ARABIC_DAY})(?:"
    rf"{UNTIL}(?P<y2>[0-9]{{4}})(?P=s)(?P<m2>{ARABIC_MONTH})(?P=s)(?P<d2>{ARABIC_DAY})(?![0-9_/-]|\.[0-9])"
    rf"|{UNTIL}(?P<m3>{ARABIC_MONTH})(?P=s)(?P<d3>{ARABIC_DAY})(?![0-9_/-]|\.[0-9])|(?![0-9_/-]|\.[0-9]))",
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
    rf"{_LEFT}(?P<y>(?:19|20)[0-9]{{2}})[/.](?P<m>{ARABIC_MONTH})(?:{UNTIL}(?P<y2>(?:19"
    rf"|20)[0-9]{{2}})[/.](?P<m2>{ARABIC_MONTH}))?(?![0-9a-z_/%-]|\.[0-9])",
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
    rf"{_LEFT}(?P<m>{ARABIC_MONTH})/(?P<d>{ARABIC_DAY})(?P<w>{WEEKDAY}(?=.{{0,4}}))?(?:{UNTIL}(?P<m2>{ARABIC_MONTH})/(?P<d2>{ARABIC_DAY}))?(?![0-9a-z_/.%])",
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
