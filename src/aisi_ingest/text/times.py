"""Find times of day in Japanese and English text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from aisi_ingest.text.normalise import fold

_LAST_HOUR, _LAST_MINUTE = 24, 59
_HALF_DAY = 12  # hours
_CLOCK = re.compile(
    r"(?<![\d:.])(?:(?P<half>午前|午後)\s*)?(?P<hour>\d{1,2})(?:[:：](?P<minute>\d{2})(?![\d:])|\s*時(?!間|代|点|期)\s*"
    r"(?:(?P<ja_minute>\d{1,2})\s*分|(?P<half_hour>半))?)(?:\s*(?P<meridiem>[ap]\.?m\b))?"
    r"|(?<![\d:.])(?P<full>\d{1,2})\s*(?P<only>[ap]\.?m\b)"
)


class Time(Struct, frozen=True):
    """A time of day at ``start``, an offset in code points.

    Attributes:
        start: Offset of the first character.
        text: The time as written.
        value: Hours and minutes, such as ``13:30``.
    """

    start: int
    text: str
    value: str


def times(text: str) -> Iterator[Time]:
    """Yield the times of a text, in order.

    ``13:30``, ``13時30分``, ``午後1時半`` and ``1:30 p.m.`` are the same time. A ratio such as ``1:2`` is none.
    """
    for match in _CLOCK.finditer(fold(text).lower()):
        hour = int(match["hour"] or match["full"])
        minute = int(match["minute"] or match["ja_minute"] or (30 if match["half_hour"] else 0))
        if hour > _LAST_HOUR or minute > _LAST_MINUTE:
            continue
        half = match["half"] or match["meridiem"] or match["only"] or ""
        if half.startswith(("午後", "p")) and hour < _HALF_DAY:
            hour += _HALF_DAY
        elif half.startswith(("午前", "a")) and hour == _HALF_DAY:
            hour = 0
        yield Time(match.start(), text[match.start() : match.end()], f"{hour}:{minute:02d}")
