"""What stands on a slide: its shapes with their place on the page, paragraphs, cells and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Literal

from msgspec import Struct

from aisi_ingest.extract.bullets import drawn_number, indentation, split_bullet
from aisi_ingest.extract.pptx.charts import read_chart
from aisi_ingest.extract.pptx.smartart import DIAGRAM, drawing_of
from aisi_ingest.extract.pptx.styles import Inheritance, Templates, bullet_of, inherited_size, placeholder_of, size_of
from aisi_ingest.extract.pptx.xml_names import clark
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide, join_lines, normalise

EMU = 12700  # English Metric Units in a point
FURNITURE = {"sldNum", "ftr", "dt", "hdr"}
TITLES = {"title", "ctrTitle"}

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_RELATION = clark("r:id")
_CONTROL = re.compile("_x000[ABDabd]_|[\v\r]")


class Paragraph(Struct, frozen=True):
    text: str  # normalised, bullet sign taken out
    level: int  # from 1
    size: float  # points
    item: bool  # has a bullet, drawn or typed, or stands under one
    field: bool  # nothing but fields: slide number, date


class Shape(Struct, frozen=True):
    """One thing on a slide.

    A frame is a rectangle or a group: it has no text and holds others together; ``drawn`` says whether it can be
    seen, or is a mere text box. A rule is a horizontal line, which divides them, an upright a vertical one.
    """

    kind: Literal["text", "table", "picture", "frame", "rule", "upright"]
    box: Box
    placeholder: str | None = None
    hidden: bool = False
    paragraphs: tuple[Paragraph, ...] = ()
    boxes: tuple[Box, ...] = ()  # of the paragraphs, estimated: the file does not say where lines break
    column: tuple[float, float] | None = None  # left and right edge in which lines are broken
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    xs: tuple[float, ...] = ()  # borders of a table's columns, and of its rows
    ys: tuple[float, ...] = ()
    caption: str | None = None
    drawn: bool = False
    picture: Any = None  # the image part
    crop: tuple[float, float, float, float] = (0, 0, 0, 0)  # shares cut off at the left, top, right and bottom


class Transform(Struct, frozen=True):
    """From coordinates inside groups to points on the slide: x * scale + offset."""

    x: float = 0.0
    y: float = 0.0
    x_scale: float = 1 / EMU
    y_scale: float = 1 / EMU

    def box(self, transform: Any) -> Box | None:
        offset, extent = transform.find(clark("a:off")), transform.find(clark("a:ext"))
        if offset is None or extent is None:
            return None
        left, top = _number(offset, "x") * self.x_scale + self.x, _number(offset, "y") * self.y_scale + self.y
        width, height = _number(extent, "cx") * self.x_scale, _number(extent, "cy") * self.y_scale
        turn = _number(transform, "rot") / 60000 % 180
        if 45 <= turn < 135:  # a quarter turn is about the middle
            left, top, width, height = left + (width - height) / 2, top + (height - width) / 2, height, width
        return Box(left, top, left + width, top + height)

    def inside(self, transform: Any) -> Transform:
        box = self.box(transform)
        offset, extent = transform.find(clark("a:chOff")), transform.find(clark("a:chExt"))
        if box is None or offset is None or extent is None:
            return self
        wide, high = _number(extent, "cx"), _number(extent, "cy")
        x_scale = (box.x1 - box.x0) / wide if wide else self.x_scale
        y_scale = (box.bottom - box.top) / high if high else self.y_scale
        return Transform(
            box.x0 - _number(offset, "x") * x_scale, box.top - _number(offset, "y") * y_scale, x_scale, y_scale
        )


def _number(element: Any, name: str) -> float:
    try:
        return float(element.get(name, "0"))
    except ValueError:
        return 0.0


def shapes_of(slide_part: Any, templates: Templates) -> list[Shape]:
    """All shapes of a slide in the file's order, groups opened, places as on the page."""
    tree = slide_part._element.find(f"{clark('p:cSld')}/{clark('p:spTree')}")
    if tree is None:
        return []
    return list(_walk(tree, Transform(), slide_part, Inheritance(slide_part, templates), False))


