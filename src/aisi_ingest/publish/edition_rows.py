"""Make the table ``edition_changes``: what changed from each edition of a work to the next one."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.model import BlockChange, EditionDiff, SectionChange
from aisi_ingest.publish.pair_rows import pair_id
from aisi_ingest.publish.places import printed_title, section_paths
from aisi_ingest.publish.rows import DocumentRows
from aisi_ingest.publish.schema import AlignmentRow, EditionChangeRow, MentionRow
from aisi_ingest.publish.schema_fields import ChangedValueField
from aisi_ingest.text.numbers import numbers

_KINDS = {"DATE": "date"}  # of the values of mentions; all others are names

_Value = tuple[str, str]  # what is compared, and what is shown


class _Edition:
    """The texts and mentions of one document."""

    def __init__(self, rows: DocumentRows) -> None:
        self.rows = rows
        self.texts = {each.id: each.text for each in rows.blocks}
        self.kinds = {each.id: each.kind for each in rows.blocks}
        self.order = {each.id: number for number, each in enumerate(rows.blocks)}

    @cached_property
    def paths(self) -> dict[str, tuple[str, ...]]:
        return {key: tuple(map(printed_title, path)) for key, path in section_paths(self.rows).items()}

    @cached_property
    def mentions(self) -> dict[str, list[MentionRow]]:
        found: dict[str, list[MentionRow]] = {}
        for mention in self.rows.mentions:
            found.setdefault(mention.block, []).append(mention)
        return found

    def ids(self, local: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of the release for ids of this document."""
        return tuple(f"{self.rows.document.id}#{each}" for each in local)

    def values(self, kind: str, ids: Sequence[str]) -> list[_Value]:
        """Return the dates, numbers or names in some blocks, in reading order."""
        blocks = sorted((each for each in ids if each in self.order), key=self.order.__getitem__)
        if kind == "number":
            lang = self.rows.document.lang
            return [
                (f"{number.kind} {number.value:g}", self.texts[block][number.start : number.end])
                for block in blocks
                for number in numbers(self.texts[block], lang)
                if not number.in_words
            ]
        mentions = (each for block in blocks for each in self.mentions.get(block, ()))
        return [
            (each.value or each.text, each.value or each.text if kind == "date" else each.text)
            for each in mentions
            if _KINDS.get(each.label, "name") == kind
        ]


def compared(diffs: Iterable[EditionDiff], documents: Sequence[DocumentRows]) -> tuple[EditionDiff, ...]:
    """Return the comparisons of primary forms, in the order of the documents.

    Args:
        diffs: What changed between editions of the work.
        documents: The documents of one work.
    """
    order = {each.document.id: number for number, each in enumerate(documents) if each.document.primary}
    kept = (each for each in diffs if each.old in order and each.new in order)
    return tuple(sorted(kept, key=lambda each: (order[each.new], order[each.old])))


def edition_change_rows(
    diffs: Sequence[EditionDiff], documents: Sequence[DocumentRows], alignments: Sequence[AlignmentRow] = ()
) -> tuple[EditionChangeRow, ...]:
    """Return the changes of a work, by pair of editions and in the order of the newer one.

    Args:
        diffs: What changed between editions of the work.
        documents: The documents of one work; all that ``diffs`` name must be among them.
        alignments: Its alignments, for the counterparts.
    """
    editions = {each.document.id: _Edition(each) for each in documents}
    rows = [row for diff in diffs for row in _rows(diff, editions[diff.old], editions[diff.new])]
    counterparts = _counterparts(rows, alignments)
    return tuple(replace(row, counterpart=counterparts.get(row.id)) for row in rows)


def _rows(diff: EditionDiff, old: _Edition, new: _Edition) -> Iterator[EditionChangeRow]:
    number = 0
    for section in diff.sections:
        renamed = _section_change(section)
        # The row of the section says what happened to its heading.
        changes: list[_Renamed | BlockChange] = [renamed] if renamed else []
        changes += (each for each in section.blocks if renamed is None or not _is_heading(each, old, new))
        for change in changes:
            number += 1
            yield _row(number, section, change, old, new)


def _is_heading(change: BlockChange, old: _Edition, new: _Edition) -> bool:
    kinds = [old.kinds.get(each) for each in old.ids(change.old)] + [
        new.kinds.get(each) for each in new.ids(change.new)
    ]
    return all(kind == "heading" for kind in kinds)


