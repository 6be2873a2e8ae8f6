"""Find titles by the way they are cited: after who issued them, before a URL, or before a bracket with both.

``NIST “Plan for Lake Safety” https://...``, ``湖沼庁「湖の歩き方」``, ``湖に関する申合せ（湖沼庁、2024.4.22）``.
The place of a title shows what it is, so nothing in it needs to look like a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aisi_ingest.tagging.japanese_words import HEAD, HEADS, MANUALS
from aisi_ingest.tagging.spans import CELL_SEPARATOR, ROW_SEPARATOR, Span
from aisi_ingest.tagging.words import words
from aisi_ingest.text.editions import EDITION_AFTER_NAME
from aisi_ingest.text.normalise import is_japanese

_LONGEST_TITLE, _SHORTEST_TITLE = 160, 4  # characters
_QUOTATION = re.compile(
    rf"[“\"]([A-Z0-9][^“”\"\n]{{{_SHORTEST_TITLE},{_LONGEST_TITLE}}}?)[,.]?\s?[”\"]"
    rf"|[「『]([^「」『』\n。]{{{_SHORTEST_TITLE},{_LONGEST_TITLE}}})[」』]"
)
_BETWEEN_ISSUER_AND_TITLE = re.compile(r"[;,:、：；]?\s?")
_AFTER_TITLE = re.compile(r"\s?(?:https?://|$|[)）]|,?\s?pp?\.)")
_URL = re.compile(r"\s?https?://")
_SHORT_FORM = re.compile(r"\s?[(（](?:[^()（）]*[A-Z]){2}[^()（）]*[)）]$")
_TITLES_OF_PARTS = re.compile(
    r"[A-Z0-9]{1,3}\.\s|(?:Section|Chapter|Part|Figure|Table)\b|第\s?[0-9一-十]+\s?[章節部条]"
)


def find_titles(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the titles that a text cites.

    Args:
        text: Text of a block.
        spans: Names in it, which may overlap.
    """
    organisations = sorted((s for s in spans if s.label == "ORG"), key=lambda s: (s.start, s.end))
    yield from _quoted(text, {s.end for s in organisations})
    yield from _before_issuer(text, organisations)
    yield from _standards_with_title(text)


def _quoted(text: str, ends: set[int]) -> Iterator[Span]:
    """Yield titles in quotation marks, after an organisation or before a URL."""
    for m in _QUOTATION.finditer(text):
        group = 1 if m[1] else 2
        after = _AFTER_TITLE.match(text, m.end())
        if after is None or _TITLES_OF_PARTS.match(m[group]) or m[group].endswith(("?", "!", "？", "！")):
            continue
        if not _has_two_words(m[group]) or not (_URL.match(text, m.end()) or _follows(text, m.start(), ends)):
            continue
        title = _SHORT_FORM.sub("", m[group])
        yield Span(m.start(group), m.start(group) + len(title), "GUIDE", "shape.cited", None, title)


def _has_two_words(title: str) -> bool:
    return is_japanese(title[0]) or is_japanese(title[-1]) or " " in title


def _follows(text: str, start: int, ends: set[int]) -> bool:
    """Return whether one of the names that end at ``ends`` stands directly before an offset."""
    return any(
        end in ends and _BETWEEN_ISSUER_AND_TITLE.fullmatch(text, end, start)
        for end in range(max(0, start - 2), start + 1)
    )


# ---- lines that consist of a title and who issued it --------------------------------------------------

_BRACKET_AT_END = re.compile(r"[（(]([^（）()\n]{2,40})[）)]")
_PARTS_OF_BRACKET = re.compile(r"[^、,]+")
_DATE = re.compile(r"\s?(?:(?:19|20)[0-9]{2}|(?:令和|平成)[0-9元])[0-9年月日./～〜\s-]*\s?$")
_BULLET = re.compile(r"[\s\u3000・●○◆■□※*•–-]*(?:[（(]?[0-9]{1,2}[)）.．]\s?)?")
_LATIN_TITLE = re.compile(r"[A-Z][A-Za-z’',:-]*(?:\s[A-Za-z0-9’',:&–-]+){2,24}$")
_SENTENCE = re.compile("[。！？「」『』|]")
_DRAFT = "案"
# What a body issues and names only after itself: 中間とりまとめ, 報告書.
_NAMED_AFTER_BODY = words("とりまとめ 取りまとめ 論点整理 報告書 レポート 提言 計画 説明書 年次報告 覚書") | MANUALS


