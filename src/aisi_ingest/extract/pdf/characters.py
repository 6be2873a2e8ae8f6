"""A page's characters through PDFium's raw calls into arrays, and the fonts they are set in.

Coordinates as in ``pdf``. ``map`` over a C function with addresses made beforehand costs 0.1 microseconds a
character and call, a Python loop over the generated bindings 1.5; what is the same for a whole text object
(font, size, colour, baseline) is asked once for it.
"""

from __future__ import annotations

import ctypes
import functools
import re
from collections import deque
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.page import CHAR, Font, View
from aisi_ingest.extract.pdf.pdfium import UNCHECKED, C, pointer

if TYPE_CHECKING:
    import numpy.typing as npt  # costs 20 ms at run time

    Chars = npt.NDArray[np.void]


_LIMIT = 8192  # characters a turn: the buffers are this long
_NAME_SIZE = 4096  # bytes of a font's name


class _Buffers:
    """Memory that PDFium writes into, and the addresses of its rows, made once."""

    def __init__(self) -> None:
        self.box = np.zeros((_LIMIT, 4), "f4")
        self.point = np.zeros((_LIMIT, 4), "f8")
        self.matrix = np.zeros((_LIMIT, 6), "f4")
        self.color = np.zeros((_LIMIT, 4), "u4")
        self.size = np.zeros(_LIMIT, "f4")
        self.text = np.zeros(_LIMIT + 1, "<u2")
        self.text_at: int = self.text.ctypes.data
        self.name = ctypes.create_string_buffer(_NAME_SIZE)
        self.name_at = ctypes.addressof(self.name)
        self.box_at = self._rows(self.box)
        self.point_at = [self._rows(self.point, i) for i in range(4)]
        self.matrix_at = self._rows(self.matrix)
        self.color_at = [self._rows(self.color, i) for i in range(4)]
        self.size_at = self._rows(self.size)

    @staticmethod
    def _rows(array: npt.NDArray[Any], column: int = 0) -> list[Any]:
        step, start = array.strides[0], array.ctypes.data + column * array.itemsize
        return list(map(pointer, range(start, start + step * len(array), step)))


_buffers = functools.cache(_Buffers)


def _run(call: Any, *arguments: Any) -> None:
    deque(map(call, *arguments), maxlen=0)


def read_characters(text: int, view: View, orders: dict[int, int]) -> tuple[Chars, tuple[Font, ...]]:
    """The characters of an open text page, in the order in which the file draws them, and their fonts.

    ``hidden`` is set where a character is drawn in no colour (render modes 3 and 7); ``hidden.mark`` decides.
    """
    count = C.FPDFText_CountChars(text)
    if count <= 0:
        return np.zeros(0, CHAR), ()
    fonts: dict[int, int] = {}
    found: list[Font] = []
    parts = [
        _read_chunk(text, start, min(count, start + _LIMIT), view, orders, fonts, found)
        for start in range(0, count, _LIMIT)
    ]
    return (parts[0] if len(parts) == 1 else np.concatenate(parts)), tuple(found)


