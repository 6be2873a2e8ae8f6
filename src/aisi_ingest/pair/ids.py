"""Ids for documents that were grouped into editions and works."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from aisi_ingest.model import Document
from aisi_ingest.pair import file_names
from aisi_ingest.pair.features import PairingCandidate


class Groups:
    """Disjoint sets of places."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, i: int) -> int:
        while self._parent[i] != i:
            i = self._parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        a, b = sorted((self.root(i), self.root(j)))
        self._parent[b] = a

    def groups(self) -> list[list[int]]:
        out: dict[int, list[int]] = {}
        for i in range(len(self._parent)):
            out.setdefault(self.root(i), []).append(i)
        return list(out.values())


def place(known: Sequence[PairingCandidate], editions: Groups, works: Groups) -> list[Document]:
    """Every document with its work, edition and id; ids never collide, and do not hang on the order of the input."""
    slugs: dict[str, int] = {}
    work_of: dict[int, str] = {}
    for group in sorted(works.groups(), key=lambda g: min(known[i].key for i in g)):
        slug = _work([known[i] for i in group])
        if slug in slugs:
            rows = {k.file.row[1] for k in (known[i] for i in group) if k.file.row}
            slug = f"{slug}-{min(rows)}" if len(rows) == 1 and f"{slug}-{min(rows)}" not in slugs else slug
        if slug in slugs:
            slug = f"{slug}-{min(known[i].key for i in group)[:8]}"
        slugs[slug] = group[0]
        work_of |= dict.fromkeys(group, slug)
    placed: dict[int, Document] = {}
    taken: set[str] = set()
    for group in editions.groups():
        members = [known[i] for i in group]
        edition = _first(members, lambda k: k.edition)
        dated = _first(members, lambda k: k.date)
        part = (edition or dated or "undated").replace("/", "_")
        work = work_of[group[0]]
        if any(f"{work}/{part}/{k.lang}" in taken for k in members):
            part = f"{part}-{dated}" if dated and dated != part else part
        if any(f"{work}/{part}/{k.lang}" in taken for k in members):
            part = f"{part}-{min(k.key for k in members)[:8]}"
        for lang in ("ja", "en"):
            for form in ("pdf", "pptx"):
                alike = [i for i in group if known[i].lang == lang and known[i].document.content.form == form]
                for number, i in enumerate(alike, 1):
                    key = f"{work}/{part}/{lang}" + (f"-{number}" if number > 1 else "")
                    key += ".pptx" if key in taken else ""
                    taken.add(key)
                    placed[i] = replace(known[i].document, id=key, work=work, edition=edition)
    return [placed[i] for i in range(len(known))]


def _first(members: Sequence[PairingCandidate], of: Callable[[PairingCandidate], str | None]) -> str | None:
    """What the Japanese documents say, else the English; PDF before PPTX."""
    ordered = sorted(members, key=lambda k: (k.lang != "ja", k.document.content.form, k.key))
    return next((value for value in map(of, ordered) if value), None)


def _work(members: Sequence[PairingCandidate]) -> str:
    """A readable, stable name: of the file, else of the English title, else of the Japanese one."""
    ordered = sorted(members, key=lambda k: (k.lang != "ja", k.document.content.form, k.edition or "", k.key))
    for member in ordered:
        if member.file.words and (slug := file_names.slug(member.file.words)):
            return slug
    for member in sorted(ordered, key=lambda k: k.lang != "en"):
        if slug := file_names.slug(member.title.words):
            return slug
    return f"document-{min(k.key for k in members)[:8]}"
