"""Find what differs between two editions of one work: sections added, removed, moved and changed, word by word."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec.structs import replace

from aisi_ingest.model import (
    Bead,
    BlockChange,
    Document,
    Edit,
    EditionDiff,
    Issue,
    Lang,
    Result,
    Section,
    SectionChange,
)
from aisi_ingest.text.tokens import tokens

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
# Words of both texts. Difflib's exact search is quadratic: in longer texts it ignores frequent words.
_LONG_TEXT = 3000

Ids = tuple[str, ...]
_SectionOf = Sequence[dict[str, str | None]]  # of each edition: block to section


def edition_sort_key(edition: str | None, date: str | None) -> tuple[list[int], str]:
    """Return a key that sorts editions of a work, the oldest first: the numbers of the edition, then the date."""
    return [int(part) for part in re.findall(r"\d+", edition or "")], date or ""


def successions(documents: Iterable[Document]) -> Iterator[tuple[Document, Document]]:
    """Yield each edition of a work after the edition before it, in the same language and form."""
    groups: dict[tuple[str, str], list[Document]] = {}
    for document in documents:
        groups.setdefault((document.work, document.id.rpartition("/")[2]), []).append(document)
    for _, group in sorted(groups.items()):
        group.sort(key=lambda document: (edition_sort_key(document.edition, document.date), document.id))
        yield from itertools.pairwise(group)


def diff_editions(old: Document, new: Document) -> Result[EditionDiff]:
    """Compare two editions of one work in one language.

    Args:
        old: The older edition.
        new: The newer edition.

    Returns:
        The sections that differ, with the changed words, in the order of the newer edition. The value is None if the
        editions are in two languages. Issues report this, and editions that have almost nothing in common.
    """
    from aisi_ingest.alignment import aligner

    if old.content.lang != new.content.lang:
        message = (
            f"The editions are in two languages, {old.content.lang} and {new.content.lang}. "
            "Only editions in one language are compared."
        )
        return Result(None, (Issue("compare", "error", "two_languages", message),))
    result = aligner.align(old, new)
    beads = result.value.beads if result.value else ()
    issues = tuple(issue for issue in result.issues if issue.code != "same_language")
    sections = [bead for bead in beads if bead.unit == "section"]
    changes = _changes_by_section(beads, sections, old, new)
    found = _section_changes(sections, changes, old, new)
    for (left, right), outside_sections in changes.items():
        found.append(SectionChange("changed", "", left, right, None, tuple(outside_sections)))
    return Result(EditionDiff(old.id, new.id, tuple(found)), issues)


def _section_changes(
    sections: Sequence[Bead], changes: dict[tuple[Ids, Ids], list[BlockChange]], old: Document, new: Document
) -> list[SectionChange]:
    """Return the changed sections, and remove their changes of blocks from ``changes``."""
    moved = _moved_sections(sections, old, new)
    titles_old, titles_new = _titles(old), _titles(new)
    out = []
    for bead in sections:
        blocks = tuple(changes.pop((bead.ja, bead.en), ()))
        title_old = " · ".join(titles_old.get(i, "") for i in bead.ja)
        title_new = " · ".join(titles_new.get(i, "") for i in bead.en)
        if not bead.ja:
            out.append(SectionChange("added", title_new, (), bead.en, None, blocks))
        elif not bead.en:
            out.append(SectionChange("removed", title_old, bead.ja, (), None, blocks))
        elif bead in moved or blocks or title_old != title_new:
            kind: Literal["moved", "changed"] = "moved" if bead in moved else "changed"
            previous_title = title_old if title_old != title_new else None
            out.append(SectionChange(kind, title_new, bead.ja, bead.en, previous_title, blocks))
    return out


def _titles(document: Document) -> dict[str, str]:
    return {section.id: _title(section) for section in document.content.sections}


def _title(section: Section) -> str:
    return " ".join(part for part in (section.number, section.title) if part)


def _changes_by_section(
    beads: Sequence[Bead], sections: Sequence[Bead], old: Document, new: Document
) -> dict[tuple[Ids, Ids], list[BlockChange]]:
    """Return the changes of blocks by the two sides of their section's bead."""
    section_of = [{block.id: block.section for block in document.content.blocks} for document in (old, new)]
    bead_of = {i: bead for bead in sections for i in bead.ja}, {i: bead for bead in sections for i in bead.en}
    changes: dict[tuple[Ids, Ids], list[BlockChange]] = {}
    moves = _moves([bead for bead in beads if bead.unit == "block"], old, new)
    gone = set(moves.values())
    for bead in beads:
        if bead.unit != "block" or bead in gone:
            continue
        bead = replace(bead, ja=moves[bead].ja) if bead in moves else bead
        change = _block_change(bead, old, new) or _moved_block(bead, section_of, bead_of, new)
        if change:
            changes.setdefault(_section_sides(bead, section_of, bead_of), []).append(change)
    return changes


