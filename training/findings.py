"""Fit the confidence of findings about missing text, and show how often findings with a confidence are right.

``make findings ROOTS="..."`` or ``python -m training.findings ROOT ...``: each ROOT is the root of a run over
publications in two languages. There are two kinds of examples:

- Texts that a person has read. ``read_findings.tsv`` has a digest of each and the verdict, so that no text is copied.
- Texts whose counterpart ``benchmarks/planted.py`` removes: all of them are missing.

A document is measured with weights that were fitted to all other works (leave one work out). The removed texts
together have half the weight of the texts that were read: a real document has more doubtful texts than missing ones.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest import registry
from aisi_ingest.alignment import aligner
from aisi_ingest.comparison.confidence import PUBLISHED, WEIGHTS, Features, Judge
from aisi_ingest.comparison.document_index import index_document
from aisi_ingest.comparison.missing_sentences import read_sentence_beads
from aisi_ingest.model import Alignment, Document, Lang
from aisi_ingest.registry import Registry
from aisi_ingest.text.sentence_ids import block_of, unit_text
from benchmarks import planted

READ = Path(__file__).with_name("read_findings.tsv")
LIMITS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.01)  # of the ranges of confidence
_DIGITS = 16  # hex digits of a digest
_RIDGE = 0.3  # of the weights; standard features, chosen by leave-one-out
_ROUNDS = 60
_SAME = 1e-9  # standard deviation of a feature that is the same everywhere
Array = npt.NDArray[np.float64]


class Example(Struct, frozen=True):
    """A text without a counterpart: what is known about it, and whether it is missing."""

    work: str
    is_read: bool
    is_right: bool
    features: Features


def digest(lang: str, text: str) -> str:
    """Return what identifies a text in ``read_findings.tsv``: blanks make no difference."""
    return hashlib.sha256("\0".join((lang, "".join(text.split()))).encode()).hexdigest()[:_DIGITS]


def verdicts(path: Path = READ) -> dict[tuple[str, str], bool]:
    """Return the verdicts of readers, by work and digest."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["work"], row["digest"]): row["right"] == "1" for row in csv.DictReader(file, delimiter="\t")}


# Examples ---------------------------------------------------------------------------------------------------------


def read_examples(ja: Document, en: Document, known: dict[tuple[str, str], bool]) -> list[Example]:
    """Return the texts without a counterpart that a person has read."""
    alignment = _aligned(ja, en)
    judge, texts = _judge(ja, en, alignment), (_texts(ja), _texts(en))
    out = []
    for which, item in _gaps(alignment):
        key = ja.work, digest(("ja", "en")[which], unit_text(item, texts[which]))
        features = judge.features(which, item) if key in known else None
        if features is not None:
            out.append(Example(ja.work, True, known[key], features))
    return out


def removed_examples(ja: Document, en: Document, names: Registry, seed: int) -> list[Example]:
    """Remove blocks and sentences from one language, and return their counterparts in the other."""
    before = _aligned(ja, en)
    chance = random.Random(seed)
    lang: Lang = chance.choice(("ja", "en"))
    own, other = (ja, en) if lang == "ja" else (en, ja)
    changed, changes = planted.plant(own, lang, before, other, names, chance)
    ja, en = (changed, en) if lang == "ja" else (ja, changed)
    after = _aligned(ja, en)
    judge, which = _judge(ja, en, after), 1 if lang == "ja" else 0
    unpaired_before = {item for side, item in _gaps(before) if side == which}
    blocks = {i for each in changes if each.what in ("block", "label") for i in each.there}
    cut = {i for each in changes if each.what == "sentence" for i in each.there}
    out = []
    for side, item in _gaps(after):
        is_removed = item in blocks or (item not in unpaired_before and item not in cut and block_of(item) in cut)
        features = judge.features(side, item) if side == which and is_removed else None
        if features is not None:
            out.append(Example(ja.work, False, True, features))
    return out


def _aligned(ja: Document, en: Document) -> Alignment:
    alignment = aligner.align(ja, en).value
    assert alignment is not None
    return alignment


def _judge(ja: Document, en: Document, alignment: Alignment) -> Judge:
    sides = index_document(ja, "ja"), index_document(en, "en")
    return Judge(alignment, sides, read_sentence_beads(alignment, sides).ratio)


def _texts(document: Document) -> dict[str, str]:
    return {block.id: block.text for block in document.content.blocks}


def _gaps(alignment: Alignment) -> list[tuple[int, str]]:
    """Return the side and id of each block and sentence without a counterpart, those with a sentence of a block too."""
    return [(("ja", "en").index(gap.lang), gap.id) for gap in alignment.gaps]


