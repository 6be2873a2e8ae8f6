"""Measure how similar two whole documents are: anchors that both have, and the contents of their sections.

This finds the two languages, the two forms and the editions of one work, with or without names.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from aisi_ingest.alignment import encoder as encoders
from aisi_ingest.alignment import evidence
from aisi_ingest.alignment.encoder import Encoder
from aisi_ingest.model import Document, Mention

# Features come from evenly spaced parts of a document and the beginning of each part, so that their cost is limited.
_MAX_PARTS = 120  # sections, or pages where there are no sections
_MAX_PART_LENGTH = 300  # code points
_MAX_BLOCKS = 4000
_WORD_PREFIX = "word:"


class DocumentFeatures(Struct, frozen=True, dict=True):
    """The features of a document that is compared with others. They depend on this document only.

    Attributes:
        anchors: How often each anchor occurs.
        vectors: The values of ``parts`` at half precision, little-endian.
        with_encoder: Whether there was an encoder.
    """

    anchors: dict[str, int]
    vectors: bytes
    with_encoder: bool

    @property
    def parts(self) -> NDArray[np.float32]:
        """One unit vector for each section; none without the encoder. Shape (sections, ``encoder.DIMENSIONS``)."""
        return np.frombuffer(self.vectors, dtype="<f2").reshape(-1, encoders.DIMENSIONS).astype(np.float32)

    @cached_property
    def mean(self) -> NDArray[np.float32] | None:
        """One unit vector for the whole document; None without the encoder or without text."""
        return encoders.weighted_mean(self.parts, [1.0] * len(self.parts)) if len(self.parts) else None

    @property
    def is_empty(self) -> bool:
        """Whether the document has no text to compare."""
        return not self.anchors and not len(self.parts)


class DocumentSimilarity(Struct, frozen=True):
    """How similar two documents are. All values are 0 to 1.

    Attributes:
        anchors: The share of the anchors of one document that the other has, by weight; the smaller of both shares.
        cosine: The cosine of the anchors of both documents.
        parts: The mean similarity of each part with its nearest part, for the document with the smaller mean; 0
            without the encoder.
    """

    anchors: float
    cosine: float
    parts: float


def compute_features(document: Document, encoder: Encoder | None) -> DocumentFeatures:
    """Compute the features of a document from the text that a reader sees."""
    content = document.content
    mentions: dict[str, list[Mention]] = {}
    for mention in document.mentions:
        mentions.setdefault(mention.block, []).append(mention)
    anchors: Counter[str] = Counter()
    parts: dict[str | None, str] = {}
    blocks = [b for b in content.blocks if b.kind not in ("furniture", "note") and not b.hidden]
    if len(blocks) > _MAX_BLOCKS:
        blocks = [blocks[i] for i in np.linspace(0, len(blocks) - 1, _MAX_BLOCKS).astype(int)]
    for block in blocks:
        found = evidence.extract(block.text, block.lang, mentions=mentions.get(block.id, ())).anchors
        anchors.update(a for a in found if not a.startswith("sound:"))
        key = block.section or f"page {block.page}"
        if len(parts.get(key, "")) < _MAX_PART_LENGTH:
            parts[key] = f"{parts.get(key, '')}\n{block.text}"[:_MAX_PART_LENGTH]
    texts = [text for text in parts.values() if text.strip()]
    if len(texts) > _MAX_PARTS:
        texts = [texts[i] for i in np.linspace(0, len(texts) - 1, _MAX_PARTS).astype(int)]
    vectors = evidence.encode_texts(texts if encoder else [], encoder)
    return DocumentFeatures(dict(sorted(anchors.items())), vectors.astype("<f2").tobytes(), encoder is not None)


class DocumentFrequencies(Struct, frozen=True):
    """The number of documents of one language in which each anchor occurs.

    Attributes:
        counts: The number for each anchor.
        total: The number of documents.
    """

    counts: dict[str, int]
    total: int

    def weight(self, anchor: str) -> float:
        """Return the inverse document frequency of an anchor in nats."""
        return math.log((self.total + 1) / (self.counts.get(anchor, 0) + 0.5))


def document_frequencies(features: Sequence[DocumentFeatures]) -> DocumentFrequencies:
    """Count the documents in which each anchor occurs."""
    return DocumentFrequencies(dict(Counter(anchor for each in features for anchor in each.anchors)), len(features))


def compare_languages(
    ja: DocumentFeatures, en: DocumentFeatures, frequencies: DocumentFrequencies
) -> DocumentSimilarity:
    """Measure the similarity of a Japanese and an English document.

    Japanese text has no counterparts for words of English prose. Only what Japanese writes in Latin letters and
    figures is expected in the other document.

    Args:
        ja: The features of the Japanese document.
        en: The features of the English document.
        frequencies: The frequencies of anchors in Japanese documents, which give their weights.
    """
    weights = {anchor: frequencies.weight(anchor) * (1 + math.log(count)) for anchor, count in ja.anchors.items()}
    total = sum(weights.values())
    shared = sum(weight for anchor, weight in weights.items() if anchor in en.anchors)
    expected = [a for a in en.anchors if not a.startswith(_WORD_PREFIX) or not a.removeprefix(_WORD_PREFIX).isalpha()]
    found = [a for a in expected if a in ja.anchors]
    share_ja = shared / total if total else 0.0
    share_en = len(found) / len(expected) if expected else share_ja
    return DocumentSimilarity(
        min(share_ja, share_en) if total else 0.0,
        math.sqrt(share_ja * share_en),
        _part_similarity(ja.parts, en.parts),
    )


def compare_same_language(a: DocumentFeatures, b: DocumentFeatures) -> DocumentSimilarity:
    """Measure the similarity of two documents in one language."""
    shared = sum(min(count, b.anchors.get(anchor, 0)) for anchor, count in a.anchors.items())
    sizes = sum(a.anchors.values()), sum(b.anchors.values())
    parts = _part_similarity(a.parts, b.parts)
    if not min(sizes):
        return DocumentSimilarity(0.0, 0.0, parts)
    return DocumentSimilarity(shared / max(sizes), shared / math.sqrt(sizes[0] * sizes[1]), parts)


def _part_similarity(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    if not len(a) or not len(b):
        return 0.0
    similarity = a @ b.T
    return float(min(similarity.max(axis=1).mean(), similarity.max(axis=0).mean()))
