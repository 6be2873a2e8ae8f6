"""Find dates, numbers and names that two aligned blocks state differently.

Values are compared, not strings: dates as intervals of days, numbers with their scale, names by the entity that they
are linked to. A difference needs a value on both sides. A value that one side leaves out, a coarser value, or another
order is not a difference.
"""

from __future__ import annotations

import bisect
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aisi_ingest.comparison.confidence import PUBLISHED
from aisi_ingest.dates import intervals
from aisi_ingest.model import Bead, Block, Finding, FindingKind, Mention, Severity
from aisi_ingest.text.normalise import fold
from aisi_ingest.text.numbers import Number, numbers
from aisi_ingest.text.sentence_ids import sentence_span
from aisi_ingest.text.times import times

if TYPE_CHECKING:
    from aisi_ingest.registry import Registry

# Scores of beads. Under the first, the bead may be wrong, and so would be its differences. From the second on, the
# severity is medium. Names make up much of a short text, so two short texts that differ only in a name have a low
# score. With a first limit of 0.6, a third of the names changed on purpose in the real documents were not found. With
# 0.3, no false difference appeared.
_MIN_SCORE, _MEDIUM_SCORE = 0.45, 0.9
_YEAR_DIGITS = 4
_COUNTRY_CODE = 2  # letters
_HALF_DAY = 12  # hours
_UNLINKED = -1  # replaces the number of a bead for sentences without a counterpart
_SMALLEST = 1e-9  # replaces zero in logarithms


class EntityMatcher:
    """Decides whether two linked names may refer to the same entity.

    Args:
        registry: The registry of the run.
        ja: All mentions of the Japanese document.
        en: All mentions of the English document.
    """

    def __init__(self, registry: Registry | None, ja: Iterable[Mention], en: Iterable[Mention]) -> None:
        self._registry = registry
        # An entity that no registry has is compared only if both languages mention it. Otherwise two of them may be one
        # entity with spellings that nothing links.
        self._in_both = {m.value for m in ja if m.value} & {m.value for m in en if m.value}
        self._is_shared: dict[str, bool] = {}

    def is_comparable(self, entity: str) -> bool:
        """Return whether an entity can be compared: the registry has it, or both documents mention it."""
        return not entity.startswith("local:") or entity in self._in_both

    def is_shared_name(self, name: str) -> bool:
        """Return whether several entities have this name."""
        if name not in self._is_shared:
            self._is_shared[name] = self._registry is not None and len(self._registry.find(name)) > 1
        return self._is_shared[name]

    def agree(self, a: _Value, b: _Value) -> bool:
        """Return whether two entities are the same, or one is part of the other.

        The registry or the id states this (``mic`` and ``mic-telecom``). They agree also if the written name of one
        contains a name of the other, as the name of a committee contains that of its institute: the other language may
        use a shorter name.
        """
        if a.value.startswith(b.value + "-") or b.value.startswith(a.value + "-"):
            return True
        if a.value in self._with_wholes(b.value) or b.value in self._with_wholes(a.value):
            return True
        if a.label == "PLACE" and _is_country(a.value) != _is_country(b.value):
            return True  # a country and a place that may be in it: one language is only less precise
        return self._contains_name_of(a.written, b) or self._contains_name_of(b.written, a)

    def _with_wholes(self, entity: str) -> set[str]:
        """Return an entity, everything that it is part of, and what each of these has replaced."""
        out, todo = {entity}, [entity]
        while todo:
            part = todo.pop()
            entry = self._registry.entries.get(part) if self._registry else None
            for whole in (entry.part_of, entry.successor_of) if entry else ():
                if whole and whole not in out:
                    out.add(whole)
                    todo.append(whole)
        return out

    def _contains_name_of(self, written: str, other: _Value) -> bool:
        entry = self._registry.entries.get(other.value) if self._registry else None
        names = (*entry.ja, *entry.en, *entry.both, *entry.shared) if entry else ()
        text = fold(written).lower()
        return any(_contains(text, fold(name).lower()) for name in (*names, other.written))


