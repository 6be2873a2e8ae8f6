"""Find the affiliations of persons in lists of members: ``山川 湖 Lake Data 代表取締役``, ``Ann Reed, Partner, Lake``.

A person opens the line, and a role follows or ends it. What is left names an organisation, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aisi_ingest.tagging.english_runs import WORD
from aisi_ingest.tagging.english_words import COMMON, NEVER_WITHOUT_MARK, ROLES
from aisi_ingest.tagging.people import ROLE_EN
from aisi_ingest.tagging.spans import Span

_OPENING_OF_LINE = re.compile(r"(?:^|\n|\s\|\s)[\s\u3000○◎●〇◯・•*-]*$")
_LONGEST_OPENING = 8  # characters
_ROLE_JA = (
    "代表取締役|代表社員|代表理事|専務理事|常務理事|常務取締役|専務取締役|取締役|執行役員|共同創設者|共同創業者|創業者|代表"
    "|名誉教授|特任教授|准教授|教授|主任研究員|研究員|フェロー|弁護士|顧問|社長|理事長|CEO|CTO|CIO|CISO|COO"
)
_AFFILIATION_JA = re.compile(
    rf"[ \u3000|:：]+(?P<name>[^\s、。（）()|\n]{{2,30}}?(?:[ \u3000](?!(?:{_ROLE_JA}))[^\s、。（）()|\n]{{1,30}}?)?)"
    rf"(?<!部)(?<!室)(?<!課)[ \u3000|]*(?:{_ROLE_JA})"
)
_ROLES_EN = rf"(?:{ROLE_EN})(?:(?:\s?[&/]\s?|,?\sand\s|,\s)(?:{ROLE_EN}))*"
_NAME_EN = rf"(?:The\s)?(?P<name>{WORD}(?:(?:\s(?:of|for|and|the|&)){{0,2}}\s{WORD}){{0,7}})"
_AFFILIATION_EN = re.compile(
    rf"\s?[,|:(–-]?\s?(?:{_ROLES_EN})(?:,\s?|\sof\s|\sat\s|\s\|\s)(?P<rest>[^\n|()（]{{2,120}})"
)
_PIECE_EN = re.compile(rf"{_NAME_EN}(?=,\s|\s?$)")


def find_affiliations(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the organisations of persons that open a line.

    Args:
        text: Text of a block.
        spans: Names in it, which may overlap.
    """
    found = list(spans)
    organisations = [span for span in found if span.label == "ORG"]
    for person in found:
        if person.label != "PERSON" or not _opens_line(text, person.start):
            continue
        m = _AFFILIATION_JA.match(text, person.end)
        if m and _may_be_organisation(m["name"].split()) and not _touches(organisations, *m.span("name")):
            yield Span(*m.span("name"), "ORG", "shape.affiliation")
        elif m := _AFFILIATION_EN.match(text, person.end):
            yield from _pieces(m, organisations)


def _opens_line(text: str, start: int) -> bool:
    return bool(_OPENING_OF_LINE.search(text[max(0, start - _LONGEST_OPENING) : start])) and (
        start <= _LONGEST_OPENING or "\n" in text[start - _LONGEST_OPENING : start] or "|" in text[start - 3 : start]
    )


def _touches(organisations: Iterable[Span], start: int, end: int) -> bool:
    return any(span.start < end and start < span.end for span in organisations)


def _pieces(affiliation: re.Match[str], organisations: list[Span]) -> Iterator[Span]:
    """Yield the parts of an English affiliation that nothing else names; departments of companies are left out."""
    at = 0
    rest = affiliation["rest"]
    while piece := _PIECE_EN.match(rest, at):
        start, end = (affiliation.start("rest") + offset for offset in piece.span("name"))
        if _may_be_organisation(piece["name"].split()) and not _touches(organisations, start, end):
            yield Span(start, end, "ORG", "shape.affiliation")
        at = piece.end() + len(re.match(r",?\s?", rest[piece.end() :])[0])  # type: ignore[index]


def _may_be_organisation(words: list[str]) -> bool:
    is_general = all(word in COMMON or word.islower() for word in words)
    return (
        not is_general
        and words[-1] not in NEVER_WITHOUT_MARK
        and not any(ROLES.intersection(re.split("[-&]", word)) for word in words)
    )
