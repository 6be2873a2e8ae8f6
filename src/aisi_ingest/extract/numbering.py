"""Recognise numbers before headings and list items: 第1部, 第2章, 1., 1-1., 1.2.3, A.1, D-2) i., Ⅰ, 一, (1), ①, ア."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from aisi_ingest.text.kanji_numerals import is_kanji_numeral, kanji_value

NumberKind = Literal[
    "part",
    "chapter",
    "section",
    "article",
    "annex",
    "roman",
    "kanji",
    "decimal",
    "letter",
    "paren",
    "circled",
    "kana",
    "alpha",
    "bracket",
]


NumberClass = tuple[str, int, str, str]  # what the numbers of one series have in common


class Numbering(Struct, frozen=True):
    """A number at the beginning of a text."""

    text: str  # as printed, "1-1." or "（1）"
    kind: NumberKind
    depth: int  # number of parts: 3 for 1.2.3; 1 for kinds without parts
    end: int  # offset of the title in the text, in code points
    values: tuple[int, ...]  # (1, 2, 3) for 1.2.3; (2,) for ②

    @property
    def rank(self) -> int:
        """Level at which this kind of number usually appears in a Japanese or English report; 0 is the highest."""
        bracketed = self.kind in ("kana", "alpha") and self.text[0] in "(（"
        closed = _CLOSED_RANK if self.kind == "decimal" and self.depth == 1 and self.text[-1] in ")）" else 0
        return _RANK[self.kind] + bracketed + closed + (self.depth - 1 if self.kind in ("decimal", "letter") else 0)

    @property
    def style(self) -> NumberClass:
        """What the numbers of one series have in common: kind, depth, and the signs around the number.

        ``1.``, ``1)``, ``(1)`` and ``1`` are four styles. Full-width signs count as half-width ones.
        """
        before = self.text[0] if not self.text[0].isalnum() and self.kind != "circled" else ""
        after = self.text[-1] if not self.text[-1].isalnum() and self.kind != "circled" else ""
        return (self.kind, self.depth, before.translate(_HALF_WIDTH), after.translate(_HALF_WIDTH))


def class_of_number(number: Numbering) -> NumberClass:
    """Return the style of a number; for numbers such as 第2章 and 1.2, in which the signs vary, without its signs."""
    kind, depth, before, after = number.style
    if kind == "annex":  # 付録1 and 参考1 are two series
        return (kind, depth, number.text.rstrip(_ANNEX_LABELS), "")
    is_plain = depth > 1 or kind not in ("decimal", "alpha", "kana", "paren")
    return (kind, depth, "", "") if is_plain else (kind, depth, before, after if after == ")" else "")


# From 0, the highest. The gaps leave room for the parts of a decimal number (1.2.3 is two levels below 1.) and for
# brackets.
_ANNEX_LABELS = "0123456789０１２３４５６７８９IVXABCDEFGHＡＢＣＤＥＦＧＨ.:- \u3000第"
_RANK: dict[NumberKind, int] = {
    "part": 0,
    "chapter": 2,
    "annex": 2,
    "section": 4,
    "article": 5,
    "roman": 6,
    "kanji": 7,
    "letter": 8,
    "decimal": 8,
    "bracket": 12,
    "paren": 16,
    "circled": 20,
    "kana": 24,
    "alpha": 28,
}

_CLOSED_RANK = 10  # 1) is below (1) and above ①
_HALF_WIDTH = str.maketrans("（）．、", "().,")

_NUMERAL = "[0-9０-９一二三四五六七八九十百]{1,4}"
_OPTIONAL_SPACE = "[ \u3000]?"
_SEPARATOR = "[.．\\-－‐–−]"
_BLANK = "[\\s\u3000]"
_AFTER = f"(?={_BLANK}|$|[^0-9A-Za-z.,．%％])"
_KANA_ORDINALS = "アイウエオカキクケコサシスセソタチツテト"
# "5.で述べたとおり" and "3.の表" refer to a section; "1.できること" begins one.
_NO_PARTICLE = "(?![0-9をのが]|で(?![きあす])|に(?![んおつぎ]))"
# "第2部では" refers to a part; "第2章 はじめに" begins one.
_NO_REFERENCE = (
    f"(?!の(?!{_NUMERAL})|[をがも、。]|は(?!じめ)|に(?!つい)|で(?:は|も|の|示|述|定)|及び|並びに|から|以降|まで)"
)
# In "10 月" and "3 か月" a number without a full stop counts something.
_NO_UNIT = (
    "(?![年月日時分秒個件名人社回目種類点章節条項つ台本枚部割倍歳才億万千百兆円ヶカか％%])"
    "[^0-9a-z.,:/\\-–~〜°+=×)）\\s]"
)
_PATTERNS: tuple[tuple[NumberKind, re.Pattern[str]], ...] = (
    (
        "part",
        re.compile(
            f"第{_OPTIONAL_SPACE}{_NUMERAL}{_OPTIONAL_SPACE}[部編篇](?![a-z門分]){_NO_REFERENCE}|Part\\s+(?:[IVX]+|[0-9]+)\\b[.:]?"
        ),
    ),
    (
        "chapter",
        re.compile(
            f"第{_OPTIONAL_SPACE}{_NUMERAL}{_OPTIONAL_SPACE}章(?:の{_NUMERAL})?{_NO_REFERENCE}|(?:Chapter|Title)\\s+(?:[IVXL]+|[0-9]+)\\b[.:]?",
            re.IGNORECASE,
        ),
    ),
    (
        "section",
        re.compile(
            f"第{_OPTIONAL_SPACE}{_NUMERAL}{_OPTIONAL_SPACE}[節款目](?![a-z的標次]){_NO_REFERENCE}"
            # an agenda item of minutes
            f"|(?:議題|議案|審議事項|報告事項|協議事項){_BLANK}*(?:[（(]{_NUMERAL}[)）]|{_NUMERAL}(?![0-9０-９、のをはにが]))"
            f"(?:[.．:：](?=\\S))?|Agenda\\s[Ii]tem\\s[0-9]{{1,2}}\\b[.:]?"
            f"|(?:Section|SECTION)\\s+[0-9]{{1,3}}\\b(?![.,]?[0-9(])[.:]?"
        ),
    ),
    (
        "article",
        re.compile(
            f"第{_OPTIONAL_SPACE}{_NUMERAL}{_OPTIONAL_SPACE}[条條項](?:の{_NUMERAL})*(?=[\\s\u3000（(]|$)|(?:Article|ARTICLE)\\s+[0-9]+\\b[.:]?"
        ),
    ),
    (
        "annex",
        re.compile(
            f"(?:別紙|別添|別表|別記|付録|附属書|付属書|補論|参考資料|参考){_BLANK}*第?"
            f"(?:[0-9０-９]{{1,2}}|[A-ZＡ-Ｚ](?![a-z]))(?:{_SEPARATOR}[0-9]+)?(?![0-9年月日頁]|[はのをにがでとも、。]|及び|参照|から)"
            "|(?:Annex|Appendix|ANNEX|APPENDIX|Schedule|SCHEDULE)\\s+(?:[0-9]{1,2}|[A-Z]|[IVX]+)\\b[.:]?"
        ),
    ),
    ("roman", re.compile(f"[Ⅰ-Ⅻ][.．、]?|(?:I{{1,3}}|IV|VI{{0,3}}|IX|XI{{0,2}})[.．)](?={_BLANK}|$|[^\x00-\x7f])")),
    ("decimal", re.compile(f"[0-9]{{1,2}}(?:{_SEPARATOR}[0-9]{{1,2}}){{1,5}}[.．)]?{_AFTER}")),
    ("decimal", re.compile(f"[0-9]{{1,3}}[.．、)）]{_NO_PARTICLE}(?:{_AFTER}|(?=[A-Z][A-Za-z]))")),
    ("decimal", re.compile("[0-9]{1,2} [.．](?=[^\\x00-\x7f\\s])")),  # the figure 1 is narrow: "1 .目的"
    ("decimal", re.compile(f"[0-9]{{1,2}}(?={_BLANK}+{_NO_UNIT})")),
    (
        "letter",
        re.compile(f"[A-Z]{_SEPARATOR}[0-9]{{1,2}}[)）](?:{_BLANK}*[ivx]{{1,4}}[.．)）]?(?={_BLANK}|$|[^\x00-\x7f]))?"),
    ),
    ("letter", re.compile(f"[A-Z](?:{_SEPARATOR}[0-9]{{1,2}}){{1,5}}[.．]?{_AFTER}")),
    ("letter", re.compile(f"[A-Z][.．](?={_BLANK}|$|[^A-Za-z0-9.\\s])(?!{_BLANK}[A-Z][.．])")),
    (
        "paren",
        re.compile("[（(][0-9０-９]{1,3}(?:-[0-9]{1,2})?[)）][.．]?|[⑴-⒇]|[（(][一二三四五六七八九十]{1,3}[)）]"),
    ),
    ("kanji", re.compile(f"[一二三四五六七八九十]{{1,3}}(?:[、．.](?=\\S)|{_BLANK}+(?=\\S))")),
    ("circled", re.compile("[①-⑳㉑-㉟㊱-㊿❶-❿⓵-⓾]")),
    ("kana", re.compile(f"[（(][{_KANA_ORDINALS}][)）]|[{_KANA_ORDINALS}](?:[.．、)）]|(?={_BLANK}))")),
    (
        "alpha",
        re.compile(
            f"[（(](?:[a-zａ-ｚ]|[ivx]{{1,4}})[)）][.．]?|(?:[a-z]|[ivx]{{2,4}})[)）]"
            f"|[a-z][.．](?={_BLANK}|$|[^\x00-\x7f])|[ⅰ-ⅻ][.．)）]?|[⒜-⒵]"
        ),
    ),
    ("bracket", re.compile(f"【[^】]{{1,8}}[0-9０-９]+】|\\[[0-9]{{1,3}}\\](?={_BLANK})|<[0-9]{{1,2}}>(?={_BLANK})")),
)
_FIRST = re.compile(
    f"[0-9０-９一二三四五六七八九十第議審報協A-Za-zⅠ-Ⅻⅰ-ⅻ（(①-⓾㉑-㊿❶-❿⑴-⒇⒜-⒵{_KANA_ORDINALS}【\\[<別付附補参]"
)
# Nearly every line of an English page begins with a letter. This rejects those that no pattern can match.
_LATIN = re.compile(
    f"[A-Za-z](?:{_SEPARATOR}|[)、])|[ivxIVX]{{2,4}}[.．)]|(?:part|chapter|title|section|article|annex|appendix|schedule)\\s",
    re.IGNORECASE,
)


def _first_match(text: str) -> tuple[NumberKind | None, re.Match[str] | None]:
    """Return the first pattern that a text begins with, by its kind; a generator would take twice the time."""
    for kind, pattern in _PATTERNS:
        found = pattern.match(text)
        if found:
            return kind, found
    return None, None


def numbering(text: str) -> Numbering | None:
    """Return the number at the beginning of a text, or None. Dates and quantities are not numbers in this sense."""
    if not text or not _FIRST.match(text) or (text[0].isalpha() and text[0] < "\x7f" and not _LATIN.match(text)):
        return None
    kind, found = _first_match(text)
    if kind is None or found is None:
        return None
    if kind == "letter" and re.match("[A-Z][.．] [A-Z][a-zé-]+(?:,| and [A-Z]| & [A-Z])", text):
        return None  # the initial of a name in a list of authors
    number = found.group().strip(" \u3000")
    rest = text[found.end() :]
    end = found.end() + len(rest) - len(rest.lstrip(" \t\u3000"))
    values = _values(number, kind)
    return Numbering(number, kind, max(1, len(values)) if kind in ("decimal", "letter") else 1, end, values)


_BARE_FIGURES = re.compile(
    "[0-9]{1,2}(?=[ \u3000]+(?![年月日時分秒個件名人回点条項つ本部割倍歳億万千百円%％])[^0-9\\s])"
)


def heading_number(text: str) -> Numbering | None:
    """Return the figures at the beginning of a heading as its number ("1 unidic とは"), or None.

    Args:
        text: A text that is known to be a heading. In other text the figures could be a quantity.
    """
    found = _BARE_FIGURES.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    return Numbering(found.group(), "decimal", 1, len(text) - len(rest.lstrip(" \u3000")), (int(found.group()),))


def split_number(text: str) -> tuple[str | None, str]:
    """Split a heading into number and title, as in ``("2.1", "Purpose")``.

    Returns:
        ``(None, text)`` if there is no number, or if nothing follows it.
    """
    found = numbering(text)
    if found is None or found.end >= len(text):
        return None, text
    return found.text, text[found.end :]


def marker_of(text: str) -> str | None:
    """Return the number that a paragraph begins with. Figures without a sign may count something, so they are none."""
    number, _ = split_number(text)
    return None if number is None or number.isdecimal() else number


# First character, number of characters, value of the first.
_CIRCLES = (("①", 20, 1), ("❶", 10, 1), ("㉑", 15, 21), ("㊱", 15, 36), ("⓵", 10, 1), ("⑴", 20, 1))
_CIRCLED = {chr(ord(first) + k): begin + k for first, n, begin in _CIRCLES for k in range(n)}
_KANA = {c: i for i, c in enumerate(_KANA_ORDINALS, 1)}
_ROMAN = {c: i for i, c in enumerate("ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ", 1)} | {c: i for i, c in enumerate("ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ", 1)}


def _roman_value(text: str) -> int:
    scale = {"i": 1, "v": 5, "x": 10, "l": 50}
    values = [scale[char] for char in text.lower()]
    return sum(-here if after > here else here for here, after in zip(values, [*values[1:], 0], strict=True))


def _values(number: str, kind: NumberKind) -> tuple[int, ...]:
    """Return the values of a number's parts: (1, 2, 3) for 1.2.3. A letter counts from A = 1."""
    digits = re.findall("[0-9０-９]+", number)
    first: tuple[int, ...] = ()
    if kind == "letter":
        first = (ord(number[0]) - 64,)
    if digits:
        roman = re.search("[)）]\\s*([ivx]+)", number)
        return first + tuple(int(d) for d in digits) + ((_roman_value(roman[1]),) if roman else ())
    if "⒜" <= number[0] <= "⒵":
        return (ord(number[0]) - ord("⒜") + 1,)
    for char in number:
        for table in (_CIRCLED, _KANA, _ROMAN):
            if char in table:
                return (table[char],)
    if kanji := "".join(char for char in number if is_kanji_numeral(char)):
        return (kanji_value(kanji),)
    if first:
        return first
    latin = re.search("(?<![A-Za-z])[IVXL]+(?![A-Za-z])", number)
    if latin and kind in ("roman", "part", "chapter", "annex"):
        return (_roman_value(latin.group()),)
    letter = re.search("(?<![A-Za-z])[A-Za-z](?![A-Za-z])", number)
    return (ord(letter.group().lower()) - 96,) if letter else (0,)