def _is_country(entity: str) -> bool:
    """Return whether an id is that of a country: its two letters of ISO 3166."""
    return len(entity) == _COUNTRY_CODE and entity.isalpha()


def _contains(text: str, name: str) -> bool:
    """Return whether a text contains a name; a name in Latin letters as separate words."""
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text) is not None


class _Value(Struct, frozen=True):
    """A date, number or name.

    Attributes:
        value: The value that is compared.
        written: The text of the mention.
        label: The label of a name; empty for dates and numbers.
        is_ambiguous: Whether it is a number in words, which is common in idioms, or a name that several entities have.
        position: The position of a name among the names of its block, 0 to 1.
        block: The id of the block.
        start: The offset in the block, in code points.
    """

    value: str
    written: str
    label: str = ""
    is_ambiguous: bool = False
    position: float = 0.0
    block: str = ""
    start: int = 0


_Mentions = Mapping[str, Sequence[Mention]]
_Agree = Callable[[_Value, _Value], bool]


def find_differences(
    bead: Bead,
    blocks: Sequence[Sequence[Block]],
    mentions: tuple[_Mentions, _Mentions],
    matcher: EntityMatcher,
    statements: Statements | None = None,
    nearby: Sequence[Sequence[Block]] = ((), ()),
) -> list[Finding]:
    """Find the values that the blocks of a bead state differently: dates, times, then numbers, then names.

    Two values differ only if they belong to one statement, and if neither has an equal in a text beside the other.

    Args:
        bead: A bead of blocks.
        blocks: The Japanese blocks and the English blocks of the bead.
        mentions: The mentions of both documents, by block id.
        matcher: Decides whether names agree.
        statements: The sentences that say the same; None if each block is one statement.
        nearby: Blocks beside those of the bead.
    """
    if bead.score < _MIN_SCORE or any(block.kind == "code" for side in blocks for block in side):
        return []
    severity: Severity = "medium" if bead.score >= _MEDIUM_SCORE else "low"
    out = []
    readers: list[tuple[FindingKind, Callable[..., list[_Value]], _Agree]] = [
        ("date_differs", _read_dates, _dates_agree),
        ("date_differs", _read_times, _times_agree),
        ("number_differs", _read_numbers, _numbers_agree),
        ("entity_differs", _read_entities, matcher.agree),
    ]
    for kind, read, agree in readers:
        ja, en = (
            [value for block in side for value in read(block, by_block.get(block.id, ()), matcher)]
            for side, by_block in zip(blocks, mentions, strict=True)
        )
        beside = [
            [value for block in side for value in read(block, by_block.get(block.id, ()), matcher)]
            for side, by_block in zip(nearby, mentions, strict=True)
        ]
        free = _subtract(beside[0], beside[1]), _subtract(beside[1], beside[0])
        for a, b in _differing_pairs(ja, en, agree, statements):
            if any(a.value == other.value for other in free[1]) or any(b.value == other.value for other in free[0]):
                continue
            is_other_year = kind == "date_differs" and a.value[:_YEAR_DIGITS] != b.value[:_YEAR_DIGITS]
            out.append(_finding(kind, bead, a, b, "high" if severity == "medium" and is_other_year else severity))
    return out


