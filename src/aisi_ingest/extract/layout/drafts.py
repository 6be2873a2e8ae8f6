"""Blocks in the making: rows put together, until the whole document says what each is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.lines.hyphens import Hyphens
from aisi_ingest.extract.numbering import Numbering
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import join_lines


class BodyStyle(Struct, frozen=True):
    """How most of a document's running text is set; lengths in points."""

    size: float
    leading: float  # step from line to line, in type sizes
    face: str
    right: float  # where full lines end; 0 where it is not known
    bottom: float  # where the text of a full page ends
    indents: bool  # the first line of a paragraph is set in
    hyphens: Hyphens = Hyphens()
    reach: float = 0.0  # how far a line could run at the most where the text stands in columns


_ADDRESS_OPEN = re.compile("https?://[!-~]*[^\\s,;)]$")
_ADDRESS_REST = re.compile("(?!https?://)[a-z0-9_%#?&=./~-][!-~]*(?=$|\\s|[^\x00-\u2fff])")


@dataclass(slots=True)
class Draft:
    """A block in the making."""

    page: int
    rows: list[Row]
    right: float  # the edge up to which its lines could run
    left: float
    kind: str = "paragraph"  # a BlockKind, or "contents" for a line of a table of contents
    text: str = ""
    level: int | None = None
    sign: str = ""  # the bullet that was taken out
    number: Numbering | None = None
    raised: list[tuple[int, int]] = field(default_factory=list)
    notes: list[tuple[int, Draft]] = field(default_factory=list)
    lead: int = 0
    space: float = 0.0  # white space above, in type sizes
    table: Any = None
    hidden: bool = False
    target: int | None = None  # contents: the printed page number
    pages: int = 1
    sealed: bool = False  # nothing may be joined to it
    hyphens: Hyphens = field(default_factory=Hyphens)  # of the document
    cover: bool = False  # stands on a cover, where type is large and nothing is a heading

    @property
    def size(self) -> float:
        return self.rows[0].size

    @property
    def bold(self) -> bool:
        return all(row.bold for row in self.rows)

    @property
    def box(self) -> Box:
        boxes = [row.box for row in self.rows[: self.first_part]]
        return Box(
            min(b.x0 for b in boxes), min(b.top for b in boxes), max(b.x1 for b in boxes), max(b.bottom for b in boxes)
        )

    first_part: int = 1  # how many rows stand in the first column that it takes

    def add(self, row: Row, separator: str | None = None) -> None:
        """Another row at the end, joined as text is."""
        self.rows.append(row)
        self.append_text(row.text, row.raised, separator)

    def append_text(self, text: str, raised: Sequence[tuple[int, int]], separator: str | None = None) -> None:
        stripped = text.strip(" \t\u3000")
        lost = len(text) - len(text.lstrip(" \t\u3000"))
        if not self.text:
            self.text = stripped
        elif separator is not None:
            self.text = self.text + separator + text
            lost, stripped = 0, text
        elif "://" in self.text and _ADDRESS_OPEN.search(self.text) and _ADDRESS_REST.match(stripped):
            self.text += stripped  # an address broken over two lines
        elif self.text[-1] == "-" and self.hyphens.keeps_hyphen(self.text, stripped):
            self.text += stripped
        else:
            self.text = join_lines((self.text, stripped))
        start = len(self.text) - len(stripped)
        self.raised.extend((start + max(0, a - lost), start + b - lost) for a, b in raised)
