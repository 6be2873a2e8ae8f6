"""Follow one source: read its index pages, download its documents, and write a receipt for each attempt.

``fetch`` does all of this. ``crawl`` (in ``crawler``), ``download`` and ``withdraw`` are its three steps, for callers
that run the downloads themselves.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.fetch import parsing
from aisi_ingest.fetch.client import BudgetExhausted, Client, FetchFailed, Response, last_good
from aisi_ingest.fetch.crawler import PAGE_LIMIT, ListedDocuments, crawl, document_histories
from aisi_ingest.fetch.disposition import file_name_in
from aisi_ingest.fetch.download import FetchRefused
from aisi_ingest.fetch.hosts import HostState
from aisi_ingest.fetch.links import DOCUMENT_SUFFIX, Link
from aisi_ingest.fetch.urls import canonical, file_name
from aisi_ingest.fetch.viewers import document_in_query
from aisi_ingest.model import Issue, Licence, Listing, Receipt, Source
from aisi_ingest.sources import MANUAL, SourceSpec, authority, from_file, is_manual
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.ledger import UrlHistory
from aisi_ingest.storage.store import Store, now

_LOG = logging.getLogger(__name__)
_MIN_DIGEST_LENGTH = 6  # hex digits by which a document may be selected
_NAME_DIGEST_LENGTH = 12  # hex digits in the name of a file that has no other name
_SCRIPT_SUFFIX = re.compile(r"\.(php|cgi|pl|aspx?|ashx|jspx?|do|action|cfm|dll|exe)$", re.IGNORECASE)
_FOLDER_DIGEST_LENGTH = 8  # hex digits that stand for the folder of a local file


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
    receipt = _attempt(link, source, store, client, force)
    store.ledger.append(receipt)
    return _fetched(receipt, source, store, changed=receipt.state == "fetched")


def _attempt(link: Link, source: SourceSpec, store: Store, client: Client, force: bool) -> Receipt:
    """Download one document, and return the receipt, which is not written yet."""
    began = time.monotonic()
    good = last_good(link.url, store)
    file = file_name(link.url) or (good.file if good else None)
    attempt = Receipt(url=link.url, time=now(), source=source.id, state="failed", file=file)
    attempt = replace(attempt, title=link.title, date=link.date, lang=link.lang)
    try:
        response = client.get(link.url, source, store, known=None if force else good)
        shown = _document_shown_by(response, source)
        if shown is None:
            receipt = _receipt_of(response, attempt, good, store)
        else:
            attempt = replace(attempt, file=file_name(shown))
            # Without validators: those of the document do not tell whether the page around it is the same.
            receipt = _receipt_of(client.get(shown, source, store), attempt, good, store)
            receipt = replace(receipt, etag=None, last_modified=None)
    except FetchRefused as error:
        receipt = replace(attempt, state="refused", reason=str(error))
    except FetchFailed as error:
        receipt = replace(attempt, reason=str(error), status=error.status)
    fields = {"document": receipt.file, "stage": "fetch", "seconds": round(time.monotonic() - began, 3)}
    fields |= {"source": source.id, "url": receipt.url, "status": receipt.status, "reason": receipt.reason}
    _LOG.log(logging.WARNING if receipt.reason else logging.INFO, "%s %s", receipt.file, receipt.state, extra=fields)
    return receipt


def _document_shown_by(response: Response, source: SourceSpec) -> str | None:
    """Return the address of the one document that a page shows, where it was served in place of the document.

    The page is deleted then. None where the response is no page, or the page shows no document or several.
    """
    if response.part is None or response.size > PAGE_LIMIT or media_types.media_type(response.part) != media_types.HTML:
        return None
    try:
        page = parsing.read(response.part.read_bytes(), response.url, response.headers.get("content-type", ""))
    except parsing.UnreadablePage:
        page = None
    if page is None:
        return None
    named = document_in_query(response.url, response.url)
    shown = [url for url in page.embedded or ((named,) if named else ()) if authority(url) in source.hosts]
    if len(shown) != 1 or shown[0] == response.url:
        return None
    response.part.unlink(missing_ok=True)
    return shown[0]


def _receipt_of(response: Response, attempt: Receipt, good: Receipt | None, store: Store) -> Receipt:
    """Check the bytes of a response, keep them in the store if they are a document, and return the receipt."""
    attempt = replace(attempt, status=response.status, tries=response.tries)
    if response.part is None:
        assert good is not None  # the client accepts a status 304 only for a conditional request
        return replace(
            attempt,
            state="unchanged",
            file=good.file,
            sha256=good.sha256,
            bytes=good.bytes,
            media_type=good.media_type,
            etag=response.etag or good.etag,
            last_modified=response.last_modified or good.last_modified,
        )
    try:
        reason = media_types.refusal(response.part)
        if reason is None and media_types.cut_short(response.part):
            reason = "the PDF ends early: its last part is missing"
        if reason is not None:
            return replace(attempt, state="refused", reason=reason)
        media_type = media_types.media_type(response.part)
        sha256 = store.keep(response.part)
    finally:
        response.part.unlink(missing_ok=True)
    return replace(
        attempt,
        state="unchanged" if good and good.sha256 == sha256 else "fetched",
        sha256=sha256,
        bytes=response.size,
        media_type=media_type,
        file=_file_name_for(attempt.file, attempt.url, response.headers, media_type, sha256),
        etag=response.etag,
        last_modified=response.last_modified,
    )


def _file_name_for(file: str | None, url: str, headers: dict[str, str], media_type: str, sha256: str) -> str:
    """Return the name of a document.

    It is that in the path of the address, if it ends with .pdf or .pptx. Else it is the name in the header
    Content-Disposition, or in the query of the address, or it is made from the path or from the digest.
    """
    if file and DOCUMENT_SUFFIX.search(file):
        return file
    if given := file_name_in(headers.get("content-disposition", "")):
        return given
    if named := document_in_query(url, url):
        return file_name(named)
    suffix = "pdf" if media_type == media_types.PDF else "pptx"
    stem = _SCRIPT_SUFFIX.sub("", file) if file else sha256[:_NAME_DIGEST_LENGTH]
    return f"{stem}.{suffix}"


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
        withdrawn.append(_fetched(receipt, source, store))
    return tuple(withdrawn)


def add_file(path: Path, store: Store) -> Fetched:
    """Copy a local file into the store, with a receipt.

    Its address is ``file:``, its name, and a few digits that stand for its folder. The same name in another folder is
    another document; other bytes at the same path are a new edition. A file that cannot be added leaves no receipt. The
    caller closes the ledger.

    Raises:
        RootError: The store cannot be written.
    """
    store.prepare()
    folder = hashlib.sha256(str(path.resolve().parent).encode("utf-8", "surrogateescape")).hexdigest()
    name = path.name.encode("utf-8", "replace").decode()
    url = f"file:{name}#{folder[:_FOLDER_DIGEST_LENGTH]}"
    attempt = Receipt(url=url, time=now(), source=MANUAL, state="failed", file=name)
    reason = file_problem(path)
    if reason is not None:
        return _not_added(replace(attempt, state="refused", reason=reason))
    try:
        receipt = _receipt_of_file(path, attempt, store)
    except OSError as error:
        return _not_added(replace(attempt, reason=f"cannot be read: {error.strerror or error}"))
    store.ledger.append(receipt)
    return _fetched(receipt, None, store, changed=receipt.state == "fetched")


def file_problem(path: Path) -> str | None:
    """Return why a local file cannot be added, or None."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8; rename it"
    try:
        if path.is_dir():
            return "it is a folder; name the files in it"
        if not path.exists():
            return "there is no such file"
        return media_types.refusal(path) if path.is_file() else "it is not a regular file"
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"


