"""Draw the same slide in a PDF and in a presentation by the same calls. Positions are points from the top left."""

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
Place = tuple[float, float, float, float]  # left, top, right, bottom


class Pdf:
    """A slide drawn in a PDF."""

    def __init__(self, path: Path) -> None:
        self.path, self.drawing = path, Drawing(path, SLIDE)

    def title(self, text: str) -> None:
        self.drawing.text(60, 60, text, GOTHIC, 28)

    def words(self, place: Place, text: str, size: float = 12) -> None:
        """Draw text in the middle of its place, one line for each line of the text."""
        lines = text.split("\n")
        top = (place[1] + place[3]) / 2 - 0.6 * size * len(lines)
        for number, line in enumerate(lines):
            x = (place[0] + place[2]) / 2 - self.drawing.canvas.stringWidth(line, GOTHIC, size) / 2
            self.drawing.text(x, top + size * (1 + 1.2 * number), line, GOTHIC, size)

    def bar(self, place: Place, text: str, size: float = 12) -> None:
        self.drawing.box(*place, fill=lightblue)
        self.words(place, text, size)

    def text(self, place: Place, *lines: str, size: float = 12) -> None:
        """Draw text from the top left of its place, one paragraph for each line."""
        for number, line in enumerate(lines):
            self.drawing.text(place[0] + 7.2, place[1] + 3.6 + size * (0.9 + 1.2 * number), line, GOTHIC, size)

    def upright(self, x: float, top: float, bottom: float) -> None:
        self.drawing.line(x, top, x, bottom)

    def read(self) -> Content:
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
        draw.text(self.slide.shapes, (55, 25, 700, 45), text, size=28)

    def words(self, place: Place, text: str, size: float = 12) -> None:
        box = draw.text(self.slide.shapes, _extent(place), *text.split("\n"), size=size)
        for paragraph in box.text_frame.paragraphs:
            paragraph.alignment = PP_ALIGN.CENTER

    def bar(self, place: Place, text: str, size: float = 12) -> None:
        shape = self.slide.shapes.add_shape(MSO_SHAPE.PENTAGON, *(Pt(value) for value in _extent(place)))
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor(0xAD, 0xD8, 0xE6)
        shape.text_frame.text = text
        for paragraph in shape.text_frame.paragraphs:
            paragraph.font.size = Pt(size)

    def text(self, place: Place, *lines: str, size: float = 12) -> None:
        draw.text(self.slide.shapes, _extent(place), *lines, size=size)

    def upright(self, x: float, top: float, bottom: float) -> None:
        self.slide.shapes.add_connector(1, Pt(x), Pt(top), Pt(x), Pt(bottom))

    def read(self) -> Content:
        content = reader.read(self.deck.save(self.path), ocr=False).value
        assert content is not None
        return content


def _extent(place: Place) -> Place:
    return place[0], place[1], place[2] - place[0], place[3] - place[1]


Canvas = Pdf | Pptx


def canvas(folder: Path, form: str) -> Canvas:
    """Return a slide to draw on; ``form`` is "pdf" or "pptx"."""
    return Pdf(folder / "a.pdf") if form == "pdf" else Pptx(folder / "a.pptx")


def rows(content: Content) -> list[list[list[str]]]:
    """Return the tables without spaces, because a PDF does not state which lines are separate paragraphs."""
    return [[[cell.replace(" ", "") for cell in row] for row in table.rows] for table in content.tables]
