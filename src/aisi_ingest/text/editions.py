"""Versions and years that follow the name of a guide or an event: ``ver. 1.1``, ``第1.1版``, ``1.0``, ``2024``."""

from __future__ import annotations

import re

VERSION_NUMBER = r"[0-9]{1,2}(?:\.[0-9]{1,3}){0,2}"
VERSION_WORD = r"[Vv]er(?:sion)?\.?"
_DECIMAL = r"(?<=\s)[0-9]\.[0-9]{1,2}(?![0-9.%])"  # 1.0 after a blank, not 1.0.3 and not 1.5%
_YEAR = r"(?:19|20)[0-9]{2}"

_IN_BRACKETS = rf"案?\s?[（(]\s?(?:{VERSION_WORD}\s?{VERSION_NUMBER}|第\s?[0-9.]{{1,5}}\s?版|[αβ]版)\s?[)）]"

# After a name in Japanese text, or after a name of the registry.
EDITION_AFTER_NAME = re.compile(
    rf"\s?(?:{VERSION_WORD}\s?{VERSION_NUMBER}|第\s?[0-9.]{{1,5}}\s?版|{_DECIMAL}|{_YEAR}(?![0-9年./-])"
    rf"|{_IN_BRACKETS})"
)
# After an English name of which only the shape is known: a year needs a blank before it, since a number that touches
# a word belongs to it.
EDITION_AFTER_ENGLISH_NAME = re.compile(
    rf"\s?,?\s?(?:\(?\b[Vv](?:er(?:sion)?)?\.?\s?{VERSION_NUMBER}\b|{_DECIMAL}|(?<=\s){_YEAR}(?![0-9./-]))"
)
# At the end of a folded name; without it, all editions of a work have one name.
_EDITION_AT_END = re.compile(
    r"\s?(?:ver(?:sion)?\.?\s?[0-9.]+|第\s?[0-9.]+\s?版|(?<=\s)[0-9]\.[0-9]{1,2}"
    r"|案?\s?\((?:ver(?:sion)?\.?\s?[0-9.]+|第\s?[0-9.]+\s?版|[αβ]版)\))$"
)
_QUOTED_VERSION_AT_END = re.compile(rf"\s?{VERSION_WORD}\s?[0-9.]+$")


def without_edition(folded: str) -> str:
    """Return a folded name without the edition at its end: ``guide ver. 1.1`` is ``guide``."""
    return _EDITION_AT_END.sub("", folded)


def without_version(name: str) -> str:
    """Return a name without ``ver. 1.1`` at its end; editions in other forms stay."""
    return _QUOTED_VERSION_AT_END.sub("", name)
