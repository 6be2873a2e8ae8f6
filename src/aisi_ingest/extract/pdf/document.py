"""Open a PDF and read its pages, bookmarks, title and date through PDFium.

Coordinates are points (1/72 inch) from the top left of the page as displayed, after the page's rotation and crop:
x to the right, y down. ``angle`` is the writing direction in degrees counter-clockwise, 0 for text from left to
right. Colours are packed as 0xRRGGBBAA.

PDFium inserts characters (spaces between words, line ends). They are dropped here, because words and lines are
detected from positions. The characters keep the order in which the file draws them.

PDFium is not thread-safe: open one document at a time in a process.
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
from typing import Any

import numpy as np
from msgspec.structs import replace

from aisi_ingest.extract.pdf import active_content, font_source, second_reader
from aisi_ingest.extract.pdf.actual_text import find_replaced, without_false_replacements
from aisi_ingest.extract.pdf.annotations import Annotation, displayed_texts, read_annotations
from aisi_ingest.extract.pdf.characters import PageFonts, read_characters
from aisi_ingest.extract.pdf.code_points import may_carry_unseen_text
from aisi_ingest.extract.pdf.drawing import read_drawing
from aisi_ingest.extract.pdf.form_fields import FIELD_FONT, Forms, characters_of
from aisi_ingest.extract.pdf.glyph_shapes import is_false
from aisi_ingest.extract.pdf.overprint import without_overprint
from aisi_ingest.extract.pdf.page import CHAR, OTHER_GLYPHS, RULE, Chars, Page, View
from aisi_ingest.extract.pdf.pdfium import C
from aisi_ingest.extract.pdf.rendering import OpenPage
from aisi_ingest.extract.pdf.struck import mark_struck
from aisi_ingest.extract.pdf.visibility import TextPage, mark_hidden
from aisi_ingest.model import Issue
from aisi_ingest.sandbox import bad_pages
from aisi_ingest.text.normalise import carries_unseen_text
from aisi_ingest.text.unseen import unseen_characters

_A4 = (595.0, 842.0)  # points; the size of an unreadable first page
_MAX_BOOKMARKS, _MAX_LEVEL = 10_000, 32  # a broken outline has no end
_MAX_STRING = 1 << 20  # bytes
_LISTED = 10  # characters named in an issue
_UTF16_END = 2  # bytes: the zero that ends a UTF-16 string
_PASSWORD, _NO_PAGE = 4, 6  # FPDF_GetLastError, fpdfview.h
_ERRORS = {
    2: "the file cannot be opened",
    3: "the file is not a PDF or is damaged beyond repair",
    5: "the file uses a kind of protection that PDFium does not support",
    _NO_PAGE: "no page of the document can be found",
}


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One entry of a document's outline."""

    level: int  # from 1
    title: str
    page: int | None  # from 1; None if the entry has no target in this document


class PdfError(Exception):
    """The document cannot be read at all; ``issue`` gives the reason."""

    def __init__(self, code: str, message: str) -> None:
        """Create the error and its issue of level "error".

        Args:
            code: The issue's code.
            message: The reason, for users.
        """
        super().__init__(message)
        self.issue = Issue("extract", "error", code, message)


class PasswordNeeded(PdfError):
    """The document is encrypted and the password is missing or wrong."""

    def __init__(self) -> None:
        super().__init__("password_needed", "the file is encrypted and needs a password; give it with --password")


class NotReadable(PdfError):
    """The file is missing, is not a PDF, or is damaged beyond repair."""

    def __init__(self, reason: str) -> None:
        super().__init__("not_readable", reason)


