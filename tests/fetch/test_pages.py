import pytest
from growth import growth
from hypothesis import given, settings
from hypothesis import strategies as st

from aisi_ingest.fetch import pages
from aisi_ingest.fetch.pages import Link, PageLink

HERE = "https://example.org/pub/"


def read(body: str, url: str = HERE, lang: str = "ja") -> pages.Page:
    return pages.read_page(f'<html lang="{lang}"><body>{body}</body></html>'.encode(), url)


def links(body: str, **options: str) -> dict[str, Link]:
    return {link.url.rsplit("/", 1)[-1]: link for link in read(body, **options).documents}


def one(body: str, **options: str) -> Link:
    (link,) = read(body, **options).documents
    return link


# Which links are documents


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("a.pdf", "https://example.org/pub/a.pdf"),
        ("../A.PPTX", "https://example.org/A.PPTX"),
        ("/x/a.pdf?v=2#page=3", "https://example.org/x/a.pdf?v=2"),
        ("//example.org/a.pdf", "https://example.org/a.pdf"),
        (" a\n.pdf ", "https://example.org/pub/a.pdf"),
        ("資料.pdf", "https://example.org/pub/%E8%B3%87%E6%96%99.pdf"),
        ("a%20b.pdf", "https://example.org/pub/a%20b.pdf"),
        ("a b.pdf", "https://example.org/pub/a%20b.pdf"),
        ("HTTPS://EXAMPLE.ORG:443/a.pdf", "https://example.org/a.pdf"),
    ],
)
def test_addresses_are_made_whole_and_of_one_spelling(href: str, url: str) -> None:
    assert one(f'<a href="{href}">x y</a>').url == url


@pytest.mark.parametrize(
    "href",
    ["mailto:a@b.pdf", "javascript:x.pdf", "data:application/pdf,x", "file:///a.pdf", "http://[x.pdf", "", "a.doc"],
)
def test_what_is_no_document_of_the_web_is_left_out(href: str) -> None:
    assert read(f'<a href="{href}">x</a>').documents == ()


def test_a_download_without_a_name_is_known_by_the_words_beside_it() -> None:
    assert one('<a href="/get/1234">評価の手引き（PDF：1.2MB）</a>').url.endswith("/get/1234")
    assert one('<a href="/get/1234" type="application/pdf">手引き</a>').url.endswith("/get/1234")
    assert read('<a href="/get/1234">PDFの読み方</a>').documents == ()


def test_a_document_linked_twice_is_there_once_with_its_first_title() -> None:
    link = one('<a href="a.pdf">手引き</a> <a href="./a.pdf#p2">第2章</a>')
    assert link.title == "手引き"


def test_the_base_of_a_page_is_heeded() -> None:
    html = b'<html><head><base href="/files/"></head><body><a href="a.pdf">x</a></body></html>'
    assert pages.read_page(html, HERE).documents[0].url == "https://example.org/files/a.pdf"


def test_links_in_comments_and_templates_of_scripts_are_none() -> None:
    assert read('<!-- <a href="a.pdf">x</a> --><script>"<a href=\'b.pdf\'>"</script>').documents == ()


