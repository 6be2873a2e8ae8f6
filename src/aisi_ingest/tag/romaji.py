"""Japanese personal names in Latin letters, told by their sounds: ``Akiko Murakami``."""

from __future__ import annotations

import re

_SYLLABLE = "(?:(?:[kgsztdnhbpmyrwf]|ky|gy|sh|j|ch|ts|ny|hy|by|py|my|ry|kk|ss|tt|pp|ssh|tch|mm|nn)?(?:[aiueo]h?|ou|oo|uu)|n(?![aiueo])|m(?=[bpm]))"
_ROMAJI = re.compile(f"{_SYLLABLE}{{2,6}}$")
# Sounds that Japanese does not have, and words that read as Japanese by chance.
_FOREIGN = re.compile("ti|tu|si|hu|di|du|yi|ye|wu|wi|we|wo.|zi|la|l|v|x|q|c(?!h)")
_NO_NAME = frozenset(
    "data media japan tokyo kyoto osaka nagoya kobe nara hiroshima fukuoka sapporo sendai yokohama kawasaki toyota honda suzuki-motor"
    " kanto kansai hokkaido okinawa china korea manga anime kanji tanaka-memorial keio waseda sony toshiba hitachi one the to so no do go ago"
    " are use same name time made note more here some come base case date rate state site age size page home game these those tone nature"
    " sense response purpose route house human main union region reason season domain again gain maintain min ran run sun son won pin"
    " ten man men own then than remote take make gate note share there where are were have aim appear hear year tuna banana pajama"
    " june july agenda toga yoga soda sofa tiara tokimeki kenya ghana guinea panama bahama havana tunisia asia africa america roma geneva".split()
)


def is_romaji_name(first: str, second: str) -> bool:
    """Whether two words side by side read as a Japanese given and family name."""
    return _part(first) and _part(second)


def _part(word: str) -> bool:
    lower = re.sub("['’]", "", word.lower())
    return (
        len(word) > 2
        and word[0].isupper()
        and (word[1:].lower() == word[1:] or word.isupper())
        and lower not in _NO_NAME
        and not _FOREIGN.search(lower)
        and bool(_ROMAJI.match(lower))
    )


_KANA = {
    "キャ": "kya", "キュ": "kyu", "キョ": "kyo", "シャ": "sha", "シュ": "shu", "ショ": "sho", "チャ": "cha", "チュ": "chu", "チョ": "cho",
    "ニャ": "nya", "ニュ": "nyu", "ニョ": "nyo", "ヒャ": "hya", "ヒュ": "hyu", "ヒョ": "hyo", "ミャ": "mya", "ミュ": "myu", "ミョ": "myo",
    "リャ": "rya", "リュ": "ryu", "リョ": "ryo", "ギャ": "gya", "ギュ": "gyu", "ギョ": "gyo", "ジャ": "ja", "ジュ": "ju", "ジョ": "jo",
    "ビャ": "bya", "ビュ": "byu", "ビョ": "byo", "シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu", "ン": "n", "ヲ": "o", "ヰ": "i", "ヱ": "e",
}  # fmt: skip
for _row, _consonant in zip(("アイウエオ", "カキクケコ", "サ　スセソ", "タ　　テト", "ナニヌネノ", "ハヒ　ヘホ", "マミムメモ", "ヤ　ユ　ヨ", "ラリルレロ", "ワ　　　　", "ガギグゲゴ", "ザ　ズゼゾ", "ダ　　デド", "バビブベボ", "パピプペポ"), ("", "k", "s", "t", "n", "h", "m", "y", "r", "w", "g", "z", "d", "b", "p"), strict=True):
    for _kana, _vowel in zip(_row, "aiueo", strict=True):
        if _kana != "\u3000":
            _KANA[_kana] = _consonant + _vowel
_SOUND = re.compile("|".join(sorted(_KANA, key=len, reverse=True)) + "|ッ|ー")


def romaji(reading: str) -> str:
    """Latin spelling (Hepburn, long vowels not marked) of a reading in katakana: ``スドウ`` is ``sudo``."""
    out = ""
    for sound in _SOUND.findall(reading):
        latin = _KANA.get(sound, "")
        if out.endswith("ッ"):
            out = out[:-1] + latin[:1].replace("c", "t")
        out += latin if sound != "ッ" else "ッ"
    return plain_vowels(out.rstrip("ッ"))


def plain_vowels(latin: str) -> str:
    """Long vowels written short, so that Ohta, Ōta and Ota are one name."""
    lower = latin.lower().translate({0x101: "a", 0x12B: "i", 0x16B: "u", 0x113: "e", 0x14D: "o", 0xF4: "o", 0xFB: "u"})
    return re.sub(r"o[uh](?=[^aiueoy]|$)|oo", "o", re.sub("uu", "u", lower))
