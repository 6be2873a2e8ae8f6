"""One attempt to download a document: request it, check the bytes, keep them, and describe all that in a receipt."""

from __future__ import annotations

import logging
import re
import time

from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.fetch import parsing
from aisi_ingest.fetch.client import Client, last_good
from aisi_ingest.fetch.crawler import PAGE_LIMIT
from aisi_ingest.fetch.disposition import file_name_in
from aisi_ingest.fetch.download import FetchRefused
from aisi_ingest.fetch.links import DOCUMENT_SUFFIX, Link
from aisi_ingest.fetch.request import FetchFailed, Response
from aisi_ingest.fetch.urls import file_name
from aisi_ingest.fetch.viewers import document_in_query
from aisi_ingest.sources import SourceSpec, authority
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.store import Store, now

_LOG = logging.getLogger(__name__)
_NAME_DIGEST_LENGTH = 12  # hex digits in the name of a file that has no other name
_SCRIPT_SUFFIX = re.compile(r"\.(php|cgi|pl|aspx?|ashx|jspx?|do|action|cfm|dll|exe)$", re.IGNORECASE)


def attempt_download(link: Link, source: SourceSpec, store: Store, client: Client, force: bool) -> Receipt:
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
