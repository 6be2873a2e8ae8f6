"""One line of text and the coordinates of its direction of writing."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from msgspec import Struct

from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]


Direction = Literal["right", "down", "left", "up", "vertical"]  # "down": turned Latin text; "vertical": 縦書き


class Line(Struct, frozen=True, eq=False):
    """Characters on one baseline, in reading order.

    ``box`` is on the page as it is shown, whatever the direction. ``baseline`` is across the direction of
    reading and grows with it (for "right": points from the page's top). ``chars`` are indices into
    ``page.chars``, blanks left out. ``raised`` are spans of ``text`` set small above the baseline.
    ``lead`` is how many characters of ``text`` are bold before the first that is not.
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
    raised: tuple[tuple[int, int], ...] = ()
    lead: int = 0


class Frame(Struct, frozen=True, eq=False):
    """Coordinates in which a direction of writing runs to the right and lines go down."""

    direction: Direction
    width: float
    height: float

    def turn(self, x0: Any, top: Any, x1: Any, bottom: Any) -> tuple[Any, Any, Any, Any]:
        """From the page to the frame; numbers or arrays."""
        if self.direction == "right":
            return x0, top, x1, bottom
        if self.direction == "left":
            return self.width - x1, self.height - bottom, self.width - x0, self.height - top
        if self.direction == "up":
            return self.height - bottom, x0, self.height - top, x1
        return top, self.width - x1, bottom, self.width - x0

    def back(self, x0: float, top: float, x1: float, bottom: float) -> Box:
        """From the frame to the page."""
        if self.direction == "right":
            return Box(x0, top, x1, bottom)
        if self.direction == "left":
            return Box(self.width - x1, self.height - bottom, self.width - x0, self.height - top)
        if self.direction == "up":
            return Box(top, self.height - x1, bottom, self.height - x0)
        return Box(self.width - bottom, x0, self.width - top, x1)
