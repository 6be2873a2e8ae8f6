"""Leave out the ornaments of pages: coloured bands, tabs and logos that many pages have at the same place.

Such a drawing reaches the edge of the page. A large one is drawn in part outside of the page or below the text, so
its box would cover running text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aisi_ingest.extract.layout.figures import connected_parts
from aisi_ingest.extract.pdf.page import Rules

_FEWEST_PAGES, _SHARE = 2, 0.3  # of the pages: left and right pages have different ornaments
_STEP = 2.0  # points: places are compared in these steps
_AT_EDGE = 0.01  # share of the page's width or height
# Places are packed into one number: five fields of 12 bits.
_BITS, _SHIFT = 12, 1024


def without_ornaments(pages: Sequence[tuple[Rules, tuple[float, float]]]) -> list[Rules]:
    """Return the parts of drawings of each page without those of ornaments.

    Args:
        pages: For each page the parts of its drawings, and its width and height in points.
    """
    keys = [_places(parts) for parts, _ in pages]
    fewest = max(_FEWEST_PAGES, _SHARE * len(pages))
    if len(pages) < fewest or not any(map(len, keys)):
        return [parts for parts, _ in pages]
    places, counts = np.unique(np.concatenate([np.unique(own) for own in keys]), return_counts=True)
    repeated = places[counts >= fewest]
    return [
        parts[~_is_ornament(parts, np.isin(own, repeated), size)] if len(repeated) and len(own) else parts
        for (parts, size), own in zip(pages, keys, strict=True)
    ]


def _places(parts: Rules) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return one number for the place and kind of each part."""
    place: np.ndarray[tuple[int], np.dtype[np.int64]] = np.zeros(len(parts), dtype=np.int64)
    for side in ("x0", "top", "x1", "bottom"):
        steps = np.round(parts[side] / _STEP).astype(np.int64) + _SHIFT
        place = (place << _BITS) | np.clip(steps, 0, (1 << _BITS) - 1)
    place = (place << _BITS) | parts["kind"]
    return place


def _is_ornament(
    parts: Rules, repeated: np.ndarray[tuple[int], np.dtype[np.bool_]], size: tuple[float, float]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return for each part whether it belongs to repeated parts that reach the edge of the page together.

    Args:
        parts: The parts of the drawings of a page.
        repeated: For each of them whether it is on many pages.
        size: Width and height of the page, in points.
    """
    found = np.zeros(len(parts), dtype=bool)
    indices = np.flatnonzero(repeated)
    margin_x, margin_y = _AT_EDGE * size[0], _AT_EDGE * size[1]
    for group in connected_parts(parts[indices]):
        own = parts[indices[group]]
        reaches_side = own["x0"].min() < margin_x or own["x1"].max() > size[0] - margin_x
        if reaches_side or own["top"].min() < margin_y or own["bottom"].max() > size[1] - margin_y:
            found[indices[group]] = True
    return found
