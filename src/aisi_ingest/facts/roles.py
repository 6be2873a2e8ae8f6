"""Find who holds, or held, which post: in the heading about a person, and in the lines of a career below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aisi_ingest.facts.reading import Reading
from aisi_ingest.facts.titles import is_title, post_of
from aisi_ingest.facts.types import Evidence, Key, Relation
from aisi_ingest.model import Block, Lang, Mention

_SAME_COMPANY = re.compile(r"同(?:社|省|庁|所|大学|研究所)")
_JOINED = re.compile(r"入社|入省|入庁|入所|入行|\b[Jj]oined(?: the)?\b")
_REMARK = re.compile(r"\s*[\[［【(（](?:現職|現在|現\s|[Cc]urrent|[Pp]resent|\d{1,2}月)[^\])）］】]*[\])）］】]\s*$")
_SIGNS = " \u3000,、:：;・/-–—"
_SECOND_POST = re.compile(r"[よか]り\s*(?P<title>[^\s()（）]{2,20}?)(?:を)?兼[務任]")
_BETWEEN_TITLES = {"ja": re.compile(r"[・兼]|\s*/\s*"), "en": re.compile(r",\s*|\s*/\s*|\s+and\s+")}
_LONGEST_TITLE = 120  # characters; a longer text is a sentence about the person


def roles(reading: Reading) -> Iterator[Relation]:
    """Yield the posts of the persons whom headings name."""
    about = _organisation_of(reading)
    last: dict[str, str] = {}  # the organisation of the line before, by section
    for block in reading.document.content.blocks:
        person = reading.persons.get(block.section or "")
        if person is None or person.value is None or block.hidden:
            continue
        if block.kind in ("heading", "title") and block.id == person.block:
            yield from _posts_in_heading(reading, block, person, about)
        elif block.kind in ("list_item", "paragraph"):
            for relation in _career_line(reading, block, person.value, last.get(block.section or "")):
                last[block.section or ""] = relation.object or ""
                yield relation


def _organisation_of(reading: Reading) -> str | None:
    """Return the organisation that a document is about: the one in its title, otherwise its publisher."""
    for block in reading.document.content.blocks:
        if block.kind == "title":
            named = reading.of(block.id, "ORG")
            return named[0].value if named else reading.document.listing.publisher
    return reading.document.listing.publisher


def _posts_in_heading(reading: Reading, block: Block, person: Mention, about: str | None) -> Iterator[Relation]:
    named = [each for each in reading.of(block.id, "ORG") if each.value]
    organisation = named[0].value if named else about
    rest = _without(block.text, [person, *named])
    if organisation is None or not is_title(rest) or len(rest) > _LONGEST_TITLE:
        return
    for title in _titles(rest, block.lang):
        yield _role(reading, block, person.value or "", organisation, title, None)


def _career_line(reading: Reading, block: Block, person: str, before: str | None) -> Iterator[Relation]:
    """Yield the posts of a line that begins with a date and names an organisation."""
    dates = reading.dates(block.id)
    if not dates or block.text[: dates[0].start].strip(_SIGNS):
        return
    remark = _REMARK.search(block.text)
    end = remark.start() if remark else len(block.text)
    named = [each for each in reading.of(block.id, "ORG", end=end) if each.value]
    organisation = named[-1].value if named else before if _SAME_COMPANY.search(block.text) else None
    if organisation is None:
        return
    rest = _without(block.text[:end], [dates[0], *named])
    rest = _JOINED.sub("", _SAME_COMPANY.sub("", rest)).strip(_SIGNS)
    for title in _titles(rest, block.lang) if is_title(rest) else [""]:
        yield _role(reading, block, person, organisation, title, dates[0].value)
    if remark and len(dates) > 1 and (second := _SECOND_POST.search(block.text, dates[1].end)):
        yield _role(reading, block, person, organisation, second["title"], dates[1].value)


def _without(text: str, mentions: list[Mention]) -> str:
    for each in sorted(mentions, key=lambda m: -m.start):
        text = text[: each.start] + " " + text[each.end :]
    return re.sub(r"\s+(?:of|at|of the|at the)$", "", " ".join(text.split()).strip(_SIGNS)).strip(_SIGNS)


def _titles(text: str, lang: Lang) -> list[str]:
    """Return the titles of a text: several if each part is one on its own."""
    parts = [each.strip(_SIGNS) for each in _BETWEEN_TITLES[lang].split(text)]
    return parts if len(parts) > 1 and all(post_of(each) for each in parts) else [text]


def _role(reading: Reading, block: Block, person: str, organisation: str, title: str, start: str | None) -> Relation:
    post = post_of(title) if title else None
    keys: list[Key] = [("role", person, organisation, post)] if post else []
    if start is not None:
        keys.append(("role", person, organisation, re.sub(r"\W+", "", title), start))
    return Relation(
        subject=person,
        predicate="role_of",
        object=organisation,
        title={block.lang: title} if title else {},
        start=start,
        evidence=(Evidence(reading.document.id, block.id, 0, len(block.text)),),
        keys=tuple(keys),
    )
