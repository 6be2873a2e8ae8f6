"""What documents state: dated events and relations between entities, with the places that state them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aisi_ingest.facts.events import document_events
from aisi_ingest.facts.merging import merge, with_bead_keys
from aisi_ingest.facts.relations import merge_relations, work_relations
from aisi_ingest.facts.types import Facts
from aisi_ingest.model import Alignment, Document

__all__ = ["merge", "merge_relations", "work_facts"]


def work_facts(documents: Sequence[Document], alignments: Iterable[Alignment]) -> Facts:
    """Return what the documents of one work state.

    Args:
        documents: All languages, editions and forms of the work.
        alignments: The alignments of their pairs.
    """
    alignments = list(alignments)
    documents = sorted(documents, key=lambda each: (each.content.lang != "ja", each.id))  # evidence is in this order
    events = [event for document in documents for event in document_events(document)]
    return Facts(
        events=tuple(merge(with_bead_keys(events, alignments))),
        relations=tuple(work_relations(documents, alignments, events)),
    )
