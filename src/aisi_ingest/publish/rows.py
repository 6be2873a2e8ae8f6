"""Turn model values into rows of the published tables: ids become global, and lists get an order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from msgspec import Struct

from aisi_ingest.facts.types import Facts
from aisi_ingest.model import (
    Block,
    Content,
    Document,
    Issue,
    Table,
    TableCell,
    TextVector,
)
from aisi_ingest.publish.boxes import box_on_page, points
from aisi_ingest.publish.schema import (
    SHARED_TABLES,
    AlignmentRow,
    BitextRow,
    BlockRow,
    ChunkRow,
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
from aisi_ingest.publish.schema_fields import (
    CellField,
    CorrectionField,
    IdentityField,
    LicenceField,
    NoteField,
    RegionField,
    SharesField,
    SourceField,
)
from aisi_ingest.publish.table_places import TablePlaces
from aisi_ingest.publish.text_regions import TextPlaces, block_regions
from aisi_ingest.publish.titles import document_title
from aisi_ingest.text.normalise import JAPANESE_WEIGHT

BOX_TOLERANCE = 1.0  # points by which a box may leave its page without an issue
_SEGMENT = re.compile(r"[\w+\-][\w.+\-]*")
_ID_SEGMENTS = 3  # <work>/<edition>/<lang>
_MAX_SEGMENT_BYTES = 100  # two segments and a suffix stay below the 255 bytes that file systems allow for a name


_SHARE_DIGITS = 3

WORK_TABLES = (
    "alignments",
    "findings",
    "bitext",
    "chunks",
    "edition_changes",
)  # tables whose rows belong to a work, in this order


class DocumentRows(Struct, frozen=True):
    """The rows of one document, each table in reading order.

    ``places`` has the places of the text of each block by its id, ``vectors`` those of its chunks by the digest of
    their text. A published release no longer has them in this form.
    """

    document: DocumentRow
    sections: tuple[SectionRow, ...]
    blocks: tuple[BlockRow, ...]
    tables: tuple[TableRow, ...]
    mentions: tuple[MentionRow, ...]
    places: Mapping[str, TextPlaces] = {}
    vectors: Mapping[str, TextVector] = {}


class SharedRows(Struct, frozen=True):
    """The rows that belong to no single work."""

    entities: tuple[EntityRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    relations: tuple[RelationRow, ...] = ()

    def rows(self, table: str) -> tuple[Struct, ...]:
        """Return the rows of one of the shared tables."""
        return getattr(self, table)  # type: ignore[no-any-return]


class WorkRows(Struct, frozen=True):
    """The rows of one work: its documents, their alignments, the findings about them, and what is made from these.

    ``facts`` is what its documents state. The facts of all works together become rows.
    """

    work: str
    documents: tuple[DocumentRows, ...]
    alignments: tuple[AlignmentRow, ...]
    findings: tuple[FindingRow, ...]
    bitext: tuple[BitextRow, ...] = ()
    chunks: tuple[ChunkRow, ...] = ()
    edition_changes: tuple[EditionChangeRow, ...] = ()
    compared: tuple[tuple[str, str], ...] = ()  # documents, the older first; also those without a change

    facts: Facts = Facts()

    def rows(self, table: str) -> Iterator[Struct]:
        """Yield the rows of one table, in document order."""
        if table == "documents":
            yield from (each.document for each in self.documents)
        elif table in WORK_TABLES:
            yield from getattr(self, table)
        elif table not in SHARED_TABLES:
            for each in self.documents:
                yield from getattr(each, table)


def refusal(document: Document) -> Issue | None:
    """Return an issue that says why a document cannot be published, or None where it can."""
    name = document.id or document.listing.source.file
    segments = document.id.split("/")
    if len(segments) != _ID_SEGMENTS or not all(_is_valid_segment(each) for each in segments):
        return _refusal(
            "id_unfit", f"{name}: the id {document.id!r} is not <work>/<edition>/<lang>, so the document is left out"
        )
    if segments[0] != document.work:
        return _refusal(
            "id_unfit", f"{name}: the id does not begin with the work {document.work!r}, so the document is left out"
        )
    if document.listing.licence is None:
        return _refusal(
            "licence_missing",
            f"{name}: no licence is known, so the document is left out; in sources.toml, under the source "
            f'{document.listing.origin!r}, write: licence = {{name = "...", url = "...", attribution = "..."}}',
        )
    return None


def _is_valid_segment(segment: str) -> bool:
    """Return True for a part of an id that can be part of a file name."""
    return bool(_SEGMENT.fullmatch(segment)) and len(segment.encode()) <= _MAX_SEGMENT_BYTES


def _refusal(code: str, message: str) -> Issue:
    return Issue(stage="publish", level="warning", code=code, message=message)


def primary_form(document: str, documents: Collection[str]) -> str | None:
    """Return the id of the primary form of a document's content, or None if this is the primary form.

    The id of the second of two forms has a suffix after the language, for example ``guide/1.0/ja.pptx``.

    Args:
        document: Id of the document.
        documents: Ids of all documents of the work.
    """
    base, _, lang = document.rpartition("/")
    primary = f"{base}/{lang.partition('.')[0]}"
    return primary if primary != document and primary in documents else None


def document_rows(
    document: Document, made_with: Mapping[str, str], form_of: str | None = None
) -> tuple[DocumentRows, tuple[Issue, ...]]:
    """Return all rows of one document, with an issue for each box that had to be clipped to its page.

    Args:
        document: A document with a licence; see ``refusal``.
        made_with: Stage to version, for the row of the document.
        form_of: Id of the primary form of the same content, if this document is not the primary form.
    """
    content, listing = document.content, document.listing
    licence, source = listing.licence, listing.source
    assert licence is not None, "refusal() must be called first"
    title, title_from = document_title(document)
    head = DocumentRow(
        id=document.id,
        work=document.work,
        edition=document.edition,
        lang=content.lang,
        kind=content.kind,
        title=title,
        date=document.date,
        pages=len(content.page_sizes),
        page_sizes=tuple((points(width), points(height)) for width, height in content.page_sizes),
        source=SourceField(
            url=source.url,
            file=PurePosixPath(source.file).name,
            sha256=source.sha256,
            bytes=source.bytes,
            media_type=source.media_type,
        ),
        licence=LicenceField(name=licence.name, url=licence.url, attribution=licence.attribution),
        publisher=listing.publisher,
        pages_without_text=content.pages_without_text,
        hidden_pages=content.hidden_pages,
        active_content=tuple(sorted(set(content.active_content))),
        made_with=dict(made_with),
        identity=IdentityField(
            title=title_from,
            date=document.date_from if document.date else None,
            edition=document.edition_from if document.edition else None,
        ),
        languages=_languages(content),
        primary=form_of is None,
        form_of=form_of,
        corrections=tuple(
            CorrectionField(
                of=each.of, text=each.text or each.ja or each.en, author=each.author, date=each.date, reason=each.reason
            )
            for each in listing.corrections
        ),
    )
    issues: list[Issue] = []
    table_of = {each.block: each for each in content.tables}
    blocks = tuple(
        _block_row(block, order, document, table_of.get(block.id), issues) for order, block in enumerate(content.blocks)
    )
    sections = tuple(
        SectionRow(
            id=f"{document.id}#{each.id}",
            document=document.id,
            parent=_global_id(document.id, each.parent),
            number=each.number,
            title=each.title,
            level=each.level,
            pages=each.pages,
        )
        for each in content.sections
    )
    tables = tuple(
        TableRow(
            id=f"{document.id}#{each.id}",
            document=document.id,
            block=f"{document.id}#{each.block}",
            page=each.page,
            caption=each.caption,
            header_rows=each.header_rows,
            rows=each.rows,
            continues=_global_id(document.id, each.continues),
            cells=tuple(_cell_field(cell, head.page_sizes) for cell in each.cells),
        )
        for each in content.tables
    )
    sizes = head.page_sizes
    cells = {each.block: each.cells for each in tables}
    places = {
        row.id: TextPlaces(row.regions, block.runs, sizes, _cell_places(table_of.get(block.id), cells.get(row.id, ())))
        for row, block in zip(blocks, content.blocks, strict=True)
    }
    rows = DocumentRows(
        head, sections, blocks, tables, _mention_rows(document, blocks, places), places, document.vectors
    )
    return rows, tuple(issues)


def _languages(content: Content) -> SharesField:
    """Return the share of each language in the visible text without furniture."""
    weights = {"ja": 0.0, "en": 0.0}
    for block in content.blocks:
        if block.kind != "furniture" and not block.hidden:
            weights[block.lang] += len(block.text) * (JAPANESE_WEIGHT if block.lang == "ja" else 1)
    total = sum(weights.values())
    if not total:
        weights[content.lang] = total = 1.0
    ja = round(weights["ja"] / total, _SHARE_DIGITS)
    return SharesField(ja=ja, en=round(1 - ja, _SHARE_DIGITS))


def _cell_places(
    table: Table | None, cells: tuple[CellField, ...]
) -> tuple[TablePlaces, dict[tuple[int, int], tuple[RegionField, ...]]] | None:
    """Return where the cells of a table are in its text and on its pages; None without a table."""
    if table is None or not table.rows:
        return None
    regions = {
        (cell.row + i, cell.column + j): cell.regions
        for cell in cells
        for i in range(cell.row_span)
        for j in range(cell.column_span)
    }
    return TablePlaces(table.rows), regions


def _mention_rows(
    document: Document, blocks: tuple[BlockRow, ...], places: Mapping[str, TextPlaces]
) -> tuple[MentionRow, ...]:
    """Return the mentions of a document in reading order."""
    block_of = {block.id: block for block in blocks}
    rows = []
    for each in document.mentions:
        block_id = f"{document.id}#{each.block}"
        block = block_of.get(block_id)
        cells = places[block_id].cells if block else None
        row, column = cells[0].at(each.start) if cells else (None, None)
        regions = places[block_id].lines(each.start, each.end) if block else ()
        rows.append(
            MentionRow(
                id=f"{document.id}#{each.id}",
                document=document.id,
                block=block_id,
                start=each.start,
                end=each.end,
                text=each.text,
                label=each.label,
                value=each.value,
                rule=each.rule,
                row=row,
                column=column,
                score=each.score,
                section=block.section if block else None,
                page=regions[0].page if regions else 1,  # the later check reports a mention without a block
                lang=block.lang if block else document.content.lang,
                regions=regions,
            )
        )
    order_of = {block.id: block.order for block in blocks}
    return tuple(sorted(rows, key=lambda m: (order_of.get(m.block, -1), m.start, -m.end, m.id)))


def _cell_field(cell: TableCell, sizes: tuple[tuple[float, float], ...]) -> CellField:
    regions = (
        RegionField(page=region.page, bbox=box_on_page(region.bbox, *sizes[region.page - 1])) for region in cell.regions
    )
    return CellField(
        row=cell.row,
        column=cell.column,
        row_span=cell.row_span,
        column_span=cell.column_span,
        text=cell.text,
        header=cell.header,
        regions=tuple(regions),
    )


def _block_row(block: Block, order: int, document: Document, table: Table | None, issues: list[Issue]) -> BlockRow:
    box = _clipped_box(block, document, issues)
    first = RegionField(page=block.page, bbox=box)
    return BlockRow(
        id=f"{document.id}#{block.id}",
        document=document.id,
        section=_global_id(document.id, block.section),
        order=order,
        page=block.page,
        bbox=box,
        kind=block.kind,
        level=block.level,
        lang=block.lang,
        text=block.text,
        origin=block.origin,
        hidden=block.hidden,
        notes=tuple(NoteField(offset=note.offset, block=f"{document.id}#{note.block}") for note in block.notes),
        marker=block.marker,
        hidden_reason=block.hidden_reason,
        speaker=block.speaker,
        regions=block_regions(block, first, table, document.content.page_sizes),
    )


def _clipped_box(block: Block, document: Document, issues: list[Issue]) -> tuple[float, float, float, float]:
    """Return the box of a block in points, clipped to its page. Text partly outside of a slide is common."""
    sizes, box = document.content.page_sizes, block.bbox
    if not 1 <= block.page <= len(sizes):
        return (0.0, 0.0, 0.0, 0.0)  # the later check reports the page
    original = (box.x0, box.top, box.x1, box.bottom)
    clipped = box_on_page(box, *sizes[block.page - 1])
    change = max(abs(a - b) for a, b in zip(sorted(original), sorted(clipped), strict=True))
    if not change <= BOX_TOLERANCE and not block.hidden:  # "not <=" is also true where the change is not a number
        message = f"{document.id}#{block.id}: the box {original} leaves page {block.page} and is clipped to it"
        issues.append(Issue(stage="publish", level="info", code="box_clipped", message=message, page=block.page))
    return clipped


def _global_id(document: str, local: str | None) -> str | None:
    """Return ``<document>#<local id>``; ids that are global already stay."""
    return None if local is None else local if "#" in local else f"{document}#{local}"
