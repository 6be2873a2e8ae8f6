"""Footnotes: small type at the foot of a page. Each begins with the number or symbol of its note mark."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.rows import Row

_SMALL = 0.92  # of the type size of the body, at most
_SMALL_SHARE = 0.7  # of the text below a short rule that holds notes
_LABEL = re.compile(
    "[（(]?(?:注|註|脚注)[\\s\u3000]*(?P<ja>[0-9０-９]{0,3})[)）.．:：、]?|[※＊*†‡§]{1,3}(?P<sign>[0-9０-９]{0,3})"
    "|(?P<number>[0-9]{1,3})(?:[)）.．]|(?=[\\s\u3000])|(?=[^0-9.,%年月日]))|(?P<bracket>\\[[0-9]{1,3}\\])"
)
_SUPERSCRIPT_LABEL = re.compile("[※＊*†‡§]?\\s?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}")  # some fonts have raised digits
_SUPERSCRIPT_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SURE_LABEL = re.compile("[（(]?(?:注|註)[0-9０-９]|[※＊*†‡]")
# The rule above footnotes.
_ABOVE_TEXT = 0.25  # em: a rule lies above a row whose top is at most this much higher
_HIGHEST_RULE = 0.25  # of the page's height
_SHORTEST_RULE, _LONGEST_RULE = 8, 20  # em; word processors draw a short rule at the left edge of the text
_LEFT_EDGE = 3  # em
_HIGHEST_NOTE = 0.4  # of the page's height, if there is no rule


def label_of(text: str, raised: Sequence[tuple[int, int]] = ()) -> str | None:
    """Return the label at the start of a note (``"3"``, ``"*"``), or None.

    Args:
        text: The text of the note.
        raised: Spans of the text that are raised.
    """
    if raised and is_raised_label(text, raised):
        return normalised_label(text[: raised[0][1]])
    if superscript := _SUPERSCRIPT_LABEL.match(text):
        return normalised_label(superscript.group().translate(_SUPERSCRIPT_DIGITS))
    found = _LABEL.match(text)
    return normalised_label(found.group()) if found and found.group() else None


def is_raised_label(text: str, raised: Sequence[tuple[int, int]]) -> bool:
    """Return whether a text begins with a raised mark, also in brackets that are not raised: ``(1)``."""
    if not raised:
        return False
    start, end = raised[0]
    return start == 0 or (
        start == 1 and text[0] in "(（" and text[end : end + 1] in (")", "）") and text[1:end].isdigit()
    )


def normalised_label(mark: str) -> str:
    """Return the form of a mark or label that is compared: its number if it has one, else its symbol."""
    digits = re.findall("[0-9０-９]+", mark)
    return str(int(digits[0])) if digits else re.sub("[\\s()（）\\[\\]注註]", "", mark) or "注"


def split_notes(
    rows: Sequence[Row], separators: Sequence[tuple[float, float, float]], body_size: float, height: float
) -> tuple[list[Row], list[Row]]:
    """Separate the footnotes of a page from its body.

    Args:
        rows: The rows of the page.
        separators: Horizontal rules as (x0, x1, y) in points that may be above the notes.
        body_size: Type size of the body, in points.
        height: Height of the page, in points.

    Returns:
        The rows of the body and those of the notes.
    """
    if not rows:
        return [], []
    left = min(row.x0 for row in rows)
    for x0, x1, y in sorted(separators, key=lambda rule: -rule[2]):
        below = [row for row in rows if row.top > y - _ABOVE_TEXT * row.size]
        if not below or y < _HIGHEST_RULE * height:
            continue
        is_short = _SHORTEST_RULE * body_size < x1 - x0 < _LONGEST_RULE * body_size
        is_short = is_short and abs(x0 - left) < _LEFT_EDGE * body_size
        are_small = all(row.size <= _SMALL * body_size for row in below)
        if (are_small and (is_short or _begins_with_label(below))) or (is_short and _are_notes(below, body_size)):
            return [row for row in rows if row.top <= y - _ABOVE_TEXT * row.size], below
    return _split_by_size(rows, body_size, height)


def _split_by_size(rows: Sequence[Row], body_size: float, height: float) -> tuple[list[Row], list[Row]]:
    """Separate footnotes without a rule: the small rows at the foot, from the first one that begins with a label."""
    ordered = sorted(rows, key=lambda row: row.baseline)
    start = len(ordered)
    while start and ordered[start - 1].size <= _SMALL * body_size:
        start -= 1
    small = ordered[start:]
    if not small or small[0].top < _HIGHEST_NOTE * height or start == 0:
        return list(rows), []
    first = next((k for k, row in enumerate(small) if is_raised_label(row.text, row.raised)), None)
    if first is None:
        first = next((k for k, row in enumerate(small) if _SURE_LABEL.match(row.text)), None)
    if first is None:
        return list(rows), []
    notes = small[first:]
    in_notes = {id(row) for row in notes}
    return [row for row in rows if id(row) not in in_notes], notes


def _are_notes(rows: Sequence[Row], body_size: float) -> bool:
    """Return whether most of some rows are small, and the first one begins with a raised mark: an address is larger."""
    first = min(rows, key=lambda row: (row.baseline, row.x0))
    small = sum(len(row.text) for row in rows if row.size <= _SMALL * body_size)
    return is_raised_label(first.text, first.raised) and small > _SMALL_SHARE * sum(len(row.text) for row in rows)


def _begins_with_label(rows: Sequence[Row]) -> bool:
    """Return whether the first of the rows begins with a label."""
    first = min(rows, key=lambda row: (row.baseline, row.x0))
    return label_of(first.text, first.raised) is not None
