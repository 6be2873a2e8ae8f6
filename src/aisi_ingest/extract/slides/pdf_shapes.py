"""What a slide of a PDF draws around, between and in front of its texts: boxes, lines, and shapes of any kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aisi_ingest.extract.pdf.page import CURVE, FILL, LINE, RECT
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page


def frames_on(pages: Sequence[Page]) -> list[list[Box]]:
    """Drawn boxes of each page that may hold text together: no hairline, no page, nothing of the background."""
    out: list[list[Box]] = []
    for page in pages:
        rules = page.rules
        rounded = (rules["kind"] == CURVE) & (rules["width"] == 0) & (rules["bottom"] - rules["top"] > 16)
        picked = rules[(rules["kind"] == RECT) | (rules["kind"] == FILL) | rounded]
        found: list[Box] = []
        for mark in _boxes(picked):
            box = Box(max(0.0, mark.x0), max(0.0, mark.top), min(page.width, mark.x1), min(page.height, mark.bottom))
            wide, high = box.x1 - box.x0, box.bottom - box.top
            if wide < 20 or high < 12 or wide * high > 0.8 * page.width * page.height:
                continue
            if not any(_alike(box, other) for other in found):
                found.append(box)
        out.append(found)
    seen = Counter(_corner(box) for found in out for box in found)
    background = {corner for corner, count in seen.items() if count >= 3 and count > 0.5 * len(pages)}
    return [[box for box in found if _corner(box) not in background] for found in out]


def lines_across(page: Page) -> list[Box]:
    """Drawn horizontal lines that may divide rows: a quarter of the page and longer."""
    rules = page.rules
    flat = (rules["kind"] == LINE) & (rules["bottom"] - rules["top"] < 3)
    picked = rules[flat & (rules["x1"] - rules["x0"] > 0.25 * page.width)]
    return _boxes(picked)


def shapes_on(page: Page) -> list[Box]:
    """What is drawn with a ground or an outline of its own and may stand around a label, arrows too."""
    rules = page.rules
    solid = (rules["kind"] == FILL) | (rules["kind"] == RECT) | ((rules["kind"] == CURVE) & (rules["width"] == 0))
    wide, high = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    picked = rules[solid & (wide > 12) & (high > 12) & (wide * high < 0.5 * page.width * page.height)]
    return _boxes(picked)


def lines_down(page: Page) -> list[Box]:
    """Drawn vertical lines that may part columns, also braces and chains of dashes: a tenth of the page and longer."""
    rules = page.rules
    thin = (rules["x1"] - rules["x0"] < 4) & (rules["bottom"] - rules["top"] > 0.1 * page.height)
    return _boxes(rules[thin])


def _boxes(marks: Any) -> list[Box]:
    columns = (marks[name].tolist() for name in ("x0", "top", "x1", "bottom"))
    return [Box(*row) for row in zip(*columns, strict=True)]


def _corner(box: Box) -> tuple[int, ...]:
    return tuple(round(value / 4) for value in (box.x0, box.top, box.x1, box.bottom))


def _alike(first: Box, second: Box) -> bool:
    pairs = ((first.x0, second.x0), (first.top, second.top), (first.x1, second.x1), (first.bottom, second.bottom))
    return all(abs(a - b) < 4 for a, b in pairs)
