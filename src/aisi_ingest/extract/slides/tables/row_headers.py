"""Find tables on a slide whose rows are labelled by drawn boxes, one below the other, with text beside each box.

Only the boxes separate the rows, so precision comes first. The text beside a box keeps to its height, and all texts
begin at one left edge. Boxes of one kind side by side are cards, and a panel beside several boxes is not a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from aisi_ingest.extract.geometry import (
    box_height,
    box_width,
    center_x,
    center_y,
    contains_center,
    smallest_containing,
    union,
)
from aisi_ingest.extract.slides.tables.model import SlideTable, Unit, in_line_order
from aisi_ingest.model import Box
from aisi_ingest.text.measure import width

# Tuned on drawn slides and on the decks at hand, so that their 218 slides have no false table.
_MINIMUM_ROWS = 3
_ALIGNMENT = 4.0  # points by which the sides of the boxes in a column differ
_MAXIMUM_LABEL_LENGTH = 40  # half-width characters in a box
_LABEL_OVERHANG = 3  # points by which a label may be wider than its box
_BOX_OVERLAP, _BOX_GAP = -2, 0.8  # points, and share of a box's height: between two boxes of a column
_MAXIMUM_DISTANCE = 6.0  # em between a box and the text beside it
_TEXT_ALIGNMENT = 1.6  # em by which the left edges of the texts differ
_COLUMN_GAP = 1.0  # em between two columns of text
_MINIMUM_FILLED = 0.7  # share of the rows in which a column has text
_HEADER_GAP = 2.5  # em between the header and the first box
_HEADER_OVERHANG = 2  # em by which a heading may end right of its column
_SAME_LINE = 0.5  # em by which the middles of the headings differ
_MINIMUM_MARGIN = 2.0  # points above the first box and below the last that belong to their rows
_TEXT_OVERHANG = 0.35  # of a line's height by which it may extend beyond its row
_EDGE_TOLERANCE = 2  # points by which a text may begin left of the boxes' right edge
_PANEL_TOLERANCE = 3  # points by which a panel may begin left of the boxes' right edge
_PANEL_HEIGHT, _PANEL_MARGIN = 1.6, 8  # of a box's height, plus points: a higher shape is a panel
_CARD_WIDTH_DIFFERENCE = 0.2  # share by which the width of a card differs from that of the boxes
_CARD_SHARE = 2  # the texts are cards if at least one in two is in a shape as wide as the boxes


def find_row_header_tables(units: Sequence[Unit], shapes: Sequence[Box]) -> list[SlideTable]:
    """Find tables whose rows are labelled by boxes.

    Args:
        units: The texts of a slide.
        shapes: The drawn boxes of the slide.

    Returns:
        The tables. No two of them share a unit.
    """
    if len(shapes) < _MINIMUM_ROWS:
        return []
    labels = _label_boxes(units, shapes)
    out: list[SlideTable] = []
    taken: set[int] = set()
    columns = _columns(list(labels))
    for column in columns:
        if any(_are_side_by_side(column, other) for other in columns if other is not column):
            continue  # two lists with their labels
        if not any(n in taken for k in column for n in labels[k]):
            found = _table_beside(column, labels, units, shapes, taken)
            if found is not None:
                out.append(found)
                taken |= found.units
    return out


_Corners = tuple[float, float, float, float]
"""x0, top, x1 and bottom of a box. They identify it, because the same shape may be drawn several times."""


def _label_boxes(units: Sequence[Unit], shapes: Sequence[Box]) -> dict[_Corners, list[int]]:
    """Return the boxes that contain only a short text, and the units in each."""
    units_in: dict[_Corners, list[int]] = {}
    for n, unit in enumerate(units):
        k = smallest_containing(unit.box, shapes) if unit.text.strip() else None
        if k is not None:
            s = shapes[k]
            units_in.setdefault((s.x0, s.top, s.x1, s.bottom), []).append(n)
    return {
        corners: numbers
        for corners, numbers in units_in.items()
        if sum(width(units[n].text) for n in numbers) <= _MAXIMUM_LABEL_LENGTH
        and all(
            corners[0] - _LABEL_OVERHANG <= units[n].box.x0 and units[n].box.x1 <= corners[2] + _LABEL_OVERHANG
            for n in numbers
        )
    }


def _columns(boxes: Sequence[_Corners]) -> list[list[_Corners]]:
    """Return columns of boxes: the same sides, one below the other, with gaps smaller than the boxes."""
    groups: list[list[_Corners]] = []
    for box in sorted(boxes, key=lambda box: box[1]):
        for group in groups:
            last = group[-1]
            aligned = abs(last[0] - box[0]) < _ALIGNMENT and abs(last[2] - box[2]) < _ALIGNMENT
            if aligned and _BOX_OVERLAP <= box[1] - last[3] <= _BOX_GAP * (last[3] - last[1]):
                group.append(box)
                break
        else:
            groups.append([box])
    columns = (group for group in groups if len(group) >= _MINIMUM_ROWS)
    return sorted(columns, key=lambda group: (group[0][0], group[0][1]))


def _are_side_by_side(one: Sequence[_Corners], other: Sequence[_Corners]) -> bool:
    """Return whether two columns of boxes have boxes of one size at the same heights."""
    heights = [(box[1], box[3]) for box in other]
    shared = sum(
        any(abs(box[1] - top) < _ALIGNMENT and abs(box[3] - bottom) < _ALIGNMENT for top, bottom in heights)
        for box in one
    )
    widths = [median(box[2] - box[0] for box in column) for column in (one, other)]
    return shared >= _MINIMUM_ROWS and abs(widths[0] - widths[1]) < _CARD_WIDTH_DIFFERENCE * widths[0]


def _table_beside(
    column: list[_Corners],
    labels: dict[_Corners, list[int]],
    units: Sequence[Unit],
    shapes: Sequence[Box],
    taken: set[int],
) -> SlideTable | None:
    """Build the table of a column of boxes and the texts to its right; None if they are not one.

    Args:
        column: The boxes, from top to bottom.
        labels: The units in each box.
        units: The texts of the slide.
        shapes: The drawn boxes of the slide.
        taken: The units that are in other tables.
    """
    right = max(box[2] for box in column)
    em = median(units[n].size for box in column for n in labels[box])
    unavailable = taken | {n for box in column for n in labels[box]}
    borders = _row_borders(column)
    beside = [
        n
        for n, unit in enumerate(units)
        if n not in unavailable
        and unit.text.strip()
        and unit.box.x0 > right - _EDGE_TOLERANCE
        and borders[0] < center_y(unit.box) < borders[-1]
    ]
    rows = [[n for n in beside if top < center_y(units[n].box) <= bottom] for top, bottom in pairwise(borders)]
    if not all(rows):
        return None
    starts = [min(units[n].box.x0 for n in row) for row in rows]
    if max(starts) - min(starts) > _TEXT_ALIGNMENT * em or min(starts) - right > _MAXIMUM_DISTANCE * em:
        return None
    spans = _column_spans([units[n].box for n in beside], _COLUMN_GAP * em)
    columns = _filled_columns(rows, spans, units)
    if not columns or not all(columns[0]):
        return None
    cells = [[labels[box], *(texts[i] for texts in columns)] for i, box in enumerate(column)]
    words = [n for row in cells for cell in row[1:] for n in cell]
    if _exceed_rows(words, units, borders) or _are_in_panels(column, words, units, shapes):
        return None
    header = _header(column, spans[: len(columns)], units, unavailable, em)
    if header:
        cells.insert(0, header)
    whole = tuple(tuple(tuple(in_line_order(cell, units)) for cell in row) for row in cells)
    return SlideTable(whole, int(bool(header)), union([units[n].box for row in whole for cell in row for n in cell]))


def _filled_columns(
    rows: Sequence[Sequence[int]], spans: Sequence[tuple[float, float]], units: Sequence[Unit]
) -> list[list[list[int]]]:
    """Return the columns of text up to the first in which too many rows are empty: what follows is something else.

    Returns:
        For each column and row the indices of the units.
    """
    out: list[list[list[int]]] = []
    for x0, x1 in spans:
        column = [[n for n in row if _is_within(units[n].box, x0, x1)] for row in rows]
        if sum(map(bool, column)) <= _MINIMUM_FILLED * len(rows):
            break
        out.append(column)
    return out


def _row_borders(column: Sequence[_Corners]) -> list[float]:
    """Return the borders of the rows: the middle of each gap between two boxes, and as much at both ends."""
    inner = [(above[3] + below[1]) / 2 for above, below in pairwise(column)]
    margin = max(_MINIMUM_MARGIN, *((below[1] - above[3]) / 2 for above, below in pairwise(column)))
    return [column[0][1] - margin, *inner, column[-1][3] + margin]


def _column_spans(boxes: Sequence[Box], minimum_gap: float) -> list[tuple[float, float]]:
    """Return left and right edge of each column of text. White space of ``minimum_gap`` points separates columns."""
    out: list[tuple[float, float]] = []
    for box in sorted(boxes, key=lambda box: box.x0):
        if out and box.x0 - out[-1][1] < minimum_gap:
            out[-1] = (out[-1][0], max(out[-1][1], box.x1))
        else:
            out.append((box.x0, box.x1))
    return out


def _is_within(box: Box, x0: float, x1: float) -> bool:
    return x0 <= center_x(box) <= x1


def _exceed_rows(words: Sequence[int], units: Sequence[Unit], borders: Sequence[float]) -> bool:
    """Return whether a text is higher than its row: then it is independent of the boxes."""
    for n in words:
        box = units[n].box
        top, bottom = next((a, b) for a, b in pairwise(borders) if a < center_y(box) <= b)
        overhang = _TEXT_OVERHANG * box_height(box)
        if box.top < top - overhang or box.bottom > bottom + overhang:
            return True
    return False


def _are_in_panels(
    column: Sequence[_Corners], words: Sequence[int], units: Sequence[Unit], shapes: Sequence[Box]
) -> bool:
    """Return whether the texts are in boxes like those of the labels (cards), or in a panel beside several of them."""
    step = median(box[3] - box[1] for box in column)
    right = max(box[2] for box in column)
    beside = [shape for shape in shapes if shape.x0 > right - _PANEL_TOLERANCE]
    high = [shape for shape in beside if box_height(shape) > _PANEL_HEIGHT * step + _PANEL_MARGIN]
    if any(contains_center(shape, units[n].box) for n in words for shape in high):
        return True
    usual = median(box[2] - box[0] for box in column)
    alike = [shape for shape in beside if abs(box_width(shape) - usual) < _CARD_WIDTH_DIFFERENCE * usual]
    cards = sum(any(contains_center(shape, units[n].box) for shape in alike) for n in words)
    return _CARD_SHARE * cards >= len(words)


def _header(
    column: Sequence[_Corners],
    spans: Sequence[tuple[float, float]],
    units: Sequence[Unit],
    unavailable: set[int],
    em: float,
) -> list[list[int]]:
    """Return the headings above the labels and above each column, if there is one line of them; else nothing.

    Args:
        column: The boxes of the labels.
        spans: Left and right edge of each column of text.
        units: The texts of the slide.
        unavailable: Units that are part of this or another table.
        em: Type size of the labels, in points.
    """
    left, top, right, _ = column[0]
    above = [
        n
        for n, unit in enumerate(units)
        if n not in unavailable
        and unit.text.strip()
        and 0 < top - center_y(unit.box) < _HEADER_GAP * em + box_height(unit.box) / 2
    ]
    out = []
    for x0, x1 in ((left, right), *spans):
        headings = [
            n for n in above if _is_within(units[n].box, x0, x1) and units[n].box.x1 < x1 + _HEADER_OVERHANG * em
        ]
        if len(headings) != 1:
            return []
        out.append(headings)
    middles = [center_y(units[cell[0]].box) for cell in out]
    return out if max(middles) - min(middles) < _SAME_LINE * em else []