def _before_issuer(text: str, organisations: list[Span]) -> Iterator[Span]:
    """Yield the title of a line ``title（issuer、date）`` or ``issuer title URL``."""
    exact = {(s.start, s.end) for s in organisations}
    for m in _BRACKET_AT_END.finditer(text):
        issued = _issuer_and_date(text, m, exact)
        if issued is None:
            continue
        start = _start_of_line(text, m.start())
        stop = m.start()
        if short := re.search(r"[（(][^（）()\n]{1,40}[）)]$", text[start:stop]):
            stop = start + short.start()
        title = text[start:stop].rstrip()
        if _is_title(title) or (issued == "both" and _LATIN_TITLE.match(title)):
            yield Span(start, start + len(title), "GUIDE", "shape.issued")
    for m in _URL.finditer(text):
        line = _start_of_line(text, m.start())
        first = next((s for s in organisations if s.start == line and text[s.end : s.end + 1] in (" ", "\u3000")), None)
        if first is not None and _is_title(text[first.end + 1 : m.start()].rstrip()):
            yield Span(first.end + 1, m.start(), "GUIDE", "shape.issued")


def _issuer_and_date(text: str, bracket: re.Match[str], exact: set[tuple[int, int]]) -> str | None:
    """Return "issuer" or "both" if a bracket consists of an organisation, with or without a date; None otherwise."""
    found = []
    for part in _PARTS_OF_BRACKET.finditer(bracket[1]):
        start, end = bracket.start(1) + part.start(), bracket.start(1) + part.end()
        start += len(part.group()) - len(part.group().lstrip())
        if (start, end) in exact:
            found.append("issuer")
        elif _DATE.match(part.group()):
            found.append("date")
        else:
            return None
    if "issuer" not in found:
        return None
    return "both" if "date" in found else "issuer"


def _start_of_line(text: str, before: int) -> int:
    row, cell = text.rfind(ROW_SEPARATOR, 0, before), text.rfind(CELL_SEPARATOR, 0, before)
    start = max(row + len(ROW_SEPARATOR) if row >= 0 else 0, cell + len(CELL_SEPARATOR) if cell >= 0 else 0)
    bullet = _BULLET.match(text, start, before)
    return bullet.end() if bullet else start


def _is_title(title: str) -> bool:
    """Return whether a Japanese line is a title: it ends in the head of a guide, with or without an edition."""
    if not _SHORTEST_TITLE < len(title) <= _LONGEST_TITLE or _SENTENCE.search(title):
        return False
    edition = next((m for m in EDITION_AFTER_NAME.finditer(title) if m.end() == len(title)), None)
    name = (title[: edition.start()] if edition else title).removesuffix(_DRAFT)
    head = next((m.group() for m in HEAD.finditer(name) if m.end() == len(name)), None)
    if head is None or HEADS[head].label != "GUIDE" or head in _NAMED_AFTER_BODY:
        return False
    return not any(m.group() == head and name[m.end() : m.end() + 1] == "、" for m in HEAD.finditer(name))


# ---- titles of standards ------------------------------------------------------------------------------

# The first part of a title of ISO, IEC and JIS names the field. https://www.iso.org/ISO-house-style.html
_FIELD = (
    r"(?:Information (?:technology|security)|(?:Systems and s|S)oftware engineering|Artificial intelligence"
    r"|Cybersecurity|情報技術|情報セキュリティ)"
)
_STANDARD_WITH_TITLE = re.compile(
    rf"(?<![A-Za-z0-9])(?:ISO|IEC|JIS|EN)[A-Z0-9/ :-]{{3,30}}[0-9][,:]?\s{_FIELD}[^\n.;()（）—–―－-]{{0,60}}"
    r"(?:\s?[—–―－-]{1,2}\s?[^\n.;()（）\"”」—–―－]{3,90}){1,3}(?=[\n.;()（）\"”」]|$)"
)


def _standards_with_title(text: str) -> Iterator[Span]:
    for m in _STANDARD_WITH_TITLE.finditer(text):
        number = re.split(rf"[,:]?\s{_FIELD}", m.group())[0]
        yield Span(m.start(), m.start() + len(m.group().rstrip()), "GUIDE", "shape.standard", None, number)
