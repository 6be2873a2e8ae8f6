"""Find fonts whose glyphs show other letters than the file says: a page then shows one text and gives another.

It takes two steps, since few fonts are false and comparing shapes takes time:

1. The extents of Latin letters are known while a page is read. Letters without a descender that reach below the
   baseline, and the like, make a font suspicious.
2. Of the letters of a suspicious font, the shapes are compared with those of PDFium's own fonts. The font is false if
   most of its letters look much more like another letter than like their own.

Japanese text and digits, all of which have about the same extent, are not checked.
"""

from __future__ import annotations

import ctypes
import functools
from itertools import pairwise
from typing import Any

import numpy as np

from aisi_ingest.extract.pdf.pdfium import C

Array = np.ndarray[Any, Any]

_SHORT, _TALL, _DEEP = 1, 2, 3  # letters of x-height, with an ascender, and with a descender
_CLASSES = {_SHORT: "acemnorsuvwxz", _TALL: "bdhklABCDEFGHIKLMNOPRSTUVWXYZ", _DEEP: "gpqy"}
# In em, from the baseline. Type designs differ: x-heights from 0.38 to 0.56, capitals from 0.58 to 0.75.
_DEEPEST_SHORT, _SHALLOWEST_DEEP = -0.1, -0.06
_HIGHEST_SHORT, _LOWEST_TALL = 0.62, 0.54
_SUSPICIOUS = 2  # letters of impossible extent
_FEWEST = 3  # letters whose shapes are compared
_FALSE_SHARE = 0.5  # of them that look like another letter
_MARGIN = 0.12  # by which the similarity to another letter is larger than to the own one, from 0 to 1
_SIMILAR = 0.75  # similarity to another letter, at least
# Letters that look alike in some designs. Small capitals make a letter look like its capital.
_ALIKE = ("Il1ijtJf", "Oo0QDCceGaq", "uvUVyY", "nhrm", "9gqy", "pPbBD", "VWvw", "Xxkk", "Zz2sS", "Ee", "Tt", "FfPE")

_GRID = 16  # points across and up at which a shape is sampled
_BOTTOM, _HEIGHT = -0.3, 1.2  # em
_NARROW = 0.15  # em: narrower shapes are not widened to the grid
_STEPS = 4  # straight lines for a Bézier curve
_BEZIER, _MOVE = 1, 2  # segment types, fpdf_edit.h
_MOST_SEGMENTS = 500  # of one letter
_REFERENCES = (b"Helvetica", b"Times-Roman", b"Helvetica-BoldOblique", b"Times-BoldItalic")  # PDFium contains them
_LETTERS = "".join(_CLASSES.values()) + "fijtJQ"


@functools.cache
def _class_table() -> Array:
    table = np.zeros(128, np.uint8)
    for kind, letters in _CLASSES.items():
        table[[ord(letter) for letter in letters]] = kind
    return table


def suspicious_fonts(code: Array, font: Array, top: Array, bottom: Array) -> list[int]:
    """Return the fonts with letters whose extent is impossible.

    Args:
        code: Code points of the glyphs, each glyph of a font once.
        font: Index of each glyph's font.
        top: Upper edge of each glyph, in em above the baseline.
        bottom: Lower edge, likewise.
    """
    kind = _class_table()[np.minimum(code, 127)]
    wrong = (kind == _SHORT) & ((bottom < _DEEPEST_SHORT) | (top > _HIGHEST_SHORT))
    wrong |= (kind == _TALL) & ((bottom < _DEEPEST_SHORT) | (top < _LOWEST_TALL))
    wrong |= (kind == _DEEP) & ((bottom > _SHALLOWEST_DEEP) | (top > _HIGHEST_SHORT))
    if wrong.sum() < _SUSPICIOUS:
        return []
    fonts, counts = np.unique(font[wrong], return_counts=True)
    return [int(index) for index in fonts[counts >= _SUSPICIOUS]]