def _read_chunk(
    text: int, start: int, stop: int, view: View, orders: dict[int, int], fonts: dict[int, int], found: list[Font]
) -> Chars:
    n = stop - start
    memory = _buffers()
    code = _codes(text, start, n)
    keep = _real(text, start, code)
    where = keep.tolist() if start == 0 else (keep + start).tolist()
    code, n = code[keep], len(where)
    chars = np.zeros(n, CHAR)
    if not n:
        return chars
    chars["code"] = code
    objects = _objects(text, where)
    first = np.concatenate(([0], np.flatnonzero(objects[1:] != objects[:-1]) + 1))
    length = np.diff(np.append(first, n))
    run = np.repeat(np.arange(len(first)), length)
    heads = [where[i] for i in first.tolist()]
    handles = objects[first].tolist()
    runs = len(heads)

    memory.color[:runs] = (0, 0, 0, 255)  # what stays where PDFium knows no colour (patterns): black
    memory.matrix[:runs] = (1, 0, 0, 1, 0, 0)
    memory.size[:runs] = 0
    page, owners = pointer(text), list(map(pointer, handles))
    _run(UNCHECKED.FPDFText_GetMatrix, repeat(page), heads, memory.matrix_at)
    _run(UNCHECKED.FPDFText_GetFillColor, repeat(page), heads, *memory.color_at)
    _run(UNCHECKED.FPDFText_GetCharOrigin, repeat(page), heads, memory.point_at[0], memory.point_at[1])
    _run(UNCHECKED.FPDFTextObj_GetFontSize, owners, memory.size_at)
    faces = list(map(UNCHECKED.FPDFTextObj_GetFont, owners))
    mode = np.fromiter(map(UNCHECKED.FPDFTextObj_GetTextRenderMode, owners), "i4", runs)
    for i in np.flatnonzero((mode == 2) | (mode == 6)).tolist():
        faces[i] = -faces[i]  # filled and stroked: how writers make a font bold that has no bold face
    for face in set(faces).difference(fonts):
        fonts[face] = min(len(found), 0xFFFF)
        found.append(_describe(face))
    font = np.fromiter(map(fonts.__getitem__, faces), "u2", runs)
    order = np.fromiter(map(orders.get, handles, repeat(0)), "u4", runs)

    matrix = _finite(memory.matrix[:runs].astype("f8"))
    a, b, c, d = matrix[:, 0], matrix[:, 1], matrix[:, 2], matrix[:, 3]
    size = np.abs(memory.size[:runs]) * np.hypot(c, d)
    angle = (np.degrees(np.arctan2(b, a)) - 90 * view.turns) % 360
    angle[angle > 359.95] = 0
    rgba = memory.color[:runs].astype("u4")
    color = rgba[:, 0] << 24 | rgba[:, 1] << 16 | rgba[:, 2] << 8 | rgba[:, 3]
    for name, values in (("size", size), ("angle", angle), ("color", color), ("font", font), ("order", order)):
        chars[name] = values[run]
    chars["hidden"] = ((mode == 3) | (mode == 7))[run]  # drawn in no colour; hidden.mark decides

    _run(UNCHECKED.FPDFText_GetLooseCharBox, repeat(page), where, memory.box_at)
    box = memory.box[:n].astype("f8")  # left, top, right, bottom
    origin_x, origin_y = box[:, 0].copy(), memory.point[:runs, 1][run].copy()
    # The loose box is made from the matrix's a alone: of slanted or turned text it is wrong or empty.
    upright = (np.abs(b) <= 1e-3 * np.abs(a)) & (a > 0)
    odd = np.flatnonzero(~upright[run])
    if len(odd):
        _turned(text, odd, [where[i] for i in odd.tolist()], matrix[run[odd]], size[run[odd]], box, origin_x, origin_y)
    # Within one object the baseline is one, but for vertical writing.
    moved = np.abs(box[:, 3] - box[first, 3][run]) > 0.01
    if moved.any():
        down = np.flatnonzero(np.isin(run, run[moved]) & upright[run])
        _run(UNCHECKED.FPDFText_GetCharOrigin, repeat(page), [where[i] for i in down.tolist()], *memory.point_at[:2])
        origin_x[down], origin_y[down] = memory.point[: len(down), 0], memory.point[: len(down), 1]
    void = _pieces(text, where, code, box, origin_x, origin_y)
    box = _finite(box)
    x0, top, x1, bottom = view.boxes(box[:, 0], box[:, 3], box[:, 2], box[:, 1])
    chars["x0"], chars["top"], chars["x1"], chars["bottom"] = x0, top, x1, bottom
    chars["origin_x"], chars["origin_y"] = view.points(origin_x, origin_y)
    return chars[~void] if void.any() else chars


def _codes(text: int, start: int, count: int) -> npt.NDArray[np.uint32]:
    """Code points by one call for all, where that gives one value a character; otherwise one by one.

    PDFium leaves characters without a code out of its text, and then all that follow are shifted.
    """
    memory = _buffers()
    if C.FPDFText_GetText(text, start, count, memory.text_at) == count + 1:
        code = memory.text[:count].astype("u4")
        odd = np.flatnonzero(((code < 0x20) & (code != 0x0A) & (code != 0x0D)) | (code >= 0xFFFE))
        if len(odd):
            code[odd] = np.fromiter(map(C.FPDFText_GetUnicode, repeat(text), (odd + start).tolist()), "u4", len(odd))
        return code
    return np.fromiter(map(C.FPDFText_GetUnicode, repeat(text), range(start, start + count)), "u4", count)


