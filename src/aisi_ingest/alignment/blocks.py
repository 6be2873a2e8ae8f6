"""Match blocks inside aligned sections, across section borders, and where one section repeats another."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from aisi_ingest.alignment import search, second_pass
from aisi_ingest.alignment.match import NEARBY, Match, PairScorer, match_items
from aisi_ingest.alignment.units import Outline

# Log odds are those of the two blocks without their neighbours.
_GAP_ODDS = 0.0  # least log odds of two blocks between the same neighbours
_BORDER_ODDS = 1.0  # least log odds of two blocks whose sections are not aligned
_WINDOW = 60  # blocks before and after the expected position of a counterpart outside its section
_SAME_TEXT = 0.85  # least cosine of two texts of one document that have the same meaning
_STRONGER = 1.0  # log odds by which a match must exceed another match to replace it
_REPEATED_SHARE = 0.3  # share of a section's blocks from which on it repeats another section
_MIN_REPEATED = 2  # the least number of these blocks

Sections = Sequence[Match]


def match_blocks(
    ja: Outline, en: Outline, sections: Sections, scorer: PairScorer
) -> tuple[list[Match], list[Match], list[Match]]:
    """Match the blocks of two documents.

    Args:
        ja: The outline of the Japanese document.
        en: The outline of the English document.
        sections: Matches of their sections.
        scorer: The scorer of the blocks.

    Returns:
        Matches of blocks, matches of blocks for the alignment of their sentences, and matches of sections. The last are
        those given, extended by sections that repeat others.
    """
    found = match_items(ja.outside_sections, en.outside_sections, scorer)
    for section in sections:
        left = [block for s in section.ja for block in ja.own_blocks[s]]
        right = [block for s in section.en for block in en.own_blocks[s]]
        headings = _match_headings(ja, en, section)
        taken_ja, taken_en = {i for match in headings for i in match.ja}, {j for match in headings for j in match.en}
        found += headings
        found += match_items([i for i in left if i not in taken_ja], [j for j in right if j not in taken_en], scorer)
    found += _match_in_gaps(found, scorer)
    found += _match_across_borders(found, scorer)
    found = _add_table_parts(ja, en, found)
    found, all_sections = _match_repetitions(ja, en, sections, found, scorer)
    found, texts = second_pass.match_remaining(ja, en, sections, found, scorer)
    return _in_order(found), _in_order(texts), _in_order(all_sections)


def _in_order(matches: Sequence[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: (match.ja, match.en))


def _match_headings(ja: Outline, en: Outline, section: Match) -> list[Match]:
    """Match the headings of two sections that are surely a pair, whatever their text."""
    if len(section.ja) > 1 or len(section.en) > 1 or section.odds <= 0:
        return []
    firsts = [outline.own_blocks[s[0]][:1] for outline, s in ((ja, section.ja), (en, section.en))]
    kinds = [outline.blocks[first[0]].kind if first else "" for outline, first in zip((ja, en), firsts, strict=True)]
    if all(kind in ("heading", "title") for kind in kinds):
        return [Match((firsts[0][0],), (firsts[1][0],), section.odds)]
    return []


def _match_in_gaps(found: Sequence[Match], scorer: PairScorer) -> list[Match]:
    """Match the blocks without a match between one pair of sure matches and the next.

    If one language has a heading that the other lacks, or no headings at all, many blocks are in sections that are not
    aligned.
    """
    sure = {(m.ja[0], m.en[0]): (m.ja[-1], m.en[-1]) for m in found if m.odds > 0}
    chain = [*search.longest_chain(list(sure)), (len(scorer.ja.texts), len(scorer.en.texts))]
    taken_ja, taken_en = {i for m in found for i in m.ja}, {j for m in found for j in m.en}
    out: list[Match] = []
    start = (0, 0)
    for end in chain:
        left = [i for i in range(start[0], end[0]) if i not in taken_ja]
        right = [j for j in range(start[1], end[1]) if j not in taken_en]
        matches = match_items(left, right, scorer)
        out += [match for match in matches if match.odds - NEARBY * scorer.parallelism > _GAP_ODDS]
        start = tuple(last + 1 for last in sure.get(end, end))  # type: ignore[assignment]
    return out


def _add_table_parts(ja: Outline, en: Outline, found: Sequence[Match]) -> list[Match]:
    """Extend matches of tables by all parts of the table: only one language may break it over a page."""
    out = list(found)
    for which, outline in ((0, ja), (1, en)):
        match_of = {i: k for k, match in enumerate(out) for i in (match.ja, match.en)[which]}
        pairs = sorted(outline.table_parts.items())
        # Forwards, then backwards: any part may be the one that has a match.
        for part, before in [*pairs, *((b, p) for p, b in reversed(pairs))]:
            if part in match_of or before not in match_of:
                continue
            k = match_of[part] = match_of[before]
            match = out[k]
            blocks = tuple(sorted((*(match.ja, match.en)[which], part)))
            out[k] = Match(blocks, match.en, match.odds) if which == 0 else Match(match.ja, blocks, match.odds)
    return out


def _match_across_borders(found: Sequence[Match], scorer: PairScorer) -> list[Match]:
    """Match blocks without a match near the position that their neighbours give, the likeliest pairs first."""
    taken = {j for match in found for j in match.en}
    free_en = [j for j in range(len(scorer.en.texts)) if j not in taken]
    candidates = [
        (odds, i, j)
        for i, nearby in _free_blocks_nearby(found, free_en, range(len(scorer.ja.texts)))
        for odds, j in zip((scorer.odds([i], nearby)[0] - NEARBY * scorer.parallelism).tolist(), nearby, strict=True)
        if odds > _BORDER_ODDS
    ]
    out, used_ja, used_en = [], set(), set()
    for odds, i, j in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
        if i not in used_ja and j not in used_en:
            used_ja.add(i)
            used_en.add(j)
            out.append(Match((i,), (j,), odds))
    return out


def _free_blocks_nearby(
    found: Sequence[Match], free_en: Sequence[int], ja: Iterable[int]
) -> list[tuple[int, list[int]]]:
    """Return, for each Japanese block without a match, the free English blocks near its neighbours' counterparts."""
    counterpart = {i: match.en[0] for match in found for i in match.ja}
    out, centre = [], 0
    for i in ja:
        if i in counterpart:
            centre = counterpart[i]
            continue
        low, high = np.searchsorted(free_en, [centre - _WINDOW, centre + _WINDOW])
        if low < high:
            out.append((i, list(free_en[low:high])))
    return out


