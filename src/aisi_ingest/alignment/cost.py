"""How likely two texts are counterparts, as log odds: evidence weighed and added up.

The weights of ``LIKENESS`` come from a logistic regression on the pairs of the gold of four documents (overview,
aisev-rt, -appendix, -README: 330 pairs against 7,600 others nearby), rounded; fitting on three of the four and testing
on the fourth gives the same weights within a fifth.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from aisi_ingest.alignment import encoder as encoders
from aisi_ingest.alignment.encoder import Kept, Vectors
from aisi_ingest.alignment.evidence import Text, Weights

Matrix = NDArray[np.float32]
Row = NDArray[np.float32]
Codes = NDArray[np.int64]

_HEADINGS = ("heading", "title")
# Neighbours that a similarity is measured against, and how many texts of a long document stand for all.
_NEIGHBOURS, _SAMPLE = 4, 400


class EvidenceWeights(Struct, frozen=True):
    """Weights of the evidence, in log odds."""

    similarity: float
    margin: float  # similarity above what the two have with their nearest neighbours
    shared: float  # a nat of shared anchors
    missing: float  # a nat of anchors that the other side lacks
    same_mark: float
    other_mark: float
    length: float  # a factor of e in length
    length_of_long: float  # the same, for each 100 characters of the longer, up to 400: long texts vary less
    heading: float  # a heading beside what is none
    kind: float
    level: float
    base: float
    same_text: float = 3.0  # code, addresses, names in Latin letters; two editions in one language


LIKENESS = EvidenceWeights(2.8, 8.0, 0.22, -0.19, 1.5, -0.3, -0.1, -0.65, -1.6, -2.0, -0.9, -2.1)
# Without an encoder the same regression, on what remains.
LIKENESS_WITHOUT_ENCODER = EvidenceWeights(0, 0, 0.5, -0.3, 2.5, -0.3, -0.6, -0.9, -1.6, -3.0, -1.8, -1.0)
# What the contents of two sections add to what their titles say.
CONTENTS = EvidenceWeights(0, 12.0, 0.12, -0.02, 0, 0, -0.35, 0, 0, 0, -0.4, 0, 0)
_LONG = 400
_MOST = 12  # nats: more anchors say no more


class Side(Struct, frozen=True):
    """Texts of one document, read into arrays: a row a text."""

    texts: tuple[Text, ...]
    vectors: Vectors | Kept  # of a whole document at half precision; a part of it is reckoned with at full
    hub: Row  # the similarity that a text has with anything
    lengths: Row
    due: Row  # nats of the anchors that the other side should have
    levels: Row
    heads: Codes
    marks: Codes  # 0: none
    kinds: Codes
    keys: Codes  # 0: no words

    def part(self, wanted: Sequence[int]) -> Side:
        at = np.asarray(wanted, dtype=np.intp)
        return Side(
            texts=tuple(self.texts[i] for i in wanted),
            vectors=self.vectors[at].astype(np.float32),
            hub=self.hub[at],
            lengths=self.lengths[at],
            due=self.due[at],
            levels=self.levels[at],
            heads=self.heads[at],
            marks=self.marks[at],
            kinds=self.kinds[at],
            keys=self.keys[at],
        )

    def doubles(self, weights: Weights) -> Side:
        """Each two neighbours as one text."""
        texts = tuple(_joined(pair) for pair in itertools.pairwise(self.texts))
        total = self.vectors[:-1] * self.lengths[:-1, None] + self.vectors[1:] * self.lengths[1:, None]
        norms = np.linalg.norm(total, axis=1, keepdims=True)
        np.divide(total, norms, out=total, where=norms > 0)
        hub = np.asarray((self.hub[:-1] + self.hub[1:]) / 2, dtype=np.float32)
        return side(texts, total, hub, weights)

    def whole(self, wanted: Sequence[int], weights: Weights) -> Side:
        """Some texts as one."""
        part = self.part(wanted)
        vector = encoders.mean(part.vectors, part.lengths)
        return side((_joined(part.texts),), vector[None, :], part.hub.mean(keepdims=True), weights)


def _joined(texts: Sequence[Text]) -> Text:
    first = texts[0]
    return Text(
        lang=first.lang,
        length=sum(text.length for text in texts),
        anchors=frozenset().union(*(text.anchors for text in texts)),
        kind=first.kind,
        level=first.level,
        mark=first.mark,
        key="".join(text.key for text in texts),
        loose=frozenset().union(*(text.loose for text in texts)),
    )


def side(texts: Sequence[Text], vectors: Vectors | Kept, hub: Row, weights: Weights) -> Side:
    """Texts as arrays. Codes are equal for equal values within one process, and mean nothing else."""
    return Side(
        tuple(texts),
        vectors,
        hub,
        lengths=np.array([text.length for text in texts], dtype=np.float32),
        due=np.array([weights.sum(text.expected) for text in texts], dtype=np.float32),
        levels=np.array([text.level for text in texts], dtype=np.float32),
        heads=np.array([text.kind in _HEADINGS for text in texts], dtype=np.int64),
        marks=np.array([hash(text.mark) | 1 if text.mark else 0 for text in texts], dtype=np.int64),
        kinds=np.array([hash(text.kind) for text in texts], dtype=np.int64),
        keys=np.array([hash(text.key) | 1 if text.key else 0 for text in texts], dtype=np.int64),
    )


def sides(
    ja: Sequence[Text], ja_vectors: Kept, en: Sequence[Text], en_vectors: Kept, weights: Weights
) -> tuple[Side, Side]:
    """Both documents' texts, each with its hub: the mean similarity with its nearest of a sample of the other side."""
    return (
        side(ja, ja_vectors, _hub(ja_vectors, en_vectors), weights),
        side(en, en_vectors, _hub(en_vectors, ja_vectors), weights),
    )


