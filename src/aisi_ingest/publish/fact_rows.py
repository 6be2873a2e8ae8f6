"""Collect the facts of all works, and make the rows of the tables ``events`` and ``relations``."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Sequence
from itertools import chain, count

from aisi_ingest.facts import merge, merge_relations
from aisi_ingest.facts.types import Event, Evidence, Relation
from aisi_ingest.publish.places import regions
from aisi_ingest.publish.rows import DocumentRows, WorkRows
from aisi_ingest.publish.schema import BlockRow, EventRow, RelationRow, TableRow
from aisi_ingest.publish.schema_fields import EvidenceField, RegionField, ValuesField
from aisi_ingest.publish.table_places import TablePlaces

_ID_DIGITS = 16  # hex digits: among a million facts two share them with a probability of 3e-8


class FactCollector:
    """Collects the facts of one work after the other. Facts that several works state become one row."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._relations: list[Relation] = []
        self._evidence: dict[Evidence, EvidenceField] = {}

    def add(self, work: WorkRows) -> None:
        """Take the facts of one work."""
        self._events += work.facts.events
        self._relations += work.facts.relations
        documents = {each.document.id: each for each in work.documents}
        wanted = {place for event in work.facts.events for place in event.evidence}
        wanted |= {place for relation in work.facts.relations for place in relation.evidence}
        for document in sorted({place.document for place in wanted}):
            places = _Places(documents[document])
            self._evidence |= {each: places.field(each) for each in sorted(wanted) if each.document == document}

    def events(self) -> tuple[EventRow, ...]:
        """Return each event once, sorted by date."""
        rows: dict[str, EventRow] = {}
        for event in merge(self._events):
            label = ValuesField(ja=event.label.get("ja"), en=event.label.get("en"))
            first = event.evidence[0].document.partition("/")[0]
            name = _id("event", (event.date, event.kind, label.ja or "", label.en or ""), first, set(rows))
            rows[name] = EventRow(
                id=name,
                date=event.date,
                kind=event.kind,
                status=event.status,
                label=label,
                actors=event.actors,
                guides=event.guides,
                places=event.places,
                event=event.event,
                evidence=self._fields(event.evidence),
            )
        return tuple(sorted(rows.values(), key=lambda row: (row.date, row.id)))

    def relations(self) -> tuple[RelationRow, ...]:
        """Return each relation once, sorted by subject, predicate and time."""
        rows: dict[str, RelationRow] = {}
        for each in merge_relations(self._relations):
            title = ValuesField(ja=each.title.get("ja"), en=each.title.get("en"))
            parts = (each.subject, each.predicate, each.object, each.value, title.ja, title.en, each.start)
            first = each.evidence[0].document.partition("/")[0]
            name = _id("relation", (part or "" for part in parts), first, set(rows))
            rows[name] = RelationRow(
                id=name,
                subject=each.subject,
                predicate=each.predicate,
                object=each.object,
                value=each.value,
                title=title,
                from_=each.start,
                to=each.end,
                evidence=self._fields(each.evidence),
            )
        return tuple(sorted(rows.values(), key=lambda row: (row.subject, row.predicate, row.from_ or "", row.id)))

    def _fields(self, evidence: Sequence[Evidence]) -> tuple[EvidenceField, ...]:
        return tuple(self._evidence[each] for each in evidence)


class _Places:
    """The places of evidence in one document."""

    def __init__(self, rows: DocumentRows) -> None:
        self._blocks = {each.id: each for each in rows.blocks}
        self._tables = {each.block: each for each in rows.tables}

    def field(self, evidence: Evidence) -> EvidenceField:
        block = self._blocks[f"{evidence.document}#{evidence.block}"]
        table = self._tables.get(block.id)
        cell = _cell_regions(table, evidence.start) if table and table.rows else ()
        return EvidenceField(
            document=evidence.document,
            block=block.id,
            start=evidence.start,
            end=evidence.end,
            regions=cell or _block_regions(block),
        )


def _cell_regions(table: TableRow, offset: int) -> tuple[RegionField, ...]:
    row, column = TablePlaces(table.rows).at(offset)
    return next((each.regions for each in table.cells if each.row == row and each.column == column), ())


def _block_regions(block: BlockRow) -> tuple[RegionField, ...]:
    return regions((block,))


def _id(prefix: str, parts: Iterable[str], work: str, taken: Container[str]) -> str:
    """Return an id for a fact. Facts in the same words get the work of their first evidence as well, then a number."""
    text = "\n".join(parts)
    for more in chain(("", work), (f"{work} {number}" for number in count(2))):
        name = f"{prefix}:{hashlib.sha256(f'{text} {more}'.encode()).hexdigest()[:_ID_DIGITS]}"
        if name not in taken:
            return name
    raise AssertionError("the numbers are endless")
