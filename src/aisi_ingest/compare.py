"""What the two languages of one edition say differently: what only one of them has, and which values differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aisi_ingest.differences import Names, differences
from aisi_ingest.model import (
    Alignment,
    Bead,
    Block,
    Document,
    Finding,
    FindingKind,
    Issue,
    Lang,
    Mention,
    Result,
    Section,
    Severity,
)

if TYPE_CHECKING:
    from aisi_ingest.registry import Registry

__all__ = ["compare"]

# With less than this share of the smaller side aligned, the documents are not two versions of one text.
_LEAST_SHARE = 0.2
_SHORT = 40  # characters (Japanese 16): a shorter text that is missing weighs little
_LABEL = 80  # characters (Japanese 32): a paragraph so short may be a label of a drawing
_SHOWN = 60  # characters of a text in a message


_LETTER = re.compile(r"[^\W_]")  # a text without any, dots or a bracket, says nothing
# A line of a table of contents: what it tells is told of the section itself.
_CONTENTS_LINE = re.compile(r"(?<![.·・…‥_\s])\s?(?:[.·・…‥_]\s?){3,}\s*\d{1,9}\s*$")


class _Side(Struct, frozen=True):
    """One document, ready to be looked up."""

    lang: Lang
    blocks: dict[str, Block]
    sections: dict[str, Section]
    mentions: dict[str, tuple[Mention, ...]]

    def texts(self, ids: Iterable[str]) -> list[Block]:
        return [self.blocks[i] for i in ids if i in self.blocks]


def compare(
    ja: Document, en: Document, alignment: Alignment, registry: Registry | None = None
) -> Result[tuple[Finding, ...]]:
    """Findings in Japanese reading order: what is missing on either side, then what differs, bead by bead.

    ``registry`` is the one that the documents were tagged with: it says what is part of what.
    """
    sides = _side(ja, "ja"), _side(en, "en")
    share = _share(alignment)
    if share < _LEAST_SHARE:
        message = f"Only {share:.0%} of the shorter document has a counterpart: they are not compared."
        return Result((), (Issue("compare", "warning", "too_little_in_common", message),))
    names = Names(registry, ja.mentions, en.mentions)
    findings: list[Finding] = []
    missing_sections = _missing_sections(alignment, sides)
    findings += missing_sections
    gone = tuple(
        _under(side, (i for f in missing_sections for i in ids(f))) for side, ids in zip(sides, (_ja, _en), strict=True)
    )
    drawn = _drawn(alignment, sides)
    for bead in alignment.beads:
        if bead.unit != "block":
            continue
        if not bead.ja or not bead.en:
            findings += _missing_block(bead, sides, gone, drawn)
        else:
            found = [side.texts(ids) for side, ids in zip(sides, (bead.ja, bead.en), strict=True)]
            findings += differences(bead, found, (sides[0].mentions, sides[1].mentions), names)
    return Result(tuple(findings))


def _ja(finding: Finding) -> tuple[str, ...]:
    return finding.ja


def _en(finding: Finding) -> tuple[str, ...]:
    return finding.en


def _side(document: Document, lang: Lang) -> _Side:
    mentions: dict[str, list[Mention]] = {}
    for mention in document.mentions:
        mentions.setdefault(mention.block, []).append(mention)
    content = document.content
    return _Side(
        lang,
        {block.id: block for block in content.blocks},
        {section.id: section for section in content.sections},
        {block: tuple(sorted(found, key=lambda m: m.start)) for block, found in mentions.items()},
    )


def _share(alignment: Alignment) -> float:
    """Of the blocks of the side that has fewer, how many have a counterpart."""
    beads = [bead for bead in alignment.beads if bead.unit == "block"]
    shares = []
    for side in ("ja", "en"):
        every = sum(len(getattr(bead, side)) for bead in beads)
        paired = sum(len(getattr(bead, side)) for bead in beads if bead.ja and bead.en)
        shares.append((every, paired / every if every else 0.0))
    return min(shares)[1] if shares else 0.0


# Missing ---------------------------------------------------------------------------------------------------------


def _missing_sections(alignment: Alignment, sides: tuple[_Side, _Side]) -> list[Finding]:
    """Sections without counterpart, the highest of each branch; one whose text has counterparts is not missing."""
    paired = [
        {i for bead in alignment.beads if bead.unit == "block" and bead.ja and bead.en for i in ids}
        for ids in ((i for b in alignment.beads if b.unit == "block" and b.ja and b.en for i in b.ja),
                    (i for b in alignment.beads if b.unit == "block" and b.ja and b.en for i in b.en))
    ]  # fmt: skip
    out = []
    for which, (side, found) in enumerate(zip(sides, paired, strict=True)):
        alone = [i for b in alignment.beads if b.unit == "section" and not (b.ja and b.en) for i in (b.ja, b.en)[which]]
        own: dict[str, list[str]] = {}
        for block in side.blocks.values():
            if (
                block.section
                and block.kind not in ("furniture", "figure_text", "heading", "title")
                and not block.hidden
            ):
                own.setdefault(block.section, []).append(block.id)
        missing = {
            s
            for s in alone
            if s in side.sections and sum(b in found for b in own.get(s, ())) * 2 <= len(own.get(s, ()))
        }
        for section in (side.sections[s] for s in alone if s in missing):
            if section.parent in missing:
                continue
            kind: FindingKind = "missing_in_en" if which == 0 else "missing_in_ja"
            severity: Severity = "high" if own.get(section.id) or section.level == 1 else "medium"
            name = " ".join(part for part in (section.number, section.title) if part)
            out.append(_missing(kind, section.id, name, severity, "節", "section"))
    return out


def _under(side: _Side, sections: Iterable[str]) -> set[str]:
    """Ids of some sections and all below them."""
    out = set(sections)
    for section in side.sections.values():  # parents stand before their children
        if section.parent in out:
            out.add(section.id)
    return out


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


def _drawn(alignment: Alignment, sides: tuple[_Side, _Side]) -> tuple[set[int], set[int]]:
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


def _missing_block(
    bead: Bead, sides: tuple[_Side, _Side], gone: Sequence[set[str]], drawn: Sequence[set[int]]
) -> list[Finding]:
    which = 0 if bead.ja else 1
    out = []
    for block in sides[which].texts(bead.ja or bead.en):
        if block.section in gone[which] or _CONTENTS_LINE.search(block.text) or not _LETTER.search(block.text):
            continue
        length = len(block.text) * (2.5 if block.lang == "ja" else 1)
        if block.page in drawn[which] and block.kind == "paragraph" and length < _LABEL:
            continue
        weighty = length >= _SHORT and block.kind in ("paragraph", "list_item", "table")
        kind: FindingKind = "missing_in_en" if which == 0 else "missing_in_ja"
        names = _KINDS.get(block.kind, ("段落", "paragraph"))
        out.append(_missing(kind, block.id, block.text, "medium" if weighty else "low", *names))
    return out


def _missing(kind: FindingKind, at: str, text: str, severity: Severity, name_ja: str, name_en: str) -> Finding:
    in_ja = kind == "missing_in_en"
    shown = _shorten(text)
    lacks, has = ("英語版", "日本語版") if in_ja else ("日本語版", "英語版")
    message = {
        "ja": f"{has}の{name_ja}「{shown}」に当たるものが{lacks}にありません。",
        "en": f"The {name_en} “{shown}” stands in {'Japanese' if in_ja else 'English'} only.",
    }
    detail = {"ja": text if in_ja else None, "en": None if in_ja else text}
    return Finding(kind, (at,) if in_ja else (), () if in_ja else (at,), detail, severity, message)


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
