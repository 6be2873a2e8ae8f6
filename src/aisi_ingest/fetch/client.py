"""One polite request: robots.txt, delays between requests, checked redirects, retries, resumed bodies, limits."""

from __future__ import annotations

import email.utils
import random
import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType

import httpx
from msgspec.structs import replace
from protego import Protego

from aisi_ingest.fetch.download import Body, FetchRefused, IncompleteBody
from aisi_ingest.fetch.hosts import Hosts, HostState
from aisi_ingest.fetch.network import Deadline, GuardedNetwork, PrivateAddress, transport
from aisi_ingest.fetch.request import (
    PRODUCT,
    BudgetExhausted,
    FetchFailed,
    Request,
    Response,
    Retry,
    headers_for,
    validators,
)
from aisi_ingest.fetch.robots import parse_robots
from aisi_ingest.fetch.urls import origin
from aisi_ingest.sources import MEBIBYTE, SourceSpec, authority
from aisi_ingest.storage.files import RootError
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.store import Store, now

_REDIRECTS = (301, 302, 303, 307, 308)
_TRANSIENT = (408, 429, 500, 502, 503, 504)  # the same request may succeed later
_ROBOTS_LIMIT = 500 * 1024  # bytes, RFC 9309 section 2.5
_SECONDS_PER_MINUTE = 60
_LOCATION = "aisi_ingest.location"  # key of the Location header in the extensions of a response
_TIMEOUT = httpx.Timeout(30.0, connect=15.0)  # seconds without a byte