def is_false(font: int, letters: str) -> bool:
    """Return whether the glyphs of a font show other letters than the file says.

    Args:
        font: PDFium's handle of the font.
        letters: The letters that the page takes from it, by what the file says.
    """
    references = _reference_shapes()
    compared, false = 0, 0
    for letter in letters:
        shape = _shape(font, letter)
        if shape is None or letter not in references:
            continue
        similar = {other: max(float((shape * each).sum()) for each in shapes) for other, shapes in references.items()}
        best = max(similar, key=lambda other: similar[other])
        own = max(similar[other] for other in similar if _is_alike(letter, other))
        compared += 1
        false += similar[best] >= _SIMILAR and similar[best] - own > _MARGIN
    return compared >= _FEWEST and false >= max(_SUSPICIOUS, _FALSE_SHARE * compared)


def _is_alike(letter: str, other: str) -> bool:
    same = letter.casefold() == other.casefold()
    return same or any(letter in group and other in group for group in _ALIKE)


@functools.cache
def _reference_shapes() -> dict[str, list[Array]]:
    """Return the shapes of the letters in the standard fonts."""
    found: dict[str, list[Array]] = {}
    document = C.FPDF_CreateNewDocument()  # PDFium loads fonts for a document only
    try:
        for name in _REFERENCES:
            font = C.FPDFText_LoadStandardFont(document, name)
            for letter in _LETTERS:
                shape = _shape(font, letter)
                if shape is not None:
                    found.setdefault(letter, []).append(shape)
            C.FPDFFont_Close(font)
    finally:
        C.FPDF_CloseDocument(document)
    return found


def _shape(font: int, letter: str) -> Array | None:
    """Return a letter's shape as a vector of length 1; None if the font draws nothing for it."""
    contours = _contours(font, letter)
    if not contours:
        return None
    points = np.concatenate(contours)
    left, right = float(points[:, 0].min()), float(points[:, 0].max())
    margin = max(0.0, (_NARROW - (right - left)) / 2)
    left, width = left - margin, right - left + 2 * margin
    steps = (np.arange(_GRID) + 0.5) / _GRID
    x, y = np.meshgrid(left + width * steps, _BOTTOM + _HEIGHT * steps)
    winding = np.zeros(x.shape, int)
    for contour in contours:
        for (ax, ay), (bx, by) in pairwise([*contour.tolist(), contour[0].tolist()]):
            crosses = (ay <= y) != (by <= y)
            if crosses.any():
                at = ax + (y - ay) * (bx - ax) / ((by - ay) or 1.0)
                winding += np.where(crosses & (at > x), 1 if by > ay else -1, 0)
    inside = (winding != 0).astype(float)
    around = np.pad(inside, 1)  # strokes differ in weight and place by a part of the grid
    blurred = inside * 2 + around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]
    length = float(np.linalg.norm(blurred))
    return blurred / length if length > 0 else None


def _contours(font: int, letter: str) -> list[Array]:
    """Return the closed lines of a letter's outline, in em."""
    path = C.FPDFFont_GetGlyphPath(font, ord(letter), 1.0)
    count = C.FPDFGlyphPath_CountGlyphSegments(path) if path else 0
    if not 0 < count <= _MOST_SEGMENTS:
        return []
    place = (ctypes.c_float * 2)()
    at = ctypes.addressof(place)
    contours: list[list[tuple[float, float]]] = []
    controls: list[tuple[float, float]] = []
    for index in range(count):
        segment = C.FPDFGlyphPath_GetGlyphPathSegment(path, index)
        C.FPDFPathSegment_GetPoint(segment, at, at + 4)
        point, kind = (float(place[0]), float(place[1])), C.FPDFPathSegment_GetType(segment)
        if kind == _MOVE or not contours:
            contours.append([point])
            controls = []
        elif kind == _BEZIER:
            controls.append(point)
            if len(controls) == 3:  # noqa: PLR2004 - two control points and the end
                contours[-1] += _curve(contours[-1][-1], *controls)
                controls = []
        else:
            contours[-1].append(point)
    return [np.array(contour) for contour in contours if len(contour) > 2]  # noqa: PLR2004 - a line has no area


def _curve(
    start: tuple[float, float], first: tuple[float, float], second: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    out = []
    for step in range(1, _STEPS + 1):
        t = step / _STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        points = (start, first, second, end)
        x = sum(weight * point[0] for weight, point in zip(weights, points, strict=True))
        out.append((x, sum(weight * point[1] for weight, point in zip(weights, points, strict=True))))
    return out
