"""Give PDFium its fonts, so that it never uses fonts of the machine.

PDFium replaces fonts that a PDF refers to but does not contain. By default it searches the fonts installed on the
machine, and texts and boxes of such PDFs would depend on them. Here the choice is fixed:

- The 14 standard fonts of PDF and all other Latin fonts: fonts that are part of PDFium.
- Fonts for Japanese, Chinese and Korean text, while a page is read: the font of ``metrics_font``.
- The same fonts, while a page is drawn: Noto Sans JP or Noto Serif JP, from the package pylopdf-fonts-jp.

The interface is declared in PDFium's header fpdf_sysfontinfo.h.
"""

from __future__ import annotations

import ctypes
import functools
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pylopdf_fonts_jp

from aisi_ingest.extract.pdf.code_points import Array, is_blank
from aisi_ingest.extract.pdf.font_names import decode_name, is_cjk, is_serif
from aisi_ingest.extract.pdf.metrics_font import metrics_font
from aisi_ingest.extract.pdf.page import Font

_CJK_CHARSETS = {128, 129, 134, 136}  # FXFONT_SHIFTJIS_CHARSET, _HANGEUL_, _GB2312_, _CHINESEBIG5_
_ROMAN = 1 << 4  # FXFONT_FF_ROMAN: the font has serifs
_COLLECTION = int.from_bytes(b"ttcf", "big")  # asks for a whole font collection instead of one font in it
_HEADER = 16  # bytes before the font in a collection of one

_METRICS, _SANS, _SERIF = 1, 2, 3  # handles of our fonts; 0 lets PDFium use its own
_reading = False


@contextmanager
def reading() -> Iterator[None]:
    """Use ``metrics_font`` for documents that are opened in this context; outside of it fonts to draw with."""
    global _reading
    before, _reading = _reading, True
    try:
        yield
    finally:
        _reading = before


def _choose(charset: int, pitch_family: int, name: str) -> int:
    """Return the handle of the font for a request: a charset and family of fpdf_sysfontinfo.h, and the font's name.

    PDFium requests a font as a Latin one if its codes are glyph numbers (Identity-H without a known character
    collection). Its name tells then whether it has Japanese, Chinese or Korean glyphs.
    """
    if charset not in _CJK_CHARSETS and not is_cjk(name):
        return 0
    if _reading:
        return _METRICS
    return _SERIF if pitch_family & _ROMAN or is_serif(name) else _SANS


@functools.cache
def _font_data(handle: int) -> bytes:
    """Return a font as a collection of one font.

    PDFium stores collections by content, single fonts by the name under which a PDF requests them. So it keeps one
    copy of a font however many names a PDF uses, and never takes one font for the other.
    """
    font = metrics_font() if handle == _METRICS else _font_path(handle).read_bytes()
    (count,) = struct.unpack_from(">H", font, 4)
    directory = font[:12]
    for tag, checksum, offset, length in struct.iter_unpack(">4s3L", font[12 : 12 + 16 * count]):
        directory += struct.pack(">4s3L", tag, checksum, offset + _HEADER, length)
    return struct.pack(">4s3L", b"ttcf", 0x10000, 1, _HEADER) + directory + font[len(directory) :]


def _font_path(handle: int) -> Path:
    return pylopdf_fonts_jp.serif_path() if handle == _SERIF else pylopdf_fonts_jp.sans_path()


def _map_font(
    this: Any, weight: int, italic: int, charset: int, pitch_family: int, name: bytes | None, exact: Any
) -> int:
    return _choose(charset, pitch_family, decode_name(name or b""))


def _copy_font_data(this: Any, handle: int, table: int, buffer: int | None, size: int) -> int:
    """Copy a font, or its whole collection, to PDFium's buffer and return its size in bytes."""
    if table not in (0, _COLLECTION):
        return 0
    data = _font_data(handle)
    start = 0 if table else _HEADER
    length = len(data) - start
    if buffer and size:
        # PDFium also asks for the first kilobyte of a collection that may be shorter.
        ctypes.memset(buffer, 0, size)
        ctypes.memmove(buffer, data[start : start + size], min(size, length))
    return length


_I, _P = ctypes.c_int, ctypes.c_void_p
_MapFont = ctypes.CFUNCTYPE(_P, _P, _I, _I, _I, _I, ctypes.c_char_p, _P)
_GetFontData = ctypes.CFUNCTYPE(ctypes.c_ulong, _P, _P, ctypes.c_uint, _P, ctypes.c_ulong)


class _SystemFontInfo(ctypes.Structure):
    """FPDF_SYSFONTINFO. PDFium skips functions that are not set."""

    _fields_ = (
        ("version", _I),
        ("Release", _P),
        ("EnumFonts", _P),
        ("MapFont", _MapFont),
        ("GetFont", _P),
        ("GetFontData", _GetFontData),
        ("GetFaceName", _P),
        ("GetFontCharset", _P),
        ("DeleteFont", _P),
    )


_source = _SystemFontInfo(version=1, MapFont=_MapFont(_map_font), GetFontData=_GetFontData(_copy_font_data))


def install(library: Any) -> None:
    """Make PDFium use this module for fonts that are not embedded.

    Args:
        library: PDFium as a ctypes library, initialised.
    """
    set_info = ctypes.CFUNCTYPE(None, _P)(ctypes.cast(library.FPDF_SetSystemFontInfo, _P).value or 0)
    set_info(ctypes.addressof(_source))


def without_glyph(chars: Array, fonts: Sequence[Font]) -> list[int]:
    """Return the code points of the visible characters in substituted fonts that no font can draw.

    Args:
        chars: The characters of a page (dtype page.CHAR).
        fonts: The fonts of the page.
    """
    substituted = np.array([font.substituted for font in fonts], bool)
    if not substituted.any():  # a page without fonts returns here as well
        return []
    code = np.unique(chars["code"][substituted[chars["font"]] & ~chars["hidden"]])
    code = code[~is_blank(code)]
    return [int(value) for value in code[~_drawable()[np.minimum(code, _LAST_IDEOGRAPH)]]]


_LAST_IDEOGRAPH = 0x3FFFF  # end of the planes with ideographs


@functools.cache
def _drawable() -> Array:
    """Return a table by code point: whether both fonts to draw with have a glyph."""
    tables = [_covered(_font_path(handle)) for handle in (_SANS, _SERIF)]
    return np.logical_and(*tables)


def _covered(path: Path) -> Array:
    """Read for which code points a font has a glyph."""
    covered = np.zeros(_LAST_IDEOGRAPH + 1, bool)
    with path.open("rb") as file:
        (count,) = struct.unpack(">4xH6x", file.read(12))
        offsets = {tag: offset for tag, offset in struct.iter_unpack(">4s4xL4x", file.read(16 * count))}
        file.seek(offsets[b"cmap"] + 2)
        (count,) = struct.unpack(">H", file.read(2))
        windows_full = struct.pack(">2H", 3, 10)  # platform and encoding; the subtable has format 12
        subtables = {kind: offset for kind, offset in struct.iter_unpack(">4sL", file.read(8 * count))}
        file.seek(offsets[b"cmap"] + subtables[windows_full] + 12)
        (count,) = struct.unpack(">L", file.read(4))
        for first, last, _ in struct.iter_unpack(">3L", file.read(12 * count)):
            covered[first : last + 1] = True
    return covered
