"""Geometry of boxes on one page: union, area, overlap and containment.

All lengths are in points from the page's top left, as in ``aisi_ingest.model.Box``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]


def box_of(record: Any) -> Box:
    """Return the box of a record that has the fields x0, top, x1 and bottom, such as a row of ``RULE``."""
    return Box(float(record["x0"]), float(record["top"]), float(record["x1"]), float(record["bottom"]))


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box that contains all boxes.

    Args:
        boxes: At least one box.
    """
    every = list(boxes)
    return Box(
        min(box.x0 for box in every),
        min(box.top for box in every),
        max(box.x1 for box in every),
        max(box.bottom for box in every),
    )


def area(box: Box) -> float:
    """Return the area of a box in square points."""
    return (box.x1 - box.x0) * (box.bottom - box.top)


def overlaps(first: Box, second: Box) -> bool:
    """Return whether two boxes have a common area. Boxes that only touch do not overlap."""
    return first.x0 < second.x1 and second.x0 < first.x1 and first.top < second.bottom and second.top < first.bottom


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
    return np.asarray(
        (x > box.x0 - tolerance) & (x < box.x1 + tolerance) & (y > box.top - tolerance) & (y < box.bottom + tolerance)
    )
