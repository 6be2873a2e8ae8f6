"""Draw the same slide as PDF and as PPTX with the same calls. Positions are points from the top left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fixtures_pptx as draw
from fixtures_pdf import GOTHIC, Drawing
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import PP_ALIGN
from pptx.util import Pt
from reportlab.lib.colors import lightblue

from aisi_ingest.extract import pdf_reader
from aisi_ingest.extract.pptx import reader
from aisi_ingest.model import Content

SLIDE = (960.0, 540.0)
Place = tuple[float, float, float, float]
"""Left, top, right and bottom in points."""


class Pdf:
    """A slide that is drawn in a PDF."""

    def __init__(self, path: Path) -> None:
        self.path, self.drawing = path, Drawing(path, SLIDE)

    def title(self, text: str) -> None:
        """Draw a title."""
        self.drawing.text(60, 60, text, GOTHIC, 28)

    def centred_text(self, place: Place, text: str, size: float = 12) -> None:
        """Draw the lines of a text in the middle of a place."""
        lines = text.split("\n")
        top = (place[1] + place[3]) / 2 - 0.6 * size * len(lines)
        for number, line in enumerate(lines):
            x = (place[0] + place[2]) / 2 - self.drawing.canvas.stringWidth(line, GOTHIC, size) / 2
            self.drawing.text(x, top + size * (1 + 1.2 * number), line, GOTHIC, size)

    def bar(self, place: Place, text: str, size: float = 12) -> None:
        """Draw a filled shape with a text in its middle."""
        self.drawing.box(*place, fill=lightblue)
        self.centred_text(place, text, size)

    def text(self, place: Place, *lines: str, size: float = 12) -> None:
        """Draw lines from the upper left corner of a place."""
        for number, line in enumerate(lines):
            self.drawing.text(place[0] + 7.2, place[1] + 3.6 + size * (0.9 + 1.2 * number), line, GOTHIC, size)

    def vertical_line(self, x: float, top: float, bottom: float) -> None:
        """Draw a vertical line."""
        self.drawing.line(x, top, x, bottom)

    def read(self) -> Content:
        """Save the slide and read it."""
        self.drawing.save()
        content = pdf_reader.read(self.path).value
        assert content is not None
        return content


class Pptx:
    """The same slide in a presentation."""

    def __init__(self, path: Path) -> None:
        self.path, self.deck = path, draw.Deck()
        self.slide: Any = self.deck.slide()

    def title(self, text: str) -> None:
        """Draw a title."""
        draw.add_text(self.slide.shapes, (55, 25, 700, 45), text, size=28)

    def centred_text(self, place: Place, text: str, size: float = 12) -> None:
        """Draw the lines of a text in the middle of a place."""
        box = draw.add_text(self.slide.shapes, _left_top_size(place), *text.split("\n"), size=size)
        for paragraph in box.text_frame.paragraphs:
            paragraph.alignment = PP_ALIGN.CENTER

    def bar(self, place: Place, text: str, size: float = 12) -> None:
        """Draw a filled shape with a text in its middle."""
        shape = self.slide.shapes.add_shape(MSO_SHAPE.PENTAGON, *(Pt(value) for value in _left_top_size(place)))
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor(0xAD, 0xD8, 0xE6)
        shape.text_frame.text = text
        for paragraph in shape.text_frame.paragraphs:
            paragraph.font.size = Pt(size)

    def text(self, place: Place, *lines: str, size: float = 12) -> None:
        """Draw lines from the upper left corner of a place."""
        draw.add_text(self.slide.shapes, _left_top_size(place), *lines, size=size)

    def vertical_line(self, x: float, top: float, bottom: float) -> None:
        """Draw a vertical line."""
        self.slide.shapes.add_connector(1, Pt(x), Pt(top), Pt(x), Pt(bottom))

    def read(self) -> Content:
        """Save the slide and read it."""
        content = reader.read(self.deck.save(self.path)).value
        assert content is not None
        return content


def _left_top_size(place: Place) -> draw.Place:
    return place[0], place[1], place[2] - place[0], place[3] - place[1]


Canvas = Pdf | Pptx


def canvas(folder: Path, form: str) -> Canvas:
    """Return an empty slide in the form "pdf" or "pptx"."""
    return Pdf(folder / "a.pdf") if form == "pdf" else Pptx(folder / "a.pptx")


def table_rows(content: Content) -> list[list[list[str]]]:
    """Return the rows of each table without spaces: a PDF does not store which of its lines are paragraphs."""
    return [[[cell.replace(" ", "") for cell in row] for row in table.rows] for table in content.tables]
