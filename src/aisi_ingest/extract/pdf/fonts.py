"""Describe the fonts of a page: name, weight, slant and kind."""

from __future__ import annotations

import ctypes
import functools
import re

from aisi_ingest.extract.pdf.buffers import NAME_SIZE, buffers
from aisi_ingest.extract.pdf.font_names import decode_name, is_bold, is_italic, is_monospace, is_serif
from aisi_ingest.extract.pdf.metrics_font import FAMILY
from aisi_ingest.extract.pdf.page import Font
from aisi_ingest.extract.pdf.pdfium import C

_SUBSET_PREFIX = re.compile(r"^[A-Z]{6}\+")
# Flags of a font descriptor (ISO 32000-1, table 123).
_FLAG_MONOSPACE, _FLAG_SERIF, _FLAG_ITALIC, _FLAG_BOLD = 1 << 0, 1 << 1, 1 << 6, 1 << 18
_FAMILY = FAMILY.encode()
_BOLD_WEIGHT = 600  # of 100 to 900; 700 is bold, and fonts named "demi" have 600


def describe_font(handle: int) -> Font:
    """Describe the font with PDFium's ``handle``.

    Args:
        handle: 0 if there is no font. A negative handle means that the text is also stroked, which makes it bold.
    """
    stroked, handle = handle < 0, abs(handle)
    if not handle:
        return Font("")
    memory = buffers()
    size = C.FPDFFont_GetBaseFontName(handle, memory.name_at, NAME_SIZE)
    raw = ctypes.string_at(memory.name_at, size - 1) if 0 < size <= NAME_SIZE else b""
    bold = stroked or C.FPDFFont_GetWeight(handle) >= _BOLD_WEIGHT
    size = C.FPDFFont_GetFamilyName(handle, memory.name_at, NAME_SIZE)
    substituted = 0 < size <= NAME_SIZE and ctypes.string_at(memory.name_at, size - 1) == _FAMILY
    return _font_of(raw, max(0, C.FPDFFont_GetFlags(handle)), bold, substituted)


def read_advance(handle: int, code: int) -> float:
    """Return the advance of a character in the font with PDFium's ``handle``, in em; from the file's widths."""
    width = ctypes.c_float()
    C.FPDFFont_GetGlyphWidth(handle, code, 1.0, ctypes.addressof(width))
    return width.value


@functools.lru_cache(256)
def _font_of(raw_name: bytes, flags: int, bold: bool, substituted: bool) -> Font:
    """Build a Font from the base font's name, the descriptor's flags, and what PDFium tells about it."""
    name = _SUBSET_PREFIX.sub("", decode_name(raw_name))
    return Font(
        name,
        bold=bold or is_bold(name) or bool(flags & _FLAG_BOLD),
        italic=is_italic(name) or bool(flags & _FLAG_ITALIC),
        serif=is_serif(name) if name else bool(flags & _FLAG_SERIF),
        monospace=bool(flags & _FLAG_MONOSPACE) or is_monospace(name),
        substituted=substituted,
    )
