"""Find English names that no registry has, by their shape: ``Ministry of ...``, ``... Summit 2024``, ``... Act``.

A name is a run of capitalised words, joined by "of", "for" or "and". A head word in it shows what it names. In a line
that is written in capitals (a title, a menu) the shape says little. There a name needs a mark of its own, such as an
acronym, a country, "National" or a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aisi_ingest.model import Label
from aisi_ingest.tagging.english_runs import JOINING_WORD, WORD, names_in_run
from aisi_ingest.tagging.english_words import COMMON, EVENT_HEADS, GUIDE_HEADS, NOT_AT_START, ORG_HEADS, ROLES
from aisi_ingest.tagging.legal_forms import ENGLISH_LEGAL_FORM
from aisi_ingest.tagging.romaji import is_romaji_name
from aisi_ingest.tagging.spans import Span
from aisi_ingest.text.editions import without_version

_RUN = re.compile(rf"(?<![A-Za-z0-9_/@.-]){WORD}(?:(?:,?\s(?:{JOINING_WORD}\s){{0,2}}){WORD}){{0,17}}")


def find_names(text: str, heading: bool, known_starts: frozenset[int] = frozenset()) -> Iterator[Span]:
    """Yield organisations, guides and events that are recognised by their English shape.

    Args:
        text: Text of a block; see `aisi_ingest.tagging.rules.readable`.
        heading: The text is a heading, in which words are capitalised without being names.
        known_starts: Offsets at which known places and organisations begin.
    """
    yield from _standards(text)
    yield from _quoted_guides(text)
    capitals_say_little = heading or _is_in_capitals(text)
    for m in _RUN.finditer(text):
        if len(m.group().split()) > 1:  # one word alone says what kind of thing it is, not which one
            yield from names_in_run(text, m.start(), m.end(), capitals_say_little, known_starts)
    yield from _companies(text)


# ---- standards --------------------------------------------------------------------------------------

# Every match of _STANDARD contains one of these.
_STANDARD_SIGNS = ("ISO", "IEC", "JIS", "SP", "NIST", "IEEE", "RFC", "FIPS", "ETSI", "ITU-T", "EN ")
_STANDARD = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:ISO|IEC|ISO/IEC|ISO/IEC/IEEE|ISO/IEC JTC\s?1)(?:[/ ](?:TR|TS|DIS|FDIS|CD|DTR|DTS|PAS|AWI|WD"
    r"|Guide|GUIDE|IEEE)){0,2}[ -]?[0-9]{3,5}(?:-[0-9]{1,3})?(?::\s?[0-9]{4})?"
    r"|JIS\s?[A-Z]\s?[0-9]{4,5}(?:-[0-9]+)?(?::\s?[0-9]{4})?|(?:NIST\s)?SP\s?(?:500|800|1270|1800"
    r"|1500)-[0-9]{1,3}[A-Z]?(?:-[0-9]+)?(?:\sRev(?:ision)?\.?\s?[0-9])?|NIST\s?(?:IR|AI"
    r"|SP)\s?[0-9]{3,4}(?:-[0-9]{1,3}[A-Z]?)?(?:\s?[eE][0-9]{4})?|NISTIR\s?[0-9]{4}"
    r"|IEEE\s?(?:Std\.?\s?)?P?[0-9]{3,4}(?:\.[0-9]{1,2})*(?:-[0-9]{4})?|RFC\s?[0-9]{3,5}"
    r"|FIPS\s?(?:PUB\s?)?[0-9]{2,3}(?:-[0-9])?|ETSI\s(?:EN|TS|TR|GR|GS)\s[0-9]{3}(?:\s[0-9]{3})?"
    r"|(?:pr)?EN\s(?:ISO(?:/IEC)?\s)?[0-9]{5}(?:-[0-9]{1,2})?(?::\s?[0-9]{4})?|ITU-T\s(?:Rec(?:ommendation|\.)?\s)?[A-Z]\.[0-9]{2,5}"
    r")(?![A-Za-z0-9])"
)
_COMMITTEE = re.compile(
    r"(?<![A-Za-z])(?:ISO(?:/IEC)?[ /])?(?:(?:JTC|TC)\s?[0-9]{1,3}(?:[/ ]SC\s?[0-9]{1,2})?|SC\s?[0-9]{1,2})"
    r"(?:[/ ](?:WG|AG|JWG)\s?[0-9]{1,2})?(?![A-Za-z0-9])"
)


def _standards(text: str) -> Iterator[Span]:
    """Yield numbers of standards and the committees that write them: ``ISO/IEC 42001:2023``, ``JTC 1/SC 42``."""
    for m in _COMMITTEE.finditer(text) if "TC" in text or "SC" in text else ():
        if "/" in m.group() or m.group().startswith(("ISO", "JTC")):
            yield Span(m.start(), m.end(), "ORG", "shape.standard")
    for m in _STANDARD.finditer(text) if any(map(text.__contains__, _STANDARD_SIGNS)) else ():
        without_year = re.sub(r":\s?[0-9]{4}$", "", m.group())
        yield Span(m.start(), m.end(), "GUIDE", "shape.standard", None, without_year)


# ---- titles in quotation marks -----------------------------------------------------------------------

_QUOTED = re.compile(r"[“\"]([A-Z][^“”\"\n]{3,160}?)[,.]?[”\"]")
_PART_OF_DOCUMENT = re.compile(r"(?:Section|Chapter|Part|Appendix|Figure|Fig\.|Table)\b|[A-Z0-9]{1,3}\.\s")
_SHORT_WORD = 3  # letters; shorter words are not capitalised in titles
_SHORTEST_SENTENCE = 3  # words; fewer in lower case may be a title
_SHORT_TITLE = 4  # words; so short a title must name more than what every document has


def _quoted_guides(text: str) -> Iterator[Span]:
    for m in _QUOTED.finditer(text):
        title = m[1]
        words = title.split()
        if _PART_OF_DOCUMENT.match(title) or len(words) == 1:
            continue
        if _label_of(words) == "GUIDE" and not _is_generic_title(title) and not _is_sentence(title):
            yield Span(m.start(1), m.end(1), "GUIDE", "shape.quoted", None, title)


def _label_of(words: list[str]) -> Label | None:
    """Return what the last head word among ``words`` names."""
    for word in reversed(words):
        bare = word.strip(",.:;()")
        if bare in GUIDE_HEADS:
            return "GUIDE"
        if bare in EVENT_HEADS:
            return "EVENT"
        if bare in ORG_HEADS:
            return "ORG"
    return None


def _is_generic_title(title: str) -> bool:
    """Return whether a short title has only words that every document may have: "Technical Report"."""
    title = without_version(title)
    long_words = [w for w in title.split() if len(w) > _SHORT_WORD]
    words: list[str] = re.findall(r"[A-Za-z]+", title)
    return len(long_words) < _SHORT_TITLE and all(w in COMMON or w in GUIDE_HEADS or not w[0].isupper() for w in words)


def _is_sentence(title: str) -> bool:
    """Return whether a quotation is a sentence: it ends like one or has hardly a capital."""
    title = without_version(title)
    long_words = [w for w in title.split() if len(w) > _SHORT_WORD]
    capitals = sum(w[0].isupper() for w in long_words)
    return title.endswith(("?", "!")) or (len(long_words) >= _SHORTEST_SENTENCE and capitals * 2 < len(long_words))


_REFERENCES = re.compile(r"\b(?:references|bibliography|sources|works cited)\b|参考文献|出典|参考資料", re.IGNORECASE)
_CITED = re.compile(
    r"(?:[\w.)],?|published|titled|entitled"
    r"|[Ss]ource:)\s?[“\"]([A-Z][^“”\"\n]{8,160}?)[,.]?\s?[”\"](?=[,.]?\s?(?:\([^()]{1,40}\)\.?\s?)?(?:https?://"
    r"|$|\)|,?\s?pp?\.))"
)


def find_cited_titles(text: str, section_title: str) -> Iterator[Span]:
    """Yield the titles in quotation marks of a list of references, or of a line that names its source.

    Args:
        text: Text of a block.
        section_title: Title of the section that contains the block.
    """
    if not (_REFERENCES.search(section_title) or "ource:" in text or "http" in text):
        return
    for m in _CITED.finditer(text):
        title = re.sub(r"\s?\([^()]{1,40}\)$", "", m[1])
        yield Span(m.start(1), m.start(1) + len(title), "GUIDE", "shape.cited")


# ---- lines in capitals, companies --------------------------------------------------------------------

_CAPITALS_SAMPLE = 400  # characters that decide whether a text is written in capitals
_LOWER_CASE_SHARE = 8  # fewer than one word of this many is long and in lower case


def _is_in_capitals(text: str) -> bool:
    """Return whether nearly all words of a text begin with a capital, as in a title or a menu."""
    words: list[str] = re.findall(r"[A-Za-z][A-Za-z'-]*", text[:_CAPITALS_SAMPLE])
    lower = sum(w[0].islower() and len(w) > _SHORT_WORD for w in words)
    return lower * _LOWER_CASE_SHARE < len(words)


_COMPANY_NAME = re.compile(rf"(?:{WORD}(?:\s(?:and|of|&)\s|\s)){{0,5}}{WORD}$")
_LONGEST_COMPANY = 70  # characters before the legal form


def _companies(text: str) -> Iterator[Span]:
    """Yield companies by their legal form: ``Windermere Robotics, Inc.``."""
    for m in ENGLISH_LEGAL_FORM.finditer(text):
        offset = max(0, m.start() - _LONGEST_COMPANY)
        before = text[offset : m.start()]
        name = _COMPANY_NAME.search(before)
        if name is None:
            continue
        words = [(w.start() + offset, w.group()) for w in re.finditer(WORD, before) if w.start() >= name.start()]
        first = _first_word_of_company([word for _, word in words])
        if first < len(words):
            yield Span(words[first][0], m.end(), "ORG", "shape.company")


def _first_word_of_company(words: list[str]) -> int:
    """Return the index after the roles and persons before a company: "Director Hanako Takahashi Lake Data, Inc."."""
    first = 0
    for index, word in enumerate(words):
        if word in ROLES or (word in NOT_AT_START and index == first):
            first = index + 1
        elif index + 1 < len(words) and is_romaji_name(word, words[index + 1]):
            first = index + 2
    return first