def _walk(tree: Any, place: Transform, part: Any, inheritance: Inheritance, hidden: bool) -> Iterator[Shape]:
    for element in tree.iterchildren():
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if tag == _MC + "AlternateContent":
            choices = [*element.iterchildren(_MC + "Choice"), *element.iterchildren(_MC + "Fallback")]
            for choice in choices:  # the first that says anything: Choice is what PowerPoint shows
                found = list(_walk(choice, place, part, inheritance, hidden))
                if found:
                    yield from found
                    break
        elif tag == clark("p:grpSp"):
            transform = element.find(f"{clark('p:grpSpPr')}/{clark('a:xfrm')}")
            unseen = hidden or _is_hidden(element)
            box = place.box(transform) if transform is not None else None
            if box is not None:
                yield Shape("frame", box, hidden=unseen)
            within = place.inside(transform) if transform is not None else place
            yield from _walk(element, within, part, inheritance, unseen)
        elif tag == clark("p:cxnSp"):
            box = _place(element, place, ())
            if box.bottom - box.top < 3 < box.x1 - box.x0:
                yield Shape("rule", box)
            elif box.x1 - box.x0 < 3 < box.bottom - box.top:
                yield Shape("upright", box)
        elif tag in (clark("p:sp"), clark("p:pic"), clark("p:graphicFrame")):
            yield from _shape(element, place, part, inheritance, hidden or _is_hidden(element))


def _is_hidden(element: Any) -> bool:
    properties = next(element.iter(clark("p:cNvPr")), None)
    return properties is not None and properties.get("hidden") in ("1", "true")


def _shape(element: Any, place: Transform, part: Any, inheritance: Inheritance, hidden: bool) -> Iterator[Shape]:
    ph = placeholder_of(element)
    kind = ph.get("type", "obj") if ph is not None else None
    ancestors = inheritance.ancestors(ph)
    box = _place(element, place, ancestors)
    if element.tag == clark("p:pic"):
        yield _picture(element, box, kind, part, hidden)
        return
    if element.tag == clark("p:graphicFrame"):
        yield from _graphic(element, box, kind, part, hidden)
        return
    body = element.find(clark("p:txBody"))
    paragraphs = paragraphs_of(body, inheritance.list_styles(ph, ancestors, body)) if body is not None else ()
    if not paragraphs:
        if next(element.iter(clark("a:blipFill")), None) is not None:
            yield _picture(element, box, kind, part, hidden)
        elif kind is None:
            yield Shape("frame", box, hidden=hidden, drawn=_is_drawn(element))
        return
    if kind is None:
        yield Shape("frame", box, hidden=hidden, drawn=_is_drawn(element))
    properties = body.find(clark("a:bodyPr"))
    wraps = properties is None or (properties.get("wrap", "square") == "square" and properties.get("vert") is None)
    boxes = _text_boxes(body, box, paragraphs)
    yield Shape("text", box, kind, hidden, paragraphs, boxes=boxes, column=(box.x0, box.x1) if wraps else None)


_FILLS = tuple(clark(f"a:{name}") for name in ("solidFill", "gradFill", "pattFill", "blipFill", "grpFill"))


def _is_drawn(element: Any) -> bool:
    """Whether a shape has a ground or an outline, of its own or of the theme's style."""
    properties, style = element.find(clark("p:spPr")), element.find(clark("p:style"))
    line = properties.find(clark("a:ln")) if properties is not None else None
    for parent, reference in ((properties, "a:fillRef"), (line, "a:lnRef")):
        own = [child.tag for child in parent.iterchildren()] if parent is not None else []
        if any(tag in _FILLS for tag in own):
            return True
        of_theme = style.find(clark(reference)) if style is not None else None
        if clark("a:noFill") not in own and of_theme is not None and of_theme.get("idx", "0") != "0":
            return True
    return False


def _picture(element: Any, box: Box, kind: str | None, part: Any, hidden: bool) -> Shape:
    blip, cut = next(element.iter(clark("a:blip")), None), next(element.iter(clark("a:srcRect")), None)
    image = _part(part, blip.get(clark("r:embed"))) if blip is not None else None
    crop = tuple(max(0.0, _number(cut, side) / 100_000) for side in "ltrb") if cut is not None else (0.0,) * 4
    return Shape(
        "picture",
        box,
        kind,
        hidden,
        picture=image if hasattr(image, "blob") else None,
        crop=(crop[0], crop[1], crop[2], crop[3]),
    )


def _place(element: Any, place: Transform, ancestors: Sequence[Any]) -> Box:
    for other in (element, *ancestors):
        transform = next(other.iterchildren(clark("p:xfrm")), None)
        properties = other.find(clark("p:spPr"))
        if transform is None and properties is not None:
            transform = properties.find(clark("a:xfrm"))
        box = (place if other is element else Transform()).box(transform) if transform is not None else None
        if box is not None:
            return box
    return Box(0, 0, 0, 0)


