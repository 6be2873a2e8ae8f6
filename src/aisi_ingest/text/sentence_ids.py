"""Write and read the ids of sentences: ``<block>:<start>-<end>``, a span of the block's text in code points."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SENTENCE_ID = re.compile(r"(.+):(\d+)-(\d+)")


def sentence_id(block: str, start: int, end: int) -> str:
    """Return the id of a sentence.

    Args:
        block: The id of its block.
        start: Offset of its first character, in code points.
        end: Offset after its last character.
    """
    return f"{block}:{start}-{end}"


def sentence_span(sentence: str) -> tuple[str, int, int] | None:
    """Return the block's id and the span (in code points of its text) in a sentence's id; None for any other id."""
    match = _SENTENCE_ID.fullmatch(sentence)
    return (match[1], int(match[2]), int(match[3])) if match else None


def block_of(unit: str) -> str:
    """Return the id of the block of a sentence; any other id as it is."""
    span = sentence_span(unit)
    return span[0] if span else unit


def unit_text(unit: str, texts: Mapping[str, str]) -> str:
    """Return the text of a section, block or sentence.

    Args:
        unit: Its id.
        texts: Text by id of a block, and title by id of a section.

    Raises:
        KeyError: No text has the id.
    """
    span = sentence_span(unit) if unit not in texts else None
    return texts[span[0]][span[1] : span[2]] if span else texts[unit]
