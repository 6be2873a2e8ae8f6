"""Leave out shapes of names that contradict names of the registry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aisi_ingest.tagging.country_letters import FOREIGN_COUNTRY_LETTERS
from aisi_ingest.tagging.spans import Span
from aisi_ingest.tagging.words import words

# Words after a known name that make no other name of it: 国連本部 is 国連 with a word.
_GENERAL_WORDS = words(
    """
    本部 事務局 委員会 会議 総会 会合 支部 協議会 研究会 部会 ガイドライン 報告書 レポート 戦略 計画 規格 標準
    Office Headquarters Secretariat Report Standards Meeting
    """
)

_OF = "の"
_PLACE_AFTER_NAME = re.compile(r"\s(?:of|in|for)\s(?:the\s)?[A-Z][\w.]+(?:\s[A-Z][\w.]+)?$")
# A known name at the end of a shape is the whole name if it has so many characters without blanks.
_WHOLE_LATIN_NAME, _WHOLE_JAPANESE_NAME = 8, 4
_LONG_TITLE = 8  # characters; what comes after a title longer than this is its edition or a chapter


def reconcile(text: str, known: list[Span], shapes: Iterable[Span]) -> Iterator[Span]:
    """Yield the shapes that do not contradict known names. A shape may go on from a known name, but not include it.

    Left out are:

    - a shape over two known names (総務省・経産省),
    - one that ends in a known name (Japanese AI Guidelines for Business),
    - one that adds only a general word to a known name (国連本部),
    - a person longer than a known one (Kishida Announced).

    Args:
        text: Text of a block.
        known: Names of the registry in it.
        shapes: Names by their shape.
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
        kept = _without_known_end(text, shape, ends.get(shape.end))
        first = starts.get(shape.start)
        if kept is shape and first is not None and first.end < shape.end:
            kept = _after_known_name(text, shape, first)
        if kept is not None:
            yield kept


def _without_known_end(text: str, shape: Span, last: Span | None) -> Span | None:
    """Return a shape, or None if the known name ``last`` at its end is the whole name."""
    if last is None:
        return shape
    if shape.start == last.start - 1 and text[shape.start] in FOREIGN_COUNTRY_LETTERS:
        return shape._replace(value=last.value)  # 米商務省 is 商務省 with its country
    if last.start <= shape.start or last.label is None:
        return shape
    if shape.label == last.label == "PERSON":
        return shape._replace(value=last.value)  # a known family name with the given names before it
    size = len(text[last.start : last.end].replace(" ", ""))
    return None if size >= (_WHOLE_LATIN_NAME if text[last.start].isascii() else _WHOLE_JAPANESE_NAME) else shape


def _after_known_name(text: str, shape: Span, first: Span) -> Span | None:
    """Return a shape that begins with the known name ``first`` and goes on; None if that makes no other name."""
    if first.label == shape.label == "GUIDE" and any(c.isdigit() for c in text[first.start : first.end]):
        shape = shape._replace(value=first.value)  # a standard's number before its title
    elif _is_quoted_title_with_edition(shape, first):
        return None
    rest = text[first.end : shape.end]
    if first.label == "ORG" and rest.startswith(_OF):
        return shape._replace(start=first.end + len(_OF))  # 総務省の湖沼の在り方に関する検討会
    if _PLACE_AFTER_NAME.match(rest):
        return None
    if shape.label == "EVENT" and first.label == "ORG":
        return shape
    adds_nothing = rest.strip() in _GENERAL_WORDS and first.label != "PLACE"
    return None if shape.label == "PERSON" or adds_nothing else shape


def _is_quoted_title_with_edition(shape: Span, first: Span) -> bool:
    is_quoted = shape.rule in ("shape.quoted", "shape.cited")
    return is_quoted and first.label == "GUIDE" and first.end - first.start > _LONG_TITLE
