"""Open a PPTX file for python-pptx: checked, cleaned and cut to what is read.

python-pptx unpacks every member before it looks at one, and a single broken part ends the reading. So
it is handed the parts instead of the file: media that are never read stay out, sizes are limited, parts
that are not well-formed are repaired or named.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from lxml import etree
from msgspec import Struct

from aisi_ingest.model import Issue, Result

MAXIMUM_ENTRIES = 50_000
MAXIMUM_UNPACKED = 512 << 20  # bytes of the parts that are read; the largest real deck at hand has 30 MB
MAXIMUM_XML_PART = 64 << 20  # bytes; lxml needs about ten times this for the tree

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_READ = re.compile(r"\.(?:xml|rels|vml|png|jpe?g|gif|bmp|tiff?|emf|wmf|webp)$", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!\s*DOCTYPE|<\0!\0D\0O\0C", re.IGNORECASE)
# Shows, templates and add-ins with macros: python-pptx does not know all of their content types.
_KINDS = re.compile(rb"application/vnd\.ms-powerpoint\.(?:slideshow|template|addin)\.macroEnabled\.main\+xml")
_PRESENTATION = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_STRICT = (  # ISO/IEC 29500 Strict has other namespaces for the same elements
    (b"http://purl.oclc.org/ooxml/presentationml/main", b"http://schemas.openxmlformats.org/presentationml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)


class Package(Struct, frozen=True):
    """An opened file: the presentation part of python-pptx and what was seen and left alone."""

    presentation: Any  # pptx.parts.presentation.PresentationPart
    active_content: tuple[str, ...]


def error(code: str, message: str, page: int | None = None) -> Issue:
    return Issue(stage="extract", level="error", code=code, message=message, page=page)


def warning(code: str, message: str, page: int | None = None) -> Issue:
    return Issue(stage="extract", level="warning", code=code, message=message, page=page)


def open_package(path: Path) -> Result[Package]:
    """Open a presentation, whatever its name ends in. Value None with an error issue when it is none.

    Errors: password_needed, not_a_pptx, damaged_file, too_large, xml_entities.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head == _OLE:
        return Result(None, (_ole(path),))
    if not head.startswith(b"PK"):
        return Result(None, (error("not_a_pptx", f"{path.name} is no PPTX file: it does not begin as a zip file."),))
    try:
        with zipfile.ZipFile(path) as archive:
            return _opened(path.name, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, UnicodeError) as reason:
        message = f"{path.name} is a damaged zip file, perhaps cut off while it was fetched ({reason})."
        return Result(None, (error("damaged_file", message),))


