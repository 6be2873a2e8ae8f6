"""Rules for English dates and for dates in digits, which both languages use.

``RULES`` has the Japanese rules first, then the English ones, then those for digits.
"""

from __future__ import annotations

import re

from aisi_ingest.dates import japanese
from aisi_ingest.dates.edtf import MONTHS_PER_YEAR, Point
from aisi_ingest.dates.grammar import ARABIC_DAY, ARABIC_MONTH, UNTIL, WEEKDAY, Points, Rules, full_year, group, is_year

RULES = Rules(japanese.RULES)
_rule = RULES.rule

_FULL_YEAR = 4  # digits
_FIRST_FISCAL_YEAR, _LAST_FISCAL_YEAR = 1900, 2199
_LONGEST_RANGE = 60  # years; 2000-90 is no range of years
_LAST_DAY = 31
_HALVES_PER_YEAR = 2
_LOOK_BEHIND = 12  # characters before a match that decide what its number is

# ---- English ---------------------------------------------------------------------------------------

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)(?![a-z])\.?)"
)
_ORDINAL_SUFFIX = r"(?:st|nd|rd|th)?(?![a-z0-9])"
_DAY = rf"(?:3[01]|[12][0-9]|0?[1-9]){_ORDINAL_SUFFIX}"
_YEAR = r"(?P<y{n}>[0-9]{{4}})(?![0-9]|[,.][0-9])"
_RANGE_OR_LIST = r"\s?(?:-|~|―)\s?|\s(?:to|through|until|till|and|&)\s|,?\s?&\s?"
_WEEKDAY_EN = r"(?:\s?\((?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?\))?"


def _year_pattern(n: int) -> str:
    """Return a pattern for a year of four digits, whose group is named ``y`` and ``n``."""
    return _YEAR.format(n=n)


def _english(month: str | None, day: str | None, year: str | None) -> Point:
    """Return the point that a month's name, a day such as ``3rd`` and a year name."""
    digits = re.match("[0-9]+", day) if day else None
    return Point(
        int(year) if year else None,
        MONTHS.index(month[:3]) + 1 if month else None,
        int(digits.group()) if digits else None,
    )


@_rule(
    "en",
    rf"(?<![a-z])(?P<m1>{MONTH})\s?(?P<d1>{_DAY}){_WEEKDAY_EN}(?:,?\s?{_year_pattern(1)})?(?P<sep>{_RANGE_OR_LIST})(?:(?P<m2>{MONTH})\s?)?(?P<d2>{_DAY}){_WEEKDAY_EN}(?:(?:,\s?"
    rf"|\s|,?\s?of\s){_year_pattern(2)})?",
)
def _month_days(m: re.Match[str]) -> Points | None:
    """Read a range or list of days, month first: ``May 19-21, 2023``, ``April 30 to May 2, 2024``."""
    if m["y1"] and not m["m2"]:
        return None
    return _english(m["m1"], m["d1"], m["y1"] or m["y2"]), _english(m["m2"] or m["m1"], m["d2"], m["y2"] or m["y1"])


@_rule("en", rf"(?<![a-z])(?P<m1>{MONTH})\s?(?P<d1>{_DAY})(?:{_WEEKDAY_EN}(?:,\s?|\s|\sof\s){_year_pattern(1)})?")
def _month_day(m: re.Match[str]) -> Points:
    """Read a day, month first: ``March 31, 2025``, ``Sept. 3rd``."""
    return _english(m["m1"], m["d1"], m["y1"]), None


@_rule(
    "en",
    rf"(?<![a-z0-9.,/-])(?P<d1>{_DAY})(?:\s?(?:of\s)?(?P<m1>{MONTH})(?:,?\s?{_year_pattern(1)})?)?(?P<sep>{_RANGE_OR_LIST})(?P<d2>{_DAY})\s?(?:of\s)?(?P<m2>{MONTH})(?:,?\s?{_year_pattern(2)})?(?![a-z])",
)
def _days_month(m: re.Match[str]) -> Points | None:
    """Read a range or list of days, day first: ``19-21 May 2023``, ``30 April to 2 May``."""
    return _english(m["m1"] or m["m2"], m["d1"], m["y1"] or m["y2"]), _english(m["m2"], m["d2"], m["y2"] or m["y1"])


