"""What was recognised in the pictures of a file, until it becomes part of its content."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from aisi_ingest.extract.ocr.engine import TextLine
from aisi_ingest.extract.ocr.regions import Region
from aisi_ingest.model import Box

Lines = tuple[TextLine, ...]
KnownLines = Callable[[str], Lines | None]
"""Returns the lines of a picture that was recognised before, by the sha256 of its pixels; None if it was not."""


class RuledTable(Struct, frozen=True):
    """A table on a scanned page.

    Attributes:
        x0: Left edge, in pixels of the image or points of the page.
        top: Upper edge.
        x1: Right edge.
        bottom: Lower edge.
        rows: The text of the cells. The text of a merged cell is in each of its places.
        lines: The lines of text in the table.
        places: The box of the cell at each place of ``rows``, merged cells included, in the same unit.
    """

    x0: float
    top: float
    x1: float
    bottom: float
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[TextLine, ...]
    places: tuple[tuple[Box, ...], ...]


class PictureText(Struct, frozen=True):
    """The text of one picture of a file.

    Attributes:
        digest: sha256 of its pixels, as they were recognised.
        size: Its width and height, in pixels.
        lines: Its lines, in pixels: all that are certain enough for a page without text.
        region: Its place, for pictures of a PDF.
        tables: Its ruled tables, in pixels, for pages without text of a PDF.
        part: Name of its part, for pictures of a presentation.
        crop: Shares that are cut off at the left, top, right and bottom, for pictures of a presentation.
    """

    digest: str
    size: tuple[int, int]
    lines: Lines
    region: Region | None = None
    tables: tuple[RuledTable, ...] = ()
    part: str = ""
    crop: tuple[float, ...] = ()


class PictureTexts(Struct, frozen=True):
    """The text of the pictures of one file.

    Attributes:
        pictures: The pictures that were recognised.
        scanned_pages: Pages that are a picture, whether it could be recognised or not.
    """

    pictures: tuple[PictureText, ...] = ()
    scanned_pages: tuple[int, ...] = ()


def nothing_known(_: str) -> Lines | None:
    """Know no picture."""
    return None
