"""Documents that state facts, written as lines with their mentions."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.model import (
    Block,
    BlockKind,
    Box,
    Content,
    Document,
    Label,
    Lang,
    Listing,
    Mention,
    Section,
    Source,
    Table,
)

Named = tuple[str, Label, str]  # the text of a mention, its label and its value


class Line(Struct, frozen=True):
    """A block: its text, and what it mentions. Each mention is found after the one before it."""

    text: str
    named: tuple[Named, ...] = ()
    kind: BlockKind = "paragraph"
    level: int | None = None


def item(text: str, *named: Named, level: int = 1) -> Line:
    """Return a list item."""
    return Line(text, named, "list_item", level)


def sentence(text: str, *named: Named) -> Line:
    """Return a paragraph."""
    return Line(text, named)


def heading(text: str, *named: Named) -> Line:
    """Return a heading, which begins a section."""
    return Line(text, named, "heading", 1)


def table(rows: Sequence[Sequence[str]], *named: Named) -> Line:
    """Return a table."""
    return Line("\n".join(" | ".join(row) for row in rows), named, "table")


def told(lang: Lang, *lines: Line, date: str | None = "2025-01-06", work: str = "report") -> Document:
    """Return a document with these lines."""
    blocks: list[Block] = []
    mentions: list[Mention] = []
    tables: list[Table] = []
    sections = [Section("s0", "", 1, (1, 1))]
    for number, line in enumerate(lines):
        if line.kind == "heading":
            sections.append(Section(f"s{number}", line.text, 1, (1, 1)))
        block = Block(
            f"b{number}", 1, Box(0, 0, 100, 10), line.kind, line.text, lang, section=sections[-1].id, level=line.level
        )
        blocks.append(block)
        if line.kind == "table":
            rows = tuple(tuple(row.split(" | ")) for row in line.text.split("\n"))
            tables.append(Table(f"t{number}", block.id, 1, rows, header_rows=1))
        end = 0
        for text, label, value in line.named:
            start = line.text.index(text, end)
            end = start + len(text)
            mentions.append(Mention(f"m{len(mentions)}", block.id, start, end, text, label, "test", value))
    content = Content("report", "pdf", lang, "", ((600.0, 800.0),), tuple(blocks), tuple(sections), tuple(tables))
    listing = Listing(Source(None, f"{work}_{lang}.pdf", "0" * 64, 1, "application/pdf"))
    return Document(listing, content, tuple(mentions), date, id=f"{work}/1.0/{lang}", work=work, edition="1.0")
