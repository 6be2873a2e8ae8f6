"""Cells between lines, held against pdfplumber, whose TableFinder is the reference for the geometry."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pdfplumber.table import edges_to_intersections, intersections_to_cells

from aisi_ingest.extract.tables.grid import _boxes
from aisi_ingest.extract.tables.rules import NEAR, Edges

STEP = 40.0


@st.composite
def lines(draw: st.DrawFn) -> list[tuple[float, float, float]]:
    """Position across, start and end of lines on a square of 5 by 5, as they are once near ones are joined."""
    out = []
    for at in draw(st.lists(st.integers(0, 5), min_size=2, max_size=6, unique=True)):
        drawn = draw(st.lists(st.sampled_from((True, True, False)), min_size=5, max_size=5))
        blur = draw(st.sampled_from((-NEAR + 0.1, 0.0, NEAR - 0.1)))  # rules end a little before, on or behind another
        for there, run in groupby(range(5), key=drawn.__getitem__):
            if there:
                steps = list(run)
                out.append((at * STEP, steps[0] * STEP + blur, (steps[-1] + 1) * STEP + blur))
    return sorted(out)


def edges(rows: list[tuple[float, float, float]]) -> Edges:
    at, start, end = np.array(rows).T
    return Edges(at, start, end, np.zeros(len(rows), dtype=int))


@settings(max_examples=300, deadline=None)
@given(lines(), lines())
def test_cells_between_lines_are_those_of_pdfplumber(flat: list, upright: list) -> None:
    assume(flat and upright)
    theirs = [{"orientation": "h", "x0": x0, "x1": x1, "top": y, "bottom": y} for y, x0, x1 in flat]
    theirs += [{"orientation": "v", "x0": x, "x1": x, "top": top, "bottom": bottom} for x, top, bottom in upright]
    crossings = edges_to_intersections(theirs, NEAR, NEAR)
    expected = intersections_to_cells(crossings) if len(crossings) >= 6 else []  # fewer make no table
    assert sorted(_boxes(edges(flat), edges(upright))) == sorted(expected)


def test_a_merged_cell_is_one_rectangle() -> None:
    flat = [(0.0, 0.0, 200.0), (50.0, 0.0, 200.0), (100.0, 0.0, 200.0)]
    upright = [(0.0, 0.0, 100.0), (100.0, 50.0, 100.0), (200.0, 0.0, 100.0)]
    boxes = _boxes(edges(flat), edges(upright))
    assert sorted(boxes) == [(0.0, 0.0, 200.0, 50.0), (0.0, 50.0, 100.0, 100.0), (100.0, 50.0, 200.0, 100.0)]
