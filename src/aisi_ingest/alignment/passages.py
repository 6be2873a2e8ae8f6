"""Select the passages of two documents in which sentences are aligned across the borders of paragraphs.

Translators cut paragraphs in other places. A sentence then has its counterpart in a neighbour of the block that its own
block is aligned with. So the running text of two aligned sections is one passage. A table, a heading, a footnote and
whatever breaks the order are passages of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from aisi_ingest.alignment.match import Match
from aisi_ingest.alignment.search import longest_chain
from aisi_ingest.alignment.units import Outline

_RUNNING_TEXT = ("paragraph", "list_item")
# Log odds added to two sentences whose blocks are aligned: this much for each of the log odds of the blocks, up to the
# limit. Sentence links of half of the articles of NTREX-128 change by less than 0.002 for limits of 0.5 to 2.5.
_SUPPORT, _MAX_SUPPORT = 0.5, 1.5


class Passage(Struct, frozen=True):
    """Blocks of both documents whose sentences are aligned together.

    Attributes:
        ja: Indices of Japanese blocks in reading order.
        en: Indices of English blocks in reading order.
        matches: Matches of these blocks.
    """

    ja: tuple[int, ...]
    en: tuple[int, ...]
    matches: tuple[Match, ...]

    def support(self) -> dict[tuple[int, int], float]:
        """Return the log odds that the alignment of two blocks adds to their sentences."""
        return {
            (i, j): min(_MAX_SUPPORT, max(0.0, match.odds * _SUPPORT))
            for match in self.matches
            for i in match.ja
            for j in match.en
        }


def split_into_passages(
    ja: Outline, en: Outline, sections: Sequence[Match], blocks: Sequence[Match], texts: Sequence[Match]
) -> list[Passage]:
    """Split two documents into passages.

    Args:
        ja: The outline of the Japanese document.
        en: The outline of the English document.
        sections: Matches of sections.
        blocks: Matches of blocks in order.
        texts: The same matches with blocks added that are not adjacent, in order.

    Returns:
        Passages in order of their first Japanese blocks. Each match is in one passage. Blocks of running text without a
        match are in the passage of their section, if it has one.
    """
    left, right = _regions(ja, sections, 0), _regions(en, sections, 1)
    region_of = [{i: region for region, blocks in side.items() for i in blocks} for side in (left, right)]
    match_of = {i: match for match in blocks for i in match.ja}
    by_region: dict[int, list[Match]] = {}
    out = []
    for text in texts:
        region = _region_of(text, region_of)
        # In running text, the search over the whole passage finds out where a text that is not adjacent belongs.
        match = next((match_of[i] for i in text.ja if i in match_of), text)
        if region is None:
            out.append(Passage(text.ja, text.en, (text,)))
        else:
            by_region.setdefault(region, []).append(match)
    taken = _blocks_of((*(m for found in by_region.values() for m in found), *(p.matches[0] for p in out)))
    for region, own_ja in left.items():
        found = by_region.get(region, [])
        in_order = _in_order(found)
        out += [Passage(match.ja, match.en, (match,)) for match in found if match not in in_order]
        own = _blocks_of(in_order)
        passage_ja = tuple(i for i in own_ja if i in own[0] or i not in taken[0])
        passage_en = tuple(j for j in right.get(region, ()) if j in own[1] or j not in taken[1])
        if passage_ja and passage_en:
            out.append(Passage(passage_ja, passage_en, tuple(in_order)))
    return sorted(out, key=lambda passage: (passage.ja, passage.en))


def _regions(outline: Outline, sections: Sequence[Match], which: int) -> dict[int, list[int]]:
    """Return the running text of each match of sections by its position, and that outside all sections as -1."""
    owned: dict[int, list[int]] = {-1: _running_text(outline, outline.outside_sections)}
    used: set[int] = set()
    for at, match in enumerate(sections):
        members = [s for s in (match.ja, match.en)[which] if s not in used]
        used.update(members)
        owned[at] = _running_text(outline, sorted(i for s in members for i in outline.own_blocks[s]))
    return owned


def _running_text(outline: Outline, indices: Iterable[int]) -> list[int]:
    return [i for i in indices if outline.blocks[i].kind in _RUNNING_TEXT]


def _region_of(match: Match, region_of: Sequence[dict[int, int]]) -> int | None:
    """Return the region that has all blocks of a match, if one does."""
    regions = {region_of[0].get(i) for i in match.ja} | {region_of[1].get(j) for j in match.en}
    return regions.pop() if len(regions) == 1 else None


def _in_order(matches: Sequence[Match]) -> list[Match]:
    """Return the matches that are in one order in both languages."""
    chain = set(longest_chain([(match.ja[0], match.en[0]) for match in matches]))
    return [match for match in matches if (match.ja[0], match.en[0]) in chain]


def _blocks_of(matches: Iterable[Match]) -> tuple[set[int], set[int]]:
    """Return the Japanese and the English blocks of some matches."""
    found = list(matches)
    return {i for match in found for i in match.ja}, {j for match in found for j in match.en}
