"""Servers that attack: bodies that unpack without end, forged addresses, redirects, cookies, and endless slowness."""

from __future__ import annotations

import functools
import gzip
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import servers
from msgspec.structs import replace
from servers import Site, pdf

from aisi_ingest import sources
from aisi_ingest.fetch import listings
from aisi_ingest.fetch import source as fetching
from aisi_ingest.fetch.client import Client
from aisi_ingest.fetch.encodings import FetchRefused, IncompleteBody, unpacked
from aisi_ingest.fetch.network import is_public
from aisi_ingest.fetch.source import CrawlResult
from aisi_ingest.pipeline import fetching as run_fetching
from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.storage.store import Store

RunOver = Callable[..., CrawlResult]
GIBIBYTE = 1 << 30


@functools.cache
def deflated_zeros(size: int) -> bytes:
    """Return a gzip file of this many zeros, made without so much memory."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


def only_one(result: CrawlResult) -> listings.Fetched:
    (one,) = result.fetched
    return one


# Content encodings

MEASURED = """
import resource, sys, tempfile
from pathlib import Path
from aisi_ingest import sources
from aisi_ingest.fetch import source as fetching
from aisi_ingest.fetch.client import Client
from aisi_ingest.storage.store import Store
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
with tempfile.TemporaryDirectory() as folder, Client(tries=1) as client:
    result = fetching.fetch(sources.from_index([sys.argv[1]], contact="a"), Store(Path(folder)), client=client)
for each in result.fetched:
    print(each.receipt.state, each.receipt.reason)
