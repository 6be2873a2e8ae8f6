"""Look up blocks, sections and mentions of a document by id."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from aisi_ingest.model import Block, Document, Lang, Mention, Section


class DocumentIndex(Struct, frozen=True):
    """One of the two documents that are compared.

    Attributes:
        lang: The side: "ja" or "en".
        blocks: Blocks by id, in reading order.
        sections: Sections by id; parents come before their children.
        mentions: The mentions of each block in order, by block id.
        split_tables: Ids of blocks that are part of a table continued over a page break.
    """

    lang: Lang
    blocks: dict[str, Block]
    sections: dict[str, Section]
    mentions: dict[str, tuple[Mention, ...]]
    split_tables: frozenset[str]

    def blocks_of(self, ids: Iterable[str]) -> list[Block]:
        """Return the blocks with some ids, in the order of the ids."""
        return [self.blocks[i] for i in ids if i in self.blocks]


# The Japanese and the English document. Many functions take the side as ``which``: 0 for Japanese, 1 for English.
Sides = tuple[DocumentIndex, DocumentIndex]


def index_document(document: Document, lang: Lang) -> DocumentIndex:
    """Index a document as one side of a comparison."""
    mentions: dict[str, list[Mention]] = {}
    for mention in document.mentions:
        mentions.setdefault(mention.block, []).append(mention)
    content = document.content
    block_of_table = {table.id: table.block for table in content.tables}
    split_tables = {
        block
        for table in content.tables
        if table.continues
        for block in (table.block, block_of_table.get(table.continues, table.block))
    }
    return DocumentIndex(
        lang,
        {block.id: block for block in content.blocks},
        {section.id: section for section in content.sections},
        {block: tuple(sorted(found, key=lambda m: m.start)) for block, found in mentions.items()},
        frozenset(split_tables),
    )
