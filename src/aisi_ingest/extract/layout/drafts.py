"""Drafts: blocks under construction.

A draft collects rows. What it is in the end (heading, caption, ...) is decided when the whole document is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from aisi_ingest.extract.geometry import union
from aisi_ingest.extract.layout.row_starts import RowStarts
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.lines.hyphens import Hyphens
from aisi_ingest.extract.numbering import Numbering
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import join_lines


class BodyStyle(Struct, frozen=True):
    """How most of the running text of a document is set.

    Attributes:
        size: Type size, in points.
        leading: Distance between the baselines of two lines, in type sizes.
        font: Name of the font.
        right: Position at which full lines end, in points; 0 if unknown.
        bottom: Position at which the text of a full page ends, in points.
        indents_first_lines: Whether the first line of a paragraph is indented.
        hyphens: Hyphens of the document.
        farthest_right: Position that a line cannot exceed if the text is in columns, in points; 0 if unknown.
        starts: What begins the rows of the document throughout.
    """

    size: float
    leading: float
    font: str
    right: float
    bottom: float
    indents_first_lines: bool
    hyphens: Hyphens = Hyphens()
    farthest_right: float = 0.0
    starts: RowStarts = RowStarts()


_OPEN_ADDRESS = re.compile("https?://[!-~]*[^\\s,;)]$")
_REST_OF_ADDRESS = re.compile("(?!https?://)[a-z0-9_%#?&=./~-][!-~]*(?=$|\\s|[^\x00-\u2fff])")


@dataclass(slots=True)
class Draft:
    """A block under construction.

    Attributes:
        page: Page on which it begins, from 1.
        rows: Its rows.
        right: Position up to which its lines could extend, in points of the frame.
        left: Left edge of its column, in points of the frame.
        kind: A ``BlockKind``.
        text: The text of its rows, joined.
        level: Level of a heading or list item, from 1.
        bullet: The bullet or number that was removed from the text of a list item.
        number: The number at the start of the text.
        marker: The number that is printed before a list item, whether it is still in the text or not.
        is_lone_label: Whether its number is alone on the first row, and its title on the next one.
        raised: Spans of the text that are raised.
        notes: Offsets of note marks in the text, and the notes that they refer to.
        space_above: Distance of its first baseline from the one above, in type sizes.
        table: The table, for kind "table".
        target_page: For a line of contents, the printed page number.
        page_count: Number of pages that it is on.
        is_closed: Whether nothing may be joined to it.
        hyphens: Hyphens of the document.
        is_on_cover: Whether it is on a cover, where type is large and nothing is a heading.
        first_rows: Number of its rows in the first column.
    """

    page: int
    rows: list[Row]
    right: float
    left: float
    kind: str = "paragraph"
    text: str = ""
    level: int | None = None
    bullet: str = ""
    number: Numbering | None = None
    raised: list[tuple[int, int]] = field(default_factory=list)
    notes: list[tuple[int, Draft]] = field(default_factory=list)
    space_above: float = 0.0
    table: Any = None
    target_page: int | None = None
    page_count: int = 1
    is_closed: bool = False
    hyphens: Hyphens = field(default_factory=Hyphens)
    is_on_cover: bool = False
    first_rows: int = 1
    marker: str | None = None
    is_lone_label: bool = False

    @property
    def size(self) -> float:
        """Type size of the first row, in points."""
        return self.rows[0].size

    @property
    def bold(self) -> bool:
        """Whether all rows are bold."""
        return all(row.bold for row in self.rows)

    @property
    def box(self) -> Box:
        """The box of the rows in the first column, on the page."""
        return union(row.box for row in self.rows[: self.first_rows])

    def add(self, row: Row, separator: str | None = None) -> None:
        """Append a row.

        Args:
            row: The row.
            separator: What to write between the texts; by default they are joined like the lines of a paragraph.
        """
        self.rows.append(row)
        self.append_text(row.text, row.raised, separator)

    def append_text(self, text: str, raised: Sequence[tuple[int, int]], separator: str | None = None) -> None:
        """Append a text.

        Args:
            text: The text.
            raised: Spans of the text that are raised.
            separator: What to write between both texts; by default they are joined like the lines of a paragraph.
        """
        stripped = text.strip(" \t\u3000")
        lost = len(text) - len(text.lstrip(" \t\u3000")) if raised else 0
        if not self.text:
            self.text = stripped
        elif separator is not None:
            self.text = self.text + separator + text
            lost, stripped = 0, text
        elif "://" in self.text and _OPEN_ADDRESS.search(self.text) and _REST_OF_ADDRESS.match(stripped):
            self.text += stripped  # an address that is broken over two lines
        elif self.text[-1] == "-" and self.hyphens.keeps_hyphen(self.text, stripped):
            self.text += stripped
        else:
            self.text = join_lines((self.text, stripped))
        if not raised:
            return
        start = len(self.text) - len(stripped)
        self.raised.extend((start + max(0, first - lost), start + end - lost) for first, end in raised)
