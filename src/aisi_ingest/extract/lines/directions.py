"""Sort the characters of a page by the direction in which they are read."""

from __future__ import annotations

from typing import Any

import numpy as np

from aisi_ingest.extract.lines.arrays import in_class, true_runs
from aisi_ingest.extract.lines.line import Direction
from aisi_ingest.extract.pdf.code_points import CORNER, WRITTEN

Array = np.ndarray[Any, Any]

_QUARTER_TURNS: tuple[Direction, ...] = ("right", "up", "left", "down")

_LEAST_OBLIQUE = 8.0  # degrees from a quarter turn: a scan is askew by less

# Vertical text, in units of the type size (em).
_FEWEST_CHARACTERS = 3  # in one column of vertical text
_SHORTEST_STEP = 0.5  # from character to character
_LONGEST_STEP = 1.25
_LONGEST_WIDE_STEP = 1.6  # Japanese characters may be spaced out
_SIDEWAYS = 0.35  # distance between the middles of two characters
_SIDEWAYS_PUNCTUATION = 0.8  # punctuation is in a corner of its square, and its box may be that of the ink only
_LATIN_LETTERS = (0x40, 0x7F)  # ASCII without digits: digits one below the other are a column of numbers


def by_direction(chars: Array, picked: Array) -> list[tuple[Direction, Array]]:
    """Group characters by their direction of reading.

    Args:
        chars: The characters of a page, as rows of ``CHAR``.
        picked: Indices of the characters to group.

    Returns:
        Each direction that occurs and the indices of its characters, in the order of the file.
    """
    groups: list[tuple[Direction, Array]] = []
    turns = [(0, picked)]
    angle = chars["angle"][picked]
    if angle.any():
        nearest = np.round(angle / 90.0)
        quarter = nearest.astype(int) % len(_QUARTER_TURNS)
        oblique = np.abs(angle - 90.0 * nearest) > _LEAST_OBLIQUE
        turns = [(turn, picked[(quarter == turn) & ~oblique]) for turn in np.unique(quarter).tolist()]
        if oblique.any():
            groups.append(("oblique", picked[oblique]))
    for turn, members in turns:
        if turn == 0:
            vertical = _is_vertical(chars, members)
            if vertical.any():
                groups.append(("vertical", members[vertical]))
                members = members[~vertical]
        if len(members):
            groups.append((_QUARTER_TURNS[turn], members))
    return groups


def _is_vertical(chars: Array, members: Array) -> Array:
    """Return for each character whether it belongs to three or more that are straight below each other."""
    vertical = np.zeros(len(members), dtype=bool)
    if len(members) < _FEWEST_CHARACTERS:
        return vertical
    size = chars["size"][members]
    middle = (chars["top"][members] + chars["bottom"][members]) / 2
    em = np.minimum(size[1:], size[:-1])
    step = middle[1:] - middle[:-1]
    downwards = step > _SHORTEST_STEP * em
    if not (downwards[1:] & downwards[:-1]).any():  # no two steps down in a row: horizontal lines only
        return vertical
    code = chars["code"][members]
    wide = in_class(code, WRITTEN)
    letter = wide | ((code > _LATIN_LETTERS[0]) & (code < _LATIN_LETTERS[1]))
    centre = (chars["x0"][members] + chars["x1"][members]) / 2
    corner = in_class(code, CORNER)
    sideways = np.where(corner[1:] | corner[:-1], _SIDEWAYS_PUNCTUATION, _SIDEWAYS)
    below = (np.abs(np.diff(centre)) < sideways * em) & downwards
    below &= step < np.where(wide[1:], _LONGEST_WIDE_STEP, _LONGEST_STEP) * em
    below &= letter[1:] & letter[:-1]
    for first, last in true_runs(below):
        if last - first >= _FEWEST_CHARACTERS - 1:
            vertical[first : last + 1] = True
    return vertical