def _objects(text: int, where: list[int]) -> npt.NDArray[np.uint64]:
    """The text object of each character: asked of every fourth, and of those between where two differ."""
    n, step, page = len(where), 4, pointer(text)

    def ask(at: npt.NDArray[np.intp]) -> npt.NDArray[np.uint64]:
        asked = [where[i] for i in at.tolist()]
        return np.fromiter(map(UNCHECKED.FPDFText_GetTextObject, repeat(page), asked), "u8", len(at))

    probes = np.arange(0, n, step)
    if probes[-1] != n - 1:
        probes = np.append(probes, n - 1)
    length = np.diff(np.append(probes, n))
    found = ask(probes)
    out = np.repeat(found, length)
    unsure = np.repeat(np.append(found[1:] != found[:-1], False), length)
    unsure[probes] = False
    rest = np.flatnonzero(unsure)
    out[rest] = ask(rest)
    return out


def _finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Without what no page can have; broken files have numbers of any size."""
    if np.abs(values).max(initial=0) < 1e5:  # false for what is no number
        return values
    return np.clip(np.nan_to_num(values, posinf=0, neginf=0), -1e5, 1e5)


_HIGH, _LOW = (0xD800, 0xDC00), (0xDC00, 0xE000)


def _real(text: int, start: int, code: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """Indices of the characters that the file has; repairs ``code`` in place where PDFium marks hyphens."""
    keep = (code != 0x0A) & (code != 0x0D)
    spaces = np.flatnonzero(code == 0x20)
    asked = map(UNCHECKED.FPDFText_IsGenerated, repeat(pointer(text)), (spaces + start).tolist())
    generated = np.fromiter(asked, "i4", len(spaces))
    keep[spaces[generated == 1]] = False
    special = keep & ((code < 0x20) | (code == 0xAD) | (code == 0xFFFE) | (code == 0xFFFF))
    for i in np.flatnonzero(special).tolist():
        value = int(code[i])
        if C.FPDFText_IsGenerated(text, start + i) == 1:
            keep[i] = False
        elif C.FPDFText_IsHyphen(text, start + i) == 1:
            code[i] = 0x2D  # PDFium turns a hyphen at a line's end into a control character
        elif value == 0x09:
            code[i] = 0x20
        elif value != 0xAD:
            code[i] = 0xFFFD
            keep[i] = _has_ink(text, start + i)  # layout programs leave controls of theirs
    high = (code >= _HIGH[0]) & (code < _HIGH[1])
    if high.any():
        for i in np.flatnonzero(high).tolist():
            if i + 1 < len(code) and _LOW[0] <= code[i + 1] < _LOW[1]:
                code[i] = 0x10000 + ((int(code[i]) - _HIGH[0]) << 10) + int(code[i + 1]) - _LOW[0]
                keep[i + 1] = False
    return np.flatnonzero(keep)


def _has_ink(text: int, index: int) -> bool:
    sides = (ctypes.c_double * 4)()  # left, right, bottom, top
    at = ctypes.addressof(sides)
    return bool(C.FPDFText_GetCharBox(text, index, at, at + 8, at + 16, at + 24)) and (
        sides[1] - sides[0] > 0.01 and sides[3] - sides[2] > 0.01
    )


def _turned(
    text: int,
    at: npt.NDArray[np.intp],
    where: list[int],
    matrix: npt.NDArray[np.float64],
    size: npt.NDArray[np.float64],
    box: npt.NDArray[np.float64],
    origin_x: npt.NDArray[np.float64],
    origin_y: npt.NDArray[np.float64],
) -> None:
    """Boxes of turned text: from the glyph's extent along the line, and the size across it."""
    memory, n = _buffers(), len(where)
    page = pointer(text)
    _run(UNCHECKED.FPDFText_GetCharOrigin, repeat(page), where, memory.point_at[0], memory.point_at[1])
    ox, oy = memory.point[:n, 0].copy(), memory.point[:n, 1].copy()
    _run(UNCHECKED.FPDFText_GetCharBox, repeat(page), where, *memory.point_at)  # left, right, bottom, top
    tight = memory.point[:n].copy()
    length = np.hypot(matrix[:, 0], matrix[:, 1])
    length[length == 0] = 1
    ux, uy = matrix[:, 0] / length, matrix[:, 1] / length  # along the line
    down = np.sign(matrix[:, 0] * matrix[:, 3] - matrix[:, 1] * matrix[:, 2])
    down[down == 0] = 1
    vx, vy = -uy * down, ux * down  # up from the baseline
    # Ascent .88 and descent .12 of the em are those of Japanese fonts; Latin ones lie near.
    corners_x = np.stack([tight[:, 0], tight[:, 1], ox + 0.88 * size * vx, ox - 0.12 * size * vx])
    corners_y = np.stack([tight[:, 2], tight[:, 3], oy + 0.88 * size * vy, oy - 0.12 * size * vy])
    box[at, 0], box[at, 2] = corners_x.min(0), corners_x.max(0)
    box[at, 3], box[at, 1] = corners_y.min(0), corners_y.max(0)
    origin_x[at], origin_y[at] = ox, oy


