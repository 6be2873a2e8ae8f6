"""Draw a deck from one text in two formats: PPTX with placeholders, tables and notes, and PDF of the same slides."""

from __future__ import annotations

import datetime
import io
import zipfile
from dataclasses import dataclass
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Pt
from reportlab.pdfgen.canvas import Canvas

from samples.source import Block, Table, Text
from samples.typeset import (
    GREY,
    INK,
    NAVY,
    Style,
    break_lines,
    draw_line,
    draw_lines,
    draw_table,
    register_fonts,
    row_heights,
)

WIDTH, HEIGHT = 960.0, 540.0
LEFT, MEASURE = 54.0, 852.0
TITLE_TOP, TITLE_HEIGHT = 28.0, 56.0  # from the top of the slide
BODY_TOP, BODY_HEIGHT = 112.0, 370.0
COLUMN, GUTTER = 410.0, 32.0
FOOTER_TOP = 506.0
WIDE_TABLE = 6  # columns; wider tables are set in a smaller size
SIZES = {1: 24, 2: 20}
COLUMNS = {4: (0.16, 0.20, 0.44, 0.20), 8: (0.09, 0.14, 0.13, 0.13, 0.11, 0.14, 0.13, 0.13)}
# Date inside the zip file and in the core properties: the day on the title slide.
DRAWN = datetime.datetime(2026, 4, 1)


@dataclass(frozen=True)
class Slide:
    title: str
    blocks: tuple[Block, ...]
    note: str

    @property
    def table(self) -> Table | None:
        return next((block.table for block in self.blocks if block.table), None)

    def columns(self) -> list[list[Block]]:
        """Return the blocks of each column; an undivided slide has one column."""
        columns: list[list[Block]] = [[]]
        for block in self.blocks:
            if block.kind == "left":
                columns = [[]]
            elif block.kind == "right":
                columns.append([])
            elif block.kind != "table":
                columns[-1].append(block)
        return columns


def slides(text: Text) -> list[Slide]:
    """Return the title slide, then one slide for each heading of level 1."""
    out: list[tuple[str, list[Block], list[str]]] = [(text.meta["title"], [], [])]
    for block in text.blocks:
        if block.kind == "heading" and block.level == 1:
            out.append((block.text, [], []))
        elif block.kind == "note":
            out[-1][2].append(block.text)
        else:
            out[-1][1].append(block)
    return [Slide(title, tuple(blocks), " ".join(notes)) for title, blocks, notes in out]


def draw_pdf(text: Text) -> bytes:
    """Return the deck as PDF. The same text always gives the same bytes. English is set in Helvetica."""
    register_fonts()
    regular, bold = ("ja", "ja-bold") if text.lang == "ja" else ("Helvetica", "Helvetica-Bold")
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, lang="ja-JP" if text.lang == "ja" else "en-GB")
    canvas.setTitle(text.meta["title"])
    canvas.setAuthor(text.meta["publisher"])
    for number, slide in enumerate(slides(text), 1):
        if number == 1:
            _pdf_cover(canvas, text, regular, bold)
        else:
            _pdf_slide(canvas, slide, regular, bold)
        small = Style(regular, 10, 14, GREY)
        draw_lines(canvas, text.meta["footer"], LEFT, HEIGHT - FOOTER_TOP, small, MEASURE, "left")
        draw_lines(canvas, str(number), LEFT, HEIGHT - FOOTER_TOP, small, MEASURE, "right")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _pdf_cover(canvas: Canvas, text: Text, regular: str, bold: str) -> None:
    canvas.setFillColor(NAVY)
    canvas.rect(0, HEIGHT - 90, WIDTH, 90, stroke=0, fill=1)
    canvas.rect(LEFT, HEIGHT - 300, MEASURE, 3, stroke=0, fill=1)
    draw_lines(canvas, text.meta["title"], LEFT, HEIGHT - 190, Style(bold, 36, 48, NAVY), MEASURE)
    draw_lines(canvas, text.meta["subtitle"], LEFT, HEIGHT - 248, Style(regular, 22, 32), MEASURE)
    y = draw_lines(canvas, text.meta["date"], LEFT, HEIGHT - 340, Style(regular, 18, 28), MEASURE)
    draw_lines(canvas, text.meta["publisher"], LEFT, y - 6, Style(regular, 18, 28), MEASURE)


