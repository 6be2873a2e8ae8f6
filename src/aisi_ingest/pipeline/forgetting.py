"""Forget documents: the next release has them no longer. Their bytes and all earlier releases stay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from aisi_ingest.pipeline import failures
from aisi_ingest.pipeline.selectors import document_ids
from aisi_ingest.publish.schema import TABLES
from aisi_ingest.storage.ledger import UrlHistory
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.store import Store, now


class NotForgotten(Exception):
    """A name selects no document, or several. The message is one sentence."""


class Forgotten(Struct, frozen=True):
    """A document that was forgotten, and what the next release has no longer."""

    url: str
    file: str
    source: str
    path: Path | None  # of its bytes, which stay
    id: str | None  # in the latest release
    rows: dict[str, int]  # of the latest release that will be missing in the next one, by table
    same_bytes_at: str | None  # another URL with the same bytes, under which the document stays


def forget(root: Path, names: Sequence[str]) -> list[Forgotten]:
    """Remove documents from the ledger's view, by a receipt with the state "forgotten".

    Args:
        root: The root folder.
        names: URLs or file names, or ids in the latest release.

    Returns:
        The forgotten documents.

    Raises:
        NotForgotten: A name selects no document or several; nothing is changed.
        RootError: The ledger cannot be written.
        LockedError: A run is using the root.
    """
    if not (root / "raw").is_dir():
        raise NotForgotten(f"{root}: nothing has been fetched here yet")
    store = Store(root)
    with store.lock():
        histories = {u: h for u, h in store.ledger.latest_by_url().items() if h.latest.kind == "document"}
        ids = document_ids(store.processed / "latest")
        urls = dict.fromkeys(_find(name, histories, ids) for name in names)
        forgotten = [_forgotten(store, url, histories, ids, urls) for url in urls]
        for url in urls:
            latest = histories[url].latest
            receipt = Receipt(url, now(), latest.source, "forgotten", file=latest.file, tries=0)
            store.ledger.append(receipt)
        failures.drop(store.processed, urls)
    return forgotten


def _find(name: str, histories: dict[str, UrlHistory], ids: dict[str, str]) -> str:
    """Return the URL of the document with a name."""

    def is_named(url: str, history: UrlHistory) -> bool:
        good = history.good
        identity = ids.get((good.sha256 if good else None) or "")
        return name in (url, history.latest.file, good.file if good else None, identity)

    found = [url for url, history in histories.items() if is_named(url, history)]
    if not found:
        raise NotForgotten(f"{name}: no document has this URL, file name or id; aisi-ingest status lists all of them")
    if len(found) > 1:
        raise NotForgotten(f"{name}: several documents have this name; give one of their URLs: {', '.join(found)}")
    return found[0]


def _forgotten(
    store: Store, url: str, histories: dict[str, UrlHistory], ids: dict[str, str], forgotten: dict[str, None]
) -> Forgotten:
    latest, good = histories[url].latest, histories[url].good
    sha256 = (good.sha256 if good else None) or ""
    others = (u for u, h in histories.items() if u not in forgotten and h.good and h.good.sha256 == sha256)
    same = next(others, None) if sha256 else None
    published = next((ids[v.sha256] for v in histories[url].versions if v.sha256 in ids), None)
    return Forgotten(
        url,
        latest.file or url,
        latest.source,
        store.path(sha256) if sha256 in store else None,
        published,
        _rows_of(store.processed / "latest", published) if published and not same else {},
        same,
    )


def _rows_of(release: Path, document: str) -> dict[str, int]:
    """Count the rows of a release that name a document, by table. Ids are unique, so no row has to be decoded."""
    marks = [f'"{document}{end}'.encode() for end in ('"', "#")]
    counts = {}
    for table in TABLES:
        path = release / f"{table}.jsonl"
        lines = path.read_bytes().splitlines() if path.is_file() else []
        counts[table] = sum(any(mark in line for mark in marks) for line in lines)
    return {table: count for table, count in counts.items() if count}
