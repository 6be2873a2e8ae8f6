"""Learn the short names that a document defines: after ``A (B)`` or ``A（以下「B」という。）``, B is a mention of A."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aisi_ingest.model import Label
from aisi_ingest.tagging.spans import Span
from aisi_ingest.tagging.words import words
from aisi_ingest.text.normalise import is_japanese

_BRACKET = re.compile(r"[」』”\"]?\s?[（(]([^（）()\n]{1,120}(?:[（(][^（）()\n]{0,60}[)）][^（）()\n]{0,60})?)[)）]")
_HEREAFTER_JA = re.compile(
    r"以下[、，,]?\s?(?:単に|総称して|略して)?[「『\"“]([^」』\"”\n]{1,40})[」』\"”]\s?(?:という"
    r"|と(?:いう|呼ぶ|する|称する|略す|記す|表記|略称))?"
)
_HEREINAFTER = re.compile(
    r"(?:hereinafter|hereafter|henceforth)(?:,)?(?:\s(?:collectively|jointly"
    r"|simply))?(?:\s(?:referred to as|called|known as"
    r"|as))?,?\s?(?:the\s)?[\"“'‘]?([^\"”’()]{2,60}?)[\"”’']?\s*$",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"[A-Z][A-Za-z0-9&/+-]{0,11}(?:\s[A-Z0-9][A-Za-z0-9]{0,5})?$")
# What is no name of its own: 本ガイドライン, this report, 委員会.
_GENERIC = re.compile(r"(?:本|当|同|この|当該|各|the\s|this\s|these\s)", re.IGNORECASE)
_GENERIC_WORDS = words(
    """
    ガイド ガイドライン 報告書 協定 法 条約 会議 委員会 協議会 研究会 検討会 WG ワーキンググループ 事務局 guide
    guidelines report agreement act committee council group
    """
)
_ENGLISH_NAME = re.compile(
    r"(?:[Tt]he\s)?[A-Z][\w'’.-]*(?:[\s/,-]+(?:of|for|and|the|on|in|to|&|[A-Z0-9(][\w'’.&-]*))+$"
)


# A document that defines more names is a list of abbreviations. Each new name compiles a pattern of all names.
_MOST_DEFINITIONS = 400
_LONGEST_GIVEN_NAME = 3  # characters
_SHORTEST_UNDIVIDED_NAME = 3  # characters of a Japanese name without a blank
_SHORTEST_ENGLISH_NAME = 9  # characters of an English name after a Japanese one
_FEWEST_CAPITALS = 2  # of an acronym

# A defined name at text[start:end], and how it is defined: "hereafter", "acronym" or "apposition".
_Definition = tuple[int, int, str]


class Definitions:
    """The short names that one document has defined so far. Call the methods block by block in reading order."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Label, str | None, str]] = {}  # short name: label, value, full name
        self._pattern: re.Pattern[str] | None = None
        self.meanings: dict[str, str] = {}  # shared name: the entity that this document means by it
        self._section: str | None = None
        self._people: dict[str, Span] = {}  # family name: the person whose full name was given
        self._canonical: dict[str, str] = {}  # name without entry in the registry: the name for its local id

    def find(self, text: str, start: int = 0) -> Iterator[Span]:
        """Yield the mentions of names defined so far, from the offset ``start`` on."""
        if self._pattern is None:
            return
        for m in self._pattern.finditer(text, start):
            label, value, name = self._known[m.group()]
            yield Span(m.start(), m.end(), label, "defined", value, name)

    def canonical(self, name: str) -> str:
        """Return the name for the local id of ``name``: the acronym or Latin spelling that the document gives."""
        seen = {name}
        while name in self._canonical and self._canonical[name] not in seen:
            name = self._canonical[name]
            seen.add(name)
        return name

    def learn(self, text: str, spans: list[Span]) -> list[Span]:
        """Learn the names that the brackets after spans define.

        Args:
            text: Text of a block.
            spans: Its spans from left to right.

        Returns:
            New spans for the defined names themselves.
        """
        out = []
        for span in spans:
            if span.label in (None, "DATE", "PLACE", "PERSON"):
                continue
            bracket = _BRACKET.match(text, span.end)
            if bracket is None:
                continue
            for definition in _defined_names(bracket, text[span.start : span.end]):
                found = self._define(text, span, definition, spans)
                if found is not None:
                    out.append(found)
        return out

    def _define(self, text: str, span: Span, definition: _Definition, spans: list[Span]) -> Span | None:
        """Learn one name for what ``span`` names; return a new span for it unless another one remains there."""
        start, end, kind = definition
        name, short = text[span.start : span.end], text[start:end]
        taken = next((s for s in spans if s.start < end and start < s.end), None)
        if taken is not None and taken.ids and span.value in taken.ids:
            if kind == "hereafter" and span.value:
                self.meanings[short] = span.value
            return taken._replace(value=span.value, ids=(), rule="defined")
        if taken is not None and (taken.label == span.label or taken.rule == "registry" or kind == "apposition"):
            if taken.label != span.label or taken.value is not None:
                return None
            if span.value is None:
                self._join(name, text[taken.start : taken.end])
            elif not taken.ids and taken.start == start:
                self._add(short, span, name)
                return taken._replace(value=span.value, rule="defined")
            return None
        assert span.label is not None
        self._add(short, span, name)
        if span.value is None:
            self._join(name, short)
        return Span(start, end, span.label, "defined", span.value, span.name or name)

    def link_family_names(self, text: str, spans: list[Span]) -> list[Span]:
        """Link family names to the persons whose full names came before, and remember full names.

        Returns:
            The spans; a family name alone has the value of the person.
        """
        out = []
        for span in spans:
            if span.label == "PERSON":
                name = text[span.start : span.end]
                if span.value is None and span.rule == "person.title":
                    full = self._people.get(name)
                    span = full._replace(start=span.start, end=span.end, rule="person.above") if full else span
                if span.rule != "person.above":
                    self._people.update(
                        dict.fromkeys(_possible_family_names(name), span._replace(name=span.name or name))
                    )
            out.append(span)
        return out

    def remember_working_group(self, text: str, spans: list[Span], section: str | None) -> None:
        """Let "WG" alone mean the working group that was named last in the same section."""
        if section != self._section:
            self._section = section
            if self._known.pop("WG", None):
                self._compile()
        for span in spans:
            name = text[span.start : span.end]
            if (
                span.label == "ORG"
                and name != "WG"
                and name.endswith(("ワーキンググループ", "WG", "Working Group"))
                and not name.endswith("SWG")
            ):
                self._add("WG", span, name)

    def _join(self, name: str, other: str) -> None:
        """Let two names share one local id, which is made from the acronym, else from the Latin name."""

        def order(n: str) -> tuple[bool, bool, int, str]:
            return is_japanese(n[0]) or is_japanese(n[-1]), not n.isupper(), -len(n), n

        better = min((name, other), key=order)
        worse = other if better == name else name
        if worse != better:
            self._canonical[self.canonical(worse)] = better

    def _add(self, short: str, span: Span, name: str) -> None:
        assert span.label is not None
        if self._known.get(short) == (span.label, span.value, span.name or name):
            return
        if len(self._known) >= _MOST_DEFINITIONS and short not in self._known:
            return
        self._known[short] = (span.label, span.value, span.name or name)
        self._compile()

    def _compile(self) -> None:
        names = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_whole_name_pattern, names))) if names else None


