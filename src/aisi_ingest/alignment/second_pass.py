"""What the search left out, once more: blocks that stand inside a longer text, beside one, or between sure neighbours.

The search lays one or two blocks beside one or two, near each other. One language may say in one paragraph what the
other says in several, with something else between them; may break a line where the other does not; and what stands
alone between two sure pairs, on both sides, is most likely a pair too, even if little else speaks for it. None of this
makes a counterpart for what has none: a text that holds more than its counterpart is longer than it.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence

from aisi_ingest.alignment.match import Match, Pairing
from aisi_ingest.alignment.units import Outline
from aisi_ingest.model import Label

# In log odds. Chosen on the gold of overview, aisev-rt, -appendix and -README (where none loses or gains a false pair)
# and on what remained wrong in the findings of four decks; the gains stand in docs/decisions.md.
_ALONE = (-0.3, 0.55)  # least odds, and cosine, of one block on each side between sure neighbours
_TOGETHER = (0.5, 0.4)  # the same of several blocks beside one, all of them
_FEW = 5  # blocks between sure neighbours, on one side
_GAIN = 0.3  # what a block has to add to a text that holds it,
_CLOSER = 0.005  # and by how much it has to bring the vectors nearer
_NEXT = (-0.6, 0.05)  # the same of a paragraph right beside it, whatever their lengths
_REACH = 6  # blocks before and after, on its own side
_EXCESS = (0.4, 2.0)  # how much longer the text is that holds it, in lengths of the block
_BROKEN = -1.5  # what may be lost with the rest of a line: its words say that it is one
_LINE = 40  # Latin characters: a shorter text is no broken line
_GOES_ON = re.compile(r"[“‘\"'(]?[a-z]")
_ENDED = re.compile(r"[.。!?！？:：;；][”’\"')）」』]?\s*$")


def settle(
    ja: Outline, en: Outline, sections: Sequence[Match], found: Sequence[Match], of: Pairing
) -> tuple[list[Match], list[Match]]:
    """Matches with what was left out and belongs to them, those between sure neighbours, and values of one section.

    Twice: as pairs of blocks, and as texts whose sentences belong together. A block that stands apart from the rest of
    what the other side says in one is in the second only: of the text beside it, it is one sentence or two.
    """
    matches = _broken_lines((ja, en), found, of)
    matches += _between(ja, en, matches, of)
    matches += _values(ja, en, sections, matches, of)
    return _held((ja, en), matches, of)


def _taken(matches: Sequence[Match]) -> tuple[set[int], set[int]]:
    return {i for m in matches for i in m.ja}, {j for m in matches for j in m.en}


def _with(match: Match, which: int, place: int, odds: float | None = None) -> Match:
    own = tuple(sorted({*(match.ja, match.en)[which], place}))
    odds = match.odds if odds is None else odds
    return Match(own, match.en, odds) if which == 0 else Match(match.ja, own, odds)


def _broken_lines(outlines: tuple[Outline, Outline], found: Sequence[Match], of: Pairing) -> list[Match]:
    """Matches with the rest of a line: what begins small, after a line without an end."""
    matches = list(found)
    for which, outline in enumerate(outlines):
        at = {i: k for k, match in enumerate(matches) for i in (match.ja, match.en)[which]}
        for place in range(1, len(outline.blocks)):
            before, here = outline.blocks[place - 1], outline.blocks[place]
            k = at.get(place - 1)
            if place in at or k is None or here.kind != "paragraph" or here.section != before.section:
                continue
            if len(before.text) < _LINE or _ENDED.search(before.text) or not _GOES_ON.match(here.text):
                continue
            match = matches[k]
            grown = _with(match, which, place)
            if of.whole(grown.ja, grown.en) - of.whole(match.ja, match.en) > _BROKEN:
                matches[k], at[place] = grown, k
    return matches


# Between sure neighbours ------------------------------------------------------------------------------------------


def _between(ja: Outline, en: Outline, matches: Sequence[Match], of: Pairing) -> list[Match]:
    """Matches of the few blocks that stand alone between two sure pairs, on both sides."""
    out = []
    for left, right in _gaps(matches, len(ja.blocks), len(en.blocks)):
        if not left or not right or max(len(left), len(right)) > _FEW:
            continue
        if min(len(left), len(right)) > 1:
            continue
        match = Match(tuple(left), tuple(right), of.whole(left, right))
        least = _ALONE if len(left) == len(right) else _TOGETHER
        if match.odds > least[0] and of.similarity(match) > least[1]:
            out.append(match)
    return out


def _gaps(matches: Sequence[Match], ja: int, en: int) -> Iterator[tuple[list[int], list[int]]]:
    """What stands between two sure matches that follow each other on both sides, where nothing of it has a match."""
    at = {i: match for match in matches for i in match.ja}
    taken = _taken(matches)[1]
    before = Match((-1,), (-1,), 0)
    start = 0
    for place in range(ja + 1):
        after = at.get(place) if place < ja else Match((ja,), (en,), 0)
        if after is None:
            continue
        across = range(before.en[-1] + 1, after.en[0])
        if start < place and min(before.odds, after.odds) >= 0 and not taken.intersection(across):
            yield list(range(start, place)), list(across)
        before, start = after, place + 1


def _values(ja: Outline, en: Outline, sections: Sequence[Match], matches: Sequence[Match], of: Pairing) -> list[Match]:
    """Blocks of one section that are nothing but one date each, or one name of a kind, where both sides have as many.

    They are a pair whose value differs: had it been the same, it would have been found.
    """
    taken, out = _taken(matches), []
    for section in sections:
        alone = [
            [(i, label) for s in which for i in outline.own[s] if i not in used and (label := _sole(outline, i))]
            for outline, which, used in ((ja, section.ja, taken[0]), (en, section.en, taken[1]))
        ]
        if not alone[0] or len(alone[0]) > _FEW or [label for _, label in alone[0]] != [label for _, label in alone[1]]:
            continue
        for (i, _), (j, _) in zip(alone[0], alone[1], strict=True):
            out.append(Match((i,), (j,), max(0.0, of.whole([i], [j]))))
            taken[0].add(i)
            taken[1].add(j)
    return out


def _sole(outline: Outline, place: int) -> Label | None:
    """The label of a block's one mention, if nothing stands around it."""
    block = outline.blocks[place]
    mentions = outline.mentions.get(block.id, ())
    if len(mentions) != 1:
        return None
    around = block.text[: mentions[0].start] + block.text[mentions[0].end :]
    return None if re.search(r"\w", around) else mentions[0].label


