"""Rows: what a reader takes as one line, even if wide gaps separate its parts.

Examples are a bullet and its item, a number and its heading, or a name and a position beside it. Rows are in the
coordinates of a frame, in which reading runs to the right and downwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aisi_ingest.extract.bullets import BULLET_SIGNS
from aisi_ingest.extract.geometry import union
from aisi_ingest.extract.lines.line import Frame, Line, Spans
from aisi_ingest.extract.numbering import numbering
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide

# In units of the type size (em).
_SAME_BASELINE = 0.3
_LABEL_OVERLAP = 0.5  # of a label and the text on its right
_LABEL_GAP = 5  # between a label and its text, at most
# Rules below a row.
_UNDERLINE_TOP, _UNDERLINE_BOTTOM = -0.05, 0.45  # below the baseline
_UNDERLINE_OVERHANG = 0.6  # on both sides
_UNDERLINED_SHARE = 0.7  # of the row
# Drawn bullets.
_BULLET_NEAREST, _BULLET_FARTHEST = 0.15, 2.6  # before the text
_BULLET_TOP, _BULLET_BOTTOM = -0.8, 0.05  # below the baseline
_BULLET_SMALLEST, _BULLET_LARGEST = 0.2, 0.65
_LONGEST_LABEL = 12  # code points
_PLACEHOLDER_SIZE = 10.0  # points
_PLACEHOLDER_TEXT = "\u25a1" * 9  # □, as wide as running text


@dataclass(slots=True)
class Row:
    """One line of text in a frame; positions and sizes in points.

    Attributes:
        text: The text.
        x0: Left edge in the frame.
        top: Upper edge in the frame.
        x1: Right edge in the frame.
        bottom: Lower edge in the frame.
        baseline: Baseline in the frame.
        size: Type size.
        bold: Whether nearly all of it is bold.
        italic: Whether nearly all of it is italic.
        monospace: Whether nearly all of it is of a fixed width.
        font: Name of the font.
        color: Colour of the text, 0xRRGGBBAA.
        box: Place on the page as a reader sees it.
        raised: Spans of the text that are raised.
        bold_prefix: Number of characters at the start of the text that are bold.
        has_gap: Whether it was joined over a gap that is wider than any space.
        underlined: Whether a rule runs below it.
        table: The table that the row replaces.
        figure_rows: The words of the drawing that the row replaces.
        group_rows: The text that the row replaces: that of a box, or of another direction.
        bullet_x0: Left edge of a bullet that is drawn before it.
        text_start: Left edge of the text after a bullet or number, if that was joined to it.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    size: float
    bold: bool
    italic: bool
    monospace: bool
    font: str
    color: int
    box: Box
    raised: Spans = ()
    bold_prefix: int = 0
    has_gap: bool = False
    underlined: bool = False
    table: Any = None
    figure_rows: list[Row] | None = None
    group_rows: list[Row] | None = None
    bullet_x0: float | None = None
    text_start: float | None = None

    @property
    def is_placeholder(self) -> bool:
        """Whether the row replaces a table, a drawing or a box."""
        return self.table is not None or self.figure_rows is not None or self.group_rows is not None

    @property
    def text_x0(self) -> float:
        """Left edge of the text without a bullet or number, in points of the frame."""
        return self.text_start if self.text_start is not None else self.x0


def frame_of(lines: Sequence[Line], width: float, height: float) -> Frame:
    """Return the frame of the direction in which most characters of a page are read.

    Args:
        lines: The lines of the page.
        width: Width of the page, in points.
        height: Height of the page, in points.
    """
    lengths: dict[str, int] = {}
    for line in lines:
        if line.direction == "oblique":
            continue
        lengths[line.direction] = lengths.get(line.direction, 0) + len(line.text)
    direction = max(lengths, key=lengths.__getitem__) if lengths else "right"
    return Frame(direction, width, height)  # type: ignore[arg-type]


def rows_of(lines: Sequence[Line], frame: Frame, fonts: Sequence[str]) -> list[Row]:
    """Return one row for each line of the frame's direction, sorted from the top.

    Args:
        lines: The lines of a page.
        frame: The frame.
        fonts: Names of the fonts of the page.
    """
    rows = []
    for line in lines:
        if line.direction != frame.direction:
            continue
        x0, top, x1, bottom = frame.from_page(line.box.x0, line.box.top, line.box.x1, line.box.bottom)
        rows.append(
            Row(
                line.text,
                x0,
                top,
                x1,
                bottom,
                line.baseline,
                line.size,
                line.bold,
                line.italic,
                line.monospace,
                fonts[line.font],
                line.color,
                line.box,
                line.raised,
                line.bold_prefix,
            )
        )
    rows.sort(key=lambda row: (row.baseline, row.x0))
    return rows


_BULLET = re.compile(f"[{BULLET_SIGNS}○〇・･·\\-–—*※☐☑☒]|注[0-9]{{0,2}}|[（(]?注[0-9]*[)）]|[*※†‡][0-9]{{1,3}}")


