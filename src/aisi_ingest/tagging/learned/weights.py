"""The stored form of a model: hashes of attributes with the weights of labels, in one compressed file.

Attributes and words are stored as CRC-32, sorted, so that a model needs no table of texts. Of unknown attributes, one
in some ten thousand has the hash of another; all figures of the models include that.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)  # in the ZIP entries, so that equal weights give equal bytes


def hash_of(text: str) -> int:
    """Return the hash under which an attribute or a word is stored."""
    return zlib.crc32(text.encode("utf-8", "replace"))


class Weights:
    """Weights of one language.

    Attributes:
        labels: Names of the labels: ``O``, ``B-ORG``, ``I-ORG``, ...
        transitions: Weight of label ``[i, j]``: j after i.
        calibration: Slope and offset of the logistic function from the model's log-odds to the published score.
    """

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.labels: list[str] = [str(each) for each in arrays["labels"]]
        self.transitions: Floats = arrays["transitions"].astype(np.float32)
        self.calibration: tuple[float, float] = (float(arrays["calibration"][0]), float(arrays["calibration"][1]))
        self._hashes = np.cumsum(arrays["hash_steps"], dtype=np.uint32)
        self._starts = np.concatenate([[0], np.cumsum(arrays["counts"], dtype=np.int64)])
        self._label_of = arrays["label_of"]
        self._values = arrays["values"].astype(np.float32) * arrays["scale"].item()
        self._words = np.cumsum(arrays["word_steps"], dtype=np.uint32)
        self._fine = arrays["fine"]
        self._coarse_of_fine = arrays["coarse_of_fine"]

    def sums(self, groups: Sequence[Sequence[str]]) -> Floats:
        """Return the sum of the weights of each group of attributes, of shape (groups, labels)."""
        crc32 = zlib.crc32  # `hash_of` written out: this line is half the time of a model
        wanted = np.array([crc32(each.encode("utf-8", "replace")) for group in groups for each in group], np.uint32)
        owners = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        found = np.searchsorted(self._hashes, wanted)
        found[found == len(self._hashes)] = 0
        known = self._hashes[found] == wanted
        found, owners = found[known], owners[known]
        counts = self._starts[found + 1] - self._starts[found]
        # the positions of all weights of all attributes that were found, one after the other
        positions = np.arange(counts.sum()) + np.repeat(self._starts[found] - np.cumsum(counts) + counts, counts)
        size = len(self.labels)
        cells = np.repeat(owners, counts) * size + self._label_of[positions]
        out = np.bincount(cells, self._values[positions], minlength=len(groups) * size)
        return out.reshape(len(groups), size).astype(np.float32)

    def clusters(self, word: str) -> tuple[str, str]:
        """Return the names of the fine and the coarse cluster of a word; empty if it has none."""
        wanted = hash_of(word)
        at = int(np.searchsorted(self._words, np.uint32(wanted)))
        if at == len(self._words) or self._words[at] != wanted:
            return "", ""
        fine = int(self._fine[at])
        return str(fine), str(self._coarse_of_fine[fine])


def load(path: Any) -> Weights:
    """Load the weights of one language."""
    with np.load(path, allow_pickle=False) as arrays:
        return Weights({name: arrays[name] for name in arrays.files})


def save(arrays: dict[str, npt.NDArray[Any]], path: Path) -> None:
    """Write arrays to a compressed file. Equal arrays give equal bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _FIXED_TIME), buffer.getvalue(), zipfile.ZIP_DEFLATED, 9)
