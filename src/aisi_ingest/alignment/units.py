"""Select the parts of a document to align: sections in tree order, visible blocks, and notes separately."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.alignment import evidence
from aisi_ingest.alignment.evidence import AnchorSet, TextEvidence
from aisi_ingest.model import Block, Document, Mention, Section

_EXCLUDED_KINDS = frozenset({"furniture", "figure_text", "note", "contents"})


class Outline(Struct, frozen=True):
    """The sections of a document and its aligned blocks. Indices of blocks are positions in ``blocks``.

    Attributes:
        blocks: The aligned blocks in reading order.
        texts: The evidence of each block.
        sections: All sections.
        titles: The evidence of each section's title.
        own_blocks: For each section, the indices of its heading and its own blocks.
        blocks_under: For each section, the indices of its blocks and those of its subsections, without headings.
        outside_sections: The indices of blocks that belong to no section.
        mentions: The mentions of each block, by block id.
        shared_local_ids: Ids of entities that no registry has and that both documents mention.
        table_parts: For a table continued over a page break, the index of the part and of the part before it.
    """

    blocks: tuple[Block, ...]
    texts: tuple[TextEvidence, ...]
    sections: tuple[Section, ...]
    titles: tuple[TextEvidence, ...]
    own_blocks: tuple[tuple[int, ...], ...]
    blocks_under: tuple[tuple[int, ...], ...]
    outside_sections: tuple[int, ...]
    mentions: dict[str, tuple[Mention, ...]]
    shared_local_ids: frozenset[str]
    table_parts: dict[int, int]


def build_outline(
    document: Document,
    blocks: Sequence[Block],
    other_side: AnchorSet | None = None,
    shared_local_ids: frozenset[str] = frozenset(),
) -> Outline:
    """Build the outline of a document over some of its blocks.

    Args:
        document: The document.
        blocks: The blocks to align, in reading order.
        other_side: The anchors of the other document, if that was processed before.
        shared_local_ids: Ids outside the registry that both documents have.
    """
    mentions: dict[str, list[Mention]] = {}
    for mention in document.mentions:
        mentions.setdefault(mention.block, []).append(mention)
    texts = tuple(
        evidence.extract(
            block.text,
            block.lang,
            block.kind,
            block.level or 0,
            mentions.get(block.id, ()),
            other_side=other_side,
            shared_local_ids=shared_local_ids,
        )
        for block in blocks
    )
    sections = document.content.sections
    lang = document.content.lang
    titles = tuple(
        evidence.extract(s.title, lang, "heading", s.level, number=s.number, other_side=other_side) for s in sections
    )
    own_blocks, blocks_under, outside_sections = _assign_to_sections(sections, blocks)
    return Outline(
        blocks=tuple(blocks),
        texts=texts,
        sections=sections,
        titles=titles,
        own_blocks=tuple(map(tuple, own_blocks)),
        blocks_under=tuple(map(tuple, blocks_under)),
        outside_sections=tuple(outside_sections),
        mentions={block: tuple(found) for block, found in mentions.items()},
        shared_local_ids=shared_local_ids,
        table_parts=_table_parts(document, blocks),
    )


def _assign_to_sections(
    sections: Sequence[Section], blocks: Sequence[Block]
) -> tuple[list[list[int]], list[list[int]], list[int]]:
    """Return the values of ``own_blocks``, ``blocks_under`` and ``outside_sections``."""
    section_index = {section.id: index for index, section in enumerate(sections)}
    own_blocks: list[list[int]] = [[] for _ in sections]
    blocks_under: list[list[int]] = [[] for _ in sections]
    outside_sections = []
    for index, block in enumerate(blocks):
        at = section_index.get(block.section or "")
        if at is None:
            outside_sections.append(index)
            continue
        own_blocks[at].append(index)
        if block.kind in ("heading", "title") and own_blocks[at][0] == index:
            continue
        visited: set[int] = set()
        while at is not None and at not in visited:  # damaged data may have a section that is its own ancestor
            visited.add(at)
            blocks_under[at].append(index)
            at = section_index.get(sections[at].parent or "")
    return own_blocks, blocks_under, outside_sections


def _table_parts(document: Document, blocks: Sequence[Block]) -> dict[int, int]:
    block_index = {block.id: index for index, block in enumerate(blocks)}
    block_of_table = {table.id: table.block for table in document.content.tables}
    return {
        block_index[table.block]: block_index[block_of_table[table.continues]]
        for table in document.content.tables
        if table.continues in block_of_table
        and table.block in block_index
        and block_of_table[table.continues] in block_index
    }


def visible_blocks(document: Document) -> list[Block]:
    """Return the blocks that a reader sees and that belong to the running text."""
    return [b for b in document.content.blocks if b.kind not in _EXCLUDED_KINDS and not b.hidden and b.text.strip()]


def note_blocks(document: Document) -> list[Block]:
    """Return the speaker's notes."""
    return [b for b in document.content.blocks if b.kind == "note" and not b.hidden and b.text.strip()]


def local_ids(document: Document) -> frozenset[str]:
    """Return the ids of the entities that a document mentions and that no registry has."""
    return frozenset(m.value for m in document.mentions if m.value and m.value.startswith("local:"))
