"""Build the font from which PDFium takes glyphs while a page is read, if the file refers to a font it does not contain.

PDFium needs a glyph for each character, also for the text alone: it drops a text object whose glyphs are all empty,
and it enlarges the box of a character to its glyph. In this font each character has the same glyph, a bar that is
smaller than the box of any character. So texts and boxes follow from the file: the widths (W, DW), the vertical
metrics (W2, DW2) and the descriptor. The bar is large enough to show whether text is visible.

The tables are those of an OpenType font with TrueType outlines (OpenType specification 1.9). Lengths are
thousandths of an em.
"""

from __future__ import annotations

import functools
import struct

from aisi_ingest.extract.pdf.page import ASCENT, DESCENT

FAMILY = "aisi-ingest metrics"
"""Family name of the font. PDFium reports it for fonts that it replaced."""

_EM = 1000
_ASCENT, _DESCENT = round(ASCENT * _EM), -round(DESCENT * _EM)
# Left, bottom, right and top of the bar. It lies in the boxes of the narrowest letters (0.2 em wide), and in the upper
# half of a cell of vertical text. It ends at the ascent of Japanese fonts, where kanji end: the ascent in many
# descriptors is lower (0.72 or 0.75 em), and PDFium extends a box to the glyph. PDFium adds 1/64 to the top of a glyph.
_BAR = (20, 400, 200, _ASCENT * 64 // 65)

_MISSING, _BLANK, _HALF_BLANK, _FULL, _HALF = range(5)  # glyphs
_ADVANCES = (_EM, _EM, _EM // 2, _EM, _EM // 2)  # used only if the file gives no widths
# Last code point of each range, and the glyph of the range. White space and control characters draw nothing.
_RANGES = (
    (0x1F, _BLANK),
    (0x20, _HALF_BLANK),
    (0x7E, _HALF),
    (0xA0, _BLANK),
    (0xAC, _FULL),
    (0xAD, _BLANK),
    (0x1FFF, _FULL),
    (0x200F, _BLANK),
    (0x2027, _FULL),
    (0x202F, _BLANK),
    (0x205E, _FULL),
    (0x206F, _BLANK),
    (0x2FFF, _FULL),
    (0x3000, _BLANK),
    (0xFEFE, _FULL),
    (0xFEFF, _BLANK),
    (0xFF60, _FULL),
    (0xFF9F, _HALF),
    (0x10FFFF, _FULL),
)


@functools.cache
def metrics_font() -> bytes:
    """Return the font file."""
    left, bottom, right, top = _BAR
    bar = struct.pack(">5h", 1, *_BAR)  # one contour
    bar += struct.pack(">HH4B", 3, 0, 1, 1, 1, 1)  # the last of its points, no instructions, all points on the curve
    bar += struct.pack(">8h", left, right - left, 0, left - right, bottom, 0, top - bottom, 0)  # steps in x, then in y
    bar += bytes(-len(bar) % 4)
    tables = {
        b"GSUB": _vertical_substitution(),
        b"cmap": _character_map(),
        b"glyf": bar * 2,
        b"head": _head(),
        b"hhea": struct.pack(">L3hH11hH", 0x10000, _ASCENT, _DESCENT, 0, _EM, 0, 0, right, 1, *[0] * 7, len(_ADVANCES)),
        b"hmtx": b"".join(
            struct.pack(">Hh", advance, left if glyph in (_FULL, _HALF) else 0)
            for glyph, advance in enumerate(_ADVANCES)
        ),
        b"loca": struct.pack(">6L", 0, 0, 0, 0, len(bar), 2 * len(bar)),
        b"maxp": struct.pack(">L14H", 0x10000, len(_ADVANCES), 4, 1, 0, 0, 2, *[0] * 8),
        b"name": _name(),
    }
    return _assemble(tables)


def _assemble(tables: dict[bytes, bytes]) -> bytes:
    """Join tables, sorted by tag, into a font file."""
    directory, data = b"", b""
    start = 12 + 16 * len(tables)
    for tag, table in tables.items():
        directory += struct.pack(">4s3L", tag, 0, start + len(data), len(table))
        data += table + bytes(-len(table) % 4)
    return struct.pack(">L4H", 0x10000, len(tables), 0, 0, 0) + directory + data


def _head() -> bytes:
    long_offsets, magic = 1, 0x5F0F3CF5
    version = struct.pack(">4L2H", 0x10000, 0x10000, 0, magic, 0, _EM)
    return version + struct.pack(">2Q4h2H3h", 0, 0, 0, _DESCENT, _EM, _ASCENT, 0, 8, 2, long_offsets, 0)


def _name() -> bytes:
    family = FAMILY.encode("utf-16-be")
    windows, unicode, american, is_family = 3, 1, 0x409, 1
    return struct.pack(">9H", 0, 1, 18, windows, unicode, american, is_family, len(family), 0) + family


def _character_map() -> bytes:
    """Map every code point, through format 13: all code points of a range have the same glyph."""
    windows, full_unicode = 3, 10
    groups, first = b"", 0
    for last, glyph in _RANGES:
        groups += struct.pack(">3L", first, last, glyph)
        first = last + 1
    subtable = struct.pack(">2H3L", 13, 0, 16 + len(groups), 0, len(_RANGES)) + groups
    return struct.pack(">4HL", 0, 1, windows, full_unicode, 12) + subtable


def _vertical_substitution() -> bytes:
    """Declare that the bar is its own glyph for vertical writing.

    Otherwise PDFium moves and turns the glyphs of punctuation in vertical text, out of their boxes.
    """
    scripts = struct.pack(">H4sH", 1, b"DFLT", 8) + struct.pack(">2H", 4, 0) + struct.pack(">4H", 0, 0xFFFF, 1, 0)
    features = struct.pack(">H4sH", 1, b"vert", 8) + struct.pack(">3H", 0, 1, 0)
    coverage = struct.pack(">2H2H", 1, 2, _FULL, _HALF)
    lookups = struct.pack(">2H", 1, 4) + struct.pack(">4H", 1, 0, 1, 8) + struct.pack(">2Hh", 1, 6, 0) + coverage
    start = 10
    positions = start, start + len(scripts), start + len(scripts) + len(features)
    return struct.pack(">L3H", 0x10000, *positions) + scripts + features + lookups
