"""Merge what several passages, languages, forms and documents state about one event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from aisi_ingest.dates.intervals import DateRange, date_range
from aisi_ingest.facts.types import Event, EventKind, Key
from aisi_ingest.model import Alignment, Lang

_PARTS_OF_DAY = 2  # hyphens in 2024-05-21


def with_bead_keys(events: Sequence[Event], alignments: Iterable[Alignment]) -> list[Event]:
    """Return the events of a work with keys that counterparts in two aligned blocks share.

    Several events of one block are told apart by their dates, and by their order among equal dates.
    """
    beads = aligned_blocks(alignments)
    counts: dict[tuple[str, str], int] = {}
    for event in events:
        place = (event.evidence[0].document, event.evidence[0].block)
        counts[place] = counts.get(place, 0) + 1
    seen: dict[tuple[str, str, str], int] = {}
    found = []
    for event in events:
        place = (event.evidence[0].document, event.evidence[0].block)
        order = seen[(*place, event.date)] = seen.get((*place, event.date), 0) + 1
        keys: list[Key] = []
        for name in beads.get(place, ()):
            keys.append(("bead", name, event.date, str(order)))
            if counts[place] == 1:
                keys.append(("bead", name))
        found.append(replace(event, keys=(*event.keys, *keys)))
    return found


def aligned_blocks(alignments: Iterable[Alignment]) -> dict[tuple[str, str], list[str]]:
    """Return the names of the beads of each block that has a counterpart, by document and block."""
    beads: dict[tuple[str, str], list[str]] = {}
    for alignment in alignments:
        for number, bead in enumerate(alignment.beads):
            if bead.unit != "block" or not bead.ja or not bead.en:
                continue
            for document, ids in ((alignment.ja, bead.ja), (alignment.en, bead.en)):
                for block in ids:
                    beads.setdefault((document, block), []).append(f"{alignment.ja} {alignment.en} {number}")
    return beads


def merge(events: Iterable[Event]) -> list[Event]:
    """Return each event once, with all evidence, in the order of its first evidence.

    Two events are one if they share a key, one of their dates contains the other, and they name no different meetings
    or guides.
    """
    merged: list[Event] = []
    by_key: dict[Key, list[int]] = {}
    for event in events:
        candidates = dict.fromkeys(at for key in event.keys for at in by_key.get(key, ()))
        at = next((each for each in candidates if _are_one(merged[each], event)), None)
        if at is None:
            at = len(merged)
            merged.append(event)
        else:
            merged[at] = _joined(merged[at], event)
        for key in event.keys:
            places = by_key.setdefault(key, [])
            if at not in places:
                places.append(at)
    return merged


def _are_one(a: Event, b: Event) -> bool:
    one, other = date_range(a.date), date_range(b.date)
    if one is None or other is None or not (_contains(one, other) or _contains(other, one)):
        return False
    if a.event and b.event and a.event != b.event:
        return False
    return not (a.guides and b.guides) or bool(set(a.guides) & set(b.guides))


def _contains(a: DateRange, b: DateRange) -> bool:
    return a[0] <= b[0] and b[1] <= a[1]


def _joined(a: Event, b: Event) -> Event:
    """Return two events that are one: the more precise date, and the words of the first in each language."""
    precise = b if more_precise(a.date, b.date) != a.date else a
    label: dict[Lang, str] = {**b.label, **a.label, **(precise.label)}
    kind: EventKind = a.kind if a.kind != "other" else b.kind
    return Event(
        date=precise.date,
        kind=kind,
        status="planned" if a.status == b.status == "planned" else "past",
        label=label,
        actors=_union(a.actors, b.actors),
        guides=_union(a.guides, b.guides),
        places=_union(a.places, b.places),
        event=a.event or b.event,
        evidence=tuple(dict.fromkeys((*a.evidence, *b.evidence))),
        keys=_union_keys(a.keys, b.keys),
    )


def more_precise(a: str, b: str) -> str:
    """Return the more precise of two dates (EDTF) of one event; the first if both are equally precise."""
    return b if _precision(b) > _precision(a) else a


def _precision(date: str) -> tuple[int, int]:
    """Return how precise a date is: by its parts, and of two in days the one that names the whole event."""
    days = date_range(date)
    parts = min(each.count("-") for each in date.split("/"))
    length = (days[1] - days[0]).days if days else 0
    return (parts, length if parts == _PARTS_OF_DAY else -length)


def _union(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*a, *b)))


def _union_keys(a: tuple[Key, ...], b: tuple[Key, ...]) -> tuple[Key, ...]:
    return tuple(dict.fromkeys((*a, *b)))
