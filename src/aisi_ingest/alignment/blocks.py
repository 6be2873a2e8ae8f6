"""Which blocks belong together: inside aligned sections, over their borders, and where a section says again."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from aisi_ingest.alignment import search, second_pass
from aisi_ingest.alignment.match import NEARBY, Match, Pairing, inside
from aisi_ingest.alignment.units import Outline

_IN_GAP = 0.0  # least log odds of two blocks between the same neighbours, by themselves
_OVER_BORDER = 1.0  # least log odds of two blocks of sections that are not aligned
_WINDOW = 60  # blocks before and after the place where a counterpart outside its section may stand
_AGAIN = 0.85  # least similarity of two texts of one document that say the same
_STRONGER = 1.0  # in log odds: by so much it beats another match
_RESTATED = 0.3  # of a section's blocks, and at least two: then it says again what another says

Sections = Sequence[Match]


def blocks(ja: Outline, en: Outline, sections: Sections, of: Pairing) -> tuple[list[Match], list[Match], list[Match]]:
    """Matches of blocks, of blocks whose sentences belong together, and of sections.

    The sections are those given, and those that turn out to restate others.
    """
    found = inside(ja.loose, en.loose, of)
    for section in sections:
        left = [place for s in section.ja for place in ja.own[s]]
        right = [place for s in section.en for place in en.own[s]]
        heads = _headings(ja, en, section)
        taken = {i for head in heads for i in head.ja}, {j for head in heads for j in head.en}
        found += heads
        found += inside([i for i in left if i not in taken[0]], [j for j in right if j not in taken[1]], of)
    found += _in_gaps(found, of)
    found += _over_borders(found, of)
    found = _whole_tables(ja, en, found)
    found, again = _restated(ja, en, sections, found, of)
    found, texts = second_pass.settle(ja, en, sections, found, of)
    return _in_order(found), _in_order(texts), _in_order(again)


def _in_order(matches: Sequence[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: (match.ja, match.en))


def _headings(ja: Outline, en: Outline, section: Match) -> list[Match]:
    """The headings of two sections that surely belong together do so too, whatever they say."""
    if len(section.ja) > 1 or len(section.en) > 1 or section.odds <= 0:
        return []
    firsts = [outline.own[s[0]][:1] for outline, s in ((ja, section.ja), (en, section.en))]
    kinds = [outline.blocks[first[0]].kind if first else "" for outline, first in zip((ja, en), firsts, strict=True)]
    if all(kind in ("heading", "title") for kind in kinds):
        return [Match((firsts[0][0],), (firsts[1][0],), section.odds)]
    return []


def _in_gaps(found: Sequence[Match], of: Pairing) -> list[Match]:
    """Matches among what aligned sections left over between one pair of sure matches and the next, in order.

    Where one language has a heading that the other lacks, or none at all, whole runs of blocks stand in sections that
    are not aligned.
    """
    sure = {(m.ja[0], m.en[0]): (m.ja[-1], m.en[-1]) for m in found if m.odds > 0}
    chain = [*search.longest_chain(list(sure)), (len(of.ja.texts), len(of.en.texts))]
    taken = {i for m in found for i in m.ja}, {j for m in found for j in m.en}
    out: list[Match] = []
    start = (0, 0)
    for end in chain:
        left = [i for i in range(start[0], end[0]) if i not in taken[0]]
        right = [j for j in range(start[1], end[1]) if j not in taken[1]]
        out += [match for match in inside(left, right, of) if match.odds - NEARBY * of.parallelism > _IN_GAP]
        start = tuple(last + 1 for last in sure.get(end, end))  # type: ignore[assignment]
    return out


def _whole_tables(ja: Outline, en: Outline, found: Sequence[Match]) -> list[Match]:
    """Matches of tables with all their parts: one language's table may break over a page where the other's does not."""
    out = list(found)
    for which, outline in ((0, ja), (1, en)):
        at = {i: k for k, match in enumerate(out) for i in (match.ja, match.en)[which]}
        pairs = sorted(outline.goes_on.items())
        # Forwards, then backwards: the part that was found may be any.
        for part, before in [*pairs, *((b, p) for p, b in reversed(pairs))]:
            if part in at or before not in at:
                continue
            k = at[part] = at[before]
            match = out[k]
            grown = tuple(sorted((*(match.ja, match.en)[which], part)))
            out[k] = Match(grown, match.en, match.odds) if which == 0 else Match(match.ja, grown, match.odds)
    return out


def _over_borders(found: Sequence[Match], of: Pairing) -> list[Match]:
    """Matches among what aligned sections left over: near the place that its neighbours give, each other's best."""
    taken = {j for match in found for j in match.en}
    free_en = [j for j in range(len(of.en.texts)) if j not in taken]
    candidates = [
        (value, i, j)
        for i, near in _near(found, free_en, range(len(of.ja.texts)))
        for value, j in zip((of.odds([i], near)[0] - NEARBY * of.parallelism).tolist(), near, strict=True)
        if value > _OVER_BORDER
    ]
    out, used_ja, used_en = [], set(), set()
    for value, i, j in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
        if i not in used_ja and j not in used_en:
            used_ja.add(i)
            used_en.add(j)
            out.append(Match((i,), (j,), value))
    return out


