"""Run each fuzz target on a few inputs, and on those that failed once. `make fuzz` is the long form."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from aisi_ingest.sandbox.pool import Sandbox

sys.path.insert(0, str(Path(__file__).parents[2]))

from fuzz import samples, targets
from fuzz.run import NAMES

SEED = 20250106
# Inputs that failed once: a voicing mark at the start of a line that joined the previous line; one after a list sign.
FOUND = [
    ("layout", "600004dffffbffffffff03969700972d04ffde444000ffffde444000ff4444447e"),
    ("layout", "3000ff0000dfffff9703d897fff72f"),
]


@pytest.mark.parametrize("name", targets.TARGETS)
def test_a_target_passes_some_inputs(name: str) -> None:
    chance = random.Random(f"{SEED} {name}")
    for size in (0, 1, 8, 40, 200, 200, 1000, 1000):
        targets.TARGETS[name](chance.randbytes(size))


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_an_input_that_failed_once_passes(name: str, data: str) -> None:
    targets.TARGETS[name](bytes.fromhex(data))


def test_changed_sample_files_are_read_or_refused(tmp_path: Path) -> None:
    chance, box, words = random.Random(SEED), Sandbox(1, samples.LIMITS), []
    try:
        for number in range(12):
            name, content = samples.changed(chance)
            path = tmp_path / f"{number}-{name}"
            path.write_bytes(content)
            word, wrong = samples.outcome(box, path)
            assert not wrong, f"{name}: {word}: {wrong}"
            words.append(word)
    finally:
        box.stop()
    assert "published" in words


def test_the_command_line_knows_every_target() -> None:
    assert set(NAMES) == {*targets.TARGETS, "samples"}