@_rule(
    "en", rf"(?<![a-z0-9.,/-])(?P<d1>{_DAY})[\s-]?(?:of\s)?(?P<m1>{MONTH})(?:(?:,\s?|\s|-){_year_pattern(1)})?(?![a-z])"
)
def _day_month(m: re.Match[str]) -> Points:
    """Read a day, day first: ``31 March 2025``, ``3rd of May``."""
    return _english(m["m1"], m["d1"], m["y1"]), None


@_rule(
    "en",
    rf"(?<![a-z])(?P<m1>{MONTH})(?:\s?,?\s?{_year_pattern(1)})?(?P<sep>{_RANGE_OR_LIST})(?P<m2>{MONTH})(?:,\s?|\sof\s|\s|\s?/\s?)?{_year_pattern(2)}",
)
def _months(m: re.Match[str]) -> Points:
    """Read a range of months: ``April to June 2024``, ``December 2024 - February 2025``."""
    return _english(m["m1"], None, m["y1"] or m["y2"]), _english(m["m2"], None, m["y2"])


@_rule("en", rf"(?<![a-z])(?P<m1>{MONTH})(?:\s?,\s?|\sof\s|\s|-|')?{_year_pattern(1)}(?![/-][0-9])")
def _month_year(m: re.Match[str]) -> Points:
    """Read a month with its year: ``March 2025``."""
    return _english(m["m1"], None, m["y1"]), None


@_rule(
    "en",
    rf"(?<![0-9.,/-]){_year_pattern(1)},?\s(?P<m1>{MONTH})(?:\s?(?P<d1>{_DAY})(?:(?P<sep>{_RANGE_OR_LIST})(?:(?P<m2>{MONTH})\s?)?(?P<d2>{_DAY}))?)?(?![a-z])",
)
def _year_month(m: re.Match[str]) -> Points | None:
    """Read a month or day, year first: ``2024 March``, ``2024, May 19-21``."""
    if not is_year(int(m["y1"])) or _FISCAL_BEFORE.search(_before(m)):
        return None
    second = _english(m["m2"] or m["m1"], m["d2"], m["y1"]) if m["d2"] else None
    return _english(m["m1"], m["d1"], m["y1"]), second


_FISCAL_BEFORE = re.compile(r"(?:\bfy|fiscal(?:\s?years?)?)\s?(?:of\s)?$")  # FY 2020 | Jun: two dates
_MONTH_ALONE = re.compile(
    r"(?:^|[|\n(]|\b(?:in|since|by|until|till|from|during|of|early|late|mid|mid-|this|last|next|every"
    r"|end of|as of|before|after)\s)\s{0,2}$",
    re.ASCII,
)
_MONTH_CELL = re.compile(r"\s{0,2}(?:$|[|\n:)]|[-~]\s)", re.ASCII)


@_rule("en.month", rf"(?<![a-z0-9])(?P<m1>{MONTH})(?:(?P<sep>{_RANGE_OR_LIST})(?P<m2>{MONTH}))?(?![a-z0-9'])")
def _month_alone(m: re.Match[str]) -> Points | None:
    """Read a month without year, where nothing else can be meant: ``in March``, a cell ``May``."""
    before = _before(m)
    if not _MONTH_ALONE.search(before) and not m["m2"]:
        return None
    opens = not before.strip() or before.rstrip()[-1] in "|(" or before.endswith("\n")
    if opens and not _MONTH_CELL.match(m.string, m.end()):
        return None
    return _english(m["m1"], None, None), _english(m["m2"], None, None) if m["m2"] else None


