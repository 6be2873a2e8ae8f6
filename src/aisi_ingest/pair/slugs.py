"""Make slugs for ids: Japanese words are romanised."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MAX_SLUG_LENGTH = 60  # characters

_KANA = (
    "アイウエオ カキクケコ サシスセソ タチツテト ナニヌネノ ハヒフヘホ マミムメモ ヤユヨ ラリルレロ ワヲン "
    "ガギグゲゴ ザジズゼゾ ダヂヅデド バビブベボ パピプペポ ヴ"
)
_HEPBURN = (
    "a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo "
    "ra ri ru re ro wa o n ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo pa pi pu pe po vu"
)
_SYLLABLES = dict(zip(_KANA.replace(" ", ""), _HEPBURN.split(), strict=True))
_SMALL_KANA = {"ャ": "a", "ュ": "u", "ョ": "o", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}
_HIRAGANA_TO_KATAKANA = 0x60  # distance of the two blocks in Unicode


def slug(words: Sequence[str]) -> str:
    """Return words as a part of an id: lower-case ASCII letters and digits with hyphens.

    Japanese words are romanised. Words after 60 characters are left out.
    """
    parts = []
    for word in words:
        ascii_word = word if word.isascii() else _romanise(word)
        parts += re.findall(r"[a-z0-9]+", ascii_word.lower())
    out = ""
    for part in parts:
        if len(out) + len(part) > _MAX_SLUG_LENGTH:
            break
        out += ("-" if out else "") + part
    return out or "-".join(parts)[:_MAX_SLUG_LENGTH]


def _romanise(word: str) -> str:
    """Romanise a word by Hepburn, from UniDic's reading, with hyphens between tokens. Long vowels are not marked."""
    from aisi_ingest.text.tokens import tokens

    parts = []
    for start, end, feature in tokens(word):
        reading = getattr(feature, "kana", None) or word[start:end]
        parts.append(_hepburn(reading))
    return "-".join(part for part in parts if part)


def _hepburn(reading: str) -> str:
    out = ""
    is_doubled = False
    for char in reading:
        if "ぁ" <= char <= "ゖ":
            char = chr(ord(char) + _HIRAGANA_TO_KATAKANA)
        if char == "ッ":
            is_doubled = True
            continue
        if char in _SMALL_KANA and out and out[-1] in "iue" and len(out) > 1:
            stem = out[:-1]
            glide = "" if stem.endswith(("sh", "ch", "j")) or char in "ァィゥェォ" else "y"
            out = stem + glide + _SMALL_KANA[char]
            continue
        sound = _SYLLABLES.get(char) or _SMALL_KANA.get(char) or (char if char.isascii() else "")
        if is_doubled and sound:
            sound, is_doubled = ("t" if sound.startswith("ch") else sound[0]) + sound, False
        out += sound
    return out
