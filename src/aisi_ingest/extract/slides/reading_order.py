"""Put the boxes of a slide in the order in which a person reads them: frames, then rows, then columns.

The method is a recursive cut along white space (Nagy and Seth, 1984). The content of a frame (a drawn rectangle or a
group) is first taken as one unit, so that a box with a heading and three lines is read to its end before its
neighbour.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain

from aisi_ingest.extract.geometry import overlap
from aisi_ingest.model import Box


def visual_order(boxes: Sequence[Box], frames: Sequence[Box] = (), rules: Sequence[Box] = ()) -> list[int]:
    """Return the indices of ``boxes`` in reading order. It does not depend on the order of the arguments.

    Args:
        boxes: The boxes to put in order, in points.
        frames: Rectangles whose content belongs together.
        rules: Drawn horizontal lines. Boxes above a line that reaches across the slide are read before those below.
    """
    largest_first = sorted({frame for frame in map(_rectangle, frames)}, key=_area, reverse=True)
    lines = sorted({rule for rule in map(_rectangle, rules)}, key=lambda rule: rule[1])
    return _ordered(list(range(len(boxes))), [_rectangle(box) for box in boxes], largest_first, lines)


_Rectangle = tuple[float, float, float, float]
"""Left, top, right and bottom in points: hashable, and faster than ``Box`` in the recursion."""

_MINIMUM_SHARE_INSIDE = 0.6  # of a box's area that lies in its frame
_BANNER_HEIGHT = 3  # a frame lower than this many times its only text is a filled tab or a banner
_CARD_SHIFT = 6  # points between the edges of a heading box and the body box below it
_CARD_OVERLAP, _CARD_GAP = -4, 6  # points between them vertically
_CARD_REACH = max(-_CARD_OVERLAP, _CARD_GAP)
_CUT_OVERLAP = 2  # points by which two boxes on both sides of a cut may overlap
_COLUMN_PREFERENCE = 1.5  # columns are cut first if the gap between them is wider by this factor than between rows
_RULE_TOLERANCE = 3  # points that a line may reach into a box without running through it
_RULE_REACH = 0.6  # share of the units' width over which a dividing line reaches
_HEADING_HEIGHT = 0.4  # of the height of what is below it
_LABEL_WIDTH = 0.6  # of the width of the column of explanations
_LABEL_COLUMNS = 2
_SAME_LINE = 0.5  # share of the smaller height over which two boxes on one line overlap


def _rectangle(box: Box) -> _Rectangle:
    return (box.x0, box.top, box.x1, box.bottom)


def _width(box: _Rectangle) -> float:
    return box[2] - box[0]


def _height(box: _Rectangle) -> float:
    return box[3] - box[1]


def _area(box: _Rectangle) -> float:
    return max(0.0, _width(box)) * max(0.0, _height(box))


def _is_inside(box: _Rectangle, frame: _Rectangle) -> bool:
    """Return whether the centre and most of a box lie in a frame. A tab on the frame's border belongs to the frame."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    if not (frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3]):
        return False
    width = overlap(box[0], box[2], frame[0], frame[2])
    height = overlap(box[1], box[3], frame[1], frame[3])
    return width * height >= _MINIMUM_SHARE_INSIDE * _area(box)


def _ordered(
    members: list[int], boxes: list[_Rectangle], frames: list[_Rectangle], rules: list[_Rectangle]
) -> list[int]:
    if len(members) <= 1:
        return members
    units: list[_Unit] = []
    remaining = set(members)
    for position, frame in enumerate(frames):  # largest first; the recursion handles the frames inside it
        held = [member for member in members if member in remaining and _is_inside(boxes[member], frame)]
        if len(held) == 1 and _height(frame) < _BANNER_HEIGHT * _height(boxes[held[0]]):
            remaining -= set(held)  # a filled tab or a banner: its box is as large as it is drawn
            units.append((_union([frame, boxes[held[0]]]), held))
            continue
        if len(held) <= 1 or len(held) == len(members):
            continue
        remaining -= set(held)
        inner = _ordered(held, boxes, frames[position + 1 :], rules)
        units.append((_union([frame, *(boxes[member] for member in held)]), inner))
    units += [(boxes[member], [member]) for member in members if member in remaining]
    return [member for _, held in _cut(_join_cards(units), rules) for member in held]


_Unit = tuple[_Rectangle, list[int]]
"""A rectangle that is read without a break, and the indices of its boxes in reading order."""


