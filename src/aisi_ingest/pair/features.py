"""Collect what pairing needs to know about one document: names, edition, date, language, and its features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.corrections.applying import corrected_date, corrected_edition
from aisi_ingest.model import Block, Content, Document, Lang, Origin
from aisi_ingest.pair import file_names
from aisi_ingest.pair.edition_names import first_edition
from aisi_ingest.pair.file_names import ParsedName

if TYPE_CHECKING:
    from aisi_ingest.pair.similarity import DocumentFeatures

_TOP_BLOCKS = 12  # blocks at the top of the first page that may state the edition
_MAX_LETTERS_BESIDE_EDITION = 6  # a line with more letters mentions some edition, not that of the document


class PairingCandidate(Struct, frozen=True):
    """A document with what its file name, its title and its first page state.

    Attributes:
        document: The document, or its head.
        lang: The language of the document.
        file: The parsed name of the file.
        title: The parsed title of the listing, or of the document.
        edition: The edition, from the first of these names or the first page.
        edition_from: Where the edition came from.
        date: The date as EDTF, by which documents are compared: names of files rarely err in it.
        features: The features of the contents; None if the document is compared with no other.
    """

    document: Document
    lang: Lang
    file: ParsedName
    title: ParsedName
    edition: str | None
    edition_from: Origin | None
    date: str | None
    features: DocumentFeatures | None

    @property
    def key(self) -> str:
        """The sha256 of the file, by which candidates are sorted."""
        return self.document.listing.source.sha256

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the file name, or of the title if the file name has none."""
        return self.file.words or self.title.words


def language(document: Document) -> Lang:
    """Return the language of most of the text; without text, the language of the listing or of the file name."""
    if any(block.text for block in document.content.blocks):
        return document.content.lang
    file = file_names.parse_file_name(document.listing.source.file)
    return document.listing.lang or file.lang or document.content.lang


def describe(document: Document, features: DocumentFeatures | None) -> PairingCandidate:
    """Parse the names of a document and find its edition and date."""
    listing, content = document.listing, document.content
    file = file_names.parse_file_name(listing.source.file)
    titles = [file_names.parse_title(listing.title), file_names.parse_title(content.title)]
    title = next((t for t in titles if t.words), ParsedName())
    editions = (file.edition, *(t.edition for t in titles), _printed_edition(document))
    corrected = corrected_edition(listing)
    edition = corrected or first_edition(editions)
    stated: Origin = "by_hand" if "title" in listing.by_hand else "listing"
    origins: tuple[Origin, ...] = ("file_name", stated, "document", "document")
    edition_from: Origin | None = "by_hand" if corrected else None
    if edition and not corrected:
        edition_from = origins[editions.index(edition)]
    date = corrected_date(listing) or file.date or listing.date or document.date or file.year
    return PairingCandidate(document, language(document), file, title, edition, edition_from, date, features)


def head(document: Document) -> Document:
    """Return a document without the text that pairing does not read.

    Pairing holds the heads of all documents in memory at once. All texts would be too large.
    """
    content = document.content
    kept = _top(document) or [block for block in content.blocks if block.text][:1]
    slim = Content(content.kind, content.form, content.lang, content.title, content.page_sizes, tuple(kept))
    return replace(document, content=slim, mentions=())


def _top(document: Document) -> list[Block]:
    blocks = [b for b in document.content.blocks if b.page == 1 and b.kind in ("title", "heading", "paragraph")]
    return blocks[:_TOP_BLOCKS]


def _printed_edition(document: Document) -> str | None:
    """Return the edition that a line at the top of the first page consists of."""
    for block in _top(document):
        name = file_names.parse_title(block.text)
        if name.edition and len("".join(name.words)) <= _MAX_LETTERS_BESIDE_EDITION:
            return name.edition
    return None
