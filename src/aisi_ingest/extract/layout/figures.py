"""Find drawings and pictures on a page, and the words inside them, which are no running text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from aisi_ingest.extract.geometry import area
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.pdf.page import CURVE, FILL, IMAGE, LINE, Page, Rules
from aisi_ingest.model import Box
from aisi_ingest.text.measure import width as half_width_length

# Chosen on flow charts, maps and screenshots in Japanese and English reports.
_NEAR = 12.0  # points between the parts of one drawing
_LARGEST = 0.75  # share of the page's area; a larger shape is a background
_WIDEST = 0.97  # share of the page's width
_SMALLEST = 0.008  # share of the page's area; a smaller shape is an icon or a bullet
_LOWEST = 45.0  # points: lower than a few lines is an icon, a logo, or the shadow of a title
_MOST_PARTS = 500
_RULE_THICKNESS = 2.0  # points
_NEARLY_WHITE = 249  # of 255, in each colour: white paper behind text
_TABLE_MARGIN = 4  # points around a table that belong to it
_GRID_STEP = 4  # points: boxes whose corners are closer are one box with a shadow
# What makes shapes a drawing.
_FEWEST_CURVES = 3
_FEWEST_BOXES = 4
_FEWEST_PARTS = 4  # with a curve among them
# Labels in a drawing.
_LABEL_MARGIN = 2.0  # points above and below
_LONG_LABEL = 52  # half-width characters: 26 Japanese ones
_BODY_SIZE_SHARE = 0.85
_LONG_SHARE = 0.5  # of the text: a frame full of sentences is text
_FEW_LABELS = 4
_COVERED_SHARE = 0.6  # of the height by the rows: the backdrop or the shadow of a title
# Running text beside or over a drawing.
_FEWEST_RUNNING_ROWS = 4
_RUNNING_SIZE_SHARE = 0.9  # of the body size
_SAME_SIZE = 0.5  # points
_SAME_LEFT = 1.5  # em
_LONGEST_STEP = 2.2  # em between two baselines
_SHORTEST_FULL_ROW = 20  # em
# The title of a drawing.
_TITLE_DISTANCE = 3  # em above it
_TITLE_MARGIN = 2.0  # points that it may stick out
_LONGEST_LABEL = 12  # characters: longer texts show which fonts running text has


def find_drawings(parts: Rules, size: tuple[float, float]) -> list[Box]:
    """Find the boxes of pictures and of drawings made of many parts.

    Args:
        parts: What may be a part of a drawing on a page (``parts_of_drawings``).
        size: Width and height of the page, in points.
    """
    if not len(parts):
        return []
    x0, top, x1, bottom = _surroundings(parts)
    kinds = parts["kind"]
    found = []
    for part in connected_parts(parts):
        box = Box(float(x0[part].min()), float(top[part].min()), float(x1[part].max()), float(bottom[part].max()))
        if area(box) < _SMALLEST * (size[0] * size[1]):
            continue
        if min(box.x1 - box.x0, box.bottom - box.top) < _LOWEST:
            continue
        own = kinds[part]
        has_picture = bool((own == IMAGE).any())
        curves = int((own == CURVE).sum())
        corners = np.round(np.stack([x0[part], top[part]])[:, own != LINE] / _GRID_STEP)
        boxes = len(set(zip(*corners.tolist(), strict=True)))
        many = curves >= _FEWEST_CURVES or boxes >= _FEWEST_BOXES or (curves and len(part) >= _FEWEST_PARTS)
        if has_picture:
            found.append(Box(box.x0 + _NEAR / 2, box.top + _NEAR / 2, box.x1 - _NEAR / 2, box.bottom - _NEAR / 2))
        elif many:
            found.append(box)
    return found


def parts_of_drawings(page: Page, tables: Sequence[Box]) -> Rules:
    """Return what may be a part of a drawing on a page, at most the 500 largest.

    Frames around text, rules, and everything inside the boxes of tables are left out.
    """
    rules = page.rules
    if not len(rules):
        return rules
    width = rules["x1"] - rules["x0"]
    height = rules["bottom"] - rules["top"]
    is_rule = (rules["kind"] == LINE) & (np.minimum(width, height) < _RULE_THICKNESS)
    keep = (width * height < _LARGEST * (page.width * page.height)) & (width < _WIDEST * page.width)
    keep &= ~(is_rule & (height < _RULE_THICKNESS))  # underlines, and rules below headings
    color = rules["color"]  # 0xRRGGBBAA
    red, green, blue = color >> 24, color >> 16 & 0xFF, color >> 8 & 0xFF
    is_pale = (red > _NEARLY_WHITE) & (green > _NEARLY_WHITE) & (blue > _NEARLY_WHITE)
    keep &= ~(is_pale & (rules["kind"] == FILL))
    for box in tables:
        keep &= ~(
            (rules["x0"] > box.x0 - _TABLE_MARGIN)
            & (rules["x1"] < box.x1 + _TABLE_MARGIN)
            & (rules["top"] > box.top - _TABLE_MARGIN)
            & (rules["bottom"] < box.bottom + _TABLE_MARGIN)
        )
    picked = np.flatnonzero(keep)
    if len(picked) > _MOST_PARTS:
        picked = picked[np.argsort(-(width * height)[picked], kind="stable")[:_MOST_PARTS]]
    return rules[picked]


def _surroundings(parts: Rules) -> tuple[Any, Any, Any, Any]:
    """Return x0, top, x1 and bottom of each part with half the distance that parts of one drawing may have."""
    margin = _NEAR / 2
    return parts["x0"] - margin, parts["top"] - margin, parts["x1"] + margin, parts["bottom"] + margin


def connected_parts(parts: Rules) -> list[Any]:
    """Return groups of parts that are near each other, directly or through others, as arrays of indices."""
    x0, top, x1, bottom = _surroundings(parts)
    overlap = (
        (x0[:, None] < x1[None, :])
        & (x0[None, :] < x1[:, None])
        & (top[:, None] < bottom[None, :])
        & (top[None, :] < bottom[:, None])
    )
    remaining = np.ones(len(x0), dtype=bool)
    groups = []
    while remaining.any():
        reached = np.zeros(len(x0), dtype=bool)
        frontier = np.zeros(len(x0), dtype=bool)
        frontier[np.argmax(remaining)] = True
        while frontier.any():
            reached |= frontier
            frontier = overlap[frontier].any(axis=0) & ~reached
        groups.append(np.flatnonzero(reached))
        remaining &= ~reached
    return groups


def drawing_of_rows(rows: Sequence[Row], boxes: Sequence[Box], body_size: float) -> list[int]:
    """Find the rows that are labels in a drawing; running text beside or over one is not.

    Args:
        rows: The rows of a page.
        boxes: The boxes of its drawings.
        body_size: Type size of the body text, in points.

    Returns:
        For each row the index of its drawing, or -1.
    """
    drawing_of = [-1] * len(rows)
    for number, box in enumerate(boxes):
        inside = [k for k, row in enumerate(rows) if _is_inside(row, box)]
        if not inside:
            continue
        running = _running_text(rows, inside, body_size)
        inside = [k for k in inside if k not in running]
        if _is_frame_around_text([rows[k] for k in inside], box, body_size):
            continue
        for k in inside:
            drawing_of[k] = number
        _take_title(rows, inside, box, number, drawing_of)
    return drawing_of


def _is_inside(row: Row, box: Box) -> bool:
    """Return whether the middle of a row lies in a box and its ends stick out by less than an em."""
    return (
        box.x0 <= (row.x0 + row.x1) / 2 <= box.x1
        and box.top - _LABEL_MARGIN <= (row.top + row.bottom) / 2 <= box.bottom + _LABEL_MARGIN
        and row.x0 > box.x0 - row.size
        and row.x1 < box.x1 + row.size
    )


def _is_frame_around_text(rows: Sequence[Row], box: Box, body_size: float) -> bool:
    """Return whether a box is a frame full of sentences, or the backdrop of a title."""
    total = sum(len(row.text) for row in rows)
    long = sum(
        len(row.text)
        for row in rows
        if half_width_length(row.text) > _LONG_LABEL and row.size >= _BODY_SIZE_SHARE * body_size
    )
    if long > _LONG_SHARE * total:
        return True
    height = sum(row.bottom - row.top for row in rows)
    return len(rows) < _FEW_LABELS and height > _COVERED_SHARE * (box.bottom - box.top)


def _running_text(rows: Sequence[Row], inside: Sequence[int], body_size: float) -> set[int]:
    """Return the rows of running text: four or more of body size one below the other, full except for the last."""
    found: set[int] = set()
    run: list[int] = []
    for k in (*inside, -1):
        row = rows[k] if k >= 0 else None
        if run and row is not None:
            last = rows[run[-1]]
            alike = abs(row.size - last.size) < _SAME_SIZE and abs(row.x0 - last.x0) < _SAME_LEFT * row.size
            close = 0 < row.baseline - last.baseline < _LONGEST_STEP * row.size
            if alike and close and last.x1 - last.x0 > _SHORTEST_FULL_ROW * last.size:
                run.append(k)
                continue
        if len(run) >= _FEWEST_RUNNING_ROWS and rows[run[0]].size >= _RUNNING_SIZE_SHARE * body_size:
            found.update(run)
        run = [k] if k >= 0 else []
    return found


def _take_title(rows: Sequence[Row], inside: Sequence[int], box: Box, number: int, drawing_of: list[int]) -> None:
    """Take a line right above a drawing as its title if only labels of the drawing have the same font."""
    fonts = {rows[k].font for k in inside}
    fonts -= {
        row.font for k, row in enumerate(rows) if drawing_of[k] < 0 and not box.x0 <= (row.x0 + row.x1) / 2 <= box.x1
    }
    for k, row in enumerate(rows):
        if (
            drawing_of[k] < 0
            and 0 < box.top - row.baseline < _TITLE_DISTANCE * row.size
            and row.x0 > box.x0 - _TITLE_MARGIN
            and row.x1 < box.x1 + _TITLE_MARGIN
        ):
            others = [
                other
                for j, other in enumerate(rows)
                if drawing_of[j] < 0 and j != k and len(other.text) > _LONGEST_LABEL
            ]
            if row.font in fonts and all(other.font != row.font for other in others):
                drawing_of[k] = number
