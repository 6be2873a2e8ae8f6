"""Convert matches to beads: with ids, scores, evidence, and an empty side for items without a counterpart."""

from __future__ import annotations

from collections.abc import Sequence

from aisi_ingest.alignment import cost
from aisi_ingest.alignment.match import Match, PairScorer
from aisi_ingest.model import Bead, Unit

_MAX_ANCHORS = 5  # anchors that are published as evidence of a bead


def make_beads(
    unit: Unit, ja: Sequence[str], en: Sequence[str], matches: Sequence[Match], scorer: PairScorer | None = None
) -> list[Bead]:
    """Make a bead for each match, and for each item without a match.

    Args:
        unit: What the items are.
        ja: Ids of the Japanese items in reading order.
        en: Ids of the English items in reading order.
        matches: Matches of these items, by index.
        scorer: The scorer of the items, if beads get their evidence.

    Returns:
        Beads in Japanese reading order. An item that only English has follows the item before it.
    """
    out: list[tuple[tuple[float, float], Bead]] = []
    used_ja = {i for match in matches for i in match.ja}
    first_ja = {j: match.ja[0] for match in matches for j in match.en}
    for match in matches:
        left, right = tuple(ja[i] for i in match.ja), tuple(en[j] for j in match.en)
        words = evidence_words(match, scorer) if scorer else ()
        out.append(((match.ja[0], match.en[0]), Bead(unit, left, right, score(match.odds), words)))
    out += [((i, -1), Bead(unit, (ja[i],), (), 0.0)) for i in range(len(ja)) if i not in used_ja]
    after = -1
    for j in range(len(en)):
        if j in first_ja:
            after = first_ja[j]
        else:
            out.append(((after + 0.5, j), Bead(unit, (), (en[j],), 0.0)))
    return [bead for _, bead in sorted(out, key=lambda item: item[0])]


def score(odds: float) -> float:
    """Convert log odds to a probability with three decimal places."""
    return round(cost.probability(odds), 3)


def evidence_words(match: Match, scorer: PairScorer) -> tuple[str, ...]:
    """Return up to six words that show the evidence of a match: the rarest shared anchors, and the similarity."""
    shared = (a for a in shared_anchors(match, scorer) if not a.startswith("sound:"))
    words = sorted(shared, key=lambda a: (-scorer.anchor_weights.nats.get(a, 0.0), a))[:_MAX_ANCHORS]
    similarity = highest_similarity(match, scorer)
    return (*words, *([f"similarity:{similarity:.2f}"] if similarity else []))


def shared_anchors(match: Match, scorer: PairScorer) -> frozenset[str]:
    """Return the anchors that both sides of a match have."""
    ja = frozenset[str]().union(*(scorer.ja.texts[i].anchors for i in match.ja))
    en = frozenset[str]().union(*(scorer.en.texts[j].anchors for j in match.en))
    return ja & en


def highest_similarity(match: Match, scorer: PairScorer) -> float:
    """Return the highest cosine of a text of one side with a text of the other; 0 without the encoder."""
    left, right = scorer.ja.select(match.ja), scorer.en.select(match.en)
    return float((left.vectors @ right.vectors.T).max())
