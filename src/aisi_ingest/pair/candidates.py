"""Select the documents that are worth comparing with one document: comparing all with all would be quadratic."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aisi_ingest.alignment.encoder import DIMENSIONS
from aisi_ingest.pair.features import PairingCandidate
from aisi_ingest.pair.similarity import DocumentFeatures

_MAX_SELECTED = 40  # documents
_COMMON_SHARE = 0.1  # share of the documents from which on an anchor is too common to select by
_SAME_NAME = 10.0  # added to the similarity of documents with the same name, which is at most 1


class CandidateIndex:
    """An index of documents, from which those nearest to another document are selected.

    Args:
        candidates: All documents.
        features: The features of all documents.
        indices: The documents in this index, by their position in ``candidates``.
    """

    def __init__(
        self, candidates: Sequence[PairingCandidate], features: Sequence[DocumentFeatures], indices: Sequence[int]
    ) -> None:
        self._indices = indices
        self._by_words: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, index in enumerate(indices):
            self._by_words[candidates[index].words].append(row)
        self._features = [features[index] for index in indices]
        self._means = np.zeros((len(indices), DIMENSIONS), dtype=np.float32)
        for row, own in enumerate(self._features):
            if own.mean is not None:
                self._means[row] = own.mean
        self._rows_by_anchor: dict[str, list[int]] | None = None

    def nearest(self, candidate: PairingCandidate, features: DocumentFeatures) -> Sequence[int]:
        """Return the documents whose names or contents are nearest to those of a document.

        Args:
            candidate: The document.
            features: Its features.

        Returns:
            Positions in the list of all documents, in no order; the whole index if it is small.
        """
        if len(self._indices) <= _MAX_SELECTED:
            return self._indices
        similarity = self._anchor_similarity(features) if features.mean is None else self._means @ features.mean
        similarity[self._by_words.get(candidate.words, [])] += _SAME_NAME
        return [self._indices[row] for row in np.argpartition(-similarity, _MAX_SELECTED)[:_MAX_SELECTED]]

    def _anchor_similarity(self, features: DocumentFeatures) -> NDArray[np.float32]:
        """Return the share of the document's anchors that each document has, without common anchors.

        This replaces the cosine where there is no encoder.
        """
        if self._rows_by_anchor is None:
            counts = Counter(anchor for each in self._features for anchor in each.anchors)
            most = max(_MAX_SELECTED, _COMMON_SHARE * len(self._indices))
            self._rows_by_anchor = {}
            for row, each in enumerate(self._features):
                for anchor in each.anchors:
                    if counts[anchor] <= most:
                        self._rows_by_anchor.setdefault(anchor, []).append(row)
        similarity = np.zeros(len(self._indices), dtype=np.float32)
        for anchor in features.anchors:
            similarity[self._rows_by_anchor.get(anchor, [])] += 1.0
        return similarity / np.float32(max(1, len(features.anchors)))
