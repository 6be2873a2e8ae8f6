"""The published tables: one typed row each. These types are the contract in docs/dataset.md.

Every field is always present; an unknown value is null. The docstrings and descriptions of rows are published in the
JSON Schemas, the data package and the Croissant file: changing one changes the digest of every release. For this reason
the types of nested fields have no docstring.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from aisi_ingest.facts.types import EventKind, EventStatus, Predicate
from aisi_ingest.model import (
    BlockKind,
    DocumentKind,
    FindingKind,
    FindingStatus,
    HiddenReason,
    Label,
    Lang,
    Severity,
    Unit,
)
from aisi_ingest.publish.schema_fields import (
    CellField,
    ChangedValueField,
    CorrectionField,
    Count,
    EvidenceField,
    Id,
    IdentityField,
    Int8,
    LicenceField,
    NamesField,
    NoteField,
    Page,
    Points,
    RegionField,
    Share,
    SharesField,
    SourceField,
    ValuesField,
)


class DocumentRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One file in one language."""

    id: Annotated[
        str, Meta(min_length=1, description="<work>/<edition>/<lang>, with .pptx where the same comes in two forms")
    ]
    work: Id
    edition: Annotated[str | None, Meta(description="As printed, for example 1.10; null where none is named")]
    lang: Lang
    kind: DocumentKind
    title: str
    date: Annotated[str | None, Meta(description="Date of publication, EDTF")]
    pages: Count
    page_sizes: Annotated[
        tuple[tuple[Points, Points], ...],
        Meta(description="Width and height of each page in points, after rotation and crop"),
    ]
    source: SourceField
    licence: LicenceField
    publisher: Annotated[str | None, Meta(description="Id of the publishing organisation")]
    pages_without_text: Annotated[tuple[Page, ...], Meta(description="Pages whose text could not be read")]
    hidden_pages: Annotated[tuple[Page, ...], Meta(description="Hidden slides")]
    active_content: Annotated[
        tuple[str, ...], Meta(description="Scripts, launch actions, embedded files: seen and left alone")
    ]
    made_with: Annotated[dict[str, str], Meta(description="Stage to version")]
    primary: Annotated[bool, Meta(description="False where form_of names another form of the same content")]
    form_of: Annotated[str | None, Meta(description="Id of the primary form (PDF) of the same content")]
    identity: Annotated[
        IdentityField,
        Meta(description="Where title, date and edition came from: document, listing (the link), file_name, by_hand"),
    ]
    languages: Annotated[SharesField, Meta(description="Share of each language in the visible text")]
    corrections: Annotated[tuple[CorrectionField, ...], Meta(description="Corrections by hand that concern it")]


class SectionRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A heading and what stands under it; in a deck, a slide."""

    id: Id
    document: Id
    parent: Annotated[str | None, Meta(description="Id of the section that this one is part of")]
    number: Annotated[str | None, Meta(description="As printed: 2.1, 第1部, (1)")]
    title: Annotated[str, Meta(description="Without the number")]
    level: Annotated[int, Meta(ge=1)]
    pages: Annotated[tuple[Page, Page], Meta(description="First and last")]


class BlockRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A paragraph, a list item, a table, ... in reading order."""

    id: Id
    document: Id
    section: Annotated[str | None, Meta(description="Null for furniture, speaker's notes and hidden text")]
    order: Annotated[int, Meta(ge=0, description="Reading order in the document, from 0")]
    page: Page
    bbox: Annotated[
        tuple[Points, Points, Points, Points],
        Meta(description="[x0, top, x1, bottom] in points from the page's top left"),
    ]
    kind: BlockKind
    level: int | None
    lang: Lang
    text: str
    origin: Annotated[
        str, Meta(pattern="^(text|ocr)$", description="text: carried by the file; ocr: read from its picture")
    ]
    hidden: Annotated[bool, Meta(description="True where a reader of the page could not see it")]
    notes: Annotated[tuple[NoteField, ...], Meta(description="Footnotes that it points to")]
    marker: Annotated[str | None, Meta(description="Number or letter printed before a list item or numbered paragraph")]
    hidden_reason: Annotated[HiddenReason | None, Meta(description="Why a reader cannot see the text")]
    speaker: Annotated[str | None, Meta(description="Who speaks, as printed, in minutes")]
    regions: Annotated[
        tuple[RegionField, ...],
        Meta(description="One for each page and column that it runs over; the first has its page and bbox"),
    ]


class TableRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One table."""

    id: Id
    document: Id
    block: Id
    page: Page
    caption: str | None
    header_rows: Count
    rows: Annotated[tuple[tuple[str, ...], ...], Meta(description="Rows of equal length, merged cells repeated")]
    continues: Annotated[str | None, Meta(description="Id of the table that it goes on from, over a page break")]
    cells: Annotated[tuple[CellField, ...], Meta(description="By row and column; empty if the table has no rows")]


class MentionRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One tagged span: the block's text[start:end] equals text."""

    id: Id
    document: Id
    block: Id
    start: Annotated[int, Meta(ge=0, description="Unicode code points in the block's text")]
    end: Annotated[int, Meta(ge=1, description="Exclusive")]
    text: Id
    label: Label
    value: Annotated[str | None, Meta(description="EDTF for DATE, otherwise an entity id")]
    rule: Annotated[str, Meta(description="What found it")]
    row: Annotated[int | None, Meta(description="In a table: index of its row in rows, from 0; null in other blocks")]
    column: Annotated[int | None, Meta(description="In a table: index of its text in that row, from 0")]
    score: Annotated[
        Share | None, Meta(description="Probability that a mention found by a model is right; null for other rules")
    ]
    section: Annotated[str | None, Meta(description="Id of the section of its block")]
    page: Page
    lang: Annotated[Lang, Meta(description="Language of its block")]
    regions: Annotated[
        tuple[RegionField, ...],
        Meta(description="One for each line that it is in; the box of its cell or block if no characters are known"),
    ]


class EntityRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that mentions point to."""

    id: Id
    label: Label
    names: Annotated[NamesField, Meta(description="First the preferred name")]
    mentions: Count
    documents: Count
    country: Annotated[str | None, Meta(description="ISO 3166-1 alpha-2 in lower case, or eu")]
    part_of: Annotated[str | None, Meta(description="Id of the organisation that it belongs to")]
    successor_of: Annotated[str | None, Meta(description="Id of the entity that it replaced")]


class AlignmentRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One bead: what says the same in both languages."""

    id: Id
    work: Id
    edition: str | None
    unit: Unit
    ja_document: Id
    en_document: Id
    ja: Annotated[
        tuple[str, ...],
        Meta(description="Section or block ids, or <block>:<start>-<end> for sentences; empty: no counterpart"),
    ]
    en: tuple[str, ...]
    score: Share
    evidence: Annotated[tuple[str, ...], Meta(description="What speaks for it")]


class FindingRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One place where the two languages, or two editions, disagree."""

    id: Id
    work: Id
    edition: str | None
    kind: FindingKind
    ja_document: Id
    en_document: Id
    ja: tuple[str, ...]
    en: tuple[str, ...]
    detail: Annotated[ValuesField, Meta(description="The two values")]
    severity: Severity
    message: Annotated[ValuesField, Meta(description="A sentence for a person")]
    confidence: Annotated[Share, Meta(description="Probability that a careful reader agrees")]
    suppressed: Annotated[bool, Meta(description="True if the confidence is too low to be shown by default")]
    evidence: Annotated[tuple[str, ...], Meta(description="What the confidence was computed from")]
    status: Annotated[FindingStatus, Meta(description="What a person has said about it; open: nothing")]


class BitextRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One text in both languages. No pair of texts occurs twice in a work, and each content is used in one form."""

    id: Annotated[str, Meta(min_length=1, description="Stays the same while unit and texts stay the same")]
    work: Id
    edition: str | None
    unit: Annotated[str, Meta(pattern="^(heading|block|row|sentence)$", description="row: the row of a table")]
    ja_document: Id
    en_document: Id
    ja: Annotated[str, Meta(min_length=1, description="The Japanese text")]
    en: Annotated[str, Meta(min_length=1, description="The English text")]
    ja_ids: Annotated[tuple[str, ...], Meta(description="Ids of sections, blocks, or sentences as in alignments")]
    en_ids: tuple[str, ...]
    ja_marker: Annotated[str | None, Meta(description="Number or letter printed before the text")]
    en_marker: str | None
    score: Share
    ja_section: Annotated[tuple[str, ...], Meta(description="Titles of the sections around it, the outermost first")]
    en_section: tuple[str, ...]
    ja_regions: Annotated[tuple[RegionField, ...], Meta(description="Where its text is")]
    en_regions: tuple[RegionField, ...]
    ja_url: Annotated[str | None, Meta(description="Address of the page; null for a local file")]
    en_url: str | None


class ChunkRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One passage for retrieval: consecutive text of one section, never cut inside a sentence or a table row."""

    id: Annotated[str, Meta(min_length=1, description="Stays the same while text and section path stay the same")]
    document: Id
    work: Id
    edition: str | None
    lang: Lang
    date: Annotated[str | None, Meta(description="Date of the document, EDTF")]
    section_path: Annotated[tuple[str, ...], Meta(description="Numbers and titles of its sections, outermost first")]
    markers: Annotated[tuple[str, ...], Meta(description="Numbers and letters printed before its items")]
    text: Id
    blocks: Annotated[tuple[str, ...], Meta(description="Ids of its blocks; the first and last may be in it in part")]
    pages: Annotated[tuple[Page, Page], Meta(description="First and last")]
    regions: Annotated[tuple[RegionField, ...], Meta(description="Where its text is")]
    url: Annotated[str | None, Meta(description="Address of its first page; null for a local file")]
    entities: Annotated[tuple[str, ...], Meta(description="Ids of the entities that it mentions")]
    counterparts: Annotated[
        tuple[str, ...], Meta(description="Ids of the chunks with the same content in the other language")
    ]
    vector: Annotated[
        tuple[Int8, ...] | None,
        Meta(description="Times vector_scale a unit vector, comparable across languages; null without the encoder"),
    ]
    vector_scale: float | None


class EditionChangeRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One change from an edition to the next one, in one language: of a section or of a block."""

    id: Id
    work: Id
    lang: Lang
    from_: Annotated[str | None, Meta(description="The older edition, as in documents")] = field(name="from")
    to: Annotated[str | None, Meta(description="The newer edition, as in documents")]
    from_document: Id
    to_document: Id
    number: Annotated[int, Meta(ge=1, description="Of the change between these two documents, from 1")]
    kind: Annotated[str, Meta(pattern="^(added|removed|changed|moved)$")]
    unit: Annotated[str, Meta(pattern="^(section|block)$", description="Of a section, its title or place changed")]
    section: Annotated[str | None, Meta(description="Id of its section: of the newer edition, if that has it")]
    section_path: Annotated[tuple[str, ...], Meta(description="Numbers and titles of its sections, outermost first")]
    before: Annotated[str | None, Meta(description="The text in the older edition; null if it was added")]
    after: Annotated[str | None, Meta(description="The text in the newer edition; null if it was removed")]
    before_ids: Annotated[tuple[str, ...], Meta(description="Ids of the blocks or sections in the older edition")]
    after_ids: Annotated[tuple[str, ...], Meta(description="Ids of the blocks or sections in the newer edition")]
    words: Annotated[
        tuple[tuple[str, str], ...],
        Meta(description="Pairs of same, removed or added and a text; without the removed texts they are the new text"),
    ]
    values: Annotated[
        tuple[ChangedValueField, ...], Meta(description="Dates, numbers and names that only one of the texts has")
    ]
    counterpart: Annotated[str | None, Meta(description="Id of the same change in the other language")]


class EventRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One dated statement, with every place that makes it."""

    id: Annotated[str, Meta(min_length=1, description="Stays the same while date, kind and labels stay the same")]
    date: Annotated[str, Meta(min_length=1, description="EDTF: the most precise of its evidence")]
    kind: EventKind
    status: Annotated[EventStatus, Meta(description="planned: in the future for every document that states it")]
    label: Annotated[ValuesField, Meta(description="The statement in the words of a document")]
    actors: Annotated[tuple[str, ...], Meta(description="Ids of organisations and persons")]
    guides: Annotated[tuple[str, ...], Meta(description="Ids of guides and laws")]
    places: Annotated[tuple[str, ...], Meta(description="Ids of places")]
    event: Annotated[str | None, Meta(description="Id of the meeting or other event, if it has a name")]
    evidence: Annotated[tuple[EvidenceField, ...], Meta(min_length=1)]


class RelationRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One statement about an entity, with every place that makes it."""

    id: Annotated[str, Meta(min_length=1, description="Stays the same while the statement stays the same")]
    subject: Annotated[str, Meta(min_length=1, description="Id of the entity that it is about")]
    predicate: Predicate
    object: Annotated[str | None, Meta(description="Id of another entity; null if there is a value")]
    value: Annotated[str | None, Meta(description="A number of people, for head_count")]
    title: Annotated[ValuesField, Meta(description="Of a post, for role_of")]
    from_: Annotated[str | None, Meta(description="Since when, EDTF")] = field(name="from")
    to: Annotated[str | None, Meta(description="Until when, EDTF; null if that is not stated")]
    evidence: Annotated[tuple[EvidenceField, ...], Meta(min_length=1)]


Row = (
    DocumentRow
    | SectionRow
    | BlockRow
    | TableRow
    | MentionRow
    | EntityRow
    | AlignmentRow
    | FindingRow
    | BitextRow
    | ChunkRow
    | EditionChangeRow
    | EventRow
    | RelationRow
)

TABLES: dict[str, type[Row]] = {
    "documents": DocumentRow,
    "sections": SectionRow,
    "blocks": BlockRow,
    "tables": TableRow,
    "mentions": MentionRow,
    "entities": EntityRow,
    "alignments": AlignmentRow,
    "findings": FindingRow,
    "bitext": BitextRow,
    "chunks": ChunkRow,
    "edition_changes": EditionChangeRow,
    "events": EventRow,
    "relations": RelationRow,
}

SHARED_TABLES = ("entities", "events", "relations")  # tables whose rows belong to no single work

# (table, field) to the table that the field refers to. Where a field holds a list, each of its items refers to it.
REFERENCES: dict[tuple[str, str], str] = {
    ("sections", "document"): "documents",
    ("sections", "parent"): "sections",
    ("blocks", "document"): "documents",
    ("blocks", "section"): "sections",
    ("tables", "document"): "documents",
    ("tables", "block"): "blocks",
    ("tables", "continues"): "tables",
    ("mentions", "document"): "documents",
    ("mentions", "block"): "blocks",
    ("mentions", "section"): "sections",
    ("alignments", "ja_document"): "documents",
    ("alignments", "en_document"): "documents",
    ("findings", "ja_document"): "documents",
    ("findings", "en_document"): "documents",
    ("bitext", "ja_document"): "documents",
    ("bitext", "en_document"): "documents",
    ("chunks", "document"): "documents",
    ("documents", "form_of"): "documents",
    ("edition_changes", "from_document"): "documents",
    ("edition_changes", "to_document"): "documents",
    ("edition_changes", "section"): "sections",
    ("edition_changes", "counterpart"): "edition_changes",
    ("events", "event"): "entities",
    ("relations", "subject"): "entities",
    ("relations", "object"): "entities",
}


def json_schema(table: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one row of a table."""
    schema = msgspec.json.schema(TABLES[table])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table,
        **schema,
    }
