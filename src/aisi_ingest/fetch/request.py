"""One address while it is requested: its state over redirects and retries, its headers, and its response."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

import msgspec

from aisi_ingest import __version__
from aisi_ingest.fetch.download import Body, FetchRefused, sendable
from aisi_ingest.fetch.urls import canonical, with_slashes
from aisi_ingest.sources import SourceSpec
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.store import Store

PRODUCT = "aisi-ingest"  # the name by which robots.txt may address us
_MAX_REDIRECTS = 5
_MAX_LOCATION_LENGTH = 8000  # characters; RFC 9110, section 4.1, recommends to support as many
_SHOWN_LENGTH = 200  # characters of an invalid address that a message shows


class FetchFailed(Exception):
    """An address that could not be read this time.

    Attributes:
        status: The status of the last HTTP response, or None where there was none.
    """

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class BudgetExhausted(Exception):
    """A source has used all the requests that it may send in a run, or all its time."""


class Retry(Exception):
    """A request that failed and may be sent again.

    Attributes:
        wait: Seconds that the server asked to wait, or None where it did not.
    """

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Response(msgspec.Struct):
    """The response for an address: status 200 with a file that holds the whole body, or status 304 without a file."""

    url: str  # after redirects
    status: int
    part: Path | None
    size: int  # bytes
    headers: dict[str, str]  # names in lower case; each byte of a value is one character (Latin-1)
    tries: int

    @property
    def etag(self) -> str | None:
        """The ETag, if it can be sent back in a request."""
        return sendable(self.headers.get("etag"))

    @property
    def last_modified(self) -> str | None:
        """The Last-Modified date, if it can be sent back in a request."""
        return sendable(self.headers.get("last-modified"))


class Request(msgspec.Struct):
    """The state of one address while it is requested, over redirects and retries."""

    url: str  # current address: changes with each redirect
    source: SourceSpec
    store: Store
    known: Receipt | None
    body: Body
    robots: bool
    redirects: int = 0
    tries: int = 1
    status: int | None = None  # of the last response in the current attempt

    def redirect(self, location: str) -> None:
        """Continue at another address. Raises FetchRefused where it may not be requested."""
        self.redirects += 1
        if self.redirects > _MAX_REDIRECTS:
            raise FetchRefused(f"redirected more than {_MAX_REDIRECTS} times")
        self.url = _redirect_target(self.url, location)


def validators(known: Receipt | None) -> dict[str, str]:
    """Return the headers that make a request conditional, for the bytes of a receipt."""
    values = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
    return {name: value for name, value in values.items() if value}


def headers_for(request: Request) -> dict[str, str]:
    """Return the headers of the next request: conditional, or for the rest of an interrupted body."""
    contact = f" (+{request.source.contact})" if request.source.contact else ""
    headers = {
        "User-Agent": f"{PRODUCT}/{__version__}{contact}",
        # No compression: a range of a compressed body is useless, and a small body cannot unpack to a huge one.
        "Accept-Encoding": "identity",
        "Accept": "*/*",
    }
    body = request.body
    if body.resumable:
        return {**headers, "Range": f"bytes={body.size}-", "If-Range": body.validator}
    body.restart()
    return {**headers, **validators(request.known)}


def _redirect_target(current: str, location: str) -> str:
    """Return the address that a redirect leads to. Raises FetchRefused where it must not be followed."""
    shown = ascii(location[:_SHOWN_LENGTH])[1:-1]
    if len(location) > _MAX_LOCATION_LENGTH:
        raise FetchRefused(f"redirected to an address of {len(location)} characters: {shown}")
    try:
        target = canonical(urljoin(current, with_slashes(location.strip())))
    except (ValueError, UnicodeError) as error:
        raise FetchRefused(f"redirected to an invalid URL: {shown}") from error
    if target.partition(":")[0] not in ("http", "https"):
        raise FetchRefused(f"redirected to an address that is neither http nor https: {shown}")
    if current.startswith("https:") and target.startswith("http:"):
        raise FetchRefused(f"redirected from https to http: {target}")
    return target