# Sections that repeat another section -----------------------------------------------------------------------------


def _match_repetitions(
    ja: Outline, en: Outline, sections: Sections, found: Sequence[Match], scorer: PairScorer
) -> tuple[list[Match], list[Match]]:
    """Match sections that repeat another section with the counterpart of what they repeat.

    One language may have a slide that summarises the next slides, where the other has none. A text that occurs twice
    on one side and once on the other would be missing from the other. So a large share of a section's blocks must have
    counterparts in one section that is not its own counterpart.

    Returns:
        All matches of blocks and of sections.
    """
    matches, out = list(found), list(sections)
    outlines = (ja, en)
    for which in (0, 1):
        owner = {block: s for s, own in enumerate(outlines[1 - which].own_blocks) for block in own}
        used = {i for match in matches for i in (match.ja, match.en)[which]}
        starts = _starts(which, matches)
        for s, own in enumerate(outlines[which].own_blocks):
            free = [i for i in own if i not in used]
            least = max(_MIN_REPEATED, _REPEATED_SHARE * len(own))
            if len(free) < least:
                continue
            counterparts = {t for m in out if s in (m.ja, m.en)[which] for t in (m.en, m.ja)[which]}
            window = _window(which, own, starts, scorer)
            nearby = [j for j in window if owner.get(j) not in (None, *counterparts)]
            likely = _likely_pairs(which, free, nearby, scorer)
            counts = Counter(owner[j] for match in likely for j in (match.en, match.ja)[which])
            for repeated, count in counts.most_common(1):
                if count < least:
                    continue
                other = outlines[1 - which].own_blocks[repeated]
                joined, replaced = _repetition(which, free, other, matches, scorer)
                if len(joined) >= least:
                    matches = _merge([match for match in matches if match not in replaced], joined)
                    used = {i for match in matches for i in (match.ja, match.en)[which]}
                    starts = _starts(which, matches)
                    odds = sum(match.odds for match in joined) / len(joined)
                    sides = ((s,), (repeated,)) if which == 0 else ((repeated,), (s,))
                    out = _add_section_match(out, Match(*sides, odds))
    return matches, out


