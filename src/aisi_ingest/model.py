"""The data model: every noun of the project as a frozen value.

Stages take these values and return new ones. Nothing here reads or writes files. Boxes are in points (1/72 inch) from
the top left of the page as it is displayed, after rotation and cropping. Offsets are Unicode code points. Dates are
EDTF (https://www.loc.gov/standards/datetime/).

Ids inside a document are local (``b12``, ``s3``, ``t1``, ``m40``), because a document is read before its work is known.
``publish`` prefixes them with the id of the document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

Lang = Literal["ja", "en"]
BlockKind = Literal[
    "title",
    "heading",
    "paragraph",
    "list_item",
    "table",
    "caption",
    "footnote",
    "code",
    "figure_text",
    "note",
    "furniture",
    "contents",
]
DocumentKind = Literal["report", "deck"]
Form = Literal["pdf", "pptx"]
Label = Literal["DATE", "ORG", "PERSON", "GUIDE", "EVENT", "PLACE"]
Unit = Literal["section", "block", "sentence"]
FindingKind = Literal[
    "missing_in_en", "missing_in_ja", "untranslated", "date_differs", "number_differs", "entity_differs"
]
FindingStatus = Literal["open", "accepted", "intended", "reported", "false"]
Severity = Literal["low", "medium", "high"]
IssueLevel = Literal["info", "warning", "error"]
# Why a reader cannot see a text: see docs/dataset.md.
HiddenReason = Literal[
    "struck",
    "outside",
    "tiny",
    "unpainted",
    "layer",
    "transparent",
    "clipped",
    "covered",
    "same_colour",
    "actual_text",
    "other_glyphs",
    "hidden_shape",
    "hidden_slide",
]

T = TypeVar("T")


class Issue(Struct, frozen=True, omit_defaults=True):
    """Something that a stage reports about a value. Issues are returned with the value and end up in the report."""

    stage: str  # fetch, extract, tag, pair, align, compare, publish
    level: IssueLevel  # error: the document failed; warning: something is missing; info: for information
    code: str  # a short fixed word, e.g. "password_needed", "page_unreadable"
    message: str  # one sentence: what happened, why, and how to solve it if there is a way
    page: int | None = None  # from 1


class Result(Struct, Generic[T], frozen=True):
    """The value of a stage and its issues. ``value`` is None if and only if an issue has level "error"."""

    value: T | None
    issues: tuple[Issue, ...] = ()


class Box(Struct, frozen=True, array_like=True):
    """A rectangle on one page, in points from the top left of the page."""

    x0: float
    top: float
    x1: float
    bottom: float


class NoteLink(Struct, frozen=True):
    """A footnote anchor. Its position was in front of ``text[offset]``; ``block`` is the id of the footnote."""

    offset: int
    block: str


class Block(Struct, frozen=True, omit_defaults=True):
    """A paragraph, a list item, a table or another part of the text.

    ``text`` is normalised (``aisi_ingest.text.normalise``) and never changed afterwards. The text of a table has one
    line per row; the cells are separated by `` | ``. A block that continues after a page break has the page and box of
    its first part.
    """

    id: str
    page: int  # from 1
    bbox: Box
    kind: BlockKind
    text: str
    lang: Lang
    section: str | None = None  # None for furniture, speaker's notes and hidden text
    level: int | None = None  # headings: 1 is the highest; list items: 1 is not indented
    origin: Literal["text", "ocr"] = "text"
    hidden: bool = False
    notes: tuple[NoteLink, ...] = ()
    marker: str | None = None  # printed before a list item or numbered paragraph: "13.", "(b)", "第8条"
    hidden_reason: HiddenReason | None = None  # why ``hidden``; None for visible text
    speaker: str | None = None  # who speaks, as printed, in the turns of minutes


class Section(Struct, frozen=True, omit_defaults=True):
    """A heading with the text below it. In a slide deck, a slide."""

    id: str
    title: str  # without the number
    level: int  # from 1
    pages: tuple[int, int]  # first and last
    parent: str | None = None
    number: str | None = None  # as printed: "2.1", "第1部", "(1)"


class Region(Struct, frozen=True):
    """A rectangle on a page, numbered from 1."""

    page: int
    bbox: Box


class TableCell(Struct, frozen=True, omit_defaults=True):
    """One cell of a table, with all rows and columns that it covers.

    Attributes:
        row: Its first row, from 0.
        column: Its first column, from 0.
        text: As in the rows of the table.
        row_span: Number of rows.
        column_span: Number of columns.
        header: Whether it lies in the header rows.
        regions: Where it is; more than one if a page break tears its row.
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    header: bool = False
    regions: tuple[Region, ...] = ()


