"""One document and what pairing knows of it: names, edition, date, and its portrait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.model import Block, Content, Document, Lang
from aisi_ingest.pair import file_names
from aisi_ingest.pair.file_names import Name

if TYPE_CHECKING:
    from aisi_ingest.pair.similarity import DocumentFeatures

_TOP, _BESIDE_EDITION = 12, 6  # blocks at the top of a document, and letters that may stand beside its edition


class PairingCandidate(Struct, frozen=True):
    """A document with what its name, its listing and its first page say."""

    document: Document
    lang: Lang
    file: Name
    title: Name
    edition: str | None
    date: str | None
    features: DocumentFeatures | None  # None: alone, compared with nothing

    @property
    def key(self) -> str:
        return self.document.listing.source.sha256

    @property
    def words(self) -> tuple[str, ...]:
        return self.file.words or self.title.words


def language(document: Document) -> Lang:
    """Of most of the text; of the listing or the name where there is no text."""
    if any(block.text for block in document.content.blocks):
        return document.content.lang
    return document.listing.lang or file_names.of_file(document.listing.source.file).lang or document.content.lang


def describe(document: Document, features: DocumentFeatures | None) -> PairingCandidate:
    listing, content = document.listing, document.content
    file = file_names.of_file(listing.source.file)
    titles = [file_names.of_title(listing.title), file_names.of_title(content.title)]
    title = next((t for t in titles if t.words), Name())
    editions = (file.edition, *(t.edition for t in titles), _printed_edition(document))
    edition = next((e for e in editions if e), None)
    date = file.date or listing.date or document.date
    return PairingCandidate(document, language(document), file, title, edition, date, features)


def head(document: Document) -> Document:
    """The document without what pairing does not read: of many all heads are held at once, but not all texts."""
    content = document.content
    kept = _top(document) or [block for block in content.blocks if block.text][:1]
    slim = Content(content.kind, content.form, content.lang, content.title, content.page_sizes, tuple(kept))
    return replace(document, content=slim, mentions=())


def _top(document: Document) -> list[Block]:
    return [b for b in document.content.blocks if b.page == 1 and b.kind in ("title", "heading", "paragraph")][:_TOP]


def _printed_edition(document: Document) -> str | None:
    """The edition that a line of the first page's top says by itself: others are spoken of, not this one."""
    for block in _top(document):
        name = file_names.of_title(block.text)
        if name.edition and len("".join(name.words)) <= _BESIDE_EDITION:
            return name.edition
    return None
