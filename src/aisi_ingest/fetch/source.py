"""Follow a source: read its index pages, bring its documents, write a receipt for every attempt.

The only part that meets the network. ``fetch`` does all of it for one source; ``crawl``, ``download``
and ``withdraw`` are its three steps, for callers that run the downloads themselves.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.fetch import pages
from aisi_ingest.fetch.client import Budget, Client, Failed, HostState, Refused, Response
from aisi_ingest.fetch.crawler import Found, crawl, known_to
from aisi_ingest.fetch.pages import Link
from aisi_ingest.model import Issue, Licence, Listing, Receipt, Source
from aisi_ingest.sources import MANUAL, SourceSpec, from_file, is_manual
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.ledger import UrlHistory
from aisi_ingest.storage.store import Store, now

_LOG = logging.getLogger(__name__)


class Fetched(Struct, frozen=True):
    """One document of a source after an attempt to get it, or as it was where none was made.

    ``listing`` is that of the last good bytes, None where there never were any. ``changed`` is True where
    the attempt brought bytes that the address did not have before.
    """

    receipt: Receipt
    listing: Listing | None
    changed: bool = False
    issues: tuple[Issue, ...] = ()


class CrawlResult(Struct, frozen=True):
    """A source after a run: all its documents, also those that failed or are withdrawn."""

    source: str
    fetched: tuple[Fetched, ...]
    issues: tuple[Issue, ...] = ()  # of the source as a whole
    hosts: dict[str, HostState] = {}  # what the next visit of the run has to heed

    @property
    def receipts(self) -> tuple[Receipt, ...]:
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
    """Read the index pages of a source and get what they list, as far as it is new.

    ``only`` names sources, addresses, files or digests (six digits or more): the rest is left as it was.
    ``force`` asks for the bytes even where they seem unchanged. ``hosts`` is what the visits before it in the
    run learnt, so that several sources on one host keep its pace together. ``progress`` is told each document with
    its number and the number of all. Raises RootError where the store cannot be written; all else is in the Visit.
    """
    own = client or Client(hosts=hosts)
    try:
        store.prepare()
        found = crawl(source, store, client=own)
        known = known_to(source, store)
        links = [link for link in _in_turn(found.links, known) if _wanted(link, source, known.get(link.url), only)]
        done: dict[str, Fetched] = {}
        issues = list(found.issues)
        for number, link in enumerate(links, 1):
            try:
                done[link.url] = download(link, source, store, client=own, force=force)
            except Budget as error:
                left = len(links) - number + 1
                text = f"{source.id}: {error}; {left} documents are left for the next run"
                issues.append(Issue("fetch", "warning", "budget", text))
                break
            if progress:
                progress(done[link.url], number, len(links))
        for gone in withdraw(found, source, store) if not only else ():
            done[gone.receipt.url] = gone
        for url, standing in known_to(source, store).items():
            if url not in done:
                done[url] = Fetched(standing.latest, listing_of(standing, source))
        return CrawlResult(source.id, tuple(done[url] for url in sorted(done)), tuple(issues), own.hosts)
    finally:
        store.ledger.close()
        if client is None:
            own.close()


class Plan(Struct, frozen=True):
    """What a run would do for a source, found out by reading its index pages and no document."""

    source: str
    new: tuple[Link, ...]  # would be downloaded
    known: tuple[Link, ...]  # would be asked whether they changed
    gone: tuple[Receipt, ...]  # would be marked as withdrawn: their last receipts
    issues: tuple[Issue, ...]


def plan(source: SourceSpec, store: Store, *, client: Client | None = None) -> Plan:
    """Read the index pages as a run would, and tell what it would do. Raises RootError and LockedError."""
    with store.lock():
        found = crawl(source, store, client=client)
    before = known_to(source, store)
    listed = {link.url for link in found.links}
    gone = [s.latest for url, s in before.items() if url not in listed and s.latest.state != "withdrawn"]
    return Plan(
        source.id,
        new=tuple(link for link in found.links if link.url not in before or before[link.url].good is None),
        known=tuple(link for link in found.links if link.url in before and before[link.url].good is not None),
        gone=tuple(gone) if found.complete else (),
        issues=found.issues,
    )


def download(
    link: Link, source: SourceSpec, store: Store, *, client: Client | None = None, force: bool = False
) -> Fetched:
    """Get one document, unless it is the same as before, and write the receipt.

    What is refused or fails never takes the place of the last good bytes. Raises Budget where the
    source has no requests left (no receipt then: nothing was tried), and RootError.
    """
    own = client or Client()
    try:
        return _download(link, source, store, own, force)
    finally:
        if client is None:
            own.close()
            store.ledger.close()


def _download(link: Link, source: SourceSpec, store: Store, client: Client, force: bool) -> Fetched:
    began = time.monotonic()
    before = store.ledger.history(link.url)
    good = before.good if before and before.good and (before.good.sha256 or "") in store else None
    file = pages.file_name(link.url) or (good.file if good else None)
    attempt = Receipt(url=link.url, time=now(), source=source.id, state="failed", file=file)
    attempt = replace(attempt, title=link.title, date=link.date, lang=link.lang)
    try:
        answer = client.get(
            link.url,
            source,
            store,
            etag=good.etag if good and not force else None,
            last_modified=good.last_modified if good and not force else None,
        )
        receipt = _received(attempt, answer, good, store)
    except Refused as error:
        receipt = replace(attempt, state="refused", reason=str(error))
    except Failed as error:
        receipt = replace(attempt, reason=str(error), status=error.status)
    store.ledger.append(receipt)
    about = {"document": receipt.file, "stage": "fetch", "seconds": round(time.monotonic() - began, 3)}
    about |= {"source": source.id, "url": receipt.url, "status": receipt.status, "reason": receipt.reason}
    _LOG.log(logging.WARNING if receipt.reason else logging.INFO, "%s %s", receipt.file, receipt.state, extra=about)
    return _fetched(receipt, source, store, changed=receipt.state == "fetched")


def _received(attempt: Receipt, answer: Response, good: Receipt | None, store: Store) -> Receipt:
    headers = answer.headers
    attempt = replace(attempt, status=answer.status, tries=answer.tries)
    if answer.part is None:
        assert good is not None  # the client takes a 304 only as the answer to a validator
        return replace(
            attempt,
            state="unchanged",
            file=good.file,
            sha256=good.sha256,
            bytes=good.bytes,
            media_type=good.media_type,
            etag=answer.etag or good.etag,
            last_modified=answer.last_modified or good.last_modified,
        )
    try:
        reason = media_types.refusal(answer.part)
        if reason is None and media_types.cut_short(answer.part):
            reason = "the PDF ends early: its last part is missing"
        if reason is not None:
            return replace(attempt, state="refused", reason=reason)
        kind = media_types.media_type(answer.part)
        sha256 = store.keep(answer.part)
    finally:
        answer.part.unlink(missing_ok=True)
    return replace(
        attempt,
        state="unchanged" if good and good.sha256 == sha256 else "fetched",
        sha256=sha256,
        bytes=answer.size,
        media_type=kind,
        file=_named(attempt.file, headers, kind, sha256),
        etag=answer.etag,
        last_modified=answer.last_modified,
    )


def _named(file: str | None, headers: dict[str, str], kind: str, sha256: str) -> str:
    """The address's own name, else the one that the server gives, else one from the digest."""
    if file and "." in file:
        return file
    message = Message()
    message["content-disposition"] = headers.get("content-disposition", "")
    given = pages.safe_name(unquote(message.get_filename() or ""))
    return given or f"{file or sha256[:12]}.{'pdf' if kind == media_types.PDF else 'pptx'}"


