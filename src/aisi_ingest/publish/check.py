"""What must hold in every release: references, offsets, boxes, nothing hidden in a section.

The same checks run before the pointer moves and when a release is verified later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aisi_ingest.model import Content, Document, Licence, Listing, Mention, Source
from aisi_ingest.publish.rows import DocumentRows, WorkRows, document_rows
from aisi_ingest.publish.schema import AlignmentRow, EntityRow, FindingRow

_SENTENCE = re.compile(r"(.+):(\d+)-(\d+)")


def work_problems(work: WorkRows) -> Iterator[str]:
    """One sentence for each thing that does not hold inside a work; each begins with the id of the row."""
    for document in work.documents:
        yield from document_problems(document)
    known = {each.document.id for each in work.documents}
    targets = {
        "section": {each.id for document in work.documents for each in document.sections},
        "block": {each.id for document in work.documents for each in document.blocks},
    }
    lengths = {each.id: len(each.text) for document in work.documents for each in document.blocks}
    seen: set[str] = set()
    for bead in work.alignments:
        yield from _doubles(bead.id, seen)
        yield from _pair_problems(bead, known)
        for target in (*bead.ja, *bead.en):
            if bead.unit == "sentence":
                yield from _sentence_problems(bead.id, target, lengths)
            elif target not in targets[bead.unit]:
                yield f"{bead.id}: no {bead.unit} has the id {target}"
        if not bead.ja and not bead.en:
            yield f"{bead.id}: both sides are empty"
    for finding in work.findings:
        yield from _doubles(finding.id, seen)
        yield from _pair_problems(finding, known)
        for target in (*finding.ja, *finding.en):
            if target not in targets["section"] and target not in targets["block"]:
                yield f"{finding.id}: no section or block has the id {target}"


def _doubles(row: str, seen: set[str]) -> Iterator[str]:
    if row in seen:
        yield f"{row}: the id stands twice"
    seen.add(row)


def _pair_problems(row: AlignmentRow | FindingRow, known: set[str]) -> Iterator[str]:
    for document in (row.ja_document, row.en_document):
        if document not in known:
            yield f"{row.id}: no document has the id {document}"


def _sentence_problems(row: str, target: str, lengths: dict[str, int]) -> Iterator[str]:
    match = _SENTENCE.fullmatch(target)
    if not match:
        yield f"{row}: {target} is not <block>:<start>-<end>"
        return
    block, start, end = match.group(1), int(match.group(2)), int(match.group(3))
    if block not in lengths:
        yield f"{row}: no block has the id {block}"
    elif not 0 <= start < end <= lengths[block]:
        yield f"{row}: {start}-{end} is not inside the text of {block}, which has {lengths[block]} characters"


def content_problems(content: Content, mentions: tuple[Mention, ...]) -> Iterator[str]:
    """What would keep a document from being published, whatever its work and its licence.

    Asked while it is processed: there it costs the document, in a release it would cost all of them.
    """
    listing = Listing(Source(None, "", "", 0, ""), licence=Licence("", "", ""))
    rows, _ = document_rows(Document(listing, content, mentions), {})
    yield from document_problems(rows)


def document_problems(rows: DocumentRows) -> Iterator[str]:
    """The same for one document."""
    head = rows.document
    blocks = {each.id: each for each in rows.blocks}
    sections = {each.id for each in rows.sections}
    tables = {each.id for each in rows.tables}
    every = [row.id for part in (rows.sections, rows.blocks, rows.tables, rows.mentions) for row in part]
    if len(set(every)) != len(every):
        yield f"{head.id}: {len(every) - len(set(every))} ids stand twice"
    if len(head.page_sizes) != head.pages:
        yield f"{head.id}: {head.pages} pages, but {len(head.page_sizes)} page sizes"
    for section in rows.sections:
        if section.parent is not None and section.parent not in sections:
            yield f"{section.id}: no section has the id {section.parent}"
        if not 1 <= section.pages[0] <= section.pages[1] <= head.pages:
            yield f"{section.id}: pages {section.pages[0]} to {section.pages[1]} of {head.pages}"
    for block in rows.blocks:
        if block.section is not None and block.section not in sections:
            yield f"{block.id}: no section has the id {block.section}"
        if block.section is not None and block.hidden:
            yield f"{block.id}: hidden text stands in the section {block.section}"
        if not 1 <= block.page <= head.pages:
            yield f"{block.id}: page {block.page} of {head.pages}"
        else:
            yield from _box_problems(block.id, block.bbox, head.page_sizes[block.page - 1])
        for note in block.notes:
            if note.block not in blocks:
                yield f"{block.id}: no block has the id {note.block}"
            if note.offset > len(block.text):
                yield f"{block.id}: a footnote is anchored at {note.offset}, behind the end at {len(block.text)}"
    for table in rows.tables:
        if table.block not in blocks:
            yield f"{table.id}: no block has the id {table.block}"
        if table.continues is not None and table.continues not in tables:
            yield f"{table.id}: no table has the id {table.continues}"
        if len({len(row) for row in table.rows}) > 1:
            yield f"{table.id}: its rows are not equally long"
        if table.header_rows > len(table.rows):
            yield f"{table.id}: {table.header_rows} header rows of {len(table.rows)} rows"
    for mention in rows.mentions:
        held = blocks.get(mention.block)
        if held is None:
            yield f"{mention.id}: no block has the id {mention.block}"
        elif held.text[mention.start : mention.end] != mention.text:
            there = held.text[mention.start : mention.end]
            yield f"{mention.id}: {mention.block} has {there!r} at {mention.start}, not {mention.text!r}"


def _box_problems(row: str, box: tuple[float, float, float, float], size: tuple[float, float]) -> Iterator[str]:
    x0, top, x1, bottom = box
    if not (0 <= x0 <= x1 <= size[0] and 0 <= top <= bottom <= size[1]):
        yield f"{row}: the box {list(box)} is not inside its page of {size[0]} by {size[1]} points"


def entity_problems(entities: Iterable[EntityRow], mentioned: set[str]) -> Iterator[str]:
    """Entities without a mention, and values of mentions that no entity has."""
    known = {each.id for each in entities}
    for value in sorted(mentioned - known):
        yield f"{value}: mentions point to it, but no entity has this id"
    for value in sorted(known - mentioned):
        yield f"{value}: no mention points to this entity"
