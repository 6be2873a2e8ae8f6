"""Find how organisations belong together, who published a guide, and how many people an organisation has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aisi_ingest.facts.reading import Reading
from aisi_ingest.facts.types import Event, Evidence, Predicate, Relation
from aisi_ingest.model import Block, Mention
from aisi_ingest.text.sentences import sentences

_ALIAS = r"(?:\s?[（(][^（）()]{1,60}[）)])?"  # another name in brackets
_QUOTE = r"[「『“\"']?"
# Two organisations: what stands between them, what follows, the predicate, and whether the second is the subject.
_BETWEEN: tuple[tuple[re.Pattern[str], re.Pattern[str], Predicate, bool], ...] = (
    (
        re.compile(rf"{_ALIAS}に{_QUOTE}"),
        re.compile(rf"[」』]?{_ALIAS}[」』]?を?(?:設立|設置|創設)"),
        "hosted_by",
        True,
    ),
    (re.compile(rf"{_ALIAS}(?:にある|内の|傘下の|内に置かれた){_QUOTE}"), re.compile(""), "part_of", True),
    (re.compile(rf"{_ALIAS}を事務局とする{_QUOTE}"), re.compile(""), "hosted_by", True),
    (
        re.compile(rf"の(?:中|下|もと|内部)に[^。]{{0,40}}?{_QUOTE}"),
        re.compile(r"[」』]?を(?:設置|設立)"),
        "part_of",
        True,
    ),
    (
        re.compile(
            rf"{_ALIAS},? (?:was |is |has been )?(?:established|set up|housed|hosted|located) (?:with)?in (?:the )?"
        ),
        re.compile(""),
        "hosted_by",
        False,
    ),
    (re.compile(rf"{_ALIAS}[\"”']? (?:within|of the|at the|at|under the) "), re.compile(""), "part_of", False),
)
_BY_GUIDE = re.compile(
    rf"{_ALIAS}[\"”」]?,? (?:\w+ )?(?:published|issued|released) by (?:the )?"
)  # guide, then organisation
_GUIDE_OF = re.compile(rf"{_ALIAS}(?:の|が公表した|が発行した|による|'s | ){_QUOTE}")  # organisation, then guide
_HEADS = (
    re.compile(r"(?:人員)?(?:規模|体制|職員数|人員|スタッフ)(?:は|が)?(?:約)?(?P<number>\d[\d,]*)\s?[人名]"),
    re.compile(r"^約?(?P<number>\d[\d,]*)\s?[人名](?:程度|ほど|余り)?の?(?:規模|体制|職員)"),
    re.compile(
        r"\b(?:staffs?|scale|workforce|team|employees)\b(?: \w+){0,3} (?P<number>\d[\d,]*)"
        r"(?: (?:people|members|staff)|$)",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?:approximately|about|around|some) (?P<number>\d[\d,]*) (?:people|staff|members|employees)", re.IGNORECASE
    ),
)
_LAW = re.compile(r"条約$|協定$|法$|\b(?:Act|Convention|Agreement|Regulation|Directive|Treaty)$")  # made, not published
_LONGEST_STATEMENT = {"ja": 120, "en": 120}  # characters; in longer ones an organisation may do something else
_AIM_REACH = 6  # characters after a number in which を目指す begins
_AIM = re.compile(r"目指|目標|予定|\b(?:aim\w*|plan\w*|target\w*|will)\b", re.IGNORECASE)
_MEMBERS = re.compile(
    r"(?:ministries|agencies|organi[sz]ations|institutions|members|participants|companies)[^:]{0,20}[:：]?$"
    r"|(?:構成員|構成機関|参加機関|参画機関|関係府省庁|関係機関|関係省庁|会員|メンバー)[:：]?$",
    re.IGNORECASE,
)
_CONSISTS = re.compile(
    r"organi[sz]ation formed|consists? of|composed of|comprises|で構成|からなる|が参加する", re.IGNORECASE
)
_BARE = re.compile(r"[\W_]+")


def body_relations(reading: Reading) -> Iterator[Relation]:
    """Yield what the lines of a document state about organisations and guides, in the order of its text."""
    about: dict[str, str] = {}  # the organisation that a group of list items is about, by the id of the item above them
    whole: dict[str, str] = {}  # the organisation that others belong to, by section
    for block in reading.blocks():
        if block.kind == "table" or block.section in reading.persons:
            continue
        parents = reading.parents.get(block.id, ())
        group = parents[0].id if parents and parents[0].kind == "list_item" else ""
        for start, end in sentences(block.text):
            named = [each for each in reading.of(block.id, "ORG", "GUIDE", start=start, end=end) if each.value]
            for relation in _between(reading, block, named):
                if group and relation.predicate in ("hosted_by", "part_of"):
                    about.setdefault(group, relation.subject)
                yield relation
            if group in about and (count := _head_count(block.text[start:end])):
                yield _relation(reading, block, start, end, about[group], "head_count", None, count)
            if named and named[0].value and _CONSISTS.search(block.text[start:end]):
                whole.setdefault(block.section or "", named[0].value)
        yield from _member(reading, block, whole.get(block.section or ""))


def _between(reading: Reading, block: Block, named: list[Mention]) -> Iterator[Relation]:
    """Yield the relations that the words between two neighbouring names state."""
    for at, first in enumerate(named):
        for second in named[at + 1 :]:
            if first.value == second.value or second.start < first.end:
                continue
            found = _predicate(block.text, first, second)
            if found is None:
                continue
            predicate, second_is_subject = found
            subject, object_ = (second, first) if second_is_subject else (first, second)
            assert subject.value is not None
            yield _relation(reading, block, first.start, second.end, subject.value, predicate, object_.value, None)
            break


def _predicate(text: str, first: Mention, second: Mention) -> tuple[Predicate, bool] | None:
    """Return the predicate that two names are in, and whether the second is its subject."""
    between = text[first.end : second.start]
    if first.label == "ORG" and second.label == "ORG" and not text[: first.start].endswith("/"):  # Directive 2006/42/EC
        for middle, after, predicate, second_is_subject in _BETWEEN:
            if middle.fullmatch(between) and after.match(text, second.end):
                return predicate, second_is_subject
    elif _LAW.search(first.text) or _LAW.search(second.text):
        return None
    elif first.label == "ORG" and second.label == "GUIDE" and _GUIDE_OF.fullmatch(between):
        return "published_by", True
    elif first.label == "GUIDE" and second.label == "ORG" and _BY_GUIDE.fullmatch(between):
        return "published_by", False
    return None


def _head_count(text: str) -> str | None:
    match = next((found for pattern in _HEADS if (found := pattern.search(text))), None)
    return match["number"].replace(",", "") if match and not _AIM.search(text[: match.end() + _AIM_REACH]) else None


def _member(reading: Reading, block: Block, whole: str | None) -> Iterator[Relation]:
    """Yield that the organisation of an item is a member, if the items are headed as members of one."""
    parents = reading.parents.get(block.id, ())
    if whole is None or block.kind != "list_item" or not parents or not _MEMBERS.search(parents[0].text):
        return
    named = [each for each in reading.of(block.id, "ORG") if each.value]
    rest = len(_BARE.sub("", block.text)) - sum(len(_BARE.sub("", each.text)) for each in named)
    if named and named[0].start == 0 and rest == 0 and named[0].value != whole:
        subject = named[0].value
        assert subject is not None
        yield _relation(reading, block, 0, len(block.text), subject, "member_of", whole, None)


def published_by(event: Event) -> Iterator[Relation]:
    """Yield who published a guide, from the event of its publication, if both are clear."""
    is_short = all(len(text) <= _LONGEST_STATEMENT[lang] for lang, text in event.label.items())
    if event.kind == "published" and len(event.guides) == len(event.actors) == 1 and is_short:
        subject, object_ = event.guides[0], event.actors[0]
        key = ("published_by", subject, object_, "")
        yield Relation(subject, "published_by", object_, evidence=event.evidence, keys=(key,))


def _relation(
    reading: Reading,
    block: Block,
    start: int,
    end: int,
    subject: str,
    predicate: Predicate,
    object_: str | None,
    value: str | None,
) -> Relation:
    return Relation(
        subject,
        predicate,
        object_,
        value,
        evidence=(Evidence(reading.document.id, block.id, start, end),),
        keys=((predicate, subject, object_ or "", value or ""),),
    )
