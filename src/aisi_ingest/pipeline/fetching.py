"""The fetch part of a run: sources, local files and single URLs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from aisi_ingest.fetch import listings
from aisi_ingest.fetch import source as fetch
from aisi_ingest.fetch.client import Client
from aisi_ingest.fetch.hosts import HostState
from aisi_ingest.fetch.listings import Fetched
from aisi_ingest.fetch.local_files import add_file
from aisi_ingest.fetch.source import CrawlResult
from aisi_ingest.model import Issue, Listing
from aisi_ingest.pipeline.jobs import FetchJob, Settings
from aisi_ingest.pipeline.runner import Progress, Runner, Threads
from aisi_ingest.pipeline.selectors import document_ids, matches
from aisi_ingest.sandbox import pool
from aisi_ingest.sources import SourceSpec
from aisi_ingest.storage import stated
from aisi_ingest.storage.stated import Statement
from aisi_ingest.storage.store import Store

_SECONDS = 60  # in a minute
_MAX_MINUTES = 480  # for all sources of a run; a source that is left is read by the next run


def fetch_source(job: FetchJob, progress: fetch.Progress | None = None) -> CrawlResult:
    """Read the index pages of one source and download what is new.

    Sources are fetched one at a time, so that the pace for each host is kept.
    """
    pool.shared(job.settings.workers)  # it parses the pages
    return fetch.fetch(
        job.source,
        Store(job.settings.root),
        only=job.only,
        force=job.settings.redo_from is not None,
        hosts=job.hosts,
        progress=progress,
    )


class FetchSession:
    """Fetches for one run and collects what was fetched.

    Attributes:
        attempts: The attempts of this run, by URL.
        sources_fetched: Ids of the sources that this run has fetched.
        issues: Issues of sources as a whole.
    """

    def __init__(self, settings: Settings, store: Store, runner: Runner, progress: Progress) -> None:
        self._settings, self._store, self._runner, self._progress = settings, store, runner, progress
        self._hosts: dict[str, HostState] = {}
        self._ends = time.monotonic() + _MAX_MINUTES * _SECONDS
        self.attempts: dict[str, Fetched] = {}
        self.sources_fetched: set[str] = set()
        self.issues: list[Issue] = []

    def fetch(self, source: SourceSpec, only: Sequence[str]) -> None:
        """Fetch one source.

        Args:
            source: The source.
            only: Names of documents (``selectors``); empty: all.
        """
        left = (self._ends - time.monotonic()) / _SECONDS
        if left <= 0:
            text = f"{source.id}: not read, because the run has used the {_MAX_MINUTES} minutes for all sources"
            self.issues.append(Issue("fetch", "warning", "budget", text))
            return
        source = replace(source, max_minutes=min(source.max_minutes, left))
        self.sources_fetched.add(source.id)
        job = FetchJob(self._settings, source, self._urls(only), self._hosts)
        # A Prefect task may run in another process, which cannot report progress to this terminal.
        in_this_process = isinstance(self._runner, Threads)
        results = [fetch_source(job, self._report)] if in_this_process else self._runner(fetch_source, [job])
        for result in results:
            self.issues += result.issues
            self._hosts |= result.hosts
            for fetched in result.fetched:
                self.attempts[fetched.receipt.url] = fetched

    def add_file(self, path: Path, original: Path | None = None) -> str:
        """Copy a local file to the store.

        Args:
            path: The file.
            original: The file of which this is a copy; None: the file itself.

        Returns:
            Its address in the ledger.
        """
        fetched = add_file(path, self._store, original)
        self.attempts[fetched.receipt.url] = fetched
        return fetched.receipt.url

    def add_url(self, url: str, contact: str) -> None:
        """Download a single URL.

        Args:
            url: The URL.
            contact: Contact for the user agent; may be empty.
        """
        with Client(hosts=self._hosts) as client:
            fetched = fetch.add_url(url, self._store, contact=contact, client=client)
            self._hosts = client.hosts
        self._store.ledger.close()
        self.attempts[fetched.receipt.url] = fetched

    def state(self, statements: Mapping[str, Statement]) -> None:
        """Store what a person states about documents, by address. What was stated before and is not now stays.

        Raises:
            RootError: The file of statements is damaged or cannot be written.
        """
        known = dict(stated.load(self._store.raw))
        added = {url: each.over(known.get(url, Statement())) for url, each in statements.items() if not each.is_empty}
        if any(known.get(url) != each for url, each in added.items()):
            stated.save(self._store.raw, known | added)

    def _report(self, fetched: Fetched, done: int, total: int) -> None:
        self._progress("fetch", fetched.receipt.file or fetched.receipt.url, done, total)

    def _urls(self, only: Sequence[str]) -> tuple[str, ...]:
        """Add the URLs of known documents that the names select: fetching knows no document ids and no works."""
        if not only:
            return ()
        ids = document_ids(self._store.processed / "latest")
        known = [(each.receipt.url, each.listing) for each in listings.known_documents(self._store) if each.listing]
        named = [url for name in only for url, listing in known if matches(name, url, listing, ids)]
        return tuple(dict.fromkeys((*only, *named)))


def known_documents(store: Store, sources: Sequence[SourceSpec]) -> dict[str, Fetched]:
    """Return every document that was ever fetched, by URL, except those that a source excludes."""
    known = {fetched.receipt.url: fetched for fetched in listings.known_documents(store, sources)}
    excluding = {source.id: source for source in sources if source.exclude}
    return {
        url: fetched
        for url, fetched in known.items()
        if (source := excluding.get(fetched.receipt.source)) is None or not source.excludes(url, fetched.receipt.file)
    }


def earlier_versions(store: Store, sources: Sequence[SourceSpec], url: str) -> list[Listing]:
    """Return the listings of the earlier contents of a URL, the newest first."""
    history = store.ledger.history(url)
    if history is None:
        return []
    source = next((source for source in sources if source.id == history.latest.source), None)
    return list(listings.listings_of(history, source, stated.load(store.raw).get(url))[1:])


def distinct(listings: Mapping[str, Listing]) -> dict[str, Listing]:
    """Keep one URL for each content: the same bytes under two URLs are one document."""
    first: dict[str, str] = {}
    for url, listing in listings.items():
        first.setdefault(listing.source.sha256, url)
    return {url: listing for url, listing in listings.items() if first[listing.source.sha256] == url}
