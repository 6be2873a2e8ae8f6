"""Count how many planted differences are reported in real documents, and how many findings report nothing planted.

``python benchmarks/planted.py ROOT [--seeds N]``: ROOT is the root of a run over publications in two languages. In each
pair one language is changed at random: blocks, sentences and a section are removed, dates, numbers and names are
changed. Every document is then tagged, aligned and compared again. Findings that existed before do not count.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest import registry, tagging
from aisi_ingest.alignment import aligner
from aisi_ingest.comparison import comparer
from aisi_ingest.model import (
    Alignment,
    Bead,
    Block,
    Content,
    Document,
    Finding,
    FindingKind,
    Lang,
    Listing,
    Result,
    Source,
)
from aisi_ingest.registry import Registry
from aisi_ingest.storage.documents import CONTENT_STAGE, Tagged
from aisi_ingest.storage.store import Store
from aisi_ingest.text.normalise import fold
from aisi_ingest.text.numbers import numbers
from aisi_ingest.text.sentences import sentences

What = Literal["block", "label", "sentence", "section", "date", "number", "name"]
WHAT: tuple[What, ...] = ("block", "label", "sentence", "section", "date", "number", "name")
# Largest number of changes of each kind in one document; at most one block in eight is changed.
_HOW_MANY: dict[What, int] = {"section": 1, "block": 4, "label": 3, "sentence": 3, "date": 3, "number": 3, "name": 3}
_MOST = 8
_SURE = 0.8  # least score of a bead whose one side is removed, so that both certainly say the same
_LABEL = 40  # characters (Japanese 16) up to which a block is a label
_LONG_SENTENCE = 60  # characters (Japanese 24): a sentence that a reader would miss
_LIMITS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.01)  # of the ranges of confidence
_RANGE = re.compile(r"\d\s?[-–〜～]\s?\d")  # another digit may make the end of a range earlier than its beginning
_DIFFERS: dict[What, FindingKind] = {"date": "date_differs", "number": "number_differs", "name": "entity_differs"}


class Change(Struct, frozen=True):
    """A planted change, and the ids of its unchanged counterpart, where it must be reported."""

    what: What
    lang: Lang  # of the document that was changed
    there: frozenset[str]  # blocks, or the section, of the other language
    gone: str  # the text before the change
    now: str = ""
    parts: frozenset[str] = frozenset()  # blocks of that section: a finding about one of them is not false


class Outcome(Struct, frozen=True):
    """The result for one changed document."""

    reported: tuple[Change, ...]
    missed: tuple[Change, ...]
    false: tuple[Finding, ...]  # findings that report nothing planted
    confidences: tuple[tuple[float, bool], ...] = ()  # of each new finding, and whether it reports something planted


def documents(root: Path) -> dict[str, Document]:
    """Return the published documents of a run by id."""
    place, out = Store(str(root)), {}
    for line in (root / "processed" / "latest" / "documents.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        source = Source(*(row["source"][name] for name in ("url", "file", "sha256", "bytes", "media_type")))
        read, tagged = (place.stage_path(source.sha256, stage).read_bytes() for stage in (CONTENT_STAGE, "tag"))
        content = msgspec.json.decode(read, type=Result[Content]).value
        known = msgspec.json.decode(tagged, type=Result[Tagged]).value
        assert content is not None
        assert known is not None
        document = Document(Listing(source), content, known.mentions, known.date, id=row["id"], work=row["work"])
        out[document.id] = document
    return out


def pairs(found: dict[str, Document]) -> Iterator[tuple[Document, Document]]:
    """Yield both languages of each edition, by file format."""
    for name, ja in sorted(found.items()):
        edition, _, form = name.rpartition("/")
        en = found.get(f"{edition}/{form.replace('ja', 'en')}") if form.startswith("ja") else None
        if en:
            yield ja, en


def findings_of(ja: Document, en: Document, known: Registry) -> tuple[Alignment, tuple[Finding, ...]]:
    alignment = aligner.align(ja, en).value
    assert alignment is not None
    return alignment, comparer.compare(ja, en, alignment, known).value or ()


def measure(ja: Document, en: Document, known: Registry, seed: int) -> Outcome:
    """Plant changes in one language and count which of them are reported."""
    ja, en = _tagged(ja, known), _tagged(en, known)
    alignment, before = findings_of(ja, en, known)
    chance = random.Random(seed)
    lang: Lang = chance.choice(("ja", "en"))
    changed, changes = plant(ja if lang == "ja" else en, lang, alignment, en if lang == "ja" else ja, known, chance)
    changed = _tagged(changed, known)
    _, after = findings_of(changed, en, known) if lang == "ja" else findings_of(ja, changed, known)
    old = Counter(_about(finding, lang) for finding in before)
    new = []
    for finding in after:
        if old[_about(finding, lang)]:
            old[_about(finding, lang)] -= 1
        else:
            new.append(finding)
    missed = [change for change in changes if not any(_is(change, finding) for finding in new)]
    false = [
        finding for finding in new if not any(_is(change, finding) or _is_part(change, finding) for change in changes)
    ]
    reported = tuple(change for change in changes if change not in missed)
    confidences = tuple((finding.confidence, finding not in false) for finding in new)
    return Outcome(reported, tuple(missed), tuple(false), confidences)


def _tagged(document: Document, known: Registry) -> Document:
    mentions = tagging.tag(document.content, known, date=document.date, publisher=document.listing.publisher).value
    return replace(document, mentions=tuple(mentions or ()))


def _about(finding: Finding, lang: Lang) -> tuple[str, ...]:
    """Return the content of a finding without ids, which may differ between the two runs."""
    return (finding.kind, finding.detail["ja"] or "", finding.detail["en"] or "")


def _is(change: Change, finding: Finding) -> bool:
    """Return whether a finding reports a change."""
    there = frozenset(finding.en if change.lang == "ja" else finding.ja)
    missing = change.what not in _DIFFERS
    kind = f"missing_in_{change.lang}" if missing else _DIFFERS[change.what]
    if finding.kind != kind or not there & change.there:
        return False
    return missing or fold(change.now).casefold() in fold(finding.message[change.lang]).casefold()


def _is_part(change: Change, finding: Finding) -> bool:
    """Return whether a finding reports a part of a removed section."""
    there = frozenset(finding.en if change.lang == "ja" else finding.ja)
    return finding.kind == f"missing_in_{change.lang}" and bool(there) and there <= change.parts


# Planting ---------------------------------------------------------------------------------------------------------


def plant(
    document: Document, lang: Lang, alignment: Alignment, other: Document, known: Registry, chance: random.Random
) -> tuple[Document, list[Change]]:
    """Return a changed document and its changes. No two changes affect the same block or neighbours."""
    blocks = {block.id: block for block in document.content.blocks}
    there = {block.id: block for block in other.content.blocks}
    pair = {}
    for bead in alignment.beads:
        here, counterpart = (bead.ja, bead.en) if lang == "ja" else (bead.en, bead.ja)
        if bead.unit == "block" and bead.score > _SURE and len(here) == len(counterpart) == 1:
            pair[here[0]] = counterpart[0]
    order = [i for i in blocks if i in pair and blocks[i].kind not in ("heading", "title", "code", "table")]
    chance.shuffle(order)
    place = {i: at for at, i in enumerate(blocks)}
    touched: set[int] = set()
    gone: set[str] = set()
    texts: dict[str, str] = {}
    changes: list[Change] = []

    section = _section(document, alignment, lang, chance)
    if section:
        gone, beside, title = section
        touched |= {place[i] for i in gone}
        parts = frozenset(i for bead in alignment.beads for i in _parts(bead, lang, gone))
        changes.append(Change("section", lang, frozenset({beside}), title, parts=parts))
    for what in WHAT[:3] + WHAT[4:]:
        count = 0
        for i in order:
            near = {place[i] - 1, place[i], place[i] + 1}
            if count == _HOW_MANY[what] or len(touched) * _MOST >= len(blocks) + len(gone) * _MOST:
                break
            if near & touched:
                continue
            edited = _edited(what, blocks[i], there[pair[i]], (document, other), known, chance)
            if edited is None:
                continue
            old, new, text = edited
            if text is None:
                gone.add(i)
            else:
                texts[i] = text
            changes.append(Change(what, lang, frozenset({pair[i]}), old, new))
            touched |= near
            count += 1
    left = tuple(replace(b, text=texts.get(b.id, b.text)) for b in document.content.blocks if b.id not in gone)
    used = {block.section for block in left}
    parents = {section.parent for section in document.content.sections if section.id in used}
    kept = tuple(s for s in document.content.sections if s.id in used or s.id in parents)
    return replace(document, content=replace(document.content, blocks=left, sections=kept)), changes


def _parts(bead: Bead, lang: Lang, gone: set[str]) -> tuple[str, ...]:
    """Return the counterparts of a block in a removed section."""
    here, there = (bead.ja, bead.en) if lang == "ja" else (bead.en, bead.ja)
    return there if bead.unit == "block" and gone.intersection(here) else ()


def _section(
    document: Document, alignment: Alignment, lang: Lang, chance: random.Random
) -> tuple[set[str], str, str] | None:
    """Return the blocks of a section with its subsections, its counterpart and its title; None for a short document."""
    sections = document.content.sections
    if len(sections) < 6:
        return None
    counterpart = {}
    for bead in alignment.beads:
        here, other = (bead.ja, bead.en) if lang == "ja" else (bead.en, bead.ja)
        if bead.unit == "section" and bead.score > _SURE and len(here) == len(other) == 1:
            counterpart[here[0]] = other[0]
    candidates = [s for s in sections if s.id in counterpart and s.parent is not None] or [
        s for s in sections[1:] if s.id in counterpart
    ]
    if not candidates:
        return None
    chosen = chance.choice(candidates)
    under = {chosen.id}
    for section in sections:
        if section.parent in under:
            under.add(section.id)
    gone = {b.id for b in document.content.blocks if b.section in under}
    return (gone, counterpart[chosen.id], chosen.title) if len(gone) > 1 else None


def _size(text: str, lang: Lang) -> float:
    return len(text) * (2.5 if lang == "ja" else 1)


def _edited(
    what: What, block: Block, there: Block, both: tuple[Document, Document], known: Registry, chance: random.Random
) -> tuple[str, str, str | None] | None:
    """Return old value, new value and new text of a block (None: removed), or None if the change does not fit.

    A date or number is changed only if the counterpart states it too: otherwise nothing would differ.
    """
    text = block.text
    if what in ("block", "label"):
        label = _size(text, block.lang) < _LABEL
        return (text, "", None) if label == (what == "label") and re.search(r"[^\W\d_]{2}", text) else None
    if what == "sentence":
        spans = list(sentences(text))
        long = [span for span in spans if _size(text[slice(*span)], block.lang) >= _LONG_SENTENCE]
        if len(spans) < 2 or not long or len(list(sentences(there.text))) < 2:
            return None
        start, end = chance.choice(long)
        return text[start:end], "", (text[:start] + text[end:]).strip()
    mentions, mentions_there = (
        [m for m in document.mentions if m.block == one.id] for document, one in zip(both, (block, there), strict=True)
    )
    if what == "date":
        stated = {m.value for m in mentions_there if m.label == "DATE"}
        dates = [m for m in mentions if m.label == "DATE" and m.value in stated and not _RANGE.search(m.text)]
        days = [(m.start, m.end, m.text) for m in dates]
        span = _other_digit(days, text, chance, 28)
    elif what == "number":
        spans = [(m.start, m.end) for m in mentions]
        spans_there = [(m.start, m.end) for m in mentions_there]
        counts = {n.value for n in numbers(there.text, there.lang, spans_there)}
        found = numbers(text, block.lang, spans)
        plain = [(n.start, n.end) for n in found if not n.in_words and n.value > 1 and n.value in counts]
        span = _other_digit([(a, b, text[a:b]) for a, b in plain], text, chance, 10**9)
    else:
        span = _other_name(block, both[0], known, chance)
    if span is None:
        return None
    start, end, new = span
    return text[start:end], new, text[:start] + new + text[end:]


def _other_digit(
    spans: Sequence[tuple[int, int, str]], text: str, chance: random.Random, most: int
) -> tuple[int, int, str] | None:
    """Return a span with one run of digits changed, so that the result is another valid value."""
    if not spans:
        return None
    start, end, written = chance.choice(spans)
    runs = [m for m in re.finditer(r"\d+", written) if int(m.group()) > 0]
    if not runs:
        return None
    run = chance.choice(runs)
    value = int(run.group())
    limit = 3000 if len(run.group()) == 4 else 12 if value <= 12 and most == 28 else most
    other = next((n for n in (value + 2, value - 2, value + 1, value - 1) if 0 < n <= limit), None)
    if other is None:
        return None
    new = written[: run.start()] + str(other).zfill(len(run.group())) + written[run.end() :]
    return start, end, new


def _other_name(
    block: Block, document: Document, known: Registry, chance: random.Random
) -> tuple[int, int, str] | None:
    """Return a span in which a name of the registry is replaced by an unambiguous name of the same kind."""
    entries = known.entries
    mentions = [
        m
        for m in document.mentions
        if m.block == block.id and m.label != "DATE" and m.value in entries and len(known.find(m.text)) == 1
    ]
    if not mentions:
        return None
    mention = chance.choice(mentions)
    names = [
        name
        for other, entry in sorted(entries.items())
        if known.entities[other].label == mention.label and other != mention.value and not entry.part_of
        for name in (entry.ja if block.lang == "ja" else entry.en)[:1]
        if len(known.find(name)) == 1
    ]
    return (mention.start, mention.end, chance.choice(names)) if names else None


# Counting ---------------------------------------------------------------------------------------------------------


class Count(Struct):
    """How many changes of one kind were planted, and how many of them reported."""

    planted: int = 0
    reported: int = 0


def count(outcomes: Sequence[Outcome]) -> tuple[dict[What, Count], Counter[str]]:
    """Return the counts by kind of change, and the number of false findings by kind of finding."""
    table = {what: Count() for what in WHAT}
    for outcome in outcomes:
        for change in outcome.reported:
            table[change.what].reported += 1
        for change in (*outcome.reported, *outcome.missed):
            table[change.what].planted += 1
    return table, Counter(finding.kind for outcome in outcomes for finding in outcome.false)


def reliability(outcomes: Sequence[Outcome]) -> list[tuple[float, int, int]]:
    """Return the lower limit of each range of confidence, the findings in it, and how many of them are right."""
    found = [pair for outcome in outcomes for pair in outcome.confidences]
    rows = []
    for low, high in itertools.pairwise(_LIMITS):
        right = [is_right for confidence, is_right in found if low <= confidence < high]
        rows.append((low, len(right), sum(right)))
    return rows


def main() -> None:
    arguments = argparse.ArgumentParser(description="Plant changes in real documents and count which are reported.")
    arguments.add_argument("root", type=Path)
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--verbose", action="store_true", help="list missed changes and false findings")
    chosen = arguments.parse_args()
    known = registry.load()
    every = list(pairs(documents(chosen.root)))
    outcomes = []
    for seed in range(chosen.seeds):
        for ja, en in every:
            outcome = measure(ja, en, known, seed)
            outcomes.append(outcome)
            if chosen.verbose:
                for change in outcome.missed:
                    print(f"{ja.id} {seed} missed {change.lang} {change.what}: {change.gone[:90]!r} > {change.now!r}")
                for finding in outcome.false:
                    print(f"{ja.id} {seed} false {finding.kind} {finding.severity}: {finding.detail}")
    table, false = count(outcomes)
    print("| planted | reported | of |\n| --- | --- | --- |")
    for what, row in table.items():
        print(f"| {what} | {row.reported} | {row.planted} |")
    print(f"false findings: {dict(sorted(false.items()))}")
    print("| confidence from | findings | right |\n| --- | --- | --- |")
    for low, total, right in reliability(outcomes):
        print(f"| {low:.1f} | {total} | {right} |")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
