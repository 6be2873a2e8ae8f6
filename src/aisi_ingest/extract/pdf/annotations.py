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
from aisi_ingest.model import Box

_FREE_TEXT, _STRIKE_OUT = 3, 12  # annotation subtypes, fpdf_annot.h
_NOT_DISPLAYED = 1 << 1 | 1 << 5  # the flags Hidden and NoView (ISO 32000-1, table 165)
_MAX_ANNOTATIONS = 2000  # on one page; a page with more is a form that was made to be slow
_MAX_TEXT = 1 << 20  # bytes of one annotation's text
_UTF16_END = 2  # bytes: the zero that ends a UTF-16 string


class Annotation(Struct, frozen=True):
    """The text of one annotation, as the file gives it, and its place on the page."""

    page: int  # from 1
    box: Box
    text: str


def read_annotations(page: int, number: int, view: View) -> Iterator[Annotation]:
    """Yield the texts that a viewer displays over an open page, in the file's order.

    Args:
        page: PDFium's handle of the page.
        number: Page number, from 1.
        view: The page's view.
    """
    for index in range(min(_MAX_ANNOTATIONS, C.FPDFPage_GetAnnotCount(page))):
        handle = C.FPDFPage_GetAnnot(page, index)
        if not handle:
            continue
        try:
            kind = C.FPDFAnnot_GetSubtype(handle)
            if kind != _FREE_TEXT or C.FPDFAnnot_GetFlags(handle) & _NOT_DISPLAYED:
                continue
            text = _read_string(handle, b"Contents")
            sides = (ctypes.c_float * 4)()  # left, top, right, bottom
            if text.strip() and C.FPDFAnnot_GetRect(handle, ctypes.addressof(sides)):
                x0, top, x1, bottom = view.boxes(*sides)
                yield Annotation(number, Box(float(x0), float(top), float(x1), float(bottom)), text)
        finally:
            C.FPDFPage_CloseAnnot(handle)


def struck_boxes(page: int, view: View) -> list[Box]:
    """Return the boxes of the text that annotations on an open page strike out.

    Args:
        page: PDFium's handle of the page.
        view: The page's view.
    """
    boxes: list[Box] = []
    for index in range(min(_MAX_ANNOTATIONS, C.FPDFPage_GetAnnotCount(page))):
        handle = C.FPDFPage_GetAnnot(page, index)
        if not handle:
            continue
        try:
            if C.FPDFAnnot_GetSubtype(handle) == _STRIKE_OUT and not C.FPDFAnnot_GetFlags(handle) & _NOT_DISPLAYED:
                boxes.extend(_quadrilaterals(handle, view))
        finally:
            C.FPDFPage_CloseAnnot(handle)
    return boxes


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
