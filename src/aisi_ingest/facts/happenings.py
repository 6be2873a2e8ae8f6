"""Words that say that something happened, in Japanese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from aisi_ingest.facts.types import EventKind
from aisi_ingest.model import Lang

# Verbal nouns. Of two kinds that begin at one place the longer word wins.
_JAPANESE: dict[EventKind, str] = {
    "founded": "設立|創設|発足|設置|立ち上げ(?:られ(?=た|、))?|開設|開業|新設|結成",
    "published": "公表|公開|発行|リリース|発刊|刊行|公布|掲載|初版",
    "revised": "改訂|改定|更新|改正|改版|見直し",
    "held": "開催|開会|参加|出席|登壇",
    "agreed": "合意|署名|締結|採択|調印|決定|閣議決定|承認|可決",
    "announced": "表明|発表|提唱|宣言",
    "appointed": "就任|任命|着任",
    "enforced": "施行|発効|適用開始|運用開始",
    "other": "策定|制定|とりまとめ|取りまとめ|取り纏め|開始|終了|完了|導入|提出|成立|作成|実施",
}
# Past participles and past tenses; then nouns, which count only in lists and tables.
_ENGLISH: dict[EventKind, str] = {
    "founded": "established|founded|set up|launched|inaugurated",
    "published": "published|released|issued|made public",
    "revised": "revised|updated|amended",
    "held": "held|hosted|convened|took place|attended|participated",
    "agreed": "agreed|signed|adopted|endorsed|approved",
    "announced": "announced|proposed|declared|unveiled",
    "appointed": "appointed|inaugurated as",
    "enforced": "entered into force|came into force|comes into force|took effect|came into effect|enacted",
    "other": "started|began|completed|introduced|finalized|finalised|submitted|drafted|formulated",
}
_ENGLISH_NOUNS: dict[EventKind, str] = {
    "founded": "establishment|foundation|launch",
    "published": "publication|release",
    "revised": "revision|update|amendment",
    "held": "participation|attendance|convening",
    "agreed": "agreement|adoption|signing|approval",
    "announced": "announcement|proposal",
    "appointed": "appointment",
    "enforced": "enforcement|entry into force",
    "other": "start|completion|introduction|summary|submission",
}
_PLANNED = {
    "ja": re.compile("予定|今後|見込み|計画|目指"),
    "en": re.compile(r"\b(?:will|planned|plans?|upcoming|scheduled?|future|to be|expected|aims?)\b", re.IGNORECASE),
}
_JAPANESE_PAST = re.compile("た|され|して|し、")
_BEFORE_VERB = 30  # characters before an English verb in which its auxiliaries stand


def _alternatives(words: dict[EventKind, str]) -> str:
    return "|".join(f"(?P<{kind}>{choices})" for kind, choices in words.items())


# What follows a verbal noun that is the predicate of its clause. 公表されたガイドライン is about the guide instead.
_END = r"(?=$|[。、，,)）」】\]\n]|\s)"
_PREDICATE = (
    r"(?:を(?:実施|開始|行)?)?"
    rf"(?:(?:し|され|致し|いたし)?(?:まし)?(?:た|ている|ておる|ており|て|、)(?:{_END}|(?<=、)|こと|もの|ところ|が[、,])"
    rf"|(?:する|される)?(?:{_END}|予定|こととした|こととなった)"
    r"|(?=[(（・]))"
)
_JAPANESE_PREDICATE = re.compile(f"(?:{_alternatives(_JAPANESE)})(?P<tail>{_PREDICATE})")
_ENGLISH_VERB = re.compile(rf"\b(?:{_alternatives(_ENGLISH)})\b", re.IGNORECASE)
_ENGLISH_NOUN = re.compile(rf"\b(?:{_alternatives(_ENGLISH_NOUNS)})s?\b", re.IGNORECASE)
# Before an English verb: what is only demanded, possible, or denied.
_UNREAL = re.compile(  # capitals count: May is a month
    r"\b(?:should|shall|must|may|might|can|cannot|could|would|not|never|[Ii]f|[Ww]hen|[Oo]nce|[Uu]ntil|[Uu]nless|whether"
    r"|(?:has|have|need)\sto|(?:that|which|who)\swill)(?:\s+\w+){0,3}\s*$"
)
_DEMAND = re.compile(r"\b(?:should|shall|must|may|can|cannot|could|would)\b")
_JAPANESE_UNREAL = re.compile(
    "べき|必要がある|場合|ならない|可能性|できる|していない|されていない|ではない|でない|かどうか"
)


class Happening(NamedTuple):
    """A word that says that something happened, at ``text[start:end]``."""

    start: int
    end: int
    kind: EventKind


def predicates(text: str, lang: Lang) -> Iterator[Happening]:
    """Yield the predicates of a text that say that something happened, or will happen, in their order."""
    if lang == "ja":
        for match in _JAPANESE_PREDICATE.finditer(text):
            kind = _kind_of(match)
            if not _JAPANESE_UNREAL.search(text[match.end() - len(match["tail"]) : match.end() + 12]):
                yield Happening(match.start(), match.end(), kind)
        return
    for match in _ENGLISH_VERB.finditer(text):
        if not _UNREAL.search(text[: match.start()]):
            yield Happening(match.start(), match.end(), _kind_of(match))


def headline(text: str, lang: Lang) -> Happening | None:
    """Return what a short text without a sentence says happened: its predicate or, in English, also a noun."""
    found = list(predicates(text, lang))
    if found:
        return found[-1] if lang == "ja" else found[0]
    if lang == "en" and (match := _ENGLISH_NOUN.search(text)):
        return Happening(match.start(), match.end(), _kind_of(match))
    return None


def is_demand(text: str, lang: Lang) -> bool:
    """Return whether a text says what should or may be."""
    return bool(_DEMAND.search(text) if lang == "en" else _JAPANESE_UNREAL.search(text))


def is_told(text: str, happening: Happening, lang: Lang) -> bool:
    """Return whether a predicate has the form of the past: 公表した, was published."""
    if lang == "ja":
        return bool(_JAPANESE_PAST.search(text[happening.start : happening.end + 1]))
    before = text[max(0, happening.start - _BEFORE_VERB) : happening.start]
    return not _PLANNED["en"].search(before) and bool(_ENGLISH_VERB.match(text, happening.start))


def is_planned(text: str, lang: Lang) -> bool:
    """Return whether a text speaks of the future."""
    return bool(_PLANNED[lang].search(text))


def _kind_of(match: re.Match[str]) -> EventKind:
    return next(kind for kind in _JAPANESE if match[kind] is not None)
