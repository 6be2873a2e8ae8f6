"""The vectors of chunks, by which they can be compared across languages without a model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from aisi_ingest.alignment.encoder import Encoder, weighted_mean
from aisi_ingest.model import Content, Document, Licence, Listing, Source, TextVector
from aisi_ingest.publish.chunks import chunk_rows, text_digest
from aisi_ingest.publish.rows import document_rows
from aisi_ingest.text.sentences import sentences

_INT8_MAX = 127
_SCALE_DIGITS = 9


def vectors_of(content: Content, encoder: Encoder | None) -> dict[str, TextVector]:
    """Return the vector of each chunk of a document, by `text_digest`; none without an encoder.

    The vector of a chunk is the mean of the vectors of its sentences, weighted by their lengths.
    """
    if encoder is None:
        return {}
    unknown = Listing(Source(None, "", "", 0, ""), licence=Licence("", "", ""))
    rows, _ = document_rows(Document(unknown, content), {})
    texts = list(dict.fromkeys(row.text for row in chunk_rows([rows], ())))
    parts = [_sentences(text) for text in texts]
    encoded = encoder.encode([part for own in parts for part in own])
    ends = np.cumsum([0, *map(len, parts)]).tolist()
    means = (
        weighted_mean(encoded[start:end], map(len, own))
        for (start, end), own in zip(pairwise(ends), parts, strict=True)
    )
    return {text_digest(text): _stored(mean) for text, mean in zip(texts, means, strict=True)}


def _sentences(text: str) -> list[str]:
    found = [line[start:end] for line in text.split("\n") for start, end in sentences(line)]
    return [sentence for sentence in found if sentence.strip()] or [text]


def _stored(vector: np.ndarray) -> TextVector:
    """Return a unit vector as signed bytes: its largest absolute value becomes 127."""
    scale = round(float(np.abs(vector).max()) / _INT8_MAX, _SCALE_DIGITS) or 1.0
    return TextVector(np.rint(vector / scale).clip(-_INT8_MAX, _INT8_MAX).astype(np.int8).tobytes(), scale)
