"""Lines of one page in coordinates in which reading runs to the right and down, put together to rows.

A row is what a reader takes as one line: the sign of a list item and its text, a number and its heading,
a name and the post beside it, although wide gaps part them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aisi_ingest.extract.lines.line import Frame, Line, Spans
from aisi_ingest.extract.numbering import numbering
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide


@dataclass(slots=True)
class Row:
    """One line of text in its frame; ``box`` is on the page. Sizes in points."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    base: float
    size: float
    bold: bool
    italic: bool
    monospace: bool
    face: str  # the font's name
    color: int
    box: Box
    raised: Spans = ()
    lead: int = 0
    gapped: bool = False  # put together over a gap wider than any blank
    underlined: bool = False
    table: Any = None  # a table in the place of this row
    figure: list[Row] | None = None  # a drawing's words in the place of this row
    group: list[Row] | None = None  # the text of a box, or text of another direction, in the place of this row
    dot: float | None = None  # left edge of a bullet that is drawn

    @property
    def solid(self) -> bool:
        """Stands for a table, a drawing or a box."""
        return self.table is not None or self.figure is not None or self.group is not None

    @property
    def text_x(self) -> float:
        """Where the text begins after a list sign, as far as it is known."""
        return self.inner if self.inner is not None else self.x0

    inner: float | None = None


def frame_of(lines: Sequence[Line], width: float, height: float) -> Frame:
    """The frame of most of a page's characters."""
    weight: dict[str, int] = {}
    for line in lines:
        weight[line.direction] = weight.get(line.direction, 0) + len(line.text)
    direction = max(weight, key=weight.__getitem__) if weight else "right"
    return Frame(direction, width, height)  # type: ignore[arg-type]


def rows_of(lines: Sequence[Line], frame: Frame, faces: Sequence[str]) -> list[Row]:
    """One row for each line of the frame's direction, sorted from the top; ``faces`` are the page's font names."""
    out = []
    for line in lines:
        if line.direction != frame.direction:
            continue
        x0, top, x1, bottom = frame.from_page(*(line.box.x0, line.box.top, line.box.x1, line.box.bottom))
        out.append(
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
                faces[line.font],
                line.color,
                line.box,
                line.raised,
                line.bold_prefix,
            )
        )
    out.sort(key=lambda row: (row.base, row.x0))
    return out


_SIGN_ONLY = re.compile(
    "[◆◇■□●◦▪▫▶▷►▸▹➢➤➣❖◾◽⚫⚪✓✔☑•‣⁃∙○〇・･·\uf000-\uf0ff\\-–—*※☐]|注[0-9]{0,2}|[（(]?注[0-9]*[)）]|[*※†‡][0-9]{1,3}"
)


def is_sign(text: str) -> bool:
    """Whether a text is nothing but a bullet or a number, so that what stands beside it belongs to it."""
    if len(text) > 12:
        return False
    if _SIGN_ONLY.fullmatch(text):
        return True
    found = numbering(text)
    if found is not None:
        return found.end >= len(text)
    return bool(re.fullmatch("[0-9]{1,2}", text))


def same_base(a: Row, b: Row) -> bool:
    return abs(a.base - b.base) <= 0.3 * min(a.size, b.size)


def joined(left: Row, right: Row) -> Row:
    """Two parts of one row as one."""
    sign = is_sign(left.text)
    wide = is_wide(left.text[-1]) and is_wide(right.text[0])
    between = "\u3000" if wide and not sign else " "
    shift = len(left.text) + 1
    large = left if len(left.text) > len(right.text) else right
    return Row(
        text=left.text + between + right.text,
        x0=left.x0,
        top=min(left.top, right.top),
        x1=max(left.x1, right.x1),
        bottom=max(left.bottom, right.bottom),
        base=large.base,
        size=large.size,
        bold=(left.bold or sign) and right.bold,
        italic=left.italic and right.italic,
        monospace=left.monospace and right.monospace,
        face=large.face,
        color=large.color,
        box=Box(
            min(left.box.x0, right.box.x0),
            min(left.box.top, right.box.top),
            max(left.box.x1, right.box.x1),
            max(left.box.bottom, right.box.bottom),
        ),
        raised=left.raised + tuple((a + shift, b + shift) for a, b in right.raised),
        lead=left.lead if left.lead < len(left.text) else shift + right.lead,
        underlined=right.underlined and (left.underlined or sign),
        dot=left.dot,
        gapped=left.gapped or right.gapped or not sign,
        inner=right.x0 if not sign or left.inner is None else left.inner,
    )


def with_signs(rows: Sequence[Row]) -> list[Row]:
    """Rows in which signs and numbers that stand alone have been joined to the text on their right."""
    out: list[Row] = []
    for row in rows:
        k = len(out) - 1
        host = None
        while k >= 0 and same_base(out[k], row):
            if out[k].x1 <= row.x0 + 0.5 * row.size and (host is None or out[k].x1 > out[host].x1):
                host = k
            k -= 1
        if host is not None and is_sign(out[host].text) and row.x0 - out[host].x1 < 5 * row.size:
            out[host] = joined(out[host], row)
        else:
            out.append(row)
    return out


def underline(rows: Sequence[Row], rules: Sequence[tuple[float, float, float]]) -> None:
    """Mark the rows that have a rule right under them, no longer than they are; rules are (x0, x1, y)."""
    for x0, x1, y in rules:
        for row in rows:
            if (
                row.base - 0.05 * row.size <= y <= row.base + 0.45 * row.size
                and x0 >= row.x0 - 0.6 * row.size
                and x1 <= row.x1 + 0.6 * row.size
                and x1 - x0 >= 0.7 * (row.x1 - row.x0)
            ):
                row.underlined = True


def dotted(rows: Sequence[Row], dots: Sequence[tuple[float, float, float]]) -> None:
    """Mark the rows before which a bullet is drawn; dots are (x0, x1, y of the middle).

    Where most small marks of a page are no bullets, none is: they are an ornament or a plot.
    """
    found: list[tuple[Row, float]] = []
    for x0, x1, y in dots:
        near = [
            row
            for row in rows
            if 0.15 * row.size < row.x0 - x1 < 2.6 * row.size
            and row.base - 0.8 * row.size < y < row.base + 0.05 * row.size
            and 0.2 * row.size < x1 - x0 < 0.65 * row.size
        ]
        if near:
            found.append((min(near, key=lambda row: row.x0), x0))
    if 2 * len(found) >= len(dots):
        for row, x0 in found:
            row.dot = x0


def solid_row(place: Box, box: Box, **what: Any) -> Row:
    """A row in the place of something that holds together; ``place`` is in the frame, ``box`` on the page."""
    size = 10.0
    return Row(
        "\u25a1" * 9, place.x0, place.top, place.x1, place.bottom, place.top + size, size,
        False, False, False, "", 0, box, **what,
    )  # fmt: skip
