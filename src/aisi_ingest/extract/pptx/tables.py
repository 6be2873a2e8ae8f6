"""Read the tables of a PPTX file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aisi_ingest.extract.pptx.paragraphs import paragraph_texts
from aisi_ingest.extract.pptx.runs import Judge
from aisi_ingest.extract.pptx.xml_names import clark, number_attribute
from aisi_ingest.model import HiddenReason

HiddenTexts = tuple[tuple[HiddenReason, str], ...]
"""Texts that nobody sees, each with the reason."""


def read_table(table: Any, judge_cell: Callable[[Any], Judge]) -> tuple[tuple[tuple[str, ...], ...], int, HiddenTexts]:
    """Read an ``a:tbl`` element.

    Args:
        table: The element.
        judge_cell: Returns for an ``a:tc`` element the judge of its runs.

    Returns:
        The rows, all of the same length, with the text of a merged cell in each of its places; the number of header
        rows; and the text in the cells that nobody sees.
    """
    hidden: list[tuple[HiddenReason, str]] = []
    grid: list[list[str]] = []
    merged: dict[tuple[int, int], str] = {}
    for y, row in enumerate(table.iterchildren(clark("a:tr"))):
        cells: list[str] = []
        for x, cell in enumerate(row.iterchildren(clark("a:tc"))):
            if (y, x) in merged:
                cells.append(merged[y, x])
                continue
            text = _cell_text(cell, judge_cell(cell), hidden)
            for down in range(int(number_attribute(cell, "rowSpan")) or 1):
                for right in range(int(number_attribute(cell, "gridSpan")) or 1):
                    merged[y + down, x + right] = text
            cells.append(text)
        grid.append(cells)
    width = max(map(len, grid), default=0)
    properties = table.find(clark("a:tblPr"))
    has_header = properties is not None and properties.get("firstRow") in ("1", "true")
    rows = tuple(tuple(row + [""] * (width - len(row))) for row in grid)
    return rows, _header_rows(table, len(grid), width) if has_header else 0, tuple(hidden)


def _header_rows(table: Any, height: int, width: int) -> int:
    """Return the number of header rows.

    The header includes all rows of cells that are merged downwards in the first row. It includes the second row if a
    cell of the first row is merged across some columns.
    """
    first = next(table.iterchildren(clark("a:tr")))
    cells = list(first.iterchildren(clark("a:tc")))
    rows = max((int(number_attribute(cell, "rowSpan")) for cell in cells), default=1) or 1
    if rows == 1 and any(1 < number_attribute(cell, "gridSpan") < width for cell in cells):
        rows = 2
    if rows < height:
        return rows
    return 1 if height > 1 else 0


def _cell_text(cell: Any, judge: Judge, hidden: list[tuple[HiddenReason, str]]) -> str:
    """Return the text of a cell that can be seen, and add the rest to ``hidden``."""
    texts = []
    for paragraph in cell.iter(clark("a:p")):
        text, unseen = paragraph_texts(paragraph, judge)
        texts.append(text)
        hidden += [(reason, part) for reason, part in unseen.items() if part]
    return " ".join(filter(None, texts)).replace("\n", " ")
