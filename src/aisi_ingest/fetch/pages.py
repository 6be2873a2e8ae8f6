"""HTML pages that list documents: bytes to links. This module does not use the network."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode

from aisi_ingest.fetch import nesting
from aisi_ingest.fetch.charsets import decode_page
from aisi_ingest.fetch.link_context import Containers, date_of, has_format_label, language_label, text_of, title_of
from aisi_ingest.fetch.links import MAX_LINKS, TOO_MANY_LINKS, Link, Page, PageLink, names_document
from aisi_ingest.fetch.sessions import without_session
from aisi_ingest.fetch.urls import canonical, decoded_path, joined
from aisi_ingest.fetch.viewers import document_in_query, is_viewer, names_document_in_query
from aisi_ingest.model import Lang
from aisi_ingest.text.normalise import language_of

_DOCUMENT_TYPES = ("application/pdf", "application/vnd.openxmlformats-officedocument.presentationml.presentation")
_PAGE_PATH = re.compile(r"(^|/)[^/.]*(\.(html?|php|aspx?|jsp|shtml|cgi))?$", re.IGNORECASE)
_OTHER_LANGUAGE = re.compile(r"\s*(english|en|eng|英語|日本語|japanese|ja|jp|jpn)\s*", re.IGNORECASE)
_NEXT = re.compile(
    r"\s*(次へ|次の?ページ|次の\d+件|next(\s+page)?|older(\s+posts)?|もっと見る|[»›>])\s*[»›>]*\s*", re.IGNORECASE
)
_PAGE_NUMBER_KEYS = ("page", "p", "paged", "pg", "pageno", "start", "offset", "from")
_ENGLISH_FOLDERS = ("en", "eng", "english")
_JAPANESE_FOLDERS = ("ja", "jp", "jpn", "japanese")
_LINKING = "a[href], area[href], link[href], iframe, frame, embed, object[data]"
_FRAME_TAGS = ("iframe", "frame", "embed", "object")  # they show what they link to within the page
_OTHER_FILE = re.compile(
    r"\.(x?html?|docx?|xlsx?|ppt|csv|txt|rtf|xml|json|zip|lzh|jpe?g|png|gif|svg|mp[34]|epub|od[tsp]|jtd)$",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"\s*[\d.]*\s*[;,]?\s*url\s*=\s*(.+)", re.IGNORECASE | re.DOTALL)
_TITLE_LENGTH = 500  # code points


def read_page(html: bytes, url: str, content_type: str = "") -> Page:
    """Parse the links of the HTML page at ``url``. Accepts any bytes and never raises on them.

    Args:
        html: The body of the response.
        url: The address of the page, after redirects.
        content_type: The value of the Content-Type header, for its charset.

    Returns:
        Links to http and https addresses on any host: the caller decides which hosts may be read.
    """
    text, is_flattened = nesting.flatten(decode_page(html, content_type))
    tree = LexborHTMLParser(text)
    reader = _PageReader(tree, url)
    linking = tree.css(_LINKING)
    for node in linking[:MAX_LINKS]:
        reader.read_node(node)
    refresh = _refresh_target(tree, reader.base, reader.this_page)
    if refresh is not None and names_document(refresh):
        reader.embedded[refresh] = None
        reader.documents.setdefault(refresh, Link(url=refresh, title=_page_title(tree), lang=reader.lang))
        refresh = None
    return Page(
        url=url,
        lang=reader.lang,
        documents=tuple(reader.documents.values()),
        pages=tuple(reader.pages.values()),
        embedded=tuple(reader.embedded),
        refresh=refresh,
        cut=TOO_MANY_LINKS if len(linking) > MAX_LINKS else nesting.FLATTENED if is_flattened else None,
    )


class _PageReader:
    """Collects the links of one page."""

    def __init__(self, tree: LexborHTMLParser, url: str) -> None:
        base_node = tree.css_first("base[href]")
        self.base = joined(url, (base_node.attributes.get("href") or "") if base_node else "") or url
        self.this_page = without_session(canonical(url))
        self.lang = _page_language(tree, url)
        self.documents: dict[str, Link] = {}
        self.pages: dict[str, PageLink] = {}
        self.embedded: dict[str, None] = {}
        self._tree = tree
        self._containers = Containers()

    def read_node(self, node: LexborNode) -> None:
        """Add the link of an element to the documents or the pages."""
        href = _address_of(node)
        target = joined(self.base, href)
        if target is None:
            return
        is_frame = node.tag in _FRAME_TAGS
        if (shown := document_in_query(self.base, href)) and not names_document(target) and is_viewer(target):
            target = shown
        if target == self.this_page:
            return
        relation = (node.attributes.get("rel") or "").lower().split()
        hreflang = _language(node.attributes.get("hreflang"))
        if node.tag == "link" and not ("next" in relation or ("alternate" in relation and hreflang)):
            return
        if _is_document(target, node):
            if is_frame:
                self.embedded[target] = None
            self._add_document(target, node, hreflang)
            return
        kind = "page" if is_frame else _page_kind(node, target, relation, hreflang, self.lang)
        marked = node.tag == "a" and has_format_label(node)
        if (kind or marked) and (target not in self.pages or self.pages[target].kind == "page"):
            self.pages[target] = PageLink(target, kind or "unread", marked)

    def _add_document(self, target: str, node: LexborNode, hreflang: Lang | None) -> None:
        before = self.documents.get(target)
        if before is not None and before.title:
            return
        if node.tag in _FRAME_TAGS:
            title = node.attributes.get("title") or _page_title(self._tree)
        else:
            title = title_of(node, self._containers)
        link = before or Link(
            url=target,
            date=date_of(node, self._containers),
            lang=hreflang or language_label(node) or self.lang,
        )
        self.documents[target] = replace(link, title=title)


def _address_of(node: LexborNode) -> str:
    """Return the address that an element links to or shows."""
    attributes = node.attributes
    if node.tag == "object":
        return attributes.get("data") or ""
    if node.tag in _FRAME_TAGS:
        return attributes.get("src") or attributes.get("data-src") or ""  # the latter where a script loads it late
    return attributes.get("href") or ""


def _page_title(tree: LexborHTMLParser) -> str | None:
    """Return the first heading of a page, or else its title."""
    for selector in ("h1", "title"):
        node = tree.css_first(selector)
        if node is not None and (text := text_of(node)):
            return text[:_TITLE_LENGTH]
    return None


def _refresh_target(tree: LexborHTMLParser, base: str, this_page: str) -> str | None:
    """Return the address of a meta refresh that leads to another page, or None."""
    for node in tree.css("meta[http-equiv]"):
        if (node.attributes.get("http-equiv") or "").strip().lower() == "refresh":
            match = _REFRESH.match(node.attributes.get("content") or "")
            target = joined(base, match[1].strip().strip("\"'")) if match else None
            return None if target == this_page else target
    return None


def _language(tag: str | None) -> Lang | None:
    primary = (tag or "").lower().split("-")[0].strip()
    return "ja" if primary == "ja" else "en" if primary == "en" else None


def _page_language(tree: LexborHTMLParser, url: str) -> Lang | None:
    """Return the language of a page: by its folder, else by its ``lang`` attribute, else by its text.

    The folder comes first because templates often keep the ``lang`` of the language they were first made for.
    """
    for part in urlsplit(url).path.lower().split("/")[:-1]:
        if part in _ENGLISH_FOLDERS:
            return "en"
        if part in _JAPANESE_FOLDERS:
            return "ja"
    root = tree.css_first("html")
    if root is not None and root.attributes.get("lang"):
        return _language(root.attributes.get("lang"))
    text = tree.body.text() if tree.body else ""
    return language_of(text) if any(char.isalpha() for char in text) else None


def _is_document(url: str, node: LexborNode) -> bool:
    if names_document(url):
        return True
    if (node.attributes.get("type") or "").lower().split(";")[0].strip() in _DOCUMENT_TYPES:
        return True
    if names_document_in_query(url) and not is_viewer(url):
        return True
    # Download links without a file type in their address: only the text of the link shows what they are.
    last = decoded_path(url).rsplit("/", 1)[-1]
    may_send_file = "." not in last or (urlsplit(url).query and not _OTHER_FILE.search(last))
    return bool(may_send_file) and node.tag == "a" and has_format_label(node)


def _page_kind(
    node: LexborNode, url: str, relation: list[str], hreflang: Lang | None, page_lang: Lang | None
) -> str | None:
    """Return the kind of a page link (see ``PageLink``), or None where the page should not be read."""
    text = text_of(node)
    if "next" in relation or _NEXT.fullmatch(text):
        return "next"
    if (hreflang and hreflang != page_lang) or (node.tag == "a" and _OTHER_LANGUAGE.fullmatch(text)):
        return "other_language"
    if "nofollow" in relation or not _PAGE_PATH.search(decoded_path(url)):
        return None
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    if query:
        # Any other query may lead to pages without end: calendars, sort orders, searches.
        is_page_number = all(key.lower() in _PAGE_NUMBER_KEYS and value.isdigit() for key, value in query)
        return "next" if is_page_number else None
    return "page"
