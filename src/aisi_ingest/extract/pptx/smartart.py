"""Read the text of SmartArt: from the drawing that PowerPoint stores beside the diagram's data, else from the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from aisi_ingest.extract.pptx.xml_names import EMU, number_attribute

DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DRAWING = "{http://schemas.microsoft.com/office/drawing/2008/diagram}"
_MAIN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

Extent = tuple[float, float, float, float]
"""Left, top, width and height inside the diagram, in points."""


def diagram_shapes(relations: Any, part: Any) -> Iterator[tuple[Extent | None, Any]]:
    """Return the shapes of a diagram that have text.

    The data part names the relationship of the drawing in an extension (MS-ODRAWXML 2.2.1).

    Args:
        relations: The ``dgm:relIds`` element.
        part: The slide's part.

    Yields:
        The extent of each shape, None if it is unknown, and the element of its text body.
    """
    data = _related_xml(part, relations.get(_RELATIONSHIPS + "dm"))
    if data is None:
        return
    extension = data.find(f".//{_DRAWING}dataModelExt")
    drawing = _related_xml(part, extension.get("relId")) if extension is not None else None
    if drawing is None:
        for point in _points_in_order(data):
            if point.get("type", "node") in ("node", "asst") and (body := point.find(DIAGRAM + "t")) is not None:
                yield None, body
        return
    for shape in drawing.iter(_DRAWING + "sp"):
        body = shape.find(_DRAWING + "txBody")
        if body is None:
            continue
        transform = shape.find(_DRAWING + "txXfrm")
        if transform is None:
            transform = shape.find(f"{_DRAWING}spPr/{_MAIN}xfrm")
        yield _extent(transform), body


def _points_in_order(data: Any) -> list[Any]:
    """Return the points of a diagram's data in the order of its connections: each before its children.

    Connections of the type parOf lead from the document's point to the first level and further down; ``srcOrd`` is
    the place among the children (ECMA-376 part 1, 21.4.2.4). Points without a connection come last.
    """
    points = {point.get("modelId"): point for point in data.iter(DIAGRAM + "pt")}
    children: dict[str | None, list[tuple[float, str | None]]] = {}
    for connection in data.iter(DIAGRAM + "cxn"):
        if connection.get("type", "parOf") == "parOf":
            place = number_attribute(connection, "srcOrd")
            children.setdefault(connection.get("srcId"), []).append((place, connection.get("destId")))
    below = {child for own in children.values() for _, child in own}
    roots = [name for name, point in points.items() if point.get("type") == "doc" or name not in below]
    roots.sort(key=lambda name: points[name].get("type") != "doc")  # a stable sort
    ordered: dict[str | None, Any] = {}
    waiting = roots[::-1]
    while waiting:
        name = waiting.pop()
        if name in ordered or name not in points:
            continue
        ordered[name] = points[name]
        own = sorted(children.get(name, ()), key=lambda child: child[0])
        waiting += [child for _, child in reversed(own)]
    return [*ordered.values(), *(point for name, point in points.items() if name not in ordered)]


def _extent(transform: Any) -> Extent | None:
    if transform is None:
        return None
    offset, extent = transform.find(_MAIN + "off"), transform.find(_MAIN + "ext")
    if offset is None or extent is None:
        return None
    x, y = (float(offset.get(name, "0")) / EMU for name in ("x", "y"))
    width, height = (float(extent.get(name, "0")) / EMU for name in ("cx", "cy"))
    return x, y, width, height


def _related_xml(part: Any, relation: str | None) -> Any:
    """Parse the part that a relationship leads to; None if there is none."""
    if not relation:
        return None
    try:
        content = part.related_part(relation).blob
    except (KeyError, ValueError, AttributeError):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    return etree.fromstring(content, parser)
