"""Tables of a slide whose rows are parted by drawn lines and whose columns by white, with labels in front.

Reports have such tables too (``aligned.rule_grids``), but slides set them out of free texts: lines that end a few
points apart, rows above the first line and below the last, labels in arrows and boxes that stand before several
rows. Precision first: the first column is of labels, and no text runs across the white between columns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from statistics import median

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.slides.compose import around
from aisi_ingest.extract.slides.geometry import center, height, holds, middle
from aisi_ingest.extract.slides.tables.model import SlideTable, Unit
from aisi_ingest.model import Box
from aisi_ingest.text.measure import width

# Chosen on drawn slides and on the decks at hand, for no false table among their 218 slides.
_LEAST = 3  # lines of one length
_ALIKE = 6.0  # points by which the ends of such lines differ: they are drawn by hand
_WHITE = 0.7  # em between columns
_LOOSE = 2.2  # em of white above the first line or below the last, from which on something else begins
_LABEL = 48  # half-width characters that a label says, in the middle
_PROSE = 32  # half-width characters from which on a cell may be a line of prose
_OVER = 1.6  # em that words may stand out from under their lines
_SOME = 0.3  # share of the rows in which a column has words


def ruled_tables(units: Sequence[Unit], rules: Sequence[Box], shapes: Sequence[Box]) -> list[SlideTable]:
    """``rules`` are horizontal lines, ``shapes`` what is drawn around labels. No two tables share a unit."""
    out: list[SlideTable] = []
    taken: set[int] = set()
    for group in _groups(rules):
        free = [number for number in range(len(units)) if number not in taken]
        found = _between(group, free, units, rules, shapes)
        if found is not None:
            out.append(found)
            taken |= {number for row in found.cells for cell in row for number in cell}
    return out


def _groups(rules: Sequence[Box]) -> list[list[Box]]:
    """Lines that begin and end at the same places, from the top."""
    groups: list[list[Box]] = []
    for rule in sorted(rules, key=lambda rule: rule.top):
        for group in groups:
            if abs(group[0].x0 - rule.x0) < _ALIKE and abs(group[0].x1 - rule.x1) < _ALIKE:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) >= _LEAST]


def _between(
    group: Sequence[Box], free: Sequence[int], units: Sequence[Unit], rules: Sequence[Box], shapes: Sequence[Box]
) -> SlideTable | None:
    left, right = min(rule.x0 for rule in group), max(rule.x1 for rule in group)
    ys = [rule.top for rule in group]
    near = [n for n in free if left - 2 < center(units[n].box) < right and units[n].text.strip()]
    inner = [n for n in near if ys[0] < middle(units[n].box) < ys[-1]]
    if len(inner) < 4:
        return None
    em = median(units[n].size for n in inner)
    if any(units[n].box.x0 < left - 3 or units[n].box.x1 > right + _OVER * em for n in inner):
        return None
    if min(b - a for a, b in pairwise(ys)) < 1.2 * em:
        return None
    gaps = _white(_with_signs(inner, units), _WHITE * em)
    if not gaps:
        return None
    xs = [left, *((x0 + x1) / 2 for x0, x1 in gaps), right + _OVER * em]
    bands = [[n for n in inner if top < middle(units[n].box) <= low] for top, low in pairwise(ys)]
    if not _is_table(bands, xs, units):
        return None
    narrow = [shape for shape in shapes if shape.x1 - shape.x0 < 0.8 * (right - left)]
    grounded = {n for n in near if any(_is_ground(shape, units[n].box) for shape in narrow)}
    above, over = _beyond(near, ys[0], -1, gaps, em, units, rules, (left, right), grounded)
    below, under = _beyond(near, ys[-1], 1, gaps, em, units, rules, (left, right), ())
    named = [*reversed(above), *bands, *below]
    borders = [*reversed(over), *ys, *under]
    return _told(named, borders, xs, len(above), free, units, rules, shapes)


def _with_signs(numbers: Sequence[int], units: Sequence[Unit]) -> list[Box]:
    """The boxes of units, those of bullets alone as far as to what they stand before."""
    out = []
    for n in numbers:
        box = units[n].box
        if len(units[n].text.strip()) <= 2 and split_bullet(units[n].text.strip() + " x")[0]:
            level = [units[m].box.x0 for m in numbers if abs(middle(units[m].box) - middle(box)) < 0.4 * height(box)]
            behind = min((x0 for x0 in level if x0 > box.x1 - 1), default=box.x1)
            box = Box(box.x0, box.top, max(box.x1, behind), box.bottom)
        out.append(box)
    return out


def _white(boxes: Sequence[Box], least: float) -> list[tuple[float, float]]:
    """White strips that go down through all boxes, as left and right edge."""
    out: list[tuple[float, float]] = []
    end: float | None = None
    for box in sorted(boxes, key=lambda box: box.x0):
        if end is not None and box.x0 - end >= least:
            out.append((end, box.x0))
        end = box.x1 if end is None else max(end, box.x1)
    return out


def _column(box: Box, xs: Sequence[float]) -> int:
    return max(0, min(len(xs) - 2, sum(x <= center(box) for x in xs) - 1))


def _is_table(bands: Sequence[Sequence[int]], xs: Sequence[float], units: Sequence[Unit]) -> bool:
    """Labels in the first column of each band, and words beside them."""
    filled = [{_column(units[n].box, xs) for n in band} for band in bands]
    if not all(0 in columns and len(columns) >= 2 for columns in filled):
        return False
    if any(sum(k in columns for columns in filled) < _SOME * len(bands) for k in range(len(xs) - 1)):
        return False
    labels = ["".join(units[n].text for n in band if _column(units[n].box, xs) == 0) for band in bands]
    return median(map(width, labels)) <= _LABEL and (xs[1] - xs[0]) < 0.5 * (xs[-1] - xs[0])


def is_prose(rows: Sequence[Sequence[str]]) -> bool:
    """Whether there are but two pairs of things, or all columns are of prose: columns of a text, and no table."""
    return len(rows) < _LEAST > len(rows[0]) or all(
        median(map(width, column)) > _PROSE for column in zip(*rows, strict=True)
    )


def _beyond(
    near: Sequence[int],
    start: float,
    way: int,
    gaps: Sequence[tuple[float, float]],
    em: float,
    units: Sequence[Unit],
    rules: Sequence[Box],
    sides: tuple[float, float],
    grounded: Collection[int],
) -> tuple[list[list[int]], list[float]]:
    """Rows above the first line or below the last, and their outer borders; nearest first."""
    rows: list[list[int]] = []
    borders: list[float] = []
    row: list[int] = []
    edge, border = start, start
    outside = [n for n in near if way * (middle(units[n].box) - start) > 0]
    for n in sorted(outside, key=lambda n: way * middle(units[n].box)):
        box = units[n].box
        facing, far = (box.top, box.bottom) if way > 0 else (box.bottom, box.top)
        crossing = n not in grounded and any(box.x0 < x0 + 1 and box.x1 > x1 - 1 for x0, x1 in gaps)
        far_out = way * (facing - edge) > _LOOSE * em or box.x1 > sides[1] + _OVER * em
        if crossing and not far_out:  # above or below it, the end of a paragraph that runs across
            row = _without_end(row, n, way, units)
        if crossing or far_out or units[n].size > 1.3 * em:
            break
        parting = [
            rule.top
            for rule in rules
            if min(way * edge, way * box.top) - 2 < way * rule.top < way * middle(box)
            and way * (rule.top - border) > 3
            and rule.x0 < box.x1
            and box.x0 < rule.x1
        ]
        if parting and row:
            border = parting[0]
            rows.append(row)
            borders.append(border)
            row = []
        row.append(n)
        edge = max(edge, far) if way > 0 else min(edge, far)
    if row:
        rows.append(row)
        borders.append(edge + way)
    return rows, borders


def _without_end(row: list[int], across: int, way: int, units: Sequence[Unit]) -> list[int]:
    """A row without the lines that go on from one that runs across the columns: they are of its paragraph."""
    while row:
        one, other = units[row[-1]], units[across]
        gap = one.box.top - other.box.bottom if way < 0 else other.box.top - one.box.bottom
        if gap > 0.25 * height(one.box) or abs(one.size - other.size) > 0.05 * other.size:
            break
        across, row = row[-1], row[:-1]
    return row


def _told(
    bands: Sequence[Sequence[int]],
    borders: Sequence[float],
    xs: Sequence[float],
    above: int,
    free: Sequence[int],
    units: Sequence[Unit],
    rules: Sequence[Box],
    shapes: Sequence[Box],
) -> SlideTable | None:
    """The bands with the labels before them, rows at the ends dropped that say nothing in two columns."""
    used = {n for band in bands for n in band}
    before = [
        n
        for n in free
        if n not in used
        and units[n].text.strip()
        and center(units[n].box) < xs[0]
        and units[n].box.x1 <= xs[0] + 6
        and borders[0] - 6 < middle(units[n].box) < borders[-1] + 6
        and xs[0] - units[n].box.x0 < 0.35 * (xs[-1] - xs[0])
    ]
    labels = _labels(before, borders, units, shapes)
    cells: list[list[tuple[int, ...]]] = []
    for number, band in enumerate(bands):
        row: list[list[int]] = [[] for _ in xs[1:]]
        for n in by_lines(band, units):
            row[_column(units[n].box, xs)].append(n)
        row = [_number_first(cell, units) for cell in row]
        cells.append([tuple(labels[number]), *map(tuple, row)] if labels else list(map(tuple, row)))
    first, last = 0, len(cells)
    while first < above and sum(map(bool, cells[first])) < 2:
        first += 1
    while last > first and sum(map(bool, cells[last - 1])) < 2:
        last -= 1
    spans = [_spanned(n, units, rules, shapes, borders[first], borders[first + 1]) for n in range(len(units))]
    header = int(above - first >= 2 or _stands_out(bands[first:last], units, shapes))
    if header:
        centers = [*([xs[0] - 1] if labels else []), *((a + b) / 2 for a, b in pairwise(xs))]
        if labels:
            level = (n for n in cells[first][0] if borders[first] < middle(units[n].box) <= borders[first + 1])
            cells[first][0] = tuple(level)
        cells[first] = [_over(k, cells[first], centers, spans) for k in range(len(centers))]
    cells = cells[first:last]
    if len(cells) < _LEAST:
        return None
    boxes = [units[n].box for row in cells for cell in row for n in cell]
    return SlideTable(tuple(map(tuple, cells)), header, around(boxes))


def _stands_out(bands: Sequence[Sequence[int]], units: Sequence[Unit], shapes: Sequence[Box]) -> bool:
    """Whether the first row is set apart from the others: bold, or on grounds of its own."""
    bold = [all(units[n].bold for n in band) for band in bands]
    ground = [all(any(_is_ground(shape, units[n].box) for shape in shapes) for n in band) for band in bands]
    return any(looks[0] and not any(looks[1:]) for looks in (bold, ground))


def by_lines(numbers: Sequence[int], units: Sequence[Unit]) -> list[int]:
    """From the top, what stands on one line from the left."""
    lines: list[list[int]] = []
    for n in sorted(numbers, key=lambda n: middle(units[n].box)):
        last = units[lines[-1][0]].box if lines else None
        if last is not None and middle(units[n].box) - middle(last) < 0.4 * height(last):
            lines[-1].append(n)
        else:
            lines.append([n])
    return [n for line in lines for n in sorted(line, key=lambda n: units[n].box.x0)]


def _number_first(order: list[int], units: Sequence[Unit]) -> list[int]:
    """A cell's units, the one that stands before all others first: a number in the middle of its lines."""
    if len(order) < 3:
        return order
    first, second = sorted(order, key=lambda n: units[n].box.x0)[:2]
    if units[first].box.x1 >= units[second].box.x0:
        return order
    return [first, *(n for n in order if n != first)]


