"""One document's blocks to mentions."""

from __future__ import annotations

import re

from aisi_ingest.dates import masked
from aisi_ingest.model import Block, Content, Issue, Label, Mention, Result
from aisi_ingest.registry import Registry, compact
from aisi_ingest.tag.institutes import Institutes
from aisi_ingest.tag.spans import Span, choose
from aisi_ingest.tag.surroundings import Surroundings
from aisi_ingest.text import fold


def tag(content: Content, registry: Registry, *, date: str | None, publisher: str | None) -> Result[tuple[Mention, ...]]:
    """Mentions of a document in block order, ids ``m1``, ``m2``, ...

    ``date``: the document's date (EDTF), from which days without a year take theirs. ``publisher``: the
    registry id of who published it, which decides what "AISI" alone means. Hidden text, furniture and
    code are not tagged. Issues: ``date_unresolved`` for a date whose value cannot be.
    """
    surroundings = Surroundings(content, date)
    institutes = Institutes(content, registry, publisher)
    out: list[Mention] = []
    issues: list[Issue] = []
    for block in content.blocks:
        if block.hidden or block.kind in ("furniture", "code"):
            continue
        folded = fold(block.text)
        spans = choose([*_dates(block, surroundings), *_names(block.text, folded, registry)])
        for span in institutes.resolve(block, spans):
            if span.label is None:
                continue
            value = span.value
            if value is None and span.label != "DATE":
                value = local_id(span.label, span.name or block.text[span.start : span.end])
            if value is None:
                message = f"no value for the date {block.text[span.start : span.end][:40]!r}"
                issues.append(Issue("tag", "info", "date_unresolved", message, block.page))
            out.append(
                Mention(f"m{len(out) + 1}", block.id, span.start, span.end, block.text[span.start : span.end], span.label, span.rule, value)
            )
    return Result(tuple(out), tuple(issues))


def _dates(block: Block, surroundings: Surroundings) -> list[Span]:
    return [Span(d.start, d.end, "DATE", d.rule, d.value) for d in surroundings.dates(block)]


def _names(text: str, folded: str, registry: Registry) -> list[Span]:
    masks = masked(folded)
    out = []
    for start, end, alias in registry.matches(text, folded):
        if any(a < end and start < b for a, b in masks):
            continue
        single = alias.ids[0] if len(alias.ids) == 1 else None
        out.append(Span(start, end, alias.label, "registry", single, None, alias.ids))
    return out


_SLUG = re.compile(r"[\W_]+")


def local_id(label: Label, name: str) -> str:
    """The id of an entity that the registry does not have: one for all spellings of a name.

    ``local:org:trusted-web推進協議会``: blanks, hyphens, middle dots, width and case do not count.
    """
    words = re.sub(r"^the\s+", "", fold(name).strip())
    return f"local:{label.lower()}:{_SLUG.sub('-', compact(words) if not words.isascii() else words).strip('-')}"
