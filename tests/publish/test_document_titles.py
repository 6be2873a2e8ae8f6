"""The title of a document names the work: its own title, what a person stated, or the text of the link."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from publications import document

from aisi_ingest.model import Document
from aisi_ingest.publish.check import identity_problems
from aisi_ingest.publish.rows import document_rows
from aisi_ingest.publish.titles import document_title, is_generic


def titled(own: str, link: str | None, by_hand: bool = False) -> Document:
    sample = document("en")
    listing = replace(sample.listing, title=link, by_hand=("title",) if by_hand else ())
    return replace(sample, content=replace(sample.content, title=own), listing=listing)


@pytest.mark.parametrize(
    "own", ["はじめに", "付録 概要", "Appendix", "Annex A", "別紙2", "Introduction", "guide_v2.docx", ""]
)
def test_a_title_that_only_names_a_part_of_any_document_gives_way_to_the_text_of_the_link(own: str) -> None:
    assert document_title(titled(own, "Safety Guide: Appendix")) == ("Safety Guide: Appendix", "listing")


@pytest.mark.parametrize(
    "own", ["Automated Red Teaming Manual", "付録：評価の観点", "Overview of the Institute", "AI事業者ガイドライン"]
)
def test_a_title_with_a_word_of_its_own_stays(own: str) -> None:
    assert document_title(titled(own, "Download the guide")) == (own, "document")


@pytest.mark.parametrize("link", [None, "PDF版", "Download (PDF)", "英語版", "概要"])
def test_a_link_that_says_nothing_replaces_no_title(link: str | None) -> None:
    assert document_title(titled("はじめに", link)) == ("はじめに", "document")


def test_a_stated_title_counts_more_than_a_good_one_of_the_document() -> None:
    assert document_title(titled("A Good Title of a Guide", "Stated", by_hand=True)) == ("Stated", "by_hand")


def test_without_any_title_the_name_of_the_file_is_the_title() -> None:
    sample = titled("", None)
    assert document_title(sample) == (sample.listing.source.file, "file_name")


def test_a_title_is_not_generic_because_of_its_digits() -> None:
    assert is_generic("資料2-1") and not is_generic("ISO 42001")


def test_the_languages_of_a_document_have_shares_that_add_up_to_1() -> None:
    rows, _ = document_rows(document("ja"), {})
    shares = rows.document.languages
    assert shares.ja > shares.en and shares.ja + shares.en == pytest.approx(1)


def test_an_id_that_contradicts_date_or_edition_is_a_problem() -> None:
    head = document_rows(document("ja"), {})[0].document
    dated = replace(head, id="guide/2024-09-25/ja", edition=None, date="2024-09-25")
    assert not list(identity_problems([dated, replace(dated, id="guide/2024-09-25/en", date="2025-01-06")]))
    assert not list(identity_problems([replace(dated, date="2024-09")]))
    assert list(identity_problems([replace(dated, date="2023-12-21")]))
    assert list(identity_problems([replace(dated, edition="1.0")]))
