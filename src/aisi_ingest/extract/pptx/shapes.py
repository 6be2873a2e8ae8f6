"""Read the shapes of a slide: their position on the slide, paragraphs, cells and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.geometry import box_height, box_width, union
from aisi_ingest.extract.pptx.charts import read_chart
from aisi_ingest.extract.pptx.colours import Theme
from aisi_ingest.extract.pptx.paragraphs import Paragraph, font_scale, paragraph_boxes, read_paragraphs
from aisi_ingest.extract.pptx.smartart import DIAGRAM, diagram_shapes
from aisi_ingest.extract.pptx.styles import Inheritance, Templates, placeholder_of
from aisi_ingest.extract.pptx.tables import read_table
from aisi_ingest.extract.pptx.visibility import Canvas, is_opaque, moving_shapes, painted_by, shape_id
from aisi_ingest.extract.pptx.xml_names import EMU, clark, number_attribute
from aisi_ingest.extract.tables.table_cells import Places
from aisi_ingest.model import Box, HiddenReason

FURNITURE = {"sldNum", "ftr", "dt", "hdr"}
"""Kinds of placeholders for slide numbers, footers, dates and headers."""
TITLES = {"title", "ctrTitle"}
"""Kinds of placeholders for titles."""

_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_RELATIONSHIP = clark("r:id")
_ANGLE_UNITS = 60000  # units of DrawingML in a degree
_HALF_TURN, _QUARTER_TURN = 180, (45, 135)  # degrees; a shape turned by more and less counts as turned by 90
_OBLIQUE = (15, 75)  # degrees from one of the axes
_RIGHT_ANGLE = 90  # degrees
_LINE_THICKNESS = 3  # points; connectors lower or narrower than this are horizontal or vertical lines
_HUNDRED_PERCENT = 100_000  # DrawingML counts in thousandths of a percent


class Shape(Struct, frozen=True):
    """One shape on a slide.

    Attributes:
        kind: "frame" is a rectangle, a group or a text box: it has no text of its own and holds other shapes together.
            "horizontal_line" and "vertical_line" divide shapes.
        box: Position on the slide, in points.
        placeholder: Kind of the placeholder, None for other shapes.
        reason: Why nobody sees the shape, None if it can be seen.
        paragraphs: The text of a text shape.
        boxes: Estimated boxes of the paragraphs, in points: the file does not state where lines break.
        column: Left and right edge, in points, between which lines are broken; None if they are not.
        rows: The cells of a table or chart.
        header_rows: Number of header rows.
        xs: Column borders of a table, in points.
        ys: Row borders of a table, in points.
        places: The box of the cell at each place of ``rows``, in points, merged cells included.
        caption: Title of a chart.
        drawn: Whether a frame is visible: it has a fill or an outline.
        picture: The image part (``pptx.parts.image.ImagePart``) of a picture.
        crop: Shares of the picture that are cut off at the left, top, right and bottom.
        hidden_texts: Text in a table that nobody sees, with the reason.
        name: Id of the shape on its slide.
        oblique: Whether a text runs neither along nor down the slide, as stamps do.
    """

    kind: Literal["text", "table", "picture", "frame", "horizontal_line", "vertical_line"]
    box: Box
    placeholder: str | None = None
    reason: HiddenReason | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    boxes: tuple[Box, ...] = ()
    column: tuple[float, float] | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    xs: tuple[float, ...] = ()
    ys: tuple[float, ...] = ()
    places: Places = ()
    caption: str | None = None
    drawn: bool = False
    picture: Any = None
    crop: tuple[float, float, float, float] = (0, 0, 0, 0)
    hidden_texts: tuple[tuple[HiddenReason, str], ...] = ()
    name: str = ""
    oblique: bool = False

    @property
    def hidden(self) -> bool:
        """Whether nobody sees the shape."""
        return self.reason is not None


class Transform(Struct, frozen=True):
    """Transformation of coordinates inside groups to points on the slide: value * scale + offset."""

    x: float = 0.0
    y: float = 0.0
    x_scale: float = 1 / EMU
    y_scale: float = 1 / EMU

    def box(self, transform: Any) -> Box | None:
        """Return the box of an ``a:xfrm`` element on the slide; None if it states no position or size."""
        offset, extent = transform.find(clark("a:off")), transform.find(clark("a:ext"))
        if offset is None or extent is None:
            return None
        left = number_attribute(offset, "x") * self.x_scale + self.x
        top = number_attribute(offset, "y") * self.y_scale + self.y
        width = number_attribute(extent, "cx") * self.x_scale
        height = number_attribute(extent, "cy") * self.y_scale
        angle = number_attribute(transform, "rot") / _ANGLE_UNITS % _HALF_TURN
        smallest, largest = _QUARTER_TURN
        if smallest <= angle < largest:  # shapes are turned around their centre
            left, top, width, height = left + (width - height) / 2, top + (height - width) / 2, height, width
        return Box(left, top, left + width, top + height)

    def inside(self, transform: Any) -> Transform:
        """Return the transformation of the coordinates inside a group with this ``a:xfrm`` element."""
        box = self.box(transform)
        offset, extent = transform.find(clark("a:chOff")), transform.find(clark("a:chExt"))
        if box is None or offset is None or extent is None:
            return self
        width, height = number_attribute(extent, "cx"), number_attribute(extent, "cy")
        x_scale = box_width(box) / width if width else self.x_scale
        y_scale = box_height(box) / height if height else self.y_scale
        x = box.x0 - number_attribute(offset, "x") * x_scale
        y = box.top - number_attribute(offset, "y") * y_scale
        return Transform(x, y, x_scale, y_scale)


class _Context(Struct, frozen=True, eq=False):
    """Where an element is: the transformation of its group, its slide, and whether its group is hidden."""

    transform: Transform
    part: Any
    inheritance: Inheritance
    canvas: Canvas
    reason: HiddenReason | None


def shapes_of(slide_part: Any, templates: Templates) -> list[Shape]:
    """Return all shapes of a slide in the order of the file, including those in groups.

    Args:
        slide_part: The slide's part.
        templates: The placeholders of the presentation's layouts and masters.
    """
    tree = slide_part._element.find(f"{clark('p:cSld')}/{clark('p:spTree')}")
    if tree is None:
        return []
    inheritance = Inheritance(slide_part, templates)
    canvas = _canvas(slide_part, inheritance, templates)
    # The canvas grows while shapes are read: what is painted after a text may cover it.
    found = [
        (shape, len(canvas.painted))
        for shape in _read_tree(tree, _Context(Transform(), slide_part, inheritance, canvas, None))
    ]
    return [_with_covers(shape, above, canvas) for shape, above in found]


def _canvas(slide_part: Any, inheritance: Inheritance, templates: Templates) -> Canvas:
    """Return the canvas of a slide, on which its master and layout are painted."""
    theme = Theme(slide_part, inheritance, templates.schemes)
    name = str(inheritance.layout.partname) if inheritance.layout is not None else ""
    if name not in templates.painted:
        parts = [part for part in (inheritance.master, inheritance.layout) if part is not None]
        areas = (painted_by(part, theme, lambda element: _box_of(element, Transform(), ())) for part in parts)
        templates.painted[name] = [area for part in areas for area in part]
    return Canvas(theme, templates.painted[name], moving_shapes(slide_part._element))


def _with_covers(shape: Shape, above: int, canvas: Canvas) -> Shape:
    """Return a text shape with the reason "covered" if what was painted after it hides all of its text."""
    if shape.kind != "text" or shape.reason is not None or above == len(canvas.painted):
        return shape
    is_covered = canvas.covered(union(shape.boxes), above, shape.name)
    return replace(shape, reason="covered") if is_covered else shape


def _read_tree(tree: Any, context: _Context) -> Iterator[Shape]:
    for element in tree.iterchildren():
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if tag == _COMPATIBILITY + "AlternateContent":
            yield from _read_alternatives(element, context)
        elif tag == clark("p:grpSp"):
            yield from _read_group(element, context)
        elif tag == clark("p:cxnSp"):
            yield from _read_connector(element, context)
        elif tag in (clark("p:sp"), clark("p:pic"), clark("p:graphicFrame")):
            yield from _read_shape(element, context, context.reason or _hidden_reason(element))


def _read_alternatives(element: Any, context: _Context) -> Iterator[Shape]:
    """Read the first alternative that has any shapes. ``mc:Choice`` is what PowerPoint shows."""
    alternatives = [
        *element.iterchildren(_COMPATIBILITY + "Choice"),
        *element.iterchildren(_COMPATIBILITY + "Fallback"),
    ]
    for alternative in alternatives:
        found = list(_read_tree(alternative, context))
        if found:
            yield from found
            return


def _read_group(element: Any, context: _Context) -> Iterator[Shape]:
    transform = element.find(f"{clark('p:grpSpPr')}/{clark('a:xfrm')}")
    reason = context.reason or _hidden_reason(element)
    box = context.transform.box(transform) if transform is not None else None
    if box is not None:
        yield Shape("frame", box, reason=reason)
    inner = context.transform.inside(transform) if transform is not None else context.transform
    yield from _read_tree(element, _Context(inner, context.part, context.inheritance, context.canvas, reason))


def _read_connector(element: Any, context: _Context) -> Iterator[Shape]:
    box = _box_of(element, context.transform, ())
    if box_height(box) < _LINE_THICKNESS < box_width(box):
        yield Shape("horizontal_line", box)
    elif box_width(box) < _LINE_THICKNESS < box_height(box):
        yield Shape("vertical_line", box)


def _hidden_reason(element: Any) -> HiddenReason | None:
    properties = next(element.iter(clark("p:cNvPr")), None)
    is_hidden = properties is not None and properties.get("hidden") in ("1", "true")
    return "hidden_shape" if is_hidden else None


def _read_shape(element: Any, context: _Context, reason: HiddenReason | None) -> Iterator[Shape]:
    ph = placeholder_of(element)
    kind = ph.get("type", "obj") if ph is not None else None
    ancestors = context.inheritance.ancestors(ph)
    box = _box_of(element, context.transform, ancestors)
    if reason is None:
        context.canvas.paint(element, box, ancestors, lambda: is_opaque(element, context.part))
    if element.tag == clark("p:pic"):
        yield _picture(element, box, kind, context.part, reason)
        return
    if element.tag == clark("p:graphicFrame"):
        yield from _read_graphic(element, box, kind, context, reason)
        return
    body = element.find(clark("p:txBody"))
    paragraphs: tuple[Paragraph, ...] = ()
    if body is not None:
        styles, scale = context.inheritance.list_styles(ph, ancestors, body), font_scale(body.find(clark("a:bodyPr")))
        paragraphs = read_paragraphs(body, styles, context.canvas.judge(element, styles, box, scale))
    if not paragraphs and next(element.iter(clark("a:blipFill")), None) is not None:
        yield _picture(element, box, kind, context.part, reason)
        return
    if kind is None:
        yield Shape("frame", box, reason=reason, drawn=_is_drawn(element))
    if not paragraphs:
        return
    properties = body.find(clark("a:bodyPr"))
    wraps = properties is None or (properties.get("wrap", "square") == "square" and properties.get("vert") is None)
    boxes = paragraph_boxes(body, box, paragraphs)
    column = (box.x0, box.x1) if wraps else None
    yield Shape(
        "text",
        box,
        kind,
        reason,
        paragraphs,
        boxes=boxes,
        column=column,
        name=shape_id(element),
        oblique=_is_oblique(element),
    )


def _is_oblique(element: Any) -> bool:
    transform = element.find(f"{clark('p:spPr')}/{clark('a:xfrm')}")
    if transform is None:
        return False
    smallest, largest = _OBLIQUE
    return smallest <= number_attribute(transform, "rot") / _ANGLE_UNITS % _RIGHT_ANGLE <= largest


_FILLS = tuple(clark(f"a:{name}") for name in ("solidFill", "gradFill", "pattFill", "blipFill", "grpFill"))


def _is_drawn(element: Any) -> bool:
    """Return whether a shape has a fill or an outline, of its own or from the theme's style."""
    properties, style = element.find(clark("p:spPr")), element.find(clark("p:style"))
    line = properties.find(clark("a:ln")) if properties is not None else None
    for parent, reference in ((properties, "a:fillRef"), (line, "a:lnRef")):
        own = [child.tag for child in parent.iterchildren()] if parent is not None else []
        if any(tag in _FILLS for tag in own):
            return True
        from_theme = style.find(clark(reference)) if style is not None else None
        if clark("a:noFill") not in own and from_theme is not None and from_theme.get("idx", "0") != "0":
            return True
    return False


