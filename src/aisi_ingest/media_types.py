"""What a file is, by its content: names and Content-Type headers are often wrong."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import BinaryIO

PDF = "application/pdf"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ZIP = "application/zip"
OLE = "application/x-ole-storage"  # old Office files, and encrypted new ones
HTML = "text/html"
XML = "application/xml"
TEXT = "text/plain"
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"

_HEAD = 4096  # bytes
# ISO 32000-1 asks for the header at the start; readers, and so publishers, accept it within 1,024 bytes.
_PDF_HEADER_WITHIN = 1024
_PDF_TRAILER_WITHIN = 65536
_CONTENT_TYPES_LIMIT = 4 << 20
_HTML_START = re.compile(rb"<(!doctype html|html|head|body|script|meta|title|div|p|h1|table)[\s>]", re.IGNORECASE)
_COMMENTS = re.compile(rb"\A(?:\s|<!--.*?-->|<\?xml[^>]*>)*", re.DOTALL)
# The parts that python-pptx opens: a presentation, with or without macros.
_PRESENTATION = (b"presentationml.presentation.main+xml", b"ms-powerpoint.presentation.macroEnabled.main+xml")
_OFFICE = {
    b"wordprocessingml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"spreadsheetml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"presentationml.slideshow": "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
    b"presentationml.template": "application/vnd.openxmlformats-officedocument.presentationml.template",
}


def media_type(content: bytes | Path) -> str:
    """Media type of a file's bytes, or of the file at a path. Never raises on content; OSError from a path."""
    if isinstance(content, Path):
        with content.open("rb") as file:
            return _media_type(file)
    return _media_type(io.BytesIO(content))


def _media_type(file: BinaryIO) -> str:
    head = file.read(_HEAD)
    if not head:
        return EMPTY
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLE
    start = head.removeprefix(b"\xef\xbb\xbf")
    start = start[_match_end(_COMMENTS, start) :]
    if _HTML_START.match(start):
        return HTML  # before PDF: an error page may quote "%PDF-"
    if b"%PDF-" in head[: _PDF_HEADER_WITHIN + 5]:
        return PDF
    if head.lstrip().startswith(b"<?xml"):
        return XML
    return TEXT if _is_text(head) else UNKNOWN


def _match_end(pattern: re.Pattern[bytes], data: bytes) -> int:
    match = pattern.match(data)
    return match.end() if match else 0


def _zip_type(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as archive, archive.open("[Content_Types].xml") as part:
            types = part.read(_CONTENT_TYPES_LIMIT)
    except Exception:  # zipfile raises a dozen kinds on hostile archives; none of them is a presentation
        return ZIP
    if any(kind in types for kind in _PRESENTATION):
        return PPTX
    return next((kind for mark, kind in _OFFICE.items() if mark in types), ZIP)


def _is_text(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 27 for byte in head)


_NAMES = {
    EMPTY: "the file is empty",
    HTML: "a web page (HTML) was served in place of the document",
    XML: "an XML file, not a PDF or PPTX",
    TEXT: "a text file, not a PDF or PPTX",
    UNKNOWN: "neither a PDF nor a PPTX by its content",
}


def refusal(content: bytes | Path) -> str | None:
    """Why these bytes are not a PDF or PPTX that could be read, in one clause; None where they are."""
    kind = media_type(content)
    if kind in (PDF, PPTX):
        return None
    if kind == ZIP:
        return "a broken or cut-off PPTX" if not _opens(content) else "a zip archive, not a PPTX"
    if kind == OLE:
        return _ole_refusal(content)
    return _NAMES.get(kind, f"{kind.rsplit('.', 1)[-1]}, not a PDF or PPTX")


def cut_short(content: bytes | Path) -> bool:
    """True for a PDF with neither ``startxref`` nor ``%%EOF`` in its last 64 KiB: a download that broke off.

    Readers repair such files and may find nothing on them, so a download is better refused; a file
    given by hand is the reader's to judge. A PPTX that breaks off is no PPTX to ``media_type``.
    """
    tail = _tail(content, _PDF_TRAILER_WITHIN)
    return media_type(content) == PDF and b"%%EOF" not in tail and b"startxref" not in tail


def _tail(content: bytes | Path, size: int) -> bytes:
    if isinstance(content, bytes):
        return content[-size:]
    with content.open("rb") as file:
        file.seek(max(0, content.stat().st_size - size))
        return file.read()


def _opens(content: bytes | Path) -> bool:
    try:
        with zipfile.ZipFile(content if isinstance(content, Path) else io.BytesIO(content)):
            return True
    except Exception:  # see _zip_type
        return False


def _ole_refusal(content: bytes | Path) -> str:
    data = content if isinstance(content, bytes) else content.read_bytes()
    # Stream names stand in the container's directory as UTF-16.
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "the PPTX is encrypted with a password"
    if "PowerPoint Document".encode("utf-16-le") in data:
        return "an old PowerPoint file (.ppt), not a PPTX"
    return "an old Office file, not a PDF or PPTX"
