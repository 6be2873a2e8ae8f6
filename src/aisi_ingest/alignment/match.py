"""Match the items of two documents, such as blocks or sentences: the search with its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from aisi_ingest.alignment import cost, evidence, search
from aisi_ingest.alignment.cost import EvidenceWeights, TextArrays
from aisi_ingest.alignment.encoder import Encoder, StoredVectors
from aisi_ingest.alignment.evidence import AnchorWeights, TextEvidence
from aisi_ingest.alignment.search import Gains, Shape

# All in log odds. Tuned on the gold data of overview, aisev-rt, -appendix and -README (F1 of block pairs, with perfect
# blocks).
NEARBY = 2.0  # added to every pair near aligned neighbours: the regression saw only blocks that were nearby
SKIP = 0.3  # cost of an item that is left without a counterpart
MERGE = -2.5  # added to two items beside one: this is rarer than one beside one
SWAP = 1.0  # least odds of a pair that breaks the order
SUPPORT = 1.2  # added to a pair whose neighbours are surely a pair
# A match is extended by the items left out beside it, if the evidence improves:
_EXTENSION_GAIN = 0.7  # least gain in log odds of the whole run of items
_CLOSER = 0.02  # least gain in cosine of each item: a length that fits better is not enough
# Least gain in cosine of each item of one kind, as in a line broken in two. Then the log odds need not rise.
_MUCH_CLOSER = 0.03
# Least gain in log odds of the second part of a split paragraph. The cosine may fall by a quarter of _CLOSER.
_SPLIT_PARAGRAPH_GAIN = 0.7
_UNCERTAINTY = 1.0  # subtracted from the log odds of an extended match: the run may be too long or too short
_MAX_RUN = 4  # items
_KEPT_ODDS = -2  # log odds: the odds of less likely single pairs are not kept during the search
_MAX_EXPONENT = 30.0  # larger log odds are certain, and their exponential would overflow
# Parallelism is measured in windows of both documents.
_FULL_PARALLELISM = 0.35  # share of blocks that are surely a pair, from which on documents are versions of one text
_WINDOW = 300  # blocks
_MAX_WINDOWS = 3


class Match(Struct, frozen=True):
    """Items that are counterparts.

    Attributes:
        ja: Indices of Japanese items.
        en: Indices of English items.
        odds: Log odds that the items are counterparts.
    """

    ja: tuple[int, ...]
    en: tuple[int, ...]
    odds: float


class PairScorer(Struct, frozen=True):
    """Scores pairs of items of one kind. Items are given by their indices.

    Attributes:
        ja: The texts of the Japanese items.
        en: The texts of the English items.
        anchor_weights: The weight of each anchor.
        weights: The weight of each kind of evidence.
        parallelism: 0 if the documents are unrelated, 1 if they are versions of one text.
        support: Log odds added to each pair of single items, if anything else supports them.
    """

    ja: TextArrays
    en: TextArrays
    anchor_weights: AnchorWeights
    weights: EvidenceWeights
    parallelism: float = 1.0
    support: Gains | None = None

    def odds(self, ja: Sequence[int], en: Sequence[int]) -> Gains:
        """Return the log odds of each Japanese item with each English item."""
        return self._odds(self.ja.select(ja), self.en.select(en))

    def joint_odds(self, ja: Sequence[int], en: Sequence[int]) -> float:
        """Return the log odds of some Japanese items, taken together, with some English items, taken together."""
        return float(self._odds(self.ja.join(ja, self.anchor_weights), self.en.join(en, self.anchor_weights))[0, 0])

    def similarity(self, match: Match) -> float:
        """Return the cosine of the two sides of a match, each taken together."""
        left, right = self.ja.join(match.ja, self.anchor_weights), self.en.join(match.en, self.anchor_weights)
        return float(left.vectors[0] @ right.vectors[0])

    def gains(self, ja: Sequence[int], en: Sequence[int]) -> dict[Shape, Gains]:
        """Return the gains for the search, for one and two items beside one and two."""
        one_ja, one_en = self.ja.select(ja), self.en.select(en)
        single = self._odds(one_ja, one_en)
        if self.support is not None:
            single = single + self.support[np.ix_(list(ja), list(en))]
        out = {(1, 1): add_neighbour_support(single, self.parallelism)}
        two_ja = one_ja.join_neighbours(self.anchor_weights) if len(ja) > 1 else None
        two_en = one_en.join_neighbours(self.anchor_weights) if len(en) > 1 else None
        if two_ja:
            out[2, 1] = self._odds(two_ja, one_en) + np.float32(MERGE)
        if two_en:
            out[1, 2] = self._odds(one_ja, two_en) + np.float32(MERGE)
        if two_ja and two_en:
            out[2, 2] = self._odds(two_ja, two_en) + np.float32(2 * MERGE)
        return out

    def _odds(self, ja: TextArrays, en: TextArrays) -> Gains:
        return cost.log_odds(ja, en, self.anchor_weights, self.weights) + np.float32(NEARBY * self.parallelism)


def make_scorer(
    ja: Sequence[TextEvidence],
    ja_vectors: StoredVectors,
    en: Sequence[TextEvidence],
    en_vectors: StoredVectors,
    encoder: Encoder | None,
) -> PairScorer:
    """Make a scorer for all items of two documents; anchors are weighted by how rare they are in both."""
    anchor_weights = evidence.weigh_anchors((*ja, *en))
    left, right = cost.both_text_arrays(ja, ja_vectors, en, en_vectors, anchor_weights)
    weights = cost.WEIGHTS if encoder else cost.WEIGHTS_WITHOUT_ENCODER
    return PairScorer(left, right, anchor_weights, weights)


def measure_parallelism(scorer: PairScorer) -> float:
    """Measure how far the neighbourhood of two blocks can be trusted.

    This is the share of blocks, of the shorter document, that are each other's likeliest counterpart and more likely
    than not without their neighbours. It is 0.45 to 1.0 for the nine pairs of the real documents, 0.33 to 0.38 for
    related documents (a summary and the next edition), and up to 0.16 for others. Long documents are measured in
    three windows.

    Returns:
        1 for versions of one text, near 0 for unrelated documents.
    """
    counts = len(scorer.ja.texts), len(scorer.en.texts)
    if not min(counts):
        return 0.0
    windows = max(1, min(_MAX_WINDOWS, -(-max(counts) // _WINDOW)))
    mutual = possible = 0
    for number in range(windows):
        ja, en = (_window(count, number, windows) for count in counts)
        odds = scorer.odds(ja, en) - np.float32(NEARBY * scorer.parallelism)
        best_en, best_ja = odds.argmax(axis=1), odds.argmax(axis=0)
        mutual += sum(1 for i, j in enumerate(best_en) if best_ja[j] == i and odds[i, j] > 0)
        possible += min(len(ja), len(en))
    return min(1.0, mutual / possible / _FULL_PARALLELISM)


def _window(count: int, number: int, windows: int) -> range:
    """Return one of several windows of a document: the first is at its start, the last at its end."""
    length = min(count, _WINDOW)
    start = round((count - length) * number / (windows - 1)) if windows > 1 else 0
    return range(start, start + length)


def add_neighbour_support(odds: Gains, parallelism: float) -> Gains:
    """Raise the log odds of pairs whose neighbours before and after are surely pairs.

    The start and the end of both documents support their neighbours by half.
    """
    raised = np.exp(np.minimum(odds, _MAX_EXPONENT))
    certainty = raised / np.sqrt((1 + raised.sum(axis=1, keepdims=True)) * (1 + raised.sum(axis=0, keepdims=True)))
    before, after = np.zeros_like(certainty), np.zeros_like(certainty)
    before[1:, 1:], after[:-1, :-1] = certainty[:-1, :-1], certainty[1:, 1:]
    before[0, 0] = after[-1, -1] = 0.5
    return np.asarray(odds + SUPPORT * parallelism * (before + after), dtype=np.float32)


def match_items(ja: Sequence[int], en: Sequence[int], scorer: PairScorer) -> list[Match]:
    """Match some Japanese items with some English items.

    Returns:
        Matches in order of the Japanese items.
    """
    if not ja or not en:
        return []
    anchors: list[tuple[int, int]] = []
    if max(len(ja), len(en)) > search.MAX_ITEMS:
        anchors = unique_pairs([scorer.ja.texts[i] for i in ja], [scorer.en.texts[j] for j in en])
    single_odds: dict[tuple[int, int], float] = {}

    def gains(part_ja: range, part_en: range) -> dict[Shape, Gains]:
        left, right = [ja[i] for i in part_ja], [en[j] for j in part_en]
        out = scorer.gains(left, right)
        rows, columns = np.nonzero(out[1, 1] > _KEPT_ODDS)
        single_odds.update({(left[i], right[j]): float(out[1, 1][i, j]) for i, j in zip(rows, columns, strict=True)})
        return out

    found = []
    for a, b, c, d in search.search(len(ja), len(en), gains, SKIP, SWAP, anchors):
        left, right = tuple(ja[a:b]), tuple(en[c:d])
        odds = single_odds.get((left[0], right[0])) if len(left) == len(right) == 1 else None
        found.append(Match(left, right, scorer.joint_odds(left, right) if odds is None else odds))
    return _extend_matches(found, ja, en, scorer)


def _extend_matches(found: list[Match], ja: Sequence[int], en: Sequence[int], scorer: PairScorer) -> list[Match]:
    """Extend matches by items that were left out beside them, if both sides become more alike.

    One language may have a paragraph where the other has a paragraph with three list items. The search aligns at
    most two items with one.
    """
    orders = [list(ja), list(en)]
    positions = [{item: at for at, item in enumerate(order)} for order in orders]
    used = [{i for match in found for i in match.ja}, {j for match in found for j in match.en}]
    out = []
    for match in found:
        extended = match
        for which in (0, 1):
            if len((extended.en, extended.ja)[which]) == 1:
                extended = _extend(which, extended, orders[which], positions[which], used[which], scorer)
        out.append(extended)
    return out


def _extend(
    which: int, match: Match, order: Sequence[int], position: dict[int, int], used: set[int], scorer: PairScorer
) -> Match:
    """Extend one side of a match by the adjacent run of free items that makes it likeliest, if any does.

    Args:
        which: The side that is extended: 0 for Japanese, 1 for English.
        match: The match.
        order: The items of that side.
        position: The position of each item in ``order``.
        used: Items of that side that have a match; the added items are added to it.
        scorer: Scores the candidates.
    """
    own = (match.ja, match.en)[which]
    runs = _free_runs(own, order, position, used)
    if not runs:
        return match
    side = (scorer.ja, scorer.en)[which]
    first_odds = scorer.joint_odds(match.ja, match.en)
    first_similarity = scorer.similarity(match)
    best, best_total = match, first_odds
    for run in runs:
        items = tuple(sorted((*own, *run), key=position.__getitem__))
        sides = (items, match.en) if which == 0 else (match.ja, items)
        candidate = Match(*sides, match.odds - _UNCERTAINTY)
        odds = scorer.joint_odds(candidate.ja, candidate.en)
        closer = scorer.similarity(candidate) - first_similarity
        total = odds + SKIP * len(run)  # the items no longer cost a skip
        kinds = {side.texts[i].kind for i in items}
        one_kind = len(kinds) == 1 and "list_item" not in kinds
        split_paragraph = one_kind and odds > first_odds + _SPLIT_PARAGRAPH_GAIN and closer > -_CLOSER / 4
        broken_line = one_kind and closer >= _MUCH_CLOSER * len(run)
        gains_enough = total > first_odds + (0.0 if broken_line else _EXTENSION_GAIN)
        is_plausible = split_paragraph or broken_line or closer >= _CLOSER * len(run)
        if gains_enough and total > best_total and is_plausible:
            best, best_total = candidate, total
    used.update((best.ja, best.en)[which])
    return best


def _free_runs(own: tuple[int, ...], order: Sequence[int], position: dict[int, int], used: set[int]) -> list[list[int]]:
    """Return the runs of free items directly before and directly after a match's own items, the shorter first."""
    runs: list[list[int]] = []
    for at, step in ((position[own[0]] - 1, -1), (position[own[-1]] + 1, 1)):
        run: list[int] = []
        while 0 <= at < len(order) and order[at] not in used and len(run) < _MAX_RUN:
            run = [*run, order[at]]
            runs.append(run)
            at += step
    return runs


def unique_pairs(ja: Sequence[TextEvidence], en: Sequence[TextEvidence]) -> list[tuple[int, int]]:
    """Return the pairs of texts that share an anchor or a number which occurs once in each document."""
    indices: dict[str, tuple[list[int], list[int]]] = {}
    for side, texts in enumerate((ja, en)):
        for index, text in enumerate(texts):
            for anchor in (*text.anchors, *([f"mark:{text.mark}"] if text.mark else [])):
                indices.setdefault(anchor, ([], []))[side].append(index)
    return [(left[0], right[0]) for left, right in indices.values() if len(left) == len(right) == 1]
