"""Join two paragraphs that the languages split at different sentences.

One sentence ends the first paragraph in one language and begins the second paragraph in the other. The search aligns
each paragraph with the one that it shares most with, and the sentence would have no counterpart on either side.
Lengths show where to look, and sentences decide. The four paragraphs become one bead of two and two.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from aisi_ingest.alignment.encoder import Encoder
from aisi_ingest.alignment.match import Match, PairScorer, match_items
from aisi_ingest.alignment.second_pass import length_ratio, surplus
from aisi_ingest.alignment.sentences import MIN_SENTENCE, SentenceSpan, sentence_scorer, sentence_spans
from aisi_ingest.alignment.units import Outline
from aisi_ingest.text.measure import latin_length

# Latin characters by which one paragraph is longer than its counterpart, and the next one shorter.
_MIN_SURPLUS = 0.3 * MIN_SENTENCE
_SURE_ODDS = 1.0  # least log odds of the sentences on both sides of the border


def join_shifted_paragraphs(
    ja: Outline,
    en: Outline,
    blocks: Sequence[Match],
    texts: Sequence[Match],
    scorer: PairScorer,
    encoder: Encoder | None,
) -> tuple[list[Match], list[Match]]:
    """Join the matches of two paragraphs that the languages split at different sentences.

    Args:
        ja: The outline of the Japanese document.
        en: The outline of the English document.
        blocks: Matches of blocks in order.
        texts: Matches of blocks for the alignment of their sentences, in order.
        scorer: The scorer of the blocks.
        encoder: The sentence encoder.

    Returns:
        Both lists of matches in order.
    """
    present = set(texts)
    joined: dict[Match, Match] = {}
    for first, second in _candidates(ja, en, blocks, scorer):
        if first in joined or first not in present or second not in present:
            continue
        if _is_sentence_shifted(ja, en, first, second, encoder):
            both = first.ja + second.ja, first.en + second.en
            joined[first] = joined[second] = Match(*both, scorer.joint_odds(*both))
    if not joined:
        return list(blocks), list(texts)
    new_blocks, new_texts = ([joined.get(match, match) for match in matches] for matches in (blocks, texts))
    return list(dict.fromkeys(new_blocks)), list(dict.fromkeys(new_texts))


def _candidates(ja: Outline, en: Outline, blocks: Sequence[Match], scorer: PairScorer) -> Iterator[tuple[Match, Match]]:
    """Yield adjacent pairs of paragraphs, of which one is longer than its counterpart and the other is shorter."""
    ratio = length_ratio(blocks, scorer)
    for first, second in itertools.pairwise(blocks):
        sides = (first.ja, second.ja, first.en, second.en)
        if any(len(side) > 1 for side in sides):
            continue
        (ja_first,), (ja_second,), (en_first,), (en_second,) = sides
        if ja_second != ja_first + 1 or en_second != en_first + 1:
            continue
        if not (_are_paragraphs_of_one_section(ja, ja_first) and _are_paragraphs_of_one_section(en, en_first)):
            continue
        surpluses = [surplus(match, ratio, scorer) for match in (first, second)]
        if surpluses[0] * surpluses[1] < 0 and min(map(abs, surpluses)) > _MIN_SURPLUS:
            yield first, second


def _are_paragraphs_of_one_section(outline: Outline, index: int) -> bool:
    """Return whether a block and the next are paragraphs of one section."""
    block, after = outline.blocks[index], outline.blocks[index + 1]
    return block.kind == after.kind == "paragraph" and block.section == after.section


def _is_sentence_shifted(ja: Outline, en: Outline, first: Match, second: Match, encoder: Encoder | None) -> bool:
    """Return whether a sentence without a counterpart in its own match surely has one in the other match."""
    left, border_ja = _joined_sentences(ja, first.ja, second.ja)
    right, border_en = _joined_sentences(en, first.en, second.en)
    scorer = sentence_scorer(ja, left, en, right, encoder)
    separate = [
        *match_items(range(border_ja), range(border_en), scorer),
        *match_items(range(border_ja, len(left)), range(border_en, len(right)), scorer),
    ]
    used_ja, used_en = {i for match in separate for i in match.ja}, {j for match in separate for j in match.en}
    for match in match_items(range(len(left)), range(len(right)), scorer):
        crosses = (match.ja[-1] < border_ja and match.en[0] >= border_en) or (
            match.ja[0] >= border_ja and match.en[-1] < border_en
        )
        is_free = used_ja.isdisjoint(match.ja) and used_en.isdisjoint(match.en)
        is_long = min(_length(left, match.ja), _length(right, match.en)) >= MIN_SENTENCE
        if crosses and is_free and is_long and match.odds > _SURE_ODDS:
            return True
    return False


def _joined_sentences(
    outline: Outline, first: tuple[int, ...], second: tuple[int, ...]
) -> tuple[list[SentenceSpan], int]:
    """Return the sentences of both paragraphs, and how many belong to the first."""
    before = sentence_spans(outline, first)
    return before + sentence_spans(outline, second), len(before)


def _length(spans: Sequence[SentenceSpan], indices: Sequence[int]) -> float:
    return sum(latin_length(spans[i].text) for i in indices)
