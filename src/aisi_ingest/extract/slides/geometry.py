"""Boxes on a slide: where their middle is, and which drawn shape holds them."""

from __future__ import annotations

from collections.abc import Sequence

from aisi_ingest.model import Box


def center(box: Box) -> float:
    """Of its width, in points."""
    return (box.x0 + box.x1) / 2


def middle(box: Box) -> float:
    """Of its height."""
    return (box.top + box.bottom) / 2


def height(box: Box) -> float:
    """In points."""
    return box.bottom - box.top


def holds(shape: Box, box: Box) -> bool:
    """Whether the middle of a box lies in a shape."""
    return shape.x0 <= center(box) <= shape.x1 and shape.top <= middle(box) <= shape.bottom


def smallest_around(box: Box, shapes: Sequence[Box]) -> int | None:
    """Place of the smallest shape that holds a box, the first of equal ones; None where none does."""
    around_it = [k for k, shape in enumerate(shapes) if holds(shape, box)]
    return min(around_it, key=lambda k: (shapes[k].x1 - shapes[k].x0) * height(shapes[k]), default=None)
