"""Decide whether a Japanese and a Latin name are spellings of one person's name, from UniDic's readings."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, Literal

from aisi_ingest.tagging.romaji import plain_vowels, romaji

# How well two spellings agree. "family": the family names are the same, and the given name has another reading.
Agreement = Literal["full", "family", "none"]

_ANALYSES = 12  # readings of a part that are tried, the most probable first
_LONGEST_FAMILY_NAME = 4  # characters
_BLANK = re.compile("[ \u3000・＝=]+")
_KATAKANA = re.compile("[ァ-ヺー]+")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ž][A-Za-zÀ-ž'’-]+")
_SIMILAR = 0.75  # of consonants; foreign names in katakana keep most of them


@functools.cache
def _tagger() -> Any:
    import fugashi

    return fugashi.Tagger()


@functools.lru_cache(4096)
def spellings(part: str) -> frozenset[str]:
    """Return the Latin spellings of a part of a name, by all readings that UniDic has for it.

    Args:
        part: A family or given name in Japanese, without blanks.
    """
    if _KATAKANA.fullmatch(part):
        return frozenset((romaji(part),))
    out = set()
    for nodes in _tagger().nbestToNodeList(part, _ANALYSES):
        for form in ("lForm", "pron"):
            readings = [getattr(node.feature, form, None) or "" for node in nodes]
            if all(readings):
                out.add(romaji("".join(readings)))
    return frozenset(out)


def compare(japanese: str, latin: str) -> Agreement:
    """Return whether two names are spellings of one name; the order of the Latin parts does not count.

    Args:
        japanese: A name in kanji or katakana, with or without a blank between its parts.
        latin: A name in Latin letters.
    """
    words = [word for word in _LATIN_WORD.findall(latin) if len(word) > 1]
    if not words:
        return "none"
    parts = [part for part in _BLANK.split(japanese) if part]
    if all(_KATAKANA.fullmatch(part) for part in parts):
        return _compare_katakana(parts, words)
    plain = [plain_vowels(re.sub("['’-]", "", word)) for word in words]
    found: Agreement = "none"
    for family, given in _divisions(parts):
        for at in {0, len(plain) - 1}:
            if plain[at] not in spellings(family):
                continue
            others = plain[:at] + plain[at + 1 :]
            if (not given and not others) or (given and others and spellings(given).intersection(others)):
                return "full"
            found = "family" if given and others else found
    return found


def _divisions(parts: list[str]) -> Iterator[tuple[str, str]]:
    if len(parts) > 1:
        yield parts[0], "".join(parts[1:])
        return
    name = parts[0]
    yield name, ""
    for size in range(1, min(_LONGEST_FAMILY_NAME, len(name) - 1) + 1):
        yield name[:size], name[size:]


def _compare_katakana(parts: list[str], words: list[str]) -> Agreement:
    """Compare the consonants of a foreign name, part by part and in the same order."""
    if len(parts) != len(words):
        return "none"
    same = all(_are_similar(part, word) for part, word in zip(parts, words, strict=True))
    return "full" if same else "none"


def _are_similar(part: str, word: str) -> bool:
    sounds, letters = romaji(part), plain_vowels(word)
    if sounds == letters:
        return True
    first, second = _skeleton(sounds), _skeleton(letters)
    return bool(first and second) and SequenceMatcher(None, first, second, autojunk=False).ratio() >= _SIMILAR


# Letters for one Japanese sound: L and R, B and V, ...
_SOUNDS = (("ph", "f"), ("th", "s"), ("ck", "k"), ("ch", "t"), ("sh", "s"), ("ts", "t"), ("qu", "k"), ("x", "ks"))
_LETTERS = str.maketrans("lvcqzjgy", "rbkksjgy")


def _skeleton(latin: str) -> str:
    for letters, sound in _SOUNDS:
        latin = latin.replace(letters, sound)
    return re.sub(r"(.)\1", r"\1", re.sub("[aeiouwhyn]", "", latin.translate(_LETTERS)))
