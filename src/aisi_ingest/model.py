"""Every noun of the project, frozen.

Stages take these values and return new ones; nothing here reads, writes or computes more than a
property. Boxes are in points (1/72 inch) from the top left of the page as a reader sees it, after
rotation and crop. Offsets are Unicode code points. Dates are EDTF
(https://www.loc.gov/standards/datetime/).

Ids inside a document are local (``b12``, ``s3``, ``t1``, ``m40``), because reading happens before
it is known which work the bytes belong to; ``publish`` prefixes them with the document's id.
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
]
DocumentKind = Literal["report", "deck"]
Form = Literal["pdf", "pptx"]
Label = Literal["DATE", "ORG", "PERSON", "GUIDE", "EVENT", "PLACE"]
Unit = Literal["section", "block", "sentence"]
FindingKind = Literal["missing_in_en", "missing_in_ja", "date_differs", "number_differs", "entity_differs"]
Severity = Literal["low", "medium", "high"]
IssueLevel = Literal["info", "warning", "error"]

T = TypeVar("T")


class Issue(Struct, frozen=True, omit_defaults=True):
    """What a stage has to say about a value: never an exception, never lost."""

    stage: str  # fetch, extract, tag, pair, align, compare, publish
    level: IssueLevel  # error: the document failed; warning: something is missing; info: worth knowing
    code: str  # a short fixed word, e.g. "password_needed", "page_unreadable"
    message: str  # one sentence for a person: what, why, and the way out where there is one
    page: int | None = None  # from 1


class Result(Struct, Generic[T], frozen=True):
    """A stage's value and its issues. ``value`` is None exactly if an issue has level "error"."""

    value: T | None
    issues: tuple[Issue, ...] = ()


class Box(Struct, frozen=True, array_like=True):
    """A rectangle on one page, in points from the page's top left."""

    x0: float
    top: float
    x1: float
    bottom: float


class NoteLink(Struct, frozen=True):
    """A footnote anchor: it stood before ``text[offset]`` and points to the block of the note."""

    offset: int
    block: str


class Block(Struct, frozen=True, omit_defaults=True):
    """A paragraph, a list item, a table, ... in reading order.

    ``text`` is normalised (``aisi_ingest.text.normalise``) and never changed afterwards. A table's
    text is its rows, a line each, cells joined by `` | ``. A block that goes on over a page break
    has the page and box of its first part.
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


class Section(Struct, frozen=True, omit_defaults=True):
    """A heading and what stands under it; in a deck, a slide."""

    id: str
    title: str  # without the number
    level: int  # from 1
    pages: tuple[int, int]  # first and last
    parent: str | None = None
    number: str | None = None  # as printed: "2.1", "第1部", "(1)"


class Table(Struct, frozen=True, omit_defaults=True):
    """The cells behind a block of kind "table". Merged cells are repeated; all rows have equal length."""

    id: str
    block: str
    page: int
    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 0
    caption: str | None = None
    continues: str | None = None  # id of the table that this one goes on from, over a page break


class Content(Struct, frozen=True, omit_defaults=True):
    """What reading the bytes gave: the same bytes always give the same Content."""

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
    active_content: tuple[str, ...] = ()  # e.g. "javascript", "launch", "embedded_file": seen and left alone


class Mention(Struct, frozen=True, omit_defaults=True):
    """A tagged span: ``block.text[start:end] == text``."""

    id: str
    block: str
    start: int
    end: int
    text: str
    label: Label
    rule: str  # what found it, e.g. "date.era", "registry", "shape.org.suffix"
    value: str | None = None  # EDTF for DATE, otherwise an entity id


class Licence(Struct, frozen=True):
    name: str
    url: str
    attribution: str


class Source(Struct, frozen=True):
    """Where a document's bytes came from."""

    url: str | None  # None for local files
    file: str  # its name, never a path
    sha256: str
    bytes: int
    media_type: str


class Listing(Struct, frozen=True, omit_defaults=True):
    """What is known of a document from outside its bytes: the index page that links it, or its name."""

    source: Source
    publisher: str | None = None  # registry id, e.g. "j-aisi"
    title: str | None = None  # the link's text
    date: str | None = None  # EDTF, from the index page
    lang: Lang | None = None  # from hreflang or the page that links it
    licence: Licence | None = None
    origin: str = "manual"  # id of the source in sources.toml


class Document(Struct, frozen=True, omit_defaults=True):
    """One file in one language: what it says, where it came from, which work it belongs to.

    ``work``, ``edition`` and ``id`` are empty until ``pair`` has placed the document.
    """

    listing: Listing
    content: Content
    mentions: tuple[Mention, ...] = ()
    date: str | None = None  # EDTF
    id: str = ""  # <work>/<edition>/<lang>, with ".pptx" where the same comes in two forms
    work: str = ""
    edition: str | None = None


class Entity(Struct, frozen=True):
    """One thing that mentions point to: of the registry, or local to a work (``local:...``)."""

    id: str
    label: Label
    names: dict[str, tuple[str, ...]]  # {"ja": (...), "en": (...)}: first the preferred name


