"""Of many documents those that are worth comparing with one: comparing all with all is quadratic."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aisi_ingest.alignment.encoder import DIMENSIONS
from aisi_ingest.pair.features import PairingCandidate
from aisi_ingest.pair.similarity import DocumentFeatures

_LOOKED_AT = 40
_COMMON = 0.1  # share of the documents from which on an anchor says nothing about one of them


class Neighbours:
    """Documents among which to look, by their places in ``known``."""

    def __init__(
        self, known: Sequence[PairingCandidate], features: Sequence[DocumentFeatures], places: Sequence[int]
    ) -> None:
        self._places = places
        self._named: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for at, place in enumerate(places):
            self._named[known[place].words].append(at)
        self._features = [features[place] for place in places]
        self._means = np.zeros((len(places), DIMENSIONS), dtype=np.float32)
        for at, own in enumerate(self._features):
            if own.mean is not None:
                self._means[at] = own.mean
        self._holders: dict[str, list[int]] | None = None

    def of(self, item: PairingCandidate, features: DocumentFeatures) -> Sequence[int]:
        """Those whose names or contents come nearest, in no order; all where they are few."""
        if len(self._places) <= _LOOKED_AT:
            return self._places
        likeness = self._by_anchors(features) if features.mean is None else self._means @ features.mean
        likeness[self._named.get(item.words, [])] += 10.0  # before all others
        return [self._places[at] for at in np.argpartition(-likeness, _LOOKED_AT)[:_LOOKED_AT]]

    def _by_anchors(self, features: DocumentFeatures) -> NDArray[np.float32]:
        """Without the encoder: the share of the rarer anchors that each has, too."""
        if self._holders is None:
            counts = Counter(anchor for each in self._features for anchor in each.anchors)
            rare = max(_LOOKED_AT, _COMMON * len(self._places))
            self._holders = {}
            for at, each in enumerate(self._features):
                for anchor in each.anchors:
                    if counts[anchor] <= rare:
                        self._holders.setdefault(anchor, []).append(at)
        likeness = np.zeros(len(self._places), dtype=np.float32)
        for anchor in features.anchors:
            likeness[self._holders.get(anchor, [])] += 1.0
        return likeness / np.float32(max(1, len(features.anchors)))
