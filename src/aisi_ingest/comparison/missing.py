"""What only one of two languages has: sections, blocks, sentences and rows of tables without a counterpart.

A finding is a claim that a person will check, so what speaks against it is asked first: is the text said in another
place, in the same words as elsewhere, or as a part of something longer; is it a word of a drawing that the other
language has as a picture? Short texts of one section are told together.
"""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from aisi_ingest.model import Alignment, Bead, Block, Document, Finding, FindingKind, Lang, Mention, Section, Severity
from aisi_ingest.text.measure import latin_length
from aisi_ingest.text.normalise import fold

_SHORT = 40  # Latin characters: a shorter text that is missing weighs little
_LABEL = 80  # Latin characters: a paragraph so short may be a label of a drawing
_TOGETHER = 3  # so many short texts of one section and more are told in one finding
_SHOWN = 60  # characters of a text in a message
_SHOWN_TEXTS = 6  # texts that are told together, in a message
# A sentence in a block that has a counterpart: of the sentences taken away on purpose from the real documents four in
# five are over these, of the ones that are only said in other words next to none (benchmarks/planted.py).
_SENTENCE = 36  # least Latin characters
_SENTENCE_SCORE = 0.45  # least score of the block's bead,
_SENTENCE_SURE = 0.9  # and the one from which on a sentence weighs more
_EXCESS = (0.6, 1.7)  # how much longer its text is than the counterpart, in lengths of all that is left out
_SHORT_ROW = 8  # the same of a row of a table
_SURE = 0.8  # least score of a pair that shows how a short text is said in the other language

_LETTER = re.compile(r"[^\W_]")  # a text without any, dots or a bracket, says nothing
# A line of a table of contents: what it tells is told of the section itself.
_CONTENTS_LINE = re.compile(r"(?<![.·・…‥_\s])\s?(?:[.·・…‥_]\s?){3,}\s*\d{1,9}\s*$")
_NOT_TEXT = ("furniture", "figure_text")

_KINDS = {
    "table": ("表", "table"),
    "list_item": ("項目", "list item"),
    "caption": ("図表の題", "caption"),
    "footnote": ("脚注", "footnote"),
    "code": ("コード", "code"),
    "note": ("発表者のノート", "speaker's note"),
    "heading": ("見出し", "heading"),
    "title": ("題", "title"),
}
_ROW = ("表の行", "table row")


class Side(Struct, frozen=True):
    """One document, ready to be looked up."""

    lang: Lang
    blocks: dict[str, Block]
    sections: dict[str, Section]
    mentions: dict[str, tuple[Mention, ...]]
    broken: frozenset[str]  # blocks that are a part of a table which goes on over a page break

    def texts(self, ids: Iterable[str]) -> list[Block]:
        return [self.blocks[i] for i in ids if i in self.blocks]


def side(document: Document, lang: Lang) -> Side:
    mentions: dict[str, list[Mention]] = {}
    for mention in document.mentions:
        mentions.setdefault(mention.block, []).append(mention)
    content = document.content
    at = {table.id: table.block for table in content.tables}
    broken = {block for t in content.tables if t.continues for block in (t.block, at.get(t.continues, t.block))}
    return Side(
        lang,
        {block.id: block for block in content.blocks},
        {section.id: section for section in content.sections},
        {block: tuple(sorted(found, key=lambda m: m.start)) for block, found in mentions.items()},
        frozenset(broken),
    )


Sides = tuple[Side, Side]


