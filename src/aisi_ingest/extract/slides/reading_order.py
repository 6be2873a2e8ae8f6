"""The order in which a person reads boxes on a slide: frames hold together, then rows, then columns.

A recursive cut along white space (Nagy and Seth, 1984), with frames (drawn rectangles, groups) taken as
one thing first, so that a box with a heading and three lines is read to its end before its neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aisi_ingest.model import Box


def visual_order(boxes: Sequence[Box], frames: Sequence[Box] = (), rules: Sequence[Box] = ()) -> list[int]:
    """Indices of ``boxes`` in reading order.

    ``frames`` are rectangles whose content belongs together, ``rules`` drawn horizontal lines: what stands
    above one that reaches across is read before what stands below it.
    """
    useful = sorted({frame for frame in map(_tuple, frames)}, key=_area, reverse=True)
    lines = sorted({rule for rule in map(_tuple, rules)}, key=lambda rule: rule[1])
    return _ordered(list(range(len(boxes))), [_tuple(box) for box in boxes], useful, lines)


_Rectangle = tuple[float, float, float, float]


def _tuple(box: Box) -> _Rectangle:
    return (box.x0, box.top, box.x1, box.bottom)


def _area(box: _Rectangle) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _inside(box: _Rectangle, frame: _Rectangle) -> bool:
    """The middle of the box and most of it lie in the frame: a tab that sits on the border belongs to it."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    if not (frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3]):
        return False
    width = min(box[2], frame[2]) - max(box[0], frame[0])
    height = min(box[3], frame[3]) - max(box[1], frame[1])
    return width * height >= 0.6 * _area(box)


def _ordered(
    members: list[int], boxes: list[_Rectangle], frames: list[_Rectangle], rules: list[_Rectangle]
) -> list[int]:
    if len(members) < 2:
        return members
    units: list[tuple[_Rectangle, list[int]]] = []
    left = set(members)
    for position, frame in enumerate(frames):  # largest first; those inside it are met again in the recursion
        held = [member for member in members if member in left and _inside(boxes[member], frame)]
        if len(held) == 1 and frame[3] - frame[1] < 3 * (boxes[held[0]][3] - boxes[held[0]][1]):
            left -= set(held)  # a filled tab or a banner: as large as it is drawn
            units.append((_union([frame, boxes[held[0]]]), held))
            continue
        if len(held) < 2 or len(held) == len(members):
            continue
        left -= set(held)
        inner = _ordered(held, boxes, frames[position + 1 :], rules)
        units.append((_union([frame, *(boxes[member] for member in held)]), inner))
    units += [(boxes[member], [member]) for member in members if member in left]
    return [member for _, held in _cut(_stacked(units), rules) for member in held]


_Unit = tuple[_Rectangle, list[int]]


def _union(boxes: Sequence[_Rectangle]) -> _Rectangle:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _stacked(units: list[_Unit]) -> list[_Unit]:
    """A heading box or a tab set right on top of a body box, flush with its left edge, is one card with it."""
    out: list[_Unit] = []
    for box, held in sorted(units, key=lambda unit: (unit[0][1], unit[0][0])):
        for position, (above, members) in enumerate(out):
            flush = abs(above[0] - box[0]) < 6 and above[2] < box[2] + 6
            if len(members) == 1 and flush and -4 <= box[1] - above[3] <= 6:
                out[position] = (_union([above, box]), members + held)
                break
        else:
            out.append((box, held))
    return out


def _cut(units: list[_Unit], rules: list[_Rectangle]) -> list[_Unit]:
    if len(units) < 2:
        return units
    bands = _ruled(units, rules)
    if len(bands) > 1:
        return [unit for band in bands for unit in _cut(band, rules)]
    rows, row_gap = _split(units, lambda box: (box[1], box[3]))
    columns, column_gap = _split(units, lambda box: (box[0], box[2]))
    if len(rows) < 2 and len(columns) < 2:
        return _by_lines(units)
    apart = column_gap > 1.5 * row_gap or _headed(rows, columns)
    by_column = len(rows) < 2 or (len(columns) > 1 and apart and not _labelled(columns))
    return [unit for part in (columns if by_column else rows) for unit in _cut(part, rules)]


def _split(units: list[_Unit], span: Callable[[_Rectangle], tuple[float, float]]) -> tuple[list[list[_Unit]], float]:
    """Parts with white space between them, and the widest gap; boxes may overlap a little (2 points)."""
    ordered = sorted(units, key=lambda unit: span(unit[0]))
    parts, widest = [[ordered[0]]], 0.0
    end = span(ordered[0][0])[1]
    for unit in ordered[1:]:
        start, stop = span(unit[0])
        if start >= end - 2:
            parts.append([])
            widest = max(widest, start - end)
        parts[-1].append(unit)
        end = max(end, stop)
    return parts, widest


def _ruled(units: list[_Unit], rules: list[_Rectangle]) -> list[list[_Unit]]:
    """The units between lines that reach across most of them. A line that runs through a unit divides nothing."""
    whole = _union([box for box, _ in units])
    dividing = []
    for x0, top, x1, _ in rules:
        reach = min(x1, whole[2]) - max(x0, whole[0])
        crossed = any(box[1] + 3 < top < box[3] - 3 and box[0] < x1 and x0 < box[2] for box, _ in units)
        if whole[1] < top < whole[3] and reach > 0.6 * (whole[2] - whole[0]) and not crossed:
            dividing.append(top)
    bands: list[list[_Unit]] = [[] for _ in range(len(dividing) + 1)]
    for unit in units:
        middle = (unit[0][1] + unit[0][3]) / 2
        bands[sum(top < middle for top in dividing)].append(unit)
    return [band for band in bands if band]


def _headed(rows: list[list[_Unit]], columns: list[list[_Unit]]) -> bool:
    """Each column begins with a low box, its heading, and goes on with a high one."""
    if len(rows) < 2 or len(columns) < 2 or len(rows[0]) != len(columns):
        return False
    for column in columns:
        first, *rest = sorted((box for box, _ in column), key=lambda box: box[1])
        body = _union(rest) if rest else None
        if body is None or first[3] - first[1] > 0.4 * (body[3] - body[1]):
            return False
    return True


def _labelled(columns: list[list[_Unit]]) -> bool:
    """A narrow column of labels beside one of explanations, row by row, is read across."""
    if len(columns) != 2 or len(columns[0]) != len(columns[1]) or len(columns[0]) < 2:
        return False
    first, second = (_union([unit[0] for unit in column]) for column in columns)
    if (first[2] - first[0]) > 0.6 * (second[2] - second[0]):
        return False
    pairs = zip(*(sorted(column, key=lambda unit: unit[0][1]) for column in columns), strict=True)
    return all(min(a[3], b[3]) - max(a[1], b[1]) > 0.5 * min(a[3] - a[1], b[3] - b[1]) for (a, _), (b, _) in pairs)


def _by_lines(units: list[_Unit]) -> list[_Unit]:
    """Boxes that overlap each other every way: line by line, where a line is what overlaps by half in height."""
    lines: list[list[_Unit]] = []
    for unit in sorted(units, key=lambda unit: (unit[0][1], unit[0][0])):
        box = unit[0]
        if lines:
            first = lines[-1][0][0]
            overlap = min(first[3], box[3]) - max(first[1], box[1])
            if overlap > 0.5 * min(first[3] - first[1], box[3] - box[1]):
                lines[-1].append(unit)
                continue
        lines.append([unit])
    return [unit for line in lines for unit in sorted(line, key=lambda unit: unit[0][0])]
