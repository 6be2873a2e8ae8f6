"""Match what the search left out: blocks that are part of a longer text, beside one, or between sure neighbours.

The search aligns one or two blocks with one or two blocks nearby. Three cases remain:

- One language has in one paragraph what the other has in several, with something else between them.
- One language breaks a line where the other does not.
- A block is alone between two sure pairs on both sides. It is most likely a pair, even with little other evidence.

None of this gives a counterpart to a block that has none: a text that contains more than its counterpart is longer.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Iterator, Sequence

from aisi_ingest.alignment.match import Match, PairScorer
from aisi_ingest.alignment.units import Outline
from aisi_ingest.model import Block, Label

# Log odds and cosines. They were chosen on the gold data of overview, aisev-rt, -appendix and -README, where none of
# them loses a pair or adds a false one, and on the remaining errors in the findings of four decks. The gains are in
# docs/decisions.md.
_ONE_TO_ONE = (-0.3, 0.55)  # least log odds and cosine of one block on each side between sure neighbours
_ONE_TO_MANY = (0.5, 0.4)  # the same for several blocks beside one
_MAX_GAP = 5  # blocks between sure neighbours on one side
_PART_GAIN = 0.3  # least gain in log odds when a block is added to a text that contains it
_PART_CLOSER = 0.005  # least gain in cosine in that case
_ADJACENT_GAIN, _ADJACENT_CLOSER = -0.6, 0.05  # the same for a paragraph directly beside it, whatever the lengths
_REACH = 6  # blocks before and after, on the block's own side
# How much longer a text that contains the block must be than its counterpart, in lengths of the block.
_MIN_EXCESS, _MAX_EXCESS = 0.4, 2.0
_BROKEN_LINE_GAIN = -1.5  # least gain in log odds for the rest of a broken line: its words are evidence enough
_MIN_LINE = 40  # code points: a shorter text is not a broken line
_SURE_ODDS = 2.0  # log odds of pairs from which the ratio of lengths is measured
_NUMBERED_SIMILARITY = 0.3  # least cosine of blocks with the same printed number
_NUMBER = re.compile(r"[(【]?(\d{1,3}(?:\.\d{1,2})*|[IVX]{1,5}(?=[).]))(?![\d年月日])[).】]?(?=\s|[^\W\d_])")
_CONTINUES = re.compile(r"[“‘\"'(]?[a-z]")
_ENDS = re.compile(r"[.。!?！？:：;；][”’\"')）」』]?\s*$")


def match_remaining(
    ja: Outline, en: Outline, sections: Sequence[Match], found: Sequence[Match], scorer: PairScorer
) -> tuple[list[Match], list[Match]]:
    """Match the blocks that the search left out.

    Args:
        ja: The outline of the Japanese document.
        en: The outline of the English document.
        sections: Matches of sections.
        found: Matches of blocks.
        scorer: The scorer of the blocks.

    Returns:
        Matches of blocks, and matches of blocks for the alignment of their sentences. A block that is separated from
        the rest of a match is in the second list only: it is one or two sentences of the text on the other side.
    """
    matches = _join_broken_lines((ja, en), found, scorer)
    matches += _match_between_neighbours(ja, en, matches, scorer)
    matches += _match_single_values(ja, en, sections, matches, scorer)
    matches += _match_numbered((ja, en), matches, scorer)
    return _add_parts((ja, en), matches, scorer)


def _matched_blocks(matches: Sequence[Match]) -> tuple[set[int], set[int]]:
    return {i for m in matches for i in m.ja}, {j for m in matches for j in m.en}


def _match_of_block(matches: Sequence[Match], which: int) -> dict[int, int]:
    """Return the position in ``matches`` of each block of one side."""
    return {i: k for k, match in enumerate(matches) for i in (match.ja, match.en)[which]}


def _with_block(match: Match, which: int, block: int) -> Match:
    blocks = tuple(sorted({*(match.ja, match.en)[which], block}))
    return Match(blocks, match.en, match.odds) if which == 0 else Match(match.ja, blocks, match.odds)


def _join_broken_lines(outlines: tuple[Outline, Outline], found: Sequence[Match], scorer: PairScorer) -> list[Match]:
    """Extend matches by the rest of a line: text that begins in lower case after a line without an end."""
    matches = list(found)
    for which, outline in enumerate(outlines):
        match_of = _match_of_block(matches, which)
        for index in range(1, len(outline.blocks)):
            before, block = outline.blocks[index - 1], outline.blocks[index]
            k = match_of.get(index - 1)
            if index in match_of or k is None or block.kind != "paragraph" or block.section != before.section:
                continue
            if len(before.text) < _MIN_LINE or _ENDS.search(before.text) or not _CONTINUES.match(block.text):
                continue
            match = matches[k]
            extended = _with_block(match, which, index)
            gain = scorer.joint_odds(extended.ja, extended.en) - scorer.joint_odds(match.ja, match.en)
            if gain > _BROKEN_LINE_GAIN:
                matches[k], match_of[index] = extended, k
    return matches


# Between sure neighbours ------------------------------------------------------------------------------------------


def _match_between_neighbours(ja: Outline, en: Outline, matches: Sequence[Match], scorer: PairScorer) -> list[Match]:
    """Match the few blocks that are alone between two sure pairs on both sides."""
    out = []
    for left, right in _gaps(matches, len(ja.blocks), len(en.blocks)):
        if not left or not right or max(len(left), len(right)) > _MAX_GAP:
            continue
        if min(len(left), len(right)) > 1:
            continue
        match = Match(tuple(left), tuple(right), scorer.joint_odds(left, right))
        least_odds, least_similarity = _ONE_TO_ONE if len(left) == len(right) else _ONE_TO_MANY
        if match.odds > least_odds and scorer.similarity(match) > least_similarity:
            out.append(match)
    return out


def _gaps(matches: Sequence[Match], count_ja: int, count_en: int) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the blocks without a match between two sure matches that follow each other on both sides."""
    match_of = {i: match for match in matches for i in match.ja}
    taken_en = _matched_blocks(matches)[1]
    before = Match((-1,), (-1,), 0)
    start = 0
    for index in range(count_ja + 1):
        after = match_of.get(index) if index < count_ja else Match((count_ja,), (count_en,), 0)
        if after is None:
            continue
        between = range(before.en[-1] + 1, after.en[0])
        if start < index and min(before.odds, after.odds) >= 0 and not taken_en.intersection(between):
            yield list(range(start, index)), list(between)
        before, start = after, index + 1


