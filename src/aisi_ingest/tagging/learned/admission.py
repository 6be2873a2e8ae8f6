"""Decide which names of a model are kept beside those of the rules, and bring them into the project's form."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from aisi_ingest.tagging.english_words import COMMON, EVENT_HEADS, GUIDE_HEADS, NOT_AT_START, ORG_HEADS
from aisi_ingest.tagging.japanese_runs import Morpheme
from aisi_ingest.tagging.spans import Span
from aisi_ingest.tagging.words import words

# Scores from which a name of a model is kept. In headings and tables, words are capitalised without being names.
_SCORE, _SCORE_OF_ORG = 0.5, 0.6
_SCORE_IN_HEADING = 0.8
_SCORE_AROUND_RULES = 0.75  # for a name that contains names found by rules: 東京 in 東京貝類同好会
# For a Japanese name of which every word is a common noun, such as デジタル・アイデンティティ.
_SCORE_OF_COMMON_NOUNS = 0.8
_COVERABLE = ("PLACE", "ORG", "PERSON")

_TITLE_BEFORE = re.compile(
    r"(?:(?:[Tt]he|THE|Mr|Ms|Mrs|Dr|Prof|Sir|President|Secretary|Minister|Chair)\.?\s|[\s“”\"'‘’「『（(・※,.:])+"
)
_REST_AFTER = re.compile(r"(?:['’]s|[\s“”\"'‘」』）,、:・]|氏|さん|様|先生|教授|博士|大統領|首相)+$")
_BRACKETS = (("(", ")"), ("（", "）"), ("「", "」"), ("『", "』"))


def admit(
    text: str, learned: Iterable[Span], rules: Iterable[Span], morphemes: Sequence[Morpheme], *, heading: bool
) -> Iterator[Span]:
    """Yield the names of a model that do not contradict the rules.

    A name that overlaps a name of a rule is left out, except one that contains it wholly, is longer and is neither a
    date, a guide nor an event: the longest name wins.

    Args:
        text: Text of a block.
        learned: Names of a model in it.
        rules: Names of the rules in it; they do not overlap.
        morphemes: UniDic tokens of the text; empty for English.
        heading: The text is a title, a heading or a table.
    """
    kept = list(rules)
    for found in learned:
        span = _in_our_form(text, found)
        if span is None or (span.score or 0) < _needed_score(text, span, morphemes, heading):
            continue
        touched = [other for other in kept if other.start < span.end and span.start < other.end]
        if not touched:
            yield span
        elif (span.score or 0) >= _SCORE_AROUND_RULES and all(_is_covered(span, other) for other in touched):
            yield _with_value_of_person(span, touched)


def _with_value_of_person(span: Span, inside: list[Span]) -> Span:
    """Return a person's full name with the id of the family name in it: ``Gina M. Raimondo``."""
    family = next((other for other in inside if other.label == span.label == "PERSON" and other.end == span.end), None)
    return span._replace(value=family.value) if family else span


def without_persons(text: str, rules: Iterable[Span], learned: Iterable[Span]) -> list[Span]:
    """Return the names of rules, without a person in front of an organisation: ``Ada Quist Institute of Lakes``."""
    persons = {
        span.start: span.end for span in learned if span.label == "PERSON" and (span.score or 0) >= _SCORE_OF_PERSON
    }
    return [_after_person(text, span, persons) for span in rules]


_SCORE_OF_PERSON = 0.8


def _after_person(text: str, span: Span, persons: dict[int, int]) -> Span:
    end = persons.get(span.start)
    if end is None or span.label != "ORG" or not span.rule.startswith("shape.") or end + 1 >= span.end:
        return span
    rest = text[end : span.end]
    return span._replace(start=span.end - len(rest.lstrip())) if rest[0] == " " else span


def _needed_score(text: str, span: Span, morphemes: Sequence[Morpheme], heading: bool) -> float:
    name = text[span.start : span.end]
    if _GENERIC_ENDING.search(name) or all(word in _GENERAL_ENGLISH for word in re.findall(r"[^\W_]+", name)):
        return _NEVER
    if _consists_of_common_nouns(text, span, morphemes):
        return _SCORE_OF_COMMON_NOUNS
    if heading:
        return _SCORE_IN_HEADING
    return _SCORE_OF_ORG if span.label == "ORG" else _SCORE


def _consists_of_common_nouns(text: str, span: Span, morphemes: Sequence[Morpheme]) -> bool:
    """Return whether UniDic knows every word of a Japanese name as a common word, or as one of the trade."""
    first = bisect_left(morphemes, (span.start,))
    inside = [each for each in morphemes[first : first + _LONGEST_NAME] if each[1] <= span.end]
    return bool(inside) and all(
        text[start:end] in _WORDS_OF_THE_TRADE or (_COMMON.match(features) and not text[start:end].isascii())
        for start, end, features in inside
    )


_GENERAL_ENGLISH = COMMON | GUIDE_HEADS | ORG_HEADS | EVENT_HEADS | NOT_AT_START | words("AI IT")
# A government stands for its country; 関係省 and a role are no names.
_GENERIC_ENDING = re.compile(
    "(?:政府|諸国|各国|部門|支店|営業部|企業)$|^(?:関係|各|主要)|^(?:CEO|COO|SVP|VP|CTO|FAQs?|NDAs?)$"
)
_NEVER = 2.0  # above every score
_LONGEST_NAME = 40  # tokens
_COMMON = re.compile("名詞,普通名詞|接頭辞|接尾辞|補助記号|記号,一般|助詞|形状詞|名詞,数詞|代名詞")
_WORDS_OF_THE_TRADE = words("AI IT ICT DX ML LLM IoT API ガバナンス アジャイル ソフトロー ロー ユーザー")


def _is_covered(span: Span, other: Span) -> bool:
    longer = span.start <= other.start and other.end <= span.end and span.end - span.start > other.end - other.start
    if other.label == "PERSON" and span.label != "PERSON":
        return False
    if span.label == "EVENT" and other.label == "ORG":
        return False  # 第3回連絡会議: the rules for organisations know better
    return longer and other.label in _COVERABLE


def _in_our_form(text: str, span: Span) -> Span | None:
    """Return a span without title, article, quotes and half a pair of brackets; None if nothing remains."""
    start, end = span.start, span.end
    if before := _TITLE_BEFORE.match(text, start, end):
        start = before.end()
    if after := _REST_AFTER.search(text, start, end):
        end = after.start()
    name = text[start:end]
    for opening, closing in _BRACKETS:
        if name.endswith(closing) and opening not in name:
            end -= 1
        elif opening in name and closing not in name:
            end = start + name.index(opening)
            name = text[start:end].rstrip()
            end = start + len(name)
    return span._replace(start=start, end=end) if end - start > 1 and not text[start:end].isdigit() else None
