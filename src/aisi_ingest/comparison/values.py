"""Dates, numbers and names that two blocks say differently.

Values are compared, not strings: dates as stretches of days, numbers with their scale, names by the entity that they
link to. Only what both sides say, and say differently, is a difference; what one side leaves out of a sentence is
none, nor is a coarser value or another order.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aisi_ingest.dates import intervals
from aisi_ingest.model import Bead, Block, Finding, FindingKind, Mention, Severity
from aisi_ingest.text.normalise import fold
from aisi_ingest.text.numbers import Number, numbers

if TYPE_CHECKING:
    from aisi_ingest.registry import Registry

# A bead under this score may be wrong, and so would be what it shows; one over the second is sure. Names make up much
# of a short text, so that one which differs in a name alone scores low: at 0.6 a third of the names changed on
# purpose in the real documents went unseen, at 0.3 nothing false came up.
_LEAST_SCORE, _SURE = 0.45, 0.9


class Names:
    """What is known of the entities of two documents: whose part they are, and which names several share."""

    def __init__(self, registry: Registry | None, ja: Iterable[Mention], en: Iterable[Mention]) -> None:
        self._registry = registry
        # An entity that no registry has is compared where both languages speak of it: otherwise the two may well be
        # one, spelt in ways that nothing links.
        self._told = {m.value for m in ja if m.value} & {m.value for m in en if m.value}
        self._loose: dict[str, bool] = {}

    def comparable(self, entity: str) -> bool:
        return not entity.startswith("local:") or entity in self._told

    def loose(self, name: str) -> bool:
        """Whether several entities have this name."""
        if name not in self._loose:
            self._loose[name] = self._registry is not None and len(self._registry.find(name)) > 1
        return self._loose[name]

    def agree(self, a: _Value, b: _Value) -> bool:
        """The same, or one is part of the other, as the registry or the id says (``mic`` and ``mic-telecom``).

        Also where the name of one holds a name of the other, as that of a committee holds its institute's: what is
        set against it may be no more than a shorter way to say it.
        """
        if a.value.startswith(b.value + "-") or b.value.startswith(a.value + "-"):
            return True
        if a.value in self._wholes(b.value) or b.value in self._wholes(a.value):
            return True
        return self._holds(a.written, b) or self._holds(b.written, a)

    def _wholes(self, entity: str) -> list[str]:
        """An entity and all that it is part of."""
        out = [entity]
        while self._registry and (entry := self._registry.entries.get(out[-1])) and entry.part_of:
            if entry.part_of in out:
                break
            out.append(entry.part_of)
        return out

    def _holds(self, written: str, other: _Value) -> bool:
        entry = self._registry.entries.get(other.value) if self._registry else None
        names = (*entry.ja, *entry.en, *entry.both, *entry.shared) if entry else ()
        text = fold(written).lower()
        return any(_stands_in(fold(name).lower(), text) for name in (*names, other.written))


def _stands_in(name: str, text: str) -> bool:
    """Whether a name is in a text, as words of their own where it is in Latin letters."""
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text) is not None


class _Value(Struct, frozen=True):
    """A value as it is compared, and as it is written."""

    value: str
    written: str
    label: str = ""
    loose: bool = False  # a number in words, which idioms use too; a name that several bodies have
    place: float = 0.0  # of a name among those of its text, 0 to 1


_Mentions = Mapping[str, Sequence[Mention]]


def differences(
    bead: Bead, blocks: Sequence[Sequence[Block]], mentions: tuple[_Mentions, _Mentions], names: Names
) -> list[Finding]:
    """What the blocks of a bead say differently: dates, then numbers, then names. ``mentions`` are by block."""
    if bead.score < _LEAST_SCORE or any(block.kind == "code" for side in blocks for block in side):
        return []
    severity: Severity = "medium" if bead.score >= _SURE else "low"
    out = []
    readers: list[tuple[FindingKind, Callable[..., list[_Value]], Callable[[_Value, _Value], bool]]] = [
        ("date_differs", _dates, _dates_agree),
        ("number_differs", _numbers, _numbers_agree),
        ("entity_differs", _entities, names.agree),
    ]
    for kind, read, agree in readers:
        ja, en = (
            [value for block in found for value in read(block, of.get(block.id, ()), names)]
            for found, of in zip(blocks, mentions, strict=True)
        )
        for one, other in _unmatched(ja, en, agree):
            weight: Severity = (
                "high"
                if severity == "medium" and kind == "date_differs" and one.value[:4] != other.value[:4]
                else severity
            )
            out.append(_differs(kind, bead, one, other, weight))
    return out


def _unmatched(
    ja: Sequence[_Value], en: Sequence[_Value], agree: Callable[[_Value, _Value], bool]
) -> list[tuple[_Value, _Value]]:
    """Values that nothing on the other side agrees with, paired in order; what one side has more is left out.

    Equal values answer each other one by one, so that the second of two may differ; what then is left may be coarser.
    """
    left, right = _without(ja, en), _without(en, ja)
    lone_ja = [a for a in left if not any(agree(a, b) for b in right)]
    lone_en = [b for b in right if not any(agree(a, b) for a in left)]
    # The nearest first: of several values that changed, each has its own counterpart. A name of a place is not set
    # against one of a person. Words for numbers are often idioms.
    near = sorted(
        (_distance(a, b), i, j)
        for i, a in enumerate(lone_ja)
        for j, b in enumerate(lone_en)
        if a.label == b.label and _telling(a, b, ja, en)
    )
    used: tuple[set[int], set[int]] = set(), set()
    out = []
    for _, i, j in near:
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            out.append((i, lone_ja[i], lone_en[j]))
    return [(one, other) for _, one, other in sorted(out, key=lambda found: found[0])]


def _distance(a: _Value, b: _Value) -> float:
    """How far apart two values are, for choosing what stands for what: in days, or by the factor between numbers.

    Names by their places: both languages list them in one order more often than not.
    """
    if a.label:
        return abs(a.place - b.place)
    spans = intervals.date_range(a.value), intervals.date_range(b.value)
    if spans[0] and spans[1]:
        return float(abs((spans[0][0] - spans[1][0]).days))
    try:
        one, other = float(a.value.rstrip("%")), float(b.value.rstrip("%"))
    except ValueError:
        return 0.0
    return abs(math.log(max(one, 1e-9)) - math.log(max(other, 1e-9))) + (a.value[-1] == "%") * (b.value[-1] != "%")


def _without(values: Sequence[_Value], others: Sequence[_Value]) -> list[_Value]:
    """Values less one for each equal one on the other side."""
    held = Counter((value.label, value.value) for value in others)
    out = []
    for value in values:
        if held[value.label, value.value] > 0:
            held[value.label, value.value] -= 1
        else:
            out.append(value)
    return out


def _telling(one: _Value, other: _Value, ja: Sequence[_Value], en: Sequence[_Value]) -> bool:
    """Whether two values tell of a difference. One that the other side has too, only less often, is said again."""
    again = [any(b.value == one.value for b in en), any(a.value == other.value for a in ja)]
    if one.label:
        # Names are said again where the other language says "it"; what a shared name means was guessed.
        return not any(again) and not one.loose and not other.loose
    loose = [one.loose, other.loose]
    return not all(loose) and not all(again) and not (any(again) and any(loose))


def _dates(block: Block, mentions: Sequence[Mention], names: Names) -> list[_Value]:
    out = []
    for m in mentions:
        if m.label == "DATE" and m.value:
            out.append(_Value(intervals.drop_inferred_year(m.value, m.text), m.text))
    return out


def _dates_agree(a: _Value, b: _Value) -> bool:
    return intervals.agree(a.value, b.value)


def _numbers(block: Block, mentions: Sequence[Mention], names: Names) -> list[_Value]:
    found: list[Number] = numbers(block.text, block.lang, [(m.start, m.end) for m in mentions])
    return [_Value(_digits(n), block.text[n.start : n.end], loose=n.in_words) for n in found]


def _digits(number: Number) -> str:
    """1000000, 0.5, 30%: all digits, no exponent."""
    value = f"{number.value:.0f}" if number.value == int(number.value) else f"{number.value:.10f}".rstrip("0")
    return value + ("%" if number.kind == "percent" else "")


def _numbers_agree(a: _Value, b: _Value) -> bool:
    return a.value == b.value


def _entities(block: Block, mentions: Sequence[Mention], names: Names) -> list[_Value]:
    named = [m for m in mentions if m.label != "DATE"]
    return [
        _Value(m.value, m.text, m.label, names.loose(m.text), (at + 1) / (len(named) + 1))
        for at, m in enumerate(named)
        if m.value and names.comparable(m.value)
    ]


_WHAT = {"date_differs": ("日付", "date"), "number_differs": ("数値", "number"), "entity_differs": ("名称", "name")}


def _differs(kind: FindingKind, bead: Bead, ja: _Value, en: _Value, severity: Severity) -> Finding:
    what_ja, what_en = _WHAT[kind]
    message = {
        "ja": f"{what_ja}が異なります。日本語版は「{ja.written}」、英語版は「{en.written}」です。",
        "en": f"The {what_en} differs: “{ja.written}” in Japanese, “{en.written}” in English.",
    }
    return Finding(kind, bead.ja, bead.en, {"ja": ja.value, "en": en.value}, severity, message)
