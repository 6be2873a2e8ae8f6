"""Build the cells of a table between drawn lines: labels left of it, headings over several columns, and texts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from aisi_ingest.extract.geometry import area, box_height, center_x, center_y, contains_center, union
from aisi_ingest.extract.slides.tables.model import SlideParts, SlideTable, Unit, in_line_order
from aisi_ingest.model import Box

# Tuned on drawn slides and on the decks at hand, so that their 218 slides have no false table.
MINIMUM_ROWS = 3
_LABEL_TOLERANCE = 6  # points by which labels before the table may extend into it, or beyond its first and last row
_LABEL_REACH = 0.35  # of the table's width, from which labels before the table begin at the most
_HEADER_ROWS_ABOVE = 2  # with so many rows above the first line, the first row is the header
_NUMBERED_CELL = 3  # units of a cell from which on the leftmost may be a number beside several lines
_SPAN_TOLERANCE = 6  # points between a heading's lower border and the line below it
_SPAN_HEIGHT = 1.5  # of the header row's height: higher shapes are not the background of a heading
_BACKGROUND_HEIGHT = 2.2  # of the heading's height
_FRAME_HEIGHT = 1.6  # of the label's height: from here on a shape shows which rows the label refers to
_LABEL_COVERAGE = 0.5  # share of a row's height that the shape of a label must cover
_LABEL_LEADING = 0.6  # em between the lines of one label


def column_of(box: Box, xs: Sequence[float]) -> int:
    """Return the index of the column that contains the center of a box; ``xs`` are the borders of the columns."""
    return max(0, min(len(xs) - 2, sum(x <= center_x(box) for x in xs) - 1))


def build_table(
    bands: Sequence[Sequence[int]],
    borders: Sequence[float],
    xs: Sequence[float],
    above: int,
    free: Sequence[int],
    slide: SlideParts,
) -> SlideTable | None:
    """Build a table from bands and the labels before them; None if too few rows remain.

    Rows at both ends that have text in only one column are dropped.

    Args:
        bands: The units of each row.
        borders: Upper and lower borders of the rows, in points.
        xs: Borders of the columns, in points.
        above: Number of rows above the first line.
        free: Units that are in no other table.
        slide: The slide.
    """
    labels = _labels_before(bands, borders, xs, free, slide)
    cells = [_cells_of(band, xs, slide.units) for band in bands]
    if labels:
        cells = [[tuple(label), *row] for label, row in zip(labels, cells, strict=True)]
    first, last = 0, len(cells)
    while first < above and sum(map(bool, cells[first])) <= 1:
        first += 1
    while last > first and sum(map(bool, cells[last - 1])) <= 1:
        last -= 1
    header = above - first >= _HEADER_ROWS_ABOVE or _first_stands_out(bands[first:last], slide)
    if header:
        cells[first] = _header_cells(cells[first], (borders[first], borders[first + 1]), xs, bool(labels), slide)
    cells = cells[first:last]
    if len(cells) < MINIMUM_ROWS:
        return None
    boxes = [slide.box(n) for row in cells for cell in row for n in cell]
    return SlideTable(tuple(map(tuple, cells)), int(header), union(boxes))


def _labels_before(
    bands: Sequence[Sequence[int]],
    borders: Sequence[float],
    xs: Sequence[float],
    free: Sequence[int],
    slide: SlideParts,
) -> list[list[int]]:
    """Return for each band the labels left of the table; nothing if there are none."""
    used = {n for band in bands for n in band}
    before = [
        n
        for n in free
        if n not in used
        and slide.units[n].text.strip()
        and center_x(slide.box(n)) < xs[0]
        and slide.box(n).x1 <= xs[0] + _LABEL_TOLERANCE
        and borders[0] - _LABEL_TOLERANCE < center_y(slide.box(n)) < borders[-1] + _LABEL_TOLERANCE
        and xs[0] - slide.box(n).x0 < _LABEL_REACH * (xs[-1] - xs[0])
    ]
    return _assign_labels(before, borders, slide)


def _cells_of(band: Sequence[int], xs: Sequence[float], units: Sequence[Unit]) -> list[tuple[int, ...]]:
    """Distribute the units of a row to its columns."""
    row: list[list[int]] = [[] for _ in xs[1:]]
    for n in in_line_order(band, units):
        row[column_of(units[n].box, xs)].append(n)
    return [tuple(_number_first(cell, units)) for cell in row]


def _first_stands_out(bands: Sequence[Sequence[int]], slide: SlideParts) -> bool:
    """Return whether only the first row is bold, or only the first row has texts with backgrounds of their own."""
    bold = [all(slide.units[n].bold for n in band) for band in bands]
    filled = [all(any(is_background(shape, slide.box(n)) for shape in slide.shapes) for n in band) for band in bands]
    return any(looks[0] and not any(looks[1:]) for looks in (bold, filled))


def _number_first(order: list[int], units: Sequence[Unit]) -> list[int]:
    """Put the unit that is left of all others in a cell first: a number beside the middle of several lines."""
    if len(order) < _NUMBERED_CELL:
        return order
    first, second = sorted(order, key=lambda n: units[n].box.x0)[:2]
    if units[first].box.x1 >= units[second].box.x0:
        return order
    return [first, *(n for n in order if n != first)]


def _header_cells(
    row: Sequence[tuple[int, ...]], borders: tuple[float, float], xs: Sequence[float], labelled: bool, slide: SlideParts
) -> list[tuple[int, ...]]:
    """Return the cells of the header row. A heading that reaches over several columns is in each of them.

    Args:
        row: The units in each column.
        borders: Upper and lower border of the header row, in points.
        xs: Borders of the columns, in points.
        labelled: Whether the first column consists of the labels left of the table.
        slide: The slide.
    """
    top, bottom = borders
    cells = list(row)
    centers = [(a + b) / 2 for a, b in pairwise(xs)]
    if labelled:
        centers.insert(0, xs[0] - 1)
        cells[0] = tuple(n for n in cells[0] if top < center_y(slide.box(n)) <= bottom)
    spans = {n: _heading_span(n, top, bottom, slide) for cell in cells for n in cell}
    return [_heading_at(k, cells, centers, spans) for k in range(len(centers))]


def _heading_span(n: int, top: float, bottom: float, slide: SlideParts) -> tuple[float, float]:
    """Return how far a heading reaches: as far as its background, or as the line below it."""
    box = slide.box(n)
    backgrounds = [shape for shape in slide.shapes if contains_center(shape, box)]
    background = min(backgrounds, key=area, default=None)
    if background is None or box_height(background) > _SPAN_HEIGHT * (bottom - top):
        lines = (
            rule
            for rule in slide.rules
            if abs(rule.top - bottom) < _SPAN_TOLERANCE and rule.x0 <= center_x(box) <= rule.x1
        )
        background = next(lines, box)
    return background.x0, background.x1


def _heading_at(
    column: int, row: Sequence[tuple[int, ...]], centers: Sequence[float], spans: dict[int, tuple[float, float]]
) -> tuple[int, ...]:
    """Return the heading of a column: the text in it, or the only heading that reaches over it."""
    if row[column]:
        return row[column]
    reaching = [cell for cell in row if cell and all(spans[n][0] < centers[column] < spans[n][1] for n in cell)]
    return reaching[0] if len(reaching) == 1 else ()


def is_background(shape: Box, box: Box) -> bool:
    """Return whether a shape is the background of one heading."""
    return contains_center(shape, box) and box_height(shape) < _BACKGROUND_HEIGHT * box_height(box)


def _assign_labels(before: Sequence[int], borders: Sequence[float], slide: SlideParts) -> list[list[int]]:
    """Return for each row the units that label it; nothing if there is no label.

    A label in a shape refers to all rows beside the shape. If no label has a shape, each row belongs to the nearest
    label.

    Args:
        before: The units left of the table.
        borders: Upper and lower borders of the rows, in points.
        slide: The slide.
    """
    if not before:
        return []
    out: list[list[int]] = [[] for _ in borders[1:]]
    groups = _label_groups(sorted(before, key=lambda n: slide.box(n).top), slide.units)
    boxes = [union([slide.box(n) for n in group]) for group in groups]
    middles = [center_y(box) for box in boxes]
    frames = [[shape for shape in slide.shapes if _shows_extent(shape, box)] for box in boxes]
    unframed = not any(frames) and len(groups) > 1
    for group, box, y, own_frames in zip(groups, boxes, middles, frames, strict=True):
        shape = min(own_frames, key=area, default=box)
        for number, (top, bottom) in enumerate(pairwise(borders)):
            if unframed:
                belongs = y == min(middles, key=lambda other: abs(other - (top + bottom) / 2))
            else:
                covered = min(bottom, shape.bottom) - max(top, shape.top)
                belongs = top < y <= bottom or covered > _LABEL_COVERAGE * (bottom - top)
            if belongs:
                out[number] += group
    return out


def _shows_extent(shape: Box, label: Box) -> bool:
    """Return whether a shape is larger than its label needs: then it shows to which rows the label refers."""
    return contains_center(shape, label) and box_height(shape) > _FRAME_HEIGHT * box_height(label)


def _label_groups(numbers: Sequence[int], units: Sequence[Unit]) -> list[list[int]]:
    """Group lines right below each other into labels. ``numbers`` are from top to bottom."""
    groups: list[list[int]] = []
    for n in numbers:
        last = units[groups[-1][-1]].box if groups else None
        if last is not None and units[n].box.top - last.bottom < _LABEL_LEADING * units[n].size:
            groups[-1].append(n)
        else:
            groups.append([n])
    return groups
