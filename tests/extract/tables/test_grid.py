"""Cells between lines, compared with pdfplumber, whose TableFinder is the reference for the geometry."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pdfplumber.table import edges_to_intersections, intersections_to_cells

from aisi_ingest.extract.tables.grid import cell_rectangles
from aisi_ingest.extract.tables.rules import SNAP_TOLERANCE, Edges

STEP = 40.0
Segment = tuple[float, float, float]  # position, start and end of a line


@st.composite
def lines(draw: st.DrawFn) -> list[Segment]:
    """Draw positions, starts and ends of lines on a grid of 5 by 5 squares, after near lines have been joined."""
    out = []
    for at in draw(st.lists(st.integers(0, 5), min_size=2, max_size=6, unique=True)):
        drawn = draw(st.lists(st.sampled_from((True, True, False)), min_size=5, max_size=5))
        # Lines end a little before, on, or after the line that they meet.
        blur = draw(st.sampled_from((-SNAP_TOLERANCE + 0.1, 0.0, SNAP_TOLERANCE - 0.1)))
        for is_drawn, run in groupby(range(5), key=drawn.__getitem__):
            if is_drawn:
                steps = list(run)
                out.append((at * STEP, steps[0] * STEP + blur, (steps[-1] + 1) * STEP + blur))
    return sorted(out)


def edges(rows: list[Segment]) -> Edges:
    at, start, end = np.array(rows).T
    return Edges(at, start, end, np.zeros(len(rows), dtype=int))


@settings(max_examples=300, deadline=None)
@given(lines(), lines())
def test_cells_between_lines_are_those_of_pdfplumber(horizontal: list[Segment], vertical: list[Segment]) -> None:
    assume(horizontal and vertical)
    theirs = [{"orientation": "h", "x0": x0, "x1": x1, "top": y, "bottom": y} for y, x0, x1 in horizontal]
    theirs += [{"orientation": "v", "x0": x, "x1": x, "top": top, "bottom": bottom} for x, top, bottom in vertical]
    crossings = edges_to_intersections(theirs, SNAP_TOLERANCE, SNAP_TOLERANCE)
    expected = intersections_to_cells(crossings) if len(crossings) >= 6 else []  # fewer than 6 make no table
    assert sorted(cell_rectangles(edges(horizontal), edges(vertical))) == sorted(expected)


def test_a_merged_cell_is_one_rectangle() -> None:
    horizontal = [(0.0, 0.0, 200.0), (50.0, 0.0, 200.0), (100.0, 0.0, 200.0)]
    vertical = [(0.0, 0.0, 100.0), (100.0, 50.0, 100.0), (200.0, 0.0, 100.0)]
    boxes = cell_rectangles(edges(horizontal), edges(vertical))
    assert sorted(boxes) == [(0.0, 0.0, 200.0, 50.0), (0.0, 50.0, 100.0, 100.0), (100.0, 50.0, 200.0, 100.0)]
