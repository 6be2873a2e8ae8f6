"""Decide which entity a name means that several entities share, such as "AISI"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from aisi_ingest.model import Block, Content
from aisi_ingest.registry import Registry
from aisi_ingest.tagging.country_letters import UNAMBIGUOUS_COUNTRY_LETTERS
from aisi_ingest.tagging.spans import CELL_SEPARATOR, Span
from aisi_ingest.text.sentences import sentences

_NATIONS = {
    "american": "us",
    "australian": "au",
    "british": "gb",
    "canadian": "ca",
    "french": "fr",
    "german": "de",
    "indian": "in",
    "italian": "it",
    "japanese": "jp",
    "korean": "kr",
    "singaporean": "sg",
    "european": "eu",
}
_NATION = re.compile(rf"\b(?:south )?({'|'.join(_NATIONS)})\b", re.IGNORECASE)
# What makes a country the subject of a sentence: 韓国では, 英国政府は. In English, the country opens the sentence.
_SUBJECT = re.compile("(?:政府|当局|議会|首相|大統領)?(?:では|でも|において|[はがもで](?![あなの]))")
_OPENING = re.compile(r"(?:(?:in|the|also|for)\s+){0,2}", re.IGNORECASE)
_SEVERAL = "several"
_BETWEEN_COUNTRY_AND_NAME = ("", "の", "'s", "’s", "・", "(")
_BETWEEN_NAME_AND_COUNTRY = ("in", "in the", "of", "of the", ",", "(", "（", "、")
# Characters. A name this short is an acronym, which a document uses for its own institute first of all.
_LONGEST_ACRONYM = 6
_NEAR = 12  # characters between a name and a country that belongs to it
_LETTERS_BEFORE = 4  # characters before a name in which letters of countries are searched
_BESIDE = 4  # characters between a country and a name after it on the same line
_ALONE = 4  # characters of a line beside a country that stands alone in it
_NEIGHBOURS = 2  # spans on each side in which a country beside a name is searched
_SPANS_BEFORE = 20  # spans before a name in which its parent is searched
_HOME = "jp"  # country whose entity is meant if nothing else decides


class _SharedName(NamedTuple):
    """A shared name and what surrounds it.

    Attributes:
        text: Text of the block.
        span: The name.
        at: Its index among ``spans``.
        spans: All spans of the block.
        by_start: The spans by their offset.
        by_country: Entities that the name may mean, by country.
        by_parent: Entities that the name may mean, by the organisation that they belong to.
    """

    text: str
    span: Span
    at: int
    spans: list[Span]
    by_start: dict[int, Span]
    by_country: dict[str, str]
    by_parent: dict[str, str]

    @property
    def line_start(self) -> int:
        return self.text.rfind("\n", 0, self.span.start) + 1


# The entity that is meant and the rule that decided; None as entity: none of the registry is meant.
_Decision = tuple[str | None, str]


class SharedNameResolver:
    """Resolves the shared names of one document, block by block in reading order."""

    def __init__(self, content: Content, registry: Registry, publisher: str | None) -> None:
        """Create a resolver for one document.

        Args:
            content: The document.
            registry: Entities and their names.
            publisher: Registry id of the document's publisher.
        """
        self._registry = registry
        self._publisher = publisher
        self._countries = {entry.country for entry in registry.entries.values()}
        self._rows: list[tuple[int, str]] = []  # level and country of the lines above that consist of a country
        self._section: str | None = None
        self._seen: Counter[str] = Counter()
        self._meanings: Mapping[str, str] = {}
        # In order; the first one that decides wins.
        self._strategies = (
            self._by_country_beside,
            self._by_line,
            self._by_row_above,
            self._by_row_header,
            self._by_definition,
            self._by_sentence,
            self._by_publisher,
            self._by_names_above,
        )

    def resolve(self, block: Block, spans: list[Span], meanings: Mapping[str, str]) -> list[Span]:
        """Resolve the shared names of a block. Call it once for each choice of spans, in reading order.

        Args:
            block: The block.
            spans: Its spans from left to right; they do not overlap.
            meanings: Shared names that the document has defined, with the entities that they mean.

        Returns:
            The spans with values where a name could be resolved, without names that remain open.
        """
        self._meanings = meanings
        if block.section != self._section:
            self._section, self._rows = block.section, []
        level = block.level or 1
        self._rows = [(at, country) for at, country in self._rows if at < level]
        by_start = {s.start: s for s in spans}
        out = [
            self._resolved(self._shared_name(block.text, at, spans, by_start)) if _is_open(span) else span
            for at, span in enumerate(spans)
        ]
        self._remember_country_alone(block, level, out)
        self._seen.update(s.value for s in out if s.value)
        return [s for s in out if (s.value is not None or not s.ids) and not _ends_latin_name(block.text, s, out)]

    def _remember_country_alone(self, block: Block, level: int, spans: list[Span]) -> None:
        """Remember the country of a line that consists of it, for the lines below."""
        places = [s for s in spans if s.label == "PLACE" and s.value in self._countries]
        if len(places) != 1 or places[0].value is None:
            return
        if len(block.text.strip()) - (places[0].end - places[0].start) <= _ALONE:
            self._rows.append((level, places[0].value))

    def _shared_name(self, text: str, at: int, spans: list[Span], by_start: dict[int, Span]) -> _SharedName:
        entries = [(i, self._registry.entries[i]) for i in spans[at].ids]
        by_country = {entry.country: i for i, entry in reversed(entries) if entry.country}
        by_parent = {entry.part_of: i for i, entry in entries if entry.part_of}
        return _SharedName(text, spans[at], at, spans, by_start, by_country, by_parent)

    def _resolved(self, name: _SharedName) -> Span:
        for decide in self._strategies:
            decision = decide(name)
            if decision is not None:
                value, rule = decision
                return name.span._replace(value=value, ids=name.span.ids if value else (), rule=rule)
        if len(name.span.ids) == 1 or not name.by_country:
            return name.span
        return name.span._replace(value=name.by_country.get(_HOME, name.span.ids[0]), rule="registry.default")

    def _by_country_beside(self, name: _SharedName) -> _Decision | None:
        """Decide by a country that touches the name: 英国AISI, AISI in the U.K."""
        for country in _countries_beside(name):
            if country in name.by_country:
                return name.by_country[country], "registry.country"
        return None

    def _by_line(self, name: _SharedName) -> _Decision | None:
        """Decide by the parent organisation or a country earlier on the line: NISTにAISIを設立."""
        for other in reversed(name.spans[max(0, name.at - _SPANS_BEFORE) : name.at]):
            if other.start < name.line_start:
                continue
            if other.value in name.by_parent:
                return name.by_parent[other.value], "registry.host"
            is_beside = other.label == "PLACE" and name.span.start - other.end <= _BESIDE
            if is_beside and other.value in name.by_country:
                return name.by_country[other.value], "registry.country"
        return None

    def _by_row_above(self, name: _SharedName) -> _Decision | None:
        """Decide by a line above that consists of a country."""
        for _, country in reversed(self._rows):
            if country in name.by_country:
                return name.by_country[country], "registry.row"
        return None

    def _by_row_header(self, name: _SharedName) -> _Decision | None:
        """Decide by the country in the first cell of a table's row."""
        header = name.by_start.get(name.line_start)
        if header is None or header.label != "PLACE" or not name.text.startswith(CELL_SEPARATOR, header.end):
            return None
        return (name.by_country[header.value], "registry.row") if header.value in name.by_country else None

    def _by_definition(self, name: _SharedName) -> _Decision | None:
        """Decide by what the document has defined the name to mean."""
        defined = self._meanings.get(name.text[name.span.start : name.span.end])
        return (defined, "registry.defined") if defined in name.span.ids else None

    def _by_sentence(self, name: _SharedName) -> _Decision | None:
        """Decide by the country that the sentence is about. If there are several, none is meant."""
        subject = _subject_of_sentence(name)
        if subject in name.by_country:
            return name.by_country[subject], "registry.sentence"
        return (None, "registry.ambiguous") if subject == _SEVERAL else None

    def _by_publisher(self, name: _SharedName) -> _Decision | None:
        """Decide by the publisher, or by its country."""
        if self._publisher in name.span.ids:
            return self._publisher, "registry.publisher"
        publisher = self._registry.entries.get(self._publisher or "")
        if publisher is not None and publisher.country in name.by_country:
            return name.by_country[publisher.country], "registry.publisher"
        return None

    def _by_names_above(self, name: _SharedName) -> _Decision | None:
        """Decide by the entity that was mentioned most before."""
        most = max(name.span.ids, key=lambda i: self._seen[i])
        return (most, "registry.above") if self._seen[most] else None


