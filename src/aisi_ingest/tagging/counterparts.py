"""Look for the names of one language in the other, once two documents are a pair and once they are aligned.

Before the alignment, `same_persons` gives a person one id in both languages. After it, `find` looks for each name in
the text that says the same, where no rule has found it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from aisi_ingest.model import Bead, Block, Counterparts, Document, Mention
from aisi_ingest.tagging.readings import compare
from aisi_ingest.text.normalise import is_japanese

RULE = "counterpart"
_LOCAL_PERSON = "local:person:"
_SHORTEST_LATIN = 3  # characters of a name that is looked for letter by letter
_LATIN_PAIR = re.compile(r"(?<![\w'’-])(?=([A-Z][A-Za-zà-ž'’-]+\s(?:[A-Z]\.\s?){0,2}[A-Z][A-Za-zà-ž'’-]+)(?![\w'’-]))")
_JAPANESE_NAME = re.compile(
    "[\u3005\u4e00-\u9fff]{1,3}[ \u3000][\u3005\u4e00-\u9fff\u3040-\u309f]{1,3}(?![\u4e00-\u9fff])"
    "|(?<![\u4e00-\u9fff])[\u3005\u4e00-\u9fff]{3,6}(?![\u4e00-\u9fff])"
    "|(?<![ァ-ヺー・])[ァ-ヺー]{2,12}(?:[・＝=][ァ-ヺー]{1,12}){1,3}(?![ァ-ヺー])"
)


# ---- one person, one id -------------------------------------------------------------------------------


def same_persons(ja: Iterable[Mention], en: Iterable[Mention]) -> dict[str, str]:
    """Return the local ids of persons that both languages mention, with the one id that they should have.

    Two names are one person if UniDic has the Latin spelling among its readings; or if the family names agree and no
    other person of either document has that family name. An id of the registry is kept, else the Latin one.

    Args:
        ja: Mentions of the Japanese document.
        en: Mentions of the English document.
    """
    japanese, latin = _persons(ja, japanese=True), _persons(en, japanese=False)
    agreements = {
        (a, b): found
        for a, name in japanese.items()
        for b, other in latin.items()
        if a != b and (a not in latin and b not in japanese) and (found := compare(name, other)) != "none"
    }
    out: dict[str, str] = {}
    for wanted in ("full", "family"):
        left = {pair for pair, found in agreements.items() if found == wanted and not {*pair}.intersection(out)}
        taken = set(out.values())
        for a, b in sorted(left):
            rivals = [pair for pair in left if (pair[0] == a) != (pair[1] == b)]
            if rivals or b in taken:
                continue
            kept, given_up = (a, b) if not a.startswith(_LOCAL_PERSON) else (b, a)
            if given_up.startswith(_LOCAL_PERSON):
                out[given_up] = kept
    return out


def _persons(mentions: Iterable[Mention], *, japanese: bool) -> dict[str, str]:
    """Return the longest name of each person, by id."""
    out: dict[str, str] = {}
    for mention in mentions:
        if mention.label != "PERSON" or mention.value is None or is_japanese(mention.text[0]) != japanese:
            continue
        if len(mention.text) > len(out.get(mention.value, "")):
            out[mention.value] = mention.text
    return out


def with_ids(document: Document, same: Mapping[str, str]) -> Document:
    """Return a document whose mentions have the ids of ``same``."""
    if not any(mention.value in same for mention in document.mentions):
        return document
    renamed = (
        replace(each, value=same[each.value]) if each.value is not None and each.value in same else each
        for each in document.mentions
    )
    return replace(document, mentions=tuple(renamed))


def with_mentions(document: Document, more: Sequence[Mention]) -> Document:
    """Return a document with further mentions, in the order of the text; those that overlap others are left out."""
    if not more:
        return document
    taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for mention in document.mentions:
        taken[mention.block].append((mention.start, mention.end))
    kept: list[Mention] = []
    for mention in more:
        if not _is_taken(mention.start, mention.end, taken[mention.block]):
            taken[mention.block].append((mention.start, mention.end))
            kept.append(replace(mention, id=f"c{len(kept) + 1}"))
    order = {block.id: at for at, block in enumerate(document.content.blocks)}
    both = sorted((*document.mentions, *kept), key=lambda each: (order.get(each.block, -1), each.start))
    return replace(document, mentions=tuple(both))


# ---- names that only one language has -----------------------------------------------------------------


def find(ja: Document, en: Document, beads: Iterable[Bead], same: dict[str, str]) -> Counterparts:
    """Look for the names of one language in the aligned text of the other.

    Args:
        ja: The Japanese document.
        en: The English document.
        beads: Their alignment, of which the blocks are used.
        same: What `same_persons` has found.
    """
    sides = _Side(ja), _Side(en)
    out: tuple[list[Mention], list[Mention]] = ([], [])
    for bead in beads:
        if bead.unit != "block" or not (bead.ja and bead.en):
            continue
        for this, other, found, from_, to in (
            (sides[0], sides[1], out[1], bead.ja, bead.en),
            (sides[1], sides[0], out[0], bead.en, bead.ja),
        ):
            names = [mention for block in from_ for mention in this.mentions[block]]
            for mention in names:
                found += other.look_for(mention, to)
    return Counterparts(same, tuple(out[0]), tuple(out[1]))


class _Side:
    """The blocks and mentions of one document."""

    def __init__(self, document: Document) -> None:
        self._blocks: dict[str, Block] = {block.id: block for block in document.content.blocks}
        self.mentions: dict[str, list[Mention]] = defaultdict(list)
        self._taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for mention in document.mentions:
            self.mentions[mention.block].append(mention)
            self._taken[mention.block].append((mention.start, mention.end))

    def look_for(self, mention: Mention, blocks: Iterable[str]) -> Iterator[Mention]:
        """Yield the places in blocks that name what a mention of the other language names."""
        if mention.label in ("DATE", "PLACE") or mention.value is None:
            return
        for block in blocks:
            if block not in self._blocks or self._blocks[block].kind in ("furniture", "code"):
                continue
            text = self._blocks[block].text
            for start, end in _places(mention, text):
                if not _is_taken(start, end, self._taken[block]):
                    self._taken[block].append((start, end))
                    yield Mention("", block, start, end, text[start:end], mention.label, RULE, mention.value)


def _places(mention: Mention, text: str) -> Iterator[tuple[int, int]]:
    name = mention.text
    if name.isascii():
        if len(name) >= _SHORTEST_LATIN and not name.islower():
            for m in re.finditer(rf"(?<![A-Za-z0-9_@/.-]){re.escape(name)}(?![A-Za-z0-9_@/-]|\.[a-z])", text):
                yield m.span()
        if mention.label == "PERSON" and " " in name:
            yield from ((m.start(), m.end()) for m in _JAPANESE_NAME.finditer(text) if _is_name_of(m[0], name))
    elif mention.label == "PERSON" and is_japanese(name[0]):
        yield from (m.span(1) for m in _LATIN_PAIR.finditer(text) if _is_name_of(name, m[1]))


def _is_name_of(japanese: str, latin: str) -> bool:
    return compare(japanese, latin) == "full"


def _is_taken(start: int, end: int, taken: Iterable[tuple[int, int]]) -> bool:
    return any(a < end and start < b for a, b in taken)
