"""The cells of a table with their spans and regions, from its rows."""

from __future__ import annotations

from collections.abc import Sequence

from aisi_ingest.extract.geometry import rounded_box
from aisi_ingest.model import Box, Region, TableCell

Regions = tuple[tuple[tuple[Region, ...], ...], ...]
Places = tuple[tuple[Box | None, ...], ...]
"""The box of the cell of each square of a table, merged squares included; None if it is not known."""


def regions_of(rows: Sequence[Sequence[str]], places: Places, page: int) -> Regions:
    """Return the regions of the cells of a table on one page, in the shape of ``rows``.

    Args:
        rows: Texts of the table.
        places: The box of the cell of each square; empty if none is known.
        page: The page, from 1.
    """
    if not places:
        return tuple(tuple(() for _ in row) for row in rows)
    return tuple(tuple((Region(page, box),) if box is not None else () for box in row) for row in places)


def table_cells(rows: Sequence[Sequence[str]], regions: Regions, header_rows: int) -> tuple[TableCell, ...]:
    """Return the cells of a table, sorted by row and column.

    Squares side by side that have the same regions are one merged cell. A square without regions is a cell.

    Args:
        rows: Texts; merged cells are repeated.
        regions: The regions of the cell of each square, in the shape of ``rows``.
        header_rows: Number of header rows.
    """
    taken: set[tuple[int, int]] = set()
    cells: list[TableCell] = []
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            if (i, j) in taken:
                continue
            own = regions[i][j]
            width = 1
            while own and j + width < len(row) and regions[i][j + width] == own and (i, j + width) not in taken:
                width += 1
            height = 1
            while own and i + height < len(rows) and all(regions[i + height][j + k] == own for k in range(width)):
                height += 1
            taken |= {(i + y, j + x) for y in range(height) for x in range(width)}
            cells.append(TableCell(i, j, text, height, width, i < header_rows, _rounded(own)))
    return tuple(cells)


def _rounded(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    return tuple(Region(each.page, rounded_box(each.bbox)) for each in regions)