# Titles


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ('<a href="a.pdf">評価観点ガイド (PDF)</a>', "評価観点ガイド"),
        ('<a href="a.pdf">評価観点ガイド［PDF形式：1.2MB］</a>', "評価観点ガイド"),
        ('<a href="a.pdf">Guide to Evaluation [PDF 300 KB]</a>', "Guide to Evaluation"),
        ('<a href="a.pdf">Guide to Evaluation (PDF, 1.2 MB, 40 pages)</a>', "Guide to Evaluation"),
        ('<a href="a.pdf">The PDF format explained (v1.10)</a>', "The PDF format explained (v1.10)"),
        ('<a href="a.pdf"><img alt="評価観点ガイド"></a>', "評価観点ガイド"),
        ('<a href="a.pdf" title="評価観点ガイド">PDF</a>', "評価観点ガイド"),
        ('<li>評価観点ガイド <a href="a.pdf">PDF</a></li>', "評価観点ガイド"),
        ('<li>ガイド（第1.10版） <a href="ja.pdf">日本語版</a> <a href="en.pdf">英語版</a></li>', "ガイド（第1.10版）"),
        ('<li>評価観点ガイド（<a href="a.pdf">PDF</a>）</li>', "評価観点ガイド"),
        ('<li>2024年9月18日 評価観点ガイド <a href="a.pdf">ダウンロード</a></li>', "評価観点ガイド"),
        ('<div><h3>評価観点ガイド</h3><p><a href="a.pdf">本文</a></p></div>', "評価観点ガイド"),
        ("<tr><th>評価観点ガイド</th><td><a href=a.pdf>PDF</a></td></tr>", "評価観点ガイド"),
        ('<li><a href="a.pdf"> 評価\n  観点 ガイド </a></li>', "評価 観点 ガイド"),
    ],
)  # fmt: skip
def test_a_title_is_what_the_link_says_or_what_stands_around_it(html: str, title: str) -> None:
    html = f"<table>{html}</table>" if html.startswith("<tr") else html
    assert read(html).documents[0].title == title


def test_a_link_without_any_title_has_none() -> None:
    assert one('<p><a href="a.pdf">PDF</a></p>').title is None


# Dates


@pytest.mark.parametrize(
    ("html", "date"),
    [
        ('<li><time datetime="2024-09-25">昨日</time> <a href="a.pdf">手引き</a></li>', "2024-09-25"),
        ('<li><time datetime="2024-09-25T10:00:00+09:00">x</time> <a href="a.pdf">手引き</a></li>', "2024-09-25"),
        ('<li>2024年9月25日 <a href="a.pdf">手引き</a></li>', "2024-09-25"),
        ('<li>令和6年9月25日 <a href="a.pdf">手引き</a></li>', "2024-09-25"),
        ('<li>2024.09.25 <a href="a.pdf">手引き</a></li>', "2024-09-25"),
        ('<li>September 25, 2024 <a href="a.pdf">Guide</a></li>', "2024-09-25"),
        ('<dl><dt>2024/9/25</dt><dd><a href="a.pdf">手引き</a></dd></dl>', "2024-09-25"),
        ('<table><tr><td>2024-09-25</td><td><a href="a.pdf">手引き</a></td></tr></table>', "2024-09-25"),
        ('<li><a href="a.pdf">会議（2024年9月25日）資料</a></li>', None),
        ('<li>2024年9月25日 公表、2025年3月31日 改訂 <a href="a.pdf">手引き</a></li>', None),
        ('<li><time datetime="2024-13-45">x</time> <a href="a.pdf">手引き</a></li>', None),
        ('<p>2024年9月25日</p><ul><li><a href="a.pdf">手引き</a></li></ul>', None),
    ],
)  # fmt: skip
def test_a_date_is_the_one_that_the_row_shows(html: str, date: str | None) -> None:
    assert one(html).date == date


# Languages


def test_a_document_has_the_language_of_its_link_or_else_of_its_page() -> None:
    found = links('<a href="a.pdf">手引き</a><a href="b.pdf" hreflang="en-US">Guide</a>')
    assert (found["a.pdf"].lang, found["b.pdf"].lang) == ("ja", "en")


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("評価観点ガイド（英語版）", "en"),
        ("評価観点ガイド [英語版] (PDF: 1.2MB)", "en"),
        ("英語版", "en"),
        ("Guide to Evaluation (English)", "en"),
        ("English PDF", "en"),
        ("日本語版", "ja"),
        ("英語学習の手引き", "ja"),
        ("Teaching English", "ja"),
        ("Summary in English", "en"),
        ("評価観点ガイド 英語版", "en"),
        ("Why this is not in plain englishness", "ja"),
    ],
)
def test_a_link_that_names_a_language_at_its_end_has_that_language(text: str, lang: str) -> None:
    assert one(f'<a href="a.pdf">{text}</a>').lang == lang


def test_an_english_folder_is_english_even_where_the_template_says_japanese() -> None:
    assert read("Publications", url="https://example.org/en/pub/", lang="ja-JP").lang == "en"