def is_label(text: str) -> bool:
    """Return whether a text is only a bullet or a number, so that the text beside it belongs to it."""
    if len(text) > _LONGEST_LABEL:
        return False
    if _BULLET.fullmatch(text):
        return True
    found = numbering(text)
    if found is not None:
        return found.end >= len(text)
    return bool(re.fullmatch("[0-9]{1,2}", text))


def same_baseline(first: Row, second: Row) -> bool:
    """Return whether two rows have the same baseline."""
    return abs(first.baseline - second.baseline) <= _SAME_BASELINE * min(first.size, second.size)


def join_rows(left: Row, right: Row) -> Row:
    """Join two parts of one row."""
    left_is_label = is_label(left.text)
    both_wide = is_wide(left.text[-1]) and is_wide(right.text[0])
    separator = "\u3000" if both_wide and not left_is_label else " "
    shift = len(left.text) + 1
    longer = left if len(left.text) > len(right.text) else right
    return Row(
        text=left.text + separator + right.text,
        x0=left.x0,
        top=min(left.top, right.top),
        x1=max(left.x1, right.x1),
        bottom=max(left.bottom, right.bottom),
        baseline=longer.baseline,
        size=longer.size,
        bold=(left.bold or left_is_label) and right.bold,
        italic=left.italic and right.italic,
        monospace=(left.monospace or left_is_label) and right.monospace,
        font=longer.font,
        color=longer.color,
        box=union((left.box, right.box)),
        raised=left.raised + tuple((start + shift, end + shift) for start, end in right.raised),
        bold_prefix=left.bold_prefix if left.bold_prefix < len(left.text) else shift + right.bold_prefix,
        underlined=right.underlined and (left.underlined or left_is_label),
        bullet_x0=left.bullet_x0,
        has_gap=left.has_gap or right.has_gap or not left_is_label,
        text_start=right.x0 if not left_is_label or left.text_start is None else left.text_start,
    )


def join_labels(rows: Sequence[Row]) -> list[Row]:
    """Join separate bullets and numbers with the text on their right."""
    joined: list[Row] = []
    for row in rows:
        k = len(joined) - 1
        host = None
        while k >= 0 and same_baseline(joined[k], row):
            is_left = joined[k].x1 <= row.x0 + _LABEL_OVERLAP * row.size
            if is_left and (host is None or joined[k].x1 > joined[host].x1):
                host = k
            k -= 1
        if host is not None and is_label(joined[host].text) and row.x0 - joined[host].x1 < _LABEL_GAP * row.size:
            joined[host] = join_rows(joined[host], row)
        else:
            joined.append(row)
    return joined


def mark_underlined(rows: Sequence[Row], rules: Sequence[tuple[float, float, float]]) -> None:
    """Mark the rows that have a rule right below them that is no longer than they are.

    Args:
        rows: The rows of a page.
        rules: Its horizontal rules as (x0, x1, y), in points.
    """
    for x0, x1, y in rules:
        for row in rows:
            if (
                row.baseline + _UNDERLINE_TOP * row.size <= y <= row.baseline + _UNDERLINE_BOTTOM * row.size
                and x0 >= row.x0 - _UNDERLINE_OVERHANG * row.size
                and x1 <= row.x1 + _UNDERLINE_OVERHANG * row.size
                and x1 - x0 >= _UNDERLINED_SHARE * (row.x1 - row.x0)
            ):
                row.underlined = True


def mark_drawn_bullets(rows: Sequence[Row], marks: Sequence[tuple[float, float, float]]) -> None:
    """Mark the rows before which a bullet is drawn.

    If most small marks of a page are no bullets, none is: they are an ornament or a plot.

    Args:
        rows: The rows of a page.
        marks: Small drawn marks as (x0, x1, y of the middle), in points.
    """
    found: list[tuple[Row, float]] = []
    for x0, x1, y in marks:
        near = [
            row
            for row in rows
            if _BULLET_NEAREST * row.size < row.x0 - x1 < _BULLET_FARTHEST * row.size
            and row.baseline + _BULLET_TOP * row.size < y < row.baseline + _BULLET_BOTTOM * row.size
            and _BULLET_SMALLEST * row.size < x1 - x0 < _BULLET_LARGEST * row.size
        ]
        if near:
            found.append((min(near, key=lambda row: row.x0), x0))
    if 2 * len(found) >= len(marks):
        for row, x0 in found:
            row.bullet_x0 = x0


def placeholder_row(place: Box, box: Box, **content: Any) -> Row:
    """Return a row that replaces a table, a drawing or a box while the rows of a page are ordered.

    Args:
        place: Its place in the frame.
        box: Its place on the page.
        content: One of ``table``, ``figure_rows`` and ``group_rows``.
    """
    size = _PLACEHOLDER_SIZE
    return Row(
        _PLACEHOLDER_TEXT, place.x0, place.top, place.x1, place.bottom, place.top + size, size,
        False, False, False, "", 0, box, **content,
    )  # fmt: skip
