"""Documents that are not plain links: in frames and viewers, sent by scripts, behind pages that have moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import servers
from servers import Site, pdf

from aisi_ingest.fetch import pages
from aisi_ingest.fetch.source import CrawlResult

RunOver = Callable[..., CrawlResult]


def page(body: str, head: str = "") -> bytes:
    return f'<html lang="ja"><head>{head}</head><body>{body}</body></html>'.encode()


def fetched(result: CrawlResult) -> dict[str, str | None]:
    return {each.receipt.url.partition("/pub/")[2]: each.receipt.title for each in result.fetched if each.listing}


def messages(result: CrawlResult, code: str) -> list[str]:
    return [issue.message for issue in result.issues if issue.code == code]


@pytest.mark.parametrize(
    "element",
    [
        '<iframe src="b.pdf"></iframe>',
        '<iframe data-src="b.pdf" loading="lazy"></iframe>',
        '<embed src="b.pdf" type="application/pdf">',
        '<object data="b.pdf" type="application/pdf"><p>表示できません。</p></object>',
        '<object data="b.pdf"><embed src="b.pdf"><a href="b.pdf">ダウンロード</a></object>',
        '<iframe src="/pub/pdfjs/web/viewer.html?file=%2Fpub%2Fb.pdf#page=2"></iframe>',
    ],
)
def test_a_document_in_a_frame_is_fetched_under_the_heading_of_its_page(
    web: Site, run_over: RunOver, element: str
) -> None:
    web["/pub/"] = page('<a href="b.html">詳細</a>')
    web["/pub/b.html"] = page(f"<h1>手引き第一号</h1>{element}", "<title>当所</title>")
    web["/pub/b.pdf"] = pdf("b")
    assert fetched(run_over()) == {"b.pdf": "手引き第一号"}


def test_the_pages_of_a_frameset_are_read(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = b'<html lang="ja"><frameset cols="20%,80%"><frame src="menu.html"><frame src="list.html"></frameset>'
    web["/pub/menu.html"], web["/pub/list.html"] = page("目次"), page('<a href="a.pdf">手引き</a>')
    web["/pub/a.pdf"] = pdf("a")
    assert fetched(run_over()) == {"a.pdf": "手引き"}


@pytest.mark.parametrize(
    "href",
    [
        "/pub/view/viewer.html?file=/pub/a.pdf",
        "viewer.html?file=a.pdf&amp;zoom=2",
        "viewer.html#file=a.pdf",
        "viewer?file=a.pdf",
        "view.php?src=a.pdf",
        "https://viewer.example/gview?embedded=true&amp;url=http%3A%2F%2F{host}%2Fpub%2Fa.pdf",
    ],
)
def test_a_document_behind_a_viewer_is_fetched_itself(web: Site, run_over: RunOver, href: str) -> None:
    web["/pub/"] = page(f'<a href="{href.format(host=web.host)}">手引き第零号を見る</a>')
    web["/pub/a.pdf"] = pdf("a")
    assert fetched(run_over()) == {"a.pdf": "手引き第零号を見る"}


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ('<a href="download.php?id=9">手引き（PDF：1MB）</a>', "download.pdf"),
        ('<a href="download.aspx?id=9">手引き</a> [PDF 300KB]', "download.pdf"),
        ('<a href="get?id=9">手引き <img src="i.gif" alt="PDF"></a>', "get.pdf"),
        ('<a href="download.php?file=guide.pdf">手引き</a>', "guide.pdf"),
    ],
)
def test_a_script_that_sends_a_document_is_requested(web: Site, run_over: RunOver, link: str, name: str) -> None:
    web["/pub/"] = page(f"<ul><li>{link}</li></ul>")
    web["/pub/" + link.split('"')[1]] = pdf("9")
    (one,) = run_over().fetched
    assert (one.receipt.state, one.receipt.file) == ("fetched", name)


@pytest.mark.parametrize("target", ["list.html", "table.xlsx?id=3", "photo.jpg?w=2"])
def test_a_link_to_a_page_or_another_kind_of_file_is_not_requested_as_a_document(target: str) -> None:
    found = pages.read_page(page(f'<a href="{target}">一覧（PDF）</a>'), "https://a.jp/pub/")
    assert found.documents == ()


@pytest.mark.parametrize(
    "wrapper",
    [
        '<iframe src="real.pdf"></iframe>',
        '<object data="/pub/real.pdf" type="application/pdf"></object>',
        '<meta http-equiv="refresh" content="0;url=real.pdf">',
    ],
)
def test_the_document_in_a_page_that_is_served_in_its_place_is_fetched(
    web: Site, run_over: RunOver, wrapper: str
) -> None:
    web["/pub/"], web["/pub/a.pdf"] = page('<a href="a.pdf">手引き第四号</a>'), page(wrapper)
    web["/pub/real.pdf"] = (pdf("1"), pdf("1"), pdf("2"))
    results = [run_over() for _ in range(3)]
    assert [one.receipt.state for result in results for one in result.fetched] == ["fetched", "unchanged", "fetched"]
    assert [each.receipt.file for each in results[0].fetched] == ["real.pdf"]


def test_a_page_in_place_of_a_document_leads_to_no_forbidden_or_foreign_document(web: Site, run_over: RunOver) -> None:
    web["/robots.txt"] = b"User-agent: *\nDisallow: /pub/draft/\n"
    web["/pub/"] = page('<a href="a.pdf">一</a> <a href="b.pdf">二</a>')
    web["/pub/a.pdf"] = page('<iframe src="draft/x.pdf"></iframe>')
    web["/pub/b.pdf"] = page('<iframe src="https://other.example/x.pdf"></iframe>')
    result = run_over()
    assert [each.receipt.state for each in result.fetched] == ["refused", "refused"]
    assert not web.requests_for("/pub/draft/x.pdf")


def test_each_document_on_another_host_is_named_in_a_warning(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page(
        '<a href="a.pdf">一</a> <a href="https://other.example/b.pdf">二</a>'
        '<iframe src="https://other.example/c.pdf"></iframe> <a href="https://view.example/x?url=https://d.example/d.pdf">'
    )
    web["/pub/a.pdf"] = pdf("a")
    texts = messages(run_over(), "document_skipped")
    assert len(texts) == 2
    assert (
        "https://other.example/b.pdf, https://other.example/c.pdf" in texts[0] and "https://d.example/d.pdf" in texts[1]
    )


def test_a_page_that_is_said_to_be_a_pdf_and_is_not_read_is_named_in_a_warning(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page('<a href="a.pdf">一</a> <a href="/news/b.html">二（PDF：1MB）</a>')
    web["/pub/a.pdf"] = pdf("a")
    (text,) = messages(run_over(), "document_skipped")
    assert text.endswith("/news/b.html")


# Pages that have moved


@pytest.mark.parametrize(
    "refresh",
    [
        '<base href="/new/"><meta http-equiv="refresh" content="0; url=list.html">',
        '<meta http-equiv="Refresh" content="5;URL=\'/new/list.html\'">',
        '<noscript><meta http-equiv="refresh" content="url=../new/list.html"></noscript>',
    ],
)
def test_a_meta_refresh_is_followed_as_a_redirect_would_be(web: Site, run_over: RunOver, refresh: str) -> None:
    web["/pub/"] = page("<p>移転しました。</p>", refresh)
    web["/new/list.html"], web["/new/guide.pdf"] = page('<a href="guide.pdf">手引き</a>'), pdf("a")
    (one,) = run_over().fetched
    assert (one.receipt.state, one.receipt.url) == ("fetched", f"{web.url}/new/guide.pdf")


def test_a_meta_refresh_is_followed_only_once(web: Site, run_over: RunOver) -> None:
    for at in range(5):
        web[f"/p{at}/"] = page(f'<a href="{at}.pdf">{at}</a>', f'<meta http-equiv=refresh content="0;url=/p{at + 1}/">')
        web[f"/p{at}/{at}.pdf"] = pdf(f"{at}")
    assert len(run_over("/p0/").fetched) == 2
    assert web.requests_for("/p1/") and not web.requests_for("/p2/")


def test_a_page_that_loads_itself_again_is_read_once(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page('<a href="a.pdf">一</a>', '<meta http-equiv="refresh" content="60; url=/pub/">')
    web["/pub/a.pdf"] = pdf("a")
    assert fetched(run_over()) == {"a.pdf": "一"} and len(web.requests_for("/pub/")) == 1


def test_a_meta_refresh_to_another_host_is_an_error_that_names_the_page(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page("移転", '<meta http-equiv="refresh" content="0; url=https://other.example/new/">')
    (text,) = messages(run_over(), "page_moved")
    assert "https://other.example/new/" in text


def test_a_meta_refresh_to_a_forbidden_page_is_not_followed(web: Site, run_over: RunOver) -> None:
    web["/robots.txt"] = b"User-agent: *\nDisallow: /new/\n"
    web["/pub/"] = page("移転", '<meta http-equiv="refresh" content="0; url=/new/">')
    web["/new/"] = page('<a href="a.pdf">一</a>')
    result = run_over()
    assert not web.requests_for("/new/") and "robots.txt" in messages(result, "page_unreadable")[0]


def test_a_document_with_status_404_fails_and_one_with_a_wrong_type_is_fetched(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page('<a href="gone.pdf">一</a> <a href="plain.pdf">二</a>')
    web["/pub/gone.pdf"] = lambda handler: handler.send(404, pdf("a"), Content_Type="application/pdf")
    web["/pub/plain.pdf"] = servers.resource(pdf("b"), content_type="text/plain; charset=utf-8")
    result = run_over()
    assert [each.receipt.state for each in result.fetched] == ["failed", "fetched"]
