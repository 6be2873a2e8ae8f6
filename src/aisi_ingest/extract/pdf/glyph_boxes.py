"""Compute boxes of characters for which PDFium's loose box is wrong: rotated and vertical text, and ligatures.

A *run* is a sequence of characters of one text object (see ``characters``).
"""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from aisi_ingest.extract.pdf.buffers import buffers, call_each
from aisi_ingest.extract.pdf.code_points import REPLACEMENT
from aisi_ingest.extract.pdf.page import ASCENT, DESCENT
from aisi_ingest.extract.pdf.pdfium import UNCHECKED, C, pointer

if TYPE_CHECKING:
    import numpy.typing as npt  # takes 20 ms to import

    Floats = npt.NDArray[np.float64]
    Indices = npt.NDArray[np.intp]
    Mask = npt.NDArray[np.bool_]

_MIN_INK = 0.01  # points: a glyph smaller than this draws nothing
_SLANT = 1e-3  # b over a of a text matrix, up to which the text counts as upright
_BASELINE_MOVED = 0.01  # points
_UNSCALED = 1e-3  # difference of a text matrix's scale to 1
# A run is vertical if its origin is between these distances (em) below the position at which the text is set.
_VERTICAL = (0.05, 1.5)
_MIN_ADVANCE = 0.1  # em, of a character in vertical text; a shorter step draws a character over the one before
# In vertical text these fill the lower or the upper half of a cell, and writers let the other half overlap the
# neighbour (W3C, Requirements for Japanese Text Layout, 3.1.2).
_LOWER_HALF = [ord(char) for char in "「『（〔［｛〈《【"]
_UPPER_HALF = [ord(char) for char in "」』）〕］｝〉》】、。，．"]


@dataclass
class Glyphs:
    """The characters of a chunk, with what their boxes are computed from.

    All coordinates are points in user space. ``matrix`` and ``size`` have one row per run, the other arrays one per
    character. The functions of this module change ``box``, ``origin_x`` and ``origin_y``.
    """

    text: int  # PDFium's handle of the text page
    indices: list[int]  # on the text page
    code: npt.NDArray[np.uint32]
    run: Indices  # of each character
    first: Indices  # character of each run
    matrix: Floats  # text matrix: a, b, c, d, and the position of the text object
    size: Floats  # font size in points
    substituted: Mask  # the font is not in the file: the glyph says nothing about the box
    box: Floats  # left, top, right, bottom
    origin_x: Floats
    origin_y: Floats

    @functools.cached_property
    def upright(self) -> Mask:
        """For each run, whether it is neither rotated nor slanted."""
        a, b = self.matrix[:, 0], self.matrix[:, 1]
        return (np.abs(b) <= _SLANT * np.abs(a)) & (a > 0)

    def read_origins(self, at: Indices) -> tuple[Floats, Floats]:
        """Read the origins of some characters from PDFium, and keep them."""
        memory, indices = buffers(), [self.indices[i] for i in at.tolist()]
        call_each(UNCHECKED.FPDFText_GetCharOrigin, repeat(pointer(self.text)), indices, *memory.point_at[:2])
        self.origin_x[at], self.origin_y[at] = memory.point[: len(at), 0], memory.point[: len(at), 1]
        return self.origin_x[at], self.origin_y[at]


def has_ink(text: int, index: int) -> bool:
    """Tell whether the glyph of a character draws anything."""
    sides = (ctypes.c_double * 4)()  # left, right, bottom, top
    at = ctypes.addressof(sides)
    return bool(C.FPDFText_GetCharBox(text, index, at, at + 8, at + 16, at + 24)) and (
        sides[1] - sides[0] > _MIN_INK and sides[3] - sides[2] > _MIN_INK
    )


def box_rotated(glyphs: Glyphs, at: Indices, advance: Floats) -> None:
    """Compute boxes of rotated or slanted text, from which PDFium makes wrong or empty ones.

    Along the line a box has the extent of the glyph, or the advance if it is known; across the line the font size.

    Args:
        glyphs: The characters.
        at: Those that are rotated or slanted.
        advance: Their advance in em; NaN to use the glyph instead.
    """
    memory, n = buffers(), len(at)
    ox, oy = glyphs.read_origins(at)
    indices = [glyphs.indices[i] for i in at.tolist()]
    call_each(UNCHECKED.FPDFText_GetCharBox, repeat(pointer(glyphs.text)), indices, *memory.point_at)
    tight = memory.point[:n].copy()  # left, right, bottom, top
    matrix, size = glyphs.matrix[glyphs.run[at]], glyphs.size[glyphs.run[at]]
    length = np.hypot(matrix[:, 0], matrix[:, 1])
    length[length == 0] = 1
    ux, uy = matrix[:, 0] / length, matrix[:, 1] / length  # unit vector along the line
    handedness = np.sign(matrix[:, 0] * matrix[:, 3] - matrix[:, 1] * matrix[:, 2])
    handedness[handedness == 0] = 1
    vx, vy = -uy * handedness, ux * handedness  # unit vector up from the baseline
    start_x = np.stack([ox + ASCENT * size * vx, ox - DESCENT * size * vx])
    start_y = np.stack([oy + ASCENT * size * vy, oy - DESCENT * size * vy])
    height = np.hypot(matrix[:, 2], matrix[:, 3])
    advance = advance * size * length / np.where(height > 0, height, 1)  # points
    end_x = np.where(np.isnan(advance), tight[:, :2].T, start_x + advance * ux)
    end_y = np.where(np.isnan(advance), tight[:, 2:].T, start_y + advance * uy)
    _set_boxes(glyphs, at, np.concatenate([start_x, end_x]), np.concatenate([start_y, end_y]))


