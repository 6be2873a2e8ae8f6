"""Find struck-out text: characters through whose middle a line of their own length is drawn.

Amended rules show the old wording struck out beside the new one. A reader does not take it as valid text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.code_points import is_blank
from aisi_ingest.extract.pdf.page import FILL, LINE, STRUCK

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Chars
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]
Lines = tuple[Array, Array, Array, Array]
"""Starts, ends, middles and thicknesses of thin lines in one direction, in points."""

# In units of the type size (em). Word processors strike Latin text at about 0.25 above the baseline and Japanese text
# in the middle of its square, at 0.38. Underlines are below the baseline.
_LOWEST, _HIGHEST = 0.12, 0.55  # of the line above the baseline
_THICKEST = 0.13
_OVERHANG = 0.6  # of the line over the text at each end: a blank may be struck with the words
_SHORTFALL = 0.2  # of the line at each end, at most: it strikes whole characters
_MIDDLE = 0.25  # from the middle of a vertical column
_INSIDE = 0.5  # share of a character that a line covers where it strikes it
_BAND_SHARE = 0.9  # of the characters that a line crosses
_SHORTEST = 2.0  # points
_MOST_RULES = 1500  # on one page; a page with more is a plot or a map
# Names of a line's start and end, and of its two sides: of level and of upright lines.
_LEVEL, _UPRIGHT_SIDES = ("x0", "x1", "top", "bottom"), ("top", "bottom", "x0", "x1")


def mark_struck(chars: Chars, rules: Array, boxes: Sequence[Box] = ()) -> None:
    """Set ``hidden`` and ``reason`` of the struck-out characters of a page.

    Args:
        chars: Characters of the page (dtype page.CHAR), changed in place.
        rules: What the page draws besides text (dtype page.RULE).
        boxes: Text that annotations strike out, in points of the page.
    """
    if not len(chars) or not (len(rules) or boxes):
        return
    largest = float(chars["size"].max())
    thin = rules[rules["kind"] <= FILL]  # lines, frames and filled boxes
    if len(thin) > _MOST_RULES:
        thin = thin[:0]
    level, upright = _thin(thin, _LEVEL, largest), _thin(thin, _UPRIGHT_SIDES, largest)
    if not boxes and not len(level[0]) and not len(upright[0]):
        return
    struck = np.zeros(len(chars), bool)
    written = ~chars["hidden"] & ~is_blank(chars["code"])
    for box in boxes:
        x, y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
        struck |= written & (x > box.x0) & (x < box.x1) & (y > box.top) & (y < box.bottom)
    quarter = np.round(chars["angle"] / 90.0).astype(int) % 4 if chars["angle"].any() else np.zeros(len(chars), int)
    _strike_along(chars, np.flatnonzero(written & (quarter % 2 == 0)), quarter, level, struck)
    _strike_along(chars, np.flatnonzero(written & (quarter % 2 == 1)), quarter, upright, struck)
    _strike_columns(chars, np.flatnonzero(written & (quarter == 0)), upright, struck)
    if struck.any():
        chars["reason"][struck] = STRUCK
        chars["hidden"] |= struck


def _strike_along(chars: Chars, members: Array, quarter: Array, lines: Lines, struck: Array) -> None:
    """Mark the characters that lines along their baseline strike out.

    Args:
        chars: Characters of the page.
        members: Indices of those to look at: all level, or all turned by a quarter, so that lines run up the page.
        quarter: Quarter turns of each character.
        lines: Thin lines and boxes in the direction of the text.
        struck: Changed in place.
    """
    if not len(members) or not len(lines[0]):
        return
    quarter = quarter[members]
    across = bool(quarter[0] % 2)
    size = chars["size"][members].astype(float)
    baseline = chars["origin_x" if across else "origin_y"][members].astype(float)
    sign = np.where(quarter > 1, -1.0, 1.0)  # upside down, or turned clockwise: "above" is the other way
    candidates = _at_height(lines, baseline, size, sign)
    if not candidates:
        return
    names = _UPRIGHT_SIDES if across else _LEVEL
    start, end, low, high = (chars[name][members].astype(float) for name in names)
    for first, last, middle, thickness in candidates:
        crossed = (np.minimum(end, last) - np.maximum(start, first) > _INSIDE * (end - start)) & (
            (low < middle) & (high > middle)
        )
        if not crossed.any():
            continue
        height = sign * (baseline - middle) / size
        inside = crossed & (height > _LOWEST) & (height < _HIGHEST) & (thickness < _THICKEST * size)
        fits = _fits(first, last, start[crossed], end[crossed], size[crossed])
        if fits and inside.sum() >= _BAND_SHARE * crossed.sum():
            struck[members[inside]] = True


def _at_height(lines: Lines, baseline: Array, size: Array, sign: Array) -> list[tuple[float, ...]]:
    """Return the lines that are at the height of a strike above the baseline of any text.

    Most lines of a page are borders and underlines, which are not. Characters of one run share baseline and size.
    """
    heads = np.append(True, (np.diff(baseline) != 0) | (np.diff(size) != 0) | (np.diff(sign) != 0))
    one, other = (baseline[heads] - sign[heads] * size[heads] * height for height in (_LOWEST, _HIGHEST))
    begins, ends = np.sort(np.minimum(one, other)), np.sort(np.maximum(one, other))
    at = np.searchsorted(begins, lines[2], "right") > np.searchsorted(ends, lines[2], "left")
    return list(zip(*(side[at].tolist() for side in lines), strict=True))


def _thin(rules: Array, names: Sequence[str], largest: float) -> Lines:
    """Return the lines in one direction: their starts, ends, middles and thicknesses, in points."""
    start, end, near, far = (rules[name].astype(float) for name in names)
    thickness = np.maximum(far - near, np.where(rules["kind"] == LINE, rules["width"], 0.0))
    keep = (thickness < _THICKEST * largest) & (end - start > _SHORTEST) & (end - start > 2 * thickness)
    return start[keep], end[keep], (near[keep] + far[keep]) / 2, thickness[keep]


def _fits(first: float, last: float, start: Array, end: Array, size: Array) -> bool:
    """Return whether a line is as long as the characters that it crosses, up to a blank at each end."""
    em = float(size.max())
    before, after = float(start.min()) - first, last - float(end.max())
    return all(-_SHORTFALL * em < side < _OVERHANG * em for side in (before, after))


def _strike_columns(chars: Chars, members: Array, lines: Lines, struck: Array) -> None:
    """Mark characters of vertical text (縦書き) that a vertical line through their middle strikes out.

    The characters are not turned, so a line counts only if it strikes two or more and nothing beside them.
    """
    if not len(members) or not len(lines[0]):
        return
    x0, x1, top, bottom, size = (chars[name][members].astype(float) for name in ("x0", "x1", "top", "bottom", "size"))
    middles, near = (x0 + x1) / 2, _MIDDLE * float(size.max())
    sides = np.sort(middles)
    # Most vertical lines are borders, with no text around them.
    at = np.searchsorted(sides, lines[2] + near) > np.searchsorted(sides, lines[2] - near)
    for first, last, middle, thickness in zip(*(side[at].tolist() for side in lines), strict=True):
        crossed = (np.minimum(bottom, last) - np.maximum(top, first) > _INSIDE * (bottom - top)) & (
            (x0 < middle) & (x1 > middle)
        )
        count = int(crossed.sum())
        if count <= 1:
            continue
        central = crossed & (np.abs(middles - middle) < _MIDDLE * size) & (thickness < _THICKEST * size)
        if int(central.sum()) == count and _fits(first, last, top[crossed], bottom[crossed], size[crossed]):
            struck[members[central]] = True
