"""Hyphens at the ends of lines: the author's, which stay, and those of word division, which go."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

_COMPOUND = re.compile(r"[A-Za-z\u00c0-\u024f]+-[a-z\u00e0-\u024f]+")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
_AT_END = re.compile(r"([A-Za-z\u00c0-\u024f]+)-$")
_AT_START = re.compile(r"[a-z\u00e0-\u024f]+")
# Share of stems that are no words of the document: .14 at the most where a word processor set the hyphens of
# authors alone, .66 and more where TeX divided words (seven English reports and papers).
_DIVIDED = 0.35


class Hyphens(Struct, frozen=True):
    """What a document's lines say about its hyphens."""

    compounds: frozenset[str] = frozenset()  # words with a hyphen in the middle of lines, in lower case
    divides: bool = True  # words are divided at the ends of lines

    def kept(self, before: str, after: str) -> bool:
        """Whether the hyphen that ends ``before`` is the author's, where ``after`` goes on in lower case."""
        left, right = _AT_END.search(before[-40:]), _AT_START.match(after)
        if left is None or right is None:
            return False
        return not self.divides or f"{left[1]}-{right.group()}".lower() in self.compounds


def hyphens_of(lines: Iterable[str]) -> Hyphens:
    """Look through the lines of a document.

    A program that divides words leaves stems that are no words: ``evalu-``. Where each line's end before a hyphen
    is a word of the document (``high-``) or begins its compounds elsewhere (``multi-``), nothing was divided.
    """
    lines = list(lines)
    if not any(line.endswith("-") for line in lines):
        return Hyphens()
    ends: set[str] = set()
    words: set[str] = set()
    compounds: set[str] = set()
    for line in lines:
        if "-" not in line:
            if not line.isascii() and not _WORD.search(line):
                continue
            words.update(map(str.lower, _WORD.findall(line)))
            continue
        if line[-1] == "-" and (end := _AT_END.search(line[-40:])):
            ends.add(end[1].lower())
            line = line[: -len(end[0])]
        compounds.update(map(str.lower, _COMPOUND.findall(line)))
        words.update(map(str.lower, _WORD.findall(line)))
    if not ends:
        return Hyphens()
    known = words | {compound.split("-")[0] for compound in compounds}
    return Hyphens(frozenset(compounds), len(ends - known) >= _DIVIDED * len(ends))
