"""HTML pages that list documents: bytes to links. This module does not use the network."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode
from w3lib.encoding import html_body_declared_encoding, html_to_unicode, http_content_type_encoding

from aisi_ingest.fetch.link_context import Containers, date_of, has_format_label, language_label, text_of, title_of
from aisi_ingest.fetch.links import MAX_LINKS, Link, Page, PageLink, names_document
from aisi_ingest.fetch.urls import canonical, decoded_path, joined
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
# Codecs that Python has and no browser knows. Decoding "punycode" takes quadratic time; the others are no text.
_NOT_ENCODINGS_OF_PAGES = ("charmap", "idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")


def read_page(html: bytes, url: str, content_type: str = "") -> Page:
    """Parse the links of the HTML page at ``url``. Accepts any bytes and never raises on them.

    Args:
        html: The body of the response.
        url: The address of the page, after redirects.
        content_type: The value of the Content-Type header, for its charset.

    Returns:
        Links to http and https addresses on any host: the caller decides which hosts may be read.
    """
    tree = LexborHTMLParser(_decode(html, content_type))
    base_node = tree.css_first("base[href]")
    base = joined(url, (base_node.attributes.get("href") or "") if base_node else "") or url
    page_lang = _page_language(tree, url)
    containers, this_page = Containers(), canonical(url)
    documents: dict[str, Link] = {}
    pages: dict[str, PageLink] = {}
    for node in tree.css("a[href], area[href], link[href]")[:MAX_LINKS]:
        attributes = node.attributes
        target = joined(base, attributes.get("href") or "")
        if target is None or target == this_page:
            continue
        relation = (attributes.get("rel") or "").lower().split()
        hreflang = _language(attributes.get("hreflang"))
        if node.tag == "link" and not ("next" in relation or ("alternate" in relation and hreflang)):
            continue
        if _is_document(target, node):
            if target not in documents:
                lang = hreflang or language_label(node) or page_lang
                title, date = title_of(node, containers), date_of(node, containers)
                documents[target] = Link(url=target, title=title, date=date, lang=lang)
            continue
        kind = _page_kind(node, target, relation, hreflang, page_lang)
        if kind and (target not in pages or pages[target].kind == "page"):
            pages[target] = PageLink(target, kind)
    return Page(url=url, lang=page_lang, documents=tuple(documents.values()), pages=tuple(pages.values()))


def _decode(html: bytes, content_type: str) -> str:
    """Decode a page by its byte order mark, the header, or its meta tag; else as UTF-8 or Shift JIS."""
    declared = http_content_type_encoding(content_type) or html_body_declared_encoding(html)
    if declared not in _NOT_ENCODINGS_OF_PAGES:
        try:
            return html_to_unicode(content_type or None, html, auto_detect_fun=_detected_encoding)[1]
        except (LookupError, UnicodeError):  # a codec that is not from bytes to text
            pass
    return html.decode(_detected_encoding(html), "replace")


def _detected_encoding(html: bytes) -> str:
    """Return the encoding of a page that declares none; the older Japanese pages among them are in Shift JIS."""
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


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
    # Download links without a file type in their address: only the text of the link shows what they are.
    last = decoded_path(url).rsplit("/", 1)[-1]
    return "." not in last and node.tag == "a" and has_format_label(node)


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
