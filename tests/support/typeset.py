"""Set text in lines and columns on the small PDF files of the tests, as a word processor does."""

from __future__ import annotations

from collections.abc import Sequence

from fixtures_pdf import GOTHIC, MINCHO, Drawing
from reportlab.pdfbase.pdfmetrics import stringWidth

BODY = 10.5
LEADING = 18.0


def broken(text: str, width: float, font: str, size: float, first: float = 0.0) -> list[str]:
    """Return the lines of a paragraph; ``first`` is the indent of the first line."""
    wide = font in (GOTHIC, MINCHO)
    pieces = list(text) if wide else [word + " " for word in text.split(" ")]
    out, line, room = [], "", width - first
    for piece in pieces:
        if line and stringWidth((line + piece).rstrip(), font, size) > room:
            out.append(line.rstrip())
            line, room = "", width
        line += piece
    return [*out, line.rstrip()]


def paragraph(
    drawing: Drawing,
    x: float,
    y: float,
    text: str,
    width: float = 420,
    font: str = "Helvetica",
    size: float = BODY,
    leading: float = LEADING,
    first: float = 0.0,
) -> float:
    """Draw a paragraph from the baseline ``y`` and return the baseline of the next line."""
    for k, line in enumerate(broken(text, width, font, size, first)):
        drawing.text(x + (first if k == 0 else 0), y, line, font, size)
        y += leading
    return y


def paragraphs(
    drawing: Drawing, x: float, y: float, texts: Sequence[str], gap: float = LEADING, **how: object
) -> float:
    for text in texts:
        y = paragraph(drawing, x, y, text, **how) + gap  # type: ignore[arg-type]
    return y
