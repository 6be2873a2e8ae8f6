"""Walk over the nouns beside a head word or a legal form, to find where a Japanese name begins and ends."""

from __future__ import annotations

import re
from bisect import bisect_left

from aisi_ingest.model import Label
from aisi_ingest.tagging.country_letters import COUNTRY_LETTERS
from aisi_ingest.tagging.japanese_words import DEMONSTRATIVE, NOT_IN_NAMES, ROLE_OR_PARTICLE
from aisi_ingest.text.normalise import is_japanese

# A token as (start, end, UniDic features), offsets in code points.
Morpheme = tuple[int, int, str]

LONGEST_NAME = 30  # tokens
_NOUNS = ("名詞", "接頭辞", "接尾辞", "形状詞,一般", "記号,一般", "未知語")
_ADVERBIAL, _PRONOUN = "副詞可能", "代名詞"
_NUMERAL, _COUNTER = "名詞,数詞", "接尾辞,名詞的,助数詞"
_FULL_WIDTH_LETTERS = "補助記号,ＡＡ"
_CONNECTORS = ("・", "＆", "&", "-", "/", "+", ".")
_CONNECTORS_IN_COMPANIES = ("・", "＆", "&", "-", ".")
# What may come between two parts of a guide's name: AIに関するガイドライン.
_BRIDGE = re.compile(r"(?:の[在あ]り方に関する|に関する|にかかる|に係る|に向けた|のための)$")
_BRIDGE_BEFORE_BRIDGE = re.compile(r"(?:における|に対する)$")
_LONGEST_BRIDGE = 8  # characters
_PARTICLES_BEFORE_BRIDGE = ("の", "及び", "と", "や")
_EXECUTIVES = ("CEO", "CTO", "CIO", "COO", "CISO", "CFO")
# Ends of bodies and meetings that are named by a bridge too: 湖沼の在り方に関する検討会.
_BRIDGED_HEADS = (
    "検討会",
    "研究会",
    "懇談会",
    "委員会",
    "会議",
    "協議会",
    "チーム",
    "タスクフォース",
    "ワーキンググループ",
    "WG",
)
# Tokens with which no name begins.
_NOT_FIRST = (*_CONNECTORS, *_PARTICLES_BEFORE_BRIDGE)
_NOT_FIRST_AFFIXES = DEMONSTRATIVE | {"等", "的", "化", "者", "用"}
_FIRST_CIRCLED, _LAST_CIRCLED = "①", "⓿"


def is_noun(feature: str) -> bool:
    """Return whether a token with these UniDic features may be part of a name."""
    return feature.startswith(_NOUNS) or not feature.strip()


def is_numeral(feature: str) -> bool:
    """Return whether a token with these UniDic features is a number."""
    return feature.startswith(_NUMERAL)


