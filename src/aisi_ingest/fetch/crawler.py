"""Read the index pages of a source, and the pages that belong to them, for links to documents."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.fetch import parsing, sitemaps
from aisi_ingest.fetch.client import Client, last_good
from aisi_ingest.fetch.download import FetchRefused
from aisi_ingest.fetch.links import Link, Page, PageLink
from aisi_ingest.fetch.request import BudgetExhausted, FetchFailed, Response
from aisi_ingest.fetch.urls import absolute, canonical, origin
from aisi_ingest.model import Issue, IssueLevel, Lang, Receipt
from aisi_ingest.sources import MEBIBYTE, SourceSpec, authority
from aisi_ingest.storage.ledger import UrlHistory
from aisi_ingest.storage.store import Store, now

PAGE_LIMIT = 10 * MEBIBYTE  # bytes
_MAX_SITEMAPS = 50  # of one source; sitemaps may name each other without end
_MISSING = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_BOTH_LANGUAGES = 2


class ListedDocuments(Struct, frozen=True):
    """The documents that the index pages of a source list now."""

    links: tuple[Link, ...]
    complete: bool  # False where a page could not be read: a missing link then says nothing about its document
    issues: tuple[Issue, ...] = ()


def crawl(source: SourceSpec, store: Store, *, client: Client | None = None) -> ListedDocuments:
    """Collect the links to documents on the index pages of a source and on the pages that belong to them.

    From an index page, these pages are read too: those where its list continues, the same list in the other language,
    and pages in its folder up to ``source.depth`` links below. Only the hosts of the source are read.

    Raises:
        RootError: The store cannot be written.
    """
    own = client or Client()
    try:
        crawler = _Crawler(source, store, own)
        crawler.run()
    finally:
        if client is None:
            own.close()
    links = dict(crawler.links)
    for url in source.files:
        links.setdefault(canonical(url), Link(url=canonical(url)))
    issues = [*crawler.issues, *_skipped_issues(source, crawler.skipped, links)]
    if source.index and not source.contact:
        text = f"{source.id}: no contact is set in sources.toml, so site owners cannot see who sends the requests"
        issues.append(Issue("fetch", "info", "no_contact", text))
    shortage = _shortage(source, store, len(links)) if crawler.complete else None
    if shortage:
        issues.append(shortage)
    wanted = tuple(link for link in links.values() if not source.excludes(link.url))
    return ListedDocuments(wanted, crawler.complete and shortage is None, tuple(issues))


def _shortage(source: SourceSpec, store: Store, count: int) -> Issue | None:
    """Return an issue where pages that could all be read list too few documents: the site may have changed."""
    least = source.expect.documents
    if count < least:
        text = f"{source.id}: {count} documents listed, {least} or more expected; did the pages change?"
        return Issue("fetch", "error", "fewer_than_expected", text)
    if count == 0:
        listed_before = any(h.latest.state != "withdrawn" for h in document_histories(source, store).values())
        level: IssueLevel = "error" if listed_before else "warning"
        return Issue("fetch", level, "nothing_listed", f"{source.id}: the index pages list no PDF or PPTX")
    return None


def _skipped_issues(source: SourceSpec, skipped: dict[str, str], links: dict[str, Link]) -> list[Issue]:
    """Return a warning for each reason why documents on the pages were not fetched. It names all of them."""
    by_reason: dict[str, list[str]] = {}
    for url, reason in skipped.items():
        if url not in links:
            by_reason.setdefault(reason, []).append(url)
    return [
        Issue("fetch", "warning", "document_skipped", f"{source.id}: not fetched, because {reason}: {', '.join(urls)}")
        for reason, urls in by_reason.items()
    ]


def document_histories(source: SourceSpec, store: Store) -> dict[str, UrlHistory]:
    """Return what the ledger knows of the documents of a source, by address, except those that it excludes."""
    histories = store.ledger.latest_by_url()
    return {
        url: history
        for url, history in histories.items()
        if history.latest.source == source.id
        and history.latest.kind == "document"
        and not source.excludes(url, history.latest.file)
    }


class _Crawler:
    """Reads the pages of one source, breadth first, each page once."""

    def __init__(self, source: SourceSpec, store: Store, client: Client) -> None:
        self.source, self.store, self.client = source, store, client
        self.links: dict[str, Link] = {}
        self.issues: list[Issue] = []
        self.complete = True
        self.skipped: dict[str, str] = {}  # documents on the pages that are not fetched, and why
        self._languages: dict[str, set[Lang]] = {}  # of each link, by the pages that have it
        self._folders = {_folder(canonical(url)) for url in source.index}

    def run(self) -> None:
        try:
            self._crawl_pages()
            self._crawl_sitemaps()
        except BudgetExhausted as error:
            self._report_gap("warning", "budget", f"{error} while the index pages were read")

    def _crawl_pages(self) -> None:
        queue = [(canonical(url), 0) for url in self.source.index]
        seen = {url for url, _ in queue}
        sent_on: set[str] = set()  # pages that another page sends its readers to
        marked: set[str] = set()
        for url, depth in queue:  # grows while it is iterated
            page = self._read(url, depth)
            if page is None:
                continue
            if depth == 0:
                self._add_folder(_folder(page.url))  # an index page may redirect to another folder
            for link in page.documents:
                self._add_link(link)
            if page.refresh and url not in sent_on and self._may_follow_refresh(page.refresh, url, depth):
                sent_on.add(page.refresh)
                if page.refresh not in seen:
                    seen.add(page.refresh)
                    queue.append((page.refresh, depth))
            for target in page.pages:
                target_depth = depth if target.kind != "page" else depth + 1
                if self._should_read(target, depth, target_depth) and target.url not in seen:
                    seen.add(target.url)
                    queue.append((target.url, target_depth))
                if target.marked:
                    marked.add(target.url)
        for url in sorted(marked - seen):
            self.skipped[url] = "the page that is said to be a PDF or PPTX is outside the folders of the index pages"

    def _may_follow_refresh(self, target: str, url: str, depth: int) -> bool:
        """Return True where a page sends its readers to another page of its host, as a redirect would."""
        if authority(target) == authority(url) and not (url.startswith("https:") and target.startswith("http:")):
            return True
        text = f"{url} sends its readers to {target}, which is not followed"
        self._report_gap("error" if depth == 0 else "warning", "page_moved", text)
        return False

    def _should_read(self, target: PageLink, depth: int, target_depth: int) -> bool:
        """Return True where a page link leads to a page of this source."""
        if target.kind == "unread":
            return False
        if target.kind == "other_language":
            if len(self.source.languages) < _BOTH_LANGUAGES:
                return False
            if depth == 0:
                self._add_folder(_folder(target.url))
        inside = target.kind != "page" or self._in_folders(target.url)
        return inside and target_depth <= self.source.depth and self._on_own_host(target.url)

    def _crawl_sitemaps(self) -> None:
        """Add documents in the folders of the index pages that only the sitemap in robots.txt lists.

        The pages in that sitemap are not read: it lists the whole site.
        """
        origins = dict.fromkeys(origin(canonical(url)) for url in self.source.index)
        named = [absolute(url) for each in origins for url in self.client.sitemaps(each)]
        queue = dict.fromkeys(url for url in named if url and self._on_own_host(url))
        read: set[str] = set()
        while (url := next((url for url in queue if url not in read), None)) and len(read) < _MAX_SITEMAPS:
            read.add(url)
            page = self._read(url, depth=1) or Page(url)
            for link in page.documents:
                if self._in_folders(link.url):
                    self._add_link(link)
            queue |= dict.fromkeys(t.url for t in page.pages if t.kind == "next" and self._on_own_host(t.url))

    def _in_folders(self, url: str) -> bool:
        return any(url.startswith(folder) for folder in self._folders)

    def _add_folder(self, folder: str) -> None:
        """Read further pages in this folder too, unless it contains a known folder: "/" may be the twin of "/en/"."""
        if not any(other.startswith(folder) for other in self._folders):
            self._folders.add(folder)

    def _on_own_host(self, url: str) -> bool:
        return authority(url) in self.source.hosts

    def _add_link(self, link: Link) -> None:
        """Record a document link. One on pages in both languages keeps its first title and has no language."""
        if not self._on_own_host(link.url):
            self.skipped[link.url] = f"{authority(link.url)} is not among the hosts of the source"
            return
        languages = self._languages.setdefault(link.url, set())
        if link.lang:
            languages.add(link.lang)
        before = self.links.get(link.url, link)
        self.links[link.url] = replace(
            before,
            title=before.title or link.title,
            date=before.date or link.date,
            lang=next(iter(languages)) if len(languages) == 1 else None,
        )

    def _read(self, url: str, depth: int) -> Page | None:
        """Read a page, from the store where the server reports no change, and write a receipt.

        Returns:
            The page, or None where it could not be read or is a document; the document is then recorded.
        """
        good = last_good(url, self.store)
        receipt = Receipt(url=url, time=now(), source=self.source.id, state="failed", kind="page")
        limit = sitemaps.SITEMAP_LIMIT if url.endswith((".xml", ".gz")) else PAGE_LIMIT
        try:
            response = self.client.get(url, self.source, self.store, known=good, limit=limit)
        except (FetchRefused, FetchFailed) as error:
            self._record_failure(receipt, error, depth)
            return None
        receipt, content = self._stored(receipt, response, good)
        self.store.ledger.append(receipt)
        try:
            page = parsing.read(content, response.url, response.headers.get("content-type", ""))
        except parsing.UnreadablePage as error:
            self._report_gap("error" if depth == 0 else "warning", "page_unreadable", f"{url}: {error}")
            return None
        if page is None:
            self._add_link(Link(url=url))
        elif page.cut:
            self._report_gap("warning", "page_cut", f"{url} {page.cut}")
        return page

    def _record_failure(self, receipt: Receipt, error: FetchRefused | FetchFailed, depth: int) -> None:
        state = "refused" if isinstance(error, FetchRefused) else "failed"
        status = error.status if isinstance(error, FetchFailed) else None
        self.store.ledger.append(replace(receipt, state=state, status=status, reason=str(error)))
        # A page that an index page links to may be missing; the index page itself may not.
        if depth == 0 or (isinstance(error, FetchFailed) and status not in _MISSING):
            self._report_gap("error" if depth == 0 else "warning", "page_unreadable", f"{receipt.url}: {error}")

    def _stored(self, receipt: Receipt, response: Response, good: Receipt | None) -> tuple[Receipt, bytes]:
        """Return the receipt and the bytes of a page, and keep the bytes in the store."""
        if response.part is None:
            assert good is not None and good.sha256 is not None
            same = replace(good, time=now(), state="unchanged", status=response.status, tries=response.tries)
            return same, self.store.read(good.sha256)
        content = response.part.read_bytes()
        sha256 = self.store.keep(response.part)
        receipt = replace(
            receipt,
            state="unchanged" if good and good.sha256 == sha256 else "fetched",
            status=response.status,
            tries=response.tries,
            sha256=sha256,
            bytes=response.size,
            media_type=media_types.media_type(content),
            etag=response.etag,
            last_modified=response.last_modified,
        )
        return receipt, content

    def _report_gap(self, level: IssueLevel, code: str, text: str) -> None:
        """Report that not all pages were read."""
        self.complete = False
        self.issues.append(Issue("fetch", level, code, f"{self.source.id}: {text}"))


def _folder(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rsplit('/', 1)[0]}/"