def _pdf_slide(canvas: Canvas, slide: Slide, regular: str, bold: str) -> None:
    draw_lines(canvas, slide.title, LEFT, HEIGHT - TITLE_TOP - 8, Style(bold, 28, 38, NAVY), MEASURE)
    canvas.setFillColor(NAVY)
    canvas.rect(LEFT, HEIGHT - TITLE_TOP - TITLE_HEIGHT, MEASURE, 2, stroke=0, fill=1)
    columns = slide.columns()
    width = MEASURE if len(columns) == 1 else COLUMN
    for i, column in enumerate(columns):
        _pdf_bullets(canvas, column, LEFT + i * (COLUMN + GUTTER), width, regular, bold)
    if table := slide.table:
        size = _table_size(table)
        body, header = Style(regular, size, size * 1.35), Style(bold, size, size * 1.35, NAVY)
        widths = [MEASURE * share for share in COLUMNS[table.width]]
        heights = row_heights(table, widths, body, header, 6)
        rows = range(table.header_rows, table.height)
        draw_table(canvas, table, LEFT, HEIGHT - BODY_TOP, widths, heights, body, header, 6, rows)


def _table_size(table: Table) -> float:
    return 15.0 if table.width < WIDE_TABLE else 13.5


def _pdf_bullets(canvas: Canvas, blocks: list[Block], x: float, width: float, regular: str, bold: str) -> None:
    y = HEIGHT - BODY_TOP
    for block in blocks:
        if block.kind == "heading":
            y = draw_lines(canvas, block.text, x, y, Style(bold, 22, 34, INK), width) - 4
            continue
        size = SIZES[block.level]
        style = Style(regular, size, size * 1.45)
        left = 8.0 + 28.0 * (block.level - 1)
        y -= 12 if block.level == 1 else 3
        sign = break_lines("•" if block.level == 1 else "–", style, width)[0]
        draw_line(canvas, sign, x + left, y - style.leading * 0.78, style)
        y = draw_lines(canvas, block.text, x + left + 18, y, style, width - left - 18)


