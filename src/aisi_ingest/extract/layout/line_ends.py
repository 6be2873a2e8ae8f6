"""Line breaks: did a line end because it was full, or because something ended?"""

from __future__ import annotations

import re

from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.text.normalise import is_wide

_SENTENCE_END = tuple("。．！？!?.:：;；」）)")
_QUOTES = "'\"”’"


def ended(row: Row) -> bool:
    """Whether a line ends with the sign that ends a sentence or announces a list."""
    return row.text.rstrip(_QUOTES)[-1:] in _SENTENCE_END


_CANNOT_BEGIN = "、。，．,.・」』）)】〕〉》］]ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョヶ：；！？:;!?%％～〜"
_CANNOT_END = "「『（(【〔〈《［[、，,・／"


def wraps(above: Row, row: Row, right: float) -> bool:
    """Whether ``row`` goes on from ``above``: its first piece that cannot be broken had no room there."""
    room = right - above.x1
    size = above.size
    first, last = row.text[0], above.text[-1]
    filled = above.x1 - above.x0 > 0.5 * (right - above.x0)
    if (last in _CANNOT_END or (first in _CANNOT_BEGIN and first not in "・")) and filled:
        return True
    if is_wide(first):
        need = (1 + _forbidden(row.text, 1)) * size
        if first in _CANNOT_END and len(row.text) > 1:
            need += size
        slack = 0.7 if ended(above) else 1.6  # characters are pushed over to keep lines from ending or beginning badly
        return room < need + slack * size
    if first.islower() and last.isascii() and not ended(above) and (filled or above.text.count(" ") > 3):
        return True
    piece = _PIECE.match(row.text)
    length = piece.end() if piece else 1
    average = 0.5 * size if not row.text[:40].isascii() else (row.x1 - row.x0) / max(1, len(row.text))
    need = length * average + _forbidden(row.text, length) * size + (0 if is_wide(last) else 0.25 * size)
    slack = 0.3 if ended(above) else 1.2
    return room < need + slack * size


_PIECE = re.compile("[^\\s\u3000-\u9fff\uff00-\uffef]+")


def _forbidden(text: str, start: int) -> int:
    """How many characters from ``start`` on may not begin a line, and so came down with the one before."""
    end = start
    while end < len(text) and end < start + 3 and text[end] in _CANNOT_BEGIN:
        end += 1
    return end - start