def _moves(beads: Sequence[Bead], old: Document, new: Document) -> dict[Bead, Bead]:
    """Return the added blocks that have moved, each with the removed block: no other has their text."""
    removed: dict[str, list[Bead]] = {}
    added: dict[str, list[Bead]] = {}
    for bead in beads:
        if not bead.en:
            removed.setdefault(_compact(_text(old, bead.ja)), []).append(bead)
        elif not bead.ja:
            added.setdefault(_compact(_text(new, bead.en)), []).append(bead)
    return {
        added[text][0]: found[0]
        for text, found in removed.items()
        if text and len(found) == len(added.get(text, ())) == 1
    }


def _moved_block(
    bead: Bead, section_of: _SectionOf, bead_of: tuple[dict[str, Bead], dict[str, Bead]], new: Document
) -> BlockChange | None:
    """Return the move of an unchanged block to a section that is not the counterpart of its old section, or None."""
    sections = [
        {bead_of[which].get(section_of[which].get(each) or "") for each in ids}
        for which, ids in enumerate((bead.ja, bead.en))
    ]
    if sections[0] & sections[1]:
        return None
    return BlockChange("moved", bead.ja, bead.en, (Edit("same", _text(new, bead.en)),))


def _compact(text: str) -> str:
    return "".join(text.split())


def _section_sides(
    bead: Bead, section_of: _SectionOf, bead_of: tuple[dict[str, Bead], dict[str, Bead]]
) -> tuple[Ids, Ids]:
    """Return both sides of the section bead that a block bead belongs to.

    It is the section of the newer edition if that has the block. Both sides are empty outside all sections.
    """
    for which, ids in ((1, bead.en), (0, bead.ja)):
        for i in ids:
            section = bead_of[which].get(section_of[which].get(i) or "")
            if section:
                return section.ja, section.en
    return (), ()


def _moved_sections(sections: Sequence[Bead], old: Document, new: Document) -> list[Bead]:
    """Return the sections of both editions that are outside the longest common order."""
    from aisi_ingest.alignment.search import longest_chain

    positions = [{s.id: at for at, s in enumerate(document.content.sections)} for document in (old, new)]
    in_both = {
        (positions[0][bead.ja[0]], positions[1][bead.en[0]]): bead
        for bead in sections
        if bead.ja and bead.en and bead.ja[0] in positions[0] and bead.en[0] in positions[1]
    }
    in_order = set(longest_chain(list(in_both)))
    return [bead for pair, bead in in_both.items() if pair not in in_order]


def _block_change(bead: Bead, old: Document, new: Document) -> BlockChange | None:
    before, after = _text(old, bead.ja), _text(new, bead.en)
    if not bead.ja:
        return BlockChange("added", (), bead.en, (Edit("added", after),))
    if not bead.en:
        return BlockChange("removed", bead.ja, (), (Edit("removed", before),))
    if _compact(before) == _compact(after):
        return None
    return BlockChange("changed", bead.ja, bead.en, tuple(diff_words(before, after, old.content.lang)))


def _text(document: Document, ids: Iterable[str]) -> str:
    wanted = set(ids)
    return "\n".join(block.text for block in document.content.blocks if block.id in wanted)


def diff_words(old: str, new: str, lang: Lang) -> list[Edit]:
    """Return the differences between two texts by words, including the text that both have."""
    left, right = _words(old, lang), _words(new, lang)
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=len(left) + len(right) > _LONG_TEXT)
    out: list[Edit] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            out.append(Edit("same", "".join(left[a:b])))
            continue
        if a < b:
            out.append(Edit("removed", "".join(left[a:b])))
        if c < d:
            out.append(Edit("added", "".join(right[c:d])))
    return out


def _words(text: str, lang: Lang) -> list[str]:
    """Split a text into words and what is between them. Joined, they are the text."""
    if lang == "en":
        return _WORD.findall(text)
    out, at = [], 0
    for start, end, _ in tokens(text):
        if start > at:
            out.append(text[at:start])
        out.append(text[start:end])
        at = end
    return [*out, text[at:]] if at < len(text) else out
