"""A table on a slide, and the texts that it is built from."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.extract.geometry import box_height, center_y
from aisi_ingest.model import Box

_LINE_TOLERANCE = 0.4  # of a text's height: texts whose middles differ by less are on one line


class Unit(Struct, frozen=True, eq=False):
    """A text that is never divided between cells: a line of a PDF, or a text box of a PPTX file.

    Attributes:
        text: The text; "" if the unit must not become part of a table.
        box: Position on the slide, in points.
        size: Type size in points.
        bold: Whether all characters are bold.
    """

    text: str
    box: Box
    size: float
    bold: bool = False


class SlideParts(Struct, frozen=True, eq=False):
    """The texts, the horizontal lines and the drawn shapes of a slide."""

    units: Sequence[Unit]
    rules: Sequence[Box]
    shapes: Sequence[Box]

    def box(self, number: int) -> Box:
        """Return the box of a unit."""
        return self.units[number].box


class SlideTable(Struct, frozen=True):
    """A table on a slide.

    Attributes:
        cells: Indices of the units in each cell, by row and column. The units of a merged cell are in each of its
            places.
        header_rows: Number of header rows.
        box: Position on the slide, in points.
    """

    cells: tuple[tuple[tuple[int, ...], ...], ...]
    header_rows: int
    box: Box

    @property
    def units(self) -> set[int]:
        """Indices of all units in the table."""
        return {number for row in self.cells for cell in row for number in cell}


def in_line_order(numbers: Sequence[int], units: Sequence[Unit]) -> list[int]:
    """Return the indices of units line by line from the top, each line from the left."""
    lines: list[list[int]] = []
    for n in sorted(numbers, key=lambda n: center_y(units[n].box)):
        last = units[lines[-1][0]].box if lines else None
        if last is not None and center_y(units[n].box) - center_y(last) < _LINE_TOLERANCE * box_height(last):
            lines[-1].append(n)
        else:
            lines.append([n])
    return [n for line in lines for n in sorted(line, key=lambda n: units[n].box.x0)]
