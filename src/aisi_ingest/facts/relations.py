"""Make the relations of a work, and merge those that several places, languages or documents state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from aisi_ingest.dates.intervals import agree
from aisi_ingest.facts.bodies import body_relations, published_by
from aisi_ingest.facts.merging import aligned_blocks, more_precise
from aisi_ingest.facts.reading import Reading
from aisi_ingest.facts.roles import roles
from aisi_ingest.facts.titles import post_of
from aisi_ingest.facts.types import Event, Key, Relation
from aisi_ingest.model import Alignment, Document


def work_relations(
    documents: Sequence[Document], alignments: Iterable[Alignment], events: Iterable[Event]
) -> list[Relation]:
    """Return what the documents of a work state about entities, each relation once.

    Args:
        documents: All languages, editions and forms of the work.
        alignments: The alignments of their pairs.
        events: The events of each document, before they were merged.
    """
    found: list[Relation] = []
    for document in documents:
        reading = Reading(document)
        found += [*roles(reading), *body_relations(reading)]
    found += [relation for event in events for relation in published_by(event)]
    return merge_relations(_with_bead_keys(found, alignments))


def _with_bead_keys(relations: Sequence[Relation], alignments: Iterable[Alignment]) -> list[Relation]:
    """Return the relations with a key that the same statement in an aligned block shares."""
    beads = aligned_blocks(alignments)
    found = []
    for relation in relations:
        place = (relation.evidence[0].document, relation.evidence[0].block)
        about = (relation.predicate, relation.subject, relation.object or "")
        keys: list[Key] = [("bead", name, *about) for name in beads.get(place, ())]
        found.append(replace(relation, keys=(*relation.keys, *keys)))
    return found


def merge_relations(relations: Iterable[Relation]) -> list[Relation]:
    """Return each relation once, with all evidence, in the order of its first evidence."""
    merged: list[Relation] = []
    by_key: dict[Key, list[int]] = {}
    for relation in relations:
        candidates = dict.fromkeys(at for key in relation.keys for at in by_key.get(key, ()))
        at = next((each for each in candidates if _are_one(merged[each], relation)), None)
        if at is None:
            at = len(merged)
            merged.append(relation)
        else:
            merged[at] = _joined(merged[at], relation)
        for key in relation.keys:
            places = by_key.setdefault(key, [])
            if at not in places:
                places.append(at)
    return merged


def _are_one(a: Relation, b: Relation) -> bool:
    if (a.predicate, a.subject, a.object) != (b.predicate, b.subject, b.object):
        return False
    posts = [{post for title in each.title.values() if (post := post_of(title))} for each in (a, b)]
    if posts[0] and posts[1] and not posts[0] & posts[1]:
        return False
    return a.start is None or b.start is None or agree(a.start, b.start)


def _joined(a: Relation, b: Relation) -> Relation:
    start = more_precise(a.start, b.start) if a.start and b.start else a.start or b.start
    return replace(
        a,
        title={**b.title, **a.title},
        start=start,
        end=a.end or b.end,
        evidence=tuple(dict.fromkeys((*a.evidence, *b.evidence))),
        keys=tuple(dict.fromkeys((*a.keys, *b.keys))),
    )
