"""Find the lines of text on a slide of a PDF: visible and hidden ones, page numbers, and turned text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aisi_ingest.extract.geometry import center_y, union
from aisi_ingest.extract.slides.piece import Piece
from aisi_ingest.model import BlockKind, Box
from aisi_ingest.text.raised import write_raised

if TYPE_CHECKING:
    from aisi_ingest.extract.lines.line import Line
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.extract.tables.found_table import FoundTable

_PAGE_NUMBER = re.compile(r"(?:[-–—]|p\.?|page|スライド)?[ ]*(\d{1,3})[ ]*(?:[-–—]|[/／][ ]*\d{1,3})?", re.IGNORECASE)
_BOTTOM_EDGE, _TOP_EDGE = 0.86, 0.12  # shares of the page's height: page numbers are below or above them
_MAXIMUM_PAGE_OFFSET = 100  # between a printed page number and the position of the page in the file

_INNER_BULLETS = frozenset(map(ord, "•‣⁃●■◆▪➢✓✔‒–・○◦"))
_HYPHENS = ("-", "－", "−")  # bullets only if several lines begin with one at the same place
_HYPHEN_GAP = 0.25  # em before such a hyphen
_INNER_GAP = 0.6  # em before a bullet inside a line, from which on it begins the text of a neighbouring box
_HYPHEN_ALIGNMENT = 2  # points by which the hyphens of one list differ
_HYPHENS_OF_LIST = 2  # lines that begin with a hyphen at one place make a list

# In em of the upper line: how far vertical text may lean, overlap, and leave a gap between two of its parts.
_LEAN, _VERTICAL_OVERLAP, _VERTICAL_GAP = 0.5, -0.5, 0.6


def page_number_lines(pages: Sequence[Page], lines: Sequence[Sequence[Line]]) -> set[int]:
    """Return the ``id()`` of each line that is a page number: a number at an edge that increases with the pages.

    Args:
        pages: The pages of a deck.
        lines: The lines of each page.
    """
    found = [
        (int(match.group(1)) - page.number, line)
        for page, own in zip(pages, lines, strict=True)
        for line in own
        if (match := match_page_number(page, line))
    ]
    offsets = Counter(offset for offset, _ in found)
    usual = {
        offset
        for offset, count in offsets.items()
        if count == max(offsets.values()) and abs(offset) < _MAXIMUM_PAGE_OFFSET
    }
    return {id(line) for offset, line in found if offset in usual}


def match_page_number(page: Page, line: Line) -> re.Match[str] | None:
    """Match a line that may be a page number because it is a number at the upper or lower edge."""
    at_edge = line.box.top > _BOTTOM_EDGE * page.height or line.box.bottom < _TOP_EDGE * page.height
    return _PAGE_NUMBER.fullmatch(line.text.strip()) if at_edge else None


def lines_outside_tables(page: Page, tables: Sequence[FoundTable], frames: Sequence[Box]) -> list[Line]:
    """Return the visible lines outside ``tables``, split where one text box ends and another begins."""
    import numpy as np

    from aisi_ingest.extract.lines.lines import lines_of

    visible = ~page.chars["hidden"]
    for table in tables:
        visible[table.chars] = False
    lines = lines_of(page, np.flatnonzero(visible))
    first = [int(line.chars[0]) for line in lines if line.direction == "right" and line.text[:1] in _HYPHENS]
    hyphens = page.chars["x0"][first].tolist()
    return [_with_superscripts(part) for line in lines for part in _split_at_boxes(page, line, frames, hyphens)]


def _with_superscripts(line: Line) -> Line:
    """Return the line with its raised text in superscript characters."""
    return replace(line, text=write_raised(line.text, line.raised), raised=()) if line.raised else line


def _split_at_boxes(page: Page, line: Line, frames: Sequence[Box], hyphens: Sequence[float]) -> list[Line]:
    """Split a line into the parts that belong to different text boxes: boxes may be close together.

    Args:
        page: The page of the line.
        line: The line.
        frames: Drawn boxes of the page.
        hyphens: Left edges, in points, of the lines that begin with a hyphen. A hyphen below two of them begins an
            item of their list.
    """
    from aisi_ingest.extract.lines.lines import lines_of

    if line.direction != "right":
        return [line]
    chars = page.chars[line.chars]
    gaps = chars["x0"][1:] - chars["x1"][:-1]
    middle = center_y(line.box)
    frames_beside = [frame for frame in frames if frame.top <= middle <= frame.bottom]
    cuts = [
        position + 1
        for position in (gaps > _HYPHEN_GAP * line.size).nonzero()[0].tolist()
        if chr(chars["code"][position + 1]) in _HYPHENS and _continues_list(float(chars["x0"][position + 1]), hyphens)
    ]
    cuts += [
        position + 1
        for position in (gaps > _INNER_GAP * line.size).nonzero()[0].tolist()
        if int(chars["code"][position + 1]) in _INNER_BULLETS
        or _are_divided(frames_beside, float(chars["x1"][position]), float(chars["x0"][position + 1]))
    ]
    if not cuts:
        return [line]
    edges = [0, *sorted(set(cuts)), len(line.chars)]
    parts = [line.chars[start:end] for start, end in pairwise(edges)]
    return [piece for part in parts for piece in lines_of(page, part)]


def _continues_list(x0: float, hyphens: Sequence[float]) -> bool:
    """Return whether several lines begin with a hyphen at this place."""
    return sum(abs(x - x0) < _HYPHEN_ALIGNMENT for x in hyphens) >= _HYPHENS_OF_LIST


def _are_divided(frames: Sequence[Box], left: float, right: float) -> bool:
    """Return whether a drawn box ends or begins between two characters: between ``left`` and ``right``."""
    return any((frame.x0 < left < frame.x1 + 1) != (frame.x0 - 1 < right < frame.x1) for frame in frames)


def turned_pieces(lines: Sequence[Line]) -> list[Piece]:
    """Build pieces from turned lines. The parts of vertical text that are below each other are joined."""
    out: list[Piece] = []
    for line in sorted(lines, key=lambda line: (line.box.top, line.box.x0)):
        piece = piece_of_line(line, "paragraph")
        if line.direction == "vertical":
            above = next((k for k, other in enumerate(out) if _continues(other.box, line.box, line.size)), None)
            if above is not None:
                other = out[above]
                text, box = other.text + piece.text, union([other.box, piece.box])
                out[above] = replace(other, text=text, box=box, lines=other.lines + piece.lines)
                continue
        out.append(piece)
    return out


def _continues(upper: Box, lower: Box, size: float) -> bool:
    """Return whether ``lower`` continues vertical text right below ``upper``. The text may lean a little."""
    in_column = lower.x0 < upper.x1 + _LEAN * size and upper.x0 < lower.x1 + _LEAN * size
    return in_column and _VERTICAL_OVERLAP * size < lower.top - upper.bottom < _VERTICAL_GAP * size


def piece_of_line(line: Line, kind: BlockKind) -> Piece:
    """Return a line as a piece of its own."""
    return Piece(kind, line.text.strip(), line.box, size=line.size, lines=(line,))
