"""Items of two sides that belong together: the search with its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from aisi_ingest.alignment import cost, evidence, search
from aisi_ingest.alignment.cost import EvidenceWeights, Side
from aisi_ingest.alignment.encoder import Encoder, Kept
from aisi_ingest.alignment.evidence import Text, Weights
from aisi_ingest.alignment.search import Gains

# In log odds. Tuned on the gold of overview, aisev-rt, -appendix and -README (blocks F1 on perfect blocks).
NEARBY = 2.0  # among aligned neighbours a counterpart is likelier than in the regression, which saw all blocks nearby
SKIP = 0.3  # what leaving an item without counterpart costs
MERGE = -2.5  # two items for one are rarer than one for one
SWAP = 1.0  # least odds of a pair that breaks the order
SUPPORT = 1.2  # what a neighbour adds that surely belongs to the neighbour of the other
_GROWTH = 0.7  # what items left out beside a match have to add to it,
_CLOSER = 0.02  # and by how much each has to bring the vectors nearer: a length that fits better is not enough
_MUCH_CLOSER = 0.03  # the same of one kind, a line broken in two: these have to add next to nothing else
_TORN = 0.7  # a paragraph torn in two: what the other piece adds by its length and anchors, where nothing is lost
_UNSURE = 1.0  # what a match loses with a run: it may be too long or too short
_LONGEST_RUN = 4
_KIN, _KIN_WINDOW = 0.35, 300  # share of sure blocks from which on documents are kin, and blocks in a window


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
    likeness: EvidenceWeights
    parallelism: float = 1.0  # 0: the documents have nothing to do with each other, 1: versions of one text

    def odds(self, ja: Sequence[int], en: Sequence[int]) -> Gains:
        """Log odds of each item of one side with each of the other."""
        return self._odds(self.ja.part(ja), self.en.part(en))

    def whole(self, ja: Sequence[int], en: Sequence[int]) -> float:
        """Log odds of some items taken together, with some of the other side taken together."""
        return float(self._odds(self.ja.whole(ja, self.weights), self.en.whole(en, self.weights))[0, 0])

    def similarity(self, match: Match) -> float:
        """Cosine of both sides, each taken together."""
        left, right = self.ja.whole(match.ja, self.weights), self.en.whole(match.en, self.weights)
        return float(left.vectors[0] @ right.vectors[0])

    def gains(self, ja: Sequence[int], en: Sequence[int]) -> dict[tuple[int, int], Gains]:
        """What the search needs: one and two items beside one and two."""
        a, b = self.ja.part(ja), self.en.part(en)
        out = {(1, 1): supported(self._odds(a, b), self.parallelism)}
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
        return cost.log_odds(a, b, self.weights, self.likeness) + np.float32(NEARBY * self.parallelism)


def pairing(
    ja: Sequence[Text], ja_vectors: Kept, en: Sequence[Text], en_vectors: Kept, encoder: Encoder | None
) -> Pairing:
    weights = evidence.weigh((*ja, *en))
    left, right = cost.sides(ja, ja_vectors, en, en_vectors, weights)
    likeness = cost.LIKENESS if encoder else cost.LIKENESS_WITHOUT_ENCODER
    return Pairing(left, right, weights, likeness)


def parallelism(of: Pairing) -> float:
    """How much the neighbourhood of two blocks may be trusted: 1 for versions of one text, near 0 for strangers.

    Measured by the share of blocks, of the side that has fewer, that are each other's likeliest and more likely than
    not by themselves: 0.45 to 1.0 for the nine pairs of the real documents, 0.33 to 0.38 for relatives (a summary
    beside the edition after it), up to 0.16 for others. Long documents are measured in three windows.
    """
    counts = len(of.ja.texts), len(of.en.texts)
    if not min(counts):
        return 0.0
    parts = max(1, min(3, -(-max(counts) // _KIN_WINDOW)))
    mutual = possible = 0
    for part in range(parts):
        # First, middle and last part of both, where they are as far along.
        ja, en = (_window(count, part, parts) for count in counts)
        odds = of.odds(ja, en) - np.float32(NEARBY * of.parallelism)
        best_en, best_ja = odds.argmax(axis=1), odds.argmax(axis=0)
        mutual += sum(1 for i, j in enumerate(best_en) if best_ja[j] == i and odds[i, j] > 0)
        possible += min(len(ja), len(en))
    return min(1.0, mutual / possible / _KIN)


def _window(count: int, part: int, parts: int) -> range:
    length = min(count, _KIN_WINDOW)
    start = round((count - length) * part / (parts - 1)) if parts > 1 else 0
    return range(start, start + length)


def supported(odds: Gains, parallelism: float) -> Gains:
    """Odds raised where the neighbours before and after surely belong together; both ends do so by half."""
    raised = np.exp(np.minimum(odds, 30.0))
    sure = raised / np.sqrt((1 + raised.sum(axis=1, keepdims=True)) * (1 + raised.sum(axis=0, keepdims=True)))
    before, after = np.zeros_like(sure), np.zeros_like(sure)
    before[1:, 1:], after[:-1, :-1] = sure[:-1, :-1], sure[1:, 1:]
    before[0, 0] = after[-1, -1] = 0.5
    return np.asarray(odds + SUPPORT * parallelism * (before + after), dtype=np.float32)


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
    orders = [list(ja), list(en)]
    places = [{item: at for at, item in enumerate(order)} for order in orders]
    used = [{i for match in found for i in match.ja}, {j for match in found for j in match.en}]
    out = []
    for match in found:
        grown = match
        for which in (0, 1):
            if len((grown.en, grown.ja)[which]) == 1:
                grown = _grown_by(which, grown, orders[which], places[which], used[which], of)
        out.append(grown)
    return out


def _grown_by(
    which: int, match: Match, order: Sequence[int], place: dict[int, int], used: set[int], of: Pairing
) -> Match:
    """A match with the run of free items before or after its own that makes it likeliest, if any does."""
    own = (match.ja, match.en)[which]
    runs: list[list[int]] = []
    for at, step in ((place[own[0]] - 1, -1), (place[own[-1]] + 1, 1)):
        run: list[int] = []
        while 0 <= at < len(order) and order[at] not in used and len(run) < _LONGEST_RUN:
            run = [*run, order[at]]
            runs.append(run)
            at += step
    if not runs:
        return match
    side = (of.ja, of.en)[which]
    first = of.whole(match.ja, match.en)
    best, least = match, first
    likeness = of.similarity(match)
    for run in runs:
        more = tuple(sorted((*own, *run), key=place.__getitem__))
        sides = (more, match.en) if which == 0 else (match.ja, more)
        candidate = Match(*sides, match.odds - _UNSURE)
        odds, closer = of.whole(candidate.ja, candidate.en), of.similarity(candidate) - likeness
        total = odds + SKIP * len(run)  # what leaving them out costs elsewhere too
        parts = {side.texts[i].kind for i in more}
        one_kind = len(parts) == 1 and "list_item" not in parts
        torn = one_kind and odds > first + _TORN and closer > -_CLOSER / 4
        broken = one_kind and closer >= _MUCH_CLOSER * len(run)
        enough = total > first + (0.0 if broken else _GROWTH)
        if enough and total > least and (torn or broken or closer >= _CLOSER * len(run)):
            best, least = candidate, total
    used.update((best.ja, best.en)[which])
    return best


def unique(ja: Sequence[Text], en: Sequence[Text]) -> list[tuple[int, int]]:
    """Pairs of places that share an anchor or a number which each side has once."""
    places: dict[str, tuple[list[int], list[int]]] = {}
    for side, texts in enumerate((ja, en)):
        for index, text in enumerate(texts):
            for anchor in (*text.anchors, *([f"mark:{text.mark}"] if text.mark else [])):
                places.setdefault(anchor, ([], []))[side].append(index)
    return [(left[0], right[0]) for left, right in places.values() if len(left) == len(right) == 1]
