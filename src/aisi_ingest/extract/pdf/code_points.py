"""Classes of code points as tables over the Basic Multilingual Plane: asked for whole pages at once."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def is_blank(code: Array) -> Array:
    return blank_table()[np.minimum(code, 0xFFFF)]


@functools.cache
def blank_table() -> Array:
    table = np.zeros(0x10000, dtype=bool)
    table[:0x21] = True
    table[[0x7F, 0xA0, 0xAD, 0x3000, 0x200B, 0x200C, 0x200D, 0xFEFF, 0x2060, 0x202F, 0xFFFE]] = True
    table[0x2000:0x200B] = True
    return table


# What aisi_ingest.text.is_japanese and is_wide say, as ranges: asking 65,536 times takes a tenth of a second.
JAPANESE = ((0x2E80, 0x2FE0), (0x3005, 0x3008), (0x3021, 0x302A), (0x3040, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000),
             (0xF900, 0xFB00), (0xFF66, 0xFFA0))  # fmt: skip
WIDE = (*JAPANESE, (0x3000, 0x3005), (0x3008, 0x3020), (0x2460, 0x2500), (0x25A0, 0x2600), (0x203B, 0x203C),
         (0xFF01, 0xFF66), (0x30FB, 0x30FC), (0x2025, 0x2027))  # fmt: skip
CORNER = tuple((ord(c), ord(c) + 1) for c in "、。，．・：；︑︒")
FOLDED = (
    *((0x00, 0x20), (0x7F, 0xA1), (0xAD, 0xAE), (0x2000, 0x2010), (0x2028, 0x2030), (0x205F, 0x2070)),
    *((0x2E80, 0x2FE0), (0x3099, 0x309B), (0xD800, 0xE000), (0xFB00, 0xFB07), (0xFE00, 0xFE50)),
    *((0xFEFF, 0xFF00), (0xFF01, 0x10000)),
)
WRITTEN = (*JAPANESE, (0x3000, 0x3020), (0xFE10, 0xFE1A), (0xFE30, 0xFE50), (0xFF01, 0xFF66))


@functools.cache
def table_of(ranges: tuple[tuple[int, int], ...]) -> Array:
    table = np.zeros(0x10000, dtype=bool)
    for first, end in ranges:
        table[first:end] = True
    table[0xFFFF] = ranges != CORNER  # stands for all code points beyond: ideographs of names
    return table
