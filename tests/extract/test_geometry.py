"""Geometry of boxes on one page."""

from __future__ import annotations

import numpy as np
import pytest

from aisi_ingest.extract.geometry import area, contains, intersects, points_inside, union
from aisi_ingest.model import Box

BOX = Box(10, 20, 40, 60)


def test_the_union_of_boxes_is_the_smallest_box_around_them() -> None:
    assert union([BOX, Box(0, 30, 20, 90), Box(15, 25, 16, 26)]) == Box(0, 20, 40, 90)


def test_the_area_of_a_box_is_its_width_times_its_height() -> None:
    assert area(BOX) == 30 * 40


@pytest.mark.parametrize(
    ("other", "expected"),
    [(Box(30, 50, 50, 70), True), (Box(12, 22, 14, 24), True), (Box(40, 20, 50, 60), False), (Box(0, 0, 9, 9), False)],
)
def test_boxes_overlap_if_they_have_a_common_area(other: Box, expected: bool) -> None:
    assert intersects(BOX, other) is intersects(other, BOX) is expected


@pytest.mark.parametrize(
    ("inner", "tolerance", "expected"),
    [(BOX, 0, True), (Box(9, 20, 40, 60), 0, False), (Box(9, 19, 41, 61), 1, True), (Box(8.9, 20, 40, 60), 1, False)],
)
def test_a_box_contains_another_if_no_side_sticks_out_by_more_than_the_tolerance(
    inner: Box, tolerance: float, expected: bool
) -> None:
    assert contains(BOX, inner, tolerance) is expected


def test_points_on_the_border_of_a_box_are_not_inside() -> None:
    x, y = np.array([10.0, 25.0, 25.0, 41.0]), np.array([30.0, 30.0, 60.0, 30.0])
    assert points_inside(BOX, x, y).tolist() == [False, True, False, False]
    assert points_inside(BOX, x, y, tolerance=2).tolist() == [True, True, True, True]
