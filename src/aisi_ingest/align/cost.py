"""How likely two texts are counterparts, as log odds: evidence weighed and added up.

The weights of ``LIKENESS`` come from a logistic regression on the pairs of the gold of four documents (overview,
aisev-rt, -appendix, -README: 330 pairs against 7,600 others nearby), rounded; fitting on three of the four and testing
on the fourth gives the same weights within a fifth.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from aisi_ingest.align import encoder as encoders
from aisi_ingest.align.encoder import Vectors
from aisi_ingest.align.evidence import Text, Weights, expected

Matrix = NDArray[np.float32]

_HEADINGS = ("heading", "title")
# Neighbours that a similarity is measured against, and how many texts of a long document stand for all.
_NEIGHBOURS, _SAMPLE = 4, 400


class Likeness(Struct, frozen=True):
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


LIKENESS = Likeness(2.8, 8.0, 0.22, -0.19, 1.5, -0.3, -0.1, -0.65, -1.6, -2.0, -0.9, -2.1)
# Without an encoder the same regression, on what remains.
LIKENESS_WITHOUT_ENCODER = Likeness(0, 0, 0.5, -0.3, 2.5, -0.3, -0.6, -0.9, -1.6, -3.0, -1.8, -1.0)
# What the contents of two sections add to what their titles say.
CONTENTS = Likeness(0, 12.0, 0.12, -0.02, 0, 0, -0.35, 0, 0, 0, -0.4, 0, 0)
_LONG = 400


class Side(Struct, frozen=True):
    """Texts of one document with their vectors and the similarity that they have with anything (``hub``)."""

    texts: tuple[Text, ...]
    vectors: Vectors
    hub: NDArray[np.float32]

    def part(self, wanted: Sequence[int]) -> Side:
        index = list(wanted)
        return Side(tuple(self.texts[i] for i in index), self.vectors[index], self.hub[index])

    def doubles(self) -> Side:
        """Each two neighbours as one text."""
        texts = tuple(_joined(pair) for pair in itertools.pairwise(self.texts))
        lengths = np.array([text.length for text in self.texts], dtype=np.float32)
        total = self.vectors[:-1] * lengths[:-1, None] + self.vectors[1:] * lengths[1:, None]
        norms = np.linalg.norm(total, axis=1, keepdims=True)
        hub = (self.hub[:-1] + self.hub[1:]) / 2
        return Side(texts, np.divide(total, norms, out=total, where=norms > 0), hub.astype(np.float32))

    def whole(self, wanted: Sequence[int]) -> Side:
        """Some texts as one."""
        part = self.part(wanted)
        vector = encoders.mean(part.vectors, (text.length for text in part.texts))
        return Side((_joined(part.texts),), vector[None, :], part.hub.mean(keepdims=True))


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
    )


def sides(ja: Sequence[Text], ja_vectors: Vectors, en: Sequence[Text], en_vectors: Vectors) -> tuple[Side, Side]:
    """Both documents' texts, each with its hub: the mean similarity with its nearest of a sample of the other side."""
    return (
        Side(tuple(ja), ja_vectors, _hub(ja_vectors, en_vectors)),
        Side(tuple(en), en_vectors, _hub(en_vectors, ja_vectors)),
    )


def _hub(vectors: Vectors, others: Vectors) -> NDArray[np.float32]:
    if not len(vectors) or not len(others):
        return np.zeros(len(vectors), dtype=np.float32)
    sample = others[np.unique(np.linspace(0, len(others) - 1, min(len(others), _SAMPLE)).astype(int))]
    count = min(_NEIGHBOURS, len(sample))
    out = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), 2000):
        near = vectors[start : start + 2000] @ sample.T
        out[start : start + 2000] = np.partition(near, -count, axis=1)[:, -count:].mean(axis=1)
    return out


