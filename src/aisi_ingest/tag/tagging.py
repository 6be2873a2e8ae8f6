"""One document's blocks to mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aisi_ingest.dates import masked
from aisi_ingest.model import Block, Content, Issue, Label, Mention, Result
from aisi_ingest.registry import Registry, compact
from aisi_ingest.tag import english, japanese, people
from aisi_ingest.tag.definitions import Definitions
from aisi_ingest.tag.institutes import Institutes
from aisi_ingest.tag.romaji import plain_vowels
from aisi_ingest.tag.spans import Span, choose, join_units, reconcile
from aisi_ingest.tag.surroundings import Surroundings
from aisi_ingest.text import fold, morphemes


def tag(content: Content, registry: Registry, *, date: str | None, publisher: str | None) -> Result[tuple[Mention, ...]]:
    """Mentions of a document in block order, ids ``m1``, ``m2``, ...

    ``date``: the document's date (EDTF), from which days without a year take theirs. ``publisher``: the
    registry id of who published it, which decides what "AISI" alone means. Hidden text, furniture and
    code are not tagged. Issues: ``date_unresolved`` for a date whose value cannot be.
    """
    surroundings = Surroundings(content, date)
    institutes = Institutes(content, registry, publisher)
    definitions = Definitions()
    titles = {section.id: section.title for section in content.sections}
    found: list[tuple[Block, Span]] = []
    for block in content.blocks:
        if block.hidden or block.kind in ("furniture", "code"):
            continue
        found.extend((block, span) for span in _block(block, titles.get(block.section or "", ""), registry, surroundings, institutes, definitions))
    out: list[Mention] = []
    issues: list[Issue] = []
    for block, span in found:
        assert span.label is not None
        text, value = block.text[span.start : span.end], span.value
        if value is None and span.label != "DATE":
            value = local_id(span.label, definitions.canonical(span.name or text))
        if value is None:
            issues.append(Issue("tag", "info", "date_unresolved", f"no value for the date {text[:40]!r}", block.page))
        out.append(Mention(f"m{len(out) + 1}", block.id, span.start, span.end, text, span.label, span.rule, value))
    return Result(tuple(out), tuple(issues))


def _block(
    block: Block, title: str, registry: Registry, surroundings: Surroundings, institutes: Institutes, definitions: Definitions
) -> list[Span]:
    text = block.text
    masks = masked(fold(text))
    known = _names(text, registry)
    shapes = reconcile(text, known, _shapes(block, title))
    candidates = [*_dates(block, surroundings), *known, *shapes, *definitions.known(text)]
    candidates = [s for s in candidates if not any(a < s.end and s.start < b for a, b in masks)]
    spans = institutes.resolve(block, join_units(text, choose(candidates)))
    definitions.working_group(text, spans, block.section)
    learned = definitions.learn(text, spans)
    if learned:
        again = [*candidates, *learned, *definitions.known(text, min(s.start for s in learned))]
        spans = institutes.resolve(block, join_units(text, choose(again)))
    return spans


def _dates(block: Block, surroundings: Surroundings) -> list[Span]:
    return [Span(d.start, d.end, "DATE", d.rule, d.value) for d in surroundings.dates(block)]


def _names(text: str, registry: Registry) -> list[Span]:
    out = []
    for start, end, alias in registry.matches(text):
        single = alias.ids[0] if len(alias.ids) == 1 and not alias.shared else None
        if alias.label in ("GUIDE", "EVENT"):
            more = _EDITION.match(text, end)
            end = more.end() if more else end
        elif alias.label == "ORG" and not alias.exact:
            more = _LEGAL_FORM.match(text, end)
            end = more.end() if more else end
            form = _LEGAL_FORM_BEFORE.search(text, max(0, start - 12), start)
            start = form.start() if form else start
        out.append(Span(start, end, alias.label, "registry", single, None, alias.ids if single is None else ()))
    return out


# Version or year that is part of a name: ver. 1.1, 第1.1版, 1.0, 2024.
_EDITION = re.compile(
    r"\s?(?:[Vv]er(?:sion)?\.?\s?[0-9]{1,2}(?:\.[0-9]{1,3}){0,2}|第\s?[0-9.]{1,5}\s?版|(?<=\s)[0-9]\.[0-9]{1,2}(?![0-9.%])|(?:19|20)[0-9]{2}(?![0-9年./-]))"
)
_LEGAL_FORM = re.compile(r"株式会社|合同会社|,?\s(?:Inc|Ltd|Corp|LLC|GmbH|plc|PLC|Co\.,\s?Ltd|Corporation)(?![A-Za-z])\.?")
_LEGAL_FORM_BEFORE = re.compile(r"(?:株式会社|合同会社|国立大学法人|公立大学法人|学校法人|独立行政法人|国立研究開発法人|一般社団法人|一般財団法人|公益財団法人|公益社団法人)$")
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_LATIN = re.compile("[A-Z][A-Za-z]")
# MeCab needs memory in proportion to what it is given at once.
_PIECE = 20_000


def _shapes(block: Block, title: str) -> Iterator[Span]:
    text = block.text
    has_japanese, has_latin = bool(_JAPANESE.search(text)), bool(_LATIN.search(text))
    if has_latin:
        yield from english.names(text, strict=block.kind in ("title", "heading", "table"))
        yield from english.cited(text, title)
    tokens: list[tuple[int, int, str]] = []
    if has_japanese:
        for at in range(0, len(text), _PIECE):
            piece = text[at : at + _PIECE].translate(_UNSPEAKABLE)
            tokens.extend((a + at, b + at, feature) for a, b, feature in morphemes(piece) if feature[:2] != "空白")
        yield from japanese.names(text, tokens)
        yield from japanese.places(text, tokens)
    yield from people.names(text, tokens, japanese=has_japanese, latin=has_latin)


# Lone surrogates and NUL cannot be handed to MeCab.
_UNSPEAKABLE = {0: " "} | {code: "?" for code in range(0xD800, 0xE000)}

_SLUG = re.compile(r"[\W_]+")


def local_id(label: Label, name: str) -> str:
    """The id of an entity that the registry does not have: one for all spellings of a name.

    ``local:org:trusted-web推進協議会``: blanks, hyphens, middle dots, width and case do not count.
    """
    words = re.sub(r"^the\s+", "", fold(name).strip())
    if label == "ORG":
        words = _LEGAL_FORMS.sub("", words) or words
    elif label == "GUIDE":
        words = _VERSIONED.sub("", words) or words
    elif label == "PERSON" and words.isascii():
        words = plain_vowels(words)
    return f"local:{label.lower()}:{_SLUG.sub('-', words if words.isascii() else compact(words)).strip('-')}"


_LEGAL_FORMS = re.compile(
    r"^(?:株式会社|有限会社|合同会社|一般社団法人|公益社団法人|一般財団法人|公益財団法人|独立行政法人|国立研究開発法人|国立大学法人|特定非営利活動法人|npo法人)\s?"
    r"|\s?(?:株式会社|有限会社|合同会社)$|,?\s(?:(?:co|pte)\.?,?\s?)?(?:inc|ltd|corp|llc|gmbh|co|plc|k\.k)\.?$"
)
_VERSIONED = re.compile(r"\s?(?:ver(?:sion)?\.?\s?[0-9.]+|第\s?[0-9.]+\s?版|(?<=\s)[0-9]\.[0-9]{1,2})$")
