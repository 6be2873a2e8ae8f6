"""What a document defines: after ``A (B)`` or ``A（以下「B」という。）`` B is a mention of A from there on."""

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


# A document that defines more is a list of abbreviations; each new name costs a pattern of all.
_MOST = 400


class Definitions:
    """Names that one document gives to what it has named before."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Label, str | None, str]] = {}  # name: label, value, name of what it is
        self._pattern: re.Pattern[str] | None = None
        self.meant: dict[str, str] = {}  # a name that several have: the one that this document means
        self._section: str | None = None
        self._people: dict[str, Span] = {}  # family name: the person named in full
        self._canonical: dict[str, str] = {}  # a name that no registry has: the one its local id is made of

    def known(self, text: str, start: int = 0) -> Iterator[Span]:
        """Mentions of names defined so far."""
        if self._pattern is None:
            return
        for m in self._pattern.finditer(text, start):
            label, value, name = self._known[m.group()]
            yield Span(m.start(), m.end(), label, "defined", value, name)

    def canonical(self, name: str) -> str:
        """The name that a local id is made of: the acronym or Latin spelling that the document gives."""
        seen = {name}
        while name in self._canonical and self._canonical[name] not in seen:
            name = self._canonical[name]
            seen.add(name)
        return name

    def learn(self, text: str, spans: list[Span]) -> list[Span]:
        """New mentions in the brackets after ``spans``; what they name is known from now on."""
        out = []
        for span in spans:
            if span.label in (None, "DATE", "PLACE", "PERSON"):
                continue
            bracket = _BRACKET.match(text, span.end)
            if bracket is None:
                continue
            name = text[span.start : span.end]
            for start, end, kind in _short_names(bracket, name):
                short = text[start:end]
                taken = next((s for s in spans if s.start < end and start < s.end), None)
                if taken is not None and taken.ids and span.value in taken.ids:
                    out.append(taken._replace(value=span.value, ids=(), rule="defined"))
                    if kind == "hereafter" and span.value:
                        self.meant[short] = span.value
                    continue
                if taken is not None and (
                    taken.label == span.label or taken.rule == "registry" or kind == "apposition"
                ):
                    if taken.label == span.label and taken.value is None and span.value is None:
                        self._join(name, text[taken.start : taken.end])
                    elif taken.label == span.label and taken.value is None and not taken.ids and taken.start == start:
                        out.append(taken._replace(value=span.value, rule="defined"))
                        self._teach(short, span, name)
                    continue
                assert span.label is not None
                self._teach(short, span, name)
                if span.value is None:
                    self._join(name, short)
                out.append(Span(start, end, span.label, "defined", span.value, span.name or name))
        return out

    def persons(self, text: str, spans: list[Span]) -> list[Span]:
        """A family name alone is the person whose full name the document has given."""
        out = []
        for span in spans:
            if span.label == "PERSON":
                name = text[span.start : span.end]
                if span.value is None and span.rule == "person.title":
                    full = self._people.get(name)
                    span = full._replace(start=span.start, end=span.end, rule="person.above") if full else span
                if span.rule != "person.above":
                    self._people.update(dict.fromkeys(_families(name), span._replace(name=span.name or name)))
            out.append(span)
        return out

    def working_group(self, text: str, spans: list[Span], section: str | None) -> None:
        """ "WG" alone is the working group that was named last in the same section."""
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
                self._teach("WG", span, name)

    def _join(self, name: str, other: str) -> None:
        """Both name the same local thing: its id is made of the acronym, else of the Latin one."""

        def order(n: str) -> tuple[bool, bool, int, str]:
            return is_japanese(n[0]) or is_japanese(n[-1]), not n.isupper(), -len(n), n

        better = min((name, other), key=order)
        worse = other if better == name else name
        if worse != better:
            self._canonical[self.canonical(worse)] = better

    def _teach(self, short: str, span: Span, name: str) -> None:
        assert span.label is not None
        if self._known.get(short) == (span.label, span.value, span.name or name):
            return
        if len(self._known) >= _MOST and short not in self._known:
            return
        self._known[short] = (span.label, span.value, span.name or name)
        self._compile()

    def _compile(self) -> None:
        words = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(_bounded(w) for w in words)) if words else None


def _families(name: str) -> list[str]:
    """What may be the family name: of a Japanese name its first characters, of a Latin one its last word."""
    if not is_japanese(name[0]):
        words = name.split()
        return words[-1:] if len(words) > 1 else []
    parts = re.split(r"[ \u3000・＝=]", name)
    if len(parts) > 1:
        return [parts[-1] if "\u30a0" <= name[0] <= "\u30ff" else parts[0]]
    return [name[:size] for size in (1, 2, 3) if 0 < len(name) - size < 4 and len(name) > 2]


def _bounded(word: str) -> str:
    pattern = re.escape(word)
    if word[0].isascii() and word[0].isalnum():
        pattern = r"(?<![A-Za-z0-9_.-])" + pattern
    if word[-1].isascii() and word[-1].isalnum():
        pattern += r"(?![A-Za-z0-9_]|-[A-Za-z])"
    if "\u30a0" <= word[-1] <= "\u30ff":
        pattern += "(?![\u30a0-\u30ff])"
    return pattern


def _short_names(bracket: re.Match[str], name: str) -> Iterator[tuple[int, int, str]]:
    """Spans in the text that the bracket gives as other names of ``name``."""
    inside, at = bracket[1], bracket.start(1)
    hereafter = _HEREAFTER_JA.search(inside) or _HEREINAFTER.search(inside)
    if hereafter is not None:
        short = hereafter[1].strip()
        if not _GENERIC.match(short) and short.lower() not in _GENERIC_WORDS and len(short) > 1:
            start = at + inside.index(short, hereafter.start(1))
            yield start, start + len(short), "hereafter"
        inside = inside[: hereafter.start()].rstrip("。、, 　:;")
    # Several names in one bracket: （English Name: ABC）, (Guidelines for Business; GfB)
    for m in re.finditer(r"[^;；:：、。,/]+(?:,\s[A-Z][a-z][^;；:：、。,/]*)*", inside):
        piece = m.group().strip().strip('「」『』"“”')
        if not piece:
            continue
        start = at + m.start() + m.group().index(piece)
        if _ACRONYM.match(piece) and sum(c.isupper() for c in piece) > 1 and _fits(piece, name) and not piece.isdigit():
            yield start, start + len(piece), "acronym"
        elif is_japanese(name[0]) and _ENGLISH_NAME.match(piece) and len(piece) > 8:
            skip = 4 if piece.lower().startswith("the ") else 0
            yield start + skip, start + len(piece), "apposition"


def _fits(acronym: str, name: str) -> bool:
    """Whether the letters can come from the name: of a Latin name the first one does, a Japanese one says nothing."""
    letters = [c for c in acronym if c.isupper()]
    if is_japanese(name[0]):
        return True
    initials = [w[0].upper() for w in re.findall(r"[A-Za-z]+", name)]
    capitals = [c for c in name if c.isupper()]
    hits = sum(c in initials or c in capitals for c in letters)
    return hits * 2 >= len(letters) and name != acronym
