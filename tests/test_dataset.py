"""A published release as objects and Arrow tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from publications import publication, released

import aisi_ingest
from aisi_ingest.dataset import Dataset, ReleaseDamaged


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    released(publication(), root)
    return root


@pytest.fixture
def dataset(root: Path) -> Iterator[Dataset]:
    with aisi_ingest.load(root) as dataset:
        yield dataset


def test_root_processed_latest_and_release_folder_open_the_same_release(root: Path) -> None:
    places: list[str | Path] = [
        root,
        root / "processed",
        root / "processed/latest",
        str(root / "processed/releases/20261122T031700Z"),
    ]
    assert {aisi_ingest.load(place).path for place in places} == {root / "processed/releases/20261122T031700Z"}


def test_a_folder_without_a_release_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no release here"):
        aisi_ingest.load(tmp_path)


def test_documents_have_typed_sections_blocks_tables_and_mentions(dataset: Dataset) -> None:
    document = dataset.document("guide/1.0/ja")
    assert document.title == "AIの安全性評価の手引き" and document.lang == "ja"
    assert [section.title for section in document.sections] == ["はじめに", "評価の観点"]
    blocks = {block.id: block for block in document.blocks}
    assert all(blocks[m.block].text[m.start : m.end] == m.text for m in document.mentions)
    assert document.tables[0].rows[1] == ("公平性", "3")
    assert "対象は大規模言語モデルである" in [block.text for block in document.under(document.sections[0])]


def test_the_text_of_a_document_is_its_visible_text(dataset: Dataset) -> None:
    text = dataset.document("guide/1.0/ja").text
    assert text.startswith("AIの安全性評価の手引き\nはじめに\n") and "見えない文字" not in text


def test_pairs_have_the_aligned_texts_of_both_languages(dataset: Dataset) -> None:
    blocks = list(dataset.pairs())
    assert ("はじめに", "Introduction") in [(pair.ja, pair.en) for pair in blocks]
    assert [(pair.ja, pair.en) for pair in blocks if not pair.en] == [("日本語だけにある段落。", "")]
    (sentence,) = dataset.pairs("sentence")
    assert sentence.ja == "令和6年9月25日、見本研究所（EXI）は評価の手引きを公表" and sentence.score == 0.8
    assert next((pair.ja, pair.en) for pair in dataset.pairs("section")) == ("はじめに", "Introduction")


def test_arrow_tables_have_only_the_requested_columns(dataset: Dataset) -> None:
    table = dataset.arrow("mentions", columns=["label", "value"])
    assert table.column_names == ["label", "value"] and table.num_rows == 12
    with pytest.raises(KeyError, match="no table 'poems'"):
        dataset.arrow("poems")


def test_verify_rejects_a_release_that_was_modified(tmp_path: Path) -> None:
    release = released(publication(), tmp_path)
    aisi_ingest.load(release, verify=True).close()
    path = release / "mentions.jsonl"
    path.write_text(path.read_text("utf-8").replace("山田花子", "山田次郎", 1), encoding="utf-8")
    with pytest.raises(ReleaseDamaged, match=r"mentions\.jsonl: changed since it was published") as error:
        aisi_ingest.load(release, verify=True)
    assert any("not '山田次郎'" in problem for problem in error.value.problems)


def test_the_example_in_the_documentation_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[1] / "docs" / "dataset.md").read_text("utf-8")
    example = text.split("```python\n")[1].partition("```")[0]
    monkeypatch.chdir(root)
    exec(compile(example, "docs/dataset.md", "exec"), {})
    assert "AIの安全性評価の手引き ja 2 4" in capsys.readouterr().out


def test_the_bitext_has_both_texts(dataset: Dataset) -> None:
    assert ("はじめに", "Introduction") in [(row.ja, row.en) for row in dataset.bitext()]


def test_chunks_of_the_default_size_are_the_published_ones_and_others_are_made(dataset: Dataset) -> None:
    assert [chunk.text for chunk in dataset.chunks()] != [chunk.text for chunk in dataset.chunks(size=20)]
    published = (dataset.path / "chunks.jsonl").read_text("utf-8").splitlines()
    assert [chunk.id for chunk in dataset.chunks()] == [json.loads(line)["id"] for line in published]


@pytest.mark.parametrize("words", ["見本研究所", "ＥＸＩ", "perspective", '"large language models"'])
def test_a_search_finds_titles_text_and_names(dataset: Dataset, words: str) -> None:
    assert dataset.search(words)


def test_a_search_can_be_limited_to_a_language_and_a_number(dataset: Dataset) -> None:
    assert {hit.lang for hit in dataset.search("EXI", lang="ja")} == {"ja"}
    assert len(dataset.search("EXI", limit=1)) == 1


def test_a_search_for_what_is_hidden_or_for_signs_finds_nothing(dataset: Dataset) -> None:
    assert dataset.search("見えない文字") == [] and dataset.search("。*") == []


def test_a_search_leaves_the_files_of_the_release_as_they_are(dataset: Dataset) -> None:
    before = sorted(path.name for path in dataset.path.iterdir())
    dataset.search("評価")
    assert sorted(path.name for path in dataset.path.iterdir()) == before
