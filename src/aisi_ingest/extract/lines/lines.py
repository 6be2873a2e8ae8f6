"""Group the characters of a page into lines, and normalise their text.

A line is the text on one baseline without a wide gap. The code works on arrays over all characters of a page
and makes one object for each line. It decides the spaces from positions, because PDF writers leave spaces out or
use them to draw. The lines are not yet in reading order; ``layout`` brings them into it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from aisi_ingest.extract.lines.arrays import SPACE, in_class, true_runs
from aisi_ingest.extract.lines.baselines import baselines_of, rows_of_characters
from aisi_ingest.extract.lines.directions import by_direction
from aisi_ingest.extract.lines.gutters import SEGMENT_GAP, find_gutter, find_vertical_rules
from aisi_ingest.extract.lines.line import Frame, Line, Spans
from aisi_ingest.extract.lines.ruby import merge_ruby
from aisi_ingest.extract.lines.spaces import close_spaced_out, spaces_before
from aisi_ingest.extract.lines.struck import close_struck_gaps
from aisi_ingest.extract.lines.styles import StyleRuns
from aisi_ingest.extract.pdf.code_points import FOLDED, is_blank
from aisi_ingest.extract.pdf.page import STRUCK
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import normalise

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

_RAISED_GAP = 0.45  # em before a note mark or an exponent: it belongs to the word before it, without a space
_SMALLEST_SIZE = 0.5  # points; some files have characters of size 0
_MIDDLE_HEIGHT = 0.35  # em from the baseline up to the middle of a character
_MONOSPACE_SHARE = 0.5  # of a page's characters: more is a listing, in which columns are made by spaces
_ROW_FACTOR = 1e6  # larger than any page is wide, in points: sorts by row, then by position
_OBLIQUE_STEP = 3.0  # em from character to character of oblique text
_NEWLINE = 0x0A
_REPLACEMENT = 0xFFFD  # replaces code points that cannot be written
_SURROGATES = (0xD800, 0xDFFF)
_AFTER_UNICODE = 0x110000


def lines_of(page: Page, indices: Array | None = None) -> list[Line]:
    """Group characters of a page into lines.

    Args:
        page: The page.
        indices: Indices into ``page.chars``; hidden characters are included if they are named here. By default
            all visible characters.

    Returns:
        The lines, grouped by direction: text that is turned by a quarter and vertical text has a direction of its
        own. Within a direction they are sorted from the top of the page to its foot, then from left to right.
    """
    chars = page.chars
    picked = np.flatnonzero(~chars["hidden"]) if indices is None else np.sort(np.asarray(indices, dtype=np.intp))
    if not len(picked):
        return []
    blank = is_blank(chars["code"])
    picked = picked[~blank[picked]]
    if not len(picked):
        return []
    blanks = np.cumsum(blank)  # if this differs between two neighbours, the file has a space between them
    lines: list[Line] = []
    for direction, members in by_direction(chars, picked):
        if direction == "oblique":
            lines.extend(_oblique_lines(page, members))
            continue
        frame = Frame(direction, float(page.width), float(page.height))
        lines.extend(_lines_in(page, members, frame, blanks))
    return lines


def _oblique_lines(page: Page, members: Array) -> list[Line]:
    """Return text at an angle that is no quarter turn, such as a stamp across the page: one line for each run.

    A run has one angle and one size, and its characters are near each other in the order of the file.
    """
    chars, runs = page.chars, [[int(members[0])]]
    for index in members[1:].tolist():
        before, char = chars[runs[-1][-1]], chars[index]
        distance = np.hypot(char["origin_x"] - before["origin_x"], char["origin_y"] - before["origin_y"])
        is_same = abs(char["angle"] - before["angle"]) < 1 and abs(char["size"] - before["size"]) < 1
        if is_same and distance < _OBLIQUE_STEP * char["size"]:
            runs[-1].append(index)
        else:
            runs.append([index])
    lines = []
    for run in runs:
        own = chars[run]
        text = normalise(
            "".join(chr(code) if _is_writable(code) else chr(_REPLACEMENT) for code in own["code"].tolist())
        )
        box = Box(*(float(side) for side in (own["x0"].min(), own["top"].min(), own["x1"].max(), own["bottom"].max())))
        font = page.fonts[int(own["font"][0])]
        members_of_run = np.asarray(run, dtype=np.intp)
        lines.append(
            Line(text, box, box.bottom, float(own["size"][0]), font.bold, font.italic, False, int(own["font"][0]),
                 int(own["color"][0]), members_of_run, "oblique")
        )  # fmt: skip
    return [line for line in lines if line.text.strip()]


def _is_writable(code: int) -> bool:
    return code < _AFTER_UNICODE and not _SURROGATES[0] <= code <= _SURROGATES[1]


class _Characters(Struct):
    """Characters of one direction, row by row from left to right; sides and sizes in points of their frame."""

    members: Array  # indices into page.chars
    row: Array
    raised: Array
    size: Array
    x0: Array
    top: Array
    x1: Array
    bottom: Array
    baseline: Array


def _lines_in(page: Page, members: Array, frame: Frame, blanks: Array) -> list[Line]:
    """Group the characters of one direction into lines."""
    chars = _in_rows(page, members, frame)
    gap = (chars.x0[1:] - chars.x1[:-1]) / np.maximum(chars.size[1:], chars.size[:-1])
    if (page.chars["reason"] == STRUCK).any():
        gap = close_struck_gaps(page, chars.members, frame, gap)
    cut = _line_starts(page, chars, frame, gap)
    starts = np.flatnonzero(cut)
    ends = np.append(starts[1:], len(chars.members))
    codes = page.chars["code"][chars.members]
    space = spaces_before(codes, gap, chars.members, blanks, page.chars["code"], cut, starts)
    raised = chars.raised
    space[1:][raised[1:] & ~raised[:-1] & (gap < _RAISED_GAP) & (space[1:] == SPACE)] = 0
    texts, spans = _texts(codes, space, starts, raised)
    left, top = (np.minimum.reduceat(side, starts).tolist() for side in (chars.x0, chars.top))
    right, bottom = (np.maximum.reduceat(side, starts).tolist() for side in (chars.x1, chars.bottom))
    styles = StyleRuns(page, chars.members, chars.size, chars.baseline, raised, cut)
    lines = []
    for k, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        style, text = styles.next_line(start, end), texts[k]
        if not text:
            continue
        sides = (left[k], top[k], right[k], bottom[k])
        bold_prefix = len(text) if style.bold_start == end - start else 0
        if 0 < style.bold_start < end - start:
            bold_prefix = _offset_after(codes[start:end], space[start:end], style.bold_start)
        lines.append(
            Line(
                text,
                Box(*sides) if frame.direction == "right" else frame.to_page(*sides),
                style.baseline,
                style.size,
                style.bold,
                style.italic,
                style.monospace,
                style.font,
                style.color,
                chars.members[start:end],
                frame.direction,
                spans[k],
                bold_prefix,
            )
        )
    return merge_ruby(lines, page, frame)


def _in_rows(page: Page, members: Array, frame: Frame) -> _Characters:
    """Sort characters into rows, from left to right in each."""
    chars = page.chars  # fields are picked one by one: copying whole records takes three times as long
    sides = (chars[name][members].astype(float) for name in ("x0", "top", "x1", "bottom"))
    x0, top, x1, bottom = frame.from_page(*sides)
    size = np.maximum(chars["size"][members].astype(float), _SMALLEST_SIZE)
    baseline = baselines_of(chars, members, frame, (top + bottom) / 2, size)
    row, raised = rows_of_characters(x0, x1, baseline, size)
    order = np.argsort(row * _ROW_FACTOR + x0, kind="stable")  # the order is nearly right; a stable sort is fast then
    every = (members, row, raised, size, x0, top, x1, bottom, baseline)
    return _Characters(*(values[order] for values in every))


def _line_starts(page: Page, chars: _Characters, frame: Frame, gap: Array) -> Array:
    """Return for each character whether it begins a line: in a new row, after a wide gap, a gutter or a rule."""
    new_row = chars.row[1:] != chars.row[:-1]
    breaks = gap > SEGMENT_GAP
    monospace = [font.monospace for font in page.fonts]
    if not any(monospace) or np.array(monospace)[page.chars["font"][chars.members]].mean() < _MONOSPACE_SHARE:
        breaks |= find_gutter(chars.x0, chars.x1, gap, new_row, chars.size)
    if frame.direction == "right" and len(page.rules):
        middle = chars.baseline - _MIDDLE_HEIGHT * chars.size
        breaks |= find_vertical_rules(page.rules, chars.x0, chars.x1, middle, gap)
    return np.concatenate(([True], new_row | breaks))


def _texts(codes: Array, space: Array, starts: Array, raised: Array) -> tuple[list[str], list[Spans]]:
    """Write the normalised texts of all lines and their raised spans.

    The texts of a page are normalised as one string: that is much faster than one call for each line.

    Args:
        codes: Code points, line by line.
        space: The space before each of them, or 0.
        starts: Indices at which the lines begin.
        raised: Whether each character is raised.
    """
    count = len(codes)
    has_space = space != 0
    newline = np.zeros(count, dtype=bool)
    newline[starts[1:]] = True
    positions = np.arange(count) + np.cumsum(has_space | newline)
    text = np.full(int(positions[-1]) + 1, SPACE, dtype="<u4")
    writable = (codes < _SURROGATES[0]) | ((codes > _SURROGATES[1]) & (codes < _AFTER_UNICODE))
    text[positions] = np.where(writable, codes, _REPLACEMENT)
    text[positions[has_space] - 1] = space[has_space]
    text[positions[newline] - 1] = _NEWLINE
    raw = text.tobytes().decode("utf-32-le")
    # On most pages normalising changes nothing, and looking that up in a table is cheaper.
    folded = normalise(raw) if in_class(codes, FOLDED).any() else raw
    texts = folded.split("\n")
    spans = _raised_spans(raw, positions, starts, newline, raised)
    for k, line in enumerate(texts):
        if not spans[k] and not line.isascii() and (" " in line or "\u3000" in line):
            texts[k] = close_spaced_out(line)
    return texts, spans


def _raised_spans(raw: str, positions: Array, starts: Array, newline: Array, raised: Array) -> list[Spans]:
    """Return for each line the spans of its normalised text that are raised.

    Args:
        raw: The text of all lines before it is normalised.
        positions: Position of each character in ``raw``.
        starts: Indices of the characters that begin a line.
        newline: Whether each character begins a line, except for the first one.
        raised: Whether each character is raised.
    """
    spans: list[Spans] = [()] * len(starts)
    if not raised.any():
        return spans
    line_of = np.cumsum(newline).tolist()
    for first, last in true_runs(raised):
        while first < last:  # a raised run can continue in the next line
            k, end = line_of[first], first
            while end < last and line_of[end] == k:
                end += 1
            before = raw[int(positions[starts[k]]) : int(positions[first])]
            piece = raw[int(positions[first]) : int(positions[end - 1]) + 1]
            offset = len(normalise(before))
            spans[k] += ((offset, offset + len(normalise(piece))),)
            first = end
    return spans


def _offset_after(codes: Array, space: Array, count: int) -> int:
    """Return the offset in the normalised text of a line after its first ``count`` characters."""
    pairs = zip(codes[:count].tolist(), space[:count].tolist(), strict=True)
    return len(
        normalise("".join((chr(before) if before and i else "") + chr(code) for i, (code, before) in enumerate(pairs)))
    )