# ---- both languages --------------------------------------------------------------------------------

_SHORT_YEAR = r"(?:[0-9]{4}|'?[0-9]{2})(?![0-9])"


def _year_value(text: str) -> int:
    """Return the calendar year of two or four digits, with an apostrophe before them or not."""
    text = text.lstrip("'")
    return int(text) if len(text) == _FULL_YEAR else full_year(int(text))


@_rule(
    "fiscal",
    rf"(?<![a-z0-9])(?:fy|fiscal(?:\s?years?)?)\s?(?:of\s)?(?P<y1>{_SHORT_YEAR})(?:[/-](?P<until>(?:20)?[0-9]{{2}})(?![0-9])"
    rf"|\s?(?:[-~]|to|through)\s?(?:fy\s?)?(?P<y2>{_SHORT_YEAR}))?(?:[\s,/-]{{0,2}}q(?P<q>0?[1-4])(?![0-9]))?",
)
def _fiscal_year(m: re.Match[str]) -> Points | None:
    """Read a fiscal year, a range of them or a quarter: ``FY2024``, ``FY2023/24``, ``FY2023-2025``, ``FY2024 Q3``."""
    first = _year_value(m["y1"])
    if not _FIRST_FISCAL_YEAR <= first <= _LAST_FISCAL_YEAR:
        return None
    if m["until"] and _year_value(m["until"]) != first + 1:  # FY2023-2025
        is_range = m.string[m.start("until") - 1] == "-" and not m["q"]
        return (Point(first, unit="fiscal"), Point(_year_value(m["until"]), unit="fiscal")) if is_range else None
    if m["q"]:
        return Point(first, unit="quarter", part=int(m["q"]), fiscal=True), None
    return Point(first, unit="fiscal"), Point(_year_value(m["y2"]), unit="fiscal") if m["y2"] else None


@_rule("fiscal", r"(?<![0-9.,/-])(?P<y>(?:19|20)[0-9]{2})\s?(?:fiscal\syear(?!s)|fy(?![a-z0-9]))")
def _year_fiscal(m: re.Match[str]) -> Points:
    """Read a fiscal year, number first: ``2024 fiscal year``, ``2024FY``."""
    return Point(int(m["y"]), unit="fiscal"), None


_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "latter": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}


@_rule(
    "part",
    rf"(?<![a-z0-9])(?:(?P<o>first|second|third|fourth|latter|1st|2nd|3rd|4th)\s(?P<k>quarter"
    rf"|half)\s(?:of\s)?(?:the\s)?|(?P<k2>[qh])(?P<n>0?[1-4])(?:\sof)?[\s,/-]{{0,2}})(?P<fy>fy\s?"
    rf"|fiscal\s(?:year\s)?)?(?P<y>{_SHORT_YEAR})|(?<![0-9.,/-])(?P<y2>(?:19"
    rf"|20)[0-9]{{2}})[\s/-]{{0,2}}(?P<k3>[qh])(?P<n2>0?[1-4])(?![a-z0-9])",
)
def _part_of_year(m: re.Match[str]) -> Points | None:
    """Read a quarter or half of a year: ``third quarter of 2024``, ``Q3 FY2024``, ``2024 H1``."""
    kind = (m["k"] or m["k2"] or m["k3"])[0]
    part = _ORDINALS[m["o"]] if m["o"] else int(m["n"] or m["n2"])
    year = m["y"] or m["y2"]
    if (kind == "h" and part > _HALVES_PER_YEAR) or (len(year) != _FULL_YEAR and not m["fy"]):
        return None
    return Point(_year_value(year), unit="quarter" if kind == "q" else "half", part=part, fiscal=bool(m["fy"])), None