class Table(Struct, frozen=True, omit_defaults=True):
    """The cells of a block of kind "table". Merged cells are repeated; all rows have the same length."""

    id: str
    block: str
    page: int
    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 0
    caption: str | None = None
    continues: str | None = None  # id of the table on an earlier page that this one continues
    cells: tuple[TableCell, ...] = ()  # by row and column; none if only the rows are known


class Content(Struct, frozen=True, omit_defaults=True):
    """The content of a file. The same bytes always have the same Content."""

    kind: DocumentKind
    form: Form
    lang: Lang  # of most of the text
    title: str
    page_sizes: tuple[tuple[float, float], ...]  # width and height of each page in points
    blocks: tuple[Block, ...] = ()  # in reading order
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    pages_without_text: tuple[int, ...] = ()
    hidden_pages: tuple[int, ...] = ()  # hidden slides
    active_content: tuple[
        str, ...
    ] = ()  # for example "javascript", "launch", "embedded_file": detected, never executed or opened


class Mention(Struct, frozen=True, omit_defaults=True):
    """A tagged span of a block: ``block.text[start:end] == text``."""

    id: str
    block: str
    start: int
    end: int
    text: str
    label: Label
    rule: str  # the rule that found it, for example "date.era", "registry", "shape.org.suffix"
    value: str | None = None  # EDTF for DATE, otherwise an entity id
    score: float | None = None  # probability that a mention found by a model is right; None for mentions of rules


class Licence(Struct, frozen=True):
    """The licence of a document."""

    name: str
    url: str
    attribution: str  # line to print where the text is used


class Source(Struct, frozen=True):
    """The origin of a document's bytes."""

    url: str | None  # None for local files
    file: str  # its name, never a path
    sha256: str
    bytes: int
    media_type: str


