"""Group characters into rows by their baseline, and find those that are raised: note marks, exponents, indices.

The unit of work is a run of the content stream, not a character. Runs are nearly always in reading order, and
there are twenty to a hundred times fewer of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct

from aisi_ingest.extract.lines.arrays import in_class
from aisi_ingest.extract.lines.gutters import SEGMENT_GAP
from aisi_ingest.extract.lines.line import Frame
from aisi_ingest.extract.pdf.code_points import CORNER

Array = np.ndarray[Any, Any]

# In units of the type size (em).
RAISED_SIZE = 0.87  # type size of a raised character against that of its line, at most: browsers set 0.83
_SQUARE_BASELINE = 0.38  # from the middle of a full-width square down to its baseline
# Where a run of the content stream ends.
_BASELINE_STEP = 0.12
_STEP_BACK = -0.8
_SIZE_STEP = 1.2  # factor
# When a run belongs to a row, and when it is raised.
_SAME_ROW = 0.25  # distance of the baselines
_LONGEST_RAISED = 12  # characters
_NEAR_ROWS = 3  # rows above and below that may hold the word of a raised run
_LOWEST, _HIGHEST = -0.35, 0.7  # of its baseline against that of the row
_REACH = 0.6  # distance from the word, at most
_RAISED_BY = 0.1  # less is an uneven baseline
_ROW_TOLERANCE = 0.08  # rounding of the baseline of a row


def baselines_of(chars: Array, members: Array, frame: Frame, middle: Array, size: Array) -> Array:
    """Return the baseline of each character in its frame, in points.

    Vertical text has no baseline in the file. It gets the one that a full-width square at its place would have,
    and punctuation gets that of the character before it.

    Args:
        chars: The characters of the page, as rows of ``CHAR``.
        members: Indices of the characters.
        frame: Their frame.
        middle: The middle of each across the direction of reading, in points of the frame.
        size: Their type sizes, in points.
    """
    if frame.direction == "right":
        return np.asarray(chars["origin_y"][members].astype(float))
    if frame.direction == "left":
        return np.asarray(frame.height - chars["origin_y"][members].astype(float))
    if frame.direction == "up":
        return np.asarray(chars["origin_x"][members].astype(float))
    if frame.direction == "down":
        return np.asarray(frame.width - chars["origin_x"][members].astype(float))
    baseline = middle + _SQUARE_BASELINE * size
    is_square = ~in_class(chars["code"][members], CORNER)
    return np.asarray(baseline[np.maximum.accumulate(np.where(is_square, np.arange(len(baseline)), 0))])


class _Runs(Struct):
    """Runs of characters that follow each other on one baseline; one value for each run."""

    left: list[float]
    right: list[float]
    baseline: list[float]
    size: list[float]
    length: list[int]  # characters


class _Rows(Struct):
    """Rows of runs, from the top; one value for each row."""

    runs: list[list[int]]
    baseline: list[float]
    size: list[float]


def rows_of_characters(x0: Array, x1: Array, baseline: Array, size: Array) -> tuple[Array, Array]:
    """Group characters into rows.

    Args:
        x0: Left edges in the frame, in points, in the order of the file.
        x1: Right edges in the frame, in points.
        baseline: Baselines in the frame, in points.
        size: Type sizes in points.

    Returns:
        For each character the number of its row, counted from the top, and whether it is raised from that row.
    """
    starts = _run_starts(x0, x1, baseline, size)
    lengths = np.diff(np.append(starts, len(x0)))
    runs = _Runs(
        np.minimum.reduceat(x0, starts).tolist(),
        np.maximum.reduceat(x1, starts).tolist(),
        baseline[starts].tolist(),
        np.maximum.reduceat(size, starts).tolist(),
        lengths.tolist(),
    )
    rows = _rows_of_runs(runs)
    moved = _raised_beside_rows(runs, rows)
    row_of, raised = [0] * len(starts), [False] * len(starts)
    for number, members in enumerate(rows.runs):
        for run in members:
            row_of[run] = row = moved.get(run, number)
            if run in moved:
                raised[run] = rows.baseline[row] - runs.baseline[run] > _RAISED_BY * rows.size[row]
            elif len(members) > 1:
                raised[run] = _is_raised_in_row(run, number, runs, rows)
    return np.repeat(np.array(row_of, np.intp), lengths), np.repeat(np.array(raised, bool), lengths)


def _run_starts(x0: Array, x1: Array, baseline: Array, size: Array) -> Array:
    """Return the indices at which a run of characters begins."""
    em = np.minimum(size[1:], size[:-1])
    step = x0[1:] - x1[:-1]
    breaks = (
        (np.abs(baseline[1:] - baseline[:-1]) > _BASELINE_STEP * em)
        | (step > SEGMENT_GAP * em)
        | (step < _STEP_BACK * em)
        | (np.maximum(size[1:], size[:-1]) > _SIZE_STEP * em)
    )
    return np.flatnonzero(np.concatenate(([True], breaks)))


def _rows_of_runs(runs: _Runs) -> _Rows:
    """Group runs whose baselines differ by no more than a quarter of the type size."""
    rows = _Rows([], [], [])
    for run in sorted(range(len(runs.baseline)), key=runs.baseline.__getitem__):
        size = runs.size[run]
        if rows.runs and runs.baseline[run] - rows.baseline[-1] <= _SAME_ROW * min(size, rows.size[-1]):
            rows.runs[-1].append(run)
            if size > rows.size[-1]:
                rows.size[-1] = size
        else:
            rows.runs.append([run])
            rows.baseline.append(runs.baseline[run])
            rows.size.append(size)
    return rows


def _raised_beside_rows(runs: _Runs, rows: _Rows) -> dict[int, int]:
    """Find small runs beside a larger one of another row, a little above or below its baseline.

    Returns:
        Number of the run to number of the row it belongs to.
    """
    moved: dict[int, int] = {}
    largest = RAISED_SIZE * max(rows.size)
    for number, members in enumerate(rows.runs):
        for run in members:
            if runs.length[run] > _LONGEST_RAISED or runs.size[run] > largest:
                continue
            for other in range(max(0, number - _NEAR_ROWS), min(len(rows.runs), number + _NEAR_ROWS + 1)):
                if other != number and _is_beside(run, other, runs, rows, moved):
                    moved[run] = other
                    break
    return moved


def _is_beside(run: int, row: int, runs: _Runs, rows: _Rows, moved: dict[int, int]) -> bool:
    """Return whether a run is small against a row and next to a larger run in it."""
    size = rows.size[row]
    if size * RAISED_SIZE < runs.size[run]:
        return False
    height = (rows.baseline[row] - runs.baseline[run]) / size
    if not _LOWEST < height < _HIGHEST:
        return False
    reach = _REACH * size
    hosts = [host for host in rows.runs[row] if host not in moved and runs.size[host] * RAISED_SIZE >= runs.size[run]]
    return any(
        runs.left[run] < runs.right[host] + reach and runs.right[run] > runs.left[host] - reach for host in hosts
    )


def _is_raised_in_row(run: int, row: int, runs: _Runs, rows: _Rows) -> bool:
    """Return whether a small run is above the baseline of the largest run of its own row."""
    members, size = rows.runs[row], rows.size[row]
    if not runs.size[run] < RAISED_SIZE * size or runs.length[run] > _LONGEST_RAISED:
        return False
    if not rows.baseline[row] + _ROW_TOLERANCE * size > runs.baseline[run]:
        return False
    host = max(members, key=runs.size.__getitem__)
    return runs.baseline[host] - runs.baseline[run] > _RAISED_BY * runs.size[host]
