"""Characters that are drawn twice in one place: shadows, rims, and a text laid over itself when a slide was revised.

PDFium drops those in exactly one place; an eighth of a point aside it keeps both, and words read lliikkee tthhiiss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.document import Chars

_ASIDE = 0.1  # em; the narrowest letters, "ll", stand .2 em from each other
_CELL = 1.0  # points


def drawn_once(chars: Chars) -> Chars:
    """The characters without those over which the same is drawn again; what was drawn last stays."""
    code = chars["code"]
    # A quick look: twins fall mostly into the same cell of a raster.
    inked = (code > 0x20) & ~chars["hidden"]
    raster = code.astype(np.int64) * 1_000_003
    raster += (chars["x0"] / _CELL).astype(np.int64) * 4099 + (chars["origin_y"] / _CELL).astype(np.int64)
    raster = np.sort(raster[inked])
    if not (raster[1:] == raster[:-1]).any():
        return chars
    index = np.flatnonzero(inked)
    order = index[np.lexsort((chars["x0"][index], np.round(chars["origin_y"][index]), code[index]))]
    twin = np.zeros(len(chars), bool)
    for step in (1, 2):  # in the same line, sorted by place, with at most one between
        first, second = order[:-step], order[step:]
        twin |= _twins(chars, first, second)
    return chars[~twin] if twin.any() else chars


def _twins(chars: Chars, first: Any, second: Any) -> Any:
    """Which characters have their twin drawn after them."""
    one, other = chars[first], chars[second]
    near = _ASIDE * np.minimum(one["size"], other["size"])
    same = (one["code"] == other["code"]) & (one["order"] != other["order"])
    same &= (np.abs(one["x0"] - other["x0"]) < near) & (np.abs(one["origin_y"] - other["origin_y"]) < near)
    out = np.zeros(len(chars), bool)
    out[np.where(one["order"] < other["order"], first, second)[same]] = True
    return out