def _part(part: Any, relation: str | None) -> Any:
    if not relation:
        return None
    try:
        return part.related_part(relation)
    except (KeyError, ValueError):  # missing, or linked from outside the file
        return None


def _graphic(element: Any, box: Box, kind: str | None, part: Any, hidden: bool) -> Iterator[Shape]:
    table = next(element.iter(clark("a:tbl")), None)
    if table is not None:
        rows, header_rows = _table(table)
        if any(any(row) for row in rows):
            xs = tuple(accumulate((_number(e, "w") / EMU for e in table.iter(clark("a:gridCol"))), initial=box.x0))
            ys = tuple(accumulate((_number(e, "h") / EMU for e in table.iter(clark("a:tr"))), initial=box.top))
            yield Shape("table", box, kind, hidden, rows=rows, header_rows=header_rows, xs=xs, ys=ys)
        return
    for chart in element.iter("{*}chart"):
        chart_part = _part(part, chart.get(_RELATION))
        if chart_part is not None:
            caption, rows = read_chart(chart_part.blob)
            if rows or caption:
                yield Shape("table", box, kind, hidden, rows=rows, header_rows=1, caption=caption)
            return
    diagram = next(element.iter(DIAGRAM + "relIds"), None)
    if diagram is not None:
        yield from _diagram(diagram, box, part, hidden)
        return
    for picture in element.iter(clark("p:pic")):  # what stands for an embedded object
        shape = _picture(picture, box, kind, part, hidden)
        if shape.picture is not None:
            yield shape
            return


def _diagram(relations: Any, box: Box, part: Any, hidden: bool) -> Iterator[Shape]:
    yield Shape("frame", box, hidden=hidden)
    for offset, body in drawing_of(relations, part):
        paragraphs = paragraphs_of(body, [])
        if not paragraphs:
            continue
        inner = offset or (0.0, 0.0, box.x1 - box.x0, box.bottom - box.top)
        own = Box(box.x0 + inner[0], box.top + inner[1], box.x0 + inner[0] + inner[2], box.top + inner[1] + inner[3])
        yield Shape("text", own, None, hidden, paragraphs, boxes=_text_boxes(body, own, paragraphs))


def _table(table: Any) -> tuple[tuple[tuple[str, ...], ...], int]:
    """Rows of equal length, merged cells repeated."""
    grid: list[list[str]] = []
    merged: dict[tuple[int, int], str] = {}
    for y, row in enumerate(table.iterchildren(clark("a:tr"))):
        cells: list[str] = []
        for x, cell in enumerate(row.iterchildren(clark("a:tc"))):
            if (y, x) in merged:
                cells.append(merged[y, x])
                continue
            text = _cell_text(cell)
            for down in range(int(_number(cell, "rowSpan")) or 1):
                for right in range(int(_number(cell, "gridSpan")) or 1):
                    merged[y + down, x + right] = text
            cells.append(text)
        grid.append(cells)
    width = max(map(len, grid), default=0)
    properties = table.find(clark("a:tblPr"))
    marked = properties is not None and properties.get("firstRow") in ("1", "true")
    rows = tuple(tuple(row + [""] * (width - len(row))) for row in grid)
    return rows, _header_rows(table, len(grid), width) if marked else 0


def _header_rows(table: Any, height: int, width: int) -> int:
    """How far the first row reaches: over cells merged downwards, and the row below a cell merged across."""
    first = next(table.iterchildren(clark("a:tr")))
    cells = list(first.iterchildren(clark("a:tc")))
    rows = max((int(_number(cell, "rowSpan")) for cell in cells), default=1) or 1
    if rows == 1 and any(1 < _number(cell, "gridSpan") < width for cell in cells):
        rows = 2
    return rows if rows < height else 1 if height > 1 else 0


def _cell_text(cell: Any) -> str:
    return " ".join(filter(None, (_text(paragraph) for paragraph in cell.iter(clark("a:p"))))).replace("\n", " ")


def _text(paragraph: Any) -> str:
    """A paragraph's text: lines that the author broke inside it are joined."""
    return join_lines(_raw(paragraph).split("\n"))


