"""Where the characters of a table's text are on its pages."""

from __future__ import annotations

from collections.abc import Sequence

from aisi_ingest.extract.lines.places import PlacedLine, text_runs
from aisi_ingest.model import TextRun

CELL_SEPARATOR = " | "
ROW_SEPARATOR = "\n"

Lines = tuple[tuple[tuple[PlacedLine, ...], ...], ...]
"""The lines of the cell of each square of a table."""


def runs_of_cells(rows: Sequence[Sequence[str]], lines: Lines) -> tuple[TextRun, ...]:
    """Return the places of the text of a table's block, cell by cell.

    Args:
        rows: Texts of the cells; merged cells are repeated, and so are their places.
        lines: The lines of each of them, in the same shape.
    """
    runs: list[TextRun] = []
    offset = 0
    for texts, places in zip(rows, lines, strict=True):
        for text, own in zip(texts, places, strict=True):
            if text and own:
                runs.extend(text_runs(text, own, offset))
            offset += len(text) + len(CELL_SEPARATOR)
        offset += len(ROW_SEPARATOR) - len(CELL_SEPARATOR)
    return tuple(runs)
