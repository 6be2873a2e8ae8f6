"""Turn model values into rows of the published tables: ids become global, and lists get an order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from math import isfinite
from pathlib import PurePosixPath

from msgspec import Struct

from aisi_ingest.facts.types import Facts
from aisi_ingest.model import (
    Alignment,
    Bead,
    Block,
    Box,
    Comparison,
    Document,
    Finding,
    Issue,
    TableCell,
)
from aisi_ingest.publish.schema import (
    SHARED_TABLES,
    AlignmentRow,
    BitextRow,
    BlockRow,
    CellField,
    ChunkRow,
    CorrectionField,
    DocumentRow,
    EditionChangeRow,
    EntityRow,
    EventRow,
    FindingRow,
    LicenceField,
    MentionRow,
    NoteField,
    RegionField,
    RelationRow,
    SectionRow,
    SourceField,
    TableRow,
    ValuesField,
)
from aisi_ingest.publish.table_places import TablePlaces

BOX_TOLERANCE = 1.0  # points by which a box may leave its page without an issue
_SEGMENT = re.compile(r"[\w+\-][\w.+\-]*")
_ID_SEGMENTS = 3  # <work>/<edition>/<lang>
_MAX_SEGMENT_BYTES = 100  # two segments and a suffix stay below the 255 bytes that file systems allow for a name
_BOX_DIGITS = 2  # decimals of a point
_SCORE_DIGITS = 4


WORK_TABLES = (
    "alignments",
    "findings",
    "bitext",
    "chunks",
    "edition_changes",
)  # tables whose rows belong to a work, in this order


class DocumentRows(Struct, frozen=True):
    """The rows of one document, each table in reading order."""

    document: DocumentRow
    sections: tuple[SectionRow, ...]
    blocks: tuple[BlockRow, ...]
    tables: tuple[TableRow, ...]
    mentions: tuple[MentionRow, ...]


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
    head = DocumentRow(
        id=document.id,
        work=document.work,
        edition=document.edition,
        lang=content.lang,
        kind=content.kind,
        title=content.title or listing.title or source.file,
        date=document.date,
        pages=len(content.page_sizes),
        page_sizes=tuple((_points(width), _points(height)) for width, height in content.page_sizes),
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
    blocks = tuple(_block_row(block, order, document, issues) for order, block in enumerate(content.blocks))
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
    order_of = {block.id: order for order, block in enumerate(content.blocks)}
    places = {each.block: TablePlaces(each.rows) for each in content.tables if each.rows}
    mentions = tuple(
        MentionRow(
            id=f"{document.id}#{each.id}",
            document=document.id,
            block=f"{document.id}#{each.block}",
            start=each.start,
            end=each.end,
            text=each.text,
            label=each.label,
            value=each.value,
            rule=each.rule,
            row=places[each.block].at(each.start)[0] if each.block in places else None,
            column=places[each.block].at(each.start)[1] if each.block in places else None,
            score=each.score,
        )
        for each in sorted(document.mentions, key=lambda m: (order_of.get(m.block, -1), m.start, -m.end, m.id))
    )
    return DocumentRows(document=head, sections=sections, blocks=blocks, tables=tables, mentions=mentions), tuple(
        issues
    )


def _cell_field(cell: TableCell, sizes: tuple[tuple[float, float], ...]) -> CellField:
    regions = (
        RegionField(page=region.page, bbox=_box_on_page(region.bbox, *sizes[region.page - 1]))
        for region in cell.regions
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


def _block_row(block: Block, order: int, document: Document, issues: list[Issue]) -> BlockRow:
    return BlockRow(
        id=f"{document.id}#{block.id}",
        document=document.id,
        section=_global_id(document.id, block.section),
        order=order,
        page=block.page,
        bbox=_clipped_box(block, document, issues),
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
    )


def _clipped_box(block: Block, document: Document, issues: list[Issue]) -> tuple[float, float, float, float]:
    """Return the box of a block in points, clipped to its page. Text partly outside of a slide is common."""
    sizes, box = document.content.page_sizes, block.bbox
    if not 1 <= block.page <= len(sizes):
        return (0.0, 0.0, 0.0, 0.0)  # the later check reports the page
    original = (box.x0, box.top, box.x1, box.bottom)
    clipped = _box_on_page(box, *sizes[block.page - 1])
    change = max(abs(a - b) for a, b in zip(sorted(original), sorted(clipped), strict=True))
    if not change <= BOX_TOLERANCE and not block.hidden:  # "not <=" is also true where the change is not a number
        message = f"{document.id}#{block.id}: the box {original} leaves page {block.page} and is clipped to it"
        issues.append(Issue(stage="publish", level="info", code="box_clipped", message=message, page=block.page))
    return clipped


def _box_on_page(box: Box, width: float, height: float) -> tuple[float, float, float, float]:
    """Return the sides of a box in points, clipped to a page of this size."""
    width, height = _points(width), _points(height)
    x0, x1 = sorted(min(_points(each), width) for each in (box.x0, box.x1))
    top, bottom = sorted(min(_points(each), height) for each in (box.top, box.bottom))
    return (x0, top, x1, bottom)


def _points(value: float) -> float:
    """Round a length to hundredths of a point, at least zero.

    Damaged files have infinite and undefined lengths, which JSON cannot express: they become zero.
    """
    return max(round(value, _BOX_DIGITS), 0.0) + 0.0 if isfinite(value) else 0.0  # + 0.0 removes a negative zero


def _global_id(document: str, local: str | None) -> str | None:
    """Return ``<document>#<local id>``; ids that are global already stay."""
    return None if local is None else local if "#" in local else f"{document}#{local}"