def _spanned(
    n: int, units: Sequence[Unit], rules: Sequence[Box], shapes: Sequence[Box], top: float, low: float
) -> tuple[float, float]:
    """How far a heading reaches: as its ground, or as the line under it."""
    box = units[n].box
    grounds = [shape for shape in shapes if holds(shape, box)]
    under = [rule for rule in rules if abs(rule.top - low) < 6 and rule.x0 <= center(box) <= rule.x1]
    ground = min(grounds, key=lambda s: (s.x1 - s.x0) * height(s), default=None)
    if ground is None or height(ground) > 1.5 * (low - top):
        ground = under[0] if under else box
    return ground.x0, ground.x1


def _over(
    k: int, row: Sequence[tuple[int, ...]], centers: Sequence[float], spans: Sequence[tuple[float, float]]
) -> tuple[int, ...]:
    """A heading's cell: what stands there, or else what reaches over it from a neighbour."""
    if row[k]:
        return row[k]
    reaching = [cell for cell in row if cell and all(spans[n][0] < centers[k] < spans[n][1] for n in cell)]
    return reaching[0] if len(reaching) == 1 else ()


def _is_ground(shape: Box, box: Box) -> bool:
    """Whether a shape is no more than what a heading is set on."""
    return holds(shape, box) and height(shape) < 2.2 * height(box)


