"""The lines on a page that can be borders of cells, as horizontal and vertical edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.geometry import box_of, points_inside
from aisi_ingest.extract.lines.arrays import is_inked
from aisi_ingest.extract.pdf.code_points import is_blank
from aisi_ingest.extract.pdf.page import FILL, IMAGE, LINE, RECT

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

# Points. Lines this close are one line, and ends this close touch. pdfplumber's default of 3 makes tables of boxes
# that are side by side on slides; borders that one table draws twice lie within 1.
SNAP_TOLERANCE = 1.5
MOST_LINES = 4000  # pieces of lines on one page; more is a plot or a map
_OPACITY = 0xFF  # mask of the last byte of a colour, 0 for what is transparent

# The frame of the page, and the corners that some writers draw between two borders.
_PAGE_SHARE = 0.9
_SHORTEST_LINE = 2.0  # points
_LARGEST_CORNER = 3.0  # points
NEARLY_WHITE = 0xFAFAFA
_WHITE_MARGIN = 3.0  # points between a white line and the coloured background that shows it

# Dashed and dotted lines, in points.
_LONGEST_DASH = 6.0  # also of the gap after it
_FEWEST_DASHES = 5
_DASH_THICKNESS = 3.0
_DASH_LEVEL = 0.5  # difference in height between two dashes of one line, at most
_DASH_OVERLAP = -0.5

# Underlines. The distance below the baseline is in em: the border of a cell leaves room for descenders.
_UNDERLINE_ABOVE, _UNDERLINE_BELOW = -0.08, 0.23
_LARGEST_DESCENT = 12.0  # points: a baseline further up belongs to no underline
_SEARCH_MARGIN = 1.0  # points
_ROUNDING = 0.01  # points, of positions in single precision
_UNDERLINED_SHARE = 0.8  # of the line's length that is below characters

# Frames around words, in em.
_SAME_BASELINE = 0.1
_NARROWEST_GAP, _WIDEST_GAP = -0.3, 0.35  # between two characters of running text
_INK_MARGIN = 0.1  # how far a line may be inside the box of a character without crossing its ink
_MIDDLE_HEIGHT = 0.35  # from the baseline up to the middle of a character
_WORD_FRAME_HEIGHT = 2.2  # such a frame is one line high; a line that touches words in a taller cell does so by chance

# Horizontal rules, in points.
_FEWEST_RULES = 3
_SHORTEST_RULE = 6.0
_RULE_THICKNESS = 3.0
_COLUMN_GAP = 25.0  # widest white space between the rules of two columns
_SAME_GAP = 3.0  # difference between the ends of the white space in two rows, at most
_FEWEST_ROWS = 3  # with the same white space


@dataclass(frozen=True, slots=True)
class Edges:
    """Horizontal or vertical edges, one value each.

    Attributes:
        at: Position across the edge, in points.
        start: Where the edge begins along its direction, in points.
        end: Where it ends, in points.
        order: Drawing order.
    """

    at: Array
    start: Array
    end: Array
    order: Array

    def __len__(self) -> int:
        return len(self.at)

    def where(self, keep: Array) -> Edges:
        """Return the edges for which ``keep`` (boolean) is true."""
        return Edges(self.at[keep], self.start[keep], self.end[keep], self.order[keep])

    def values(self) -> Iterator[tuple[float, float, float, int]]:
        """Return the edges as tuples (at, start, end, order)."""
        return zip(self.at.tolist(), self.start.tolist(), self.end.tolist(), self.order.tolist(), strict=True)


def _edges(at: Array, start: Array, end: Array, order: Array) -> Edges:
    """Return edges of double precision; the arrays of a page are of single precision."""
    return Edges(at.astype(float), start.astype(float), end.astype(float), order.astype(int))


def edges_of(page: Page, overlays: Array | None = None) -> tuple[Edges, Edges]:
    """Find the horizontal and vertical edges that a page draws.

    Args:
        page: The page.
        overlays: Opaque boxes that lie over a table, as rows of ``RULE``. Their own edges are left out, as well as
            the frame of the page.

    Returns:
        The horizontal and the vertical edges.
    """
    rules = _join_dashes(page.rules)
    corners = _corners(rules)
    rules = rules[((rules["kind"] == LINE) | (rules["kind"] == RECT)) & (rules["color"] & _OPACITY > 0)]
    rules = _without_white_on_white(page, rules)
    width, height = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    page_frame = (rules["kind"] == RECT) & (width > _PAGE_SHARE * page.width) & (height > _PAGE_SHARE * page.height)
    rules = rules[~page_frame & (np.maximum(width, height) > _SHORTEST_LINE)]
    for overlay in overlays if overlays is not None else ():
        inside = np.ones(len(rules), bool)
        for low, high in (("x0", "x1"), ("top", "bottom")):
            inside &= rules[low] > overlay[low] - SNAP_TOLERANCE
            inside &= rules[high] < overlay[high] + SNAP_TOLERANCE
        rules = rules[~(inside & (rules["order"] >= overlay["order"]))]
    lines, frames = rules[rules["kind"] == LINE], rules[rules["kind"] == RECT]
    is_horizontal = lines["x1"] - lines["x0"] >= lines["bottom"] - lines["top"]
    across = np.concatenate((lines[is_horizontal], corners))
    down = np.concatenate((lines[~is_horizontal], corners))
    horizontal = _edges(
        np.concatenate(((across["top"] + across["bottom"]) / 2, frames["top"], frames["bottom"])),
        np.concatenate((across["x0"], frames["x0"], frames["x0"])),
        np.concatenate((across["x1"], frames["x1"], frames["x1"])),
        np.concatenate((across["order"], frames["order"], frames["order"])),
    )
    vertical = _edges(
        np.concatenate(((down["x0"] + down["x1"]) / 2, frames["x0"], frames["x1"])),
        np.concatenate((down["top"], frames["top"], frames["top"])),
        np.concatenate((down["bottom"], frames["bottom"], frames["bottom"])),
        np.concatenate((down["order"], frames["order"], frames["order"])),
    )
    return horizontal, vertical


def _without_white_on_white(page: Page, rules: Array) -> Array:
    """Leave out white lines, except beside a coloured background or a picture: nobody sees the others."""
    is_white = rules["color"] >> 8 >= NEARLY_WHITE
    if not is_white.any():
        return rules
    behind = page.rules[(page.rules["kind"] == IMAGE) | (page.rules["kind"] == FILL)]
    behind = behind[(behind["kind"] == IMAGE) | (behind["color"] >> 8 < NEARLY_WHITE)]
    white = rules[is_white]
    x, y = (white["x0"] + white["x1"]) / 2, (white["top"] + white["bottom"]) / 2
    seen = np.zeros(len(white), bool)
    for back in behind:
        seen |= points_inside(box_of(back), x, y, _WHITE_MARGIN)
    keep = ~is_white
    keep[is_white] = seen
    return np.asarray(rules[keep])


def _corners(rules: Array) -> Array:
    """Return the small filled squares that some writers draw where two borders meet. They are a piece of both."""
    fills = rules[(rules["kind"] == FILL) & (rules["color"] & _OPACITY > 0)]
    fills = fills[fills["color"] >> 8 < NEARLY_WHITE]
    width, height = fills["x1"] - fills["x0"], fills["bottom"] - fills["top"]
    return np.asarray(fills[(np.maximum(width, height) <= _LARGEST_CORNER) & (np.minimum(width, height) > 0)])


def _join_dashes(rules: Array) -> Array:
    """Join dashed and dotted lines if the writer has drawn each dash or dot as a shape of its own."""
    width, height = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    is_dash = ((rules["kind"] == LINE) | (rules["kind"] == FILL)) & (np.maximum(width, height) <= _LONGEST_DASH)
    dashes = np.flatnonzero(is_dash)
    if len(dashes) < 3 * _FEWEST_DASHES:  # fewer than three lines make no table
        return rules
    lines: list[tuple[int, int]] = []  # first and last dash of each
    for start, end, low, high in (("x0", "x1", "top", "bottom"), ("top", "bottom", "x0", "x1")):
        thin = dashes[(rules[high] - rules[low])[dashes] <= _DASH_THICKNESS]
        order = thin[np.lexsort((rules[start][thin], np.round(rules[low][thin])))]
        gap = rules[start][order][1:] - rules[end][order][:-1]
        same_level = np.abs(np.diff(rules[low][order])) < _DASH_LEVEL
        breaks = np.flatnonzero(~(same_level & (gap > _DASH_OVERLAP) & (gap < _LONGEST_DASH))) + 1
        ends = np.concatenate((breaks, [len(order)]))
        for first, last in zip(np.concatenate(([0], breaks)).tolist(), ends.tolist(), strict=True):
            if last - first >= _FEWEST_DASHES:
                lines.append((int(order[first]), int(order[last - 1])))
    if not lines:
        return rules
    joined = rules[[first for first, _ in lines]].copy()
    for row, (_, last) in zip(joined, lines, strict=True):
        row["x1"], row["bottom"], row["kind"] = rules["x1"][last], rules["bottom"][last], LINE
    return np.concatenate((np.delete(rules, dashes), joined))


def without_underlines(page: Page, edges: Edges) -> Edges:
    """Leave out horizontal edges that run right below letters."""
    if not len(edges):
        return edges
    chars = page.chars
    keep = np.ones(len(edges), bool)
    order = np.flatnonzero(~chars["hidden"] & ~is_blank(chars["code"]))  # spaces fill cells in many files
    order = order[np.argsort(chars["origin_y"][order], kind="stable")]
    x0, x1, baseline, size = (chars[name][order] for name in ("x0", "x1", "origin_y", "size"))
    largest = float(size.max(initial=0.0))  # no text is farther from its underline than the largest text
    low = np.searchsorted(baseline, edges.at - min(_LARGEST_DESCENT, _UNDERLINE_BELOW * largest + _ROUNDING))
    high = np.searchsorted(baseline, edges.at + min(_SEARCH_MARGIN, _ROUNDING - _UNDERLINE_ABOVE * largest))
    for i in np.flatnonzero(high > low).tolist():
        part = slice(low[i], high[i])
        below = edges.at[i] - baseline[part]
        near = (below > _UNDERLINE_ABOVE * size[part]) & (below < _UNDERLINE_BELOW * size[part])
        near &= (x1[part] > edges.start[i] - _SEARCH_MARGIN) & (x0[part] < edges.end[i] + _SEARCH_MARGIN)
        if near.any():
            left, right = x0[part][near].min(), x1[part][near].max()
            length = edges.end[i] - edges.start[i]
            underlined = min(right, edges.end[i]) - max(left, edges.start[i])
            keep[i] = underlined < _UNDERLINED_SHARE * length
    return edges.where(keep)


def without_word_frames(page: Page, edges: Edges) -> Edges:
    """Leave out vertical edges that running text crosses: frames around words (Word's character borders)."""
    if not len(edges):
        return edges
    chars = page.chars
    inked = np.flatnonzero(~chars["hidden"] & is_inked(chars["code"]) & (chars["angle"] == 0))
    if len(inked) <= 1:
        return edges
    x0, x1, baseline, em = (chars[name][inked] for name in ("x0", "x1", "origin_y", "size"))
    gap, em = x0[1:] - x1[:-1], np.minimum(em[1:], em[:-1])
    same_baseline = np.abs(baseline[1:] - baseline[:-1]) < _SAME_BASELINE * em
    running = np.flatnonzero(same_baseline & (gap > _NARROWEST_GAP * em) & (gap < _WIDEST_GAP * em))
    left, right = x1[running] - _INK_MARGIN * em[running], x0[running + 1] + _INK_MARGIN * em[running]
    middle, size = baseline[running] - _MIDDLE_HEIGHT * em[running], em[running]
    order = np.argsort(middle)
    left, right, middle, size = left[order], right[order], middle[order], size[order]
    keep = np.ones(len(edges), bool)
    low, high = np.searchsorted(middle, edges.start), np.searchsorted(middle, edges.end)
    for i in np.flatnonzero(high > low).tolist():
        part = slice(low[i], high[i])
        crossed = (left[part] <= edges.at[i]) & (right[part] >= edges.at[i])
        keep[i] = not (crossed & (edges.end[i] - edges.start[i] < _WORD_FRAME_HEIGHT * size[part])).any()
    return edges.where(keep)


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line whose pieces have been joined; positions in points.

    Attributes:
        y: Position from the top of the page.
        x0: Left end.
        x1: Right end.
        joints: Where one piece ends and the next begins. Many writers draw one piece for each cell.
    """

    y: float
    x0: float
    x1: float
    joints: tuple[float, ...]


def horizontal_rules(page: Page) -> list[Rule]:
    """Find the horizontal lines of a page without underlines, sorted from the top."""
    if len(page.rules) < _FEWEST_RULES:
        return []
    rules = _join_dashes(page.rules)
    lines = _without_white_on_white(page, rules[(rules["kind"] == LINE) & (rules["color"] & _OPACITY > 0)])
    long_enough = lines["x1"] - lines["x0"] > _SHORTEST_RULE
    lines = lines[long_enough & (lines["bottom"] - lines["top"] < _RULE_THICKNESS)]
    if not _FEWEST_RULES <= len(lines) <= MOST_LINES:
        return []
    middle = (lines["top"] + lines["bottom"]) / 2
    edges = without_underlines(page, _edges(middle, lines["x0"], lines["x1"], lines["order"]))
    found: list[Rule] = []
    for y, x0, x1, _ in sorted(edges.values()):
        last = found[-1] if found else None
        if last and y - last.y < SNAP_TOLERANCE and abs(x0 - last.x1) < SNAP_TOLERANCE:
            found[-1] = Rule(last.y, last.x0, x1, (*last.joints, x0))
        elif last is None or y - last.y >= SNAP_TOLERANCE or x0 > last.x1:
            found.append(Rule(y, x0, x1, ()))
    return _join_over_gaps(found)


def _join_over_gaps(rules: list[Rule]) -> list[Rule]:
    """Join rules that are drawn column by column with white space between the columns.

    Two lines of text can be underlined side by side. Three or more rows with the same pieces are a table.
    """
    rows: list[list[Rule]] = []
    for rule in rules:
        same_row = rows and rule.y - rows[-1][0].y < SNAP_TOLERANCE
        if same_row and 0 < rule.x0 - rows[-1][-1].x1 < _COLUMN_GAP:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    # Rows are compared by their white space, because a rule under a group of rows may have other ends.
    gaps = [[x for before, after in pairwise(row) for x in (before.x1, after.x0)] for row in rows]
    joined: list[Rule] = []
    for row, own in zip(rows, gaps, strict=True):
        alike = [
            other
            for other in gaps
            if len(other) == len(own) and all(abs(a - b) < _SAME_GAP for a, b in zip(other, own, strict=True))
        ]
        if len(row) <= 1 or len(alike) < _FEWEST_ROWS:
            joined += row
            continue
        middles = [(before.x1 + after.x0) / 2 for before, after in pairwise(row)]
        joints = sorted((*middles, *(joint for rule in row for joint in rule.joints)))
        joined.append(Rule(row[0].y, row[0].x0, row[-1].x1, tuple(joints)))
    return joined
