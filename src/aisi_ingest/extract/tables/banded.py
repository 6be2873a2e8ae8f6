"""Tables whose header, or every other row, has a coloured background in each of its cells."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.tables.backgrounds import cell_backgrounds
from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.region_text import RegionText, text_outside
from aisi_ingest.extract.tables.text_rows import borders_below, checked_grid, cluster_means

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]
Band = tuple[float, float]  # top and bottom of a row with backgrounds, in points

_SAME_POSITION = 2.0  # points
_LARGEST_DISTANCE = 60.0  # points between two bands of one table ...
_LARGEST_DISTANCE_IN_BANDS = 3  # ... or this many heights of a band
# A table of two columns needs three bands: two panels with a bar over each are no table.
_FEWEST_BORDERS = 4
_FEWEST_BANDS = 3
_FEWEST_ROW_BORDERS = 3
_MOST_ROWS_BELOW_HEADER = 100


def banded_grids(page: Page, taken: list[Box]) -> list[Grid]:
    """Find tables whose header, or every other row, has a coloured background in each cell.

    Args:
        page: The page.
        taken: Boxes of other tables.
    """
    backgrounds = cell_backgrounds(page, taken)
    if len(backgrounds) <= 1:
        return []
    groups: list[tuple[list[float], list[Band]]] = []
    for xs, top, bottom in _rows_of_backgrounds(backgrounds):
        for borders, bands in groups:
            if _same_borders(borders, xs) and top - bands[-1][1] < max(
                _LARGEST_DISTANCE, _LARGEST_DISTANCE_IN_BANDS * (bands[-1][1] - bands[-1][0])
            ):
                bands.append((top, bottom))
                break
        else:
            groups.append((xs, [(top, bottom)]))
    text: RegionText | None = None
    found = []
    for borders, bands in groups:
        if len(borders) < _FEWEST_BORDERS and len(bands) < _FEWEST_BANDS:
            continue
        text = text or text_outside(page, taken)
        grid = _on_bands(text, np.array(borders), bands)
        if grid is not None:
            found.append(grid)
    return found


def _same_borders(some: list[float], others: list[float]) -> bool:
    """Return whether two rows have their borders at the same positions (points)."""
    return len(some) == len(others) and max(abs(a - b) for a, b in zip(some, others, strict=True)) < _SAME_POSITION


def _on_bands(text: RegionText, xs: Array, bands: list[Band]) -> Grid | None:
    """Build a grid from bands and the rows between and below them."""
    around = text.where((text.x1 > xs[0]) & (text.x0 < xs[-1]))
    ys = cluster_means(sorted(y for band in bands for y in band))
    ys += borders_below(around, xs, ys[-1], 1 if len(bands) > 1 else _MOST_ROWS_BELOW_HEADER)
    return checked_grid(around, xs, np.array(ys)) if len(ys) > _FEWEST_ROW_BORDERS else None


def _rows_of_backgrounds(backgrounds: Array) -> list[tuple[list[float], float, float]]:
    """Find rows of two or more backgrounds side by side, sorted from the top.

    Returns:
        For each row the borders of its cells, its top and its bottom, in points.
    """
    rows: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}
    for x0, top, x1, bottom, _, is_white in backgrounds.tolist():
        if is_white:
            continue
        rows.setdefault((round(top / 2), round(bottom / 2)), []).append((x0, top, x1, bottom))
    found = []
    for row in rows.values():
        row.sort()
        if len(row) <= 1 or any(abs(right[0] - left[2]) > _SAME_POSITION for left, right in pairwise(row)):
            continue
        xs = [row[0][0], *((left[2] + right[0]) / 2 for left, right in pairwise(row)), row[-1][2]]
        found.append((xs, row[0][1], row[0][3]))
    return sorted(found, key=lambda row: row[1])
