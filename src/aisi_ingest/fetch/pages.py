"""Pages that list documents, and sitemaps: bytes to links. Nothing here touches the network."""

from __future__ import annotations

import codecs
import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from aisi_ingest import dates
from aisi_ingest.model import Lang
from aisi_ingest.text.normalise import language_of


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document that a page links, with what the page says about it."""

    url: str  # absolute, without a fragment
    title: str | None = None
    date: str | None = None  # EDTF
    lang: Lang | None = None


class PageLink(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another page. ``next``: the list goes on there; ``other_language``: the same list in the other language."""

    url: str
    kind: str  # "next", "other_language", "page"


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a page links, in its order."""

    url: str
    lang: Lang | None = None
    documents: tuple[Link, ...] = ()
    pages: tuple[PageLink, ...] = ()


_DOCUMENT = re.compile(r"\.(pdf|pptx)$", re.IGNORECASE)
_DOCUMENT_TYPES = ("application/pdf", "application/vnd.openxmlformats-officedocument.presentationml.presentation")
_PAGE = re.compile(r"(^|/)[^/.]*(\.(html?|php|aspx?|jsp|shtml|cgi))?$", re.IGNORECASE)
# "(PDF)", "[PDF:1.2MB]", "（PDF形式：500KB）", "PDF 300 KB" after a title: how it comes, not what it is called.
_SIZE = r"[\d.,]+\s*(?:[KMG]i?B|bytes?|バイト)"
_FORM = (
    rf"(?:PDF|PPTX?|PowerPoint|パワーポイント)(?:\s*(?:形式|ファイル|file|版))?"
    rf"(?:\s*[:：/／,、]?\s*{_SIZE})?(?:\s*[,、/]\s*\d+\s*(?:ページ|頁|pages?))?"
)
_SUFFIX = re.compile(rf"\s*(?:[(\[（［【]\s*(?:{_FORM}|{_SIZE})\s*[)\]）］】]|(?<=\s){_FORM})\s*$", re.IGNORECASE)
_SAYS_FORM = re.compile(rf"[(\[（［【]\s*(?:{_FORM})\s*[)\]）］】]|^\s*{_FORM}\s*$", re.IGNORECASE)
_BARE = re.compile(
    rf"(?:{_FORM}|download|ダウンロード|こちら|here|本文|全文|資料|日本語版?|英語版?|和文|英文|japanese|english"
    r"|(?:full\s+)?(?:text|report))?[\s:：>»]*",
    re.IGNORECASE,
)
_SAYS_LANGUAGE = re.compile(
    # A bare "English" after a blank belongs to the title: "Teaching English".
    r"(?:(?:^|[(（［\[【<＜/／-]\s*)(?:(?P<en>英語|英文|english)|(?P<ja>日本語|和文|japanese))"
    r"|(?:^|\W)(?:(?P<en2>英語版|in english|english version)|(?P<ja2>日本語版|in japanese|japanese version)))"
    r"\s*[)）］\]】>＞]?\s*$",
    re.IGNORECASE,
)
_OTHER_LANGUAGE = re.compile(r"\s*(english|en|eng|英語|日本語|japanese|ja|jp|jpn)\s*", re.IGNORECASE)
_NEXT = re.compile(
    r"\s*(次へ|次の?ページ|次の\d+件|next(\s+page)?|older(\s+posts)?|もっと見る|[»›>])\s*[»›>]*\s*", re.IGNORECASE
)
_PAGE_NUMBER = ("page", "p", "paged", "pg", "pageno", "start", "offset", "from")
_CONTAINERS = {"li", "tr", "dd", "dt", "article", "p", "div", "section"}
_ISO = re.compile(r"\s*(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?![\d-])")
# Possessive: what was once taken for a comment is not tried otherwise, of which there are 2^n ways.
_SITEMAP = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?[^>]*+>|(?><!--.*?-->)|\s)*+<(?:\w+:)?(?:urlset|sitemapindex)\b", re.DOTALL
)
_MOST_LINKS = 20_000  # a page; more is a trap
_MOST_IN_ROW = 20  # links in what still counts as the row of one
_LONGEST_ROW = 4000  # code points
_TITLE_LENGTH = 500  # code points


def read_page(html: bytes, url: str, content_type: str = "") -> Page:
    """Links of an HTML page at ``url``. Takes any bytes and never raises on them.

    ``content_type`` is the header, for its charset. Addresses other than http and https are left out;
    whether a host may be visited is for the caller to say.
    """
    tree = LexborHTMLParser(_decoded(html, content_type))
    base_node = tree.css_first("base[href]")
    base = _joined(url, (base_node.attributes.get("href") or "") if base_node else "") or url
    page_lang = _page_language(tree, url)
    rows, here = _Rows(), canonical(url)
    documents: dict[str, Link] = {}
    pages: dict[str, PageLink] = {}
    for node in tree.css("a[href], area[href], link[href]")[:_MOST_LINKS]:
        attributes = node.attributes
        target = _joined(base, attributes.get("href") or "")
        if target is None or target == here:
            continue
        relation = (attributes.get("rel") or "").lower().split()
        hreflang = _language(attributes.get("hreflang"))
        if node.tag == "link" and not ("next" in relation or ("alternate" in relation and hreflang)):
            continue
        if _is_document(target, node):
            if target not in documents:
                lang = hreflang or _said_language(node) or page_lang
                title, date = _title(node, rows), _date(node, rows)
                documents[target] = Link(url=target, title=title, date=date, lang=lang)
            continue
        kind = _page_kind(node, target, relation, hreflang, page_lang)
        if kind and (target not in pages or pages[target].kind == "page"):
            pages[target] = PageLink(target, kind)
    return Page(url=url, lang=page_lang, documents=tuple(documents.values()), pages=tuple(pages.values()))


def read_sitemap(xml: bytes, url: str) -> Page:
    """Addresses in a sitemap (https://www.sitemaps.org/protocol.html) or an index of sitemaps at ``url``.

    Documents among them have no title: the pages that link them may give one. Broken XML gives what
    stands before the break.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    documents: dict[str, Link] = {}
    pages: dict[str, PageLink] = {}
    for node in [] if root is None else root.iter("{*}loc"):
        target = _joined(url, node.text or "")
        if target is None:
            continue
        if _DOCUMENT.search(_path(target)):
            documents.setdefault(target, Link(url=target))
        else:
            # A map that a map names is read at once; a page that a map names is one link below it.
            inside = etree.QName(node.getparent()).localname if node.getparent() is not None else ""
            pages.setdefault(target, PageLink(target, "next" if inside == "sitemap" else "page"))
        if len(documents) + len(pages) >= _MOST_LINKS:
            break
    return Page(url=url, documents=tuple(documents.values()), pages=tuple(pages.values()))


def is_sitemap(content: bytes) -> bool:
    """True for the XML of a sitemap or an index of sitemaps."""
    return bool(_SITEMAP.match(content[:65536]))


def canonical(url: str) -> str:
    """One spelling of an address: small scheme and host, no default port, no fragment, percent-encoded.

    Raises ValueError for what is not an address.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").lower()
    if not host or parts.username or parts.password:
        raise ValueError(f"{host or 'an address'} has no host, or a user name, which would be published")
    if not host.isascii():
        host = host.encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    if port is not None and port != {"http": 80, "https": 443}.get(parts.scheme):
        host += f":{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((parts.scheme.lower(), host, path, query, ""))


def absolute(url: str) -> str | None:
    """One spelling of an address of the web that is whole; None for anything else."""
    return _joined("", url)


def file_name(url: str) -> str:
    """Last part of an address's path, decoded; empty where it ends with a slash."""
    raw = urlsplit(url).path.rsplit("/", 1)[-1]
    try:
        name = unquote(raw, errors="strict")
    except UnicodeDecodeError:
        name = unquote(raw, encoding="cp932", errors="replace")
    return safe_name(name)


def safe_name(name: str) -> str:
    """A name without folders, controls and surrounding blanks or dots, at most 200 code points."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    if len(name) > 200:
        stem, dot, suffix = name.rpartition(".")
        name = stem[: 199 - len(suffix)] + dot + suffix if dot and len(suffix) < 8 else name[:200]
    return name


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)


def _joined(base: str, href: str) -> str | None:
    href = re.sub(r"[\t\r\n]", "", href).strip()
    try:
        target = urljoin(base, href)
        if urlsplit(target).scheme not in ("http", "https"):
            return None
        return canonical(target)
    except (ValueError, UnicodeError):
        return None


def _language(tag: str | None) -> Lang | None:
    primary = (tag or "").lower().split("-")[0].strip()
    return "ja" if primary == "ja" else "en" if primary == "en" else None


def _page_language(tree: LexborHTMLParser, url: str) -> Lang | None:
    """By the folder, since templates leave ``lang`` as it was in the first language; then ``lang``; then the text."""
    for part in urlsplit(url).path.lower().split("/")[:-1]:
        if part in ("en", "eng", "english"):
            return "en"
        if part in ("ja", "jp", "jpn", "japanese"):
            return "ja"
    root = tree.css_first("html")
    if root is not None and root.attributes.get("lang"):
        return _language(root.attributes.get("lang"))
    text = tree.body.text() if tree.body else ""
    return language_of(text) if any(char.isalpha() for char in text) else None


def _said_language(node: LexborNode) -> Lang | None:
    """What a link's text says at its end: "ガイド（英語版）", "Guide (Japanese)", "English PDF"."""
    match = _SAYS_LANGUAGE.search(_without_form(_text(node)[-_TITLE_LENGTH:]))
    return None if match is None else "en" if match["en"] or match["en2"] else "ja"


def _is_document(url: str, node: LexborNode) -> bool:
    if _DOCUMENT.search(_path(url)):
        return True
    if (node.attributes.get("type") or "").lower().split(";")[0].strip() in _DOCUMENT_TYPES:
        return True
    # Download links without a name: only the words beside them tell.
    last = _path(url).rsplit("/", 1)[-1]
    return "." not in last and node.tag == "a" and bool(_SAYS_FORM.search(_text(node)))


def _page_kind(node: LexborNode, url: str, relation: list[str], hreflang: Lang | None, lang: Lang | None) -> str | None:
    text = _text(node)
    if "next" in relation or _NEXT.fullmatch(text):
        return "next"
    if (hreflang and hreflang != lang) or (node.tag == "a" and _OTHER_LANGUAGE.fullmatch(text)):
        return "other_language"
    if "nofollow" in relation or not _PAGE.search(_path(url)):
        return None
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    if query:
        # Any other query may span a space without end: calendars, sort orders, searches.
        return "next" if all(key.lower() in _PAGE_NUMBER and value.isdigit() for key, value in query) else None
    return "page"


def _text(node: LexborNode) -> str:
    return re.sub(r"\s+", " ", node.text() or "").strip()


class _Row:
    """What stands in one container of links: seen once, since a thousand links may share it."""

    def __init__(self, node: LexborNode) -> None:
        links = node.css("a[href]")
        text = _text(node) if len(links) <= _MOST_IN_ROW else ""
        self.crowded = len(links) > _MOST_IN_ROW or len(text) > _LONGEST_ROW
        self.text = "" if self.crowded else text
        self.links = [] if self.crowded else [_text(link) for link in links]
        self.documents = [
            text
            for text, link in zip(self.links, links, strict=False)
            if _DOCUMENT.search(unquote(link.attributes.get("href") or ""))
        ]
        self.headings = [] if self.crowded else [_text(each) for each in node.css("h1, h2, h3, h4, h5, h6, th")]
        times = [] if self.crowded else node.css("time")
        self.times = {day for time in times if (day := _iso(time.attributes.get("datetime") or _text(time)))}


class _Rows:
    """The containers of one page, by node."""

    def __init__(self) -> None:
        self._rows: dict[int, _Row] = {}

    def of(self, node: LexborNode) -> _Row:
        if node.mem_id not in self._rows:
            self._rows[node.mem_id] = _Row(node)
        return self._rows[node.mem_id]


def _title(node: LexborNode, rows: _Rows) -> str | None:
    """The link's text without its form and size; where that says nothing, what stands around or above it."""
    image = node.css_first("img[alt]")
    alternative = image.attributes.get("alt") if image else None
    for text in (_text(node), node.attributes.get("title"), node.attributes.get("aria-label"), alternative):
        title = _trimmed_title(text or "")
        if title:
            return title
    for container in _containers(node):
        row = rows.of(container)
        if row.crowded or len(row.documents) > 2:  # two languages share a title; more files share none
            break
        for heading in row.headings:
            if title := _trimmed_title(heading):
                return title
        around = row.text
        for text in row.documents:
            around = around.replace(text, " ", 1)
        for found in reversed(dates.find(around)):
            around = around[: found.start] + " " + around[found.end :]
        around = re.sub(r"[(（\[［]\s*[)）\]］]", " ", around)
        if title := _trimmed_title(around.strip(" \u3000|/／・:：-–—、,")):
            return title
    return None


def _trimmed_title(text: str) -> str | None:
    text = _without_form(re.sub(r"\s+", " ", text).strip()[: 2 * _TITLE_LENGTH])
    return None if _BARE.fullmatch(text) else text[:_TITLE_LENGTH]


def _without_form(text: str) -> str:
    while (shorter := _SUFFIX.sub("", text)) != text:
        text = shorter
    return text


def _containers(node: LexborNode) -> list[LexborNode]:
    """Up to four containers around a link, the nearest first, not beyond a list item or a table row."""
    found: list[LexborNode] = []
    parent = node.parent
    for _ in range(12):
        if parent is None or parent.tag in ("body", "html", "ul", "ol", "table", "main", "nav", "dl"):
            break
        if parent.tag in _CONTAINERS:
            found.append(parent)
            if parent.tag in ("li", "tr", "article", "dd") or len(found) == 4:
                break
        parent = parent.parent
    return found


def _date(node: LexborNode, rows: _Rows) -> str | None:
    """The date that a link's row shows: one ``time`` element, or one date in the text; two tell nothing."""
    for container in _containers(node):
        places = [rows.of(container)]
        if container.tag == "dd":
            term = container.prev
            while term is not None and term.tag != "dt":
                term = term.prev
            if term is not None:
                places.append(rows.of(term))
        for days in (*(row.times for row in places), *(_days(row) for row in places)):
            if days:
                return days.copy().pop() if len(days) == 1 else None
    return None


def _days(row: _Row) -> set[str]:
    text = row.text
    if len(row.links) == 1:
        text = text.replace(row.links[0], " ", 1)  # a title may speak of another day
    return {found.value for found in dates.find(text) if found.has_year and found.value and "/" not in found.value}


def _iso(text: str) -> str | None:
    match = _ISO.match(text)
    return "-".join(part for part in match.groups() if part) if match else None


_CODECS = {"utf-8", "cp932", "shift_jis", "euc_jp", "iso2022_jp", "iso8859-1", "cp1252", "utf-16", "ascii"}


def _decoded(html: bytes, content_type: str) -> str:
    if html.startswith(b"\xef\xbb\xbf"):
        return html[3:].decode("utf-8", "replace")
    if html.startswith((b"\xff\xfe", b"\xfe\xff")):
        return html.decode("utf-16", "replace")
    said: list[Any] = [re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)]
    head = html[:2048].decode("latin-1")
    said.append(re.search(r"<meta[^>]+charset\s*=\s*[\"']?([\w.:-]+)", head, re.IGNORECASE))
    for match in said:
        try:
            name = codecs.lookup(match[1]).name if match else ""
        except LookupError:
            continue
        if name in _CODECS:
            return html.decode("cp932" if name == "shift_jis" else name, "replace")
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError:
        return html.decode("cp932", "replace")
