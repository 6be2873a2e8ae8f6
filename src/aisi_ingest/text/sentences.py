"""Split Japanese and English text into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPENING, _CLOSING = "（(【［[〈《", "）)】］]〉》"
_OPENING_QUOTES, _CLOSING_QUOTES = "「『“", "」』”"
_TERMINATORS = "。．！？!?"
_QUOTES = "\"'’"
_QUOTES_AFTER_STOP = "\"'”’"

# After a quotation that ends with a full stop, hiragana, a comma or lower case goes on with the sentence
# (「はい。」と答えた。), unless it is a word that begins a sentence.
_GOES_ON = re.compile(
    r"\s*(?:(?!これ|それ|この|その|そう|そして|そこ|ここ|しかし|また|ただ|だが|でも|だから|さらに|もし|なお)[ぁ-ゖ]"
    r"|[a-z、，,）)】］\]〉》」』”：:;；－―–—-]|[等旨]|$)"
)
# Words that begin a sentence, in capitals: after an abbreviation such as "U.S." they show that the sentence has ended.
_STARTER = re.compile(
    r"(?:The|An?|It|Its|He|She|We|They|This|These|Those|That|There|In|On|At|As|By|For|From|However|But|And|If|When"
    r"|While|After|Before|What|How|Why|Who|Where|To|With|All|Some|Most|Many|Both|Such|Other)\b"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|cf|vs|vol|no|nos|fig|figs|sec|ver|ed|eds|al|approx|inc|ltd|co|corp|dr|mr|ms|mrs|prof|st"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|pp?|u\.s|u\.k|e\.u|ph\.d)"
    r"|\b[a-z]|^\W*\d+)\.$",
    re.IGNORECASE,
)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of ``text``.

    A terminator inside brackets ends no sentence. Quotations of several sentences are split: a terminator inside
    quotes ends a sentence if more text follows. A line break always ends one.

    Yields:
        Spans (start, end) in code points, in order. No span is empty, none overlaps another, and together they
        cover everything but white space.
    """
    start, depth, i = 0, 0, 0
    closed = _closed_brackets(text)
    while i < len(text):
        char = text[i]
        end = None
        if char in _OPENING:
            depth += i in closed
        elif char in _CLOSING:
            depth = max(0, depth - 1)
        elif char == "\n":
            end, depth = i, 0
        elif not depth:
            end = _end_at(text, start, i)
        if end is not None:
            if text[start:end].strip():
                yield _trimmed(text, start, end)
            start = i = max(end, i + 1)
            continue
        i += 1
    if text[start:].strip():
        yield _trimmed(text, start, len(text))


def _closed_brackets(text: str) -> frozenset[int]:
    """Return the offsets of the opening brackets that are closed in the same line."""
    opened: list[int] = []
    closed = []
    for at, char in enumerate(text):
        if char in _OPENING:
            opened.append(at)
        elif char in _CLOSING and opened:
            closed.append(opened.pop())
        elif char == "\n":
            opened.clear()
    return frozenset(closed)


def _end_at(text: str, start: int, at: int) -> int | None:
    """Return where the sentence from ``start`` ends if the character at ``at`` terminates it, else None."""
    if text[at] == "．" and _is_between_digits(text, at):
        return None
    if text[at] in _TERMINATORS:
        end = _skip(text, at + 1, _TERMINATORS + _CLOSING + _CLOSING_QUOTES + _QUOTES)
        is_quoted = any(quote in text[at + 1 : end] for quote in _CLOSING_QUOTES + _QUOTES)
        return None if is_quoted and _GOES_ON.match(text, end) else end
    if text[at] == "." and _full_stop_ends(text, start, at):
        return _skip(text, at + 1, _QUOTES_AFTER_STOP + _CLOSING)
    return None


def _is_between_digits(text: str, at: int) -> bool:
    """Return whether the full-width point at ``at`` belongs to a number: ``3．14``, ``3．2．1節``."""
    return text[at - 1 : at].isdecimal() and text[at + 1 : at + 2].isdecimal()


def _full_stop_ends(text: str, start: int, at: int) -> bool:
    """Return whether the full stop at ``at`` ends a sentence: not an abbreviation, a decimal or a file name."""
    after = text[at + 1 : at + 2]
    if after and not after.isspace() and after not in _QUOTES_AFTER_STOP + _CLOSING + _CLOSING_QUOTES:
        return False
    rest = text[at + 1 :].lstrip(_QUOTES_AFTER_STOP + _CLOSING + _CLOSING_QUOTES).lstrip()
    if not rest or rest[0].islower():
        return not rest
    return not _ABBREVIATION.search(text[start : at + 1]) or _STARTER.match(rest) is not None


def _skip(text: str, at: int, characters: str) -> int:
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without white space at its ends."""
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return start, end