_TO = r"\s?(?:-|~|―)\s?|,?\s(?:to|through|until|till)\s"
_FISCAL = r"fy\s?|fiscal\s(?:year\s)?"
_CALENDAR_YEAR = r"(?:19|20)[0-9]{2}(?![0-9])"
_ORDINAL = r"first|second|third|fourth|1st|2nd|3rd|4th"


@_rule(
    "part",
    rf"(?<![a-z0-9])(?P<k>[qh])(?P<n1>0?[1-4])(?![0-9])(?:(?:\sof)?[\s,/-]{{0,2}}(?P<fy1>{_FISCAL})?(?P<y1>{_CALENDAR_YEAR}))?"
    rf"(?:{_TO})(?P=k)(?P<n2>0?[1-4])(?:\sof)?[\s,/-]{{1,2}}(?P<fy2>{_FISCAL})?(?P<y2>{_CALENDAR_YEAR})",
)
@_rule(
    "part",
    rf"(?<![a-z0-9.,/-])(?P<fy1>{_FISCAL})?(?P<y1>{_CALENDAR_YEAR})[\s,/-]{{0,2}}(?P<k>[qh])(?P<n1>0?[1-4])(?![0-9])"
    rf"(?:{_TO})(?:(?P<fy2>{_FISCAL})?(?P<y2>{_CALENDAR_YEAR})[\s,/-]{{0,2}})?(?P=k)(?P<n2>0?[1-4])(?![a-z0-9])",
)
@_rule(
    "part",
    rf"(?<![a-z0-9])(?P<n1>{_ORDINAL})\s(?:(?P<k>quarter|half)\s(?:of\s)?(?:(?P<fy1>{_FISCAL})?(?P<y1>{_CALENDAR_YEAR}))?)?"
    rf"(?:{_TO}|(?<=\s)(?:to|through|until)\s)(?:the\s)?(?P<n2>{_ORDINAL})\s(?P<k2>quarter|half|halve)s?\s(?:of\s)?(?:the\s)?"
    rf"(?P<fy2>{_FISCAL})?(?P<y2>{_CALENDAR_YEAR})",
)
def _parts_of_years(m: re.Match[str]) -> Points | None:
    """Read a range of quarters or halves: ``Q1 2024 to Q3 2024``, ``Q1-Q3 2024``, ``FY2023 Q4 - FY2024 Q2``."""
    kind = group(m, "k2") or m["k"]
    unit = "quarter" if kind[0] == "q" else "half"
    parts = [_ORDINALS[text] if text in _ORDINALS else int(text) for text in (m["n1"], m["n2"])]
    if unit == "half" and max(parts) > _HALVES_PER_YEAR:
        return None
    years = [int(text) for text in (m["y1"] or m["y2"], m["y2"] or m["y1"])]
    fiscal = [bool(m["fy1"] or (m["fy2"] and not m["y1"])), bool(m["fy2"] or (m["fy1"] and not m["y2"]))]
    if (years[0], parts[0]) >= (years[1], parts[1]):
        return None
    first = Point(years[0], unit=unit, part=parts[0], fiscal=fiscal[0])
    return first, Point(years[1], unit=unit, part=parts[1], fiscal=fiscal[1])


_SEASONS_EN = {"spring": 1, "summer": 2, "fall": 3, "autumn": 3, "winter": 4}


@_rule(
    "season",
    r"(?<![a-z])(?P<s>spring|summer|fall|autumn|winter)(?:\sof|,)?\s(?P<y>(?:19|20)[0-9]{2})(?![0-9])"
    r"|(?<![0-9])(?P<y2>(?:19|20)[0-9]{2})\s(?P<s2>spring|summer|fall|autumn|winter)(?![a-z])",
)
def _season(m: re.Match[str]) -> Points:
    """Read a season of a year: ``spring 2025``, ``2024 autumn``."""
    return Point(int(m["y"] or m["y2"]), unit="season", part=_SEASONS_EN[m["s"] or m["s2"]]), None


