"""Names that several entities share, "AISI" before all: which one is meant where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from aisi_ingest.model import Block, Content
from aisi_ingest.registry import Registry
from aisi_ingest.tagging.spans import Span
from aisi_ingest.text.sentences import sentences

# One-character names of countries, as in 英米の.
_SHORT_COUNTRIES = {
    "日": "jp",
    "米": "us",
    "英": "gb",
    "加": "ca",
    "韓": "kr",
    "豪": "au",
    "星": "sg",
    "仏": "fr",
    "印": "in",
    "独": "de",
    "伊": "it",
}
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
# What makes a country that of which a sentence speaks: 韓国では, 英国政府は; in English it opens the sentence.
_SUBJECT = re.compile("(?:政府|当局|議会|首相|大統領)?(?:では|でも|において|[はがもで](?![あなの]))")
_OPENING = re.compile(r"(?:(?:in|the|also|for)\s+){0,2}", re.IGNORECASE)
_SEVERAL = "several"
_ACRONYM = 6  # characters: so short a name is an acronym, which a document uses for its own institute first of all
# A country counts as set before or after a name over no more than this many characters.
_NEAR = 12


class Institutes:
    """Resolves shared names of one document, block by block in reading order."""

    def __init__(self, content: Content, registry: Registry, publisher: str | None) -> None:
        self._registry = registry
        self._publisher = publisher
        self._countries = {entry.country for entry in registry.entries.values()}
        self._stack: list[tuple[int, str]] = []  # countries that stand alone in a line above: level, country
        self._section: str | None = None
        self._seen: Counter[str] = Counter()
        self._meant: Mapping[str, str] = {}

    def resolve(self, block: Block, spans: list[Span], meant: Mapping[str, str]) -> list[Span]:
        """The same spans, with a value where a shared name can be told. ``meant``: what the document has defined."""
        self._meant = meant
        if block.section != self._section:
            self._section, self._stack = block.section, []
        level = block.level or 1
        self._stack = [(at, country) for at, country in self._stack if at < level]
        rows = {s.start: s for s in spans}
        out = [
            self._one(block.text, at, spans, rows) if span.ids and self._shared(span) else span
            for at, span in enumerate(spans)
        ]
        alone = [s for s in out if s.label == "PLACE" and s.value in self._countries]
        if len(alone) == 1 and len(block.text.strip()) - (alone[0].end - alone[0].start) <= 4 and alone[0].value:
            self._stack.append((level, alone[0].value))
        self._seen.update(s.value for s in out if s.value)
        return [s for s in out if (s.value is not None or not s.ids) and not _inside_name(block.text, s, out)]

    def _shared(self, span: Span) -> bool:
        return len(span.ids) > 1 or span.value is None

    def _one(self, text: str, at: int, spans: list[Span], rows: dict[int, Span]) -> Span:
        entries, span = self._registry.entries, spans[at]
        by_country = {entries[i].country: i for i in reversed(span.ids) if entries[i].country}
        for country in self._near_countries(text, span, spans[max(0, at - 2) : at + 3]):
            if country in by_country:
                return span._replace(value=by_country[country], rule="registry.country")
        line = text.rfind("\n", 0, span.start) + 1
        hosts = {entries[i].part_of: i for i in span.ids if entries[i].part_of}
        for other in reversed([s for s in spans[max(0, at - 20) : at] if s.start >= line]):
            if other.value in hosts:
                return span._replace(value=hosts[other.value], rule="registry.host")
            if other.label == "PLACE" and other.value in by_country and span.start - other.end <= 4:
                return span._replace(value=by_country[other.value], rule="registry.country")
        for _, country in reversed(self._stack):
            if country in by_country:
                return span._replace(value=by_country[country], rule="registry.row")
        row = rows.get(line)
        if row is not None and row.label == "PLACE" and text.startswith(" | ", row.end) and row.value in by_country:
            return span._replace(value=by_country[row.value], rule="registry.row")
        defined = self._meant.get(text[span.start : span.end])
        if defined in span.ids:
            return span._replace(value=defined, rule="registry.defined")
        spoken_of = self._subject(text, span, spans)
        if spoken_of in by_country:
            return span._replace(value=by_country[spoken_of], rule="registry.sentence")
        if spoken_of == _SEVERAL:
            return span._replace(value=None, ids=(), rule="registry.ambiguous")
        if self._publisher in span.ids:
            return span._replace(value=self._publisher, rule="registry.publisher")
        publisher = entries.get(self._publisher or "")
        if publisher is not None and publisher.country in by_country:
            return span._replace(value=by_country[publisher.country], rule="registry.publisher")
        seen = max(span.ids, key=lambda i: self._seen[i])
        if self._seen[seen]:
            return span._replace(value=seen, rule="registry.above")
        if len(span.ids) == 1 or not by_country:
            return span
        return span._replace(value=by_country.get("jp", span.ids[0]), rule="registry.default")

    def _subject(self, text: str, span: Span, spans: list[Span]) -> str | None:
        """The country that the name's sentence speaks of before the name; ``_SEVERAL``: each has one of that name."""
        if span.end - span.start <= _ACRONYM:
            return None
        start = next((a for a, b in sentences(text) if a <= span.start < b), 0)
        places = [s for s in spans if s.label == "PLACE" and start <= s.start and s.end <= span.start and s.value]
        found = {s.value for s in places} | {_NATIONS[m[1].lower()] for m in _NATION.finditer(text, start, span.start)}
        opening = _OPENING.match(text, start)
        first = opening.end() if opening else start
        opens = text[first].isascii() and (any(s.start == first for s in places) or _NATION.match(text, first))
        if not opens and not any(_SUBJECT.match(text, s.end) for s in places):
            return None
        return found.pop() if len(found) == 1 else _SEVERAL

    def _near_countries(self, text: str, span: Span, spans: list[Span]) -> list[str]:
        """Countries set directly before the name (英国AISI, 英米のAISI) or after it (AISI in the U.K., AISI, Korea)."""
        out = []
        before = text[max(0, span.start - 4) : span.start].rstrip("の ・")
        for at, char in enumerate(before):
            if char in _SHORT_COUNTRIES and all(c in _SHORT_COUNTRIES for c in before[at:]):
                out.append(_SHORT_COUNTRIES[char])
        for other in spans:
            if other.label != "PLACE" or other.value is None:
                continue
            between = text[other.end : span.start] if other.end <= span.start else text[span.end : other.start]
            if len(between) > _NEAR:
                continue
            if other.end <= span.start and between.strip() in ("", "の", "'s", "’s", "・", "("):
                out.insert(0, other.value)
            elif other.start >= span.end and between.strip() in ("in", "in the", "of", "of the", ",", "(", "（", "、"):
                out.append(other.value)
        return out


_COMPOUND = re.compile(r"(?<![A-Za-z])[A-Za-z]*[A-Z][a-z0-9]*[A-Z][A-Za-z0-9]*\s$")


def _inside_name(text: str, span: Span, spans: list[Span]) -> bool:
    """A country that ends an unknown Latin name: WebDINO Japan."""
    if span.label != "PLACE" or not text[span.start].isascii():
        return False
    before = _COMPOUND.search(text, max(0, span.start - 24), span.start)
    return before is not None and not any(s.end == span.start - 1 for s in spans)
