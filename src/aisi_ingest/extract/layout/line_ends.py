"""Line ends: did a line end because it was full, or because something ended?"""

from __future__ import annotations

import re

from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.text.normalise import is_wide

_SENTENCE_END = tuple("。．！？!?.:：;；」）)")
_QUOTES = "'\"”’"
# Japanese line breaking (kinsoku shori): characters that may not begin or end a line.
_CANNOT_BEGIN = "、。，．,.・」』）)】〕〉》］]ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョヶ：；！？:;!?%％～〜"
_CANNOT_END = "「『（(【〔〈《［[、，,・／"
_MOST_CARRIED = 3  # characters that may not begin a line and so are carried over with the one before
_PIECE = re.compile("[^\\s\u3000-\u9fff\uff00-\uffef]+")  # text that is not broken inside
_FULL_SHARE = 0.5  # of the width: a shorter line was broken on purpose
_MANY_SPACES = 3  # in a line: it is running text
_MEASURED = 40  # code points that show whether a line is ASCII only
# Room that a full line may leave, in em. It is less after the end of a sentence, where a paragraph may end.
_ROOM_WIDE, _ROOM_WIDE_AFTER_SENTENCE = 1.6, 0.7  # characters are carried over to avoid a bad line end
_ROOM_LATIN, _ROOM_LATIN_AFTER_SENTENCE = 1.2, 0.3
_AVERAGE_CHARACTER = 0.5  # em, in text that is not ASCII only
_SPACE_WIDTH = 0.25  # em


def ends_sentence(row: Row) -> bool:
    """Return whether a row ends with a character that ends a sentence or announces a list."""
    return row.text.rstrip(_QUOTES)[-1:] in _SENTENCE_END


def wraps(above: Row, row: Row, right: float) -> bool:
    """Return whether ``row`` continues the text of ``above``: its first unbreakable piece had no room there.

    Args:
        above: The row before.
        row: The row.
        right: Position up to which the row above could extend, in points.
    """
    room = right - above.x1
    size = above.size
    first, last = row.text[0], above.text[-1]
    is_filled = above.x1 - above.x0 > _FULL_SHARE * (right - above.x0)
    if (last in _CANNOT_END or (first in _CANNOT_BEGIN and first not in "・")) and is_filled:
        return True
    if is_wide(first):
        needed = (1 + _carried_over(row.text, 1)) * size
        if first in _CANNOT_END and len(row.text) > 1:
            piece = _PIECE.match(row.text, 1)  # a word is not broken behind a bracket: （Diversity
            needed += max(1.0, (piece.end() - 1) * _AVERAGE_CHARACTER if piece else 1.0) * size
        slack = _ROOM_WIDE_AFTER_SENTENCE if ends_sentence(above) else _ROOM_WIDE
        return room < needed + slack * size
    is_text = is_filled or above.text.count(" ") > _MANY_SPACES
    if first.islower() and last.isascii() and not ends_sentence(above) and is_text:
        return True
    piece = _PIECE.match(row.text)
    length = piece.end() if piece else 1
    is_latin = row.text[:_MEASURED].isascii()
    average = (row.x1 - row.x0) / max(1, len(row.text)) if is_latin else _AVERAGE_CHARACTER * size
    space = 0 if is_wide(last) else _SPACE_WIDTH * size
    needed = length * average + _carried_over(row.text, length) * size + space
    slack = _ROOM_LATIN_AFTER_SENTENCE if ends_sentence(above) else _ROOM_LATIN
    return room < needed + slack * size


def _carried_over(text: str, start: int) -> int:
    """Count the characters from ``start`` on that may not begin a line and so follow the one before."""
    end = start
    while end < len(text) and end < start + _MOST_CARRIED and text[end] in _CANNOT_BEGIN:
        end += 1
    return end - start
