"""Find sentences and table rows that only one language has, inside blocks that have a counterpart."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from aisi_ingest.comparison.confidence import LEAST, LEAST_SENTENCE, Judge
from aisi_ingest.comparison.document_index import Sides
from aisi_ingest.comparison.missing_findings import SENTENCE, TABLE_ROW, missing_text
from aisi_ingest.model import Alignment, Bead, Block, Finding, Severity
from aisi_ingest.text.measure import latin_length
from aisi_ingest.text.sentence_ids import sentence_id, sentence_span

SURE_SCORE = 0.8  # least score of a bead that is surely right
# A sentence in a block that has a counterpart. Four in five of the sentences removed on purpose from the real documents
# exceed these limits. Almost none of the sentences that are only worded differently do (benchmarks/planted.py).
_MIN_SENTENCE = 36  # Latin characters
_MIN_ROW = 8  # Latin characters of a table row
_MIN_SCORE = 0.45  # least score of a table's bead
_MEDIUM_SCORE = 0.9  # score from which on the severity is medium
# How much longer the text must be than its counterpart, in lengths of all its sentences without a counterpart.
_MIN_EXCESS, _MAX_EXCESS = 0.6, 1.7

Span = tuple[int, int]


class SentenceBeads(Struct, frozen=True):
    """Sentences with and without a counterpart, by block. A key is "ja:" or "en:" and the block id.

    Attributes:
        paired_blocks: Blocks of which at least one sentence has a counterpart.
        unpaired: The sentences without a counterpart of each block, as spans of code points.
        ratio: English length divided by Japanese length, beyond the usual difference of the languages.
    """

    paired_blocks: frozenset[str]
    unpaired: dict[str, list[Span]]
    ratio: float


def read_sentence_beads(alignment: Alignment, sides: Sides) -> SentenceBeads:
    """Collect the sentences with and without counterparts."""
    paired: set[str] = set()
    unpaired: dict[str, list[Span]] = defaultdict(list)
    for bead in alignment.beads:
        if bead.unit != "sentence":
            continue
        for lang, keys in (("ja", bead.ja), ("en", bead.en)):
            for key in keys:
                span = sentence_span(key)
                if span and bead.ja and bead.en:
                    paired.add(f"{lang}:{span[0]}")
                elif span:
                    unpaired[f"{lang}:{span[0]}"].append(span[1:])
    return SentenceBeads(frozenset(paired), dict(unpaired), _length_ratio(alignment, sides) if unpaired else 1.0)


def _length_ratio(alignment: Alignment, sides: Sides) -> float:
    """Return the median ratio of English to Japanese length, over beads that are surely right."""
    ratios = [
        _length(sides[1].blocks_of(bead.en)) / _length(sides[0].blocks_of(bead.ja))
        for bead in alignment.beads
        if bead.unit == "block" and bead.score > SURE_SCORE
    ]
    return statistics.median(ratios) if ratios else 1.0


def _length(blocks: Iterable[Block]) -> float:
    """Return the length of some blocks in Latin characters."""
    return sum(latin_length(block.text) for block in blocks) or 1.0


def find_missing_sentences(bead: Bead, sides: Sides, sentences: SentenceBeads, judge: Judge) -> list[Finding]:
    """Find the sentences and table rows of a bead of blocks that the other language lacks."""
    if not sentences.unpaired:
        return []
    return [finding for which in (0, 1) for finding in _missing_on_side(bead, which, sides, sentences, judge)]


def _missing_on_side(bead: Bead, which: int, sides: Sides, sentences: SentenceBeads, judge: Judge) -> list[Finding]:
    """Find the sentences of one side that are not said beside their neighbours' counterparts.

    Rows of a table are missing only if the other table is shorter by about their length.
    """
    own = sides[which].blocks_of((bead.ja, bead.en)[which])
    other = sides[1 - which].blocks_of((bead.en, bead.ja)[which])
    if not _has_unpaired(own, sides[which].lang, sentences):
        return []
    if any(block.kind == "code" for block in (*own, *other)):
        return []
    is_table = any(block.kind == "table" for block in own)
    if is_table and (bead.score < _MIN_SCORE or not _are_rows_missing(own, other, which, sides, sentences)):
        return []
    severity: Severity = "medium" if bead.score >= _MEDIUM_SCORE else "low"
    return missing_sentences_of(own, which, severity, sides, sentences, judge)


def missing_sentences_of(
    blocks: Sequence[Block], which: int, severity: Severity, sides: Sides, sentences: SentenceBeads, judge: Judge
) -> list[Finding]:
    """Return the findings of the sentences and rows of some blocks that have no counterpart.

    Args:
        blocks: The blocks.
        which: Their side: 0 for Japanese, 1 for English.
        severity: The severity of the findings.
        sides: The Japanese and the English document.
        sentences: The sentences with and without counterparts.
        judge: Estimates how likely a sentence is missing.
    """
    out = []
    for block, key, text, length in _unpaired_texts(blocks, sides[which].lang, sentences):
        if length < (_MIN_ROW if block.kind == "table" else _MIN_SENTENCE):
            continue
        certainty = judge.certainty(which, key)
        if certainty.confidence >= (LEAST if block.kind == "table" else LEAST_SENTENCE):
            names = TABLE_ROW if block.kind == "table" else SENTENCE
            out.append(missing_text(which, (block.id,), text, severity, names, certainty))
    return out


def _are_rows_missing(
    own: Sequence[Block], other: Sequence[Block], which: int, sides: Sides, sentences: SentenceBeads
) -> bool:
    """Return whether the other table is shorter by about the length of the rows without a counterpart."""
    if _has_unpaired(other, sides[1 - which].lang, sentences):
        return False  # both sides have unpaired rows: they may say the same in other words
    if not _may_lack_rows(own, other, sides[which].split_tables):
        return False
    total = sum(length for *_, length in _unpaired_texts(own, sides[which].lang, sentences))
    surplus = _length(own) - _length(other) * (sentences.ratio if which else 1 / sentences.ratio)
    return bool(total) and _MIN_EXCESS < surplus / total < _MAX_EXCESS


def _has_unpaired(blocks: Iterable[Block], lang: str, sentences: SentenceBeads) -> bool:
    return any(f"{lang}:{block.id}" in sentences.unpaired for block in blocks)


def _may_lack_rows(own: Sequence[Block], other: Sequence[Block], split_tables: frozenset[str]) -> bool:
    """Return whether rows may be missing.

    The other side must have fewer rows. A row of a table over two pages may be on the other page.
    """
    tables = [block for block in own if block.kind == "table"]
    return _count_rows(own) > _count_rows(other) and not any(block.id in split_tables for block in tables)


def _count_rows(blocks: Iterable[Block]) -> int:
    return sum(len(block.text.split("\n")) for block in blocks)


def _unpaired_texts(
    blocks: Iterable[Block], lang: str, sentences: SentenceBeads
) -> list[tuple[Block, str, str, float]]:
    """Return the sentences without a counterpart: their blocks, ids, texts, and lengths in Latin characters.

    A sentence that is a whole block is left out: the block is part of the bead.
    """
    return [
        (block, sentence_id(block.id, start, end), text, latin_length(text))
        for block in blocks
        for start, end in sentences.unpaired.get(f"{lang}:{block.id}", ())
        if (text := block.text[start:end].strip()) and len(text) < len(block.text.strip())
    ]
