"""Attacks: ``robots.txt``, charsets, Content-Disposition and addresses that are read in the main process."""

from __future__ import annotations

import pytest
from growth import growth

from aisi_ingest.fetch.charsets import decode_page
from aisi_ingest.fetch.disposition import file_name_in
from aisi_ingest.fetch.robots import parse_robots
from aisi_ingest.fetch.urls import joined

RULES = {
    "stars": lambda count: b"Disallow: /" + b"*a" * count + b"*b\n",
    "rules": lambda count: b"Disallow: /a*b\n" * count,
    "agents": lambda count: b"".join(b"User-agent: a%d\n" % number for number in range(count)) + b"Disallow: /\n",
    "escapes": lambda count: b"Disallow: /" + b"%" * count + b"\n",
}


@pytest.mark.parametrize("kind", RULES)
def test_hostile_rules_of_robots_txt_take_linear_time(kind: str) -> None:
    def ask(count: int) -> None:
        parse_robots(files[count]).can_fetch("https://a.example/" + "a" * 1000, "aisi-ingest")

    files = {count: b"User-agent: *\n" + RULES[kind](count) for count in (2500, 10_000)}
    assert growth(ask, 2500) < 8


@pytest.mark.parametrize("delay", [b"nan", b"1e999", b"-5", b"x"])
def test_a_crawl_delay_that_is_no_number_of_seconds_is_no_delay_or_finite(delay: bytes) -> None:
    found = parse_robots(b"User-agent: *\nCrawl-delay: %s\n" % delay).crawl_delay("aisi-ingest")
    assert found is None or found < float("inf")


@pytest.mark.parametrize(
    "charset", ["utf-7", "zlib_codec", "bz2", "rot13", "idna", "punycode", "undefined", "\0", "a" * 100_000]
)
def test_a_charset_that_no_browser_knows_decodes_nothing(charset: str) -> None:
    page = f'<meta charset="{charset}">+ADw-script+AD4-'.encode()
    for header in ("", f"text/html; charset={charset}"):
        assert decode_page(page, header) == page.decode()


def test_pages_full_of_open_tags_are_decoded_in_linear_time() -> None:
    assert growth(lambda count: decode_page(b"<meta " * count, ""), 50_000) < 8


@pytest.mark.parametrize(
    "header",
    [
        'attachment; filename="../../etc/passwd"',
        "attachment; filename=..\\..\\etc\\passwd",
        "attachment; filename*=utf-8''..%2F..%2Fetc%2Fpasswd",
        "attachment; filename*=utf-7''+AC8-etc+AC8-passwd",
        "attachment; filename*=zlib_codec''%78%9c",
        "attachment; filename*=\0''passwd",
    ],
)
def test_a_file_name_in_a_header_has_no_folder(header: str) -> None:
    name = file_name_in(header)
    assert "/" not in name and "\\" not in name and "\0" not in name


@pytest.mark.parametrize("part", ['filename="a;', "filename*=x''%", '"\\'])
def test_hostile_headers_with_file_names_take_linear_time(part: str) -> None:
    assert growth(lambda count: file_name_in("attachment; " + part * count), 5000) < 8


@pytest.mark.parametrize(
    "address",
    [
        "http:///x",
        "HTTP://A.EXAMPLE:99999999/",
        "http://a.example:\u0661/",
        "http://user:word@a.example/",
        "//" + "@" * 50_000,
        "http://a" + ".b" * 50_000,
    ],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    assert joined("https://a.example/", address) is None


@pytest.mark.parametrize("host", ["ex\u00adample.org", "example\u3002org", "\u24d4xample.org", "EXAMPLE.org."[:-1]])
def test_another_spelling_of_a_host_is_the_same_host(host: str) -> None:
    assert joined("https://a.example/", f"http://{host}/x.pdf") == "http://example.org/x.pdf"
