"""Changes planted at random in the real documents are found, with few false findings.

The thresholds only rise. ``python benchmarks/planted.py ROOT`` prints the figures, with ``--verbose`` each miss.
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

# Found of the changes planted with three seeds: blocks 94 of 102, labels 51 of 62, sentences 20 of 22, sections 15 of
# 18, dates 34 of 34, numbers 18 of 20, names 12 of 19. Names are often repeated in the block, shortened, or absent from
# the other language. The changes depend on how the documents are read, so the thresholds leave some margin. That of
# labels fell once, from .85, when the documents were read otherwise: 53 of 62 were found before.
MIN_SHARE_FOUND = {
    "block": 0.9,
    "label": 0.82,
    "sentence": 0.9,
    "section": 0.8,
    "date": 0.97,
    "number": 0.89,
    "name": 0.6,
}
# False findings, divided by the number of planted changes: 15 of 277, and 8 of 258 in a run without OCR. A finding
# about a block of a removed section is not false.
MAX_FALSE_SHARE = 0.06


@pytest.mark.slow
def test_changes_planted_in_the_real_documents_are_found_with_few_false_findings(shared_root: Path) -> None:
    if encoder.load() is None:
        pytest.skip("the sentence encoder is not installed")
    known = registry.load()
    pairs = list(planted.pairs(planted.documents(shared_root)))
    assert len(pairs) == 9
    outcomes = [planted.measure(ja, en, known, seed) for seed in range(3) for ja, en in pairs]
    table, false = planted.count(outcomes)
    found = {what: row.reported / row.planted for what, row in table.items()}
    assert {what: share for what, share in found.items() if share < MIN_SHARE_FOUND[what]} == {}, (table, false)
    assert false.total() <= MAX_FALSE_SHARE * sum(row.planted for row in table.values()), (table, false)
    assert set(false) <= {"missing_in_ja", "missing_in_en", "untranslated"}  # no false difference of values