def _labels(
    before: Sequence[int], borders: Sequence[float], units: Sequence[Unit], shapes: Sequence[Box]
) -> list[list[int]]:
    """For each band the units that label it: those of a shape in front of it; empty where there is no label."""
    if not before:
        return []
    out: list[list[int]] = [[] for _ in borders[1:]]
    bands = list(pairwise(borders))
    groups = _stacked(sorted(before, key=lambda n: units[n].box.top), units)
    middles = [middle(around([units[n].box for n in group])) for group in groups]
    framed = [[shape for shape in shapes if _frames(shape, group, units)] for group in groups]
    apart = not any(framed) and len(groups) > 1
    for group, y, around_it in zip(groups, middles, framed, strict=True):
        box = around([units[n].box for n in group])
        shape = min(around_it, key=lambda s: (s.x1 - s.x0) * height(s), default=box)
        for number, (top, low) in enumerate(bands):
            own = top < y <= low or min(low, shape.bottom) - max(top, shape.top) > 0.5 * (low - top)
            if apart:  # bare words, each in the middle of what they label
                own = y == min(middles, key=lambda other: abs(other - (top + low) / 2))
            if own:
                out[number] += group
    return out


def _frames(shape: Box, group: Sequence[int], units: Sequence[Unit]) -> bool:
    """Whether a shape around a label is larger than the label needs: it says how far that reaches."""
    box = around([units[n].box for n in group])
    return holds(shape, box) and height(shape) > 1.6 * height(box)


def _stacked(numbers: Sequence[int], units: Sequence[Unit]) -> list[list[int]]:
    """Lines close under each other as one label."""
    groups: list[list[int]] = []
    for n in numbers:
        last = units[groups[-1][-1]].box if groups else None
        if last is not None and units[n].box.top - last.bottom < 0.6 * units[n].size:
            groups[-1].append(n)
        else:
            groups.append([n])
    return groups
