"""What the layout of a document needs of each page. The characters of the page are not kept, to save memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct, structs

from aisi_ingest.extract.geometry import area, box_of, contains, intersects
from aisi_ingest.extract.layout.figures import parts_of_drawings
from aisi_ingest.extract.lines.hidden import hidden_lines
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.extract.lines.lines import lines_of
from aisi_ingest.extract.pdf.page import FILL, LINE, RECT, Page, Rules
from aisi_ingest.extract.tables.finder import find_tables
from aisi_ingest.extract.tables.found_table import FoundTable
from aisi_ingest.model import Box, HiddenReason

_OPACITY = 0xFF  # mask of the last byte of a colour, 0 for what is transparent
_NEARLY_WHITE = 0xFAFAFA
# Boxes that may hold text, in points.
_BOX_WIDTH, _BOX_HEIGHT = 60.0, 24.0  # at least
_BOX_SHARE = 0.5  # of the page's area, at most
_MOST_BOXES = 60
_INSIDE_TOLERANCE = 2.0
_SIDE_THICKNESS = 3.0
_MOST_SIDES = 80
_SAME_HEIGHT = 2.0  # difference between the ends of both sides of a box
# Marks that may be bullets, in points.
_SMALLEST_MARK, _LARGEST_MARK = 1.5, 8.0
_LONGEST_MARK = 1.7  # times as long as high, or the other way round
_MOST_MARKS = 200  # more is a plot
# Horizontal rules, in points.
_RULE_THICKNESS = 3.0
_SHORTEST_RULE = 8.0
_MOST_RULES = 400
_TABLE_MARGIN = 2.0


class PageContent(Struct, eq=False):
    """What is kept of a page.

    Attributes:
        number: Page number, from 1.
        size: Width and height, in points.
        lines: Visible lines outside of tables. Their ``chars`` are empty.
        fonts: Names of the fonts.
        hidden_lines: Lines that a reader cannot see, each with the reason.
        tables: Tables, from the top.
        rules: Horizontal rules outside of tables, as (x0, x1, y) in points.
        drawing_parts: What may be a part of a drawing or picture.
        boxes: Frames and coloured backgrounds that may hold text, the largest first.
        marks: Small drawn marks that may be bullets, as (x0, x1, y of the middle) in points.
    """

    number: int
    size: tuple[float, float]
    lines: tuple[Line, ...]
    fonts: tuple[str, ...]
    hidden_lines: tuple[tuple[Line, HiddenReason], ...]
    tables: tuple[FoundTable, ...]
    rules: tuple[tuple[float, float, float], ...]
    drawing_parts: Rules
    boxes: tuple[Box, ...]
    marks: tuple[tuple[float, float, float], ...]


_NO_CHARS = np.zeros(0, dtype=np.intp)


def page_content_of(page: Page, before: PageContent | None) -> PageContent:
    """Read the lines, tables and drawings of a page.

    Args:
        page: The page.
        before: The page before, whose last table this page may continue.
    """
    tables = find_tables(page, before.tables[-1] if before is not None and before.tables else None)
    visible = ~page.chars["hidden"]
    for table in tables:
        visible[np.asarray(table.chars, dtype=np.intp)] = False
    lines = lines_of(page, np.flatnonzero(visible))
    for line in lines:  # the indices of one line keep the array of the whole page in memory
        structs.force_setattr(line, "chars", _NO_CHARS)
    table_boxes, has_drawing = [table.bbox for table in tables], len(page.rules) > 0
    return PageContent(
        page.number,
        (page.width, page.height),
        tuple(lines),
        tuple(font.name for font in page.fonts),
        tuple(hidden_lines(page)),
        tuple(tables),
        _horizontal_rules(page, table_boxes) if has_drawing else (),
        parts_of_drawings(page, table_boxes),
        _text_boxes(page, table_boxes) if has_drawing else (),
        _marks(page) if has_drawing else (),
    )


def _text_boxes(page: Page, tables: Sequence[Box]) -> tuple[Box, ...]:
    """Find frames and coloured backgrounds that may hold text, outside of tables and of each other."""
    rules = page.rules
    width, height = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    is_shaded = (rules["kind"] == FILL) & (rules["color"] >> 8 < _NEARLY_WHITE) & (rules["color"] & _OPACITY > 0)
    keep = ((rules["kind"] == RECT) | is_shaded) & (width > _BOX_WIDTH) & (height > _BOX_HEIGHT)
    keep &= width * height < _BOX_SHARE * page.width * page.height
    candidates = [box_of(rule) for rule in rules[keep][:_MOST_BOXES]]
    candidates.extend(_boxes_between_lines(rules, page.width * page.height))
    candidates.sort(key=lambda box: -area(box))
    found: list[Box] = []
    for box in candidates:
        is_inside = any(contains(other, box, _INSIDE_TOLERANCE) for other in found)
        if not is_inside and not any(intersects(box, table) for table in tables):
            found.append(box)
    return tuple(found)


def _boxes_between_lines(rules: Any, page_area: float) -> list[Box]:
    """Find boxes whose sides are drawn one by one. A box that a page break splits has no lower or upper side.

    Args:
        rules: Rows of ``RULE``.
        page_area: Area of the page, in square points.
    """
    is_side = (rules["x1"] - rules["x0"] < _SIDE_THICKNESS) & (rules["bottom"] - rules["top"] > _BOX_HEIGHT)
    lines = rules[(rules["kind"] == LINE) & is_side][:_MOST_SIDES]
    sides = sorted((float(line["top"]), float(line["bottom"]), float(line["x0"])) for line in lines)
    found = []
    for k, (top, bottom, x) in enumerate(sides):
        for other_top, other_bottom, other_x in sides[k + 1 :]:
            if other_top - top > _SAME_HEIGHT:
                break
            width = abs(other_x - x)
            is_small = width * (bottom - top) < _BOX_SHARE * page_area
            if abs(other_bottom - bottom) < _SAME_HEIGHT and width > _BOX_WIDTH and is_small:
                found.append(Box(min(x, other_x), top, max(x, other_x), bottom))
    return found


def _marks(page: Page) -> tuple[tuple[float, float, float], ...]:
    """Find small drawn marks that may be bullets, as (x0, x1, y of the middle)."""
    rules = page.rules
    width, height = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    is_small = (width > _SMALLEST_MARK) & (width < _LARGEST_MARK) & (height > _SMALLEST_MARK)
    is_small &= (height < _LARGEST_MARK) & (width < _LONGEST_MARK * height) & (height < _LONGEST_MARK * width)
    found = rules[is_small & (rules["kind"] != LINE)]
    if len(found) > _MOST_MARKS:
        return ()
    return tuple((float(mark["x0"]), float(mark["x1"]), float(mark["top"] + mark["bottom"]) / 2) for mark in found)


def _horizontal_rules(page: Page, tables: Sequence[Box]) -> tuple[tuple[float, float, float], ...]:
    """Find horizontal rules outside of tables, as (x0, x1, y)."""
    rules = page.rules
    is_flat = (rules["bottom"] - rules["top"] < _RULE_THICKNESS) & (rules["x1"] - rules["x0"] > _SHORTEST_RULE)
    flat = rules[is_flat & (rules["kind"] <= FILL)]  # lines, frames and filled boxes
    found = ((float(rule["x0"]), float(rule["x1"]), float(rule["top"])) for rule in flat[:_MOST_RULES])
    return tuple((x0, x1, y) for x0, x1, y in found if not any(_begins_in(box, x0, y) for box in tables))


def _begins_in(box: Box, x: float, y: float) -> bool:
    """Return whether a rule that begins at a position (points) begins in a box or just beside it."""
    return box.x0 - _TABLE_MARGIN < x < box.x1 and box.top - _TABLE_MARGIN < y < box.bottom + _TABLE_MARGIN
