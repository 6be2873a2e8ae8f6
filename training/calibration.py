"""Show how often names with a given score are right, on sentences for which the score was not fitted.

The Japanese sentences that no model was trained on are divided in two. The logistic function is fitted to one half and
read off on the other, then the reverse, so no sentence counts for its own fit. Corrections by hand (``--corrections
ROOT``) count as further sentences. ``python -m training.calibration --names FOLDER`` needs NumPy and UniDic only.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from aisi_ingest.tagging.learned import find_names
from aisi_ingest.text.tokens import morphemes
from training.corpora import Sentence, read_corrections, read_jsonl
from training.fitting import HELD_OUT_OF_WIKIPEDIA, ScoredName, calibrate

_BOUNDS = (0.9, 0.8, 0.7, 0.5, 0.0)  # lower ends of the rows of the table


def tag(sentences: Sequence[Sentence]) -> list[list[ScoredName]]:
    """Return the names that the model of the package finds in each sentence."""
    out: list[list[ScoredName]] = []
    for sentence in sentences:
        tokens = [each for each in morphemes(sentence.text) if not each[2].startswith("空白")]
        found = find_names(sentence.text, tokens)
        out.append([(s.start, s.end, str(s.label), float(s.score or 0)) for s in found])
    return out


def refit(
    gold: Sequence[Sentence], found: Sequence[Sequence[ScoredName]], *, fitted_on: int
) -> list[tuple[float, bool]]:
    """Fit to every second sentence and return score and truth of the names in the others.

    Args:
        gold: Annotated sentences.
        found: The names found in each.
        fitted_on: 0 or 1: the half to which the logistic function is fitted.
    """
    slope, offset = calibrate(gold[fitted_on::2], found[fitted_on::2])
    out = []
    for sentence, names in zip(gold[1 - fitted_on :: 2], found[1 - fitted_on :: 2], strict=True):
        for start, end, label, score in names:
            inside = min(max(score, 1e-6), 1 - 1e-6)
            odds = slope * np.log(inside / (1 - inside)) + offset
            out.append((float(1 / (1 + np.exp(-odds))), (start, end, label) in sentence.names))
    return out


def table(scored: Sequence[tuple[float, bool]]) -> list[tuple[float, int, float, float]]:
    """Return lower bound, number of names, mean score and share of right names for each range of scores."""
    rows = []
    upper = 1.01
    for lower in _BOUNDS:
        inside = [(score, right) for score, right in scored if lower <= score < upper]
        if inside:
            scores, right = zip(*inside, strict=True)
            rows.append((lower, len(inside), float(np.mean(scores)), float(np.mean(right))))
        upper = lower
    return rows


def main() -> None:
    """Print the table for the Japanese model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=Path, required=True, help="folder with the annotated sentences")
    parser.add_argument("--corrections", type=Path, help="a root with corrections by hand")
    given = parser.parse_args()
    folder = given.names
    gold = [
        *(read_corrections(given.corrections, "ja") if given.corrections else ()),
        *read_jsonl(folder / "names_ja_gsd_dev.jsonl"),
        *read_jsonl(folder / "names_ja_wikipedia_train.jsonl")[-HELD_OUT_OF_WIKIPEDIA:],
    ]
    found = tag(gold)
    scored = [each for half in (0, 1) for each in refit(gold, found, fitted_on=half)]
    print("score    names  mean score  right")
    for lower, count, mean, right in table(scored):
        print(f"{lower:.1f} up  {count:6}  {mean:10.3f}  {right:5.3f}")


if __name__ == "__main__":
    main()
