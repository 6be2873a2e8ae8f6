"""Split Japanese text into words with MeCab and UniDic."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def _tagger() -> Any:
    import fugashi  # loads UniDic: 20 MB and 70 ms, so only where Japanese is tokenised

    return fugashi.Tagger()


def tokens(text: str) -> list[tuple[int, int, Any]]:
    """Japanese tokens as (start, end, UniDic features), offsets in code points.

    MeCab skips white space and reports it with the token that follows.
    """
    out, at = [], 0
    for word in _tagger()(text):
        start = text.index(word.surface, at)
        at = start + len(word.surface)
        if not word.surface.isspace():  # the ideographic space is a token to MeCab
            out.append((start, at, word.feature))
    return out


@functools.cache
def _featurer() -> Any:
    """MeCab that writes a token and its features on two lines: no Python object is made for each node."""
    import fugashi

    two_lines = '"%m\\n%H\\n"'
    return fugashi.Tagger(f'-O "" -F {two_lines} -U {two_lines} -B "" -E ""')


def morphemes(text: str) -> list[tuple[int, int, str]]:
    """Japanese tokens as (start, end, UniDic features as one line of commas): five times faster than ``tokens``.

    The line begins with the four levels of the part of speech: ``名詞,固有名詞,人名,姓,...``.
    """
    lines = _featurer().parse(text).split("\n")
    out, at = [], 0
    for surface, features in zip(lines[::2], lines[1::2], strict=False):  # the last line is empty
        start = text.index(surface, at)
        at = start + len(surface)
        out.append((start, at, features))
    return out
