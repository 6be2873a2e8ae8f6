"""Find the columns of a timeline: the line of time labels above it, and which columns an item reaches into."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.geometry import box_height, center_x, center_y, overlap
from aisi_ingest.extract.slides.tables.items import Item
from aisi_ingest.extract.slides.tables.time_labels import (
    ELLIPSIS,
    TimeLabel,
    is_increasing,
    role_of_only_day,
    years_in,
)
from aisi_ingest.model import Box

# Tuned on drawn slides and on the decks at hand, so that their 218 slides have no false table.
MINIMUM_COLUMNS = 3
MINIMUM_REACH = 0.3  # share of a column's width from which on a bar reaches into it
_SAME_LINE = 0.5  # of the smaller height by which the middles of two time labels on one line may differ
_BOX_GAP = 12  # points between the boxes of two neighbouring time labels
_BORDER_TOLERANCE = 1  # points by which a vertical line may run through a time label
_MINIMUM_DRAWN_BORDERS = 2
_YEAR_OVERLAP, _YEAR_GAP = -2, 1.5  # points, and share of a label's height: between years and months
_YEAR_TOLERANCE = 5  # points by which the middle of a year may be outside the columns


class TimelineItems(Struct, frozen=True, eq=False):
    """The items of a slide.

    Attributes:
        items: The items.
        time_labels: The time that each item names.
        vertical_lines: The drawn vertical lines of the slide.
    """

    items: Sequence[Item]
    time_labels: Sequence[TimeLabel | None]
    vertical_lines: Sequence[Box]

    def box(self, i: int) -> Box:
        """Return the box around the text of an item."""
        return self.items[i].box

    def extent(self, i: int) -> Box:
        """Return the box of an item, with the bar around it."""
        return self.items[i].extent


ColumnSpan = tuple[int, int]
"""First and last column that an item reaches into."""


def find_headers(slide: TimelineItems) -> list[list[int]]:
    """Return lines of at least three time labels that increase from left to right, the longest line first."""
    out = []
    for line in _time_label_lines(slide):
        line.sort(key=lambda i: slide.extent(i).x0)
        separate = all(slide.box(a).x1 <= slide.box(b).x0 + 1 for a, b in pairwise(line))
        named = [label for i in line if (label := slide.time_labels[i]) is not None and label.unit != ELLIPSIS]
        if len(named) >= MINIMUM_COLUMNS and separate and is_increasing(named):
            out.append(line)
    return sorted(out, key=lambda line: (-len(line), slide.box(line[0]).top))


def _time_label_lines(slide: TimelineItems) -> list[list[int]]:
    """Group the time labels of a slide that are side by side."""
    lines: list[list[int]] = []
    labels = (i for i, label in enumerate(slide.time_labels) if label)
    for i in sorted(labels, key=lambda i: center_y(slide.box(i))):
        for line in lines:
            box, first = slide.box(i), slide.box(line[0])
            if abs(center_y(box) - center_y(first)) < _SAME_LINE * min(box_height(box), box_height(first)):
                line.append(i)
                break
        else:
            lines.append([i])
    return lines


def column_borders(header: Sequence[Item], vertical_lines: Sequence[Box]) -> tuple[list[float], bool]:
    """Return the borders of the columns, and whether they are drawn.

    Drawn borders are boxes around the time labels or lines between them. Without either, a border is in the middle
    between two labels.
    """
    inner: list[float] = []
    drawn = 0
    header_bottom = max(item.box.bottom for item in header)
    for before, after in pairwise(header):
        middle = (center_x(before.box) + center_x(after.box)) / 2
        lines_between = [
            center_x(line)
            for line in vertical_lines
            if before.box.x1 - _BORDER_TOLERANCE < center_x(line) < after.box.x0 + _BORDER_TOLERANCE
            and line.bottom > header_bottom
        ]
        if before.frame is not None and after.frame is not None and abs(after.frame.x0 - before.frame.x1) < _BOX_GAP:
            inner.append((before.frame.x1 + after.frame.x0) / 2)
            drawn += 1
        elif lines_between:
            inner.append(min(lines_between, key=lambda x: abs(x - middle)))
            drawn += 1
        else:
            inner.append(middle)
    first, last = header[0], header[-1]
    left = first.frame.x0 if first.frame else min(first.box.x0, 2 * center_x(first.box) - inner[0])
    right = last.frame.x1 if last.frame else max(last.box.x1, 2 * center_x(last.box) - inner[-1])
    are_drawn = drawn >= _MINIMUM_DRAWN_BORDERS and 2 * drawn >= len(inner)
    return [left, *inner, right], are_drawn


def years_above(header: Sequence[int], slide: TimelineItems, borders: Sequence[float]) -> dict[int, tuple[int, ...]]:
    """Find the years above a line of months or quarters that do not name their year.

    Returns:
        Index of each year's item to the columns below it; empty if the years do not fit the columns.
    """
    first = slide.time_labels[header[0]]
    if first is None or first.year is not None:
        return {}
    top = min(slide.extent(i).top for i in header)
    label_height = max(box_height(slide.extent(i)) for i in header)
    above = [
        i
        for i, label in enumerate(slide.time_labels)
        if label is not None
        and label.unit == "year"
        and _YEAR_OVERLAP < top - slide.extent(i).bottom + 2 < _YEAR_GAP * label_height
        and borders[0] - _YEAR_TOLERANCE < center_x(slide.box(i)) < borders[-1] + _YEAR_TOLERANCE
    ]
    above.sort(key=lambda i: slide.box(i).x0)
    columns = range(len(header))
    if len(above) == 1:
        return {above[0]: tuple(columns)}
    if above and all(slide.items[i].frame for i in above):
        centers = [center_x(slide.box(i)) for i in header]
        out = {i: tuple(k for k in columns if _contains_x(slide.extent(i), centers[k])) for i in above}
        return out if sorted(k for below in out.values() for k in below) == list(columns) else {}
    groups = _groups_by_year(header, slide.time_labels)
    if len(above) != len(groups):
        return {}
    return {i: tuple(group) for i, group in zip(above, groups, strict=True)}


def _groups_by_year(header: Sequence[int], time_labels: Sequence[TimeLabel | None]) -> list[list[int]]:
    """Group the columns by year where no boxes show it: a year begins where the months start again."""
    groups: list[list[int]] = [[0]]
    for k in range(1, len(header)):
        before, after = time_labels[header[k - 1]], time_labels[header[k]]
        named = before and after and ELLIPSIS not in (before.unit, after.unit)
        if before and after and named and after.order < before.order:
            groups.append([])
        groups[-1].append(k)
    return groups


def _contains_x(box: Box, x: float) -> bool:
    return box.x0 <= x <= box.x1


def column_span(item: Item, borders: Sequence[float]) -> ColumnSpan:
    """Return the columns that an item reaches into. A text without a bar is in one column.

    A bar that names a single day ends or begins on that day. It is given only that column, so that the day gets the
    year of its column.
    """
    columns = list(pairwise(borders))
    if item.frame is not None:
        reached = [
            k
            for k, (x0, x1) in enumerate(columns)
            if overlap(item.frame.x0, item.frame.x1, x0, x1) >= MINIMUM_REACH * (x1 - x0)
        ]
        if reached:
            role = role_of_only_day(item.text)
            return reached[-1] if role == "end" else reached[0], reached[0] if role == "start" else reached[-1]
    x = center_x(item.extent)
    own = next((k for k, (_, x1) in enumerate(columns) if x < x1), len(columns) - 1)
    return own, own


def years_agree(
    header: Sequence[int], years: dict[int, tuple[int, ...]], spans: dict[int, ColumnSpan], slide: TimelineItems
) -> bool:
    """Return whether the texts that name years are in columns of these years.

    Args:
        header: The time labels of the columns.
        years: Items of years above the header, and the columns below each.
        spans: The columns of each item in the timeline.
        slide: The slide.
    """
    years_of: dict[int, set[int]] = {}  # column to the years that its texts may name
    for k, i in enumerate(header):
        label = slide.time_labels[i]
        if label is not None and label.year is not None:
            years_of[k] = {label.year, label.year + 1}  # a fiscal year ends in the next calendar year
    for i, columns in years.items():
        label = slide.time_labels[i]
        if label is not None:
            for k in columns:
                years_of[k] = {label.order, label.order + 1}
    for i, (first, last) in spans.items():
        allowed = [years_of[k] for k in range(first, last + 1) if k in years_of]
        stated = years_in(slide.items[i].text)
        if allowed and stated and not stated & set().union(*allowed):
            return False
    return True