def _picture(element: Any, box: Box, kind: str | None, part: Any, reason: HiddenReason | None) -> Shape:
    blip, cut = next(element.iter(clark("a:blip")), None), next(element.iter(clark("a:srcRect")), None)
    image = _related_part(part, blip.get(clark("r:embed"))) if blip is not None else None
    crop: tuple[float, ...] = (0.0,) * 4
    if cut is not None:
        crop = tuple(max(0.0, number_attribute(cut, side) / _HUNDRED_PERCENT) for side in "ltrb")
    return Shape(
        "picture",
        box,
        kind,
        reason,
        picture=image if hasattr(image, "blob") else None,
        crop=(crop[0], crop[1], crop[2], crop[3]),
    )


def _box_of(element: Any, group: Transform, ancestors: Sequence[Any]) -> Box:
    """Return the box of an element, or of the nearest placeholder it inherits from; an empty box if there is none."""
    for other in (element, *ancestors):
        transform = next(other.iterchildren(clark("p:xfrm")), None)
        properties = other.find(clark("p:spPr"))
        if transform is None and properties is not None:
            transform = properties.find(clark("a:xfrm"))
        box = (group if other is element else Transform()).box(transform) if transform is not None else None
        if box is not None:
            return box
    return Box(0, 0, 0, 0)


