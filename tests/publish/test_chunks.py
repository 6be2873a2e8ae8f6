"""Chunks are passages of one section with a limited size, stable ids and counterparts in the other language."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from publications import alignment, document

from aisi_ingest.model import Lang
from aisi_ingest.publish.chunks import CHUNK_SIZE, chunk_rows
from aisi_ingest.publish.pair_rows import alignment_rows
from aisi_ingest.publish.rows import DocumentRows, document_rows
from aisi_ingest.publish.schema import AlignmentRow, BlockRow, ChunkRow
from aisi_ingest.text.sentences import sentences


def rows(lang: Lang, **texts: str) -> DocumentRows:
    """Return the rows of the sample guide, with other texts for some of its blocks."""
    found, _ = document_rows(document(lang), {})
    head = f"{found.document.id}#"

    def changed(block: BlockRow) -> BlockRow:
        return replace(block, text=texts.get(block.id.removeprefix(head), block.text))

    return replace(found, blocks=tuple(map(changed, found.blocks)), mentions=() if texts else found.mentions)


def beads() -> tuple[AlignmentRow, ...]:
    return alignment_rows(alignment(), {"guide/1.0/ja": "1.0", "guide/1.0/en": "1.0"})


def chunks(*documents: DocumentRows, size: int = CHUNK_SIZE) -> tuple[ChunkRow, ...]:
    return chunk_rows(documents, beads(), size)


def test_a_chunk_has_the_text_of_one_section_with_its_path_pages_and_address() -> None:
    first, second = chunks(rows("ja"))
    assert first.section_path == ("1 はじめに",) and second.section_path == ("2 評価の観点",)
    assert first.text.startswith("令和6年9月25日") and first.pages == (1, 1)
    assert second.url == "https://example.org/guide_ja.pdf#page=2"


def test_hidden_text_furniture_and_headings_are_in_no_chunk() -> None:
    texts = "\n".join(each.text for each in chunks(rows("ja"), rows("en")))
    assert "見えない文字" not in texts and "\n1\n" not in texts and "はじめに" not in texts.split("\n")


def test_a_chunk_names_the_entities_that_it_mentions() -> None:
    assert chunks(rows("ja"))[0].entities == ("exi", "local:hanako-yamada")


def test_a_chunk_names_the_chunks_with_the_same_content_in_the_other_language() -> None:
    found = {each.id: each for each in chunks(rows("ja"), rows("en"))}
    first = next(iter(found.values()))
    (other,) = first.counterparts
    assert found[other].lang == "en" and found[other].counterparts == (first.id,)
    assert found[other].section_path == ("1 Introduction",)


def test_the_parts_of_a_long_block_have_the_parts_with_the_same_sentences_as_counterparts() -> None:
    ja, en = "甲は乙を評価する。" * 3, "It is evaluated. " * 3
    texts = {"b3": ja}, {"b3": en.strip()}
    pair = (rows("ja", **texts[0]), rows("en", **texts[1]))
    spans = [list(sentences(each.blocks[2].text)) for each in pair]
    row = next(each for each in beads() if each.unit == "sentence")
    linked = tuple(
        replace(row, ja=(f"guide/1.0/ja#b3:{a}-{b}",), en=(f"guide/1.0/en#b3:{c}-{d}",))
        for (a, b), (c, d) in zip(*spans, strict=True)
    )
    found = [each for each in chunk_rows(pair, linked, 17) if each.blocks[0].endswith("b3")]
    assert len(found) == 6
    left, right = found[:3], found[3:]
    assert [each.counterparts for each in left] == [(each.id,) for each in right]


def test_a_sentence_longer_than_the_size_stays_whole() -> None:
    long = "長" * 50 + "。"
    assert long in [each.text for each in chunks(rows("ja", b3=f"短い。{long}また短い。"), size=10)]


def test_a_table_is_cut_between_its_rows() -> None:
    lines = [f"行{number} | 値" for number in range(30)]
    found = [each.text for each in chunks(rows("ja", b6="\n".join(lines)), size=20)]
    assert set(lines) <= {line for text in found for line in text.split("\n")}


def test_an_id_stays_where_other_text_changes() -> None:
    before, after = chunks(rows("ja")), chunks(rows("ja", b3="別の文。"))
    assert before[1].id == after[1].id and before[0].id != after[0].id


def test_equal_passages_of_one_section_have_ids_of_their_own() -> None:
    found = chunks(rows("ja", b3="同じ文。", b4="同じ文。"), size=4)
    assert len({each.id for each in found}) == len(found)


def test_a_size_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 character"):
        chunks(rows("ja"), size=0)


SENTENCES = st.lists(st.sampled_from(["甲。", "評価の観点を示す。", "AI.", "Models are tested, e.g. by teams.", "\n"]))


@settings(deadline=None)
@given(SENTENCES, st.integers(1, 60))
def test_no_chunk_is_longer_than_the_size_and_no_text_is_lost(parts: Sequence[str], size: int) -> None:
    text = " ".join(parts)
    document = rows("ja", b3=text)
    found = chunks(document, size=size)
    spans = list(sentences(text))
    longest = max((end - start for start, end in spans), default=0)
    mine = [each for each in found if each.blocks == ("guide/1.0/ja#b3",)]
    assert all(len(each.text) <= max(size, longest) for each in mine)
    whole = "\n".join(each.text for each in found)
    assert all(text[start:end] in whole for start, end in spans)
