"""What documents state: events and relations between entities, each with its evidence."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from aisi_ingest.model import Lang

EventKind = Literal[
    "founded",
    "published",
    "revised",
    "held",
    "agreed",
    "announced",
    "appointed",
    "enforced",
    "planned",
    "other",
]
EventStatus = Literal["past", "planned"]
Predicate = Literal[
    "part_of",
    "hosted_by",
    "established_by",
    "member_of",
    "successor_of",
    "role_of",
    "published_by",
    "edition_of",
    "head_count",
]
Key = tuple[str, ...]


class Evidence(Struct, frozen=True, order=True):
    """A place that states a fact: ``text[start:end]`` of a block. Offsets are code points."""

    document: str
    block: str
    start: int
    end: int


class Event(Struct, frozen=True):
    """A dated statement, with every place that makes it.

    Attributes:
        date: EDTF.
        kind: What happened.
        status: ``planned`` if it lay in the future for the document.
        label: The statement in the words of a document, by language.
        actors: Ids of organisations and persons.
        guides: Ids of guides and laws.
        places: Ids of places.
        event: Id of the meeting or other event, if it has a name.
        evidence: Where it is stated.
        keys: Two events that share a key are one, if their dates agree.
    """

    date: str
    kind: EventKind
    status: EventStatus
    label: dict[Lang, str]
    actors: tuple[str, ...]
    guides: tuple[str, ...]
    places: tuple[str, ...]
    event: str | None
    evidence: tuple[Evidence, ...]
    keys: tuple[Key, ...] = ()


class Relation(Struct, frozen=True):
    """A statement about an entity, with every place that makes it.

    Attributes:
        subject: Id of the entity that it is about.
        predicate: What is stated.
        object: Id of another entity.
        value: A number, for a predicate without an object.
        title: Of a post, by language.
        start: EDTF, since when.
        end: EDTF, until when.
        evidence: Where it is stated.
        keys: Two relations that share a key are one, if their dates agree.
    """

    subject: str
    predicate: Predicate
    object: str | None = None
    value: str | None = None
    title: dict[Lang, str] = {}
    start: str | None = None
    end: str | None = None
    evidence: tuple[Evidence, ...] = ()
    keys: tuple[Key, ...] = ()


class Facts(Struct, frozen=True):
    """What the documents of a work state, each fact once."""

    events: tuple[Event, ...] = ()
    relations: tuple[Relation, ...] = ()
