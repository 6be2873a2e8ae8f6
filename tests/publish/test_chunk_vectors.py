"""Chunks carry vectors that compare passages of both languages, as small whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace
from publications import document, documents, publication, released

import aisi_ingest
from aisi_ingest.alignment import encoder
from aisi_ingest.model import Block, Box, Content, Document, TextVector
from aisi_ingest.publish.chunk_vectors import vectors_of
from aisi_ingest.publish.chunks import chunk_rows, text_digest
from aisi_ingest.publish.rows import document_rows

needs_encoder = pytest.mark.skipif(encoder.load() is None, reason="the sentence encoder is not installed")


def content(*texts: str) -> Content:
    """Return a document in which each text is a chunk: the note of a page of its own."""
    blocks = tuple(Block(f"b{k}", k, Box(0, 0, 100, 9), "note", text, "en") for k, text in enumerate(texts, 1))
    pages = tuple((600.0, 800.0) for _ in texts)
    return Content("deck", "pdf", "en", "T", pages, blocks)


def unit(vector: TextVector) -> Any:
    return np.frombuffer(vector.values, dtype=np.int8) * vector.scale


@needs_encoder
def test_a_passage_is_nearest_to_its_translation() -> None:
    texts = (
        "The institute publishes a guide for the evaluation of safety.",
        "The weather will be sunny in the north tomorrow.",
        "研究所は安全性評価の手引きを公表する。",
    )
    found = vectors_of(content(*texts), encoder.load())
    guide, weather, translation = (unit(found[text_digest(text)]) for text in texts)
    assert guide @ translation > weather @ translation + 0.2


@needs_encoder
def test_a_vector_times_its_scale_has_length_1() -> None:
    (found,) = vectors_of(content("One sentence. And another one."), encoder.load()).values()
    assert len(found.values) == encoder.DIMENSIONS
    assert np.linalg.norm(unit(found)) == pytest.approx(1, abs=0.01)


def test_without_the_encoder_there_are_no_vectors() -> None:
    assert vectors_of(content("A sentence."), None) == {}


def documents_with_vectors() -> list[Document]:
    vector = TextVector(bytes([1, 0xFF, 127]), 0.5)
    found = []
    for each in documents():
        texts = [row.text for row in chunk_rows([document_rows(each, {})[0]], ())]
        found.append(replace(each, vectors={text_digest(text): vector for text in texts}))
    return found


def test_vectors_are_published_as_bytes_with_a_scale(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("root")
    release = released(publication(documents=documents_with_vectors()), root)
    table = pq.read_table(release / "parquet" / "chunks.parquet")
    assert table.schema.field("vector").type.value_type == pa.int8()
    assert table["vector"][0].as_py() == [1, -1, 127] and table["vector_scale"][0].as_py() == 0.5
    with aisi_ingest.load(release) as dataset:
        assert next(dataset.chunks()).vector == (1, -1, 127)
        other = next(dataset.chunks(size=50))
    assert other.vector is None and other.vector_scale is None


def test_a_text_without_a_vector_has_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    release = released(publication(documents=(document("ja"), document("en"))), tmp_path_factory.mktemp("root"))
    with aisi_ingest.load(release) as dataset:
        assert all(chunk.vector is None and chunk.vector_scale is None for chunk in dataset.chunks())
