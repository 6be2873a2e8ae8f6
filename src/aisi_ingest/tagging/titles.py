"""Titles that go on after a name that is known: subtitles, supplements, places of meetings; and numbered instruments.

What is found is longer than the name inside it, and of overlapping candidates the longest wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aisi_ingest.tagging.spans import Span

# ---- names that are complete in themselves ------------------------------------------------------------

_SIGN_OF_NUMBERED = re.compile(r"\d")
_NUMBERED_ACT = re.compile(
    r"(?:\b(?:Regulation|Directive|Decision|(?:Implementing|Delegated)\s(?:Regulation|Directive|Decision))"
    r"|規則|指令|決定)\s?[（(](?:EU|EC|EEC)(?:,\s?Euratom)?[）)]\s?(?:No\.?\s?)?[0-9]{1,4}/[0-9]{1,4}(?![0-9])"
)
_NUMBERED_LAW = re.compile(
    r"\b(?:Public Law|P\.\s?L\.|Pub\.\s?L\.)\s?(?:No\.?\s?)?[0-9]{2,3}[-–][0-9]{1,4}\b"
    r"|\b(?:OMB\s)?Circular\s(?:No\.?\s)?A-[0-9]{1,3}(?::\s?[0-9]{4})?(?![0-9])"
)
_NUMBERED_GROUP = re.compile(r"\b(?:Working Group|Task Force|Study Group|Subgroup|Sub-Group|WG)\s?[0-9]{1,2}\b(?![.%])")
# A white paper alone is no name; with its version it names one edition in a document: White Paper ver. 2.0.
_VERSIONED = re.compile(
    r"(?:\b[Ww]hite\s?[Pp]aper|ホワイトペーパー)"
    r"\s?(?:[Vv]er(?:sion|\.)?\s?|第\s?)[0-9]{1,2}\.[0-9]{1,2}(?![0-9])(?:\s?版)?"
)
_CAPITAL = r"(?:[A-Z][\w'’-]*)"
_SMALL = r"(?:of|on|the|for|in|to|against|between|concerning|relating to)"
_TREATY = re.compile(
    rf"\b(?:Treaty|Charter|Convention|Covenant)\s(?:on|of|for|establishing)\s(?:the\s)?{_CAPITAL}"
    rf"(?:\s(?:(?:{_SMALL}|and(?!\s(?:the\s)?(?:Treaty|Charter|Convention|Covenant)))\s){{0,2}}{_CAPITAL}){{0,12}}"
)


def find_numbered(text: str) -> Iterator[Span]:
    """Yield acts, laws, working groups and editions that a number names, and treaties with all that they are about."""
    if _SIGN_OF_NUMBERED.search(text):
        for pattern in (_NUMBERED_ACT, _NUMBERED_LAW):
            for m in pattern.finditer(text):
                yield Span(m.start(), m.end(), "GUIDE", "shape.numbered")
        for m in _NUMBERED_GROUP.finditer(text):
            yield Span(m.start(), m.end(), "ORG", "shape.numbered")
        for m in _VERSIONED.finditer(text):
            yield Span(m.start(), m.end(), "GUIDE", "shape.versioned")
    for m in _TREATY.finditer(text):
        yield Span(m.start(), m.end(), "GUIDE", "shape.treaty")


# ---- names that go on ---------------------------------------------------------------------------------

_WORD_OF_SUBTITLE = r"(?:[A-Z0-9][\w'’/-]*|(?:a|an|and|the|of|on|for|in|to|with|through|by|from|or|&)\b)"
_SUBTITLE = re.compile(
    rf":\s{_WORD_OF_SUBTITLE}(?:,?\s{_WORD_OF_SUBTITLE}){{2,20}}(?=\s?(?:[”\"'’」』).;]|$|\n|[（(]))"
)
_ONE_WORD_SUBTITLE_ENDS_IN = re.compile(r"\s(?:a|an|and|the|of|on|for|in|to|with|through|by|from|or|&)$")
_SUPPLEMENT = re.compile(
    r"\s(?:Roadmap|Playbook|Companion|Supplement|Handbook|Toolkit|Action Plan|Crosswalk|Profile)\b"
)
_ANNEX = re.compile(r"\b(?:Annex|Appendix|Addendum|Supplement)\s(?:on|to)\s(?:the\s)?$")
_PLACE_OF_MEETING = re.compile(r"\sin\s[A-Z][a-z]+(?:,\s[A-Z][a-z]+)?(?=[\s,.;)]|$)")
_LONGEST_ANNEX = 24  # characters
# In codes of law reports: ECLI:EU:C:2014:192.
_CODE_BEFORE, _CODE_AFTER = re.compile(r"[A-Z]:$"), re.compile(r":[A-Z0-9]")
# A model of hardware or software after its maker: NVIDIA H100. The maker is then a part of the product's name.
_PRODUCT = re.compile(r"\s[A-Z]{1,4}[0-9]{2,4}[A-Za-z]?(?![A-Za-z0-9.-])")


def extend(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield longer candidates for names that go on in the text, and candidates without a label for names in codes.

    Args:
        text: Text of a block.
        spans: Names in it, which may overlap.
    """
    for span in spans:
        if span.label == "GUIDE":
            yield from _longer_guide(text, span)
        elif span.label == "EVENT" and text.endswith("Meeting", span.start, span.end):
            if place := _PLACE_OF_MEETING.match(text, span.end):
                yield span._replace(end=place.end())
        elif span.label in ("ORG", "PLACE"):
            if _CODE_AFTER.match(text, span.end) and _CODE_BEFORE.search(text, max(0, span.start - 2), span.start):
                yield Span(span.start, span.end + 1, None, "registry")
            elif span.label == "ORG" and (product := _PRODUCT.match(text, span.end)):
                yield Span(span.start, product.end(), None, "registry")


def _longer_guide(text: str, span: Span) -> Iterator[Span]:
    subtitle = _SUBTITLE.match(text, span.end)
    if subtitle and not _ONE_WORD_SUBTITLE_ENDS_IN.search(subtitle[0]):
        yield span._replace(end=subtitle.end())
    if supplement := _SUPPLEMENT.match(text, span.end):
        yield Span(span.start, supplement.end(), "GUIDE", "shape.supplement")
    if annex := _ANNEX.search(text, max(0, span.start - _LONGEST_ANNEX), span.start):
        yield Span(annex.start(), span.end, "GUIDE", "shape.annex")
