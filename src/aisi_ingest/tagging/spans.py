"""Candidates for mentions, and which of them stay: the longest name wins, nothing inside it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aisi_ingest.model import Label
from aisi_ingest.tagging.words import words


class Span(NamedTuple):
    """A candidate at ``text[start:end]`` of one block.

    ``label`` None: nothing is tagged inside. ``value``: EDTF or entity id. ``name``: what a local id is
    made of, where the registry has none. ``ids``: entities that it may be, where only context can tell.
    """

    start: int
    end: int
    label: Label | None
    rule: str
    value: str | None = None
    name: str | None = None
    ids: tuple[str, ...] = ()


_RANK = {"registry": 0, "defined": 1, "date": 2, "place": 3, "spacy": 9}


def _order(span: Span) -> tuple[int, int, int]:
    # A name that several have gives way to what the document says it means.
    rank = 2 if span.ids else _RANK.get(span.rule.split(".")[0], 4)
    return span.start - span.end, rank, span.start


def choose(candidates: Iterable[Span]) -> list[Span]:
    """Spans that do not overlap, left to right: longer before shorter, known names before shapes."""
    taken: list[Span] = []
    covered: set[int] = set()
    for span in sorted(candidates, key=_order):
        # Both ends are enough: a longer span was taken before, so none lies inside this one.
        if span.start in covered or span.end - 1 in covered:
            continue
        covered.update(range(span.start, span.end))
        taken.append(span)
    return sorted(s for s in taken if s.label is not None)


# What is added to a known name without making another one: 国連本部 is 国連 with a word.
_BARE = words(
    """
    本部 事務局 委員会 会議 総会 会合 支部 協議会 研究会 部会 ガイドライン 報告書 レポート 戦略 計画 規格 標準
    Office Headquarters Secretariat Report Standards Meeting
    """
)


_OF_PLACE = re.compile(r"\s(?:of|in|for)\s(?:the\s)?[A-Z][\w.]+(?:\s[A-Z][\w.]+)?$")
# A unit that is written after its parent over a blank: 総務省 総合通信基盤局.
_UNIT = re.compile(
    r"(?:研究科|学部|研究所|研究センター|研究部門|センター|局|部|課|室|専攻|ラボ|委員会|部会|分科会"
    r"|ワーキンググループ|WG|タスクフォース)$"
)
_PARENT = re.compile(
    r"(?:省|庁|府|官房|大学|機構|研究所|委員会|院|会社|連合会|協会|協議会|会議|本部)$|^(?:株式会社"
    r"|国立研究開発法人|独立行政法人|国立大学法人)"
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


def join_units(text: str, spans: list[Span]) -> list[Span]:
    """Parent and unit, with or without a blank between, as one mention with the unit's value."""
    spans = _joined(text, spans)
    return [_with_sections(text, span, spans[at + 1 : at + 2]) for at, span in enumerate(spans)]


def _with_sections(text: str, span: Span, following: list[Span]) -> Span:
    if span.label != "ORG":
        return span
    ministry = _MINISTRY.search(text, max(span.start, span.end - 20), span.end)
    if not ministry and not _UNIVERSITY.search(text, max(span.start, span.end - 20), span.end):
        return span
    end = span.end
    pattern = _SECTION if ministry else _FACULTY
    stop = following[0].start if following else len(text)
    while (more := pattern.match(text, end)) and more.end() <= stop:
        end = more.end()
    return span if end == span.end else Span(span.start, end, "ORG", "shape.section")


def _joined(text: str, spans: list[Span]) -> list[Span]:
    out: list[Span] = []
    for span in spans:
        before = out[-1] if out else None
        if (
            before is not None
            and before.label == span.label == "ORG"
            and text[before.end : span.start] in (" ", "\u3000")
            and _PARENT.search(text[before.start : before.end])
            and _UNIT.search(text[span.start : span.end])
        ):
            out[-1] = span._replace(start=before.start, name=span.name or text[before.start : span.end])
            continue
        out.append(span)
    return out


def reconcile(text: str, known: list[Span], shapes: Iterable[Span]) -> Iterator[Span]:
    """Shapes that do not contradict known names: a shape may go on from one, but not swallow it.

    Dropped: a shape over two known names (総務省・経産省), one that ends in a known name of the same kind
    (Japanese AI Guidelines for Business), one that adds only a general word (国連本部), a person longer
    than a known one (Kishida Announced).
    """
    starts: dict[int, Span] = {}
    ends: dict[int, Span] = {}
    for span in known:
        starts.setdefault(span.start, span)
        ends[span.end] = span
    for shape in shapes:
        if shape.rule == "shape.standard":
            yield shape
            continue
        inside = [s for s in known if shape.start <= s.start and s.end <= shape.end and s.label not in (None, "PLACE")]
        if len(inside) > 1:
            continue
        last = ends.get(shape.end)
        if last is not None and shape.start == last.start - 1 and text[shape.start] in "米英独仏伊加韓豪印星中":
            yield shape._replace(value=last.value)  # 米商務省 is 商務省 with its country
            continue
        if last is not None and last.start > shape.start and last.label is not None:
            size = len(text[last.start : last.end].replace(" ", ""))
            if size >= (8 if text[last.start].isascii() else 4):
                continue
        first = starts.get(shape.start)
        if first is not None and first.end < shape.end:
            if first.label == shape.label == "GUIDE" and any(c.isdigit() for c in text[first.start : first.end]):
                shape = shape._replace(value=first.value)  # a standard's number before its title
            elif (
                shape.rule in ("shape.quoted", "shape.cited") and first.label == "GUIDE" and first.end - first.start > 8
            ):
                continue  # what follows is a version, an edition, a chapter
            if _OF_PLACE.match(text[first.end : shape.end]):
                continue
            if shape.label == "EVENT" and first.label == "ORG":
                yield shape
                continue
            if shape.label == "PERSON" or (text[first.end : shape.end].strip() in _BARE and first.label != "PLACE"):
                continue
        yield shape


def cells(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Cells of a table block's text as (row, column, start, end)."""
    at = 0
    for row, line in enumerate(text.split("\n")):
        start = at
        for column, cell in enumerate(line.split(" | ")):
            yield row, column, start, start + len(cell)
            start += len(cell) + 3
        at += len(line) + 1
