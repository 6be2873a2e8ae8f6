"""Follow one source: read its index pages, download its documents, and write a receipt for each attempt.

``fetch`` does all of this. ``crawl`` (in ``crawler``), ``download`` and ``withdraw`` are its three steps, for callers
that run the downloads themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.fetch.attempts import attempt_download
from aisi_ingest.fetch.client import Client
from aisi_ingest.fetch.crawler import ListedDocuments, crawl, document_histories
from aisi_ingest.fetch.hosts import HostState
from aisi_ingest.fetch.links import Link
from aisi_ingest.fetch.listings import Fetched, fetched_of, listing_of
from aisi_ingest.fetch.local_files import not_added
from aisi_ingest.fetch.request import BudgetExhausted
from aisi_ingest.fetch.urls import canonical, file_name
from aisi_ingest.model import Issue
from aisi_ingest.sources import SourceSpec, from_file
from aisi_ingest.storage.ledger import UrlHistory
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.store import Store, now

_MIN_DIGEST_LENGTH = 6  # hex digits by which a document may be selected


class CrawlResult(Struct, frozen=True):
    """A source after a run: all its documents, also those that failed or are withdrawn."""

    source: str
    fetched: tuple[Fetched, ...]
    issues: tuple[Issue, ...] = ()  # of the source as a whole
    hosts: dict[str, HostState] = {}  # for the next source of the run

    @property
    def failed(self) -> bool:
        """True where the source as a whole failed: its index pages or all of its documents could not be read."""
        return any(issue.level == "error" for issue in self.issues)

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """The last attempt for each document."""
        return tuple(each.receipt for each in self.fetched)


Progress = Callable[[Fetched, int, int], None]


def fetch(
    source: SourceSpec,
    store: Store,
    *,
    only: Collection[str] = (),
    force: bool = False,
    client: Client | None = None,
    hosts: Mapping[str, HostState] | None = None,
    progress: Progress | None = None,
) -> CrawlResult:
    """Read the index pages of a source, and download the documents that are new or changed.

    Args:
        source: The source.
        store: Where bytes and receipts are written.
        only: Sources, addresses, file names or digests (six hex digits or more). Only these documents are requested;
            the others stay as they are. Empty: all documents.
        force: Request the bytes even where they seem unchanged.
        client: The client to use; by default a new one.
        hosts: The state of hosts after the earlier sources of this run, so that several sources on one host keep its
            delay together. Only for a new client.
        progress: Called after each document with the document, its number, and the number of all.

    Returns:
        All documents of the source. Whatever happens to one document is in its receipt and issues.

    Raises:
        RootError: The store cannot be written.
    """
    own = client or Client(hosts=hosts)
    try:
        store.prepare()
        listed = crawl(source, store, client=own)
        known = document_histories(source, store)
        selected = [link for link in listed.links if _is_selected(link, source, known.get(link.url), only)]
        links = _by_priority(selected, known)
        done: dict[str, Fetched] = {}
        issues = list(listed.issues)
        for number, link in enumerate(links, 1):
            try:
                done[link.url] = download(link, source, store, client=own, force=force)
            except BudgetExhausted as error:
                left = len(links) - number + 1
                text = f"{source.id}: {error}; {left} documents are left for the next run"
                issues.append(Issue("fetch", "warning", "budget", text))
                break
            if progress:
                progress(done[link.url], number, len(links))
        issues += _unreachable(source, list(done.values()))
        for gone in withdraw(listed, source, store) if not only else ():
            done[gone.receipt.url] = gone
        for url, history in document_histories(source, store).items():
            if url not in done:
                done[url] = Fetched(history.latest, listing_of(history, source))
        return CrawlResult(source.id, tuple(done[url] for url in sorted(done)), tuple(issues), own.hosts)
    finally:
        store.ledger.close()
        if client is None:
            own.close()


def _unreachable(source: SourceSpec, attempts: list[Fetched]) -> list[Issue]:
    """Return an issue where no document of a source could be reached. The first reason stands for all."""
    reasons = [a.receipt.reason for a in attempts if a.receipt.state == "failed" and a.receipt.status is None]
    if not attempts or len(reasons) < len(attempts):
        return []
    text = f"{source.id}: none of its {len(attempts)} documents could be reached: {reasons[0]}"
    return [Issue("fetch", "error", "unreachable", text)]


class FetchPlan(Struct, frozen=True):
    """The actions of a run for a source, planned from its index pages. No document is downloaded for a plan."""

    source: str
    new: tuple[Link, ...]  # would be downloaded
    known: tuple[Link, ...]  # would be requested conditionally
    withdrawn: tuple[Receipt, ...]  # last receipts of the documents that would be marked as withdrawn
    issues: tuple[Issue, ...]


def plan(source: SourceSpec, store: Store, *, client: Client | None = None) -> FetchPlan:
    """Read the index pages of a source as a run would, and return what the run would do.

    Raises:
        RootError: The store cannot be written.
        LockedError: A run is using the store.
    """
    with store.lock():
        listed = crawl(source, store, client=client)
    before = document_histories(source, store)
    urls = {link.url for link in listed.links}
    withdrawn = [h.latest for url, h in before.items() if url not in urls and h.latest.state != "withdrawn"]
    return FetchPlan(
        source.id,
        new=tuple(link for link in listed.links if link.url not in before or before[link.url].good is None),
        known=tuple(link for link in listed.links if link.url in before and before[link.url].good is not None),
        withdrawn=tuple(withdrawn) if listed.complete else (),
        issues=listed.issues,
    )


def download(
    link: Link, source: SourceSpec, store: Store, *, client: Client | None = None, force: bool = False
) -> Fetched:
    """Download one document, unless it has not changed, and write the receipt.

    Bytes that are refused, or a failed attempt, never replace the last good bytes.

    Raises:
        BudgetExhausted: The source has no requests left. There is no receipt, because nothing was attempted.
        RootError: The store cannot be written.
    """
    own = client or Client()
    try:
        return _download(link, source, store, own, force)
    finally:
        if client is None:
            own.close()
            store.ledger.close()


def _download(link: Link, source: SourceSpec, store: Store, client: Client, force: bool) -> Fetched:
    receipt = attempt_download(link, source, store, client, force)
    store.ledger.append(receipt)
    return fetched_of(receipt, source, store, changed=receipt.state == "fetched")


def withdraw(listed: ListedDocuments, source: SourceSpec, store: Store) -> tuple[Fetched, ...]:
    """Mark the documents that the pages of a source no longer list. Nothing is deleted.

    Nothing is marked where a page could not be read. Raises RootError where the store cannot be written.
    """
    if not listed.complete:
        return ()
    urls = {link.url for link in listed.links}
    withdrawn: list[Fetched] = []
    for url, history in document_histories(source, store).items():
        if url in urls or history.latest.state == "withdrawn":
            continue
        receipt = replace(
            history.good or history.latest,
            time=now(),
            state="withdrawn",
            status=None,
            tries=0,
            reason="the index pages no longer list it",
        )
        store.ledger.append(receipt)
        withdrawn.append(fetched_of(receipt, source, store))
    return tuple(withdrawn)


def add_url(url: str, store: Store, *, contact: str = "", client: Client | None = None) -> Fetched:
    """Download one address as the source "manual". An address that cannot be read leaves no receipt.

    Raises:
        SourcesError: The address is invalid.
        RootError: The store cannot be written.
    """
    source = from_file(url, contact)
    store.prepare()
    own = client or Client()
    try:
        receipt = attempt_download(Link(url=canonical(url)), source, store, own, force=False)
    finally:
        if client is None:
            own.close()
    if receipt.state in ("failed", "refused"):
        return not_added(receipt)
    store.ledger.append(receipt)
    return fetched_of(receipt, source, store, changed=receipt.state == "fetched")


def _by_priority(links: Iterable[Link], known: dict[str, UrlHistory]) -> list[Link]:
    """Sort new documents first, then those whose last request is longest ago: fair where the budget ends early."""
    return sorted(links, key=lambda link: known[link.url].latest.time if link.url in known else "")


def _is_selected(link: Link, source: SourceSpec, history: UrlHistory | None, only: Collection[str]) -> bool:
    """Return True where ``only`` is empty or names the source, address, file or digest of a document."""
    if not only:
        return True
    good = history.good if history else None
    names = {source.id, link.url, file_name(link.url), good.file if good else None}
    digest = good.sha256 if good and good.sha256 else ""
    return any(each in names or (len(each) >= _MIN_DIGEST_LENGTH and digest.startswith(each)) for each in only)
