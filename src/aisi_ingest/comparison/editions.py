"""What two editions of one work say differently: sections added, removed, moved and changed, word by word."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from aisi_ingest.model import (
    Bead,
    Block,
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
# Difflib's exact search is quadratic: longer texts are compared with its shortcut for frequent words.
_LONG = 3000


def order(edition: str | None, date: str | None) -> tuple[list[int], str]:
    """What editions of a work are sorted by, oldest first: the numbers of what is printed, then the date."""
    return [int(part) for part in re.findall(r"\d+", edition or "")], date or ""


def successions(documents: Iterable[Document]) -> Iterator[tuple[Document, Document]]:
    """Each edition of a work with the one before it, in the same language and form."""
    groups: dict[tuple[str, str], list[Document]] = {}
    for document in documents:
        groups.setdefault((document.work, document.id.rpartition("/")[2]), []).append(document)
    for _, group in sorted(groups.items()):
        group.sort(key=lambda each: (order(each.edition, each.date), each.id))
        yield from itertools.pairwise(group)


def diff_editions(old: Document, new: Document) -> Result[EditionDiff]:
    """Sections of two editions of one work, in one language, that differ; with the words that do.

    An issue tells when the languages differ, or when the two have next to nothing in common.
    """
    from aisi_ingest.alignment import aligner

    issues: list[Issue] = []
    if old.content.lang != new.content.lang:
        message = (
            f"The editions are in two languages, {old.content.lang} and {new.content.lang}: compare like with like."
        )
        return Result(None, (Issue("compare", "error", "two_languages", message),))
    result = aligner.align(old, new)
    alignment = result.value
    beads = alignment.beads if alignment else ()
    issues += [issue for issue in result.issues if issue.code != "same_language"]
    sections = [bead for bead in beads if bead.unit == "section"]
    moved = _moved(sections, old, new)
    held = [{block.id: block.section for block in document.content.blocks} for document in (old, new)]
    changes: dict[tuple[tuple[str, ...], tuple[str, ...]], list[BlockChange]] = {}
    owners = _owners(sections)
    for bead in beads:
        if bead.unit == "block" and (change := _block_change(bead, old, new)):
            place = _place(bead, held, owners)
            changes.setdefault(place, []).append(change)
    titles = _titles(old), _titles(new)
    found = []
    for bead in sections:
        place = (bead.ja, bead.en)
        blocks = tuple(changes.pop(place, ()))
        title_old, title_new = (
            " · ".join(side.get(i, "") for i in ids) for side, ids in zip(titles, place, strict=True)
        )
        if not bead.ja:
            found.append(SectionChange("added", title_new, (), bead.en, None, blocks))
        elif not bead.en:
            found.append(SectionChange("removed", title_old, bead.ja, (), None, blocks))
        elif bead in moved or blocks or title_old != title_new:
            kind: Literal["moved", "changed"] = "moved" if bead in moved else "changed"
            renamed = title_old if title_old != title_new else None
            found.append(SectionChange(kind, title_new, bead.ja, bead.en, renamed, blocks))
    for (left, right), rest in changes.items():
        found.append(SectionChange("changed", "", left, right, None, tuple(rest)))
    return Result(EditionDiff(old.id, new.id, tuple(found)), tuple(issues))


def _titles(document: Document) -> dict[str, str]:
    return {s.id: _title(s) for s in document.content.sections}


def _title(section: Section) -> str:
    return " ".join(part for part in (section.number, section.title) if part)


def _owners(sections: Sequence[Bead]) -> tuple[dict[str, Bead], dict[str, Bead]]:
    return {i: bead for bead in sections for i in bead.ja}, {i: bead for bead in sections for i in bead.en}


def _place(
    bead: Bead, held: Sequence[dict[str, str | None]], owners: tuple[dict[str, Bead], dict[str, Bead]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The section bead that a block bead belongs to: the newer edition's, where it has the block."""
    for which, ids in ((1, bead.en), (0, bead.ja)):
        for i in ids:
            owner = owners[which].get(held[which].get(i) or "")
            if owner:
                return owner.ja, owner.en
    return (), ()


def _moved(sections: Sequence[Bead], old: Document, new: Document) -> list[Bead]:
    """Sections that stand elsewhere among those that both editions have: what is outside the longest common order."""
    from aisi_ingest.alignment.search import longest_chain

    places = [{s.id: at for at, s in enumerate(document.content.sections)} for document in (old, new)]
    both = {
        (places[0][bead.ja[0]], places[1][bead.en[0]]): bead
        for bead in sections
        if bead.ja and bead.en and bead.ja[0] in places[0] and bead.en[0] in places[1]
    }
    kept = set(longest_chain(list(both)))
    return [bead for pair, bead in both.items() if pair not in kept]


def _block_change(bead: Bead, old: Document, new: Document) -> BlockChange | None:
    before, after = _text(old, bead.ja), _text(new, bead.en)
    if not bead.ja:
        return BlockChange("added", (), bead.en, (Edit("added", after),))
    if not bead.en:
        return BlockChange("removed", bead.ja, (), (Edit("removed", before),))
    if "".join(before.split()) == "".join(after.split()):
        return None
    return BlockChange("changed", bead.ja, bead.en, tuple(edits(before, after, old.content.lang)))


def _text(document: Document, ids: Iterable[str]) -> str:
    wanted = set(ids)
    found: list[Block] = [block for block in document.content.blocks if block.id in wanted]
    return "\n".join(block.text for block in found)


def edits(old: str, new: str, lang: Lang) -> list[Edit]:
    """The changed words between two texts, with what stands between them."""
    left, right = _words(old, lang), _words(new, lang)
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=len(left) + len(right) > _LONG)
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
    """Words and what stands between them; joined they are the text again."""
    if lang == "en":
        return _WORD.findall(text)
    out, at = [], 0
    for start, end, _ in tokens(text):
        if start > at:
            out.append(text[at:start])
        out.append(text[start:end])
        at = end
    return [*out, text[at:]] if at < len(text) else out
