"""The row and the column of a position in the text of a table's block."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from aisi_ingest.tagging.spans import CELL_SEPARATOR, ROW_SEPARATOR


class TablePlaces:
    """Finds the row and the column of a position in the text of a block of kind "table"."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        """Index a table.

        Args:
            rows: The texts of the table, as in the text of its block.
        """
        self._starts: list[int] = []
        self._places: list[tuple[int, int]] = []
        offset = 0
        for i, row in enumerate(rows):
            for j, text in enumerate(row):
                self._starts.append(offset)
                self._places.append((i, j))
                offset += len(text) + len(CELL_SEPARATOR)
            offset += len(ROW_SEPARATOR) - len(CELL_SEPARATOR)

    def at(self, offset: int) -> tuple[int, int]:
        """Return the row and the column, both from 0, of an offset in code points."""
        return self._places[bisect_right(self._starts, offset) - 1]
