"""Find tables on a slide whose rows are divided by drawn lines and whose columns by white space.

Reports have such tables as well (``tables.borderless``), but slides build them from free texts. The lines end a few
points apart, there are rows above the first line and below the last, and labels in arrows and boxes before several
rows. Precision comes first: the first column consists of labels, and no text crosses the white space between columns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from statistics import median

from msgspec import Struct

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.geometry import box_height, box_width, center_x, center_y
from aisi_ingest.extract.slides.tables.model import SlideParts, SlideTable, Unit
from aisi_ingest.extract.slides.tables.ruled_cells import MINIMUM_ROWS, build_table, column_of, is_background
from aisi_ingest.model import Box
from aisi_ingest.text.measure import width

# Tuned on drawn slides and on the decks at hand, so that their 218 slides have no false table.
_MINIMUM_LINES = 3  # of one length
_ALIGNMENT = 6.0  # points by which the ends of such lines differ: they are drawn by hand
_MINIMUM_TEXTS = 4  # between the lines
_MINIMUM_ROW_HEIGHT = 1.2  # em
_COLUMN_GAP = 0.7  # em
_MAXIMUM_ROW_GAP = 2.2  # em above the first line or below the last, from which on something else begins
_MAXIMUM_LABEL_LENGTH = 48  # half-width characters of a label, in the median
_MAXIMUM_LABEL_WIDTH = 0.5  # of the table's width
_MINIMUM_PROSE_LENGTH = 32  # half-width characters of a cell, in the median; a column of such cells is prose
_LEFT_OVERHANG = 3  # points by which a text may begin left of the lines
_LEFT_TOLERANCE = 2  # points by which the middle of a text may be left of the lines
_RIGHT_OVERHANG = 1.6  # em by which a text may end right of the lines
_MINIMUM_FILLED = 0.3  # share of the rows in which a column has text
_NARROW_SHAPE = 0.8  # of the table's width; wider shapes are not the background of a heading
_GAP_TOLERANCE = 1  # points by which a text reaches beyond a gap that it crosses
_LARGE_TYPE = 1.3  # em from which on a text above or below the lines is a title
_RULE_TOLERANCE = 2  # points
_SAME_RULE = 3  # points
_CONTINUATION_GAP = 0.25  # of a line's height between it and the paragraph that it continues
_CONTINUATION_SIZE = 0.05  # share by which their type sizes differ
_BULLET_LENGTH = 2  # characters of a unit that is only a bullet
_SAME_LINE = 0.4  # of a bullet's height by which the middle of its text differs


def find_ruled_tables(units: Sequence[Unit], rules: Sequence[Box], shapes: Sequence[Box]) -> list[SlideTable]:
    """Find tables whose rows are divided by drawn lines.

    Args:
        units: The texts of a slide.
        rules: The drawn horizontal lines.
        shapes: The drawn shapes that may surround labels and headings.

    Returns:
        The tables. No two of them share a unit.
    """
    slide = SlideParts(units, rules, shapes)
    out: list[SlideTable] = []
    taken: set[int] = set()
    for lines in _line_groups(rules):
        free = [number for number in range(len(units)) if number not in taken]
        found = _table_between(lines, free, slide)
        if found is not None:
            out.append(found)
            taken |= found.units
    return out


def _line_groups(rules: Sequence[Box]) -> list[list[Box]]:
    """Return groups of lines that begin and end at the same places, each from the top."""
    groups: list[list[Box]] = []
    for rule in sorted(rules, key=lambda rule: rule.top):
        for group in groups:
            if abs(group[0].x0 - rule.x0) < _ALIGNMENT and abs(group[0].x1 - rule.x1) < _ALIGNMENT:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) >= _MINIMUM_LINES]


def _table_between(lines: Sequence[Box], free: Sequence[int], slide: SlideParts) -> SlideTable | None:
    """Build the table between lines of one length from the ``free`` units; None if there is none."""
    units = slide.units
    left, right = min(rule.x0 for rule in lines), max(rule.x1 for rule in lines)
    ys = [rule.top for rule in lines]
    near = [n for n in free if left - _LEFT_TOLERANCE < center_x(slide.box(n)) < right and units[n].text.strip()]
    inner = [n for n in near if ys[0] < center_y(slide.box(n)) < ys[-1]]
    if len(inner) < _MINIMUM_TEXTS:
        return None
    em = median(units[n].size for n in inner)
    right_limit = right + _RIGHT_OVERHANG * em
    if any(slide.box(n).x0 < left - _LEFT_OVERHANG or slide.box(n).x1 > right_limit for n in inner):
        return None
    if min(b - a for a, b in pairwise(ys)) < _MINIMUM_ROW_HEIGHT * em:
        return None
    gaps = _column_gaps(_boxes_with_bullets(inner, units), _COLUMN_GAP * em)
    if not gaps:
        return None
    xs = [left, *((x0 + x1) / 2 for x0, x1 in gaps), right_limit]
    bands = [[n for n in inner if top < center_y(slide.box(n)) <= bottom] for top, bottom in pairwise(ys)]
    if not _is_table(bands, xs, units):
        return None
    narrow = [shape for shape in slide.shapes if box_width(shape) < _NARROW_SHAPE * (right - left)]
    headings = {n for n in near if any(is_background(shape, slide.box(n)) for shape in narrow)}
    area_beyond = _Beyond(near, gaps, em, right_limit)
    above, upper_borders = _rows_beyond(ys[0], -1, area_beyond, slide, headings)
    below, lower_borders = _rows_beyond(ys[-1], 1, area_beyond, slide, ())
    all_bands = [*reversed(above), *bands, *below]
    borders = [*reversed(upper_borders), *ys, *lower_borders]
    return build_table(all_bands, borders, xs, len(above), free, slide)


def _boxes_with_bullets(numbers: Sequence[int], units: Sequence[Unit]) -> list[Box]:
    """Return the boxes of units. The box of a lone bullet extends to the text behind it."""
    out = []
    for n in numbers:
        box, text = units[n].box, units[n].text.strip()
        if len(text) <= _BULLET_LENGTH and split_bullet(text + " x")[0]:
            on_line = [
                units[m].box.x0
                for m in numbers
                if abs(center_y(units[m].box) - center_y(box)) < _SAME_LINE * box_height(box)
            ]
            behind = min((x0 for x0 in on_line if x0 > box.x1 - 1), default=box.x1)
            box = Box(box.x0, box.top, max(box.x1, behind), box.bottom)
        out.append(box)
    return out


def _column_gaps(boxes: Sequence[Box], minimum: float) -> list[tuple[float, float]]:
    """Return left and right edge of each white strip, at least ``minimum`` points wide, that no box crosses."""
    out: list[tuple[float, float]] = []
    end: float | None = None
    for box in sorted(boxes, key=lambda box: box.x0):
        if end is not None and box.x0 - end >= minimum:
            out.append((end, box.x0))
        end = box.x1 if end is None else max(end, box.x1)
    return out


def _is_table(bands: Sequence[Sequence[int]], xs: Sequence[float], units: Sequence[Unit]) -> bool:
    """Return whether each band has a label in the first column and text beside it."""
    filled = [{column_of(units[n].box, xs) for n in band} for band in bands]
    if not all(0 in columns and len(columns) > 1 for columns in filled):
        return False
    if any(sum(k in columns for columns in filled) < _MINIMUM_FILLED * len(bands) for k in range(len(xs) - 1)):
        return False
    labels = ["".join(units[n].text for n in band if column_of(units[n].box, xs) == 0) for band in bands]
    narrow = (xs[1] - xs[0]) < _MAXIMUM_LABEL_WIDTH * (xs[-1] - xs[0])
    return median(map(width, labels)) <= _MAXIMUM_LABEL_LENGTH and narrow


def is_prose(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a grid is columns of text and not a table.

    It is if it has fewer than three rows and fewer than three columns, or if all columns consist of long texts.
    """
    few = len(rows) < MINIMUM_ROWS and len(rows[0]) < MINIMUM_ROWS
    return few or all(median(map(width, column)) > _MINIMUM_PROSE_LENGTH for column in zip(*rows, strict=True))


