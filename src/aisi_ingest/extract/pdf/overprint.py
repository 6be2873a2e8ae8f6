"""Remove characters that are drawn twice in one place: shadows, outlines, and text that a revision drew over itself.

PDFium itself drops a second character only in exactly the same place. At a distance of an eighth of a point it
keeps both, and words read lliikkee tthhiiss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.code_points import SPACE

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Chars

_MAX_OFFSET = 0.1  # em between two copies; the narrowest letters, "ll", are 0.2 em apart
_CELL = 1.0  # points
_HASH_CODE, _HASH_X = 1_000_003, 4099  # primes that combine code point and cell into one number


def without_overprint(chars: Chars) -> Chars:
    """Return ``chars`` without those over which the same character is drawn again. The copy drawn last remains."""
    code = chars["code"]
    # A quick test first: most copies fall into the same cell of a grid. Pages without any such pair end here.
    inked = (code > SPACE) & ~chars["hidden"]
    cells = code.astype(np.int64) * _HASH_CODE
    cells += (chars["x0"] / _CELL).astype(np.int64) * _HASH_X + (chars["origin_y"] / _CELL).astype(np.int64)
    cells = np.sort(cells[inked])
    if not (cells[1:] == cells[:-1]).any():
        return chars
    index = np.flatnonzero(inked)
    order = index[np.lexsort((chars["x0"][index], np.round(chars["origin_y"][index]), code[index]))]
    overprinted = np.zeros(len(chars), bool)
    for step in (1, 2):  # neighbours in the same line sorted by position, with at most one character between them
        overprinted |= _overprinted(chars, order[:-step], order[step:])
    return chars[~overprinted] if overprinted.any() else chars


def _overprinted(chars: Chars, first: Any, second: Any) -> Any:
    """Compare pairs of characters; return a mask over ``chars`` of those whose copy is drawn after them."""
    one, other = chars[first], chars[second]
    near = _MAX_OFFSET * np.minimum(one["size"], other["size"])
    same = (one["code"] == other["code"]) & (one["order"] != other["order"])
    same &= (np.abs(one["x0"] - other["x0"]) < near) & (np.abs(one["origin_y"] - other["origin_y"]) < near)
    out = np.zeros(len(chars), bool)
    out[np.where(one["order"] < other["order"], first, second)[same]] = True
    return out