def _match_single_values(
    ja: Outline, en: Outline, sections: Sequence[Match], matches: Sequence[Match], scorer: PairScorer
) -> list[Match]:
    """Match blocks of one section that are only a date or only a name, if both sides have equally many of a kind.

    These are pairs with different values. Pairs with equal values have a match already.
    """
    (taken_ja, taken_en), out = _matched_blocks(matches), []
    for section in sections:
        values_ja, values_en = (
            [
                (i, label)
                for s in members
                for i in outline.own_blocks[s]
                if i not in taken and (label := _only_label(outline, i))
            ]
            for outline, members, taken in ((ja, section.ja, taken_ja), (en, section.en, taken_en))
        )
        if not values_ja or len(values_ja) > _MAX_GAP:
            continue
        if [label for _, label in values_ja] != [label for _, label in values_en]:
            continue
        for (i, _), (j, _) in zip(values_ja, values_en, strict=True):
            out.append(Match((i,), (j,), max(0.0, scorer.joint_odds([i], [j]))))
            taken_ja.add(i)
            taken_en.add(j)
    return out


def _match_numbered(outlines: tuple[Outline, Outline], matches: Sequence[Match], scorer: PairScorer) -> list[Match]:
    """Match similar blocks without a match that begin with the same printed number, if no other such block has it."""
    numbered: list[dict[str, list[int]]] = []
    for outline, taken in zip(outlines, _matched_blocks(matches), strict=True):
        found: dict[str, list[int]] = {}
        for index, block in enumerate(outline.blocks):
            if index not in taken and (number := _printed_number(block)):
                found.setdefault(number, []).append(index)
        numbered.append(found)
    pairs = [(found, numbered[1].get(number, ())) for number, found in numbered[0].items()]
    out = []
    for left, right in pairs:
        if len(left) == len(right) == 1:
            match = Match((left[0],), (right[0],), max(0.0, scorer.joint_odds(left, right)))
            if scorer.similarity(match) > _NUMBERED_SIMILARITY:
                out.append(match)
    return out


def _printed_number(block: Block) -> str | None:
    """Return the number in front of a block: of an item, a note or a numbered paragraph."""
    printed = _NUMBER.match(unicodedata.normalize("NFKC", f"{block.marker or ''} {block.text}").lstrip())
    return printed[1].casefold() if printed else None


