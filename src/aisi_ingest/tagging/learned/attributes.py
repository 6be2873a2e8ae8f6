"""The attributes of tokens from which the models decide. Training and tagging both read them from here.

An attribute is a short text such as ``0w=東京``: the word at distance 0 is 東京. All attributes of a token depend on

- one token at a distance of up to three (`unary`),
- two neighbours (`pair`),
- or the run of nouns or capitalised words that the token is in (`Token.run`).

So their weights can be added up once for each word and kept.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

REACH = 3  # tokens to the left and to the right
PAIRS = (-2, -1, 0, 1)  # distance of the first of two neighbours

Views = dict[str, str]
Clusters = Callable[[str], tuple[str, str]]  # word to the names of its fine and its coarse cluster


class Token(NamedTuple):
    """A token at ``text[start:end]``, with what its attributes are made of.

    Attributes:
        start: Offset of the first character, in code points.
        end: Offset after the last character.
        key: Text that determines the views; equal tokens share their weights.
        views: The token under several aspects: word, part of speech, kinds of characters, cluster, ...
        run: Attributes of the run that the token is in.
    """

    start: int
    end: int
    key: str
    views: Views
    run: tuple[str, ...]


_NEAR, _MIDDLE = 1, 2
_VIEWS_OF_PAIRS = (("w", "w"), ("q", "q"), ("t", "t"), ("w", "q"), ("q", "w"), ("k", "k"), ("w", "k"), ("k", "w"))
_MIDDLE_VIEWS = ("w", "p", "q", "t", "k", "c")
_FAR_VIEWS = ("w", "q", "k")


def unary(views: Views, distance: int) -> list[str]:
    """Return the attributes of a token that stem from the token at ``distance`` with these views."""
    reach = abs(distance)
    if reach <= _NEAR:
        return [f"{distance}{name}={value}" for name, value in views.items()]
    names = _MIDDLE_VIEWS if reach == _MIDDLE else _FAR_VIEWS
    return [f"{distance}{name}={views[name]}" for name in names]


def pair(first: Views, second: Views, distance: int) -> list[str]:
    """Return the attributes that stem from two neighbours, the first of them at ``distance``."""
    return [f"{distance}{a}{b}={first[a]}|{second[b]}" for a, b in _VIEWS_OF_PAIRS]


def all_attributes(tokens: Sequence[Token]) -> list[list[str]]:
    """Return all attributes of each token, for training."""
    out = []
    for at, token in enumerate(tokens):
        found = ["b", *token.run]
        for distance in range(-REACH, REACH + 1):
            if 0 <= at + distance < len(tokens):
                found += unary(tokens[at + distance].views, distance)
            else:
                found.append(outside(distance))
        for distance in PAIRS:
            if at + distance >= 0 and at + distance + 1 < len(tokens):
                found += pair(tokens[at + distance].views, tokens[at + distance + 1].views, distance)
        out.append(found)
    return out


def outside(distance: int) -> str:
    """Return the attribute of a token that has no token at ``distance``."""
    return f"{distance}X"


_KINDS = re.compile(
    "(?P<H>[\u3040-\u309f]+)|(?P<K>[\u30a0-\u30ff]+)|(?P<C>[\u4e00-\u9fff々]+)|(?P<D>[0-9０-９]+)"
    "|(?P<A>[A-Z]+)|(?P<a>[a-z]+)|(?P<S>.)",
    re.DOTALL,
)


def kinds_of_characters(word: str) -> str:
    """Return the kinds of characters in a word, in order: ``KC`` for カタカナ漢字."""
    return "".join(match.lastgroup or "" for match in _KINDS.finditer(word))


_FEATURES_OF_KNOWN_WORD, _ORIGIN = 13, 12  # of UniDic: the origin of a word is 和, 漢, 外, 固, ...
_LONGEST = 5  # lengths from here on are one
_RUN = ("名詞", "接尾", "接頭", "記号", "補助")
_NOT_IN_RUN = frozenset("、。「」（）()")


class Reader:
    """Reads the tokens of sentences, and keeps the views of words."""

    def __init__(self, clusters: Clusters) -> None:
        """Create a reader with clusters of words."""
        self._clusters = clusters
        self._japanese = functools.lru_cache(_KEPT)(self._japanese_views)
        self._english = functools.lru_cache(_KEPT)(self._english_views)

    def japanese(self, text: str, morphemes: Sequence[tuple[int, int, str]]) -> list[Token]:
        """Return the tokens of a Japanese sentence.

        Args:
            text: The text that the offsets refer to.
            morphemes: UniDic tokens, see ``aisi_ingest.text.tokens.morphemes``.
        """
        return _japanese_tokens(text, morphemes, [self._japanese(text[a:b], features) for a, b, features in morphemes])

    def english(self, text: str, start: int, end: int) -> list[Token]:
        """Return the tokens of the English sentence ``text[start:end]``."""
        found = [(m.start(), m.end(), m[0]) for m in _ENGLISH_TOKEN.finditer(text, start, end)]
        return _english_tokens(found, [self._english(word) for _, _, word in found])

    def _japanese_views(self, word: str, features: str) -> Views:
        return _japanese_views(word, features, self._clusters)

    def _english_views(self, word: str) -> Views:
        return _english_views(word, self._clusters)


_KEPT = 20_000  # words


def _japanese_tokens(text: str, morphemes: Sequence[tuple[int, int, str]], views: Sequence[Views]) -> list[Token]:
    in_run = [v["p"].startswith(_RUN) and v["w"] not in _NOT_IN_RUN for v in views]
    runs: list[tuple[str, ...]] = [()] * len(views)
    last = len(views) - 1
    end = last
    begin_of = list(range(len(views)))
    for at in range(1, len(views)):
        if in_run[at] and in_run[at - 1]:
            begin_of[at] = begin_of[at - 1]
    for at in range(last, -1, -1):
        if not (at < last and in_run[at + 1]):
            end = at
        head = views[end]["w"]
        after = views[end + 1]["w"] if end < last else ""
        before = views[begin_of[at] - 1]["w"] if begin_of[at] else ""
        runs[at] = (
            f"head={head}",
            f"head1={head[-1]}",
            f"headk={views[end]['k']}",
            f"run={min(end - at, 6)}",
            f"after={after}",
            f"before={before}",
            f"head|w={head}|{views[at]['w']}",
            f"first={views[begin_of[at]]['w']}",
        )
    return [
        Token(start, stop, text[start:stop] + "\t" + features, view, run)
        for (start, stop, features), view, run in zip(morphemes, views, runs, strict=True)
    ]


def _japanese_views(word: str, features: str, clusters: Clusters) -> Views:
    fields = features.split(",")
    known = len(fields) >= _FEATURES_OF_KNOWN_WORD
    fine, coarse = clusters(word)
    return {
        "w": word,
        "p": "-".join(fields[:2]),
        "q": "-".join(fields[1:4]),
        "t": kinds_of_characters(word),
        "k": coarse,
        "c": fine,
        "g": fields[_ORIGIN] if known else "?",
        "1": word[0],
        "z": word[-1],
        "y": word[-2:],
        "n": str(min(len(word), _LONGEST)),
    }


_ENGLISH_TOKEN = re.compile(r"[A-Z](?:\.[A-Z])+\b|['’]s\b|[^\W_]+|[^\w\s]|_")
_SHAPE = (("[A-Z]+", "X"), ("[a-z]+", "x"), ("[0-9]+", "d"))
_SMALL_WORDS_IN_NAMES = frozenset(["of", "the", "and", "for", "de", "la", "von", "van", "&", "-"])


def _english_tokens(found: Sequence[tuple[int, int, str]], views: Sequence[Views]) -> list[Token]:
    capital = [word[0].isupper() for _, _, word in found]
    capitals = sum(capital)
    shouted = "shouted" if sum(w.isupper() for _, _, w in found) > len(found) / 2 else "written"
    mostly = "capitals" if capitals > len(found) / 2 else "normal"
    last = len(found) - 1
    out = []
    for at, (begin, stop, word) in enumerate(found):
        right = _end_of_run(found, capital, at, 1)
        left = _end_of_run(found, capital, at, -1)
        head, first = views[right], views[left]
        after = views[right + 1]["l"] if right < last else ""
        before = views[left - 1]["l"] if left else ""
        run = (
            f"head={head['l']}",
            f"headk={head['k']}",
            f"first={first['l']}",
            f"firstk={first['k']}",
            f"after={after}",
            f"before={before}",
            f"right={min(right - at, 4)}",
            f"left={min(at - left, 4)}",
            f"line={shouted}|{mostly}|{'start' if at == 0 else 'in'}|{views[at]['t']}",
            f"size={min(right - left, 4)}|{head['k']}",
        )
        out.append(Token(begin, stop, word, views[at], run))
    return out


_LONGEST_RUN = 8


def _end_of_run(found: Sequence[tuple[int, int, str]], capital: Sequence[bool], at: int, step: int) -> int:
    """Return the last token of the run of capitalised words from ``at`` in one direction."""
    if not capital[at]:
        return at
    end = at
    for _ in range(_LONGEST_RUN):
        following = end + step
        if 0 <= following < len(found) and capital[following]:
            end = following
            continue
        further = following + step
        if 0 <= further < len(found) and capital[further] and found[following][2].lower() in _SMALL_WORDS_IN_NAMES:
            end = further
            continue
        break
    return end


def _english_views(word: str, clusters: Clusters) -> Views:
    lower = word.lower()
    fine, coarse = clusters(word)
    if not fine:
        fine, coarse = clusters(word.capitalize() if word.isupper() else lower)
    shape = word
    for pattern, sign in _SHAPE:
        shape = re.sub(pattern, sign, shape)
    return {
        "w": word,
        "q": f"{shape}-{coarse}",
        "p": f"{word[:1].isupper()}-{fine}",
        "t": shape,
        "k": coarse,
        "c": fine,
        "l": lower,
        "1": lower[:3],
        "z": lower[-3:],
        "y": lower[-2:],
        "e": lower[-4:],
        "n": str(min(len(word), _LONGEST)),
    }
