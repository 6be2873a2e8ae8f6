"""The style of each line: its font, size and colour, and whether it is bold, italic or of a fixed width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from aisi_ingest.extract.lines.arrays import in_class
from aisi_ingest.extract.pdf.code_points import WIDE

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Font, Page

Array = np.ndarray[Any, Any]

_NEARLY_ALL = 0.8  # share of the characters that makes a line bold, italic or of a fixed width
_SAME_SIZE = 0.1  # points
# A full-width character counts twice: Latin type beside Japanese is often cut larger or smaller.
_WIDE_WEIGHT = 2


class LineStyle(Struct):
    """The style of one line.

    Attributes:
        size: Type size of most characters, in points.
        baseline: Baseline of these characters, in points.
        font: Their font, as an index into ``page.fonts``.
        color: Their colour, 0xRRGGBBAA.
        bold: Whether nearly all characters are bold.
        italic: Whether nearly all characters are italic.
        monospace: Whether nearly all characters are of a fixed width.
        bold_start: Number of characters at the start that are bold.
    """

    size: float
    baseline: float
    font: int
    color: int
    bold: bool
    italic: bool
    monospace: bool
    bold_start: int


class StyleRuns:
    """Runs of characters of one style, read line by line from the first to the last."""

    def __init__(self, page: Page, members: Array, size: Array, baseline: Array, raised: Array, cut: Array) -> None:
        """Find the runs.

        Args:
            page: The page.
            members: Indices into ``page.chars``, line by line in reading order.
            size: Type sizes of these characters, in points.
            baseline: Their baselines, in points.
            raised: Whether each is raised.
            cut: Whether each begins a line.
        """
        font, color = page.chars["font"][members], page.chars["color"][members]
        changes = (font[1:] != font[:-1]) | (np.abs(size[1:] - size[:-1]) > _SAME_SIZE)
        changes |= cut[1:] | (raised[1:] != raised[:-1])
        starts = np.flatnonzero(np.concatenate(([True], changes)))
        codes = page.chars["code"][members[starts]]
        self._fonts: tuple[Font, ...] = page.fonts
        self._starts: list[int] = starts.tolist()
        self._ends: list[int] = np.append(starts[1:], len(members)).tolist()
        self._font: list[int] = font[starts].tolist()
        self._size: list[float] = np.round(size[starts], 1).tolist()
        self._raised: list[bool] = raised[starts].tolist()
        self._baseline: list[float] = baseline[starts].tolist()
        self._wide: list[bool] = in_class(codes, WIDE).tolist()
        self._color: list[int] = color[starts].tolist()
        self._next = 0  # the first run that has not been read

    def next_line(self, start: int, end: int) -> LineStyle:
        """Return the style of the next line, which has the characters from ``start`` to ``end``, ``end`` excluded."""
        first = self._next
        if self._ends[first] < end:
            return self._mixed_line(start, end)
        self._next += 1  # one style from end to end, as in most lines
        font = self._fonts[self._font[first]]
        return self._style(first, font.bold, font.italic, font.monospace, end - start if font.bold else 0)

    def _mixed_line(self, start: int, end: int) -> LineStyle:
        """Return the style of a line of several runs."""
        most_common = self._next
        weights: dict[tuple[int, float], int] = {}
        bold = italic = monospace = bold_start = largest = 0
        while self._next < len(self._starts) and self._starts[self._next] < end:
            run = self._next
            length = self._ends[run] - self._starts[run]
            font = self._fonts[self._font[run]]
            if font.bold:
                bold_start += length if bold == self._starts[run] - start else 0
                bold += length
            italic += length * font.italic
            monospace += length * font.monospace
            if not self._raised[run]:
                style = (self._font[run], self._size[run])
                weight = weights.get(style, 0) + (_WIDE_WEIGHT * length if self._wide[run] else length)
                weights[style] = weight
                if weight > largest:
                    largest, most_common = weight, run
            self._next += 1
        nearly_all = _NEARLY_ALL * (end - start)
        return self._style(most_common, bold > nearly_all, italic > nearly_all, monospace > nearly_all, bold_start)

    def _style(self, run: int, bold: bool, italic: bool, monospace: bool, bold_start: int) -> LineStyle:
        """Return the style of a line with the size, baseline, font and colour of one run."""
        return LineStyle(
            self._size[run],
            self._baseline[run],
            self._font[run],
            self._color[run],
            bold,
            italic,
            monospace,
            bold_start,
        )
