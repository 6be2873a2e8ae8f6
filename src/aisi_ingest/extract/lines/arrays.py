"""Small operations on arrays of code points and on boolean arrays, shared by lines and tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from aisi_ingest.extract.pdf.code_points import table_of

Array = np.ndarray[Any, Any]

SPACE, IDEOGRAPHIC_SPACE = 0x20, 0x3000


def in_class(codes: Array, ranges: tuple[tuple[int, int], ...]) -> Array:
    """Return for each code point whether it is in a class of ``aisi_ingest.extract.pdf.code_points``."""
    # The tables end at 0xFFFF; the last entry is for all code points beyond.
    return np.asarray(table_of(ranges).take(codes, mode="clip"))


def is_inked(codes: Array) -> Array:
    """Return for each code point whether it leaves ink; ASCII spaces and control characters do not.

    Other spaces count as inked here. They are rare, and the lines of a table's cells leave them out later.
    """
    return np.asarray(codes > SPACE)


def true_runs(mask: Array) -> list[tuple[int, int]]:
    """Return the runs of true values in a boolean array as (first, end), ``end`` excluded, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