def withdraw(found: Found, source: SourceSpec, store: Store) -> tuple[Fetched, ...]:
    """Note which documents the source's pages list no longer. Nothing is deleted. Raises RootError."""
    if not found.complete:
        return ()
    listed = {link.url for link in found.links}
    gone: list[Fetched] = []
    for url, standing in known_to(source, store).items():
        if url in listed or standing.latest.state == "withdrawn":
            continue
        receipt = replace(
            standing.good or standing.latest,
            time=now(),
            state="withdrawn",
            status=None,
            tries=0,
            reason="the index pages list it no longer",
        )
        store.ledger.append(receipt)
        gone.append(_fetched(receipt, source, store))
    return tuple(gone)


def add_file(path: Path, store: Store) -> Fetched:
    """Take in a local file by hand, with a receipt. Raises RootError.

    Its address is ``file:``, its name and a few digits that stand for its folder: the same name in another
    folder is another document, other bytes in the same place are a new edition. Whoever adds closes the ledger.
    """
    store.prepare()
    folder = hashlib.sha256(str(path.resolve().parent).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    attempt = Receipt(url=f"file:{path.name}#{folder}", time=now(), source=MANUAL, state="failed", file=path.name)
    try:
        reason = "not a file" if not path.is_file() else media_types.refusal(path)
        if reason is not None:
            receipt = replace(attempt, state="refused", reason=reason)
        else:
            before = store.ledger.history(attempt.url)
            sha256 = sha256_of(path)
            if not store.has_intact(sha256):
                part = store.incoming()
                shutil.copyfile(path, part)
                sha256 = store.keep(part)
            good = before.good if before else None
            if good is not None and good.sha256 == sha256:
                receipt = replace(good, time=attempt.time, state="unchanged", reason=None)
            else:
                kept = store.path(sha256)
                kind, size = media_types.media_type(kept), kept.stat().st_size
                receipt = replace(attempt, state="fetched", sha256=sha256, bytes=size, media_type=kind)
    except OSError as error:
        receipt = replace(attempt, reason=f"cannot be read: {error.strerror or error}")
    store.ledger.append(receipt)
    return _fetched(receipt, None, store, changed=receipt.state == "fetched")


def add_url(url: str, store: Store, *, contact: str = "", client: Client | None = None) -> Fetched:
    """Get one address by hand, as source "manual". Raises SourcesError for what is not an address, and RootError."""
    source = from_file(url, contact)
    store.prepare()
    return download(Link(url=pages.canonical(url)), source, store, client=client)


def known(store: Store, sources: Iterable[SourceSpec] = ()) -> tuple[Fetched, ...]:
    """Every document of the ledger as it stands, by address, without the network: what ``reprocess`` starts from."""
    by_id = {source.id: source for source in sources}
    standings = (s for s in store.ledger.latest_by_url().values() if s.latest.kind == "document")
    rows = (Fetched(s.latest, listing_of(s, by_id.get(s.latest.source))) for s in standings)
    return tuple(sorted(rows, key=lambda row: row.receipt.url))


def listing_of(standing: UrlHistory, source: SourceSpec | None) -> Listing | None:
    """The last good bytes of an address with what its pages said last; None where there are none."""
    return listings_of(standing, source)[0] if standing.versions else None


def listings_of(standing: UrlHistory, source: SourceSpec | None) -> tuple[Listing, ...]:
    """All contents that an address ever had, the newest first, with what its pages say now."""
    latest = standing.latest
    address = None if latest.url.startswith("file:") else latest.url
    file = latest.file or latest.url
    licence = source.licence if source else None
    # Whoever names a page or a file by hand cannot write its terms into sources.toml; a source there must.
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
        for good in standing.versions
    )


