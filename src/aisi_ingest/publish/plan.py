"""What goes into a release, in which order, and what has to stay out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from aisi_ingest.model import Document, Issue, Publication
from aisi_ingest.publish.rows import WorkRows, alignment_rows, document_rows, finding_rows, refusal
from aisi_ingest.storage.documents import DocumentStore

_HELD = 20_000  # blocks, some 40 MB of rows


class Plan:
    """The works of a publication in their order, one at a time, whatever order they were handed in."""

    def __init__(self, publication: Publication, stage_format: str) -> None:
        self._made_with = dict(publication.made_with) | {"publish": stage_format}
        self.refused: list[str] = []
        self.issues: list[Issue] = []
        self._keys: list[tuple[tuple[str, ...], str]] = []
        self.origins: dict[str, int] = {}
        if isinstance(publication.documents, Mapping):
            self._documents: Mapping[str, Document] = publication.documents
        else:
            self._documents = {}
            # Sorted, so that of two with one id the same is kept whatever order they came in.
            for document in sorted(publication.documents, key=lambda each: (each.id, each.listing.source.sha256)):
                if document.id in self._documents:
                    self._refuse(
                        document,
                        f"{document.id}: two documents have this id; {document.listing.source.file} is left out",
                    )
                else:
                    self._documents[document.id] = document
        heads = self._documents.heads if isinstance(self._documents, DocumentStore) else self._documents
        for whole, document in heads.items():
            issue = refusal(document)
            if issue is None:
                self._keys.append((tuple(whole.split("/")), whole))
                self.origins[document.listing.origin] = self.origins.get(document.listing.origin, 0) + 1
            else:
                self.refused.append(whole or document.listing.source.file)
                self.issues.append(issue)
        self._keys.sort()
        self.refused.sort()
        self._kept = {whole for _, whole in self._keys}
        self._alignments = sorted(self._of_kept(publication.alignments), key=lambda each: (each.ja, each.en))
        self._held: list[tuple[WorkRows, tuple[Issue, ...]]] | None = None
        self._comparisons = sorted(self._of_kept(publication.comparisons), key=lambda each: (each.ja, each.en))

    def _refuse(self, document: Document, message: str) -> None:
        self.refused.append(document.id)
        self.issues.append(Issue(stage="publish", level="warning", code="id_twice", message=message))

    def _of_kept(self, pairs: Any) -> list[Any]:
        gone = set(self.refused) - self._kept
        return [each for each in pairs if not {each.ja, each.en} & gone]

    def works(self) -> Iterator[tuple[WorkRows, tuple[Issue, ...]]]:
        """The rows of each work with what was said when they were made.

        Those of a small publication are held when they have been read once.
        """
        if self._held is not None:
            yield from self._held
            return
        held: list[tuple[WorkRows, tuple[Issue, ...]]] = []
        blocks = 0
        for work, said in self._read():
            blocks += sum(len(rows.blocks) for rows in work.documents)
            if blocks <= _HELD:
                held.append((work, said))
            else:
                held.clear()
            yield work, said
        if blocks <= _HELD:
            self._held = held

    def _read(self) -> Iterator[tuple[WorkRows, tuple[Issue, ...]]]:
        alignments = _by_work(self._alignments)
        comparisons = _by_work(self._comparisons)
        for work, keys in groupby(self._keys, key=lambda each: each[0][0]):
            made = [document_rows(self._documents[whole], self._made_with) for _, whole in keys]
            editions = {rows.document.id: rows.document.edition for rows, _ in made}
            yield (
                WorkRows(
                    work=work,
                    documents=tuple(rows for rows, _ in made),
                    alignments=tuple(
                        row for each in alignments.pop(work, []) for row in alignment_rows(each, editions)
                    ),
                    findings=tuple(row for each in comparisons.pop(work, []) for row in finding_rows(each, editions)),
                ),
                tuple(issue for _, said in made for issue in said),
            )

    def strays(self) -> Iterator[str]:
        """One sentence for each alignment or comparison of a work that has no document here."""
        works = {key[0] for key, _ in self._keys}
        for each in (*self._alignments, *self._comparisons):
            if each.ja.partition("/")[0] not in works:
                yield f"{each.ja} is aligned or compared with {each.en}, but no document has this id"


def _by_work(pairs: list[Any]) -> dict[str, list[Any]]:
    return {work: list(group) for work, group in groupby(pairs, key=lambda each: each.ja.partition("/")[0])}


def missing(expectations: Mapping[str, int], plan: Plan) -> Iterator[str]:
    for source, least in sorted(expectations.items()):
        if plan.origins.get(source, 0) < least:
            found = plan.origins.get(source, 0)
            yield f"the source {source} has {found} documents, and sources.toml expects at least {least}"
