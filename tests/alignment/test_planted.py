"""Changes planted at random in the real documents: how many are told, and what is told beside them.

The floors only rise. ``python benchmarks/planted.py ROOT`` prints the figures, with ``--verbose`` each miss.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from aisi_ingest import registry
from aisi_ingest.alignment import encoder

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # benchmarks is not installed

from benchmarks import planted  # noqa: E402

# Told of what was planted with three seeds: blocks 93 of 102, labels 56 of 62, sentences 20 of 22, sections 16 of 19,
# dates 32 of 35, numbers 17 of 19, names 10 of 17. Names are often said again in the block, under a short form, or not
# at all in the other language. What is planted hangs on how the documents are read, so the floors leave some room.
FLOORS = {"block": 0.85, "label": 0.85, "sentence": 0.85, "section": 0.75, "date": 0.85, "number": 0.85, "name": 0.5}
MOST_FALSE = 0.1  # findings about nothing that was planted, of all that was planted: 23 of 276


@pytest.mark.slow
def test_what_is_planted_in_the_real_documents_is_told_and_little_else(shared_root: Path) -> None:
    if encoder.load() is None:
        pytest.skip("the sentence encoder is not installed")
    known = registry.load()
    pairs = list(planted.pairs(planted.documents(shared_root)))
    assert len(pairs) == 9
    outcomes = [planted.measure(ja, en, known, seed) for seed in range(3) for ja, en in pairs]
    table, false = planted.count(outcomes)
    told = {what: row.reported / row.planted for what, row in table.items()}
    assert {what: share for what, share in told.items() if share < FLOORS[what]} == {}, (table, false)
    assert false.total() <= MOST_FALSE * sum(row.planted for row in table.values()), (table, false)
    assert set(false) <= {"missing_in_ja", "missing_in_en"}  # no value is said to differ that does not