class Bead(Struct, frozen=True, omit_defaults=True):
    """Ids on both sides that say the same thing; one side may be empty: no counterpart.

    Sentence ids are ``<block>:<start>-<end>``, code points in the block's text.
    """

    unit: Unit
    ja: tuple[str, ...]
    en: tuple[str, ...]
    score: float  # 0..1, 0 where a side is empty
    evidence: tuple[str, ...] = ()  # short words: "number:2.1", "date:2024-09-25", "entity:j-aisi", "similarity:0.83"


class Alignment(Struct, frozen=True):
    """All beads of one pair: sections, then blocks, then sentences, each in Japanese reading order."""

    ja: str  # document id
    en: str
    beads: tuple[Bead, ...] = ()
    with_encoder: bool = True


class Finding(Struct, frozen=True):
    """One place where the two languages, or two editions, say something different."""

    kind: FindingKind
    ja: tuple[str, ...]  # block or section ids
    en: tuple[str, ...]
    detail: dict[str, str | None]  # {"ja": value, "en": value}
    severity: Severity
    message: dict[str, str]  # {"ja": sentence, "en": sentence} for a person


class Edit(Struct, frozen=True):
    """A stretch of text that two editions share, or that one of them has alone."""

    kind: Literal["same", "removed", "added"]
    text: str


class BlockChange(Struct, frozen=True, omit_defaults=True):
    """What became of a block from one edition to the next; one side is empty where it was added or removed."""

    kind: Literal["added", "removed", "changed"]
    old: tuple[str, ...]  # block ids
    new: tuple[str, ...]
    edits: tuple[Edit, ...] = ()


class SectionChange(Struct, frozen=True, omit_defaults=True):
    """What became of a section. One that moved may have changed too; unchanged ones are not listed."""

    kind: Literal["added", "removed", "moved", "changed"]
    title: str  # with its number, of the newer edition where it has the section
    old: tuple[str, ...]  # section ids; both sides empty for what stands in no section
    new: tuple[str, ...]
    old_title: str | None = None  # where it differs
    blocks: tuple[BlockChange, ...] = ()


class EditionDiff(Struct, frozen=True):
    """What two editions of one work, in one language, say differently, in order of the newer."""

    old: str  # document id
    new: str
    sections: tuple[SectionChange, ...] = ()


class Comparison(Struct, frozen=True):
    """The findings of one pair. Their ids are local to the documents named here; one with ``#`` is already whole."""

    ja: str  # document id
    en: str
    findings: tuple[Finding, ...] = ()


class Publication(Struct, frozen=True):
    """Everything that one release says, handed to ``publish`` in any order.

    Mappings may be lazy (document id to Document): then one work is held in memory at a time.
    """

    documents: Sequence[Document] | Mapping[str, Document]  # with id, work and mentions
    alignments: Sequence[Alignment] = ()
    comparisons: Sequence[Comparison] = ()
    editions: Sequence[EditionDiff] = ()  # each edition of a work against the one before it
    entities: Sequence[Entity] | Mapping[str, Entity] = ()  # of the registry; ``local:...`` come from the mentions
    made_with: Mapping[str, str] = {}  # stage to version
    raw: Mapping[str, str] = {}  # sha256 to path of the bytes, for the pictures of the viewer
    expectations: Mapping[str, int] = {}  # id of a source to the least number of its documents
    succeeded: bool = True  # every document of the run came through
    report: Mapping[str, Any] = {}  # of the run: documents with state, reason and seconds; may hold clock times
    issues: tuple[Issue, ...] = ()


class Release(Struct, frozen=True):
    """What was published."""

    id: str  # 20261122T031700Z
    path: str
    digest: str  # of the data files: equal for equal data
    rows: dict[str, int]  # table to number of rows
    refused: tuple[str, ...] = ()  # ids of documents left out, each with an issue


class Receipt(Struct, frozen=True, omit_defaults=True):
    """One attempt to get one address: a line of ``raw/receipts.jsonl``, never changed afterwards.

    ``sha256``, ``bytes``, ``media_type``, ``etag`` and ``last_modified`` belong to the bytes that are
    held after the attempt; a refused or failed attempt has none of them.
    """

    url: str  # as linked, without a fragment; "file:<name>#<digits>" for a local file
    time: str  # UTC, ISO 8601 to the second
    source: str  # id of the source in sources.toml, "manual" for files added by hand
    state: Literal["fetched", "unchanged", "refused", "failed", "withdrawn"]
    kind: Literal["document", "page", "robots"] = "document"
    status: int | None = None  # of HTTP, the last answer
    sha256: str | None = None
    bytes: int | None = None
    media_type: str | None = None  # by content
    file: str | None = None  # its name, never a path
    etag: str | None = None
    last_modified: str | None = None
    title: str | None = None  # the link's text
    date: str | None = None  # EDTF, from the page that links it
    lang: Lang | None = None
    reason: str | None = None  # refused, failed, withdrawn: one sentence for a person
    tries: int = 1  # requests that it took, redirects not counted
