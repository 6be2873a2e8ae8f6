"""Items of two sides that belong together: the search with its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from aisi_ingest.align import cost, evidence, search
from aisi_ingest.align.cost import Likeness, Side
from aisi_ingest.align.encoder import Encoder, Vectors
from aisi_ingest.align.evidence import Text, Weights
from aisi_ingest.align.search import Gains

# In log odds. Tuned on the gold of overview, aisev-rt, -appendix and -README (blocks F1 on perfect blocks).
NEARBY = 2.0  # among aligned neighbours a counterpart is likelier than in the regression, which saw all blocks nearby
SKIP = 0.3  # what leaving an item without counterpart costs
MERGE = -2.5  # two items for one are rarer than one for one
SWAP = 1.0  # least odds of a pair that breaks the order
SUPPORT = 1.2  # what a neighbour adds that surely belongs to the neighbour of the other
_GROWTH = 0.4  # what an item left out beside a match has to add to it; a run once begun must not lose


class Match(Struct, frozen=True):
    """Places on both sides that belong together, with their log odds."""

    ja: tuple[int, ...]
    en: tuple[int, ...]
    odds: float


class Pairing(Struct, frozen=True):
    """Both sides of one kind of item, and what their evidence weighs."""

    ja: Side
    en: Side
    weights: Weights
    likeness: Likeness

    def odds(self, ja: Sequence[int], en: Sequence[int]) -> Gains:
        """Log odds of each item of one side with each of the other."""
        return self._odds(self.ja.part(ja), self.en.part(en))

    def whole(self, ja: Sequence[int], en: Sequence[int]) -> float:
        """Log odds of some items taken together, with some of the other side taken together."""
        return float(self._odds(self.ja.whole(ja, self.weights), self.en.whole(en, self.weights))[0, 0])

    def gains(self, ja: Sequence[int], en: Sequence[int]) -> dict[tuple[int, int], Gains]:
        """What the search needs: one and two items beside one and two."""
        a, b = self.ja.part(ja), self.en.part(en)
        out = {(1, 1): supported(self._odds(a, b))}
        two_ja = a.doubles(self.weights) if len(ja) > 1 else None
        two_en = b.doubles(self.weights) if len(en) > 1 else None
        if two_ja:
            out[2, 1] = self._odds(two_ja, b) + np.float32(MERGE)
        if two_en:
            out[1, 2] = self._odds(a, two_en) + np.float32(MERGE)
        if two_ja and two_en:
            out[2, 2] = self._odds(two_ja, two_en) + np.float32(2 * MERGE)
        return out

    def _odds(self, a: Side, b: Side) -> Gains:
        return cost.log_odds(a, b, self.weights, self.likeness) + np.float32(NEARBY)


def pairing(
    ja: Sequence[Text], ja_vectors: Vectors, en: Sequence[Text], en_vectors: Vectors, encoder: Encoder | None
) -> Pairing:
    weights = evidence.weigh((*ja, *en))
    left, right = cost.sides(ja, ja_vectors, en, en_vectors, weights)
    likeness = cost.LIKENESS if encoder else cost.LIKENESS_WITHOUT_ENCODER
    return Pairing(left, right, weights, likeness)


def supported(odds: Gains) -> Gains:
    """Odds raised where the neighbours before and after surely belong together; both ends do so by half."""
    raised = np.exp(np.minimum(odds, 30.0))
    sure = raised / np.sqrt((1 + raised.sum(axis=1, keepdims=True)) * (1 + raised.sum(axis=0, keepdims=True)))
    before, after = np.zeros_like(sure), np.zeros_like(sure)
    before[1:, 1:], after[:-1, :-1] = sure[:-1, :-1], sure[1:, 1:]
    before[0, 0] = after[-1, -1] = 0.5
    return np.asarray(odds + SUPPORT * (before + after), dtype=np.float32)


def inside(ja: Sequence[int], en: Sequence[int], of: Pairing) -> list[Match]:
    """Matches among some items of both sides, in order of the Japanese ones."""
    if not ja or not en:
        return []
    anchors: list[tuple[int, int]] = []
    if max(len(ja), len(en)) > search.LONGEST:
        anchors = unique([of.ja.texts[i] for i in ja], [of.en.texts[j] for j in en])
    odds: dict[tuple[int, int], float] = {}

    def gains(down: range, across: range) -> dict[tuple[int, int], Gains]:
        left, right = [ja[i] for i in down], [en[j] for j in across]
        out = of.gains(left, right)
        rows, columns = np.nonzero(out[1, 1] > -2)
        odds.update({(left[i], right[j]): float(out[1, 1][i, j]) for i, j in zip(rows, columns, strict=True)})
        return out

    found = []
    for a, b, c, d in search.search(len(ja), len(en), gains, SKIP, SWAP, anchors):
        left, right = tuple(ja[a:b]), tuple(en[c:d])
        single = odds.get((left[0], right[0])) if len(left) == len(right) == 1 else None
        found.append(Match(left, right, of.whole(left, right) if single is None else single))
    return _grown(found, ja, en, of)


def _grown(found: list[Match], ja: Sequence[int], en: Sequence[int], of: Pairing) -> list[Match]:
    """Matches with the items that were left out beside them, where these make both sides more alike.

    One paragraph beside a paragraph and its three list items: the search knows two for one, not four.
    """
    used = [{i for match in found for i in match.ja}, {j for match in found for j in match.en}]
    order = [list(ja), list(en)]
    place = [{item: at for at, item in enumerate(side)} for side in order]
    out = []
    for match in found:
        sides, odds = [list(match.ja), list(match.en)], None
        for which in (0, 1):
            if len(sides[1 - which]) > 1:
                continue
            while True:
                ends = (place[which][sides[which][0]] - 1, place[which][sides[which][-1]] + 1)
                near = [at for at in ends if 0 <= at < len(order[which]) and order[which][at] not in used[which]]
                best: tuple[float, int] | None = None
                odds = of.whole(*sides) if near and odds is None else odds
                for at in near:
                    more = sorted([*sides[which], order[which][at]], key=place[which].__getitem__)
                    value = of.whole(more, sides[1]) if which == 0 else of.whole(sides[0], more)
                    if (
                        odds is not None
                        and value > odds + (_GROWTH if len(sides[which]) == 1 else 0)
                        and (best is None or value > best[0])
                    ):
                        best = (value, at)
                if best is None:
                    break
                odds = best[0]
                used[which].add(order[which][best[1]])
                sides[which] = sorted([*sides[which], order[which][best[1]]], key=place[which].__getitem__)
        grown = Match(tuple(sides[0]), tuple(sides[1]), match.odds)
        out.append(grown)
    return out


def unique(ja: Sequence[Text], en: Sequence[Text]) -> list[tuple[int, int]]:
    """Pairs of places that share an anchor or a number which each side has once."""
    places: dict[str, tuple[list[int], list[int]]] = {}
    for side, texts in enumerate((ja, en)):
        for index, text in enumerate(texts):
            for anchor in (*text.anchors, *([f"mark:{text.mark}"] if text.mark else [])):
                places.setdefault(anchor, ([], []))[side].append(index)
    return [(left[0], right[0]) for left, right in places.values() if len(left) == len(right) == 1]