def _raw(paragraph: Any) -> str:
    pieces = []
    for element in paragraph.iter(clark("a:t"), clark("a:br"), _MATH_TEXT):
        if element.tag == clark("a:br"):
            pieces.append("\n")
        elif not any(parent.tag == _MC + "Fallback" for parent in element.iterancestors()):
            pieces.append(element.text or "")
    # Line breaks that were pasted as control characters come escaped.
    return normalise(_CONTROL.sub("\n", "".join(pieces)))


def paragraphs_of(body: Any, styles: list[Any]) -> tuple[Paragraph, ...]:
    """The paragraphs of a text body that say anything, with level, size and bullet.

    Many decks are set with typed bullets and blanks instead of list levels, so the widths of the white
    space before the paragraphs of one body count as levels too.
    """
    found = []
    counts: dict[int, tuple[str, int]] = {}  # level to the scheme of its numbers and the last one
    for element in body.iterchildren(clark("a:p")):
        raw = _raw(element)
        if not raw.strip():
            continue
        properties = element.find(clark("a:pPr"))
        level = min(8, max(0, int(_number(properties, "lvl")))) if properties is not None else 0
        sign, _ = split_bullet(raw.lstrip(" \t\u3000"))
        bullet = bullet_of(element, level, styles)
        if bullet is not None and bullet.tag == clark("a:buAutoNum"):
            raw = f"{_next_number(bullet, level, counts)} {raw.strip()}"
        else:
            counts.pop(level, None)
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        found.append((element, raw, level, bool(sign) or bullet is not None))
    widths = {level: sorted({indentation(raw) for _, raw, at, _ in found if at == level}) for _, _, level, _ in found}
    sizes = {level: inherited_size(level, styles) for level in widths}
    out = []
    for element, raw, level, bullet in found:
        step = widths[level].index(indentation(raw))
        _, text = split_bullet(join_lines(raw.split("\n")))
        out.append(
            Paragraph(
                text=" ".join(text.replace("\t", " ").split(" ")) if "\t" not in text else " ".join(text.split()),
                level=level + 1 + step,
                size=size_of(element, sizes[level]),
                item=bullet or level + step > 0,
                field=element.find(clark("a:fld")) is not None and element.find(clark("a:r")) is None,
            )
        )
    return tuple(out)


def _next_number(bullet: Any, level: int, counts: dict[int, tuple[str, int]]) -> str:
    """The number that is drawn before an item: it goes on while level and scheme stay."""
    kind = bullet.get("type", "arabicPeriod")
    last = counts.get(level)
    count = last[1] + 1 if last and last[0] == kind else int(_number(bullet, "startAt")) or 1
    counts[level] = (kind, count)
    return drawn_number(kind, count)


def _text_boxes(body: Any, box: Box, paragraphs: tuple[Paragraph, ...]) -> tuple[Box, ...]:
    """Where the paragraphs stand in their shape, estimated from size, width and anchor."""
    properties = body.find(clark("a:bodyPr"))
    get = properties.get if properties is not None else lambda name, default=None: default
    left, right = float(get("lIns", 91440)) / EMU, float(get("rIns", 91440)) / EMU
    above, below = float(get("tIns", 45720)) / EMU, float(get("bIns", 45720)) / EMU
    if get("vert", "horz") != "horz":
        return (box,) * len(paragraphs)
    shrunk = properties.find(clark("a:normAutofit")) if properties is not None else None
    scale = _number(shrunk, "fontScale") / 100_000 if shrunk is not None and shrunk.get("fontScale") else 1.0
    room = max(1.0, box.x1 - box.x0 - left - right) if get("wrap", "square") == "square" else 1e9
    heights, widths = [], []
    for paragraph in paragraphs:
        size = paragraph.size * (scale or 1.0)
        wide = 0 if paragraph.text.isascii() else sum(map(is_wide, paragraph.text))
        width = size * (wide + 0.52 * (len(paragraph.text) - wide))  # 0.52 em: mean Latin advance
        lines = max(1, -(-int(width) // max(1, int(room))))
        heights.append(lines * size * 1.2)
        widths.append(min(width, room))
    total, height = sum(heights), box.bottom - box.top
    anchor = get("anchor", "t")
    top = box.top + above
    if anchor == "ctr":
        top = box.top + (height - total) / 2
    elif anchor == "b":
        top = box.bottom - below - total
    out = []
    for own, width in zip(heights, widths, strict=True):
        x1 = min(box.x1, box.x0 + left + width) if room < 1e9 else box.x0 + left + width
        out.append(Box(box.x0 + left, top, max(x1, box.x0 + left + 1), top + own))
        top += own
    return tuple(out)
