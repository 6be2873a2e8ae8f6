"""Split Japanese text into words with MeCab and UniDic."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def _tagger() -> Any:
    import fugashi  # loads UniDic, which takes 20 MB and 70 ms; imported only where Japanese is tokenised

    return fugashi.Tagger()


def tokens(text: str) -> list[tuple[int, int, Any]]:
    """Split Japanese text into tokens with their features as objects.

    MeCab skips white space and reports it with the token that follows, so offsets are found by searching.

    Returns:
        (start, end, UniDic features) for each token, offsets in code points. White space is left out.
    """
    out, at = [], 0
    for word in _tagger()(text):
        start = text.index(word.surface, at)
        at = start + len(word.surface)
        if not word.surface.isspace():  # MeCab treats the ideographic space as a token
            out.append((start, at, word.feature))
    return out


@functools.cache
def _line_tagger() -> Any:
    """Return a MeCab that writes each token and its features on two lines.

    It creates no Python object for each token, which makes it faster.
    """
    import fugashi

    two_lines = '"%m\\n%H\\n"'
    return fugashi.Tagger(f'-O "" -F {two_lines} -U {two_lines} -B "" -E ""')


def morphemes(text: str) -> list[tuple[int, int, str]]:
    """Split Japanese text into tokens with their features as text. Five times faster than `tokens`.

    Returns:
        (start, end, UniDic features) for each token, offsets in code points. The features are separated by
        commas and begin with four levels of the part of speech: ``名詞,固有名詞,人名,姓,...``. The ideographic
        space is a token of its own.
    """
    lines = _line_tagger().parse(text).split("\n")
    out, at = [], 0
    for surface, features in zip(lines[::2], lines[1::2], strict=False):  # the last line is empty
        start = text.index(surface, at)
        at = start + len(surface)
        out.append((start, at, features))
    return out