def _ole(path: Path) -> Issue:
    """An encrypted PPTX is an OLE container with a stream EncryptedPackage (MS-OFFCRYPTO 2.3.4.4)."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        message = f"{path.name} is encrypted: open it in PowerPoint and save it without password."
        return error("password_needed", message)
    return error("not_a_pptx", f"{path.name} is a PowerPoint 97-2003 file: save it as PPTX.")


def _opened(name: str, archive: zipfile.ZipFile) -> Result[Package]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAXIMUM_ENTRIES:
        return Result(None, (error("too_large", f"{name} has {len(members)} parts, the limit is {MAXIMUM_ENTRIES}."),))
    known = {member.filename.lower() for member in members}
    if "[content_types].xml" not in known or not any(member.startswith("ppt/") for member in known):
        return Result(None, (error("not_a_pptx", f"{name} is a zip file, but no PPTX: it holds no presentation."),))
    if any(member.flag_bits & 1 for member in members):
        return Result(None, (error("password_needed", f"{name} is a zip file with a password."),))
    wanted = [member for member in members if _READ.search(member.filename)]
    unpacked = sum(member.file_size for member in wanted)
    xml = max((member.file_size for member in wanted if _is_xml(member.filename)), default=0)
    if unpacked > MAXIMUM_UNPACKED or xml > MAXIMUM_XML_PART:
        message = f"{name} unpacks to {unpacked >> 20} MB (largest part of text {xml >> 20} MB), the limit is "
        message += f"{MAXIMUM_UNPACKED >> 20} MB ({MAXIMUM_XML_PART >> 20} MB)."
        return Result(None, (error("too_large", message),))

    # Most files are whole. Where one is not, each part is looked at, which takes as long again.
    opened = _loaded(name, _parts(name, archive, wanted, mend=False))
    if opened.value is None or not _is_whole(opened.value):
        opened = _loaded(name, _parts(name, archive, wanted, mend=True))
    if opened.value is None:
        return Result(None, opened.issues)
    return Result(Package(opened.value, _active_content(known)), opened.issues)


def _parts(name: str, archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], mend: bool) -> Result[dict[str, bytes]]:
    """The parts that are read, with the list of their content types completed; ``mend``: those that can be saved."""
    issues: list[Issue] = []
    names, rooted = {member.filename for member in wanted}, False
    parts: dict[str, bytes] = {}
    for member in wanted:
        try:
            content = archive.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError) as reason:
            issues.append(warning("part_missing", f"{member.filename} is damaged and was left out ({reason})."))
            continue
        if _is_xml(member.filename):
            if _DOCTYPE.search(content[:4096]):
                message = f"{name}: {member.filename} has a document type declaration, which PPTX does not allow."
                return Result(None, (error("xml_entities", message),))
            for strict, transitional in _STRICT:
                content = content.replace(strict, transitional)
            content = _KINDS.sub(_PRESENTATION, content)
            if mend or member.filename == "[Content_Types].xml":
                saved, problem = _well_formed(member.filename, content)
                if problem:
                    issues.append(problem)
                if saved is None:
                    continue
                content = saved
            if member.filename == "[Content_Types].xml":
                content = _typed(content, names)
            elif mend and member.filename.endswith(".rels"):
                content = _related(content)
            if member.filename == "_rels/.rels":
                content, rooted = _root_relations(content), True
        parts[f"/{member.filename}"] = content
    if not rooted and "ppt/presentation.xml" in names:
        parts["/_rels/.rels"] = _root_relations(None)
    if "/[Content_Types].xml" not in parts:
        parts["/[Content_Types].xml"] = _typed(b"<Types/>", names)
    return Result(parts, tuple(issues))


def _loaded(name: str, parts: Result[dict[str, bytes]]) -> Result[Any]:
    """python-pptx's part of the presentation."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    from aisi_ingest.extract.pptx.parts import package_of

    if parts.value is None:
        return Result(None, parts.issues)
    try:
        package = package_of(parts.value)
        presentation = package.part_related_by(RELATIONSHIP_TYPE.OFFICE_DOCUMENT)
        if not hasattr(presentation, "presentation"):
            message = f"{name} holds another kind of document than a presentation."
            return Result(None, (error("not_a_pptx", message),))
    except Exception as reason:  # python-pptx says in a dozen ways that something it needs is not there
        message = f"{name} cannot be opened as a presentation: {type(reason).__name__} {reason}."
        return Result(None, (*parts.issues, error("part_missing", message)))
    return Result(presentation, parts.issues)


_PARSED = re.compile(r"/ppt/(?:slides|slideLayouts|slideMasters|notesSlides)/[^/]+\.xml")
_PARSED_LATER = re.compile(r"/ppt/(?:diagrams|charts)/[^/]+\.xml")


def _is_whole(presentation: Any) -> bool:
    """Whether python-pptx has read all that is asked of it later."""
    from aisi_ingest.extract.pptx.xml_names import clark

    try:
        for entry in presentation._element.iter(clark("p:sldId")):
            presentation.related_part(entry.get(clark("r:id")))
        for part in presentation.package.iter_parts():
            if _PARSED.fullmatch(part.partname) and not hasattr(part, "_element"):
                return False
            if _PARSED_LATER.fullmatch(part.partname) and _well_formed(part.partname, part.blob)[1] is not None:
                return False
    except Exception:  # as in _loaded
        return False
    return True


