"""Links, titles, dates and languages on HTML pages, and hostile HTML."""

from __future__ import annotations

import pytest
from growth import growth
from hypothesis import given, settings
from hypothesis import strategies as st

from aisi_ingest.fetch import pages, urls
from aisi_ingest.fetch.links import Link, Page

HERE = "https://example.org/pub/"


def read(body: str, url: str = HERE, lang: str = "ja") -> Page:
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
def test_addresses_are_absolute_and_have_one_spelling(href: str, url: str) -> None:
    assert one(f'<a href="{href}">x y</a>').url == url


@pytest.mark.parametrize(
    "href",
    ["mailto:a@b.pdf", "javascript:x.pdf", "data:application/pdf,x", "file:///a.pdf", "http://[x.pdf", "", "a.doc"],
)
def test_links_that_lead_to_no_document_on_the_web_are_left_out(href: str) -> None:
    assert read(f'<a href="{href}">x</a>').documents == ()


def test_a_download_link_without_a_file_name_is_recognised_by_its_text_or_type() -> None:
    assert one('<a href="/get/1234">評価の手引き（PDF：1.2MB）</a>').url.endswith("/get/1234")
    assert one('<a href="/get/1234" type="application/pdf">手引き</a>').url.endswith("/get/1234")
    assert read('<a href="/get/1234">PDFの読み方</a>').documents == ()


def test_a_document_linked_twice_is_listed_once_with_its_first_title() -> None:
    link = one('<a href="a.pdf">手引き</a> <a href="./a.pdf#p2">第2章</a>')
    assert link.title == "手引き"


def test_links_are_resolved_against_the_base_element() -> None:
    html = b'<html><head><base href="/files/"></head><body><a href="a.pdf">x</a></body></html>'
    assert pages.read_page(html, HERE).documents[0].url == "https://example.org/files/a.pdf"


def test_links_in_comments_and_scripts_are_ignored() -> None:
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
def test_a_title_is_the_text_of_the_link_or_the_text_around_it(html: str, title: str) -> None:
    html = f"<table>{html}</table>" if html.startswith("<tr") else html
    assert read(html).documents[0].title == title


def test_a_link_without_any_title_has_no_title() -> None:
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
def test_a_date_is_the_only_date_in_the_row(html: str, date: str | None) -> None:
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
def test_a_link_whose_text_ends_with_a_language_has_that_language(text: str, lang: str) -> None:
    assert one(f'<a href="a.pdf">{text}</a>').lang == lang


def test_a_page_in_an_english_folder_is_english_even_where_its_lang_attribute_is_japanese() -> None:
    assert read("Publications", url="https://example.org/en/pub/", lang="ja-JP").lang == "en"


def test_a_page_without_a_lang_attribute_has_the_language_of_its_text() -> None:
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
def test_page_links_have_a_kind(html: str, kind: str) -> None:
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
def test_links_to_endless_pages_or_to_other_files_are_left_out(html: str) -> None:
    assert read(html).pages == ()


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis", "euc_jp", "iso2022_jp", "utf-16"])
def test_japanese_pages_are_decoded_by_their_meta_tag_or_header(encoding: str) -> None:
    html = f'<html><head><meta charset="{encoding}"></head><body><a href="a.pdf">評価観点ガイド</a></body></html>'
    assert pages.read_page(html.encode(encoding), HERE).documents[0].title == "評価観点ガイド"
    header = f"text/html; charset={encoding}"
    html = '<a href="a.pdf">評価観点ガイド</a>'
    assert pages.read_page(html.encode(encoding), HERE, header).documents[0].title == "評価観点ガイド"


def test_a_page_that_declares_no_encoding_is_utf_8_or_shift_jis() -> None:
    for encoding in ("utf-8", "cp932"):
        page = pages.read_page('<a href="a.pdf">評価観点ガイド①</a>'.encode(encoding), HERE)
        assert page.documents[0].title == "評価観点ガイド①"


@pytest.mark.parametrize("label", ["punycode", "idna", "unicode-escape", "zlib", "rot13", "undefined", "no-such"])
def test_a_page_that_declares_an_encoding_unknown_to_browsers_is_decoded_without_it(label: str) -> None:
    html = '<a href="a.pdf">評価観点ガイド</a>'
    for content, header in (
        (html, f"text/html; charset={label}"),
        (f'<meta charset="{label}">{html}', ""),
    ):
        page = pages.read_page(content.encode(), HERE, header)
        assert page.documents[0].title == "評価観点ガイド"


def test_a_page_is_decoded_by_the_label_as_browsers_read_it() -> None:
    chinese = '<meta charset="gb2312"><a href="a.pdf">人工智能安全—①</a>'.encode("gb18030")
    assert pages.read_page(chinese, HERE).documents[0].title == "人工智能安全—①"
    western = '<meta charset="iso-8859-1"><a href="a.pdf">The “guide”</a>'.encode("cp1252")
    assert pages.read_page(western, HERE).documents[0].title == "The “guide”"
    commented = '<!-- <meta charset="iso-8859-1"> --><a href="a.pdf">評価観点ガイド</a>'.encode()
    assert pages.read_page(commented, HERE).documents[0].title == "評価観点ガイド"


# Hostile input

HTML_PARTS = st.sampled_from(
    ["<a href='", "a.pdf", "'>", "</a>", "<li>", "<time datetime='", "2024-01-01", "<base href='", "<table><tr>",
     "<dd>", "<dt>", "http://", "[", "]", ":99999", "%", "%zz", "@", "\\", "//", "?page=", "\x00", "資料", "&amp;",
     "<!--", "-->", "<script>", "hreflang='en'", " rel='next'", "<link ", "\u202e", "🙂", "令和", "年"]
)  # fmt: skip


@given(st.lists(st.one_of(HTML_PARTS, st.text(max_size=8)), max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_page_is_parsed_and_gives_only_canonical_web_addresses(parts: list[str]) -> None:
    page = pages.read_page("".join(parts).encode("utf-8", "surrogatepass"), HERE)
    for url in [link.url for link in page.documents] + [target.url for target in page.pages]:
        assert url.startswith(("http://", "https://")) and url.isascii()
        assert "#" not in url and "@" not in url.split("/")[2]
        assert urls.canonical(url) == url


@given(st.binary(max_size=500), st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_accepted_as_a_page(content: bytes, content_type: str) -> None:
    pages.read_page(content, HERE, content_type)


def test_deep_and_wide_pages_are_parsed_quickly() -> None:
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
def test_hostile_text_beside_a_link_takes_time_in_proportion_to_its_length(
    before: str, unit: str, after: str, count: int
) -> None:
    def work(times: int) -> None:
        body = before + unit * times + after
        read(f"<p>{body} <a href='a.pdf'>{body}</a></p><li>{body}<a href='b.pdf'>PDF</a></li>")

    assert growth(work, count) < 8
