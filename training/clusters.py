"""Clusters of words with similar vectors, so that a model knows something of words that its sentences lack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aisi_ingest.tagging.learned.weights import hash_of

_ROUNDS = 12
FINE, COARSE = 1000, 100


def arrays(vocab: Path, wanted: Callable[[list[str]], Iterable[str]]) -> dict[str, npt.NDArray[Any]]:
    """Cluster the vectors of a spaCy vocabulary.

    Args:
        vocab: Folder ``vocab`` of a spaCy pipeline with vectors.
        wanted: Chooses the words that are stored.

    Returns:
        The arrays of ``Weights`` that describe clusters.
    """
    from spacy.vocab import Vocab

    loaded = Vocab().from_disk(vocab)
    vectors = loaded.vectors
    data = vectors.data / (np.linalg.norm(vectors.data, axis=1, keepdims=True) + 1e-9)
    fine, centres = _k_means(data.astype(np.float32), FINE)
    coarse, _ = _k_means(centres, COARSE)
    rows = {loaded.strings[key]: row for key, row in vectors.key2row.items() if row >= 0}
    by_hash = {hash_of(word): int(fine[rows[word]]) for word in sorted(wanted(list(rows)))}
    hashes = np.array(sorted(by_hash), dtype=np.uint32)
    return {
        "word_steps": steps(hashes),
        "fine": np.array([by_hash[int(each)] for each in hashes], dtype=np.uint16),
        "coarse_of_fine": coarse.astype(np.uint8),
    }


def steps(sorted_hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return the differences between sorted numbers, which compress better."""
    return np.diff(sorted_hashes, prepend=np.uint32(0)).astype(np.uint32)


def _k_means(data: npt.NDArray[np.float32], count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Cluster unit vectors by angle; the first centres are evenly spaced rows, so the result is always the same."""
    centres = data[np.linspace(0, len(data) - 1, count).astype(int)].copy()
    nearest = np.zeros(len(data), dtype=np.int64)
    for _ in range(_ROUNDS):
        nearest = (data @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, data)
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(norms > 0, sums / np.maximum(norms, 1e-9), centres).astype(np.float32)
    return nearest, centres


_JAPANESE_WORD = re.compile("[\u3040-\u30ff\u4e00-\u9fff々A-Za-z]{1,10}")
_ENGLISH_WORD = re.compile("[A-Za-z]{1,16}")


def japanese_words(words: list[str]) -> list[str]:
    """Return the words that UniDic keeps in one piece; no others are ever looked up."""
    from aisi_ingest.text.tokens import morphemes

    return [word for word in words if _JAPANESE_WORD.fullmatch(word) and len(morphemes(word)) == 1]


def english_words(words: list[str]) -> list[str]:
    """Return words of letters in lower case or with one capital; those in capitals are looked up as such."""
    return [w for w in words if _ENGLISH_WORD.fullmatch(w) and (w.islower() or w.istitle() or len(w) <= _ACRONYM)]


_ACRONYM = 5
