"""Find struck-out text: characters through whose middle a line of their own length is drawn.

Amended rules show the old wording struck out beside the new one. A reader does not take it as valid text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.code_points import is_blank
from aisi_ingest.extract.pdf.page import FILL, LINE, RECT, STRUCK

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Chars
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

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
_UPRIGHT, _TURNED = (0, 2), (1, 3)  # quarter turns of text that horizontal and vertical lines strike


def mark_struck(chars: Chars, rules: Array, boxes: Sequence[Box] = ()) -> None:
    """Set ``hidden`` and ``reason`` of the struck-out characters of a page.

    Args:
        chars: Characters of the page (dtype page.CHAR), changed in place.
        rules: What the page draws besides text (dtype page.RULE).
        boxes: Text that annotations strike out, in points of the page.
    """
    if not len(chars) or not (len(rules) or boxes):
        return
    written = ~chars["hidden"] & ~is_blank(chars["code"])
    struck = np.zeros(len(chars), bool)
    index = np.flatnonzero(written)
    own = chars[index]
    for box in boxes:
        x, y = (own["x0"] + own["x1"]) / 2, (own["top"] + own["bottom"]) / 2
        struck[index[(x > box.x0) & (x < box.x1) & (y > box.top) & (y < box.bottom)]] = True
    thin = rules[np.isin(rules["kind"], (LINE, RECT, FILL))]
    if 0 < len(thin) <= _MOST_RULES and len(own):
        quarter = np.round(own["angle"] / 90.0).astype(int) % 4
        _strike_along(own, index, np.isin(quarter, _UPRIGHT), thin, struck, across=False)
        _strike_along(own, index, np.isin(quarter, _TURNED), thin, struck, across=True)
        _strike_columns(own, index, quarter == 0, thin, struck)
    chars["reason"][struck] = STRUCK
    chars["hidden"] |= struck


def _strike_along(own: Chars, index: Array, picked: Array, rules: Array, struck: Array, across: bool) -> None:
    """Mark the characters that lines along their baseline strike out.

    Args:
        own: Written characters.
        index: Their positions in ``struck``.
        picked: Those of them to look at.
        rules: Lines and boxes.
        struck: Changed in place.
        across: The text is turned by a quarter, so its lines run up or down the page.
    """
    members = np.flatnonzero(picked)
    if not len(members):
        return
    chars = own[members]
    names = ("top", "bottom", "x0", "x1") if across else ("x0", "x1", "top", "bottom")
    start, end, low, high = (chars[name].astype(float) for name in names)
    size = chars["size"].astype(float)
    quarter = np.round(chars["angle"] / 90.0).astype(int) % 4
    baseline = (chars["origin_x"] if across else chars["origin_y"]).astype(float)
    sign = np.where(quarter >= _UPRIGHT[1], -1.0, 1.0)  # upside down, or turned clockwise: "above" is the other way
    for first, last, middle, thickness in _thin(rules, names, float(size.max())):
        crossed = (np.minimum(end, last) - np.maximum(start, first) > _INSIDE * (end - start)) & (
            (low < middle) & (high > middle)
        )
        if not crossed.any():
            continue
        height = sign * (baseline - middle) / size
        inside = crossed & (height > _LOWEST) & (height < _HIGHEST) & (thickness < _THICKEST * size)
        fits = _fits(first, last, start[crossed], end[crossed], size[crossed])
        if fits and inside.sum() >= _BAND_SHARE * crossed.sum():
            struck[index[members[inside]]] = True


def _thin(rules: Array, names: Sequence[str], largest: float) -> list[tuple[float, float, float, float]]:
    """Return the lines in one direction as (start, end, middle, thickness), in points."""
    start, end, near, far = (rules[name].astype(float) for name in names)
    thickness = np.maximum(far - near, np.where(rules["kind"] == LINE, rules["width"], 0.0))
    keep = (thickness < _THICKEST * largest) & (end - start > _SHORTEST) & (end - start > 2 * thickness)
    sides = (start[keep], end[keep], (near[keep] + far[keep]) / 2, thickness[keep])
    return list(zip(*(side.tolist() for side in sides), strict=True))


def _fits(first: float, last: float, start: Array, end: Array, size: Array) -> bool:
    """Return whether a line is as long as the characters that it crosses, up to a blank at each end."""
    em = float(size.max())
    before, after = float(start.min()) - first, last - float(end.max())
    return all(-_SHORTFALL * em < side < _OVERHANG * em for side in (before, after))


def _strike_columns(own: Chars, index: Array, picked: Array, rules: Array, struck: Array) -> None:
    """Mark characters of vertical text (縦書き) that a vertical line through their middle strikes out.

    The characters are not turned, so a line counts only if it strikes two or more and nothing beside them.
    """
    members = np.flatnonzero(picked)
    if not len(members):
        return
    chars = own[members]
    x0, x1, top, bottom, size = (chars[name].astype(float) for name in ("x0", "x1", "top", "bottom", "size"))
    for first, last, middle, thickness in _thin(rules, ("top", "bottom", "x0", "x1"), float(size.max())):
        crossed = (np.minimum(bottom, last) - np.maximum(top, first) > _INSIDE * (bottom - top)) & (
            (x0 < middle) & (x1 > middle)
        )
        count = int(crossed.sum())
        if count <= 1:
            continue
        central = crossed & (np.abs((x0 + x1) / 2 - middle) < _MIDDLE * size) & (thickness < _THICKEST * size)
        if int(central.sum()) == count and _fits(first, last, top[crossed], bottom[crossed], size[crossed]):
            struck[index[members[central]]] = True
