"""What of a page's drawing can border cells: lines, coloured grounds, and boxes that lie over a grid."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.page import CURVE, FILL, LINE, RECT

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

# Points: lines this close are one line, ends this close touch. pdfplumber's default of 3 makes tables of boxes
# that stand side by side on slides; borders that one table draws twice lie within 1.
NEAR = 1.5
MOST_LINES = 4000  # pieces of lines on one page, and a tenth of it once they are joined
_DASH = 6.0  # points: a dash or the gap after it is no longer
_DASHES = 5  # and so many make a line
_GAP = 25.0  # points: white between the rules of two columns
_SIDES = ("x0", "top", "x1", "bottom")


@dataclass(frozen=True, slots=True)
class Edges:
    """Straight edges: position across, extent along, drawing order."""

    at: Array
    start: Array
    end: Array
    order: Array

    def __len__(self) -> int:
        return len(self.at)

    def where(self, keep: Array) -> Edges:
        return Edges(self.at[keep], self.start[keep], self.end[keep], self.order[keep])


def lines_on(page: Page, covers: Array | None = None) -> tuple[Edges, Edges]:
    """Horizontal and vertical edges, but for the page's own frame and those of boxes that lie over a grid.

    ``covers`` are such boxes, as rows of RULE.
    """
    rules = _undashed(page.rules)
    rules = rules[((rules["kind"] == LINE) | (rules["kind"] == RECT)) & (rules["color"] & 0xFF > 0)]
    wide, high = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    frame = (rules["kind"] == RECT) & (wide > 0.9 * page.width) & (high > 0.9 * page.height)
    rules = rules[~frame & (np.maximum(wide, high) > 2)]  # the corners that writers put between borders
    if covers is not None:
        for cover in covers:
            on = np.ones(len(rules), bool)
            for low, top in (("x0", "x1"), ("top", "bottom")):
                on &= (rules[low] > cover[low] - NEAR) & (rules[top] < cover[top] + NEAR)
            rules = rules[~(on & (rules["order"] >= cover["order"]))]
    lines, frames = rules[rules["kind"] == LINE], rules[rules["kind"] == RECT]
    flat = lines["x1"] - lines["x0"] >= lines["bottom"] - lines["top"]
    across, upright = lines[flat], lines[~flat]
    horizontal = _edges(
        np.concatenate(((across["top"] + across["bottom"]) / 2, frames["top"], frames["bottom"])),
        np.concatenate((across["x0"], frames["x0"], frames["x0"])),
        np.concatenate((across["x1"], frames["x1"], frames["x1"])),
        np.concatenate((across["order"], frames["order"], frames["order"])),
    )
    vertical = _edges(
        np.concatenate(((upright["x0"] + upright["x1"]) / 2, frames["x0"], frames["x1"])),
        np.concatenate((upright["top"], frames["top"], frames["top"])),
        np.concatenate((upright["bottom"], frames["bottom"], frames["bottom"])),
        np.concatenate((upright["order"], frames["order"], frames["order"])),
    )
    return horizontal, vertical


def _undashed(rules: Array) -> Array:
    """Dashed and dotted lines whole again, where writers draw each dash and dot as a shape of its own."""
    wide, high = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    small = np.flatnonzero(((rules["kind"] == LINE) | (rules["kind"] == FILL)) & (np.maximum(wide, high) <= _DASH))
    if len(small) < 3 * _DASHES:
        return rules
    lines: list[tuple[int, int]] = []  # first and last piece of each
    for start, end, low, high_side in (("x0", "x1", "top", "bottom"), ("top", "bottom", "x0", "x1")):
        thin = small[(rules[high_side] - rules[low])[small] <= 3]
        order = thin[np.lexsort((rules[start][thin], np.round(rules[low][thin])))]
        gap = rules[start][order][1:] - rules[end][order][:-1]
        level = np.abs(np.diff(rules[low][order])) < 0.5
        breaks = np.flatnonzero(~(level & (gap > -0.5) & (gap < _DASH))) + 1
        ends = np.concatenate((breaks, [len(order)]))
        for first, last in zip(np.concatenate(([0], breaks)).tolist(), ends.tolist(), strict=True):
            if last - first >= _DASHES:
                lines.append((int(order[first]), int(order[last - 1])))
    if not lines:
        return rules
    whole = rules[[first for first, _ in lines]].copy()
    for row, (_, last) in zip(whole, lines, strict=True):
        row["x1"], row["bottom"], row["kind"] = rules["x1"][last], rules["bottom"][last], LINE
    return np.concatenate((np.delete(rules, small), whole))


def _edges(at: Array, start: Array, end: Array, order: Array) -> Edges:
    return Edges(at.astype(float), start.astype(float), end.astype(float), order.astype(int))


def not_underlines(page: Page, edges: Edges) -> Edges:
    """Without lines that run along the foot of letters: a cell's border leaves room for their descent."""
    if not len(edges):
        return edges
    chars = page.chars
    keep = np.ones(len(edges), bool)
    order = np.flatnonzero(~chars["hidden"] & (chars["code"] > 0x20))
    order = order[np.argsort(chars["origin_y"][order], kind="stable")]
    x0, x1, base, size = (chars[name][order] for name in ("x0", "x1", "origin_y", "size"))
    low = np.searchsorted(base, edges.at - 12)
    high = np.searchsorted(base, edges.at + 1)
    for i in np.flatnonzero(high > low).tolist():
        part = slice(low[i], high[i])
        drop = edges.at[i] - base[part]
        near = (drop > -0.08 * size[part]) & (drop < 0.23 * size[part])
        near &= (x1[part] > edges.start[i] - 1) & (x0[part] < edges.end[i] + 1)
        if near.any():
            left, right = x0[part][near].min(), x1[part][near].max()
            length = edges.end[i] - edges.start[i]
            covered = min(right, edges.end[i]) - max(left, edges.start[i])
            keep[i] = covered < 0.8 * length
    return edges.where(keep)


