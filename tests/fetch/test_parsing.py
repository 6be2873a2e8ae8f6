"""Pages and sitemaps are parsed in a worker, in linear time, and one that stops its parser harms only itself."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable

import pytest
import servers
from growth import growth
from selectolax.lexbor import LexborHTMLParser
from servers import Site

from aisi_ingest.fetch import nesting, pages, parsing, sitemaps
from aisi_ingest.fetch.links import MAX_LINKS, Page
from aisi_ingest.fetch.source import CrawlResult
from aisi_ingest.sandbox import pool
from aisi_ingest.sandbox.tasks import task

RunOver = Callable[..., CrawlResult]
HERE = "https://example.org/pub/"

HOSTILE: dict[str, Callable[[int], str]] = {
    "nested divisions with links": lambda n: "".join(f'<div><a href="{i}.pdf">x</a>' for i in range(n)),
    "nested divisions with open links": lambda n: "".join(f'<div><a href="{i}.pdf">' for i in range(n)),
    "nested list items": lambda n: "".join(f'<ul><li><a href="{i}.pdf">PDF</a>' for i in range(n)),
    "links before the end of nested divisions": lambda n: (
        "<div>" * n + "<b>x</b>" * n + "".join(f'<a href="{i}.pdf">PDF</a></div>' for i in range(n))
    ),
    "links in tables in links": lambda n: "".join(f'<a href="{i}.pdf"><table><tr><td>' for i in range(n)),
    "many descriptions of one term": lambda n: (
        "<dl><dt>2024" + "".join(f'<dd><a href="{i}.pdf">PDF</a>' for i in range(n)) + "</dl>"
    ),
    "a format that is named again and again": lambda n: f'<a href="a.pdf">x{"[PDF]" * 40 * n}</a>',
    "formats with blanks": lambda n: f'<a href="a.pdf">{"[PDF] " * 40 * n}</a>',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_page_takes_time_in_proportion_to_its_length(kind: str) -> None:
    assert growth(lambda n: pages.read_page(HOSTILE[kind](n).encode(), HERE), 400) < 9


@pytest.mark.parametrize("kind", [kind for kind in HOSTILE if "nested" in kind])
def test_hostile_nesting_takes_time_in_proportion_to_its_length(kind: str) -> None:
    """The parser alone takes 16 times as long for 64,000 elements as for 16,000."""
    assert growth(lambda n: LexborHTMLParser(nesting.flatten(HOSTILE[kind](n))[0]), 16_000) < 8


def test_hostile_attributes_take_time_in_proportion_to_their_number() -> None:
    def tag(count: int) -> str:
        return "<a " + " ".join(f"a{i}=1" for i in range(count)) + ' href="a.pdf">x'

    assert growth(lambda n: LexborHTMLParser(nesting.flatten(tag(n))[0]), 8000) < 8


@pytest.mark.parametrize("kind", ["nested divisions with links", "nested list items"])
def test_a_page_nested_too_deep_is_flattened_without_losing_a_link(kind: str) -> None:
    page = pages.read_page(HOSTILE[kind](5000).encode(), HERE)
    assert [link.url for link in page.documents] == [f"{HERE}{i}.pdf" for i in range(5000)]
    assert page.cut == nesting.FLATTENED


def test_elements_up_to_the_depth_limit_stay_as_they_are() -> None:
    depth = nesting.MAX_DEPTH
    html = "<!-- <div> --><script>'<div>'</script>" + "<div>" * depth + "x" + "</div>" * depth + "<p>y" * depth
    assert nesting.flatten(html * 3) == (html * 3, False)


@pytest.mark.parametrize(
    "end",
    ["</span>", "</p>", "<!-- </div> -->", '<a title="</div>">', "<textarea></div></textarea>", "<table></div>"],
)
def test_what_closes_no_division_does_not_lower_the_counted_depth(end: str) -> None:
    assert nesting.flatten(f"<div>{end}" * 2 * nesting.MAX_DEPTH)[1]


def test_a_page_or_sitemap_that_is_cut_withdraws_no_document(web: Site, run_over: RunOver) -> None:
    web.index("a.pdf", path="/pub/")
    web["/pub/a.pdf"] = servers.resource(servers.pdf("A"), "application/pdf")
    run_over()
    web["/pub/"] = servers.resource(b"<div>" * 2 * nesting.MAX_DEPTH, "text/html")
    result = run_over()
    assert [issue.code for issue in result.issues] == ["page_cut"]
    assert "withdrawn" not in [each.receipt.state for each in result.fetched]


def test_a_sitemap_with_too_many_elements_within_each_other_or_links_says_so() -> None:
    deep = b"<urlset><url><loc>https://example.org/a.pdf</loc></url>" + b"<url>" * 300
    many = b"<urlset>" + b"".join(b"<url><loc>/%d.pdf</loc></url>" % i for i in range(MAX_LINKS + 1)) + b"</urlset>"
    for xml, words in ((deep, "Excessive depth"), (many, "more than 20,000 links")):
        page = sitemaps.read_sitemap(xml, HERE)
        assert page.documents and page.cut and words in page.cut


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("count", [8000, 16_000, 100_000])
def test_a_hostile_page_is_read_within_the_limits(kind: str, count: int) -> None:
    page = parsing.read(HOSTILE[kind](count).encode(), HERE, "text/html")
    assert page is not None and page.documents


@task
def process_of_the_parser(content: bytes, url: str, content_type: str) -> Page | None:
    return Page(url=str(os.getpid()))


def test_each_page_is_parsed_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_read", process_of_the_parser)
    seen = {page.url for _ in range(3) if (page := parsing.read(b"", HERE, ""))}
    assert len(seen) == 3 and str(os.getpid()) not in seen


def test_a_packed_sitemap_and_a_page_give_their_links_and_a_document_none() -> None:
    sitemap = b'<?xml version="1.0"?><urlset><url><loc>https://example.org/a.pdf</loc></url></urlset>'
    for content in (sitemap, gzip.compress(sitemap), b'<a href="https://example.org/a.pdf">A guide</a>'):
        page = parsing.read(content, HERE, "")
        assert page is not None and [link.url for link in page.documents] == ["https://example.org/a.pdf"]
    assert parsing.read(b"%PDF-1.7\n" + bytes(100) + b"%%EOF", HERE, "") is None


@task
def hang(content: bytes, url: str, content_type: str) -> Page | None:
    while True:
        pass


@task
def crash(content: bytes, url: str, content_type: str) -> Page | None:
    os.abort()


@task
def fail(content: bytes, url: str, content_type: str) -> Page | None:
    raise ValueError("a mistake of ours")


@pytest.mark.parametrize(
    ("parser", "words"), [(hang, "processor time"), (crash, "SIGABRT"), (fail, "ValueError: a mistake of ours")]
)
def test_a_page_that_stops_its_parser_is_reported_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch, parser: Callable[..., Page | None], words: str
) -> None:
    monkeypatch.setattr(parsing, "_CPU_SECONDS", 1)
    with monkeypatch.context() as patch:
        patch.setattr(parsing, "_read", parser)
        with pytest.raises(parsing.UnreadablePage, match=words):
            parsing.read(b"<a>", HERE, "")
    assert parsing.read(b"<p>", HERE, "") == Page(url=HERE)


def test_a_page_that_stops_its_parser_withdraws_no_document(
    monkeypatch: pytest.MonkeyPatch, web: Site, run_over: RunOver
) -> None:
    """The documents that it listed before stay, because nobody knows whether it still lists them."""
    web.index("a.pdf", path="/pub/")
    web["/pub/a.pdf"] = servers.resource(servers.pdf("A"), "application/pdf")
    assert [each.receipt.state for each in run_over().fetched] == ["fetched"]
    monkeypatch.setattr(parsing, "_read", crash)
    result = run_over()
    assert [issue.code for issue in result.issues if issue.level == "error"] == ["page_unreadable"]
    assert "withdrawn" not in [each.receipt.state for each in result.fetched]


def test_the_limits_of_the_other_workers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    box = pool.running() or pool.shared(2)
    before = box.limits
    parsing.read(b"<p>", HERE, "")
    assert box.limits == before