class _Renamed(Struct, frozen=True):
    """A section that was added, removed or moved, or has another title."""

    kind: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    before: str | None
    after: str | None


def _section_change(change: SectionChange) -> _Renamed | None:
    if change.kind == "changed" and change.old_title is None:
        return None
    before = (change.old_title or change.title) if change.old else None
    return _Renamed(change.kind, change.old, change.new, before, change.title if change.new else None)


def _row(
    number: int, section: SectionChange, change: _Renamed | BlockChange, old: _Edition, new: _Edition
) -> EditionChangeRow:
    before_ids, after_ids = old.ids(change.old), new.ids(change.new)
    of_section, edition = (new.ids(section.new), new) if section.new else (old.ids(section.old), old)
    if isinstance(change, _Renamed):
        before, after = change.before, change.after
        words = _title_words(before, after)
    else:
        words = tuple((each.kind, each.text) for each in change.edits)
        before = _without("added", words) if change.old else None
        after = _without("removed", words) if change.new else None
    old_head, new_head = old.rows.document, new.rows.document
    return EditionChangeRow(
        id=f"{pair_id(old_head.id, new_head.id)}#c{number}",
        work=new_head.work,
        lang=new_head.lang,
        from_=old_head.edition,
        to=new_head.edition,
        from_document=old_head.id,
        to_document=new_head.id,
        number=number,
        kind=change.kind,
        unit="section" if isinstance(change, _Renamed) else "block",
        section=of_section[0] if of_section else None,
        section_path=edition.paths.get(of_section[0], ()) if of_section else (),
        before=before,
        after=after,
        before_ids=before_ids,
        after_ids=after_ids,
        words=words,
        values=tuple(_changed_values(old, before_ids, new, after_ids)) if before_ids and after_ids else (),
        counterpart=None,
    )


def _title_words(before: str | None, after: str | None) -> tuple[tuple[str, str], ...]:
    if before == after:
        return (("same", after or ""),)
    return tuple((kind, text) for kind, text in (("removed", before), ("added", after)) if text is not None)


def _without(kind: str, words: Iterable[tuple[str, str]]) -> str:
    return "".join(text for each, text in words if each != kind)


def _changed_values(
    old: _Edition, before: Sequence[str], new: _Edition, after: Sequence[str]
) -> Iterator[ChangedValueField]:
    """Yield the values that only one of two texts has, those at the same place together."""
    for kind in ("date", "number", "name"):
        left, right = old.values(kind, before), new.values(kind, after)
        in_left, in_right = {key for key, _ in left}, {key for key, _ in right}
        matcher = difflib.SequenceMatcher(None, [key for key, _ in left], [key for key, _ in right], autojunk=False)
        for _, a, b, c, d in matcher.get_opcodes():
            gone = dict.fromkeys(shown for key, shown in left[a:b] if key not in in_right)
            come = dict.fromkeys(shown for key, shown in right[c:d] if key not in in_left)
            if len(gone) == len(come):
                yield from (ChangedValueField(kind, one, other) for one, other in zip(gone, come, strict=True))
            else:
                yield from (ChangedValueField(kind, each, None) for each in gone)
                yield from (ChangedValueField(kind, None, each) for each in come)


def _counterparts(rows: Sequence[EditionChangeRow], alignments: Iterable[AlignmentRow]) -> Mapping[str, str]:
    """Return the change in the other language for each change that has one: the one with the most aligned units."""
    wanted: dict[str, list[EditionChangeRow]] = {}
    for row in rows:
        for unit in (*row.before_ids, *row.after_ids):
            wanted.setdefault(unit, []).append(row)
    shared: dict[str, Counter[str]] = {}
    for bead in alignments:
        if bead.unit != "sentence":
            # Each pair of changes once for each bead, however many units of it they have.
            left = dict.fromkeys(row.id for unit in bead.ja for row in wanted.get(unit, ()))
            right = dict.fromkeys(row.id for unit in bead.en for row in wanted.get(unit, ()))
            for one in left:
                for other in right:
                    shared.setdefault(one, Counter())[other] += 1
                    shared.setdefault(other, Counter())[one] += 1
    order = {row.id: number for number, row in enumerate(rows)}
    return {key: min(found, key=lambda each: (-found[each], order[each])) for key, found in shared.items()}
