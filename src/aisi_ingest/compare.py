"""What the two languages of one edition say differently.

Values are compared, not strings: dates as stretches of days, numbers with their scale, names by the entity that they
link to. Only what both sides say, and say differently, is a difference; what one side leaves out of a sentence is
none, nor is a coarser value or another order.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aisi_ingest import periods
from aisi_ingest.editions import diff_editions
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
from aisi_ingest.numbers import Number, numbers

if TYPE_CHECKING:
    from aisi_ingest.registry import Registry

__all__ = ["compare", "diff_editions"]

# A bead under this score may be wrong, and so would be what it shows; one over the second is sure.
_LEAST_SCORE, _SURE = 0.6, 0.9
# With less than this share of the smaller side aligned, the documents are not two versions of one text.
_LEAST_SHARE = 0.2
_SHORT = 40  # characters (Japanese 16): a shorter text that is missing weighs little
_SHOWN = 60  # characters of a text in a message


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


def compare(ja: Document, en: Document, alignment: Alignment) -> Result[tuple[Finding, ...]]:
    """Findings in Japanese reading order: what is missing on either side, then what differs, bead by bead."""
    sides = _side(ja, "ja"), _side(en, "en")
    share = _share(alignment)
    if share < _LEAST_SHARE:
        message = f"Only {share:.0%} of the shorter document has a counterpart: they are not compared."
        return Result((), (Issue("compare", "warning", "too_little_in_common", message),))
    findings: list[Finding] = []
    missing_sections = _missing_sections(alignment, sides)
    findings += missing_sections
    gone = tuple(
        _under(side, (i for f in missing_sections for i in ids(f))) for side, ids in zip(sides, (_ja, _en), strict=True)
    )
    for bead in alignment.beads:
        if bead.unit != "block":
            continue
        if not bead.ja or not bead.en:
            findings += _missing_block(bead, sides, gone)
        elif bead.score >= _LEAST_SCORE:
            findings += _differences(bead, sides)
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


def _missing_block(bead: Bead, sides: tuple[_Side, _Side], gone: Sequence[set[str]]) -> list[Finding]:
    which = 0 if bead.ja else 1
    out = []
    for block in sides[which].texts(bead.ja or bead.en):
        if block.section in gone[which] or _CONTENTS_LINE.search(block.text):
            continue
        length = len(block.text) * (2.5 if block.lang == "ja" else 1)
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


# Differing values ------------------------------------------------------------------------------------------------


class _Value(Struct, frozen=True):
    """A value as it is compared, and as it is written."""

    value: str
    written: str
    label: str = ""
    loose: bool = False  # a number in words, which idioms use too; a name that several bodies have


def _differences(bead: Bead, sides: tuple[_Side, _Side]) -> list[Finding]:
    blocks = [sides[0].texts(bead.ja), sides[1].texts(bead.en)]
    if any(block.kind == "code" for side in blocks for block in side):
        return []
    severity: Severity = "medium" if bead.score >= _SURE else "low"
    out = []
    readers: list[
        tuple[FindingKind, Callable[[Block, tuple[Mention, ...]], list[_Value]], Callable[[_Value, _Value], bool]]
    ] = [
        ("date_differs", _dates, _dates_agree),
        ("number_differs", _numbers, _numbers_agree),
        ("entity_differs", _entities, _entities_agree),
    ]
    for kind, read, agree in readers:
        ja, en = (
            [value for block in found for value in read(block, side.mentions.get(block.id, ()))]
            for found, side in zip(blocks, sides, strict=True)
        )
        for one, other in _unmatched(ja, en, agree):
            weight: Severity = (
                "high"
                if severity == "medium" and kind == "date_differs" and one.value[:4] != other.value[:4]
                else severity
            )
            out.append(_differs(kind, bead, one, other, weight))
    return out


def _unmatched(
    ja: Sequence[_Value], en: Sequence[_Value], agree: Callable[[_Value, _Value], bool]
) -> list[tuple[_Value, _Value]]:
    """Values that nothing on the other side agrees with, paired in order; what one side has more is left out.

    Equal values answer each other one by one, so that the second of two may differ; what then is left may be coarser.
    """
    left, right = _without(ja, en), _without(en, ja)
    lone_ja = [a for a in left if not any(agree(a, b) for b in right)]
    lone_en = [b for b in right if not any(agree(a, b) for a in left)]
    # The nearest first: of several values that changed, each has its own counterpart. A name of a place is not set
    # against one of a person. Words for numbers are often idioms.
    near = sorted(
        (_distance(a, b), i, j)
        for i, a in enumerate(lone_ja)
        for j, b in enumerate(lone_en)
        if a.label == b.label and _telling(a, b, ja, en)
    )
    used: tuple[set[int], set[int]] = set(), set()
    out = []
    for _, i, j in near:
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            out.append((i, lone_ja[i], lone_en[j]))
    return [(one, other) for _, one, other in sorted(out, key=lambda found: found[0])]


def _distance(a: _Value, b: _Value) -> float:
    """How far apart two values are, for choosing what stands for what: in days, or by the factor between numbers."""
    if a.label:
        return 0.0
    spans = periods.span(a.value), periods.span(b.value)
    if spans[0] and spans[1]:
        return float(abs((spans[0][0] - spans[1][0]).days))
    try:
        one, other = float(a.value.rstrip("%")), float(b.value.rstrip("%"))
    except ValueError:
        return 0.0
    return abs(math.log(max(one, 1e-9)) - math.log(max(other, 1e-9))) + (a.value[-1] == "%") * (b.value[-1] != "%")


def _without(values: Sequence[_Value], others: Sequence[_Value]) -> list[_Value]:
    """Values less one for each equal one on the other side."""
    held = Counter((value.label, value.value) for value in others)
    out = []
    for value in values:
        if held[value.label, value.value] > 0:
            held[value.label, value.value] -= 1
        else:
            out.append(value)
    return out


def _telling(one: _Value, other: _Value, ja: Sequence[_Value], en: Sequence[_Value]) -> bool:
    """Whether two values tell of a difference. One that the other side has too, only less often, is said again."""
    again = [any(b.value == one.value for b in en), any(a.value == other.value for a in ja)]
    if one.label:
        # Names are said again where the other language says "it"; what a shared name means was guessed.
        return not any(again) and not one.loose and not other.loose
    loose = [one.loose, other.loose]
    return not all(loose) and not all(again) and not (any(again) and any(loose))


def _dates(block: Block, mentions: Sequence[Mention]) -> list[_Value]:
    out = []
    for m in mentions:
        if m.label == "DATE" and m.value:
            # A year that the text does not say was guessed from around it: not compared.
            says_year = any(sign in m.text for sign in "年元'’") or sum(c.isdigit() for c in m.text) >= 4
            out.append(_Value(m.value if says_year else periods.without_year(m.value), m.text))
    return out


def _dates_agree(a: _Value, b: _Value) -> bool:
    return periods.agree(a.value, b.value)


def _numbers(block: Block, mentions: Sequence[Mention]) -> list[_Value]:
    names = [(m.start, m.end) for m in mentions]
    found: list[Number] = numbers(block.text, block.lang, names)
    return [_Value(_digits(n), block.text[n.start : n.end], loose=n.in_words) for n in found]


def _digits(number: Number) -> str:
    """1000000, 0.5, 30%: all digits, no exponent."""
    value = f"{number.value:.0f}" if number.value == int(number.value) else f"{number.value:.10f}".rstrip("0")
    return value + ("%" if number.kind == "percent" else "")


def _numbers_agree(a: _Value, b: _Value) -> bool:
    return a.value == b.value


def _entities(block: Block, mentions: Sequence[Mention]) -> list[_Value]:
    return [
        _Value(m.value, m.text, m.label, loose=_shared(m.text))
        for m in mentions
        if m.label != "DATE" and m.value and not m.value.startswith("local:")
    ]


def _entities_agree(a: _Value, b: _Value) -> bool:
    """The same, or one is part of the other, as the registry or the id says (``mic`` and ``mic-telecom``)."""
    if a.value.startswith(b.value + "-") or b.value.startswith(a.value + "-"):
        return True
    return a.value in _wholes(b.value) or b.value in _wholes(a.value)


@functools.cache
def _wholes(entity: str) -> frozenset[str]:
    """An entity and all that it is part of, in the registry that ships with the project."""
    parents, out = _part_of(), [entity]
    while (parent := parents.get(out[-1])) and parent not in out:
        out.append(parent)
    return frozenset(out)


@functools.lru_cache(maxsize=20_000)
def _shared(name: str) -> bool:
    """Whether several entities of the registry have this name."""
    known = _registry()
    return known is not None and len(known.find(name)) > 1


@functools.cache
def _part_of() -> dict[str, str]:
    known = _registry()
    return {name: entry.part_of for name, entry in known.entries.items() if entry.part_of} if known else {}


@functools.cache
def _registry() -> Registry | None:
    """The registry that ships with the project; None where it cannot be read, which the tagger tells."""
    from aisi_ingest import registry

    try:
        return registry.load()
    except registry.RegistryError:
        return None


_WHAT = {"date_differs": ("日付", "date"), "number_differs": ("数値", "number"), "entity_differs": ("名称", "name")}


def _differs(kind: FindingKind, bead: Bead, ja: _Value, en: _Value, severity: Severity) -> Finding:
    what_ja, what_en = _WHAT[kind]
    message = {
        "ja": f"{what_ja}が異なります。日本語版は「{ja.written}」、英語版は「{en.written}」です。",
        "en": f"The {what_en} differs: “{ja.written}” in Japanese, “{en.written}” in English.",
    }
    return Finding(kind, bead.ja, bead.en, {"ja": ja.value, "en": en.value}, severity, message)
