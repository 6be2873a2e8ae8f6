"""Decide from positions where a line has spaces.

The spaces in the file are not enough: some PDF writers leave them out, others use them to move the pen.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from aisi_ingest.extract.lines.arrays import IDEOGRAPHIC_SPACE, SPACE, in_class
from aisi_ingest.extract.pdf.code_points import JAPANESE, WIDE
from aisi_ingest.text.normalise import is_wide

Array = np.ndarray[Any, Any]

# Gaps in units of the type size (em). Chosen on Japanese and English reports made by Word, LibreOffice, Distiller,
# WeasyPrint and Chromium, among others.
WORD_GAP = 0.15  # a space between two Latin characters if the file has none
MIXED_GAP = 0.5  # a space between Latin and Japanese; narrower gaps are typographic
WIDE_GAP = 0.8  # a tab or an ideographic space between two Japanese characters
HALF_GAP = 0.4  # a half-width space between two Japanese characters, if the rest of the line is not spaced out
# The same where the file has a space.
_TYPED_WORD_GAP = 0.02
_TYPED_MIXED_GAP = 0.12
_TYPED_WIDE_GAP = 0.2

# A tight line that TeX set in a font with narrow spaces: words are 0.13 em apart, and letters touch each other.
_TIGHT_WORD_GAP, _TOUCHING = 0.09, 0.04
_FEWEST_TIGHT_GAPS = 3
_NEXT_IN_FILE = 16  # characters: two neighbours that are further apart in the file were not written one after the other
# A letter-spaced line: nearly all neighbours are apart. Their usual gap then counts as none.
_LETTER_SPACED_GAP = 0.08  # em
_LETTER_SPACED_SHARE = 0.8
_FEWEST_GAPS = 3
_TYPED_LETTER_SPACING = 1.3  # factor on the usual gap where the file has a space
# A line of Japanese that is not spaced out: at most one loose gap, and one more for each five pairs of characters.
_LOOSE_GAP = 0.1  # em
_PAIRS_PER_LOOSE_GAP = 5


def spaces_before(
    codes: Array, gap: Array, members: Array, blanks: Array, all_codes: Array, cut: Array, starts: Array
) -> Array:
    """Decide which space to write before each character of a page.

    Args:
        codes: Code points of the inked characters, row by row from left to right.
        gap: Gap before each of them but the first, in em.
        members: Their indices into ``page.chars``.
        blanks: For each character of the page, how many blank ones the file has up to it.
        all_codes: Code points of all characters of the page.
        cut: Whether each character begins a line.
        starts: Indices of the characters that begin a line.

    Returns:
        For each character 0 (none), 0x20 (a space) or 0x3000 (an ideographic space).
    """
    wide = in_class(codes, WIDE)
    space = np.zeros(len(codes), dtype=np.uint32)
    if len(codes) <= 1:
        return space
    follows = (members[1:] > members[:-1]) & (members[1:] - members[:-1] < _NEXT_IN_FILE)
    typed = follows & (blanks[members[1:]] > blanks[members[:-1]])  # the file has a space between both
    both_wide, none_wide = wide[1:] & wide[:-1], ~wide[1:] & ~wide[:-1]
    inside = ~cut[1:]
    segment = np.cumsum(cut) - 1  # number of the line of each character
    usual = _letter_spacing(gap, inside & ~typed, segment, len(starts))[segment[1:]]
    word_gap = _word_gap(gap, none_wide & inside, typed & inside, segment, len(starts))[segment[1:]]
    latin = none_wide & ((gap > word_gap + usual) | (typed & (gap > _TYPED_WORD_GAP + usual * _TYPED_LETTER_SPACING)))
    mixed = ~none_wide & ~both_wide & ((gap > MIXED_GAP + usual) | (typed & (gap > _TYPED_MIXED_GAP)))
    space[1:][inside & (latin | mixed)] = SPACE
    spaced = both_wide & inside & ((gap > WIDE_GAP) | (typed & (gap > _TYPED_WIDE_GAP)))
    letters = in_class(codes, JAPANESE)
    half = both_wide & inside & ~spaced & (gap > HALF_GAP) & letters[1:] & letters[:-1]
    if half.any():
        loose = np.bincount(segment[1:][both_wide & inside & (gap > _LOOSE_GAP)], minlength=len(starts))
        pairs = np.bincount(segment[1:][both_wide & inside], minlength=len(starts))
        space[1:][half & (loose <= 1 + pairs // _PAIRS_PER_LOOSE_GAP)[segment[1:]]] = SPACE
    for k in np.flatnonzero(spaced).tolist():  # few, so each can be looked at: which space did the author type?
        between = all_codes[members[k] + 1 : members[k + 1]] if typed[k] else ()
        space[k + 1] = IDEOGRAPHIC_SPACE if gap[k] > WIDE_GAP or IDEOGRAPHIC_SPACE in between else SPACE
    return space


def _word_gap(gap: Array, latin: Array, typed: Array, segment: Array, count: int) -> Array:
    """Return for each line the narrowest gap in em that is a space between two Latin characters.

    In a tight line of a justified text, the spaces are narrower than usual. They still stand out if the letters touch
    each other.

    Args:
        gap: Gap before each character but the first, in em.
        latin: Which gaps lie between two Latin characters of a line.
        typed: Which gaps lie within a line and have a space in the file.
        segment: Number of the line of each character.
        count: Number of lines.
    """
    usual = np.full(count, WORD_GAP)
    narrow = latin & (gap > _TIGHT_WORD_GAP) & (gap <= WORD_GAP)
    if np.count_nonzero(narrow) >= _FEWEST_TIGHT_GAPS:
        lines = segment[1:]
        tight = np.bincount(lines[narrow], minlength=count) >= _FEWEST_TIGHT_GAPS
        tight &= (
            np.bincount(lines[typed | (latin & (gap > _TOUCHING) & (gap <= _TIGHT_WORD_GAP))], minlength=count) == 0
        )
        usual[tight] = _TIGHT_WORD_GAP
    return usual


def _letter_spacing(gap: Array, untyped: Array, segment: Array, count: int) -> Array:
    """Return for each line the usual gap between its characters in em if it is letter-spaced, else 0.

    Args:
        gap: Gap before each character but the first, in em.
        untyped: Which gaps lie within a line and have no space in the file.
        segment: Number of the line of each character.
        count: Number of lines.
    """
    usual = np.zeros(count)
    if untyped.any():
        lines = segment[1:][untyped]
        total = np.bincount(lines, minlength=count)
        apart = np.bincount(lines, weights=gap[untyped] > _LETTER_SPACED_GAP, minlength=count)
        letter_spaced = np.flatnonzero((total >= _FEWEST_GAPS) & (apart > _LETTER_SPACED_SHARE * total))
        for k in letter_spaced.tolist():
            usual[k] = float(np.median(gap[untyped][lines == k]))
    return usual


_SPACED_OUT = re.compile("(?:(?<=^)|(?<=[ \u3000]))\\S(?:[ \u3000]+\\S)+(?=$|[ \u3000])")
_FEWEST_SPACED_OUT = 3  # characters, unless they are the whole line


def close_spaced_out(text: str) -> str:
    """Remove the spaces that only space characters out: ``目　次``, ``令 和 ２ 年``.

    These are three or more single Japanese characters in a row, or a line of only two of them. Names such as
    ``内山　幸樹`` keep their space.
    """

    def close(found: re.Match[str]) -> str:
        parts = re.split("[ \u3000]+", found.group())
        wide = sum(is_wide(part) for part in parts)
        too_few = len(parts) < _FEWEST_SPACED_OUT and len(found.group()) < len(text)
        if wide < len(parts) - 1 or not wide or too_few:
            return found.group()
        if not all(is_wide(part) or part.isalnum() for part in parts):
            return found.group()
        return "".join(parts)

    return _SPACED_OUT.sub(close, text)
