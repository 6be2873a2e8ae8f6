"""Open a PPTX file for python-pptx: check it, repair it, and unpack only the parts that are read.

python-pptx unpacks all members of the file first, and a single damaged part ends the reading. So it gets parts instead
of the file: media that are never read stay packed, sizes are limited, and parts that are not well-formed are repaired
or reported.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from lxml import etree
from msgspec import Struct

from aisi_ingest.extract.pptx import content_types
from aisi_ingest.extract.pptx.active_content import find_active_content
from aisi_ingest.model import Issue, Result

MAXIMUM_ENTRIES = 50_000
MAXIMUM_UNPACKED = 512 << 20  # bytes of the parts that are read; the largest real deck at hand has 30 MB
MAXIMUM_XML_PART = 64 << 20  # bytes; lxml needs about ten times as much memory for the tree

_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_READ_MEMBERS = re.compile(r"\.(?:xml|rels|vml|png|jpe?g|gif|bmp|tiff?|emf|wmf|webp)$", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!\s*DOCTYPE|<\0!\0D\0O\0C", re.IGNORECASE)
# How nearly all parts begin: nothing but the XML declaration is before the first element.
_PLAIN_START = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*(?:<\?xml\s+version=["']1\.[01]["'](?:\s+encoding=["']utf-8["'])?"""
    rb"""(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>)?\s*<[a-z]""",
    re.IGNORECASE,
)
_ENCRYPTED_FLAG = 1  # of a zip member
# Slide shows, templates and add-ins with macros: python-pptx does not know all of their content types.
_MACRO_TYPES = re.compile(rb"application/vnd\.ms-powerpoint\.(?:slideshow|template|addin)\.macroEnabled\.main\+xml")
_PRESENTATION_TYPE = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_STRICT_NAMESPACES = (  # ISO/IEC 29500 Strict has other namespaces for the same elements
    (b"http://purl.oclc.org/ooxml/presentationml/main", b"http://schemas.openxmlformats.org/presentationml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)


class Package(Struct, frozen=True):
    """An opened presentation.

    Attributes:
        presentation: A ``pptx.parts.presentation.PresentationPart``.
        active_content: Kinds of active content in the file, which is never run.
    """

    presentation: Any
    active_content: tuple[str, ...]


def error(code: str, message: str, page: int | None = None) -> Issue:
    """Return an error of this stage."""
    return Issue(stage="extract", level="error", code=code, message=message, page=page)


def warning(code: str, message: str, page: int | None = None) -> Issue:
    """Return a warning of this stage."""
    return Issue(stage="extract", level="warning", code=code, message=message, page=page)


def open_package(path: Path) -> Result[Package]:
    """Open a presentation, whatever the extension of its name.

    Returns:
        The package. If the file cannot be opened, the value is None and the issues contain an error: password_needed,
        not_a_pptx, damaged_file, too_large, xml_entities or part_missing.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head == _OLE_SIGNATURE:
        return Result(None, (_ole_error(path),))
    if not head.startswith(b"PK"):
        message = f"{path.name} is not a PPTX file: it is not a zip file."
        return Result(None, (error("not_a_pptx", message),))
    try:
        with zipfile.ZipFile(path) as archive:
            return _open_archive(path.name, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, UnicodeError) as reason:
        message = f"{path.name} is a damaged zip file; the download may be incomplete ({reason})."
        return Result(None, (error("damaged_file", message),))


def _ole_error(path: Path) -> Issue:
    """Return the error for an OLE container: an encrypted PPTX file (MS-OFFCRYPTO 2.3.4.4) or an old format."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        message = f"{path.name} is encrypted: open it in PowerPoint and save it without a password."
        return error("password_needed", message)
    return error("not_a_pptx", f"{path.name} is a PowerPoint 97-2003 file: save it as PPTX.")


def _open_archive(name: str, archive: zipfile.ZipFile) -> Result[Package]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    names = {member.filename.lower() for member in members}
    wanted = [member for member in members if _READ_MEMBERS.search(member.filename)]
    problem = _find_problem(name, members, names, wanted)
    if problem is not None:
        return Result(None, (problem,))
    # Most files are intact. Only for others each part is checked and repaired, which doubles the time.
    parts = _read_parts(name, archive, wanted, repair=False)
    opened = _load_presentation(name, parts)
    if opened.value is None or not _is_intact(opened.value):
        parts = _read_parts(name, archive, wanted, repair=True)
        opened = _load_presentation(name, parts)
    if opened.value is None:
        return Result(None, opened.issues)
    active = find_active_content(names, parts.value or {}, opened.value.package)
    return Result(Package(opened.value, active), opened.issues)


def _find_problem(
    name: str, members: list[zipfile.ZipInfo], names: set[str], wanted: list[zipfile.ZipInfo]
) -> Issue | None:
    """Return an error if the list of members shows that the file must not be unpacked.

    Args:
        name: Name of the file.
        members: All members of the archive.
        names: Their names in lower case.
        wanted: The members that are read.
    """
    if len(members) > MAXIMUM_ENTRIES:
        return error("too_large", f"{name} has {len(members)} parts; the limit is {MAXIMUM_ENTRIES}.")
    if "[content_types].xml" not in names or not any(member.startswith("ppt/") for member in names):
        return error("not_a_pptx", f"{name} is a zip file but not a PPTX file: it contains no presentation.")
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        return error("password_needed", f"{name} is a zip file with a password.")
    unpacked = sum(member.file_size for member in wanted)
    largest_xml = max((member.file_size for member in wanted if _is_xml(member.filename)), default=0)
    if unpacked > MAXIMUM_UNPACKED or largest_xml > MAXIMUM_XML_PART:
        message = (
            f"{name} unpacks to {unpacked >> 20} MB, its largest XML part to {largest_xml >> 20} MB; "
            f"the limits are {MAXIMUM_UNPACKED >> 20} MB and {MAXIMUM_XML_PART >> 20} MB."
        )
        return error("too_large", message)
    return None


def _read_parts(
    name: str, archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], repair: bool
) -> Result[dict[str, bytes]]:
    """Unpack the parts that are read, and complete the list of their content types.

    Args:
        name: Name of the file.
        archive: The archive.
        wanted: The members to unpack.
        repair: Whether to check all XML parts, repair those that are not well-formed, and leave out the others.
    """
    issues: list[Issue] = []
    names = {member.filename for member in wanted}
    parts: dict[str, bytes] = {}
    for member in wanted:
        try:
            content = archive.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError) as reason:
            issues.append(warning("part_missing", f"{member.filename} is damaged and was left out ({reason})."))
            continue
        cleaned: bytes | None = content
        if _is_xml(member.filename):
            if _has_doctype(content):
                message = f"{name}: {member.filename} has a document type declaration, which PPTX does not allow."
                return Result(None, (error("xml_entities", message),))
            cleaned = _clean_xml(member.filename, content, names, repair, issues)
        if cleaned is not None:
            parts[f"/{member.filename}"] = cleaned
    if "/_rels/.rels" not in parts and "ppt/presentation.xml" in names:
        parts["/_rels/.rels"] = content_types.complete_root_relations(None)
    if "/[Content_Types].xml" not in parts:
        parts["/[Content_Types].xml"] = content_types.complete_types(b"<Types/>", names)
    return Result(parts, tuple(issues))


