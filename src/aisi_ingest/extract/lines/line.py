"""One line of text, and the coordinates in which its direction of writing runs to the right."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from msgspec import Struct

from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

Spans = tuple[tuple[int, int], ...]  # (start, end) in code points, end excluded
Direction = Literal[
    "right", "down", "left", "up", "vertical", "oblique"
]  # "down": Latin text turned by 90°; "vertical": 縦書き


class Glyphs(Struct, frozen=True, eq=False):
    """The characters of a line without spaces, as they are in the file, and where they are.

    Attributes:
        text: The code points, not normalised.
        edges: Where each begins and ends, in points from the start of the line in the direction of reading. The shape
            is (code points, 2).
    """

    text: str
    edges: Array


class Line(Struct, frozen=True, eq=False):
    """Characters on one baseline, in reading order.

    Attributes:
        text: The normalised text.
        box: Place on the page as a reader sees it, whatever the direction.
        baseline: Position across the direction of reading, in points. It grows from line to line; for the direction
            "right" it is the distance from the top of the page.
        size: Type size of most characters, in points.
        bold: Whether more than 80 % of the characters are bold.
        italic: Whether more than 80 % of the characters are italic.
        monospace: Whether more than 80 % of the characters are of a fixed width.
        font: Font of most characters, as an index into ``page.fonts``.
        color: Colour of the text, 0xRRGGBBAA.
        chars: Indices into ``page.chars``, without spaces.
        direction: Direction of reading.
        raised: Spans of ``text`` that are set small and above the baseline.
        bold_prefix: Number of characters at the start of ``text`` that are bold.
        glyphs: Its characters, None if their places are not known.
    """

    text: str
    box: Box
    baseline: float
    size: float
    bold: bool
    italic: bool
    monospace: bool
    font: int
    color: int
    chars: Array
    direction: Direction = "right"
    raised: Spans = ()
    bold_prefix: int = 0
    glyphs: Glyphs | None = None


class Frame(Struct, frozen=True, eq=False):
    """Coordinates in which one direction of writing runs to the right and its lines follow each other downwards.

    Attributes:
        direction: The direction of writing on the page.
        width: Width of the page as a reader sees it, in points.
        height: Height of the page as a reader sees it, in points.
    """

    direction: Direction
    width: float
    height: float

    def from_page(self, x0: Any, top: Any, x1: Any, bottom: Any) -> tuple[Any, Any, Any, Any]:
        """Convert boxes on the page to boxes in the frame; the sides are numbers or arrays."""
        if self.direction == "right":
            return x0, top, x1, bottom
        if self.direction == "left":
            return self.width - x1, self.height - bottom, self.width - x0, self.height - top
        if self.direction == "up":
            return self.height - bottom, x0, self.height - top, x1
        return top, self.width - x1, bottom, self.width - x0

    def to_page(self, x0: float, top: float, x1: float, bottom: float) -> Box:
        """Convert a box in the frame to a box on the page."""
        if self.direction == "right":
            return Box(x0, top, x1, bottom)
        if self.direction == "left":
            return Box(self.width - x1, self.height - bottom, self.width - x0, self.height - top)
        if self.direction == "up":
            return Box(top, self.height - x1, bottom, self.height - x0)
        return Box(self.width - bottom, x0, self.width - top, x1)
