"""Dated passages of a document: which part of a text is dated by which date, and how surely.

A date counts for the statement beside it: in a sentence, for the predicate that it belongs to; in a list, for the item
that it begins, ends or heads; in a table, for the cells of its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.facts.happenings import Happening, headline, is_demand, predicates
from aisi_ingest.facts.reading import Reading
from aisi_ingest.model import Block, Lang, Mention
from aisi_ingest.text.sentences import sentences

_LONGEST_HEADLINE = {"ja": 110, "en": 220}  # characters of a list item or cell that is read as one statement
_REACH = {"ja": 90, "en": 130}  # characters between a date that begins a clause and its predicate
_GAP, _GAP_BY = 45, 90  # characters between an English verb and the date after it; with "by" someone
_ADVERBIAL = re.compile(r"(?:に|[、,]|より|付けで|付で|から|\s|の[^。、]{1,40}?(?:において|にて|の結果|では|で、))")
_ATTRIBUTE = re.compile(
    r"に[^。、]{0,14}?(?:した|された)(?![。、]|こと|$)"
)  # 5月に公表されたガイドライン: the date is spent
_CLAUSE_START = re.compile(
    r"(?:^|[,;:(]\s?|\b(?:and|but|while)\s)\W*(?:(?:also|later|then)\s)?"
    r"(?:(?:in|on|as of|from|since|during|at|effective|around)\s(?:early\s|late\s|mid-?\s?)?)?$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\W*(?:In|On|At|During|As a result of)\s[^;,]{0,60}(?:,[^;,]{0,30})?$"
)  # then a date and a comma
_DATE_AFTER_VERB = re.compile(
    r"(?:\b(?:in|on|at|as of|since|dated?|from)\s|[(,:]\s?|^\s)(?:early\s|late\s|mid-?)?$", re.IGNORECASE
)
_AFTER_HEADLINE_DATE = re.compile(r"(?!\s?(?:に|から|まで|以降|時点|現在|の|頃|補正))")
_BREAK = re.compile(r";|\b(?:which|that|who|whose|where)\b")
_HISTORY = 3  # dates that make a line a history
_LONGEST_PART = 60  # characters of one statement in it
_STOP = re.compile(r"[。．]|[.!?](?:\s|$)")


class Passage(Struct, frozen=True):
    """A dated part of a block.

    Attributes:
        block: The block.
        start: Offset of its first character.
        end: Offset after its last character.
        date: The date, of this block or of one above it.
        happening: The word that says what happened, with offsets in the block; None if no word does.
        own: Whether the date stands in the passage.
        cell: Row and column, in a table.
        above: Blocks and cells above it that name whom or where it is about.
    """

    block: Block
    start: int
    end: int
    date: Mention
    happening: Happening | None
    own: bool
    cell: tuple[int, int] | None = None
    above: tuple[Mention, ...] = ()


def text_passages(reading: Reading, block: Block) -> Iterator[Passage]:
    """Yield the dated passages of a paragraph or list item."""
    dates = reading.dates(block.id)
    if reading.only_date(block) is not None:
        return
    if not dates:
        parents = reading.parents.get(block.id, ())
        date = reading.only_date(parents[0]) if parents else None
        if date is not None and block.kind == "list_item" and _is_short(block.text, block.lang):
            yield Passage(block, 0, len(block.text), date, headline(block.text, block.lang), False)
        return
    for start, end in sentences(block.text):
        yield from sentence_passages(reading, block, start, end)


def sentence_passages(reading: Reading, block: Block, start: int, end: int) -> Iterator[Passage]:
    """Yield the dated passages of ``block.text[start:end]``, a sentence or a line without an end."""
    dates = reading.dates(block.id, start, end)
    parts = _parts_by_date(block.text, start, end, dates)
    if all(part_end - part_start <= _LONGEST_PART for part_start, part_end in parts) and len(parts) > 1:
        for date, (part_start, part_end) in zip(dates, parts, strict=True):
            yield from headline_passages(block, part_start, part_end, date)
        return
    found = [each for date in dates if (each := _predicate(block, start, end, date)) is not None]
    if found:
        used: set[int] = set()
        for date, happening in found:
            if happening.start not in used:
                used.add(happening.start)
                yield Passage(block, start, end, date, happening, True)
        return
    text = block.text[start:end]
    if len(dates) == 1 and _is_short(text, block.lang) and not _STOP.search(text[:-1]):
        yield from headline_passages(block, start, end, dates[0])


def headline_passages(block: Block, start: int, end: int, date: Mention) -> Iterator[Passage]:
    """Yield a short text as one passage, if its date stands where it dates all of it."""
    text = block.text[start:end].rstrip()
    if _is_headline(text, date.start - start, date.end - start, block.lang):
        happening = headline(text, block.lang)
        yield Passage(block, start, start + len(text), date, happening and _moved(happening, start), True)


def _parts_by_date(text: str, start: int, end: int, dates: list[Mention]) -> list[tuple[int, int]]:
    """Return the parts of a history that is written without a break: each begins with its date."""
    if len(dates) < _HISTORY or text[start : dates[0].start].strip():
        return []
    edges = [*(each.start for each in dates), end]
    return list(pairwise(edges))


def _is_headline(text: str, date_start: int, date_end: int, lang: Lang) -> bool:
    """Return whether a date stands where it dates a whole short text: first, last, or in brackets.

    Args:
        text: The text.
        date_start: The first character of the date.
        date_end: After its last character.
        lang: The language of the text.
    """
    before, after = text[:date_start].lstrip("\"'“「*•-・※ "), text[date_end:]
    if is_demand(text, lang) or not _AFTER_HEADLINE_DATE.match(after):
        return False
    if not before.strip():
        return True
    in_brackets = re.search(r"[(（\[][^()（）\[\]]{0,24}$", before) and re.match(r"[^()（）\[\]]{0,24}[)）\]]", after)
    if in_brackets:
        return True
    return not after.strip(" .。") and (lang == "ja" or bool(_DATE_AFTER_VERB.search(before)))


def _opens_bracket(text: str) -> bool:
    """Return whether a text ends inside brackets that begin in it."""
    return sum(map(text.count, "（(")) > sum(map(text.count, "）)"))


def _is_short(text: str, lang: Lang) -> bool:
    return len(text) <= _LONGEST_HEADLINE[lang]


def _moved(happening: Happening, by: int) -> Happening:
    return Happening(happening.start + by, happening.end + by, happening.kind)


def _predicate(block: Block, start: int, end: int, date: Mention) -> tuple[Mention, Happening] | None:
    """Return the date with the predicate that it dates, or None."""
    found = [_moved(each, start) for each in predicates(block.text[start:end], block.lang)]
    for happening in found:
        if _dates(block.text, start, date, happening, block.lang):
            return date, happening
    return None


def _dates(text: str, start: int, date: Mention, happening: Happening, lang: Lang) -> bool:
    """Return whether a date belongs to a predicate of its sentence."""
    if lang == "ja":
        between = text[date.end : happening.start]
        if happening.start < date.end or len(between) > _REACH["ja"] or _BREAK.search(between):
            return False
        if _ATTRIBUTE.match(between) or _opens_bracket(between):
            return False
        return not between or bool(_ADVERBIAL.match(between))
    if date.start >= happening.end:
        between = text[happening.end : date.start]
        gap = _GAP_BY if between.lstrip().startswith("by ") else _GAP
        return len(between) <= gap and not _BREAK.search(between) and bool(_DATE_AFTER_VERB.search(between))
    between = text[date.end : happening.start]
    if len(between) > _REACH["en"] or _BREAK.search(between):
        return False
    before = text[start : date.start]
    return bool(_CLAUSE_START.search(before)) or (between.startswith(",") and bool(_OPENING.match(before)))