def pair_id(ja: str, en: str) -> str:
    """Return an id for a pair of documents.

    It is ``<work>/<edition>``, followed by what else distinguishes the pair: another edition, the form of the file, or
    the language where both documents have the same.
    """
    base, _, ja_lang = ja.rpartition("/")
    other, _, en_lang = en.rpartition("/")
    (ja_lang, _, ja_form), (en_lang, _, en_form) = ja_lang.partition("."), en_lang.partition(".")
    forms = [ja_form] if ja_form == en_form else [ja_form or "pdf", en_form or "pdf"]
    name = base if base == other else f"{base}+{other.rpartition('/')[2]}"
    return ".".join([name, *filter(None, forms), *([ja_lang] if ja_lang == en_lang else [])])


def alignment_rows(alignment: Alignment, editions: Mapping[str, str | None]) -> tuple[AlignmentRow, ...]:
    """Return one row for each bead, in the order of the alignment.

    Args:
        alignment: The alignment of two documents.
        editions: Document id to the printed edition.
    """
    pair = pair_id(alignment.ja, alignment.en)
    return tuple(
        AlignmentRow(
            id=f"{pair}#a{number}",
            work=pair.partition("/")[0],
            edition=editions.get(alignment.ja),
            unit=bead.unit,
            ja_document=alignment.ja,
            en_document=alignment.en,
            ja=_side(alignment.ja, bead.ja),
            en=_side(alignment.en, bead.en),
            score=_score(bead),
            evidence=bead.evidence,
        )
        for number, bead in enumerate(alignment.beads, 1)
    )


def _score(bead: Bead) -> float:
    return min(max(round(bead.score, _SCORE_DIGITS), 0.0), 1.0) + 0.0


def _side(document: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each if "#" in each else f"{document}#{each}" for each in ids)


def finding_rows(comparison: Comparison, editions: Mapping[str, str | None]) -> tuple[FindingRow, ...]:
    """Return one row for each finding, in the order of the comparison.

    Args:
        comparison: The findings about two documents.
        editions: Document id to the printed edition.
    """
    pair = pair_id(comparison.ja, comparison.en)
    return tuple(
        _finding_row(f"{pair}#f{number}", comparison, each, editions)
        for number, each in enumerate(comparison.findings, 1)
    )


def _finding_row(
    row_id: str, comparison: Comparison, finding: Finding, editions: Mapping[str, str | None]
) -> FindingRow:
    return FindingRow(
        id=row_id,
        work=row_id.partition("/")[0],
        edition=editions.get(comparison.ja),
        kind=finding.kind,
        ja_document=comparison.ja,
        en_document=comparison.en,
        ja=_side(comparison.ja, finding.ja),
        en=_side(comparison.en, finding.en),
        detail=ValuesField(ja=finding.detail.get("ja"), en=finding.detail.get("en")),
        severity=finding.severity,
        message=ValuesField(ja=finding.message.get("ja"), en=finding.message.get("en")),
        confidence=finding.confidence,
        suppressed=finding.suppressed,
        evidence=finding.evidence,
        status=finding.status,
    )
