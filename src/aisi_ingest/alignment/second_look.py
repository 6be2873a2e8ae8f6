"""Measure how close the other document comes to a text that has no counterpart.

A text without a counterpart is not missing if the other document has it where nothing is aligned: in furniture, in a
drawing, in a cell of a table, in another section, or in other words beside it. Each such text is compared with every
sentence, row and cell of the other document, whether that is aligned or not.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.alignment import evidence
from aisi_ingest.alignment.cost import hubness
from aisi_ingest.alignment.encoder import Encoder, StoredVectors
from aisi_ingest.alignment.evidence import AnchorWeights
from aisi_ingest.alignment.sentences import SentenceSpan, spans_of_block
from aisi_ingest.alignment.units import Outline
from aisi_ingest.model import Bead, Block, Document, Gap
from aisi_ingest.text.normalise import fold
from aisi_ingest.text.sentence_ids import block_of

_NEARBY = 12  # blocks before and after the counterparts of the neighbours
_MIN_NATS = 2.0  # weight of the anchors of a text from which on they are evidence
_MIN_SAME = 4  # letters and digits of a text that is looked for in longer texts
_MIN_CELL = 2  # letters and digits of a cell that is compared by itself
_ROWS_AT_ONCE = 500  # texts without a counterpart that are compared in one matrix


class _Pool(Struct, frozen=True):
    """All texts of one document, in reading order.

    Attributes:
        position: The position of each text's block in the document.
        is_free: Whether nothing is aligned with the text.
        vectors: One vector for each text.
        hubness: The mean similarity of each text with the nearest texts of the other document.
        words: The letters and digits of the whole document.
        blocks: The ids of the blocks of the document.
    """

    position: np.ndarray
    is_free: np.ndarray
    vectors: StoredVectors
    hubness: np.ndarray
    words: str
    blocks: tuple[str, ...]


class _Side(Struct, frozen=True):
    """One document and what is aligned in it.

    Attributes:
        outline: Its aligned blocks.
        position: The position of each block in the document, by id.
        counterparts: Positions of aligned blocks and of their first counterparts, sorted.
        aligned_blocks: Ids of blocks with a counterpart.
        unpaired: Ids of sentences without a counterpart in other blocks.
        paired: Ids of blocks of which a sentence has a counterpart.
    """

    document: Document
    outline: Outline
    position: dict[str, int]
    counterparts: list[tuple[int, int]]
    aligned_blocks: frozenset[str]
    unpaired: frozenset[str]
    paired: frozenset[str]


def look_again(
    documents: tuple[Document, Document],
    outlines: tuple[Outline, Outline],
    beads: Sequence[Bead],
    weights: AnchorWeights,
    encoder: Encoder | None,
) -> tuple[Gap, ...]:
    """Measure all blocks and sentences without a counterpart.

    Args:
        documents: The Japanese and the English document.
        outlines: Their outlines.
        beads: All beads of the two documents.
        weights: The weights of the anchors.
        encoder: The sentence encoder; without one there is nothing to measure.

    Returns:
        One value for each text without a counterpart: the Japanese ones, then the English ones, in reading order.
    """
    if encoder is None or not any(_is_gap(bead) for bead in beads):
        return ()
    sides = tuple(_side(which, documents, outlines[which], beads) for which in (0, 1))
    pools: list[_Pool] = []
    for side in sides:
        texts, position, free = _texts(side)
        vectors = evidence.encode_texts(texts, encoder, single_sentences=True)
        words = "\0".join(_words(block.text) for block in side.document.content.blocks if not block.hidden)
        blocks = tuple(block.id for block in side.document.content.blocks)
        pools.append(_Pool(np.array(position), np.array(free, dtype=bool), vectors, np.zeros(0), words, blocks))
    hubs = hubness(pools[0].vectors, pools[1].vectors), hubness(pools[1].vectors, pools[0].vectors)
    out: list[Gap] = []
    for which in (0, 1):
        other = pools[1 - which]
        other = replace(other, hubness=hubs[1 - which])
        out += _measure(sides[which], sides[1 - which], other, weights, encoder)
    return tuple(out)


def _is_gap(bead: Bead) -> bool:
    return bead.unit != "section" and not (bead.ja and bead.en)


def _side(which: int, documents: tuple[Document, Document], outline: Outline, beads: Sequence[Bead]) -> _Side:
    positions = [{b.id: at for at, b in enumerate(document.content.blocks)} for document in documents]
    counterparts: list[tuple[int, int]] = []
    aligned: set[str] = set()
    unpaired: set[str] = set()
    paired: set[str] = set()
    for bead in beads:
        own, other = (bead.ja, bead.en) if which == 0 else (bead.en, bead.ja)
        if bead.unit == "block" and own and other:
            aligned.update(own)
            counterparts += [(positions[which][i], positions[1 - which][other[0]]) for i in own]
        elif bead.unit == "sentence" and own:
            (paired if other else unpaired).update(own)
    return _Side(
        documents[which],
        outline,
        positions[which],
        sorted(counterparts),
        frozenset(aligned),
        frozenset(unpaired),
        frozenset(map(block_of, paired)),
    )


def _texts(side: _Side) -> tuple[list[str], list[int], list[bool]]:
    """Return the sentences, rows and cells of all visible blocks, their positions, and whether they are free."""
    texts, position, free = [], [], []
    for at, block in enumerate(side.document.content.blocks):
        if block.hidden:
            continue
        is_free_block = block.id not in side.aligned_blocks and block.id not in side.paired
        for span in spans_of_block(block):
            texts.append(span.text)
            position.append(at)
            free.append(is_free_block or span.key in side.unpaired)
        if block.kind == "table":
            cells = dict.fromkeys(cell for row in block.text.split("\n") for cell in row.split(" | "))
            wanted = [cell for cell in cells if len(_words(cell)) >= _MIN_CELL]
            texts += wanted
            position += [at] * len(wanted)
            free += [True] * len(wanted)
    return texts, position, free


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text).lower())


class _Item(Struct, frozen=True):
    """A text without a counterpart: its id, its block and its sentences."""

    id: str
    block: Block
    spans: tuple[SentenceSpan, ...]

    @property
    def text(self) -> str:
        return self.spans[0].text if self.id != self.block.id else self.block.text


def _items(side: _Side) -> list[_Item]:
    """Return the texts of one side that have no counterpart: whole blocks, and sentences of other blocks.

    A block without a counterpart of which a sentence has one is both: the alignment of the sentence may be wrong.
    """
    out = []
    for block in side.outline.blocks:
        spans = tuple(spans_of_block(block))
        if block.id not in side.aligned_blocks:
            out.append(_Item(block.id, block, spans))
        if block.id in side.aligned_blocks or block.id in side.paired:
            out += [_Item(span.key, block, (span,)) for span in spans if span.key in side.unpaired]
    return out


def _measure(
    side: _Side,
    other_side: _Side,
    other: _Pool,
    weights: AnchorWeights,
    encoder: Encoder,
) -> list[Gap]:
    """Measure the texts of one side that have no counterpart."""
    items = _items(side)
    keys = Counter(_words(block.text) for block in side.outline.blocks)
    anchors = {block.id: text for block, text in zip(side.outline.blocks, side.outline.texts, strict=True)}
    free_anchors = _anchors_by_position(other_side)
    hub_sample = other.vectors
    out = []
    for first in range(0, len(items), _ROWS_AT_ONCE):
        batch = items[first : first + _ROWS_AT_ONCE]
        vectors = evidence.encode_texts([s.text for item in batch for s in item.spans], encoder, single_sentences=True)
        margins = vectors.astype(np.float32) @ other.vectors.astype(np.float32).T
        margins -= (hubness(vectors, hub_sample)[:, None] + other.hubness[None, :]) / 2
        at = 0
        for item in batch:
            rows = margins[at : at + len(item.spans)]
            at += len(item.spans)
            shared = _shared_anchors(_evidence(side, item, anchors), free_anchors, side, item.block, weights)
            out.append(_gap(side, item, rows, other, shared, keys[_words(item.block.text)]))
    return out


def _gap(side: _Side, item: _Item, margins: np.ndarray, other: _Pool, anchors: float, copies: int) -> Gap:
    """Sum up what is known about a text: its margins with all texts of the other document, one row a sentence."""
    lengths = np.array([len(span.text) for span in item.spans], dtype=np.float32)
    nearby = _nearby(side, item.block, other.position)
    text = _words(item.text)
    has_texts = margins.size > 0
    return Gap(
        lang=side.document.content.lang,
        id=item.id,
        anywhere=_best(margins, lengths, np.ones(len(other.position), dtype=bool)),
        nearest=other.blocks[int(other.position[int(margins.max(axis=0).argmax())])] if has_texts else "",
        nearby=_best(margins, lengths, nearby),
        free=_best(margins, lengths, nearby & other.is_free),
        anchors=anchors,
        same_text=len(text) >= _MIN_SAME and text in other.words,
        repeats=copies > 1,
    )


def _evidence(side: _Side, item: _Item, of_block: dict[str, evidence.TextEvidence]) -> evidence.TextEvidence:
    return of_block[item.id] if item.id in of_block else item.spans[0].extract_evidence(side.outline)


def _best(margins: np.ndarray, lengths: np.ndarray, allowed: np.ndarray) -> float:
    """Return the mean over some sentences, weighted by length, of their highest margin with the texts allowed."""
    if not allowed.any() or not len(lengths):
        return -1.0
    best = margins[:, allowed].max(axis=1)
    return round(float((best * lengths).sum() / lengths.sum()), 3)


def _nearby(side: _Side, block: Block, position: np.ndarray) -> np.ndarray:
    """Return which texts of the other document are near the counterparts of a block's neighbours."""
    out = np.zeros(len(position), dtype=bool)
    for centre in _centres(side, block):
        out |= np.abs(position - centre) <= _NEARBY
    return out


