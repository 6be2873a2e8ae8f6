"""Strict F1 of spans: equal start, end and label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from training.corpora import Sentence


def scores(gold: Sequence[Sentence], found: Sequence[Sequence[Any]]) -> dict[str, tuple[float, float, float, int]]:
    """Return F1, precision, recall and the number of annotated names of each label and of ``all``."""
    labels = sorted({label for sentence in gold for _, _, label in sentence.names})
    right, wrong, all_of = Counter[str](), Counter[str](), Counter[str]()
    for sentence, names in zip(gold, found, strict=True):
        wanted = set(sentence.names)
        for name in {tuple(each[:3]) for each in names if each[2] in labels}:
            (right if name in wanted else wrong)[name[2]] += 1
        all_of.update(label for _, _, label in wanted)
    out = {}
    for name_of_row, group in [*((label, [label]) for label in labels), ("all", labels)]:
        hits = sum(right[label] for label in group)
        tagged, wanted_count = hits + sum(wrong[label] for label in group), sum(all_of[label] for label in group)
        f1 = 2 * hits / max(1, tagged + wanted_count)
        out[name_of_row] = (f1, hits / max(1, tagged), hits / max(1, wanted_count), wanted_count)
    return out


def show(title: str, result: dict[str, tuple[float, float, float, int]]) -> None:
    """Print figures, one line for each label."""
    print(title)
    for label, (f1, precision, recall, count) in result.items():
        print(f"  {label:7} F {f1:.3f}  P {precision:.3f}  R {recall:.3f}  n {count}", flush=True)
