"""Recognise Japanese personal names in Latin letters by their sounds, and write readings in Latin letters."""

from __future__ import annotations

import re

from aisi_ingest.tagging.words import words
from aisi_ingest.text.romaji import hepburn

_SYLLABLE = (
    "(?:(?:[kgsztdnhbpmyrwf]|ky|gy|sh|j|ch|ts|ny|hy|by|py|my|ry|kk|ss|tt|pp|ssh|tch|mm|nn)?(?:[aiueo]h?"
    "|ou|oo|uu)|n(?![aiueo])|m(?=[bpm]))"
)
_SHORTEST_PART = 3  # letters
_ROMAJI = re.compile(f"{_SYLLABLE}{{2,6}}$")
# Sounds that Japanese does not have.
_FOREIGN = re.compile("ti|tu|si|hu|di|du|yi|ye|wu|wi|we|wo.|zi|la|l|v|x|q|c(?!h)")
_KUNREI = re.compile("(?:(?:[kgsztdnhbpmrwyj]|[kgsztdnhbpmr]y|sh|ch|ts|kk|ss|tt|pp)?[aiueo]|n(?![aiueo])){2,7}$")
# Words that have Japanese sounds and are no personal names.
_NO_NAME = words(
    """
    data media japan tokyo kyoto osaka nagoya kobe nara hiroshima fukuoka sapporo sendai yokohama kawasaki
    toyota honda suzuki-motor kanto kansai hokkaido okinawa china korea manga anime kanji tanaka-memorial keio
    waseda sony toshiba hitachi one the to so no do go ago are use same name time made note more here some come
    base case date rate state site age size page home game these those tone nature sense response purpose route
    house human main union region reason season domain again gain maintain min ran run sun son won pin ten man
    men own then than remote take make gate note share there where are were have aim appear hear year tuna
    banana pajama june july agenda toga yoga soda sofa tiara tokimeki kenya ghana guinea panama bahama havana
    tunisia asia africa america roma geneva
    """
)


def is_romaji_name(first: str, second: str) -> bool:
    """Return whether two words are a Japanese given name and family name by their sounds: ``Akiko Murakami``."""
    if second.isupper() and len(second) > _SHORTEST_PART and not first.isupper():
        # The convention of the Japanese government; such names are often spelled by its own system: Koiti HASIDA.
        return all(_KUNREI.match(part.lower()) and part.lower() not in _NO_NAME for part in (first, second))
    return _is_name_part(first) and _is_name_part(second)


def _is_name_part(word: str) -> bool:
    lower = re.sub("['’]", "", word.lower())
    return (
        len(word) >= _SHORTEST_PART
        and word[0].isupper()
        and (word[1:].lower() == word[1:] or word.isupper())
        and lower not in _NO_NAME
        and not _FOREIGN.search(lower)
        and bool(_ROMAJI.match(lower))
    )


def romaji(reading: str) -> str:
    """Return the Latin spelling of a reading in katakana (Hepburn, long vowels not marked): ``スドウ`` is ``sudo``."""
    return plain_vowels(hepburn(reading))


def plain_vowels(latin: str) -> str:
    """Return a name in lower case with its long vowels written short: Ohta, Ōta and Ota are one name."""
    lower = latin.lower().translate({0x101: "a", 0x12B: "i", 0x16B: "u", 0x113: "e", 0x14D: "o", 0xF4: "o", 0xFB: "u"})
    return re.sub(r"o[uh](?=[^aiueoy]|$)|oo", "o", re.sub("uu", "u", lower))
