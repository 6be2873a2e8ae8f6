"""Processed documents, loaded one at a time from the stage outputs below ``processed/stages``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.corrections.content import Corrected, correct_content
from aisi_ingest.model import Content, Document, Listing, Mention, Result
from aisi_ingest.storage.files import sha256_of, write_errors
from aisi_ingest.storage.store import Store

CONTENT_STAGE = "content"
"""Name of the stage whose output is the content of a document: its text, with that of its pictures if it was read."""
_READ_STAGES = ("extract", "ocr", CONTENT_STAGE, "tag")  # those whose outputs other stages read


def readable_files(store: Store, sha256: str) -> tuple[Path, ...]:
    """Return what a stage reads of a document: its bytes, and the folders of its stage outputs.

    The folders are created, because a worker cannot read a folder that did not exist when it started.

    Raises:
        RootError: A folder cannot be created.
    """
    folders = [store.stage_path(sha256, stage).parent for stage in _READ_STAGES]
    for folder in folders:
        with write_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
    return store.path(sha256), *folders


class Tagged(Struct, frozen=True):
    """Output of the tag stage. It depends on the listing and the registry; ``Content`` depends on neither."""

    mentions: tuple[Mention, ...]
    date: str | None  # of the document, EDTF


def load_content(root: str, listing: Listing) -> Content:
    """Load the content of a document with its corrections by hand.

    Raises:
        ValueError: The output has no value.
        FileNotFoundError: The document was not extracted yet.
    """
    return load_corrected(root, listing).content


def load_corrected(root: str, listing: Listing) -> Corrected:
    """Load the content of a document with its corrections, and those that could not be applied.

    Raises:
        ValueError: The output has no value.
        FileNotFoundError: The document was not extracted yet.
    """
    path = Store(root).stage_path(listing.source.sha256, CONTENT_STAGE)
    content = msgspec.json.decode(path.read_bytes(), type=Result[Content]).value
    if content is None:
        raise ValueError(f"{listing.source.file}: not processed")
    return correct_content(content, listing.corrections)


def load_document(root: str, listing: Listing) -> Document:
    """Load the content and the output of tag as a Document. Work, edition and id are still empty.

    Raises:
        ValueError: An output has no value.
        FileNotFoundError: The document was not extracted or not tagged yet.
    """
    content = load_content(root, listing)
    path = Store(root).stage_path(listing.source.sha256, "tag")
    tagged = msgspec.json.decode(path.read_bytes(), type=Result[Tagged]).value
    if tagged is None:
        raise ValueError(f"{listing.source.file}: not processed")
    return Document(listing, content, tagged.mentions, tagged.date)


def load_full(root: str, head: Document) -> Document:
    """Load a document with its text and keep the id, work and edition of its head.

    Args:
        root: The root folder.
        head: The document without its text, as ``pair`` returned it.
    """
    document = load_document(root, head.listing)
    return replace(document, id=head.id, work=head.work, edition=head.edition)


class DocumentStore(Mapping[str, Document]):
    """Documents by id. Each is loaded when it is accessed, so that not all texts are in memory at once."""

    def __init__(
        self,
        root: str,
        heads: Mapping[str, Document],
        finish: Callable[[Document], Document] = lambda document: document,
    ) -> None:
        """Create the mapping.

        Args:
            root: The root folder.
            heads: The documents without their texts, by id.
            finish: Adds to each loaded document what the stages after tagging have found out about it.
        """
        self._root, self._heads, self._finish = root, heads, finish

    @property
    def heads(self) -> Mapping[str, Document]:
        """The documents without their texts. They are in memory."""
        return self._heads

    def __getitem__(self, identity: str) -> Document:
        return self._finish(load_full(self._root, self._heads[identity]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._heads)

    def __len__(self) -> int:
        return len(self._heads)


def output_digests(root: str, listing: Listing) -> tuple[str, ...]:
    """Compute the sha256 of a document's content and of its output of the stage tag."""
    store = Store(root)
    return tuple(sha256_of(store.stage_path(listing.source.sha256, stage)) for stage in (CONTENT_STAGE, "tag"))


def document_digest(root: str, head: Document) -> str:
    """Compute the sha256 of everything that a stage can read of a document: listing, id and stage outputs."""
    parts = (head.listing, head.id, head.work, head.edition, output_digests(root, head.listing))
    return sha256_of(msgspec.json.encode(parts))
