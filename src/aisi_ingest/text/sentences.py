"""Split Japanese and English text into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPEN, _CLOSE = "（(「『【［[〈《“", "）)」』】］]〉》”"
_END = "。．！？!?"

_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|cf|vs|vol|no|nos|fig|figs|sec|ver|ed|eds|al|approx|inc|ltd|co|corp|dr|mr|ms|mrs|prof|st"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|pp?|u\.s|u\.k|e\.u|ph\.d)"
    r"|\b[a-z]|^\W*\d+)\.$",
    re.IGNORECASE,
)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans (start, end) of sentences, in code points: no span is empty, and all but white space is covered.

    Brackets and quotes hold together: a full stop inside them ends nothing. Line breaks always end one.
    """
    start, depth, i, n = 0, 0, 0, len(text)
    while i < n:
        char = text[i]
        end = None
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(0, depth - 1)
        elif char == "\n":
            end, depth = i, 0
        elif not depth and char in _END:
            end = i + 1
            while end < n and text[end] in _END + _CLOSE + "\"'’":
                end += 1
        elif not depth and char == "." and (i + 1 == n or text[i + 1].isspace() or text[i + 1] in "\"'”’" + _CLOSE):
            after = text[i + 1 :].lstrip("\"'”’" + _CLOSE).lstrip()
            if not after or (not after[0].islower() and not _ABBREVIATION.search(text[start : i + 1])):
                end = i + 1
                while end < n and text[end] in "\"'”’" + _CLOSE:
                    end += 1
        if end is not None:
            if text[start:end].strip():
                yield _trimmed(text, start, end)
            start = i = max(end, i + 1)
            continue
        i += 1
    if text[start:].strip():
        yield _trimmed(text, start, n)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return start, end
