"""Assign ids to documents that were grouped into editions and works."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from aisi_ingest.model import Document
from aisi_ingest.pair.edition_names import first_edition
from aisi_ingest.pair.features import PairingCandidate
from aisi_ingest.pair.slugs import slug

_HASH_DIGITS = 8  # digits of the sha256 that make an id unique


class DisjointSets:
    """Sets of indices without common members (union-find)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def find(self, i: int) -> int:
        """Return the representative of the set that contains ``i``."""
        while self._parent[i] != i:
            i = self._parent[i]
        return i

    def union(self, i: int, j: int) -> None:
        """Join the sets that contain ``i`` and ``j``."""
        a, b = sorted((self.find(i), self.find(j)))
        self._parent[b] = a

    def groups(self) -> list[list[int]]:
        """Return all sets, each in ascending order."""
        out: dict[int, list[int]] = {}
        for i in range(len(self._parent)):
            out.setdefault(self.find(i), []).append(i)
        return list(out.values())


def assign_ids(candidates: Sequence[PairingCandidate], editions: DisjointSets, works: DisjointSets) -> list[Document]:
    """Return each document with its work, edition and id.

    Ids are unique and do not depend on the order of the input.

    Args:
        candidates: All documents, sorted by key.
        editions: The documents of each edition.
        works: The documents of each work.
    """
    work_of = _assign_works(candidates, works)
    documents: dict[int, Document] = {}
    taken: set[str] = set()
    for group in editions.groups():
        members = [candidates[i] for i in group]
        edition = first_edition(candidate.edition for candidate in _ordered(members))
        origin_of = {None: None} | {each.edition: each.edition_from for each in reversed(_ordered(members))}
        work = work_of[group[0]]
        part = _edition_part(members, edition, work, taken)
        for lang in ("ja", "en"):
            for form in ("pdf", "pptx"):
                same_form = [
                    i for i in group if candidates[i].lang == lang and candidates[i].document.content.form == form
                ]
                for number, i in enumerate(same_form, 1):
                    document_id = f"{work}/{part}/{lang}" + (f"-{number}" if number > 1 else "")
                    document_id += ".pptx" if document_id in taken else ""
                    taken.add(document_id)
                    origin = candidates[i].edition_from if candidates[i].edition == edition else origin_of[edition]
                    documents[i] = replace(
                        candidates[i].document, id=document_id, work=work, edition=edition, edition_from=origin
                    )
    return [documents[i] for i in range(len(candidates))]


def _assign_works(candidates: Sequence[PairingCandidate], works: DisjointSets) -> dict[int, str]:
    """Return a unique slug of the work for each document."""
    taken: set[str] = set()
    work_of: dict[int, str] = {}
    for group in sorted(works.groups(), key=lambda members: min(candidates[i].key for i in members)):
        members = [candidates[i] for i in group]
        name = _work_name(members)
        if name in taken:
            numbers = {member.file.series[1] for member in members if member.file.series}
            if len(numbers) == 1 and f"{name}-{min(numbers)}" not in taken:
                name = f"{name}-{min(numbers)}"
        if name in taken:
            name = f"{name}-{_short_hash(members)}"
        taken.add(name)
        work_of |= dict.fromkeys(group, name)
    return work_of


def _edition_part(members: Sequence[PairingCandidate], edition: str | None, work: str, taken: set[str]) -> str:
    """Return the middle part of the ids of one edition: edition or date, made unique within the work."""
    published = _first_value(members, lambda candidate: candidate.document.date)
    date = published or _first_value(members, lambda candidate: candidate.date)
    part = (edition or date or "undated").replace("/", "_")
    if any(f"{work}/{part}/{member.lang}" in taken for member in members):
        part = f"{part}-{date}" if date and date != part else part
    if any(f"{work}/{part}/{member.lang}" in taken for member in members):
        part = f"{part}-{_short_hash(members)}"
    return part


def _short_hash(members: Sequence[PairingCandidate]) -> str:
    return min(member.key for member in members)[:_HASH_DIGITS]


def _first_value(members: Sequence[PairingCandidate], value_of: Callable[[PairingCandidate], str | None]) -> str | None:
    """Return the first value of the documents in this order: Japanese before English, PDF before PPTX."""
    return next((value for value in map(value_of, _ordered(members)) if value), None)


def _ordered(members: Sequence[PairingCandidate]) -> list[PairingCandidate]:
    return sorted(members, key=lambda k: (k.lang != "ja", k.document.content.form, k.key))


def _work_name(members: Sequence[PairingCandidate]) -> str:
    """Return a readable, stable slug: from a file name, else from an English title, else from a Japanese title."""
    ordered = sorted(members, key=lambda k: (k.lang != "ja", k.document.content.form, k.edition or "", k.key))
    # Editions that differ by a year have a name without it.
    file_years = {member.file.year for member in members if member.file.words}
    for member in ordered:
        if member.file.words and (name := slug(member.file.stem if len(file_years) > 1 else member.file.words)):
            return name
    title_years = {member.title.year for member in members if member.title.words}
    for member in sorted(ordered, key=lambda k: k.lang != "en"):
        if name := slug(member.title.stem if len(title_years) > 1 else member.title.words):
            return name
    return f"document-{_short_hash(members)}"
