"""Behaviour of servers that people reported of other crawlers, where no other file of this folder has it."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
import servers
from servers import Site, pdf

from aisi_ingest.fetch.source import CrawlResult

RunOver = Callable[..., CrawlResult]


def page(body: str, head: str = "") -> bytes:
    return f'<html lang="ja"><head>{head}</head><body>{body}</body></html>'.encode()


def states(result: CrawlResult) -> dict[str, str]:
    receipts = [each.receipt for each in result.fetched if each.receipt.url.endswith(".pdf")]
    return {receipt.url.rpartition("/")[2]: receipt.state for receipt in receipts}


@pytest.mark.parametrize("base", ["/files/r6/", "{url}/files/r6/index.html", "../files/r6/"])
def test_links_are_resolved_against_the_base_of_the_page(web: Site, run_over: RunOver, base: str) -> None:
    head = f'<base href="{base.format(url=web.url)}">'
    web["/pub/"] = page('<a href="a.pdf">手引き</a> <a href="../r5/b.pdf">前の手引き</a>', head)
    web["/files/r6/a.pdf"], web["/files/r5/b.pdf"] = pdf("a"), pdf("b")
    assert states(run_over()) == {"a.pdf": "fetched", "b.pdf": "fetched"}


def test_a_body_packed_without_being_asked_for_is_unpacked(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page('<a href="a.pdf">手引き</a>')
    web["/pub/a.pdf"] = servers.resource(gzip.compress(pdf("a"), mtime=0), **{"Content-Encoding": "gzip"})
    assert states(run_over()) == {"a.pdf": "fetched"}


def test_packed_bytes_without_their_header_are_refused_with_a_reason(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page('<a href="a.pdf">手引き</a> <a href="b.pdf">別の手引き</a>')
    web["/pub/a.pdf"], web["/pub/b.pdf"] = gzip.compress(pdf("a"), mtime=0), pdf("b")
    result = run_over()
    assert states(result) == {"a.pdf": "refused", "b.pdf": "fetched"}
    assert all(each.receipt.reason for each in result.fetched if each.receipt.state == "refused")


def test_a_page_of_apology_in_place_of_a_document_is_refused(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page('<a href="a.pdf">手引き</a>')
    web["/pub/a.pdf"] = page("<p>お探しの資料はありません。</p>")
    assert states(run_over()) == {"a.pdf": "refused"}


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain; charset=utf-8", "text/html", "image/png"])
def test_a_document_under_a_wrong_content_type_is_fetched(web: Site, run_over: RunOver, kind: str) -> None:
    web["/pub/"] = page('<a href="a.pdf">手引き</a>')
    web["/pub/a.pdf"] = servers.resource(pdf("a"), **{"Content-Type": kind})
    assert states(run_over()) == {"a.pdf": "fetched"}
