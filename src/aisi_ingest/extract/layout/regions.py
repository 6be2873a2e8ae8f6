"""One page's rows to blocks in the making, in reading order: notes, drawings, boxes and turned text apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct, structs

from aisi_ingest.extract.layout.columns import Column, columns_of
from aisi_ingest.extract.layout.continuation import append, goes_on, last_running
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.figures import in_drawings
from aisi_ingest.extract.layout.footnotes import split_notes
from aisi_ingest.extract.layout.page_content import PageContent
from aisi_ingest.extract.layout.paragraphs import paragraphs
from aisi_ingest.extract.layout.rows import Row, rows_of, solid_row, with_signs
from aisi_ingest.extract.lines.line import Frame, Line
from aisi_ingest.model import Box

LONG = 24  # characters of turned text: less is a label


class Arranged(Struct, eq=False):
    """``flow`` is read on over page breaks; ``labels`` are lines turned against the page's text."""

    flow: list[Draft]
    notes: list[Draft]
    labels: list[Line]


def arrange(sheet: PageContent, frame: Frame, rows: list[Row], beside: Collection[int], setting: BodyStyle) -> Arranged:
    """``beside``: which of the sheet's lines are furniture."""
    solid = [solid_row(_turned(table.bbox, frame), table.bbox, table=table) for table in sheet.tables]
    rows, figures = _apart_from_drawings(sheet, frame, rows, setting)
    separators = [rule for rule in sheet.flat if 30 < rule[1] - rule[0] < 0.7 * sheet.size[0]]
    body, small = split_notes(rows, separators, setting.size, sheet.size[1])
    body, boxes = _boxed(sheet, frame, body)
    turned, labels = _against(sheet, frame, beside)
    columns = columns_of([*body, *figures, *boxes, *solid, *turned])
    flow: list[Draft] = []
    for column in columns:
        found = paragraphs(column, sheet.number, _beside(column, columns, setting))
        before = last_running(flow, found[0].size, setting) if found else None
        if before is not None and goes_on(before, found[0], setting):
            append(before, found.pop(0))
        flow.extend(found)
    notes = [draft for column in columns_of(small) for draft in paragraphs(column, sheet.number, setting, notes=True)]
    return Arranged(flow, notes, labels)


def _beside(column: Column, columns: Sequence[Column], setting: BodyStyle) -> BodyStyle:
    """Where another column stands beside one, the page's right edge is not its own."""
    top, bottom = column.rows[0].top, column.rows[-1].bottom
    across = [c for c in columns if c.rows[0].top < bottom and c.rows[-1].bottom > top and c is not column]
    right = [other.left for other in across if other.left > column.right]
    if right:
        return structs.replace(setting, right=0.0, reach=min(right) - setting.size)
    left = any(other.right < column.left for other in across)
    return structs.replace(setting, right=0.0, reach=setting.right) if left else setting


def _turned(box: Box, frame: Frame) -> Box:
    return Box(*frame.from_page(box.x0, box.top, box.x1, box.bottom))


def _apart_from_drawings(
    sheet: PageContent, frame: Frame, rows: list[Row], setting: BodyStyle
) -> tuple[list[Row], list[Row]]:
    """Running text, and for each drawing a row in the place of its words."""
    if not sheet.drawings or frame.direction != "right":
        return rows, []
    labels: list[list[Row]] = [[] for _ in sheet.drawings]
    of = in_drawings(rows, sheet.drawings, setting.size)
    for row, number in zip(rows, of, strict=True):
        if number >= 0:
            labels[number].append(row)
    figures = [solid_row(box, box, figure=found) for box, found in zip(sheet.drawings, labels, strict=True) if found]
    return [row for row, number in zip(rows, of, strict=True) if number < 0], figures


def _boxed(sheet: PageContent, frame: Frame, rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Text outside of boxes, and for each box a row in its place."""
    out: list[Row] = []
    if frame.direction != "right":
        return rows, out
    for box in sheet.boxes:
        inside = [row for row in rows if not row.solid and _holds(box, row)]
        crossing = any(
            row.x0 < box.x1 - 2 and row.x1 > box.x0 + 2 and box.top < row.base - 0.3 * row.size < box.bottom
            for row in rows
            if not _holds(box, row)
        )
        if inside and len(inside) < len(rows) and not crossing:
            held = {id(row) for row in inside}
            rows = [row for row in rows if id(row) not in held]
            out.append(solid_row(box, box, group=inside))
    return rows, out


def _holds(box: Box, row: Row) -> bool:
    middle = row.base - 0.35 * row.size
    return box.x0 - 1 <= row.x0 and row.x1 <= box.x1 + 1 and box.top <= middle <= box.bottom


def _against(sheet: PageContent, frame: Frame, beside: Collection[int]) -> tuple[list[Row], list[Line]]:
    """Text of other directions: where it is more than a label it is read in its place."""
    groups: dict[str, list[Line]] = {}
    for k, line in enumerate(sheet.lines):
        if line.direction != frame.direction and k not in beside:
            groups.setdefault(line.direction, []).append(line)
    out: list[Row] = []
    labels: list[Line] = []
    for direction, lines in groups.items():
        if sum(len(line.text) for line in lines) < LONG or (direction != "vertical" and len(lines) < 3):
            labels.extend(lines)
            continue
        boxes = [line.box for line in lines]
        box = Box(
            min(b.x0 for b in boxes), min(b.top for b in boxes), max(b.x1 for b in boxes), max(b.bottom for b in boxes)
        )
        own = Frame(direction, *sheet.size)  # type: ignore[arg-type]
        out.append(solid_row(_turned(box, frame), box, group=with_signs(rows_of(lines, own, sheet.faces))))
    return out, labels
