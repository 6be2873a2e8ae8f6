"""The text of a table's cells, and which rows are its head."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.lines.line import Line
from aisi_ingest.extract.lines.lines import lines_of
from aisi_ingest.extract.pdf.page import FILL
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide, join_lines

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]


def cell_texts(page: Page, index: Array, cell: Array, boxes: dict[int, Box]) -> tuple[dict[int, str], dict[int, bool]]:
    """Text of each cell, and whether all of it is bold.

    Each cell's characters are moved to a place of their own, so that one pass over all of them makes lines
    and no line runs from one cell into the next.
    """
    chars = page.chars.copy()
    numbers, place = np.unique(cell, return_inverse=True)
    shift = (place * np.ceil(page.height * 1.5)).astype("f4")
    for name in ("top", "bottom", "origin_y"):
        chars[name][index] += shift
    of = dict(zip(index.tolist(), cell.tolist(), strict=True))
    lines: dict[int, list[Line]] = {int(number): [] for number in numbers}
    blank = np.cumsum(chars["code"] <= 0x20)
    for line in lines_of(dataclasses.replace(page, chars=chars), index):
        lines[of[int(line.chars[0])]].append(line)
    texts, bold = {}, {}
    ends = {n: [int(blank[b.chars[0]]) > int(blank[a.chars[-1]]) for a, b in pairwise(own)] for n, own in lines.items()}
    writes_blanks = any(map(any, ends.values()))  # not every program writes one where a line ends
    for number, own in lines.items():
        if own:
            texts[number] = joined(own, [True, *ends[number]], boxes[number], writes_blanks)
            bold[number] = all(line.bold for line in own)
    return texts, bold


_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]*$")
_ADDRESS_STARTS = re.compile(r"https?://|www\.")
_TOKEN = re.compile(r"[!-~\u00c0-\u024f\u2010-\u2027]+")
_BULLET = re.compile("^[・•●○◯⚫▪■□◆◇➢➤✓✔‣◦\uf000-\uf0ff\uff65][ \u3000]*")


def joined(lines: Sequence[Line], spaced: Sequence[bool], box: Box, writes_blanks: bool) -> str:
    """The lines of a cell as one text: addresses and words that the cell's width broke are whole again.

    Bullet signs are out of the text; list items and addresses are set off by a blank. ``spaced`` says
    whether the file has a blank before a line: then a word ended there. ``writes_blanks`` says whether the
    file has them at all: only then their absence means something.
    """
    paragraphs: list[list[str]] = []
    before: Line | None = None
    signs = not any(_BULLET.sub("", line.text) for line in lines)  # a sign alone is what the cell says
    for line, blank in zip(lines, spaced, strict=True):
        text = line.text if signs else _BULLET.sub("", line.text)
        said = paragraphs[-1][-1] if paragraphs else ""
        if before is None or text != line.text or _ADDRESS_STARTS.match(text):
            paragraphs.append([text])
        elif not said or (not blank and _broken(said, before, line, box, writes_blanks)):
            paragraphs[-1][-1] += text
        elif _ADDRESS.search(said):
            paragraphs.append([text])
        elif abs(line.baseline - before.baseline) < 0.3 * line.size and line.direction == before.direction:
            paragraphs[-1][-1] += " " + text  # a wide gap inside one line
        else:
            paragraphs[-1].append(text)
        before = line
    return " ".join(filter(None, map(join_lines, paragraphs)))


def _broken(said: str, before: Line, line: Line, box: Box, writes_blanks: bool) -> bool:
    """Whether a line goes on with the rest of the word or address that the line before began."""
    if before.direction != "right" or line.direction != "right" or line.baseline <= before.baseline:
        return False
    head, tail = _TOKEN.match(line.text), _TOKEN.match(before.text.split(" ")[-1])
    if head is None or tail is None or is_wide(before.text[-1]):
        return False
    step = (line.box.x1 - line.box.x0) / max(1, len(line.text))  # width of a character, about
    margin = max(0.0, min(before.box.x0, line.box.x0) - box.x0)
    room = box.x1 - margin - before.box.x1
    if _ADDRESS.search(said):
        return said[-1] in "-/_.?=&%#" or room < (len(head.group()) + 1) * step
    # A word is broken only where it does not fit into a line of its own.
    alone = writes_blanks and tail.group() == before.text and before.text[-1].isalpha() and line.text[0].islower()
    together = before.box.x1 - before.box.x0 + len(head.group()) * step
    return alone and room < 1.5 * step and together > box.x1 - box.x0 - 2 * margin - 0.5 * step


def header_rows(page: Page, cells: Array, boxes: dict[int, Box], texts: dict[int, str], bold: dict[int, bool]) -> int:
    """Rows at the top that are set apart from the rest: bold throughout, or on another background."""
    count = len(cells)
    if count < 2:
        return 0
    grounds = _grounds(page, boxes)
    looks = [_look(row, grounds, texts, bold) for row in cells.tolist()]
    body = looks[count // 2 :]
    body_bold = sum(strong for strong, _ in body) * 2 > len(body)
    body_colors = {color for _, colors in body for color in colors}

    def apart(strong: bool, colors: frozenset[int]) -> bool:
        return (strong and not body_bold) or (0 not in colors and not colors & body_colors)

    first = 0
    while first < min(4, count // 2) and apart(*looks[first]):
        first += 1
    if first:  # a heading that goes down over rows takes them along
        below = int(np.argwhere(np.isin(cells, cells[:first]))[:, 0].max())
        if below < min(4, count - 1):
            first = max(first, below + 1)
    return first


def _look(
    row: list[int], grounds: dict[int, int], texts: dict[int, str], bold: dict[int, bool]
) -> tuple[bool, frozenset[int]]:
    """Whether a row is bold throughout, and the colours behind its cells."""
    written = [number for number in dict.fromkeys(row) if texts.get(number)]
    return bool(written) and all(bold[number] for number in written), frozenset(grounds[number] for number in row)


def _grounds(page: Page, boxes: dict[int, Box]) -> dict[int, int]:
    """The colour behind each cell; 0 is white."""
    fills = page.rules[page.rules["kind"] == FILL]
    if not len(fills):
        return dict.fromkeys(boxes, 0)
    x = np.array([(box.x0 + box.x1) / 2 for box in boxes.values()])[:, None]
    y = np.array([(box.top + box.bottom) / 2 for box in boxes.values()])[:, None]
    under = (fills["x0"] < x) & (fills["x1"] > x) & (fills["top"] < y) & (fills["bottom"] > y)
    last = len(fills) - 1 - under[:, ::-1].argmax(1)
    color = np.where(under.any(1), fills["color"][last] >> 8, 0xFFFFFF)
    return {number: 0 if value == 0xFFFFFF else value for number, value in zip(boxes, color.tolist(), strict=True)}
