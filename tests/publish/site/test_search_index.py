"""The index of the viewer's search holds every text, in parts of limited size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from publications import HOSTILE, document, publication, released

from aisi_ingest.publish.site import search_index
from aisi_ingest.publish.site.search_terms import index_terms, singular

DIGITS = [chr(code) for code in range(33, 127) if chr(code) not in '"\\']


def numbers(text: str) -> list[int]:
    """Return the numbers of a text, as the page reads them."""
    found, last, value = [], -1, 0
    for digit in map(DIGITS.index, text):
        if digit >= 46:
            value = (value + digit - 46) * 46
        else:
            last += value + digit + 1
            found.append(last)
            value = 0
    return found


def data(path: Path) -> Any:
    return json.loads("[" + path.read_text("utf-8").removeprefix("searchPart(").removesuffix(");\n") + "]")[1]


class Index:
    """An index read from its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.segments = data(folder / "head.js")["segments"]

    def terms(self, segment: str) -> dict[str, list[int]]:
        parts = sorted((self.folder / segment).glob("t*.js"))
        return {term: numbers(text) for part in parts for term, text in data(part).items()}

    def texts(self, segment: str) -> list[list[Any]]:
        head = data(self.folder / segment / "head.js")
        parts = [data(self.folder / segment / f"x{number}.js") for number in range(len(head["texts"]))]
        return [row for part in parts for row in part["rows"]]

    def find(self, term: str) -> set[str]:
        """Return the Japanese and English texts of all records with a term."""
        found: set[str] = set()
        for segment in self.segments:
            texts = self.texts(segment)
            for record in self.terms(segment).get(term, ()):
                found.update(texts[record][1:3])
        return found - {""}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index(released(publication(), tmp_path_factory.mktemp("root")) / "site" / "search")


@given(st.sets(st.integers(0, 500_000)).map(sorted))
def test_numbers_are_read_as_they_were_written(values: list[int]) -> None:
    assert numbers(search_index.numbers_text(values)) == values


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Policies for risks", ["policy", "for", "risk"]),
        ("ＡＩＳＩの活動", ["aisi", "の活", "活動"]),
        ("コンピューター", ["コン", "ンピ", "ピュ", "ュー", "ータ"]),
        ("red-teaming models", ["red", "teaming", "model", "redteaming"]),
        ("red‑teaming", ["red", "teaming", "redteaming"]),
    ],
)
def test_plurals_width_case_hyphens_and_long_vowels_are_folded(text: str, terms: list[str]) -> None:
    assert index_terms(text) == terms


@pytest.mark.parametrize("word", ["bus", "process", "us", "s", "toes", "crises"])
def test_endings_that_are_no_plural_stay(word: str) -> None:
    assert singular(word) == {"toes": "toe", "crises": "crise"}.get(word, word)


def test_a_word_of_one_language_finds_the_text_of_both(index: Index) -> None:
    assert index.find("言語") == index.find("language")
    assert {"対象は大規模言語モデルである", "It covers large language models"} <= index.find("language")


def test_tables_footnotes_and_titles_are_searched_but_no_hidden_text(index: Index) -> None:
    assert "観点 | 件数\n公平性 | 3" in index.find("公平")
    assert "注の本文" in index.find("本文")
    assert "AIの安全性評価の手引き" in index.find("安全")
    assert not index.find("見え")


def test_all_names_of_an_entity_find_it_and_the_texts_that_mention_it(index: Index) -> None:
    assert index.segments == ["n0", "s0"]
    names = index.terms("n0")
    assert names["=exi"] == names["=見本研究所"] == names["=exampleinstitute"]
    (record,) = names["=exi"]
    assert index.texts("n0")[record][3:] == ["exi.html", "exi", 3 * 2]
    mentioned = [index.texts("s0")[record][1] for record in index.terms("s0")["@exi"]]
    assert any("見本研究所" in text for text in mentioned)


def test_a_form_that_repeats_another_one_is_left_out(tmp_path: Path) -> None:
    slides = replace(document("ja"), id="guide/1.0/ja.pptx")
    both = publication(documents=(document("ja"), slides), alignments=(), comparisons=())
    index = Index(released(both, tmp_path) / "site" / "search")
    assert [page[1] for page in data(index.folder / "s0" / "pages.js")] == ["works/guide.html"]


def test_a_large_index_is_divided_into_segments_and_small_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "_SEGMENT_RECORDS", 30)
    monkeypatch.setattr(search_index, "_PART_CHARACTERS", 400)
    works = [document("ja", work=f"work-{number}", digit=str(number)) for number in range(9)]
    index = Index(released(publication(documents=works, alignments=(), comparisons=()), tmp_path) / "site" / "search")
    assert len(index.segments) >= 4
    assert len(index.find("安全")) == 1
    found = [record for segment in index.segments if segment[0] == "s" for record in index.terms(segment)["公平"]]
    assert len(found) == 9
    sizes = [len(path.read_text("utf-8")) for path in index.folder.rglob("[tx]*.js")]
    largest = len(HOSTILE) * 2
    assert max(sizes) < 400 + largest, "one entry more than the limit, and the names of the part"


def test_the_index_of_the_same_documents_has_the_same_bytes(index: Index, tmp_path: Path) -> None:
    again = released(publication(), tmp_path) / "site" / "search"
    files = sorted(path.relative_to(again) for path in again.rglob("*.js"))
    assert [(index.folder / each).read_bytes() for each in files] == [(again / each).read_bytes() for each in files]
