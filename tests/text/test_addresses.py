"""Addresses and file names in text."""

from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.text.addresses import ADDRESS, find_addresses, overlaps


@given(
    st.lists(
        st.sampled_from(
            ["https://", "www.", "a", "b-c", "@", ".", ".pdf", ".html", "doi:", "arxiv:", "10", " ", "。", "/"]
        ),
        max_size=8,
    ).map("".join)
)
def test_text_without_the_sign_of_an_address_contains_none(folded: str) -> None:
    assert find_addresses(folded) == [m.span() for m in ADDRESS.finditer(folded)]


def test_addresses_and_file_names_are_found_with_their_spans() -> None:
    folded = "see https://example.org/a, info@example.org and report-2024.pdf"
    assert [folded[a:b] for a, b in find_addresses(folded)] == [
        "https://example.org/a,",
        "info@example.org",
        "report-2024.pdf",
    ]


def test_spans_that_only_touch_do_not_overlap() -> None:
    assert overlaps([(5, 9)], 8, 12)
    assert not overlaps([(5, 9)], 9, 12)
    assert not overlaps([(5, 9)], 2, 5)