def draw_pptx(text: Text) -> bytes:
    """Return the deck as PPTX. The same text always gives the same bytes."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    properties = deck.core_properties
    properties.title, properties.author = text.meta["title"], text.meta["publisher"]
    properties.last_modified_by, properties.language = text.meta["publisher"], text.lang
    properties.created = properties.modified = DRAWN
    for number, slide in enumerate(slides(text), 1):
        drawn = _pptx_cover(deck, text) if number == 1 else _pptx_slide(deck, slide)
        _pptx_footer(drawn, text.meta["footer"], number)
        if slide.note:
            drawn.notes_slide.notes_text_frame.text = slide.note
        for frame in _frames(drawn):
            _set_fonts(frame, text.lang)
    out = io.BytesIO()
    deck.save(out)
    return _with_fixed_times(out.getvalue())


def _frames(slide: Any) -> list[Any]:
    frames = [shape.text_frame for shape in slide.shapes if shape.has_text_frame]
    for shape in slide.shapes:
        if shape.has_table:
            frames += [cell.text_frame for cell in shape.table.iter_cells()]
    return frames


def _set_fonts(frame: Any, lang: str) -> None:
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run.font.name = "Noto Sans JP" if lang == "ja" else "Arial"
            properties = run._r.get_or_add_rPr()
            properties.set("lang", "ja-JP" if lang == "ja" else "en-GB")
            if lang == "ja":
                properties.append(properties.makeelement(qn("a:ea"), {"typeface": "Noto Sans JP"}))


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = Pt(left), Pt(top), Pt(width), Pt(height)


def _write(shape: Any, text: str, size: float, bold: bool = False, colour: str = INK) -> None:
    frame = shape.text_frame
    frame.text = text
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    font = paragraph.runs[0].font
    font.size, font.bold, font.color.rgb = Pt(size), bold, RGBColor.from_string(colour[1:].upper())


def _bar(slide: Any, left: float, top: float, width: float, height: float) -> None:
    bar = slide.shapes.add_shape(1, Pt(left), Pt(top), Pt(width), Pt(height))
    bar.fill.solid()
    bar.fill.fore_color.rgb = RGBColor.from_string(NAVY[1:].upper())
    bar.line.fill.background()


def _pptx_cover(deck: Any, text: Text) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    _bar(slide, 0, 0, WIDTH, 90)
    _bar(slide, LEFT, 297, MEASURE, 3)
    title, subtitle = slide.placeholders
    _place(title, LEFT, 180, MEASURE, 60)
    _write(title, text.meta["title"], 36, bold=True, colour=NAVY)
    _place(subtitle, LEFT, 244, MEASURE, 40)
    _write(subtitle, text.meta["subtitle"], 22)
    for i, key in enumerate(("date", "publisher")):
        box = slide.shapes.add_textbox(Pt(LEFT), Pt(336 + 34 * i), Pt(MEASURE), Pt(32))
        _write(box, text.meta[key], 18)
    return slide


def _pptx_slide(deck: Any, content: Slide) -> Any:
    columns = content.columns()
    layout = 5 if content.table else 1 if len(columns) == 1 else 4  # title only, title and content, comparison
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    _place(slide.shapes.title, LEFT, TITLE_TOP, MEASURE, TITLE_HEIGHT - 4)
    _write(slide.shapes.title, content.title, 28, bold=True, colour=NAVY)
    _bar(slide, LEFT, TITLE_TOP + TITLE_HEIGHT - 2, MEASURE, 2)
    if content.table:
        _pptx_table(slide, content.table)
    elif len(columns) == 1:
        _place(slide.placeholders[1], LEFT, BODY_TOP - 8, MEASURE, BODY_HEIGHT)
        _pptx_bullets(slide.placeholders[1].text_frame, columns[0])
    else:
        for i, column in enumerate(columns):
            head, body = slide.placeholders[1 + 2 * i], slide.placeholders[2 + 2 * i]
            left = LEFT + i * (COLUMN + GUTTER)
            _place(head, left, BODY_TOP - 8, COLUMN, 34)
            _write(head, column[0].text, 22, bold=True)
            _place(body, left, BODY_TOP + 28, COLUMN, BODY_HEIGHT - 40)
            _pptx_bullets(body.text_frame, column[1:])
    return slide


def _pptx_bullets(frame: Any, blocks: list[Block]) -> None:
    frame.word_wrap = True
    for i, block in enumerate(blocks):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.text = block.text
        paragraph.level = block.level - 1
        paragraph.runs[0].font.size = Pt(SIZES[block.level])


def _pptx_table(slide: Any, table: Table) -> None:
    size = _table_size(table)
    frame = slide.shapes.add_table(
        table.height, table.width, Pt(LEFT), Pt(BODY_TOP), Pt(MEASURE), Pt(table.height * size * 2.3)
    )
    grid = frame.table
    grid.first_row = True
    for i, share in enumerate(COLUMNS[table.width]):
        grid.columns[i].width = Pt(MEASURE * share)
    for cell in table.cells:
        target = grid.cell(cell.row, cell.column)
        if cell.rows > 1 or cell.columns > 1:
            target.merge(grid.cell(cell.row + cell.rows - 1, cell.column + cell.columns - 1))
        target.vertical_anchor = MSO_ANCHOR.MIDDLE
        target.fill.solid()
        header = cell.row < table.header_rows
        target.fill.fore_color.rgb = RGBColor.from_string("E8EEF6" if header else "FFFFFF")
        target.margin_left = target.margin_right = Pt(6)
        target.text_frame.text = cell.text
        for run in target.text_frame.paragraphs[0].runs:
            run.font.size, run.font.bold = Pt(size), header
            run.font.color.rgb = RGBColor.from_string((NAVY if header else INK)[1:].upper())
        if header:
            target.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER


def _pptx_footer(slide: Any, footer: str, number: int) -> None:
    """Footer and slide number as placeholders of the layout, which python-pptx does not copy by itself."""
    for kind, left, width in (("ftr", LEFT, 600.0), ("sldNum", LEFT + MEASURE - 100, 100.0)):
        box = slide.shapes.add_textbox(Pt(left), Pt(FOOTER_TOP - 6), Pt(width), Pt(24))
        _write(box, footer if kind == "ftr" else str(number), 10, colour=GREY)
        box.name = {"ftr": "Footer Placeholder", "sldNum": "Slide Number Placeholder"}[kind] + f" {number}"
        index = {"ftr": "11", "sldNum": "12"}[kind]
        place = box._element.nvSpPr.nvPr
        place.append(place.makeelement(qn("p:ph"), {"type": kind, "sz": "quarter", "idx": index}))
        if kind == "sldNum":
            box.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
            run = box.text_frame.paragraphs[0].runs[0]._r
            identifier = f"{{00000000-0000-4000-8000-{number:012d}}}"
            field = run.makeelement(qn("a:fld"), {"id": identifier, "type": "slidenum"})
            field.extend(list(run))
            run.getparent().replace(run, field)


def _with_fixed_times(data: bytes) -> bytes:
    """The same zip with one date on every entry, so that drawing twice gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name == "docProps/thumbnail.jpeg":  # of the library's own template: a slide that is not here
                continue
            entry = zipfile.ZipInfo(name, DRAWN.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            body = old.read(name)
            if name == "_rels/.rels":
                body = _without_thumbnail(body)
            new.writestr(entry, body)
    return out.getvalue()


def _without_thumbnail(relations: bytes) -> bytes:
    from lxml import etree

    root = etree.fromstring(relations)
    for relation in list(root):
        if relation.get("Target", "").endswith("thumbnail.jpeg"):
            root.remove(relation)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
