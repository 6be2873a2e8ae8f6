"""Find names with the models that come with the package."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import numpy as np

from aisi_ingest.model import Label, Lang
from aisi_ingest.tagging.learned import attributes as att
from aisi_ingest.tagging.learned.decoder import decode, legal_transitions
from aisi_ingest.tagging.learned.weights import Floats, Weights, load
from aisi_ingest.tagging.spans import Span

MODEL_VERSION = "1"  # changes with the weights
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
        self._runs: dict[str, Floats] = {}
        self._clusters = functools.lru_cache(_KEPT)(weights.clusters)
        self._outside = {d: self._sum([att.outside(d)]) for d in range(-att.REACH, att.REACH + 1)}
        self._bias = self._sum(["b"])

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
                    yield att.english_tokens(text, start, end, self._clusters)
                continue
            first = at
            while at < len(morphemes) and morphemes[at][0] < end:
                at += 1
            inside = [each for each in morphemes[first:at] if each[0] >= start]
            if inside:
                yield att.japanese_tokens(text, inside, self._clusters)

    def _emissions(self, tokens: Sequence[att.Token]) -> Floats:
        size, reach = len(tokens), att.REACH
        unary = np.stack([self._unary_of(token) for token in tokens])
        out: Floats = np.stack([self._run_of(token) for token in tokens])
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
        if size > 1:
            pairs = np.stack([self._pair_of(a, b) for a, b in zip(tokens, tokens[1:], strict=False)])
            for row, distance in enumerate(att.PAIRS):
                # the pair (i + distance, i + distance + 1) counts for token i
                first, last = max(0, -distance), min(size, size - 1 - distance)
                if last > first:
                    out[first:last] += pairs[first + distance : last + distance, row]
        return out

    def _sum(self, attributes: list[str]) -> Floats:
        out = np.zeros(len(self._weights.labels), dtype=np.float32)
        self._weights.add(attributes, out)
        return out

    def _unary_of(self, token: att.Token) -> Floats:
        kept = self._unary.get(token.key)
        if kept is None:
            kept = np.stack([self._sum(att.unary(token.views, d)) for d in range(-att.REACH, att.REACH + 1)])
            _keep(self._unary, token.key, kept)
        return kept

    def _pair_of(self, first: att.Token, second: att.Token) -> Floats:
        key = (first.key, second.key)
        kept = self._pairs.get(key)
        if kept is None:
            kept = np.stack([self._sum(att.pair(first.views, second.views, d)) for d in att.PAIRS])
            _keep(self._pairs, key, kept)
        return kept

    def _run_of(self, token: att.Token) -> Floats:
        key = "\t".join(token.run)
        kept = self._runs.get(key)
        if kept is None:
            kept = self._sum(list(token.run))
            _keep(self._runs, key, kept)
        return kept


def _keep(kept: dict[Any, Floats], key: Any, value: Floats) -> None:
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value


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
