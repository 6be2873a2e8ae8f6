"""Read the text of a table's cells."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import structs

from aisi_ingest.extract.lines.arrays import is_inked
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.extract.lines.lines import lines_of
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide, join_lines, normalise
from aisi_ingest.text.raised import write_raised

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]

_CELL_DISTANCE = 1.5  # heights of the page by which the cells are moved apart
_SAME_BASELINE = 0.3  # em
# Characters one below the other, in em.
_STACK_WIDTH, _STACK_STEP = 0.8, 0.5
_MOST_TURNED = 0.5  # share of the characters; more is text of another direction
# A word or an address that is broken at the end of a line; in widths of a character.
_ROOM_FOR_NONE = 1.5
_ROUNDING = 0.5


def cell_texts(
    page: Page, index: Array, cell: Array, boxes: dict[int, Box]
) -> tuple[dict[int, str], dict[int, bool], dict[int, list[Line]]]:
    """Read the text of each cell.

    The characters of each cell are moved to a place of their own. One pass over all of them then makes the lines,
    and no line continues from one cell into the next.

    Args:
        page: The page.
        index: Indices into ``page.chars`` of the characters in the table.
        cell: Number of the cell of each of them.
        boxes: Box of each cell.

    Returns:
        The text of each cell by its number, whether all of it is bold, and its lines. The lines have no ``chars``.
    """
    chars = page.chars.copy()
    stacked = _stacked_texts(chars, index, cell)
    numbers, place = np.unique(cell, return_inverse=True)
    shift = (place * np.ceil(page.height * _CELL_DISTANCE)).astype("f4")
    for name in ("top", "bottom", "origin_y"):
        chars[name][index] += shift
    cell_of = dict(zip(index.tolist(), cell.tolist(), strict=True))
    lines: dict[int, list[Line]] = {int(number): [] for number in numbers}
    for line in lines_of(dataclasses.replace(page, chars=chars), index):
        if line.raised:  # an exponent or a note mark must not become digits of the number before it
            line = structs.replace(line, text=write_raised(line.text, line.raised), raised=())
        lines[cell_of[int(line.chars[0])]].append(line)
    blanks = np.cumsum(~is_inked(chars["code"]))
    # For each line but the first: whether the file has a space before it.
    spaced = {
        number: [int(blanks[below.chars[0]]) > int(blanks[above.chars[-1]]) for above, below in pairwise(own)]
        for number, own in lines.items()
    }
    writes_spaces = any(map(any, spaced.values()))
    texts, bold = {}, {}
    for number, own in lines.items():
        if own:
            texts[number] = join_cell_lines(own, [True, *spaced[number]], boxes[number], writes_spaces)
            bold[number] = all(line.bold for line in own)
    for number, text in stacked.items():
        if sorted(text) == sorted(texts.get(number, "").replace(" ", "")):
            texts[number] = text
    moved = dict(zip(cell.tolist(), shift.tolist(), strict=True))
    return texts, bold, {number: [_moved_back(line, moved[number]) for line in own] for number, own in lines.items()}


_NO_CHARS = np.zeros(0, dtype=np.intp)


def _moved_back(line: Line, shift: float) -> Line:
    """Return the line at its place on the page. Its indices would keep the array of the whole page in memory."""
    box = Box(line.box.x0, line.box.top - shift, line.box.x1, line.box.bottom - shift)
    return structs.replace(line, box=box, chars=_NO_CHARS)


def _stacked_texts(chars: Array, index: Array, cell: Array) -> dict[int, str]:
    """Return the texts of cells in which characters stand one below the other, some of them turned on their side.

    Japanese word processors set narrow header cells like this: the long vowel mark is a turned glyph.

    Args:
        chars: Characters of the page.
        index: Indices of the characters in the table.
        cell: Number of the cell of each of them.
    """
    texts: dict[int, str] = {}
    for number in np.unique(cell[chars["angle"][index] != 0]).tolist():
        own = chars[index[(cell == number) & is_inked(chars["code"][index])]]
        if not len(own) or (own["angle"] != 0).mean() > _MOST_TURNED:
            continue
        x, y = (own["x0"] + own["x1"]) / 2, (own["top"] + own["bottom"]) / 2
        size = float(np.median(own["size"]))
        if np.ptp(x) < _STACK_WIDTH * size and (np.diff(np.sort(y)) > _STACK_STEP * size).all():
            texts[number] = normalise("".join(map(chr, own["code"][np.argsort(y)].tolist())))
    return texts


_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]*$")
_ADDRESS_START = re.compile(r"https?://|www\.")
_TOKEN = re.compile(r"[!-~\u00c0-\u024f\u2010-\u2027]+")
_BULLET = re.compile("^[・•●○◯⚫▪■□◆◇➢➤✓✔‣◦\uf000-\uf0ff\uff65][ \u3000]*")


def join_cell_lines(lines: Sequence[Line], spaced: Sequence[bool], box: Box, writes_spaces: bool) -> str:
    """Join the lines of a cell to one text.

    Addresses and words that were broken because the cell is narrow become whole again. Bullets are removed; list
    items and addresses are separated by a space. A bullet that is the only content of a cell stays.

    Args:
        lines: The lines of the cell.
        spaced: For each line, whether the file has a space before it: then a word ended there.
        box: The box of the cell.
        writes_spaces: Whether the file has spaces at the ends of lines at all. Some writers leave them out, and
            then their absence means nothing.
    """
    paragraphs: list[list[str]] = []
    before: Line | None = None
    only_bullets = not any(_BULLET.sub("", line.text) for line in lines)
    for line, has_space in zip(lines, spaced, strict=True):
        text = line.text if only_bullets else _BULLET.sub("", line.text)
        last = paragraphs[-1][-1] if paragraphs else ""
        if before is None or text != line.text or _ADDRESS_START.match(text):
            paragraphs.append([text])
        elif not last or (not has_space and _is_broken(last, before, line, box, writes_spaces)):
            paragraphs[-1][-1] += text
        elif _ADDRESS.search(last):
            paragraphs.append([text])
        elif abs(line.baseline - before.baseline) < _SAME_BASELINE * line.size and line.direction == before.direction:
            paragraphs[-1][-1] += " " + text  # a wide gap inside one line
        else:
            paragraphs[-1].append(text)
        before = line
    return " ".join(filter(None, map(join_lines, paragraphs)))


def _is_broken(text: str, before: Line, line: Line, box: Box, writes_spaces: bool) -> bool:
    """Return whether a line begins with the rest of a word or address of the line before.

    Args:
        text: The text of the cell so far.
        before: The line before.
        line: The line.
        box: The box of the cell.
        writes_spaces: Whether the file has spaces at the ends of lines.
    """
    if before.direction != "right" or line.direction != "right" or line.baseline <= before.baseline:
        return False
    head, tail = _TOKEN.match(line.text), _TOKEN.match(before.text.split(" ")[-1])
    if head is None or tail is None or is_wide(before.text[-1]):
        return False
    character = (line.box.x1 - line.box.x0) / max(1, len(line.text))  # average width
    margin = max(0.0, min(before.box.x0, line.box.x0) - box.x0)
    room = box.x1 - margin - before.box.x1
    if _ADDRESS.search(text):
        return text[-1] in "-/_.?=&%#" or room < (len(head.group()) + 1) * character
    # A word is broken only if it does not fit into a line of its own.
    is_alone = writes_spaces and tail.group() == before.text and before.text[-1].isalpha() and line.text[0].islower()
    together = before.box.x1 - before.box.x0 + len(head.group()) * character
    too_long = together > box.x1 - box.x0 - 2 * margin - _ROUNDING * character
    return is_alone and room < _ROOM_FOR_NONE * character and too_long
