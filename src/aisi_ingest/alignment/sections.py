"""Match sections by number, title, contents and position in the tree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from aisi_ingest.alignment import cost, evidence, search
from aisi_ingest.alignment import encoder as encoders
from aisi_ingest.alignment.cost import TextArrays
from aisi_ingest.alignment.encoder import Encoder, StoredVectors
from aisi_ingest.alignment.evidence import AnchorWeights, TextEvidence
from aisi_ingest.alignment.match import (
    MERGE,
    NEARBY,
    SKIP,
    SWAP,
    Match,
    PairScorer,
    add_neighbour_support,
    unique_pairs,
)
from aisi_ingest.alignment.search import Gains, Shape
from aisi_ingest.alignment.units import Outline

# Log odds of two sections of which one has no title, without their contents: half of those of two unlike titles.
_UNTITLED = -1.0


class _SectionArrays(Struct, frozen=True):
    """The sections of one document: their titles and their contents."""

    titles: TextArrays
    contents: TextArrays

    def select(self, indices: Sequence[int]) -> _SectionArrays:
        return _SectionArrays(self.titles.select(indices), self.contents.select(indices))

    def join_neighbours(self, weights: tuple[AnchorWeights, AnchorWeights]) -> _SectionArrays:
        return _SectionArrays(self.titles.join_neighbours(weights[0]), self.contents.join_neighbours(weights[1]))

    @property
    def has_title(self) -> NDArray[np.bool_]:
        """Which sections have a title. A slide without a title is no evidence for or against a pair."""
        return np.asarray(self.titles.keys != 0)

    @property
    def has_contents(self) -> NDArray[np.bool_]:
        """Which sections have contents. An empty section is no evidence for or against a pair."""
        return np.asarray(self.contents.keys != 0)


def match_sections(ja: Outline, en: Outline, blocks: PairScorer, encoder: Encoder | None) -> list[Match]:
    """Match the sections of two documents.

    Args:
        ja: The outline of the Japanese document.
        en: The outline of the English document.
        blocks: The scorer of the blocks.
        encoder: The sentence encoder.

    Returns:
        Matches of sections by their indices in the outlines. Sections without a counterpart are left out.
    """
    contents = _contents(ja, blocks.ja), _contents(en, blocks.en)
    weights = (
        evidence.weigh_anchors((*ja.titles, *en.titles)),
        evidence.weigh_anchors((*contents[0][0], *contents[1][0])),
    )
    title_arrays = cost.both_text_arrays(
        ja.titles, _title_vectors(ja, encoder), en.titles, _title_vectors(en, encoder), weights[0]
    )
    content_arrays = cost.both_text_arrays(*contents[0], *contents[1], weights[1])
    all_ja, all_en = map(_SectionArrays, title_arrays, content_arrays)

    def odds(left: _SectionArrays, right: _SectionArrays) -> Gains:
        return _odds(left, right, weights, blocks)

    def gains(part_ja: range, part_en: range) -> dict[Shape, Gains]:
        left, right = all_ja.select(part_ja), all_en.select(part_en)
        out = {(1, 1): add_neighbour_support(odds(left, right), blocks.parallelism)}
        if len(part_ja) > 1:
            out[2, 1] = odds(left.join_neighbours(weights), right) + np.float32(MERGE)
        if len(part_en) > 1:
            out[1, 2] = odds(left, right.join_neighbours(weights)) + np.float32(MERGE)
        return out

    anchors = unique_pairs(ja.titles, en.titles)
    found = []
    for a, b, c, d in search.search(len(ja.sections), len(en.sections), gains, SKIP, SWAP, anchors):
        some_ja, some_en = range(a, b), range(c, d)
        best_odds = float(odds(all_ja.select(some_ja), all_en.select(some_en)).max())
        found.append(Match(tuple(some_ja), tuple(some_en), best_odds))
    return found


def _odds(
    ja: _SectionArrays, en: _SectionArrays, weights: tuple[AnchorWeights, AnchorWeights], blocks: PairScorer
) -> Gains:
    by_title = cost.log_odds(ja.titles, en.titles, weights[0], blocks.weights)
    by_contents = cost.log_odds(ja.contents, en.contents, weights[1], cost.CONTENT_WEIGHTS)
    titled = ja.has_title[:, None] & en.has_title[None, :]
    filled = ja.has_contents[:, None] & en.has_contents[None, :]
    by_title = np.where(titled, by_title, _UNTITLED)
    return np.asarray(by_title + np.where(filled, by_contents, 0) + NEARBY * blocks.parallelism, dtype=np.float32)


def _title_vectors(outline: Outline, encoder: Encoder | None) -> StoredVectors:
    return evidence.encode_texts([section.title for section in outline.sections], encoder)


def _contents(outline: Outline, blocks: TextArrays) -> tuple[list[TextEvidence], StoredVectors]:
    """Return the evidence and the vector of each section's contents, including its subsections."""
    texts = []
    vectors = np.zeros((len(outline.sections), encoders.DIMENSIONS), dtype=np.float16)
    for index, indices in enumerate(outline.blocks_under):
        anchors = frozenset().union(*(blocks.texts[i].anchors for i in indices))
        optional = frozenset().union(*(blocks.texts[i].optional for i in indices))
        length = sum(blocks.texts[i].length for i in indices) or 1.0
        level = outline.sections[index].level
        lang, key = outline.titles[index].lang, "full" if indices else ""
        texts.append(TextEvidence(lang, length, anchors, "contents", level, None, key, optional))
        if indices:
            vectors[index] = encoders.weighted_mean(blocks.vectors[list(indices)], blocks.lengths[list(indices)])
    return texts, vectors
