"""Read the characters of a page into an array, and the fonts they are set in.

Coordinates are those of ``document``. A *run* is a sequence of characters of one text object. Font, size, colour
and baseline are the same for a whole run, so they are read once per run.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from aisi_ingest.extract.pdf.buffers import CHUNK, buffers, call_each
from aisi_ingest.extract.pdf.code_points import (
    CARRIAGE_RETURN,
    HIGH_SURROGATES,
    HYPHEN,
    LINE_FEED,
    LOW_SURROGATES,
    NONCHARACTERS,
    REPLACEMENT,
    SOFT_HYPHEN,
    SPACE,
    SUPPLEMENTARY,
    TAB,
)
from aisi_ingest.extract.pdf.fonts import describe_font, read_advance
from aisi_ingest.extract.pdf.glyph_boxes import (
    Glyphs,
    box_rotated,
    box_vertical,
    divide_shared_glyphs,
    has_ink,
    read_vertical_origins,
)
from aisi_ingest.extract.pdf.glyph_shapes import suspicious_fonts
from aisi_ingest.extract.pdf.page import CHAR, SPECK, TINY, UNPAINTED, Font, View
from aisi_ingest.extract.pdf.pdfium import UNCHECKED, C, pointer

if TYPE_CHECKING:
    import numpy.typing as npt  # takes 20 ms to import

    from aisi_ingest.extract.pdf.page import Chars

# Text render modes (ISO 32000-1, table 106).
_FILLED_AND_STROKED = np.array([mode in (2, 6) for mode in range(8)])
_MODES = np.array([[mode in modes for mode in range(8)] for modes in ((3, 7), (1, 5), (4, 5, 6, 7))])
"""For each mode: whether it draws nothing, whether it draws outlines alone, and whether it clips what follows."""
_FULL_TURN = 359.95  # degrees; larger angles are 0 with a rounding error
_MAX_COORDINATE = 1e5  # points; broken files contain numbers of any size
_MAX_FONT = 0xFFFF  # the field "font" holds 16 bits
_NOT_ASCII = 0x80
_FONT_BITS, _PLACE_BITS = 16, CHUNK.bit_length() - 1  # of the index of a font, and of a character in a chunk
_OBJECT_STEP = 4  # of every fourth character the text object is read


class PageFonts:
    """The fonts of one page, in the order in which they are met."""

    def __init__(self) -> None:
        self.fonts: list[Font] = []
        self.handles: list[int] = []  # PDFium's handle of each font
        self.suspicious: dict[int, str] = {}  # index of a font that may show other letters, and its letters
        self._index: dict[int, int] = {}  # handle as describe_font takes it: index into fonts
        self._advances: dict[tuple[int, int], float] = {}  # of a font's index and a code point, in em

    def index(self, handles: Iterable[int]) -> npt.NDArray[np.uint16]:
        """Return the index into ``fonts`` for each handle as ``describe_font`` takes it."""
        handles = list(handles)
        for handle in dict.fromkeys(handles):  # in order of appearance: a set's order depends on memory addresses
            if handle not in self._index:
                self._index[handle] = min(len(self.fonts), _MAX_FONT)
                self.fonts.append(describe_font(handle))
                self.handles.append(abs(handle))
        return np.fromiter(map(self._index.__getitem__, handles), "u2", len(handles))

    def advance(self, font: int, code: int) -> float:
        """Return the advance of a code point in the font with index ``font``, in em."""
        key = font, code
        if key not in self._advances:
            self._advances[key] = read_advance(self.handles[font], code)
        return self._advances[key]


def read_characters(text: int, view: View, orders: dict[int, int], fonts: PageFonts) -> Chars:
    """Read the characters of an open text page, in the order in which the file draws them.

    ``hidden`` is set for characters that are drawn in no colour (render modes 3 and 7), and ``reason`` for those that
    may be invisible. ``visibility.mark_hidden`` decides later which characters are hidden.

    Args:
        text: PDFium's handle of the text page.
        view: The page's view.
        orders: Drawing order of each text object, by its handle.
        fonts: The fonts that the field ``font`` refers to; those that are new are added.

    Returns:
        An array of dtype CHAR.
    """
    count = C.FPDFText_CountChars(text)
    if count <= 0:
        return np.zeros(0, CHAR)
    reader = _Reader(text, view, orders, fonts)
    chunks = [reader.read(start, min(count, start + CHUNK)) for start in range(0, count, CHUNK)]
    return chunks[0] if len(chunks) == 1 else np.concatenate(chunks)


class _Reader:
    """Read the characters of one text page, chunk by chunk."""

    def __init__(self, text: int, view: View, orders: dict[int, int], fonts: PageFonts) -> None:
        self.text, self.view, self.orders, self.fonts = text, view, orders, fonts

    def read(self, start: int, stop: int) -> Chars:
        """Read the characters from index ``start`` to before ``stop``, at most CHUNK."""
        text, memory = self.text, buffers()
        code = _read_code_points(text, start, stop - start)
        kept = _select_real(text, start, code)
        indices = kept.tolist() if start == 0 else (kept + start).tolist()
        code, n = code[kept], len(indices)
        chars = np.zeros(n, CHAR)
        if not n:
            return chars
        chars["code"] = code
        objects = _text_objects(text, indices)
        first = np.concatenate(([0], np.flatnonzero(objects[1:] != objects[:-1]) + 1))  # of each run
        run = np.repeat(np.arange(len(first)), np.diff(np.append(first, n)))  # the run of each character
        matrix, size = self._read_runs(chars, run, [indices[i] for i in first.tolist()], objects[first].tolist())
        head_x, head_y = memory.point[: len(first), :2].T.copy()
        call_each(UNCHECKED.FPDFText_GetLooseCharBox, repeat(pointer(text)), indices, memory.box_at)
        box = memory.box[:n].astype("f8")
        substituted = np.array([font.substituted for font in self.fonts.fonts], bool)[chars["font"]]
        glyphs = Glyphs(text, indices, code, run, first, matrix, size, substituted, box, box[:, 0].copy(), head_y[run])
        rotated = np.flatnonzero(~glyphs.upright[run])
        if len(rotated):
            box_rotated(glyphs, rotated, self._read_advances(chars[rotated], substituted[rotated]))
        read_vertical_origins(glyphs)
        box_vertical(glyphs, head_x, head_y)
        drop = divide_shared_glyphs(glyphs)
        box = _clamp(glyphs.box)
        x0, top, x1, bottom = self.view.boxes(box[:, 0], box[:, 3], box[:, 2], box[:, 1])
        chars["x0"], chars["top"], chars["x1"], chars["bottom"] = x0, top, x1, bottom
        chars["origin_x"], chars["origin_y"] = self.view.points(glyphs.origin_x, glyphs.origin_y)
        self._suspect_glyphs(chars, glyphs)
        return chars[~drop] if drop.any() else chars

    def _suspect_glyphs(self, chars: Chars, glyphs: Glyphs) -> None:
        """Set ``reason`` of written characters whose glyph draws nothing, and find suspicious fonts.

        Each glyph of a font is looked at once.
        """
        at = np.flatnonzero(~glyphs.substituted & (chars["code"] > SPACE))
        # Code, font and place in one number: sorting these takes half the time of np.argsort.
        glyph = chars["code"][at].astype("i8") << _FONT_BITS | chars["font"][at]
        placed = np.sort(glyph << _PLACE_BITS | np.arange(len(at)))
        kind = placed >> _PLACE_BITS
        order = placed[np.append(True, kind[1:] != kind[:-1])[: len(at)]] & (CHUNK - 1)  # the first of each kind
        kinds, memory, n = glyph[order], buffers(), len(order)
        at_kinds = at[order]
        chosen = [glyphs.indices[i] for i in at_kinds.tolist()]
        call_each(UNCHECKED.FPDFText_GetCharBox, repeat(pointer(self.text)), chosen, *memory.point_at)
        left, right, bottom, top = memory.point[:n].T
        blank = (right <= left) & (top <= bottom)
        if blank.any():
            chars["reason"][at[np.isin(glyph, kinds[blank])]] = UNPAINTED
        run = glyphs.run[at_kinds]
        baseline, size = glyphs.origin_y[at_kinds], np.maximum(glyphs.size[run], SPECK)
        level = glyphs.upright[run] & ~blank
        extent = ((top - baseline) / size)[level], ((bottom - baseline) / size)[level]
        code, font = chars["code"][at_kinds][level], chars["font"][at_kinds][level]
        for index in suspicious_fonts(code, font, *extent):
            self.fonts.suspicious[index] = "".join(map(chr, code[(font == index) & (code < _NOT_ASCII)].tolist()))

    def _read_runs(
        self, chars: Chars, run: npt.NDArray[np.intp], heads: list[int], handles: list[int]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Read what all characters of a run share, and fill it into ``chars``.

        The origins of the first characters are left in ``buffers().point``.

        Args:
            chars: Size, angle, colour, font, order and hidden are set.
            run: The run of each character.
            heads: Index on the text page of each run's first character.
            handles: Text object of each run.

        Returns:
            The text matrix of each run (n, 6), and its font size in points (n).
        """
        memory, runs = buffers(), len(heads)
        memory.color[:runs] = (0, 0, 0, 255)  # black remains if PDFium knows no colour, as for patterns
        memory.matrix[:runs] = (1, 0, 0, 1, 0, 0)
        memory.size[:runs] = 0
        page, objects = pointer(self.text), list(map(pointer, handles))
        call_each(UNCHECKED.FPDFText_GetMatrix, repeat(page), heads, memory.matrix_at)
        call_each(UNCHECKED.FPDFText_GetFillColor, repeat(page), heads, *memory.color_at)
        call_each(UNCHECKED.FPDFText_GetCharOrigin, repeat(page), heads, memory.point_at[0], memory.point_at[1])
        call_each(UNCHECKED.FPDFTextObj_GetFontSize, objects, memory.size_at)
        mode = np.fromiter(map(UNCHECKED.FPDFTextObj_GetTextRenderMode, objects), "i4", runs)
        matrix = _clamp(memory.matrix[:runs].astype("f8"))
        a, b, c, d = matrix[:, 0], matrix[:, 1], matrix[:, 2], matrix[:, 3]
        size = np.abs(memory.size[:runs]) * np.hypot(c, d)
        angle = (np.degrees(np.arctan2(b, a)) - 90 * self.view.turns) % 360
        angle[angle > _FULL_TURN] = 0
        rgba = memory.color[:runs].astype("u4")
        chars["size"], chars["angle"] = size[run], angle[run]
        chars["color"] = (rgba[:, 0] << 24 | rgba[:, 1] << 16 | rgba[:, 2] << 8 | rgba[:, 3])[run]
        chars["font"] = self._read_fonts(list(map(UNCHECKED.FPDFTextObj_GetFont, objects)), mode)[run]
        chars["order"] = np.fromiter(map(self.orders.get, handles, repeat(0)), "u4", runs)[run]
        chars["hidden"] = _MODES[0][mode][run]
        suspect = _MODES[1][mode] | (np.cumsum(_MODES[2][mode]) > 0)  # a text that clips may cut all that follow it
        chars["reason"] = np.where(suspect, UNPAINTED, 0)[run]
        chars["reason"][(np.abs(memory.size[:runs]) * np.hypot(a, b) < SPECK)[run]] = TINY
        return matrix, size

    def _read_fonts(self, handles: list[int], mode: npt.NDArray[np.int32]) -> npt.NDArray[np.uint16]:
        """Return the index into ``fonts`` for each run, given its font's handle and its render mode."""
        # Writers fill and stroke the letters to get a bold style from a font that has none.
        for i in np.flatnonzero(_FILLED_AND_STROKED[mode]).tolist():
            handles[i] = -handles[i]
        return self.fonts.index(handles)

    def _read_advances(self, chars: Chars, substituted: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Return the advances in em of those characters whose font is substituted, and NaN for the others."""
        advance = np.full(len(chars), np.nan)
        for i in np.flatnonzero(substituted).tolist():
            advance[i] = self.fonts.advance(int(chars["font"][i]), int(chars["code"][i]))
        return advance


def _read_code_points(text: int, start: int, count: int) -> npt.NDArray[np.uint32]:
    """Read code points with one call for all if that returns one value per character, else one by one.

    PDFium omits characters without a code from its text. Then all characters after it would be shifted.
    """
    memory = buffers()
    if C.FPDFText_GetText(text, start, count, memory.text_at) == count + 1:
        code = memory.text[:count].astype("u4")
        special = (code < SPACE) & (code != LINE_FEED) & (code != CARRIAGE_RETURN)
        odd = np.flatnonzero(special | (code >= NONCHARACTERS))
        if len(odd):
            code[odd] = np.fromiter(map(C.FPDFText_GetUnicode, repeat(text), (odd + start).tolist()), "u4", len(odd))
        return code
    return np.fromiter(map(C.FPDFText_GetUnicode, repeat(text), range(start, start + count)), "u4", count)


def _text_objects(text: int, indices: list[int]) -> npt.NDArray[np.uint64]:
    """Return the text object of each character.

    It is read for every fourth character, and for those between two that differ.
    """
    n, page = len(indices), pointer(text)

    def read(at: npt.NDArray[np.intp]) -> npt.NDArray[np.uint64]:
        chosen = [indices[i] for i in at.tolist()]
        return np.fromiter(map(UNCHECKED.FPDFText_GetTextObject, repeat(page), chosen), "u8", len(at))

    probes = np.arange(0, n, _OBJECT_STEP)
    if probes[-1] != n - 1:
        probes = np.append(probes, n - 1)
    length = np.diff(np.append(probes, n))
    found = read(probes)
    out = np.repeat(found, length)
    unknown = np.repeat(np.append(found[1:] != found[:-1], False), length)
    unknown[probes] = False
    rest = np.flatnonzero(unknown)
    out[rest] = read(rest)
    return out


def _clamp(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Replace values that no page can have: NaN, infinity and huge numbers from broken files."""
    if np.abs(values).max(initial=0) < _MAX_COORDINATE:  # false for NaN
        return values
    return np.clip(np.nan_to_num(values, posinf=0, neginf=0), -_MAX_COORDINATE, _MAX_COORDINATE)


def _select_real(text: int, start: int, code: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """Return the indices of the characters that are in the file, without those that PDFium inserted.

    ``code`` is changed in place: hyphens that PDFium replaced by a control character, tabs, control characters
    that draw something, and surrogate pairs.
    """
    keep = (code != LINE_FEED) & (code != CARRIAGE_RETURN)
    spaces = np.flatnonzero(code == SPACE)
    results = map(UNCHECKED.FPDFText_IsGenerated, repeat(pointer(text)), (spaces + start).tolist())
    generated = np.fromiter(results, "i4", len(spaces))
    keep[spaces[generated == 1]] = False
    noncharacter = (code == NONCHARACTERS) | (code == NONCHARACTERS + 1)
    special = keep & ((code < SPACE) | (code == SOFT_HYPHEN) | noncharacter)
    for i in np.flatnonzero(special).tolist():
        value = int(code[i])
        if C.FPDFText_IsGenerated(text, start + i) == 1:
            keep[i] = False
        elif C.FPDFText_IsHyphen(text, start + i) == 1:
            code[i] = HYPHEN  # PDFium turns a hyphen at the end of a line into a control character
        elif value == TAB:
            code[i] = SPACE
        elif value != SOFT_HYPHEN:
            code[i] = REPLACEMENT
            keep[i] = has_ink(text, start + i)  # layout programs leave control characters that draw nothing
    high = (code >= HIGH_SURROGATES[0]) & (code < HIGH_SURROGATES[1])
    if high.any():
        for i in np.flatnonzero(high).tolist():
            if i + 1 < len(code) and LOW_SURROGATES[0] <= code[i + 1] < LOW_SURROGATES[1]:
                pair = int(code[i]) - HIGH_SURROGATES[0], int(code[i + 1]) - LOW_SURROGATES[0]
                code[i] = SUPPLEMENTARY + (pair[0] << 10) + pair[1]
                keep[i + 1] = False
    return np.flatnonzero(keep)
