"""Look up blocks, sections and mentions of a document by id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from aisi_ingest.model import Block, Document, Lang, Mention, Section

_NOT_RUNNING = ("furniture", "figure_text", "contents")


class DocumentIndex(Struct, frozen=True):
    """One of the two documents that are compared.

    Attributes:
        lang: The side: "ja" or "en".
        blocks: Blocks by id, in reading order.
        sections: Sections by id; parents come before their children.
        mentions: The mentions of each block in order, by block id.
        split_tables: Ids of blocks that are part of a table continued over a page break.
        visible: Ids of the blocks that a reader sees, without furniture, in reading order.
        order: The position of each visible block, by id.
    """

    lang: Lang
    blocks: dict[str, Block]
    sections: dict[str, Section]
    mentions: dict[str, tuple[Mention, ...]]
    split_tables: frozenset[str]
    visible: tuple[str, ...]
    order: dict[str, int]

    def blocks_of(self, ids: Iterable[str]) -> list[Block]:
        """Return the blocks with some ids, in the order of the ids."""
        return [self.blocks[i] for i in ids if i in self.blocks]

    def beside(self, ids: Sequence[str]) -> list[Block]:
        """Return the visible blocks directly before and after some blocks."""
        places = [self.order[i] for i in ids if i in self.order]
        if not places:
            return []
        around = (min(places) - 1, max(places) + 1)
        return [self.blocks[self.visible[at]] for at in around if 0 <= at < len(self.visible)]


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
    visible = tuple(b.id for b in content.blocks if b.kind not in _NOT_RUNNING and not b.hidden)
    return DocumentIndex(
        lang,
        {block.id: block for block in content.blocks},
        {section.id: section for section in content.sections},
        {block: tuple(sorted(found, key=lambda m: m.start)) for block, found in mentions.items()},
        frozenset(split_tables),
        visible,
        {block: at for at, block in enumerate(visible)},
    )
