"""Find what only one of two languages has: sections, blocks, sentences and table rows without a counterpart.

A finding is a claim that a person will check. So two reasons against it are examined first:

- The text is found in another place, in the same words as elsewhere, or as a part of a longer text.
- It is a word of a drawing that the other language has as a picture.

Short texts of one section are reported in one finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from aisi_ingest.comparison.confidence import LEAST, Judge
from aisi_ingest.comparison.document_index import DocumentIndex, Sides
from aisi_ingest.comparison.missing_findings import (
    SECTION,
    kind_names,
    missing_short_texts,
    missing_text,
    section_title,
)
from aisi_ingest.comparison.missing_sentences import (
    SURE_SCORE,
    find_missing_sentences,
    missing_sentences_of,
    read_sentence_beads,
)
from aisi_ingest.comparison.untranslated import is_foreign
from aisi_ingest.model import Alignment, Bead, Block, Finding, Severity
from aisi_ingest.text.measure import latin_length
from aisi_ingest.text.normalise import fold

_SHORT_TEXT = 40  # Latin characters: a shorter text that is missing has low severity
_MAX_LABEL = 80  # Latin characters: a shorter paragraph may be a label of a drawing
_REPORTED_TOGETHER = 3  # this many short texts of one section, or more, are one finding
_MIN_REPETITIONS = 2  # a text that occurs so often in a section is counted on both sides

_LETTER = re.compile(r"[^\W_]")  # a text without letters, such as dots or a bracket, has no content
# A line of a table of contents: if its section is missing, that is reported.
_CONTENTS_LINE = re.compile(r"(?<![.·・…‥_\s])\s?(?:[.·・…‥_]\s?){3,}\s*\d{1,9}\s*$")
_NOT_TEXT = ("furniture", "figure_text", "contents")


def find_missing(alignment: Alignment, sides: Sides) -> tuple[list[Finding], dict[int, list[Finding]]]:
    """Find the sections, blocks, sentences and table rows that only one language has.

    Args:
        alignment: The alignment of the two documents.
        sides: The Japanese and the English document.

    Returns:
        Findings of missing sections. Findings of missing blocks and sentences, by the position of their bead.
    """
    sentences = read_sentence_beads(alignment, sides)
    judge = Judge(alignment, sides, sentences.ratio)
    sections = _missing_sections(alignment, sides, judge)
    covered = (
        _with_subsections(sides[0], (i for finding in sections for i in finding.ja)),
        _with_subsections(sides[1], (i for finding in sections for i in finding.en)),
    )
    drawing_pages, phrases = _pages_with_drawings(alignment, sides), _PhraseCounts(alignment, sides)
    short_texts: dict[tuple[int, str | None], list[tuple[int, Block]]] = defaultdict(list)
    found: dict[int, list[Finding]] = defaultdict(list)
    for at, bead in enumerate(alignment.beads):
        if bead.unit != "block":
            continue
        if bead.ja and bead.en:
            if findings := find_missing_sentences(bead, sides, sentences, judge):
                found[at] = findings
            continue
        which = 0 if bead.ja else 1
        for block in sides[which].blocks_of(bead.ja or bead.en):
            if block.section in covered[which]:
                continue
            if f"{sides[which].lang}:{block.id}" in sentences.paired_blocks and judge.is_found(which, block.id):
                found[at] += missing_sentences_of([block], which, "medium", sides, sentences, judge)
                continue
            if is_foreign(block, which):
                continue  # it is reported as untranslated
            if not _has_content(block, drawing_pages[which]) or phrases.occurs_as_often(which, block):
                continue
            if block.kind == "paragraph" and latin_length(block.text) < _SHORT_TEXT:
                short_texts[which, block.section].append((at, block))
            else:
                found[at] += _missing_block(which, block, judge)
    for (which, section), blocks in short_texts.items():
        if len(blocks) < _REPORTED_TOGETHER:
            for at, block in blocks:
                found[at] += _missing_block(which, block, judge)
            continue
        certainty = judge.certainty(which, *(block.id for _, block in blocks))
        if certainty.confidence >= LEAST:
            in_section = sides[which].sections.get(section or "")
            texts = [block for _, block in blocks]
            found[blocks[0][0]].append(missing_short_texts(which, texts, in_section, certainty))
    return sections, found


# Sections ---------------------------------------------------------------------------------------------------------


def _missing_sections(alignment: Alignment, sides: Sides, judge: Judge) -> list[Finding]:
    """Find sections without a counterpart, without the subsections of these.

    A section is not missing if more than half of its blocks have counterparts.
    """
    pairs = [b for b in alignment.beads if b.unit == "block" and b.ja and b.en]
    paired_blocks = {i for b in pairs for i in b.ja}, {i for b in pairs for i in b.en}
    out = []
    for which, (side, paired) in enumerate(zip(sides, paired_blocks, strict=True)):
        unpaired = _unpaired_sections(alignment.beads, which)
        own_blocks = _blocks_by_section(side)
        headings = _headings_by_section(side)
        missing = {
            s
            for s in unpaired
            if s in side.sections and sum(b in paired for b in own_blocks.get(s, ())) * 2 <= len(own_blocks.get(s, ()))
        }
        for section in (side.sections[s] for s in unpaired if s in missing):
            if section.parent in missing:
                continue
            severity: Severity = "high" if own_blocks.get(section.id) or section.level == 1 else "medium"
            texts = [b for b in (*headings.get(section.id, ()), *own_blocks.get(section.id, ())) if b not in paired]
            certainty = judge.certainty(which, *texts)
            out.append(missing_text(which, (section.id,), section_title(section), severity, SECTION, certainty))
    return out


def _unpaired_sections(beads: Iterable[Bead], which: int) -> list[str]:
    return [i for b in beads if b.unit == "section" and not (b.ja and b.en) for i in (b.ja, b.en)[which]]


def _blocks_by_section(side: DocumentIndex) -> dict[str, list[str]]:
    """Return the ids of each section's visible blocks, without headings."""
    own_blocks: dict[str, list[str]] = {}
    for block in side.blocks.values():
        if block.section and block.kind not in (*_NOT_TEXT, "heading", "title") and not block.hidden:
            own_blocks.setdefault(block.section, []).append(block.id)
    return own_blocks


