"""Draw a guide as a PDF of A4 pages: cover, contents, numbered sections, footnotes, tables over page breaks."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from samples.source import Block, Table, Text
from samples.typeset import (
    GREY,
    INK,
    NAVY,
    Line,
    Style,
    break_lines,
    draw_line,
    draw_lines,
    draw_table,
    register_fonts,
    row_heights,
)

WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT, TOP, BOTTOM = 72.0, 72.0, 760.0, 78.0
MEASURE = WIDTH - LEFT - RIGHT
SHORT_PARAGRAPH = 3  # lines; longer paragraphs leave no single line behind or carry one over
COLUMNS = {3: (0.14, 0.22, 0.64), 4: (0.15, 0.21, 0.41, 0.23)}


@dataclass
class Page:
    """What stands on one page: lines at their baselines, tables at their tops, and the notes below."""

    lines: list[tuple[Line, float, float, Style, float]] = field(default_factory=list)
    tables: list[tuple[Table, float, range, list[float]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Guide:
    """Lays the blocks out first, so that the contents know their pages, and draws afterwards."""

    def __init__(self, text: Text) -> None:
        self.text = text
        japanese = text.lang == "ja"
        size, leading = (10.5, 18.0) if japanese else (10.5, 16.0)
        self.body = Style("ja", size, leading, justify=japanese)
        self.small = Style("ja", 8.5, 12.5)
        self.caption = Style("ja", 9.5, 16)
        self.cell = Style("ja", 9, 13)
        self.cell_header = Style("ja-bold", 9, 13, NAVY)
        self.headings = {
            1: Style("ja-bold", 16, 26, NAVY),
            2: Style("ja-bold", 13, 22, NAVY),
            3: Style("ja-bold", 11, 19, INK),
        }
        self.indent = size if japanese else 0.0  # a Japanese paragraph begins with a blank of one character
        self.pages: list[Page] = []
        self.places: list[tuple[Block, int]] = []  # heading and printed page number
        self.y = 0.0
        self.new_page()

    def new_page(self) -> None:
        self.pages.append(Page())
        self.y = TOP

    def floor(self, more: list[str] | None = None) -> float:
        """Return the lowest y that text may reach: above the notes of the page and ``more`` notes."""
        notes = self.pages[-1].notes + (more or [])
        lines = sum(len(break_lines(f"{n} {self.text.footnotes[n]}", self.small, MEASURE)) for n in notes)
        return BOTTOM + (lines * self.small.leading + 10 if notes else 0)

    def flow(self, text: str, style: Style, left: float = 0.0, first: float = 0.0, keep: bool = False) -> None:
        """Set lines one by one and start a new page if the next line and its notes do not fit."""
        lines = break_lines("\u3000" * bool(first) + text, style, MEASURE - left)
        if keep and self.y - len(lines) * style.leading < self.floor():
            self.new_page()
        for i, line in enumerate(lines):
            alone = len(lines) > SHORT_PARAGRAPH and i in (0, len(lines) - 2)
            if self.y - style.leading * (2 if alone else 1) < self.floor(line.notes):
                self.new_page()
            self.y -= style.leading
            self.pages[-1].notes += line.notes
            self.pages[-1].lines.append((line, LEFT + left, self.y + style.leading * 0.3, style, MEASURE - left))

    def lay_out(self) -> None:
        for at, block in enumerate(self.text.blocks):
            if block.kind == "heading":
                self.heading(block, at)
            elif block.kind == "paragraph":
                self.flow(block.text, self.body, first=self.indent)
                self.y -= 5
            elif block.kind in ("bullet", "numbered"):
                self.item(block)
            elif block.kind == "caption":
                self.y -= 4
                if self.y < self.floor() + 110:
                    self.new_page()
                self.flow(block.text, self.caption, keep=True)
            elif block.table is not None:
                self.table(block.table)

    def heading(self, block: Block, at: int) -> None:
        style = self.headings[block.level]
        if block.level == 1 and self.y < TOP:
            self.y -= 14
        elif self.y < TOP:
            self.y -= 6
        following = self.text.blocks[at : at + 3]  # headings in a row stay together, and with two lines of text
        together = sum(self.headings[b.level].leading + 8 for b in following if b.kind == "heading")
        if self.y - together - 2 * self.body.leading < self.floor():
            self.new_page()
        self.places.append((block, len(self.pages)))
        gap = "\u3000" if self.text.lang == "ja" else "  "
        self.flow(f"{block.number}{gap}{block.text}", style, keep=True)
        self.y -= 3

    def item(self, block: Block) -> None:
        left = 14.0 + 18.0 * (block.level - 1)
        sign = block.number or ("•" if block.level == 1 else "–")
        self.flow(block.text, self.body, left=left + 16)
        lines = len(break_lines(block.text, self.body, MEASURE - left - 16))
        first = self.pages[-1].lines[-lines]
        mark = break_lines(sign, self.body, MEASURE)[0]
        self.pages[-1].lines.insert(-lines, (mark, LEFT + left, first[2], self.body, MEASURE))
        self.y -= 2

    def table(self, table: Table) -> None:
        widths = [MEASURE * share for share in COLUMNS[table.width]]
        heights = row_heights(table, widths, self.cell, self.cell_header, 5)
        head = sum(heights[: table.header_rows])
        start = row = table.header_rows
        while row <= table.height:
            used = head + sum(heights[start:row])
            full = row < table.height and self.y - used - heights[row] < self.floor()
            if full or row == table.height:
                self.pages[-1].tables.append((table, self.y, range(start, row), heights))
                self.y -= used + 12
                start = row
                if full:
                    self.new_page()
                else:
                    break
            row += 1

    def draw(self) -> bytes:
        register_fonts()
        self.lay_out()
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, lang="ja-JP" if self.text.lang == "ja" else "en-GB")
        canvas.setTitle(self.text.meta["title"])
        canvas.setAuthor(self.text.meta["publisher"])
        self.draw_cover(canvas)
        self.draw_contents(canvas)
        for number, page in enumerate(self.pages, 1):
            self.draw_page(canvas, page, number)
        canvas.save()
        return out.getvalue()

    def draw_cover(self, canvas: Canvas) -> None:
        meta = self.text.meta
        canvas.setFillColor(NAVY)
        canvas.rect(0, HEIGHT - 120, WIDTH, 120, stroke=0, fill=1)
        y = draw_lines(canvas, meta["title"], LEFT, 590, Style("ja-bold", 26, 38, NAVY), MEASURE, "centre")
        y = draw_lines(canvas, meta["subtitle"], LEFT, y - 12, Style("ja", 13, 21), MEASURE, "centre")
        y = draw_lines(canvas, meta["edition"], LEFT, y - 40, Style("ja", 14, 22), MEASURE, "centre")
        y = draw_lines(canvas, meta["date"], LEFT, 240, Style("ja", 14, 24), MEASURE, "centre")
        draw_lines(canvas, meta["publisher"], LEFT, y - 8, Style("ja-bold", 14, 24), MEASURE, "centre")
        canvas.showPage()

    def draw_contents(self, canvas: Canvas) -> None:
        y = draw_lines(canvas, self.text.meta["contents"], LEFT, TOP, self.headings[1], MEASURE, "centre") - 8
        for block, number in self.places:
            style = Style("ja-bold" if block.level == 1 else "ja", 10.5, 19)
            gap = "\u3000" if self.text.lang == "ja" else "  "
            left = 14.0 * (block.level - 1)
            title = break_lines(f"{block.number}{gap}{block.text}", style, MEASURE)[0]
            page = break_lines(str(number), style, MEASURE)[0]
            dot = 2 * break_lines(".", style, MEASURE)[0].width
            room = MEASURE - left - title.width - page.width - 10
            dots = break_lines("." * int(room / (dot / 2)), style, MEASURE)[0]
            y -= style.leading
            draw_line(canvas, title, LEFT + left, y, style)
            draw_line(canvas, dots, LEFT + MEASURE - page.width - 4 - dots.width, y, style)
            draw_line(canvas, page, LEFT + MEASURE - page.width, y, style)
        canvas.showPage()

    def draw_page(self, canvas: Canvas, page: Page, number: int) -> None:
        grey = Style("ja", 8.5, 12, GREY)
        draw_lines(canvas, self.text.meta["head"], LEFT, 808, grey, MEASURE, "right")
        canvas.setStrokeColor(GREY)
        canvas.setLineWidth(0.4)
        canvas.line(LEFT, 792, LEFT + MEASURE, 792)
        for line, x, baseline, style, measure in page.lines:
            draw_line(canvas, line, x, baseline, style, measure)
        for table, top, rows, heights in page.tables:
            widths = [MEASURE * share for share in COLUMNS[table.width]]
            draw_table(canvas, table, LEFT, top, widths, heights, self.cell, self.cell_header, 5, rows)
        if page.notes:
            top = self.floor_of(page) - 4
            canvas.line(LEFT, top, LEFT + 140, top)
            for note in page.notes:
                lines = break_lines(f"{note} {self.text.footnotes[note]}", self.small, MEASURE)
                for line in lines:
                    top -= self.small.leading
                    draw_line(canvas, line, LEFT, top + 1, self.small)
        draw_lines(canvas, str(number), LEFT, 52, Style("ja", 9.5, 14), MEASURE, "centre")
        canvas.showPage()

    def floor_of(self, page: Page) -> float:
        lines = sum(len(break_lines(f"{n} {self.text.footnotes[n]}", self.small, MEASURE)) for n in page.notes)
        return BOTTOM + lines * self.small.leading + 6


def draw_guide(text: Text) -> bytes:
    """Return the guide as PDF. The same text always gives the same bytes."""
    register_fonts()
    return Guide(text).draw()
