"""Tables of a slide whose rows are labelled by drawn boxes, one under the other, with words beside each of them.

Nothing parts the rows but the boxes. Precision first: the words beside keep to the height of their box and begin
in one line down the slide; boxes of one kind side by side are cards, and a panel beside several boxes is no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from aisi_ingest.extract.slides.compose import around
from aisi_ingest.extract.slides.geometry import center, height, holds, middle, smallest_around
from aisi_ingest.extract.slides.tables.model import SlideTable, Unit
from aisi_ingest.extract.slides.tables.ruled import by_lines
from aisi_ingest.model import Box
from aisi_ingest.text.measure import width

# Chosen on drawn slides and on the decks at hand, for no false table among their 218 slides.
_LEAST = 3  # boxes
_ALIKE = 4.0  # points by which the sides of boxes in a column differ
_LABEL = 40  # half-width characters in a box
_NEAR = 6.0  # em between a box and the words beside it
_FLUSH = 1.6  # em by which the words' beginnings differ
_WHITE = 1.0  # em between columns of words
_HEAD = 2.5  # em between a heading and the first box
_OUT = 0.35  # of a line's height by which it may stand out over the height of its box and half the gap


def labelled_tables(units: Sequence[Unit], shapes: Sequence[Box]) -> list[SlideTable]:
    """``shapes`` are drawn boxes. No two tables share a unit."""
    if len(shapes) < _LEAST:
        return []
    labels = _labels(units, shapes)
    out: list[SlideTable] = []
    taken: set[int] = set()
    for column in _columns(list(labels)):
        if not any(n in taken for k in column for n in labels[k]):
            found = _beside(column, labels, units, shapes, taken)
            if found is not None:
                out.append(found)
                taken |= {n for row in found.cells for cell in row for n in cell}
    return out


_Corners = tuple[float, float, float, float]


def _labels(units: Sequence[Unit], shapes: Sequence[Box]) -> dict[_Corners, list[int]]:
    """Boxes around a few words, as x0, top, x1 and bottom; and the units in each."""
    held: dict[_Corners, list[int]] = {}
    for n, unit in enumerate(units):
        k = smallest_around(unit.box, shapes) if unit.text.strip() else None
        if k is not None:
            s = shapes[k]
            held.setdefault((s.x0, s.top, s.x1, s.bottom), []).append(n)
    return {
        key: numbers
        for key, numbers in held.items()
        if sum(width(units[n].text) for n in numbers) <= _LABEL
        and all(key[0] - 3 <= units[n].box.x0 and units[n].box.x1 <= key[2] + 3 for n in numbers)
    }


def _columns(boxes: Sequence[_Corners]) -> list[list[_Corners]]:
    """Boxes with the same sides one under the other, with less between them than they are high."""
    groups: list[list[_Corners]] = []
    for box in sorted(boxes, key=lambda box: box[1]):
        for group in groups:
            last = group[-1]
            flush = abs(last[0] - box[0]) < _ALIKE and abs(last[2] - box[2]) < _ALIKE
            if flush and -2 <= box[1] - last[3] <= 0.8 * (last[3] - last[1]):
                group.append(box)
                break
        else:
            groups.append([box])
    return sorted((group for group in groups if len(group) >= _LEAST), key=lambda group: (group[0][0], group[0][1]))


def _beside(
    column: list[_Corners],
    labels: dict[_Corners, list[int]],
    units: Sequence[Unit],
    shapes: Sequence[Box],
    taken: set[int],
) -> SlideTable | None:
    right = max(box[2] for box in column)
    em = median(units[n].size for box in column for n in labels[box])
    own = {n for box in column for n in labels[box]}
    borders = _borders(column)
    beside = [
        n
        for n, unit in enumerate(units)
        if n not in own
        and n not in taken
        and unit.text.strip()
        and unit.box.x0 > right - 2
        and borders[0] < middle(unit.box) < borders[-1]
    ]
    rows = [[n for n in beside if top < middle(units[n].box) <= low] for top, low in pairwise(borders)]
    if not all(rows):
        return None
    starts = [min(units[n].box.x0 for n in row) for row in rows]
    if max(starts) - min(starts) > _FLUSH * em or min(starts) - right > _NEAR * em:
        return None
    xs = _white([units[n].box for n in beside], _WHITE * em)
    # Columns as far as all rows have words in them; what stands beyond is another thing.
    columns = [[[n for n in row if _within(units[n].box, x0, x1)] for row in rows] for x0, x1 in xs]
    kept = 0
    while kept < len(columns) and sum(map(bool, columns[kept])) > 0.7 * len(rows):
        kept += 1
    if not kept or not all(columns[0]):
        return None
    cells = [[labels[box], *(columns[k][i] for k in range(kept))] for i, box in enumerate(column)]
    words = [n for row in cells for cell in row[1:] for n in cell]
    if _stands_out(words, units, borders) or _in_panels(column, words, units, shapes):
        return None
    head = _heading(column, xs[:kept], units, {n for n in range(len(units)) if n in own or n in taken}, em)
    if head:
        cells.insert(0, head)
    whole = tuple(tuple(tuple(by_lines(cell, units)) for cell in row) for row in cells)
    return SlideTable(whole, int(bool(head)), around([units[n].box for row in whole for cell in row for n in cell]))


def _borders(column: Sequence[_Corners]) -> list[float]:
    """Between the rows: the middle of the gap between two boxes, and as much at either end."""
    inner = [(above[3] + below[1]) / 2 for above, below in pairwise(column)]
    room = max(2.0, *((below[1] - above[3]) / 2 for above, below in pairwise(column)))
    return [column[0][1] - room, *inner, column[-1][3] + room]


def _white(boxes: Sequence[Box], least: float) -> list[tuple[float, float]]:
    """Columns of words: left and right edges of what white strips part."""
    out: list[tuple[float, float]] = []
    for box in sorted(boxes, key=lambda box: box.x0):
        if out and box.x0 - out[-1][1] < least:
            out[-1] = (out[-1][0], max(out[-1][1], box.x1))
        else:
            out.append((box.x0, box.x1))
    return out


def _within(box: Box, x0: float, x1: float) -> bool:
    return x0 <= center(box) <= x1


def _stands_out(words: Sequence[int], units: Sequence[Unit], borders: Sequence[float]) -> bool:
    """Whether words run over the height of their row: they are a text of their own."""
    for n in words:
        box = units[n].box
        top, low = next((a, b) for a, b in pairwise(borders) if a < middle(box) <= b)
        if box.top < top - _OUT * height(box) or box.bottom > low + _OUT * height(box):
            return True
    return False


def _in_panels(column: Sequence[_Corners], words: Sequence[int], units: Sequence[Unit], shapes: Sequence[Box]) -> bool:
    """Whether the words stand in boxes of the labels' kind (cards), or in a panel beside several of them."""
    step = median(box[3] - box[1] for box in column)
    wide = median(box[2] - box[0] for box in column)
    right = max(box[2] for box in column)
    cards = 0
    for n in words:
        box = units[n].box
        for shape in (shape for shape in shapes if shape.x0 > right - 3):
            if holds(shape, box):
                if height(shape) > 1.6 * step + 8:
                    return True
                if abs(shape.x1 - shape.x0 - wide) < 0.2 * wide:
                    cards += 1
                    break
    return 2 * cards >= len(words)


def _heading(
    column: Sequence[_Corners],
    xs: Sequence[tuple[float, float]],
    units: Sequence[Unit],
    not_these: set[int],
    em: float,
) -> list[list[int]]:
    """Words over the labels and over each column on one line; empty where there are none."""
    top, left, right = column[0][1], column[0][0], column[0][2]
    above = [
        n
        for n, unit in enumerate(units)
        if n not in not_these and unit.text.strip() and 0 < top - middle(unit.box) < _HEAD * em + height(unit.box) / 2
    ]
    found = []
    for x0, x1 in ((left, right), *xs):
        over = [n for n in above if _within(units[n].box, x0, x1) and units[n].box.x1 < x1 + 2 * em]
        if len(over) != 1:
            return []
        found.append(over)
    level = [middle(units[cell[0]].box) for cell in found]
    return found if max(level) - min(level) < 0.5 * em else []
