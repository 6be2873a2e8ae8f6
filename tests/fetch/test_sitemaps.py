"""Links in sitemaps, and hostile XML."""

from __future__ import annotations

import pytest
from growth import growth
from hypothesis import given, settings
from hypothesis import strategies as st

from aisi_ingest.fetch import sitemaps
from aisi_ingest.fetch.links import Link, PageLink


def test_a_sitemap_lists_documents_and_pages() -> None:
    xml = b"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <url><loc>https://example.org/a.pdf</loc></url><url><loc>https://example.org/pub/guide/</loc></url></urlset>"""
    assert sitemaps.is_sitemap(xml)
    page = sitemaps.read_sitemap(xml, "https://example.org/sitemap.xml")
    assert page.documents == (Link("https://example.org/a.pdf"),)
    assert page.pages == (PageLink("https://example.org/pub/guide/", "page"),)


def test_an_index_of_sitemaps_lists_further_sitemaps() -> None:
    xml = b"<sitemapindex><sitemap><loc>https://example.org/s2.xml</loc></sitemap></sitemapindex>"
    page = sitemaps.read_sitemap(xml, "https://example.org/s.xml")
    assert page.pages == (PageLink("https://example.org/s2.xml", "next"),)


def test_entities_in_a_sitemap_are_not_resolved() -> None:
    xml = (
        b'<!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">]>'
        b"<urlset><url><loc>https://example.org/&f;&a;x.pdf</loc></url></urlset>"
    )
    page = sitemaps.read_sitemap(xml, "https://example.org/s.xml")
    assert all("root" not in link.url and "aaaa" not in link.url for link in page.documents)


def test_an_html_page_is_not_a_sitemap() -> None:
    assert not sitemaps.is_sitemap(b"<!doctype html><html>")
    assert sitemaps.is_sitemap(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<urlset>")


@given(st.binary(max_size=500))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_accepted_as_a_sitemap(content: bytes) -> None:
    sitemaps.read_sitemap(content, "https://example.org/pub/")
    sitemaps.read_sitemap(b"<urlset><url><loc>https://example.org/a.pdf</loc>" + content, "https://example.org/pub/")


@pytest.mark.parametrize("head", [b"<!---->", b"<!--", b"<?x ?>", b"<?", b" \n"])
def test_a_hostile_beginning_of_a_file_takes_time_in_proportion_to_its_length(head: bytes) -> None:
    def work(times: int) -> None:
        assert not sitemaps.is_sitemap(head * times + b"x")

    assert growth(work, 25_000) < 8
