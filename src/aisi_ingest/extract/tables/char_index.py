"""Index the characters of a page by position, and keep the characters of a word in one cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.geometry import box_of, points_inside
from aisi_ingest.extract.lines.arrays import is_inked
from aisi_ingest.model import Box

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

# Words: characters on one baseline without a gap, in em.
_SAME_BASELINE = 0.1
_WORD_GAP = 0.2
# Lines that cut through more words than this are a picture behind text.
_MOST_CUTS = 2
_CUT_SHARE = 0.02
# A few letters of a word may stick out of its cell.
_STICKING_OUT = 2
_STICKING_OUT_SHARE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class CharIndex:
    """Positions of the characters that may belong to a table: visible ones that no overlay holds.

    Attributes:
        index: Indices into ``Page.chars``.
        x: Middle of each character, in points.
        y: Middle of each character, in points.
        inked: Whether each is no space.
        word: Number of the word that each belongs to.
    """

    index: Array
    x: Array
    y: Array
    inked: Array
    word: Array

    def inside(self, box: Box) -> Array:
        """Return the positions in this index of the characters whose middle lies in a box."""
        return np.flatnonzero(points_inside(box, self.x, self.y))

    def has_text(self, box: Box) -> bool:
        """Return whether an inked character lies in a box."""
        return bool(self.inked[self.inside(box)].any())


def char_index(page: Page, overlays: Array) -> CharIndex:
    """Index the visible characters of a page that no overlay (rows of ``RULE``) holds."""
    chars = page.chars
    x, y = (chars["x0"] + chars["x1"]) / 2, (chars["top"] + chars["bottom"]) / 2
    free = ~chars["hidden"]
    for overlay in overlays:
        free &= ~(points_inside(box_of(overlay), x, y) & (chars["order"] > overlay["order"]))
    index = np.flatnonzero(free)
    chars, x, y = chars[index], x[index].astype(float), y[index].astype(float)
    inked = is_inked(chars["code"])
    em = chars["size"][1:]
    gap = chars["x0"][1:] - chars["x1"][:-1]
    same_word = (np.abs(np.diff(chars["origin_y"])) < _SAME_BASELINE * em) & (np.abs(gap) < _WORD_GAP * em)
    same_word &= inked[1:] & inked[:-1]
    word = np.cumsum(np.concatenate((np.ones(min(1, len(index)), bool), ~same_word)))
    return CharIndex(index, x, y, inked, word)


def cuts_words(cell: Array, word: Array) -> bool:
    """Return whether the lines of a grid run through words: then the grid is a picture behind text.

    Args:
        cell: Number of the cell of each character.
        word: Number of the word of each character.
    """
    inside = np.diff(word) == 0
    cut = (np.diff(cell) != 0) & inside
    return bool(cut.sum() > max(_MOST_CUTS, _CUT_SHARE * inside.sum()))


def whole_words(cell: Array, word: Array) -> Array:
    """Return the cell of each character; a few letters that stick out follow the rest of their word.

    Args:
        cell: Number of the cell that holds each character.
        word: Number of the word of each character.
    """
    cell = cell.copy()
    changes = np.flatnonzero((np.diff(cell) != 0) & (np.diff(word) == 0))
    for number in np.unique(word[changes]).tolist():
        members = np.flatnonzero(word == number)
        cells, counts = np.unique(cell[members], return_counts=True)
        if counts.sum() - counts.max() <= min(_STICKING_OUT, _STICKING_OUT_SHARE * counts.sum()):
            cell[members] = cells[counts.argmax()]
    return cell
