"""Join organisations with the units that are written after them: 経済産業省 商務情報政策局 情報経済課."""

from __future__ import annotations

import re

from aisi_ingest.tagging.legal_forms import LEGAL_FORM_OF_PARENT
from aisi_ingest.tagging.spans import Span

# A unit that is written after its parent and a blank: 総務省 総合通信基盤局.
_UNIT = re.compile(
    r"(?:研究科|学部|研究所|研究センター|研究部門|センター|局|部|課|室|専攻|ラボ|委員会|部会|分科会"
    r"|ワーキンググループ|WG|タスクフォース)$"
)
_PARENT = re.compile(
    r"(?:省|庁|府|官房|大学|機構|研究所|委員会|院|会社|連合会|協会|協議会|会議|本部)$"
    rf"|^(?:{LEGAL_FORM_OF_PARENT})"
)
# Sections of a ministry after it: 経済産業省 商務情報政策局 情報経済課.
_MINISTRY = re.compile(r"(?:省|庁|官房|内閣府|省.{1,12}局|庁.{1,12}局|官房.{1,14}[局室])$")
_SECTION = re.compile(r"[ \u3000]?(?!第)[\u4e00-\u9fffァ-ヺー・A-Z]{2,18}?(?:局|部|課|室)(?![\u4e00-\u9fffァ-ヺー])")
# Faculties of a university after it: 早稲田大学 理工学術院 基幹理工学部.
_UNIVERSITY = re.compile(r"(?:大学|大学院|学部|研究科|学術院)$")
_FACULTY = re.compile(
    r"[ \u3000]?(?:大学院)?[\u4e00-\u9fffァ-ヺー・]{1,20}?"
    r"(?:学術院|学部|学科|研究科|専攻|学府|研究院|研究所|研究センター|機構|研究室)"
    r"(?![\u4e00-\u9fffァ-ヺー]*(?:長|会))"
)
_GRADUATE_SCHOOL = "大学院"
# Bodies of a council or an association after it: デジタル社会推進会議幹事会.
_COUNCIL = re.compile(r"(?:会議|本部|協議会|審議会|委員会|連合会|協会|機構)$")
_BODY = re.compile(
    r"[ \u3000]?[\u4e00-\u9fffァ-ヺー・A-Z]{0,18}?"
    r"(?:幹事会|分科会|部会|専門委員会|推進委員会|ワーキンググループ|WG|タスクフォース)"
    r"(?:[\u4e00-\u9fff]{2,4}部会)?(?![\u4e00-\u9fffァ-ヺー])"
)
# What is written after a ministry without a blank as its own body: 内閣官房デジタル市場競争会議.
_BODY_OF_MINISTRY = re.compile(r"(?:会議|審議会|懇談会|検討会|研究会|本部|事務局)$")
_LONGEST_ENDING = 20  # characters at the end of a name that show what it is


def join_units(text: str, spans: list[Span]) -> list[Span]:
    """Join parent and unit, with or without a blank between them, to one mention.

    Args:
        text: Text of a block.
        spans: Its spans from left to right; they do not overlap.

    Returns:
        The spans; a joined one has the value of the unit.
    """
    spans = _join_tagged_units(text, spans)
    return [_extend_over_sections(text, span, spans[at + 1 : at + 2]) for at, span in enumerate(spans)]


def _join_tagged_units(text: str, spans: list[Span]) -> list[Span]:
    """Join a unit that is tagged itself to the parent before it."""
    out: list[Span] = []
    for span in spans:
        if out and _is_unit_of(text, out[-1], span):
            start = out[-1].start
            out[-1] = span._replace(start=start, name=span.name or text[start : span.end])
        else:
            out.append(span)
    return out


def _is_unit_of(text: str, parent: Span, unit: Span) -> bool:
    between = text[parent.end : unit.start]
    if not parent.label == unit.label == "ORG" or between.removeprefix(_GRADUATE_SCHOOL) not in ("", " ", "\u3000"):
        return False
    if between.startswith(_GRADUATE_SCHOOL):
        return bool(_UNIVERSITY.search(text, parent.start, parent.end))
    if not between:
        is_ministry = _MINISTRY.search(text, parent.start, parent.end)
        return bool(is_ministry and _BODY_OF_MINISTRY.search(text, unit.start, unit.end))
    return bool(_PARENT.search(text[parent.start : parent.end]) and _UNIT.search(text[unit.start : unit.end]))


def _extend_over_sections(text: str, span: Span, following: list[Span]) -> Span:
    """Extend a ministry over the sections after it and a university over its faculties."""
    if span.label != "ORG":
        return span
    ending = max(span.start, span.end - _LONGEST_ENDING)
    if _MINISTRY.search(text, ending, span.end):
        pattern = _SECTION
    elif _UNIVERSITY.search(text, ending, span.end):
        pattern = _FACULTY
    elif _COUNCIL.search(text, ending, span.end):
        pattern = _BODY
    else:
        return span
    end = span.end
    stop = following[0].start if following else len(text)
    while (more := pattern.match(text, end)) and more.end() <= stop:
        end = more.end()
    return span if end == span.end else Span(span.start, end, "ORG", "shape.section")
