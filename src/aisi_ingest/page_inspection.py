"""Show why a page was read as it was: its characters, lines, blocks, tables and hidden text in one picture.

pdfplumber draws the picture, and its ``TableFinder`` can be tried on the page with other settings. This runs in the
sandbox, because a PDF file may be hostile.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from msgspec import Struct

from aisi_ingest.extract import pdf_reader
from aisi_ingest.model import Block, Box, Content, Issue, Result, Table
from aisi_ingest.sandbox import pool
from aisi_ingest.sandbox.tasks import task

_RESOLUTION = 110  # pixels an inch
# Colours of outlines, as (red, green, blue, opacity).
_CHARACTER = (160, 160, 160, 90)
_LINE = (0, 140, 60, 220)
_BLOCK = (20, 80, 220, 255)
_FURNITURE = (150, 150, 150, 255)
_HIDDEN = (200, 0, 200, 255)
_CELL = (220, 30, 30, 255)
_MARKED = (246, 201, 69, 90)
_NO_FILL = (255, 255, 255, 0)
_LONGEST_TEXT = 60  # code points of a block in the summary


class Inspection(Struct, frozen=True):
    """What was found on a page.

    Attributes:
        lines: A summary for people: blocks in reading order, then tables with their cells.
        png: The picture of the page.
        tables: The rows of the tables that pdfplumber finds with the settings that were given.
    """

    lines: tuple[str, ...]
    png: bytes
    tables: tuple[tuple[tuple[str, ...], ...], ...] = ()


def inspect_page(path: Path, number: int, table_settings: dict[str, Any] | None = None) -> Result[Inspection]:
    """Inspect one page of a PDF in the sandbox.

    Args:
        path: The file.
        number: Page number, from 1.
        table_settings: Settings of pdfplumber's ``TableFinder``, by name; None to leave it out.
    """
    try:
        with pool.shared(workers=1).session(path) as session:
            return session.call(_inspect, str(path), number, table_settings)
    except pool.LimitExceeded as stopped:
        return Result(None, (Issue("extract", "error", stopped.code, str(stopped), number),))


@task
def _inspect(path: str, number: int, table_settings: dict[str, Any] | None) -> Result[Inspection]:
    """Inspect a page. This runs in a worker."""
    import pdfplumber

    read = pdf_reader.read(path)
    if read.value is None:
        return Result(None, read.issues)
    count = len(read.value.page_sizes)
    if not 1 <= number <= count:
        message = f"there is no page {number}; the file has {count} pages"
        return Result(None, (Issue("extract", "error", "no_such_page", message),))
    blocks = [block for block in read.value.blocks if block.page == number]
    tables = [table for table in read.value.tables if table.page == number]
    with pdfplumber.open(path, pages=[number]) as document:
        page = document.pages[0]
        try:
            found = page.find_tables(table_settings) if table_settings is not None else []
        except (TypeError, ValueError) as error:
            return Result(None, (Issue("extract", "error", "table_settings", f"the table settings: {error}"),))
        rows = tuple(tuple(tuple(text or "" for text in row) for row in each.extract()) for each in found)
        png = _draw(page, read.value, number, table_settings)
    return Result(Inspection(_summary(blocks, tables), png, rows), read.issues)


def mark_page(path: Path, number: int, boxes: tuple[tuple[float, float, float, float], ...]) -> Result[bytes]:
    """Draw one page of a PDF with marked rectangles, in the sandbox.

    Args:
        path: The file.
        number: Page number, from 1.
        boxes: ``(x0, top, x1, bottom)`` in points from the top left of the visible page.

    Returns:
        The picture as PNG.
    """
    try:
        with pool.shared(workers=1).session(path) as session:
            return session.call(_mark, str(path), number, boxes)
    except pool.LimitExceeded as stopped:
        return Result(None, (Issue("extract", "error", stopped.code, str(stopped), number),))


@task
def _mark(path: str, number: int, boxes: tuple[tuple[float, float, float, float], ...]) -> Result[bytes]:
    """Draw a page. This runs in a worker."""
    import pdfplumber

    try:
        with pdfplumber.open(path, pages=[number]) as document:
            page = document.pages[0]
            image = page.to_image(resolution=_RESOLUTION, antialias=True)
            left, top = page.cropbox[0], page.cropbox[1]
            places = [(x0 + left, y0 + top, x1 + left, y1 + top) for x0, y0, x1, y1 in boxes]
            image.draw_rects(places, fill=_MARKED, stroke=_CELL)
            return Result(_png(image))
    except Exception as error:  # whatever a reader of PDF does on another kind of file
        message = f"the page cannot be drawn; only pages of PDF files can ({type(error).__name__})"
        return Result(None, (Issue("extract", "error", "not_drawn", message, number),))


def _png(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.annotated.convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def _draw(page: Any, content: Content, number: int, table_settings: dict[str, Any] | None) -> bytes:
    """Draw a page of pdfplumber with what this project found on it, and return the PNG."""
    image = page.to_image(resolution=_RESOLUTION, antialias=True)
    left, top = page.cropbox[0], page.cropbox[1]

    def place(box: Box) -> tuple[float, float, float, float]:
        return box.x0 + left, box.top + top, box.x1 + left, box.bottom + top

    image.draw_rects(page.chars, fill=_NO_FILL, stroke=_CHARACTER)
    image.draw_lines([*page.lines, *page.rect_edges], stroke=_LINE)
    if table_settings is not None:
        image.debug_tablefinder(table_settings)
    order = 0
    for block in content.blocks:
        if block.page != number:
            continue
        color = _HIDDEN if block.hidden else _FURNITURE if block.kind == "furniture" else _BLOCK
        x0, y0, x1, y1 = place(block.bbox)
        image.draw_rect((x0, y0, x1, y1), fill=_NO_FILL, stroke=color, stroke_width=2)
        order += 1
        image.draw.text(((x0 - left) * image.scale + 2, (y0 - top) * image.scale - 12), f"{order} {block.kind}", color)
    for table in content.tables:
        boxes = [place(each.bbox) for cell in table.cells for each in cell.regions if each.page == number]
        image.draw_rects(boxes, fill=_NO_FILL, stroke=_CELL)
    return _png(image)


def _summary(blocks: list[Block], tables: list[Table]) -> tuple[str, ...]:
    """Describe the blocks in reading order and the tables with their cells."""
    lines = []
    for order, block in enumerate(blocks, 1):
        hidden = " hidden" if block.hidden else ""
        lines.append(f"{order}. {block.kind}{hidden} {_position(block.bbox)} {block.text[:_LONGEST_TEXT]}")
    for table in tables:
        height, width = len(table.rows), len(table.rows[0]) if table.rows else 0
        lines.append(f"{table.id}: {height} rows, {width} columns, {table.header_rows} header rows")
        for cell in table.cells:
            spans = f" {cell.row_span}x{cell.column_span}" if cell.row_span * cell.column_span > 1 else ""
            lines.append(f"  row {cell.row} column {cell.column}{spans} {cell.text[:_LONGEST_TEXT]}")
    return tuple(lines)


def _position(box: Box) -> str:
    return f"[{box.x0:.0f} {box.top:.0f} {box.x1:.0f} {box.bottom:.0f}]"