def log_odds(ja: Side, en: Side, weights: Weights, likeness: Likeness) -> Matrix:
    """Log odds that text i of ``ja`` and text j of ``en`` are counterparts, for all i and j."""
    out = np.full((len(ja.texts), len(en.texts)), likeness.base, dtype=np.float32)
    if not out.size:
        return out
    similarity = ja.vectors @ en.vectors.T
    out += likeness.similarity * similarity
    out += likeness.margin * (similarity - (ja.hub[:, None] + en.hub[None, :]) / 2) * bool(likeness.margin)
    shared, missing = _anchors(ja.texts, en.texts, weights)
    out += likeness.shared * np.minimum(shared, 12) + likeness.missing * np.minimum(missing, 12)
    out += _lengths(ja.texts, en.texts, likeness)
    marks: dict[object, int] = {None: 0}
    kinds: dict[object, int] = {}
    marks_ja, marks_en = _codes((t.mark for t in ja.texts), marks), _codes((t.mark for t in en.texts), marks)
    both = (marks_ja[:, None] > 0) & (marks_en[None, :] > 0)
    out += np.where(both, np.where(marks_ja[:, None] == marks_en[None, :], likeness.same_mark, likeness.other_mark), 0)
    words: dict[object, int] = {"": 0}
    words_ja, words_en = _codes((t.key for t in ja.texts), words), _codes((t.key for t in en.texts), words)
    out += np.where((words_ja[:, None] == words_en[None, :]) & (words_ja[:, None] > 0), likeness.same_text, 0)
    kinds_ja, kinds_en = _codes((t.kind for t in ja.texts), kinds), _codes((t.kind for t in en.texts), kinds)
    same = kinds_ja[:, None] == kinds_en[None, :]
    heads_ja, heads_en = (np.array([t.kind in _HEADINGS for t in side.texts]) for side in (ja, en))
    head = heads_ja[:, None] != heads_en[None, :]
    out += np.where(same, 0, likeness.kind) + np.where(head, likeness.heading, 0)
    level = np.abs(np.array([t.level for t in ja.texts])[:, None] - np.array([t.level for t in en.texts])[None, :])
    out += np.where(same, likeness.level * np.minimum(level, 2), 0)
    return out


def _lengths(ja: Sequence[Text], en: Sequence[Text], likeness: Likeness) -> Matrix:
    left, right = np.array([t.length for t in ja])[:, None], np.array([t.length for t in en])[None, :]
    factor = np.minimum(np.abs(np.log(left) - np.log(right)), 3)
    long = np.minimum(np.maximum(left, right), _LONG) / 100
    return np.asarray(np.maximum((likeness.length + likeness.length_of_long * long) * factor, -4), dtype=np.float32)


def _codes(values: Iterable[object], known: dict[object, int]) -> NDArray[np.int64]:
    return np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int64)


def _anchors(ja: Sequence[Text], en: Sequence[Text], weights: Weights) -> tuple[Matrix, Matrix]:
    """Nats of shared and of missing anchors for all pairs, as products of incidence matrices."""
    common = sorted({a for t in ja for a in t.anchors} & {a for t in en for a in t.anchors})
    place = {anchor: index for index, anchor in enumerate(common)}
    weight = np.array([weights.weight(anchor) for anchor in common], dtype=np.float32)
    have_ja, have_en = _incidence([t.anchors for t in ja], place), _incidence([t.anchors for t in en], place)
    wish_ja = _incidence([expected(t) for t in ja], place)
    wish_en = _incidence([expected(t) for t in en], place)
    shared = np.asarray((have_ja * weight) @ have_en.T, dtype=np.float32)
    due_ja = np.array([weights.sum(expected(t)) for t in ja], dtype=np.float32)
    due_en = np.array([weights.sum(expected(t)) for t in en], dtype=np.float32)
    missing = due_ja[:, None] + due_en[None, :] - (wish_ja * weight) @ have_en.T - (have_ja * weight) @ wish_en.T
    return shared, missing.astype(np.float32)


def _incidence(sets: Sequence[frozenset[str]], place: dict[str, int]) -> Matrix:
    out = np.zeros((len(sets), len(place)), dtype=np.float32)
    for row, anchors in enumerate(sets):
        for anchor in anchors:
            if (column := place.get(anchor)) is not None:
                out[row, column] = 1
    return out


def probability(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))