def _only_label(outline: Outline, index: int) -> Label | None:
    """Return the label of a block's only mention, if the block has no other words."""
    block = outline.blocks[index]
    mentions = outline.mentions.get(block.id, ())
    if len(mentions) != 1:
        return None
    around = block.text[: mentions[0].start] + block.text[mentions[0].end :]
    return None if re.search(r"\w", around) else mentions[0].label


# Inside a longer text ---------------------------------------------------------------------------------------------


def _add_parts(
    outlines: tuple[Outline, Outline], found: Sequence[Match], scorer: PairScorer
) -> tuple[list[Match], list[Match]]:
    """Extend matches by blocks that the other side has within the same text.

    Returns:
        Matches of blocks, and matches for sentences. A block that is not adjacent to its match is in the second only.
    """
    blocks, texts = list(found), list(found)
    ratio = length_ratio(texts, scorer)
    for which, outline in enumerate(outlines):
        match_of = _match_of_block(texts, which)
        for index, block in enumerate(outline.blocks):
            if index in match_of or not _may_be_part(block.kind):
                continue
            nearby = {match_of[i] for i in range(index - _REACH, index + _REACH + 1) if i in match_of}
            best = _best_match_for_part(outline, which, index, sorted(nearby), texts, ratio, scorer)
            if best is None:
                continue
            if _is_adjacent(index, (blocks[best].ja, blocks[best].en)[which]):
                blocks[best] = _with_block(blocks[best], which, index)
            texts[best] = _with_block(texts[best], which, index)
            match_of[index] = best
    return blocks, texts


def _may_be_part(kind: str) -> bool:
    return kind not in ("heading", "title", "table")


def _is_adjacent(index: int, blocks: Sequence[int]) -> bool:
    return bool({index - 1, index + 1} & {*blocks})


def _best_match_for_part(
    outline: Outline,
    which: int,
    index: int,
    nearby: Sequence[int],
    matches: Sequence[Match],
    ratio: float,
    scorer: PairScorer,
) -> int | None:
    """Return the position of the match whose other side contains a block, if any does.

    Args:
        outline: The outline of the block's own side.
        which: That side: 0 for Japanese, 1 for English.
        index: The block.
        nearby: Positions of the candidates in ``matches``.
        matches: All matches.
        ratio: English length divided by Japanese length.
        scorer: The scorer of the blocks.
    """
    block = outline.blocks[index]
    best, best_gain = None, _PART_GAIN
    for k in nearby:
        match = matches[k]
        own = outline.blocks[(match.ja, match.en)[which][0]]
        if own.section != block.section or not _may_be_part(own.kind):
            continue
        adjacent = _is_adjacent(index, (match.ja, match.en)[which]) and block.kind == own.kind
        contained = _MIN_EXCESS < _excess(which, match, index, ratio, scorer) < _MAX_EXCESS
        if not contained and not (adjacent and block.kind == "paragraph"):
            continue
        extended = _with_block(match, which, index)
        gain = scorer.joint_odds(extended.ja, extended.en) - scorer.joint_odds(match.ja, match.en)
        closer = scorer.similarity(extended) - scorer.similarity(match)
        if contained and gain > best_gain and closer > _PART_CLOSER:
            best, best_gain = k, gain
        elif adjacent and best is None and gain > _ADJACENT_GAIN and closer > _ADJACENT_CLOSER:
            best = k
    return best


def length_ratio(matches: Sequence[Match], scorer: PairScorer) -> float:
    """Return English length divided by Japanese length, both in Latin characters: the median of sure pairs."""
    ratios = [
        float(scorer.en.lengths[list(m.en)].sum() / scorer.ja.lengths[list(m.ja)].sum())
        for m in matches
        if m.odds > _SURE_ODDS
    ]
    return statistics.median(ratios) if ratios else 1.0


def _excess(which: int, match: Match, index: int, ratio: float, scorer: PairScorer) -> float:
    """Return how much longer the other side of a match is than this side, in lengths of a block of this side."""
    if which == 0:
        return surplus(match, ratio, scorer) / (float(scorer.ja.lengths[index]) * ratio)
    return -surplus(match, ratio, scorer) / float(scorer.en.lengths[index])


def surplus(match: Match, ratio: float, scorer: PairScorer) -> float:
    """Return how much longer the English side of a match is than expected from its Japanese side.

    Args:
        match: The match.
        ratio: English length divided by Japanese length, from ``length_ratio``.
        scorer: The scorer of the blocks.

    Returns:
        Latin characters.
    """
    return float(scorer.en.lengths[list(match.en)].sum()) - float(scorer.ja.lengths[list(match.ja)].sum()) * ratio