class Statements:
    """Which sentences of two documents say the same.

    Args:
        beads: The beads of sentences.
    """

    def __init__(self, beads: Iterable[Bead]) -> None:
        self._spans: tuple[dict[str, list[tuple[int, int]]], dict[str, list[tuple[int, int]]]] = ({}, {})
        for at, bead in enumerate(beads):
            number = at if bead.ja and bead.en else _UNLINKED
            for spans, keys in zip(self._spans, (bead.ja, bead.en), strict=True):
                for key in keys:
                    if span := sentence_span(key):
                        spans.setdefault(span[0], []).append((span[1], number))
        for spans in self._spans:
            for found in spans.values():
                found.sort()

    def are_one(self, ja: _Value, en: _Value) -> bool:
        """Return whether two values belong to sentences that say the same.

        Two sentences of aligned blocks that are both without a counterpart may say the same in other words. A sentence
        without a counterpart may be a part of what the sentence beside it is linked with: one language says in two
        sentences what the other says in one, and a differing value has kept them apart.
        """
        (left, beside_left), (right, beside_right) = self._beads_at(0, ja), self._beads_at(1, en)
        if left is None or right is None:
            return False
        return (
            left == right
            or (left == _UNLINKED and right in beside_left)
            or (right == _UNLINKED and left in beside_right)
        )

    def _beads_at(self, which: int, value: _Value) -> tuple[int | None, tuple[int, ...]]:
        """Return the bead of a value's sentence, and those of the sentences beside it in its block."""
        spans = self._spans[which].get(value.block, [])
        at = bisect.bisect_right(spans, value.start, key=lambda span: span[0]) - 1
        if not spans:
            return None, ()
        if at < 0:  # a sentence too short to be aligned, in front of the first one that is
            return _UNLINKED, tuple(number for _, number in spans[:1] if number != _UNLINKED)
        beside = (*spans[max(0, at - 1) : at], *spans[at + 1 : at + 2])
        return spans[at][1], tuple(number for _, number in beside if number != _UNLINKED)


def _differing_pairs(
    ja: Sequence[_Value], en: Sequence[_Value], agree: _Agree, statements: Statements | None = None
) -> list[tuple[_Value, _Value]]:
    """Pair the values that agree with nothing on the other side, in order. Surplus values of one side are left out.

    Equal values are paired one to one first, so the second of two equal values may differ. The remaining values may be
    coarser values of those on the other side.
    """
    left, right = _subtract(ja, en), _subtract(en, ja)
    unmatched_ja = [a for a in left if not any(agree(a, b) for b in right)]
    unmatched_en = [b for b in right if not any(agree(a, b) for a in left)]
    # The nearest pairs first: if several values differ, each has its own counterpart. The name of a place is not paired
    # with that of a person.
    candidates = sorted(
        (_distance(a, b), i, j)
        for i, a in enumerate(unmatched_ja)
        for j, b in enumerate(unmatched_en)
        if a.label == b.label and _is_reliable(a, b, ja, en) and (statements is None or statements.are_one(a, b))
    )
    used_ja: set[int] = set()
    used_en: set[int] = set()
    out = []
    for _, i, j in candidates:
        if i not in used_ja and j not in used_en:
            used_ja.add(i)
            used_en.add(j)
            out.append((i, unmatched_ja[i], unmatched_en[j]))
    return [(a, b) for _, a, b in sorted(out, key=lambda found: found[0])]


def _distance(a: _Value, b: _Value) -> float:
    """Return how far apart two values are.

    Dates: days between their starts. Numbers: the ratio in nats, and one more if only one of them is a percentage.
    Names: the difference of their positions, because both languages usually list them in the same order.
    """
    if a.label:
        return abs(a.position - b.position)
    spans = intervals.date_range(a.value), intervals.date_range(b.value)
    if spans[0] and spans[1]:
        return float(abs((spans[0][0] - spans[1][0]).days))
    try:
        x, y = float(a.value.rstrip("%")), float(b.value.rstrip("%"))
    except ValueError:
        return 0.0
    only_one_is_percent = (a.value[-1] == "%") != (b.value[-1] == "%")
    return abs(math.log(max(x, _SMALLEST)) - math.log(max(y, _SMALLEST))) + only_one_is_percent


def _subtract(values: Sequence[_Value], others: Sequence[_Value]) -> list[_Value]:
    """Remove one value for each equal value on the other side."""
    counts = Counter((value.label, value.value) for value in others)
    out = []
    for value in values:
        if counts[value.label, value.value] > 0:
            counts[value.label, value.value] -= 1
        else:
            out.append(value)
    return out


