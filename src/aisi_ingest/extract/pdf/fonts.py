"""Describe the fonts of a page: name, weight, slant and kind."""

from __future__ import annotations

import functools
import re

from aisi_ingest.extract.pdf.buffers import NAME_SIZE, buffers
from aisi_ingest.extract.pdf.page import Font
from aisi_ingest.extract.pdf.pdfium import C

_BOLD = re.compile(r"bold|black|heavy|demi|[-_ ,]w[6-9]\b|-[bh]$|-eb$", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|slanted", re.IGNORECASE)
_SERIF = re.compile(
    r"mincho|min-|明朝|(?<!sans)(?<!sans[- ])serif|times|roman|song|ryumin|century|cambria|georgia|garamond",
    re.IGNORECASE,
)
_MONOSPACE = re.compile(r"mono|courier|consol|menlo|typewriter|code", re.IGNORECASE)
_SUBSET_PREFIX = re.compile(r"^[A-Z]{6}\+")
# Flags of a font descriptor (ISO 32000-1, table 123).
_FLAG_MONOSPACE, _FLAG_SERIF, _FLAG_ITALIC, _FLAG_BOLD = 1 << 0, 1 << 1, 1 << 6, 1 << 18
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
    raw = memory.name.raw[: size - 1] if 0 < size <= NAME_SIZE else b""
    bold = stroked or C.FPDFFont_GetWeight(handle) >= _BOLD_WEIGHT
    return _font_of(raw, max(0, C.FPDFFont_GetFlags(handle)), bold)


@functools.lru_cache(256)
def _font_of(raw_name: bytes, flags: int, bold: bool) -> Font:
    """Build a Font from the base font's name and the descriptor's flags."""
    try:
        name = raw_name.decode()
    except UnicodeDecodeError:
        name = raw_name.decode("cp932", "replace")
    name = _SUBSET_PREFIX.sub("", name)
    return Font(
        name,
        bold=bold or bool(_BOLD.search(name)) or bool(flags & _FLAG_BOLD),
        italic=bool(_ITALIC.search(name)) or bool(flags & _FLAG_ITALIC),
        serif=bool(_SERIF.search(name)) if name else bool(flags & _FLAG_SERIF),
        monospace=bool(flags & _FLAG_MONOSPACE) or bool(_MONOSPACE.search(name)),
    )
