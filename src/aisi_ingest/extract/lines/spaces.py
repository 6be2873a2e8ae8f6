"""Blanks between the characters of a line, from positions: PDFs carry them, leave them out, or draw with them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from aisi_ingest.extract.pdf.code_points import JAPANESE, WIDE, table_of
from aisi_ingest.text.normalise import is_wide

Array = np.ndarray[Any, Any]

# Gaps in units of the type size (em). Set by looking at Japanese and English reports, Word, LibreOffice,
# Distiller, WeasyPrint and Chromium among their makers.
WORD_GAP = 0.15  # between two Latin characters where the file carries no blank
MIXED_GAP = 0.5  # between Latin and Japanese: typographic below
WIDE_GAP = 0.8  # between two Japanese characters: a tab or an ideographic space above
HALF_GAP = 0.4  # ... a half-width space, where no other characters of the line stand apart


def blanks_between(
    codes: Array, gap: Array, members: Array, blanks: Array, all_codes: Array, cut: Array, starts: Array
) -> Array:
    """What to write before each character: 0 nothing, 0x20 a space, 0x3000 an ideographic space."""
    wide = table_of(WIDE)[np.minimum(codes, 0xFFFF)]
    sign = np.zeros(len(codes), dtype=np.uint32)
    if len(codes) < 2:
        return sign
    follows = (members[1:] > members[:-1]) & (members[1:] - members[:-1] < 16)
    typed = follows & (blanks[members[1:]] > blanks[members[:-1]])
    both, none = wide[1:] & wide[:-1], ~wide[1:] & ~wide[:-1]
    inside = ~cut[1:]

    # Letter-spaced lines: the usual gap of a line counts as none.
    segment = np.cumsum(cut) - 1
    close = inside & ~typed
    usual = np.zeros(len(starts))
    if close.any():
        of = segment[1:][close]
        total = np.bincount(of, minlength=len(starts))
        spread = np.bincount(of, weights=gap[close] > 0.08, minlength=len(starts))
        tracked = np.flatnonzero((total >= 3) & (spread > 0.8 * total))
        for k in tracked.tolist():
            usual[k] = float(np.median(gap[close][of == k]))
    latin = none & ((gap > WORD_GAP + usual[segment[1:]]) | (typed & (gap > 0.02 + usual[segment[1:]] * 1.3)))
    mixed = ~none & ~both & ((gap > MIXED_GAP + usual[segment[1:]]) | (typed & (gap > 0.12)))
    sign[1:][inside & (latin | mixed)] = 0x20
    spaced = both & inside & ((gap > WIDE_GAP) | (typed & (gap > 0.2)))
    letters = table_of(JAPANESE)[np.minimum(codes, 0xFFFF)]
    half = both & inside & ~spaced & (gap > HALF_GAP) & letters[1:] & letters[:-1]
    if half.any():
        loose = np.bincount(segment[1:][both & inside & (gap > 0.1)], minlength=len(starts))
        pairs = np.bincount(segment[1:][both & inside], minlength=len(starts))
        sign[1:][half & (loose <= 1 + pairs // 5)[segment[1:]]] = 0x20
    for at in np.flatnonzero(spaced).tolist():  # few: which blank did the author set?
        between = all_codes[members[at] + 1 : members[at + 1]] if typed[at] else ()
        sign[at + 1] = 0x3000 if gap[at] > WIDE_GAP or 0x3000 in between else 0x20
    return sign


_SPACED_OUT = re.compile("(?:(?<=^)|(?<=[ \u3000]))\\S(?:[ \u3000]+\\S)+(?=$|[ \u3000])")


def closed_up(text: str) -> str:
    """``目　次`` and ``令 和 ２ 年`` without the blanks that only space the letters out.

    Three and more lone Japanese characters in a row, or a line that is nothing but two of them.
    """

    def close(found: re.Match[str]) -> str:
        parts = re.split("[ \u3000]+", found.group())
        wide = sum(is_wide(part) for part in parts)
        if wide < len(parts) - 1 or not wide or (len(parts) < 3 and len(found.group()) < len(text)):
            return found.group()
        if not all(is_wide(part) or part.isalnum() for part in parts):
            return found.group()
        return "".join(parts)

    return _SPACED_OUT.sub(close, text)
