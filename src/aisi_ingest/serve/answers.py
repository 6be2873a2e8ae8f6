"""The questions that a release answers. Each method is an operation of the JSON API and a tool of the MCP server.

Their docstrings are read by people in the description of the API, and by assistants that choose a tool.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field

from aisi_ingest.dataset import load
from aisi_ingest.model import FindingKind, Lang, Severity
from aisi_ingest.publish.schema import BlockRow, DocumentRow, FindingRow
from aisi_ingest.retrieval.citation import Citation, citation, publisher_name
from aisi_ingest.retrieval.lookup import Lookup
from aisi_ingest.retrieval.passages import Passage, passage
from aisi_ingest.retrieval.search import Hit, search
from aisi_ingest.serve.timeline import DatedStatement, dated_statements
from aisi_ingest.text.search_terms import match_expression

_LONGEST_TEXT = 2_000  # code points of each text in a list of results; ``fetch`` returns the whole
_LONGEST_FETCH = 20_000  # code points of all texts that one ``fetch`` returns
_MOST_PARTS = 50  # blocks that one ``fetch`` returns
_MOST_RESULTS = 50
_DEFAULT_RESULTS = 20
_LONGEST_QUERY = 500  # code points
_LONGEST_ID = 300  # code points
_LAST_START = 10_000_000
_NO_TERM = '""'  # matches nothing
_AFTER_DIGITS = "~"  # sorts after every character of an EDTF date that goes on

P = TypeVar("P", bound=Passage)
Query = Annotated[str, Field(min_length=1, max_length=_LONGEST_QUERY, description="Words or a question, ja or en")]
Id = Annotated[str, Field(min_length=1, max_length=_LONGEST_ID, description="An id from another result")]
Language = Annotated[Lang | None, Field(description="Only texts in this language; default: both")]
Limit = Annotated[int, Field(ge=1, le=_MOST_RESULTS, description="Largest number of results")]
Start = Annotated[int, Field(ge=0, le=_LAST_START, description="``next_start`` of the previous answer")]
Words = Annotated[str, Field(max_length=_LONGEST_QUERY, description="Only texts with all these words; empty: all")]
WorkId = Annotated[str, Field(max_length=_LONGEST_ID, description="Id of a work, from list_works; empty: all")]
Date = Annotated[
    str, Field(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$", description="2024, 2024-09 or 2024-09-25; or empty")
]

_BLOCKS_OF = {
    "document": "document = ?1",
    "section": "section IN (WITH RECURSIVE inside(id) AS (SELECT ?1 UNION SELECT s.id FROM sections s "
    "JOIN inside ON s.parent = inside.id) SELECT id FROM inside)",
}
_READ_ON = "AND NOT hidden AND kind NOT IN ('furniture', 'contents') ORDER BY document, \"order\" LIMIT -1 OFFSET ?2"


class NotFound(Exception):
    """The release has no such id."""


@dataclass(frozen=True)
class SearchResult:
    """What was found, the best first. A text that ends with … is longer: ``fetch`` returns all of it."""

    release: str
    results: tuple[Hit, ...]


@dataclass(frozen=True)
class FetchResult:
    """One text. For a document or section, ``parts`` are its blocks; ``next_start`` is None at the end."""

    release: str
    passage: Passage
    parts: tuple[Passage, ...]
    next_start: int | None


@dataclass(frozen=True)
class WorkDocument:
    """One document of a work."""

    id: str
    work: str
    edition: str | None
    lang: Lang
    title: str
    date: str | None
    kind: str
    pages: int
    publisher: str | None
    url: str | None
    licence: str
    other_language: tuple[str, ...]  # ids of the documents of the same work and edition in the other language


@dataclass(frozen=True)
class WorkList:
    """Documents by work, edition and language; ``next_start`` is None at the end."""

    release: str
    documents: tuple[WorkDocument, ...]
    next_start: int | None


@dataclass(frozen=True)
class Difference:
    """One place where the two languages disagree. ``confidence`` is the probability that a careful reader agrees."""

    id: str
    edition: str | None
    kind: str
    severity: Severity
    confidence: float
    message_ja: str | None
    message_en: str | None
    ja: tuple[Passage, ...]
    en: tuple[Passage, ...]


@dataclass(frozen=True)
class DifferenceList:
    """Differences, the most severe and most probable first; ``next_start`` is None at the end."""

    release: str
    differences: tuple[Difference, ...]
    next_start: int | None


@dataclass(frozen=True)
class Timeline:
    """Dated statements in order of date; ``next_start`` is None at the end."""

    release: str
    statements: tuple[DatedStatement, ...]
    next_start: int | None


@dataclass(frozen=True)
class CiteResult:
    """A text and its source; ``line`` is ready to print."""

    citation: Citation


class Answers:
    """Answers from the latest release below a root. Each answer opens it anew, so that it is never out of date.

    Args:
        root: A folder that contains a release, as for ``aisi_ingest.load``.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def search(self, query: Query, lang: Language = None, limit: Limit = _DEFAULT_RESULTS) -> SearchResult:
        """Find passages about a subject in Japanese and English documents on AI safety.

        Words find passages that hold all of them, in any form. Questions find passages near in meaning. Each result has
        its text in both languages where both exist, page, regions, address, edition and an id for fetch and cite.
        """
        with self._release() as release:
            hits = search(release, query, lang=lang, limit=limit)
        return SearchResult(release.name, tuple(_shortened(hit) for hit in hits))

    def fetch(self, id: Id, start: Start = 0) -> FetchResult:
        """Return a whole text by its id: a document, section, block, sentence, table, mention, chunk or entity.

        A document or section is returned as its blocks in reading order, each with its page and its text in the other
        language. A long one is returned in several answers: pass next_start as start.
        """
        with self._release() as release, Lookup(release) as lookup:
            found = _passage(lookup, id)
            parts, following = _parts(lookup, found, start)
        return FetchResult(release.name, _shortened(found, _LONGEST_FETCH), parts, following)

    def list_works(
        self, query: Words = "", lang: Language = None, start: Start = 0, limit: Limit = _DEFAULT_RESULTS
    ) -> WorkList:
        """List the documents with their work, edition, language, title, date, publisher and address.

        Documents of one work and edition in two languages are translations of each other.
        """
        conditions = ["(?1 IS NULL OR lang = ?1)"]
        values: list[str | None] = [lang]
        if query.strip():
            conditions.append("id IN (SELECT id FROM search WHERE search MATCH ?2 AND kind = 'document')")
            values.append(match_expression(query) or _NO_TERM)
        with self._release() as release, Lookup(release) as lookup:
            where = f"{' AND '.join(conditions)} ORDER BY work, edition, id LIMIT {limit + 1} OFFSET {start}"
            rows = list(lookup.rows(DocumentRow, where, values))
            documents = tuple(_work_document(lookup, row) for row in rows[:limit])
        return WorkList(release.name, documents, start + limit if rows[limit:] else None)

    def compare_languages(
        self,
        work: WorkId = "",
        kind: Annotated[FindingKind | None, Field(description="Only differences of this kind")] = None,
        doubtful: Annotated[
            bool, Field(description="Also differences that a careful reader may not agree with")
        ] = False,
        start: Start = 0,
        limit: Limit = _DEFAULT_RESULTS,
    ) -> DifferenceList:
        """List where the Japanese and the English version of documents disagree.

        Differences are passages missing in one language, and dates, numbers and names that differ. Each has both texts
        with their pages and addresses, and a sentence that explains it.
        """
        conditions = "(?1 = '' OR work = ?1) AND (?2 IS NULL OR kind = ?2) AND (?3 OR NOT suppressed)"
        order = "CASE severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, confidence DESC, id"
        with self._release() as release, Lookup(release) as lookup:
            where = f"{conditions} ORDER BY {order} LIMIT {limit + 1} OFFSET {start}"
            rows = list(lookup.rows(FindingRow, where, [work, kind, doubtful]))
            differences = tuple(_difference(lookup, row) for row in rows[:limit])
        return DifferenceList(release.name, differences, start + limit if rows[limit:] else None)

    def timeline(
        self,
        query: Words = "",
        work: WorkId = "",
        since: Date = "",
        until: Date = "",
        lang: Language = None,
        start: Start = 0,
        limit: Limit = _DEFAULT_RESULTS,
    ) -> Timeline:
        """List what happened when, in order of date: events, or sentences that name a date if there are no events.

        Restrict them by words in the same block, by work, or by a first and last date.
        """
        wanted = {
            "words": match_expression(query) or _NO_TERM,
            "all": not query.strip(),
            "work": work,
            "since": since,
            "until": f"{until}{_AFTER_DIGITS}",
            "lang": lang,
            "start": start,
            "limit": limit + 1,
        }
        with self._release() as release, Lookup(release) as lookup:
            found = dated_statements(lookup, wanted)
        statements = tuple(replace(each, statement=_shortened(each.statement)) for each in found[:limit])
        return Timeline(release.name, statements, start + limit if found[limit:] else None)

    def cite(self, id: Id) -> CiteResult:
        """Return the citation of a text: the text, title, edition, date, page, address and checksum of the file."""
        with self._release() as release:
            try:
                found = citation(release, id)
            except KeyError as error:
                raise NotFound(error.args[0]) from error
        return CiteResult(replace(found, passage=_shortened(found.passage, _LONGEST_FETCH)))

    @contextmanager
    def _release(self) -> Iterator[Path]:
        """Hold the latest release, so that it is not deleted while it is read."""
        with load(self._root) as dataset:
            yield dataset.path


