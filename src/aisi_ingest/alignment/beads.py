"""Matches as beads: with ids, scores, evidence, and empty sides for what has no counterpart."""

from __future__ import annotations

from collections.abc import Sequence

from aisi_ingest.alignment import cost
from aisi_ingest.alignment.match import Match, Pairing
from aisi_ingest.model import Bead, Unit


def beads(
    unit: Unit, ja: Sequence[str], en: Sequence[str], matches: Sequence[Match], of: Pairing | None = None
) -> list[Bead]:
    """Beads in Japanese reading order; what only English has follows what stands before it."""
    out: list[tuple[tuple[float, float], Bead]] = []
    used_ja = {i for match in matches for i in match.ja}
    last = {j: match.ja[0] for match in matches for j in match.en}
    for match in matches:
        left, right = tuple(ja[i] for i in match.ja), tuple(en[j] for j in match.en)
        words = words_of(match, of) if of else ()
        out.append(((match.ja[0], match.en[0]), Bead(unit, left, right, score(match.odds), words)))
    out += [((i, -1), Bead(unit, (ja[i],), (), 0.0)) for i in range(len(ja)) if i not in used_ja]
    after = -1
    for j in range(len(en)):
        if j in last:
            after = last[j]
        else:
            out.append(((after + 0.5, j), Bead(unit, (), (en[j],), 0.0)))
    return [bead for _, bead in sorted(out, key=lambda item: item[0])]


def score(odds: float) -> float:
    """Log odds as a probability, to three places."""
    return round(cost.probability(odds), 3)


def words_of(match: Match, of: Pairing) -> tuple[str, ...]:
    """Up to six short words that say what a match rests on, the rarest anchors first."""
    ja = frozenset().union(*(of.ja.texts[i].anchors for i in match.ja))
    en = frozenset().union(*(of.en.texts[j].anchors for j in match.en))
    shared = (a for a in ja & en if not a.startswith("sound:"))
    words = sorted(shared, key=lambda a: (-of.weights.nats.get(a, 0.0), a))[:5]
    left, right = of.ja.part(match.ja), of.en.part(match.en)
    similarity = float((left.vectors @ right.vectors.T).max())
    return (*words, *([f"similarity:{similarity:.2f}"] if similarity else []))
