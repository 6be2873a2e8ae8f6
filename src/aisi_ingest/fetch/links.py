"""Links on a page: to documents and to further pages."""

from __future__ import annotations

import re

import msgspec

from aisi_ingest.fetch.urls import decoded_path
from aisi_ingest.model import Lang

MAX_LINKS = 20_000  # of one page or sitemap; a page with more is generated without end
TOO_MANY_LINKS = f"has more than {MAX_LINKS:,} links; the others were not read"
DOCUMENT_SUFFIX = re.compile(r"\.(pdf|pptx)$", re.IGNORECASE)


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document that a page links to, with what the page says about it."""

    url: str  # canonical: absolute, without a fragment
    title: str | None = None
    date: str | None = None  # EDTF
    lang: Lang | None = None


class PageLink(msgspec.Struct, frozen=True, omit_defaults=True):
    """A link to another page.

    ``kind`` is "next" where the list continues on that page, "other_language" where the page has the same list in the
    other language, "page" for any other page, and "unread" for an address that is only named if it is ``marked``.
    """

    url: str
    kind: str
    marked: bool = False  # the text of the link says that it leads to a PDF or PPTX


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """The links of a page, in the order of the page."""

    url: str
    lang: Lang | None = None
    documents: tuple[Link, ...] = ()
    pages: tuple[PageLink, ...] = ()
    embedded: tuple[str, ...] = ()  # documents that the page itself shows, in a frame or a viewer
    refresh: str | None = None  # the page to which this one sends its readers by itself (meta refresh)
    cut: str | None = None  # why links of it may be missing


def names_document(url: str) -> bool:
    """Return True where the path of an address ends with .pdf or .pptx."""
    return bool(DOCUMENT_SUFFIX.search(decoded_path(url).partition(";")[0]))