class Correction(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A correction by hand: one entry of a file in ``corrections/``. docs/corrections.md explains the keys.

    Texts are quoted from the data. Spaces, widths and cases of letters make no difference.
    """

    of: Literal["document", "block", "table", "mention", "entity", "pair", "bead", "finding"]
    author: str
    date: str  # ISO 8601
    reason: str
    documents: tuple[str, ...] = ()  # each a sha256 or its beginning, a file name, a URL, an id, or a work
    text: str = ""  # the quoted text
    before: str = ""  # what stands directly before it
    after: str = ""  # what stands directly after it
    ja: str = ""  # quoted text of beads and findings
    en: str = ""
    page: int | None = None
    set: dict[str, str | int | bool] = {}  # fields and their right values
    add: bool = False
    remove: bool = False
    join: bool | None = None  # pairs and beads: whether both sides belong together
    merge: bool = False  # a block is one with the next
    split: str = ""  # the words with which a new block begins
    move_after: str = ""  # quoted text of the block that a block follows
    cells: tuple[CellCorrection, ...] = ()
    bounds: tuple[float, float, float, float] | None = None  # of a table in points: x0, top, x1, bottom
    settings: dict[str, str | int | float] = {}  # of pdfplumber's TableFinder, within the bounds
    same: tuple[str, ...] = ()  # ids of entities that are one
    different: tuple[str, ...] = ()  # ids of entities that are not one


class CellCorrection(Struct, frozen=True, forbid_unknown_fields=True):
    """The right text of one cell of a table."""

    row: int  # from 0
    column: int
    text: str


class Listing(Struct, frozen=True, omit_defaults=True):
    """What is known about a document from outside its bytes: from the page that links it, or from its name."""

    source: Source
    publisher: str | None = None  # registry id, e.g. "j-aisi"
    title: str | None = None  # the link's text
    date: str | None = None  # EDTF, from the index page
    lang: Lang | None = None  # from hreflang or the page that links it
    licence: Licence | None = None
    origin: str = "manual"  # id of the source in sources.toml
    corrections: tuple[Correction, ...] = ()  # that concern this document


class Document(Struct, frozen=True, omit_defaults=True):
    """One file in one language, with its content, its origin and the work it belongs to.

    ``work``, ``edition`` and ``id`` are empty until the documents are paired.
    """

    listing: Listing
    content: Content
    mentions: tuple[Mention, ...] = ()
    date: str | None = None  # EDTF
    id: str = ""  # <work>/<edition>/<lang>; the second of two forms has ".pptx" after the language
    work: str = ""
    edition: str | None = None


class Entity(Struct, frozen=True):
    """Something that mentions refer to: an entity of the registry, or one known only from texts (``local:...``)."""

    id: str
    label: Label
    names: dict[str, tuple[str, ...]]  # {"ja": (...), "en": (...)}, the preferred name first
    country: str | None = None  # ISO 3166-1 alpha-2 in lower case, or "eu"
    part_of: str | None = None  # id of the organisation that it belongs to
    successor_of: str | None = None  # id of the entity that it replaced


class Bead(Struct, frozen=True, omit_defaults=True):
    """Aligned units: the ids of the Japanese and the English units with the same content.

    One side is empty if the other has no counterpart. The id of a sentence is ``<block>:<start>-<end>``, in code
    points of the block's text.
    """

    unit: Unit
    ja: tuple[str, ...]
    en: tuple[str, ...]
    score: float  # 0 to 1; 0 if a side is empty
    evidence: tuple[str, ...] = ()  # short words: "number:2.1", "date:2024-09-25", "entity:j-aisi", "similarity:0.83"


class Gap(Struct, frozen=True):
    """How close the other document comes to a block or sentence without a counterpart.

    A margin is a cosine minus the mean cosine of both texts with their nearest texts: near 0 or below for a text that
    is only about the same subject, 0.1 and more for most translations. It is -1 if there is no text to compare with.
    """

    lang: Lang
    id: str  # of the block, or of the sentence
    anywhere: float  # highest margin with any text of the other document, also furniture, drawings and cells
    nearest: str  # id of the block with that text
    nearby: float  # highest margin with a text near the counterparts of its neighbours
    free: float  # the same, of texts that have no counterpart either
    anchors: float  # share of its numbers, dates and names that such texts have; 0 if it has hardly any
    same_text: bool  # the other document has the same words in the same script
    repeats: bool  # its own document has the same text more than once


class Alignment(Struct, frozen=True):
    """All beads of one pair: sections, then blocks, then sentences, each in Japanese reading order."""

    ja: str  # document id
    en: str
    beads: tuple[Bead, ...] = ()
    with_encoder: bool = True
    gaps: tuple[Gap, ...] = ()  # what the second look at texts without a counterpart has measured


class Counterparts(Struct, frozen=True, omit_defaults=True):
    """What the two languages of a pair know about each other's names.

    Attributes:
        same: Local id of a person to the id that the person has in both languages.
        ja: Further mentions in the Japanese document. Their own ids are empty.
        en: Further mentions in the English document.
    """

    same: dict[str, str] = {}
    ja: tuple[Mention, ...] = ()
    en: tuple[Mention, ...] = ()


class Finding(Struct, frozen=True):
    """One place where the two languages, or two editions, disagree."""

    kind: FindingKind
    ja: tuple[str, ...]  # block or section ids
    en: tuple[str, ...]
    detail: dict[str, str | None]  # {"ja": value, "en": value}
    severity: Severity
    message: dict[str, str]  # a sentence for the user in each language: {"ja": sentence, "en": sentence}
    confidence: float = 0.5  # probability that a careful reader agrees, 0 to 1
    suppressed: bool = False  # not shown by default, because its confidence is too low
    evidence: tuple[str, ...] = ()  # short words: "free:-0.2", "slack:0.3", "bead:0.97"
    status: FindingStatus = "open"  # what a person has said about it


class Edit(Struct, frozen=True):
    """A part of a text that two editions have in common, or that only one of them has."""

    kind: Literal["same", "removed", "added"]
    text: str


class BlockChange(Struct, frozen=True, omit_defaults=True):
    """The change of a block from one edition to the next. One side is empty if it was added or removed."""

    kind: Literal["added", "removed", "changed", "moved"]
    old: tuple[str, ...]  # block ids
    new: tuple[str, ...]
    edits: tuple[Edit, ...] = ()


class SectionChange(Struct, frozen=True, omit_defaults=True):
    """The change of a section. A section that moved may have changed as well. Unchanged sections are not listed."""

    kind: Literal["added", "removed", "moved", "changed"]
    title: str  # with its number; from the newer edition if that has the section
    old: tuple[str, ...]  # section ids; both sides are empty for blocks outside sections
    new: tuple[str, ...]
    old_title: str | None = None  # if it differs
    blocks: tuple[BlockChange, ...] = ()


class EditionDiff(Struct, frozen=True):
    """The differences between two editions of one work in one language, in the order of the newer edition."""

    old: str  # document id
    new: str
    sections: tuple[SectionChange, ...] = ()


class Comparison(Struct, frozen=True):
    """The findings of one pair. Their ids are local to the two documents; an id with ``#`` is already global."""

    ja: str  # document id
    en: str
    findings: tuple[Finding, ...] = ()


class Publication(Struct, frozen=True):
    """Everything that one release contains, in any order. It is the input of ``publish``.

    Mappings may be lazy (document id to Document). Then only one work is in memory at a time.
    """

    documents: Sequence[Document] | Mapping[str, Document]  # with id, work and mentions
    alignments: Sequence[Alignment] = ()
    comparisons: Sequence[Comparison] = ()
    editions: Sequence[EditionDiff] = ()  # each edition of a work compared with the previous one
    entities: (
        Sequence[Entity] | Mapping[str, Entity]
    ) = ()  # of the registry; ``local:...`` entities are added from the mentions
    made_with: Mapping[str, str] = {}  # stage to version
    raw: Mapping[str, str] = {}  # sha256 to path of the bytes, for the page images of the viewer
    expectations: Mapping[str, int] = {}  # id of a source to the smallest expected number of documents
    succeeded: bool = True  # every document of the run succeeded
    report: Mapping[str, Any] = {}  # report of the run; may contain clock times
    issues: tuple[Issue, ...] = ()


class Release(Struct, frozen=True):
    """A published release."""

    id: str  # 20261122T031700Z
    path: str
    digest: str  # of the data files: equal for equal data
    rows: dict[str, int]  # table to number of rows
    refused: tuple[str, ...] = ()  # ids of documents that were left out; each has an issue


class Receipt(Struct, frozen=True, omit_defaults=True):
    """One attempt to fetch one URL: a line of ``raw/receipts.jsonl``, which is never changed afterwards.

    ``sha256``, ``bytes``, ``media_type``, ``etag`` and ``last_modified`` describe the bytes that are stored after the
    attempt. A refused or failed attempt has none of them.
    """

    url: str  # as linked, without a fragment; "file:<name>#<digits>" for a local file
    time: str  # UTC, ISO 8601 to the second
    source: str  # id of the source in sources.toml, "manual" for files added by hand
    state: Literal["fetched", "unchanged", "refused", "failed", "withdrawn", "forgotten"]
    kind: Literal["document", "page", "robots"] = "document"
    status: int | None = None  # status of the last HTTP response
    sha256: str | None = None
    bytes: int | None = None
    media_type: str | None = None  # detected from the content
    file: str | None = None  # its name, never a path
    etag: str | None = None
    last_modified: str | None = None
    title: str | None = None  # the link's text
    date: str | None = None  # EDTF, from the page that links it
    lang: Lang | None = None
    reason: str | None = None  # for refused, failed, withdrawn and forgotten: one sentence
    tries: int = 1  # number of requests, not counting redirects
