"""Estimate how likely a careful reader agrees with a finding.

A text that seems to be missing is described by what the second look of the alignment measured and by the lengths of
its neighbours. A logistic regression turns this into a probability. It was fitted on texts removed on purpose and on
findings that a person has read. ``docs/findings.md`` has the reliability table and the command that makes it.
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.comparison.document_index import DocumentIndex, Sides
from aisi_ingest.model import Alignment, Bead, Block, Gap
from aisi_ingest.text.measure import latin_length
from aisi_ingest.text.sentence_ids import block_of, sentence_span

_TYPICAL_LENGTH = 40  # Latin characters
_MAX_LOG_LENGTH = 1.5  # nats of length beyond the typical one
_LEAST_MARGIN = -0.2  # margins below say the same
_CLOSE = 0.06  # margin from which on a text is close to a translation
_SHORT_TEXT_SHARE = 0.3  # share of that closeness that counts for a short text: short texts are often alike
_ENOUGH_ANCHORS = 1.5  # two thirds of the anchors are as much evidence as all of them
_FOUND = 0.1  # margin from which on a text nearby, of which a sentence is aligned with the block, is its counterpart
_FRAGMENT = re.compile(r"[をがはにのでともやへか、。）」a-z]")  # begins the rest of a sentence or line
# The findings with at least this confidence keep a precision of 0.85 on those that were read; others are suppressed.
PUBLISHED = 0.7
# A finding that is less likely is not made. A sentence is one of many in its block, and most are only reworded.
LEAST, LEAST_SENTENCE = 0.05, 0.45

# Log odds for each unit of a feature. Fitted on 475 texts removed on purpose and 318 findings that a person has read,
# in 18 pairs and half of the articles of NTREX-128. Anchors are set by hand: only one of the pairs has enough of them.
WEIGHTS = {
    "nearby": -1.8,
    "free": -13.0,
    "anchors": -4.0,
    "same_text": -3.2,
    "repeats": -0.3,
    "length": 0.57,
    "slack": -1.85,
    "is_sentence": -1.2,
    "is_fragment": -2.0,
    "is_label": -1.2,
    "closeness": -20.0,
}
_BASE = -0.2
_UNMEASURED = 0.5  # confidence without the sentence encoder


class Certainty(Struct, frozen=True):
    """How likely a careful reader agrees with a finding, and the evidence."""

    confidence: float
    evidence: tuple[str, ...] = ()


class Features(Struct, frozen=True):
    """What is known about a text that one language seems to lack. Margins as in ``Gap``.

    Attributes:
        nearby: Highest margin with a text nearby.
        free: Highest margin with a text nearby that has no counterpart either.
        anchors: Share of its anchors that such texts have.
        same_text: 1 if the other document has the same words.
        repeats: 1 if the text occurs more than once in its own document.
        length: Nats of length beyond 40 Latin characters.
        slack: How much longer the counterparts of its neighbours are than expected, in lengths of the text, up to 1.
        is_sentence: 1 for a sentence, 0 for a block.
        is_fragment: 1 if the text begins like the rest of a sentence.
        is_label: 1 for a paragraph of a few words.
        closeness: How far the margin with the nearest text exceeds that of unrelated texts.
    """

    nearby: float
    free: float
    anchors: float
    same_text: float
    repeats: float
    length: float
    slack: float
    is_sentence: float
    is_fragment: float
    is_label: float
    closeness: float

    @property
    def confidence(self) -> float:
        """The probability that a careful reader agrees that the text is missing, with two decimal places."""
        odds = _BASE + sum(weight * getattr(self, name) for name, weight in WEIGHTS.items())
        return round(1 / (1 + math.exp(-odds)), 2)

    @property
    def words(self) -> tuple[str, ...]:
        """The features that are not zero, as short words for the published evidence."""
        shown = ((name, round(getattr(self, name), 2)) for name in WEIGHTS)
        return tuple(f"{name.removeprefix('is_')}:{value:g}" for name, value in shown if value)


class Neighbours:
    """The aligned texts before and after a text without a counterpart.

    Args:
        alignment: The alignment of the two documents.
        sides: The two documents.
        ratio: English length divided by Japanese length.
    """

    def __init__(self, alignment: Alignment, sides: Sides, ratio: float) -> None:
        self._sides, self._ratio = sides, ratio
        self._positions = [{block: at for at, block in enumerate(side.blocks)} for side in sides]
        self._order: dict[tuple[int, str], tuple[list[tuple[int, int]], list[Bead]]] = {}
        for which in (0, 1):
            for unit in ("block", "sentence"):
                beads = [bead for bead in alignment.beads if bead.unit == unit and bead.ja and bead.en]
                placed = [(self._place(which, (bead.ja, bead.en)[which]), number) for number, bead in enumerate(beads)]
                placed.sort()
                self._order[which, unit] = [place for place, _ in placed], [beads[number] for _, number in placed]

    def slack(self, which: int, item: str, length: float) -> float:
        """Return how much longer the counterparts of the neighbours are than expected.

        Args:
            which: The side that has the text.
            item: The id of the block or sentence.
            length: The length of the text in Latin characters.

        Returns:
            Lengths of the text: about 1 if the counterpart of a neighbour contains the text, about 0 if it is missing.
        """
        unit = "sentence" if sentence_span(item) else "block"
        places, beads = self._order[which, unit]
        at = bisect.bisect_left(places, self._place(which, (item,)))
        near = [beads[k] for k in (at - 1, at) if 0 <= k < len(beads)]
        own = sum(self._length(which, bead) for bead in near)
        other = sum(self._length(1 - which, bead) for bead in near)
        expected = own * (self._ratio if which == 0 else 1 / self._ratio)
        return (other - expected) / (length * (self._ratio if which == 0 else 1 / self._ratio))

    def _place(self, which: int, items: Sequence[str]) -> tuple[int, int]:
        """Return the position of the first of some blocks or sentences: that of its block, and the offset."""
        places = []
        for item in items:
            block, start, _ = sentence_span(item) or (item, 0, 0)
            places.append((self._positions[which].get(block, 0), start))
        return min(places)

    def _length(self, which: int, bead: Bead) -> float:
        side = self._sides[which]
        return sum(latin_length(text_of(side, item)) for item in (bead.ja, bead.en)[which])


def text_of(side: DocumentIndex, item: str) -> str:
    """Return the text of a block or sentence."""
    block, start, end = sentence_span(item) or (item, 0, None)
    return side.blocks[block].text[start:end] if block in side.blocks else ""


def describe(gap: Gap | None, block: Block, text: str, slack: float, *, is_sentence: bool) -> Features | None:
    """Describe a text that one language seems to lack.

    Args:
        gap: What the second look measured; None without the sentence encoder.
        block: Its block.
        text: The text.
        slack: From ``Neighbours.slack``.
        is_sentence: Whether it is a part of a block.

    Returns:
        None if nothing was measured.
    """
    if gap is None:
        return None
    length = latin_length(text)
    nats = math.log(length / _TYPICAL_LENGTH)
    is_label = block.kind == "paragraph" and length < _TYPICAL_LENGTH
    closeness = max(0.0, max(gap.anywhere, gap.nearby) - _CLOSE)
    return Features(
        nearby=max(_LEAST_MARGIN, gap.nearby),
        free=max(_LEAST_MARGIN, gap.free),
        anchors=0.0 if is_label else min(1.0, gap.anchors * _ENOUGH_ANCHORS),
        same_text=float(gap.same_text),
        repeats=float(gap.repeats),
        length=max(-_MAX_LOG_LENGTH, min(_MAX_LOG_LENGTH, nats)),
        slack=min(1.0, max(0.0, slack)),
        is_sentence=float(is_sentence),
        is_fragment=float(_FRAGMENT.match(text) is not None),
        is_label=float(is_label),
        closeness=closeness * (1.0 if nats > 0 else _SHORT_TEXT_SHARE),
    )


class Judge:
    """Estimates how likely texts are missing.

    Args:
        alignment: The alignment of the two documents.
        sides: The two documents.
        ratio: English length divided by Japanese length.
    """

    def __init__(self, alignment: Alignment, sides: Sides, ratio: float) -> None:
        self._sides = sides
        self._neighbours = Neighbours(alignment, sides, ratio)
        self._gaps = {(gap.lang, gap.id): gap for gap in alignment.gaps}

    def features(self, which: int, item: str) -> Features | None:
        """Describe a block or sentence of one side; None if nothing was measured."""
        side = self._sides[which]
        gap, block = self._gaps.get((side.lang, item)), block_of(item)
        text = text_of(side, item)
        slack = self._neighbours.slack(which, item, latin_length(text))
        return describe(gap, side.blocks[block], text.strip(), slack, is_sentence=item != block)

    def certainty(self, which: int, *items: str) -> Certainty:
        """Return how likely some blocks or sentences of one side are missing from the other: their mean.

        The evidence is given for a single one.
        """
        found = [self.features(which, item) for item in items]
        if not found:
            return Certainty(_UNMEASURED)
        mean = sum(each.confidence if each else _UNMEASURED for each in found) / len(found)
        return Certainty(round(mean, 2), found[0].words if len(found) == 1 and found[0] else ())

    def is_found(self, which: int, block: str) -> bool:
        """Return whether a block of which a sentence is aligned has its counterpart in that text."""
        gap = self._gaps.get((self._sides[which].lang, block))
        return gap is None or gap.nearby > _FOUND