class Client:
    """Sends the requests of one run, one at a time.

    It keeps the delay and the robots.txt of each host, and the number of requests of each source.

    Args:
        network: Connections; by default a new ``GuardedNetwork``.
        tries: Attempts for one address, in all.
        backoff: Seconds before the second attempt. They double with each attempt. As much again is added at random,
            so that many clients do not return at the same moment.
        max_retry_after: Longest Retry-After, in seconds, that is waited for.
        hosts: The state of hosts after the earlier clients of this run.
    """

    def __init__(
        self,
        network: GuardedNetwork | None = None,
        tries: int = 4,
        backoff: float = 1.0,
        max_retry_after: float = 120.0,
        hosts: Mapping[str, HostState] | None = None,
    ) -> None:
        self.deadline = network.deadline if network else Deadline()
        self.network = network or GuardedNetwork(self.deadline)
        self.tries = tries
        self.backoff = backoff
        self.max_retry_after = max_retry_after
        self.requests = 0
        self._spent: dict[str, int] = {}  # requests by source
        self._ends: dict[str, float] = {}  # when the time of a source is used up, by the monotonic clock
        self._hosts = Hosts(hosts or {})
        self._robots: dict[str, Protego | FetchFailed | FetchRefused] = {}  # origin to rules, or why they are unknown
        self._http = httpx.Client(
            transport=transport(self.network),
            timeout=_TIMEOUT,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none is kept, so none is sent back
            event_hooks={"response": [_set_redirect_aside]},
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    @property
    def hosts(self) -> dict[str, HostState]:
        """The state of each host, for the next client of the run."""
        return self._hosts.states()

    def get(
        self,
        url: str,
        source: SourceSpec,
        store: Store,
        known: Receipt | None = None,
        limit: int | None = None,
        robots: bool = True,
    ) -> Response:
        """Read the whole body of an address, or learn that it has not changed.

        Args:
            url: A canonical address.
            source: The source that the request is sent for: its hosts, delay, budget and limits apply.
            store: Where the body is written, as a file in ``raw/incoming``.
            known: The receipt of the bytes in the store, for a conditional request; see ``last_good``.
            limit: Most bytes of the body; by default that of the source.
            robots: Whether robots.txt is obeyed. False only to read robots.txt itself.

        Returns:
            The response. Its status is 304 where the bytes are those of ``known``.

        Raises:
            FetchRefused: The address may not be read, or its body is too large.
            FetchFailed: The address could not be read in all attempts.
            BudgetExhausted: The source has no requests or no time left.
            RootError: The body cannot be written.
        """
        limit = source.max_megabytes * MEBIBYTE if limit is None else limit
        body = Body(store.incoming(), limit)
        try:
            return self._get(Request(url, source, store, known, body, robots))
        except BaseException:
            body.discard()
            raise

    def _get(self, request: Request) -> Response:
        while True:
            request.status = None
            self._check_allowed(request)
            try:
                response = self._send(request)
            except Retry as retry:
                self._pause_before_retry(request, retry)
                continue
            if response is not None:
                return response

    def _send(self, request: Request) -> Response | None:
        """Send one request. Returns None after a redirect, and raises Retry where another attempt may succeed."""
        host = authority(request.url)
        try:
            self._wait_for_turn(request)
            self.deadline.start(min(request.source.max_seconds, self._seconds_left(request.source)))
            with self._http.stream("GET", request.url, headers=headers_for(request)) as response:
                request.status = response.status_code
                return self._receive(request, response)
        except (Retry, FetchRefused, FetchFailed, BudgetExhausted, RootError):
            raise
        except PrivateAddress as error:
            raise FetchRefused(str(error)) from error
        except IncompleteBody as error:
            raise Retry(str(error)) from error
        except httpx.TimeoutException as error:
            if self.deadline.remaining() > 0:
                raise Retry("no response in time") from error
            self._hosts.failed(host)
            text = f"not complete after {request.source.max_seconds:g} seconds ({request.body.size} bytes received)"
            raise FetchFailed(text, request.status) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Retry(str(error) or type(error).__name__) from error
        except Exception as error:  # whatever a library raises on a response, only this address fails
            raise Retry(f"unreadable response ({type(error).__name__}: {error})") from error

    def _receive(self, request: Request, response: httpx.Response) -> Response | None:
        """Handle the response to one request by its status. Returns None after a redirect."""
        status, body, host = response.status_code, request.body, authority(request.url)
        if status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            body.receive(response)
            part = body.close()
            self._hosts.succeeded(host)
            return Response(request.url, 200, part, body.size, _headers_of(response), request.tries)
        _drain(response)
        if status in _REDIRECTS and (location := response.extensions.get(_LOCATION)) is not None:
            request.redirect(location)
            return None
        if status == HTTPStatus.NOT_MODIFIED and validators(request.known):
            body.discard()
            self._hosts.succeeded(host)
            return Response(request.url, status, None, 0, _headers_of(response), request.tries)
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and body.size:
            body.restart()  # the received bytes do not fit the file as it is now
            raise Retry("the server refused to continue the interrupted body")
        if status in _TRANSIENT:
            raise Retry(f"{status} {response.reason_phrase}", self._requested_wait(host, response))
        self._hosts.succeeded(host)
        raise FetchFailed(f"{status} {response.reason_phrase}".strip(), status)

    def _pause_before_retry(self, request: Request, retry: Retry) -> None:
        """Sleep before the next attempt. Raises FetchFailed where there is none."""
        host, pause = authority(request.url), retry.wait
        if request.tries >= self.tries:
            self._hosts.failed(host)
            raise FetchFailed(
                f"{retry}, after {request.tries} tries" if request.tries > 1 else str(retry), request.status
            )
        if pause is None:
            pause = self.backoff * 2 ** (request.tries - 1) * (1 + random.random())
        elif pause > self.max_retry_after:
            reason = f"{host} asks to retry after {pause:.0f} seconds"
            self._hosts.give_up(host, reason)
            raise FetchFailed(f"{retry}: {reason}; left for the next run", request.status)
        request.tries += 1
        self.network.sleep(pause)

    def sitemaps(self, origin: str) -> tuple[str, ...]:
        """Return the addresses of sitemaps in robots.txt of an origin, if a page of it was requested before."""
        rules = self._robots.get(origin)
        return tuple(rules.sitemaps) if isinstance(rules, Protego) else ()

    def _check_allowed(self, request: Request) -> None:
        """Raise FetchRefused or FetchFailed where the current address must not be requested."""
        url, source = request.url, request.source
        if url.partition(":")[0] not in ("http", "https"):
            raise FetchRefused(f"{url} is not an http or https address")
        if "@" in url.split("/", 3)[2]:
            raise FetchRefused("the address has a user name")
        host = authority(url)
        if host not in source.hosts:
            raise FetchRefused(f"the address is on {host}, which is not among the hosts of source {source.id}")
        if reason := self._hosts.given_up(host):
            raise FetchFailed(f"{reason}; left for the next run")
        self.network.allow_private = source.allow_private
        if request.robots and not self._allowed_by_robots(request):
            raise FetchRefused("robots.txt of the host disallows it")

    def _wait_for_turn(self, request: Request) -> None:
        """Sleep until the host may be sent the next request, and count the request."""
        source = request.source
        spent = self._spent.get(source.id, 0)
        if spent >= source.budget:
            raise BudgetExhausted(f"the budget of {source.budget} requests is used up")
        host = authority(request.url)
        pause = self._hosts.wait_seconds(host)
        if self._seconds_left(source) <= max(pause, 0.0):
            raise BudgetExhausted(f"the time of {source.max_minutes:g} minutes is used up")
        if pause > 0:
            self.network.sleep(pause)
        self._spent[source.id] = spent + 1
        self.requests += 1
        self._hosts.request_sent(host, source.delay)

    def _seconds_left(self, source: SourceSpec) -> float:
        """Return the rest of a source's time, which begins with its first request."""
        end = self._ends.setdefault(source.id, time.monotonic() + source.max_minutes * _SECONDS_PER_MINUTE)
        return end - time.monotonic()

    def _requested_wait(self, host: str, response: httpx.Response) -> float | None:
        """Return the seconds of Retry-After, or None. After a status 429 the host gets fewer requests from now on."""
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._hosts.slow_down(host)
        value = response.headers.get("retry-after", "").strip()
        if re.fullmatch("[0-9]{1,9}", value):
            return float(value)
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
        except (ValueError, OverflowError):
            return None

    def _allowed_by_robots(self, request: Request) -> bool:
        url = request.url
        where = origin(url)
        if where not in self._robots:
            self._robots[where] = rules = self._read_robots(where, request.source, request.store)
            if isinstance(rules, Protego) and (delay := rules.crawl_delay(PRODUCT)):
                self._hosts.set_crawl_delay(authority(url), float(delay))
        rules = self._robots[where]
        if isinstance(rules, (FetchFailed, FetchRefused)):
            raise rules
        return bool(rules.can_fetch(url, PRODUCT))

    def _read_robots(self, where: str, source: SourceSpec, store: Store) -> Protego | FetchFailed | FetchRefused:
        """Return the rules of an origin as RFC 9309 defines them.

        Everything is allowed where there is no robots.txt (status 4xx); nothing is allowed where it cannot be read.
        """
        url = f"{where}/robots.txt"
        good = last_good(url, store)
        receipt = Receipt(url=url, time=now(), source=source.id, state="failed", kind="robots")
        try:
            response = self.get(url, source, store, known=good, limit=_ROBOTS_LIMIT, robots=False)
        except FetchFailed as error:
            store.ledger.append(replace(receipt, status=error.status, reason=str(error)))
            if _is_missing(error.status):
                return parse_robots(b"")
            return FetchFailed(f"robots.txt of the host cannot be read: {error}", error.status)
        except FetchRefused as error:
            store.ledger.append(replace(receipt, state="refused", reason=str(error)))
            return FetchRefused(f"robots.txt of the host cannot be read: {error}")
        if response.part is None and good is not None and good.sha256:
            sha256 = good.sha256
            receipt = replace(good, time=now(), state="unchanged", status=response.status)
        else:
            assert response.part is not None
            sha256 = store.keep(response.part)
            receipt = replace(
                receipt,
                state="unchanged" if good and good.sha256 == sha256 else "fetched",
                status=response.status,
                sha256=sha256,
                bytes=response.size,
                media_type="text/plain",
                etag=response.etag,
                last_modified=response.last_modified,
            )
        store.ledger.append(receipt)
        return parse_robots(store.read(sha256))


def last_good(url: str, store: Store) -> Receipt | None:
    """Return the last good receipt of an address whose bytes are still in the store."""
    history = store.ledger.history(url)
    return history.good if history and history.good and (history.good.sha256 or "") in store else None


def _set_redirect_aside(response: httpx.Response) -> None:
    """Move the Location header out of the sight of httpx, which raises on an invalid one before we can refuse it."""
    if (location := response.headers.get("location")) is not None:
        response.extensions[_LOCATION] = location
        del response.headers["location"]


def _headers_of(response: httpx.Response) -> dict[str, str]:
    """Return the headers with each byte as one character. httpx guesses a charset and loses names in Shift_JIS."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw}


def _is_missing(status: int | None) -> bool:
    """Return True for a status 4xx that says a file does not exist. 429 only asks for fewer requests."""
    if status is None or status == HTTPStatus.TOO_MANY_REQUESTS:
        return False
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def _drain(response: httpx.Response) -> None:
    """Read the rest of a short response, so that its connection can be used again."""
    no_body = response.status_code == HTTPStatus.NOT_MODIFIED
    length = response.headers.get("content-length", "0" if no_body else "")
    if re.fullmatch("[0-9]{1,4}", length):
        for _ in response.iter_raw():  # not unpacked: a few bytes could be gigabytes
            pass
