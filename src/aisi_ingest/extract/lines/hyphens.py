"""Hyphens at the ends of lines: keep those of the author, remove those of hyphenation."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

_COMPOUND = re.compile(r"[A-Za-z\u00c0-\u024f]+-[a-z\u00e0-\u024f]+")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
_STEM_AT_END = re.compile(r"([A-Za-z\u00c0-\u024f]+)-$")
_REST_AT_START = re.compile(r"[a-z\u00e0-\u024f]+")
# Parts of compounds that are frequent in English reports. A short document may not have them alone.
_PARTS = frozenset(
    (
        "aware", "based", "border", "centred", "centered", "centric", "cross", "decision", "driven", "high",
        "led", "level", "long", "low", "making", "multi", "non", "oriented", "private", "public", "ready",
        "related", "risk", "scale", "sector", "self", "short", "specific", "term", "third", "wide", "world",
    )
)  # fmt: skip
_SHORTEST_PART = 3  # letters
_LONGEST_ENDING = 5  # letters that hyphenation separates: -izes, -ments; longer ones are mostly words: cost-intensive
_LONGEST_STEM = 40  # code points at the end of a line that are searched for a stem
# Share of the stems that are no words of the document. Measured on seven English reports and papers: at most 0.14
# where a word processor wrote only the hyphens of the authors, at least 0.66 where TeX hyphenated words.
_HYPHENATED_SHARE = 0.35


class Hyphens(Struct, frozen=True):
    """What the lines of a document show about its hyphens.

    Attributes:
        compounds: Words that have a hyphen in the middle of a line, in lower case.
        hyphenated: Whether the program that wrote the document hyphenated words at the ends of lines.
        words: Words of the document in lower case, without those next to a hyphen at the end of a line.
    """

    compounds: frozenset[str] = frozenset()
    hyphenated: bool = True
    words: frozenset[str] = frozenset()

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Return whether the author wrote the hyphen at the end of a line.

        Args:
            before: The text up to the end of the line, with the hyphen.
            after: The text of the next line. If it does not begin in lower case, the answer is False.
        """
        stem, rest = _STEM_AT_END.search(before[-_LONGEST_STEM:]), _REST_AT_START.match(after)
        if stem is None or rest is None:
            return False
        first, second = stem[1].lower(), rest.group()
        if not self.hyphenated or f"{first}-{second}" in self.compounds:
            return True
        # A part of a longer compound: state-of-the-art.
        start = stem.start() + max(0, len(before) - _LONGEST_STEM)
        if after[rest.end() : rest.end() + 1] == "-" or before[max(0, start - 1) : start] == "-":
            return True
        are_words = all(part in self.words or part in _PARTS for part in (first, second))
        is_long = min(len(first), len(second)) >= _SHORTEST_PART
        return are_words and is_long and first + second not in self.words


def _without_rest(line: str) -> str:
    """Return a line without a short first word in small letters: that may be the ending of a word (``ment``)."""
    rest = _REST_AT_START.match(line)
    return line if rest is None or rest.end() > _LONGEST_ENDING else line[rest.end() :]


def hyphens_of(lines: Iterable[str]) -> Hyphens:
    """Find out from the lines of a document which hyphens at the ends of lines are the author's.

    A program that hyphenates leaves stems that are no words: ``evalu-``. If each stem is a word of the document
    (``high-``) or begins one of its compounds (``multi-``), the program did not hyphenate.
    """
    lines = list(lines)
    if not any(line.endswith("-") for line in lines):
        return Hyphens()
    stems: set[str] = set()
    words: set[str] = set()
    compounds: set[str] = set()
    for line in lines:
        if "-" not in line:
            if not line.isascii() and not _WORD.search(line):
                continue
            words.update(map(str.lower, _WORD.findall(_without_rest(line))))
            continue
        if line[-1] == "-" and (stem := _STEM_AT_END.search(line[-_LONGEST_STEM:])):
            stems.add(stem[1].lower())
            line = line[: -len(stem[0])]
        compounds.update(map(str.lower, _COMPOUND.findall(line)))
        words.update(map(str.lower, _WORD.findall(_without_rest(line))))
    if not stems:
        return Hyphens()
    known = words | {compound.split("-")[0] for compound in compounds}
    return Hyphens(frozenset(compounds), len(stems - known) >= _HYPHENATED_SHARE * len(stems), frozenset(words))
