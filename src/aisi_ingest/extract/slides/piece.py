"""One paragraph, table or picture text of a slide, before it becomes a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from aisi_ingest.extract.tables.table_cells import Places
from aisi_ingest.model import BlockKind, Box, HiddenReason

if TYPE_CHECKING:
    from aisi_ingest.extract.lines.line import Line


class Piece(Struct, frozen=True):
    """One paragraph, table or picture text of a slide, which becomes one block.

    Attributes:
        kind: Kind of the block.
        text: Text of the block. Tables have " | " between cells and a line break between rows.
        box: Position on the slide, in points.
        level: Level of a heading or list item, from 1.
        hidden: Whether a viewer of the slide cannot see it.
        size: Type size in points; 0 for tables.
        rows: Cells of a table.
        header_rows: Number of header rows of a table.
        caption: Caption of a table.
        xs: Column borders of a table, in points, where the file states them.
        ys: Row borders of a table, in points, where the file states them.
        places: The box of the cell at each place of ``rows``, in points, merged cells included; None if it is not
            known. Empty if no box is known.
        origin: Whether the text is in the file or was recognised by OCR.
        hidden_reason: Why it is hidden, as in `aisi_ingest.model.Block`.
        lines: The lines that its text was made of, if the file has lines.
        cell_lines: For each text in ``rows`` the lines of its cell.
    """

    kind: BlockKind
    text: str
    box: Box
    level: int | None = None
    hidden: bool = False
    size: float = 0.0
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    caption: str | None = None
    xs: tuple[float, ...] = ()
    ys: tuple[float, ...] = ()
    places: Places = ()
    origin: Literal["text", "ocr"] = "text"
    hidden_reason: HiddenReason | None = None
    lines: tuple[Line, ...] = ()
    cell_lines: tuple[tuple[tuple[Line, ...], ...], ...] = ()


Entry = tuple[Box, list[Piece]]
"""Pieces that are read without a break, for example the paragraphs of a text box, and the box around them."""
