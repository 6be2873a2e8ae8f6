"""What PDFium itself reads inside of rectangles on a page: a second opinion on published regions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from aisi_ingest.text.normalise import normalise

_HYPHEN = "\x02"  # what PDFium returns for a hyphen at the end of a line


class Pages:
    """The characters of a PDF with the middles of their boxes, in points from the top left of the page."""

    def __init__(self, path: Path) -> None:
        self._file = pypdfium2.PdfDocument(path)
        self._pages: dict[int, list[tuple[str, float, float]]] = {}

    def inside(self, regions: Iterable[Mapping[str, Any]]) -> str:
        """Return the characters whose middle is in one of the regions, without spaces, normalised."""
        text = "".join(
            char
            for region in regions
            for char, x, y in self._characters(int(region["page"]))
            if region["bbox"][0] <= x <= region["bbox"][2] and region["bbox"][1] <= y <= region["bbox"][3]
        )
        return squeezed(text)

    def _characters(self, number: int) -> list[tuple[str, float, float]]:
        if number not in self._pages:
            page = self._file[number - 1]
            text = page.get_textpage()
            bounds = raw.FS_RECTF()
            raw.FPDF_GetPageBoundingBox(page, bounds)
            left, top = bounds.left, bounds.top
            found = []
            for k in range(text.count_chars()):
                x0, y0, x1, y1 = text.get_charbox(k, loose=True)
                char = chr(raw.FPDFText_GetUnicode(text, k)).replace(_HYPHEN, "-")
                found.append((char, (x0 + x1) / 2 - left, top - (y0 + y1) / 2))
            self._pages[number] = found
        return self._pages[number]


def squeezed(text: str) -> str:
    """Return a text in NFKC and without spaces, for comparing."""
    return "".join(unicodedata.normalize("NFKC", normalise(text)).split())