def missing(alignment: Alignment, sides: Sides) -> tuple[list[Finding], dict[int, list[Finding]]]:
    """Findings of missing sections, and of missing blocks and sentences by the place of their bead."""
    sections = _sections(alignment, sides)
    under = _under(sides[0], (i for f in sections for i in f.ja)), _under(sides[1], (i for f in sections for i in f.en))
    said, alone = _sentences(alignment)
    drawn, known = _drawn(alignment, sides), _Known(alignment, sides)
    scale = _scale(alignment, sides) if alone else 1.0
    short: dict[tuple[int, str | None], list[tuple[int, Block]]] = defaultdict(list)
    found: dict[int, list[Finding]] = defaultdict(list)
    for at, bead in enumerate(alignment.beads):
        if bead.unit != "block":
            continue
        if bead.ja and bead.en:
            if alone and (left := [each for w in (0, 1) for each in _missing_sentences(bead, w, sides, alone, scale)]):
                found[at] = left
            continue
        which = 0 if bead.ja else 1
        for block in sides[which].texts(bead.ja or bead.en):
            if (
                block.section in under[which]
                or f"{sides[which].lang}:{block.id}" in said
                or not _telling(block, drawn[which])
            ):
                continue
            if known.as_often(which, block):
                continue
            if block.kind == "paragraph" and latin_length(block.text) < _SHORT:
                short[which, block.section].append((at, block))
            else:
                found[at].append(_missing_block(which, block))
    for (which, section), blocks in short.items():
        if len(blocks) < _TOGETHER:
            for at, block in blocks:
                found[at].append(_missing_block(which, block))
        else:
            title = sides[which].sections.get(section or "")
            found[blocks[0][0]].append(_missing_words(which, [block for _, block in blocks], title))
    return sections, found


# Sections ---------------------------------------------------------------------------------------------------------


def _sections(alignment: Alignment, sides: Sides) -> list[Finding]:
    """Sections without counterpart, the highest of each branch; one whose text has counterparts is not missing."""
    pairs = [b for b in alignment.beads if b.unit == "block" and b.ja and b.en]
    paired = {i for b in pairs for i in b.ja}, {i for b in pairs for i in b.en}
    out = []
    for which, (side, found) in enumerate(zip(sides, paired, strict=True)):
        alone = [i for b in alignment.beads if b.unit == "section" and not (b.ja and b.en) for i in (b.ja, b.en)[which]]
        own: dict[str, list[str]] = {}
        for block in side.blocks.values():
            if block.section and block.kind not in (*_NOT_TEXT, "heading", "title") and not block.hidden:
                own.setdefault(block.section, []).append(block.id)
        missing = {
            s
            for s in alone
            if s in side.sections and sum(b in found for b in own.get(s, ())) * 2 <= len(own.get(s, ()))
        }
        for section in (side.sections[s] for s in alone if s in missing):
            if section.parent in missing:
                continue
            severity: Severity = "high" if own.get(section.id) or section.level == 1 else "medium"
            out.append(_finding(which, (section.id,), _name(section), severity, ("節", "section")))
    return out


def _name(section: Section) -> str:
    return " ".join(part for part in (section.number, section.title) if part)


def _under(side: Side, sections: Iterable[str]) -> set[str]:
    """Ids of some sections and all below them."""
    out = set(sections)
    for section in side.sections.values():  # parents stand before their children
        if section.parent in out:
            out.add(section.id)
    return out


# Blocks -----------------------------------------------------------------------------------------------------------


def _drawn(alignment: Alignment, sides: Sides) -> tuple[set[int], set[int]]:
    """Pages whose counterpart has words in a picture: a label that is text here may be one of them.

    A drawing that the one language has as shapes is often a picture in the other; what was read from pictures is not
    aligned, so that its labels have no counterpart.
    """
    words = [{b.page for b in side.blocks.values() if b.kind == "figure_text"} for side in sides]
    out: tuple[set[int], set[int]] = (set(), set())
    for bead in alignment.beads:
        if bead.unit == "block" and bead.ja and bead.en:
            pages = [
                {block.page for block in side.texts(ids)} for side, ids in zip(sides, (bead.ja, bead.en), strict=True)
            ]
            for which in (0, 1):
                if pages[1 - which] & words[1 - which]:
                    out[which].update(pages[which])
    return out


def _telling(block: Block, drawn: set[int]) -> bool:
    """Whether a block without a counterpart tells a reader anything."""
    if _CONTENTS_LINE.search(block.text) or not _LETTER.search(block.text):
        return False
    return not (block.page in drawn and block.kind == "paragraph" and latin_length(block.text) < _LABEL)


