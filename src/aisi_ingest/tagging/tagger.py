"""Tag the blocks of one document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import structs

from aisi_ingest.model import Block, Content, Issue, Label, Lang, Mention, Result
from aisi_ingest.registry import Registry, compact
from aisi_ingest.tagging import spacy_pipeline
from aisi_ingest.tagging.context import DateContext
from aisi_ingest.tagging.definitions import Definitions
from aisi_ingest.tagging.learned import find_names as find_unlisted_names
from aisi_ingest.tagging.learned.admission import admit, without_persons
from aisi_ingest.tagging.legal_forms import without_legal_form
from aisi_ingest.tagging.repeated import find_repeated
from aisi_ingest.tagging.romaji import plain_vowels
from aisi_ingest.tagging.rules import Passage, find_names, readable
from aisi_ingest.tagging.shared_names import SharedNameResolver
from aisi_ingest.tagging.spans import Span, select_spans
from aisi_ingest.tagging.units import join_units
from aisi_ingest.tagging.unlisted_persons import find_persons
from aisi_ingest.text.addresses import find_addresses, overlaps
from aisi_ingest.text.editions import without_edition
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
    with_models: bool = False,
) -> Result[tuple[Mention, ...]]:
    """Tag the mentions of a document. Hidden text, furniture and code are not tagged.

    Args:
        content: The document.
        registry: Entities and their names.
        date: The document's date (EDTF), from which days without a year take their year.
        publisher: Registry id of the publisher, which decides what "AISI" alone means.
        pipelines: Pipelines of ``pipelines(registry)`` with components of the user. Without them, the same rules run
            without spaCy.
        with_models: Find all names with the models as well. In documents of a release, the models find only persons
            (`unlisted_persons`): for other names they cost more precision and time than they gain (docs/models.md).

    Returns:
        The mentions in the order of the blocks, with the ids ``m1``, ``m2``, ... Issues: ``date_unresolved`` for a
        date whose value is not known.
    """
    tagger = _DocumentTagger(content, registry, date, publisher, pipelines, with_models)
    blocks = [each for each in content.blocks if not each.hidden and each.kind not in ("furniture", "code")]
    found = [(block, span) for block in blocks for span in tagger.spans(block)]
    repeated = list(find_repeated(found, blocks))
    if repeated:
        order = {block.id: at for at, block in enumerate(blocks)}
        found = sorted([*found, *repeated], key=lambda each: (order[each[0].id], each[1].start))
    out: list[Mention] = []
    issues: list[Issue] = []
    for block, span in found:
        assert span.label is not None
        text, value = block.text[span.start : span.end], span.value
        if value is None and span.label != "DATE":
            value = local_id(span.label, tagger.definitions.canonical(span.name or text))
        if value is None:
            issues.append(
                Issue(
                    "tag", "info", "date_unresolved", f"no value for the date {text[:_QUOTED_IN_ISSUE]!r}", block.page
                )
            )
        out.append(
            Mention(f"m{len(out) + 1}", block.id, span.start, span.end, text, span.label, span.rule, value, span.score)
        )
    return Result(tuple(out), tuple(issues))


_QUOTED_IN_ISSUE = 40  # characters of a mention
# Code points that are tagged at once. MeCab and spaCy need memory in proportion to their input.
_LONGEST_PIECE = 10_000


class _DocumentTagger:
    """Tags the blocks of one document in reading order, with what earlier blocks have defined."""

    def __init__(
        self,
        content: Content,
        registry: Registry,
        date: str | None,
        publisher: str | None,
        pipelines: Mapping[Lang, Language] | None,
        with_models: bool,
    ) -> None:
        self._with_models = with_models
        self.definitions = Definitions()
        self._date_context = DateContext(content, date)
        self._shared_names = SharedNameResolver(content, registry, publisher)
        self._titles = {section.id: section.title for section in content.sections}
        self._registry, self._pipelines = registry, pipelines

    def spans(self, block: Block) -> Iterator[Span]:
        """Yield the mentions of a block. A very long block is tagged in pieces, which limits memory."""
        if len(block.text) <= _LONGEST_PIECE:
            yield from self._spans_of_piece(block)
            return
        at = 0
        while at < len(block.text):
            end = at + _LONGEST_PIECE
            if end < len(block.text):
                end = max(block.text.rfind(sign, at + _LONGEST_PIECE // 2, end) for sign in "\n。 ") + 1 or end
            for span in self._spans_of_piece(structs.replace(block, text=block.text[at:end])):
                yield span._replace(start=span.start + at, end=span.end + at)
            at = end

    def _spans_of_piece(self, block: Block) -> list[Span]:
        text = block.text
        dates = [Span(d.start, d.end, "DATE", d.rule, d.value) for d in self._date_context.dates(block)]
        heading = block.kind in ("title", "heading", "table")
        title = self._titles.get(block.section or "", "")
        passage = Passage(readable(text), heading=heading, title=title)
        found = (
            spacy_pipeline.candidates(passage, self._pipelines)
            if self._pipelines
            else find_names(passage, self._registry)
        )
        addresses = find_addresses(fold(text))
        candidates = [
            span
            for span in (*dates, *found, *self.definitions.find(text))
            if not overlaps(addresses, span.start, span.end)
        ]
        if self._with_models:
            unlisted = [
                span
                for span in find_unlisted_names(passage.text, passage.morphemes)
                if not overlaps(addresses, span.start, span.end)
            ]
            candidates = without_persons(text, candidates, unlisted)
            candidates += admit(text, unlisted, select_spans(candidates), passage.morphemes, heading=heading)
        else:
            candidates += find_persons(passage.text, passage.morphemes, candidates)
        spans = self._choose(block, candidates)
        spans = self.definitions.link_family_names(text, spans)
        self.definitions.remember_working_group(text, spans, block.section)
        learned = self.definitions.learn(text, [span for span in spans if not span.rule.startswith("model.")])
        if learned:
            more = self.definitions.find(text, min(s.start for s in learned))
            spans = self.definitions.link_family_names(text, self._choose(block, [*candidates, *learned, *more]))
        return spans

    def _choose(self, block: Block, candidates: list[Span]) -> list[Span]:
        return self._shared_names.resolve(
            block, join_units(block.text, select_spans(candidates)), self.definitions.meanings
        )


_NOT_IN_ID = re.compile(r"[\W_]+")


def local_id(label: Label, name: str) -> str:
    """Return the id of an entity that the registry does not have.

    All spellings of a name give one id: ``local:org:datasign`` for 株式会社DataSign and DataSign Inc. Legal form,
    edition, blanks, width and case do not count. Japanese names keep their characters.

    Args:
        label: The kind of entity.
        name: Its name as mentioned.
    """
    words = re.sub(r"^the\s+", "", fold(name).strip())
    if label == "ORG":
        words = without_legal_form(words)
    elif label == "GUIDE":
        words = without_edition(words) or words
    elif label == "PERSON" and not any(map(is_japanese, words)):
        words = plain_vowels(re.sub("['’]", "", words))
    return f"local:{label.lower()}:{_NOT_IN_ID.sub('-', words if words.isascii() else compact(words)).strip('-')}"
