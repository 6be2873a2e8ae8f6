"""The lines of a page, in which page furniture is found."""

from __future__ import annotations

from msgspec import Struct

from aisi_ingest.extract.lines.line import Line

Found = dict[int, set[int]]  # page number to the indices of its lines that are furniture

MARGIN = 0.12  # of the page's height; running heads and feet are within it
SAME_HEIGHT = 4  # points


class PageLines(Struct, frozen=True, eq=False):
    """The lines of one page.

    Attributes:
        number: Page number, from 1.
        size: Width and height of the page, in points.
        lines: Its lines.
    """

    number: int
    size: tuple[float, float]
    lines: tuple[Line, ...]
