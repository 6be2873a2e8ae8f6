"""Sitemaps (https://www.sitemaps.org/protocol.html): XML to links, without a network."""

from __future__ import annotations

import re
import zlib

from aisi_ingest.fetch.links import MAX_LINKS, TOO_MANY_LINKS, Link, Page, PageLink, names_document
from aisi_ingest.fetch.urls import joined
from aisi_ingest.sources import MEBIBYTE

SITEMAP_LIMIT = 50 * MEBIBYTE  # bytes; the protocol's own limit for an unpacked sitemap
_HEAD_LENGTH = 65536  # bytes that are searched for the root element
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 31  # tells zlib to expect a gzip header
_LIMITS = ("ERR_RESOURCE_LIMIT", "ERR_INTERNAL_ERROR")  # of libxml2: 256 elements within each other, 10 MB of text
# The possessive quantifier stops backtracking: text once matched as a comment has 2^n other readings.
_ROOT_ELEMENT = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?[^>]*+>|(?><!--.*?-->)|\s)*+<(?:\w+:)?(?:urlset|sitemapindex)\b", re.DOTALL
)


def is_sitemap(content: bytes) -> bool:
    """Return True for the XML of a sitemap or of an index of sitemaps."""
    return bool(_ROOT_ELEMENT.match(content[:_HEAD_LENGTH]))


def unpacked(content: bytes) -> bytes:
    """Return a sitemap that may be packed with gzip as XML.

    A sitemap may not be larger than ``SITEMAP_LIMIT``: the rest is cut off, so that a small file cannot unpack to a
    huge one. A damaged gzip file gives no bytes.
    """
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return zlib.decompressobj(wbits=_GZIP_WBITS).decompress(content, SITEMAP_LIMIT)
    except zlib.error:
        return b""


def read_sitemap(xml: bytes, url: str) -> Page:
    """Parse the addresses in the sitemap, or the index of sitemaps, at ``url``.

    Its documents have no title: the pages that link to them may give one. From broken XML, the addresses before the
    break are returned.
    """
    from lxml import etree  # on first use: most sites have no sitemap

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    documents: dict[str, Link] = {}
    pages: dict[str, PageLink] = {}
    exceeded = [each.message for each in parser.error_log if each.type_name in _LIMITS]
    cut = f"could not be read to its end: {exceeded[0].strip()}" if exceeded else None
    if len(xml) >= SITEMAP_LIMIT:
        cut = f"is larger than {SITEMAP_LIMIT // MEBIBYTE} MiB; the rest was not read"
    for node in [] if root is None else root.iter("{*}loc"):
        target = joined(url, node.text or "")
        if target is None:
            continue
        if names_document(target):
            documents.setdefault(target, Link(url=target))
        else:
            # A sitemap named by a sitemap is at the same depth; a page named by a sitemap is one link below it.
            parent = etree.QName(node.getparent()).localname if node.getparent() is not None else ""
            pages.setdefault(target, PageLink(target, "next" if parent == "sitemap" else "page"))
        if len(documents) + len(pages) > MAX_LINKS:
            cut = TOO_MANY_LINKS
            break
    return Page(url=url, documents=tuple(documents.values()), pages=tuple(pages.values()), cut=cut)