class _Known:
    """How the documents themselves say short texts in the other language, and how often they do in one section.

    Of five equal labels of a section four may have a counterpart, and the fifth stands in a longer text: if the other
    side says it as often, in all its texts, nothing is missing.
    """

    def __init__(self, alignment: Alignment, sides: Sides) -> None:
        self._alignment, self._sides, self._read = alignment, sides, False
        self._said: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
        self._counterparts: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
        self._texts: tuple[dict[str, list[str]], dict[str, list[str]]] = (defaultdict(list), defaultdict(list))

    def _look(self) -> None:
        self._read = True
        for bead in self._alignment.beads:
            if bead.unit == "section":
                for ja in bead.ja:
                    self._counterparts[0][ja].update(bead.en)
                for en in bead.en:
                    self._counterparts[1][en].update(bead.ja)
            elif bead.unit == "block" and bead.score > _SURE and len(bead.ja) == len(bead.en) == 1:
                ja, en = self._sides[0].blocks[bead.ja[0]].text, self._sides[1].blocks[bead.en[0]].text
                if len(ja) >= _SHORT or len(en) >= _LABEL:
                    continue
                keys = _key(ja), _key(en)
                self._said[0][keys[0]].add(keys[1])
                self._said[1][keys[1]].add(keys[0])
        for side, texts in zip(self._sides, self._texts, strict=True):
            for block in side.blocks.values():
                if block.section and block.kind not in _NOT_TEXT and not block.hidden:
                    texts[block.section].append(_key(block.text))

    def as_often(self, which: int, block: Block) -> bool:
        """Whether the section's counterpart says a short text as often as the section."""
        if latin_length(block.text) >= _SHORT or not block.section:
            return False
        if not self._read:
            self._look()
        key = _key(block.text)
        if key not in self._said[which]:
            return False
        if self._texts[which][block.section].count(key) < 2:
            return False
        own = sum(text.count(key) for text in self._texts[which][block.section])
        there = [text for s in self._counterparts[which][block.section] for text in self._texts[1 - which][s]]
        return any(sum(text.count(other) for text in there) >= own for other in self._said[which][key] if other)


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text).lower())


def _missing_block(which: int, block: Block) -> Finding:
    weighty = latin_length(block.text) >= _SHORT and block.kind in ("paragraph", "list_item", "table")
    names = _KINDS.get(block.kind, ("段落", "paragraph"))
    return _finding(which, (block.id,), block.text, "medium" if weighty else "low", names)


def _missing_words(which: int, blocks: Sequence[Block], section: Section | None) -> Finding:
    """One finding for all short texts of a section, as those of a drawing."""
    count, title = len(blocks), _shorten(_name(section)) if section else ""
    shown = [_shorten(block.text) for block in blocks[:_SHOWN_TEXTS]]
    rest = "…" if count > _SHOWN_TEXTS else ""
    has, lacks = _LANGUAGES[which], _LANGUAGES[1 - which]
    in_ja, in_en = (f"「{title}」の", f" of “{title}”") if title else ("", "")
    message = {
        "ja": f"{has[0]}の{in_ja}短い語句{count}件{''.join(f'「{text}」' for text in shown)}{rest}に"
        f"当たるものが{lacks[0]}にありません。",
        "en": f"{count} short texts{in_en} stand in {has[1]} only: {', '.join(f'“{text}”' for text in shown)}{rest}.",
    }
    return _made(which, tuple(block.id for block in blocks), "\n".join(block.text for block in blocks), "low", message)


# Sentences --------------------------------------------------------------------------------------------------------

_Span = tuple[int, int]