def read_vertical_origins(glyphs: Glyphs) -> None:
    """Read the origins of upright vertical text. All other runs have one baseline."""
    box = glyphs.box
    moved = np.abs(box[:, 3] - box[glyphs.first, 3][glyphs.run]) > _BASELINE_MOVED
    if moved.any():
        glyphs.read_origins(np.flatnonzero(np.isin(glyphs.run, glyphs.run[moved]) & glyphs.upright[glyphs.run]))


def box_vertical(glyphs: Glyphs, head_x: Floats, head_y: Floats) -> None:
    """Compute boxes of vertical text in substituted fonts if the text matrix scales or rotates it.

    PDFium ignores the matrix in these boxes, and enlarges them to the glyph, which a substituted font does not have.

    The position of a text object is the point where the line enters the cell of its first character. PDFium moves the
    origins of the glyphs away from it by the position vector (ISO 32000-1, 9.7.4.3), which is recovered here.

    Args:
        glyphs: The characters.
        head_x: Origin of the first character of each run.
        head_y: The same for y.
    """
    if not glyphs.substituted.any():
        return
    matrix, size = glyphs.matrix, glyphs.size
    height = np.hypot(matrix[:, 2], matrix[:, 3])
    em = matrix[:, :4] * (size / np.where(height > 0, height, 1))[:, None]  # x and y of an em to the right, and up
    _, up = _in_em(em, matrix[:, 4] - head_x, matrix[:, 5] - head_y)
    vertical = (up > _VERTICAL[0]) & (up < _VERTICAL[1]) & (~glyphs.upright | (np.abs(height - 1) > _UNSCALED))
    vertical &= glyphs.substituted[glyphs.first]
    if not vertical.any():
        return
    at = np.flatnonzero(vertical[glyphs.run])
    run = glyphs.run[at]
    ox, oy = glyphs.read_origins(at)
    right, _ = _in_em(em[run], matrix[run, 4] - ox, matrix[run, 5] - oy)
    # The advance is at most 1 em: the step to the next character of the run may contain extra space.
    advance = np.ones(len(at))
    _, step = _in_em(em[run[:-1]], ox[:-1] - ox[1:], oy[:-1] - oy[1:])
    narrow = (run[:-1] == run[1:]) & (step > _MIN_ADVANCE) & (step < 1)
    advance[:-1][narrow] = step[narrow]
    upper = np.where(np.isin(glyphs.code[at], _LOWER_HALF), 0.5, 0)
    lower = np.where(np.isin(glyphs.code[at], _UPPER_HALF), np.minimum(0.5, advance), np.maximum(advance, upper + 0.5))
    sides = [(right + x, up[run] - y) for x in (-0.5, 0.5) for y in (upper, lower)]
    corners_x = np.stack([ox + x * em[run, 0] + y * em[run, 2] for x, y in sides])
    corners_y = np.stack([oy + x * em[run, 1] + y * em[run, 3] for x, y in sides])
    _set_boxes(glyphs, at, corners_x, corners_y)


def _in_em(em: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Express vectors by the em vectors of their text: how far to the right, and how far up."""
    area = em[:, 0] * em[:, 3] - em[:, 1] * em[:, 2]
    area = np.where(area == 0, np.inf, area)
    return (x * em[:, 3] - y * em[:, 2]) / area, (y * em[:, 0] - x * em[:, 1]) / area


def _set_boxes(glyphs: Glyphs, at: Indices, corners_x: Floats, corners_y: Floats) -> None:
    glyphs.box[at, 0], glyphs.box[at, 2] = corners_x.min(0), corners_x.max(0)
    glyphs.box[at, 3], glyphs.box[at, 1] = corners_y.min(0), corners_y.max(0)


def divide_shared_glyphs(glyphs: Glyphs) -> Mask:
    """Divide the box of a glyph between the characters that share it.

    Several characters share one glyph in a ligature or because of ActualText; they have no advance of their own.

    Returns:
        Mask of the characters to drop: those without a Unicode value that share a glyph with one that has a value.
    """
    box, origin_x, code = glyphs.box, glyphs.origin_x, glyphs.code
    drop = np.zeros(len(box), bool)
    narrow = box[:, 2] - box[:, 0] <= 0
    same = np.zeros(len(box), bool)
    same[1:] = (box[1:, 0] == box[:-1, 0]) & (box[1:, 2] == box[:-1, 2])
    if same.any():  # rarely
        same[1:] = (box[1:] == box[:-1]).all(1)
    same[:-1] |= same[1:]
    shared = np.flatnonzero(narrow | same).tolist()
    if not shared:
        return drop
    sides = (ctypes.c_double * 4)()  # left, right, bottom, top
    sides_at = [ctypes.addressof(sides) + 8 * i for i in range(4)]
    groups: dict[tuple[float, float], list[int]] = {}
    for i in shared:
        groups.setdefault((float(origin_x[i]), float(glyphs.origin_y[i])), []).append(i)
    for members in groups.values():
        head = members[0]
        if glyphs.substituted[head]:
            left, right = float(box[head, 0]), float(box[head, 2])
        elif C.FPDFText_GetCharBox(glyphs.text, glyphs.indices[head], *sides_at):
            left, right = sides[0], sides[1]
        else:
            continue
        known = [i for i in members if code[i] != REPLACEMENT]
        if known and len(known) < len(members):
            drop[[i for i in members if code[i] == REPLACEMENT]] = True
            members = known
        step = (right - left) / len(members)
        for k, i in enumerate(members):
            box[i, 0], box[i, 2] = left + k * step, left + (k + 1) * step
            origin_x[i] = box[i, 0]
    return drop
