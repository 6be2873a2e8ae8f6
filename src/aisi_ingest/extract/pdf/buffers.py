"""Hold the memory that PDFium writes character data into, and call PDFium once per character without a Python loop."""

from __future__ import annotations

import ctypes
import functools
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.pdfium import pointer

if TYPE_CHECKING:
    import numpy.typing as npt  # takes 20 ms to import

CHUNK = 8192
"""Characters read in one turn; the buffers have this length."""

NAME_SIZE = 4096
"""Bytes for the name of a font."""


class Buffers:
    """Arrays that PDFium writes into, with the addresses of their rows (``..._at``)."""

    def __init__(self) -> None:
        self.box = np.zeros((CHUNK, 4), "f4")
        self.point = np.zeros((CHUNK, 4), "f8")
        self.matrix = np.zeros((CHUNK, 6), "f4")
        self.color = np.zeros((CHUNK, 4), "u4")
        self.size = np.zeros(CHUNK, "f4")
        self.text = np.zeros(CHUNK + 1, "<u2")
        self.text_at: int = self.text.ctypes.data
        self.name = ctypes.create_string_buffer(NAME_SIZE)
        self.name_at = ctypes.addressof(self.name)
        self.box_at = self._rows(self.box)
        self.point_at = [self._rows(self.point, i) for i in range(4)]
        self.matrix_at = self._rows(self.matrix)
        self.color_at = [self._rows(self.color, i) for i in range(4)]
        self.size_at = self._rows(self.size)

    @staticmethod
    def _rows(array: npt.NDArray[Any], column: int = 0) -> list[Any]:
        step, start = array.strides[0], array.ctypes.data + column * array.itemsize
        return list(map(pointer, range(start, start + step * len(array), step)))


@functools.cache
def buffers() -> Buffers:
    """Return the buffers of this process; PDFium is not thread-safe, so one set is enough."""
    return Buffers()


def call_each(call: Any, *arguments: Any) -> None:
    """Call a function of PDFium for each set of arguments and ignore the results.

    ``map`` over a C function with addresses that exist beforehand takes 0.1 microseconds per call. A Python
    loop over pypdfium2's bindings takes 1.5.
    """
    deque(map(call, *arguments), maxlen=0)
