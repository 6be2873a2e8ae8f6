"""One page of a PDF as arrays: characters, fonts, drawn rules, and the view from PDF space to the shown page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.model import Box

if TYPE_CHECKING:
    import numpy.typing as npt  # costs 20 ms at run time

    Chars = npt.NDArray[np.void]


CHAR = np.dtype(
    [
        ("code", "u4"),  # Unicode code point as the file says, not normalised; 0xFFFD where it says nothing
        ("x0", "f4"),  # the loose box: advance wide, ascent to descent high
        ("top", "f4"),
        ("x1", "f4"),
        ("bottom", "f4"),
        ("origin_x", "f4"),  # where the glyph stands on its baseline
        ("origin_y", "f4"),
        ("size", "f4"),  # of the font as displayed, in points
        ("font", "u2"),  # index into Page.fonts
        ("color", "u4"),  # fill, 0xRRGGBBAA
        ("angle", "f4"),
        ("hidden", "?"),  # a reader of the page cannot see it
        ("order", "u4"),  # drawing order of its text object, to be compared with RULE's
    ],
    align=True,  # numpy reads fields that lie across words at half the speed
)


@dataclass(frozen=True, slots=True)
class Font:
    name: str  # without the subset's prefix
    bold: bool = False
    italic: bool = False
    serif: bool = False
    monospace: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """From PDF user space to what the reader sees: the crop's origin and the page's rotation."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int  # quarter turns clockwise

    def points(self, x: Any, y: Any) -> tuple[Any, Any]:
        if self.turns == 1:
            return y - self.bottom, x - self.left
        if self.turns == 2:
            return self.right - x, y - self.bottom
        if self.turns == 3:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def boxes(self, x0: Any, y0: Any, x1: Any, y1: Any) -> tuple[Any, Any, Any, Any]:
        """Boxes of two opposite corners each, as x0, top, x1, bottom."""
        ax, ay = self.points(x0, y0)
        bx, by = self.points(x1, y1)
        return np.minimum(ax, bx), np.minimum(ay, by), np.maximum(ax, bx), np.maximum(ay, by)


RULE = np.dtype(
    [
        ("x0", "f4"),
        ("top", "f4"),
        ("x1", "f4"),
        ("bottom", "f4"),
        ("kind", "u1"),
        ("color", "u4"),  # 0xRRGGBBAA
        ("width", "f4"),  # of the stroke; the thickness of a filled line
        ("order", "u4"),  # drawing order
    ],
    align=True,
)

# Stroked or thin; stroked frame; filled box; anything bent or slanted; picture.
LINE, RECT, FILL, CURVE, IMAGE = range(5)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: arrays over its characters and over what is drawn beside them."""

    number: int  # from 1
    width: float
    height: float
    chars: Chars  # of CHAR
    fonts: tuple[Font, ...]
    rules: npt.NDArray[np.void]  # of RULE: lines, frames, fills, curves and pictures

    @property
    def images(self) -> tuple[Box, ...]:
        """Boxes of the pictures on the page."""
        found = self.rules[self.rules["kind"] == IMAGE]
        return tuple(Box(*(float(row[name]) for name in ("x0", "top", "x1", "bottom"))) for row in found)