print(*(issue.message for issue in result.issues))
"""


def outcome_with_little_memory(url: str) -> str:
    done = subprocess.run([sys.executable, "-c", MEASURED, url], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("encoding", ["gzip, gzip, gzip", "gzip,deflate", "br", "zstd", "gzip, identity, gzip"])
def test_a_body_with_encodings_that_were_not_asked_for_is_refused(web: Site, run_over: RunOver, encoding: str) -> None:
    web["/pub/"] = b'<a href="a.pdf">a</a>'
    bomb = gzip.compress(gzip.compress(deflated_zeros(1 << 24)))
    web["/pub/a.pdf"] = lambda handler: handler.send(200, bomb, Content_Encoding=encoding)
    receipt = only_one(run_over()).receipt
    assert receipt.state == "refused" and encoding in (receipt.reason or "")
    assert len(web.requests_for("/pub/a.pdf")) == 1


@pytest.mark.parametrize("status", [200, 404, 500, 302])
def test_a_small_body_that_unpacks_to_gigabytes_needs_little_memory(web: Site, status: int) -> None:
    bomb = deflated_zeros(2 * GIBIBYTE)
    packed = gzip.compress(gzip.compress(bomb))
    web["/"] = b'<a href="a.pdf">a</a> <a href="b.pdf">b</a>'
    web["/a.pdf"] = lambda handler: handler.send(status, bomb, Content_Encoding="gzip")
    web["/b.pdf"] = lambda handler: handler.send(status, packed, Content_Encoding="gzip, gzip, gzip")
    lines = outcome_with_little_memory(f"{web.url}/").splitlines()
    assert [line.split()[0] in ("refused", "failed") for line in lines[:2]] == [True, True], lines
    assert "MemoryError" not in "".join(lines)


@pytest.mark.parametrize("name", ["/robots.txt", "/"])
def test_an_index_page_and_robots_txt_that_unpack_to_gigabytes_need_little_memory(web: Site, name: str) -> None:
    web["/"] = b'<a href="a.pdf">a</a>'
    web["/a.pdf"] = pdf("a")
    bomb = deflated_zeros(2 * GIBIBYTE)
    web[name] = lambda handler: handler.send(200, bomb, Content_Encoding="gzip")
    assert "larger than" in outcome_with_little_memory(f"{web.url}/")


RAW_DEFLATE = zlib.compressobj(9, zlib.DEFLATED, -15)
PACKED = {
    "gzip": gzip.compress(pdf("a", 300_000)),
    "x-gzip": gzip.compress(pdf("a", 200_000)[:1000]) + gzip.compress(pdf("a", 200_000)[1000:]) + b"\0" * 9,
    "deflate": zlib.compress(pdf("a", 100_000)),
    "Deflate ": RAW_DEFLATE.compress(pdf("a", 100_000)) + RAW_DEFLATE.flush(),
    "identity": pdf("a"),
}


@pytest.mark.parametrize(("name", "packed"), PACKED.items(), ids=PACKED)
def test_a_body_that_is_packed_once_although_nothing_was_asked_for_is_read(
    web: Site, run_over: RunOver, name: str, packed: bytes
) -> None:
    web["/pub/"] = b'<a href="a.pdf">a</a>'
    web["/pub/a.pdf"] = lambda handler: handler.send(200, packed, Content_Encoding=name)
    assert only_one(run_over()).receipt.state == "fetched"


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_unpacking_does_not_depend_on_the_pieces_of_the_body(size: int) -> None:
    for name, packed in PACKED.items():
        pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
        assert b"".join(unpacked(pieces, name)) == b"".join(unpacked([packed], name))


def test_a_packed_body_that_ends_early_or_is_damaged_is_incomplete() -> None:
    packed = gzip.compress(pdf("a", 10_000))
    with pytest.raises(IncompleteBody):
        list(unpacked([packed[:-9]], "gzip"))
    with pytest.raises(IncompleteBody):
        list(unpacked([b"no gzip at all"], "gzip"))
    with pytest.raises(FetchRefused):
        list(unpacked([packed], "gzip, br"))


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "::127.0.0.1",
        "::1",
        "::ffff:0:127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::8.8.8.8",
        "fec0::1",
        "fe80::1%eth0",
        "fd00::1",
        "2001:470::5efe:10.0.0.1",
        "2001:470::200:5efe:127.0.0.1",
        "fe80::5efe:8.8.8.8",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "3fff::1",
        "2001:db8::1",
        "5f00::1",
        "ff02::1",
        "4000::1",
        "100::1",
        "0.0.0.0",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_an_address_outside_the_public_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "203.180.1.1", "2001:4860:4860::8888", "2400:4050::1", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)
def test_an_address_of_the_public_network_is_public(address: str) -> None:
    assert is_public(address)


# Redirects and cookies


@pytest.mark.parametrize(
    "location",
    [
        "http://0177.0.0.1/x.pdf",
        "http://2130706433/x.pdf",
        "http://0x7f.1/x.pdf",
        "http://ex\u00e4mple\u2024jp/x.pdf",
        "http://xn--a-\u00ff.example/x.pdf",
        "http://[::ffff:127.0.0.1%25eth0]/x.pdf",
        "http://[bad/x.pdf",
        "http://a.example:99999/x.pdf",
        "data:application/pdf;base64,JVBERi0=",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gopher://127.0.0.1:70/x",
        "http://user:word@a.example/x.pdf",
        "http://" + "a" * 300,
        "http://a.example/" + "a" * 9_000,
    ],
)
def test_a_redirect_to_a_forged_address_is_refused_at_once_and_names_the_file(
    web: Site, run_over: RunOver, location: str
) -> None:
    web["/pub/"] = b'<a href="guide.pdf">a</a>'
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    web["/pub/guide.pdf"] = servers.raw(head.encode())
    one = only_one(run_over())
    assert one.receipt.state == "refused", one.receipt.reason
    assert len(web.requests_for("/pub/guide.pdf")) == 1
    assert one.issues[0].message.startswith("guide.pdf: ") and len(one.issues[0].message) < 1000


def test_cookies_are_not_sent_back(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = servers.resource(b'<a href="a.pdf">a</a>', Set_Cookie="visit=1; Path=/")
    web["/pub/a.pdf"] = (
        lambda handler: handler.send(302, Location="/pub/b.pdf", Set_Cookie="visit=2"),
        servers.resource(pdf("a")),
    )
    web["/pub/b.pdf"] = pdf("b")
    run_over()
    assert len(web.requests) >= 4
    assert [request.headers.get("cookie") for request in web.requests] == [None] * len(web.requests)


# Time


def slow_then_missing(web: Site, count: int) -> None:
    """Alternate slow answers with missing ones, so that no host ever fails five times in a row."""
    web.index(*[f"{at}.pdf" for at in range(count)], path="/pub/")
    for at in range(count):
        web[f"/pub/{at}.pdf"] = servers.drip(b"%PDF-1.7" + b"x" * 10_000, 0.05) if at % 2 else servers.status(404)


def test_a_source_that_is_slow_without_end_stops_when_its_time_is_used_up(web: Site, run_over: RunOver) -> None:
    slow_then_missing(web, 400)
    result = run_over(max_minutes=0.05, max_seconds=1.0)
    (text,) = [issue.message for issue in result.issues if issue.code == "budget"]
    assert "the time of 0.05 minutes is used up" in text and "left for the next run" in text
    assert len(web.requests) < 100


def test_the_next_run_continues_with_what_was_left(web: Site, run_over: RunOver) -> None:
    web.index("a.pdf", "b.pdf", path="/pub/")
    web["/pub/a.pdf"], web["/pub/b.pdf"] = pdf("a"), servers.drip(pdf("b"), 0.01)
    run_over(max_minutes=0.01)
    web["/pub/b.pdf"] = pdf("b")
    assert {each.receipt.state for each in run_over().fetched} == {"fetched", "unchanged"}


def test_a_request_ends_with_the_time_of_its_source(web: Site, run_over: RunOver) -> None:
    web.index("a.pdf", path="/pub/")
    web["/pub/a.pdf"] = servers.drip(pdf("a", 100_000), 0.01)
    began = time.monotonic()
    receipt = only_one(run_over(max_minutes=0.02, max_seconds=600.0)).receipt
    assert receipt.state == "failed" and time.monotonic() - began < 100  # it would drip for 1,000 seconds


def test_a_run_has_a_time_for_all_its_sources(web: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_fetching, "_MAX_MINUTES", 0.05)
    slow_then_missing(web, 200)
    specs = [
        replace(sources.from_index([f"{web.url}/pub/"]), id=name, max_seconds=1.0, contact="a")
        for name in ("one", "two")
    ]
    report = orchestrator.run(Settings(root=str(tmp_path)), specs)
    texts = [issue.message for issue in report.issues if issue.code == "budget"]
    assert any(text.startswith("one: ") for text in texts)
    assert any(text.startswith("two: not read, because the run has used") for text in texts)


def test_a_run_withdraws_nothing_from_a_source_that_it_did_not_read(
    web: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.index("a.pdf", path="/pub/")
    web["/pub/a.pdf"] = pdf("a")
    spec = sources.from_index([f"{web.url}/pub/"])
    with Client() as client:
        fetching.fetch(spec, Store(tmp_path), client=client)
    monkeypatch.setattr(run_fetching, "_MAX_MINUTES", 0)
    report = orchestrator.run(Settings(root=str(tmp_path)), [spec])
    assert [issue.code for issue in report.issues if issue.stage == "fetch"] == ["budget"]
    history = Store(tmp_path).ledger.history(f"{web.url}/pub/a.pdf")
    assert history is not None and history.latest.state == "fetched"
