"""Apply the rules for names to a text: names of the registry, then shapes of names.

Offsets are code points of the text. The results may overlap; the caller chooses between them.
"""

from __future__ import annotations

import re
from functools import cached_property

from aisi_ingest.registry import Registry
from aisi_ingest.tagging import citations, english, japanese, people, rosters, titles
from aisi_ingest.tagging.legal_forms import (
    JOINT_STOCK_COMPANY,
    LEGAL_FORM_AFTER_KNOWN_NAME,
    LEGAL_FORM_BEFORE_KNOWN_NAME,
)
from aisi_ingest.tagging.reconcile import reconcile
from aisi_ingest.tagging.spans import Span
from aisi_ingest.text.editions import EDITION_AFTER_NAME
from aisi_ingest.text.eras import era_names
from aisi_ingest.text.tokens import morphemes

_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_LATIN = re.compile("[A-Z][A-Za-z]")

# Each character is replaced by one, so offsets stay valid: variant characters of names, which UniDic and the registry
# have in another form, NUL, which MeCab does not accept, and lone surrogates, which spaCy does not accept.
_READABLE = {0: " "} | {code: "?" for code in range(0xD800, 0xE000)}
_READABLE |= dict(zip(map(ord, "﨑髙冨濵邊邉齋齊德彌瀨桒"), "崎高富浜辺辺斎斉徳弥瀬桑", strict=True))
_UNREADABLE = re.compile(f"[{''.join(map(chr, _READABLE))}]")


def readable(text: str) -> str:
    """Return ``text`` with the characters replaced that the rules cannot read; its length stays the same."""
    return text.translate(_READABLE) if _UNREADABLE.search(text) else text


class Passage:
    """A text that the rules search, and its surroundings."""

    def __init__(self, text: str, *, heading: bool = False, title: str = "") -> None:
        """Create a passage.

        Args:
            text: The text, see `readable`.
            heading: The text is a title, a heading or a table, in which words are capitalised without being names.
            title: Title of the section that contains the text.
        """
        self.text, self.heading, self.title = text, heading, title

    @property
    def japanese(self) -> bool:
        """Whether the text contains Japanese."""
        return bool(_JAPANESE.search(self.text))

    @cached_property
    def morphemes(self) -> list[tuple[int, int, str]]:
        """UniDic tokens without blanks; empty for text without Japanese."""
        return [each for each in morphemes(self.text) if each[2][:2] != "空白"] if self.japanese else []


def find_names(passage: Passage, registry: Registry) -> list[Span]:
    """Find the names of a passage with all rules."""
    known = find_registry_names(passage.text, registry)
    return [*known, *find_shapes(passage, known)]


def find_shapes(passage: Passage, known: list[Span]) -> list[Span]:
    """Find organisations, guides, events, persons and places by their shape.

    Args:
        passage: The text.
        known: Names of the registry in it; shapes that contradict them are left out.
    """
    text, tokens = passage.text, passage.morphemes
    found: list[Span] = []
    latin = bool(_LATIN.search(text))
    if latin:
        known_starts = frozenset(s.start for s in known if s.label in ("PLACE", "ORG"))
        found += english.find_names(text, passage.heading, known_starts)
        found += english.find_cited_titles(text, passage.title)
    if tokens:
        found += japanese.find_names(text, tokens)
        found += japanese.find_places(text, tokens)
    found += people.find_names(text, tokens, japanese=bool(tokens), latin=latin)
    shapes = [*reconcile(text, known, found), *titles.find_numbered(text)]
    shapes += rosters.find_affiliations(text, [*known, *shapes])
    shapes += citations.find_titles(text, [*known, *shapes])
    return [*shapes, *titles.extend(text, [*known, *shapes])]


# A year before a guide that is part of its name: 令和5年版情報通信白書.
_YEAR_BEFORE_GUIDE = re.compile(rf"(?:(?:{era_names(since=1989)})\s?(?:元|[0-9]{{1,2}})|(?:19|20)[0-9]{{2}})年版\s?$")
_LONGEST_YEAR = 10  # characters
_LONGEST_LEGAL_FORM = 12  # characters, with a blank

_KATAKANA = re.compile("[ァ-ヺー]{2,}")
_SHORT_COMPANY = 4  # characters; a name so short with katakana after it is another company: 楽天モバイル


def find_registry_names(text: str, registry: Registry) -> list[Span]:
    """Find the names of the registry, each with the edition, year or legal form that belongs to it.

    Args:
        text: Text of a block.
        registry: Entities and their names.

    Returns:
        Spans with the entity as value, or with several ids if context decides.
    """
    out = []
    for start, end, alias in registry.matches(text):
        single = alias.ids[0] if len(alias.ids) == 1 and not alias.shared else None
        if alias.label in ("GUIDE", "EVENT"):
            end = _end(EDITION_AFTER_NAME.match(text, end), end)
            if alias.label == "GUIDE":
                start = _start(_YEAR_BEFORE_GUIDE.search(text, max(0, start - _LONGEST_YEAR), start), start)
        elif alias.label == "ORG" and not alias.exact:
            end = _end(LEGAL_FORM_AFTER_KNOWN_NAME.match(text, end), end)
            start = _start(LEGAL_FORM_BEFORE_KNOWN_NAME.search(text, max(0, start - _LONGEST_LEGAL_FORM), start), start)
            katakana = _KATAKANA.match(text, end)
            if single and katakana and end - start < _SHORT_COMPANY and _is_company(single, registry):
                out.append(Span(start, katakana.end(), "ORG", "shape.company"))
                continue
        out.append(Span(start, end, alias.label, "registry", single, None, alias.ids if single is None else ()))
    return out


def _end(match: re.Match[str] | None, end: int) -> int:
    return match.end() if match else end


def _start(match: re.Match[str] | None, start: int) -> int:
    return match.start() if match else start


def _is_company(entity: str, registry: Registry) -> bool:
    return any(JOINT_STOCK_COMPANY in name for name in registry.entries[entity].ja)
