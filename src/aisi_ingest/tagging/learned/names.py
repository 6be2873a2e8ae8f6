"""Find names with the models that come with the package."""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from importlib import resources

import numpy as np

from aisi_ingest.model import Label, Lang
from aisi_ingest.tagging.learned import attributes as att
from aisi_ingest.tagging.learned.decoder import decode, legal_transitions
from aisi_ingest.tagging.learned.weights import Floats, Weights, load
from aisi_ingest.tagging.spans import Span

_LABELS: dict[str, Label] = {"PERSON": "PERSON", "ORG": "ORG", "PLACE": "PLACE", "EVENT": "EVENT"}

Morphemes = Sequence[tuple[int, int, str]]


def find_names(text: str, morphemes: Morphemes) -> list[Span]:
    """Find organisations, people, places and events with the model of the text's language.

    Args:
        text: A block's text. Rows and cells of a table, and sentences, bound the names.
        morphemes: UniDic tokens of the text; empty for text without Japanese, which is read as English.

    Returns:
        Spans with the rule ``model.ja`` or ``model.en``, their score and no value.
    """
    lang: Lang = "ja" if morphemes else "en"
    return _model(lang).find(text, morphemes)


@functools.cache
def digest() -> str:
    """Return the sha256 of the weights: documents are tagged again when they change."""
    folder = resources.files("aisi_ingest.tagging.learned") / "data"
    return hashlib.sha256(b"".join((folder / f"{lang}.npz").read_bytes() for lang in ("ja", "en"))).hexdigest()


@functools.cache
def _model(lang: Lang) -> Model:
    with resources.as_file(resources.files("aisi_ingest.tagging.learned") / "data" / f"{lang}.npz") as path:
        return Model(lang, load(path))


# Weights that are kept in memory: words, and pairs of words. Emptied when full, so that memory stays bounded.
_KEPT = 50_000


class Model:
    """A model with the sums of weights that it has needed so far."""

    def __init__(self, lang: Lang, weights: Weights) -> None:
        self.lang, self._weights = lang, weights
        self._transitions = legal_transitions(weights.labels, weights.transitions)
        self._unary: dict[str, Floats] = {}
        self._pairs: dict[tuple[str, str], Floats] = {}
        self._runs: dict[tuple[str, ...], Floats] = {}
        self._reader = att.Reader(functools.lru_cache(_KEPT)(weights.clusters))
        distances = range(-att.REACH, att.REACH + 1)
        sums = weights.sums([["b"], *([att.outside(d)] for d in distances)])
        self._bias, self._outside = sums[0], dict(zip(distances, sums[1:], strict=True))

    def find(self, text: str, morphemes: Morphemes) -> list[Span]:
        """Return the names in a text, see `find_names`."""
        out = []
        for tokens in self._sentences(text, morphemes):
            for found in decode(self._emissions(tokens), self._transitions, self._weights.labels):
                label = _LABELS.get(found.label)
                if label is not None:
                    start, end = tokens[found.first].start, tokens[found.last].end
                    score = self._calibrated(found.probability)
                    out.append(Span(start, end, label, f"model.{self.lang}", score=score))
        return out

    def dates(self, text: str, morphemes: Morphemes) -> list[tuple[int, int]]:
        """Return the dates in a text, which only training needs: elsewhere, dates are found by rules."""
        return [
            (tokens[found.first].start, tokens[found.last].end)
            for tokens in self._sentences(text, morphemes)
            for found in decode(self._emissions(tokens), self._transitions, self._weights.labels)
            if found.label == "DATE"
        ]

    def _calibrated(self, probability: float) -> float:
        slope, offset = self._weights.calibration
        inside = min(max(probability, 1e-6), 1 - 1e-6)
        return round(1 / (1 + math.exp(-(slope * math.log(inside / (1 - inside)) + offset))), 3)

    def _sentences(self, text: str, morphemes: Morphemes) -> Iterator[list[att.Token]]:
        at = 0
        for start, end in sentences(text):
            if self.lang == "en":
                if _CAPITAL.search(text, start, end):
                    yield self._reader.english(text, start, end)
                continue
            first = at
            while at < len(morphemes) and morphemes[at][0] < end:
                at += 1
            inside = [each for each in morphemes[first:at] if each[0] >= start]
            if inside:
                yield self._reader.japanese(text, inside)

    def _emissions(self, tokens: Sequence[att.Token]) -> Floats:
        size, reach = len(tokens), att.REACH
        pairs_of = list(itertools.pairwise(tokens))
        self._learn(tokens, pairs_of)
        unary = np.stack([self._unary[token.key] for token in tokens])
        out: Floats = np.stack([self._runs[token.run] for token in tokens])
        out += self._bias
        for distance in range(-reach, reach + 1):
            shifted = unary[:, distance + reach]
            if distance < 0:
                out[-distance:] += shifted[:distance]
                out[:-distance] += self._outside[distance]
            elif distance > 0:
                out[:-distance] += shifted[distance:]
                out[max(0, size - distance) :] += self._outside[distance]
            else:
                out += shifted
        if pairs_of:
            pairs = np.stack([self._pairs[first.key, second.key] for first, second in pairs_of])
            for row, distance in enumerate(att.PAIRS):
                # the pair (i + distance, i + distance + 1) counts for token i
                first_token, last = max(0, -distance), min(size, size - 1 - distance)
                if last > first_token:
                    out[first_token:last] += pairs[first_token + distance : last + distance, row]
        return out

    def _learn(self, tokens: Sequence[att.Token], pairs_of: Sequence[tuple[att.Token, att.Token]]) -> None:
        """Add up the weights of the words, pairs and runs that are not kept yet, all at once."""
        for kept in (self._unary, self._pairs, self._runs):
            if len(kept) > _KEPT:
                kept.clear()
        unary = {token.key: token for token in tokens if token.key not in self._unary}
        pairs = {(a.key, b.key): (a, b) for a, b in pairs_of if (a.key, b.key) not in self._pairs}
        runs = {token.run for token in tokens if token.run not in self._runs}
        distances = range(-att.REACH, att.REACH + 1)
        groups: list[Sequence[str]] = [att.unary(token.views, d) for token in unary.values() for d in distances]
        groups += [att.pair(a.views, b.views, d) for a, b in pairs.values() for d in att.PAIRS]
        groups += runs
        if not groups:
            return
        sums = self._weights.sums(groups)
        width, labels = len(distances), sums.shape[1]
        end_of_unary = len(unary) * width
        end_of_pairs = end_of_unary + len(pairs) * len(att.PAIRS)
        self._unary.update(zip(unary, sums[:end_of_unary].reshape(-1, width, labels), strict=True))
        self._pairs.update(zip(pairs, sums[end_of_unary:end_of_pairs].reshape(-1, len(att.PAIRS), labels), strict=True))
        self._runs.update(zip(runs, sums[end_of_pairs:], strict=True))


_CAPITAL = re.compile("[A-Z]")
_END_OF_SENTENCE = re.compile(r"\n| \| |(?<=[。！？])|(?<=[a-z)][.!?]) (?=[A-Z])")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of sentences, rows and cells."""
    start = 0
    for match in _END_OF_SENTENCE.finditer(text):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)
