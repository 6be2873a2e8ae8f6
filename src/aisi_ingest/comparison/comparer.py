"""What the two languages of one edition say differently: what only one of them has, and which values differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisi_ingest.comparison.missing import missing, side
from aisi_ingest.comparison.values import Names, differences
from aisi_ingest.model import Alignment, Document, Finding, Issue, Result

if TYPE_CHECKING:
    from aisi_ingest.registry import Registry

__all__ = ["compare"]

# With less than this share of the smaller side aligned, the documents are not two versions of one text.
_LEAST_SHARE = 0.2


def compare(
    ja: Document, en: Document, alignment: Alignment, registry: Registry | None = None
) -> Result[tuple[Finding, ...]]:
    """Findings: first the missing sections, then, in Japanese reading order, what is missing and what differs.

    ``registry`` is the one that the documents were tagged with: it says what is part of what.
    """
    sides = side(ja, "ja"), side(en, "en")
    share = _share(alignment)
    if share < _LEAST_SHARE:
        message = f"Only {share:.0%} of the shorter document has a counterpart: they are not compared."
        return Result((), (Issue("compare", "warning", "too_little_in_common", message),))
    names = Names(registry, ja.mentions, en.mentions)
    findings, by_bead = missing(alignment, sides)
    for at, bead in enumerate(alignment.beads):
        if bead.unit != "block":
            continue
        findings += by_bead.get(at, ())
        if bead.ja and bead.en:
            found = [one.texts(ids) for one, ids in zip(sides, (bead.ja, bead.en), strict=True)]
            findings += differences(bead, found, (sides[0].mentions, sides[1].mentions), names)
    return Result(tuple(findings))


def _share(alignment: Alignment) -> float:
    """Of the blocks of the side that has fewer, how many have a counterpart."""
    beads = [bead for bead in alignment.beads if bead.unit == "block"]
    shares = []
    for which in ("ja", "en"):
        every = sum(len(getattr(bead, which)) for bead in beads)
        paired = sum(len(getattr(bead, which)) for bead in beads if bead.ja and bead.en)
        shares.append((every, paired / every if every else 0.0))
    return min(shares)[1] if shares else 0.0