def _hub(vectors: Kept, others: Kept) -> Row:
    if not len(vectors) or not len(others):
        return np.zeros(len(vectors), dtype=np.float32)
    if len(others) > _SAMPLE:
        others = others[np.linspace(0, len(others) - 1, _SAMPLE).astype(int)]
    sample = others.astype(np.float32)
    count = min(_NEIGHBOURS, len(sample))
    out = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), 2000):
        near = vectors[start : start + 2000].astype(np.float32) @ sample.T
        out[start : start + 2000] = np.partition(near, -count, axis=1)[:, -count:].mean(axis=1)
    return out


def log_odds(ja: Side, en: Side, weights: Weights, likeness: EvidenceWeights) -> Matrix:
    """Log odds that text i of ``ja`` and text j of ``en`` are counterparts, for all i and j."""
    if not ja.texts or not en.texts:
        return np.zeros((len(ja.texts), len(en.texts)), dtype=np.float32)
    out = likeness.base + _anchors(ja, en, weights, likeness) + _lengths(ja, en, likeness)
    if likeness.margin:
        similarity = ja.vectors @ en.vectors.T
        out += (likeness.similarity + likeness.margin) * similarity
        out -= likeness.margin / 2 * (ja.hub[:, None] + en.hub[None, :])
    marked = (ja.marks[:, None] != 0) & (en.marks[None, :] != 0)
    if marked.any():
        same_mark = ja.marks[:, None] == en.marks[None, :]
        out += np.where(marked, np.where(same_mark, likeness.same_mark, likeness.other_mark), 0)
    out += np.where((ja.keys[:, None] == en.keys[None, :]) & (ja.keys[:, None] != 0), likeness.same_text, 0)
    level = likeness.level * np.minimum(np.abs(ja.levels[:, None] - en.levels[None, :]), 2)
    out += np.where(ja.kinds[:, None] == en.kinds[None, :], level, likeness.kind)
    out += likeness.heading * (ja.heads[:, None] != en.heads[None, :])
    return np.asarray(out, dtype=np.float32)


def _lengths(ja: Side, en: Side, likeness: EvidenceWeights) -> Matrix:
    left, right = ja.lengths[:, None], en.lengths[None, :]
    factor = np.minimum(np.abs(np.log(left) - np.log(right)), 3)
    long = np.minimum(np.maximum(left, right), _LONG) / 100
    return np.asarray(np.maximum((likeness.length + likeness.length_of_long * long) * factor, -4), dtype=np.float32)


def _anchors(ja: Side, en: Side, weights: Weights, likeness: EvidenceWeights) -> Matrix:
    """What shared and missing anchors say, for all pairs, by products of incidence matrices."""
    common = frozenset().union(*(t.anchors for t in ja.texts)) & frozenset().union(*(t.anchors for t in en.texts))
    place = {anchor: index for index, anchor in enumerate(sorted(common))}
    weight = np.array([weights.nats.get(anchor, 0.0) for anchor in place], dtype=np.float32)
    have_ja, have_en = (_incidence([t.anchors & common for t in s.texts], place) for s in (ja, en))
    wish_ja, wish_en = (_incidence([t.expected & common for t in s.texts], place) for s in (ja, en))
    shared = (have_ja * weight) @ have_en.T
    missing = ja.due[:, None] + en.due[None, :] - (wish_ja * weight) @ have_en.T - (have_ja * weight) @ wish_en.T
    out = likeness.shared * np.minimum(shared, _MOST) + likeness.missing * np.minimum(missing, _MOST)
    return np.asarray(out, dtype=np.float32)


def _incidence(sets: Sequence[frozenset[str]], place: dict[str, int]) -> Matrix:
    out = np.zeros((len(sets), len(place)), dtype=np.float32)
    for row, anchors in enumerate(sets):
        if anchors:
            out[row, [place[anchor] for anchor in anchors]] = 1
    return out


def probability(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))
