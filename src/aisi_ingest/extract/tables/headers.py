"""Count the header rows of a table: by their look, by the rules around them, and by their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.page import FILL
from aisi_ingest.extract.tables.header_words import MOST_HEADER_ROWS, named_header_rows

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

_WHITE = 0xFFFFFF


def header_rows(
    page: Page,
    cells: Array,
    boxes: dict[int, Box],
    texts: dict[int, str],
    bold: dict[int, bool],
    above_rule: int,
    continues: bool,
) -> int:
    """Count the header rows of a table.

    Args:
        page: The page.
        cells: Cell numbers, of shape (rows, columns).
        boxes: Box of each cell.
        texts: Text of each cell.
        bold: Whether the text of each cell is bold.
        above_rule: Number of rows above the rule that divides a header from the rest; 0 if no rule shows it.
        continues: Whether the table may continue the one on the page before, so that its first row need be no head.
    """
    if len(cells) <= 1:
        return 0
    found = _rows_that_look_different(page, cells, boxes, texts, bold)
    if found or continues:
        return found
    numbers = cells.tolist()
    return named_header_rows([[texts.get(number, "") for number in row] for row in numbers], numbers, above_rule)


def _rows_that_look_different(
    page: Page, cells: Array, boxes: dict[int, Box], texts: dict[int, str], bold: dict[int, bool]
) -> int:
    """Count the rows at the top that differ from the rest: all bold, or on another background."""
    count = len(cells)
    backgrounds = _background_colors(page, boxes)
    looks = [_look(row, backgrounds, texts, bold) for row in cells.tolist()]
    body = looks[count // 2 :]
    body_is_bold = sum(is_bold for is_bold, _ in body) * 2 > len(body)
    body_colors = {color for _, colors in body for color in colors}

    def differs(is_bold: bool, colors: frozenset[int]) -> bool:
        return (is_bold and not body_is_bold) or (0 not in colors and not colors & body_colors)

    first = 0
    while first < min(MOST_HEADER_ROWS, count // 2) and differs(*looks[first]):
        first += 1
    if first:  # a header cell that spans further rows makes them header rows
        last_spanned = int(np.argwhere(np.isin(cells, cells[:first]))[:, 0].max())
        if last_spanned < min(MOST_HEADER_ROWS, count - 1):
            first = max(first, last_spanned + 1)
    return first


def _look(
    row: list[int], backgrounds: dict[int, int], texts: dict[int, str], bold: dict[int, bool]
) -> tuple[bool, frozenset[int]]:
    """Return whether all text of a row is bold, and the colours behind its cells."""
    written = [number for number in dict.fromkeys(row) if texts.get(number)]
    return bool(written) and all(bold[number] for number in written), frozenset(backgrounds[number] for number in row)


def _background_colors(page: Page, boxes: dict[int, Box]) -> dict[int, int]:
    """Return the colour behind each cell as 0xRRGGBB; 0 means white."""
    fills = page.rules[page.rules["kind"] == FILL]
    if not len(fills):
        return dict.fromkeys(boxes, 0)
    x = np.array([(box.x0 + box.x1) / 2 for box in boxes.values()])[:, None]
    y = np.array([(box.top + box.bottom) / 2 for box in boxes.values()])[:, None]
    behind = (fills["x0"] < x) & (fills["x1"] > x) & (fills["top"] < y) & (fills["bottom"] > y)
    last = len(fills) - 1 - behind[:, ::-1].argmax(1)
    color = np.where(behind.any(1), fills["color"][last] >> 8, _WHITE)
    return {number: 0 if value == _WHITE else value for number, value in zip(boxes, color.tolist(), strict=True)}