def _union(boxes: Sequence[_Rectangle]) -> _Rectangle:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _join_cards(units: list[_Unit]) -> list[_Unit]:
    """Join a heading box or tab with the body box right below it at the same left edge: together they are a card."""
    out: list[_Unit] = []
    # Units of one box by their left edge and bottom: only those near a box can belong to it.
    single: dict[tuple[float, float], list[int]] = defaultdict(list)
    for box, held in sorted(units, key=lambda unit: (unit[0][1], unit[0][0])):
        column, row = box[0] // _CARD_SHIFT, box[1] // _CARD_REACH
        near = (single.get((column + right, row + down), ()) for right in (-1, 0, 1) for down in (-1, 0, 1))
        for position in sorted(chain.from_iterable(near)):
            above, members = out[position]
            flush = abs(above[0] - box[0]) < _CARD_SHIFT and above[2] < box[2] + _CARD_SHIFT
            if len(members) == 1 and flush and _CARD_OVERLAP <= box[1] - above[3] <= _CARD_GAP:
                out[position] = (_union([above, box]), members + held)
                break
        else:
            if len(held) == 1:
                single[box[0] // _CARD_SHIFT, box[3] // _CARD_REACH].append(len(out))
            out.append((box, held))
    return out


def _cut(units: list[_Unit], rules: list[_Rectangle]) -> list[_Unit]:
    """Cut units into rows or columns, whichever has the clearer gaps, and put each part in order."""
    if len(units) <= 1:
        return units
    bands = _split_at_rules(units, rules)
    if len(bands) > 1:
        return [unit for band in bands for unit in _cut(band, rules)]
    rows, row_gap = _split(units, lambda box: (box[1], box[3]))
    columns, column_gap = _split(units, lambda box: (box[0], box[2]))
    if len(rows) <= 1 and len(columns) <= 1:
        return _in_line_order(units)
    clear_columns = column_gap > _COLUMN_PREFERENCE * row_gap or _have_headings(rows, columns)
    by_column = len(rows) <= 1 or (len(columns) > 1 and clear_columns and not _are_labels_and_texts(columns))
    return [unit for part in (columns if by_column else rows) for unit in _cut(part, rules)]


def _split(units: list[_Unit], span: Callable[[_Rectangle], tuple[float, float]]) -> tuple[list[list[_Unit]], float]:
    """Split units at white space in one direction. ``span`` returns a box's start and end in that direction.

    Returns:
        The parts, and the widest gap between two of them in points.
    """
    ordered = sorted(units, key=lambda unit: span(unit[0]))
    parts, widest = [[ordered[0]]], 0.0
    end = span(ordered[0][0])[1]
    for unit in ordered[1:]:
        start, stop = span(unit[0])
        if start >= end - _CUT_OVERLAP:
            parts.append([])
            widest = max(widest, start - end)
        parts[-1].append(unit)
        end = max(end, stop)
    return parts, widest


def _split_at_rules(units: list[_Unit], rules: list[_Rectangle]) -> list[list[_Unit]]:
    """Split units at lines that reach across most of them. A line that runs through a unit divides nothing."""
    whole = _union([box for box, _ in units])
    dividing = []
    for x0, top, x1, _ in rules:
        reach = overlap(x0, x1, whole[0], whole[2])
        crosses = any(
            box[1] + _RULE_TOLERANCE < top < box[3] - _RULE_TOLERANCE and box[0] < x1 and x0 < box[2]
            for box, _ in units
        )
        if whole[1] < top < whole[3] and reach > _RULE_REACH * _width(whole) and not crosses:
            dividing.append(top)
    bands: list[list[_Unit]] = [[] for _ in range(len(dividing) + 1)]
    for unit in units:
        middle = (unit[0][1] + unit[0][3]) / 2
        bands[sum(top < middle for top in dividing)].append(unit)
    return [band for band in bands if band]


def _have_headings(rows: list[list[_Unit]], columns: list[list[_Unit]]) -> bool:
    """Return whether each column has a low box on top, its heading, and a higher one below."""
    if len(rows) <= 1 or len(columns) <= 1 or len(rows[0]) != len(columns):
        return False
    for column in columns:
        first, *rest = sorted((box for box, _ in column), key=lambda box: box[1])
        body = _union(rest) if rest else None
        if body is None or _height(first) > _HEADING_HEIGHT * _height(body):
            return False
    return True


def _are_labels_and_texts(columns: list[list[_Unit]]) -> bool:
    """Return whether a narrow column of labels is beside one of explanations, row by row: such are read across."""
    if len(columns) != _LABEL_COLUMNS or len(columns[0]) != len(columns[1]) or len(columns[0]) <= 1:
        return False
    first, second = (_union([unit[0] for unit in column]) for column in columns)
    if _width(first) > _LABEL_WIDTH * _width(second):
        return False
    pairs = zip(*(sorted(column, key=lambda unit: unit[0][1]) for column in columns), strict=True)
    return all(_on_one_line(a, b) for (a, _), (b, _) in pairs)


def _on_one_line(one: _Rectangle, other: _Rectangle) -> bool:
    return overlap(one[1], one[3], other[1], other[3]) > _SAME_LINE * min(_height(one), _height(other))


def _in_line_order(units: list[_Unit]) -> list[_Unit]:
    """Put units that no white space divides in order line by line, each line from the left."""
    lines: list[list[_Unit]] = []
    for unit in sorted(units, key=lambda unit: (unit[0][1], unit[0][0])):
        if lines and _on_one_line(lines[-1][0][0], unit[0]):
            lines[-1].append(unit)
        else:
            lines.append([unit])
    return [unit for line in lines for unit in sorted(line, key=lambda unit: unit[0][0])]
