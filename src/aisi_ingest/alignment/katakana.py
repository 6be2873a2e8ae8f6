"""Katakana against English spelling, by the consonants that borrowing keeps.

``セキュリティ`` and ``security`` both give ``skrt``, ``ガイドライン`` and ``guideline`` ``gdrn``: vowels are
dropped, and the sounds that Japanese does not tell apart are written alike.
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
# English spelling to the same alphabet, in this order.
_SPELLING = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        ("tion|sion|cian", "syn"), ("ph", "f"), ("sch|tch|ch", "t"), ("sh|th", "s"), ("ck|qu|q", "k"),
        ("wh", "w"), ("gh(?=t)", ""), ("dge?|g(?=[eiy])|j", "z"), ("c(?=[eiy])", "s"), ("c", "k"), ("x", "ks"),
        ("v", "b"), ("l", "r"), ("r(?![aeiouy])", ""), ("h(?![aeiouy])", ""), ("[aeiouyw]", ""), (r"(.)\1+", r"\1"),
    ]
]  # fmt: skip


def katakana_sounds(text: str) -> frozenset[str]:
    """Consonant skeletons (three or more consonants) of the katakana words of a Japanese text."""
    found = (word.translate(_CONSONANT | _DROPPED) for word in _KATAKANA.findall(text))
    skeletons = (_assimilated(re.sub(r"(.)\1+", r"\1", sounds)) for sounds in found)
    return frozenset(sounds for sounds in skeletons if len(sounds) >= 3)


def _assimilated(sounds: str) -> str:
    return re.sub("N(?=[pbm])", "m", sounds).replace("N", "n").replace("w", "")


def english_sounds(text: str) -> frozenset[str]:
    """Consonant skeletons of the English words of a text, and of each two words side by side."""
    words = [_skeleton(word.removesuffix("s")) for word in _WORD.findall(text.lower())]
    pairs = (a + b for a, b in itertools.pairwise(words))  # レッドチーミング is written as one word
    return frozenset(sounds for sounds in (*words, *pairs) if len(sounds) >= 3)


@functools.lru_cache(maxsize=50_000)
def _skeleton(word: str) -> str:
    for pattern, sound in _SPELLING:
        word = pattern.sub(sound, word)
    return word
