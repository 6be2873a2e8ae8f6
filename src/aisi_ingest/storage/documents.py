"""Processed documents as they lie below ``processed/stages``: read whole, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.model import Content, Document, Listing, Mention, Result
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.store import Store


class Tagged(Struct, frozen=True):
    """Output of the tag stage: it depends on the listing and the registry, the Content does not."""

    mentions: tuple[Mention, ...]
    date: str | None


def load_content(root: str, listing: Listing) -> Content:
    """What reading has of a document."""
    path = Store(root).stage_path(listing.source.sha256, "extract")
    content = msgspec.json.decode(path.read_bytes(), type=Result[Content]).value
    if content is None:
        raise ValueError(f"{listing.source.file}: not processed")
    return content


def load_document(root: str, listing: Listing) -> Document:
    """A processed document, as yet without work, edition and id."""
    content = load_content(root, listing)
    path = Store(root).stage_path(listing.source.sha256, "tag")
    tagged = msgspec.json.decode(path.read_bytes(), type=Result[Tagged]).value
    if tagged is None:
        raise ValueError(f"{listing.source.file}: not processed")
    return Document(listing, content, tagged.mentions, tagged.date)


def load_full(root: str, placed: Document) -> Document:
    """A placed document with its text."""
    read = load_document(root, placed.listing)
    return replace(read, id=placed.id, work=placed.work, edition=placed.edition)


class DocumentStore(Mapping[str, Document]):
    """Placed documents by id, read when they are asked for: not all texts are held at once."""

    def __init__(self, root: str, placed: Mapping[str, Document]) -> None:
        self._root, self._placed = root, placed

    @property
    def heads(self) -> Mapping[str, Document]:
        """The documents without their texts, which lie in memory."""
        return self._placed

    def __getitem__(self, identity: str) -> Document:
        return load_full(self._root, self._placed[identity])

    def __iter__(self) -> Iterator[str]:
        return iter(self._placed)

    def __len__(self) -> int:
        return len(self._placed)


def sums_of(root: str, listing: Listing) -> tuple[str, ...]:
    """sha256 of what reading and tagging have of a document."""
    place = Store(root)
    return tuple(sha256_of(place.stage_path(listing.source.sha256, stage)) for stage in ("extract", "tag"))


def digest_of(root: str, placed: Document) -> str:
    """Of all that a stage sees of a placed document."""
    seen = (placed.listing, placed.id, placed.work, placed.edition, sums_of(root, placed.listing))
    return sha256_of(msgspec.json.encode(seen))