def _has_doctype(content: bytes) -> bool:
    """Return whether a part has a document type declaration, in any encoding and behind any number of comments."""
    if _PLAIN_START.match(content):
        return False
    try:
        root = etree.fromstring(content, _strict_parser())
    except etree.XMLSyntaxError:
        return bool(_DOCTYPE.search(content))
    return root.getroottree().docinfo.internalDTD is not None


def _clean_xml(filename: str, content: bytes, names: set[str], repair: bool, issues: list[Issue]) -> bytes | None:
    """Return an XML part as python-pptx can read it; None if it is beyond repair. Problems are added to ``issues``."""
    for strict, transitional in _STRICT_NAMESPACES:
        content = content.replace(strict, transitional)
    content = _MACRO_TYPES.sub(_PRESENTATION_TYPE, content)
    if repair or filename == "[Content_Types].xml":
        repaired, problem = _well_formed(filename, content)
        if problem:
            issues.append(problem)
        if repaired is None:
            return None
        content = repaired
    if filename == "[Content_Types].xml":
        content = content_types.complete_types(content, names)
    elif repair and filename.endswith(".rels"):
        content = content_types.drop_broken_relations(content)
    if filename == "_rels/.rels":
        content = content_types.complete_root_relations(content)
    return content


def _load_presentation(name: str, parts: Result[dict[str, bytes]]) -> Result[Any]:
    """Load the parts with python-pptx and return its presentation part."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    from aisi_ingest.extract.pptx.parts import package_of

    if parts.value is None:
        return Result(None, parts.issues)
    try:
        package = package_of(parts.value)
        presentation = package.part_related_by(RELATIONSHIP_TYPE.OFFICE_DOCUMENT)
        if not hasattr(presentation, "presentation"):
            message = f"{name} is an Office document but not a presentation."
            return Result(None, (error("not_a_pptx", message),))
    except Exception as reason:  # python-pptx raises a dozen different exceptions for missing parts
        message = f"{name} cannot be opened as a presentation: {type(reason).__name__} {reason}."
        return Result(None, (*parts.issues, error("part_missing", message)))
    return Result(presentation, parts.issues)


_PARSED = re.compile(r"/ppt/(?:slides|slideLayouts|slideMasters|notesSlides)/[^/]+\.xml")
_PARSED_LATER = re.compile(r"/ppt/(?:diagrams|charts)/[^/]+\.xml")


def _is_intact(presentation: Any) -> bool:
    """Return whether all parts that are needed later are present and well-formed."""
    from aisi_ingest.extract.pptx.xml_names import clark

    try:
        for entry in presentation._element.iter(clark("p:sldId")):
            presentation.related_part(entry.get(clark("r:id")))
        for part in presentation.package.iter_parts():
            if _PARSED.fullmatch(part.partname) and not hasattr(part, "_element"):
                return False
            if _PARSED_LATER.fullmatch(part.partname) and _well_formed(part.partname, part.blob)[1] is not None:
                return False
    except Exception:  # as in _load_presentation
        return False
    return True


def _is_xml(filename: str) -> bool:
    return filename.lower().endswith((".xml", ".rels"))


def _well_formed(filename: str, content: bytes) -> tuple[bytes | None, Issue | None]:
    """Check that a part is well-formed, and repair it if it is not.

    Returns:
        The part, unchanged or repaired, None if it is beyond repair; and a warning if it is not well-formed.
    """
    try:
        etree.fromstring(content, _strict_parser())
        return content, None
    except etree.XMLSyntaxError as reason:
        root = _recovered(content)
        if root is None:
            return None, warning("part_missing", f"{filename} is not XML and was left out ({reason}).")
        repaired = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        try:
            etree.fromstring(repaired, _strict_parser())
        except etree.XMLSyntaxError:  # lxml writes a damaged namespace unchanged
            return None, warning("part_missing", f"{filename} is damaged and was left out ({reason}).")
        message = f"{filename} is damaged; only its intact content was read ({reason})."
        return repaired, warning("part_damaged", message)


def _strict_parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True)


def _recovered(content: bytes) -> Any | None:
    """Parse what is readable of a damaged part; None if nothing is."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None
    if root is not None:
        for element in [found for found in root.iter() if isinstance(found.tag, str) and ":" in _local(found.tag)]:
            parent = element.getparent()  # the file was cut off inside the name of this element
            if parent is not None:
                parent.remove(element)
    return root


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