def _repetition(
    which: int, free: Sequence[int], other: Sequence[int], matches: Sequence[Match], scorer: PairScorer
) -> tuple[list[Match], list[Match]]:
    """Match the free blocks of a section with the blocks of a section that it may repeat.

    Returns:
        The matches that are stronger than all their rivals, and these rivals.
    """
    candidates = [(m, _rivals(m, which, matches, scorer)) for m in _likely_pairs(which, free, other, scorer)]
    joined = [match for match, rivals in candidates if all(rival.odds < match.odds - _STRONGER for rival in rivals)]
    return joined, [rival for match, rivals in candidates if match in joined for rival in rivals]


def _likely_pairs(which: int, own: Sequence[int], other: Sequence[int], scorer: PairScorer) -> list[Match]:
    """Match single blocks and return, in order, the matches that are more likely than not."""
    found = match_items(own, other, scorer) if which == 0 else match_items(other, own, scorer)
    return [match for match in found if len(match.ja) == len(match.en) == 1 and match.odds > 0]


def _starts(which: int, matches: Sequence[Match]) -> list[tuple[int, int]]:
    """Return the first block of each match on this side and on the other side, in order."""
    return sorted(((m.ja, m.en)[which][0], (m.en, m.ja)[which][0]) for m in matches)


def _window(which: int, own: Sequence[int], starts: Sequence[tuple[int, int]], scorer: PairScorer) -> range:
    """Return the blocks of the other side near the counterparts of a section's neighbours."""
    at = bisect.bisect_right(starts, own[0], key=lambda pair: pair[0]) - 1
    centre = starts[at][1] if at >= 0 else 0
    return range(max(0, centre - _WINDOW), min(len((scorer.en, scorer.ja)[which].texts), centre + _WINDOW))


def _rivals(match: Match, which: int, matches: Sequence[Match], scorer: PairScorer) -> list[Match]:
    """Return the matches that pair the other side's block with blocks of another meaning than this one."""
    side = (scorer.ja, scorer.en)[which]
    (own,), (other,) = (match.ja, match.en)[which], (match.en, match.ja)[which]

    def similarity(i: int, j: int) -> float:
        return float(side.vectors[i].astype(np.float32) @ side.vectors[j].astype(np.float32))

    def has_same_meaning(i: int) -> bool:
        return side.texts[i].key == side.texts[own].key or similarity(i, own) >= _SAME_TEXT

    return [m for m in matches if other in (m.en, m.ja)[which] and not all(map(has_same_meaning, (m.ja, m.en)[which]))]


def _merge(matches: Sequence[Match], added: Sequence[Match]) -> list[Match]:
    """Add matches; matches that share a block become one."""
    out = list(matches)
    for match in added:
        touching = [m for m in out if set(m.ja) & set(match.ja) or set(m.en) & set(match.en)]
        members = (*touching, match)
        ja = tuple(sorted({i for m in members for i in m.ja}))
        en = tuple(sorted({j for m in members for j in m.en}))
        out = [m for m in out if m not in touching]
        out.append(Match(ja, en, min(m.odds for m in members)))
    return out


def _add_section_match(sections: Sequence[Match], added: Match) -> list[Match]:
    """Add a match of a section that repeats another.

    A section that repeats several sections is matched with all of them. The counterpart of the repeated section keeps
    its match.
    """
    for at, present in enumerate(sections):
        if present.ja == added.ja:
            joined = Match(present.ja, tuple(sorted({*present.en, *added.en})), min(present.odds, added.odds))
            return [*sections[:at], joined, *sections[at + 1 :]]
        if present.en == added.en:
            joined = Match(tuple(sorted({*present.ja, *added.ja})), present.en, min(present.odds, added.odds))
            return [*sections[:at], joined, *sections[at + 1 :]]
    return [*sections, added]
