"""Boxes as they are published: rounded, and clipped to their page."""

from __future__ import annotations

from math import isfinite

from aisi_ingest.model import Box

Sides = tuple[float, float, float, float]
_DIGITS = 2  # decimals of a point


def box_on_page(box: Box, width: float, height: float) -> Sides:
    """Return the sides of a box in points, clipped to a page of this size."""
    width, height = points(width), points(height)
    x0, x1 = sorted(min(points(each), width) for each in (box.x0, box.x1))
    top, bottom = sorted(min(points(each), height) for each in (box.top, box.bottom))
    return (x0, top, x1, bottom)


def points(value: float) -> float:
    """Round a length to hundredths of a point, at least zero.

    Damaged files have infinite and undefined lengths, which JSON cannot express: they become zero.
    """
    return max(round(value, _DIGITS), 0.0) + 0.0 if isfinite(value) else 0.0  # + 0.0 removes a negative zero
