"""English names that no registry has, by their shape: ``Ministry of ...``, ``... Summit 2024``, ``... Act``.

A name is a run of capitalised words, joined by "of", "for", "and"; a head word in it says what it names.
In a line that is all capitals (a title, a menu) shape says little: there the name needs a mark of its own,
such as an acronym, a country, "National" or a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aisi_ingest.model import Label
from aisi_ingest.tagging.english_words import (
    COMMON,
    EVENT_HEADS,
    GUIDE_HEADS,
    GUIDE_PAIRS,
    LEAD,
    MONTHS,
    ORG_HEADS,
    ORG_PAIRS,
    PROPER,
    ROLES,
    SURE,
    UNMARKED,
    WEAK,
)
from aisi_ingest.tagging.romaji import is_romaji_name
from aisi_ingest.tagging.spans import Span
from aisi_ingest.tagging.words import words

_WORD = r"[A-Z][A-Za-z0-9À-ž]*(?:(?:['’.](?=[A-Za-z])|[-/&])[A-Za-z0-9À-ž]+)*"
_JOIN = r"(?:of|for|and|the|on|&|de|to)"
_RUN = re.compile(rf"(?<![A-Za-z0-9_/@.-]){_WORD}(?:(?:,?\s(?:{_JOIN}\s){{0,2}}){_WORD}){{0,17}}")
_TOKEN = re.compile(rf"{_WORD}|{_JOIN}|,")

_COMPANY_LEFT = re.compile(rf"(?:{_WORD}(?:\s(?:and|of|&)\s|\s)){{0,5}}{_WORD}$")
_COMPANY = re.compile(
    r",?\s(?:Inc\.?|Ltd\.?|Corp\.?|LLC|GmbH|K\.K\.|G\.K\.|PLC|plc|S\.A\.|AG|Co\.(?:,\s?Ltd\.?)?|Limited"
    r"|Pte\.?(?:\sLtd\.?)?|B\.V\.|CORPORATION|LIMITED|INC\.?|LTD\.?)(?![A-Za-z])"
)
_VERSION = re.compile(
    r"\s?,?\s?(?:\(?\b[Vv](?:er(?:sion)?)?\.?\s?[0-9]{1,2}(?:\.[0-9]{1,3}){0,2}\b"
    r"|(?<=\s)[0-9]\.[0-9]{1,2}(?![0-9.%])|(?<=\s)(?:19|20)[0-9]{2}(?![0-9./-]))"
)
_STANDARDS = ("ISO", "IEC", "JIS", "SP", "NIST", "IEEE", "RFC", "FIPS", "ETSI", "ITU-T")  # of which _STANDARD has one
_STANDARD = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:ISO|IEC|ISO/IEC|ISO/IEC/IEEE|ISO/IEC JTC\s?1)(?:[/ ](?:TR|TS|DIS|FDIS|CD|DTR|DTS|PAS|AWI|WD"
    r"|Guide|GUIDE|IEEE)){0,2}[ -]?[0-9]{3,5}(?:-[0-9]{1,3})?(?::\s?[0-9]{4})?"
    r"|JIS\s?[A-Z]\s?[0-9]{4,5}(?:-[0-9]+)?(?::\s?[0-9]{4})?|(?:NIST\s)?SP\s?(?:500|800|1270|1800"
    r"|1500)-[0-9]{1,3}[A-Z]?(?:-[0-9]+)?(?:\sRev(?:ision)?\.?\s?[0-9])?|NIST\s?(?:IR|AI"
    r"|SP)\s?[0-9]{3,4}(?:-[0-9]{1,3}[A-Z]?)?(?:\s?[eE][0-9]{4})?|NISTIR\s?[0-9]{4}"
    r"|IEEE\s?(?:Std\.?\s?)?P?[0-9]{3,4}(?:\.[0-9]{1,2})*(?:-[0-9]{4})?|RFC\s?[0-9]{3,5}"
    r"|FIPS\s?(?:PUB\s?)?[0-9]{2,3}(?:-[0-9])?|ETSI\s(?:EN|TS|TR|GR|GS)\s[0-9]{3}(?:\s[0-9]{3})?"
    r"|ITU-T\s(?:Rec(?:ommendation|\.)?\s)?[A-Z]\.[0-9]{2,5}"
    r")(?![A-Za-z0-9])"
)
_QUOTED = re.compile(r"[“\"]([A-Z][^“”\"\n]{3,160}?)[,.]?[”\"]")


_REFERENCES = re.compile(r"\b(?:references|bibliography|sources|works cited)\b|参考文献|出典|参考資料", re.IGNORECASE)
_CITED = re.compile(
    r"(?:[\w.)],?|published|titled|entitled"
    r"|[Ss]ource:)\s?[“\"]([A-Z][^“”\"\n]{8,160}?)[,.]?\s?[”\"](?=[,.]?\s?(?:\([^()]{1,40}\)\.?\s?)?(?:https?://"
    r"|$|\)|,?\s?pp?\.))"
)


def cited(text: str, title: str) -> Iterator[Span]:
    """Titles in quotes in a list of references, or in a line that gives its source."""
    if not (_REFERENCES.search(title) or "ource:" in text or "http" in text):
        return
    for m in _CITED.finditer(text):
        title = re.sub(r"\s?\([^()]{1,40}\)$", "", m[1])
        yield Span(m.start(1), m.start(1) + len(title), "GUIDE", "shape.cited")


_COMMITTEE = re.compile(
    r"(?<![A-Za-z])(?:ISO(?:/IEC)?[ /])?(?:(?:JTC|TC)\s?[0-9]{1,3}(?:[/ ]SC\s?[0-9]{1,2})?|SC\s?[0-9]{1,2})"
    r"(?:[/ ](?:WG|AG|JWG)\s?[0-9]{1,2})?(?![A-Za-z0-9])"
)


def names(text: str, strict: bool, marks: frozenset[int] = frozenset()) -> Iterator[Span]:
    """Organisations, guides and events in ``text`` by their English shape.

    ``strict``: the line is a heading. ``marks``: where known places and organisations begin.
    """
    for m in _COMMITTEE.finditer(text) if "TC" in text or "SC" in text else ():
        if "/" in m.group() or m.group().startswith(("ISO", "JTC")):
            yield Span(m.start(), m.end(), "ORG", "shape.standard")
    for m in _STANDARD.finditer(text) if any(map(text.__contains__, _STANDARDS)) else ():
        name = m.group()
        yield Span(m.start(), m.end(), "GUIDE", "shape.standard", None, re.sub(r":\s?[0-9]{4}$", "", name))
    for m in _QUOTED.finditer(text):
        label = _label_of(m[1].split())
        if m[1].startswith(("Section", "Chapter", "Part", "Appendix")):
            continue
        if label == "GUIDE" and len(m[1].split()) > 1 and not _plain(m[1]):
            yield Span(m.start(1), m.end(1), "GUIDE", "shape.quoted", None, m[1])
    strict = strict or _all_capitals(text)
    for m in _RUN.finditer(text):
        if len(m.group().split()) > 1:  # a word alone says of what kind a thing is, not which one
            yield from _in_run(text, m.start(), m.end(), strict, marks)
    for m in _COMPANY.finditer(text):
        before = text[max(0, m.start() - 70) : m.start()]
        head = _COMPANY_LEFT.search(before)
        if head:
            words = [
                (w.start() + m.start() - len(before), w.group())
                for w in re.finditer(_WORD, before)
                if w.start() >= head.start()
            ]
            cut = 0
            for index, (_, word) in enumerate(words):
                if word in ROLES or (word in LEAD and index == cut):
                    cut = index + 1
                elif index + 1 < len(words) and is_romaji_name(word, words[index + 1][1]):
                    cut = index + 2
            if cut < len(words):
                yield Span(words[cut][0], m.end(), "ORG", "shape.company")


def _plain(quoted: str) -> bool:
    """A quoted sentence, not a title: hardly a capital in it, or it ends as a sentence does."""
    quoted = re.sub(r"\s?[Vv]er(?:sion)?\.?\s?[0-9.]+$", "", quoted)
    words = [w for w in quoted.split() if len(w) > 3]
    capitals = sum(w[0].isupper() for w in words)
    if (
        all(w in COMMON or w in GUIDE_HEADS or not w[0].isupper() for w in re.findall(r"[A-Za-z]+", quoted))
        and len(words) < 4
    ):
        return True
    return quoted.endswith(("?", "!")) or (len(words) > 2 and capitals * 2 < len(words))


def _label_of(words: list[str]) -> Label | None:
    for word in reversed(words):
        bare = word.strip(",.:;()")
        if bare in GUIDE_HEADS:
            return "GUIDE"
        if bare in EVENT_HEADS:
            return "EVENT"
        if bare in ORG_HEADS:
            return "ORG"
    return None


def _all_capitals(text: str) -> bool:
    found: list[str] = re.findall(r"[A-Za-z][A-Za-z'-]*", text[:400])
    lower = sum(w[0].islower() and len(w) > 3 for w in found)
    return lower * 8 < len(found)


def _in_run(text: str, start: int, end: int, strict: bool, marks: frozenset[int]) -> Iterator[Span]:
    tokens = [(m.start() + start, m.end() + start, m.group()) for m in _TOKEN.finditer(text[start:end])]
    for part in _split(tokens):
        found = _name(part, strict, marks)
        if found is None:
            continue
        first, last, label, rule = found
        stop = part[last][1]
        if label in ("GUIDE", "EVENT"):
            version = _VERSION.match(text, stop)
            if version and "(" not in version.group():
                stop = version.end()
        yield Span(part[first][0], stop, label, rule)


_Tokens = list[tuple[int, int, str]]


def _split(tokens: _Tokens) -> Iterator[_Tokens]:
    """Cut a run where one name ends and another begins: at a comma or "and" between two heads, at "of the"."""
    part: _Tokens = []
    skip = 0
    for index, token in enumerate(tokens):
        if skip > 1:
            skip -= 1
            continue
        skip = 0
        word = token[2]
        rest = tokens[index + 1 : index + 20]
        if (
            word in (",", "and", "&")
            and _has_head(part)
            and (_starts_name(rest) or (_head_soon(rest) and not _opens_list(part)))
        ):
            yield part
            part = []
            continue
        if word == "," and (not _opens_list(part) or any(w == "and" for _, _, w in part)):
            yield part
            part = []
            continue
        if word == "of" and rest and rest[0][2] == "the" and not (len(part) == 1 and part[0][2] in _OF_THE):
            yield part
            part = []
            continue
        if word in ROLES or (person := _person_at(tokens, index)):
            yield part
            part = []
            if word not in ROLES and person:
                skip = person
            continue
        if word == "to" and not (part and part[-1][2] in ("Guide", "Guides", "Guidance", "Handbook", "Approach")):
            yield part
            part = []
            continue
        if word in MONTHS and part and part[-1][2] in _JOINS:  # the Institute on November 2: a day, no part of the name
            yield part
            part = []
            continue
        part.append(token)
    yield part


_JOINS = frozenset(("of", "for", "and", "the", "on", "to", "&", "de", ","))


def _has_head(tokens: _Tokens) -> bool:
    return any(w in ORG_HEADS or w in EVENT_HEADS or w in GUIDE_HEADS for _, _, w in tokens)


# Heads whose name goes on after "of the": Ministry of the Environment. Others are cut there.
_OF_THE = words("Ministry Department Office Government")


def _starts_name(tokens: _Tokens) -> bool:
    """ ", Ministry of ..." begins another name, whatever came before."""
    return len(tokens) > 1 and tokens[0][2] in ORG_HEADS and tokens[1][2] in ("of", "for")


def _person_at(tokens: _Tokens, index: int) -> int:
    """2 where two words of Japanese sounds stand side by side: a person between organisations."""
    if index + 1 >= len(tokens) or tokens[index + 1][0] - tokens[index][1] != 1:
        return 0
    return 2 if is_romaji_name(tokens[index][2], tokens[index + 1][2]) else 0


def _head_soon(tokens: _Tokens) -> bool:
    for _, _, word in tokens:
        if word in (",", "and", "&"):
            return False
        if word in ORG_HEADS or word in EVENT_HEADS or word in GUIDE_HEADS:
            return True
    return False


def _opens_list(part: _Tokens) -> bool:
    """ "Ministry of Education, Culture, ...": the head stands first and names fields after it."""
    words = [w for _, _, w in part]
    for head in (
        "Ministry",
        "Department",
        "Secretariat",
        "Committee",
        "Council",
        "Office",
        "Centre",
        "Center",
        "Agency",
        "Institute",
    ):
        if head in words:
            at = words.index(head)
            return at + 1 < len(words) and words[at + 1] in ("of", "for")
    return False


def _name(part: _Tokens, strict: bool, marks: frozenset[int]) -> tuple[int, int, Label, str] | None:
    first, last = 0, len(part) - 1
    while first <= last and (part[first][2] in LEAD or part[first][2] in _JOINS):
        first += 1
    while last >= first and part[last][2] in _JOINS:
        last -= 1
    if first >= last:
        return None
    words = [w for _, _, w in part[first : last + 1]]
    label, head = _head(words)
    if label is None or head is None:
        return None
    others = [w for i, w in enumerate(words) if i != head and w not in _JOINS]
    known = any(at in marks for at, _, _ in part[first : last + 1])
    specific = [w for w in others if w not in COMMON and w not in ORG_HEADS]
    if words[head] in ("Ministry", "University") or (words[head] == "School" and "Graduate" in words):
        strict = False
    if words[head] in ("Summit", "Symposium", "Hackathon", "Meetup") and specific:
        strict = False
    pair = "-".join(words[max(0, head - 1) : head + 1]) in ORG_PAIRS
    if words[head] in SURE and specific and not words[0].endswith(("ing", "ed", "tion", "ment")):
        strict = False
    marked = known or any(w in PROPER or _acronym(w) or "." in w for w in others)
    if not specific and not marked:
        return None
    weak = words[head] in WEAK
    if (
        words[head] in UNMARKED
        and not pair
        and not marked
        and "Graduate" not in words
        and not (head + 1 < len(words) and words[head + 1] in ("of", "for"))
    ):
        return None
    if (strict and not marked) or (weak and not pair and not marked and len(specific) < 2):
        return None
    if label == "GUIDE" and weak and not marked and not _continues(words, head):
        return None
    return first, last, label, f"shape.{label.lower()}"


def _continues(words: list[str], head: int) -> bool:
    return head + 2 < len(words) and words[head + 1] in ("for", "on", "of", "to")


def _acronym(word: str) -> bool:
    return bool(_CAMEL.search(word)) and word not in COMMON and word.rstrip("s") not in COMMON


# Two capitals in one part of a word: NTT, OpenChain, but not Data-Driven.
_CAMEL = re.compile("[A-Z][a-z0-9]*[A-Z]")


def _head(words: list[str]) -> tuple[Label | None, int | None]:
    """The word that says what the name names: the last one, or one before "of", "for" or "on"."""
    pair = "-".join(words[-2:])
    if pair in ORG_PAIRS or pair in GUIDE_PAIRS:
        return "ORG" if pair in ORG_PAIRS else "GUIDE", len(words) - 1
    label = _class(words[-1])
    if label:
        return label, len(words) - 1
    for at, word in enumerate(words[:-1]):
        if words[at + 1] in ("of", "for", "on", "to") or (words[at + 1] in _JOINS and at == 0):
            label = _class(word)
            if (word == "Code" and words[at + 1] != "of") or (word == "Bill" and words[at + 2 : at + 3] != ["Rights"]):
                continue
            if label in ("ORG", "GUIDE") or (label == "EVENT" and words[at + 1] in ("on", "of", "for")):
                return label, at
    return None, None


def _class(word: str) -> Label | None:
    if word in ORG_HEADS and word not in ("Inc", "Ltd", "Corp", "LLC", "Co"):
        return "ORG"
    if word in GUIDE_HEADS and word not in ("Code", "Paper"):
        return "GUIDE"
    return "EVENT" if word in EVENT_HEADS else None