def test_a_page_without_a_language_is_taken_by_its_text() -> None:
    assert pages.read_page("<body>成果物の一覧です".encode(), HERE).lang == "ja"
    assert pages.read_page(b"<body>A list of publications", HERE).lang == "en"
    assert pages.read_page(b"<body>", HERE).lang is None


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ('<a href="/en/" hreflang="en">X</a>', "other_language"),
        ('<link rel="alternate" hreflang="en" href="/en/">', "other_language"),
        ('<a href="/en/">English</a>', "other_language"),
        ('<link rel="next" href="/pub/?page=2">', "next"),
        ('<a href="/pub/?page=2">2</a>', "next"),
        ('<a href="/pub/2.html">次へ</a>', "next"),
        ('<a href="/pub/guide/">手引き</a>', "page"),
        ('<a href="/pub/guide.html">手引き</a>', "page"),
    ],
)
def test_other_pages_are_told_apart(html: str, kind: str) -> None:
    (target,) = read(html).pages
    assert target.kind == kind


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/pub/?sort=date">x</a>',
        '<a href="/calendar?day=2024-01-01">x</a>',
        '<a href="/pub/photo.jpg">x</a>',
        '<a href="/pub/list.zip">x</a>',
        '<a href="/pub/guide/" rel="nofollow">x</a>',
        '<a href="#top">x</a>',
        '<a href="/pub/">x</a>',
        '<link rel="stylesheet" href="/pub/style">',
        '<link rel="alternate" type="application/rss+xml" href="/feed">',
    ],
)
def test_pages_that_may_go_on_without_end_or_list_nothing_are_left_out(html: str) -> None:
    assert read(html).pages == ()


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis", "euc_jp", "iso2022_jp", "utf-16"])
def test_japanese_pages_are_read_in_their_encoding(encoding: str) -> None:
    html = f'<html><head><meta charset="{encoding}"></head><body><a href="a.pdf">評価観点ガイド</a></body></html>'
    assert pages.read_page(html.encode(encoding), HERE).documents[0].title == "評価観点ガイド"
    header = f"text/html; charset={encoding}"
    html = '<a href="a.pdf">評価観点ガイド</a>'
    assert pages.read_page(html.encode(encoding), HERE, header).documents[0].title == "評価観点ガイド"


def test_a_page_that_tells_no_encoding_is_utf_8_or_shift_jis() -> None:
    for encoding in ("utf-8", "cp932"):
        page = pages.read_page('<a href="a.pdf">評価観点ガイド①</a>'.encode(encoding), HERE)
        assert page.documents[0].title == "評価観点ガイド①"


# Sitemaps


def test_a_sitemap_gives_documents_and_pages() -> None:
    xml = b"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <url><loc>https://example.org/a.pdf</loc></url><url><loc>https://example.org/pub/guide/</loc></url></urlset>"""
    assert pages.is_sitemap(xml)
    page = pages.read_sitemap(xml, "https://example.org/sitemap.xml")
    assert page.documents == (Link("https://example.org/a.pdf"),)
    assert page.pages == (PageLink("https://example.org/pub/guide/", "page"),)


def test_an_index_of_sitemaps_leads_on() -> None:
    xml = b"<sitemapindex><sitemap><loc>https://example.org/s2.xml</loc></sitemap></sitemapindex>"
    page = pages.read_sitemap(xml, "https://example.org/s.xml")
    assert page.pages == (PageLink("https://example.org/s2.xml", "next"),)


def test_a_sitemap_reads_no_file_and_unfolds_no_entity() -> None:
    xml = (
        b'<!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">]>'
        b"<urlset><url><loc>https://example.org/&f;&a;x.pdf</loc></url></urlset>"
    )
    page = pages.read_sitemap(xml, "https://example.org/s.xml")
    assert all("root" not in link.url and "aaaa" not in link.url for link in page.documents)


