"""Which pages of a source are read for links, and where reading stops."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from msgspec.structs import replace
from servers import Site

from aisi_ingest import sources
from aisi_ingest.fetch.client import Client
from aisi_ingest.fetch.crawler import ListedDocuments, crawl
from aisi_ingest.storage.store import Store

CrawlSite = Callable[..., ListedDocuments]


@pytest.fixture
def site() -> Iterator[Site]:
    with servers.serving() as site:
        yield site


@pytest.fixture
def crawl_site(site: Site, tmp_path: Path) -> CrawlSite:
    def crawl_paths(*paths: str, **fields: Any) -> ListedDocuments:
        source = sources.from_index([f"{site.url}{path}" for path in paths], contact="mailto:a@example.org")
        store = Store(tmp_path)
        store.prepare()
        with Client(backoff=0.001) as client:
            return crawl(replace(source, **fields), store, client=client)

    return crawl_paths


def page(*links: str, lang: str = "ja", more: str = "") -> bytes:
    rows = "".join(f'<li><a href="{link}">{link} のこと</a></li>' for link in links)
    return f'<html lang="{lang}"><body>{more}<ul>{rows}</ul></body></html>'.encode()


def names(found: ListedDocuments) -> list[str]:
    return [link.url.rsplit("/", 1)[-1] for link in found.links]


def paths(site: Site) -> list[str]:
    return [request.path for request in site.requests if request.path != "/robots.txt"]


def test_the_page_in_the_other_language_is_read_from_either_page(site: Site, crawl_site: CrawlSite) -> None:
    site["/"] = page("a_ja.pdf", more='<a href="en/" hreflang="en">English</a>')
    site["/en/"] = page("../a_en.pdf", lang="en", more='<a href="../" hreflang="ja">日本語</a>')
    for start in ("/", "/en/"):
        found = crawl_site(start)
        assert sorted(names(found)) == ["a_en.pdf", "a_ja.pdf"] and found.complete
        assert {link.url[-6:-4]: link.lang for link in found.links} == {"ja": "ja", "en": "en"}


def test_only_one_language_is_read_where_the_source_names_one(site: Site, crawl_site: CrawlSite) -> None:
    site["/"] = page("a_ja.pdf", more='<a href="en/" hreflang="en">English</a>')
    site["/en/"] = page("../a_en.pdf", lang="en")
    assert names(crawl_site("/", languages=("ja",))) == ["a_ja.pdf"] and "/en/" not in paths(site)


def test_a_list_over_several_pages_is_read_to_its_end_and_each_page_once(site: Site, crawl_site: CrawlSite) -> None:
    for number in range(1, 8):
        path = "/pub/" if number == 1 else f"/pub/?page={number}"
        numbered = "".join(f'<a href="/pub/?page={other}">{other}</a>' for other in range(1, 8))
        site[path] = page(f"{number}.pdf", more=numbered)
    site["/pub/?page=1"] = page("1.pdf")
    assert len(crawl_site("/pub/", depth=0).links) == 7
    assert len(paths(site)) == len(set(paths(site))) == 8


def test_pages_in_the_folder_are_read_down_to_the_depth_of_the_source(site: Site, crawl_site: CrawlSite) -> None:
    site["/pub/"] = page("guide/", "/other/")
    site["/pub/guide/"] = page("/files/a.pdf", "deeper/")
    site["/pub/guide/deeper/"] = page("/files/b.pdf", "deepest/")
    site["/pub/guide/deeper/deepest/"] = page("/files/c.pdf")
    site["/other/"] = page("/files/d.pdf")
    assert names(crawl_site("/pub/", depth=2)) == ["a.pdf", "b.pdf"]
    assert names(crawl_site("/pub/", depth=1)) == ["a.pdf"]
    assert names(crawl_site("/pub/", depth=0)) == []
    assert "/other/" not in paths(site)


def test_the_japanese_page_at_the_root_does_not_widen_an_english_list_to_the_whole_site(
    site: Site, crawl_site: CrawlSite
) -> None:
    site["/en/"] = page(lang="en", more='<a href="/" hreflang="ja">日本語</a>')
    site["/"] = page("a.pdf", "recruit/")
    site["/recruit/"] = page("form.pdf")
    assert names(crawl_site("/en/")) == ["a.pdf"]


def test_a_document_on_pages_in_both_languages_has_no_language_and_its_first_title(
    site: Site, crawl_site: CrawlSite
) -> None:
    site["/ja/"] = page("/both.pdf")
    site["/en/"] = page("/both.pdf", lang="en")
    (link,) = crawl_site("/ja/", "/en/").links
    assert link.lang is None and link.title == "/both.pdf のこと"


def test_a_link_in_a_sitemap_does_not_remove_the_language_of_a_document(site: Site, crawl_site: CrawlSite) -> None:
    site["/sitemap.xml"] = f"<urlset><url><loc>{site.url}/a.pdf</loc></url></urlset>".encode()
    site["/ja/"] = page("/a.pdf")
    (link,) = crawl_site("/sitemap.xml", "/ja/").links
    assert link.lang == "ja" and link.title == "/a.pdf のこと"


def test_pages_that_link_in_a_circle_are_read_once(site: Site, crawl_site: CrawlSite) -> None:
    site["/pub/"] = page("a/")
    site["/pub/a/"] = page("../", "../b/")
    site["/pub/b/"] = page("../a/", "../", "x.pdf")
    assert names(crawl_site("/pub/", depth=9)) == ["x.pdf"]
    assert len(paths(site)) == 3


def test_the_depth_ends_a_site_with_endless_pages(site: Site, crawl_site: CrawlSite) -> None:
    path = "/pub/"
    for number in range(9):
        site[path] = page("more/", f"{number}.pdf")
        path += "more/"
    assert len(crawl_site("/pub/", depth=3).links) == 4


def test_a_sitemap_can_be_an_index_page(site: Site, crawl_site: CrawlSite) -> None:
    site["/sitemap.xml"] = (
        f"<urlset><url><loc>{site.url}/a.pdf</loc></url><url><loc>{site.url}/pub/</loc></url>"
        f"<url><loc>https://example.org/elsewhere.pdf</loc></url></urlset>"
    ).encode()
    site["/pub/"] = page("b.pdf")
    assert names(crawl_site("/sitemap.xml")) == ["a.pdf", "b.pdf"]


def test_an_index_of_sitemaps_is_followed(site: Site, crawl_site: CrawlSite) -> None:
    site["/sitemap.xml"] = f"<sitemapindex><sitemap><loc>{site.url}/s/1.xml</loc></sitemap></sitemapindex>".encode()
    site["/s/1.xml"] = f"<urlset><url><loc>{site.url}/a.pdf</loc></url></urlset>".encode()
    assert names(crawl_site("/sitemap.xml")) == ["a.pdf"]


def test_documents_in_the_folder_that_only_the_sitemap_in_robots_txt_lists_are_found(
    site: Site, crawl_site: CrawlSite
) -> None:
    site["/robots.txt"] = f"User-agent: *\nAllow: /\nSitemap: {site.url}/map.xml\nSitemap: /odd\n".encode()
    places = [f"<url><loc>{site.url}/{name}</loc></url>" for name in ("pub/b.pdf", "other/c.pdf", "pub/page/")]
    site["/map.xml"] = f"<urlset>{''.join(places)}</urlset>".encode()
    site["/pub/"] = page("a.pdf")
    assert names(crawl_site("/pub/")) == ["a.pdf", "b.pdf"]
    assert paths(site) == ["/pub/", "/map.xml"]


def test_reading_ends_where_sitemaps_name_each_other(site: Site, crawl_site: CrawlSite) -> None:
    site["/robots.txt"] = f"Sitemap: {site.url}/0.xml".encode()
    for number in range(200):
        after = "".join(f"<sitemap><loc>{site.url}/{other}.xml</loc></sitemap>" for other in (number + 1, 0))
        site[f"/{number}.xml"] = f"<sitemapindex>{after}</sitemapindex>".encode()
    site["/"] = page("a.pdf")
    assert names(crawl_site("/")) == ["a.pdf"]
    assert len(paths(site)) < 60


def test_a_gzip_sitemap_is_read_and_a_decompression_bomb_is_cut_off(
    site: Site, crawl_site: CrawlSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aisi_ingest.fetch.sitemaps.SITEMAP_LIMIT", 1 << 20)
    site["/a.xml.gz"] = gzip.compress(f"<urlset><url><loc>{site.url}/a.pdf</loc></url></urlset>".encode())
    site["/b.xml.gz"] = gzip.compress(b"<urlset>" + bytes(8 << 20))
    site["/c.xml.gz"] = gzip.compress(b"<urlset>")[:12] + b"torn"
    assert names(crawl_site("/a.xml.gz", "/b.xml.gz", "/c.xml.gz")) == ["a.pdf"]


def test_single_addresses_need_no_index_page(site: Site, crawl_site: CrawlSite) -> None:
    found = crawl_site("/", files=(f"{site.url}/a.pdf", f"{site.url}/b.pdf"), index=(), hosts=(site.host,))
    assert names(found) == ["a.pdf", "b.pdf"] and not paths(site)


def test_a_page_link_that_leads_to_a_document_is_recorded_as_a_document(site: Site, crawl_site: CrawlSite) -> None:
    site["/pub/"] = page("report")
    site["/pub/report"] = servers.pdf("report")
    assert names(crawl_site("/pub/")) == ["report"]


def test_an_unchanged_page_is_read_from_the_store(site: Site, crawl_site: CrawlSite) -> None:
    site["/"] = page("a.pdf")
    first = crawl_site("/").links
    assert crawl_site("/").links == first
    assert "if-none-match" in site.requests_for("/")[1].headers


def test_a_page_that_fails_is_reported_and_the_others_are_read(site: Site, crawl_site: CrawlSite) -> None:
    site["/ja/"] = servers.status(500)
    site["/en/"] = page("a.pdf")
    found = crawl_site("/ja/", "/en/")
    assert names(found) == ["a.pdf"] and not found.complete
    assert [issue.code for issue in found.issues] == ["page_unreadable"] and found.issues[0].level == "error"


def test_a_missing_page_below_the_index_page_is_not_reported(site: Site, crawl_site: CrawlSite) -> None:
    site["/pub/"] = page("gone/", "a.pdf")
    found = crawl_site("/pub/")
    assert found.complete and not found.issues


def test_links_of_a_redirected_page_are_resolved_against_its_new_address(site: Site, crawl_site: CrawlSite) -> None:
    site["/old/"] = servers.redirect("/new/list/")
    site["/new/list/"] = page("a.pdf", "guide/")
    site["/new/list/guide/"] = page("b.pdf")
    found = crawl_site("/old/")
    assert [link.url for link in found.links] == [f"{site.url}/new/list/a.pdf", f"{site.url}/new/list/guide/b.pdf"]


def test_robots_txt_is_obeyed_for_pages(site: Site, crawl_site: CrawlSite) -> None:
    site["/robots.txt"] = b"User-agent: aisi-ingest\nDisallow: /pub/secret/\n\nUser-agent: *\nDisallow: /\n"
    site["/pub/"] = page("secret/", "a.pdf")
    site["/pub/secret/"] = page("b.pdf")
    assert names(crawl_site("/pub/")) == ["a.pdf"] and "/pub/secret/" not in paths(site)


def test_an_empty_list_is_reported(site: Site, crawl_site: CrawlSite) -> None:
    site["/"] = page()
    found = crawl_site("/")
    assert not found.complete and [issue.code for issue in found.issues] == ["nothing_listed"]