def _headings_by_section(side: DocumentIndex) -> dict[str, list[str]]:
    """Return the ids of each section's headings."""
    out: dict[str, list[str]] = {}
    for block in side.blocks.values():
        if block.section and block.kind in ("heading", "title") and not block.hidden:
            out.setdefault(block.section, []).append(block.id)
    return out


def _with_subsections(side: DocumentIndex, sections: Iterable[str]) -> set[str]:
    """Return the ids of some sections and of all sections below them."""
    out = set(sections)
    for section in side.sections.values():  # parents come before their children
        if section.parent in out:
            out.add(section.id)
    return out


# Blocks -----------------------------------------------------------------------------------------------------------


def _pages_with_drawings(alignment: Alignment, sides: Sides) -> tuple[set[int], set[int]]:
    """Return the pages of each side whose counterpart has words in a picture.

    A drawing that one language has as shapes is often a picture in the other. Text read from pictures is not aligned,
    so the labels of the shapes have no counterpart.
    """
    picture_pages = [{b.page for b in side.blocks.values() if b.kind == "figure_text"} for side in sides]
    out: tuple[set[int], set[int]] = (set(), set())
    for bead in alignment.beads:
        if bead.unit == "block" and bead.ja and bead.en:
            pages = [
                {block.page for block in side.blocks_of(ids)}
                for side, ids in zip(sides, (bead.ja, bead.en), strict=True)
            ]
            for which in (0, 1):
                if pages[1 - which] & picture_pages[1 - which]:
                    out[which].update(pages[which])
    return out


def _has_content(block: Block, drawing_pages: set[int]) -> bool:
    """Return whether a block without a counterpart has content that a reader would miss."""
    if _CONTENTS_LINE.search(block.text) or not _LETTER.search(block.text):
        return False
    may_be_label = block.kind == "paragraph" and latin_length(block.text) < _MAX_LABEL
    return not (block.page in drawing_pages and may_be_label)


class _PhraseCounts:
    """Counts how often sections contain short texts, and how often their counterparts contain the translations.

    Of five equal labels of a section, four may have a counterpart, and the fifth may be part of a longer text. If the
    other side has the translation as often, in all its texts, nothing is missing. Translations are taken from the
    documents themselves.
    """

    def __init__(self, alignment: Alignment, sides: Sides) -> None:
        self._alignment, self._sides, self._is_read = alignment, sides, False
        self._translations: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
        self._counterparts: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
        self._texts: tuple[dict[str, list[str]], dict[str, list[str]]] = (defaultdict(list), defaultdict(list))

    def _read(self) -> None:
        self._is_read = True
        for bead in self._alignment.beads:
            if bead.unit == "section":
                for ja in bead.ja:
                    self._counterparts[0][ja].update(bead.en)
                for en in bead.en:
                    self._counterparts[1][en].update(bead.ja)
            elif bead.unit == "block" and bead.score > SURE_SCORE and len(bead.ja) == len(bead.en) == 1:
                self._add_translation(bead)
        for side, texts in zip(self._sides, self._texts, strict=True):
            for block in side.blocks.values():
                if block.section and block.kind not in _NOT_TEXT and not block.hidden:
                    texts[block.section].append(_words_only(block.text))

    def _add_translation(self, bead: Bead) -> None:
        ja, en = self._sides[0].blocks[bead.ja[0]].text, self._sides[1].blocks[bead.en[0]].text
        if len(ja) >= _SHORT_TEXT or len(en) >= _MAX_LABEL:
            return
        self._translations[0][_words_only(ja)].add(_words_only(en))
        self._translations[1][_words_only(en)].add(_words_only(ja))

    def occurs_as_often(self, which: int, block: Block) -> bool:
        """Return whether the counterpart of the section has the translation as often as the section has the text."""
        if latin_length(block.text) >= _SHORT_TEXT or not block.section:
            return False
        if not self._is_read:
            self._read()
        text = _words_only(block.text)
        if text not in self._translations[which]:
            return False
        own_texts = self._texts[which][block.section]
        if own_texts.count(text) < _MIN_REPETITIONS:
            return False
        count = sum(each.count(text) for each in own_texts)
        other_texts = [t for s in self._counterparts[which][block.section] for t in self._texts[1 - which][s]]
        return any(
            sum(each.count(translation) for each in other_texts) >= count
            for translation in self._translations[which][text]
            if translation
        )


def _words_only(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text).lower())


def _missing_block(which: int, block: Block, judge: Judge) -> list[Finding]:
    """Return the finding of a missing block, if it is likely enough."""
    is_substantial = latin_length(block.text) >= _SHORT_TEXT and block.kind in ("paragraph", "list_item", "table")
    severity: Severity = "medium" if is_substantial else "low"
    certainty = judge.certainty(which, block.id)
    if certainty.confidence < LEAST:
        return []
    return [missing_text(which, (block.id,), block.text, severity, kind_names(block.kind), certainty)]