def _not_added(receipt: Receipt) -> Fetched:
    """Report on something that was named on the command line. It never enters the ledger: it may be a mistake."""
    text = f"{receipt.file or receipt.url}: {receipt.reason}; it was not added"
    return Fetched(receipt, None, issues=(Issue("fetch", "error", receipt.state, text),))


def _receipt_of_file(path: Path, attempt: Receipt, store: Store) -> Receipt:
    """Copy a file into the store, unless its bytes are there already, and return the receipt."""
    history = store.ledger.history(attempt.url)
    sha256 = sha256_of(path)
    if not store.has_intact(sha256):
        part = store.incoming()
        shutil.copyfile(path, part)
        sha256 = store.keep(part)
    good = history.good if history else None
    if good is not None and good.sha256 == sha256:
        return replace(good, time=attempt.time, state="unchanged", reason=None)
    kept = store.path(sha256)
    media_type, size = media_types.media_type(kept), kept.stat().st_size
    return replace(attempt, state="fetched", sha256=sha256, bytes=size, media_type=media_type)


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
        receipt = _attempt(Link(url=canonical(url)), source, store, own, force=False)
    finally:
        if client is None:
            own.close()
    if receipt.state in ("failed", "refused"):
        return _not_added(receipt)
    store.ledger.append(receipt)
    return _fetched(receipt, source, store, changed=receipt.state == "fetched")


def known_documents(store: Store, sources: Iterable[SourceSpec] = ()) -> tuple[Fetched, ...]:
    """Return every document of the ledger by address, without the network: the input of ``reprocess``."""
    by_id = {source.id: source for source in sources}
    histories = (h for h in store.ledger.latest_by_url().values() if h.latest.kind == "document")
    rows = (Fetched(h.latest, listing_of(h, by_id.get(h.latest.source))) for h in histories)
    return tuple(sorted(rows, key=lambda row: row.receipt.url))


def listing_of(history: UrlHistory, source: SourceSpec | None) -> Listing | None:
    """Return the last good bytes of an address with what its pages said last, or None where there are none."""
    return listings_of(history, source)[0] if history.versions else None


def listings_of(history: UrlHistory, source: SourceSpec | None) -> tuple[Listing, ...]:
    """Return all contents that an address ever had, the newest first, with what its pages said last."""
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


def _fetched(receipt: Receipt, source: SourceSpec | None, store: Store, changed: bool = False) -> Fetched:
    history = store.ledger.history(receipt.url)
    listing = listing_of(history, source) if history else None
    issues: tuple[Issue, ...] = ()
    if receipt.state in ("refused", "failed"):
        kept = "; the last good file stays" if listing else ""
        text = f"{receipt.file or receipt.url}: {receipt.reason}{kept} ({receipt.url})"
        issues = (Issue("fetch", "error", receipt.state, text),)
    elif receipt.state == "withdrawn":
        text = f"{receipt.file or receipt.url}: {receipt.reason}; its data are kept ({receipt.url})"
        issues = (Issue("fetch", "warning", "withdrawn", text),)
    return Fetched(receipt, listing, changed, issues)


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
