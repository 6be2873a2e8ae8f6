"""Of many documents those that are worth comparing with one: comparing all with all is quadratic."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aisi_ingest.alignment.encoder import DIMENSIONS
from aisi_ingest.pair.features import Known
from aisi_ingest.pair.similarity import Portrait

_LOOKED_AT = 40
_COMMON = 0.1  # share of the documents from which on an anchor says nothing about one of them


class Neighbours:
    """Documents among which to look, by their places in ``known``."""

    def __init__(self, known: Sequence[Known], portraits: Sequence[Portrait], places: Sequence[int]) -> None:
        self._places = places
        self._named: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for at, place in enumerate(places):
            self._named[known[place].words].append(at)
        self._portraits = [portraits[place] for place in places]
        self._means = np.zeros((len(places), DIMENSIONS), dtype=np.float32)
        for at, portrait in enumerate(self._portraits):
            if portrait.mean is not None:
                self._means[at] = portrait.mean
        self._holders: dict[str, list[int]] | None = None

    def of(self, item: Known, portrait: Portrait) -> Sequence[int]:
        """Those whose names or contents come nearest, in no order; all where they are few."""
        if len(self._places) <= _LOOKED_AT:
            return self._places
        likeness = self._by_anchors(portrait) if portrait.mean is None else self._means @ portrait.mean
        likeness[self._named.get(item.words, [])] += 10.0  # before all others
        return [self._places[at] for at in np.argpartition(-likeness, _LOOKED_AT)[:_LOOKED_AT]]

    def _by_anchors(self, portrait: Portrait) -> NDArray[np.float32]:
        """Without the encoder: the share of the rarer anchors that each has, too."""
        if self._holders is None:
            counts = Counter(anchor for each in self._portraits for anchor in each.anchors)
            rare = max(_LOOKED_AT, _COMMON * len(self._places))
            self._holders = {}
            for at, each in enumerate(self._portraits):
                for anchor in each.anchors:
                    if counts[anchor] <= rare:
                        self._holders.setdefault(anchor, []).append(at)
        likeness = np.zeros(len(self._places), dtype=np.float32)
        for anchor in portrait.anchors:
            likeness[self._holders.get(anchor, [])] += 1.0
        return likeness / np.float32(max(1, len(portrait.anchors)))