@dataclass
class PdfDocument:
    """An open document. ``issues`` and ``annotations`` are filled while its pages are read."""

    handle: int
    page_count: int
    inspection: active_content.Inspection
    forms: Forms
    path: str | Path
    password: str | None = None
    issues: list[Issue] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)  # of the pages read so far

    @functools.cached_property
    def title(self) -> str:
        """The title in the file's metadata; "" if there is none."""
        return _read_metadata(self.handle, b"Title")

    @functools.cached_property
    def creation(self) -> str | None:
        """The day on which the file was created, as YYYY-MM-DD; None if it is missing or invalid."""
        found = re.match(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?", _read_metadata(self.handle, b"CreationDate"))
        if not found:
            return None
        try:
            return datetime.date(int(found[1]), int(found[2] or 1), int(found[3] or 1)).isoformat()
        except ValueError:
            return None

    @functools.cached_property
    def outline(self) -> tuple[Bookmark, ...]:
        """The bookmarks in their order. Loops in a broken outline are cut."""
        out: list[Bookmark] = []
        seen: set[int] = set()

        def walk(parent: int | None, level: int) -> None:
            mark = C.FPDFBookmark_GetFirstChild(self.handle, parent)
            while mark and mark not in seen and level < _MAX_LEVEL and len(out) < _MAX_BOOKMARKS:
                seen.add(mark)
                target = C.FPDFBookmark_GetDest(self.handle, mark)
                if not target and (action := C.FPDFBookmark_GetAction(mark)):
                    target = C.FPDFAction_GetDest(self.handle, action)
                index = C.FPDFDest_GetDestPageIndex(self.handle, target) if target else -1
                title = _read_utf16(lambda buffer, size, mark=mark: C.FPDFBookmark_GetTitle(mark, buffer, size))
                out.append(Bookmark(level, title.strip(), index + 1 if index >= 0 else None))
                walk(mark, level + 1)
                mark = C.FPDFBookmark_GetNextSibling(self.handle, mark)

        walk(None, 1)
        return tuple(out)

    @functools.cached_property
    def active_content(self) -> tuple[str, ...]:
        """Kinds of scripts, launch actions and embedded files in the file (fixed words, sorted). None is run."""
        found = set(self.inspection.active_content)
        # A file that qpdf cannot read, PDFium may be able to.
        if C.FPDFDoc_GetJavaScriptActionCount(self.handle) > 0:
            found.add("javascript")
        if C.FPDFDoc_GetAttachmentCount(self.handle) > 0:
            found.add("embedded_file")
        return tuple(sorted(found))

    def pages(self) -> Iterator[Page]:
        """Read page after page and close each before the next.

        A page that PDFium cannot read adds an issue. If a second reader cannot read it either, it is returned empty,
        with the size of the page before it. So the pages after it keep their numbers and sizes. After the last page,
        an issue lists the characters that pictures of the pages cannot show.
        """
        size = _A4
        without_glyph: dict[int, int] = {}  # from a code point to its first page
        for index in range(self.page_count):
            bad_pages.note_progress(index, self.page_count)
            # A page that was tried before and crashed or hung is skipped; the sandbox adds the issue.
            skipped = not bad_pages.begin_page(index + 1)
            if index + 1 in self.inspection.endless:
                self.issues.append(_endless(index + 1))
                yield Page(index + 1, *size, np.zeros(0, CHAR), (), np.zeros(0, RULE))
                continue
            page = 0 if skipped else C.FPDF_LoadPage(self.handle, index)
            if not page:
                again = self._read_again(index + 1, skipped)
                yield again or Page(index + 1, *size, np.zeros(0, CHAR), (), np.zeros(0, RULE))
                continue
            try:
                read = _read_page(page, index, self.inspection, self.annotations, self.forms)
                size = (read.width, read.height)
                code = read.chars["code"]
                if may_carry_unseen_text(code) and carries_unseen_text("".join(map(chr, code.tolist()))):
                    self.issues.append(unseen_characters("page", index + 1))
                if (read.chars["reason"] == OTHER_GLYPHS).any():
                    self.issues.append(_other_glyphs(index + 1))
                for missing in font_source.without_glyph(read.chars, read.fonts):
                    without_glyph.setdefault(missing, index + 1)
                yield read
            finally:
                C.FPDF_ClosePage(page)
        bad_pages.begin_page(0)
        if without_glyph:
            self.issues.append(_glyphs_missing(without_glyph))

    def _read_again(self, number: int, skipped: bool) -> Page | None:
        """Read a page that PDFium cannot read with the second reader, and add an issue.

        Args:
            number: Number of the page, from 1.
            skipped: Whether reading it has stopped a worker before; the sandbox has added an issue for that.
        """
        found = None
        if bad_pages.begin_page(-number):  # the second reader may stop the worker as well
            found = second_reader.read_page(self.path, self.password, number, self.page_count)
        if found is not None:
            message = (
                f"page {number} cannot be read by PDFium: its characters and lines were read by pdfplumber, which does"
                " not find pictures, annotations and hidden text"
            )
            self.issues.append(Issue("extract", "warning", "page_read_again", message, number))
        elif not skipped:
            message = f"page {number} cannot be read"
            self.issues.append(Issue("extract", "warning", "page_unreadable", message, number))
        return found


def _not_inspectable(problem: str) -> Issue:
    message = f"scripts and other active content may be in the file: it could not be searched ({problem})"
    return Issue("extract", "warning", active_content.NOT_INSPECTABLE, message)


def _endless(page: int) -> Issue:
    message = f"page {page} was skipped: its drawings repeat each other more often than any reader can draw"
    return Issue("extract", "warning", "page_unreadable", message, page)


def _other_glyphs(page: int) -> Issue:
    message = (
        f"a font on page {page} shows other letters than the file says: its text is hidden, and what it shows unread"
    )
    return Issue("extract", "warning", "other_glyphs", message, page)


def _glyphs_missing(pages: dict[int, int]) -> Issue:
    """Report characters without a glyph; ``pages`` gives the first page of each code point."""
    listed = ", ".join(map(chr, list(pages)[:_LISTED])) + (" and others" if len(pages) > _LISTED else "")
    message = (
        f"no font has a glyph for {len(pages)} character{'s' * (len(pages) > 1)} ({listed}), and the file does not"
        " contain its own: pictures of pages do not show them, the text is complete"
    )
    return Issue("extract", "info", "glyph_missing", message, min(pages.values()))


@contextmanager
def open_document(path: str | Path, password: str | None = None) -> Iterator[PdfDocument]:
    """Open a PDF as a context manager. A file that is encrypted with an empty password opens without one.

    Args:
        path: The file.
        password: The user or owner password, if one is needed.

    Raises:
        PasswordNeeded: The file needs a password, or the given one is wrong.
        NotReadable: The file is missing, is not a PDF, or is damaged beyond repair.
    """
    C.load()
    secret = password.encode() if password is not None else None
    with font_source.reading():
        handle = C.FPDF_LoadDocument(os.fsencode(path), secret)
        try:
            if not handle:
                error = C.FPDF_GetLastError()
                if error == _PASSWORD:
                    raise PasswordNeeded
                raise NotReadable(_ERRORS.get(error, "PDFium cannot open the file"))
            count = C.FPDF_GetPageCount(handle)
            if count <= 0:
                raise NotReadable(_ERRORS[_NO_PAGE])
            inspection = active_content.inspect(path, password)
            issues = [_not_inspectable(inspection.problem)] if inspection.problem else []
            forms = Forms(handle)
            try:
                yield PdfDocument(handle, count, inspection, forms, path, password, issues)
            finally:
                forms.close()
        finally:
            if handle:
                C.FPDF_CloseDocument(handle)


def _read_utf16(call: Any) -> str:
    """Read a string through a call that fills a buffer with UTF-16LE and a closing zero.

    Args:
        call: Takes the buffer's address (or None) and its size in bytes; returns the size it needs.
    """
    size = call(None, 0)
    if size <= _UTF16_END or size > _MAX_STRING:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(ctypes.addressof(buffer), size)
    return buffer.raw[: size - _UTF16_END].decode("utf-16-le", "replace")


def _read_metadata(handle: int, key: bytes) -> str:
    return _read_utf16(lambda buffer, size: C.FPDF_GetMetaText(handle, key, buffer, size)).strip()


def _read_page(
    page: int, index: int, inspection: active_content.Inspection, annotations: list[Annotation], forms: Forms
) -> Page:
    """Read an open page.

    Args:
        page: PDFium's handle of the page.
        index: Page number, from 0.
        inspection: What is known of the whole file.
        annotations: Those of this page are appended.
        forms: The form of the document.
    """
    bounds = (ctypes.c_float * 4)()
    C.FPDF_GetPageBoundingBox(page, ctypes.addressof(bounds))
    left, top, right, bottom = bounds
    turns = C.FPDFPage_GetRotation(page) % 4
    view = View(left, bottom, right, top, turns)
    width, height = right - left, top - bottom
    if turns % 2:
        width, height = height, width
    orders: dict[int, int] = {}
    drawn = read_drawing(page, view, orders)
    rules = drawn.rules
    if len(rules):  # printer's marks outside the page would make a box around what lies between them
        rules = rules[(rules["x1"] > 0) & (rules["bottom"] > 0) & (rules["x0"] < width) & (rules["top"] < height)]
        drawn = replace(drawn, rules=rules)
    fonts = PageFonts()
    chars = _read_text(page, view, orders, fonts)
    if replaced := find_replaced(orders):
        chars = without_false_replacements(replaced, chars, lambda: _read_text(page, view, orders, fonts))
    opened = OpenPage(page, width, height, {order: handle for handle, order in orders.items()}, forms.handle)
    for font, letters in fonts.suspicious.items():
        if is_false(fonts.handles[font], letters):
            own = (chars["font"] == font) & ~chars["hidden"]
            chars["hidden"][own], chars["reason"][own] = True, OTHER_GLYPHS
    over = read_annotations(page, view)
    mark_hidden(TextPage(opened, drawn, inspection.layered, inspection.patterned, over.drawn), chars)
    mark_struck(chars, rules, over.struck)
    annotations.extend(displayed_texts(over, opened, index + 1))
    chars, names = without_overprint(chars), tuple(fonts.fonts)
    if fields := list(forms.fields(page, view)):
        chars = np.concatenate([chars, characters_of(fields, chars, len(names))])
        names = (*names, FIELD_FONT)
    return Page(index + 1, width, height, chars, names, rules)


def _read_text(page: int, view: View, orders: dict[int, int], fonts: PageFonts) -> Chars:
    """Read the characters of an open page. The arguments are those of ``read_characters``."""
    text = C.FPDFText_LoadPage(page)
    if not text:
        return np.zeros(0, CHAR)
    try:
        return read_characters(text, view, orders, fonts)
    finally:
        C.FPDFText_ClosePage(text)
