"""A document with its origin, its names and its corrections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from aisi_ingest.model.content import Content, Lang

Label = Literal["DATE", "ORG", "PERSON", "GUIDE", "EVENT", "PLACE"]


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


Origin = Literal["document", "listing", "file_name", "by_hand"]
"""Where a title, a date or an edition came from."""


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
    by_hand: tuple[str, ...] = ()  # names of the fields that a person stated; they count more than the document
    pair_with: str | None = None  # stated: the document in the other language
    corrections: tuple[Correction, ...] = ()  # that concern this document


class TextVector(Struct, frozen=True, array_like=True):
    """The vector of a text: signed bytes, each to be multiplied by ``scale``."""

    values: bytes
    scale: float


class Document(Struct, frozen=True, omit_defaults=True):
    """One file in one language, with its content, its origin and the work it belongs to.

    ``work``, ``edition`` and ``id`` are empty until the documents are paired.
    """

    listing: Listing
    content: Content
    mentions: tuple[Mention, ...] = ()
    date: str | None = None  # EDTF
    date_from: Origin | None = None
    edition_from: Origin | None = None
    id: str = ""  # <work>/<edition>/<lang>; the second of two forms has ".pptx" after the language
    work: str = ""
    edition: str | None = None
    vectors: Mapping[str, TextVector] = {}  # of its chunks, by the digest of their text


class Entity(Struct, frozen=True):
    """Something that mentions refer to: an entity of the registry, or one known only from texts (``local:...``)."""

    id: str
    label: Label
    names: dict[str, tuple[str, ...]]  # {"ja": (...), "en": (...)}, the preferred name first
    country: str | None = None  # ISO 3166-1 alpha-2 in lower case, or "eu"
    part_of: str | None = None  # id of the organisation that it belongs to
    successor_of: str | None = None  # id of the entity that it replaced
