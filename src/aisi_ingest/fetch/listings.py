"""What the ledger knows about documents: the bytes of each address, with what its pages say about them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.model import Issue, Licence, Listing, Source
from aisi_ingest.sources import SourceSpec, is_manual
from aisi_ingest.storage.ledger import UrlHistory
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.stated import Statement
from aisi_ingest.storage.stated import load as load_stated
from aisi_ingest.storage.store import Store


class Fetched(Struct, frozen=True):
    """One document of a source after an attempt to download it, or as the ledger has it where there was none.

    Attributes:
        receipt: The last attempt.
        listing: The last good bytes with what the pages say about them. None where there never were any.
        changed: True where this attempt brought bytes that the address did not have before.
        issues: What to report about the attempt.
    """

    receipt: Receipt
    listing: Listing | None
    changed: bool = False
    issues: tuple[Issue, ...] = ()


def known_documents(store: Store, sources: Iterable[SourceSpec] = ()) -> tuple[Fetched, ...]:
    """Return every document of the ledger by address, without the network: the input of ``reprocess``."""
    by_id = {source.id: source for source in sources}
    histories = (h for h in store.ledger.latest_by_url().values() if h.latest.kind == "document")
    stated = load_stated(store.raw)
    rows = (Fetched(h.latest, listing_of(h, by_id.get(h.latest.source), stated.get(h.latest.url))) for h in histories)
    return tuple(sorted(rows, key=lambda row: row.receipt.url))


def listing_of(history: UrlHistory, source: SourceSpec | None, stated: Statement | None = None) -> Listing | None:
    """Return the last good bytes of an address with what its pages said last, or None where there are none."""
    return listings_of(history, source, stated)[0] if history.versions else None


def listings_of(history: UrlHistory, source: SourceSpec | None, stated: Statement | None = None) -> tuple[Listing, ...]:
    """Return all contents that an address ever had, the newest first, with what its pages said last.

    Args:
        history: What the ledger knows about the address.
        source: The source that lists it.
        stated: What a person stated about the document; it counts more than the pages.
    """
    found = _listings_of(history, source)
    return tuple(_with_statement(listing, stated) for listing in found) if stated else found


_ADDRESS = re.compile(r"<?(https?://[^\s<>]+)>?")


def _with_statement(listing: Listing, stated: Statement) -> Listing:
    """Return a listing with what a person stated about it."""
    given = {name for name in stated.__struct_fields__ if getattr(stated, name) is not None}
    fields: dict[str, Any] = {name: getattr(stated, name) for name in given & {"title", "date", "publisher", "lang"}}
    source = replace(listing.source, url=stated.url) if stated.url else listing.source
    licence = listing.licence
    if given & {"licence", "attribution", "url"}:
        before = licence or Licence("not stated; see the source", "", listing.source.file)
        name, url = stated.licence or before.name, stated.url or before.url
        if stated.licence and (address := _ADDRESS.search(stated.licence)):
            name, url = (_ADDRESS.sub("", stated.licence).strip(" ,;()") or address[1]), address[1]
        licence = Licence(name, url, stated.attribution or before.attribution)
    by_hand = tuple(sorted(given - {"pair_with"}))
    return replace(listing, **fields, source=source, licence=licence, by_hand=by_hand, pair_with=stated.pair_with)


def _listings_of(history: UrlHistory, source: SourceSpec | None) -> tuple[Listing, ...]:
    latest = history.latest
    address = None if latest.url.startswith("file:") else latest.url
    file = latest.file or latest.url
    licence = source.licence if source else None
    # A document named on the command line has no place where its licence could be stated. A source in sources.toml has.
    unstated = (
        Licence("not stated; see the source", address or "", address or file) if is_manual(latest.source) else None
    )
    return tuple(
        Listing(
            source=Source(
                url=address,
                file=good.file or file,
                sha256=good.sha256 or "",
                bytes=good.bytes or 0,
                media_type=good.media_type or media_types.UNKNOWN,
            ),
            publisher=source.publisher if source else None,
            title=latest.title or good.title,
            date=latest.date or good.date,
            lang=latest.lang or good.lang,
            licence=licence or unstated,
            origin=latest.source,
        )
        for good in history.versions
    )


def fetched_of(receipt: Receipt, source: SourceSpec | None, store: Store, changed: bool = False) -> Fetched:
    """Return a document after an attempt whose receipt is in the ledger, with the issues of the attempt."""
    history = store.ledger.history(receipt.url)
    listing = listing_of(history, source, load_stated(store.raw).get(receipt.url)) if history else None
    issues: tuple[Issue, ...] = ()
    if receipt.state in ("refused", "failed"):
        kept = "; the last good file stays" if listing else ""
        text = f"{receipt.file or receipt.url}: {receipt.reason}{kept} ({receipt.url})"
        issues = (Issue("fetch", "error", receipt.state, text),)
    elif receipt.state == "withdrawn":
        text = f"{receipt.file or receipt.url}: {receipt.reason}; its data are kept ({receipt.url})"
        issues = (Issue("fetch", "warning", "withdrawn", text),)
    return Fetched(receipt, listing, changed, issues)
