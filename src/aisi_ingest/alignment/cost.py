"""Compute how likely two texts are counterparts, in log odds: evidence is weighted and added up.

The values of ``WEIGHTS`` come from a logistic regression on the pairs of the gold data of four documents
(overview, aisev-rt, -appendix, -README: 330 pairs against 7,600 other pairs nearby), rounded. Fitting on three
of the four and testing on the fourth gives the same weights within a fifth.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from aisi_ingest.alignment import encoder as encoders
from aisi_ingest.alignment.encoder import StoredVectors, Vectors
from aisi_ingest.alignment.evidence import AnchorWeights, TextEvidence

Matrix = NDArray[np.float32]
Row = NDArray[np.float32]
Codes = NDArray[np.int64]

_HEADING_KINDS = ("heading", "title")
_NEIGHBOURS = 4  # nearest texts of the other side whose mean similarity is the hubness of a text
_SAMPLE = 400  # texts of a long document that represent all of them when hubness is computed
_ROWS_AT_ONCE = 2000  # vectors converted to full precision at once
_LONG_TEXT = 400  # Latin characters: texts vary no less in length beyond this
_MAX_NATS = 12  # further anchors add no evidence
_MAX_LENGTH_FACTOR = 3  # nats: a larger ratio of lengths counts no more
_MIN_LENGTH_ODDS = -4  # log odds: the most that lengths may count against a pair
_MAX_LEVEL_DIFFERENCE = 2


class EvidenceWeights(Struct, frozen=True):
    """Weights of the evidence, in log odds.

    Attributes:
        similarity: Cosine of the two vectors.
        margin: Cosine above the mean hubness of the two texts.
        shared: Each nat of shared anchors.
        missing: Each nat of anchors that the other text lacks.
        same_mark: Both texts begin with the same number.
        other_mark: The texts begin with different numbers.
        length: Each factor of e between the lengths.
        length_of_long: The same, for each 100 characters of the longer text, up to 400: long texts vary less.
        heading: One text is a heading and the other is not.
        kind: The kinds of the blocks differ.
        level: Each level of difference between blocks of one kind.
        base: Added to every pair.
        same_text: Equal text, as in code, addresses and names in Latin letters; also two editions in one language.
    """

    similarity: float
    margin: float
    shared: float
    missing: float
    same_mark: float
    other_mark: float
    length: float
    length_of_long: float
    heading: float
    kind: float
    level: float
    base: float
    same_text: float = 3.0


WEIGHTS = EvidenceWeights(2.8, 8.0, 0.22, -0.19, 1.5, -0.3, -0.1, -0.65, -1.6, -2.0, -0.9, -2.1)
# The same regression without the evidence of an encoder.
WEIGHTS_WITHOUT_ENCODER = EvidenceWeights(0, 0, 0.5, -0.3, 2.5, -0.3, -0.6, -0.9, -1.6, -3.0, -1.8, -1.0)
# What the contents of two sections add to the evidence of their titles.
CONTENT_WEIGHTS = EvidenceWeights(0, 12.0, 0.12, -0.02, 0, 0, -0.35, 0, 0, 0, -0.4, 0, 0)


class TextArrays(Struct, frozen=True):
    """The texts of one document as arrays, with one row for each text.

    Attributes:
        texts: The evidence of each text.
        vectors: For a whole document at half precision; for a selection at full precision.
        hubness: The mean similarity of a text with its nearest texts of the other side. A text that is similar to
            everything is weak evidence for any pair (cross-domain similarity local scaling, CSLS).
        lengths: Latin characters.
        expected_nats: The weight of the anchors that a counterpart should have.
        levels: Levels of headings and list items.
        is_heading: 1 for a heading or title, otherwise 0.
        marks: A code for the number in front of the text; 0 for none.
        kinds: A code for the kind of the block.
        keys: A code for the words of the text; 0 for none.
    """

    texts: tuple[TextEvidence, ...]
    vectors: Vectors | StoredVectors
    hubness: Row
    lengths: Row
    expected_nats: Row
    levels: Row
    is_heading: Codes
    marks: Codes
    kinds: Codes
    keys: Codes

    def select(self, indices: Sequence[int]) -> TextArrays:
        """Return some of the texts, with vectors at full precision."""
        at = np.asarray(indices, dtype=np.intp)
        return TextArrays(
            texts=tuple(self.texts[i] for i in indices),
            vectors=self.vectors[at].astype(np.float32),
            hubness=self.hubness[at],
            lengths=self.lengths[at],
            expected_nats=self.expected_nats[at],
            levels=self.levels[at],
            is_heading=self.is_heading[at],
            marks=self.marks[at],
            kinds=self.kinds[at],
            keys=self.keys[at],
        )

    def join_neighbours(self, weights: AnchorWeights) -> TextArrays:
        """Return each two adjacent texts as one text: one row less."""
        texts = tuple(_join(pair) for pair in itertools.pairwise(self.texts))
        total = self.vectors[:-1] * self.lengths[:-1, None] + self.vectors[1:] * self.lengths[1:, None]
        norms = np.linalg.norm(total, axis=1, keepdims=True)
        np.divide(total, norms, out=total, where=norms > 0)
        hubness = np.asarray((self.hubness[:-1] + self.hubness[1:]) / 2, dtype=np.float32)
        return text_arrays(texts, total, hubness, weights)

    def join(self, indices: Sequence[int], weights: AnchorWeights) -> TextArrays:
        """Return some of the texts as one text: one row."""
        part = self.select(indices)
        vector = encoders.weighted_mean(part.vectors, part.lengths)
        return text_arrays((_join(part.texts),), vector[None, :], part.hubness.mean(keepdims=True), weights)


def _join(texts: Sequence[TextEvidence]) -> TextEvidence:
    first = texts[0]
    return TextEvidence(
        lang=first.lang,
        length=sum(text.length for text in texts),
        anchors=frozenset().union(*(text.anchors for text in texts)),
        kind=first.kind,
        level=first.level,
        mark=first.mark,
        key="".join(text.key for text in texts),
        optional=frozenset().union(*(text.optional for text in texts)),
    )


def text_arrays(
    texts: Sequence[TextEvidence], vectors: Vectors | StoredVectors, hubness: Row, weights: AnchorWeights
) -> TextArrays:
    """Convert texts to arrays. Codes are equal for equal values within one process and have no other meaning."""
    return TextArrays(
        tuple(texts),
        vectors,
        hubness,
        lengths=np.array([text.length for text in texts], dtype=np.float32),
        expected_nats=np.array([weights.sum(text.expected) for text in texts], dtype=np.float32),
        levels=np.array([text.level for text in texts], dtype=np.float32),
        is_heading=np.array([text.kind in _HEADING_KINDS for text in texts], dtype=np.int64),
        marks=np.array([hash(text.mark) | 1 if text.mark else 0 for text in texts], dtype=np.int64),
        kinds=np.array([hash(text.kind) for text in texts], dtype=np.int64),
        keys=np.array([hash(text.key) | 1 if text.key else 0 for text in texts], dtype=np.int64),
    )


def both_text_arrays(
    ja: Sequence[TextEvidence],
    ja_vectors: StoredVectors,
    en: Sequence[TextEvidence],
    en_vectors: StoredVectors,
    weights: AnchorWeights,
) -> tuple[TextArrays, TextArrays]:
    """Convert the texts of both documents to arrays, with their hubness against each other."""
    return (
        text_arrays(ja, ja_vectors, hubness(ja_vectors, en_vectors), weights),
        text_arrays(en, en_vectors, hubness(en_vectors, ja_vectors), weights),
    )


def hubness(vectors: StoredVectors, others: StoredVectors) -> Row:
    """Return the mean similarity of each vector with its nearest of a sample of the other side."""
    if not len(vectors) or not len(others):
        return np.zeros(len(vectors), dtype=np.float32)
    if len(others) > _SAMPLE:
        others = others[np.linspace(0, len(others) - 1, _SAMPLE).astype(int)]
    sample = others.astype(np.float32)
    count = min(_NEIGHBOURS, len(sample))
    out = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        similarity = vectors[start : start + _ROWS_AT_ONCE].astype(np.float32) @ sample.T
        out[start : start + _ROWS_AT_ONCE] = np.partition(similarity, -count, axis=1)[:, -count:].mean(axis=1)
    return out


def log_odds(ja: TextArrays, en: TextArrays, anchor_weights: AnchorWeights, weights: EvidenceWeights) -> Matrix:
    """Compute the log odds that two texts are counterparts, for all pairs of texts.

    Args:
        ja: Texts of the Japanese document.
        en: Texts of the English document.
        anchor_weights: The weight of each anchor.
        weights: The weight of each kind of evidence.

    Returns:
        Shape (texts of ``ja``, texts of ``en``).
    """
    if not ja.texts or not en.texts:
        return np.zeros((len(ja.texts), len(en.texts)), dtype=np.float32)
    out = weights.base + _anchor_odds(ja, en, anchor_weights, weights) + _length_odds(ja, en, weights)
    if weights.margin:
        similarity = ja.vectors @ en.vectors.T
        out += (weights.similarity + weights.margin) * similarity
        out -= weights.margin / 2 * (ja.hubness[:, None] + en.hubness[None, :])
    marked = (ja.marks[:, None] != 0) & (en.marks[None, :] != 0)
    if marked.any():
        same_mark = ja.marks[:, None] == en.marks[None, :]
        out += np.where(marked, np.where(same_mark, weights.same_mark, weights.other_mark), 0)
    out += np.where((ja.keys[:, None] == en.keys[None, :]) & (ja.keys[:, None] != 0), weights.same_text, 0)
    level = weights.level * np.minimum(np.abs(ja.levels[:, None] - en.levels[None, :]), _MAX_LEVEL_DIFFERENCE)
    out += np.where(ja.kinds[:, None] == en.kinds[None, :], level, weights.kind)
    out += weights.heading * (ja.is_heading[:, None] != en.is_heading[None, :])
    return np.asarray(out, dtype=np.float32)


def _length_odds(ja: TextArrays, en: TextArrays, weights: EvidenceWeights) -> Matrix:
    left, right = ja.lengths[:, None], en.lengths[None, :]
    factor = np.minimum(np.abs(np.log(left) - np.log(right)), _MAX_LENGTH_FACTOR)
    hundreds = np.minimum(np.maximum(left, right), _LONG_TEXT) / 100
    odds = (weights.length + weights.length_of_long * hundreds) * factor
    return np.asarray(np.maximum(odds, _MIN_LENGTH_ODDS), dtype=np.float32)


def _anchor_odds(ja: TextArrays, en: TextArrays, anchor_weights: AnchorWeights, weights: EvidenceWeights) -> Matrix:
    """Compute the evidence of shared and missing anchors for all pairs, by products of incidence matrices."""
    common = frozenset().union(*(t.anchors for t in ja.texts)) & frozenset().union(*(t.anchors for t in en.texts))
    column = {anchor: index for index, anchor in enumerate(sorted(common))}
    nats = np.array([anchor_weights.nats.get(anchor, 0.0) for anchor in column], dtype=np.float32)
    has_ja, has_en = (_incidence([t.anchors & common for t in side.texts], column) for side in (ja, en))
    expects_ja, expects_en = (_incidence([t.expected & common for t in side.texts], column) for side in (ja, en))
    shared = (has_ja * nats) @ has_en.T
    expected = ja.expected_nats[:, None] + en.expected_nats[None, :]
    missing = expected - (expects_ja * nats) @ has_en.T - (has_ja * nats) @ expects_en.T
    out = weights.shared * np.minimum(shared, _MAX_NATS) + weights.missing * np.minimum(missing, _MAX_NATS)
    return np.asarray(out, dtype=np.float32)


def _incidence(sets: Sequence[frozenset[str]], column: dict[str, int]) -> Matrix:
    out = np.zeros((len(sets), len(column)), dtype=np.float32)
    for row, anchors in enumerate(sets):
        if anchors:
            out[row, [column[anchor] for anchor in anchors]] = 1
    return out


def probability(odds: float) -> float:
    """Convert log odds to a probability, 0 to 1."""
    return float(1 / (1 + np.exp(-odds)))
