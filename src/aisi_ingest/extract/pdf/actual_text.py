"""Read the glyphs of text that the file replaces by another text (ActualText), and keep the replacement if it is true.

A span of a page can carry a text that PDFium returns instead of that of its glyphs (ISO 32000-1, 14.9.4). Writers use
it for ligatures, hyphens at line ends and glyphs without a Unicode value. It can also say something else than the page
shows. Then the text of the glyphs is published, and the replacement is hidden with the reason "actual_text".
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Callable, Mapping
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.pdf.code_points import REPLACEMENT
from aisi_ingest.extract.pdf.page import ACTUAL_TEXT
from aisi_ingest.extract.pdf.pdfium import UNCHECKED, C, pointer

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Chars

Array = np.ndarray[Any, Any]

# Letters and digits that one glyph without a Unicode value can stand for: a ligature of three, a square word of four.
_PER_GLYPH = 4
_LIGATURES = frozenset("ff fi fl ffi ffl fb fh fj fk ft fft ct st th ti tt tti".split())  # noqa: SIM905
# Unicode categories: control and format characters, punctuation, spaces, marks, and signs that are no numbers.
_NOT_COMPARED = frozenset("Cc Cf Co Cn Cs Pc Pd Ps Pe Pi Pf Po Zs Zl Zp Mn Mc Me Sk So".split())  # noqa: SIM905


def find_replaced(orders: Mapping[int, int]) -> list[list[int]]:
    """Return the text objects of each span that has an ActualText, by their drawing order; remove it from them.

    Args:
        orders: Drawing order of each text object of an open page, by its handle.
    """
    handles = list(orders)
    at = list(map(pointer, handles))
    counts = list(map(UNCHECKED.FPDFPageObj_CountMarks, at))
    spans: dict[int, list[int]] = {}  # objects of one span have the same mark
    for i in range(max(counts, default=0)):
        chosen = [k for k, count in enumerate(counts) if count > i]
        marks = map(UNCHECKED.FPDFPageObj_GetMark, [at[k] for k in chosen], repeat(i))
        for k, mark in zip(chosen, marks, strict=True):
            spans.setdefault(mark, []).append(handles[k])
    replaced = [(mark, objects) for mark, objects in spans.items() if _has_actual_text(mark)]
    for mark, objects in replaced:
        for handle in objects:
            C.FPDFPageObj_RemoveMark(handle, mark)
    return [[orders[handle] for handle in objects] for _, objects in replaced]


def _has_actual_text(mark: int) -> bool:
    size = ctypes.c_ulong()
    return bool(C.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", None, 0, ctypes.addressof(size)))


def without_false_replacements(replaced: list[list[int]], chars: Chars, read_glyphs: Callable[[], Chars]) -> Chars:
    """Return the characters with the text of the glyphs wherever the replacement says something else.

    Args:
        replaced: Drawing orders of the text objects of each span with an ActualText.
        chars: The characters of the page as PDFium returns them, with the replacements.
        read_glyphs: Reads the characters again, without the replacements.
    """
    glyphs = read_glyphs()
    false: list[int] = []
    for span in replaced:
        claimed, drawn = (each["code"][np.isin(each["order"], span)] for each in (chars, glyphs))
        if not is_true(claimed.tolist(), drawn.tolist()):
            false += span
    if not false:
        return chars
    hidden = np.isin(chars["order"], false)
    chars["hidden"] |= hidden
    chars["reason"][hidden] = ACTUAL_TEXT
    shown = glyphs[np.isin(glyphs["order"], false)]
    # The characters stay in the order in which the file draws them.
    before = np.searchsorted(np.maximum.accumulate(chars["order"]), shown["order"])
    return np.concatenate([chars, shown])[np.argsort(np.append(np.arange(len(chars)), before - 0.5), kind="stable")]


def is_true(claimed: list[int], drawn: list[int]) -> bool:
    """Return whether a replacement says what its glyphs show.

    Args:
        claimed: Code points of the replacement.
        drawn: Code points of the glyphs, REPLACEMENT or a private one for a glyph without a Unicode value.
    """
    unknown = [code for code in drawn if code == REPLACEMENT or unicodedata.category(chr(code)) in ("Co", "Cc")]
    claim, shown = _compared(claimed), _compared(drawn)
    if len(shown) <= 1 and not any(map(str.isalnum, claim)) and "".join(map(chr, claimed)).strip():
        return True  # a sign, whose glyph has the code of a letter in fonts such as Wingdings
    if not shown and claim in _LIGATURES:
        return True  # a ligature, whose glyph has the code of a sign
    if len(unknown) == len(drawn):
        return len(claim) <= _PER_GLYPH * len(unknown)
    if not unknown:
        return claim == shown
    return len(claim) <= len(shown) + _PER_GLYPH * len(unknown) and _is_inside(shown, claim)


def _compared(codes: list[int]) -> str:
    """Return the letters and digits of a text, without differences of form, case, spacing and punctuation."""
    text = unicodedata.normalize("NFKC", "".join(map(chr, codes))).casefold()
    return "".join(char for char in text if unicodedata.category(char) not in _NOT_COMPARED)


def _is_inside(part: str, whole: str) -> bool:
    """Return whether ``whole`` contains the characters of ``part`` in the same order."""
    rest = iter(whole)
    return all(char in rest for char in part)
