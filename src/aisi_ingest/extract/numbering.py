"""Recognise numbers before headings and list items: 第1部, 第2章, 1., 1-1., 1.2.3, A.1, Ⅰ, (1), ①, ア."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

NumberKind = Literal[
    "part",
    "chapter",
    "section",
    "article",
    "annex",
    "roman",
    "decimal",
    "letter",
    "paren",
    "circled",
    "kana",
    "alpha",
    "bracket",
]


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
        return _RANK[self.kind] + bracketed + (self.depth - 1 if self.kind in ("decimal", "letter") else 0)


# From 0, the highest. The gaps leave room for the parts of a decimal number (1.2.3 is two levels below 1.) and for
# brackets.
_RANK: dict[NumberKind, int] = {
    "part": 0,
    "chapter": 2,
    "annex": 2,
    "section": 4,
    "article": 5,
    "roman": 6,
    "letter": 8,
    "decimal": 8,
    "bracket": 12,
    "paren": 16,
    "circled": 20,
    "kana": 24,
    "alpha": 28,
}

# Building blocks of the patterns.
_NUMERAL = "[0-9０-９一二三四五六七八九十百]{1,4}"
_OPTIONAL_SPACE = "[ \u3000]?"
_SEPARATOR = "[.．\\-－‐–−]"
_BLANK = "[\\s\u3000]"
_AFTER = f"(?={_BLANK}|$|[^0-9A-Za-z.,．%％])"
_KANA_ORDINALS = "アイウエオカキクケコサシスセソタチツテト"
# "5.で述べたとおり" and "3.の表" refer to a section; "1.できること" begins one.
_NO_PARTICLE = "(?![0-9をのが]|で(?![きあす])|に(?![んおつぎ]))"
# In "10 月" and "3 か月" a number without a full stop counts something.
_NO_UNIT = (
    "(?![年月日時分秒個件名人社回目種類点章節条項つ台本枚部割倍歳才億万千百兆円ヶカか％%])"
    "[^0-9a-z.,:/\\-–~〜°+=×)）\\s]"
)
_PATTERNS: tuple[tuple[NumberKind, re.Pattern[str]], ...] = (
    (
        "part",
        re.compile(
            f"第{_OPTIONAL_SPACE}{_NUMERAL}{_OPTIONAL_SPACE}[部編篇](?![a-z門分])|Part\\s+(?:[IVX]+|[0-9]+)\\b[.:]?"
        ),
    ),
    (
        "chapter",
        re.compile(
            f"第{_OPTIONAL_SPACE}{_NUMERAL}{_OPTIONAL_SPACE}章|Chapter\\s+(?:[IVX]+|[0-9]+)\\b[.:]?", re.IGNORECASE
        ),
    ),
    ("section", re.compile(f"第{_OPTIONAL_SPACE}{_NUMERAL}{_OPTIONAL_SPACE}節")),
    ("article", re.compile(f"第{_NUMERAL}[条條項款](?:の{_NUMERAL})?(?=[\\s\u3000（(])|Article\\s+[0-9]+\\b[.:]?")),
    (
        "annex",
        re.compile(
            f"(?:別紙|別添|別表|付録|附属書|付属書|補論|参考資料){_BLANK}*(?:[0-9０-９]{{1,2}}|[A-Z](?![a-z]))(?:{_SEPARATOR}[0-9]+)?"
            "|(?:Annex|Appendix)\\s+(?:[0-9]{1,2}|[A-Z]|[IVX]+)\\b[.:]?"
        ),
    ),
    ("roman", re.compile(f"[Ⅰ-Ⅻ][.．、]?|(?:I{{1,3}}|IV|VI{{0,3}}|IX|XI{{0,2}})[.．)](?={_BLANK}|$|[^\x00-\x7f])")),
    ("decimal", re.compile(f"[0-9]{{1,2}}(?:{_SEPARATOR}[0-9]{{1,2}}){{1,5}}[.．)]?{_AFTER}")),
    ("decimal", re.compile(f"[0-9]{{1,3}}[.．、)]{_NO_PARTICLE}(?:{_AFTER}|(?=[A-Z][A-Za-z]))")),
    ("decimal", re.compile(f"[0-9]{{1,2}}(?={_BLANK}+{_NO_UNIT})")),
    ("letter", re.compile(f"[A-Z](?:{_SEPARATOR}[0-9]{{1,2}}){{1,5}}[.．]?{_AFTER}")),
    ("letter", re.compile(f"[A-Z][.．](?={_BLANK}|$|[^A-Za-z0-9.\\s])(?!{_BLANK}[A-Z][.．])")),
    ("paren", re.compile("[（(][0-9０-９]{1,2}(?:-[0-9]{1,2})?[)）]|[⑴-⒇]")),
    ("circled", re.compile("[①-⑳㉑-㉟㊱-㊿❶-❿⓵-⓾]")),
    ("kana", re.compile(f"[（(][{_KANA_ORDINALS}][)）]|[{_KANA_ORDINALS}](?:[.．、)）]|(?={_BLANK}))")),
    (
        "alpha",
        re.compile(
            f"[（(](?:[a-zａ-ｚ]|[ivx]{{1,4}})[)）]|(?:[a-z]|[ivx]{{2,4}})[)）]|[a-z][.．](?={_BLANK})|[ⅰ-ⅻ][.．)）]?"
        ),
    ),
    ("bracket", re.compile(f"【[^】]{{1,8}}[0-9０-９]+】|\\[[0-9]{{1,3}}\\](?={_BLANK})|<[0-9]{{1,2}}>(?={_BLANK})")),
)
# A text that does not begin with one of these has no number; most lines are rejected here.
_FIRST = re.compile(f"[0-9０-９第A-Za-zⅠ-Ⅻⅰ-ⅻ（(①-⓾㉑-㊿❶-❿⑴-⒇{_KANA_ORDINALS}【\\[<別付附補参]")
# Nearly every line of an English page begins with a letter. This rejects those that no pattern can match.
_LATIN = re.compile(
    f"[A-Za-z](?:{_SEPARATOR}|[)、])|[ivxIVX]{{2,4}}[.．)]|(?:part|chapter|article|annex|appendix)\\s", re.IGNORECASE
)


def numbering(text: str) -> Numbering | None:
    """Return the number at the beginning of a text, or None. Dates and quantities are not numbers in this sense."""
    if not text or not _FIRST.match(text) or (text[0].isalpha() and text[0] < "\x7f" and not _LATIN.match(text)):
        return None
    kind, found = next(((kind, found) for kind, one in _PATTERNS if (found := one.match(text))), (None, None))
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


# First character, number of characters, value of the first.
_CIRCLES = (("①", 20, 1), ("❶", 10, 1), ("㉑", 15, 21), ("㊱", 15, 36), ("⓵", 10, 1), ("⑴", 20, 1))
_CIRCLED = {chr(ord(first) + k): begin + k for first, n, begin in _CIRCLES for k in range(n)}
_KANJI = {c: i for i, c in enumerate("一二三四五六七八九", 1)}
_KANA = {c: i for i, c in enumerate(_KANA_ORDINALS, 1)}
_ROMAN = {c: i for i, c in enumerate("ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ", 1)} | {c: i for i, c in enumerate("ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ", 1)}


def _values(number: str, kind: NumberKind) -> tuple[int, ...]:
    """Return the values of a number's parts: (1, 2, 3) for 1.2.3. A letter counts from A = 1."""
    digits = re.findall("[0-9０-９]+", number)
    first: tuple[int, ...] = ()
    if kind == "letter":
        first = (ord(number[0]) - 64,)
    if digits:
        return first + tuple(int(d) for d in digits)
    for char in number:
        for table in (_CIRCLED, _KANA, _ROMAN):
            if char in table:
                return (table[char],)
    kanji = [c for c in number if c in "一二三四五六七八九十百"]
    if kanji:
        total = current = 0
        for c in kanji:
            if c in "十百":
                total += max(1, current) * (10 if c == "十" else 100)
                current = 0
            else:
                current = _KANJI[c]
        return (total + current,)
    if first:
        return first
    latin = re.search("[IVX]+", number)
    if latin and kind in ("roman", "part", "chapter", "annex"):
        total = 0
        scale = {"I": 1, "V": 5, "X": 10}
        for here, after in zip(latin.group(), latin.group()[1:] + " ", strict=True):
            total += -scale[here] if scale.get(after, 0) > scale[here] else scale[here]
        return (total,)
    letter = re.search("(?<![A-Za-z])[A-Za-z](?![A-Za-z])", number)
    return (ord(letter.group().lower()) - 96,) if letter else (0,)
