"""Search by words and by meaning."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publications import publication, released

from aisi_ingest.alignment import encoder
from aisi_ingest.retrieval.chunk_vectors import nearest_chunks
from aisi_ingest.retrieval.search import Hit, search


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(publication(), tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module")
def release_with_vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    release = released(publication(), tmp_path_factory.mktemp("vectors"))
    add_vectors(release)
    return release


def add_vectors(release: Path) -> None:
    """Add the columns ``vector`` and ``vector_scale`` to the chunks, each from the text of its chunk."""
    path = release / "parquet" / "chunks.parquet"
    table = pq.read_table(path)
    model = encoder.load()
    assert model is not None
    vectors = model.encode(table["text"].to_pylist())
    scales = np.abs(vectors).max(axis=1) / 127
    whole = np.rint(vectors / scales[:, None]).astype(np.int8)
    for name in {"vector", "vector_scale"} & set(table.column_names):
        table = table.drop_columns([name])
    table = table.append_column("vector", pa.array(list(whole), pa.list_(pa.int8())))
    pq.write_table(table.append_column("vector_scale", pa.array(scales)), path)


def test_a_hit_has_both_languages_and_says_where_it_is(release: Path) -> None:
    hit = next(hit for hit in search(release, "大規模言語モデル") if hit.kind == "block")
    assert (hit.id, hit.text, hit.edition, hit.pages) == (
        "guide/1.0/ja#b4",
        "対象は大規模言語モデルである",
        "1.0",
        (1, 1),
    )
    assert hit.url == "https://example.org/guide_ja.pdf#page=1" and hit.regions[0].bbox[0] == 72.0
    assert hit.counterpart is not None and hit.counterpart.text == "It covers large language models"


def test_a_name_is_found_as_it_was_typed_and_once(release: Path) -> None:
    (hit,) = (
        hit for hit in search(release, "Institute EXI") + search(release, "EXI", lang="en") if hit.document is None
    )
    assert (hit.id, hit.lang, hit.text) == ("exi", "en", "EXI")
    assert hit.counterpart is not None and hit.counterpart.text == "見本研究所"


def test_a_name_finds_passages_with_the_names_of_the_other_language(release: Path) -> None:
    by_name = {hit.id: hit.found_by for hit in search(release, "Example Institute") if hit.kind == "block"}
    assert by_name == {
        "guide/1.0/en#b3": ("words", "name"),
        "guide/1.0/ja#b3": ("name",),
        "only-japanese/-/ja#b3": ("name",),
    }
    assert {hit.lang for hit in search(release, "Example Institute", lang="ja")} == {"ja"}


def test_words_that_are_only_part_of_a_name_find_no_other_names(release: Path) -> None:
    assert {hit.found_by for hit in search(release, "Institute")} == {("words",)}


def test_words_of_one_language_find_the_aligned_text_in_the_other(release: Path) -> None:
    hits = search(release, "large language models", lang="ja")
    assert [(hit.id, hit.found_by) for hit in hits] == [("guide/1.0/ja#b4", ("translation",))]
    headings = [(hit.kind, hit.text) for hit in search(release, "Perspectives", lang="ja")]
    assert ("section", "評価の観点") in headings and ("block", "評価の観点") in headings


def test_a_question_finds_a_chunk_by_meaning_with_its_counterpart(release_with_vectors: Path) -> None:
    hits = search(release_with_vectors, "Who reviewed the guide that the institute published in September 2024?")
    assert [hit.found_by for hit in hits] == [("meaning",)]
    assert "was reviewed by Hanako Yamada" in hits[0].text
    assert hits[0].counterpart is not None and "山田花子が監修した。" in hits[0].counterpart.text


def test_a_release_without_vectors_is_searched_by_words_only(release: Path) -> None:
    assert nearest_chunks(release, "Which institute published a guide?", None, 5) == []
    assert {hit.found_by for hit in search(release, "guide")} == {("words",)}


def test_what_no_text_is_near_to_is_not_found(release_with_vectors: Path) -> None:
    assert search(release_with_vectors, "美味しいラーメンの店") == []


def test_a_block_near_in_meaning_goes_before_others_with_the_words(release_with_vectors: Path) -> None:
    hits = search(release_with_vectors, "On September 25, 2024, the Example Institute (EXI) published a guide.")
    assert (hits[0].id, hits[0].found_by) == ("guide/1.0/en#b3", ("words", "meaning"))


def test_passages_with_the_words_come_before_passages_with_the_meaning(release_with_vectors: Path) -> None:
    hits: list[Hit] = search(release_with_vectors, "the Example Institute published a guide")
    by_words = ["words" in hit.found_by for hit in hits]
    assert by_words == sorted(by_words, reverse=True)


def test_the_limit_holds_for_both_lists_together(release_with_vectors: Path) -> None:
    assert len(search(release_with_vectors, "the Example Institute published a guide", limit=1)) == 1


def test_a_chunk_of_few_characters_is_not_found_by_meaning(release: Path, tmp_path: Path) -> None:
    shutil.copytree(release, tmp_path / "short")
    path = tmp_path / "short" / "parquet" / "chunks.parquet"
    table = pq.read_table(path)
    names = pa.array(["Hanako Yamada" for _ in range(table.num_rows)])
    pq.write_table(table.set_column(table.column_names.index("text"), "text", names), path)
    add_vectors(tmp_path / "short")
    assert nearest_chunks(tmp_path / "short", "Hanako Yamada", None, 50) == []
