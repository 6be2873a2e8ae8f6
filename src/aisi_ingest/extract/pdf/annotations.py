"""Text that is laid over a page: text boxes of reviewers and fields that were filled in.

A viewer draws both with the page, but they are none of its content. Comments that only open on a click are
left out, as those of slides are.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

from msgspec import Struct

from aisi_ingest.extract.pdf.page import View
from aisi_ingest.extract.pdf.pdfium import C
from aisi_ingest.model import Box

_FREE_TEXT, _WIDGET = 3, 20  # fpdf_annot.h
_UNSEEN = 1 << 1 | 1 << 5  # hidden, not shown (ISO 32000-1, table 165)
_MOST = 2000  # on one page; more is a form made to be slow


class Annotation(Struct, frozen=True):
    """What one annotation says, and where; the text is as the file has it."""

    page: int  # from 1
    box: Box
    text: str


def annotations_on(page: int, number: int, view: View) -> Iterator[Annotation]:
    """The texts that a viewer shows over an open page, in the file's order."""
    for index in range(min(_MOST, C.FPDFPage_GetAnnotCount(page))):
        handle = C.FPDFPage_GetAnnot(page, index)
        if not handle:
            continue
        try:
            kind = C.FPDFAnnot_GetSubtype(handle)
            if kind not in (_FREE_TEXT, _WIDGET) or C.FPDFAnnot_GetFlags(handle) & _UNSEEN:
                continue
            if kind == _WIDGET and _string(handle, b"FT") == "Btn":
                continue  # the value of a button is a name inside the file
            text = _string(handle, b"Contents" if kind == _FREE_TEXT else b"V")
            sides = (ctypes.c_float * 4)()  # left, top, right, bottom
            if text.strip() and C.FPDFAnnot_GetRect(handle, ctypes.addressof(sides)):
                x0, top, x1, bottom = view.boxes(*sides)
                yield Annotation(number, Box(float(x0), float(top), float(x1), float(bottom)), text)
        finally:
            C.FPDFPage_CloseAnnot(handle)


def _string(handle: int, key: bytes) -> str:
    size = C.FPDFAnnot_GetStringValue(handle, key, None, 0)
    if not 2 < size <= 1 << 20:
        return ""
    buffer = ctypes.create_string_buffer(size)
    C.FPDFAnnot_GetStringValue(handle, key, ctypes.addressof(buffer), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
