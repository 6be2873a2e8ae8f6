"""Complete the content types and relationships of a package, which describe its parts (ECMA-376 part 2)."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

_CONTENT_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_PRESENTATIONML = "application/vnd.openxmlformats-officedocument.presentationml."
_USUAL_TYPES = (
    (re.compile(r"ppt/presentation\.xml"), _PRESENTATIONML + "presentation.main+xml"),
    (re.compile(r"ppt/slides/[^/]+\.xml"), _PRESENTATIONML + "slide+xml"),
    (re.compile(r"ppt/slideLayouts/[^/]+\.xml"), _PRESENTATIONML + "slideLayout+xml"),
    (re.compile(r"ppt/slideMasters/[^/]+\.xml"), _PRESENTATIONML + "slideMaster+xml"),
    (re.compile(r"ppt/notesSlides/[^/]+\.xml"), _PRESENTATIONML + "notesSlide+xml"),
    (re.compile(r".*\.rels"), "application/vnd.openxmlformats-package.relationships+xml"),
    (re.compile(r".*\.png"), "image/png"),
    (re.compile(r".*\.jpe?g"), "image/jpeg"),
    (re.compile(r".*"), "application/octet-stream"),
)
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_OFFICE_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def complete_types(content: bytes, names: set[str]) -> bytes:
    """Add the content types that are missing from ``[Content_Types].xml``, judged by the names of the parts.

    Args:
        content: The list, well-formed. Incomplete entries are removed.
        names: Names of all parts, without a slash at the beginning.
    """
    root = _parse(content)
    root.tag = _CONTENT_TYPES + "Types"
    known: set[str] = set()
    for element in list(root):
        name = element.get("PartName") or element.get("Extension")
        if not name or not element.get("ContentType"):
            root.remove(element)
        else:
            known.add(name.lower())
    for name in sorted(names):
        extension = name.rpartition(".")[2].lower()
        usual = next(content_type for pattern, content_type in _USUAL_TYPES if pattern.fullmatch(name))
        by_extension = extension in known and (extension != "xml" or "octet" in usual)
        if name != "[Content_Types].xml" and not (f"/{name}".lower() in known or by_extension):
            etree.SubElement(root, _CONTENT_TYPES + "Override", PartName=f"/{name}", ContentType=usual)
    return _serialise(root)


def drop_broken_relations(content: bytes) -> bytes:
    """Remove the relationships without an id, type or target, and repair the namespace of the list."""
    root = _parse(content)
    complete = [element for element in root if all(element.get(name) for name in ("Id", "Type", "Target"))]
    if root.tag == _RELATIONSHIPS + "Relationships" and len(complete) == len(root):
        return content
    out = _empty_relations()
    for element in complete:
        etree.SubElement(out, _RELATIONSHIPS + "Relationship", dict(element.attrib))
    return _serialise(out)


def complete_root_relations(content: bytes | None) -> bytes:
    """Return the relationships of the package itself. If none leads to the presentation, one to its usual place does.

    Args:
        content: The part ``_rels/.rels``; None if it is missing.
    """
    if content is not None and _OFFICE_DOCUMENT.encode() in content:
        return content
    out = _empty_relations()
    attributes = {"Id": "rIdOfficeDocument", "Type": _OFFICE_DOCUMENT, "Target": "ppt/presentation.xml"}
    etree.SubElement(out, _RELATIONSHIPS + "Relationship", attributes)
    return _serialise(out)


def _parse(content: bytes) -> Any:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def _empty_relations() -> Any:
    return etree.Element(_RELATIONSHIPS + "Relationships", nsmap={None: _RELATIONSHIPS[1:-1]})


def _serialise(root: Any) -> bytes:
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