def _sentences(alignment: Alignment) -> tuple[set[str], dict[str, list[_Span]]]:
    """Blocks of which a sentence has a counterpart, and the sentences by block that have none; ``ja:`` or ``en:``
    stands before a block's id, since ids of both documents look alike."""
    said: set[str] = set()
    alone: dict[str, list[_Span]] = defaultdict(list)
    for bead in alignment.beads:
        if bead.unit != "sentence":
            continue
        for lang, keys in (("ja", bead.ja), ("en", bead.en)):
            for key in keys:
                block, _, span = key.rpartition(":")
                if bead.ja and bead.en:
                    said.add(f"{lang}:{block}")
                else:
                    start, _, end = span.partition("-")
                    alone[f"{lang}:{block}"].append((int(start), int(end)))
    return said, alone


def _scale(alignment: Alignment, sides: Sides) -> float:
    """How much longer the English side is than the Japanese, beyond what the languages differ: median of sure pairs."""
    ratios = [
        _length(sides[1].texts(bead.en)) / _length(sides[0].texts(bead.ja))
        for bead in alignment.beads
        if bead.unit == "block" and bead.score > _SURE
    ]
    return statistics.median(ratios) if ratios else 1.0


def _length(blocks: Iterable[Block]) -> float:
    return sum(latin_length(block.text) for block in blocks) or 1.0


def _rows(blocks: Iterable[Block]) -> int:
    return sum(len(block.text.split("\n")) for block in blocks)


def _missing_sentences(
    bead: Bead, which: int, sides: Sides, alone: Mapping[str, Sequence[_Span]], scale: float
) -> list[Finding]:
    """Sentences and rows of a bead's one side that the other lacks, if it is shorter by about as much."""
    ids, lang = (bead.ja, bead.en)[which], sides[which].lang
    if bead.score < _SENTENCE_SCORE or not any(f"{lang}:{i}" in alone for i in ids):
        return []
    here, there = sides[which].texts(ids), sides[1 - which].texts((bead.en, bead.ja)[which])
    if any(block.kind == "code" for block in (*here, *there)):
        return []
    if any(f"{sides[1 - which].lang}:{block.id}" in alone for block in there):
        return []  # both sides have something left: it may well be the same, said differently
    tables = [block for block in here if block.kind == "table"]
    if tables and (_rows(here) <= _rows(there) or any(block.id in sides[which].broken for block in tables)):
        return []  # a row of a table over two pages may stand on the other page
    left = [  # a whole block without a counterpart of its own is a part of the bead
        (block, text, latin_length(text))
        for block in here
        for start, end in alone.get(f"{lang}:{block.id}", ())
        if (text := block.text[start:end].strip()) and len(text) < len(block.text.strip())
    ]
    total = sum(size for _, _, size in left)
    more = _length(here) - _length(there) * (scale if which else 1 / scale)
    if not total or not _EXCESS[0] < more / total < _EXCESS[1]:
        return []
    severity: Severity = "medium" if bead.score >= _SENTENCE_SURE else "low"
    return [
        _finding(which, (block.id,), text, severity, _ROW if block.kind == "table" else ("文", "sentence"))
        for block, text, size in left
        if size >= (_SHORT_ROW if block.kind == "table" else _SENTENCE)
    ]


# In words ---------------------------------------------------------------------------------------------------------

_LANGUAGES = (("日本語版", "Japanese"), ("英語版", "English"))


def _finding(which: int, at: tuple[str, ...], text: str, severity: Severity, names: tuple[str, str]) -> Finding:
    shown = _shorten(text)
    has, lacks = _LANGUAGES[which], _LANGUAGES[1 - which]
    message = {
        "ja": f"{has[0]}の{names[0]}「{shown}」に当たるものが{lacks[0]}にありません。",
        "en": f"The {names[1]} “{shown}” stands in {has[1]} only.",
    }
    return _made(which, at, text, severity, message)


def _made(which: int, at: tuple[str, ...], text: str, severity: Severity, message: dict[str, str]) -> Finding:
    kind: FindingKind = "missing_in_ja" if which else "missing_in_en"
    detail = {"ja": None if which else text, "en": text if which else None}
    return Finding(kind, () if which else at, at if which else (), detail, severity, message)


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
