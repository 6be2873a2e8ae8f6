"""Decoding of the models, against all sequences of labels of short sentences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aisi_ingest.tagging.learned.decoder import decode, legal_transitions

LABELS = ["O", "B-ORG", "B-PLACE", "I-ORG", "I-PLACE"]


def _is_legal(path: tuple[int, ...]) -> bool:
    before = "O"
    for at in path:
        label = LABELS[at]
        if label.startswith("I-") and before[2:] != label[2:]:
            return False
        before = label
    return True


@pytest.mark.parametrize("seed", range(8))
def test_names_and_probabilities_are_those_of_trying_every_sequence(seed: int) -> None:
    random = np.random.default_rng(seed)
    emissions = random.normal(0, 1.5, (5, 5)).astype(np.float32)
    transitions = random.normal(0, 1, (5, 5)).astype(np.float32)
    weights = {
        path: float(emissions[range(5), path].sum() + sum(transitions[a, b] for a, b in itertools.pairwise(path)))
        for path in itertools.product(range(5), repeat=5)
        if _is_legal(path)
    }
    best = max(weights, key=weights.__getitem__)
    total = sum(map(np.exp, weights.values()))
    found = decode(emissions, legal_transitions(LABELS, transitions), LABELS)
    tags = ["O"] * 5
    for name in found:
        tags[name.first : name.last + 1] = [f"B-{name.label}"] + [f"I-{name.label}"] * (name.last - name.first)
        inside = [LABELS.index(tag) for tag in tags[name.first : name.last + 1]]
        after = LABELS.index(f"I-{name.label}")
        share = sum(
            np.exp(weight)
            for path, weight in weights.items()
            if list(path[name.first : name.last + 1]) == inside and (name.last == 4 or path[name.last + 1] != after)
        )
        assert name.probability == pytest.approx(share / total, rel=1e-3)
    assert tags == [LABELS[at] for at in best]


def test_tokens_that_are_clearly_no_name_do_not_change_the_names_beside_them() -> None:
    emissions = np.full((9, 5), -30, np.float32)
    emissions[:, 0] = 0
    emissions[4, 1] = 5
    found = decode(emissions, legal_transitions(LABELS, np.zeros((5, 5), np.float32)), LABELS)
    assert [(name.first, name.last, name.label) for name in found] == [(4, 4, "ORG")]
