"""One request, politely and to the end: robots, pace, redirects by hand, retries, resumed bodies, limits."""

from __future__ import annotations

import email.utils
import random
import re
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import urljoin

import httpx
import msgspec
from msgspec import Struct
from protego import Protego

from aisi_ingest import __version__
from aisi_ingest.fetch import pages
from aisi_ingest.fetch.download import Body, CutShort, sendable
from aisi_ingest.fetch.download import Refused as Refused
from aisi_ingest.fetch.network import Deadline, GuardedNetwork, PrivateAddress, transport
from aisi_ingest.model import Receipt
from aisi_ingest.sources import MEBIBYTE, SourceSpec, authority
from aisi_ingest.storage.files import RootError
from aisi_ingest.storage.store import Store, now

PRODUCT = "aisi-ingest"  # what robots.txt may name
_REDIRECTS = (301, 302, 303, 307, 308)
_PASSING = (408, 429, 500, 502, 503, 504)  # worth another try
_MOST_REDIRECTS = 5
_MOST_FAILURES = 5  # addresses of a host in a row that could not be had: then it is down, and left alone
_LONGEST_DELAY = 60.0  # seconds between two requests, whatever a host asks for
_ROBOTS_LIMIT = 500 * 1024  # bytes, RFC 9309 section 2.5
_TIMEOUT = httpx.Timeout(30.0, connect=15.0)  # seconds of silence


class Failed(Exception):
    """An address that could not be read now; ``status`` is the last HTTP answer's, where there was one."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class Budget(Exception):
    """The source's budget of requests is used up."""


class Response(msgspec.Struct):
    """What an address gave: status 200 with ``part``, a file of the whole body, or 304 without."""

    url: str  # after redirects
    status: int
    part: Path | None
    size: int
    headers: dict[str, str]  # names in small letters
    tries: int

    @property
    def etag(self) -> str | None:
        return sendable(self.headers.get("etag"))

    @property
    def last_modified(self) -> str | None:
        return sendable(self.headers.get("last-modified"))


class HostState(Struct, frozen=True):
    """What is to be heeded of a host for the rest of a run, also by another client or on another machine."""

    ask_after: float = 0.0  # when it may be asked again, as time.time() has it
    slower: float = 0.0  # seconds between two requests that it asked for: robots.txt, 429
    left_alone: str | None = None  # why it is not asked any more


