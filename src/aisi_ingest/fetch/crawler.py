"""The way through the pages of a source that list its documents."""

from __future__ import annotations

import zlib
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.fetch import pages
from aisi_ingest.fetch.client import Budget, Client, Failed, Refused
from aisi_ingest.fetch.pages import Link, Page
from aisi_ingest.model import Issue, IssueLevel, Lang, Receipt
from aisi_ingest.sources import MEBIBYTE, SourceSpec, authority
from aisi_ingest.storage.ledger import UrlHistory
from aisi_ingest.storage.store import Store, now

_PAGE_LIMIT = 10 * MEBIBYTE
_MOST_SITEMAPS = 50
_SITEMAP_LIMIT = 50 * MEBIBYTE  # the protocol's own


class Found(Struct, frozen=True):
    """What the index pages of a source list now."""

    links: tuple[Link, ...]
    complete: bool  # False: a page could not be read, so that a link that is not there tells nothing
    issues: tuple[Issue, ...] = ()


def crawl(source: SourceSpec, store: Store, *, client: Client | None = None) -> Found:
    """Links to documents on the index pages of a source and the pages that belong to them.

    Read on from an index page: where its list goes on, the same list in the other language, and pages
    in its folder up to ``source.depth`` links below. Only hosts of the source. Raises RootError.
    """
    own = client or Client()
    try:
        walk = _Walk(source, store, own)
        walk.go()
    finally:
        if client is None:
            own.close()
    links = dict(walk.links)
    for url in source.files:
        links.setdefault(pages.canonical(url), Link(url=pages.canonical(url)))
    issues = list(walk.issues)
    if source.index and not source.contact:
        text = f"{source.id}: no contact is set in sources.toml, so sites cannot tell who asks"
        issues.append(Issue("fetch", "info", "no_contact", text))
    known = [s for s in known_to(source, store).values() if s.latest.state != "withdrawn"]
    complete = walk.complete
    if complete and len(links) < source.expect.documents:
        complete = False
        least = source.expect.documents
        text = f"{source.id}: {len(links)} documents listed, {least} or more expected; did the pages change?"
        issues.append(Issue("fetch", "error", "fewer_than_expected", text))
    elif complete and not links:
        complete = False
        level: IssueLevel = "error" if known else "warning"
        issues.append(Issue("fetch", level, "nothing_listed", f"{source.id}: the index pages list no PDF or PPTX"))
    return Found(tuple(links.values()), complete, tuple(issues))


def known_to(source: SourceSpec, store: Store) -> dict[str, UrlHistory]:
    """Documents that the ledger has from this source, by address."""
    standings = store.ledger.latest_by_url()
    return {u: s for u, s in standings.items() if s.latest.source == source.id and s.latest.kind == "document"}


