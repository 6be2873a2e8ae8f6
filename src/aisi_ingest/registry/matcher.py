"""Find the names of the registry in text.

Names are compared in a compact form: folded, without blanks, hyphens and middle dots. So ``味の手引き・第一集`` is
found as ``味の手引き 第一集`` as well.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, compress, count
from operator import add
from typing import NamedTuple

from aisi_ingest.model import Label
from aisi_ingest.text.normalise import fold, is_japanese


class Alias(NamedTuple):
    """One spelling of a name.

    Attributes:
        text: The spelling as the registry has it.
        label: What kind of entity it names. None: neither the name nor anything inside it is tagged.
        ids: Entities that it may mean; if several, the tagger decides by context.
        exact: Compared letter by letter, as acronyms and very short names are.
        shared: The tagger decides by context, even if only one entity has the name.
    """

    text: str
    label: Label | None
    ids: tuple[str, ...]
    exact: bool
    shared: bool = False


class Match(NamedTuple):
    """A name at ``text[start:end]``, offsets in code points."""

    start: int
    end: int
    alias: Alias


_IGNORED = " -・\u3000\t"  # characters that do not count when names are compared
_KEY_LENGTH = 5  # characters; with two, "in" and "ai" alone had 60 lengths to try
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def compact(folded: str) -> str:
    """Return folded text without blanks, hyphens and middle dots: the form in which names are compared."""
    for char in _IGNORED:
        folded = folded.replace(char, "")
    return folded


class AliasMatcher:
    """Finds names in text, by an index over their first characters."""

    def __init__(self, aliases: dict[str, Alias]) -> None:
        """Build the index.

        Args:
            aliases: Names by their compact form, which has at least two characters.
        """
        self.aliases = aliases
        short: dict[str, set[int]] = {form[:2]: set() for form in aliases}
        long: dict[str, set[int]] = {}
        for form in aliases:
            if len(form) < _KEY_LENGTH:
                short[form[:2]].add(len(form))
            else:
                long.setdefault(form[:_KEY_LENGTH], set()).add(len(form))
        # First two characters of all names: lengths below _KEY_LENGTH to try, longest first.
        self._beginnings = {first: tuple(sorted(sizes, reverse=True)) for first, sizes in short.items()}
        # First _KEY_LENGTH characters of the longer names: all lengths to try, longest first.
        self._lengths = {first: tuple(sorted(sizes | short[first[:2]], reverse=True)) for first, sizes in long.items()}

    def matches(self, text: str) -> Iterator[Match]:
        """Yield the names in ``text`` from left to right.

        At each place the longest name wins. No name begins inside another one. Blanks, hyphens and middle dots in
        the text do not count, unless the name is compared exactly.

        Args:
            text: Normalised text.
        """
        folded = fold(text)
        for char in _IGNORED:
            folded = folded.replace(char, " ")
        # The words joined without blanks are searched. The ends of the words map an offset in them back to the text.
        words = folded.split(" ")
        ends = list(accumulate(map(len, words)))
        joined = "".join(words)
        skip = 0
        for at in self._possible_starts(words, joined):
            if at < skip:
                continue
            for length in self._lengths.get(joined[at : at + _KEY_LENGTH]) or self._beginnings[joined[at : at + 2]]:
                alias = self.aliases.get(joined[at : at + length])
                if alias is None or at + length > len(joined):
                    continue
                start, end = at + bisect_right(ends, at), at + length + bisect_right(ends, at + length - 1)
                if _stands_alone(text, start, end, alias):
                    yield Match(start, end, alias)
                    skip = at + length
                    break

    def _possible_starts(self, words: list[str], joined: str) -> Iterator[int]:
        """Yield the offsets in ``joined`` at which a name may begin: a Latin name only where a word begins."""
        end = 0
        for word in words:
            start, end = end, end + len(word)
            if word.isalnum() and word.isascii():
                if joined[start : start + 2] in self._beginnings:
                    yield start
            elif word:
                # No name begins at most offsets, so all pairs are looked up without a loop in Python.
                pairs = map(add, word, joined[start + 1 : end + 1])
                for at in compress(count(start), map(self._beginnings.__contains__, pairs)):
                    if at == start or joined[at] not in _LATIN or joined[at - 1] not in _LATIN:
                        yield at


# ---- whether a match is the whole name --------------------------------------------------------------

_SHORTEST_INEXACT = 5  # characters
_LONGEST_ACRONYM = 7  # characters


def is_compared_exactly(name: str) -> bool:
    """Return whether a name is compared letter by letter: acronyms and very short Latin names (WHO is not "who")."""
    if is_japanese(name[0]) or is_japanese(name[-1]):
        return False
    return len(name) < _SHORTEST_INEXACT or (name.upper() == name and len(name) <= _LONGEST_ACRONYM)


_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_KATAKANA_CONTINUATION = frozenset("ンーァィゥェォッャュョ")  # signs with which no word begins
_LONG_KATAKANA = 6  # characters; so long a name may be followed by another word in katakana
# After a country these make an adjective or a language (日本語), before it a region (東日本).
_NOT_AFTER_PLACE = frozenset("語人製式風系軍円株車史学文海側産籍紙")
_NOT_BEFORE_PLACE = frozenset("東西南北全")
_ORDINANCE = "令"  # 内閣府令 is a kind of law, not the organisation


def _stands_alone(text: str, start: int, end: int, alias: Alias) -> bool:
    """Return whether the span is the whole name and not a part of a longer word."""
    return not any(contradicts(text, start, end, alias) for contradicts in _CONTRADICTIONS)


def _differs_from_exact_name(text: str, start: int, end: int, alias: Alias) -> bool:
    return alias.exact and compact(text[start:end]) != compact(alias.text)


def _continues_latin_word_before(text: str, start: int, end: int, alias: Alias) -> bool:
    if start == 0 or not text[start].isascii():
        return False
    before = text[start - 1]
    in_word = before.isascii() and (before.isalnum() or before in "_\\")
    return in_word or (before in ".@" and start > 1 and text[start - 2].isalnum())


def _lacks_capitals(text: str, start: int, end: int, alias: Alias) -> bool:
    return text[start].isascii() and not _has_capitals_of(alias.text, text[start:end])


def _continues_katakana_before(text: str, start: int, end: int, alias: Alias) -> bool:
    return start > 0 and bool(_KATAKANA.match(text[start]) and _KATAKANA.match(text[start - 1]))


def _continues_latin_word_after(text: str, start: int, end: int, alias: Alias) -> bool:
    if end == len(text) or not text[end - 1].isascii():
        return False
    after = text[end]
    if after == ".":  # a domain or a file ending, not the end of a sentence
        following = text[end + 1 : end + 2]
        return following.isalnum() and following.islower()
    return after.isascii() and (after.isalnum() or after in "_@\\")


def _continues_katakana_after(text: str, start: int, end: int, alias: Alias) -> bool:
    if end == len(text) or not (_KATAKANA.match(text[end - 1]) and _KATAKANA.match(text[end])):
        return False
    return end - start < _LONG_KATAKANA or text[end] in _KATAKANA_CONTINUATION


def _is_other_word_than_place(text: str, start: int, end: int, alias: Alias) -> bool:
    if alias.label != "PLACE" or text[end - 1].isascii():
        return False
    return text[end : end + 1] in _NOT_AFTER_PLACE or text[max(0, start - 1) : start] in _NOT_BEFORE_PLACE


def _is_ordinance(text: str, start: int, end: int, alias: Alias) -> bool:
    return alias.label == "ORG" and not text[end - 1].isascii() and text[end : end + 1] == _ORDINANCE


# Reasons why a span is not the name. Each takes the text, the span and the alias.
_CONTRADICTIONS: tuple[Callable[[str, int, int, Alias], bool], ...] = (
    _differs_from_exact_name,
    _continues_latin_word_before,
    _lacks_capitals,
    _continues_katakana_before,
    _continues_latin_word_after,
    _continues_katakana_after,
    _is_other_word_than_place,
    _is_ordinance,
)
_LATIN_WORD = re.compile("[A-Za-zÀ-ž]+")


def _has_capitals_of(name: str, text: str) -> bool:
    """Return whether ``text`` has capitals where ``name`` has them: "AI risk management framework" is no name."""
    if not text[0].isupper() and name[0].isupper():
        return False
    expected, found = _LATIN_WORD.findall(name), _LATIN_WORD.findall(text)
    pairs = [(a, b) for a, b in zip(expected[1:], found[1:], strict=False) if a[0].isupper()]
    if not pairs or len(expected) != len(found) or text.isupper():
        return True
    return any((b[0].isupper() and not b.isupper()) or a == b for a, b in pairs)
