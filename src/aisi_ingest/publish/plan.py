"""Which documents, alignments and comparisons go into a release, in which order, and which are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from aisi_ingest.facts import work_facts
from aisi_ingest.model import Document, EditionDiff, Issue
from aisi_ingest.publish.derived import with_derived_rows
from aisi_ingest.publish.pair_rows import alignment_rows, finding_rows
from aisi_ingest.publish.publication import Publication
from aisi_ingest.publish.rows import WorkRows, document_rows, primary_form, refusal
from aisi_ingest.storage.documents import DocumentStore

_MAX_CACHED_BLOCKS = 20_000  # some 40 MB of rows


class ReleasePlan:
    """The works of a publication, one at a time and always in the same order.

    Args:
        publication: The input. Its documents may come in any order.
        stage_format: The version of the published format, for ``made_with``.

    Attributes:
        refused: Ids of the documents that are left out, or their file names where they have no id.
        issues: Why they are left out.
        origins: Number of published documents by source.
    """

    def __init__(self, publication: Publication, stage_format: str) -> None:
        self._made_with = dict(publication.made_with) | {"publish": stage_format}
        self.refused: list[str] = []
        self.issues: list[Issue] = []
        self.origins: dict[str, int] = {}
        self._keys: list[tuple[tuple[str, ...], str]] = []  # the parts of an id, by which it is sorted, and the id
        self._documents = self._by_id(publication)
        heads = self._documents.heads if isinstance(self._documents, DocumentStore) else self._documents
        for document_id, document in heads.items():
            issue = refusal(document)
            if issue is None:
                self._keys.append((tuple(document_id.split("/")), document_id))
                self.origins[document.listing.origin] = self.origins.get(document.listing.origin, 0) + 1
            else:
                self.refused.append(document_id or document.listing.source.file)
                self.issues.append(issue)
        self._keys.sort()
        self.refused.sort()
        self._alignments = self._without_refused(publication.alignments)
        self._comparisons = self._without_refused(publication.comparisons)
        self._editions: dict[str, list[EditionDiff]] = {}
        for diff in publication.editions:
            self._editions.setdefault(diff.new.partition("/")[0], []).append(diff)
        self._cache: list[tuple[WorkRows, tuple[Issue, ...]]] | None = None

    def _by_id(self, publication: Publication) -> Mapping[str, Document]:
        """Return the documents by id. Of two with the same id, the second is left out with an issue."""
        if isinstance(publication.documents, Mapping):
            return publication.documents
        documents: dict[str, Document] = {}
        # Sorted, so that the same one of the two is kept in whatever order they come.
        for document in sorted(publication.documents, key=lambda each: (each.id, each.listing.source.sha256)):
            if document.id in documents:
                file = document.listing.source.file
                message = f"{document.id}: two documents have this id; {file} is left out"
                self.refused.append(document.id)
                self.issues.append(Issue(stage="publish", level="warning", code="id_twice", message=message))
            else:
                documents[document.id] = document
        return documents

    def _without_refused(self, pairs: Any) -> list[Any]:
        """Return the alignments or comparisons whose two documents are published, sorted."""
        left_out = set(self.refused) - {document_id for _, document_id in self._keys}
        kept = [each for each in pairs if not {each.ja, each.en} & left_out]
        return sorted(kept, key=lambda each: (each.ja, each.en))

    def works(self) -> Iterator[tuple[WorkRows, tuple[Issue, ...]]]:
        """Yield the rows of each work, with the issues that arose when they were made.

        The rows of a small publication are kept in memory for the second time they are read.
        """
        if self._cache is not None:
            yield from self._cache
            return
        cache: list[tuple[WorkRows, tuple[Issue, ...]]] = []
        blocks = 0
        for work, issues in self._read_works():
            blocks += sum(len(rows.blocks) for rows in work.documents)
            if blocks <= _MAX_CACHED_BLOCKS:
                cache.append((work, issues))
            else:
                cache.clear()
            yield work, issues
        if blocks <= _MAX_CACHED_BLOCKS:
            self._cache = cache

    def _read_works(self) -> Iterator[tuple[WorkRows, tuple[Issue, ...]]]:
        alignments = _by_work(self._alignments)
        comparisons = _by_work(self._comparisons)
        for work, keys in groupby(self._keys, key=lambda each: each[0][0]):
            ids = [document_id for _, document_id in keys]
            read = [self._documents[each] for each in ids]
            documents = [document_rows(each, self._made_with, primary_form(each.id, ids)) for each in read]
            aligned = alignments.pop(work, [])
            editions = {rows.document.id: rows.document.edition for rows, _ in documents}
            rows = WorkRows(
                work=work,
                documents=tuple(rows for rows, _ in documents),
                alignments=tuple(row for each in aligned for row in alignment_rows(each, editions)),
                findings=tuple(row for each in comparisons.pop(work, []) for row in finding_rows(each, editions)),
                facts=work_facts(read, aligned),
            )
            yield (
                with_derived_rows(rows, self._editions.get(work, ())),
                tuple(issue for _, issues in documents for issue in issues),
            )

    def unmatched_pairs(self) -> Iterator[str]:
        """Yield one sentence for each alignment or comparison of a work that has no document here."""
        works = {key[0] for key, _ in self._keys}
        for each in (*self._alignments, *self._comparisons):
            if each.ja.partition("/")[0] not in works:
                yield f"{each.ja} is aligned or compared with {each.en}, but no document has this id"

    def missing_documents(self, expectations: Mapping[str, int]) -> Iterator[str]:
        """Yield one sentence for each source with fewer documents than it must have.

        Args:
            expectations: Source to the least number of documents, from sources.toml.
        """
        for source, least in sorted(expectations.items()):
            found = self.origins.get(source, 0)
            if found < least:
                yield f"the source {source} has {found} documents, and sources.toml expects at least {least}"


def _by_work(pairs: list[Any]) -> dict[str, list[Any]]:
    return {work: list(group) for work, group in groupby(pairs, key=lambda each: each.ja.partition("/")[0])}
