"""Compute boxes of characters for which PDFium's loose box is wrong: rotated text and ligatures."""

from __future__ import annotations

import ctypes
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from aisi_ingest.extract.pdf.buffers import buffers, call_each
from aisi_ingest.extract.pdf.code_points import REPLACEMENT
from aisi_ingest.extract.pdf.pdfium import UNCHECKED, C, pointer

if TYPE_CHECKING:
    import numpy.typing as npt  # takes 20 ms to import

# Height above and depth below the baseline, in em. These are the values of Japanese fonts; Latin ones are close.
ASCENT, DESCENT = 0.88, 0.12
_MIN_INK = 0.01  # points: a glyph smaller than this draws nothing


def has_ink(text: int, index: int) -> bool:
    """Tell whether the glyph of a character draws anything."""
    sides = (ctypes.c_double * 4)()  # left, right, bottom, top
    at = ctypes.addressof(sides)
    return bool(C.FPDFText_GetCharBox(text, index, at, at + 8, at + 16, at + 24)) and (
        sides[1] - sides[0] > _MIN_INK and sides[3] - sides[2] > _MIN_INK
    )


def box_rotated(
    text: int,
    at: npt.NDArray[np.intp],
    indices: list[int],
    matrix: npt.NDArray[np.float64],
    size: npt.NDArray[np.float64],
    box: npt.NDArray[np.float64],
    origin_x: npt.NDArray[np.float64],
    origin_y: npt.NDArray[np.float64],
) -> None:
    """Compute boxes of rotated or slanted text: the glyph's extent along the line, the font size across it.

    Args:
        text: PDFium's handle of the text page.
        at: Rows of ``box``, ``origin_x`` and ``origin_y`` to change.
        indices: The same characters as indices on the text page.
        matrix: Text matrix of each of these characters (n, 6).
        size: Their font size in points.
        box: Left, top, right, bottom of all characters in user space; changed in place.
        origin_x: Origins of all characters; changed in place.
        origin_y: The same for y.
    """
    memory, n = buffers(), len(indices)
    page = pointer(text)
    call_each(UNCHECKED.FPDFText_GetCharOrigin, repeat(page), indices, memory.point_at[0], memory.point_at[1])
    ox, oy = memory.point[:n, 0].copy(), memory.point[:n, 1].copy()
    call_each(UNCHECKED.FPDFText_GetCharBox, repeat(page), indices, *memory.point_at)  # left, right, bottom, top
    tight = memory.point[:n].copy()
    length = np.hypot(matrix[:, 0], matrix[:, 1])
    length[length == 0] = 1
    ux, uy = matrix[:, 0] / length, matrix[:, 1] / length  # unit vector along the line
    handedness = np.sign(matrix[:, 0] * matrix[:, 3] - matrix[:, 1] * matrix[:, 2])
    handedness[handedness == 0] = 1
    vx, vy = -uy * handedness, ux * handedness  # unit vector up from the baseline
    corners_x = np.stack([tight[:, 0], tight[:, 1], ox + ASCENT * size * vx, ox - DESCENT * size * vx])
    corners_y = np.stack([tight[:, 2], tight[:, 3], oy + ASCENT * size * vy, oy - DESCENT * size * vy])
    box[at, 0], box[at, 2] = corners_x.min(0), corners_x.max(0)
    box[at, 3], box[at, 1] = corners_y.min(0), corners_y.max(0)
    origin_x[at], origin_y[at] = ox, oy


def divide_shared_glyphs(
    text: int,
    indices: list[int],
    code: npt.NDArray[np.uint32],
    box: npt.NDArray[np.float64],
    origin_x: npt.NDArray[np.float64],
    origin_y: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    """Divide the box of a glyph between the characters that share it.

    Several characters share one glyph in a ligature or because of ActualText; they have no advance of their own.

    Args:
        text: PDFium's handle of the text page.
        indices: The characters as indices on the text page.
        code: Their code points.
        box: Their boxes (left, top, right, bottom; user space), changed in place.
        origin_x: Their origins, changed in place.
        origin_y: The same for y, not changed.

    Returns:
        Mask of the characters to drop: those without a Unicode value that share a glyph with one that has a value.
    """
    drop = np.zeros(len(box), bool)
    narrow = box[:, 2] - box[:, 0] <= 0
    same = np.zeros(len(box), bool)
    same[1:] = (box[1:] == box[:-1]).all(1)
    same[:-1] |= same[1:]
    shared = np.flatnonzero(narrow | same).tolist()
    if not shared:
        return drop
    sides = (ctypes.c_double * 4)()  # left, right, bottom, top
    sides_at = [ctypes.addressof(sides) + 8 * i for i in range(4)]
    groups: dict[tuple[float, float], list[int]] = {}
    for i in shared:
        groups.setdefault((float(origin_x[i]), float(origin_y[i])), []).append(i)
    for members in groups.values():
        if not C.FPDFText_GetCharBox(text, indices[members[0]], *sides_at):
            continue
        left, right = sides[0], sides[1]
        known = [i for i in members if code[i] != REPLACEMENT]
        if known and len(known) < len(members):
            drop[[i for i in members if code[i] == REPLACEMENT]] = True
            members = known
        step = (right - left) / len(members)
        for k, i in enumerate(members):
            box[i, 0], box[i, 2] = left + k * step, left + (k + 1) * step
            origin_x[i] = box[i, 0]
    return drop
