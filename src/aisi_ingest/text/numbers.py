"""Numbers in Japanese and English text, by value.

``約30名`` and ``approximately 30`` are 30, ``100万`` and ``1 million`` are 1000000, ``3割`` and ``30 percent``
are 30 %, ``第3回``, ``third`` and ``3rd`` are the ordinal 3. What only looks like a number is none: the figures of a
name (``Windows11``, ``gpt-4o``, ``SC42``), versions and addresses, list marks, dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from aisi_ingest.model import Lang
from aisi_ingest.text.normalise import fold


class Number(Struct, frozen=True):
    """A number and where it stands, in code points. ``in_words``: kanji or English words, which idioms also use."""

    start: int
    end: int
    value: float
    kind: Literal["count", "percent", "ordinal"] = "count"
    in_words: bool = False


_KANJI_DIGIT = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "両": 2}
_KANJI_UNIT = {"十": 10, "百": 100, "千": 1000}
_MYRIAD = {"万": 10**4, "億": 10**8, "兆": 10**12}
_SCALE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
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

_NOT_NUMBERS = re.compile(
    r"(?<![.·・…‥_\s])\s?(?:[.·・…‥_]\s?){3,}\s*\d{1,9}\s*$"  # the page in a line of a table of contents
    r"|https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w.-]{1,255}"
    r"|(?<![a-z_])[a-z_]{1,40}[-_./]?\d[\w.\-]*"  # Windows11, gpt-4o, v1.10, CO2
    r"|(?<!\d)\d{1,20}(?:\.\d{1,20}){2,}"  # 1.19.3, 192.168.10.13
    r"|\b(?:ver|version|release|python|section|page|p|pp|no)\.?\s?\d+(?:\.\d+)+"
    r"|(?<!\d)\d{1,20}[/:]\d+(?:[/:]\d+)?"  # 9/18, 10:30, 1/2
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?\b(?:\s*[-–,]\s*\d{1,4})*"
    r"|\b\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
    r"|(?:令和|平成|昭和)\s*(?:\d+|元)\s*年(?:度)?"
    r"|\d{4}\s*年度?(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?"
    r"|\d{1,2}\s*月(?!間)(?:\s*\d{1,2}\s*(?:日|(?=[-~・])))?(?:\s*[-~・]\s*\d{1,2}\s*日)?"
    r"|\b(?:19|20)\d\d\b(?!\s*(?:人|名|件|個|社|円|people|items))"
)
_LIST_MARK = re.compile(
    r"^\s*(?:[(（\[【]?\d+(?:[.-]\d+)*\s*[)）\]】.、:](?!\d)|[\u2460-\u24ff]|\d+(?:\.\d+)+(?=\s(?![a-z\d])))"
)
_FIGURES = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_JAPANESE_SCALED = re.compile(rf"(?<![\d.,])(?:(?:{_FIGURES})\s?[千百]?[万億兆])+(?:{_FIGURES})?")
_PART = re.compile(rf"({_FIGURES})\s?([千百]?)([万億兆]?)")
_PLAIN = re.compile(rf"(?<![\d.])({_FIGURES})(?![\d])")
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
    """The numbers of a text in order of place, those that stand inside ``skip`` (dates, say) left out."""
    folded = list(fold(text))
    taken = [*skip, *(m.span() for m in _NOT_NUMBERS.finditer("".join(folded)))]
    if mark := _LIST_MARK.match(text):
        taken.append(mark.span())
    for start, end in taken:
        folded[start:end] = " " * (end - start)
    line = "".join(folded)
    found = list(_in_figures(line))
    for number in found:
        folded[number.start : number.end] = " " * (number.end - number.start)
    line = "".join(folded)
    found += _in_kanji(line) if lang == "ja" else _in_english_words(line)
    return sorted(found, key=lambda number: number.start)


def _in_figures(line: str) -> Iterator[Number]:
    taken: list[tuple[int, int]] = []
    for match in _JAPANESE_SCALED.finditer(line):
        value = 0.0
        for figures, hundreds, myriad in _PART.findall(match.group()):
            value += float(figures.replace(",", "")) * {"千": 1000, "百": 100, "": 1}[hundreds] * _MYRIAD.get(myriad, 1)
        taken.append(match.span())
        yield Number(match.start(), match.end(), value, _kind(line, match.start(), match.end()))
    for match in _PLAIN.finditer(line):
        if any(start <= match.start() < end for start, end in taken):
            continue
        value, end = float(match[1].replace(",", "")), match.end()
        after = line[end : end + 12]
        if scale := re.match(r"\s?(hundred|thousand|million|billion|trillion)\b", after):
            value, end = value * _SCALE[scale[1]], end + scale.end()
        elif scale := re.match("[千百]", after):
            value, end = value * _KANJI_UNIT[scale[0]], end + 1
        elif re.match("[a-z]", after) and not re.match(r"(?:st|nd|rd|th|[kmgt]?b|[kmc]?m|k?g|percent|pt|px)\b", after):
            continue  # 5G, 3D, 2x
        if after.startswith("割"):
            yield Number(match.start(), end + 1, value * 10, "percent")
            continue
        yield Number(match.start(), end, value, _kind(line, match.start(), end))


def _kind(line: str, start: int, end: int) -> Literal["count", "percent", "ordinal"]:
    after, before = line[end : end + 8].lstrip(), line[max(0, start - 1) : start]
    if after.startswith(("%", "percent", "パーセント", "per cent")):
        return "percent"
    if before == "第" or re.match("(?:st|nd|rd|th)\\b|番目|回目", after):
        return "ordinal"
    return "count"


def _in_kanji(line: str) -> Iterator[Number]:
    for match in _KANJI.finditer(line):
        digits = match[1] or match[2] or match[3]
        value = float(_kanji_value(digits))
        end = match.end()
        if myriad := _MYRIAD.get(line[end : end + 1]):
            value, end = value * myriad, end + 1
        if line[end : end + 1] == "割":
            yield Number(match.start(), end + 1, value * 10, "percent", True)
        else:
            yield Number(match.start(), end, value, "ordinal" if match[1] else "count", True)


def _kanji_value(digits: str) -> int:
    if all(char in _KANJI_DIGIT for char in digits):
        return int("".join(str(_KANJI_DIGIT[char]) for char in digits))
    total, current = 0, 0
    for char in digits:
        if char in _KANJI_UNIT:
            total, current = total + (current or 1) * _KANJI_UNIT[char], 0
        else:
            current = _KANJI_DIGIT[char]
    return total + current


def _in_english_words(line: str) -> Iterator[Number]:
    for match in _ENGLISH_WORDS.finditer(line):
        word = match["word"]
        value = float(_WORD.get(word) or _ORDINAL.get(word) or _TIMES[word])
        if match["tens"] and value < 10:
            value += _WORD[match["tens"]]
        if match["scale"]:
            value *= _SCALE[match["scale"]]
        kind: Literal["count", "percent", "ordinal"] = "ordinal" if word in _ORDINAL else "count"
        if re.match(r"\s*(?:percent|per cent)\b", line[match.end() : match.end() + 12]):
            kind = "percent"
        yield Number(match.start(), match.end(), value, kind, True)


_OPEN_MARK = re.compile(
    r"\s*(?:(?P<circled>[\u2460-\u2473])"
    r"|[(（\[【]\s*(?P<bracket>[ivx]{1,4}|[a-z]|\d+(?:[.-]\d+)*|[一二三四五六七八九十]+)\s*[)）\]】]"
    r"|第\s?(?P<nth>[\d一二三四五六七八九十]+)\s?[部章節条項編]|(?:付録|別紙|別添|付属書|参考)\s?(?P<annex>\d+|[a-z])(?![a-z])"
    r"|(?:chapter|part|section|article|step|annex|appendix)\s(?P<named>\d+|[ivx]+|[a-z])(?![a-z])"
    r"|(?P<dotted>\d+(?:[.-]\d+)+)(?=\D|$)|(?P<plain>\d{1,2}|[a-z]|[ivx]{1,4})(?:[.．)）、](?!\d)|$))"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}


def mark(text: str) -> str | None:
    """The number that opens a heading or list item, by value: ``2.1``, ``第2部`` and ``Part II`` are 2.1, 2 and 2."""
    match = _OPEN_MARK.match(fold(text).lower())
    if not match:
        return None
    if match["circled"]:
        return str(ord(match["circled"]) - 0x245F)
    written = next(group for group in match.groups() if group)
    if written in _ROMAN:
        return str(_ROMAN[written])
    if all(char in _KANJI_DIGIT or char in _KANJI_UNIT for char in written):
        return str(_kanji_value(written))
    return written.replace("-", ".")