def _centres(side: _Side, block: Block) -> list[int]:
    """Return the positions of the counterparts of the aligned blocks before and after a block."""
    at = bisect.bisect_left(side.counterparts, (side.position[block.id], -1))
    found = [side.counterparts[k][1] for k in (at - 1, at) if 0 <= k < len(side.counterparts)]
    return list(dict.fromkeys(found))


def _anchors_by_position(side: _Side) -> list[tuple[int, frozenset[str]]]:
    """Return the anchors of the blocks that have no counterpart, with their positions."""
    return [
        (side.position[block.id], text.anchors)
        for block, text in zip(side.outline.blocks, side.outline.texts, strict=True)
        if block.id not in side.aligned_blocks
    ]


def _shared_anchors(
    text: evidence.TextEvidence,
    others: Iterable[tuple[int, frozenset[str]]],
    side: _Side,
    block: Block,
    weights: AnchorWeights,
) -> float:
    """Return the share of a text's anchors, by weight, that nearby texts without a counterpart have."""
    total = weights.sum(text.expected)
    if total < _MIN_NATS:
        return 0.0
    centres = _centres(side, block)
    found: set[str] = set()
    for position, anchors in others:
        if any(abs(position - centre) <= _NEARBY for centre in centres):
            found |= anchors & text.expected
    return round(weights.sum(found) / total, 3)
