"""Read the characters and lines of a page with pdfplumber, for pages that PDFium cannot read.

pdfplumber is slow and knows less: it does not say what is hidden, and no pictures or annotations are read. It is
imported only for such a page. Like PDFium it runs in the worker, with the worker's limits.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from aisi_ingest.extract.pdf import font_names
from aisi_ingest.extract.pdf.page import CHAR, DESCENT, LINE, RULE, Font, Page

_SUBSET_PREFIX = 7  # characters: "ABCDEF+"
_UNKNOWN = 0xFFFD
_BLACK = 0x000000FF
_MOST_CHARACTERS = 100_000  # of one page


def read_page(path: str | Path, password: str | None, number: int, page_count: int) -> Page | None:
    """Read a page.

    Args:
        path: The file.
        password: Its password, if it needs one.
        number: Number of the page, from 1.
        page_count: Number of pages that PDFium has counted. If pdfplumber counts others, numbers mean other pages.

    Returns:
        The page; None if it cannot be read either, or has no text.
    """
    try:
        import pdfplumber

        with pdfplumber.open(path, password=password) as document:
            if len(document.pages) != page_count:
                return None
            page = document.pages[number - 1]
            left, top, right, bottom = page.cropbox
            chars = [char for char in page.chars[:_MOST_CHARACTERS] if char["text"]]
            edges = list(page.edges)
    except Exception:  # a damaged page may raise anything, and the reason is of no use
        return None
    if not chars:
        return None
    names = sorted({char["fontname"] for char in chars})
    fonts = {name: number for number, name in enumerate(names)}
    rows = [row for order, char in enumerate(chars) for row in _char_rows(char, order, fonts, left, top)]
    rules = np.array(
        [
            (each["x0"] - left, each["top"] - top, each["x1"] - left, each["bottom"] - top, LINE, _BLACK, 0.0, 0)
            for each in edges
        ],
        RULE,
    )
    return Page(number, right - left, bottom - top, np.array(rows, CHAR), tuple(map(_font, names)), rules)


def _char_rows(char: dict[str, Any], order: int, fonts: dict[str, int], left: float, top: float) -> list[Any]:
    """Return the rows of ``CHAR`` of one glyph, of which a ligature has several.

    Args:
        char: A character of pdfplumber.
        order: Its place in the drawing order.
        fonts: Numbers of the fonts by their names.
        left: Left side of the visible page, in points.
        top: Upper side of the visible page, in points.
    """
    text = chr(_UNKNOWN) if char["text"].startswith("(cid:") else char["text"]
    x0, x1, size = char["x0"] - left, char["x1"] - left, char["size"]
    matrix = char["matrix"]
    angle = math.degrees(math.atan2(matrix[1], matrix[0]))
    step = (x1 - x0) / len(text)
    high, low = char["top"] - top, char["bottom"] - top
    baseline = low - DESCENT * size
    font = fonts[char["fontname"]]
    return [
        (
            *(ord(letter), x0 + k * step, high, x0 + (k + 1) * step, low, x0 + k * step, baseline),
            *(size, font, _BLACK, angle, False, order, False),
        )
        for k, letter in enumerate(text)
    ]


def _font(name: str) -> Font:
    plain = name[_SUBSET_PREFIX:] if name[_SUBSET_PREFIX - 1 : _SUBSET_PREFIX] == "+" else name
    return Font(
        plain,
        font_names.is_bold(plain),
        font_names.is_italic(plain),
        font_names.is_serif(plain),
        font_names.is_monospace(plain),
    )