class _Beyond(Struct, frozen=True, eq=False):
    """Where rows above the first line and below the last may be.

    Attributes:
        near: Units between the left and right end of the lines.
        gaps: Left and right edge of the white space between columns, in points.
        em: Type size of the table, in points.
        right_limit: Right edge beyond which no text of the table ends, in points.
    """

    near: Sequence[int]
    gaps: Sequence[tuple[float, float]]
    em: float
    right_limit: float


def _rows_beyond(
    start: float, direction: int, beyond: _Beyond, slide: SlideParts, headings: Collection[int]
) -> tuple[list[list[int]], list[float]]:
    """Find the rows above the first line or below the last.

    Args:
        start: Position of that line, in points.
        direction: -1 to search upwards, 1 to search downwards.
        beyond: Where to search.
        slide: The slide.
        headings: Units that may cross a gap between columns: headings with a background of their own.

    Returns:
        The rows and their outer borders in points, the nearest row first.
    """
    rows: list[list[int]] = []
    borders: list[float] = []
    row: list[int] = []
    edge, border = start, start
    outside = [n for n in beyond.near if direction * (center_y(slide.box(n)) - start) > 0]
    for n in sorted(outside, key=lambda n: direction * center_y(slide.box(n))):
        box = slide.box(n)
        near_side, far_side = (box.top, box.bottom) if direction > 0 else (box.bottom, box.top)
        crosses = n not in headings and _crosses_gap(box, beyond.gaps)
        too_far = direction * (near_side - edge) > _MAXIMUM_ROW_GAP * beyond.em or box.x1 > beyond.right_limit
        if crosses and not too_far:
            row = _without_paragraph_end(row, n, direction, slide.units)
        if crosses or too_far or slide.units[n].size > _LARGE_TYPE * beyond.em:
            break
        dividing = [
            rule.top
            for rule in slide.rules
            if min(direction * edge, direction * box.top) - _RULE_TOLERANCE
            < direction * rule.top
            < direction * center_y(box)
            and direction * (rule.top - border) > _SAME_RULE
            and rule.x0 < box.x1
            and box.x0 < rule.x1
        ]
        if dividing and row:
            border = dividing[0]
            rows.append(row)
            borders.append(border)
            row = []
        row.append(n)
        edge = max(edge, far_side) if direction > 0 else min(edge, far_side)
    if row:
        rows.append(row)
        borders.append(edge + direction)
    return rows, borders


def _crosses_gap(box: Box, gaps: Sequence[tuple[float, float]]) -> bool:
    return any(box.x0 < x0 + _GAP_TOLERANCE and box.x1 > x1 - _GAP_TOLERANCE for x0, x1 in gaps)


def _without_paragraph_end(row: list[int], crossing: int, direction: int, units: Sequence[Unit]) -> list[int]:
    """Return a row without the lines that continue the paragraph of ``crossing``, a line that crosses the columns."""
    while row:
        one, other = units[row[-1]], units[crossing]
        gap = one.box.top - other.box.bottom if direction < 0 else other.box.top - one.box.bottom
        same_size = abs(one.size - other.size) <= _CONTINUATION_SIZE * other.size
        if gap > _CONTINUATION_GAP * box_height(one.box) or not same_size:
            break
        crossing, row = row[-1], row[:-1]
    return row
