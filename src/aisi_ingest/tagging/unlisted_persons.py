"""Find persons in a document with the models of names, in the few blocks that may name one.

The models are slow, so a block is given to them only if it has a pair of words, or a family name, that may be a
person and that no rule explains. Of what they find, only full names with a high score are kept: on documents, other
names of the models cost more precision than they gain (docs/models.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from aisi_ingest.tagging.english_words import (
    COMMON,
    EVENT_HEADS,
    GUIDE_HEADS,
    MONTHS,
    NOT_AT_START,
    ORG_HEADS,
    ROLES,
    SPECIFIC,
)
from aisi_ingest.tagging.japanese_runs import Morpheme
from aisi_ingest.tagging.learned import find_names
from aisi_ingest.tagging.people import FAMILY, NO_NAME
from aisi_ingest.tagging.spans import Span
from aisi_ingest.tagging.words import words

_SCORE = 0.8
_LONGEST_BLOCK = 600  # code points; longer blocks are running text, in which persons have titles
_NAME_PART = r"[A-Z][a-zà-ž]+(?:['’-][A-Z]?[a-zà-ž]+)*"
_PAIR = re.compile(rf"(?<![\w'’.-])(?=({_NAME_PART})\s(?:[A-Z]\.\s?)*({_NAME_PART})(?![\w'’]))")
_LATIN_NAME = re.compile(rf"{_NAME_PART}(?:\s(?:[A-Z]\.|van|von|de|der|{_NAME_PART})){{1,3}}$")
_JAPANESE_NAME = re.compile("[\u3005\u4e00-\u9fff]{1,3}[ \u3000]?[\u3005\u4e00-\u9fff\u3040-\u309f]{1,3}$")
_SHORTEST_UNDIVIDED = 3  # characters of a Japanese full name without a blank
_LINE_OF_TWO = re.compile(
    "(?:^|\n| \\| )[\u3005\u4e00-\u9fff]{1,3}[ \u3000][\u3005\u4e00-\u9fff\u3040-\u309f]{1,3}(?=$|\n| \\| |\u3000)"
)
_NO_PART = (
    NO_NAME | COMMON | GUIDE_HEADS | ORG_HEADS | EVENT_HEADS | ROLES | NOT_AT_START | SPECIFIC | MONTHS
) | words("Annex Article Articles Title Level Type Phase Step Table Recital Member Measure Sub-Measure")
_ROMAN = re.compile("[IVX]+$")


def find_persons(text: str, morphemes: Sequence[Morpheme], spans: Iterable[Span]) -> Iterator[Span]:
    """Yield full names of persons that a model finds for certain and that no rule has found.

    Args:
        text: Text of a block; see `aisi_ingest.tagging.rules.readable`.
        morphemes: Its tokens without blanks; empty for English.
        spans: Candidates of the rules.
    """
    if len(text) > _LONGEST_BLOCK:
        return
    taken = [(span.start, span.end) for span in spans]
    if not (_has_unknown_pair(text, taken) or (morphemes and _has_unknown_japanese_name(text, morphemes, taken))):
        return
    for span in find_names(text, morphemes):
        if span.label != "PERSON" or (span.score or 0) < _SCORE or _is_taken(span.start, span.end, taken):
            continue
        if _is_full_name(text[span.start : span.end]):
            yield span


def _is_taken(start: int, end: int, taken: Iterable[tuple[int, int]]) -> bool:
    return any(a < end and start < b for a, b in taken)


def _has_unknown_pair(text: str, taken: list[tuple[int, int]]) -> bool:
    return any(
        m[1] not in _NO_PART and m[2] not in _NO_PART and not _is_taken(m.start(1), m.end(2), taken)
        for m in _PAIR.finditer(text)
    )


def _has_unknown_japanese_name(text: str, morphemes: Sequence[Morpheme], taken: list[tuple[int, int]]) -> bool:
    if any(not _is_taken(m.start(), m.end(), taken) for m in _LINE_OF_TWO.finditer(text)):
        return True
    return any(
        feature.startswith(FAMILY) and following.startswith("名詞,固有名詞") and not _is_taken(start, end, taken)
        for (start, _, feature), (_, end, following) in pairwise(morphemes)
    )


def _is_full_name(name: str) -> bool:
    if _JAPANESE_NAME.match(name):
        return len(name) >= _SHORTEST_UNDIVIDED
    parts = name.split()
    return bool(_LATIN_NAME.match(name)) and not any(part in _NO_PART or _ROMAN.match(part) for part in parts)
