"""Read the fields of a form as characters of its page, so that each value stands beside its label.

A viewer draws the values over the page. Here they become characters at the place of the field: text in its type size,
and a box for a check box or a radio button, ticked or empty. So lines, tables and reading order contain them like
printed text. Passwords, buttons, signatures and fields that are not displayed are skipped.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from aisi_ingest.extract.pdf.page import ASCENT, CHAR, DESCENT, Font, View
from aisi_ingest.extract.pdf.pdfium import C
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Chars

CHECKED, UNCHECKED = "☑", "☐"
_CHECK_BOX, _RADIO_BUTTON, _COMBO_BOX, _LIST_BOX, _TEXT = 2, 3, 4, 5, 6  # fpdf_formfill.h
_KIND_OF = {"Tx": _TEXT, "Ch": _COMBO_BOX}
_PASSWORD = 1 << 13  # field flag (ISO 32000-1, table 228)
_WIDGET = 20  # annotation subtype, fpdf_annot.h
_NOT_DISPLAYED = 1 << 1 | 1 << 5  # the flags Hidden and NoView (ISO 32000-1, table 165)
_INFO_SIZE, _INFO_VERSION = 1024, 2  # bytes of a FPDF_FORMFILLINFO without callbacks, and more
_MAX_FIELDS = 2000  # on one page; a page with more is a form that was made to be slow
_MAX_OPTIONS = 500
_MAX_TEXT = 1 << 16  # bytes of one value
_UTF16_END = 2  # bytes: the zero that ends a UTF-16 string
# Type size where the field leaves it to the viewer, and its limits, in points; share of the height of a line.
_USUAL_SIZE, _SMALLEST_SIZE, _SHARE_OF_HEIGHT = 12.0, 4.0, 0.75
_LEADING, _MARGIN = 1.2, 2.0  # type sizes; points
_WIDE, _NARROW = 1.0, 0.5  # em
_SAME_LINE = 0.5  # of the height of the field: the baseline of a label beside it
_BLACK = 0x000000FF


class Field(NamedTuple):
    """A displayed field: its place on the page, its text, and the type size in points (0: the viewer chooses)."""

    box: Box
    text: str
    size: float


class Forms:
    """The form of an open document. Without one, no page has fields.

    Attributes:
        handle: PDFium's handle of the form; 0 without one.
    """

    def __init__(self, document: int) -> None:
        """Open the form. Scripts are never run: PDFium is built and called without an interpreter.

        Args:
            document: PDFium's handle of the document.
        """
        self._info = ctypes.create_string_buffer(_INFO_SIZE)
        ctypes.cast(self._info, ctypes.POINTER(ctypes.c_int))[0] = _INFO_VERSION
        has_form = C.FPDF_GetFormType(document) > 0
        self.handle = C.FPDFDOC_InitFormFillEnvironment(document, ctypes.addressof(self._info)) if has_form else 0

    def close(self) -> None:
        """Close the form; before the document."""
        if self.handle:
            C.FPDFDOC_ExitFormFillEnvironment(self.handle)
            self.handle = 0

    def fields(self, page: int, view: View) -> Iterator[Field]:
        """Yield the displayed fields of an open page, in the file's order.

        Args:
            page: PDFium's handle of the page.
            view: The page's view.
        """
        for index in range(min(_MAX_FIELDS, C.FPDFPage_GetAnnotCount(page)) if self.handle else 0):
            annotation = C.FPDFPage_GetAnnot(page, index)
            if not annotation:
                continue
            try:
                is_widget = C.FPDFAnnot_GetSubtype(annotation) == _WIDGET
                if is_widget and not C.FPDFAnnot_GetFlags(annotation) & _NOT_DISPLAYED:
                    yield from self._read(annotation, view)
            finally:
                C.FPDFPage_CloseAnnot(annotation)

    def _read(self, annotation: int, view: View) -> Iterator[Field]:
        sides, size = (ctypes.c_float * 4)(), ctypes.c_float()  # left, top, right, bottom
        if not C.FPDFAnnot_GetRect(annotation, ctypes.addressof(sides)):
            return
        text = self._text(annotation)
        if text.strip():
            C.FPDFAnnot_GetFontSize(self.handle, annotation, ctypes.addressof(size))
            yield Field(Box(*map(float, view.boxes(*sides))), text.strip(), max(0.0, float(size.value)))

    def _text(self, annotation: int) -> str:
        """Return the text that a viewer displays in a field; "" for fields without text."""
        form = self.handle
        kind = C.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind <= 0:  # no field of the form refers to it
            kind = _KIND_OF.get(_string(C.FPDFAnnot_GetStringValue, annotation, b"FT"), 0)
            if kind in (_TEXT, _COMBO_BOX):
                return _string(C.FPDFAnnot_GetStringValue, annotation, b"V")
        elif C.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD and kind == _TEXT:
            return ""
        if kind in (_CHECK_BOX, _RADIO_BUTTON):
            state = _string(C.FPDFAnnot_GetStringValue, annotation, b"AS")
            return UNCHECKED if state in ("", "Off") else CHECKED
        if kind in (_COMBO_BOX, _LIST_BOX) and (chosen := self._chosen(annotation)):
            return "\n".join(chosen)
        return (
            _string(C.FPDFAnnot_GetFormFieldValue, form, annotation) if kind in (_TEXT, _COMBO_BOX, _LIST_BOX) else ""
        )

    def _chosen(self, annotation: int) -> list[str]:
        """Return the labels of the options that are chosen in a list."""
        form = self.handle
        options = range(min(_MAX_OPTIONS, C.FPDFAnnot_GetOptionCount(form, annotation)))
        chosen = [k for k in options if C.FPDFAnnot_IsOptionSelected(form, annotation, k)]
        return [_string(C.FPDFAnnot_GetOptionLabel, form, annotation, k) for k in chosen]


def _string(call: Any, *arguments: Any) -> str:
    size = call(*arguments, None, 0)
    if not _UTF16_END < size <= _MAX_TEXT:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(*arguments, ctypes.addressof(buffer), size)
    return buffer.raw[: size - _UTF16_END].decode("utf-16-le", "replace").replace("\r\n", "\n").replace("\r", "\n")


FIELD_FONT = Font("form field")


def characters_of(fields: list[Field], chars: Chars, font: int) -> Chars:
    """Return the characters of fields.

    Args:
        fields: The fields of a page.
        chars: The printed characters of the page. A field on the line of a printed label gets its baseline and size.
        font: Index of `FIELD_FONT` in the fonts of the page.
    """
    order = int(chars["order"].max(initial=0)) + 1
    out: list[tuple[Any, ...]] = []
    for field in fields:
        lines = field.text.split("\n")
        size, baseline = _type_of(field, len(lines), chars)
        for k, line in enumerate(lines):
            y = baseline + k * _LEADING * size
            for x0, x1, char in _placed(line, field.box, size):
                edges = (x0, y - ASCENT * size, x1, y + DESCENT * size)
                out.append((ord(char), *edges, x0, y, size, font, _BLACK, 0, False, order, 0))
    return np.array(out, CHAR) if out else np.zeros(0, CHAR)


def _type_of(field: Field, lines: int, chars: Chars) -> tuple[float, float]:
    """Return the type size and the first baseline of a field, in points."""
    box = field.box
    height = (box.bottom - box.top) / lines
    size = field.size or min(_USUAL_SIZE, max(_SMALLEST_SIZE, _SHARE_OF_HEIGHT * height))
    if lines > 1:
        return size, box.top + _MARGIN + ASCENT * size
    middle = (box.top + box.bottom) / 2
    baseline = middle + (ASCENT - DESCENT) * size / 2
    near = ~chars["hidden"] & (np.abs(chars["origin_y"] - baseline) < _SAME_LINE * height) & (chars["angle"] == 0)
    if not near.any():
        return size, baseline
    labels = chars[near]
    distance = np.maximum(box.x0 - labels["x1"], labels["x0"] - box.x1)
    label = labels[int(np.argmin(np.abs(distance)))]
    return float(label["size"]), float(label["origin_y"])


def _placed(line: str, box: Box, size: float) -> Iterator[tuple[float, float, str]]:
    """Yield the left and right edge of each character of a line, and the character; all inside the field."""
    if line in (CHECKED, UNCHECKED):
        yield box.x0, max(box.x1, box.x0 + 1), line
        return
    widths = [size * (_WIDE if unicodedata.east_asian_width(char) in "WFA" else _NARROW) for char in line]
    room = max(1.0, box.x1 - box.x0 - 2 * _MARGIN)
    scale = min(1.0, room / max(1.0, sum(widths)))
    x = box.x0 + _MARGIN
    for char, width in zip(line, widths, strict=True):
        yield x, x + scale * width, char
        x += scale * width
