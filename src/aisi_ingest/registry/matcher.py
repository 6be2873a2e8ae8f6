"""Find the names of the registry in text.

Names are compared in a compact form: folded, without blanks, hyphens and middle dots. So ``味の手引き・第一集`` is
found as ``味の手引き 第一集`` as well.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

import ahocorasick

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
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def compact(folded: str) -> str:
    """Return folded text without blanks, hyphens and middle dots: the form in which names are compared."""
    for char in _IGNORED:
        folded = folded.replace(char, "")
    return folded


class AliasMatcher:
    """Finds names in text, all in one pass (Aho-Corasick)."""

    def __init__(self, aliases: dict[str, Alias]) -> None:
        """Build the automaton.

        Args:
            aliases: Names by their compact form; at least one.
        """
        self.aliases = aliases
        self._automaton = ahocorasick.Automaton()
        for form, alias in aliases.items():
            self._automaton.add_word(form, (len(form), alias))
        self._automaton.make_automaton()

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
        joined = "".join(words)
        found = [(end + 1 - length, -length, alias) for end, (length, alias) in self._automaton.iter(joined)]
        if not found:
            return
        found.sort(key=itemgetter(0, 1))
        ends = list(accumulate(map(len, words)))
        word_starts = {0, *ends}
        skip = 0
        for at, negative_length, alias in found:
            inside_word = at not in word_starts and joined[at] in _LATIN and joined[at - 1] in _LATIN
            if at < skip or inside_word:
                continue
            stop = at - negative_length
            start, end = at + bisect_right(ends, at), stop + bisect_right(ends, stop - 1)
            if _stands_alone(text, start, end, alias):
                yield Match(start, end, alias)
                skip = stop


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
_STATE, _NOT_AFTER_STATE = "国", frozenset("内民際外")  # 日本国内 is 日本 and 国内
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
    if text[end - 1] == _STATE and text[end : end + 1] in _NOT_AFTER_STATE:
        return True
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