def _is_xml(filename: str) -> bool:
    return filename.lower().endswith((".xml", ".rels"))


def _well_formed(filename: str, content: bytes) -> tuple[bytes | None, Issue | None]:
    """The part as it is, or what the parser could save of it, or None."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        etree.fromstring(content, parser)
        return content, None
    except etree.XMLSyntaxError as reason:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError:
            root = None
        if root is not None:
            for element in [found for found in root.iter() if isinstance(found.tag, str) and ":" in _local(found.tag)]:
                parent = element.getparent()  # a tag that was cut off in its name
                if parent is not None:
                    parent.remove(element)
        if root is None:
            return None, warning("part_missing", f"{filename} is not XML and was left out ({reason}).")
        saved = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        try:
            etree.fromstring(saved, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:  # a damaged name space goes out as it came in
            return None, warning("part_missing", f"{filename} is damaged and was left out ({reason}).")
        return saved, warning("part_damaged", f"{filename} is damaged; what the parser could save was read ({reason}).")


_CONTENT_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_PRESENTATIONML = "application/vnd.openxmlformats-officedocument.presentationml."
_TYPES = (
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


def _typed(content: bytes, names: set[str]) -> bytes:
    """The list of content types, with what is missing in it put in by the usual names of the parts."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    root.tag = _CONTENT_TYPES + "Types"
    known: set[str] = set()
    for element in list(root):
        name = element.get("PartName") or element.get("Extension")
        if not name or not element.get("ContentType"):
            root.remove(element)
        else:
            known.add(name.lower())
    for name in sorted(names):
        ending = name.rpartition(".")[2].lower()
        usual = next(kind for pattern, kind in _TYPES if pattern.fullmatch(name))
        declared = f"/{name}".lower() in known or (ending in known and (ending != "xml" or "octet" in usual))
        if name != "[Content_Types].xml" and not declared:
            etree.SubElement(root, _CONTENT_TYPES + "Override", PartName=f"/{name}", ContentType=usual)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_OFFICE_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def _related(content: bytes) -> bytes:
    """A list of relations without those that lead nowhere, whatever its name space became."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    whole = [element for element in root if all(element.get(name) for name in ("Id", "Type", "Target"))]
    if root.tag == _RELATIONS + "Relationships" and len(whole) == len(root):
        return content
    out = etree.Element(_RELATIONS + "Relationships", nsmap={None: _RELATIONS[1:-1]})
    for element in whole:
        etree.SubElement(out, _RELATIONS + "Relationship", dict(element.attrib))
    return bytes(etree.tostring(out, encoding="UTF-8", xml_declaration=True))


def _root_relations(content: bytes | None) -> bytes:
    """The relations of the package itself, which lead to the presentation in its usual place if nowhere else."""
    if content is not None and _OFFICE_DOCUMENT.encode() in content:
        return content
    out = etree.Element(_RELATIONS + "Relationships", nsmap={None: _RELATIONS[1:-1]})
    where = {"Id": "rIdOfficeDocument", "Type": _OFFICE_DOCUMENT, "Target": "ppt/presentation.xml"}
    etree.SubElement(out, _RELATIONS + "Relationship", where)
    return bytes(etree.tostring(out, encoding="UTF-8", xml_declaration=True))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _active_content(known: set[str]) -> tuple[str, ...]:
    seen = set()
    for member in known:
        if member.endswith("vbaproject.bin"):
            seen.add("macro")
        elif member.startswith("ppt/embeddings/"):
            seen.add("embedded_file")
        elif member.startswith(("ppt/activex/", "ppt/ctrlprops/")):
            seen.add("activex")
    return tuple(sorted(seen))