def _related_part(part: Any, relation: str | None) -> Any:
    if not relation:
        return None
    try:
        return part.related_part(relation)
    except (KeyError, ValueError):  # missing, or linked from outside the file
        return None


def _read_graphic(
    element: Any, box: Box, kind: str | None, context: _Context, reason: HiddenReason | None
) -> Iterator[Shape]:
    """Read a ``p:graphicFrame`` element: a table, a chart, a SmartArt diagram or an embedded object."""
    part = context.part
    table = next(element.iter(clark("a:tbl")), None)
    if table is not None:
        read = read_table(table, context.canvas.judge_cell)
        if read.hidden or any(any(row) for row in read.rows):
            widths = (number_attribute(e, "w") / EMU for e in table.iter(clark("a:gridCol")))
            heights = (number_attribute(e, "h") / EMU for e in table.iter(clark("a:tr")))
            xs, ys = tuple(accumulate(widths, initial=box.x0)), tuple(accumulate(heights, initial=box.top))
            yield Shape(
                "table",
                box,
                kind,
                reason,
                rows=read.rows,
                header_rows=read.header_rows,
                xs=xs,
                ys=ys,
                places=read.places(xs, ys),
                hidden_texts=read.hidden,
            )
        return
    for chart in element.iter("{*}chart"):
        chart_part = _related_part(part, chart.get(_RELATIONSHIP))
        if chart_part is not None:
            caption, rows = read_chart(chart_part.blob)
            if rows or caption:
                yield Shape("table", box, kind, reason, rows=rows, header_rows=1, caption=caption)
            return
    diagram = next(element.iter(DIAGRAM + "relIds"), None)
    if diagram is not None:
        yield from _read_diagram(diagram, box, part, reason)
        return
    for picture in element.iter(clark("p:pic")):  # the picture that is shown for an embedded object
        shape = _picture(picture, box, kind, part, reason)
        if shape.picture is not None:
            yield shape
            return


def _read_diagram(relations: Any, box: Box, part: Any, reason: HiddenReason | None) -> Iterator[Shape]:
    yield Shape("frame", box, reason=reason)
    for extent, body in diagram_shapes(relations, part):
        paragraphs = read_paragraphs(body, [])
        if not paragraphs:
            continue
        left, top, width, height = extent or (0.0, 0.0, box_width(box), box_height(box))
        own = Box(box.x0 + left, box.top + top, box.x0 + left + width, box.top + top + height)
        yield Shape("text", own, None, reason, paragraphs, boxes=paragraph_boxes(body, own, paragraphs))