@_rule("decade", r"(?<![a-z0-9.,-])(?P<y>(?:1[6-9]|20)[0-9]0)'?s(?![a-z0-9])")
def _decade(m: re.Match[str]) -> Points:
    """Read a decade: ``the 1990s``."""
    return Point(int(m["y"]), unit="decade"), None


# Signs and words before a number that show that it is a version, a page, a standard, a reference or an amount.
_NUMBERED = re.compile(
    r"(?:\bver(?:sion)?s?\.?|\bv\.?|第|\bnos?\.?|#|§|節|章|図|表|条|項|\bfig(?:ure)?s?\.?|\btables?"
    r"|\bsec(?:tion)?s?\.?|\bpp?\.?"
    r"|\bpages?|\biso(?:/iec)?(?:\s(?:tr|ts|dis|fdis|cd|dtr|awi|guide))?|\biec|\bjis\s?[a-z]?|\brfc"
    r"|\bnist|\bsp|\bieee|\barxiv:?|\bcve-?|\bdoi:?|[$¥€£≥≤<>=×x±約])\s?$",
    re.ASCII,
)
# What follows a number that is no year: a decimal, a counter, a unit, a part of a longer code.
_NO_YEAR = re.compile(r"(?:[.,][0-9]|%|％|円|ドル|人|件|個|社|ページ|頁|文字|点|年|[a-z_]|-[a-z0-9]|/[0-9])", re.ASCII)


def _numbered(m: re.Match[str]) -> bool:
    """Return whether the words before a match show that its number is no date."""
    return bool(_NUMBERED.search(_before(m)))


def _before(m: re.Match[str]) -> str:
    return m.string[max(0, m.start() - _LOOK_BEHIND) : m.start()]


_LEFT = r"(?<![a-z0-9_./-])"


@_rule(
    "numeric",
    rf"{_LEFT}(?P<y>[0-9]{{4}})(?P<s>\s?[-/.]\s?)(?P<m>{ARABIC_MONTH})(?P=s)(?P<d>{ARABIC_DAY})(?:"
    rf"(?P<sep>{UNTIL})(?P<y2>[0-9]{{4}})(?P=s)(?P<m2>{ARABIC_MONTH})(?P=s)(?P<d2>{ARABIC_DAY})(?![0-9_/-]|\.[0-9])"
    rf"|{UNTIL}(?P<m3>{ARABIC_MONTH})(?P=s)(?P<d3>{ARABIC_DAY})(?![0-9_/-]|\.[0-9])|(?![0-9_/-]|\.[0-9]))",
)
def _numeric(m: re.Match[str]) -> Points | None:
    """Read a day in digits, year first, or a range: ``2024-05-21``, ``2024/5/21-5/23``."""
    if _numbered(m):
        return None
    if not is_year(int(m["y"])):
        return None, None
    first = Point(int(m["y"]), int(m["m"]), int(m["d"]))
    if m["y2"]:
        return first, Point(int(m["y2"]), int(m["m2"]), int(m["d2"]))
    return first, Point(first.year, int(m["m3"]), int(m["d3"])) if m["m3"] else None


@_rule(
    "numeric",
    r"(?<![a-z0-9_./-])(?P<y>(?:19|20)[0-9]{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12][0-9]|3[01])(?![a-z0-9_./-])",
)
def _compact(m: re.Match[str]) -> Points | None:
    """Read a day in eight digits: ``20240521``."""
    return (Point(int(m["y"]), int(m["m"]), int(m["d"])), None) if not _numbered(m) else None


@_rule(
    "numeric",
    rf"{_LEFT}(?P<y>(?:19|20)[0-9]{{2}})[/.](?P<m>{ARABIC_MONTH})(?:(?P<sep>{UNTIL})(?P<y2>(?:19"
    rf"|20)[0-9]{{2}})[/.](?P<m2>{ARABIC_MONTH}))?(?![0-9a-z_/%-]|\.[0-9])",
)
def _numeric_month(m: re.Match[str]) -> Points | None:
    """Read a month in digits with a slash or full stop, or a range: ``2024/5``, ``2024.4-2024.6``."""
    if _numbered(m):
        return None
    second = Point(int(m["y2"]), int(m["m2"])) if m["y2"] else None
    return Point(int(m["y"]), int(m["m"])), second


