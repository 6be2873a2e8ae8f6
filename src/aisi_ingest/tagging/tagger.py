"""One document's blocks to mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import structs

from aisi_ingest.model import Block, Content, Issue, Label, Lang, Mention, Result
from aisi_ingest.registry import Registry, compact
from aisi_ingest.tagging import spacy_pipeline
from aisi_ingest.tagging.context import Surroundings
from aisi_ingest.tagging.definitions import Definitions
from aisi_ingest.tagging.romaji import plain_vowels
from aisi_ingest.tagging.rules import Passage, find_names, readable
from aisi_ingest.tagging.shared_names import Institutes
from aisi_ingest.tagging.spans import Span, select_spans
from aisi_ingest.tagging.units import join_units
from aisi_ingest.text.addresses import find_addresses, overlaps
from aisi_ingest.text.normalise import fold, is_japanese

if TYPE_CHECKING:
    from spacy.language import Language


def tag(
    content: Content,
    registry: Registry,
    *,
    date: str | None,
    publisher: str | None,
    pipelines: Mapping[Lang, Language] | None = None,
) -> Result[tuple[Mention, ...]]:
    """Mentions of a document in block order, ids ``m1``, ``m2``, ...

    ``date``: the document's date (EDTF), from which days without a year take theirs. ``publisher``: the
    registry id of who published it, which decides what "AISI" alone means. ``pipelines``: those of
    ``pipelines(registry)`` with components of your own; otherwise the same rules run without spaCy. Hidden
    text, furniture and code are not tagged.
    Issues: ``date_unresolved`` for a date whose value cannot be.
    """
    walk = _Walk(content, registry, date, publisher, pipelines)
    found = [
        (block, span)
        for block in content.blocks
        if not block.hidden and block.kind not in ("furniture", "code")
        for span in walk.spans(block)
    ]
    out: list[Mention] = []
    issues: list[Issue] = []
    for block, span in found:
        assert span.label is not None
        text, value = block.text[span.start : span.end], span.value
        if value is None and span.label != "DATE":
            value = local_id(span.label, walk.definitions.canonical(span.name or text))
        if value is None:
            issues.append(Issue("tag", "info", "date_unresolved", f"no value for the date {text[:40]!r}", block.page))
        out.append(Mention(f"m{len(out) + 1}", block.id, span.start, span.end, text, span.label, span.rule, value))
    return Result(tuple(out), tuple(issues))


# MeCab and spaCy need memory in proportion to what they are given at once, and overlaps are decided pairwise.
_PIECE = 10_000


class _Walk:
    """What one document's blocks share, in reading order."""

    def __init__(
        self,
        content: Content,
        registry: Registry,
        date: str | None,
        publisher: str | None,
        pipelines: Mapping[Lang, Language] | None,
    ) -> None:
        self.definitions = Definitions()
        self._surroundings = Surroundings(content, date)
        self._institutes = Institutes(content, registry, publisher)
        self._titles = {section.id: section.title for section in content.sections}
        self._registry, self._pipelines = registry, pipelines

    def spans(self, block: Block) -> Iterator[Span]:
        """Mentions of a block. A very long one is read in pieces, so that cost and memory stay in proportion."""
        if len(block.text) <= _PIECE:
            yield from self._piece(block)
            return
        at = 0
        while at < len(block.text):
            end = at + _PIECE
            if end < len(block.text):
                end = max(block.text.rfind(sign, at + _PIECE // 2, end) for sign in "\n。 ") + 1 or end
            for span in self._piece(structs.replace(block, text=block.text[at:end])):
                yield span._replace(start=span.start + at, end=span.end + at)
            at = end

    def _piece(self, block: Block) -> list[Span]:
        text = block.text
        dates = [Span(d.start, d.end, "DATE", d.rule, d.value) for d in self._surroundings.dates(block)]
        heading = block.kind in ("title", "heading", "table")
        title = self._titles.get(block.section or "", "")
        passage = Passage(readable(text), heading=heading, title=title)
        found = (
            spacy_pipeline.candidates(passage, self._pipelines)
            if self._pipelines
            else find_names(passage, self._registry)
        )
        masks = find_addresses(fold(text))
        candidates = [
            span
            for span in (*dates, *found, *self.definitions.known(text))
            if not overlaps(masks, span.start, span.end)
        ]
        spans = self._decide(block, candidates)
        spans = self.definitions.persons(text, spans)
        self.definitions.working_group(text, spans, block.section)
        learned = self.definitions.learn(text, spans)
        if learned:
            more = self.definitions.known(text, min(s.start for s in learned))
            spans = self.definitions.persons(text, self._decide(block, [*candidates, *learned, *more]))
        return spans

    def _decide(self, block: Block, candidates: list[Span]) -> list[Span]:
        return self._institutes.resolve(block, join_units(block.text, select_spans(candidates)), self.definitions.meant)


_SLUG = re.compile(r"[\W_]+")
_LEGAL_FORMS = re.compile(
    r"^(?:株式会社|有限会社|合同会社|一般社団法人|公益社団法人|一般財団法人|公益財団法人|独立行政法人|国立研究開発法人|国立大学法人"
    r"|特定非営利活動法人|npo法人)\s?|\s?(?:株式会社|有限会社|合同会社)$"
    r"|,?\s(?:(?:co|pte)\.?,?\s?)?(?:inc|ltd|corp|llc|gmbh|co|plc|k\.k|incorporated|corporation|limited)\.?$"
)
_VERSIONED = re.compile(r"\s?(?:ver(?:sion)?\.?\s?[0-9.]+|第\s?[0-9.]+\s?版|(?<=\s)[0-9]\.[0-9]{1,2})$")


def local_id(label: Label, name: str) -> str:
    """The id of an entity that the registry does not have: one for all spellings of a name.

    ``local:org:datasign`` for 株式会社DataSign and DataSign Inc.: legal form, version, blanks, width
    and case do not count. Japanese names keep their characters.
    """
    words = re.sub(r"^the\s+", "", fold(name).strip())
    if label == "ORG":
        words = _LEGAL_FORMS.sub("", words) or words
    elif label == "GUIDE":
        words = _VERSIONED.sub("", words) or words
    elif label == "PERSON" and not any(map(is_japanese, words)):
        words = plain_vowels(re.sub("['’]", "", words))
    return f"local:{label.lower()}:{_SLUG.sub('-', words if words.isascii() else compact(words)).strip('-')}"
