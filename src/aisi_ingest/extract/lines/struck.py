"""Close the gaps that struck-out text leaves in a line, so that the text around it reads on without a space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.page import STRUCK

if TYPE_CHECKING:
    from aisi_ingest.extract.lines.line import Frame
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

_SAME_ROW = 0.5  # em between the middles of a struck character and of the text beside it
_TOLERANCE = 0.3  # em that a struck character may reach into its neighbours


def close_struck_gaps(page: Page, members: Array, frame: Frame, gap: Array) -> Array:
    """Return the gaps between the characters of a page without the width of struck-out characters in them.

    Args:
        page: The page.
        members: Indices into ``page.chars``, row by row from left to right in the frame.
        frame: The frame.
        gap: Gap between each character and the next, in em.
    """
    is_struck = page.chars["reason"] == STRUCK
    struck = np.flatnonzero(is_struck)
    if not len(struck) or is_struck[members].all():
        return gap
    x0, top, x1, bottom = _sides(page, members, frame)
    size = np.maximum(page.chars["size"][members].astype(float), 1.0)
    middle = (top + bottom) / 2
    gap = gap.copy()
    for left, upper, right, lower in zip(*(side.tolist() for side in _sides(page, struck, frame)), strict=True):
        beside = np.abs(middle[:-1] - (upper + lower) / 2) < _SAME_ROW * size[:-1]
        beside &= np.abs(middle[1:] - (upper + lower) / 2) < _SAME_ROW * size[1:]
        beside &= (x1[:-1] < left + _TOLERANCE * size[:-1]) & (x0[1:] > right - _TOLERANCE * size[1:])
        found = np.flatnonzero(beside)
        if len(found):
            k = found[0]
            gap[k] -= (right - left) / max(size[k], size[k + 1])
    return gap


def _sides(page: Page, members: Array, frame: Frame) -> tuple[Array, Array, Array, Array]:
    """Return the left, upper, right and lower sides of characters in the frame, in points."""
    sides = (page.chars[name][members].astype(float) for name in ("x0", "top", "x1", "bottom"))
    x0, top, x1, bottom = frame.from_page(*sides)
    return x0, top, x1, bottom
