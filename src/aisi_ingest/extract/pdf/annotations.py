"""Read the text boxes of reviewers that a viewer lays over a page. `form_fields` reads the fields of forms.

This text is displayed with the page but is not part of its content. Comments that open only on a click are
skipped, as are the comments of slides.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

from msgspec import Struct

from aisi_ingest.extract.pdf.page import View
from aisi_ingest.extract.pdf.pdfium import C
from aisi_ingest.extract.pdf.rendering import OpenPage, changed_by_annotations
from aisi_ingest.model import Box, HiddenReason

# Annotation subtypes, fpdf_annot.h.
_FREE_TEXT, _SQUARE, _CIRCLE, _STRIKE_OUT, _INK, _POPUP = 3, 5, 6, 12, 15, 16
_NEVER_DRAWN = (_POPUP,)  # before a click
_DRAWN_BY_VIEWERS = (_SQUARE, _CIRCLE, _INK)  # even if the file does not say how
_NOT_DISPLAYED = 1 << 1 | 1 << 5  # the flags Hidden and NoView (ISO 32000-1, table 165)
_MAX_ANNOTATIONS = 2000  # on one page; a page with more is a form that was made to be slow
_MAX_TEXT = 1 << 20  # bytes of one annotation's text
_UTF16_END = 2  # bytes: the zero that ends a UTF-16 string


class Annotation(Struct, frozen=True):
    """The text of one annotation, as the file gives it, and its place on the page."""

    page: int  # from 1
    box: Box
    text: str
    hidden_reason: HiddenReason | None = None


class PageAnnotations(Struct, frozen=True):
    """The annotations that a viewer displays over a page.

    Attributes:
        texts: Text boxes of reviewers, in the file's order: the place and the text of each, and whether the file says
            how it is drawn.
        struck: Boxes of the text that is struck out.
        drawn: Boxes of those that may cover what is below them.
    """

    texts: tuple[tuple[Box, str, bool], ...]
    struck: tuple[Box, ...]
    drawn: tuple[Box, ...]


def read_annotations(page: int, view: View) -> PageAnnotations:
    """Read the annotations of an open page.

    Args:
        page: PDFium's handle of the page.
        view: The page's view.
    """
    texts: list[tuple[Box, str, bool]] = []
    struck: list[Box] = []
    drawn: list[Box] = []
    sides = (ctypes.c_float * 4)()  # left, top, right, bottom
    for index in range(min(_MAX_ANNOTATIONS, C.FPDFPage_GetAnnotCount(page))):
        handle = C.FPDFPage_GetAnnot(page, index)
        if not handle:
            continue
        try:
            kind = C.FPDFAnnot_GetSubtype(handle)
            if kind in _NEVER_DRAWN or C.FPDFAnnot_GetFlags(handle) & _NOT_DISPLAYED:
                continue
            if kind == _STRIKE_OUT:
                struck.extend(_quadrilaterals(handle, view))
            has_appearance = bool(C.FPDFAnnot_HasKey(handle, b"AP"))
            if not C.FPDFAnnot_GetRect(handle, ctypes.addressof(sides)):
                continue
            box = Box(*map(float, view.boxes(*sides)))
            if has_appearance or kind in _DRAWN_BY_VIEWERS:
                drawn.append(box)
            if kind == _FREE_TEXT and (text := _read_string(handle, b"Contents")).strip():
                texts.append((box, text, has_appearance))
        finally:
            C.FPDFPage_CloseAnnot(handle)
    return PageAnnotations(tuple(texts), tuple(struck), tuple(drawn))


def displayed_texts(found: PageAnnotations, page: OpenPage, number: int) -> Iterator[Annotation]:
    """Yield the texts of annotations, with the reason for those that nobody sees.

    Args:
        found: The annotations of the page.
        page: The open page.
        number: Its number, from 1.
    """
    drawn = [box for box, _, has_appearance in found.texts if has_appearance]
    changed_boxes = changed_by_annotations(page, drawn) if drawn else []
    unpainted = {box for box, changed in zip(drawn, changed_boxes, strict=True) if not changed}
    for box, text, _ in found.texts:
        reason: HiddenReason | None = None
        if box.x1 <= 0 or box.bottom <= 0 or box.x0 >= page.width or box.top >= page.height:
            reason = "outside"
        elif box in unpainted:
            reason = "unpainted"
        yield Annotation(number, box, text, reason)


def _quadrilaterals(handle: int, view: View) -> Iterator[Box]:
    """Yield the boxes of the lines of text that an annotation covers."""
    corners = (ctypes.c_float * 8)()  # x and y of four corners (FS_QUADPOINTSF, fpdfview.h)
    for index in range(min(_MAX_ANNOTATIONS, C.FPDFAnnot_CountAttachmentPoints(handle))):
        if C.FPDFAnnot_GetAttachmentPoints(handle, index, ctypes.addressof(corners)):
            x, y = corners[0::2], corners[1::2]
            yield Box(*map(float, view.boxes(min(x), min(y), max(x), max(y))))


def _read_string(handle: int, key: bytes) -> str:
    """Return the string under ``key`` in an annotation's dictionary; "" if it is missing or too long."""
    size = C.FPDFAnnot_GetStringValue(handle, key, None, 0)
    if not _UTF16_END < size <= _MAX_TEXT:
        return ""
    buffer = ctypes.create_string_buffer(size)
    C.FPDFAnnot_GetStringValue(handle, key, ctypes.addressof(buffer), size)
    return buffer.raw[: size - _UTF16_END].decode("utf-16-le", "replace")
