"""Find Japanese names that no registry has, by their shape: ``〜審議会``, ``〜に関する〜ガイドライン``, ``〜サミット``.

A name is a run of nouns that ends in a head (``委員会``, ``白書``, ``会合``). The words of the run decide whether it is
a name: ``運営委員会`` alone is generic, ``個人情報保護委員会`` is a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from aisi_ingest.tagging.english_words import COMMON as ENGLISH_COMMON
from aisi_ingest.tagging.japanese_runs import (
    Morpheme,
    NameBeforeHead,
    end_of_company,
    is_noun,
    is_numeral,
    start_of_company,
)
from aisi_ingest.tagging.japanese_words import COMMON, HEAD, HEADS, MANUALS, NO_FIELD, PLACE_SUFFIXES, ROLE_OR_PARTICLE
from aisi_ingest.tagging.legal_forms import JAPANESE_LEGAL_FORM
from aisi_ingest.tagging.spans import Span
from aisi_ingest.text.editions import EDITION_AFTER_NAME
from aisi_ingest.text.normalise import is_japanese

_PLACE = "地名"  # in UniDic's features
_PLACE_NAME = "固有名詞,地名"
_PROPER_NOUN = "固有名詞"


def find_names(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    """Yield organisations, guides and events that are recognised by their Japanese shape.

    Args:
        text: Text of a block; see `aisi_ingest.tagging.rules.readable`.
        morphemes: Its tokens without blanks.
    """
    token_ending_at = {end: i for i, (_, end, _) in enumerate(morphemes)}
    for head in HEAD.finditer(text):
        yield from _name_before_head(text, head, morphemes, token_ending_at)
    for legal_form in JAPANESE_LEGAL_FORM.finditer(text):
        yield from _company(text, legal_form, morphemes)
    yield from _companies_without_form(text, morphemes)
    for quotation in _QUOTED.finditer(text):
        yield from _quoted_name(quotation)


_NAME_BEFORE_COMPANY = re.compile(
    r"(?<![A-Za-z0-9ァ-ヺー・])([A-Z][A-Za-z0-9&.-]+(?:\s[A-Z][A-Za-z0-9&.-]+){0,3}|[ァ-ヺー・]{3,15})"
    r"社(?![会長員内外史団屋債歴是風])"
)


def _companies_without_form(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    """Yield the name before 社: Liquidity Lake社. A word that UniDic knows says what kind of company it is."""
    known = {(a, b) for a, b, feature in morphemes if feature.startswith("名詞,普通名詞")}
    for m in _NAME_BEFORE_COMPANY.finditer(text):
        if m.span(1) not in known and m[1] not in COMMON and m[1] not in ENGLISH_COMMON:
            yield Span(m.start(1), m.end(1), "ORG", "shape.company")


def _company(text: str, legal_form: re.Match[str], morphemes: list[Morpheme]) -> Iterator[Span]:
    """Yield the company on one side of a legal form: 株式会社〜 or 〜株式会社."""
    after = end_of_company(text, legal_form.end(), morphemes)
    after -= text[after - 1] == "等"
    before = start_of_company(text, legal_form.start(), morphemes)
    if after > legal_form.end() + 1 and before == legal_form.start():
        yield Span(legal_form.start(), after, "ORG", "shape.company")
    elif before < legal_form.start() - 1:
        yield Span(before, legal_form.end(), "ORG", "shape.company")


# ---- names before a head ------------------------------------------------------------------------------

_KATAKANA = re.compile("[ァ-ヺー]+$")
_MINISTRIES = ("省", "庁")
_LAWS_WITH_NUMBERS = ("法律", "条例", "規則")
_TWO_WORDS = 2
_LONGER_WORD = 2  # characters by which a token is longer than the head that was cut out of it


def _name_before_head(
    text: str, head: re.Match[str], morphemes: list[Morpheme], token_ending_at: dict[int, int]
) -> Iterator[Span]:
    """Yield the name that ends in a head, with its edition."""
    index = token_ending_at.get(head.end())
    if index is None or not _ends_here(text, head.end(), morphemes, index):
        return
    while index >= 0 and morphemes[index][0] > head.start():
        index -= 1
    if index < 0 or _is_cut_out(head, morphemes[index]):
        return
    label = HEADS[head.group()].label
    name = _Candidate(text, head, morphemes, index, NameBeforeHead(text, morphemes, index, head.group(), label))
    if name.start >= head.start() or any(rejects(name) for rejects in _REASONS_AGAINST):
        return
    edition = EDITION_AFTER_NAME.match(text, head.end()) if label != "ORG" else None
    yield Span(name.start, edition.end() if edition else head.end(), label, f"shape.{label.lower()}")


def _ends_here(text: str, end: int, morphemes: list[Morpheme], index: int) -> bool:
    """Return whether a name ends at ``end`` and no longer word goes on (委員会規則, 庁舎, 大学生)."""
    if index + 1 >= len(morphemes) or morphemes[index + 1][0] > end:
        return True
    if not morphemes[index + 1][2].startswith(("名詞", "接尾辞", "形状詞")):
        return True
    return bool(ROLE_OR_PARTICLE.match(text, end)) or bool(EDITION_AFTER_NAME.match(text, end))


def _is_cut_out(head: re.Match[str], token: Morpheme) -> bool:
    """Return whether the head is a part of a longer word (情報処理学 + 会).

    A word in katakana is one token however long it is (ソウルサミット), so a head in katakana is not cut out.
    """
    start, end, _ = token
    longer = start < head.start() and end - start > len(head.group()) + _LONGER_WORD
    return longer and not _KATAKANA.match(head.group()) and HEADS[head.group()].label != "GUIDE"


class _Candidate:
    """A run of nouns before a head, and what its words say."""

    def __init__(
        self, text: str, head: re.Match[str], morphemes: list[Morpheme], head_at: int, run: NameBeforeHead
    ) -> None:
        self.text, self.head, self.is_bridged = text, head, run.is_bridged
        self.label, self.specific_words_needed = HEADS[head.group()]
        self.start = morphemes[run.first][0]
        self._head_start = morphemes[head_at][0]
        self._tokens = morphemes[run.first : head_at]

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """The nouns before the head with their features. A country says whose guide it is, not which one."""
        nouns = [(self.text[a:b], feature) for a, b, feature in self._tokens if is_noun(feature)]
        return [(word, f) for word, f in nouns if not (self.label == "GUIDE" and _PLACE in f)]

    @cached_property
    def is_proper(self) -> bool:
        """Whether a proper noun or a Latin name is among the words."""
        return any(_PROPER_NOUN in f or (_is_latin(word) and word not in COMMON) for word, f in self.parts)

    @cached_property
    def specific_words(self) -> int:
        """How many words say which one it is; single kanji do not count."""
        found = [word for word, f in self.parts if word not in COMMON and not is_numeral(f)]
        if self._head_start < self.head.start():  # the head's token has another word before it
            found.append(self.text[self._head_start : self.head.start()])
        fields = [word for word, _ in self.parts if len(word) > 1 and word not in NO_FIELD]
        if self.head.group() in _MINISTRIES:  # a ministry is named by its field, also if that is a common word
            found += fields
        elif self.head.group().startswith("ガイド") and any(word == "AI" for word, _ in self.parts):
            found += fields[1:]
        return sum(len(word) > 1 or not is_japanese(word) for word in found)


def _is_latin(word: str) -> bool:
    return word.isascii() and word[:1].isalpha() and len(word) > 1


def _has_too_few_specific_words(name: _Candidate) -> bool:
    """One specific word beside others is enough (湖沼 in 湖沼政策局). Alone it needs a strong head."""
    count, needed = name.specific_words, name.specific_words_needed
    if count >= needed or (count and len(name.parts) > 1):
        return False
    return not (name.is_proper and (needed == 1 or count))


def _is_common_guide(name: _Candidate) -> bool:
    weak = name.label == "GUIDE" and name.specific_words_needed == _TWO_WORDS
    return weak and not name.is_proper and not name.is_bridged


def _is_manual(name: _Candidate) -> bool:
    """A manual or checklist is named by what it is for, which every organisation has, unless a name is in it."""
    return name.head.group() in MANUALS and not name.is_proper


def _is_bridged_without_subject(name: _Candidate) -> bool:
    return name.is_bridged and not name.specific_words and not name.is_proper


def _is_number_of_law(name: _Candidate) -> bool:
    """平成15年法律第57号 is a number, not a name."""
    return name.head.group() in _LAWS_WITH_NUMBERS and name.text.startswith("第", name.head.end())


def _is_bureau_after_ministry(name: _Candidate) -> bool:
    """The bureau of a ministry is joined to it later, see `aisi_ingest.tagging.units`."""
    return name.head.group() in ("庁", "局") and name.text[name.head.start() - 1] in ("省", "部")


def _is_part_of_company(name: _Candidate) -> bool:
    """Departments of companies are not tagged, research institutes of public corporations are."""
    legal_form = JAPANESE_LEGAL_FORM.search(name.text, name.start, name.head.start())
    return legal_form is not None and not name.head.group().startswith("研究")


def _is_common_event(name: _Candidate) -> bool:
    return name.label == "EVENT" and not name.is_proper and name.specific_words < _TWO_WORDS


# Reasons why a run of nouns before a head is no name.
_REASONS_AGAINST: tuple[Callable[[_Candidate], bool], ...] = (
    _has_too_few_specific_words,
    _is_common_guide,
    _is_manual,
    _is_bridged_without_subject,
    _is_number_of_law,
    _is_bureau_after_ministry,
    _is_part_of_company,
    _is_common_event,
)


# ---- names in quotation marks -------------------------------------------------------------------------

_QUOTED = re.compile(r"「([^「」\n]{2,120})」|『([^『』\n]{2,120})』")
_SENTENCE = re.compile("[。？！]")
_PART_OR_REFERENCE = re.compile(r"本|当該|この|各|共通の|第\s?[0-9一二三四五六七八九十]+\s?[部章節条]")
_SHORT_ORGANISATION = 3  # characters before the head; a quoted word so short is no organisation


def _quoted_name(quotation: re.Match[str]) -> Iterator[Span]:
    """Yield the guide or organisation that a quotation consists of."""
    group = 1 if quotation[1] is not None else 2
    quoted = quotation[group]
    edition = next((m for m in EDITION_AFTER_NAME.finditer(quoted) if m.end() == len(quoted)), None)
    name = quoted[: edition.start()] if edition else re.sub(r"[（(][^（）()]{1,20}[)）]$", "", quoted)
    without_draft = name.removesuffix("案")  # a draft is named with its 案
    head = next((m for m in HEAD.finditer(without_draft) if m.end() == len(without_draft)), None)
    if head is None or head.start() == 0 or _PART_OR_REFERENCE.match(quoted) or _SENTENCE.search(quoted):
        return
    label = HEADS[head.group()].label
    is_organisation = (
        label == "ORG"
        and len(quoted) > len(head.group()) + _SHORT_ORGANISATION
        and "、" not in quoted
        and "別" not in quoted
    )
    if label == "GUIDE" or is_organisation:
        length = len(name) + (len(edition.group()) if edition else 0)
        yield Span(quotation.start(group), quotation.start(group) + length, label, "shape.quoted")


# ---- places -------------------------------------------------------------------------------------------

_PREFECTURES_AND_CITIES = ("都", "道", "府", "県", "市")
_SIDES = "内側外"  # 東京都内: the suffix of the place ends there
_SHORTEST_PLACE = 3  # characters


def find_places(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    """Yield towns and regions: UniDic's place names with their kind, and with a prefecture before them.

    Args:
        text: Text of a block.
        morphemes: Its tokens without blanks.
    """
    for index in range(1, len(morphemes)):
        name_start, name_end, feature = morphemes[index - 1]
        start, end, _ = morphemes[index]
        if _PLACE_NAME not in feature or name_end != start or text[start:end] not in PLACE_SUFFIXES:
            continue
        if _suffix_follows(text, morphemes, index):
            continue
        first = _first_of_place(text, morphemes, index - 1)
        if end - name_start >= _SHORTEST_PLACE or first < index - 1:
            yield Span(morphemes[first][0], end, "PLACE", "place.unidic")


def _suffix_follows(text: str, morphemes: list[Morpheme], index: int) -> bool:
    """Return whether a suffix after the place makes another word of it."""
    if index + 1 == len(morphemes):
        return False
    start, _, feature = morphemes[index + 1]
    return start == morphemes[index][1] and feature.startswith("接尾辞") and text[start] not in _SIDES


def _first_of_place(text: str, morphemes: list[Morpheme], index: int) -> int:
    """Return the index of the first token of a place, where prefecture and city may come before it."""
    first = index
    while first > 0 and morphemes[first - 1][1] == morphemes[first][0]:
        start, end, feature = morphemes[first - 1]
        if _PLACE_NAME not in feature and text[start:end] not in _PREFECTURES_AND_CITIES:
            break
        first -= 1
    return first if _PLACE_NAME in morphemes[first][2] else index