# Fitting ----------------------------------------------------------------------------------------------------------


def matrix(examples: Sequence[Example]) -> tuple[Array, Array, Array]:
    """Return features (with a last column of ones), verdicts and weights of some examples."""
    x = np.array([[*(getattr(each.features, name) for name in WEIGHTS), 1.0] for each in examples], dtype=np.float64)
    y = np.array([each.is_right for each in examples], dtype=np.float64)
    read = max(1, sum(each.is_read for each in examples))
    removed = max(1, len(examples) - read)
    weight = np.array([1.0 if each.is_read else min(1.0, 0.5 * read / removed) for each in examples], dtype=np.float64)
    return x, y, weight


def fit(examples: Sequence[Example]) -> Array:
    """Return the weights of a logistic regression, the last of them the base."""
    x, y, weight = matrix(examples)
    spread = x.std(axis=0)
    scale = np.where(spread > _SAME, spread, 1.0)
    x = x / scale
    ridge = _RIDGE * np.eye(x.shape[1])
    ridge[-1, -1] = 1e-6
    w = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):  # Newton's method; the loss is convex and the ridge keeps the steps small
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (weight * (p - y)) + ridge @ w
        w = w - np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x + ridge, gradient)
    return np.asarray(w / scale)


def leave_one_out(examples: Sequence[Example]) -> list[tuple[float, Example]]:
    """Return each example with the confidence that weights fitted to the other works give it."""
    out = []
    for work in sorted({each.work for each in examples}):
        w = fit([each for each in examples if each.work != work])
        held_out = [each for each in examples if each.work == work]
        x, _, _ = matrix(held_out)
        out += list(zip((1 / (1 + np.exp(-(x @ w)))).tolist(), held_out, strict=True))
    return out


def table(scored: Iterable[tuple[float, Example]]) -> list[tuple[float, int, int, int]]:
    """Return lower limit, texts read, right ones and removed texts for each range of confidence."""
    found = list(scored)
    rows = []
    for low, high in itertools.pairwise(LIMITS):
        inside = [each for score, each in found if low <= score < high]
        read = [each for each in inside if each.is_read]
        rows.append((low, len(read), sum(each.is_right for each in read), len(inside) - len(read)))
    return rows


def _show(title: str, scored: Sequence[tuple[float, Example]]) -> None:
    print(f"\n{title}\n| confidence from | read | right | share | removed |\n| --- | --- | --- | --- | --- |")
    for low, read, right, removed in table(scored):
        print(f"| {low:.1f} | {read} | {right} | {right / read if read else 0:.2f} | {removed} |")
    shown = [each for score, each in scored if score >= PUBLISHED]
    read_shown = [each for each in shown if each.is_read]
    right = sum(each.is_right for each in read_shown)
    removed = sum(not each.is_read for _, each in scored)
    shown_removed = len(shown) - len(read_shown)
    print(f"shown: {right} of {len(read_shown)} read ones right, {shown_removed} of {removed} removed texts")


def main() -> None:
    """Fit and print weights, and the tables of reliability."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    arguments.add_argument("roots", nargs="+", type=Path)
    arguments.add_argument("--seeds", type=int, default=2, help="changed documents for each pair")
    arguments.add_argument("--examples", type=Path, help="keep the examples in this file, and read them if it exists")
    chosen = arguments.parse_args()
    if chosen.examples and chosen.examples.exists():
        examples = msgspec.json.decode(chosen.examples.read_bytes(), type=list[Example])
    else:
        examples = _collect(chosen.roots, chosen.seeds)
        if chosen.examples:
            chosen.examples.write_bytes(msgspec.json.encode(examples))
    now = [(each.features.confidence, each) for each in examples]
    _show("With the weights of the package:", now)
    _show("Each work with weights fitted to the others:", leave_one_out(examples))
    print(json.dumps(dict(zip([*WEIGHTS, "base"], np.round(fit(examples), 2).tolist(), strict=True))))


def _collect(roots: Sequence[Path], seeds: int) -> list[Example]:
    known, names = verdicts(), registry.load()
    examples: list[Example] = []
    for root in roots:
        for ja, en in planted.pairs(planted.documents(root)):
            if "." in ja.id.rpartition("/")[2]:
                continue  # another form of the same content
            ja, en = (replace(each, work=each.id.partition("/")[0]) for each in (ja, en))
            examples += read_examples(ja, en, known)
            for seed in range(seeds):
                examples += removed_examples(ja, en, names, seed)
            print(ja.id, len(examples), flush=True)
    return examples


if __name__ == "__main__":
    main()
