"""Check the rows of a release: references, offsets, boxes, no hidden text in a section.

The same checks run before a release is published and when it is verified later. Each function yields one sentence for
each problem, and each sentence begins with the id of the row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from aisi_ingest.model import Content, Document, Licence, Listing, Mention, Source
from aisi_ingest.publish.rows import DocumentRows, WorkRows, document_rows
from aisi_ingest.publish.schema import (
    AlignmentRow,
    BlockRow,
    DocumentRow,
    EditionChangeRow,
    EntityRow,
    EventRow,
    FindingRow,
    MentionRow,
    RelationRow,
    SectionRow,
    TableRow,
)
from aisi_ingest.publish.schema_fields import EvidenceField
from aisi_ingest.text.sentence_ids import sentence_span


def work_problems(work: WorkRows) -> Iterator[str]:
    """Check the rows of one work: its documents, alignments and findings."""
    for document in work.documents:
        yield from document_problems(document)
    yield from identity_problems([each.document for each in work.documents])
    documents = {each.document.id for each in work.documents}
    targets = {
        "section": {each.id for document in work.documents for each in document.sections},
        "block": {each.id for document in work.documents for each in document.blocks},
    }
    lengths = {each.id: len(each.text) for document in work.documents for each in document.blocks}
    seen: set[str] = set()
    for bead in work.alignments:
        yield from _repeated_id_problems(bead.id, seen)
        yield from _pair_problems(bead, documents)
        yield from _bead_problems(bead, targets, lengths)
    for finding in work.findings:
        yield from _repeated_id_problems(finding.id, seen)
        yield from _pair_problems(finding, documents)
        for target in (*finding.ja, *finding.en):
            if target not in targets["section"] and target not in targets["block"]:
                yield f"{finding.id}: no section or block has the id {target}"
    for change in work.edition_changes:
        yield from _repeated_id_problems(change.id, seen)
        yield from _change_problems(change, documents, targets[change.unit])


def _repeated_id_problems(row: str, seen: set[str]) -> Iterator[str]:
    if row in seen:
        yield f"{row}: the id is used twice"
    seen.add(row)


def _pair_problems(row: AlignmentRow | FindingRow, documents: set[str]) -> Iterator[str]:
    for document in (row.ja_document, row.en_document):
        if document not in documents:
            yield f"{row.id}: no document has the id {document}"


_DATE_IN_ID = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}(?=$|-)")


def identity_problems(heads: Sequence[DocumentRow]) -> Iterator[str]:
    """Check that the ids of one work do not contradict the editions and dates of its documents.

    The languages of an edition share one date in their ids; so it must agree with one of their dates.
    """
    dates: dict[str, set[str]] = {}
    for head in heads:
        part = head.id.split("/")[1]
        if head.edition is not None and not part.startswith(head.edition.replace("/", "_")):
            yield f"{head.id}: the edition is {head.edition}"
        elif head.edition is None and head.date and _DATE_IN_ID.match(part):
            dates.setdefault(part, set()).add(head.date)
    for part, known in dates.items():
        found = _DATE_IN_ID.match(part)
        if found and not any(date.startswith(found[0]) or found[0].startswith(date) for date in known):
            yield f"{heads[0].work}/{part}: the dates of its documents are {', '.join(sorted(known))}"


def _bead_problems(bead: AlignmentRow, targets: dict[str, set[str]], lengths: dict[str, int]) -> Iterator[str]:
    for target in (*bead.ja, *bead.en):
        if bead.unit == "sentence":
            yield from _sentence_problems(bead.id, target, lengths)
        elif target not in targets[bead.unit]:
            yield f"{bead.id}: no {bead.unit} has the id {target}"
    if not bead.ja and not bead.en:
        yield f"{bead.id}: both sides are empty"


def _change_problems(change: EditionChangeRow, documents: set[str], targets: set[str]) -> Iterator[str]:
    for document in (change.from_document, change.to_document):
        if document not in documents:
            yield f"{change.id}: no document has the id {document}"
    for target in (*change.before_ids, *change.after_ids):
        if target not in targets:
            yield f"{change.id}: no {change.unit} has the id {target}"


def _sentence_problems(row: str, target: str, lengths: dict[str, int]) -> Iterator[str]:
    span = sentence_span(target)
    if span is None:
        yield f"{row}: {target} does not have the form <block>:<start>-<end>"
        return
    block, start, end = span
    if block not in lengths:
        yield f"{row}: no block has the id {block}"
    elif not 0 <= start < end <= lengths[block]:
        yield f"{row}: {start}-{end} is not inside the text of {block}, which has {lengths[block]} characters"


def content_problems(content: Content, mentions: tuple[Mention, ...]) -> Iterator[str]:
    """Check for problems that would prevent publishing a document, whatever its work and its licence.

    The check runs while the document is processed: there a problem rejects this document, in a release it would reject
    all of them.
    """
    listing = Listing(Source(None, "", "", 0, ""), licence=Licence("", "", ""))
    rows, _ = document_rows(Document(listing, content, mentions), {})
    yield from document_problems(rows)


def document_problems(rows: DocumentRows) -> Iterator[str]:
    """Check the rows of one document."""
    blocks = {each.id: each for each in rows.blocks}
    sections = {each.id for each in rows.sections}
    tables = {each.id for each in rows.tables}
    yield from _head_problems(rows)
    for section in rows.sections:
        yield from _section_problems(section, sections, rows.document)
    for block in rows.blocks:
        yield from _block_problems(block, sections, rows.document)
        yield from _note_problems(block, blocks)
    for table in rows.tables:
        yield from _table_problems(table, blocks, tables)
    for mention in rows.mentions:
        yield from _mention_problems(mention, blocks)


def _head_problems(rows: DocumentRows) -> Iterator[str]:
    head = rows.document
    ids = Counter(row.id for part in (rows.sections, rows.blocks, rows.tables, rows.mentions) for row in part)
    if repeated := ids.total() - len(ids):
        yield f"{head.id}: {repeated} ids are used twice"
    if len(head.page_sizes) != head.pages:
        yield f"{head.id}: {head.pages} pages, but {len(head.page_sizes)} page sizes"


def _section_problems(section: SectionRow, sections: set[str], head: DocumentRow) -> Iterator[str]:
    if section.parent is not None and section.parent not in sections:
        yield f"{section.id}: no section has the id {section.parent}"
    first, last = section.pages
    if not 1 <= first <= last <= head.pages:
        yield f"{section.id}: pages {first} to {last} of {head.pages}"


def _block_problems(block: BlockRow, sections: set[str], head: DocumentRow) -> Iterator[str]:
    if block.section is not None and block.section not in sections:
        yield f"{block.id}: no section has the id {block.section}"
    if block.section is not None and block.hidden:
        yield f"{block.id}: hidden text is in the section {block.section}"
    if not 1 <= block.page <= head.pages:
        yield f"{block.id}: page {block.page} of {head.pages}"
        return
    width, height = head.page_sizes[block.page - 1]
    x0, top, x1, bottom = block.bbox
    if not (0 <= x0 <= x1 <= width and 0 <= top <= bottom <= height):
        yield f"{block.id}: the box {list(block.bbox)} is not inside its page of {width} by {height} points"


def _note_problems(block: BlockRow, blocks: dict[str, BlockRow]) -> Iterator[str]:
    for note in block.notes:
        if note.block not in blocks:
            yield f"{block.id}: no block has the id {note.block}"
        if note.offset > len(block.text):
            yield f"{block.id}: a footnote has its anchor at {note.offset}, after the end at {len(block.text)}"


def _table_problems(table: TableRow, blocks: dict[str, BlockRow], tables: set[str]) -> Iterator[str]:
    if table.block not in blocks:
        yield f"{table.id}: no block has the id {table.block}"
    if table.continues is not None and table.continues not in tables:
        yield f"{table.id}: no table has the id {table.continues}"
    if len({len(row) for row in table.rows}) > 1:
        yield f"{table.id}: its rows are not equally long"
    if table.header_rows > len(table.rows):
        yield f"{table.id}: {table.header_rows} header rows of {len(table.rows)} rows"
    for cell in table.cells:
        if cell.row + cell.row_span > len(table.rows) or cell.column + cell.column_span > len(table.rows[cell.row]):
            yield f"{table.id}: a cell at row {cell.row}, column {cell.column} lies outside of the rows"
        elif cell.text != table.rows[cell.row][cell.column]:
            yield f"{table.id}: the cell at row {cell.row}, column {cell.column} has another text than the row"


def _mention_problems(mention: MentionRow, blocks: dict[str, BlockRow]) -> Iterator[str]:
    block = blocks.get(mention.block)
    if block is None:
        yield f"{mention.id}: no block has the id {mention.block}"
        return
    text = block.text[mention.start : mention.end]
    if text != mention.text:
        yield f"{mention.id}: {mention.block} has {text!r} at {mention.start}, not {mention.text!r}"


def entity_problems(entities: Iterable[EntityRow], mentioned: set[str]) -> Iterator[str]:
    """Check that entities and mentions match: each entity is mentioned, and each mentioned entity has a row.

    Args:
        entities: The rows of the table of entities.
        mentioned: The values of all mentions except dates.
    """
    ids = {each.id for each in entities}
    for value in sorted(mentioned - ids):
        yield f"{value}: mentions point to it, but no entity has this id"
    for value in sorted(ids - mentioned):
        yield f"{value}: no mention points to this entity"


class EvidenceCheck:
    """Checks that the evidence of facts lies within the texts that it names, one work after the other.

    Args:
        facts: The rows of the tables of events and relations.
    """

    def __init__(self, facts: Iterable[EventRow | RelationRow]) -> None:
        self._open: dict[str, list[tuple[str, EvidenceField]]] = {}
        for row in facts:
            for each in row.evidence:
                self._open.setdefault(each.block, []).append((row.id, each))

    def problems(self, work: WorkRows) -> Iterator[str]:
        """Check the evidence in the documents of a work."""
        for document in work.documents:
            for block in document.blocks:
                for row, place in self._open.pop(block.id, ()):
                    if place.document != document.document.id or not 0 <= place.start < place.end <= len(block.text):
                        yield f"{row}: its evidence {place.start}-{place.end} is not in the text of {block.id}"

    def unplaced(self) -> Iterator[str]:
        """Yield what names a block that no work had."""
        for block, places in self._open.items():
            for row, _ in places:
                yield f"{row}: no block has the id {block}"
