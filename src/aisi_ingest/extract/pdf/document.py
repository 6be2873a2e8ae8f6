"""Characters, fonts, rules and pictures of a PDF's pages, through PDFium's raw calls into arrays.

Coordinates are points (1/72 inch) from the top left of the page as a reader sees it: after the
page's rotation and crop, x to the right, y down. ``angle`` is the direction of writing in degrees
counter-clockwise, 0 where the text runs to the right. Colours are packed as 0xRRGGBBAA.

PDFium invents characters (spaces between words, line ends): they are dropped here, because words
and lines come from positions. The characters keep the order in which the file draws them.

PDFium is not thread-safe: one document at a time in one process.
"""

from __future__ import annotations

import ctypes
import datetime
import functools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf import active_content, drawing, visibility
from aisi_ingest.extract.pdf.annotations import Annotation, annotations_on
from aisi_ingest.extract.pdf.characters import read_characters
from aisi_ingest.extract.pdf.overprint import drawn_once
from aisi_ingest.extract.pdf.page import CHAR, RULE, Page, View
from aisi_ingest.extract.pdf.pdfium import C
from aisi_ingest.model import Issue
from aisi_ingest.sandbox import bad_pages

if TYPE_CHECKING:
    import numpy.typing as npt  # costs 20 ms at run time

    Chars = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Bookmark:
    level: int  # from 1
    title: str
    page: int | None  # from 1


