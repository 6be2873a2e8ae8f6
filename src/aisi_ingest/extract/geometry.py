"""Geometry of boxes on a page. All values are points from the page's top left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from aisi_ingest.model import Box

if TYPE_CHECKING:
    import numpy as np  # costs 60 ms, and reading PPTX needs none

    Array = np.ndarray[Any, Any]


def box_of(record: Any) -> Box:
    """Return the box of a record that has the fields x0, top, x1 and bottom, such as a row of ``RULE``."""
    return Box(float(record["x0"]), float(record["top"]), float(record["x1"]), float(record["bottom"]))


def center_x(box: Box) -> float:
    """Return the horizontal position of the centre."""
    return (box.x0 + box.x1) / 2


def center_y(box: Box) -> float:
    """Return the vertical position of the centre."""
    return (box.top + box.bottom) / 2


def box_width(box: Box) -> float:
    """Return the width."""
    return box.x1 - box.x0


def box_height(box: Box) -> float:
    """Return the height."""
    return box.bottom - box.top


def area(box: Box) -> float:
    """Return the area in square points."""
    return box_width(box) * box_height(box)


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box that contains all boxes.

    Args:
        boxes: At least one box.
    """
    every = list(boxes)
    if len(every) == 1:
        return every[0]
    x0, top, x1, bottom = zip(*((box.x0, box.top, box.x1, box.bottom) for box in every), strict=True)
    return Box(min(x0), min(top), max(x1), max(bottom))


def intersects(one: Box, other: Box) -> bool:
    """Return whether two boxes share an area; boxes that only touch do not."""
    return overlap(one.x0, one.x1, other.x0, other.x1) > 0 and overlap(one.top, one.bottom, other.top, other.bottom) > 0


def overlap(start: float, end: float, other_start: float, other_end: float) -> float:
    """Return the length that two intervals share; negative where there is a gap between them."""
    return min(end, other_end) - max(start, other_start)


def contains(outer: Box, inner: Box, tolerance: float = 0.0) -> bool:
    """Return whether a box lies in another one; each side may stick out by the tolerance."""
    return (
        outer.x0 - tolerance <= inner.x0
        and outer.top - tolerance <= inner.top
        and inner.x1 <= outer.x1 + tolerance
        and inner.bottom <= outer.bottom + tolerance
    )


def points_inside(box: Box, x: Array, y: Array, tolerance: float = 0.0) -> Array:
    """Return for each point whether it lies inside a box, its border excluded.

    Args:
        box: The box.
        x: Positions of the points, one each.
        y: Positions of the points, one each.
        tolerance: The box is this much larger on each side.

    Returns:
        A boolean array of the same length.
    """
    across: Array = (x > box.x0 - tolerance) & (x < box.x1 + tolerance)
    along: Array = (y > box.top - tolerance) & (y < box.bottom + tolerance)
    return across & along


def contains_center(shape: Box, box: Box) -> bool:
    """Return whether the centre of ``box`` lies in ``shape``."""
    return shape.x0 <= center_x(box) <= shape.x1 and shape.top <= center_y(box) <= shape.bottom


def smallest_containing(box: Box, shapes: Sequence[Box]) -> int | None:
    """Find the smallest of ``shapes`` that contains the centre of ``box``.

    Returns:
        Its index, the first of equally small ones; None if no shape contains the centre.
    """
    candidates = [index for index, shape in enumerate(shapes) if contains_center(shape, box)]
    return min(candidates, key=lambda index: area(shapes[index]), default=None)


def rounded_box(box: Box) -> Box:
    """Return the box in tenths of a point, as blocks store it."""
    return Box(round(box.x0, 1), round(box.top, 1), round(box.x1, 1), round(box.bottom, 1))
