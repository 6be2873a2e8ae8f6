"""The best sequence of labels of a linear chain, and the probability of each name in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from aisi_ingest.tagging.learned.weights import Floats

_FORBIDDEN = np.float32(-1e4)


class Found(NamedTuple):
    """A name: tokens ``first`` to ``last`` (inclusive), its label and its probability under the model."""

    first: int
    last: int
    label: str
    probability: float


def legal_transitions(labels: Sequence[str], transitions: Floats) -> Floats:
    """Return the transitions with those forbidden that begin a name in its middle."""
    out = transitions.copy()
    for i, before in enumerate(labels):
        for j, after in enumerate(labels):
            if after.startswith("I-") and before[2:] != after[2:]:
                out[i, j] = _FORBIDDEN
    return out


# A token at which no name can be: the weight of O is higher than that of every other label by so much, which no
# transition outweighs. Only what lies between such tokens is searched.
_CLEARLY_NO_NAME = 12.0


def decode(emissions: Floats, transitions: Floats, labels: Sequence[str]) -> list[Found]:
    """Return the names in the most probable sequence of labels (Viterbi; forward-backward for the probabilities).

    Args:
        emissions: Weights of shape (tokens, labels).
        transitions: Weights of shape (labels, labels), see `legal_transitions`.
        labels: Names of the labels, ``O`` first.
    """
    if len(labels) == 1:
        return []
    open_tokens = np.flatnonzero(emissions[:, 0] - emissions[:, 1:].max(axis=1) < _CLEARLY_NO_NAME)
    out = []
    for group in np.split(open_tokens, np.flatnonzero(np.diff(open_tokens) > 1) + 1):
        if len(group):
            first, last = max(0, int(group[0]) - 1), min(len(emissions), int(group[-1]) + 2)
            for found in _decode_part(emissions[first:last], transitions, labels):
                out.append(found._replace(first=found.first + first, last=found.last + first))
    return out


def _decode_part(emissions: Floats, transitions: Floats, labels: Sequence[str]) -> list[Found]:
    path = _best_path(_with_legal_start(emissions, labels), transitions)
    spans = _spans([labels[at] for at in path])
    if not spans:
        return []
    return _probabilities(_with_legal_start(emissions, labels), transitions, labels, spans)


def _with_legal_start(emissions: Floats, labels: Sequence[str]) -> Floats:
    out = emissions.copy()
    out[0, [at for at, label in enumerate(labels) if label.startswith("I-")]] = _FORBIDDEN
    return out


def _best_path(emissions: Floats, transitions: Floats) -> list[int]:
    score, back = emissions[0], []
    columns = np.arange(emissions.shape[1])
    for row in emissions[1:]:
        total = score[:, None] + transitions
        best = total.argmax(axis=0)
        back.append(best)
        score = total[best, columns] + row
    path = [int(score.argmax())]
    for best in reversed(back):
        path.append(int(best[path[-1]]))
    return path[::-1]


def _spans(names: Sequence[str]) -> list[tuple[int, int, str]]:
    out: list[tuple[int, int, str]] = []
    for at, name in enumerate(names):
        if name.startswith("B-"):
            out.append((at, at, name[2:]))
        elif name.startswith("I-"):
            out[-1] = (out[-1][0], at, name[2:])
    return out


def _probabilities(
    emissions: Floats, transitions: Floats, labels: Sequence[str], spans: Sequence[tuple[int, int, str]]
) -> list[Found]:
    """Return the exact probability that a sequence contains each of the spans."""
    forward, backward = [emissions[0]], [np.zeros_like(emissions[0])]
    for row in emissions[1:]:
        forward.append(_log_sum(forward[-1][:, None] + transitions, 0) + row)
    for row in emissions[:0:-1]:
        backward.append(_log_sum(transitions + (row + backward[-1])[None, :], 1))
    backward.reverse()
    total = float(_log_sum(forward[-1][:, None], 0)[0])
    index = {label: at for at, label in enumerate(labels)}
    out = []
    for first, last, label in spans:
        begin = index[f"B-{label}"]
        inside = index.get(f"I-{label}", begin)
        score, state = float(forward[first][begin]), begin
        for at in range(first + 1, last + 1):
            score += float(transitions[state, inside] + emissions[at, inside])
            state = inside
        if last + 1 < len(emissions):
            onward = transitions[state] + emissions[last + 1] + backward[last + 1]
            if inside != begin:
                onward = np.delete(onward, inside)
            score += float(_log_sum(onward[:, None], 0)[0])
        out.append(Found(first, last, label, float(np.exp(min(0.0, score - total)))))
    return out


def _log_sum(values: Floats, axis: int) -> Floats:
    top = values.max(axis=axis, keepdims=True)
    out: Floats = np.log(np.exp(values - top).sum(axis=axis)) + np.squeeze(top, axis)
    return out
