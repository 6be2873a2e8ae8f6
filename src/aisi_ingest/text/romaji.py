"""Latin spelling of readings in kana."""

from __future__ import annotations

_KANA = (
    "アイウエオ カキクケコ サシスセソ タチツテト ナニヌネノ ハヒフヘホ マミムメモ ヤユヨ ラリルレロ ワヲンヰヱ "
    "ガギグゲゴ ザジズゼゾ ダヂヅデド バビブベボ パピプペポ ヴ"
)
_HEPBURN = (
    "a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo "
    "ra ri ru re ro wa o n i e ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo pa pi pu pe po vu"
)
_SOUNDS = dict(zip(_KANA.replace(" ", ""), _HEPBURN.split(), strict=True))
_SMALL_KANA = {"ャ": "a", "ュ": "u", "ョ": "o", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}
_HIRAGANA_TO_KATAKANA = 0x60  # distance of the two blocks in Unicode


def hepburn(reading: str) -> str:
    """Return the Latin spelling of a reading by Hepburn, in lower case. Long vowels are not marked.

    Args:
        reading: Kana. Signs without a sound (``ー``, kanji) are left out; ASCII characters stay.
    """
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
        sound = _SOUNDS.get(char) or _SMALL_KANA.get(char) or (char if char.isascii() else "")
        if is_doubled and sound:
            sound, is_doubled = ("t" if sound.startswith("ch") else sound[0]) + sound, False
        out += sound
    return out
