"""Where the characters of a text are on their pages, found in the lines that the text was made of.

Between the lines of a page and the text of a block, bullets, marks of notes and hyphens are removed and spaces are
written. Matching the finished text with the glyphs of its lines needs no trace of these steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from aisi_ingest.model import Box, ReadingDirection, TextRun
from aisi_ingest.text.normalise import normalise
from aisi_ingest.text.raised import plain_digits

if TYPE_CHECKING:
    from aisi_ingest.extract.lines.line import Line

PlacedLine = tuple[int, "Line"]
"""The page of a line, from 1, and the line."""

_SPACES = " \t\n\u3000"
_PROBES = (8, 3, 1)  # characters that are compared to find where text and glyphs agree again
_MOST_SKIPPED = 400  # glyphs that are skipped at once: a ruby or a mark is shorter, and a search stays quick
_LARGEST_STEP = 254  # of a byte; 1 is left for rounding
_UNIT_DIGITS = 4  # decimals of a point
_BOX_DIGITS = 2
_NARROWEST = 0.01  # points
_DIRECTIONS: dict[str, ReadingDirection] = {
    "right": "right",
    "down": "down",
    "vertical": "down",
    "left": "left",
    "up": "up",
}


class _Glyph(Struct, frozen=True, array_like=True):
    """A code point of a line; positions are points from the start of the line in the direction of reading."""

    line: int
    number: int  # in its line
    start: float
    end: float


def text_runs(text: str, lines: Sequence[PlacedLine], offset: int = 0) -> tuple[TextRun, ...]:
    """Find the place of a text.

    Args:
        text: The finished text, or a part of it.
        lines: The lines that it was made of, in the order of the text.
        offset: Position of the text in the text of its block, in code points.

    Returns:
        Runs in the order of the text. A new run begins with each line, and where a glyph was left out. Characters of
        the text that no glyph shows are in no run.
    """
    signs, glyphs = _glyphs(lines)
    places = [k for k, sign in enumerate(text) if sign not in _SPACES]
    written = plain_digits("".join([text[k] for k in places]))  # raised digits are plain in the file
    runs: list[TextRun] = []
    for first, start, length in _matches(written, signs):
        begin = 0
        for k in range(1, length + 1):
            if k == length or _begins_run(glyphs[start + k - 1], glyphs[start + k]):
                own = places[first + begin : first + k]
                runs.append(_run([offset + place for place in own], glyphs[start + begin : start + k], lines))
                begin = k
    runs.extend(_whole_lines(text, lines, offset))
    return tuple(runs)


def _glyphs(lines: Sequence[PlacedLine]) -> tuple[str, list[_Glyph]]:
    """Return the code points of all lines that have glyphs, without spaces, and the place of each."""
    signs: list[str] = []
    glyphs: list[_Glyph] = []
    for k, (_, line) in enumerate(lines):
        if line.glyphs is None:
            continue
        number = 0
        for sign, (start, end) in zip(line.glyphs.text, line.glyphs.edges.tolist(), strict=True):
            plain = sign if sign.isascii() else normalise(sign)
            for part, written in enumerate(plain):  # a ligature stands for several characters
                width = (end - start) / len(plain)
                signs.append(written)
                glyphs.append(_Glyph(k, number, start + part * width, start + (part + 1) * width))
                number += 1
    return "".join(signs), glyphs


def _matches(text: str, signs: str) -> Iterable[tuple[int, int, int]]:
    """Yield the parts that a text and the glyphs have in common, as (offset, number of the first glyph, length).

    Both are in one order, and nearly all of the glyphs are in the text. So after each part the nearest glyph counts
    from which on they agree again.
    """
    i = j = 0
    while i < len(text) and j < len(signs):
        length = _common(text, i, signs, j)
        if length:
            yield i, j, length
            i, j = i + length, j + length
            continue
        found = _next_agreement(text, i, signs, j)
        if found < 0:
            i += 1  # for example a kana that was composed of two glyphs, or a ruby
        else:
            j = found


def _common(text: str, i: int, signs: str, j: int) -> int:
    """Return how many characters from both positions on are the same."""
    most = min(len(text) - i, len(signs) - j)
    if text[i : i + most] == signs[j : j + most]:
        return most
    k = 0
    while text[i + k] == signs[j + k]:
        k += 1
    return k


def _next_agreement(text: str, i: int, signs: str, j: int) -> int:
    """Return the nearest glyph at which the text goes on, -1 if the next character is not among the glyphs."""
    for length in _PROBES:
        probe = text[i : i + length]
        found = signs.find(probe, j, j + _MOST_SKIPPED)
        if found >= 0:
            return found
        if len(probe) == 1 or text[i + 1 : i + 1 + length] in signs[j : j + 2 * length]:
            return -1  # only this character is missing
    return -1


def _begins_run(before: _Glyph, after: _Glyph) -> bool:
    return before.line != after.line or before.number + 1 != after.number


def _run(offsets: Sequence[int], glyphs: Sequence[_Glyph], lines: Sequence[PlacedLine]) -> TextRun:
    """Build the run of glyphs that follow each other in one line.

    Args:
        offsets: The offset of each character.
        glyphs: The glyph of each character.
        lines: All lines.
    """
    edges = [glyphs[0].start]
    for k in range(1, len(glyphs)):
        before, after = glyphs[k - 1].end, max(glyphs[k].start, glyphs[k - 1].end)
        spaces = offsets[k] - offsets[k - 1] - 1
        if spaces:  # between the two glyphs
            edges.extend(before + (after - before) * part / spaces for part in range(spaces + 1))
        else:
            edges.append((glyphs[k - 1].end + glyphs[k].start) / 2)
    edges.append(glyphs[-1].end)
    for k in range(1, len(edges)):  # kerning can set a glyph before the end of the glyph before it
        edges[k] = max(edges[k], edges[k - 1])
    page, line = lines[glyphs[0].line]
    steps = [(edge - edges[0]) for edge in edges]
    widest = max(after - before for before, after in pairwise(steps))
    unit = max(round(widest / _LARGEST_STEP, _UNIT_DIGITS), 10**-_UNIT_DIGITS)
    counts = [round(step / unit) for step in steps]
    advances = bytes(min(after - before, 255) for before, after in pairwise(counts))
    direction = _DIRECTIONS[line.direction]
    box = _part_of(line.box, edges[0], edges[-1], direction)
    return TextRun(page, box, offsets[0], offsets[-1] + 1, direction, unit, advances)


def _part_of(box: Box, start: float, end: float, direction: ReadingDirection) -> Box:
    """Return the part of the box of a line between two positions in the direction of reading, in points."""
    end = max(end, start + _NARROWEST)
    if direction == "right":
        sides = (box.x0 + start, box.top, box.x0 + end, box.bottom)
    elif direction == "left":
        sides = (box.x1 - end, box.top, box.x1 - start, box.bottom)
    elif direction == "down":
        sides = (box.x0, box.top + start, box.x1, box.top + end)
    else:
        sides = (box.x0, box.bottom - end, box.x1, box.bottom - start)
    return Box(*(round(side, _BOX_DIGITS) for side in sides))


def _whole_lines(text: str, lines: Sequence[PlacedLine], offset: int) -> Iterable[TextRun]:
    """Yield a run for each line without glyphs, such as a recognised one: only the box of the line is known."""
    position = 0
    for page, line in lines:
        if line.glyphs is not None:
            continue
        own = line.text.strip(_SPACES)
        found = text.find(own, position) if own else -1
        if found >= 0:
            box = Box(*(round(side, _BOX_DIGITS) for side in (line.box.x0, line.box.top, line.box.x1, line.box.bottom)))
            yield TextRun(page, box, offset + found, offset + found + len(own))
            position = found + len(own)
