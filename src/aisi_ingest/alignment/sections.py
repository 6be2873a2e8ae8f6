"""Which sections belong together: by number, title, contents and place in the tree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from aisi_ingest.alignment import cost, evidence, search
from aisi_ingest.alignment import encoder as encoders
from aisi_ingest.alignment.cost import Side
from aisi_ingest.alignment.encoder import Encoder, Kept
from aisi_ingest.alignment.evidence import Text, Weights
from aisi_ingest.alignment.match import MERGE, NEARBY, SKIP, SWAP, Match, Pairing, supported, unique
from aisi_ingest.alignment.search import Gains
from aisi_ingest.alignment.units import Outline

# Log odds of two sections where one has no title, before their contents: half of what two unlike titles have.
_UNTITLED = -1.0


class _Half(Struct, frozen=True):
    """Sections of one document: titles and contents."""

    titles: Side
    contents: Side

    def part(self, wanted: Sequence[int]) -> _Half:
        return _Half(self.titles.part(wanted), self.contents.part(wanted))

    def doubles(self, weights: tuple[Weights, Weights]) -> _Half:
        return _Half(self.titles.doubles(weights[0]), self.contents.doubles(weights[1]))

    @property
    def titled(self) -> NDArray[np.bool_]:
        """Which sections have a title: a slide without one says nothing by that."""
        return np.asarray(self.titles.keys != 0)

    @property
    def full(self) -> NDArray[np.bool_]:
        """Which sections have contents: an empty one says nothing for or against."""
        return np.asarray(self.contents.keys != 0)


def sections(ja: Outline, en: Outline, blocks: Pairing, encoder: Encoder | None) -> list[Match]:
    """Matches of sections, by their places in the outlines; what belongs to nothing is left out."""
    contents = _contents(ja, blocks.ja), _contents(en, blocks.en)
    weights = evidence.weigh((*ja.titles, *en.titles)), evidence.weigh((*contents[0][0], *contents[1][0]))
    titles = cost.sides(ja.titles, _title_vectors(ja, encoder), en.titles, _title_vectors(en, encoder), weights[0])
    halves = tuple(map(_Half, titles, cost.sides(*contents[0], *contents[1], weights[1])))

    def odds(left: _Half, right: _Half) -> Gains:
        return _odds(left, right, weights, blocks)

    def gains(down: range, across: range) -> dict[tuple[int, int], Gains]:
        left, right = halves[0].part(down), halves[1].part(across)
        out = {(1, 1): supported(odds(left, right), blocks.parallelism)}
        if len(down) > 1:
            out[2, 1] = odds(left.doubles(weights), right) + np.float32(MERGE)
        if len(across) > 1:
            out[1, 2] = odds(left, right.doubles(weights)) + np.float32(MERGE)
        return out

    anchors = unique(ja.titles, en.titles)
    found = []
    for a, b, c, d in search.search(len(ja.sections), len(en.sections), gains, SKIP, SWAP, anchors):
        down, across = range(a, b), range(c, d)
        found.append(Match(tuple(down), tuple(across), float(odds(halves[0].part(down), halves[1].part(across)).max())))
    return found


def _odds(left: _Half, right: _Half, weights: tuple[Weights, Weights], blocks: Pairing) -> Gains:
    by_title = cost.log_odds(left.titles, right.titles, weights[0], blocks.likeness)
    by_contents = cost.log_odds(left.contents, right.contents, weights[1], cost.CONTENTS)
    titled, full = left.titled[:, None] & right.titled[None, :], left.full[:, None] & right.full[None, :]
    by_title = np.where(titled, by_title, _UNTITLED)
    return np.asarray(by_title + np.where(full, by_contents, 0) + NEARBY * blocks.parallelism, dtype=np.float32)


def _title_vectors(outline: Outline, encoder: Encoder | None) -> Kept:
    return evidence.vectors([section.title for section in outline.sections], encoder)


def _contents(outline: Outline, side: Side) -> tuple[list[Text], Kept]:
    """A text and a vector for the contents of each section, its subsections' included."""
    texts = []
    vectors = np.zeros((len(outline.sections), encoders.DIMENSIONS), dtype=np.float16)
    for index, places in enumerate(outline.under):
        anchors = frozenset().union(*(side.texts[place].anchors for place in places))
        loose = frozenset().union(*(side.texts[place].loose for place in places))
        length = sum(side.texts[place].length for place in places) or 1.0
        level = outline.sections[index].level
        lang, key = outline.titles[index].lang, "full" if places else ""
        texts.append(Text(lang, length, anchors, "contents", level, None, key, loose))
        if places:
            vectors[index] = encoders.mean(side.vectors[list(places)], side.lengths[list(places)])
    return texts, vectors
