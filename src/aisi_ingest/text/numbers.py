"""Find numbers in Japanese and English text and read their values.

- ``約30名`` and ``approximately 30`` are 30.
- ``100万`` and ``1 million`` are 1000000.
- ``3割`` and ``30 percent`` are 30 %.
- ``第3回``, ``third`` and ``3rd`` are the ordinal 3.

Digits that are no quantity are not reported: those in names (``Windows11``, ``gpt-4o``, ``SC42``), versions,
addresses, numbers of list items and dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from aisi_ingest.model import Lang
from aisi_ingest.text.eras import era_names
from aisi_ingest.text.kanji_numerals import KANJI_MYRIADS, KANJI_POWERS, is_kanji_numeral, kanji_value
from aisi_ingest.text.normalise import fold
from aisi_ingest.text.raised import SUPERSCRIPT_DIGITS

Kind = Literal["count", "percent", "ordinal"]


class Number(Struct, frozen=True):
    """A number at ``text[start:end]``, offsets in code points.

    Attributes:
        start: Offset of the first character.
        end: Offset after the last character.
        value: The value; of a percentage, in percent.
        kind: What the number counts.
        in_words: Written in kanji or English words. Idioms contain such words too, so it is weaker evidence.
    """

    start: int
    end: int
    value: float
    kind: Kind = "count"
    in_words: bool = False


# Percentage points of one 割, a tenth.
_PERCENT_PER_WARI = 10
_SCALE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
# After a sign of currency: £125m, $2.8bn, €5k.
_SHORT_SCALE = {"k": 1000, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
_SHORT_SCALE_AFTER = re.compile(r"\s?(k|mn?|bn?|tn)\b")
_CURRENCY_SIGNS = tuple("£$€¥")
_ONES = [
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_WORD = {word: value for value, word in enumerate(_ONES, 1)}
_WORD |= {word: value for value, word in zip(range(20, 100, 10), _TENS, strict=True)}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_ORDINAL = {word: value for value, word in enumerate(_ORDINALS.split(), 1)}
_TIMES = {"once": 1, "twice": 2, "double": 2, "both": 2, "triple": 3, "dozen": 12}

# Years of these eras are dates, not quantities. Years before 1926 are not recognised here.
_ERAS = era_names(since=1926)
# Marks of notes, and exponents, which the fold would make plain digits: ※2, *2, 注3, 10²⁶.
_RAISED = re.compile(f"{SUPERSCRIPT_DIGITS}+|(?<![0-9])[※＊*†‡] ?[0-9]{{1,2}}(?![0-9])|[注註][0-9]{{1,2}}(?![0-9])")
_NOT_NUMBERS = re.compile(
    r"(?<![.·・…‥_\s])\s?(?:[.·・…‥_]\s?){3,}\s*\d{1,9}\s*$"  # the page number in a table of contents
    r"|https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w.-]{1,255}"
    r"|(?<![a-z_])[a-z_]{1,40}[-_./]?\d[\w.\-]*"  # Windows11, gpt-4o, v1.10, CO2
    r"|(?<!\d)\d{1,20}(?:\.\d{1,20}){2,}"  # 1.19.3, 192.168.10.13
    r"|\b(?:ver|version|release|python|section|page|p|pp|no)\.?\s?\d+(?:\.\d+)+"
    r"|(?<!\d)\d{1,20}[/:]\d+(?:[/:]\d+)?"  # 9/18, 10:30, 1/2
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?\b(?:\s*[-–,]\s*\d{1,4})*"
    r"|\b\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
    rf"|(?:{_ERAS})\s*(?:\d+|元)\s*年(?:度)?"
    r"|\d{4}\s*年度?(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?"
    r"|\d{1,2}\s*月(?!間)(?:\s*\d{1,2}\s*(?:日|(?=[-~・])))?(?:\s*[-~・]\s*\d{1,2}\s*日)?"
    r"|\b(?:19|20)\d\d\b(?!\s*(?:人|名|件|個|社|円|people|items))"
)
_ITEM_NUMBER = re.compile(
    r"^\s*(?:[(（\[【]?\d+(?:[.-]\d+)*\s*[)）\]】.、:](?!\d)|[\u2460-\u24ff]|\d+(?:\.\d+)+(?=\s(?![a-z\d])))"
)
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_JAPANESE_SCALED = re.compile(rf"(?<![\d.,])(?:(?:{_DIGITS})\s?[千百]?[万億兆])+(?:{_DIGITS})?")
_PART = re.compile(rf"({_DIGITS})\s?([千百]?)([万億兆]?)")
_PLAIN = re.compile(rf"(?<![\d.])({_DIGITS})(?![\d])")
_COUNTER = (
    "つ|人|名|回|件|種|個|点|社|者|年|か月|ヶ月|カ月|割|番|次|章|節|条|項|段階|側面|機関|省|か国|カ国|本柱|分野"
    "|倍|桁|層"
)
_KANJI = re.compile(
    rf"第([一二三四五六七八九十百千]+)|([一二三四五六七八九十百千〇]+)(?={_COUNTER})"
    "|([一二三四五六七八九]?[十百千][一二三四五六七八九十百]*)(?=[万億])"
)
_ENGLISH_WORDS = re.compile(
    r"\b(?:(?P<tens>twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ])?"
    rf"(?P<word>{'|'.join([*_WORD, *_ORDINAL, *_TIMES])})\b"
    r"(?:\s+(?P<scale>hundred|thousand|million|billion|trillion)\b)?"
)


def numbers(text: str, lang: Lang, skip: Iterable[tuple[int, int]] = ()) -> list[Number]:
    """Find the numbers of a text.

    Args:
        text: Normalised text.
        lang: Language of the text; decides whether kanji numerals or English number words are read.
        skip: Spans (start, end) in code points in which no number is reported, for example dates.

    Returns:
        The numbers in order of their offsets.
    """
    folded = list(fold(text))
    taken = [*skip, *(m.span() for m in _NOT_NUMBERS.finditer("".join(folded)))]
    taken += [m.span() for m in _RAISED.finditer(text)]  # note marks and exponents: the fold makes plain digits of them
    if item_number := _ITEM_NUMBER.match(text):
        taken.append(item_number.span())
    for start, end in taken:
        folded[start:end] = " " * (end - start)
    line = "".join(folded)
    found = list(_in_digits(line))
    for number in found:
        folded[number.start : number.end] = " " * (number.end - number.start)
    line = "".join(folded)
    found += _in_kanji(line) if lang == "ja" else _in_english_words(line)
    return sorted(found, key=lambda number: number.start)


def _in_digits(line: str) -> Iterator[Number]:
    taken: list[tuple[int, int]] = []
    for match in _JAPANESE_SCALED.finditer(line):
        value = 0.0
        for digits, power, myriad in _PART.findall(match.group()):
            value += float(digits.replace(",", "")) * KANJI_POWERS.get(power, 1) * KANJI_MYRIADS.get(myriad, 1)
        taken.append(match.span())
        yield Number(match.start(), match.end(), value, _kind(line, match.start(), match.end()))
    for match in _PLAIN.finditer(line):
        if any(start <= match.start() < end for start, end in taken):
            continue
        value, end = float(match[1].replace(",", "")), match.end()
        after = line[end : end + 12]
        if scale := re.match(r"\s?(hundred|thousand|million|billion|trillion)\b", after):
            value, end = value * _SCALE[scale[1]], end + scale.end()
        elif line[max(0, match.start() - 1) : match.start()] in _CURRENCY_SIGNS and (
            scale := _SHORT_SCALE_AFTER.match(after)
        ):
            value, end = value * _SHORT_SCALE[scale[1]], end + scale.end()
        elif scale := re.match("[千百]", after):
            value, end = value * KANJI_POWERS[scale[0]], end + 1
        elif re.match("[a-z]", after) and not re.match(r"(?:st|nd|rd|th|[kmgt]?b|[kmc]?m|k?g|percent|pt|px)\b", after):
            continue  # 5G, 3D, 2x
        if after.startswith("割"):
            yield Number(match.start(), end + 1, value * _PERCENT_PER_WARI, "percent")
            continue
        yield Number(match.start(), end, value, _kind(line, match.start(), end))


def _kind(line: str, start: int, end: int) -> Kind:
    """Return what the number at ``line[start:end]`` counts, by the characters around it."""
    after, before = line[end : end + 12].lstrip(), line[max(0, start - 1) : start]
    if after.startswith(("%", "percent", "パーセント", "per cent")):
        return "percent"
    if before == "第" or re.match("(?:st|nd|rd|th)\\b|番目|回目", after):
        return "ordinal"
    return "count"


def _in_kanji(line: str) -> Iterator[Number]:
    for match in _KANJI.finditer(line):
        digits = match[1] or match[2] or match[3]
        value = float(kanji_value(digits))
        end = match.end()
        if myriad := KANJI_MYRIADS.get(line[end : end + 1]):
            value, end = value * myriad, end + 1
        if line[end : end + 1] == "割":
            yield Number(match.start(), end + 1, value * _PERCENT_PER_WARI, "percent", True)
        else:
            yield Number(match.start(), end, value, "ordinal" if match[1] else "count", True)


def _in_english_words(line: str) -> Iterator[Number]:
    for match in _ENGLISH_WORDS.finditer(line):
        word = match["word"]
        value = float(_WORD.get(word) or _ORDINAL.get(word) or _TIMES[word])
        if match["tens"] and value < _WORD["ten"]:
            value += _WORD[match["tens"]]
        if match["scale"]:
            value *= _SCALE[match["scale"]]
        kind: Kind = "ordinal" if word in _ORDINAL else "count"
        if re.match(r"\s*(?:percent|per cent)\b", line[match.end() : match.end() + 12]):
            kind = "percent"
        yield Number(match.start(), match.end(), value, kind, True)


_LEADING_NUMBER = re.compile(
    r"\s*(?:(?P<circled>[\u2460-\u2473])"
    r"|[(（\[【]\s*(?P<bracket>[ivx]{1,4}|[a-z]|\d+(?:[.-]\d+)*|[一二三四五六七八九十]+)\s*[)）\]】]"
    r"|第\s?(?P<nth>[\d一二三四五六七八九十]+)\s?[部章節条項編]|(?:付録|別紙|別添|付属書|参考)\s?(?P<annex>\d+|[a-z])(?![a-z])"
    r"|(?:chapter|part|section|article|step|annex|appendix)\s(?P<named>\d+|[ivx]+|[a-z])(?![a-z])"
    r"|(?P<dotted>\d+(?:[.-]\d+)+)(?=\D|$)|(?P<plain>\d{1,2}|[a-z]|[ivx]{1,4})(?:[.．)）、](?!\d)|$))"
)
_FIRST_CIRCLED_DIGIT = 0x2460  # ①
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}


def leading_number(text: str) -> str | None:
    """Return the number or letter that a heading or list item begins with, the same for all ways to write it.

    Args:
        text: A heading, a list item or only its number.

    Returns:
        ``2.1`` for ``2-1``, ``2`` for ``第2部``, ``Part II``, ``②`` and ``(二)``; None if the text begins with no
        number.
    """
    match = _LEADING_NUMBER.match(fold(text).lower())
    if not match:
        return None
    if match["circled"]:
        return str(ord(match["circled"]) - _FIRST_CIRCLED_DIGIT + 1)
    written = next(group for group in match.groups() if group)
    if written in _ROMAN:
        return str(_ROMAN[written])
    if is_kanji_numeral(written):
        return str(kanji_value(written))
    return written.replace("-", ".")
