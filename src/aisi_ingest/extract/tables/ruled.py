"""Tables between horizontal rules, without vertical ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.geometry import intersects
from aisi_ingest.extract.tables.band_rows import RowStart, has_prose, row_starts
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
_COVERED_SHARE = 0.7  # of a rule in pieces, without the white space
_SAME_JOINT = 2.0  # points
_JOINT_SHARE = 0.5  # of the rules that have a joint at the same position
_MARGIN = 2  # em beside the table: a caption may be there
_FEW_BANDS = 3  # header, body, perhaps a footer
_FEWEST_LINES = 3  # of a band that may have several rows
_FEWEST_ROW_STARTS = 2
_FEWEST_COLUMNS = 2
_MOST_HEADS = 3
_ABOVE_ROW = 0.5  # points
_SAME_BORDER = 3.0  # points
_CAPTION = re.compile(r"\W?(?:Table|TABLE|図?表)\W?[0-9０-９A-Z]", re.ASCII)  # of text without spaces
_CAPTION_START = 8  # characters


def rule_grids(page: Page, taken: list[Box]) -> list[Grid]:
    """Find tables between three or more horizontal rules of the same length, without vertical ones.

    Args:
        page: The page.
        taken: Boxes of other tables.
    """
    rules = [rule for rule in horizontal_rules(page) if not _is_inside(rule, taken)]
    every = rules
    text: RegionText | None = None
    found: list[Grid] = []
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
        alike += _in_pieces([rule for rule in every if rule not in alike], first)
        alike.sort(key=lambda rule: rule.y)
        text = text or text_outside(page, taken)
        for own in _tables_of_rules(text, alike):
            grid = _between_rules(text, own)
            if grid is not None and not any(intersects(grid.box, other.box) for other in found):
                found.append(grid)
    return found


def _tables_of_rules(text: RegionText, rules: list[Rule]) -> Iterator[list[Rule]]:
    """Split rules of the same length into those of each table.

    A table ends where there is no text between two rules, and begins below its caption. The rule below a running
    head is often as long as the table, but it is drawn in one piece where those of the table have one for each cell.
    """
    drawn_by_cell = sum(bool(rule.joints) for rule in rules) > len(rules) / 2
    own: list[Rule] = []
    for rule in rules:
        if drawn_by_cell and not rule.joints and not own:
            continue
        if own and rule.y - own[-1].y > _SAME_BORDER:
            between = _text_between(text, own[-1], rule)
            if not len(between) or _has_caption(between):
                if len(own) >= _FEWEST_RULES:
                    yield own
                own = []
        own.append(rule)
    if len(own) >= _FEWEST_RULES:
        yield own


def _text_between(text: RegionText, above: Rule, below: Rule) -> RegionText:
    inside = (text.middle > above.y) & (text.middle < below.y)
    return text.where(inside & (text.x1 > above.x0) & (text.x0 < above.x1))


def _has_caption(text: RegionText) -> bool:
    """Return whether a line begins like the caption of a table."""
    order = np.lexsort((text.x0, text.line))
    codes = text.code[order]
    starts = np.flatnonzero(np.diff(text.line[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    return any(
        _CAPTION.match("".join(map(chr, codes[start : min(end, start + _CAPTION_START)].tolist())))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    )


def _in_pieces(rules: list[Rule], whole: Rule) -> list[Rule]:
    """Return the rules that are as long as another one, but drawn as pieces with white space between the columns."""
    found = []
    rows: dict[int, list[Rule]] = {}
    for rule in rules:
        if rule.x0 > whole.x0 - _SAME_POSITION and rule.x1 < whole.x1 + _SAME_POSITION:
            rows.setdefault(round(rule.y), []).append(rule)
    for pieces in rows.values():
        pieces.sort(key=lambda rule: rule.x0)
        covered = sum(rule.x1 - rule.x0 for rule in pieces)
        # One piece may be missing: it seems to be an underline where the text above it is as long.
        ends = min(abs(pieces[0].x0 - whole.x0), abs(pieces[-1].x1 - whole.x1))
        if len(pieces) > 1 and ends < _SAME_POSITION and covered > _COVERED_SHARE * (whole.x1 - whole.x0):
            joints = tuple((before.x1 + after.x0) / 2 for before, after in pairwise(pieces))
            found.append(Rule(pieces[0].y, pieces[0].x0, pieces[-1].x1, joints))
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
    starts = _row_starts(own, ys, xs)
    around = text.where((text.x1 > left) & (text.x0 < right))
    em = float(np.median(own.size))
    wider = text.where((text.x1 > left - _MARGIN * em) & (text.x0 < right + _MARGIN * em))
    above = borders_above(wider, xs, starts[0].top)
    below = borders_below(wider, xs, starts[-1].top, 1)
    grid = checked_grid(around, xs, np.array([*above, *(start.top for start in starts), *below]))
    if grid is None:
        return None
    heads = len(above) or _rows_above_second_rule(starts, ys)
    grid = _merge_cells(grid, len(above), starts)
    return Grid(grid.xs, grid.ys, grid.cells, grid.order, heads)


def _rows_above_second_rule(starts: list[RowStart], rules: list[float]) -> int:
    """Return the number of rows above the second rule if other rows have no rules between them, otherwise 0.

    Args:
        starts: The starts of the rows; the last one ends the table.
        rules: Positions of the rules, in points.
    """
    second = next(y for y in rules if y - rules[0] > _SAME_BORDER)
    first = sum(start.top < second - _SAME_BORDER for start in starts)
    bands = sum(below - above > _SAME_BORDER for above, below in pairwise(rules))
    rows_below = len(starts) - 1 - first
    return first if first <= _MOST_HEADS and rows_below > bands - 1 else 0


def _merge_cells(grid: Grid, above: int, starts: list[RowStart]) -> Grid:
    """Merge the cells that go on where a row begins in other columns only.

    Args:
        grid: The grid.
        above: Number of its rows above the first start.
        starts: The starts of its rows.
    """
    cells = grid.cells
    for i, start in enumerate(starts[: len(cells) - above], above):
        if start.columns is not None:
            for j in set(range(cells.shape[1])) - start.columns:
                cells[cells == cells[i, j]] = cells[i - 1, j]
    return grid


def _borders_at_joints(rules: list[Rule]) -> list[float]:
    """Return the positions in points at which most rules have a joint: writers draw one piece for each cell."""
    joints = sorted(joint for rule in rules for joint in rule.joints)
    return [
        x
        for x in cluster_means(joints)
        if sum(abs(joint - x) < _SAME_JOINT for joint in joints) > _JOINT_SHARE * len(rules)
    ]


def _row_starts(text: RegionText, rules: list[float], xs: Array) -> list[RowStart]:
    """Return where rows begin: at the rules, and at lines between two of them. The last one ends the table.

    Args:
        text: The text of the table.
        rules: Positions of the rules, in points.
        xs: Borders of the columns, in points.
    """
    bands = [(top, bottom) for top, bottom in pairwise(rules) if bottom - top > _SAME_BORDER]
    few = len(bands) <= _FEW_BANDS
    prose = has_prose(text, xs)
    starts: list[RowStart] = []
    for top, bottom in bands:
        own = text.where((text.middle > top) & (text.middle <= bottom))
        starts.append(RowStart(top, None))
        inner = row_starts(own, xs, prose) if len(own) else []
        if inner is None:
            inner = _starts_in_first_column(own, xs) if few else []
        starts += [start for start in inner if top + _SAME_BORDER < start.top < bottom - _SAME_BORDER]
    return [*starts, RowStart(rules[-1], None)]


def _starts_in_first_column(text: RegionText, xs: Array) -> list[RowStart]:
    """Return the lines that begin a row because they have text in the first and in another column.

    Only the header and the foot of such a table have rules.
    """
    lines = np.unique(text.line).tolist()
    if len(lines) < _FEWEST_LINES:
        return []
    starts = [n for n in lines if _begins_row(text, n, xs)]
    if len(starts) < _FEWEST_ROW_STARTS:
        return []
    return [RowStart(float(text.top[text.line == n].min()) - _ABOVE_ROW, None) for n in starts if n != lines[0]]


def _begins_row(text: RegionText, line: int, xs: Array) -> bool:
    """Return whether a line has text in the first and in another column."""
    columns = set(columns_of(text.where(text.line == line), xs).tolist())
    return 0 in columns and len(columns) >= _FEWEST_COLUMNS