# Inside a longer text ---------------------------------------------------------------------------------------------


def _held(outlines: tuple[Outline, Outline], found: Sequence[Match], of: Pairing) -> tuple[list[Match], list[Match]]:
    """Matches with blocks that the other side says in the same text; the second also where something is between."""
    blocks, matches = list(found), list(found)
    ratio = scale(matches, of)
    for which, outline in enumerate(outlines):
        at = {i: k for k, match in enumerate(matches) for i in (match.ja, match.en)[which]}
        for place, block in enumerate(outline.blocks):
            if place in at or block.kind in ("heading", "title", "table"):
                continue
            near = {at[i] for i in range(place - _REACH, place + _REACH + 1) if i in at}
            best, most = None, _GAIN
            for k in sorted(near):
                match = matches[k]
                own = outline.blocks[(match.ja, match.en)[which][0]]
                if own.section != block.section or own.kind in ("heading", "title", "table"):
                    continue
                grown = _with(match, which, place)
                beside = bool({place - 1, place + 1} & {*(match.ja, match.en)[which]}) and block.kind == own.kind
                longer = _EXCESS[0] < _excess(which, match, place, ratio, of) < _EXCESS[1]
                if not longer and not (beside and block.kind == "paragraph"):
                    continue
                gain = of.whole(grown.ja, grown.en) - of.whole(match.ja, match.en)
                closer = of.similarity(grown) - of.similarity(match)
                if longer and gain > most and closer > _CLOSER:
                    best, most = k, gain
                elif beside and best is None and gain > _NEXT[0] and closer > _NEXT[1]:
                    best = k
            if best is not None:
                if {place - 1, place + 1} & {*(blocks[best].ja, blocks[best].en)[which]}:
                    blocks[best] = _with(blocks[best], which, place)
                matches[best] = _with(matches[best], which, place)
                at[place] = best
    return blocks, matches


def scale(matches: Sequence[Match], of: Pairing) -> float:
    """How much longer English is than Japanese, beyond what the languages differ: the median of sure pairs."""
    ratios = [
        float(of.en.lengths[list(m.en)].sum() / of.ja.lengths[list(m.ja)].sum()) for m in matches if m.odds > _SURE
    ]
    return statistics.median(ratios) if ratios else 1.0


_SURE = 2.0


def _excess(which: int, match: Match, place: int, ratio: float, of: Pairing) -> float:
    """By how much the other side is longer than this one, in lengths of a block that it may hold."""
    if which == 0:
        return surplus(match, ratio, of) / (float(of.ja.lengths[place]) * ratio)
    return -surplus(match, ratio, of) / float(of.en.lengths[place])


def surplus(match: Match, ratio: float, of: Pairing) -> float:
    """By how much the English of a match is longer than its Japanese, which is ``ratio`` times as long in English."""
    return float(of.en.lengths[list(match.en)].sum()) - float(of.ja.lengths[list(match.ja)].sum()) * ratio