class Client:
    """Requests of one run, one at a time. Keeps each host's pace, robots.txt and the count of requests.

    ``tries`` is how often an address is tried in all; ``backoff`` seconds double from try to try, each
    with up to as much again at random, so that many clients do not come back at once; ``patience`` is the
    longest Retry-After, in seconds, that is waited for; ``hosts`` is what the clients before learnt in this run.
    """

    def __init__(
        self,
        network: GuardedNetwork | None = None,
        tries: int = 4,
        backoff: float = 1.0,
        patience: float = 120.0,
        hosts: Mapping[str, HostState] | None = None,
    ) -> None:
        self.deadline = network.deadline if network else Deadline()
        self.network = network or GuardedNetwork(self.deadline)
        self.tries = tries
        self.backoff = backoff
        self.patience = patience
        self.requests = 0
        self._spent: dict[str, int] = {}  # requests by source
        known = hosts or {}
        # At most the longest delay: a clock that jumps, or another machine's, must not stop the run.
        ahead = {host: min(each.ask_after - time.time(), _LONGEST_DELAY) for host, each in known.items()}
        self._next = {host: time.monotonic() + seconds for host, seconds in ahead.items()}  # of its next request
        self._slower = {host: each.slower for host, each in known.items()}  # seconds that it asked for
        self._robots: dict[str, Protego | Failed | Refused] = {}  # origin to rules, or to why they are not known
        self._failures: dict[str, int] = {}  # host to how often in a row it failed
        self._left_alone = {host: each.left_alone for host, each in known.items() if each.left_alone}  # and why
        self._http = httpx.Client(transport=transport(self.network), timeout=_TIMEOUT, follow_redirects=False)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    @property
    def hosts(self) -> dict[str, HostState]:
        """What was learnt of the hosts, for the next client of the run."""
        now = time.time() - time.monotonic()
        return {
            host: HostState(now + self._next.get(host, 0.0), self._slower.get(host, 0.0), self._left_alone.get(host))
            for host in {*self._next, *self._slower, *self._left_alone}
        }

    def get(
        self,
        url: str,
        source: SourceSpec,
        store: Store,
        etag: str | None = None,
        last_modified: str | None = None,
        limit: int | None = None,
        robots: bool = True,
    ) -> Response:
        """Read an address whole, or learn that it is what the validators name (status 304).

        ``limit`` is the most bytes of a body. Raises Refused, Failed or Budget with a sentence; no
        part of a body is left behind then.
        """
        limit = source.max_megabytes * MEBIBYTE if limit is None else limit
        body = Body(store.incoming(), limit)
        try:
            return self._get(url, source, store, {"etag": etag, "last": last_modified}, body, robots)
        except BaseException:
            body.discard()
            raise

    def _get(
        self, url: str, source: SourceSpec, store: Store, known: dict[str, str | None], body: Body, robots: bool
    ) -> Response:
        current, hops, tries = url, 0, 1
        while True:
            status: int | None = None
            self._admit(current, source, store, robots)
            try:
                self._wait(current, source)
                self.deadline.start(source.max_seconds)
                with self._http.stream("GET", current, headers=self._headers(source, known, body)) as response:
                    status = response.status_code
                    if status not in (200, 206):
                        _drain(response)
                    if status in _REDIRECTS and "location" in response.headers:
                        hops += 1
                        if hops > _MOST_REDIRECTS:
                            raise Refused(f"redirected more than {_MOST_REDIRECTS} times")
                        current = _target(current, response.headers["location"])
                        continue
                    if status == 304 and (known["etag"] or known["last"]):
                        body.discard()
                        self._failures[authority(current)] = 0
                        return Response(current, status, None, 0, dict(response.headers), tries)
                    if status == 416 and body.size:
                        body.restart()  # what is there does not fit the file as it is now
                        trouble, pause = "the server refused to go on where the body broke off", None
                    elif status in _PASSING:
                        trouble, pause = f"{status} {response.reason_phrase}", self._asked(current, response)
                    elif status not in (200, 206):
                        self._failures[authority(current)] = 0
                        raise Failed(f"{status} {response.reason_phrase}".strip(), status)
                    else:
                        body.receive(response)
                        part = body.close()
                        self._failures[authority(current)] = 0
                        return Response(current, 200, part, body.size, dict(response.headers), tries)
            except PrivateAddress as error:
                raise Refused(str(error)) from error
            except CutShort as error:
                trouble, pause = str(error), None
            except httpx.TimeoutException as error:
                if self.deadline.left() <= 0:
                    self._count_failure(authority(current))
                    text = f"not complete after {source.max_seconds:g} seconds ({body.size} bytes came)"
                    raise Failed(text, status) from error
                trouble, pause = "no answer in time", None
            except (httpx.TransportError, httpx.DecodingError) as error:
                trouble, pause = str(error) or type(error).__name__, None
            except (Refused, Failed, Budget, RootError):
                raise
            except Exception as error:  # whatever an answer makes a library raise ends with its address
                trouble, pause = f"an answer that cannot be read ({type(error).__name__}: {error})", None
            if tries >= self.tries:
                self._count_failure(authority(current))
                raise Failed(f"{trouble}, after {tries} tries" if tries > 1 else trouble, status)
            if pause is None:
                pause = self.backoff * 2 ** (tries - 1) * (1 + random.random())
            elif pause > self.patience:
                text = f"{authority(current)} asks to come back in {pause:.0f} seconds"
                self._left_alone[authority(current)] = text
                raise Failed(f"{trouble}: {text}; left for the next run", status)
            tries += 1
            self.network.sleep(pause)

    def _count_failure(self, host: str) -> None:
        self._failures[host] = self._failures.get(host, 0) + 1
        if self._failures[host] >= _MOST_FAILURES:
            self._left_alone[host] = f"{host} failed {_MOST_FAILURES} times in a row"

    def sitemaps(self, origin: str) -> tuple[str, ...]:
        """Addresses of sitemaps in the robots.txt of an origin that was asked for a page already."""
        rules = self._robots.get(origin)
        return tuple(rules.sitemaps) if isinstance(rules, Protego) else ()

    def _headers(self, source: SourceSpec, known: dict[str, str | None], body: Body) -> dict[str, str]:
        contact = f" (+{source.contact})" if source.contact else ""
        # identity: a range of a compressed body is of no use, and a small body cannot unpack to a huge one.
        headers = {"User-Agent": f"{PRODUCT}/{__version__}{contact}", "Accept-Encoding": "identity", "Accept": "*/*"}
        if body.resumable:
            return {**headers, "Range": f"bytes={body.size}-", "If-Range": body.validator}
        body.restart()
        if known["etag"]:
            headers["If-None-Match"] = known["etag"]
        if known["last"]:
            headers["If-Modified-Since"] = known["last"]
        return headers

    def _admit(self, url: str, source: SourceSpec, store: Store, robots: bool) -> None:
        scheme = url.partition(":")[0]
        if scheme not in ("http", "https"):
            raise Refused(f"led to {url}, which is not http or https")
        if "@" in url.split("/", 3)[2]:
            raise Refused("led to an address with a user name")
        host = authority(url)
        if host not in source.hosts:
            raise Refused(f"led to {host}, which is not among the hosts of source {source.id}")
        if host in self._left_alone:
            raise Failed(f"{self._left_alone[host]}; left for the next run")
        self.network.allow_private = source.allow_private
        if robots and (reason := self._forbidden(url, source, store)):
            raise Refused(reason)

    def _wait(self, url: str, source: SourceSpec) -> None:
        spent = self._spent.get(source.id, 0)
        if spent >= source.budget:
            raise Budget(f"the budget of {source.budget} requests is used up")
        host = authority(url)
        pause = self._next.get(host, 0.0) - time.monotonic()
        if pause > 0:
            self.network.sleep(pause)
        self._spent[source.id] = spent + 1
        self.requests += 1
        self._next[host] = time.monotonic() + max(source.delay, self._slower.get(host, 0.0))

    def _asked(self, url: str, response: httpx.Response) -> float | None:
        """Seconds that the server asks to wait, if it does; a host that has had too much is asked less often."""
        host = authority(url)
        if response.status_code == 429:
            self._slower[host] = min(_LONGEST_DELAY, max(0.5, 2 * self._slower.get(host, 0.0)))
        value = response.headers.get("retry-after", "").strip()
        if re.fullmatch("[0-9]{1,9}", value):
            return float(value)
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
        except (ValueError, OverflowError):
            return None

    def _forbidden(self, url: str, source: SourceSpec, store: Store) -> str | None:
        origin = "/".join(url.split("/", 3)[:3])
        if origin not in self._robots:
            self._robots[origin] = rules = self._read_robots(origin, source, store)
            if isinstance(rules, Protego) and (delay := rules.crawl_delay(PRODUCT)):
                host = authority(url)
                self._slower[host] = max(self._slower.get(host, 0.0), min(_LONGEST_DELAY, float(delay)))
        rules = self._robots[origin]
        if isinstance(rules, (Failed, Refused)):
            raise rules
        return None if rules.can_fetch(url, PRODUCT) else "robots.txt of the host forbids it"

    def _read_robots(self, origin: str, source: SourceSpec, store: Store) -> Protego | Failed | Refused:
        """Rules as RFC 9309 has them: none where there is no file, nothing allowed where it cannot be had."""
        url = f"{origin}/robots.txt"
        standing = store.ledger.history(url)
        good = standing.good if standing and standing.good and (standing.good.sha256 or "") in store else None
        receipt = Receipt(url=url, time=now(), source=source.id, state="failed", kind="robots")
        try:
            answer = self.get(
                url,
                source,
                store,
                etag=good.etag if good else None,
                last_modified=good.last_modified if good else None,
                limit=_ROBOTS_LIMIT,
                robots=False,
            )
        except Failed as error:
            store.ledger.append(msgspec.structs.replace(receipt, status=error.status, reason=str(error)))
            if error.status is not None and 400 <= error.status < 500 and error.status != 429:
                return Protego.parse("")
            return Failed(f"robots.txt of the host cannot be read: {error}", error.status)
        except Refused as error:
            store.ledger.append(msgspec.structs.replace(receipt, state="refused", reason=str(error)))
            return Refused(f"robots.txt of the host cannot be read: {error}")
        if answer.part is None and good is not None and good.sha256:
            sha256 = good.sha256
            receipt = msgspec.structs.replace(good, time=now(), state="unchanged", status=304)
        else:
            assert answer.part is not None
            sha256 = store.keep(answer.part)
            receipt = msgspec.structs.replace(
                receipt,
                state="unchanged" if good and good.sha256 == sha256 else "fetched",
                status=answer.status,
                sha256=sha256,
                bytes=answer.size,
                media_type="text/plain",
                etag=answer.etag,
                last_modified=answer.last_modified,
            )
        store.ledger.append(receipt)
        return Protego.parse(store.read(sha256).decode("utf-8", "replace"))


def _drain(response: httpx.Response) -> None:
    """Read the rest of a short answer, so that its connection can be used again."""
    length = response.headers.get("content-length", "0" if response.status_code == 304 else "")
    if re.fullmatch("[0-9]{1,4}", length):
        response.read()


def _target(current: str, location: str) -> str:
    try:
        target = pages.canonical(urljoin(current, location))
    except (ValueError, UnicodeError) as error:
        raise Refused("redirected to what is not an address") from error
    if current.startswith("https:") and target.startswith("http:"):
        raise Refused(f"redirected from https to http: {target}")
    return target
