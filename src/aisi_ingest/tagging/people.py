"""Find persons that no registry has: by UniDic's family and given names, by titles, and in lists of members."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from aisi_ingest.tagging.japanese_runs import Morpheme
from aisi_ingest.tagging.romaji import is_romaji_name
from aisi_ingest.tagging.spans import Span
from aisi_ingest.tagging.words import words

# What comes after a name, or before one and a blank.
_TITLE_JA = (
    "氏|さん|様|先生|教授|准教授|特任教授|特任准教授|名誉教授|講師|助教|博士|総理|首相|大臣|副大臣"
    "|政務官|長官|次官|所長|副所長|会長|副会長|社長|副社長"
    "|委員長|委員|座長|副座長|議員|議長|大統領|副大統領|理事長|理事|知事|市長|学長|総長|総裁|弁護士"
    "|編(?=[、「『）)\\s]|$)|著(?=[、「『）)\\s]|$)|宛(?=[、に）)\\s]|$)|代表|座長代理|構成員|部長|室長|主査|課長|局長|CEO|CTO|CIO"
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
# Parts of speech of UniDic.
_PROPER_NOUN = "名詞,固有名詞"
FAMILY, _GIVEN, _PLACE = "名詞,固有名詞,人名,姓", "名詞,固有名詞,人名,名", "名詞,固有名詞,地名,一般"
_KNOWN_WORD_COMMAS = 8  # features of a word that UniDic does not know are fewer
_LONGEST_GIVEN_NAME = 3  # characters
_LONGEST_GIVEN_TOKEN = 2  # characters of one token of a given name that UniDic does not know
_LONGEST_TITLE = 8  # characters
_KANJI = re.compile("[\u3005\u4e00-\u9fff\u3040-\u309f\u30a0-\u30ff]{1,4}$")
# A place name before one of these is a family name (松本総務大臣). Before other titles it is not (東京知事).
_TITLE_OF_PERSON_ONLY = re.compile(
    r"\s?(?:氏|さん|先生|准?教授|博士|総務大臣|外務大臣|経済産業大臣|財務大臣|デジタル大臣"
    r"|内閣府特命担当大臣|首相|総理|補佐官|官房長官)"
)
# Every name in katakana or Latin letters that has a title after it is followed by one of these.
_TITLE_AFTER_FOREIGN = re.compile("大統領|首相|長官|座長|氏|博士|さん|教授")
_KATAKANA_TITLED = re.compile(
    r"(?<![ァ-ヺー・])[ァ-ヺー]{3,8}(?=(?:大統領|副大統領|首相|国務長官|商務長官|座長|氏(?![名族])|博士))"
)
_LINE_OF_MEMBER = re.compile(
    r"^[\s○◎●〇◯・]*(?:([\u3005\u4e00-\u9fff]{1,3})[ \u3000]([\u3005\u4e00-\u9fff\u3040-\u309f]{1,3})"
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
_LINE_OF_NAME = re.compile(
    r"^[\s○◎●〇◯・]*([\u3005\u4e00-\u9fff]{1,3})[ \u3000]([\u3005\u4e00-\u9fff\u3040-\u309f]{1,4})\s*(?=$|["
    r"|\n（(・、,:：])",
    re.MULTILINE,
)

_ITEM = re.compile("[\u3005\u4e00-\u9fff]{1,4}")
_LINE_OF_FAMILY_NAMES = re.compile(
    r"^[\s・]*[\u3005\u4e00-\u9fff]{1,4}(?:[、,，]\s?[\u3005\u4e00-\u9fff]{1,4}){2,}[、,，]?\s*$", re.MULTILINE
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
_TITLED_IN_CAPITALS = re.compile(r"(?<![A-Za-z])(?:Mr|Ms|Mrs|Dr|Prof|Professor)\.?\s([A-Z]{3,14})(?![A-Za-z])")
ROLE_EN = (
    r"(?:(?:Senior|Associate|Assistant|Deputy|Vice|Chief|Executive|Managing|General|Principal"
    r"|Distinguished|Emeritus|Visiting|Project|Research|Co-)\s?){0,3}(?:Director|Professor|President"
    r"|Chair|Chairman|Chairperson|Chief|CEO|CTO|CIO|CISO|Officer|Member|Fellow|Researcher|Scientist"
    r"|Engineer|Manager|Minister|Secretary|Partner|Lecturer|Attorney|Founder|Head|Lead|Advisor|Leader)"
)
_LISTED = re.compile(
    rf"(?:^|[|\n•・\-])\s?({_NAME_PART}(?:\s(?:[A-Z]\.|van|von|de|der|{_NAME_PART})){{1,3}})(?:\s?,\s"
    rf"|\s?[(（|:-]\s?|\s\|\s)(?=(?:[A-Z]{{2,8}}\s)?{ROLE_EN}\b)",
    re.MULTILINE,
)
_ROLE_THEN_NAME = re.compile(
    rf"(?:^|[\n|])\s?(?:{ROLE_EN})(?:,\s?[A-Z][^,|\n]{{2,60}})?\s?[:,"
    rf"|]?\s((?:{_NAME_PART})(?:\s(?:[A-Z]\.|{_NAME_PART})){{1,2}})\s?(?=$|[|\n])",
    re.MULTILINE,
)
# Searched at every word, since a name may follow a place or a role without a sign between them.
_PAIR = re.compile(
    r"(?<![A-Za-z0-9'’-])(?=([A-Z][A-Za-z]{1,14}(?:['’][a-z]{1,10})?)\s([A-Z][A-Za-z]{1,14})(?![A-Za-z0-9'-]))"
)
# What follows such a pair if it names a firm or a place.
_PLACE_OR_FIRM = re.compile(r"\s?(?:&|Inc|Co\b(?!-)|Corp|University|Institute|Laborator|Prefecture|City|Station)")
# Capitalised words that are no names of persons.
NO_NAME = words(
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


def find_names(text: str, morphemes: list[Morpheme], *, japanese: bool, latin: bool) -> Iterator[Span]:
    """Yield the persons in ``text``, without their titles.

    Args:
        text: Text of a block.
        morphemes: Its tokens without blanks.
        japanese: The text contains Japanese.
        latin: The text contains capitalised Latin words.
    """
    if japanese:
        yield from _by_readings(text, morphemes)
        yield from _on_lines_of_their_own(text, morphemes)
        yield from _foreign_with_title(text, morphemes)
        yield from _in_lists_of_members(text, morphemes)
        yield from _in_lists_of_family_names(text, morphemes)
    if latin:
        yield from _latin_with_title_or_role(text)
        yield from _latin_with_japanese_sounds(text)


def _latin_with_title_or_role(text: str) -> Iterator[Span]:
    """Yield ``Prof. Lindqvist`` and ``Hanako Takahashi, Director``."""
    for pattern, rule in (
        (_TITLED, "title"),
        (_TITLED_IN_CAPITALS, "title"),
        (_LISTED, "list"),
        (_ROLE_THEN_NAME, "list"),
    ):
        for m in pattern.finditer(text):
            if not any(word in NO_NAME for word in m[1].split()):
                yield Span(m.start(1), m.end(1), "PERSON", f"person.{rule}")


def _latin_with_japanese_sounds(text: str) -> Iterator[Span]:
    """Yield ``Hiroshi Tsuda`` without any title."""
    for m in _PAIR.finditer(text):
        if is_romaji_name(m[1], m[2]) and not _PLACE_OR_FIRM.match(text, m.end(2)):
            yield Span(m.start(1), m.end(2), "PERSON", "person.romaji")


# ---- Japanese names -----------------------------------------------------------------------------------


def _by_readings(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    """Yield names that UniDic knows, or of which a title shows that they are names."""
    for index, (_, _, feature) in enumerate(morphemes):
        if not feature.startswith(_PROPER_NOUN):
            continue
        if feature.startswith(FAMILY):
            span = (
                _family_and_known_given_name(text, morphemes, index)
                or _family_and_unknown_given_name(text, morphemes, index)
                or _family_name_with_title(text, morphemes, index)
            )
        else:
            span = _place_name_with_title(text, morphemes, index)
        if span is not None:
            yield span


def _place_name_with_title(text: str, morphemes: list[Morpheme], index: int) -> Span | None:
    """Return a family name that is also a place: 松本総務大臣."""
    _, end, feature = morphemes[index]
    if not feature.startswith(_PLACE) or not _TITLE_OF_PERSON_ONLY.match(text, end):
        return None
    return _alone(text, morphemes, index)


def _family_name_with_title(text: str, morphemes: list[Morpheme], index: int) -> Span | None:
    return _alone(text, morphemes, index) if _AFTER_JA.match(text, morphemes[index][1]) else None


def _alone(text: str, morphemes: list[Morpheme], index: int) -> Span | None:
    """Return a family name that stands alone before its title, if it is no part of a longer word."""
    start, end, _ = morphemes[index]
    if end - start == 1 or _is_part_of_word(text, morphemes, index):
        return None
    return Span(start, end, "PERSON", "person.title")


def _family_and_known_given_name(text: str, morphemes: list[Morpheme], index: int) -> Span | None:
    start, end, _ = morphemes[index]
    given = _following(text, morphemes, index)
    if given is None or not given[2].startswith(_GIVEN):
        return None
    word = text[given[0] : given[1]]
    if not _KANJI.match(word) or (len(word) == 1 and end - start == 1):
        return None
    last = _end_of_given_name(text, morphemes, index + 1)
    return Span(start, last, "PERSON", "person.unidic")


def _family_and_unknown_given_name(text: str, morphemes: list[Morpheme], index: int) -> Span | None:
    """Return a name whose given name UniDic does not know: one or two tokens before a title."""
    start, end, _ = morphemes[index]
    given = _following(text, morphemes, index)
    if given is None or _AFTER_JA.match(text, end) or not given[2].startswith(("名詞", "接尾辞")):
        return None
    word = text[given[0] : given[1]]
    if not _KANJI.match(word) or len(word) > _LONGEST_GIVEN_TOKEN:
        return None
    last = given[1]
    if len(word) == 1 and index + 2 < len(morphemes):
        a, b, feature = morphemes[index + 2]
        is_second_part = a == last and b - a == 1 and feature.startswith(("名詞", "接尾辞"))
        if is_second_part and _AFTER_JA.match(text, b):
            last = b
    return Span(start, last, "PERSON", "person.title") if _AFTER_JA.match(text, last) else None


def _following(text: str, morphemes: list[Morpheme], index: int) -> Morpheme | None:
    """Return the next token if at most one blank separates it."""
    if index + 1 == len(morphemes):
        return None
    following = morphemes[index + 1]
    return following if text[morphemes[index][1] : following[0]] in ("", " ", "\u3000") else None


def _end_of_given_name(text: str, morphemes: list[Morpheme], index: int) -> int:
    """Return the end of a given name that UniDic splits (卓 + 仙)."""
    start, end, _ = morphemes[index]
    for a, b, feature in morphemes[index + 1 : index + 3]:
        if a != end or b - a != 1 or b - start > _LONGEST_GIVEN_NAME:
            break
        if (
            not feature.startswith(("名詞", "接尾辞", "形状詞"))
            or not _is_ideograph(text[a])
            or _AFTER_JA.match(text, a)
        ):
            break
        end = b
    word_goes_on = end < len(text) and _is_ideograph(text[end]) and not _AFTER_JA.match(text, end)
    return morphemes[index][1] if word_goes_on and end > morphemes[index][1] else end


def _is_ideograph(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _is_part_of_word(text: str, morphemes: list[Morpheme], index: int) -> bool:
    """Return whether a noun that is no title touches the token from the left."""
    if index == 0:
        return False
    _, end, feature = morphemes[index - 1]
    if end != morphemes[index][0] or not feature.startswith(("名詞", "接頭辞")):
        return False
    return not _BEFORE_JA.search(text[max(0, end - _LONGEST_TITLE) : end] + " ")


# ---- names in other positions -------------------------------------------------------------------------


def _on_lines_of_their_own(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    for m in _LINE_OF_NAME.finditer(text):
        if _token_at(morphemes, m.start(1))[2].startswith((FAMILY, "名詞,固有名詞,地名")):
            yield Span(m.start(1), m.end(2), "PERSON", "person.list")


def _foreign_with_title(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    """Yield names in katakana or Latin letters before a title: ジョー・バイデン大統領, バイデン氏, Ann Reed氏."""
    if "・" in text or "=" in text or "＝" in text:
        for m in _KATAKANA_NAME.finditer(text):
            yield Span(m.start(), m.end(), "PERSON", "person.title")
    if not _TITLE_AFTER_FOREIGN.search(text):
        return
    for m in _KATAKANA_TITLED.finditer(text):
        _, end, feature = _token_at(morphemes, m.start())
        # A word that UniDic does not know comes without a reading or in several tokens (ブリン + ケン).
        unknown = feature.count(",") < _KNOWN_WORD_COMMAS or end != m.end()
        if unknown or not feature.startswith(("名詞,普通名詞", "名詞,固有名詞,地名", "名詞,固有名詞,一般")):
            yield Span(m.start(), m.end(), "PERSON", "person.title")
    for m in _LATIN_TITLED.finditer(text):
        yield Span(m.start(), m.end(), "PERSON", "person.title")


def _in_lists_of_members(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    """Yield names at the beginning of a line, before an affiliation."""
    for m in _LINE_OF_MEMBER.finditer(text):
        start, end = (m.start(1), m.end(2)) if m[1] else m.span(3)
        family = _token_at(morphemes, start)[2]
        given = next((f for _, e, f in reversed(morphemes) if e == end), "")
        if (m[1] and family.startswith(FAMILY)) or (given.startswith(_GIVEN) and "固有名詞" in family):
            yield Span(start, end, "PERSON", "person.list")


def _in_lists_of_family_names(text: str, morphemes: list[Morpheme]) -> Iterator[Span]:
    """Yield the items of a line of names (``今田、遠藤、上田``), if UniDic knows most of them as family names."""
    for line in _LINE_OF_FAMILY_NAMES.finditer(text):
        items = list(_ITEM.finditer(text, line.start(), line.end()))
        known = sum(_token_at(morphemes, item.start())[2].startswith(FAMILY) for item in items)
        if known * 2 > len(items):
            for item in items:
                yield Span(item.start(), item.end(), "PERSON", "person.list")


def _token_at(morphemes: list[Morpheme], start: int) -> Morpheme:
    """Return the token that begins at ``start``; an empty one without features if none does."""
    at = bisect_left(morphemes, (start,))
    return morphemes[at] if at < len(morphemes) and morphemes[at][0] == start else (start, start, "")