def _is_reliable(a: _Value, b: _Value, ja: Sequence[_Value], en: Sequence[_Value]) -> bool:
    """Return whether two values are evidence of a difference.

    A value that the other side has too, but less often, is only a repetition. Numbers in words are often idioms.
    """
    repeated = [any(other.value == a.value for other in en), any(other.value == b.value for other in ja)]
    if a.label:
        # A name may be repeated where the other language uses a pronoun. The entity of a shared name is uncertain.
        return not any(repeated) and not a.is_ambiguous and not b.is_ambiguous
    ambiguous = [a.is_ambiguous, b.is_ambiguous]
    return not all(ambiguous) and not all(repeated) and not (any(repeated) and any(ambiguous))


def _read_dates(block: Block, mentions: Sequence[Mention], matcher: EntityMatcher) -> list[_Value]:
    return [
        _Value(intervals.drop_inferred_year(m.value, m.text), m.text, block=block.id, start=m.start)
        for m in mentions
        if m.label == "DATE" and m.value
    ]


def _dates_agree(a: _Value, b: _Value) -> bool:
    return intervals.agree(a.value, b.value)


def _read_numbers(block: Block, mentions: Sequence[Mention], matcher: EntityMatcher) -> list[_Value]:
    found: list[Number] = numbers(block.text, block.lang, [(m.start, m.end) for m in mentions])
    return [
        _Value(_format(n), block.text[n.start : n.end], is_ambiguous=n.in_words, block=block.id, start=n.start)
        for n in found
    ]


def _read_times(block: Block, mentions: Sequence[Mention], matcher: EntityMatcher) -> list[_Value]:
    return [_Value(time.value, time.text, block=block.id, start=time.start) for time in times(block.text)]


def _times_agree(a: _Value, b: _Value) -> bool:
    """Return whether two times are equal, or twelve hours apart: one language may leave out the half of the day."""
    (hour_a, minute_a), (hour_b, minute_b) = ([int(part) for part in x.value.split(":")] for x in (a, b))
    return minute_a == minute_b and (hour_a - hour_b) % _HALF_DAY == 0


def _format(number: Number) -> str:
    """Write a number with all digits and without an exponent: 1000000, 0.5, 30%."""
    value = f"{number.value:.0f}" if number.value == int(number.value) else f"{number.value:.10f}".rstrip("0")
    return value + ("%" if number.kind == "percent" else "")


def _numbers_agree(a: _Value, b: _Value) -> bool:
    return a.value == b.value


def _read_entities(block: Block, mentions: Sequence[Mention], matcher: EntityMatcher) -> list[_Value]:
    names = [m for m in mentions if m.label != "DATE"]
    return [
        _Value(m.value, m.text, m.label, matcher.is_shared_name(m.text), (at + 1) / (len(names) + 1), block.id, m.start)
        for at, m in enumerate(names)
        if m.value and matcher.is_comparable(m.value)
    ]


# Estimates: the real pairs at hand have too few differences in values to count how many a reader confirms.
_CONFIDENCE = {"date_differs": 0.9, "number_differs": 0.8, "entity_differs": 0.75}
_SURE_SCORE, _UNSURE = 0.6, 0.5  # a bead with a lower score may be wrong, and so may be its differences
_KIND_NAMES = {
    "date_differs": ("日付", "date"),
    "number_differs": ("数値", "number"),
    "entity_differs": ("名称", "name"),
}


def _finding(kind: FindingKind, bead: Bead, ja: _Value, en: _Value, severity: Severity) -> Finding:
    name_ja, name_en = _KIND_NAMES[kind]
    message = {
        "ja": f"{name_ja}が異なります。日本語版は「{ja.written}」、英語版は「{en.written}」です。",
        "en": f"The {name_en} differs: “{ja.written}” in Japanese, “{en.written}” in English.",
    }
    confidence = _CONFIDENCE[kind] if bead.score >= _SURE_SCORE else _UNSURE
    return Finding(
        kind,
        bead.ja,
        bead.en,
        {"ja": ja.value, "en": en.value},
        severity,
        message,
        confidence=confidence,
        suppressed=confidence < PUBLISHED,
        evidence=(f"bead:{bead.score:g}",),
    )