class PdfError(Exception):
    """The document cannot be read at all; ``issue`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.issue = Issue("extract", "error", code, message)


class PasswordNeeded(PdfError):
    def __init__(self) -> None:
        super().__init__("password_needed", "the file is encrypted and opens only with a password")


class NotReadable(PdfError):
    def __init__(self, reason: str) -> None:
        super().__init__("not_readable", reason)


# FPDF_GetLastError, fpdfview.h
_ERRORS = {
    2: "the file cannot be opened",
    3: "the file is not a PDF or is damaged beyond repair",
    5: "the file is protected in a way that PDFium does not know",
    6: "the document has no page that can be found",
}


@dataclass
class PdfDocument:
    """An open document. ``issues`` and ``annotations`` grow while its pages are read."""

    handle: int
    page_count: int
    inspection: active_content.Inspection
    issues: list[Issue] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)  # of the pages that have been read

    @functools.cached_property
    def title(self) -> str:
        return _meta(self.handle, b"Title")

    @functools.cached_property
    def creation(self) -> str | None:
        """The day on which the file was made, as YYYY-MM-DD; None where it is not said or no date."""
        found = re.match(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?", _meta(self.handle, b"CreationDate"))
        if not found:
            return None
        try:
            return datetime.date(int(found[1]), int(found[2] or 1), int(found[3] or 1)).isoformat()
        except ValueError:
            return None

    @functools.cached_property
    def outline(self) -> tuple[Bookmark, ...]:
        """The bookmarks in their order; loops in a broken outline are cut."""
        out: list[Bookmark] = []
        seen: set[int] = set()

        def walk(parent: int | None, level: int) -> None:
            mark = C.FPDFBookmark_GetFirstChild(self.handle, parent)
            while mark and mark not in seen and level < 32 and len(out) < 10_000:
                seen.add(mark)
                target = C.FPDFBookmark_GetDest(self.handle, mark)
                if not target and (action := C.FPDFBookmark_GetAction(mark)):
                    target = C.FPDFAction_GetDest(self.handle, action)
                index = C.FPDFDest_GetDestPageIndex(self.handle, target) if target else -1
                title = _utf16(lambda buffer, size, mark=mark: C.FPDFBookmark_GetTitle(mark, buffer, size))
                out.append(Bookmark(level, title.strip(), index + 1 if index >= 0 else None))
                walk(mark, level + 1)
                mark = C.FPDFBookmark_GetNextSibling(self.handle, mark)

        walk(None, 1)
        return tuple(out)

    @functools.cached_property
    def active_content(self) -> tuple[str, ...]:
        """Scripts, launch actions and embedded files, seen and left alone (short fixed words, sorted)."""
        found = set(self.inspection.active_content)
        # The bytes of an encrypted file do not tell.
        if C.FPDFDoc_GetJavaScriptActionCount(self.handle) > 0:
            found.add("javascript")
        if C.FPDFDoc_GetAttachmentCount(self.handle) > 0:
            found.add("embedded_file")
        return tuple(sorted(found))

    def pages(self) -> Iterator[Page]:
        """Read page after page, closing each at once. One that cannot be read leaves an issue and is empty.

        It is as large as the page before it, so that the pages after it keep their numbers and sizes.
        """
        size = (595.0, 842.0)
        for index in range(self.page_count):
            left_out = not bad_pages.begin_page(index + 1)  # it was tried before: whoever left it out says why
            page = 0 if left_out else C.FPDF_LoadPage(self.handle, index)
            if not page:
                if not left_out:
                    message = f"page {index + 1} cannot be read"
                    self.issues.append(Issue("extract", "warning", "page_unreadable", message, index + 1))
                yield Page(index + 1, *size, np.zeros(0, CHAR), (), np.zeros(0, RULE))
                continue
            try:
                read = _read_page(page, index, self.inspection.layered, self.annotations)
                size = (read.width, read.height)
                yield read
            finally:
                C.FPDF_ClosePage(page)
        bad_pages.begin_page(0)


@contextmanager
def open_document(path: str | Path, password: str | None = None) -> Iterator[PdfDocument]:
    """Open a PDF; one that is encrypted with an empty password simply opens.

    Raises:
        PasswordNeeded: it opens only with a password, or with another one.
        NotReadable: no file, no PDF, or damaged beyond repair.
    """
    C.load()
    secret = password.encode() if password is not None else None
    handle = C.FPDF_LoadDocument(os.fsencode(path), secret)
    try:
        if not handle:
            error = C.FPDF_GetLastError()
            if error == 4:
                raise PasswordNeeded
            raise NotReadable(_ERRORS.get(error, "PDFium cannot open the file"))
        count = C.FPDF_GetPageCount(handle)
        if count <= 0:
            raise NotReadable(_ERRORS[6])
        yield PdfDocument(handle, count, active_content.inspect(path))
    finally:
        if handle:
            C.FPDF_CloseDocument(handle)


def _utf16(call: Any) -> str:
    """Text of a call that fills a buffer with UTF-16LE and a closing zero, and returns its size in bytes."""
    size = call(None, 0)
    if size <= 2 or size > 1 << 20:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(ctypes.addressof(buffer), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _meta(handle: int, key: bytes) -> str:
    return _utf16(lambda buffer, size: C.FPDF_GetMetaText(handle, key, buffer, size)).strip()


def _read_page(page: int, index: int, layered: bool, annotations: list[Annotation]) -> Page:
    bounds = (ctypes.c_float * 4)()
    C.FPDF_GetPageBoundingBox(page, ctypes.addressof(bounds))
    left, top, right, bottom = bounds
    turns = C.FPDFPage_GetRotation(page) % 4
    view = View(left, bottom, right, top, turns)
    width, height = right - left, top - bottom
    if turns % 2:
        width, height = height, width
    orders: dict[int, int] = {}
    rules, in_forms = drawing.read(page, view, orders)
    if len(rules):  # a printer's marks beside the page would make boxes of what stands between them
        rules = rules[(rules["x1"] > 0) & (rules["bottom"] > 0) & (rules["x0"] < width) & (rules["top"] < height)]
    text = C.FPDFText_LoadPage(page)
    try:
        chars, fonts = read_characters(text, view, orders) if text else (np.zeros(0, CHAR), ())
    finally:
        if text:
            C.FPDFText_ClosePage(text)
    objects = {order: handle for handle, order in orders.items()}
    visibility.mark(
        visibility.RenderedPage(page, width, height, rules, objects, layered, in_forms), chars, chars["hidden"].copy()
    )
    annotations.extend(annotations_on(page, index + 1, view))
    return Page(index + 1, width, height, drawn_once(chars), fonts, rules)