def not_crossed(page: Page, edges: Edges) -> Edges:
    """Without vertical lines that running text crosses: frames around words (Word's character borders)."""
    if not len(edges):
        return edges
    chars = page.chars
    inked = np.flatnonzero(~chars["hidden"] & (chars["code"] > 0x20) & (chars["angle"] == 0))
    if len(inked) < 2:
        return edges
    x0, x1, base, em = (chars[name][inked] for name in ("x0", "x1", "origin_y", "size"))
    gap, em = x0[1:] - x1[:-1], np.minimum(em[1:], em[:-1])
    running = np.flatnonzero((np.abs(np.diff(base)) < 0.1 * em) & (gap > -0.3 * em) & (gap < 0.35 * em))
    left, right = x1[running] - 0.1 * em[running], x0[running + 1] + 0.1 * em[running]
    middle, size = base[running] - 0.35 * em[running], em[running]
    order = np.argsort(middle)
    left, right, middle, size = left[order], right[order], middle[order], size[order]
    keep = np.ones(len(edges), bool)
    low, high = np.searchsorted(middle, edges.start), np.searchsorted(middle, edges.end)
    for i in np.flatnonzero(high > low).tolist():
        part = slice(low[i], high[i])
        crossed = (left[part] <= edges.at[i]) & (right[part] >= edges.at[i])
        # Such a frame is one line high; in a taller cell a last and a first word may touch the border by chance.
        keep[i] = not (crossed & (edges.end[i] - edges.start[i] < 2.2 * size[part])).any()
    return edges.where(keep)


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line, its pieces joined."""

    y: float
    x0: float
    x1: float
    joints: tuple[float, ...]  # where one piece ends and the next begins: writers draw a piece for each cell


def horizontal_rules(page: Page) -> list[Rule]:
    """Horizontal lines from the top, underlines left out."""
    if len(page.rules) < 3:
        return []
    rules = _undashed(page.rules)
    flat = rules[(rules["kind"] == LINE) & (rules["color"] & 0xFF > 0)]
    flat = flat[(flat["x1"] - flat["x0"] > 6) & (flat["bottom"] - flat["top"] < 3)]
    if not 3 <= len(flat) <= MOST_LINES:
        return []
    middle = (flat["top"] + flat["bottom"]) / 2
    edges = not_underlines(page, _edges(middle, flat["x0"], flat["x1"], flat["order"]))
    out: list[Rule] = []
    for y, x0, x1, _ in sorted(edge_values(edges)):
        last = out[-1] if out else None
        if last and y - last.y < NEAR and abs(x0 - last.x1) < NEAR:
            out[-1] = Rule(last.y, last.x0, x1, (*last.joints, x0))
        elif last is None or y - last.y >= NEAR or x0 > last.x1:
            out.append(Rule(y, x0, x1, ()))
    return _over_gaps(out)


def _over_gaps(rules: list[Rule]) -> list[Rule]:
    """Rules drawn column by column with white between the columns, as one for each row.

    Two lines of text may be underlined side by side; three and more rows with the same pieces are a table.
    """
    rows: list[list[Rule]] = []
    for rule in rules:
        if rows and rule.y - rows[-1][0].y < NEAR and 0 < rule.x0 - rows[-1][-1].x1 < _GAP:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    # Where the white is; a rule under a group of rows may reach further at its ends.
    sides = [[x for before, after in pairwise(row) for x in (before.x1, after.x0)] for row in rows]
    out: list[Rule] = []
    for row, own in zip(rows, sides, strict=True):
        alike = [o for o in sides if len(o) == len(own) and all(abs(a - b) < 3 for a, b in zip(o, own, strict=True))]
        if len(row) < 2 or len(alike) < 3:
            out += row
            continue
        gaps = [(before.x1 + after.x0) / 2 for before, after in pairwise(row)]
        joints = sorted((*gaps, *(joint for rule in row for joint in rule.joints)))
        out.append(Rule(row[0].y, row[0].x0, row[-1].x1, tuple(joints)))
    return out


def covers_on(page: Page) -> Array:
    """Opaque boxes that lie over lines drawn before them: a note over a grid, kept apart from its cells."""
    rules = page.rules
    if len(rules) < 5:
        return rules[:0]
    fills = rules[(rules["kind"] == FILL) & (rules["color"] & 0xFF >= 0xF0)]
    fills = fills[(fills["x1"] - fills["x0"] > 20) & (fills["bottom"] - fills["top"] > 8)]
    lines = rules[rules["kind"] == LINE]
    if not len(fills) or not len(lines) or len(lines) > MOST_LINES:
        return np.asarray(fills[:0])
    inside = np.ones((len(fills), len(lines)), bool)
    for low, top in (("x0", "x1"), ("top", "bottom")):
        inside &= lines[low][None] < fills[top][:, None] - NEAR
        inside &= lines[top][None] > fills[low][:, None] + NEAR
    inside &= lines["order"][None] < fills["order"][:, None]
    return np.asarray(fills[inside.any(1)])


def edge_values(edges: Edges) -> Any:
    return zip(edges.at.tolist(), edges.start.tolist(), edges.end.tolist(), edges.order.tolist(), strict=True)


def grounds_on(page: Page, taken: list[Box]) -> Array:
    """Coloured backgrounds that may be those of cells: x0, top, x1, bottom as rows; those of text lines left out."""
    rules = page.rules
    none = np.zeros((0, 5))
    if len(rules) < 2:
        return none
    fills = rules[(rules["kind"] == FILL) & (rules["color"] & 0xFF > 0)]
    wide, high = fills["x1"] - fills["x0"], fills["bottom"] - fills["top"]
    fills = fills[(wide > 8) & (high > 6) & ~((wide > 0.9 * page.width) & (high > 0.5 * page.height))]
    for box in taken:
        middle_x, middle_y = (fills["x0"] + fills["x1"]) / 2, (fills["top"] + fills["bottom"]) / 2
        fills = fills[~((middle_x > box.x0) & (middle_x < box.x1) & (middle_y > box.top) & (middle_y < box.bottom))]
    if not 2 <= len(fills) <= 2000:
        return none
    x0, top, x1, bottom = (fills[name].astype(float) for name in _SIDES)
    inside = (x0[:, None] >= x0[None] - 1) & (x1[:, None] <= x1[None] + 1)
    inside &= (top[:, None] >= top[None] - 1) & (bottom[:, None] <= bottom[None] + 1)
    area = (x1 - x0) * (bottom - top)
    inside &= area[:, None] < 0.98 * area[None]
    return np.asarray(np.stack((x0, top, x1, bottom, fills["order"].astype(float)), 1)[~inside.any(1)])


def figure_like(page: Page, box: Box) -> bool:
    """Whether bent and slanted strokes (arrows, rounded boxes, icons) make up what lies in a box."""
    rules = page.rules
    x, y = (rules["x0"] + rules["x1"]) / 2, (rules["top"] + rules["bottom"]) / 2
    inside = (x > box.x0 - 2) & (x < box.x1 + 2) & (y > box.top - 2) & (y < box.bottom + 2)
    large = np.maximum(rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]) > 10  # bullets are none
    bent = (rules["kind"] == CURVE) & inside & large
    return bool(bent.sum() > 0.3 * max(1, inside.sum()))
