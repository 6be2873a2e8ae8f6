"""A document as the search for facts needs it: mentions by block, parents of list items, persons of sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from aisi_ingest.dates.intervals import date_range
from aisi_ingest.model import Block, Document, Label, Mention, Table

_READ = ("paragraph", "list_item", "table")  # kinds of blocks that state facts
_WITHOUT_WORDS = re.compile(r"[\W_]*")
_SOURCES = re.compile(r"参考文献|引用文献|出典|references|bibliography|works cited|endnotes", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1850, 2100  # beyond them a number was taken for a year


class Reading:
    """One document, indexed.

    Attributes:
        document: The document.
        mentions: The mentions of each block in their order, by block id.
        tables: The tables by the id of their block.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.mentions: dict[str, list[Mention]] = {}
        for mention in sorted(document.mentions, key=lambda m: (m.start, -m.end)):
            self.mentions.setdefault(mention.block, []).append(mention)
        self.tables: dict[str, Table] = {each.block: each for each in document.content.tables if each.rows}
        self._titles = {each.id: each.title for each in document.content.sections}

    def blocks(self) -> Iterator[Block]:
        """Yield the visible blocks that may state facts. Lists of sources are left out."""
        for block in self.document.content.blocks:
            title = self._titles.get(block.section or "", "")
            if block.kind in _READ and not block.hidden and block.section and not _SOURCES.search(title):
                yield block

    def of(self, block: str, *labels: Label, start: int = 0, end: int | None = None) -> list[Mention]:
        """Return the mentions with these labels that lie within a part of a block."""
        return [
            each
            for each in self.mentions.get(block, ())
            if each.label in labels and each.start >= start and (end is None or each.end <= end)
        ]

    def dates(self, block: str, start: int = 0, end: int | None = None) -> list[Mention]:
        """Return the mentions of dates with a value that is known."""
        return [each for each in self.of(block, "DATE", start=start, end=end) if is_known(each.value)]

    def only_date(self, block: Block) -> Mention | None:
        """Return the date of a block that consists of nothing else."""
        found = self.dates(block.id)
        if len(found) != 1:
            return None
        rest = block.text[: found[0].start] + block.text[found[0].end :]
        return found[0] if _WITHOUT_WORDS.fullmatch(rest) else None

    @cached_property
    def parents(self) -> dict[str, tuple[Block, ...]]:
        """The list items above each list item and the heading above them, the nearest first, by block id."""
        found: dict[str, tuple[Block, ...]] = {}
        path: list[tuple[int, Block]] = []
        section: str | None = None
        for block in self.document.content.blocks:
            if block.hidden or block.kind in ("furniture", "figure_text", "note"):
                continue
            if block.kind in ("heading", "title"):
                path, section = [(0, block)], block.section
                continue
            if block.section != section:
                path, section = [], block.section
            level = (block.level or 1) if block.kind == "list_item" else 1
            while path and path[-1][0] >= level:
                path.pop()
            found[block.id] = tuple(each for _, each in reversed(path))
            if block.kind == "list_item":
                path.append((level, block))
        return found

    @cached_property
    def persons(self) -> dict[str, Mention]:
        """The person that a section is about, by section id: the only one that its heading names."""
        found: dict[str, Mention] = {}
        for block in self.document.content.blocks:
            if block.kind not in ("heading", "title") or not block.section:
                continue
            named = self.of(block.id, "PERSON")
            if len({each.value for each in named}) == 1 and named[0].value:
                found[block.section] = named[0]
        return found


def is_known(value: str | None) -> bool:
    """Return whether an EDTF value is a time that can be placed on a line of time."""
    days = date_range(value) if value and "X" not in value else None
    return days is not None and _FIRST_YEAR <= days[0].year <= days[1].year <= _LAST_YEAR
