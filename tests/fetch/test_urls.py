"""The one spelling of an address, and the file names in addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.fetch import urls


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("https://example.org/?b=2&a=1&a=0&c", "https://example.org/?b=2&a=1&a=0&c"),
        ("https://example.org:8080", "https://example.org:8080/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("https://日本.example/資料?題=x y", "https://xn--wgv71a.example/%E8%B3%87%E6%96%99?%E9%A1%8C=x%20y"),
        ("https://example.org/%e8%b3%87%2f%zz", "https://example.org/%e8%b3%87%2f%zz"),
        ("http://[2001:DB8::1]:80/a", "http://[2001:db8::1]/a"),
        ("https://example.org/a[1]|b.pdf", "https://example.org/a%5B1%5D%7Cb.pdf"),
        ("https://example.org/pub\\a.pdf", "https://example.org/pub/a.pdf"),
        ("https://example.org/?q='a'", "https://example.org/?q=%27a%27"),
    ],
)
def test_an_address_has_one_spelling_and_keeps_its_path_and_query(url: str, spelling: str) -> None:
    assert urls.canonical(url) == spelling
    assert urls.canonical(spelling) == spelling


@pytest.mark.parametrize(
    "url",
    ["https:///a.pdf", "https://user:secret@example.org/", "http://[x/", "https://\u202e例~/", "a.pdf", ""],
)
def test_an_address_without_a_valid_host_or_with_a_user_name_is_invalid(url: str) -> None:
    with pytest.raises(ValueError):
        urls.canonical(url)


@given(st.text(max_size=300))
def test_a_safe_name_is_never_a_path(text: str) -> None:
    name = urls.safe_name(text)
    assert "/" not in name and "\\" not in name and name not in (".", "..") and len(name) <= 200
    assert urls.safe_name(name) == name


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
def test_a_file_name_is_the_last_part_of_the_path(url: str, name: str) -> None:
    assert urls.file_name(url) == name
