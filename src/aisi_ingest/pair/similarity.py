"""What two whole documents have in common: words written alike, and what their parts are about.

Used to find the two languages, the forms and the editions of one work, with or without names.
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

# A document is known by this many of its parts, evenly spaced, and the first characters of each: cost is bounded.
_PARTS, _PART_LENGTH, _BLOCKS = 120, 300, 4000


class DocumentFeatures(Struct, frozen=True, dict=True):
    """A document as it is compared with others. Made once and kept: nothing of it depends on the others."""

    anchors: dict[str, int]
    vectors: bytes  # of ``parts``, at half precision, little-endian
    with_encoder: bool

    @property
    def parts(self) -> NDArray[np.float32]:
        """A unit vector a section, none without the encoder."""
        return np.frombuffer(self.vectors, dtype="<f2").reshape(-1, encoders.DIMENSIONS).astype(np.float32)

    @cached_property
    def mean(self) -> NDArray[np.float32] | None:
        """One unit vector for the whole, None without the encoder or without text."""
        return encoders.weighted_mean(self.parts, [1.0] * len(self.parts)) if len(self.parts) else None

    @property
    def blank(self) -> bool:
        return not self.anchors and not len(self.parts)


class Common(Struct, frozen=True):
    """How alike two documents are, each 0..1."""

    anchors: float  # of the anchors of one, by weight, those that the other has; of the side that has less
    cosine: float  # of both sides' anchors
    parts: float  # mean similarity of each part with its nearest, of the side that has less; 0 without the encoder


def compute_features(document: Document, encoder: Encoder | None) -> DocumentFeatures:
    """The portrait of a document, from the text that a reader sees."""
    content = document.content
    mentions: dict[str, list[Mention]] = {}
    for mention in document.mentions:
        mentions.setdefault(mention.block, []).append(mention)
    anchors: Counter[str] = Counter()
    parts: dict[str | None, str] = {}
    seen = [b for b in content.blocks if b.kind not in ("furniture", "note") and not b.hidden]
    if len(seen) > _BLOCKS:
        seen = [seen[i] for i in np.linspace(0, len(seen) - 1, _BLOCKS).astype(int)]
    for block in seen:
        found = evidence.extract(block.text, block.lang, mentions=mentions.get(block.id, ())).anchors
        anchors.update(a for a in found if not a.startswith("sound:"))
        key = block.section or f"page {block.page}"
        if len(parts.get(key, "")) < _PART_LENGTH:
            parts[key] = f"{parts.get(key, '')}\n{block.text}"[:_PART_LENGTH]
    texts = [text for text in parts.values() if text.strip()]
    if len(texts) > _PARTS:
        texts = [texts[i] for i in np.linspace(0, len(texts) - 1, _PARTS).astype(int)]
    vectors = evidence.encode_texts(texts, encoder) if encoder else np.zeros((0, encoders.DIMENSIONS), dtype=np.float16)
    return DocumentFeatures(dict(sorted(anchors.items())), vectors.astype("<f2").tobytes(), encoder is not None)


class Frequencies(Struct, frozen=True):
    """In how many documents of one language each anchor stands."""

    documents: dict[str, int]
    of: int

    def weight(self, anchor: str) -> float:
        return math.log((self.of + 1) / (self.documents.get(anchor, 0) + 0.5))


def frequencies(features: Sequence[DocumentFeatures]) -> Frequencies:
    return Frequencies(dict(Counter(anchor for p in features for anchor in p.anchors)), len(features))


def across(ja: DocumentFeatures, en: DocumentFeatures, known: Frequencies) -> Common:
    """A Japanese and an English document. English prose is not held against Japanese: only what Japanese writes in
    Latin letters and figures is expected on the other side, by its weight among Japanese documents (``known``)."""
    weights = {anchor: known.weight(anchor) * (1 + math.log(count)) for anchor, count in ja.anchors.items()}
    total = sum(weights.values())
    held = sum(weight for anchor, weight in weights.items() if anchor in en.anchors)
    figures = [a for a in en.anchors if not a.startswith("word:") or not a[5:].isalpha()]
    back = [a for a in figures if a in ja.anchors]
    there = held / total if total else 0.0
    here = len(back) / len(figures) if figures else there
    return Common(min(there, here) if total else 0.0, math.sqrt(there * here), _nearest(ja.parts, en.parts))


def within(a: DocumentFeatures, b: DocumentFeatures) -> Common:
    """Two documents of one language."""
    both = sum(min(count, b.anchors.get(anchor, 0)) for anchor, count in a.anchors.items())
    sizes = sum(a.anchors.values()), sum(b.anchors.values())
    if not min(sizes):
        return Common(0.0, 0.0, _nearest(a.parts, b.parts))
    return Common(both / max(sizes), both / math.sqrt(sizes[0] * sizes[1]), _nearest(a.parts, b.parts))


def _nearest(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    if not len(a) or not len(b):
        return 0.0
    similarity = a @ b.T
    return float(min(similarity.max(axis=1).mean(), similarity.max(axis=0).mean()))
