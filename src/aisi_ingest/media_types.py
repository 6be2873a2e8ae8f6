"""Detect the type of a file from its content, because names and Content-Type headers are often wrong."""

from __future__ import annotations

import io
import re
import shlex
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

_HEAD = 4096  # bytes read for the detection
# Bytes. ISO 32000-1 requires the header at the start, but viewers accept it within the first 1,024 bytes. So files
# with other bytes before it get published.
_PDF_HEADER_WITHIN = 1024
_PDF_TRAILER_WITHIN = 65536  # bytes from the end of the file
_CONTENT_TYPES_LIMIT = 4 << 20  # bytes read of a zip archive's list of parts
_HTML_START = re.compile(rb"<(!doctype html|html|head|body|script|meta|title|div|p|h1|table)[\s>]", re.IGNORECASE)
_COMMENTS = re.compile(rb"\A(?:\s|<!--.*?-->|<\?xml[^>]*>)*", re.DOTALL)
# Types of the main part that python-pptx opens: a presentation without macros, or with them.
_PRESENTATION = (b"presentationml.presentation.main+xml", b"ms-powerpoint.presentation.macroEnabled.main+xml")
_OFFICE = {
    b"wordprocessingml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"spreadsheetml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"presentationml.slideshow": "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
    b"presentationml.template": "application/vnd.openxmlformats-officedocument.presentationml.template",
}


_SUFFIXES = {PDF: ".pdf", PPTX: ".pptx"}


def suffix(content: bytes) -> str:
    """Return the suffix of a file with these bytes, with its dot; empty if it is neither a PDF nor a PPTX."""
    return _SUFFIXES.get(media_type(content), "")


def media_type(content: bytes | Path) -> str:
    """Detect the media type of a file.

    Args:
        content: The file's bytes, or its path.

    Returns:
        A media type such as ``PDF``; ``UNKNOWN`` if nothing matches. Damaged content never raises an error.

    Raises:
        OSError: The file at the path cannot be read.
    """
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
        return HTML  # tested before PDF, because an error page can contain "%PDF-"
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
    except Exception:  # zipfile raises many kinds of errors on hostile archives; none of these is a presentation
        return ZIP
    if any(kind in types for kind in _PRESENTATION):
        return PPTX
    return next((kind for mark, kind in _OFFICE.items() if mark in types), ZIP)


# Control characters that text does not contain. Tab to carriage return and escape (of ISO-2022-JP) are allowed.
_CONTROLS = bytes([*range(0x09), *range(0x0E, 0x1B)])


def _is_text(head: bytes) -> bool:
    return len(head.translate(None, _CONTROLS)) == len(head)


_NAMES = {
    EMPTY: "the file is empty",
    HTML: "a web page (HTML) was served instead of the document",
    XML: "an XML file, not a PDF or PPTX",
    TEXT: "a text file, not a PDF or PPTX",
    UNKNOWN: "the content is neither a PDF nor a PPTX",
}


def refusal(content: bytes | Path) -> str | None:
    """Explain in one clause why a file is not a readable PDF or PPTX.

    Args:
        content: The file's bytes, or its path.

    Returns:
        The reason for users; None if the file is a PDF or PPTX.
    """
    kind = media_type(content)
    if kind in (PDF, PPTX):
        return None
    if kind == ZIP:
        return "a damaged or truncated PPTX" if not _opens_as_zip(content) else "a zip archive, not a PPTX"
    if kind == OLE:
        return _ole_refusal(content)
    return _NAMES.get(kind, f"{kind.rsplit('.', 1)[-1]}, not a PDF or PPTX")


def refusal_of_named_file(path: Path) -> str | None:
    """Explain why a file that a user named is not a readable PDF or PPTX, and what the user can do.

    Args:
        path: The file.

    Returns:
        The reason and the remedy; None if the file is a PDF or PPTX.

    Raises:
        OSError: The file cannot be read.
    """
    reason, kind = refusal(path), media_type(path)
    if kind == HTML:
        return "a web page (HTML); save it as PDF in a browser"
    is_encrypted = kind == OLE and "encrypted" in (reason or "")
    if reason is None or is_encrypted or kind not in (OLE, *_OFFICE.values()):
        return reason
    target = "pptx" if "presentation" in kind or "PowerPoint" in reason else "pdf"
    return f"{reason}; convert it with LibreOffice: soffice --headless --convert-to {target} {shlex.quote(path.name)}"


def cut_short(content: bytes | Path) -> bool:
    """Tell whether a PDF is truncated: its last 64 KiB contain neither ``startxref`` nor ``%%EOF``.

    This is a sign of an interrupted download. PDF readers repair such files and may find no text in them, so a
    download like this is rejected. A truncated PPTX is not a PPTX for ``media_type``.

    Args:
        content: The file's bytes, or its path.
    """
    tail = _tail(content, _PDF_TRAILER_WITHIN)
    return media_type(content) == PDF and b"%%EOF" not in tail and b"startxref" not in tail


def _tail(content: bytes | Path, size: int) -> bytes:
    if isinstance(content, bytes):
        return content[-size:]
    with content.open("rb") as file:
        file.seek(max(0, content.stat().st_size - size))
        return file.read()


def _opens_as_zip(content: bytes | Path) -> bool:
    try:
        with zipfile.ZipFile(content if isinstance(content, Path) else io.BytesIO(content)):
            return True
    except Exception:  # see _zip_type
        return False


def _ole_refusal(content: bytes | Path) -> str:
    data = content if isinstance(content, bytes) else content.read_bytes()
    # The container's directory lists the names of its streams in UTF-16.
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "the PPTX is encrypted with a password"
    if "PowerPoint Document".encode("utf-16-le") in data:
        return "an old PowerPoint file (.ppt), not a PPTX"
    return "an old Office file, not a PDF or PPTX"
