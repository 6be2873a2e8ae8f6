"""What is kept of a page for the layout of its document; its characters are let go at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct, structs

from aisi_ingest.extract.layout.figures import drawings
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.extract.lines.lines import lines_of
from aisi_ingest.extract.pdf.page import FILL, LINE, RECT, Page
from aisi_ingest.extract.tables.finder import FoundTable, find_tables
from aisi_ingest.model import Box


class PageContent(Struct, eq=False):
    """What is kept of a page: its characters are let go at once."""

    number: int
    size: tuple[float, float]
    lines: tuple[Line, ...]
    faces: tuple[str, ...]
    hidden: tuple[Line, ...]
    tables: tuple[FoundTable, ...]
    flat: tuple[tuple[float, float, float], ...]  # horizontal rules outside tables: x0, x1, y
    drawings: tuple[Box, ...]
    boxes: tuple[Box, ...]  # frames and coloured grounds that may hold text, the largest first
    dots: tuple[tuple[float, float, float], ...]  # x0, x1, y of what may be drawn bullets


_NOTHING = np.zeros(0, dtype=np.intp)


def page_content_of(page: Page, before: PageContent | None) -> PageContent:
    tables = find_tables(page, before.tables[-1] if before is not None and before.tables else None)
    visible = ~page.chars["hidden"]
    hidden = np.flatnonzero(~visible)
    for table in tables:
        visible[np.asarray(table.chars, dtype=np.intp)] = False
    lines = lines_of(page, np.flatnonzero(visible))
    for line in lines:  # the indices would hold an array over the whole page
        structs.force_setattr(line, "chars", _NOTHING)
    boxes, drawn = [table.bbox for table in tables], len(page.rules) > 0
    return PageContent(
        page.number,
        (page.width, page.height),
        tuple(lines),
        tuple(font.name for font in page.fonts),
        tuple(lines_of(page, hidden)) if len(hidden) else (),
        tuple(tables),
        _flat_rules(page, boxes) if drawn else (),
        tuple(drawings(page, boxes)) if drawn else (),
        _boxes(page, boxes) if drawn else (),
        _dots(page) if drawn else (),
    )


def _boxes(page: Page, tables: Sequence[Box]) -> tuple[Box, ...]:
    rules = page.rules
    width, height = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    shaded = (rules["kind"] == FILL) & (rules["color"] >> 8 < 0xFAFAFA) & (rules["color"] & 0xFF > 0)
    keep = ((rules["kind"] == RECT) | shaded) & (width > 60) & (height > 24)
    keep &= width * height < 0.5 * page.width * page.height
    found = [Box(float(r["x0"]), float(r["top"]), float(r["x1"]), float(r["bottom"])) for r in rules[keep][:60]]
    found.extend(_between_lines(rules, page.width * page.height))
    found.sort(key=lambda box: (box.x0 - box.x1) * (box.bottom - box.top))
    out: list[Box] = []
    for box in found:
        inner = any(
            o.x0 - 2 <= box.x0 and box.x1 <= o.x1 + 2 and o.top - 2 <= box.top and box.bottom <= o.bottom + 2
            for o in out
        )
        over = any(box.x0 < t.x1 and t.x0 < box.x1 and box.top < t.bottom and t.top < box.bottom for t in tables)
        if not inner and not over:
            out.append(box)
    return tuple(out)


def _between_lines(rules: Any, area: float) -> list[Box]:
    """Boxes whose sides are drawn one by one; one that a page break cuts has no foot or no head."""
    sides = rules[(rules["kind"] == LINE) & (rules["x1"] - rules["x0"] < 3) & (rules["bottom"] - rules["top"] > 24)]
    sides = sorted((float(s["top"]), float(s["bottom"]), float(s["x0"])) for s in sides[:80])
    out = []
    for k, (top, bottom, x) in enumerate(sides):
        for other_top, other_bottom, other_x in sides[k + 1 :]:
            if other_top - top > 2:
                break
            width = abs(other_x - x)
            if abs(other_bottom - bottom) < 2 and width > 60 and width * (bottom - top) < 0.5 * area:
                out.append(Box(min(x, other_x), top, max(x, other_x), bottom))
    return out


def _dots(page: Page) -> tuple[tuple[float, float, float], ...]:
    rules = page.rules
    width, height = rules["x1"] - rules["x0"], rules["bottom"] - rules["top"]
    small = (
        (width > 1.5) & (width < 8) & (height > 1.5) & (height < 8) & (width < 1.7 * height) & (height < 1.7 * width)
    )
    found = rules[small & (rules["kind"] != LINE)]
    if len(found) > 200:
        return ()  # a plot
    return tuple((float(r["x0"]), float(r["x1"]), float(r["top"] + r["bottom"]) / 2) for r in found)


def _flat_rules(page: Page, tables: Sequence[Box]) -> tuple[tuple[float, float, float], ...]:
    rules = page.rules
    flat = rules[(rules["bottom"] - rules["top"] < 3) & (rules["x1"] - rules["x0"] > 8) & (rules["kind"] <= FILL)]
    found = ((float(r["x0"]), float(r["x1"]), float(r["top"])) for r in flat[:400])
    return tuple(
        (x0, x1, y)
        for x0, x1, y in found
        if not any(t.x0 - 2 < x0 < t.x1 and t.top - 2 < y < t.bottom + 2 for t in tables)
    )
