"""Draw lines of text and ruled tables on a reportlab canvas, in Japanese and Latin script.

Coordinates are points from the bottom left of the page, as in PDF.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from samples.source import Table

FONTS = Path(__file__).parent / "fonts"
NAVY, GREY, PALE, INK = "#17365d", "#6b7280", "#e8eef6", "#1a1a1a"

# Characters that must not begin a line, and characters that must not end one (JIS X 4051).
_NOT_FIRST = set("、。，．・：；？！）」』】〉》〕］｝ー々～％ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
_NOT_LAST = set("（「『【〈《〔［｛")
_PIECE = re.compile(r"\[\^\d+\]|(?:(?!\[\^)[!-~¡-ɏ–—‘’“”€©])+|\s+|.")


@functools.cache
def register_fonts() -> None:
    """Register the fonts ``ja`` and ``ja-bold``: the subset of Noto Sans JP beside this file."""
    pdfmetrics.registerFont(TTFont("ja", FONTS / "NotoSansJP-Regular.subset.ttf"))
    pdfmetrics.registerFont(TTFont("ja-bold", FONTS / "NotoSansJP-Bold.subset.ttf"))


@dataclass(frozen=True)
class Style:
    font: str
    size: float
    leading: float
    colour: str = INK
    justify: bool = False


@dataclass(frozen=True)
class Line:
    """One line of text. ``pieces`` are words, spaces and single Japanese characters; ``[^1]`` is a footnote anchor."""

    pieces: tuple[str, ...]
    width: float
    last: bool

    @property
    def notes(self) -> list[str]:
        return [piece[2:-1] for piece in self.pieces if piece.startswith("[^")]


def _width(piece: str, style: Style) -> float:
    if piece.startswith("[^"):
        return float(pdfmetrics.stringWidth(piece[2:-1], style.font, style.size * 0.6))
    return float(pdfmetrics.stringWidth(piece, style.font, style.size))


def break_lines(text: str, style: Style, width: float) -> list[Line]:
    """Break a text at spaces and between Japanese characters. Closing brackets stay with the character before them."""
    units: list[list[str]] = []
    for piece in _PIECE.findall(text):
        glued = piece.startswith("[^") or piece[0] in _NOT_FIRST or (units and units[-1][-1][-1] in _NOT_LAST)
        if glued and units and not units[-1][-1].isspace():
            units[-1].append(piece)
        else:
            units.append([piece])
    lines: list[Line] = []
    current: list[str] = []
    used = 0.0
    for unit in units:
        needed = sum(_width(piece, style) for piece in unit)
        if current and used + needed > width + 0.01 and not unit[0].isspace():
            lines.append(_line(current, style, False))
            current, used = [], 0.0
        if lines and not current and unit[0].isspace():
            continue
        current += unit
        used += needed
    lines.append(_line(current, style, True))
    return lines


def _line(pieces: list[str], style: Style, last: bool) -> Line:
    while pieces and pieces[-1].isspace():
        pieces = pieces[:-1]
    return Line(tuple(pieces), sum(_width(piece, style) for piece in pieces), last)


def draw_line(
    canvas: Canvas, line: Line, x: float, baseline: float, style: Style, measure: float | None = None
) -> None:
    """Draw a line at ``x``. With ``measure`` and a justified style, spread its characters to that width."""
    body = canvas.beginText(x, baseline)
    body.setFillColor(style.colour)
    characters = sum(len(piece) for piece in line.pieces)
    spread = (measure - line.width) / max(1, characters - 1) if measure and style.justify and not line.last else 0.0
    body.setCharSpace(spread if spread < style.size / 4 else 0.0)
    run = ""
    for piece in [*line.pieces, None]:
        if piece is not None and not piece.startswith("[^"):
            run += piece
            continue
        if run:
            body.setFont(style.font, style.size)
            body.textOut(run)
            run = ""
        if piece is not None:
            body.setFont(style.font, style.size * 0.6)
            body.setRise(style.size * 0.4)
            body.textOut(piece[2:-1])
            body.setRise(0)
    canvas.drawText(body)


def draw_lines(
    canvas: Canvas, text: str, x: float, top: float, style: Style, width: float, align: str = "left"
) -> float:
    """Draw a paragraph whose first line's top is at ``top``; return the bottom."""
    for line in break_lines(text, style, width):
        top -= style.leading
        at = x + {"left": 0.0, "centre": (width - line.width) / 2, "right": width - line.width}[align]
        draw_line(canvas, line, at, top + (style.leading - style.size) / 2 + style.size * 0.12, style, width)
    return top


def row_heights(table: Table, widths: list[float], body: Style, header: Style, pad: float) -> list[float]:
    """Return row heights that fit every cell. A merged cell that needs more height adds it to its last row."""
    heights = [body.leading + 2 * pad] * table.height
    for cell in sorted(table.cells, key=lambda cell: cell.rows):
        style = header if cell.row < table.header_rows else body
        width = sum(widths[cell.column : cell.column + cell.columns]) - 2 * pad
        needed = len(break_lines(cell.text, style, width)) * style.leading + 2 * pad
        have = sum(heights[cell.row : cell.row + cell.rows])
        heights[cell.row + cell.rows - 1] += max(0.0, needed - have)
    return heights


def draw_table(
    canvas: Canvas,
    table: Table,
    x: float,
    top: float,
    widths: list[float],
    heights: list[float],
    body: Style,
    header: Style,
    pad: float,
    rows: range,
) -> float:
    """Draw the header and the body ``rows`` as a ruled grid; return the bottom.

    If ``rows`` contains only a part of a merged cell, that part is drawn with the text of the whole cell.
    """
    shown = [*range(table.header_rows), *rows]
    tops = {}
    bottom = top
    for row in shown:
        tops[row] = bottom
        bottom -= heights[row]
    lefts = [x + sum(widths[:i]) for i in range(len(widths) + 1)]
    for cell in table.cells:
        span = [row for row in range(cell.row, cell.row + cell.rows) if row in tops]
        if not span:
            continue
        is_header = cell.row < table.header_rows
        style = header if is_header else body
        left, right = lefts[cell.column], lefts[cell.column + cell.columns]
        height = sum(heights[row] for row in span)
        cell_top = tops[span[0]]
        canvas.setStrokeColor(GREY)
        canvas.setLineWidth(0.6)
        canvas.setFillColor(PALE if is_header else "#ffffff")
        canvas.rect(left, cell_top - height, right - left, height, stroke=1, fill=1)
        if not cell.text:
            continue
        text_height = len(break_lines(cell.text, style, right - left - 2 * pad)) * style.leading
        start = cell_top - (height - text_height) / 2
        align = "centre" if is_header else "left"
        draw_lines(canvas, cell.text, left + pad, start, style, right - left - 2 * pad, align)
    return bottom
