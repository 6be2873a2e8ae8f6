"""Drawings and pictures on a page, so that the words inside them are not taken for running text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.pdf.page import CURVE, FILL, IMAGE, LINE, Page
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide

# Set by looking at flow charts, maps and screenshots in Japanese and English reports.
NEAR = 12.0  # points between parts of one drawing
LARGEST = 0.75  # of the page: a background above
SMALLEST = 0.008  # of the page: an icon or a bullet below
MOST_PARTS = 500


def drawings(page: Page, tables: Sequence[Box]) -> list[Box]:
    """Boxes of pictures and of drawings made of many parts; frames and rules around text are none."""
    rules = page.rules
    if not len(rules):
        return []
    width = rules["x1"] - rules["x0"]
    height = rules["bottom"] - rules["top"]
    area = page.width * page.height
    rule = (rules["kind"] == LINE) & (np.minimum(width, height) < 2)
    keep = (width * height < LARGEST * area) & (width < 0.97 * page.width)
    keep &= ~(rule & (height < 2))  # underlines, and rules under heads
    pale = (rules["color"] >> 24 > 249) & (rules["color"] >> 16 & 255 > 249) & (rules["color"] >> 8 & 255 > 249)
    keep &= ~(pale & (rules["kind"] == FILL))  # white paper under text
    for box in tables:
        keep &= ~(
            (rules["x0"] > box.x0 - 4)
            & (rules["x1"] < box.x1 + 4)
            & (rules["top"] > box.top - 4)
            & (rules["bottom"] < box.bottom + 4)
        )
    picked = np.flatnonzero(keep)
    if len(picked) > MOST_PARTS:
        picked = picked[np.argsort(-(width * height)[picked], kind="stable")[:MOST_PARTS]]
    if not len(picked):
        return []
    x0, x1 = rules["x0"][picked] - NEAR / 2, rules["x1"][picked] + NEAR / 2
    top, bottom = rules["top"][picked] - NEAR / 2, rules["bottom"][picked] + NEAR / 2
    kinds = rules["kind"][picked]
    out = []
    for part in _groups(x0, top, x1, bottom):
        box = Box(float(x0[part].min()), float(top[part].min()), float(x1[part].max()), float(bottom[part].max()))
        if (box.x1 - box.x0) * (box.bottom - box.top) < SMALLEST * area or min(
            box.x1 - box.x0, box.bottom - box.top
        ) < 45:
            continue  # smaller than a few lines: an icon, a logo, the shadow of a title
        of = kinds[part]
        picture = bool((of == IMAGE).any())
        curves = int((of == CURVE).sum())
        boxes = len(np.unique(np.round(np.stack([x0[part], top[part]])[:, of != LINE] / 4), axis=1).T)
        if picture or curves >= 3 or boxes >= 4 or (curves and len(part) >= 4):
            if picture:
                box = Box(box.x0 + NEAR / 2, box.top + NEAR / 2, box.x1 - NEAR / 2, box.bottom - NEAR / 2)
            out.append(box)
    return out


def _groups(x0: Any, top: Any, x1: Any, bottom: Any) -> list[Any]:
    """Connected parts: boxes that touch."""
    touch = (
        (x0[:, None] < x1[None, :])
        & (x0[None, :] < x1[:, None])
        & (top[:, None] < bottom[None, :])
        & (top[None, :] < bottom[:, None])
    )
    left = np.ones(len(x0), dtype=bool)
    out = []
    while left.any():
        reached = np.zeros(len(x0), dtype=bool)
        frontier = np.zeros(len(x0), dtype=bool)
        frontier[np.argmax(left)] = True
        while frontier.any():
            reached |= frontier
            frontier = touch[frontier].any(axis=0) & ~reached
        out.append(np.flatnonzero(reached))
        left &= ~reached
    return out


def in_drawings(rows: Sequence[Row], boxes: Sequence[Box], body_size: float) -> list[int]:
    """For each row the number of the drawing whose label it is, or -1: running text beside or over one is none."""
    out = [-1] * len(rows)
    for number, box in enumerate(boxes):
        inside = [
            k
            for k, row in enumerate(rows)
            if box.x0 <= (row.x0 + row.x1) / 2 <= box.x1
            and box.top - 2 <= (row.top + row.bottom) / 2 <= box.bottom + 2
            and row.x0 > box.x0 - row.size
            and row.x1 < box.x1 + row.size
        ]
        if not inside:
            continue
        flowing = _flowing(rows, inside, body_size)
        inside = [k for k in inside if k not in flowing]
        total = sum(len(rows[k].text) for k in inside)
        long = sum(len(rows[k].text) for k in inside if _units(rows[k].text) > 26 and rows[k].size >= 0.85 * body_size)
        if long > 0.5 * total:
            continue  # a frame full of sentences is text
        if len(inside) < 4 and sum(rows[k].bottom - rows[k].top for k in inside) > 0.6 * (box.bottom - box.top):
            continue  # the backdrop or the shadow of a title
        for k in inside:
            out[k] = number
        _take_title(rows, inside, box, number, out)
    return out


def _flowing(rows: Sequence[Row], inside: Sequence[int], body_size: float) -> set[int]:
    """Rows of running text: four and more of body size under each other, full but for the last."""
    out: set[int] = set()
    run: list[int] = []
    for k in (*inside, -1):
        row = rows[k] if k >= 0 else None
        if run and row is not None:
            last = rows[run[-1]]
            same = abs(row.size - last.size) < 0.5 and abs(row.x0 - last.x0) < 1.5 * row.size
            if same and 0 < row.base - last.base < 2.2 * row.size and last.x1 - last.x0 > 20 * last.size:
                run.append(k)
                continue
        if len(run) >= 4 and rows[run[0]].size >= 0.9 * body_size:
            out.update(run)
        run = [k] if k >= 0 else []
    return out


def _take_title(rows: Sequence[Row], inside: Sequence[int], box: Box, number: int, out: list[int]) -> None:
    """A line right over a drawing in a face that only its labels have is its title."""
    faces = {rows[k].face for k in inside}
    faces -= {row.face for k, row in enumerate(rows) if out[k] < 0 and not box.x0 <= (row.x0 + row.x1) / 2 <= box.x1}
    for k, row in enumerate(rows):
        if out[k] < 0 and 0 < box.top - row.base < 3 * row.size and row.x0 > box.x0 - 2 and row.x1 < box.x1 + 2:
            others = [other for j, other in enumerate(rows) if out[j] < 0 and j != k and len(other.text) > 12]
            if row.face in faces and all(other.face != row.face for other in others):
                out[k] = number


def _units(text: str) -> float:
    """Length as a reader takes it: a Japanese character for two Latin ones."""
    return sum(1.0 if is_wide(char) else 0.5 for char in text)