def test_a_page_is_no_sitemap() -> None:
    assert not pages.is_sitemap(b"<!doctype html><html>")
    assert pages.is_sitemap(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<urlset>")


# Hostile input

HTML_PARTS = st.sampled_from(
    ["<a href='", "a.pdf", "'>", "</a>", "<li>", "<time datetime='", "2024-01-01", "<base href='", "<table><tr>",
     "<dd>", "<dt>", "http://", "[", "]", ":99999", "%", "%zz", "@", "\\", "//", "?page=", "\x00", "資料", "&amp;",
     "<!--", "-->", "<script>", "hreflang='en'", " rel='next'", "<link ", "\u202e", "🙂", "令和", "年"]
)  # fmt: skip


@given(st.lists(st.one_of(HTML_PARTS, st.text(max_size=8)), max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_page_is_read_and_gives_only_web_addresses_of_one_spelling(parts: list[str]) -> None:
    page = pages.read_page("".join(parts).encode("utf-8", "surrogatepass"), HERE)
    for url in [link.url for link in page.documents] + [target.url for target in page.pages]:
        assert url.startswith(("http://", "https://")) and url.isascii()
        assert "#" not in url and "@" not in url.split("/")[2]
        assert pages.canonical(url) == url


@given(st.binary(max_size=500), st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read(content: bytes, content_type: str) -> None:
    pages.read_page(content, HERE, content_type)
    pages.read_sitemap(content, HERE)
    pages.read_sitemap(b"<urlset><url><loc>https://example.org/a.pdf</loc>" + content, HERE)


def test_deep_and_wide_pages_cost_little() -> None:
    deep = b"<div>" * 20_000 + b"<a href='a.pdf'>x y</a>"
    assert len(pages.read_page(deep, HERE).documents) == 1
    wide = b"<ul>" + b"".join(b"<li><a href='%d.pdf'>x y</a></li>" % number for number in range(5000)) + b"</ul>"
    assert len(pages.read_page(wide, HERE).documents) == 5000
    flat = b"<p>" + b"".join(b"<a href='%d.pdf'>PDF</a> " % number for number in range(2000))
    assert len(pages.read_page(flat, HERE).documents) == 2000


@pytest.mark.parametrize(
    ("before", "unit", "after", "count"),
    [
        ("", "(PDF)", "", 10_000),
        ("", "PDF ", "", 10_000),
        ("PDF ", "1,", "", 25_000),
        ("", " ", "(PDF", 50_000),
        ("", "2024年9月", "", 7_500),
        ("", "（", "", 25_000),
        ("", "-", "english", 25_000),
        ("", "<b>", "x", 1_250),
    ],
)
def test_a_hostile_text_beside_a_link_costs_in_proportion_to_its_length(
    before: str, unit: str, after: str, count: int
) -> None:
    def work(times: int) -> None:
        body = before + unit * times + after
        read(f"<p>{body} <a href='a.pdf'>{body}</a></p><li>{body}<a href='b.pdf'>PDF</a></li>")

    assert growth(work, count) < 8


@pytest.mark.parametrize("head", [b"<!---->", b"<!--", b"<?x ?>", b"<?", b" \n"])
def test_a_hostile_head_of_a_file_costs_in_proportion_to_its_length(head: bytes) -> None:
    def work(times: int) -> None:
        assert not pages.is_sitemap(head * times + b"x")

    assert growth(work, 25_000) < 8


@given(st.text(max_size=300))
def test_a_name_is_never_a_path(text: str) -> None:
    name = pages.safe_name(text)
    assert "/" not in name and "\\" not in name and name not in (".", "..") and len(name) <= 200
    assert pages.safe_name(name) == name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/x/a.pdf?x=1", "a.pdf"),
        ("https://example.org/%E8%B3%87%E6%96%99.pdf", "資料.pdf"),
        ("https://example.org/%8E%91%97%BF.pdf", "資料.pdf"),
        ("https://example.org/..%2f..%2fetc%2fpasswd", "passwd"),
        ("https://example.org/", ""),
    ],
)
def test_a_file_has_the_last_name_of_its_address(url: str, name: str) -> None:
    assert pages.file_name(url) == name