def _passage(lookup: Lookup, wanted: str) -> Passage:
    try:
        return passage(lookup, wanted)
    except KeyError as error:
        raise NotFound(error.args[0]) from error


def _parts(lookup: Lookup, found: Passage, start: int) -> tuple[tuple[Passage, ...], int | None]:
    """Return blocks of a document or section from a number on, and the number of the first one that did not fit."""
    condition = _BLOCKS_OF.get(found.kind)
    if condition is None:
        return (), None
    parts: list[Passage] = []
    length = 0
    for number, block in enumerate(lookup.rows(BlockRow, f"{condition} {_READ_ON}", [found.id, start]), start=start):
        part = _shortened(passage(lookup, block.id), _LONGEST_FETCH)
        length += len(part.text) + (len(part.counterpart.text) if part.counterpart else 0)
        if parts and (length > _LONGEST_FETCH or len(parts) == _MOST_PARTS):
            return tuple(parts), number
        parts.append(part)
    return tuple(parts), None


def _shortened(found: P, longest: int = _LONGEST_TEXT) -> P:
    """Return a passage whose texts have at most some length. A text that was cut ends with …."""
    other = found.counterpart
    if other is not None:
        other = replace(other, text=_cut(other.text, longest))
    return replace(found, text=_cut(found.text, longest), counterpart=other)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _work_document(lookup: Lookup, row: DocumentRow) -> WorkDocument:
    counterpart = passage(lookup, row.id).counterpart
    return WorkDocument(
        id=row.id,
        work=row.work,
        edition=row.edition,
        lang=row.lang,
        title=row.title,
        date=row.date,
        kind=row.kind,
        pages=row.pages,
        publisher=publisher_name(lookup, row),
        url=row.source.url,
        licence=row.licence.name,
        other_language=counterpart.ids if counterpart else (),
    )


def _difference(lookup: Lookup, row: FindingRow) -> Difference:
    ja, en = (tuple(_shortened(passage(lookup, each)) for each in ids) for ids in (row.ja, row.en))
    return Difference(
        id=row.id,
        edition=row.edition,
        kind=row.kind,
        severity=row.severity,
        confidence=row.confidence,
        message_ja=row.message.ja,
        message_en=row.message.en,
        ja=ja,
        en=en,
    )