def _is_open(span: Span) -> bool:
    """Return whether context decides what a span means."""
    return bool(span.ids) and (len(span.ids) > 1 or span.value is None)


def _subject_of_sentence(name: _SharedName) -> str | None:
    """Return the country that a sentence is about before it comes to the name.

    Returns:
        The country; `_SEVERAL` if there are several, each of which has an entity of that name; None if there is none.
    """
    text, span = name.text, name.span
    if span.end - span.start <= _LONGEST_ACRONYM:
        return None
    start = next((a for a, b in sentences(text) if a <= span.start < b), 0)
    places = [s for s in name.spans if s.label == "PLACE" and start <= s.start and s.end <= span.start and s.value]
    found = {s.value for s in places} | {_NATIONS[m[1].lower()] for m in _NATION.finditer(text, start, span.start)}
    opening = _OPENING.match(text, start)
    first = opening.end() if opening else start
    opens = text[first].isascii() and (any(s.start == first for s in places) or _NATION.match(text, first))
    if not opens and not any(_SUBJECT.match(text, s.end) for s in places):
        return None
    return found.pop() if len(found) == 1 else _SEVERAL


def _countries_beside(name: _SharedName) -> list[str]:
    """Return the countries directly before the name (英国AISI, 英米のAISI) or after it (AISI in the U.K.)."""
    text, span = name.text, name.span
    letters = text[max(0, span.start - _LETTERS_BEFORE) : span.start].rstrip("の ・")
    out = []
    for at, char in enumerate(letters):
        if all(c in UNAMBIGUOUS_COUNTRY_LETTERS for c in letters[at:]):
            out.append(UNAMBIGUOUS_COUNTRY_LETTERS[char])
    for other in name.spans[max(0, name.at - _NEIGHBOURS) : name.at + _NEIGHBOURS + 1]:
        if other.label != "PLACE" or other.value is None:
            continue
        between = text[other.end : span.start] if other.end <= span.start else text[span.end : other.start]
        if len(between) > _NEAR:
            continue
        if other.end <= span.start and between.strip() in _BETWEEN_COUNTRY_AND_NAME:
            out.insert(0, other.value)
        elif other.start >= span.end and between.strip() in _BETWEEN_NAME_AND_COUNTRY:
            out.append(other.value)
    return out


_LATIN_NAME = re.compile(r"(?<![A-Za-z])[A-Za-z]*[A-Z][a-z0-9]*[A-Z][A-Za-z0-9]*\s$")
_LONGEST_LATIN_NAME = 24  # characters


def _ends_latin_name(text: str, span: Span, spans: list[Span]) -> bool:
    """Return whether a country is the end of an unknown Latin name: WebDINO Japan."""
    if span.label != "PLACE" or not text[span.start].isascii():
        return False
    before = _LATIN_NAME.search(text, max(0, span.start - _LONGEST_LATIN_NAME), span.start)
    return before is not None and not any(s.end == span.start - 1 for s in spans)
