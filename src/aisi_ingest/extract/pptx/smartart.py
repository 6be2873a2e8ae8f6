"""The text of SmartArt: from the drawing that PowerPoint keeps beside the diagram's data, else from the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DRAWING = "{http://schemas.microsoft.com/office/drawing/2008/diagram}"
_MAIN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_EMU = 12700


def drawing_of(relations: Any, part: Any) -> Iterator[tuple[tuple[float, float, float, float] | None, Any]]:
    """Place in the diagram (left, top, width, height in points, where known) and text body of each shape.

    ``relations`` is the ``dgm:relIds`` element, ``part`` the slide's part. The drawing's relation is
    named in the data part's extension (MS-ODRAWXML 2.2.1).
    """
    data = _xml(part, relations.get(_RELATIONS + "dm"))
    if data is None:
        return
    extension = data.find(f".//{_DRAWING}dataModelExt")
    drawing = _xml(part, extension.get("relId")) if extension is not None else None
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
        yield _place(transform), body


def _place(transform: Any) -> tuple[float, float, float, float] | None:
    if transform is None:
        return None
    offset, extent = transform.find(_MAIN + "off"), transform.find(_MAIN + "ext")
    if offset is None or extent is None:
        return None
    x, y = (float(offset.get(name, "0")) / _EMU for name in ("x", "y"))
    width, height = (float(extent.get(name, "0")) / _EMU for name in ("cx", "cy"))
    return x, y, width, height


def _xml(part: Any, relation: str | None) -> Any:
    if not relation:
        return None
    try:
        content = part.related_part(relation).blob
    except (KeyError, ValueError, AttributeError):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    return etree.fromstring(content, parser)
