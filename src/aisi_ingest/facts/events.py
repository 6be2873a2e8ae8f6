"""Make events from the dated passages of one document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aisi_ingest.dates.intervals import date_range
from aisi_ingest.facts.happenings import is_planned, is_told
from aisi_ingest.facts.passages import Passage, text_passages
from aisi_ingest.facts.reading import Reading
from aisi_ingest.facts.table_passages import table_passages
from aisi_ingest.facts.types import Event, EventKind, EventStatus, Evidence, Key
from aisi_ingest.model import Block, Document, Label, Lang, Mention

_LONGEST_LABEL = {"ja": 120, "en": 240}  # characters; of longer sentences the clause is taken
_LONGEST_NAME_ONLY = {"ja": 16, "en": 30}  # characters beside the names in a line that only names an event
_BESIDE = {"ja": 4, "en": 12}  # characters between an organisation and the word for its founding: ）を, ) was
_SHORTEST_TEXT = 12  # characters without signs that make a text its own key
_BARE = re.compile(r"[\W_]+")
_MARKER = re.compile(r"\s*(?:[⁰¹²³⁴-⁹]+\s*|\d{1,3}\.\s+|[*※]+\s*)?")  # the number of a note or a paragraph
_CLAUSE_END = re.compile(r"[、。,;；]|\.\s")


def document_events(document: Document) -> list[Event]:
    """Return the events that a document states, in the order of its text. Their keys hold within all documents."""
    reading = Reading(document)
    found: list[Event] = []
    for block in reading.blocks():
        if block.section in reading.persons:
            continue  # a career: see roles
        passages = table_passages(reading, block) if block.kind == "table" else text_passages(reading, block)
        found += (event for each in passages if (event := _event(reading, each)) is not None)
    return found


def _event(reading: Reading, passage: Passage) -> Event | None:
    """Return the event of a passage, or None if nothing happens in it."""
    block = passage.block
    start, end = _label_span(passage)
    start += len(match[0]) if (match := _MARKER.match(block.text[start:end])) else 0
    inside = reading.of(block.id, "ORG", "PERSON", "GUIDE", "EVENT", "PLACE", start=start, end=end)
    kind = _kind(passage, inside, block.text[start:end])
    if kind is None or passage.date.value is None:
        return None
    around = [*inside, *passage.above, *_mentions_above(reading, block, inside, passage)]
    label = block.text[start:end].strip()
    event = next((each.value for each in inside if each.label == "EVENT" and each.value), None)
    guides = _values(inside, "GUIDE")
    actors = _values(around, "ORG", "PERSON")
    return Event(
        date=passage.date.value,
        kind=kind,
        status=_status(reading, passage),
        label={block.lang: label},
        actors=actors,
        guides=guides,
        places=_values(around, "PLACE"),
        event=event,
        evidence=(Evidence(reading.document.id, block.id, start, end),),
        keys=tuple(_keys(kind, event, guides, _founded(passage, inside), label, block.lang, reading.document.work)),
    )


def _label_span(passage: Passage) -> tuple[int, int]:
    """Return the span of the statement: the passage, or the clauses from the date to the predicate if it is long."""
    start, end, text, lang = passage.start, passage.end, passage.block.text, passage.block.lang
    if end - start <= _LONGEST_LABEL[lang] or passage.happening is None or not passage.own:
        return start, end
    first = min(passage.date.start, passage.happening.start)
    last = max(passage.date.end, passage.happening.end)
    before = [match.end() for match in _CLAUSE_END.finditer(text, start, first)]
    after = _CLAUSE_END.search(text, last, end)
    begin = before[-1] if before and lang == "ja" else start
    return begin, after.start() if after else end


def _kind(passage: Passage, inside: list[Mention], text: str) -> EventKind | None:
    if passage.happening is not None:
        return passage.happening.kind
    rest = len(_BARE.sub("", text)) - sum(len(_BARE.sub("", each.text)) for each in inside)
    if passage.own:
        rest -= len(_BARE.sub("", passage.date.text))
    if rest > _LONGEST_NAME_ONLY[passage.block.lang]:
        return None
    named = next((each.label for each in inside if each.label in ("EVENT", "GUIDE")), None)
    if named == "EVENT":
        return "held"
    return "published" if named == "GUIDE" and passage.own else None


def _status(reading: Reading, passage: Passage) -> EventStatus:
    """Return whether an event lay before or after its document."""
    own = date_range(passage.date.value or "")
    written = date_range(reading.document.date or "")
    texts = [
        passage.block.text[passage.start : passage.end],
        *(each.text for each in reading.parents.get(passage.block.id, ())),
    ]
    speaks_of_future = any(is_planned(each, passage.block.lang) for each in texts)
    if passage.happening and is_told(passage.block.text, passage.happening, passage.block.lang):
        speaks_of_future = False
    if own is None or written is None:
        return "planned" if speaks_of_future else "past"
    if own[0] > written[1]:
        return "planned"
    return "planned" if own[1] > written[0] and speaks_of_future else "past"


def _mentions_above(reading: Reading, block: Block, inside: list[Mention], passage: Passage) -> Iterable[Mention]:
    """Return the place that a list is about, if its item names no place and no organisation."""
    if passage.cell is not None or any(each.label in ("PLACE", "ORG", "EVENT", "GUIDE") for each in inside):
        return ()
    parents = reading.parents.get(block.id, ())
    return reading.of(parents[0].id, "PLACE", "ORG") if parents and parents[0].kind == "list_item" else ()


def _values(mentions: Iterable[Mention], *labels: Label) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.value for each in mentions if each.label in labels and each.value))


def _founded(passage: Passage, inside: list[Mention]) -> str | None:
    """Return the organisation beside the word for its founding; another one in the text may be its host."""
    word = passage.happening
    if word is None:
        return None
    named = [each for each in inside if each.label == "ORG"]
    before = [each for each in named if 0 <= word.start - each.end <= _BESIDE[passage.block.lang]]
    after = [each for each in named if 0 <= each.start - word.end <= _BESIDE["en"] and passage.block.lang == "en"]
    found = before[-1:] or after[:1]
    return found[0].value if found else None


def _keys(
    kind: EventKind,
    event: str | None,
    guides: tuple[str, ...],
    founded: str | None,
    label: str,
    lang: Lang,
    work: str,
) -> Iterator[Key]:
    if event is not None:
        yield ("event", kind, event)
    if guides and event is None:
        yield ("guides", kind, *sorted(guides))
    if kind == "founded" and not guides and founded is not None:
        yield ("founded", founded)
    bare = _BARE.sub("", label).casefold()
    yield ("text", lang, bare) if len(bare) >= _SHORTEST_TEXT else ("text", lang, work, bare)
