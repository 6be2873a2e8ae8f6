"""Passages by id, with both languages, and their citations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from publications import released, with_guides
from published_editions import two_editions

import aisi_ingest
from aisi_ingest.dataset import Dataset
from aisi_ingest.publish.schema import TABLES
from aisi_ingest.retrieval.lookup import Lookup
from aisi_ingest.retrieval.passages import find_passage

JA, EN = "guide/1.0/ja", "guide/1.0/en"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(with_guides(two_editions()), tmp_path_factory.mktemp("root"))


@pytest.fixture
def dataset(release: Path) -> Iterator[Dataset]:
    with aisi_ingest.load(release) as dataset:
        yield dataset


@pytest.mark.parametrize("table", TABLES)
def test_rows_from_the_database_equal_the_published_ones(release: Path, dataset: Dataset, table: str) -> None:
    with Lookup(release) as lookup:
        published = list(dataset.rows(table, TABLES[table]))
        assert published
        assert [lookup.get(TABLES[table], row.id) for row in published] == published


@pytest.mark.parametrize(
    ("wanted", "kind", "text", "other"),
    [
        (JA, "document", "AIの安全性評価の手引き", "A Guide to Evaluating AI Safety"),
        (f"{JA}#s1", "section", "はじめに", "Introduction"),
        (f"{EN}#b4", "block", "It covers large language models", "対象は大規模言語モデルである"),
        (f"{EN}#t1", "table", "Perspective | Cases\nFairness | 4", "観点 | 件数\n公平性 | 3"),
        ("exi", "entity", "見本研究所", "Example Institute"),
    ],
)
def test_a_passage_has_its_text_in_both_languages(release: Path, wanted: str, kind: str, text: str, other: str) -> None:
    passage = find_passage(release, wanted)
    assert (passage.kind, passage.text) == (kind, text)
    assert passage.counterpart is not None and passage.counterpart.text == other


def test_the_counterpart_of_a_sentence_is_the_aligned_sentence(release: Path) -> None:
    passage = find_passage(release, f"{JA}#b3:0-30")
    assert passage.text == "令和6年9月25日、見本研究所（EXI）は評価の手引きを公表"
    assert passage.counterpart is not None and passage.counterpart.ids == (f"{EN}#b3:0-65",)


def test_a_sentence_without_an_aligned_sentence_has_the_counterpart_of_its_block(release: Path) -> None:
    passage = find_passage(release, f"{JA}#b3:34-43")
    assert passage.counterpart is not None and passage.counterpart.ids == (f"{EN}#b3",)


def test_the_passage_of_a_mention_is_the_sentence_around_it(release: Path) -> None:
    assert find_passage(release, f"{JA}#m3").text == "山田花子が監修した。"


def test_a_chunk_has_the_chunk_of_the_other_language_beside_it(release: Path, dataset: Dataset) -> None:
    chunk = next(each for each in dataset.chunks() if each.counterparts)
    counterpart = find_passage(release, chunk.id).counterpart
    assert counterpart is not None and counterpart.ids == chunk.counterparts


def test_a_text_in_one_language_only_has_no_counterpart(release: Path) -> None:
    assert find_passage(release, f"{JA}#b11").counterpart is None


def test_a_passage_says_where_it_stands(release: Path) -> None:
    passage = find_passage(release, f"{JA}#b6")
    assert (passage.edition, passage.date, passage.section) == ("1.0", "2024-09-25", ("2 評価の観点",))
    assert passage.pages == (2, 2) and passage.url == "https://example.org/guide_ja.pdf#page=2"
    (region,) = passage.regions
    assert region.page == 2 and region.bbox == (72.0, 180.0, 400.0, 195.0)


@pytest.mark.parametrize("wanted", ["", "nobody", "guide/1.0/ja#b999", "guide/1.0/ja#b3:9-3", "guide/1.0/ja#b3:0-999"])
def test_an_unknown_id_is_an_error_that_names_it(release: Path, wanted: str) -> None:
    with pytest.raises(KeyError, match="aisi-ingest search shows ids") as error:
        find_passage(release, wanted)
    assert repr(wanted) in error.value.args[0]


@pytest.mark.parametrize("wanted", [f"{JA}#b10", f"{JA}#b10:0-3"])
def test_text_that_a_reader_cannot_see_is_no_passage(release: Path, wanted: str) -> None:
    with pytest.raises(KeyError, match="a reader of the page cannot see"):
        find_passage(release, wanted)


def test_a_citation_names_text_title_edition_page_address_and_checksum(dataset: Dataset) -> None:
    citation = dataset.cite(f"{EN}#b4")
    assert citation.line == (
        "“It covers large language models” j-aisi, A Guide to Evaluating AI Safety, edition 1.0, 2024-09-25, "
        f"1 Introduction, p. 1, https://example.org/guide_en.pdf#page=1, sha256:{'2' * 64}"
    )
    assert (citation.sha256, citation.attribution) == ("2" * 64, "Example Institute, “Guide”")


def test_a_japanese_text_is_cited_in_japanese(dataset: Dataset) -> None:
    line = dataset.cite(f"{JA}#b4").line
    assert (
        line.startswith("「対象は大規模言語モデルである」 ") and "、第1.0版、2024-09-25、1 はじめに、1ページ、" in line
    )


def test_an_entity_cannot_be_cited(dataset: Dataset) -> None:
    with pytest.raises(KeyError, match="exi is an entity"):
        dataset.cite("exi")
