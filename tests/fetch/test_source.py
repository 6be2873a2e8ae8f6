"""Fetching a source over real sockets: changes, refusals, bad servers, limits, manners, several sources."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore
import pytest
import servers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from servers import Site, pdf

from aisi_ingest import log, sources
from aisi_ingest.fetch import listings, local_files
from aisi_ingest.fetch import source as fetching
from aisi_ingest.fetch.client import Client
from aisi_ingest.fetch.hosts import HostState
from aisi_ingest.fetch.network import Deadline, GuardedNetwork
from aisi_ingest.fetch.request import FetchFailed
from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.sources import SourceSpec
from aisi_ingest.storage.store import Store

FetchSite = Callable[..., fetching.CrawlResult]


@pytest.fixture
def site() -> Iterator[Site]:
    with servers.serving() as site:
        yield site


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


class RecordingNetwork(GuardedNetwork):
    """A network that records the requested pauses, and sleeps a hundredth of each."""

    def __init__(self) -> None:
        super().__init__(Deadline())
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        time.sleep(seconds / 100)


def source_of(site: Site, **fields: Any) -> SourceSpec:
    return replace(sources.from_index([f"{site.url}/"], contact="https://example.org/about"), **fields)


@pytest.fixture
def fetch_site(site: Site, store: Store) -> FetchSite:
    def fetch_source(network: Any = None, force: bool = False, only: Any = (), **fields: Any) -> fetching.CrawlResult:
        with Client(network or RecordingNetwork()) as client:
            return fetching.fetch(source_of(site, **fields), store, client=client, force=force, only=only)

    return fetch_source


def by_name(result: fetching.CrawlResult) -> dict[str, listings.Fetched]:
    return {each.receipt.url.rsplit("/", 1)[-1]: each for each in result.fetched}


def only_one(result: fetching.CrawlResult) -> listings.Fetched:
    (one,) = result.fetched
    return one


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# What is downloaded, and what is not downloaded again


def test_documents_on_an_index_page_are_stored_under_their_digest(
    site: Site, store: Store, fetch_site: FetchSite
) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"], site["/b.pdf"] = pdf("a"), pdf("b")
    found = by_name(fetch_site())
    assert [each.receipt.state for each in found.values()] == ["fetched", "fetched"]
    listing = found["a.pdf"].listing
    assert listing is not None
    assert store.read(listing.source.sha256) == pdf("a")
    assert (listing.source.file, listing.title, listing.lang) == ("a.pdf", "a.pdf as linked", "en")


def test_a_second_run_sends_only_conditional_requests(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = pdf("a")
    site["/robots.txt"] = b"User-agent: *\nDisallow: /private/\n"
    fetch_site()
    site.requests.clear()
    again = only_one(fetch_site())
    assert again.receipt.state == "unchanged" and again.receipt.status == 304 and not again.changed
    assert {request.path for request in site.requests} == {"/robots.txt", "/", "/a.pdf"}
    assert all("if-none-match" in request.headers for request in site.requests)


def test_without_an_etag_the_conditional_request_uses_the_date(site: Site, fetch_site: FetchSite) -> None:
    day = formatdate(1_700_000_000, usegmt=True)
    site.index("a.pdf")
    site["/a.pdf"] = (
        lambda handler: handler.send(200, pdf("a"), Last_Modified=day),
        lambda handler: handler.send(304 if handler.headers.get("If-Modified-Since") == day else 500),
    )
    fetch_site()
    assert only_one(fetch_site()).receipt.status == 304


def test_the_same_bytes_sent_again_are_unchanged(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = lambda handler: handler.send(200, pdf("a"))
    fetch_site()
    again = only_one(fetch_site())
    assert again.receipt.state == "unchanged" and again.receipt.status == 200 and not again.changed


def test_force_downloads_the_bytes_again(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = pdf("a")
    fetch_site()
    assert only_one(fetch_site(force=True)).receipt.status == 200


def test_bytes_lost_from_disk_are_downloaded_again(site: Site, store: Store, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = pdf("a")
    fetch_site()
    store.path(sha256(pdf("a"))).unlink()
    assert only_one(fetch_site()).receipt.status == 200
    assert store.read(sha256(pdf("a"))) == pdf("a")


def test_a_changed_file_is_a_new_edition_and_the_old_bytes_stay(
    site: Site, store: Store, fetch_site: FetchSite
) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = (pdf("first"), pdf("second"))
    fetch_site()
    changed = only_one(fetch_site())
    assert changed.changed and changed.receipt.state == "fetched"
    assert store.read(sha256(pdf("first"))) == pdf("first") and store.read(sha256(pdf("second"))) == pdf("second")
    history = store.ledger.history(f"{site.url}/a.pdf")
    assert history
    assert [version.sha256 for version in history.versions] == [sha256(pdf("second")), sha256(pdf("first"))]


def test_only_selects_documents_and_the_others_stay_known(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"], site["/b.pdf"] = pdf("a"), pdf("b")
    fetch_site()
    site.requests.clear()
    found = by_name(fetch_site(only=["b.pdf"]))
    assert not site.requests_for("/a.pdf") and site.requests_for("/b.pdf")
    assert found["a.pdf"].listing is not None


def test_every_attempt_is_logged_with_document_and_seconds(site: Site, fetch_site: FetchSite, tmp_path: Path) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"] = pdf("a")
    with log.writing(tmp_path / "run.jsonl"):
        fetch_site()
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    logged = {line["document"]: (line["level"], line["message"], line["stage"]) for line in lines}
    assert logged == {
        "a.pdf": ("info", "a.pdf fetched", "fetch"),
        "b.pdf": ("warning", "b.pdf failed", "fetch"),
    }
    assert all(line["seconds"] >= 0 for line in lines)


# Refused bytes are reported, and never replace good bytes


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><html><body>Not found %PDF-1.7</body></html>", "a web page (HTML) was served"),
        (b"{}", "a text file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither a PDF nor a PPTX"),
        (pdf("a")[:30], "the PDF ends early"),
        (b"PK\x03\x04 and no directory", "a damaged or truncated PPTX"),
    ],
)
def test_bytes_that_are_no_document_are_refused_and_the_last_good_file_stays(
    site: Site, store: Store, fetch_site: FetchSite, body: bytes, reason: str
) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"], site["/b.pdf"] = (pdf("good"), body), pdf("b")
    fetch_site()
    found = by_name(fetch_site())
    refused = found["a.pdf"]
    assert refused.receipt.state == "refused" and refused.receipt.reason and reason in refused.receipt.reason
    assert "a.pdf" in refused.issues[0].message and refused.issues[0].level == "error"
    assert refused.listing and refused.listing.source.sha256 == sha256(pdf("good"))
    assert found["b.pdf"].receipt.state == "unchanged"
    assert not list(store.raw.glob("incoming/*"))


def test_a_refused_file_is_requested_again_and_accepted_once_it_is_good(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = (b"", pdf("a"))
    assert only_one(fetch_site()).listing is None
    assert only_one(fetch_site()).receipt.state == "fetched"


def test_a_body_declared_longer_than_the_limit_is_not_downloaded(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = servers.claims(5 << 30)
    refused = only_one(fetch_site())
    assert refused.receipt.state == "refused" and refused.receipt.reason == "larger than 200.0 MiB: 5120.0 MiB"


def test_an_endless_body_is_stopped_at_the_limit(site: Site, store: Store, fetch_site: FetchSite) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"], site["/b.pdf"] = servers.endless(), pdf("b")
    found = by_name(fetch_site(max_megabytes=2))
    assert found["a.pdf"].receipt.reason == "larger than 2.0 MiB: download stopped"
    assert found["b.pdf"].receipt.state == "fetched"
    assert not list(store.raw.glob("incoming/*"))


# Bad servers


def test_a_server_error_is_retried_after_growing_pauses(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = (servers.status(500), servers.status(500), pdf("a"))
    network = RecordingNetwork()
    receipt = only_one(fetch_site(network)).receipt
    assert (receipt.state, receipt.tries) == ("fetched", 3)
    first, second = network.slept
    assert 1 <= first <= 2 <= second <= 4


def test_a_lasting_server_error_fails_with_its_status(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = servers.status(503)
    receipt = only_one(fetch_site()).receipt
    assert (receipt.state, receipt.status) == ("failed", 503)
    assert receipt.reason == "503 Service Unavailable, after 4 tries"


def test_a_status_429_waits_for_the_requested_time(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = (servers.status(429, Retry_After="7"), pdf("a"))
    network = RecordingNetwork()
    assert only_one(fetch_site(network)).receipt.state == "fetched"
    assert 7.0 in network.slept


def test_retry_after_may_be_a_date(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = (servers.status(503, Retry_After=formatdate(time.time() + 20, usegmt=True)), pdf("a"))
    network = RecordingNetwork()
    assert only_one(fetch_site(network)).receipt.state == "fetched"
    assert 15 < max(network.slept) <= 20


def test_a_host_that_asks_to_wait_for_an_hour_gets_no_more_requests_in_the_run(
    site: Site, fetch_site: FetchSite
) -> None:
    site.index("a.pdf", "b.pdf", "c.pdf")
    for name in "abc":
        site[f"/{name}.pdf"] = servers.status(429, Retry_After="3600")
    found = fetch_site()
    assert all(each.receipt.state == "failed" for each in found.fetched)
    assert sum(request.path.endswith(".pdf") for request in site.requests) == 1


def test_a_host_that_is_down_is_not_requested_for_every_document(site: Site, fetch_site: FetchSite) -> None:
    names = [f"{number}.pdf" for number in range(30)]
    site.index(*names)
    for name in names:
        site[f"/{name}"] = servers.status(502)
    found = fetch_site()
    assert len(found.fetched) == 30 and all(each.issues for each in found.fetched)
    assert sum(request.path.endswith(".pdf") for request in site.requests) == 5 * 4


def test_an_interrupted_body_is_resumed_where_it_broke_off(site: Site, store: Store, fetch_site: FetchSite) -> None:
    body = pdf("a", 50_000)
    site.index("a.pdf")
    tail = servers.cut_tail(body, 20_000)
    site["/a.pdf"] = (servers.cut(body, 10_000), tail, servers.resource(body, "same"))
    receipt = only_one(fetch_site()).receipt
    assert receipt.state == "fetched" and store.read(receipt.sha256 or "") == body
    assert [request.headers.get("range") for request in site.requests_for("/a.pdf")] == [
        None,
        "bytes=10000-",
        "bytes=30000-",
    ]


def test_a_file_that_changes_between_reads_is_read_from_the_start(
    site: Site, store: Store, fetch_site: FetchSite
) -> None:
    old, new = pdf("old", 50_000), pdf("new", 50_000)
    site.index("a.pdf")
    site["/a.pdf"] = (servers.cut(old, 10_000, '"one"'), servers.resource(new, "two"))
    receipt = only_one(fetch_site()).receipt
    assert receipt.sha256 == sha256(new) and receipt.etag == '"two"'


def test_a_refused_range_is_followed_by_a_request_for_the_whole_body(site: Site, fetch_site: FetchSite) -> None:
    body = pdf("a", 50_000)
    site.index("a.pdf")
    site["/a.pdf"] = (servers.cut(body, 10_000), servers.status(416), servers.resource(body, "same"))
    assert only_one(fetch_site()).receipt.sha256 == sha256(body)
    ranges = [request.headers.get("range") for request in site.requests_for("/a.pdf")]
    assert ranges == [None, "bytes=10000-", None]


def test_a_range_of_another_file_is_never_appended(site: Site, fetch_site: FetchSite) -> None:
    old, new = pdf("old", 50_000), pdf("new", 50_000)
    site.index("a.pdf")
    careless = servers.cut_tail(
        new, 50_000, '"two"'
    )  # sends a range of the new file although If-Range names the old one
    site["/a.pdf"] = (servers.cut(old, 10_000, '"one"'), careless, servers.resource(new, "two"))
    assert only_one(fetch_site()).receipt.sha256 == sha256(new)


def test_an_interrupted_body_without_etag_or_date_is_read_from_the_start(site: Site, fetch_site: FetchSite) -> None:
    body = pdf("a", 50_000)
    site.index("a.pdf")
    site["/a.pdf"] = (servers.cut(body, 10_000, None), body)
    assert only_one(fetch_site()).receipt.sha256 == sha256(body)
    assert all("range" not in request.headers for request in site.requests_for("/a.pdf"))


def test_a_body_that_always_breaks_off_fails_and_the_last_good_file_stays(
    site: Site, store: Store, fetch_site: FetchSite
) -> None:
    body = pdf("new", 50_000)
    site.index("a.pdf")
    site["/a.pdf"] = (pdf("good"), servers.cut(body, 10_000, None))
    fetch_site()
    failed = only_one(fetch_site())
    assert failed.receipt.reason == "the body broke off after 10000 of 50000 bytes, after 4 tries"
    assert failed.listing and failed.listing.source.sha256 == sha256(pdf("good"))
    assert not list(store.raw.glob("incoming/*"))


def test_a_content_length_that_is_too_large_fails(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = servers.wrong_length(pdf("a"), len(pdf("a")) + 10)
    assert "broke off" in (only_one(fetch_site()).receipt.reason or "")


def test_a_content_length_that_is_too_small_is_detected_by_the_missing_end(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = servers.wrong_length(pdf("a"), len(pdf("a")) - 20)
    assert only_one(fetch_site()).receipt.reason == "the PDF ends early: its last part is missing"


def test_a_slow_body_ends_at_the_time_limit(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"], site["/b.pdf"] = servers.drip(pdf("a"), 0.1), pdf("b")
    found = by_name(fetch_site(max_seconds=1.0))
    assert (found["a.pdf"].receipt.reason or "").startswith("not complete after 1 seconds")
    assert found["b.pdf"].receipt.state == "fetched"


def test_endless_headers_end_at_the_time_limit(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = servers.drip_headers(0.1)
    assert (only_one(fetch_site(max_seconds=1.0)).receipt.reason or "").startswith("not complete after 1 seconds")


GOOD = pdf("good")
LENGTH = str(len(GOOD)).encode()


@pytest.mark.parametrize(
    ("response", "state"),
    [
        (b"", "failed"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "failed"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", "failed"),
        (b"HTTP/1.1 999 What\r\n\r\n", "failed"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "failed"),
        (b"HTTP/1.1 302 Found\r\n\r\n", "failed"),
        (b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe://\r\nContent-Length: 0\r\n\r\n", "failed"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "failed"),
        (b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\nhello", "failed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "failed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nhello", "failed"),
        (b"HTTP/1.1 429 Wait\r\nRetry-After: \xc2\xb2\r\nContent-Length: \xb2\r\n\r\n", "failed"),
        (b"HTTP/1.1 503 Wait\r\nRetry-After: Mon, 99 Foo 20000 99:99:99 GMT\r\nContent-Length: 0\r\n\r\n", "failed"),
        (b"HTTP/1.1 503 Wait\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n", "failed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nhello", "failed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "failed"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", "failed"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + GOOD, "fetched"),
        (b"HTTP/1.1 200 OK\r\nETag: \xff\r\nContent-Length: " + LENGTH + b"\r\n\r\n" + GOOD, "fetched"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(GOOD), "fetched"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(30 << 20)), "refused"),
    ],
)
def test_any_response_leaves_a_receipt_and_affects_no_other_document(
    site: Site, store: Store, fetch_site: FetchSite, response: bytes, state: str
) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"], site["/b.pdf"] = servers.raw(response), pdf("b")
    found = by_name(fetch_site(max_megabytes=2))
    receipt = found["a.pdf"].receipt
    assert (receipt.state, bool(receipt.reason)) == (state, state != "fetched"), receipt.reason
    assert found["b.pdf"].receipt.state == "fetched"
    assert [each.state for each in store.ledger if each.url == receipt.url] == [state]
    by_name(fetch_site(max_megabytes=2))  # what the store recorded of the response does not break the next run


# Redirects and hosts


def test_a_redirect_on_the_same_host_is_followed(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"], site["/files/real.pdf"] = servers.redirect("/files/real.pdf", 301), pdf("a")
    fetched = only_one(fetch_site())
    assert fetched.receipt.state == "fetched" and fetched.receipt.url == f"{site.url}/a.pdf"


def test_a_redirect_to_another_host_is_refused_without_a_request(site: Site, fetch_site: FetchSite) -> None:
    with servers.serving() as other:
        other["/a.pdf"] = pdf("a")
        site.index("a.pdf")
        site["/a.pdf"] = servers.redirect(f"{other.url}/a.pdf")
        refused = only_one(fetch_site())
    assert refused.receipt.state == "refused"
    assert (
        refused.receipt.reason
        == f"the address is on {other.host}, which is not among the hosts of source {source_of(site).id}"
    )
    assert not other.requests


def test_a_redirect_loop_ends(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    site["/a.pdf"], site["/b.pdf"] = servers.redirect("/b.pdf"), servers.redirect("/a.pdf")
    assert only_one(fetch_site()).receipt.reason == "redirected more than 5 times"


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:pw@{host}/b.pdf", "http://[x/"]
)
def test_a_redirect_to_an_invalid_url_is_refused(site: Site, fetch_site: FetchSite, target: str) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = servers.redirect(target.format(host=site.host))
    assert only_one(fetch_site()).receipt.state == "refused"


def test_links_to_other_hosts_are_not_followed(site: Site, fetch_site: FetchSite) -> None:
    site.index(
        "a.pdf", "https://example.org/b.pdf", "//example.net/c.pdf", f"http://localhost:{site.server_port}/d.pdf"
    )
    site["/a.pdf"] = pdf("a")
    assert list(by_name(fetch_site())) == ["a.pdf"]


class FakeDns(RecordingNetwork):
    """Resolves host names to given addresses; each connection ends at the server of the test."""

    def __init__(self, site: Site, names: dict[str, str]) -> None:
        super().__init__()
        self.site, self.names, self.connected = site, names, list[str]()

    def resolve(self, host: str, port: int) -> list[str]:
        return [self.names[host]]

    def connect(self, address: str, port: int, timeout: float | None, **options: Any) -> httpcore.NetworkStream:
        self.connected.append(address)
        return super().connect("127.0.0.1", self.site.server_port, timeout, **options)


def public(**fields: Any) -> SourceSpec:
    (source,) = sources.parse('[[source]]\nid = "public"\nindex = ["http://docs.example/"]\ndelay = 0.0')
    return replace(source, **fields)


def test_the_connection_goes_to_the_ip_address_that_was_checked(site: Site, store: Store) -> None:
    site.index("a.pdf")
    site["/a.pdf"] = pdf("a")
    network = FakeDns(site, {"docs.example": "93.184.216.34"})
    with Client(network) as client:
        assert only_one(fetching.fetch(public(), store, client=client)).receipt.state == "fetched"
    assert set(network.connected) == {"93.184.216.34"}


PRIVATE = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255"]
PRIVATE += ["::1", "fe80::1%eth0", "fd00::1", "::ffff:192.168.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_public_host_name_with_a_private_address_is_refused(site: Site, store: Store, address: str) -> None:
    network = FakeDns(site, {"docs.example": address})
    with Client(network) as client:
        result = fetching.fetch(public(), store, client=client)
    assert not network.connected and not site.requests
    assert any("private address" in issue.message for issue in result.issues)


def test_a_redirect_from_a_public_host_to_loopback_is_refused(site: Site, store: Store) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"] = servers.redirect("http://127.0.0.1/secret.pdf")
    site["/b.pdf"] = servers.redirect("http://inner.example/secret.pdf")
    site["/secret.pdf"] = pdf("secret")
    network = FakeDns(site, {"docs.example": "93.184.216.34", "127.0.0.1": "127.0.0.1", "inner.example": "127.0.0.1"})
    with Client(network) as client:
        # inner.example is among the hosts of the source: its IP address must be refused
        found = by_name(fetching.fetch(public(hosts=("docs.example", "inner.example")), store, client=client))
    assert {each.receipt.state for each in found.values()} == {"refused"}
    assert "not among the hosts" in (found["a.pdf"].receipt.reason or "")
    assert "private address 127.0.0.1" in (found["b.pdf"].receipt.reason or "")
    assert not site.requests_for("/secret.pdf")


# Polite requests


def test_the_user_agent_has_a_contact(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf")
    fetch_site()
    agents = {request.headers["user-agent"] for request in site.requests}
    (agent,) = agents
    assert agent.startswith("aisi-ingest/") and agent.endswith("(+https://example.org/about)")


def test_addresses_disallowed_by_robots_txt_are_not_requested(site: Site, fetch_site: FetchSite) -> None:
    site["/robots.txt"] = b"User-agent: *\nDisallow: /private/\n"
    site.index("private/a.pdf", "b.pdf")
    site["/private/a.pdf"], site["/b.pdf"] = pdf("a"), pdf("b")
    found = by_name(fetch_site())
    assert found["a.pdf"].receipt.reason == "robots.txt of the host disallows it"
    assert found["b.pdf"].receipt.state == "fetched" and not site.requests_for("/private/a.pdf")


def test_a_host_whose_robots_txt_cannot_be_read_gets_no_requests(site: Site, fetch_site: FetchSite) -> None:
    site["/robots.txt"] = servers.status(500)
    site.index("a.pdf")
    result = fetch_site()
    assert not result.fetched and not site.requests_for("/")
    assert any(issue.level == "error" and "robots.txt" in issue.message for issue in result.issues)


def test_requests_to_a_host_keep_the_delay_of_the_source_and_the_crawl_delay(site: Site, fetch_site: FetchSite) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"], site["/b.pdf"] = pdf("a"), pdf("b")
    network = RecordingNetwork()
    fetch_site(network, delay=3.0)
    assert len(network.slept) == 3 and all(2.5 < pause <= 3.0 for pause in network.slept)
    site["/robots.txt"] = b"User-agent: *\nCrawl-delay: 9\n"
    network = RecordingNetwork()
    fetch_site(network, delay=3.0)
    assert max(network.slept) > 8.5


def test_an_exhausted_budget_is_reported_and_the_next_run_continues_with_the_rest(
    site: Site, fetch_site: FetchSite
) -> None:
    names = [f"{letter}.pdf" for letter in "abcdef"]
    site.index(*names)
    for name in names:
        site[f"/{name}"] = pdf(name)
    first = fetch_site(budget=5)  # robots.txt, the index page, three documents
    assert len(first.fetched) == 3
    assert any(issue.code == "budget" and "3 documents are left" in issue.message for issue in first.issues)
    second = fetch_site(budget=5)
    assert len(second.fetched) == 6 and all(each.listing for each in second.fetched)


# Index pages


def test_a_document_without_a_link_is_withdrawn_until_the_link_returns(
    site: Site, store: Store, fetch_site: FetchSite
) -> None:
    site["/a.pdf"], site["/b.pdf"] = pdf("a"), pdf("b")
    site.index("a.pdf", "b.pdf")
    fetch_site()
    site.index("b.pdf")
    gone = by_name(fetch_site())["a.pdf"]
    assert gone.receipt.state == "withdrawn" and gone.listing is not None and gone.issues[0].level == "warning"
    assert store.read(sha256(pdf("a"))) == pdf("a")
    assert by_name(fetch_site())["a.pdf"].receipt.state == "withdrawn"
    assert sum(receipt.state == "withdrawn" for receipt in store.ledger) == 1
    site.index("a.pdf", "b.pdf")
    assert by_name(fetch_site())["a.pdf"].receipt.state == "unchanged"


@pytest.mark.parametrize("broken", [servers.status(500), servers.status(404), b"<html>Under maintenance</html>"])
def test_an_index_page_that_fails_withdraws_nothing(site: Site, fetch_site: FetchSite, broken: Any) -> None:
    site["/a.pdf"] = pdf("a")
    site.index("a.pdf")
    fetch_site()
    site["/"] = broken
    result = fetch_site()
    assert only_one(result).receipt.state == "fetched" and only_one(result).listing is not None
    assert any(issue.level == "error" for issue in result.issues)


def test_fewer_documents_than_expected_is_an_error_and_withdraws_nothing(site: Site, fetch_site: FetchSite) -> None:
    site["/a.pdf"], site["/b.pdf"] = pdf("a"), pdf("b")
    site.index("a.pdf", "b.pdf")
    fetch_site()
    site.index("b.pdf")
    result = fetch_site(expect=sources.Expect(documents=2))
    assert by_name(result)["a.pdf"].receipt.state == "fetched"
    assert any(issue.code == "fewer_than_expected" and issue.level == "error" for issue in result.issues)


def test_a_plan_lists_what_a_run_would_do_and_downloads_no_document(
    site: Site, store: Store, fetch_site: FetchSite
) -> None:
    site["/a.pdf"], site["/b.pdf"] = pdf("a"), pdf("b")
    site.index("a.pdf", "b.pdf")
    fetch_site()
    site.index("b.pdf", "c.pdf")
    site.requests.clear()
    plan = fetching.plan(source_of(site), store)
    assert [link.url[-5:] for link in plan.new] == ["c.pdf"] and [link.url[-5:] for link in plan.known] == ["b.pdf"]
    assert [receipt.file for receipt in plan.withdrawn] == ["a.pdf"]
    assert not any(request.path.endswith(".pdf") for request in site.requests)


def test_a_plain_file_server_sends_no_bodies_in_the_second_run(tmp_path: Path) -> None:
    folder = tmp_path / "site" / "en"
    folder.mkdir(parents=True)
    (folder / "A.PDF").write_bytes(pdf("a"))
    (folder.parent / "index.html").write_text('<html lang="ja"><a href="en/">English</a>')
    (folder / "index.html").write_text('<html lang="en"><a href="A.PDF">The guide</a>')
    statuses: list[str] = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_request(self, code: Any = "-", size: Any = "-") -> None:
            statuses.append(f"{int(code)} {self.path}")

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder.parent)) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        source = sources.from_index([f"http://127.0.0.1:{server.server_port}/"])
        for _ in range(2):
            fetched = only_one(fetching.fetch(source, Store(tmp_path / "root")))
        server.shutdown()
    assert fetched.listing and (fetched.listing.source.file, fetched.listing.lang) == ("A.PDF", "en")
    assert statuses[:4] == ["404 /robots.txt", "200 /", "200 /en/", "200 /en/A.PDF"]
    assert statuses[4:] == ["404 /robots.txt", "304 /", "304 /en/", "304 /en/A.PDF"]


def test_other_index_pages_in_the_same_root_folder_withdraw_nothing(site: Site, store: Store) -> None:
    site["/a.pdf"], site["/b.pdf"] = pdf("a"), pdf("b")
    site.index("/a.pdf", path="/one/")
    site.index("/b.pdf", path="/two/")
    for path in ("/one/", "/two/"):
        fetching.fetch(sources.from_index([f"{site.url}{path}"]), store)
    assert {row.state for row in store.states()} == {"fetched"}


EVENTS = {
    "first": servers.resource(pdf("first"), "1"),
    "second": servers.resource(pdf("second"), "2"),
    "gone": servers.status(404),
    "broken": servers.status(500),
    "page": servers.resource(b"<html><body>sorry</body></html>", "3"),
    "cut": servers.cut(pdf("second", 9000), 4000),
    "unlisted": None,
}


@given(st.lists(st.sampled_from(sorted(EVENTS)), min_size=2, max_size=6))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_last_good_bytes_of_a_document_stay_after_any_events(site: Site, events: list[str]) -> None:
    good: str | None = None
    with tempfile.TemporaryDirectory() as root, Client(RecordingNetwork(), tries=2) as client:
        for event in events:
            response = EVENTS[event]
            site["/b.pdf"] = pdf("b")
            site["/a.pdf"] = response or servers.status(404)
            site.index("b.pdf", *(["a.pdf"] if response else []))
            client._hosts._given_up.clear()
            found = by_name(fetching.fetch(source_of(site), Store(root), client=client))
            good = event if event in ("first", "second") else good
            assert found["b.pdf"].listing and found["b.pdf"].receipt.state in ("fetched", "unchanged")
            if "a.pdf" in found:
                listing = found["a.pdf"].listing
                assert (listing.source.sha256 if listing else None) == (sha256(pdf(good)) if good else None)
                assert listing is None or Store(root).read(listing.source.sha256) == pdf(good or "")
            else:
                assert good is None
            for path in Path(root).glob("raw/??/*"):
                assert sha256(path.read_bytes()) == path.name


def test_the_run_after_one_killed_in_a_download_completes_it(site: Site, store: Store, fetch_site: FetchSite) -> None:
    site.index("a.pdf", "b.pdf")
    site["/a.pdf"], site["/b.pdf"] = pdf("a"), servers.drip(pdf("b", 5000), 0.05)
    code = (
        "import sys; from aisi_ingest import sources; from aisi_ingest.fetch import source as fetching\n"
        "from aisi_ingest.storage.store import Store\n"
        "s = Store(sys.argv[1])\n"
        "with s.lock():\n    fetching.fetch(sources.from_index([sys.argv[2]]), s)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(store.root), f"{site.url}/"])
    while not site.requests_for("/b.pdf"):
        time.sleep(0.01)
    process.kill()
    process.wait()
    site["/b.pdf"] = pdf("b", 5000)
    with store.lock():
        found = by_name(fetch_site())
    assert (found["a.pdf"].receipt.state, found["b.pdf"].receipt.state) == ("unchanged", "fetched")
    assert not list(store.raw.glob("incoming/*"))


# Files and addresses added by hand


def test_a_local_file_is_added_with_a_receipt(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "資料.pdf"
    path.write_bytes(pdf("a"))
    taken = local_files.add_file(path, store)
    assert taken.listing and taken.listing.source.file == "資料.pdf" and taken.listing.source.url is None
    assert taken.listing.origin == "manual" and taken.changed
    assert local_files.add_file(path, store).receipt.state == "unchanged"
    assert path.read_bytes() == pdf("a")


def test_files_with_the_same_name_in_two_folders_are_two_documents(store: Store, tmp_path: Path) -> None:
    for folder in ("ja", "en"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.pdf").write_bytes(pdf(folder))
        local_files.add_file(tmp_path / folder / "report.pdf", store)
    assert {each.listing.source.sha256 for each in listings.known_documents(store) if each.listing} == {
        sha256(pdf("ja")),
        sha256(pdf("en")),
    }
    (tmp_path / "ja" / "report.pdf").write_bytes(pdf("changed"))
    assert local_files.add_file(tmp_path / "ja" / "report.pdf", store).changed
    assert len(listings.known_documents(store)) == 2 and not any(str(tmp_path) in row.url for row in store.states())


@pytest.mark.parametrize("content", [b"", b"<html><body>no</body></html>", None])
def test_a_local_file_that_is_not_a_document_is_refused(store: Store, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.pdf"
    if content is not None:
        path.write_bytes(content)
    taken = local_files.add_file(path, store)
    assert taken.receipt.state == "refused" and taken.listing is None and "x.pdf" in taken.issues[0].message


def test_a_single_address_is_added_by_hand(site: Site, store: Store) -> None:
    site["/a.pdf"] = pdf("a")
    taken = fetching.add_url(f"{site.url}/a.pdf", store)
    assert taken.listing and taken.listing.origin == "manual" and taken.listing.source.url == f"{site.url}/a.pdf"


def test_an_invalid_address_cannot_be_added(store: Store) -> None:
    with pytest.raises(sources.SourcesError, match="has no host"):
        fetching.add_url("https:///a.pdf", store)


def test_known_documents_are_listed_without_the_network(site: Site, store: Store, fetch_site: FetchSite) -> None:
    site["/a.pdf"] = pdf("a")
    site.index("a.pdf")
    fetch_site()
    site.requests.clear()
    (known,) = listings.known_documents(Store(store.root), [source_of(site, publisher="j-aisi")])
    assert known.listing and known.listing.publisher == "j-aisi" and not site.requests


@pytest.mark.slow
def test_an_unchanged_site_with_a_thousand_documents_gets_only_conditional_requests(
    site: Site, store: Store, fetch_site: FetchSite
) -> None:
    names = [f"{number:04}.pdf" for number in range(1000)]
    site.index(*names)
    for name in names:
        site[f"/{name}"] = pdf(name)
    site["/robots.txt"] = b"User-agent: *\nAllow: /\n"
    fetch_site()
    site.requests.clear()
    again = fetch_site()
    assert len(site.requests) == 1002 and all("if-none-match" in request.headers for request in site.requests)
    assert not any(each.changed for each in again.fetched)


# A site without changes -----------------------------------------------------------------------------------


def test_a_second_run_over_an_unchanged_site_makes_only_conditional_requests(site: Site, fetch_site: FetchSite) -> None:
    """``python benchmarks/run.py --only unchanged`` measures the time of a whole run over 1,000 documents."""
    names = [f"record_{number:03}.pdf" for number in range(200)]
    site.index(*names)
    site["/robots.txt"] = b"User-agent: *\nAllow: /\n"
    for name in names:
        site[f"/{name}"] = pdf(name)
    assert {each.receipt.state for each in fetch_site(delay=0.0).fetched} == {"fetched"}
    site.requests.clear()
    again = fetch_site(delay=0.0)
    assert len(site.requests) == len(names) + 2 and all("if-none-match" in each.headers for each in site.requests)
    assert {(each.receipt.state, each.receipt.status, each.changed) for each in again.fetched} == {
        ("unchanged", 304, False)
    }


# Several sources on one host -----------------------------------------------------------------------------------------


def test_two_sources_on_one_host_keep_its_delay_together(site: Site, tmp_path: Path) -> None:
    delay = 0.25
    both = []
    for number, path in enumerate(("/", "/more/")):
        site.index("a.pdf", path=path)
        site[f"{path}a.pdf"] = pdf(path)
        both.append(replace(source_of(site, id=f"s{number}", delay=delay), index=(f"{site.url}{path}",), depth=0))
    orchestrator.run(Settings(root=str(tmp_path), ocr=False), both)
    pauses = len(site.times) - 1
    assert pauses >= 4
    # A busy machine only makes the whole longer. Without a common delay there would be one pause less.
    assert site.times[-1] - site.times[0] > (pauses - 0.5) * delay


def test_a_client_continues_with_the_state_of_hosts_of_the_client_before_it(site: Site, store: Store) -> None:
    site["/"] = (servers.status(429), b"a page")
    with Client(RecordingNetwork()) as client:
        client.get(f"{site.url}/", source_of(site, delay=1.0), store, robots=False)
        state_of_hosts = client.hosts
    assert state_of_hosts[site.host].min_delay >= 0.5 and state_of_hosts[site.host].next_request_at > time.time()
    network = RecordingNetwork()
    with Client(network, hosts=state_of_hosts) as client:
        client.get(f"{site.url}/", source_of(site, delay=0.0), store, robots=False)
        client.get(f"{site.url}/", source_of(site, delay=0.0), store, robots=False)
    assert 0 < network.slept[0] <= 1.0 and network.slept[1] > 0.4


def test_a_host_given_up_for_one_source_gets_no_requests_for_the_next(site: Site, store: Store) -> None:
    state_of_hosts = {site.host: HostState(given_up="it failed 5 times in a row")}
    with (
        Client(RecordingNetwork(), hosts=state_of_hosts) as client,
        pytest.raises(FetchFailed, match="left for the next run"),
    ):
        client.get(f"{site.url}/", source_of(site), store)
    assert site.requests == []


def test_a_clock_that_jumped_does_not_stop_the_run(site: Site, store: Store) -> None:
    site["/"] = b"a page"
    network = RecordingNetwork()
    with Client(network, hosts={site.host: HostState(next_request_at=time.time() + 1e6)}) as client:
        client.get(f"{site.url}/", source_of(site), store, robots=False)
    assert network.slept[0] <= 60.0
