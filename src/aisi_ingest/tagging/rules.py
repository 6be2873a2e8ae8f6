"""A passage of text and the rules that look for names in it: those of the registry, then shapes of names.

Offsets are code points of the passage's text. What overlaps is decided by the caller.
"""

from __future__ import annotations

import re
from functools import cached_property

from aisi_ingest.registry import Registry
from aisi_ingest.tagging import english, japanese, people
from aisi_ingest.tagging.spans import Span, reconcile
from aisi_ingest.text.tokens import morphemes

_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_LATIN = re.compile("[A-Z][A-Za-z]")

# One character for one: variants of names that UniDic and the registry have in another form, and what
# cannot be handed to MeCab (NUL) or to spaCy (lone surrogates).
_READABLE = {0: " "} | {code: "?" for code in range(0xD800, 0xE000)}
_READABLE |= dict(zip(map(ord, "﨑髙冨濵邊邉齋齊德彌瀨桒"), "崎高富浜辺辺斎斉徳弥瀬桑", strict=True))
_UNREADABLE = re.compile(f"[{''.join(map(chr, _READABLE))}]")


def readable(text: str) -> str:
    """``text`` as the rules read it, character for character."""
    return text.translate(_READABLE) if _UNREADABLE.search(text) else text


class Passage:
    """What a rule is given: readable text, and where it stands."""

    def __init__(self, text: str, *, heading: bool = False, title: str = "") -> None:
        self.text, self.heading, self.title = text, heading, title

    @property
    def japanese(self) -> bool:
        return bool(_JAPANESE.search(self.text))

    @cached_property
    def morphemes(self) -> list[tuple[int, int, str]]:
        """UniDic tokens without blanks; none where there is no Japanese."""
        return [each for each in morphemes(self.text) if each[2][:2] != "空白"] if self.japanese else []


def names(passage: Passage, registry: Registry) -> list[Span]:
    """All that the rules find."""
    found = known(passage.text, registry)
    return [*found, *shapes(passage, found)]


def shapes(passage: Passage, known: list[Span]) -> list[Span]:
    """Organisations, guides, events, persons and places by their shape, beside the names that are ``known``."""
    text, tokens = passage.text, passage.morphemes
    found: list[Span] = []
    latin = bool(_LATIN.search(text))
    if latin:
        marks = frozenset(s.start for s in known if s.label in ("PLACE", "ORG"))
        found += english.find_names(text, passage.heading, marks)
        found += english.find_cited_titles(text, passage.title)
    if tokens:
        found += japanese.find_names(text, tokens)
        found += japanese.find_places(text, tokens)
    found += people.names(text, tokens, japanese=bool(tokens), latin=latin)
    return list(reconcile(text, known, found))


_EDITION = re.compile(
    r"\s?(?:[Vv]er(?:sion)?\.?\s?[0-9]{1,2}(?:\.[0-9]{1,3}){0,2}|第\s?[0-9.]{1,5}\s?版|(?<=\s)[0-9]\.[0-9]{1,2}(?![0-9.%])"
    r"|(?:19|20)[0-9]{2}(?![0-9年./-]))"
)  # version or year that is part of a name: ver. 1.1, 第1.1版, 1.0, 2024
_YEAR_EDITION = re.compile(r"(?:(?:令和|平成)\s?(?:元|[0-9]{1,2})|(?:19|20)[0-9]{2})年版\s?$")
_LEGAL_FORM = re.compile(
    r"株式会社|合同会社|,?\s(?:Inc|Ltd|Corp|LLC|GmbH|plc|PLC|Co\.,\s?Ltd|Corporation)(?![A-Za-z])\.?"
)
_LEGAL_FORM_BEFORE = re.compile(
    r"(?:株式会社|合同会社|国立大学法人|公立大学法人|学校法人|独立行政法人|国立研究開発法人|一般社団法人|一般財団法人|公益財団法人|公益社団法人)$"
)


_KATAKANA = re.compile("[ァ-ヺー]{2,}")


def _is_company(entity: str, registry: Registry) -> bool:
    return any("株式会社" in name for name in registry.entries[entity].ja)


def known(text: str, registry: Registry) -> list[Span]:
    """Names of the registry in ``text``, with the version, year or legal form that belongs to them."""
    out = []
    for start, end, alias in registry.matches(text):
        single = alias.ids[0] if len(alias.ids) == 1 and not alias.shared else None
        if alias.label in ("GUIDE", "EVENT"):
            more = _EDITION.match(text, end)
            end = more.end() if more else end
            more = _YEAR_EDITION.search(text, max(0, start - 10), start) if alias.label == "GUIDE" else None
            start = more.start() if more else start
        elif alias.label == "ORG" and not alias.exact:
            more = _LEGAL_FORM.match(text, end)
            end = more.end() if more else end
            form = _LEGAL_FORM_BEFORE.search(text, max(0, start - 12), start)
            start = form.start() if form else start
            if single and end - start < 4 and _KATAKANA.match(text, end) and _is_company(single, registry):
                more = _KATAKANA.match(text, end)  # 楽天モバイル is another company
                end, single = (more.end() if more else end), None
                out.append(Span(start, end, "ORG", "shape.company"))
                continue
        out.append(Span(start, end, alias.label, "registry", single, None, alias.ids if single is None else ()))
    return out
