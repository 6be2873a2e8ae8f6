"""Ruled tables in a scanned page: its printed lines to a grid, and what was read to cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from aisi_ingest.text.normalise import join_lines

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import Image, TextLine

_DARK = 170  # grey of ink and printed lines on a scan, of 255
# Shares of the page's width and height. A printed line is longer than any stroke of print: the widest character of a
# title has 4 % of the page's width.
_LONG, _HIGH = 0.06, 0.018
_SAME = 0.006  # borders closer than this share of the page's height are one line, slightly askew
_DRAWN = 0.55  # share of a cell's side that must be drawn to divide it from its neighbour


class RuledTable(Struct, frozen=True):
    """A table with its place in pixels, merged cells repeated, and the lines that stand in it."""

    x0: float
    top: float
    x1: float
    bottom: float
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[TextLine, ...]


def tables_in(image: Image, lines: Sequence[TextLine]) -> list[RuledTable]:
    """The ruled tables of a scanned page, from its top. ``lines`` have boxes in the image's pixels."""
    import cv2

    height, width = image.shape[:2]
    ink = (image.min(axis=2) < _DARK).astype(np.uint8)
    long, high = max(20, round(_LONG * width)), max(15, round(_HIGH * height))
    across: Any = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    down: Any = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((high, 1), np.uint8))
    thick = np.ones((3, 3), np.uint8)
    across, down = cv2.dilate(across, thick), cv2.dilate(down, thick)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(across | down)
    out = []
    for x, y, wide, tall, _ in boxes[1:count].tolist():
        if wide < 2 * long or tall < 2 * high:
            continue
        part = (slice(y, y + tall), slice(x, x + wide))
        table = _table(across[part], down[part], x, y, max(4.0, _SAME * height), lines)
        if table is not None:
            out.append(table)
    return sorted(out, key=lambda table: (table.top, table.x0))


def _table(across: Any, down: Any, left: int, top: int, same: float, lines: Sequence[TextLine]) -> RuledTable | None:
    tall, wide = across.shape
    ys = _borders(across.sum(axis=1) > 0.12 * wide, same)
    if len(ys) < 2:
        return None
    lowest = min(below - above for above, below in pairwise(ys))
    down = _runs(down, max(3, round(0.8 * lowest)))  # a border is as high as a row; strokes of large print are not
    xs = _borders(down.sum(axis=0) > 0.12 * tall, same)
    if len(xs) < 3 or (len(xs) - 1) * (len(ys) - 1) < 3:
        return None
    cells = _cells(across, down, xs, ys, same)
    texts: dict[int, list[TextLine]] = {}
    held = []
    for line in lines:
        x, y = (line.x0 + line.x1) / 2 - left, (line.top + line.bottom) / 2 - top
        column, row = int(np.searchsorted(xs, x)) - 1, int(np.searchsorted(ys, y)) - 1
        if 0 <= column < len(xs) - 1 and 0 <= row < len(ys) - 1:
            texts.setdefault(int(cells[row, column]), []).append(line)
            held.append(line)
    filled = np.isin(cells, list(texts))
    if filled.any(axis=1).sum() < 1 or filled.any(axis=0).sum() < 2 or filled.mean() < 0.25:
        return None  # a frame, lines of a form, a drawing
    said = {number: _said(found) for number, found in texts.items()}
    rows = tuple(tuple(said.get(int(number), "") for number in row) for row in cells)
    return RuledTable(left + xs[0], top + ys[0], left + xs[-1], top + ys[-1], rows, tuple(held))


def _runs(drawn: Any, length: int) -> Any:
    """What is drawn without a gap for ``length`` pixels downwards."""
    import cv2

    return cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))


def _borders(drawn: Any, same: float) -> list[float]:
    """Middles of the runs of drawn pixels, those close together as one."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], drawn.astype(np.int8), [0]))))
    middles: list[float] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        middle = (start + end) / 2
        if middles and middle - middles[-1] < same:
            middles[-1] = (middles[-1] + middle) / 2
        else:
            middles.append(middle)
    return middles


def _cells(across: Any, down: Any, xs: Sequence[float], ys: Sequence[float], same: float) -> Any:
    """A number for each place of the grid; merged places share one. Lines may be askew by ``same`` pixels."""
    numbers = np.arange((len(ys) - 1) * (len(xs) - 1)).reshape(len(ys) - 1, len(xs) - 1)
    reach = max(2, round(same / 2))
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            y0, y1, x0, x1 = (round(value) for value in (ys[row], ys[row + 1], xs[column], xs[column + 1]))
            if column + 2 < len(xs):
                side = down[y0 + 2 : y1 - 2, max(0, x1 - reach) : x1 + reach + 1]
                if side.size and side.any(axis=1).mean() < _DRAWN:
                    numbers[numbers == numbers[row, column + 1]] = numbers[row, column]
            if row + 2 < len(ys):
                side = across[max(0, y1 - reach) : y1 + reach + 1, x0 + 2 : x1 - 2]
                if side.size and side.any(axis=0).mean() < _DRAWN:
                    numbers[numbers == numbers[row + 1, column]] = numbers[row, column]
    return numbers


def _said(lines: Sequence[TextLine]) -> str:
    """A cell's lines in reading order, joined."""
    ordered = sorted(lines, key=lambda line: line.top)
    rows: list[list[TextLine]] = []
    for line in ordered:
        if rows and line.top < (rows[-1][0].top + rows[-1][0].bottom) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return join_lines(" ".join(part.text for part in sorted(row, key=lambda part: part.x0)) for row in rows)
