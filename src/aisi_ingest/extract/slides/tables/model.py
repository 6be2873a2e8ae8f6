"""A table on a slide and the texts it is made of."""

from __future__ import annotations

from msgspec import Struct

from aisi_ingest.model import Box


class Unit(Struct, frozen=True, eq=False):
    """A line of a PDF, or a text box of a presentation."""

    text: str
    box: Box
    size: float  # points of its type
    bold: bool = False


class SlideTable(Struct, frozen=True):
    """``cells`` are rows of columns: the units that stand there, those of merged cells in each."""

    cells: tuple[tuple[tuple[int, ...], ...], ...]
    header_rows: int
    box: Box