def _pieces(
    text: int,
    where: list[int],
    code: npt.NDArray[np.uint32],
    box: npt.NDArray[np.float64],
    origin_x: npt.NDArray[np.float64],
    origin_y: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    """Characters that share one glyph (a ligature, ActualText) have no advance: share out the glyph's box.

    Returns which of them are void: without a meaning, beside one that has.
    """
    void = np.zeros(len(box), bool)
    narrow = box[:, 2] - box[:, 0] <= 0
    same = np.zeros(len(box), bool)
    same[1:] = (box[1:] == box[:-1]).all(1)
    same[:-1] |= same[1:]
    shared = np.flatnonzero(narrow | same).tolist()
    if not shared:
        return void
    values = (ctypes.c_double * 4)()
    ends = [ctypes.addressof(values) + 8 * i for i in range(4)]
    groups: dict[tuple[float, float], list[int]] = {}
    for i in shared:
        groups.setdefault((float(origin_x[i]), float(origin_y[i])), []).append(i)
    for members in groups.values():
        if not C.FPDFText_GetCharBox(text, where[members[0]], *ends):
            continue
        left, right = values[0], values[1]
        meant = [i for i in members if code[i] != 0xFFFD]
        if meant and len(meant) < len(members):
            void[[i for i in members if code[i] == 0xFFFD]] = True
            members = meant
        step = (right - left) / len(members)
        for k, i in enumerate(members):
            box[i, 0], box[i, 2] = left + k * step, left + (k + 1) * step
            origin_x[i] = box[i, 0]
    return void


_BOLD = re.compile(r"bold|black|heavy|demi|[-_ ,]w[6-9]\b|-[bh]$|-eb$", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|slanted", re.IGNORECASE)
_SERIF = re.compile(
    r"mincho|min-|明朝|(?<!sans)(?<!sans[- ])serif|times|roman|song|ryumin|century|cambria|georgia|garamond",
    re.IGNORECASE,
)
_MONO = re.compile(r"mono|courier|consol|menlo|typewriter|code", re.IGNORECASE)


def _describe(handle: int) -> Font:
    """The font of a handle; of a negative one, with strokes that make it bold."""
    stroked, handle = handle < 0, abs(handle)
    if not handle:
        return Font("")
    memory = _buffers()
    size = C.FPDFFont_GetBaseFontName(handle, memory.name_at, _NAME_SIZE)
    raw = memory.name.raw[: size - 1] if 0 < size <= _NAME_SIZE else b""
    return _named_font(raw, max(0, C.FPDFFont_GetFlags(handle)), stroked or C.FPDFFont_GetWeight(handle) >= 600)


@functools.lru_cache(256)
def _named_font(raw: bytes, flags: int, heavy: bool) -> Font:
    """From the base font's name and the descriptor's flags (ISO 32000-1, table 123)."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("cp932", "replace")
    name = re.sub(r"^[A-Z]{6}\+", "", name)
    return Font(
        name,
        bold=heavy or bool(_BOLD.search(name)) or bool(flags & 1 << 18),
        italic=bool(_ITALIC.search(name)) or bool(flags & 1 << 6),
        serif=bool(_SERIF.search(name)) if name else bool(flags & 2),
        monospace=bool(flags & 1) or bool(_MONO.search(name)),
    )