class NameBeforeHead:
    """The tokens before a head word that belong to its name."""

    def __init__(self, text: str, morphemes: list[Morpheme], head_at: int, head: str, label: Label) -> None:
        """Walk from the head to the left.

        Args:
            text: Text of a block.
            morphemes: Its tokens.
            head_at: Index of the token that contains the head.
            head: The head.
            label: What the head names.
        """
        self._text, self._morphemes, self._head_at, self._label = text, morphemes, head_at, label
        self._is_bridgeable = label == "GUIDE" or head.endswith(_BRIDGED_HEADS)
        self.is_bridged = False  # the name has two parts with に関する or the like between them
        self.first = head_at  # index of the first token
        while self.first > max(0, head_at - LONGEST_NAME) and self._extend():
            pass
        while self.first <= head_at and self._is_not_first(self.first):
            self.first += 1

    def _word(self, index: int) -> str:
        start, end, _ = self._morphemes[index]
        return self._text[start:end]

    def _extend(self) -> bool:
        """Move ``first`` to the left if the token before it belongs to the name."""
        index = self.first - 1
        if not self._touches(index):
            return False
        if self._is_country(index):
            self.first = index
            return True
        _, end, feature = self._morphemes[index]
        if is_noun(feature) and _ADVERBIAL not in feature and _PRONOUN not in feature:
            extends = not self._ends_name(index)
        elif self._word(index) in _CONNECTORS:
            extends = index > 0
        elif self._is_bridgeable and (bridge := self._bridge_before(end)):
            return self._cross_bridge(index, end - len(bridge.group()))
        else:
            extends = self.is_bridged and self._word(index) in _PARTICLES_BEFORE_BRIDGE and index > 0
        if extends:
            self.first = index
        return extends

    def _bridge_before(self, end: int) -> re.Match[str] | None:
        before = self._text[max(0, end - _LONGEST_BRIDGE) : end]
        return _BRIDGE.search(before) or (_BRIDGE_BEFORE_BRIDGE.search(before) if self.is_bridged else None)

    def _touches(self, index: int) -> bool:
        """Return whether nothing but a blank between Latin words separates a token from the name."""
        following = self._morphemes[index + 1][0]
        gap = self._text[self._morphemes[index][1] : following]
        word = self._word(index)
        latin = word.isascii() and (self._text[following].isascii() or word[-1].isalnum())
        return not gap or (gap == " " and latin)

    def _is_country(self, index: int) -> bool:
        """Return whether the token is the letter of a country before the head or before Latin text: 日ASEAN, 日EU."""
        after = self._text[self._morphemes[index][1]]
        return self._word(index) in COUNTRY_LETTERS and (self.first == self._head_at or not is_japanese(after))

    def _ends_name(self, index: int) -> bool:
        """Return whether a noun is part of no name, so that the name begins after it."""
        feature = self._morphemes[index][2]
        if self._word(index) in DEMONSTRATIVE or self._word(index) in NOT_IN_NAMES or feature.startswith(_COUNTER):
            return True
        return is_numeral(feature) and index > 0 and self._word(index - 1) == "第"  # 第3回AISI運営委員会

    def _cross_bridge(self, index: int, bridge_start: int) -> bool:
        """Move ``first`` to the token at which the bridge begins, if one begins there."""
        while index > 0 and self._morphemes[index][0] > bridge_start:
            index -= 1
        if self._morphemes[index][0] != bridge_start or index == 0:
            return False
        self.is_bridged, self.first = True, index
        return True

    def _is_not_first(self, index: int) -> bool:
        """Return whether no name begins with this token: a number, a sign, a particle, an affix."""
        start, _, feature = self._morphemes[index]
        if feature.startswith((_NUMERAL, "補助記号")) or _FIRST_CIRCLED <= self._text[start] <= _LAST_CIRCLED:
            return True
        if self._word(index) in _NOT_FIRST:
            return True
        return feature.startswith(("接尾辞", "接頭辞")) and self._word(index) in _NOT_FIRST_AFFIXES


def end_of_company(text: str, start: int, morphemes: list[Morpheme]) -> int:
    """Return where a company's name ends that begins at ``start``, after its legal form."""
    end = start
    begin = bisect_left(morphemes, (start,))
    for a, b, feature in morphemes[begin : begin + LONGEST_NAME]:
        gap, word = text[end:a], text[a:b]
        if gap and not (gap == " " and end > start and text[end - 1].isascii() and word.isascii()):
            break
        if not (_is_in_company(word, feature) or feature.startswith(_FULL_WIDTH_LETTERS)):
            break
        if ROLE_OR_PARTICLE.match(text, a) and word != "の" and end > start and len(word) > 1:
            break
        if _ADVERBIAL in feature or word in _EXECUTIVES:
            break
        end = b
    return end


def start_of_company(text: str, end: int, morphemes: list[Morpheme]) -> int:
    """Return where a company's name begins that ends at ``end``, before its legal form."""
    start = end
    last = bisect_left(morphemes, (end,)) - 1
    for index in range(last, max(-1, last - LONGEST_NAME), -1):
        a, b, feature = morphemes[index]
        gap, word = text[b:start], text[a:b]
        if gap and not (gap == " " and start < end and text[start].isascii() and word.isascii()):
            break
        if not _is_in_company(word, feature) or _ADVERBIAL in feature:
            break
        start = a
    return start


def _is_in_company(word: str, feature: str) -> bool:
    return is_noun(feature) or word in _CONNECTORS_IN_COMPANIES
