"""Find what the two languages of one edition state differently: missing texts, and values that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisi_ingest.comparison.document_index import index_document
from aisi_ingest.comparison.missing import find_missing
from aisi_ingest.comparison.untranslated import find_untranslated
from aisi_ingest.comparison.values import EntityMatcher, Statements, find_differences
from aisi_ingest.model import Alignment, Document, Finding, Issue, Result

if TYPE_CHECKING:
    from aisi_ingest.registry import Registry

__all__ = ["compare"]

# Least share of the blocks of the shorter side that have a counterpart. With fewer, the documents are not two versions
# of one text.
_MIN_SHARE = 0.2


def compare(
    ja: Document, en: Document, alignment: Alignment, registry: Registry | None = None
) -> Result[tuple[Finding, ...]]:
    """Compare a Japanese and an English document.

    Args:
        ja: The Japanese document.
        en: The English document.
        alignment: Their alignment.
        registry: The registry that the documents were tagged with. It states which entity is part of which.

    Returns:
        Findings: first missing sections, then in Japanese reading order what is missing and what differs. Documents
        that have too little in common are not compared, and an issue reports it.
    """
    sides = index_document(ja, "ja"), index_document(en, "en")
    share = _aligned_share(alignment)
    if share < _MIN_SHARE:
        message = f"The documents are not compared: only {share:.0%} of the shorter one has a counterpart."
        return Result((), (Issue("compare", "warning", "too_little_in_common", message),))
    matcher = EntityMatcher(registry, ja.mentions, en.mentions)
    findings, by_bead = find_missing(alignment, sides)
    statements = Statements(bead for bead in alignment.beads if bead.unit == "sentence")
    foreign = find_untranslated(alignment, sides) if ja.content.lang != en.content.lang else {}
    for at, bead in enumerate(alignment.beads):
        if bead.unit != "block":
            continue
        findings += (*by_bead.get(at, ()), *foreign.get(at, ()))
        if bead.ja and bead.en:
            blocks = [side.blocks_of(ids) for side, ids in zip(sides, (bead.ja, bead.en), strict=True)]
            nearby = [side.beside(ids) for side, ids in zip(sides, (bead.ja, bead.en), strict=True)]
            mentions = sides[0].mentions, sides[1].mentions
            findings += find_differences(bead, blocks, mentions, matcher, statements, nearby)
    return Result(tuple(findings))


def _aligned_share(alignment: Alignment) -> float:
    """Return the share of blocks that have a counterpart, of the side that has fewer blocks."""
    beads = [bead for bead in alignment.beads if bead.unit == "block"]
    shares = []
    for lang in ("ja", "en"):
        total = sum(len(getattr(bead, lang)) for bead in beads)
        paired = sum(len(getattr(bead, lang)) for bead in beads if bead.ja and bead.en)
        shares.append((total, paired / total if total else 0.0))
    return min(shares)[1] if shares else 0.0
