"""Tables between horizontal rules, without vertical ones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.region_text import RegionText, column_gaps, columns_of, text_outside
from aisi_ingest.extract.tables.rules import Rule, horizontal_rules
from aisi_ingest.extract.tables.text_rows import borders_above, borders_below, checked_grid, cluster_means

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

# Chosen on drawn tables and on real reports and decks, so that their 400 pages have no false table.
_NARROWEST_GAP = 1.0  # em between columns
_CROSSING_LINES = 0.1  # share of the lines that may cross the gap between two columns
_FEWEST_RULES = 3
_SAME_POSITION = 3.0  # points between the ends of rules of the same table
_SHORTEST_RULE = 60.0  # points
_FEWEST_CHARACTERS = 6
_SAME_JOINT = 2.0  # points
_JOINT_SHARE = 0.5  # of the rules that have a joint at the same position
_MARGIN = 2  # em beside the table: a caption may be there
_FEW_BANDS = 3  # header, body, perhaps a footer
_FEWEST_LINES = 3  # of a band that may have several rows
_FEWEST_ROW_STARTS = 2
_FEWEST_COLUMNS = 2
_ABOVE_ROW = 0.5  # points
_SAME_BORDER = 3.0  # points


def rule_grids(page: Page, taken: list[Box]) -> list[Grid]:
    """Find tables between three or more horizontal rules of the same length, without vertical ones.

    Args:
        page: The page.
        taken: Boxes of other tables.
    """
    rules = [rule for rule in horizontal_rules(page) if not _is_inside(rule, taken)]
    text: RegionText | None = None
    found = []
    while len(rules) >= _FEWEST_RULES:
        first = rules[0]
        alike = [
            rule
            for rule in rules
            if abs(rule.x0 - first.x0) < _SAME_POSITION and abs(rule.x1 - first.x1) < _SAME_POSITION
        ]
        rules = [rule for rule in rules if rule not in alike]
        if len(alike) < _FEWEST_RULES or first.x1 - first.x0 < _SHORTEST_RULE:
            continue
        # A rule between them may be longer, for example one under a group of rows.
        longer = [rule for rule in rules if rule.x0 < first.x0 + _SAME_POSITION and rule.x1 > first.x1 - _SAME_POSITION]
        alike += [rule for rule in longer if alike[0].y < rule.y < alike[-1].y]
        alike.sort(key=lambda rule: rule.y)
        text = text or text_outside(page, taken)
        grid = _between_rules(text, alike)
        if grid is not None:
            found.append(grid)
    return found


def _is_inside(rule: Rule, boxes: list[Box]) -> bool:
    """Return whether a rule lies in one of the boxes."""
    near = _SAME_POSITION
    return any(
        box.x0 - near < rule.x0 and rule.x1 < box.x1 + near and box.top - near < rule.y < box.bottom + near
        for box in boxes
    )


def _between_rules(text: RegionText, rules: list[Rule]) -> Grid | None:
    """Build the grid of the text between rules, or None if the text has no columns."""
    left, right = (sorted(sides)[len(rules) // 2] for sides in zip(*((r.x0, r.x1) for r in rules), strict=True))
    ys = [rule.y for rule in rules]
    own = text.where((text.x1 > left) & (text.x0 < right) & (text.middle > ys[0]) & (text.middle < ys[-1]))
    near = _SAME_POSITION
    if len(own) < _FEWEST_CHARACTERS or (own.x0 < left - near).any() or (own.x1 > right + near).any():
        return None  # the rules cut through something wider
    inner = _borders_at_joints(rules) or column_gaps(own, left, right, _NARROWEST_GAP, _CROSSING_LINES)
    if not inner:
        return None
    xs = np.array([left, *inner, right])
    borders = _row_borders(own, ys, xs)
    around = text.where((text.x1 > left) & (text.x0 < right))
    em = float(np.median(own.size))
    wider = text.where((text.x1 > left - _MARGIN * em) & (text.x0 < right + _MARGIN * em))
    borders = np.array([*borders_above(wider, xs, borders[0]), *borders, *borders_below(wider, xs, borders[-1], 1)])
    return checked_grid(around, xs, borders)


def _borders_at_joints(rules: list[Rule]) -> list[float]:
    """Return the positions in points at which most rules have a joint: writers draw one piece for each cell."""
    joints = sorted(joint for rule in rules for joint in rule.joints)
    return [
        x
        for x in cluster_means(joints)
        if sum(abs(joint - x) < _SAME_JOINT for joint in joints) > _JOINT_SHARE * len(rules)
    ]


def _row_borders(text: RegionText, rules: list[float], xs: Array) -> Array:
    """Return the borders of the rows: the rules, and the lines between two of them that begin a row.

    If there are rules between the rows, a row can have several lines. If only the header and the foot of the table
    have rules, a line begins a row when it has text in the first column.

    Args:
        text: The text of the table.
        rules: Positions of the rules, in points.
        xs: Borders of the columns, in points.
    """
    borders = list(rules)
    numbers = np.unique(text.line)
    tops = {int(n): float(text.top[text.line == n].min()) for n in numbers}
    baselines = {int(n): float(np.median(text.baseline[text.line == n])) for n in numbers}
    bands = list(pairwise(rules))
    lines_in = [[n for n in tops if top < baselines[n] <= bottom + 1] for top, bottom in bands]
    for lines in lines_in if len(bands) <= _FEW_BANDS else ():
        if len(lines) < _FEWEST_LINES:
            continue
        starts = [n for n in lines if _begins_row(text, n, xs)]
        if len(starts) >= _FEWEST_ROW_STARTS:
            borders += [tops[n] - _ABOVE_ROW for n in starts if n != lines[0]]
    kept = [borders[0]]
    for border in sorted(borders)[1:]:
        if border - kept[-1] > _SAME_BORDER:
            kept.append(border)
    return np.array(kept)


def _begins_row(text: RegionText, line: int, xs: Array) -> bool:
    """Return whether a line has text in the first and in another column."""
    columns = set(columns_of(text.where(text.line == line), xs).tolist())
    return 0 in columns and len(columns) >= _FEWEST_COLUMNS
