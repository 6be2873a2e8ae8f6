"""Attach the corrections by hand to the documents that they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from aisi_ingest.corrections import applying
from aisi_ingest.corrections.reading import Entry
from aisi_ingest.fetch.listings import Fetched
from aisi_ingest.model import Issue, Listing
from aisi_ingest.pipeline.selectors import document_ids, matches
from aisi_ingest.storage.store import Store


def with_corrections(
    known: Mapping[str, Fetched], store: Store, entries: Sequence[Entry]
) -> tuple[dict[str, Fetched], tuple[Issue, ...]]:
    """Attach corrections to all known documents.

    Args:
        known: The documents by address.
        store: The store, whose latest release has the ids and works by which corrections may name documents.
        entries: The corrections of the root.

    Returns:
        The documents, and a warning for each name that no document has.
    """
    if not entries:
        return dict(known), ()
    ids = document_ids(store.processed / "latest")
    found: set[tuple[str, str]] = set()
    corrected: dict[str, Fetched] = {}
    for url, fetched in known.items():
        listing = fetched.listing
        if listing is not None:
            listing, own = _corrected(listing, url, entries, ids)
            found |= own
        corrected[url] = replace(fetched, listing=listing)
    return corrected, applying.issues_of_names(entries, found)


def corrected_listing(listing: Listing, url: str, store: Store, entries: Sequence[Entry]) -> Listing:
    """Attach corrections to one document.

    Args:
        listing: The document.
        url: Its address.
        store: The store.
        entries: The corrections of the root.
    """
    return _corrected(listing, url, entries, document_ids(store.processed / "latest"))[0] if entries else listing


def _corrected(
    listing: Listing, url: str, entries: Sequence[Entry], ids: Mapping[str, str]
) -> tuple[Listing, set[tuple[str, str]]]:
    return applying.with_corrections(listing, entries, lambda name: matches(name, url, listing, ids))
