"""What of a document is aligned: its sections in tree order, the blocks that a reader sees, the notes apart."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.alignment.evidence import Anchors, Text, read
from aisi_ingest.model import Block, Document, Mention, Section

_LEFT_OUT = frozenset({"furniture", "figure_text", "note"})


class Outline(Struct, frozen=True):
    """A document's sections, each with the places of its own blocks, and of all blocks under it."""

    blocks: tuple[Block, ...]  # those that are aligned, in reading order
    texts: tuple[Text, ...]  # a text a block
    sections: tuple[Section, ...]
    titles: tuple[Text, ...]  # a text a section
    own: tuple[tuple[int, ...], ...]  # places in ``blocks``: heading and blocks of the section itself
    under: tuple[tuple[int, ...], ...]  # the same with its subsections, headings left out
    loose: tuple[int, ...]  # blocks of no section
    mentions: dict[str, tuple[Mention, ...]]  # by block
    local: frozenset[str]  # ids of mentions that no registry has, and that both documents have
    goes_on: dict[int, int]  # places of tables that go on over a page break, and of the part before


def outline(
    document: Document, blocks: Sequence[Block], known: Anchors | None = None, local: frozenset[str] = frozenset()
) -> Outline:
    """The outline of a document over some of its blocks; ``known`` are the other side's anchors, if it was read."""
    mentions: dict[str, list[Mention]] = {}
    for mention in document.mentions:
        mentions.setdefault(mention.block, []).append(mention)
    texts = tuple(
        read(b.text, b.lang, b.kind, b.level or 0, mentions.get(b.id, ()), None, known, local) for b in blocks
    )
    sections = document.content.sections
    place = {section.id: index for index, section in enumerate(sections)}
    own: list[list[int]] = [[] for _ in sections]
    under: list[list[int]] = [[] for _ in sections]
    loose = []
    for index, block in enumerate(blocks):
        at = place.get(block.section or "")
        if at is None:
            loose.append(index)
            continue
        own[at].append(index)
        if block.kind in ("heading", "title") and own[at][0] == index:
            continue
        climbed: set[int] = set()
        while at is not None and at not in climbed:  # a parent that is its own ancestor ends nothing
            climbed.add(at)
            under[at].append(index)
            at = place.get(sections[at].parent or "")
    lang = document.content.lang
    titles = tuple(read(s.title, lang, "heading", s.level, (), s.number, known) for s in sections)
    at_block = {block.id: index for index, block in enumerate(blocks)}
    parts = {table.id: table.block for table in document.content.tables}
    goes_on = {
        at_block[table.block]: at_block[parts[table.continues]]
        for table in document.content.tables
        if table.continues in parts and table.block in at_block and parts[table.continues] in at_block
    }
    return Outline(
        blocks=tuple(blocks),
        texts=texts,
        sections=sections,
        titles=titles,
        own=tuple(map(tuple, own)),
        under=tuple(map(tuple, under)),
        loose=tuple(loose),
        mentions={block: tuple(found) for block, found in mentions.items()},
        local=local,
        goes_on=goes_on,
    )


def seen(document: Document) -> list[Block]:
    """Blocks that are aligned: text that a reader sees and that belongs to the running text."""
    return [b for b in document.content.blocks if b.kind not in _LEFT_OUT and not b.hidden and b.text.strip()]


def notes(document: Document) -> list[Block]:
    """Speaker's notes."""
    return [b for b in document.content.blocks if b.kind == "note" and not b.hidden and b.text.strip()]


def local(document: Document) -> frozenset[str]:
    """Ids of what a document speaks of and no registry has, dates apart."""
    return frozenset(m.value for m in document.mentions if m.value and m.value.startswith("local:"))
