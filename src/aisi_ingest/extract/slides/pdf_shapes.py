"""Find the drawn shapes on a slide of a PDF: frames around texts, dividing lines, and filled or outlined shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aisi_ingest.extract.geometry import box_height, box_width
from aisi_ingest.extract.pdf.page import CURVE, FILL, LINE, RECT
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

# In points, unless stated otherwise.
_MINIMUM_ROUNDED_HEIGHT = 16  # of a rounded box; lower ones are bullets and the strokes of drawings
_MINIMUM_FRAME_WIDTH, _MINIMUM_FRAME_HEIGHT = 20, 12
_MAXIMUM_FRAME_SHARE = 0.8  # of the slide's area; larger boxes are the background
# A box at the same place of this many slides and of more than this share of them is part of the background.
_BACKGROUND_SLIDES, _BACKGROUND_SHARE = 3, 0.5
_MAXIMUM_RULE_HEIGHT = 3
_MINIMUM_RULE_SHARE = 0.25  # of the slide's width
_MINIMUM_SHAPE_SIDE = 12
_MAXIMUM_SHAPE_SHARE = 0.5  # of the slide's area
_MAXIMUM_UPRIGHT_WIDTH = 4  # braces and chains of dashes are wider than a line
_MINIMUM_UPRIGHT_SHARE = 0.1  # of the slide's height
_SAME_PLACE = 4  # sides that differ by less are at the same place


def frames_on(pages: Sequence[Page]) -> list[list[Box]]:
    """Find the drawn boxes of each page that may hold texts together.

    Hairlines, boxes as large as the page and boxes that most pages repeat (the background) are left out.
    """
    out: list[list[Box]] = []
    for page in pages:
        rules = page.rules
        rounded = (rules["kind"] == CURVE) & (rules["width"] == 0)
        rounded &= rules["bottom"] - rules["top"] > _MINIMUM_ROUNDED_HEIGHT
        picked = rules[(rules["kind"] == RECT) | (rules["kind"] == FILL) | rounded]
        found: list[Box] = []
        for mark in _boxes(picked):
            box = Box(max(0.0, mark.x0), max(0.0, mark.top), min(page.width, mark.x1), min(page.height, mark.bottom))
            width, height = box_width(box), box_height(box)
            too_small = width < _MINIMUM_FRAME_WIDTH or height < _MINIMUM_FRAME_HEIGHT
            if too_small or width * height > _MAXIMUM_FRAME_SHARE * page.width * page.height:
                continue
            if not any(_at_same_place(box, other) for other in found):
                found.append(box)
        out.append(found)
    seen = Counter(_corners(box) for found in out for box in found)
    background = {
        corners
        for corners, count in seen.items()
        if count >= _BACKGROUND_SLIDES and count > _BACKGROUND_SHARE * len(pages)
    }
    return [[box for box in found if _corners(box) not in background] for found in out]


def horizontal_lines(page: Page) -> list[Box]:
    """Find the drawn horizontal lines that may divide rows: at least a quarter of the page wide."""
    rules = page.rules
    flat = (rules["kind"] == LINE) & (rules["bottom"] - rules["top"] < _MAXIMUM_RULE_HEIGHT)
    return _boxes(rules[flat & (rules["x1"] - rules["x0"] > _MINIMUM_RULE_SHARE * page.width)])


def vertical_lines(page: Page) -> list[Box]:
    """Find the drawn vertical lines that may divide columns: at least a tenth of the page high.

    Braces and chains of dashes count as well.
    """
    rules = page.rules
    thin = rules["x1"] - rules["x0"] < _MAXIMUM_UPRIGHT_WIDTH
    return _boxes(rules[thin & (rules["bottom"] - rules["top"] > _MINIMUM_UPRIGHT_SHARE * page.height)])


def shapes_on(page: Page) -> list[Box]:
    """Find the filled or outlined shapes that may surround a label, arrows included."""
    rules = page.rules
    solid = (rules["kind"] == FILL) | (rules["kind"] == RECT) | ((rules["kind"] == CURVE) & (rules["width"] == 0))
    width, height = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    large_enough = (width > _MINIMUM_SHAPE_SIDE) & (height > _MINIMUM_SHAPE_SIDE)
    return _boxes(rules[solid & large_enough & (width * height < _MAXIMUM_SHAPE_SHARE * page.width * page.height)])


def _boxes(marks: Any) -> list[Box]:
    columns = (marks[name].tolist() for name in ("x0", "top", "x1", "bottom"))
    return [Box(*row) for row in zip(*columns, strict=True)]


def _corners(box: Box) -> tuple[int, ...]:
    return tuple(round(value / _SAME_PLACE) for value in (box.x0, box.top, box.x1, box.bottom))


def _at_same_place(first: Box, second: Box) -> bool:
    pairs = ((first.x0, second.x0), (first.top, second.top), (first.x1, second.x1), (first.bottom, second.bottom))
    return all(abs(a - b) < _SAME_PLACE for a, b in pairs)
