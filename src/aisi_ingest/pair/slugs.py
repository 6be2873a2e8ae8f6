"""Make slugs for ids: Japanese words are romanised."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.text.romaji import hepburn

_MAX_SLUG_LENGTH = 60  # characters


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
        parts.append(hepburn(reading))
    return "-".join(part for part in parts if part)
