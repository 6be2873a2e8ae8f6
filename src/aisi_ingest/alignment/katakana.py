"""Compare katakana words with English spelling, by the consonants that a loanword keeps.

``セキュリティ`` and ``security`` both become ``skrt``; ``ガイドライン`` and ``guideline`` become ``gdrn``.
Vowels are dropped, and sounds that Japanese does not distinguish are written alike.
"""

from __future__ import annotations

import functools
import itertools
import re

_ROWS = {
    "k": "カキクケコ", "g": "ガギグゲゴ", "s": "サシスセソ", "z": "ザズゼゾジ", "t": "タチツテト", "d": "ダヂヅデド",
    "n": "ナニヌネノ", "N": "ン", "h": "ハヒヘホ", "f": "フ", "b": "バビブベボヴ", "p": "パピプペポ", "m": "マミムメモ",
    "r": "ラリルレロ", "w": "ワヲ",
}  # fmt: skip
_CONSONANT = {ord(kana): consonant for consonant, row in _ROWS.items() for kana in row}
_DROPPED = {ord(kana): "" for kana in "アイウエオァィゥェォヤユヨャュョッー・ヮ"}
_KATAKANA = re.compile("[ァ-ヴー]{3,}")
_WORD = re.compile("[a-z]{3,}")
_DOUBLED = re.compile(r"(.)\1+")
_MIN_CONSONANTS = 3  # fewer are shared by too many words
# Rules from English spelling to the same consonants. They are applied in this order.
_SPELLING = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        ("tion|sion|cian", "syn"), ("ph", "f"), ("sch|tch|ch", "t"), ("sh|th", "s"), ("ck|qu|q", "k"),
        ("wh", "w"), ("gh(?=t)", ""), ("dge?|g(?=[eiy])|j", "z"), ("c(?=[eiy])", "s"), ("c", "k"), ("x", "ks"),
        ("v", "b"), ("l", "r"), ("r(?![aeiouy])", ""), ("h(?![aeiouy])", ""), ("[aeiouyw]", ""), (r"(.)\1+", r"\1"),
    ]
]  # fmt: skip


def katakana_sounds(text: str) -> frozenset[str]:
    """Return the consonants of each katakana word of a Japanese text, for words with three or more of them."""
    found = (word.translate(_CONSONANT | _DROPPED) for word in _KATAKANA.findall(text))
    skeletons = (_assimilate_nasals(_DOUBLED.sub(r"\1", sounds)) for sounds in found)
    return frozenset(sounds for sounds in skeletons if len(sounds) >= _MIN_CONSONANTS)


def _assimilate_nasals(sounds: str) -> str:
    return re.sub("N(?=[pbm])", "m", sounds).replace("N", "n").replace("w", "")


def english_sounds(text: str) -> frozenset[str]:
    """Return the consonants of each English word and of each two adjacent words, where there are three or more."""
    words = [_consonants(word.removesuffix("s")) for word in _WORD.findall(text.lower())]
    pairs = (a + b for a, b in itertools.pairwise(words))  # レッドチーミング (red teaming) is written as one word
    return frozenset(sounds for sounds in (*words, *pairs) if len(sounds) >= _MIN_CONSONANTS)


@functools.lru_cache(maxsize=50_000)
def _consonants(word: str) -> str:
    for pattern, sound in _SPELLING:
        word = pattern.sub(sound, word)
    return word
