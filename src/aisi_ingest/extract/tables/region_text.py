"""The text of a region of a page as arrays, and how it fills the columns and rows of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.geometry import points_inside
from aisi_ingest.extract.lines.arrays import IDEOGRAPHIC_SPACE, is_inked, true_runs

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

_LINE_STEP = 0.3  # em between the baselines of two lines, at least
_RAISED_SIZE = 0.8  # of the line below
_RAISED_STEP = 0.6  # em
_NARROWEST_GAP = 5  # points: narrower white space is no gap between columns
_OUTSIDE = 3.0  # points that a line may stick out of the grid without crossing its border


@dataclass(frozen=True, slots=True, eq=False)
class RegionText:
    """Inked, upright characters of a region, one value each; positions in points.

    Attributes:
        x0: Left edge.
        x1: Right edge.
        top: Upper edge.
        bottom: Lower edge.
        baseline: Baseline.
        size: Type size.
        code: Code point.
        line: Number of the line, from the top of the region.
    """

    x0: Array
    x1: Array
    top: Array
    bottom: Array
    baseline: Array
    size: Array
    code: Array
    line: Array

    def __len__(self) -> int:
        return len(self.x0)

    def where(self, keep: Array) -> RegionText:
        """Return the characters for which ``keep`` (boolean) is true."""
        return RegionText(
            self.x0[keep],
            self.x1[keep],
            self.top[keep],
            self.bottom[keep],
            self.baseline[keep],
            self.size[keep],
            self.code[keep],
            self.line[keep],
        )

    @property
    def middle(self) -> Array:
        """Vertical middle of each character."""
        return np.asarray((self.top + self.bottom) / 2)


def text_outside(page: Page, taken: list[Box]) -> RegionText:
    """Return the visible upright text of a page outside of the boxes that are taken."""
    chars = page.chars
    inked = is_inked(chars["code"]) & (chars["code"] != IDEOGRAPHIC_SPACE)
    chars = chars[~chars["hidden"] & inked & (chars["angle"] == 0)]
    middle_x, middle_y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
    free = np.ones(len(chars), bool)
    for box in taken:
        free &= ~points_inside(box, middle_x, middle_y)
    chars = chars[free]
    baseline, size = chars["origin_y"].astype(float), chars["size"].astype(float)
    order = np.argsort(baseline, kind="stable")
    is_next_line = np.diff(baseline[order]) > _LINE_STEP * size[order][1:]
    line = np.empty(len(chars), int)
    line[order] = np.concatenate(([0], np.cumsum(is_next_line))) if len(chars) else []
    line = _with_raised(line, baseline, size)
    x0, x1, top, bottom = (chars[name].astype(float) for name in ("x0", "x1", "top", "bottom"))
    return RegionText(x0, x1, top, bottom, baseline, size, chars["code"], line)


def _with_raised(line: Array, baseline: Array, size: Array) -> Array:
    """Move raised small characters, such as the marks of notes, into the line below them."""
    if not len(line):
        return line
    count = int(line.max()) + 1
    sizes, heights = np.zeros(count), np.zeros(count)
    np.maximum.at(sizes, line, size)
    heights[line] = baseline
    is_raised = np.zeros(count, bool)
    is_raised[:-1] = (sizes[:-1] < _RAISED_SIZE * sizes[1:]) & (np.diff(heights) < _RAISED_STEP * sizes[1:])
    number = np.arange(count) - np.cumsum(np.concatenate(([False], is_raised[:-1])))
    return np.asarray(number[line])


def column_gaps(text: RegionText, left: float, right: float, narrowest: float, crossed: float) -> list[float]:
    """Find the white strips that run down through the lines.

    Args:
        text: The text.
        left: Left border of the region, in points.
        right: Right border of the region, in points.
        narrowest: Width of a strip in em, at least.
        crossed: Share of the lines that may cross a strip, such as a heading over several columns.

    Returns:
        The middles of the strips, in points.
    """
    numbers, line = np.unique(text.line, return_inverse=True)
    width = int(np.ceil(right - left)) + 1
    inked = np.zeros((len(numbers), width + 1), np.int32)
    first = np.clip(np.floor(text.x0 - left), 0, width - 1).astype(int)
    last = np.clip(np.ceil(text.x1 - left), 1, width).astype(int)
    np.add.at(inked, (line, first), 1)
    np.add.at(inked, (line, last), -1)
    covered = (np.cumsum(inked, 1)[:, :width] > 0).mean(0)
    em = float(np.median(text.size))
    return [
        left + _middle_of_clearest(covered, start, end)
        for start, end in true_runs(covered <= crossed)
        if start > 0 and end < width - 1 and end - start >= max(narrowest * em, _NARROWEST_GAP)
    ]


def _middle_of_clearest(covered: Array, start: int, end: int) -> float:
    """Return the middle of the widest part of a strip that the fewest lines cross."""
    part = covered[start:end]
    first, last = max(true_runs(part <= part.min()), key=lambda run: run[1] - run[0])
    return start + (first + last) / 2


def squares_of(text: RegionText, xs: Array, ys: Array) -> tuple[Array, Array]:
    """Return the row and the column of each character in a grid with these borders (points)."""
    row = np.clip(np.searchsorted(ys, text.middle) - 1, 0, len(ys) - 2)
    return row, columns_of(text, xs)


def columns_of(text: RegionText, xs: Array) -> Array:
    """Return the column of each character between these borders (points)."""
    return np.asarray(np.clip(np.searchsorted(xs, (text.x0 + text.x1) / 2) - 1, 0, len(xs) - 2))


def filled_squares(text: RegionText, xs: Array, ys: Array) -> Array:
    """Return which squares of a grid have text, as a boolean array of shape (rows, columns)."""
    filled = np.zeros((len(ys) - 1, len(xs) - 1), bool)
    filled[squares_of(text, xs, ys)] = True
    return filled


@dataclass(frozen=True, slots=True)
class LineExtent:
    """The place of one line of text in a grid.

    Attributes:
        top: Upper edge in points.
        bottom: Lower edge in points.
        columns: Columns in which the line has text.
        crosses: Whether its text crosses a border between columns or the outer border of the grid.
    """

    top: float
    bottom: float
    columns: set[int]
    crosses: bool


def line_extent(text: RegionText, number: int, xs: Array) -> LineExtent:
    """Return the place of a line between the borders of columns (points)."""
    own = text.where(text.line == number)
    crosses = any(((own.x0 < x) & (own.x1 > x)).any() for x in xs[1:-1].tolist())
    crosses |= bool((own.x0 < xs[0] - _OUTSIDE).any() or (own.x1 > xs[-1] + _OUTSIDE).any())
    return LineExtent(float(own.top.min()), float(own.bottom.max()), set(columns_of(own, xs).tolist()), crosses)
