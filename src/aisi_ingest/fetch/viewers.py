"""Documents that an address names in its query: behind a viewer, or sent by a script."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from aisi_ingest.fetch.links import DOCUMENT_SUFFIX
from aisi_ingest.fetch.urls import decoded_path, joined

_STATIC_PAGE = re.compile(r"\.x?html?$", re.IGNORECASE)
_VIEWER = re.compile(r"view", re.IGNORECASE)  # viewer.html, gview, PDFView.aspx
_MAX_FIELDS = 50


def document_in_query(base: str, href: str) -> str | None:
    """Return the address of the PDF or PPTX that a query or fragment names: ``viewer.html?file=/pub/a.pdf``.

    Args:
        base: The address of the page.
        href: The link as the page has it, with its fragment.

    Returns:
        The canonical address, or None. A relative one is resolved against the viewer, as viewers do.
    """
    viewer = joined(base, href)
    if viewer is None:
        return None
    _, _, rest = href.partition("?")
    fields = re.split("[&#]", rest if rest else href.partition("#")[2])
    for field in fields[:_MAX_FIELDS]:
        value = unquote(field.partition("=")[2])
        if DOCUMENT_SUFFIX.search(re.split("[?#;]", value)[0]):
            return joined(viewer, value)
    return None


def is_viewer(url: str) -> bool:
    """Return True where an address is that of a page around a document: a static page, or a viewer by its name.

    Any other script, such as ``download.php?file=a.pdf``, sends the document itself.
    """
    last = decoded_path(url).rsplit("/", 1)[-1]
    return bool(_STATIC_PAGE.search(last) or _VIEWER.search(last))


def names_document_in_query(url: str) -> bool:
    """Return True where the query of an address names a PDF or PPTX: ``download.php?file=a.pdf``."""
    return document_in_query(url, "?" + urlsplit(url).query) is not None
