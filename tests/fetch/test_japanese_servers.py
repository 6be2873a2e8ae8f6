"""What Japanese servers send: robots.txt with a byte order mark, charsets, names in headers, sessions, backslashes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest
import servers
from servers import Handler, Responder, Site, pdf

from aisi_ingest.fetch import charsets, disposition, pages
from aisi_ingest.fetch.robots import parse_robots
from aisi_ingest.fetch.sessions import without_session
from aisi_ingest.fetch.source import CrawlResult
from aisi_ingest.fetch.urls import joined

RunOver = Callable[..., CrawlResult]
ROBOT = "aisi-ingest"


def states(result: CrawlResult) -> dict[str, str]:
    return {each.receipt.url.partition("/pub/")[2]: each.receipt.state for each in result.fetched}


def page(body: str, head: str = "") -> bytes:
    return f'<html lang="ja"><head>{head}</head><body>{body}</body></html>'.encode()


def euc_jp(text: str) -> bytes:
    """Encode as servers with Windows do: EUC-JP with row 13 of NEC and the extensions of IBM (CP51932)."""
    encoded = b""
    for char in text:
        shifted = char.encode("cp932")
        if len(shifted) == 1:
            encoded += shifted if shifted < b"\x80" else b"\x8e" + shifted
            continue
        lead, trail = shifted
        row = 2 * (lead - (0x81 if lead < 0xA0 else 0xC1)) + (trail >= 0x9F)
        cell = trail - 0x9F if trail >= 0x9F else trail - 0x40 - (trail > 0x7F)
        encoded += bytes((row + 0xA1, cell + 0xA1))
    return encoded


def iso_2022_jp(text: str) -> bytes:
    return b"".join(
        b"\x1b$B" + bytes(byte & 0x7F for byte in euc_jp(char)) + b"\x1b(B" if ord(char) > 127 else char.encode()
        for char in text
    )


# robots.txt


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /pub/draft/\r\n",
        b"\xef\xbb\xbf\xef\xbb\xbfUser-agent: *\nDisallow: /pub/draft/\n",
        "User-agent: *\nDisallow: /pub/draft/\n".encode("utf-16"),
        b"# \x8e\x91\x97\xbf\r\n\xef\xbb\xbfUser-agent: *\rDisallow: /pub/draft/\r",
    ],
    ids=["mark of UTF-8", "two marks", "UTF-16", "mark on a later line, old line ends"],
)
def test_what_robots_txt_forbids_behind_a_byte_order_mark_is_never_requested(
    web: Site, run_over: RunOver, content: bytes
) -> None:
    web["/robots.txt"] = content
    web["/pub/"] = page('<a href="open.pdf">公開</a> <a href="draft/x.pdf">草案</a>')
    web["/pub/open.pdf"], web["/pub/draft/x.pdf"] = pdf("open"), pdf("draft")
    assert states(run_over()) == {"open.pdf": "fetched", "draft/x.pdf": "refused"}
    assert not web.requests_for("/pub/draft/x.pdf")


@pytest.mark.parametrize("charset", ["utf-8", "cp932", "euc_jp"])
def test_a_japanese_path_in_robots_txt_forbids_each_spelling_of_the_address(charset: str) -> None:
    text = "User-agent: *\nDisallow: /pub/非公開/\nDisallow: /*?*区分=草案 # 未定\nDisallow: /能力表$\n"
    rules = parse_robots(text.encode(charset))
    for spelling in ("utf-8", charset):
        for path in ("/pub/非公開/x.pdf", "/pub/z.pdf?区分=草案", "/能力表"):
            assert not rules.can_fetch("http://a.jp" + quote(path, "/?=", spelling), ROBOT), (path, spelling)
    assert rules.can_fetch("http://a.jp" + quote("/pub/公開/x.pdf"), ROBOT)


def test_an_allowed_japanese_path_below_a_forbidden_folder_is_allowed() -> None:
    rules = parse_robots("User-agent: *\nDisallow: /pub/\nAllow: /pub/公開/\n".encode("euc_jp"))
    assert rules.can_fetch("http://a.jp" + quote("/pub/公開/x.pdf"), ROBOT)
    assert not rules.can_fetch("http://a.jp/pub/x.pdf", ROBOT)


# Charsets of pages

TITLE, PLAIN = "①㈱試験 手引き第一号 高橋髙﨑", "手引き第一号 評価の観点"
BODY = '<p>当所の資料を掲載しています。</p><a href="a.pdf">{}</a>'


def meta(label: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={label}">'


def title_on(html: bytes, content_type: str = "text/html") -> str | None:
    (link,) = pages.read_page(html, "https://a.jp/", content_type).documents
    return link.title


@pytest.mark.parametrize("label", ["Shift_JIS", "windows-31j", "x-sjis", "MS_Kanji", "cp932"])
def test_labels_of_shift_jis_are_read_as_browsers_read_them(label: str) -> None:
    assert title_on((meta(label) + BODY.format(TITLE)).encode("cp932")) == TITLE


@pytest.mark.parametrize("label", ["EUC-JP", "x-euc-jp", "cp51932", "eucJP-ms"])
def test_euc_jp_has_the_characters_of_nec_and_ibm_under_all_its_labels(label: str) -> None:
    assert title_on(euc_jp(meta(label) + BODY.format(TITLE))) == TITLE


@pytest.mark.parametrize("label", ["ISO-2022-JP", "csISO2022JP", "iso-2022-jp-ms"])
def test_iso_2022_jp_has_the_characters_of_nec_and_ibm_under_all_its_labels(label: str) -> None:
    assert title_on(iso_2022_jp(meta(label) + BODY.format(TITLE))) == TITLE


def test_the_rarer_planes_of_euc_jp_and_iso_2022_jp_are_read() -> None:
    assert charsets.decode_as("ﾃｽﾄ丂".encode("euc_jp"), "euc-jp") == "ﾃｽﾄ丂"
    assert charsets.decode_as(b"\x1b(I\x43\x3d\x44\x1b$(D\x30\x21\x1b(B!", "iso-2022-jp") == "ﾃｽﾄ丂!"


@pytest.mark.parametrize("encode", [euc_jp, iso_2022_jp, lambda text: text.encode("cp932"), str.encode])
def test_a_page_that_declares_no_charset_is_read_by_its_bytes(encode: Callable[[str], bytes]) -> None:
    assert title_on(encode(BODY.format(PLAIN))) == PLAIN
    assert title_on(encode("<title>ｶﾀｶﾅ 資料</title>" + BODY.format(PLAIN))) == PLAIN


@pytest.mark.parametrize("padding", [2_500, 100_000])
def test_a_charset_that_is_declared_late_counts(padding: int) -> None:
    html = f"<!-- {'x' * padding} -->{meta('x-euc-jp')}{BODY.format(TITLE)}"
    assert title_on(euc_jp(html)) == TITLE


def test_a_charset_in_a_comment_does_not_count() -> None:
    html = f"<!-- {meta('Shift_JIS')} -->{meta('euc-jp')}{BODY.format(TITLE)}"
    assert title_on(euc_jp(html)) == TITLE


def test_the_default_charset_of_a_server_gives_way_to_that_of_the_page() -> None:
    html = (meta("Shift_JIS") + BODY.format(TITLE)).encode("cp932")
    assert title_on(html, "text/html; charset=ISO-8859-1") == TITLE
    assert title_on("<a href='a.pdf'>Évaluation</a>".encode("latin-1"), "text/html; charset=ISO-8859-1") == "Évaluation"


def test_a_wrong_charset_gives_way_to_the_one_in_which_the_bytes_are_text() -> None:
    assert title_on((meta("utf-8") + BODY.format(PLAIN)).encode("cp932")) == PLAIN
    assert title_on(euc_jp(meta("Shift_JIS") + BODY.format(PLAIN * 3)), "text/html; charset=utf-8") == PLAIN * 3


def test_one_bad_byte_does_not_change_the_charset_of_a_page() -> None:
    assert title_on((meta("utf-8") + BODY.format(PLAIN)).encode() + b"\xff") == PLAIN


def test_titles_in_the_charsets_of_a_whole_site_reach_the_ledger(web: Site, run_over: RunOver) -> None:
    declared = {"Shift_JIS": "cp932", "x-euc-jp": "euc", "ISO-2022-JP": "jis"}
    encoders: dict[str, Callable[[str], bytes]] = {
        "cp932": lambda text: text.encode("cp932"),
        "euc": euc_jp,
        "jis": iso_2022_jp,
    }
    web["/pub/"] = page("".join(f'<a href="{name}.html">{name}</a> ' for name in encoders))
    for label, name in declared.items():
        web[f"/pub/{name}.html"] = encoders[name](f'{meta(label)}<a href="{name}.pdf">{TITLE}</a>')
        web[f"/pub/{name}.pdf"] = pdf(name)
    result = run_over()
    assert {each.receipt.title for each in result.fetched} == {TITLE} and len(result.fetched) == 3


# Names of files

NAME = "評価ガイド.pdf"
WORD = base64.b64encode(NAME.encode()).decode()
DISPOSITIONS = {
    "extended": f"attachment; filename*=UTF-8''{quote(NAME)}",
    "extended with a language": f"attachment; filename*=utf-8'ja'{quote(NAME)}; filename=guide.pdf",
    "extended after plain": f"attachment; filename=\"guide.pdf\"; filename*=UTF-8''{quote(NAME)}",
    "extended in quotes": f"attachment; FILENAME*=\"UTF-8''{quote(NAME)}\"",
    "extended in Shift_JIS": f"attachment; filename*=Shift_JIS''{quote(NAME, encoding='cp932')}",
    "extended with a wrong charset": f"attachment; filename*=UTF-8''{quote(NAME, encoding='cp932')}",
    "extended in two parts": f"attachment; filename*0*=UTF-8''{quote(NAME[:2])}; filename*1*={quote(NAME[2:])}",
    "bytes of UTF-8": f'attachment; filename="{NAME}"'.encode().decode("latin-1"),
    "bytes of Shift_JIS": f'attachment; filename="{NAME}"'.encode("cp932").decode("latin-1"),
    "bytes of EUC-JP": f"attachment; filename={NAME}".encode("euc_jp").decode("latin-1"),
    "percent-encoded": f'attachment; filename="{quote(NAME)}"',
    "percent-encoded Shift_JIS": f"inline;filename={quote(NAME, encoding='cp932')}",
    "encoded word": f'attachment; filename="=?UTF-8?B?{WORD}?="',
    "encoded word in Q": f"attachment; filename==?UTF-8?Q?{quote(NAME).replace('%', '=')}?=",
    "folder of Windows": f'attachment; filename="C:\\docs\\{NAME}"'.encode("cp932").decode("latin-1"),
    "no type": f'filename="{NAME}"'.encode().decode("latin-1"),
}


@pytest.mark.parametrize("header", DISPOSITIONS.values(), ids=DISPOSITIONS)
def test_the_name_in_content_disposition_is_decoded(header: str) -> None:
    assert disposition.file_name_in(header) == NAME


def test_a_backslash_as_second_byte_of_shift_jis_is_no_folder() -> None:
    header = 'attachment; filename="能力表示.pdf"'.encode("cp932").decode("latin-1")
    assert disposition.file_name_in(header) == "能力表示.pdf"


@pytest.mark.parametrize("header", ["", "attachment", "attachment; filename=", "attachment; filename*=''", "; ; ="])
def test_a_header_without_a_name_gives_none(header: str) -> None:
    assert disposition.file_name_in(header) == ""


def sends(content: bytes, header: str) -> Responder:
    def respond(handler: Handler) -> None:
        handler.send_response(200)
        handler.wfile.write(b"".join(handler._headers_buffer))  # type: ignore[attr-defined]
        handler._headers_buffer = []  # type: ignore[attr-defined]
        handler.wfile.write(b"Content-Disposition: " + header.encode("latin-1") + b"\r\n")
        handler.wfile.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)

    return respond


def test_names_arrive_over_sockets_in_all_spellings(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page("".join(f'<a href="get/{at}">手引き{at}（PDF：1MB）</a>' for at in range(len(DISPOSITIONS))))
    for at, header in enumerate(DISPOSITIONS.values()):
        web[f"/pub/get/{at}"] = sends(pdf(f"{at}"), header)
    result = run_over()
    assert [each.receipt.file for each in result.fetched] == [NAME] * len(DISPOSITIONS)


# Addresses


def test_backslashes_in_links_are_slashes(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page(
        r'<a href="2025\a.pdf">一</a> <a href="\pub\b.pdf">二</a> <a href="..\pub\.\c.pdf?d=x\y">三</a>'
    )
    web["/pub/2025/a.pdf"], web["/pub/b.pdf"], web["/pub/c.pdf?d=x%5Cy"] = pdf("a"), pdf("b"), pdf("c")
    assert set(states(run_over()).values()) == {"fetched"}


def test_a_backslash_cannot_lead_to_another_host() -> None:
    assert joined("https://a.jp/", "https://b.jp\\@a.jp/x.pdf") == "https://b.jp/@a.jp/x.pdf"
    assert joined("https://a.jp/", "\\\\b.jp\\x.pdf") == "https://b.jp/x.pdf"


@pytest.mark.parametrize(
    ("linked", "kept"),
    [
        ("/a.pdf;jsessionid=0A1B.node1", "/a.pdf"),
        ("/list.jsp;JSESSIONID=77?page=2", "/list.jsp?page=2"),
        ("/a.pdf?PHPSESSID=4f", "/a.pdf"),
        ("/a.pdf?v=2&sid=99", "/a.pdf?v=2"),
        ("/get.cfm?id=9&CFID=1&CFTOKEN=2", "/get.cfm?id=9"),
        ("/(S(lit3py55t21z5v55vlm25s55))/a.pdf", "/a.pdf"),
        ("/get.php?sid=12", "/get.php?sid=12"),  # selects a section: nothing else names the document
        ("/a.pdf;v=2", "/a.pdf;v=2"),
        ("/a.pdf?v=20250401", "/a.pdf?v=20250401"),
        ("/(2024)/a.pdf", "/(2024)/a.pdf"),
    ],
)
def test_an_address_is_kept_without_its_session(linked: str, kept: str) -> None:
    assert without_session(f"https://a.jp{linked}") == f"https://a.jp{kept}"


def test_a_new_session_each_night_gives_no_new_document(web: Site, run_over: RunOver) -> None:
    for night in range(3):
        web["/pub/"] = page(
            f'<a href="a.pdf;jsessionid={night:08X}">一</a> <a href="b.pdf?sid={night}">二</a>'
            f'<a href="dl.php?id=3&amp;PHPSESSID={night}">三（PDF：1MB）</a>'
            f'<a href="more.html;jsessionid={night}">続き</a>'
        )
        web["/pub/more.html"] = page(f'<a href="c.pdf?v=1&amp;sid={night}">四</a>')
        for name in ("a.pdf", "b.pdf", "dl.php?id=3", "c.pdf?v=1"):
            web[f"/pub/{name}"] = pdf(name)
        found = states(run_over())
        wanted = "fetched" if night == 0 else "unchanged"
        assert found == dict.fromkeys(("a.pdf", "b.pdf", "c.pdf?v=1", "dl.php?id=3"), wanted)


def test_an_address_that_only_works_with_its_session_is_not_lost_silently(web: Site, run_over: RunOver) -> None:
    web["/pub/"] = page('<a href="a.pdf;jsessionid=1">一</a>')
    web["/pub/a.pdf"] = servers.status(403)
    (issue,) = [issue for issue in run_over().fetched[0].issues]
    assert issue.level == "error" and "a.pdf" in issue.message
