"""Classify code points through lookup tables over the Basic Multilingual Plane, a whole page in one step."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SPACE = 0x20
TAB, LINE_FEED, CARRIAGE_RETURN, SOFT_HYPHEN, HYPHEN = 0x09, 0x0A, 0x0D, 0xAD, 0x2D
REPLACEMENT = 0xFFFD  # the file gives no Unicode value for this character
NONCHARACTERS = 0xFFFE  # this code point and the next are not characters (Unicode standard, section 23.7)
SUPPLEMENTARY = 0x10000  # the first code point beyond the Basic Multilingual Plane
HIGH_SURROGATES, LOW_SURROGATES = (0xD800, 0xDC00), (0xDC00, 0xE000)


def is_blank(code: Array) -> Array:
    """Tell for each code point whether it is white space, a control character or has no width."""
    return blank_table().take(code, mode="clip")


@functools.cache
def blank_table() -> Array:
    """Return the table behind ``is_blank``: 65,536 booleans indexed by code point."""
    table = np.zeros(0x10000, dtype=bool)
    table[:0x21] = True
    table[[0x7F, 0xA0, 0xAD, 0x3000, 0x200B, 0x200C, 0x200D, 0xFEFF, 0x2060, 0x202F, 0xFFFE]] = True
    table[0x2000:0x200B] = True
    return table


# JAPANESE and WIDE repeat text.normalise.is_japanese and is_wide as ranges, first included and last excluded. Calling
# the functions for 65,536 code points takes a tenth of a second. A test compares both.
JAPANESE = ((0x2E80, 0x2FE0), (0x3005, 0x3008), (0x3021, 0x302A), (0x3040, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000),
             (0xF900, 0xFB00), (0xFF66, 0xFFA0))  # fmt: skip
WIDE = (*JAPANESE, (0x3000, 0x3005), (0x3008, 0x3020), (0x2460, 0x2500), (0x25A0, 0x2600), (0x203B, 0x203C),
         (0xFF01, 0xFF66), (0x30FB, 0x30FC), (0x2025, 0x2027))  # fmt: skip
# Punctuation that is drawn in a corner of its cell.
CORNER = tuple((ord(c), ord(c) + 1) for c in "、。，．・：；︑︒")
# Code points that normalisation may change.
FOLDED = (
    *((0x00, 0x20), (0x7F, 0xA1), (0xAD, 0xAE), (0x2000, 0x2010), (0x2028, 0x2030), (0x205F, 0x2070)),
    *((0x2E80, 0x2FE0), (0x3099, 0x309B), (0xD800, 0xE000), (0xFB00, 0xFB07), (0xFE00, 0xFE50)),
    *((0xFEFF, 0xFF00), (0xFF01, 0x10000)),
    *((0x034F, 0x0350), (0x061C, 0x061D), (0x115F, 0x1161), (0x17B4, 0x17B6), (0x180B, 0x1810), (0x3164, 0x3165)),
)
# Japanese script with its punctuation, including the forms for vertical writing.
WRITTEN = (*JAPANESE, (0x3000, 0x3020), (0xFE10, 0xFE1A), (0xFE30, 0xFE50), (0xFF01, 0xFF66))


# Invisible characters that may carry a text: see text.normalise.carries_unseen_text.
_UNSEEN = ((0x200B, 0x2010), (0x2060, 0x2065), (0xFE00, 0xFE10), (0xFEFF, 0xFF00))


def may_carry_unseen_text(code: Array) -> bool:
    """Return whether invisible characters are among the code points of a page."""
    return bool(table_of(_UNSEEN).take(code, mode="clip").any())


@functools.cache
def table_of(ranges: tuple[tuple[int, int], ...]) -> Array:
    """Build a lookup table for ``ranges``: 65,536 booleans indexed by code point.

    The last entry (0xFFFF) represents all code points beyond the Basic Multilingual Plane. Those are mostly
    ideographs in names, so it is true for every class but ``CORNER``.
    """
    table = np.zeros(0x10000, dtype=bool)
    for first, end in ranges:
        table[first:end] = True
    table[0xFFFF] = ranges != CORNER
    return table
