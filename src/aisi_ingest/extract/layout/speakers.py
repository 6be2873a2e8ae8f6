"""Find who speaks in minutes: turns such as ``○山田委員　…``, ``【事務局】…`` or ``Mr. Smith: …``.

A name before a sign is a turn only if the document repeats the form: in minutes most paragraphs begin with it, and the
same people speak several times. So "Note: …" and 「対象：…」 are no turns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from aisi_ingest.model import Block, Content

_KINDS = ("paragraph", "list_item", "heading")
_SIGN = "[○〇◯●◎◆■・–-]?[\\s\u3000]*"
# The forms of a turn: the name in brackets, before a colon, or before a blank.
_FORMS = {
    "square": re.compile(f"{_SIGN}[【〔\\[［](?P<name>[^】〕\\]］]{{1,24}})[】〕\\]］][\\s\u3000:：]*"),
    "round": re.compile("[（(](?P<name>[^（）()]{1,20}(?:[（(][^（）()]{1,12}[）)])?)[）)][\\s\u3000:：]*"),
    "colon": re.compile(
        f"{_SIGN}(?P<name>[^\\s\u3000：:。、「」][^：:。、「」]{{0,36}}?)[\\s\u3000]?[：:](?!//)[\\s\u3000]*"
    ),
    "blank": re.compile(f"{_SIGN}(?P<name>[^\\s\u3000。、：:「」]{{2,20}})(?:\u3000|[ ]{{1,4}})(?=\\S)"),
}
_OFFICE = (
    "(?:委員長?|座長|議長|会長|部会長|分科会長|主査|構成員|参考人|事務局|司会者?|(?:副)?大臣|政務官|審議官|局長|課長|室長|次長|部長"
    "|企画官|補佐官?|統括官|参事官|長官|理事長?|(?:准)?教授|代表|社長|オブザーバー?|メンバー|発言者|質問者|回答者|説明者|傍聴者"
    "|氏|さん|様|君|先生|弁護士|研究員|監察官|参事|委員会|担当者?)"
)
_JAPANESE_ROLE = re.compile(
    f"[^\\s、。：「」のをはがに]{{0,14}}{_OFFICE}(?:代理|補佐|補)?[A-ZＡ-Ｚ0-9０-９①-⑳]?(?:[（(][^（）()]{{1,12}}[）)])?"
)
_ENGLISH_ROLE = re.compile(
    "(?:(?:mr|ms|mrs|dr|prof|sir|dame|hon|rep)\\.?|professor|senator|minister|secretary|commissioner|judge)"
    "(?: [\\w.'’-]+){1,4}"
    "|(?:the )?(?:co-?|vice[- ])?(?:chair(?:man|woman|person)?|secretariat|moderator|facilitator|rapporteur"
    "|presid(?:ent|ing officer)|speaker|host|interviewer|operator|(?:committee |council |board )?member)"
    "(?: [\\w.'’-]{1,20}){0,3}"
)
_PERSON = re.compile(
    "[A-Z][a-z'’-]+(?: [A-Z][\\w.'’-]*){1,2}|[A-Z][A-Z'’-]+(?: [A-Z][A-Z.'’-]*){0,2}|[\u3400-\u9fff々ァ-ヶー]{2,8}"
)
# Words that head the items of minutes, again and again.
_NO_PERSON = re.compile(
    "質[問疑]|回答|意見|議[題事論案]|資料|日時|場所|備考|結論|決定|説明|報告|対応|課題|論点|確認|提案|宿題|拍手|省略|中略|休憩|目的|背景"
    "|.*(?:事項|者|点|件|内容|状況|結果|概要)"
    "|.*\\b(?:actions?|items?|next|steps?|agenda|decisions?|notes?|questions?|answers?|dates?|venue|time|place|summary|topics?"
    "|discussions?|outcomes?|status|updates?|background|purpose|materials?|meeting|minutes|resolutions?|comments?|responses?)\\b.*",
    re.IGNORECASE,
)
_MINUTES = re.compile("議事|会議録|発言録|会合|minutes|transcript|proceedings|hearing|meeting", re.IGNORECASE)
_END = re.compile(
    "[（(]?\\s*(?:以\\s*上|閉\\s*会|了|散会|end(?: of (?:the )?(?:meeting|minutes))?)\\s*[）)]?[。.]?", re.IGNORECASE
)
_SHORTEST_SPEECH = 30  # code points
_SENTENCE_ENDS = tuple("。．.?!？！」）)")
_OPENING_BLOCKS = 6  # that may say that the document is minutes
_FEWEST_TURNS = 3
_FEWEST_TURNS_OF_MINUTES = 2  # in a document that says it is minutes
_FEWEST_SPEAKERS = 2


class _Turn(Struct, frozen=True):
    """A text that may begin a turn.

    Attributes:
        form: A key of `_FORMS`.
        name: The speaker as printed.
        has_role: The name has a title or an office.
        is_speech: What follows is a sentence, or comes in the next block.
    """

    form: str
    name: str
    has_role: bool
    is_speech: bool


def mark_speakers(content: Content) -> Content:
    """Return the content with the speaker of each block of a turn.

    A turn ends at the next turn, at a heading, or at a line such as 以上.
    """
    turns = {
        block.id: list(_turns(block.text)) for block in content.blocks if block.kind in _KINDS and not block.hidden
    }
    names = _speakers(content, [turn for found in turns.values() for turn in found])
    if not names:
        return content
    speaker: str | None = None
    blocks: list[Block] = []
    for block in content.blocks:
        if block.id in turns:
            turn = next((turn for turn in turns[block.id] if (turn.form, turn.name) in names), None)
            if turn is not None:
                speaker = turn.name
            elif block.kind == "heading" or _END.fullmatch(block.text):
                speaker = None
        is_speech = speaker is not None and block.id in turns
        blocks.append(structs.replace(block, speaker=speaker) if is_speech else block)
    return structs.replace(content, blocks=tuple(blocks))


def _turns(text: str) -> Iterator[_Turn]:
    for form, pattern in _FORMS.items():
        if found := pattern.match(text):
            name = found["name"].strip(" \u3000")
            has_role = bool(_JAPANESE_ROLE.fullmatch(name) or _ENGLISH_ROLE.fullmatch(name.lower()))
            is_person = form in ("square", "colon") and _PERSON.fullmatch(name) and not _NO_PERSON.fullmatch(name)
            if has_role or is_person:
                rest = text[found.end() :]
                yield _Turn(
                    form, name, has_role, not rest or len(rest) >= _SHORTEST_SPEECH or rest[-1] in _SENTENCE_ENDS
                )


def _speakers(content: Content, turns: Sequence[_Turn]) -> set[tuple[str, str]]:
    """Return the forms of turns that the document repeats, each with the names in it."""
    opening = " ".join([content.title, *(block.text for block in content.blocks[:_OPENING_BLOCKS])])
    is_minutes = bool(_MINUTES.search(opening))
    fewest = _FEWEST_TURNS_OF_MINUTES if is_minutes else _FEWEST_TURNS
    out: set[tuple[str, str]] = set()
    for form in _FORMS:
        own = [turn for turn in turns if turn.form == form]
        if 2 * sum(turn.is_speech for turn in own) < len(own):
            continue  # a list of members
        counts = Counter(turn.name for turn in own)
        with_role = {turn.name for turn in own if turn.has_role}
        spoken = sum(counts[name] for name in with_role)
        repeats = spoken > len(with_role)
        if spoken >= fewest and len(with_role) >= _FEWEST_SPEAKERS and (repeats or is_minutes):
            out |= {(form, name) for name in with_role}
        elif not is_minutes:
            continue
        # Names without a title count if they speak again and again in a document that is minutes.
        persons = {name for name, count in counts.items() if count > 1 and name not in with_role}
        persons = {name for name in persons if name.isascii() or _has_office_elsewhere(content, name)}
        if len(persons) + len(with_role) >= _FEWEST_SPEAKERS and persons:
            out |= {(form, name) for name in (*persons, *with_role)}
    return out


def _has_office_elsewhere(content: Content, name: str) -> bool:
    pattern = re.compile(f"{re.escape(name)}\\s?{_OFFICE}")
    return any(pattern.search(block.text) for block in content.blocks)
