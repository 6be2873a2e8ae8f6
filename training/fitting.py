"""Fit the score of a model: the probability that a name it finds is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.corpora import Sentence

ScoredName = tuple[int, int, str, float]  # start, end, label, score
HELD_OUT_OF_WIKIPEDIA = 800  # sentences at the end of the file, not trained on


def calibrate(
    gold: Sequence[Sentence], found: Sequence[Sequence[ScoredName]], rounds: int = 50
) -> npt.NDArray[np.float64]:
    """Return slope and offset of the logistic function from log-odds to the share of names that are right (Platt)."""
    odds, right = [], []
    for sentence, names in zip(gold, found, strict=True):
        for start, end, label, score in names:
            inside = min(max(score, 1e-6), 1 - 1e-6)
            odds.append(np.log(inside / (1 - inside)))
            right.append((start, end, label) in sentence.names)
    x = np.stack([np.array(odds), np.ones(len(odds))], axis=1)
    y = np.array(right, dtype=float)
    w = np.array([1.0, 0.0])
    for _ in range(rounds):  # Newton's method; a step is halved until it is one downhill
        p = _logistic(x @ w)
        gradient = x.T @ (p - y) + _RIDGE * w
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(2), gradient)
        while _loss(w - step, x, y) > _loss(w, x, y) and np.abs(step).max() > _SMALLEST_STEP:
            step /= 2
        w = w - step
    return np.round(w, 4)


_RIDGE, _SMALLEST_STEP = 1e-3, 1e-9


def _logistic(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


def _loss(w: npt.NDArray[np.float64], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    p = _logistic(x @ w)
    return float(-np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) + _RIDGE * w @ w / 2)
