"""Turn the rows of one page into blocks in reading order.

Footnotes, drawings, boxes and text of another direction are separated from the running text first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct, structs

from aisi_ingest.extract.geometry import union
from aisi_ingest.extract.layout.columns import Column, columns_of
from aisi_ingest.extract.layout.continuation import append_draft, continues, last_text
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.figures import drawing_of_rows
from aisi_ingest.extract.layout.footnotes import split_notes
from aisi_ingest.extract.layout.page_content import PageContent
from aisi_ingest.extract.layout.paragraphs import drafts_of
from aisi_ingest.extract.layout.rows import Row, join_labels, placeholder_row, rows_of
from aisi_ingest.extract.lines.line import Frame, Line
from aisi_ingest.model import Box

_SHORTEST_TEXT = 24  # code points of text in another direction; less is a label
_FEWEST_LINES = 3  # of turned text that is no label
# The rule above footnotes.
_SHORTEST_SEPARATOR = 30.0  # points
_LONGEST_SEPARATOR = 0.7  # of the page's width
# Text in boxes.
_MIDDLE_HEIGHT = 0.35  # em from the baseline up to the middle of a row
_CROSSING_HEIGHT = 0.3  # em
_CROSSING = 2.0  # points that a row outside of a box reaches into it
_INSIDE_TOLERANCE = 1.0  # points


class PageBlocks(Struct, eq=False):
    """The blocks of one page.

    Attributes:
        text: Blocks in reading order; they may continue on the next page.
        notes: Footnotes.
        labels: Lines of another direction that are labels.
    """

    text: list[Draft]
    notes: list[Draft]
    labels: list[Line]


def arrange_page(
    page: PageContent,
    frame: Frame,
    rows: list[Row],
    furniture: Collection[int],
    drawings: Sequence[Box],
    style: BodyStyle,
) -> PageBlocks:
    """Group the rows of a page into blocks in reading order.

    Args:
        page: The page.
        frame: Its frame.
        rows: Its rows in the frame, without furniture.
        furniture: Indices of the lines of the page that are furniture.
        drawings: Boxes of its drawings and pictures.
        style: Style of the body text.
    """
    tables = [placeholder_row(_in_frame(table.bbox, frame), table.bbox, table=table) for table in page.tables]
    rows, figures = _separate_drawings(drawings, frame, rows, style)
    longest = _LONGEST_SEPARATOR * page.size[0]
    separators = [rule for rule in page.rules if _SHORTEST_SEPARATOR < rule[1] - rule[0] < longest]
    body, small = split_notes(rows, separators, style.size, page.size[1])
    body, boxes = _separate_boxes(page, frame, body)
    turned, labels = _separate_directions(page, frame, furniture)
    columns = columns_of([*body, *figures, *boxes, *tables, *turned])
    text: list[Draft] = []
    for column in columns:
        drafts = drafts_of(column, page.number, _style_of_column(column, columns, style))
        before = last_text(text, drafts[0].size, style) if drafts else None
        if before is not None and continues(before, drafts[0], style):
            append_draft(before, drafts.pop(0))
        text.extend(drafts)
    notes = [draft for column in columns_of(small) for draft in drafts_of(column, page.number, style, notes=True)]
    return PageBlocks(text, notes, labels)


def _style_of_column(column: Column, columns: Sequence[Column], style: BodyStyle) -> BodyStyle:
    """Return the style for a column: if another column is beside it, the right edge of the page is not its own."""
    top, bottom = column.rows[0].top, column.rows[-1].bottom
    beside = [
        other for other in columns if other.rows[0].top < bottom and other.rows[-1].bottom > top and other is not column
    ]
    right = [other.left for other in beside if other.left > column.right]
    if right:
        return structs.replace(style, right=0.0, farthest_right=min(right) - style.size)
    has_left = any(other.right < column.left for other in beside)
    return structs.replace(style, right=0.0, farthest_right=style.right) if has_left else style


def _in_frame(box: Box, frame: Frame) -> Box:
    """Convert a box on the page to a box in the frame."""
    return Box(*frame.from_page(box.x0, box.top, box.x1, box.bottom))


def _separate_drawings(
    drawings: Sequence[Box], frame: Frame, rows: list[Row], style: BodyStyle
) -> tuple[list[Row], list[Row]]:
    """Separate running text from the labels of drawings.

    Returns:
        The rows of text, and one row for each drawing that has labels.
    """
    if not drawings:
        return rows, []
    places = [_in_frame(box, frame) for box in drawings]
    labels: list[list[Row]] = [[] for _ in drawings]
    drawing_of = drawing_of_rows(rows, places, style.size)
    for row, number in zip(rows, drawing_of, strict=True):
        if number >= 0:
            labels[number].append(row)
    figures = [
        placeholder_row(place, box, figure_rows=own)
        for place, box, own in zip(places, drawings, labels, strict=True)
        if own
    ]
    return [row for row, number in zip(rows, drawing_of, strict=True) if number < 0], figures


def _separate_boxes(page: PageContent, frame: Frame, rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Separate running text from the text in boxes.

    Returns:
        The rows outside of boxes, and one row for each box with text.
    """
    placeholders: list[Row] = []
    if frame.direction != "right":
        return rows, placeholders
    for box in page.boxes:
        inside = [row for row in rows if not row.is_placeholder and _holds(box, row)]
        is_crossed = any(_crosses(box, row) for row in rows if not _holds(box, row))
        if inside and len(inside) < len(rows) and not is_crossed:
            in_box = {id(row) for row in inside}
            rows = [row for row in rows if id(row) not in in_box]
            placeholders.append(placeholder_row(box, box, group_rows=inside))
    return rows, placeholders


def _holds(box: Box, row: Row) -> bool:
    """Return whether a row lies in a box; only the middle of its height counts."""
    middle = row.baseline - _MIDDLE_HEIGHT * row.size
    is_between = box.x0 - _INSIDE_TOLERANCE <= row.x0 and row.x1 <= box.x1 + _INSIDE_TOLERANCE
    return is_between and box.top <= middle <= box.bottom


def _crosses(box: Box, row: Row) -> bool:
    """Return whether a row reaches into a box from outside."""
    reaches = row.x0 < box.x1 - _CROSSING and row.x1 > box.x0 + _CROSSING
    return reaches and box.top < row.baseline - _CROSSING_HEIGHT * row.size < box.bottom


def _separate_directions(page: PageContent, frame: Frame, furniture: Collection[int]) -> tuple[list[Row], list[Line]]:
    """Collect the text of other directions than that of the page.

    Returns:
        One row for each direction with more than a label, and the lines that are labels.
    """
    groups: dict[str, list[Line]] = {}
    for k, line in enumerate(page.lines):
        if line.direction != frame.direction and k not in furniture:
            groups.setdefault(line.direction, []).append(line)
    placeholders: list[Row] = []
    labels: list[Line] = []
    for direction, lines in groups.items():
        if direction == "oblique":
            labels.extend(lines)
            continue
        is_short = sum(len(line.text) for line in lines) < _SHORTEST_TEXT
        if is_short or (direction != "vertical" and len(lines) < _FEWEST_LINES):
            labels.extend(lines)
            continue
        box = union(line.box for line in lines)
        own = Frame(direction, *page.size)  # type: ignore[arg-type]
        group = join_labels(rows_of(lines, own, page.fonts))
        placeholders.append(placeholder_row(_in_frame(box, frame), box, group_rows=group))
    return placeholders, labels