def _possible_family_names(name: str) -> list[str]:
    """Return what may be the family name: the first characters of a Japanese name, the last word of a Latin one."""
    if not is_japanese(name[0]):
        words = name.split()
        return words[-1:] if len(words) > 1 else []
    parts = re.split(r"[ \u3000・＝=]", name)
    if len(parts) > 1:
        return [parts[-1] if "\u30a0" <= name[0] <= "\u30ff" else parts[0]]
    if len(name) < _SHORTEST_UNDIVIDED_NAME:
        return []
    return [name[:size] for size in (1, 2, 3) if 0 < len(name) - size <= _LONGEST_GIVEN_NAME]


def _whole_name_pattern(name: str) -> str:
    """Return a pattern that matches a name where it is no part of a longer word."""
    pattern = re.escape(name)
    if name[0].isascii() and name[0].isalnum():
        pattern = r"(?<![A-Za-z0-9_.-])" + pattern
    if name[-1].isascii() and name[-1].isalnum():
        pattern += r"(?![A-Za-z0-9_]|-[A-Za-z])"
    if "\u30a0" <= name[-1] <= "\u30ff":
        pattern += "(?![\u30a0-\u30ff])"
    return pattern


def _defined_names(bracket: re.Match[str], name: str) -> Iterator[_Definition]:
    """Yield what a bracket gives as other names of ``name``."""
    inside, at = bracket[1], bracket.start(1)
    hereafter = _HEREAFTER_JA.search(inside) or _HEREINAFTER.search(inside)
    if hereafter is not None:
        short = hereafter[1].strip()
        if not _GENERIC.match(short) and short.lower() not in _GENERIC_WORDS and len(short) > 1:
            start = at + inside.index(short, hereafter.start(1))
            yield start, start + len(short), "hereafter"
        inside = inside[: hereafter.start()].rstrip("。、, 　:;")
    # A bracket may define several names: （English Name: ABC）, (Guidelines for Business; GfB)
    for m in re.finditer(r"[^;；:：、。,/]+(?:,\s[A-Z][a-z][^;；:：、。,/]*)*", inside):
        piece = m.group().strip().strip('「」『』"“”')
        if not piece:
            continue
        start = at + m.start() + m.group().index(piece)
        if _is_acronym_of(piece, name):
            yield start, start + len(piece), "acronym"
        elif is_japanese(name[0]) and _ENGLISH_NAME.match(piece) and len(piece) >= _SHORTEST_ENGLISH_NAME:
            skip = 4 if piece.lower().startswith("the ") else 0
            yield start + skip, start + len(piece), "apposition"


def _is_acronym_of(acronym: str, name: str) -> bool:
    """Return whether half of the capitals of an acronym can come from a Latin name; from a Japanese one all can."""
    letters = [c for c in acronym if c.isupper()]
    if not _ACRONYM.match(acronym) or len(letters) < _FEWEST_CAPITALS:
        return False
    if is_japanese(name[0]):
        return True
    initials = [w[0].upper() for w in re.findall(r"[A-Za-z]+", name)]
    capitals = [c for c in name if c.isupper()]
    hits = sum(c in initials or c in capitals for c in letters)
    return hits * 2 >= len(letters) and name != acronym