@_rule("numeric", rf"{_LEFT}(?P<y>(?:19|20)[0-9]{{2}})-(?P<m>0[1-9]|1[0-2])(?![0-9a-z_/-]|\.[0-9])")
def _iso_month(m: re.Match[str]) -> Points | None:
    """Read a month with a hyphen: ``2024-05``."""
    return (Point(int(m["y"]), int(m["m"])), None) if not _numbered(m) else None


@_rule(
    "numeric",
    rf"{_LEFT}(?P<a>[0-3]?[0-9])(?P<s>[/.])(?P<b>[0-3]?[0-9])(?P=s)(?P<y>(?:19|20)[0-9]{{2}})(?![0-9a-z_/-]|\.[0-9])",
)
def _numeric_year_last(m: re.Match[str]) -> Points | None:
    """Read a day in digits, year last: ``25.9.2024``, ``9/25/2024``."""
    a, b = int(m["a"]), int(m["b"])
    # 25.9.2024 is European, 9/25/2024 is American. Japanese publishers write English dates the American way.
    day, month = (a, b) if m["s"] == "." or a > MONTHS_PER_YEAR else (b, a)
    if _numbered(m) or not (1 <= month <= MONTHS_PER_YEAR and 1 <= day <= _LAST_DAY):
        return None
    return Point(int(m["y"]), month, day), None


@_rule(
    "slash",
    rf"{_LEFT}(?P<m>{ARABIC_MONTH})/(?P<d>{ARABIC_DAY})(?P<w>{WEEKDAY}(?=.{{0,4}}))?(?:{UNTIL}(?P<m2>{ARABIC_MONTH})/(?P<d2>{ARABIC_DAY}))?(?![0-9a-z_/.%])",
)
def _slash(m: re.Match[str]) -> Points | None:
    """Read a day without year, or a range: ``4/30``, ``10/1~10/16``. The finder decides if it is a day."""
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


# What may follow a year at the beginning of a line or cell.
_AFTER_OPENING_YEAR = ("", ":", "|", "-", "頃", "以", "ま", "か", "、")


@_rule(
    "year",
    r"(?<![a-z0-9_.,/:'-])(?P<y>(?:19|20)[0-9]{2})(?:\s?(?:[-~]|to|through)\s?(?P<y2>(?:19|20)[0-9]{2}"
    r"|[0-9]{2}))?(?![0-9])",
)
def _year(m: re.Match[str]) -> Points | None:
    """Read a year alone, or a range of years: ``in 2024``, ``2023-2025``."""
    if _numbered(m) or _NO_YEAR.match(m.string, m.end()):
        return None
    year = int(m["y"])
    if m["y2"]:
        end = int(m["y2"]) if len(m["y2"]) == _FULL_YEAR else year // 100 * 100 + int(m["y2"])
        if not year < end <= year + _LONGEST_RANGE:
            return None
        return Point(year), Point(end)
    return (Point(year), None) if _year_stands_alone(m) else None


def _year_stands_alone(m: re.Match[str]) -> bool:
    """Return whether the text around four digits shows that they are a year and no count."""
    before, after = _before(m), m.string[m.end() : m.end() + 2].strip()
    if not _BEFORE_YEAR.search(before) or not _AFTER_YEAR.match(m.string, m.end()):
        return False
    ends_clause = not after or m.string[m.end()] in ".);]\n"
    if before.endswith(", ") and not ends_clause:
        return False
    opens_line = not before.strip() or before.rstrip(" ")[-1:] in "\n|"
    return not opens_line or after[:1] in _AFTER_OPENING_YEAR
