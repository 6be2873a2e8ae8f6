"""Persons that no registry has: by UniDic's family and given names, by titles, in lists of members."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from aisi_ingest.tagging.japanese_runs import Morpheme
from aisi_ingest.tagging.romaji import is_romaji_name, romaji
from aisi_ingest.tagging.spans import Span
from aisi_ingest.tagging.words import words

_TITLE_JA = (
    "氏|さん|様|先生|教授|准教授|特任教授|特任准教授|名誉教授|講師|助教|博士|総理|首相|大臣|副大臣"
    "|政務官|長官|次官|所長|副所長|会長|副会長|社長|副社長"
    "|委員長|委員|座長|副座長|議員|議長|大統領|副大統領|理事長|理事|知事|市長|学長|総長|総裁|弁護士"
    "|代表|座長代理|構成員|部長|室長|主査|課長|局長|CEO|CTO|CIO"
)
_AFTER_JA = re.compile(
    rf"\s?(?:{_TITLE_JA}|内閣総理大臣|総務大臣|外務大臣|経済産業大臣|財務大臣|防衛大臣|文部科学大臣"
    rf"|厚生労働大臣|補佐官|首席補佐官|参与|審議官|参事官|統括官|専務|常務|監事|幹事長|官房長官|担当大臣"
    rf"|上院議員|下院議員|主任研究員|研究員|フェロー|内閣府特命担当大臣|デジタル大臣|総務大臣)"
)
_BEFORE_JA = re.compile(
    rf"(?:{_TITLE_JA}|CDO|CISO|フェロー|研究員|主任研究員|センター長|事務局長|監修|執筆|著者|編者|登壇者"
    rf"|講演者|担当|発表者)[\s:：]\s?$"
)
_FAMILY, _GIVEN = "名詞,固有名詞,人名,姓", "名詞,固有名詞,人名,名"
_KANJI = re.compile("[\u3005\u4e00-\u9fff\u3040-\u309f\u30a0-\u30ff]{1,4}$")
# A place name before one of these is a family name: 松本総務大臣, but 東京知事 is not one.
_SURE_JA = re.compile(
    r"\s?(?:氏|さん|先生|准?教授|博士|総務大臣|外務大臣|経済産業大臣|財務大臣|デジタル大臣"
    r"|内閣府特命担当大臣|首相|総理|補佐官|官房長官)"
)
# Without one of these no name in katakana or Latin letters has a title behind it.
_TITLE_AFTER = re.compile("大統領|首相|長官|氏|博士|さん|教授")
_KATAKANA_TITLED = re.compile(
    r"(?<![ァ-ヺー・])[ァ-ヺー]{3,8}(?=(?:大統領|副大統領|首相|国務長官|商務長官|氏(?![名族])|博士))"
)
_LINE_OF_MEMBER = re.compile(
    r"^\s*(?:([\u3005\u4e00-\u9fff]{1,3})[ \u3000]([\u3005\u4e00-\u9fff\u3040-\u309f]{1,3})"
    r"|([\u3005\u4e00-\u9fff]{3,6}))[ \u3000]{1,2}(?=[\w森])",
    re.MULTILINE,
)
_LATIN_TITLED = re.compile(
    r"(?<![A-Za-z])[A-Z][a-zà-ž]+(?:\s(?:[A-Z]\.|van|von|de|[A-Z][a-zà-ž]+)){1,3}(?=\s?(?:氏|さん|准?教授|博士))"
)
_KATAKANA_NAME = re.compile(
    r"[ァ-ヺー]{2,10}(?:[・＝=][ァ-ヺー]{1,12}){1,4}(?=\s?(?:氏|さん|教授|博士|大統領|副大統領|首相|大臣"
    r"|長官|議員|所長|CEO|会長|委員長|国務長官|商務長官))"
)
_ALONE_JA = re.compile(
    r"^\s*([\u3005\u4e00-\u9fff]{1,3})[ \u3000]([\u3005\u4e00-\u9fff\u3040-\u309f]{1,4})\s*(?=$|["
    r"|\n（(・、,:：])",
    re.MULTILINE,
)

_NAME_PART = r"[A-Z][a-zà-ž]+(?:[-'’][A-Z][a-zà-ž]+)?"
_TITLE_EN = (
    r"(?:Mr|Ms|Mrs|Dr|Prof|Sir|Dame|Lord|Hon|H\.E)\.?|Professor|Prime Minister|(?:Vice )?President"
    r"|Minister|Chancellor|Senator|Ambassador"
    r"|Commissioner|Governor|Secretary of State|Secretary|Chairman|Chairperson|Executive Director"
)
_TITLED = re.compile(
    rf"(?<![A-Za-z])(?:{_TITLE_EN})\s((?:[A-Z]\.\s?){{0,2}}{_NAME_PART}(?:\s(?:[A-Z]\.|van|von|de|der"
    rf"|{_NAME_PART})){{0,3}})(?![a-z])"
)
_ROLE_EN = (
    r"(?:(?:Senior|Associate|Assistant|Deputy|Vice|Chief|Executive|Managing|General|Principal"
    r"|Distinguished|Emeritus|Visiting|Project|Research|Co-)\s?){0,3}(?:Director|Professor|President"
    r"|Chair|Chairman|Chairperson|Chief|CEO|CTO|CIO|CISO|Officer|Member|Fellow|Researcher|Scientist"
    r"|Engineer|Manager|Minister|Secretary|Partner|Lecturer|Attorney|Founder|Head|Lead|Advisor|Leader)"
)
_LISTED = re.compile(
    rf"(?:^|[|\n•・\-])\s?({_NAME_PART}(?:\s(?:[A-Z]\.|van|von|de|der|{_NAME_PART})){{1,3}})(?:\s?,\s"
    rf"|\s?[(（|:-]\s?|\s\|\s)(?={_ROLE_EN}\b)",
    re.MULTILINE,
)
_ROLE_THEN_NAME = re.compile(
    rf"(?:^|[\n|])\s?(?:{_ROLE_EN})(?:,\s?[A-Z][^,|\n]{{2,60}})?\s?[:,"
    rf"|]?\s((?:{_NAME_PART})(?:\s(?:[A-Z]\.|{_NAME_PART})){{1,2}})\s?(?=$|[|\n])",
    re.MULTILINE,
)
# Looked for at every word, since names may follow a place or a role without a sign between.
_PAIR = re.compile(
    r"(?<![A-Za-z0-9'’-])(?=([A-Z][A-Za-z]{1,14}(?:['’][a-z]{1,10})?)\s([A-Z][A-Za-z]{1,14})(?![A-Za-z0-9'-]))"
)
_FIRM = re.compile(r"\s?(?:&|Inc|Co\b|Corp|University|Institute|Laborator|Prefecture|City|Station)")
# Capitalised words that no person is called.
_NO_NAME = words(
    """
    Director Professor President Chair Chief Officer Member Fellow Researcher Minister Ministry Agency Institute
    Committee Council University Office Department Group Center Centre Summit Conference Safety Data Digital
    Security System Systems Technology Information Policy Strategy Guide Guidelines Framework National
    International Japan The And Of For General Secretary Deputy Executive Vice Senior Management Development
    Research Science Economic Trade Foreign Affairs Internal Communications Cabinet House State Press
    Biden-Harris Administration Statement Order Business Working Business Artificial Intelligence Human Web
    Trusted Commission Board Team Model Models Service Services Product Project Program Public Private Open
    Source Software Innovation Co Inc Ltd CEO CTO Keio Tokyo Kyoto Osaka Announced Established
    """
)


def names(text: str, morphemes: list[Morpheme], *, japanese: bool, latin: bool) -> Iterator[Span]:
    """Persons in ``text``, without titles."""
    if japanese:
        yield from _japanese(text, morphemes)
    if latin:
        for pattern, rule in ((_TITLED, "title"), (_LISTED, "list"), (_ROLE_THEN_NAME, "list")):
            for m in pattern.finditer(text):
                words = m[1].split()
                if not any(w in _NO_NAME for w in words):
                    yield Span(m.start(1), m.end(1), "PERSON", f"person.{rule}")
        for m in _PAIR.finditer(text):
            if is_romaji_name(m[1], m[2]) and not _FIRM.match(text, m.end(2)):
                yield Span(m.start(1), m.end(2), "PERSON", "person.romaji")


def _japanese(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    for index, (start, end, feature) in enumerate(morphemes):
        if not feature.startswith("名詞,固有名詞"):
            continue
        if not feature.startswith(_FAMILY):
            if (
                feature.startswith("名詞,固有名詞,地名,一般")
                and _SURE_JA.match(text, end)
                and end - start > 1
                and not _part_of_word(text, morphemes, index)
            ):
                yield Span(start, end, "PERSON", "person.title")
            continue
        following = morphemes[index + 1] if index + 1 < len(morphemes) else None
        if following is not None and text[end : following[0]] in ("", " ", "\u3000"):
            word = text[following[0] : following[1]]
            last = following[1]
            given = following[2].startswith(_GIVEN)
            if given and _KANJI.match(word) and (len(word) > 1 or end - start > 1):
                last = _rest_of_name(text, morphemes, index + 1)
                name = _latin(feature, following[2]) if last == following[1] else None
                yield Span(start, last, "PERSON", "person.unidic", None, name)
                continue
            # A given name that UniDic does not know, in one or two pieces before a title.
            more = morphemes[index + 2] if index + 2 < len(morphemes) else None
            if (
                _KANJI.match(word)
                and not _AFTER_JA.match(text, end)
                and following[2].startswith(("名詞", "接尾辞"))
                and len(word) < 3
            ):
                if (
                    more is not None
                    and more[0] == last
                    and more[1] - more[0] == 1
                    and more[2].startswith(("名詞", "接尾辞"))
                    and _AFTER_JA.match(text, more[1])
                    and last - following[0] == 1
                ):
                    yield Span(start, more[1], "PERSON", "person.title")
                    continue
                if _AFTER_JA.match(text, last) and not feature.startswith("名詞,普通名詞"):
                    yield Span(start, last, "PERSON", "person.title")
                    continue
        if _AFTER_JA.match(text, end) and end - start > 1 and not _part_of_word(text, morphemes, index):
            yield Span(start, end, "PERSON", "person.title")
    for m in _ALONE_JA.finditer(text):
        if _beginning(morphemes, m.start(1))[2].startswith((_FAMILY, "名詞,固有名詞,地名")):
            yield Span(m.start(1), m.end(2), "PERSON", "person.list")
    if "・" in text or "=" in text or "＝" in text:
        for m in _KATAKANA_NAME.finditer(text):
            yield Span(m.start(), m.end(), "PERSON", "person.title")
    if _TITLE_AFTER.search(text):
        for m in _KATAKANA_TITLED.finditer(text):
            _, end, feature = _beginning(morphemes, m.start())
            # A word that UniDic does not have comes without its reading, or in pieces (ブリン + ケン).
            unknown = feature.count(",") < 8 or end != m.end()
            if unknown or not feature.startswith(("名詞,普通名詞", "名詞,固有名詞,地名", "名詞,固有名詞,一般")):
                yield Span(m.start(), m.end(), "PERSON", "person.title")
        for m in _LATIN_TITLED.finditer(text):
            yield Span(m.start(), m.end(), "PERSON", "person.title")
    for m in _LINE_OF_MEMBER.finditer(text):
        start, end = (m.start(1), m.end(2)) if m[1] else m.span(3)
        last_name = _beginning(morphemes, start)[2]
        first_name = next((f for _, e, f in reversed(morphemes) if e == end), "")
        if (m[1] and last_name.startswith(_FAMILY)) or (first_name.startswith(_GIVEN) and "固有名詞" in last_name):
            yield Span(start, end, "PERSON", "person.list")


def _beginning(morphemes: list[Morpheme], start: int) -> Morpheme:
    """The token that begins at ``start``; none of no features where none does."""
    at = bisect_left(morphemes, (start,))
    return morphemes[at] if at < len(morphemes) and morphemes[at][0] == start else (start, start, "")


def _latin(family: str, given: str) -> str | None:
    """The name as an English text writes it, from UniDic's readings."""
    parts = [romaji((f.split(",") + [""] * 10)[9]) for f in (given, family)]
    return " ".join(parts) if all(parts) else None


def _rest_of_name(text: str, morphemes: list[Morpheme], index: int) -> int:
    """End of a given name that UniDic cuts up (卓 + 仙)."""
    start, end, _ = morphemes[index]
    for a, b, feature in morphemes[index + 1 : index + 3]:
        if (
            a != end
            or b - a != 1
            or b - start > 3
            or not feature.startswith(("名詞", "接尾辞", "形状詞"))
            or not "\u4e00" <= text[a] <= "\u9fff"
        ):
            break
        if _AFTER_JA.match(text, a):
            break
        end = b
    if (
        end < len(text)
        and end > morphemes[index][1]
        and "\u4e00" <= text[end] <= "\u9fff"
        and not _AFTER_JA.match(text, end)
    ):
        return morphemes[index][1]
    return end


def _part_of_word(text: str, morphemes: list[Morpheme], index: int) -> bool:
    if index == 0:
        return False
    _, end, feature = morphemes[index - 1]
    return (
        end == morphemes[index][0]
        and feature.startswith(("名詞", "接頭辞"))
        and not _BEFORE_JA.search(text[max(0, end - 8) : end] + " ")
    )
