"""Tables that no grid shows: rows between horizontal rules, and short texts in columns.

Both are grids again, made from the gaps between texts. Precision comes first: what is not clearly a table is
left to the reading of lines, where it does no harm. Two columns of prose, lists, tables of contents and
captions beside figures stay what they are.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.tables.grid import Grid
from aisi_ingest.extract.tables.rules import Rule, grounds_on, horizontal_rules

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.model import Box

Array = np.ndarray[Any, Any]

# Chosen on drawn tables and on the reports and decks at hand, for no false table among their 400 pages.
_GAP = 1.0  # em: narrower is no gap between columns
_WIDE_GAP = 1.5  # em, where nothing but gaps makes the table
_LEADER = (0x2E, 0x2025, 0x2026, 0x30FB, 0xB7)  # dots that lead to a page number


@dataclass(frozen=True, slots=True, eq=False)
class _Text:
    """Inked, upright characters of a region and the line each stands on."""

    x0: Array
    x1: Array
    top: Array
    bottom: Array
    base: Array
    size: Array
    code: Array
    line: Array  # number of the line, from the top

    def __len__(self) -> int:
        return len(self.x0)

    def where(self, keep: Array) -> _Text:
        return _Text(*(getattr(self, field.name)[keep] for field in fields(self)))


def _text(page: Page, taken: list[Box]) -> _Text:
    chars = page.chars
    keep = ~chars["hidden"] & (chars["code"] > 0x20) & (chars["code"] != 0x3000) & (chars["angle"] == 0)
    chars = chars[keep]
    middle_x, middle_y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
    free = np.ones(len(chars), bool)
    for box in taken:
        free &= ~((middle_x > box.x0) & (middle_x < box.x1) & (middle_y > box.top) & (middle_y < box.bottom))
    chars = chars[free]
    base, size = chars["origin_y"].astype(float), chars["size"].astype(float)
    order = np.argsort(base, kind="stable")
    step = np.diff(base[order]) > 0.3 * size[order][1:]
    line = np.empty(len(chars), int)
    line[order] = np.concatenate(([0], np.cumsum(step))) if len(chars) else []
    x0, x1, top, bottom = (chars[name].astype(float) for name in ("x0", "x1", "top", "bottom"))
    return _Text(x0, x1, top, bottom, base, size, chars["code"], line)


def rule_grids(page: Page, taken: list[Box]) -> list[Grid]:
    """Tables between three and more horizontal rules of the same length, without vertical ones."""
    rules = [rule for rule in horizontal_rules(page) if not _inside(rule, taken)]
    text: _Text | None = None
    out = []
    while len(rules) >= 3:
        first = rules[0]
        alike = [rule for rule in rules if abs(rule.x0 - first.x0) < 3 and abs(rule.x1 - first.x1) < 3]
        rules = [rule for rule in rules if rule not in alike]
        if len(alike) < 3 or first.x1 - first.x0 < 60:
            continue
        over = [rule for rule in rules if rule.x0 < first.x0 + 3 and rule.x1 > first.x1 - 3]
        alike += [rule for rule in over if alike[0].y < rule.y < alike[-1].y]  # under a group of rows
        alike.sort(key=lambda rule: rule.y)
        text = text or _text(page, taken)
        grid = _between_rules(text, alike)
        if grid is not None:
            out.append(grid)
    return out


def _inside(rule: Rule, boxes: list[Box]) -> bool:
    return any(box.x0 - 3 < rule.x0 and rule.x1 < box.x1 + 3 and box.top - 3 < rule.y < box.bottom + 3 for box in boxes)


def _between_rules(text: _Text, rules: list[Rule]) -> Grid | None:
    left, right = (sorted(sides)[len(rules) // 2] for sides in zip(*((r.x0, r.x1) for r in rules), strict=True))
    ys = [rule.y for rule in rules]
    middle = (text.top + text.bottom) / 2
    own = text.where((text.x1 > left) & (text.x0 < right) & (middle > ys[0]) & (middle < ys[-1]))
    if len(own) < 6 or (own.x0 < left - 3).any() or (own.x1 > right + 3).any():
        return None  # the rules cut through something wider
    # Columns where writers have begun a new piece in most rules; otherwise where the texts leave gaps.
    joints = sorted(joint for rule in rules for joint in rule.joints)
    inner = [x for x in _clusters(joints) if sum(abs(joint - x) < 2 for joint in joints) > 0.5 * len(rules)]
    inner = inner or _gaps(own, left, right, _GAP, crossed=0.1)
    if not inner:
        return None
    xs = np.array([left, *inner, right])
    borders = _rows(own, ys, xs)
    near = text.where((text.x1 > left) & (text.x0 < right))
    em = float(np.median(own.size))
    wider = text.where((text.x1 > left - 2 * em) & (text.x0 < right + 2 * em))  # a caption may run over the corner
    borders = np.array([*_above(wider, xs, borders[0]), *borders, *_below(wider, xs, borders[-1], 1)])
    return _checked(near, xs, borders)


def _clusters(values: list[float]) -> list[float]:
    """Means of values that lie within 2 points of each other; the values are sorted."""
    groups: list[list[float]] = []
    for value in values:
        if groups and value - groups[-1][-1] < 2:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _checked(text: _Text, xs: Array, ys: Array) -> Grid | None:
    """The grid, if its text keeps to the columns and stands in two of them in most rows."""
    middle = (text.top + text.bottom) / 2
    own = text.where((middle > ys[0]) & (middle < ys[-1]))
    if len(ys) < 3 or not len(own):
        return None
    cells = _cells(own, xs, ys)
    if cells is None:
        return None
    filled = _filled(own, xs, ys)
    if (filled.sum(1) >= 2).mean() < 0.6 or filled[:, 0].mean() < 0.5:
        return None
    if max(len(np.unique(own.line[(own.base > top) & (own.base <= low)])) for top, low in _pairs(ys)) > 12:
        return None  # a page of prose between two rules
    return Grid(xs, ys, cells, 0)


def _line_of(text: _Text, number: int, xs: Array) -> tuple[float, float, set[int], bool]:
    """Top and bottom of a line, the columns it has text in, and whether it runs across a border of them."""
    own = text.where(text.line == number)
    crossing = any(((own.x0 < x) & (own.x1 > x)).any() for x in xs[1:-1].tolist())
    crossing |= bool((own.x0 < xs[0] - 3).any() or (own.x1 > xs[-1] + 3).any())
    columns = np.clip(np.searchsorted(xs, (own.x0 + own.x1) / 2) - 1, 0, len(xs) - 2)
    return float(own.top.min()), float(own.bottom.max()), set(columns.tolist()), crossing


def _above(text: _Text, xs: Array, border: float) -> list[float]:
    """The upper border of a head that stands over the first rule."""
    top, columns = border, set[int]()
    for number in np.unique(text.line[text.base < border])[::-1][:3].tolist():
        upper, lower, some, crossing = _line_of(text, number, xs)
        if crossing or top - lower > 0.8 * (lower - upper):
            break
        columns |= some
        top = upper
    return [top - 1] if len(columns) >= 2 else []


def _below(text: _Text, xs: Array, border: float, most: int) -> list[float]:
    """Lower borders of rows that stand under the last rule or ground, as far as they keep to the columns."""
    tops: list[float] = []
    bottom = border
    for number in np.unique(text.line[text.base > border]).tolist():
        upper, lower, columns, crossing = _line_of(text, number, xs)
        height = lower - upper
        if crossing or upper - bottom > (1.2 if tops else 0.9) * height:
            break
        if len(columns) >= 2 and 0 in columns and (not tops or upper - bottom > 0.15 * height):
            if len(tops) == most:
                break
            tops.append(upper)
        elif not tops or upper - bottom > 0.5 * height:
            break
        bottom = lower
    return [top - 0.5 for top in tops[1:]] + ([bottom + 1] if tops else [])


def ground_grids(page: Page, taken: list[Box]) -> list[Grid]:
    """Tables whose head, or every other row, has a coloured ground in each of its cells."""
    grounds = grounds_on(page, taken)
    if len(grounds) < 2:
        return []
    groups: list[tuple[list[float], list[tuple[float, float]]]] = []
    for xs, top, bottom in _banded(grounds):
        for borders, bands in groups:
            alike = len(borders) == len(xs) and max(abs(a - b) for a, b in zip(borders, xs, strict=True)) < 2
            if alike and top - bands[-1][1] < max(60.0, 3 * (bands[-1][1] - bands[-1][0])):
                bands.append((top, bottom))
                break
        else:
            groups.append((xs, [(top, bottom)]))
    text: _Text | None = None
    out = []
    for borders, bands in groups:
        if len(borders) < 4 and len(bands) < 3:
            continue  # two panels with a bar over each
        text = text or _text(page, taken)
        grid = _on_grounds(text, np.array(borders), bands)
        if grid is not None:
            out.append(grid)
    return out


def _on_grounds(text: _Text, xs: Array, bands: list[tuple[float, float]]) -> Grid | None:
    near = text.where((text.x1 > xs[0]) & (text.x0 < xs[-1]))
    ys = _clusters(sorted(y for band in bands for y in band))
    ys += _below(near, xs, ys[-1], 1 if len(bands) > 1 else 100)
    return _checked(near, xs, np.array(ys)) if len(ys) > 3 else None


def _banded(grounds: Array) -> list[tuple[list[float], float, float]]:
    """Rows of grounds side by side, two and more: the borders between them, top and bottom; from the top."""
    out = []
    rows: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}
    for x0, top, x1, bottom, _ in grounds.tolist():
        rows.setdefault((round(top / 2), round(bottom / 2)), []).append((x0, top, x1, bottom))
    for row in rows.values():
        row.sort()
        if len(row) < 2 or any(abs(b[0] - a[2]) > 2 for a, b in pairwise(row)):
            continue
        xs = [row[0][0], *((a[2] + b[0]) / 2 for a, b in pairwise(row)), row[-1][2]]
        out.append((xs, row[0][1], row[0][3]))
    return sorted(out, key=lambda one: one[1])


def _gaps(text: _Text, left: float, right: float, least: float, crossed: float) -> list[float]:
    """Middles of the blank strips that go down through the lines, but for a share of them (headings over columns)."""
    numbers, line = np.unique(text.line, return_inverse=True)
    width = int(np.ceil(right - left)) + 1
    inked = np.zeros((len(numbers), width + 1), np.int32)
    first = np.clip(np.floor(text.x0 - left), 0, width - 1).astype(int)
    last = np.clip(np.ceil(text.x1 - left), 1, width).astype(int)
    np.add.at(inked, (line, first), 1)
    np.add.at(inked, (line, last), -1)
    covered = (np.cumsum(inked, 1)[:, :width] > 0).mean(0)
    blank = np.concatenate(([False], covered <= crossed, [False]))
    edges = np.flatnonzero(np.diff(blank.astype(np.int8)))
    em = float(np.median(text.size))
    out = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if start > 0 and end < width - 1 and end - start >= max(least * em, 5):
            out.append(left + (start + end) / 2)
    return out


def _pairs(values: Array) -> list[tuple[float, float]]:
    return list(zip(values[:-1].tolist(), values[1:].tolist(), strict=True))


def _rows(text: _Text, rules: list[float], xs: Array) -> Array:
    """Borders of rows: the rules, and between two of them the lines that begin a row.

    Where rules stand between the rows, a row may have several lines. Where only head and foot are ruled, a line
    begins a row when it has text in the first column.
    """
    borders = list(rules)
    numbers = np.unique(text.line)
    tops = {int(n): float(text.top[text.line == n].min()) for n in numbers}
    bases = {int(n): float(np.median(text.base[text.line == n])) for n in numbers}
    bands = list(pairwise(rules))
    inside = [[n for n in tops if top < bases[n] <= low + 1] for top, low in bands]
    if len(bands) <= 3:  # head, body, perhaps a foot
        for lines in inside:
            if len(lines) < 3:
                continue
            starts = [n for n in lines if _columns_of(text, n, xs) >= {0} and len(_columns_of(text, n, xs)) >= 2]
            if len(starts) >= 2:
                borders += [tops[n] - 0.5 for n in starts if n != lines[0]]
    kept = [borders[0]]
    for border in sorted(borders)[1:]:
        if border - kept[-1] > 3:
            kept.append(border)
    return np.array(kept)


def _columns_of(text: _Text, line: int, xs: Array) -> set[int]:
    own = text.line == line
    column = np.searchsorted(xs, (text.x0[own] + text.x1[own]) / 2) - 1
    return set(np.clip(column, 0, len(xs) - 2).tolist())


def _squares(text: _Text, xs: Array, ys: Array) -> tuple[Array, Array]:
    middle_x, middle_y = (text.x0 + text.x1) / 2, (text.top + text.bottom) / 2
    column = np.clip(np.searchsorted(xs, middle_x) - 1, 0, len(xs) - 2)
    row = np.clip(np.searchsorted(ys, middle_y) - 1, 0, len(ys) - 2)
    return row, column


def _filled(text: _Text, xs: Array, ys: Array) -> Array:
    out = np.zeros((len(ys) - 1, len(xs) - 1), bool)
    out[_squares(text, xs, ys)] = True
    return out


def _cells(text: _Text, xs: Array, ys: Array) -> Array | None:
    """A cell for each square; a line that runs across a border between columns makes one cell of both.

    None where another line of that row keeps to the columns: then the gap was none.
    """
    cells = np.arange((len(ys) - 1) * (len(xs) - 1)).reshape(len(ys) - 1, len(xs) - 1)
    row, column = _squares(text, xs, ys)
    for j, border in enumerate(xs[1:-1].tolist(), 1):
        crossing = (text.x0 < border) & (text.x1 > border)
        for i in np.unique(row[crossing]).tolist():
            own = row == i
            both = np.intersect1d(text.line[own & (column == j - 1)], text.line[own & (column == j)])
            if len(np.setdiff1d(both, text.line[crossing])):
                return None
            cells[i, cells[i] == cells[i, j]] = cells[i, j - 1]
    return cells


def column_grids(page: Page, taken: list[Box]) -> list[Grid]:
    """Tables of short texts in three and more columns, in three and more lines, with nothing drawn."""
    if not _has_gaps(page):
        return []
    text = _text(page, taken)
    if not len(text):
        return []
    out = []
    for lines in _candidates(text):
        own = text.where(np.isin(text.line, lines))
        left, right = float(own.x0.min()), float(own.x1.max())
        gaps = _gaps(own, left, right, _WIDE_GAP, crossed=0.0)
        if len(gaps) < 2:
            continue
        xs = np.array([left - 1, *gaps, right + 1])
        tops = [float(own.top[own.line == n].min()) for n in lines]
        bottom = float(own.bottom.max())
        ys = np.array([*(top - 0.5 for top in tops), bottom + 0.5])
        if (np.diff(ys) <= 0).any():
            continue
        filled = _filled(own, xs, ys)
        count = np.bincount(np.ravel_multi_index(_squares(own, xs, ys), filled.shape), minlength=filled.size).reshape(
            filled.shape
        )
        short = (count <= 24) | ~filled
        if filled.mean() < 0.75 or not short.all() or not filled[:, 0].mean() > 0.7:
            continue
        figures = np.zeros(filled.shape, int)
        digits = (own.code >= 0x30) & (own.code <= 0x39) | (own.code >= 0xFF10) & (own.code <= 0xFF19)
        np.add.at(figures, tuple(part[digits] for part in _squares(own, xs, ys)), 1)
        # Names beside names may be anything; figures in columns are a table.
        numeric = (figures > 0.4 * np.maximum(count, 1)) & filled
        if (numeric[1:].mean(0) > 0.6).sum() >= 1 and not _leads_to_pages(own, xs, ys, numeric):
            out.append(Grid(xs, ys, np.arange(filled.size).reshape(filled.shape), 0))
    return out


def _leads_to_pages(text: _Text, xs: Array, ys: Array, numeric: Array) -> bool:
    """Whether it is a table of contents: words, and numbers at the end that never fall."""
    if numeric[:, 1:-1].mean() > 0.3:
        return False
    row, column = _squares(text, xs, ys)
    pages = []
    for i in range(len(ys) - 1):
        own = np.flatnonzero((row == i) & (column == len(xs) - 2))
        said = "".join(chr(code) for code in text.code[own[np.argsort(text.x0[own])]].tolist())
        if not said.isdecimal():
            return False
        pages.append(int(said))
    return pages == sorted(pages)


def _has_gaps(page: Page) -> bool:
    """A quick look: six and more wide gaps between neighbours on one baseline."""
    inked = np.flatnonzero(page.chars["code"] > 0x20)
    if len(inked) < 12:
        return False
    x0, x1, base, size = (page.chars[name][inked] for name in ("x0", "x1", "origin_y", "size"))
    wide = np.flatnonzero(x0[1:] - x1[:-1] > _WIDE_GAP * size[1:])
    return int((np.abs(base[wide + 1] - base[wide]) < 0.1 * size[wide]).sum()) >= 6


def _candidates(text: _Text) -> list[list[int]]:
    """Runs of neighbouring lines with two wide gaps and more each."""
    order = np.lexsort((text.x0, text.line))
    line, x0, x1, em = text.line[order], text.x0[order], text.x1[order], text.size[order]
    wide = (line[1:] == line[:-1]) & (x0[1:] - x1[:-1] > _WIDE_GAP * np.maximum(em[1:], em[:-1]))
    gaps = np.bincount(line[1:][wide], minlength=int(text.line.max()) + 1)
    leaders = np.bincount(text.line[np.isin(text.code, _LEADER)], minlength=len(gaps))
    base = np.array([np.median(text.base[text.line == n]) if gaps[n] >= 2 else 0.0 for n in range(len(gaps))])
    size = float(np.median(text.size))
    out: list[list[int]] = []
    for n in np.flatnonzero((gaps >= 2) & (leaders < 4)).tolist():
        if out and n == out[-1][-1] + 1 and base[n] - base[out[-1][-1]] < 3 * size:
            out[-1].append(n)
        else:
            out.append([n])
    return [lines for lines in out if len(lines) >= 3]