def _near(found: Sequence[Match], free_en: Sequence[int], ja: Iterable[int]) -> list[tuple[int, list[int]]]:
    """For each Japanese block without a match the free English ones about where its neighbours' matches stand."""
    place = {i: match.en[0] for match in found for i in match.ja}
    out, here = [], 0
    for i in ja:
        if i in place:
            here = place[i]
            continue
        low, high = np.searchsorted(free_en, [here - _WINDOW, here + _WINDOW])
        if low < high:
            out.append((i, list(free_en[low:high])))
    return out


# Sections that say again what another says -----------------------------------------------------------------------


def _restated(
    ja: Outline, en: Outline, sections: Sections, found: Sequence[Match], of: Pairing
) -> tuple[list[Match], list[Match]]:
    """Matches with the blocks of sections that restate, and sections with those that they restate.

    One language sums up on a slide what it says on the next ones again, the other does not. A text that stands twice
    on one side and once on the other is a loss elsewhere; so a good part of a section has to find what it says in one
    section that is not its counterpart.
    """
    matches, out = list(found), list(sections)
    outlines = (ja, en)
    for which in (0, 1):
        owners = {place: s for s, own in enumerate(outlines[1 - which].own) for place in own}
        used = {i for match in matches for i in (match.ja, match.en)[which]}
        firsts = _firsts(which, matches)
        for s, own in enumerate(outlines[which].own):
            free = [i for i in own if i not in used]
            least = max(2, _RESTATED * len(own))
            if len(free) < least:
                continue
            counterparts = {t for m in out if s in (m.ja, m.en)[which] for t in (m.en, m.ja)[which]}
            near = [j for j in _window(which, own, firsts, of) if owners.get(j) not in (None, *counterparts)]
            held = Counter(owners[j] for match in _likely(which, free, near, of) for j in (match.en, match.ja)[which])
            for owner, count in held.most_common(1):
                if count < least:
                    continue
                other = outlines[1 - which].own[owner]
                told = [(m, _rivals(m, which, matches, of)) for m in _likely(which, free, other, of)]
                joined = [
                    match for match, rivals in told if all(rival.odds < match.odds - _STRONGER for rival in rivals)
                ]
                beaten = [rival for match, rivals in told if match in joined for rival in rivals]
                if len(joined) >= least:
                    matches = _merged([match for match in matches if match not in beaten], joined)
                    used = {i for match in matches for i in (match.ja, match.en)[which]}
                    firsts = _firsts(which, matches)
                    odds = sum(match.odds for match in joined) / len(joined)
                    out = _linked(out, Match(*(((s,), (owner,)) if which == 0 else ((owner,), (s,))), odds))
    return matches, out


def _likely(which: int, own: Sequence[int], other: Sequence[int], of: Pairing) -> list[Match]:
    """Single matches, in order, that are more likely than not."""
    found = inside(own, other, of) if which == 0 else inside(other, own, of)
    return [match for match in found if len(match.ja) == len(match.en) == 1 and match.odds > 0]


def _firsts(which: int, matches: Sequence[Match]) -> list[tuple[int, int]]:
    """Where each match begins on the one side and on the other, in order."""
    return sorted(((m.ja, m.en)[which][0], (m.en, m.ja)[which][0]) for m in matches)


def _window(which: int, own: Sequence[int], firsts: Sequence[tuple[int, int]], of: Pairing) -> range:
    """Places on the other side about where a section's neighbours have theirs."""
    at = bisect.bisect_right(firsts, own[0], key=lambda pair: pair[0]) - 1
    centre = firsts[at][1] if at >= 0 else 0
    return range(max(0, centre - _WINDOW), min(len((of.en, of.ja)[which].texts), centre + _WINDOW))


def _rivals(match: Match, which: int, matches: Sequence[Match], of: Pairing) -> list[Match]:
    """Matches that the other side's block has with something else than what says the same as this block."""
    side = (of.ja, of.en)[which]
    (own,), (other,) = (match.ja, match.en)[which], (match.en, match.ja)[which]

    def alike(i: int, j: int) -> float:
        return float(side.vectors[i].astype(np.float32) @ side.vectors[j].astype(np.float32))

    def twin(i: int) -> bool:
        return side.texts[i].key == side.texts[own].key or alike(i, own) >= _AGAIN

    return [m for m in matches if other in (m.en, m.ja)[which] and not all(map(twin, (m.ja, m.en)[which]))]


def _merged(matches: Sequence[Match], more: Sequence[Match]) -> list[Match]:
    """Matches that share a place become one."""
    out = list(matches)
    for match in more:
        touching = [m for m in out if set(m.ja) & set(match.ja) or set(m.en) & set(match.en)]
        every = (*touching, match)
        ja = tuple(sorted({i for m in every for i in m.ja}))
        en = tuple(sorted({j for m in every for j in m.en}))
        out = [m for m in out if m not in touching]
        out.append(Match(ja, en, min(m.odds for m in every)))
    return out


def _linked(sections: Sequence[Match], link: Match) -> list[Match]:
    """A section that restates several stands with all of them; the counterpart of the restated one stays as it is."""
    for at, held in enumerate(sections):
        if held.ja == link.ja:
            more = Match(held.ja, tuple(sorted({*held.en, *link.en})), min(held.odds, link.odds))
            return [*sections[:at], more, *sections[at + 1 :]]
        if held.en == link.en:
            more = Match(tuple(sorted({*held.ja, *link.ja})), held.en, min(held.odds, link.odds))
            return [*sections[:at], more, *sections[at + 1 :]]
    return [*sections, link]
