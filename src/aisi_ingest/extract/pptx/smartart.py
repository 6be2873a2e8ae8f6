"""Read the text of SmartArt: from the drawing that PowerPoint stores beside the diagram's data, else from the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from aisi_ingest.extract.pptx.xml_names import EMU

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
        for point in data.iter(DIAGRAM + "pt"):
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