class _Walk:
    """The way through the pages of one source, breadth first, each page once."""

    def __init__(self, source: SourceSpec, store: Store, client: Client) -> None:
        self.source, self.store, self.client = source, store, client
        self.links: dict[str, Link] = {}
        self.issues: list[Issue] = []
        self.complete = True
        self._languages: dict[str, set[Lang]] = {}  # of each link, as the pages have it
        self._folders = {_folder(pages.canonical(url)) for url in source.index}

    def go(self) -> None:
        try:
            self._go_pages()
            self._go_sitemaps()
        except Budget as error:
            self._trouble("warning", "budget", f"{error} while the index pages were read")

    def _go_pages(self) -> None:
        ahead = [(pages.canonical(url), 0) for url in self.source.index]
        seen = {url for url, _ in ahead}
        for url, depth in ahead:  # grows while it is walked
            page = self._read(url, depth)
            if page is None:
                continue
            if depth == 0:
                self._follow(_folder(page.url))  # an index page that moved leads to where it lies now
            for link in page.documents:
                self._take(link)
            for target in page.pages:
                if target.kind == "other_language" and len(self.source.languages) < 2:
                    continue
                below = depth if target.kind != "page" else depth + 1
                if target.kind == "other_language" and depth == 0:
                    self._follow(_folder(target.url))
                inside = target.kind != "page" or self._inside(target.url)
                if target.url not in seen and inside and below <= self.source.depth and self._ours(target.url):
                    seen.add(target.url)
                    ahead.append((target.url, below))

    def _go_sitemaps(self) -> None:
        """Documents in the folders of the index pages that only the site's own map lists.

        Its pages are left alone: a map names the whole site.
        """
        origins = dict.fromkeys("/".join(url.split("/", 3)[:3]) for url in map(pages.canonical, self.source.index))
        named = [pages.absolute(url) for origin in origins for url in self.client.sitemaps(origin)]
        ahead = dict.fromkeys(url for url in named if url and self._ours(url))
        read: set[str] = set()
        while (url := next((url for url in ahead if url not in read), None)) and len(read) < _MOST_SITEMAPS:
            read.add(url)
            page = self._read(url, depth=1) or Page(url)
            for link in page.documents:
                if self._inside(link.url):
                    self._take(link)
            ahead |= dict.fromkeys(t.url for t in page.pages if t.kind == "next" and self._ours(t.url))

    def _inside(self, url: str) -> bool:
        return any(url.startswith(folder) for folder in self._folders)

    def _follow(self, folder: str) -> None:
        """Read further pages in this folder too, unless that would widen one: "/" may be the twin of "/en/"."""
        if not any(other.startswith(folder) for other in self._folders):
            self._folders.add(folder)

    def _ours(self, url: str) -> bool:
        return authority(url) in self.source.hosts

    def _take(self, link: Link) -> None:
        """Note a link; one that pages of both languages have keeps its first title, and has no language."""
        if not self._ours(link.url):
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
        """A page, from the network or, where that says it is the same, from the store; None where there is none."""
        standing = self.store.ledger.history(url)
        good = standing.good if standing and standing.good and (standing.good.sha256 or "") in self.store else None
        receipt = Receipt(url=url, time=now(), source=self.source.id, state="failed", kind="page")
        try:
            answer = self.client.get(
                url,
                self.source,
                self.store,
                etag=good.etag if good else None,
                last_modified=good.last_modified if good else None,
                limit=_SITEMAP_LIMIT if url.endswith((".xml", ".gz")) else _PAGE_LIMIT,
            )
        except (Refused, Failed) as error:
            state = "refused" if isinstance(error, Refused) else "failed"
            status = error.status if isinstance(error, Failed) else None
            self.store.ledger.append(replace(receipt, state=state, status=status, reason=str(error)))
            # What an index page names may be gone; the index page itself may not.
            if depth == 0 or (isinstance(error, Failed) and status not in (404, 410)):
                self._trouble("error" if depth == 0 else "warning", "page_unreadable", f"{url}: {error}")
            return None
        if answer.part is None:
            assert good is not None and good.sha256 is not None
            receipt = replace(good, time=now(), state="unchanged", status=304, tries=answer.tries)
            content = self.store.read(good.sha256)
        else:
            content = answer.part.read_bytes()
            sha256 = self.store.keep(answer.part)
            receipt = replace(
                receipt,
                state="unchanged" if good and good.sha256 == sha256 else "fetched",
                status=answer.status,
                tries=answer.tries,
                sha256=sha256,
                bytes=answer.size,
                media_type=media_types.media_type(content),
                etag=answer.etag,
                last_modified=answer.last_modified,
            )
        self.store.ledger.append(receipt)
        content = _unpacked(content)
        if pages.is_sitemap(content):
            return pages.read_sitemap(content, answer.url)
        if media_types.media_type(content) in (media_types.PDF, media_types.PPTX):
            self._take(Link(url=url))
            return None
        return pages.read_page(content, answer.url, answer.headers.get("content-type", ""))

    def _trouble(self, level: IssueLevel, code: str, text: str) -> None:
        self.complete = False
        self.issues.append(Issue("fetch", level, code, f"{self.source.id}: {text}"))


def _unpacked(content: bytes) -> bytes:
    """A sitemap may come as a gzip file; what unpacks to more than a map may hold is cut there."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return zlib.decompressobj(wbits=31).decompress(content, _SITEMAP_LIMIT)
    except zlib.error:
        return b""


def _folder(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rsplit('/', 1)[0]}/"
