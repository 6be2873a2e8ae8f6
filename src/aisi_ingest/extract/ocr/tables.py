"""Find ruled tables on a scanned page: printed lines become a grid, and recognised text is assigned to its cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.ocr.picture_text import RuledTable
from aisi_ingest.extract.tables.found_table import cell_boxes
from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.text.normalise import join_lines

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import Image, TextLine

_DARK = 170  # grey value, of 255, below which a pixel is ink or a printed line
# Shares of the page's width and height. A printed line is longer than any stroke of a character: the widest character
# of a title has 4 % of the page's width.
_LINE_WIDTH, _LINE_HEIGHT = 0.06, 0.018
_MINIMUM_LINE_WIDTH, _MINIMUM_LINE_HEIGHT = 20, 15  # pixels
_TABLE_LINES = 2  # a table is at least so many times as wide and high as the shortest line
_SAME_BORDER = 0.006  # share of the page's height: borders closer than this are one line that is slightly askew
_MINIMUM_SAME_BORDER = 4.0  # pixels
_DRAWN_SHARE = 0.55  # share of a cell's side that must be drawn to divide the cell from its neighbour
_BORDER_SHARE = 0.12  # share of the table's width or height over which a border is drawn
_ROW_SHARE = 0.8  # share of the lowest row over which a vertical border has no gap
_MINIMUM_RUN = 3  # pixels
_MINIMUM_CELLS = 3
_MINIMUM_FILLED = 0.25  # share of the cells with text; fewer are in frames, forms and drawings
_CORNER = 2  # pixels at both ends of a cell's side that belong to the crossing line


def find_tables(image: Image, lines: Sequence[TextLine]) -> list[RuledTable]:
    """Find the ruled tables of a scanned page.

    Args:
        image: The pixels of the page.
        lines: The recognised lines of text.

    Returns:
        The tables, the uppermost first, in pixels of the image.
    """
    import cv2

    height, width = image.shape[:2]
    ink = (image.min(axis=2) < _DARK).astype(np.uint8)
    line_width = max(_MINIMUM_LINE_WIDTH, round(_LINE_WIDTH * width))
    line_height = max(_MINIMUM_LINE_HEIGHT, round(_LINE_HEIGHT * height))
    across: Any = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, line_width), np.uint8))
    down: Any = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((line_height, 1), np.uint8))
    thicker = np.ones((3, 3), np.uint8)
    across, down = cv2.dilate(across, thicker), cv2.dilate(down, thicker)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(across | down)
    same_border = max(_MINIMUM_SAME_BORDER, _SAME_BORDER * height)
    out = []
    for x, y, table_width, table_height, _ in boxes[1:count].tolist():
        if table_width < _TABLE_LINES * line_width or table_height < _TABLE_LINES * line_height:
            continue
        part = (slice(y, y + table_height), slice(x, x + table_width))
        table = _read_table(across[part], down[part], x, y, same_border, lines)
        if table is not None:
            out.append(table)
    return sorted(out, key=lambda table: (table.top, table.x0))


def _read_table(
    across: Any, down: Any, left: int, top: int, same_border: float, lines: Sequence[TextLine]
) -> RuledTable | None:
    """Read a table from its lines; None if they are not a table.

    Args:
        across: Pixels of the horizontal lines, with the shape (height, width).
        down: Pixels of the vertical lines.
        left: Position of the table in the image, in pixels.
        top: The same.
        same_border: Borders closer than this many pixels are one.
        lines: The recognised lines of text.
    """
    height, width = across.shape
    ys = _borders(across.sum(axis=1) > _BORDER_SHARE * width, same_border)
    if len(ys) <= 1:
        return None
    lowest = min(below - above for above, below in pairwise(ys))
    # A border is as high as a row; the strokes of large characters are not.
    down = _long_runs(down, max(_MINIMUM_RUN, round(_ROW_SHARE * lowest)))
    xs = _borders(down.sum(axis=0) > _BORDER_SHARE * height, same_border)
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns <= 1 or columns * rows < _MINIMUM_CELLS:
        return None
    cells = _number_cells(across, down, xs, ys, same_border)
    lines_in: dict[int, list[TextLine]] = {}
    table_lines = []
    for line in lines:
        x, y = (line.x0 + line.x1) / 2 - left, (line.top + line.bottom) / 2 - top
        column, row = int(np.searchsorted(xs, x)) - 1, int(np.searchsorted(ys, y)) - 1
        if 0 <= column < columns and 0 <= row < rows:
            lines_in.setdefault(int(cells[row, column]), []).append(line)
            table_lines.append(line)
    filled = np.isin(cells, list(lines_in))
    if filled.any(axis=1).sum() == 0 or filled.any(axis=0).sum() <= 1 or filled.mean() < _MINIMUM_FILLED:
        return None
    texts = {number: _cell_text(found) for number, found in lines_in.items()}
    cell_rows = tuple(tuple(texts.get(int(number), "") for number in row) for row in cells)
    boxes = cell_boxes(Grid(np.array(xs) + left, np.array(ys) + top, cells, 0))
    places = tuple(tuple(boxes[number] for number in row) for row in cells.tolist())
    return RuledTable(left + xs[0], top + ys[0], left + xs[-1], top + ys[-1], cell_rows, tuple(table_lines), places)


def _long_runs(drawn: Any, length: int) -> Any:
    """Return the pixels that are in vertical runs of at least ``length`` pixels."""
    import cv2

    return cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))


def _borders(drawn: Any, same_border: float) -> list[float]:
    """Return the middle of each run of drawn pixels. Runs closer than ``same_border`` pixels are one border."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], drawn.astype(np.int8), [0]))))
    middles: list[float] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        middle = (start + end) / 2
        if middles and middle - middles[-1] < same_border:
            middles[-1] = (middles[-1] + middle) / 2
        else:
            middles.append(middle)
    return middles


def _number_cells(across: Any, down: Any, xs: Sequence[float], ys: Sequence[float], same_border: float) -> Any:
    """Number the places of the grid, with the shape (rows, columns). The places of a merged cell share a number.

    Lines may be askew by ``same_border`` pixels.
    """
    numbers = np.arange((len(ys) - 1) * (len(xs) - 1)).reshape(len(ys) - 1, len(xs) - 1)
    reach = max(2, round(same_border / 2))
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            y0, y1, x0, x1 = (round(value) for value in (ys[row], ys[row + 1], xs[column], xs[column + 1]))
            if column + 2 < len(xs):
                side = down[y0 + _CORNER : y1 - _CORNER, max(0, x1 - reach) : x1 + reach + 1]
                if side.size and side.any(axis=1).mean() < _DRAWN_SHARE:
                    numbers[numbers == numbers[row, column + 1]] = numbers[row, column]
            if row + 2 < len(ys):
                side = across[max(0, y1 - reach) : y1 + reach + 1, x0 + _CORNER : x1 - _CORNER]
                if side.size and side.any(axis=0).mean() < _DRAWN_SHARE:
                    numbers[numbers == numbers[row + 1, column]] = numbers[row, column]
    return numbers


def _cell_text(lines: Sequence[TextLine]) -> str:
    """Join the lines of a cell in reading order."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: line.top):
        if rows and line.top < (rows[-1][0].top + rows[-1][0].bottom) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return join_lines(" ".join(part.text for part in sorted(row, key=lambda part: part.x0)) for row in rows)
