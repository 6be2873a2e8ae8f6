"""Two paragraphs that one language cuts in another place: a sentence ends the first here, and begins the second there.

The search lays each beside the one that it shares most with, and the sentence would have no counterpart on either
side. Lengths tell where to look, sentences decide; what was cut in another place is one bead of two and two.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from aisi_ingest.alignment.encoder import Encoder
from aisi_ingest.alignment.match import Match, Pairing, inside
from aisi_ingest.alignment.second_pass import scale, surplus
from aisi_ingest.alignment.sentences import SENTENCE, Span, compared, spans
from aisi_ingest.alignment.units import Outline
from aisi_ingest.text.measure import latin_length

_LEAST = 0.3 * SENTENCE  # by so much one paragraph is longer than its counterpart, and the next one shorter
_SURE = 1.0  # least log odds of the sentences on both sides of the cut


def recut(
    ja: Outline, en: Outline, blocks: Sequence[Match], texts: Sequence[Match], of: Pairing, encoder: Encoder | None
) -> tuple[list[Match], list[Match]]:
    """Matches of blocks, and of texts, with those in one that were cut in another place; both in order."""
    held = set(texts)
    joined: dict[Match, Match] = {}
    for first, second in _suspects(ja, en, blocks, of):
        if first in joined or first not in held or second not in held:
            continue
        if _sentence_over_the_cut(ja, en, first, second, encoder):
            both = first.ja + second.ja, first.en + second.en
            joined[first] = joined[second] = Match(*both, of.whole(*both))
    if not joined:
        return list(blocks), list(texts)
    ours, others = ([joined.get(match, match) for match in each] for each in (blocks, texts))
    return list(dict.fromkeys(ours)), list(dict.fromkeys(others))


def _suspects(ja: Outline, en: Outline, blocks: Sequence[Match], of: Pairing) -> Iterator[tuple[Match, Match]]:
    """Two paragraphs that follow each other on both sides, one longer than its counterpart, the other shorter."""
    ratio = scale(blocks, of)
    for first, second in itertools.pairwise(blocks):
        places = (first.ja, second.ja, first.en, second.en)
        if any(len(each) > 1 for each in places):
            continue
        (a,), (b,), (c,), (d,) = places
        if b != a + 1 or d != c + 1 or not (_go_on(ja, a) and _go_on(en, c)):
            continue
        more = [surplus(match, ratio, of) for match in (first, second)]
        if more[0] * more[1] < 0 and min(map(abs, more)) > _LEAST:
            yield first, second


def _go_on(outline: Outline, place: int) -> bool:
    """Whether a block and the next are paragraphs of one section."""
    here, after = outline.blocks[place], outline.blocks[place + 1]
    return here.kind == after.kind == "paragraph" and here.section == after.section


def _sentence_over_the_cut(ja: Outline, en: Outline, first: Match, second: Match, encoder: Encoder | None) -> bool:
    """Whether a sentence that neither match finds a counterpart for has one in the other match, and surely."""
    sides = (ja, first.ja, second.ja), (en, first.en, second.en)
    (left, cut_ja), (right, cut_en) = (_together(*side) for side in sides)
    of = compared(ja, left, en, right, encoder)
    alone = [
        *inside(range(cut_ja), range(cut_en), of),
        *inside(range(cut_ja, len(left)), range(cut_en, len(right)), of),
    ]
    used = {i for match in alone for i in match.ja}, {j for match in alone for j in match.en}
    for match in inside(range(len(left)), range(len(right)), of):
        over = (match.ja[-1] < cut_ja and match.en[0] >= cut_en) or (match.ja[0] >= cut_ja and match.en[-1] < cut_en)
        free = used[0].isdisjoint(match.ja) and used[1].isdisjoint(match.en)
        long = min(_length(left, match.ja), _length(right, match.en)) >= SENTENCE
        if over and free and long and match.odds > _SURE:
            return True
    return False


def _together(outline: Outline, first: tuple[int, ...], second: tuple[int, ...]) -> tuple[list[Span], int]:
    """The sentences of both, and how many are the first's."""
    before = spans(outline, first)
    return before + spans(outline, second), len(before)


def _length(sentences: Sequence[Span], places: Sequence[int]) -> float:
    return sum(latin_length(sentences[place].text) for place in places)
