"""Hold one page of a PDF as arrays: its characters, its fonts and what it draws besides text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from aisi_ingest.model import Box, HiddenReason

if TYPE_CHECKING:
    import numpy.typing as npt  # takes 20 ms to import

Chars = np.ndarray[Any, np.dtype[np.void]]
"""Characters, of dtype CHAR."""

Rules = np.ndarray[Any, np.dtype[np.void]]
"""What a page draws besides text, of dtype RULE."""


CHAR = np.dtype(
    [
        ("code", "u4"),  # Unicode code point from the file, not normalised; 0xFFFD if the file gives none
        ("x0", "f4"),  # the loose box: as wide as the advance, from the font's ascent to its descent
        ("top", "f4"),
        ("x1", "f4"),
        ("bottom", "f4"),
        ("origin_x", "f4"),  # the glyph's origin on its baseline
        ("origin_y", "f4"),
        ("size", "f4"),  # font size as displayed, in points
        ("font", "u2"),  # index into Page.fonts
        ("color", "u4"),  # fill colour, 0xRRGGBBAA
        ("angle", "f4"),  # writing direction in degrees, counter-clockwise; 0 is left to right
        ("hidden", "?"),  # a reader of the page cannot see the character
        ("order", "u4"),  # drawing order of the text object; comparable with RULE's order
        ("reason", "u1"),  # why it is hidden: index into HIDDEN_REASONS; 0 for visible characters
    ],
    align=True,  # numpy reads unaligned fields at half the speed
)


HIDDEN_REASONS: tuple[HiddenReason | None, ...] = (None, *get_args(HiddenReason))
"""What the numbers in the field ``reason`` of a character mean."""


REASONS: dict[HiddenReason, int] = {name: number for number, name in enumerate(HIDDEN_REASONS) if name is not None}
"""The number of each reason in the field ``reason`` of a character."""

STRUCK, TINY, UNPAINTED = REASONS["struck"], REASONS["tiny"], REASONS["unpainted"]
ACTUAL_TEXT, OTHER_GLYPHS = REASONS["actual_text"], REASONS["other_glyphs"]

SPECK = 1.5
"""Points: nobody reads smaller type on a page. The smallest type in 58 reports and decks has 4 points."""

# Height of Japanese fonts above the baseline and depth below it, in em; those of Latin fonts are close.
ASCENT, DESCENT = 0.88, 0.12


@dataclass(frozen=True, slots=True)
class Font:
    """A font and its style, as far as the name and the descriptor in the file tell."""

    name: str  # without the prefix that marks a subset
    bold: bool = False
    italic: bool = False
    serif: bool = False
    monospace: bool = False
    substituted: bool = False  # not in the file: PDFium reads it with metrics_font


_UPSIDE_DOWN, _ANTICLOCKWISE = 2, 3  # quarter turns clockwise


@dataclass(frozen=True, slots=True)
class View:
    """Convert PDF user space into the page as displayed: apply the crop box and the page's rotation.

    The sides are those of the crop box in user space (points, y up). Displayed coordinates are points from the
    top left corner, y down.
    """

    left: float
    bottom: float
    right: float
    top: float
    turns: int  # quarter turns clockwise

    def points(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Convert points; ``x`` and ``y`` are numbers or arrays in user space."""
        if self.turns == 1:
            return y - self.bottom, x - self.left
        if self.turns == _UPSIDE_DOWN:
            return self.right - x, y - self.bottom
        if self.turns == _ANTICLOCKWISE:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def boxes(self, x0: Any, y0: Any, x1: Any, y1: Any) -> tuple[Any, Any, Any, Any]:
        """Convert boxes, each given by two opposite corners, into x0, top, x1, bottom."""
        ax, ay = self.points(x0, y0)
        bx, by = self.points(x1, y1)
        return np.minimum(ax, bx), np.minimum(ay, by), np.maximum(ax, bx), np.maximum(ay, by)


RULE = np.dtype(
    [
        ("x0", "f4"),
        ("top", "f4"),
        ("x1", "f4"),
        ("bottom", "f4"),
        ("kind", "u1"),  # LINE, RECT, FILL, CURVE or IMAGE
        ("color", "u4"),  # 0xRRGGBBAA
        ("width", "f4"),  # stroke width in points; for a thin fill its thickness
        ("order", "u4"),  # drawing order
    ],
    align=True,
)

# A stroked line or thin fill; a stroked frame; a filled box; a curved or slanted shape; a picture.
LINE, RECT, FILL, CURVE, IMAGE = range(5)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: arrays of its characters and of what is drawn besides text."""

    number: int  # from 1
    width: float  # points, as displayed
    height: float
    chars: Chars  # of dtype CHAR
    fonts: tuple[Font, ...]
    rules: npt.NDArray[np.void]  # of dtype RULE: lines, frames, fills, curves and pictures

    @property
    def images(self) -> tuple[Box, ...]:
        """Boxes of the pictures on the page."""
        found = self.rules[self.rules["kind"] == IMAGE]
        return tuple(Box(*(float(row[name]) for name in ("x0", "top", "x1", "bottom"))) for row in found)