def _fetched(receipt: Receipt, source: SourceSpec | None, store: Store, changed: bool = False) -> Fetched:
    standing = store.ledger.history(receipt.url)
    listing = listing_of(standing, source) if standing else None
    issues: tuple[Issue, ...] = ()
    if receipt.state in ("refused", "failed"):
        kept = "; the last good file stays" if listing else ""
        text = f"{receipt.file or receipt.url}: {receipt.reason}{kept} ({receipt.url})"
        issues = (Issue("fetch", "error", receipt.state, text),)
    elif receipt.state == "withdrawn":
        text = f"{receipt.file or receipt.url}: {receipt.reason}; kept ({receipt.url})"
        issues = (Issue("fetch", "warning", "withdrawn", text),)
    return Fetched(receipt, listing, changed, issues)


def _in_turn(links: Iterable[Link], known: dict[str, UrlHistory]) -> list[Link]:
    """New documents first, then those that were not asked for longest: a budget that ends does so fairly."""
    return sorted(links, key=lambda link: known[link.url].latest.time if link.url in known else "")


def _wanted(link: Link, source: SourceSpec, standing: UrlHistory | None, only: Collection[str]) -> bool:
    good = standing.good if standing else None
    names = {source.id, link.url, pages.file_name(link.url), good.file if good else None}
    digest = good.sha256 if good and good.sha256 else ""
    return not only or any(each in names or (len(each) >= 6 and digest.startswith(each)) for each in only)
