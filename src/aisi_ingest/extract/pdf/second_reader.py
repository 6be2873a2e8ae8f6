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
from aisi_ingest.extract.pdf.page import CHAR, DESCENT, LINE, REASONS, RULE, Chars, Font, Page

_SUBSET_PREFIX = 7  # characters: "ABCDEF+"
_UNKNOWN = 0xFFFD
_BLACK = 0x000000FF
_MOST_CHARACTERS = 100_000  # of one page
_GREY, _RGB, _CMYK = 1, 3, 4  # numbers in a colour


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
    characters = np.array(rows, CHAR)
    _mark_hidden(characters, chars, right - left, bottom - top)
    rules = np.array(
        [
            (each["x0"] - left, each["top"] - top, each["x1"] - left, each["bottom"] - top, LINE, _BLACK, 0.0, 0)
            for each in edges
        ],
        RULE,
    )
    return Page(number, right - left, bottom - top, characters, tuple(map(_font, names)), rules)


def _mark_hidden(rows: Chars, chars: list[dict[str, Any]], width: float, height: float) -> None:
    """Mark the characters outside the page and the white ones as hidden: what is behind them is not known.

    Args:
        rows: The characters, changed in place.
        chars: The glyphs of pdfplumber, by drawing order.
        width: Width of the page, in points.
        height: Height of the page, in points.
    """
    x, y = (rows["x0"] + rows["x1"]) / 2, (rows["top"] + rows["bottom"]) / 2
    outside = (x < 0) | (x > width) | (y < 0) | (y > height)
    white = np.array([_is_white(char["non_stroking_color"]) for char in chars])[rows["order"]] & ~outside
    rows["hidden"] = outside | white
    rows["reason"][outside] = REASONS["outside"]
    rows["reason"][white] = REASONS["same_colour"]


def _is_white(color: Any) -> bool:
    """Return whether a colour of one (grey), three (RGB) or four (CMYK) numbers is white."""
    parts = color if isinstance(color, (tuple, list)) else (color,)
    if not all(isinstance(part, (int, float)) for part in parts):
        return False
    if len(parts) == _CMYK:
        return bool(max(parts) <= 0)
    return len(parts) in (_GREY, _RGB) and bool(min(parts) >= 1)


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
            *(size, font, _BLACK, angle, False, order, 0),
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
