"""Read the tables of a PPTX file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from aisi_ingest.extract.pptx.paragraphs import paragraph_texts
from aisi_ingest.extract.pptx.runs import Judge
from aisi_ingest.extract.pptx.xml_names import clark, number_attribute
from aisi_ingest.extract.tables.header_words import named_header_rows
from aisi_ingest.extract.tables.table_cells import Places
from aisi_ingest.model import Box, HiddenReason

HiddenTexts = tuple[tuple[HiddenReason, str], ...]
"""Texts that nobody sees, each with the reason."""
_Span = tuple[int, int, int, int]


class TableShape(Struct, frozen=True):
    """A table of a slide.

    Attributes:
        rows: Texts of the cells, in rows of the same length; the text of a merged cell is in each of its places.
        header_rows: Number of header rows.
        cells: First row, first column, and the row and column after the last one of the cell at each place.
        hidden: The text in the cells that nobody sees.
    """

    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    cells: tuple[tuple[_Span, ...], ...]
    hidden: HiddenTexts = ()

    def places(self, xs: Sequence[float], ys: Sequence[float]) -> Places:
        """Return the box of the cell at each place; nothing if the file has other numbers of borders.

        Args:
            xs: Borders of the columns, in points.
            ys: Borders of the rows, in points.
        """
        if not self.rows or len(ys) != len(self.rows) + 1 or len(xs) != len(self.rows[0]) + 1:
            return ()
        bottom, right = len(ys) - 1, len(xs) - 1
        return tuple(
            tuple(Box(xs[x0], ys[y0], xs[min(x1, right)], ys[min(y1, bottom)]) for y0, x0, y1, x1 in row)
            for row in self.cells
        )


def read_table(table: Any, judge_cell: Callable[[Any], Judge]) -> TableShape:
    """Read an ``a:tbl`` element.

    Args:
        table: The element.
        judge_cell: Returns for an ``a:tc`` element the judge of its runs.
    """
    hidden: list[tuple[HiddenReason, str]] = []
    grid: list[list[str]] = []
    merged: dict[tuple[int, int], tuple[str, _Span]] = {}
    found = [list(row.iterchildren(clark("a:tc"))) for row in table.iterchildren(clark("a:tr"))]
    columns = max(map(len, found), default=0)
    for y, row in enumerate(found):
        grid.append([])
        for x, cell in enumerate(row):
            if (y, x) not in merged:  # a broken file may state spans below one or beyond the table
                height = int(max(1, min(number_attribute(cell, "rowSpan"), len(found) - y)))
                width = int(max(1, min(number_attribute(cell, "gridSpan"), columns - x)))
                text, span = _cell_text(cell, judge_cell(cell), hidden), (y, x, y + height, x + width)
                merged |= {(y + down, x + right): (text, span) for down in range(height) for right in range(width)}
            grid[-1].append(merged[y, x][0])
    rows = tuple(tuple(texts + [""] * (columns - len(texts))) for texts in grid)
    cells = tuple(
        tuple(merged[y, x][1] if (y, x) in merged else (y, x, y + 1, x + 1) for x in range(columns))
        for y in range(len(grid))
    )
    properties = table.find(clark("a:tblPr"))
    has_header = properties is not None and properties.get("firstRow") in ("1", "true")
    return TableShape(rows, _header_rows(rows, cells, has_header), cells, tuple(hidden))


def _header_rows(rows: tuple[tuple[str, ...], ...], cells: tuple[tuple[_Span, ...], ...], has_header: bool) -> int:
    """Return the number of header rows: those that the words show, or those that the cells of the first row cover.

    Args:
        rows: Texts of the table.
        cells: The cell at each place.
        has_header: Whether the file marks the first row as a header.
    """
    if len(rows) <= 1:
        return 0
    named = named_header_rows(rows, cells)
    if not has_header:
        return named
    covered = max(end for _, _, end, _ in cells[0])
    return max(named, covered if covered < len(rows) else 1)


def _cell_text(cell: Any, judge: Judge, hidden: list[tuple[HiddenReason, str]]) -> str:
    """Return the text of a cell that can be seen, and add the rest to ``hidden``."""
    texts = []
    for paragraph in cell.iter(clark("a:p")):
        text, unseen = paragraph_texts(paragraph, judge)
        texts.append(text)
        hidden += [(reason, part) for reason, part in unseen.items() if part]
    return " ".join(filter(None, texts)).replace("\n", " ")
