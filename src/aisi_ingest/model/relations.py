"""How documents relate: alignments, findings, changes between editions."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from aisi_ingest.model.content import Lang
from aisi_ingest.model.documents import Mention

Unit = Literal["section", "block", "sentence"]
FindingKind = Literal[
    "missing_in_en", "missing_in_ja", "untranslated", "date_differs", "number_differs", "entity_differs"
]
FindingStatus = Literal["open", "accepted", "intended", "reported", "false"]
Severity = Literal["low", "medium", "high"]


class Bead(Struct, frozen=True, omit_defaults=True):
    """Aligned units: the ids of the Japanese and the English units with the same content.

    One side is empty if the other has no counterpart. The id of a sentence is ``<block>:<start>-<end>``, in code
    points of the block's text.
    """

    unit: Unit
    ja: tuple[str, ...]
    en: tuple[str, ...]
    score: float  # 0 to 1; 0 if a side is empty
    evidence: tuple[str, ...] = ()  # short words: "number:2.1", "date:2024-09-25", "entity:j-aisi", "similarity:0.83"


class Gap(Struct, frozen=True):
    """How close the other document comes to a block or sentence without a counterpart.

    A margin is a cosine minus the mean cosine of both texts with their nearest texts: near 0 or below for a text that
    is only about the same subject, 0.1 and more for most translations. It is -1 if there is no text to compare with.
    """

    lang: Lang
    id: str  # of the block, or of the sentence
    anywhere: float  # highest margin with any text of the other document, also furniture, drawings and cells
    nearest: str  # id of the block with that text
    nearby: float  # highest margin with a text near the counterparts of its neighbours
    free: float  # the same, of texts that have no counterpart either
    anchors: float  # share of its numbers, dates and names that such texts have; 0 if it has hardly any
    same_text: bool  # the other document has the same words in the same script
    repeats: bool  # its own document has the same text more than once


class Alignment(Struct, frozen=True):
    """All beads of one pair: sections, then blocks, then sentences, each in Japanese reading order."""

    ja: str  # document id
    en: str
    beads: tuple[Bead, ...] = ()
    with_encoder: bool = True
    gaps: tuple[Gap, ...] = ()  # what the second look at texts without a counterpart has measured


class Counterparts(Struct, frozen=True, omit_defaults=True):
    """What the two languages of a pair know about each other's names.

    Attributes:
        same: Local id of a person to the id that the person has in both languages.
        ja: Further mentions in the Japanese document. Their own ids are empty.
        en: Further mentions in the English document.
    """

    same: dict[str, str] = {}
    ja: tuple[Mention, ...] = ()
    en: tuple[Mention, ...] = ()


class Finding(Struct, frozen=True):
    """One place where the two languages, or two editions, disagree."""

    kind: FindingKind
    ja: tuple[str, ...]  # block or section ids
    en: tuple[str, ...]
    detail: dict[str, str | None]  # {"ja": value, "en": value}
    severity: Severity
    message: dict[str, str]  # a sentence for the user in each language: {"ja": sentence, "en": sentence}
    confidence: float = 0.5  # probability that a careful reader agrees, 0 to 1
    suppressed: bool = False  # not shown by default, because its confidence is too low
    evidence: tuple[str, ...] = ()  # short words: "free:-0.2", "slack:0.3", "bead:0.97"
    status: FindingStatus = "open"  # what a person has said about it


class Edit(Struct, frozen=True):
    """A part of a text that two editions have in common, or that only one of them has."""

    kind: Literal["same", "removed", "added"]
    text: str


class BlockChange(Struct, frozen=True, omit_defaults=True):
    """The change of a block from one edition to the next. One side is empty if it was added or removed."""

    kind: Literal["added", "removed", "changed", "moved"]
    old: tuple[str, ...]  # block ids
    new: tuple[str, ...]
    edits: tuple[Edit, ...] = ()


class SectionChange(Struct, frozen=True, omit_defaults=True):
    """The change of a section. A section that moved may have changed as well. Unchanged sections are not listed."""

    kind: Literal["added", "removed", "moved", "changed"]
    title: str  # with its number; from the newer edition if that has the section
    old: tuple[str, ...]  # section ids; both sides are empty for blocks outside sections
    new: tuple[str, ...]
    old_title: str | None = None  # if it differs
    blocks: tuple[BlockChange, ...] = ()


class EditionDiff(Struct, frozen=True):
    """The differences between two editions of one work in one language, in the order of the newer edition."""

    old: str  # document id
    new: str
    sections: tuple[SectionChange, ...] = ()


class Comparison(Struct, frozen=True):
    """The findings of one pair. Their ids are local to the two documents; an id with ``#`` is already global."""

    ja: str  # document id
    en: str
    findings: tuple[Finding, ...] = ()
