"""Footnotes: small type at the foot of a page, each beginning with the number or sign that its anchor carries."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.rows import Row

SMALL = 0.92  # of the body's type size, at the most
_MARK = re.compile(
    "[（(]?(?:注|註|脚注)[\\s\u3000]*(?P<ja>[0-9０-９]{0,3})[)）.．:：、]?|[※＊*†‡§]{1,3}(?P<sign>[0-9０-９]{0,3})"
    "|(?P<number>[0-9]{1,3})(?:[)）.．]|(?=[\\s\u3000])|(?=[^0-9.,%年月日]))|(?P<bracket>\\[[0-9]{1,3}\\])"
)
_RAISED = re.compile("[※＊*†‡§]?\\s?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}")  # fonts have raised figures of their own
_FIGURES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def label_of(text: str, raised: Sequence[tuple[int, int]] = ()) -> str | None:
    """The label that a note begins with (``"3"``, ``"*"``), or None."""
    if raised and raised[0][0] == 0:
        return label(text[: raised[0][1]])
    if small := _RAISED.match(text):
        return label(small.group().translate(_FIGURES))
    found = _MARK.match(text)
    return label(found.group()) if found and found.group() else None


def label(sign: str) -> str:
    """A note's sign in the form in which anchor and note are compared: figures alone where there are any."""
    digits = re.findall("[0-9０-９]+", sign)
    return str(int(digits[0])) if digits else re.sub("[\\s()（）\\[\\]注註]", "", sign) or "注"


def split_notes(
    rows: Sequence[Row], separators: Sequence[tuple[float, float, float]], body_size: float, height: float
) -> tuple[list[Row], list[Row]]:
    """The rows of the body and those of the notes.

    ``separators`` are horizontal rules as (x0, x1, y) that may part the notes from the body.
    """
    if not rows:
        return [], []
    for x0, x1, y in sorted(separators, key=lambda rule: -rule[2]):
        below = [row for row in rows if row.top > y - 0.25 * row.size]
        if not below or y < 0.25 * height:
            continue
        left = min(row.x0 for row in rows)
        short = (
            8 * body_size < x1 - x0 < 20 * body_size and abs(x0 - left) < 3 * body_size
        )  # as word processors draw it
        if all(row.size <= SMALL * body_size for row in below) and (short or _begins(below)):
            return [row for row in rows if row.top <= y - 0.25 * row.size], below
    # No rule drawn: the run of small rows down to the foot, from the first that begins with a mark.
    ordered = sorted(rows, key=lambda row: row.base)
    start = len(ordered)
    while start and ordered[start - 1].size <= SMALL * body_size:
        start -= 1
    tail = ordered[start:]
    if not tail or tail[0].top < 0.4 * height or start == 0:
        return list(rows), []
    first = next((k for k, row in enumerate(tail) if row.raised[:1] and row.raised[0][0] == 0), None)
    if first is None:
        first = next(
            (k for k, row in enumerate(tail) if re.match("[（(]?(?:注|註)[0-9０-９]|[※＊*†‡]", row.text)), None
        )
    if first is None:
        return list(rows), []
    notes = tail[first:]
    held = {id(row) for row in notes}
    return [row for row in rows if id(row) not in held], notes


def _begins(rows: Sequence[Row]) -> bool:
    first = min(rows, key=lambda row: (row.base, row.x0))
    return label_of(first.text, first.raised) is not None
