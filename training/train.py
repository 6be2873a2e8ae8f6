"""Train a model and write it. Equal data, libraries and machine architecture give equal bytes."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pycrfsuite

from aisi_ingest.model import Lang
from aisi_ingest.tagging.learned.attributes import Reader, Token, all_attributes
from aisi_ingest.tagging.learned.names import Model, sentences
from aisi_ingest.tagging.learned.weights import Weights, hash_of, save
from aisi_ingest.text.tokens import morphemes
from training import clusters, corpora, evaluate
from training.corpora import Sentence
from training.fitting import HELD_OUT_OF_WIKIPEDIA, ScoredName, calibrate

Arrays = dict[str, npt.NDArray[Any]]


class Trainer:
    """Trains the model of one language on top of its clusters."""

    def __init__(self, lang: str, cluster_arrays: Arrays) -> None:
        self.lang = lang
        self._clusters = cluster_arrays
        self._reader = Reader(Weights(_empty() | cluster_arrays).clusters)

    def train(self, data: Iterable[Sentence], *, c1: float = 0.05, c2: float = 0.01, rounds: int = 120) -> Arrays:
        """Return the arrays of a model trained on sentences with L-BFGS."""
        trainer = pycrfsuite.Trainer(verbose=False)
        for sentence in data:
            for tokens in self._split(sentence.text):
                trainer.append(all_attributes(tokens), _tags(tokens, sentence))
        trainer.set_params(
            {
                "c1": c1,
                "c2": c2,
                "max_iterations": rounds,
                "feature.possible_transitions": True,
                "feature.minfreq": 2,
            }
        )
        with tempfile.NamedTemporaryFile(suffix=".crf") as file:
            trainer.train(file.name)
            tagger = pycrfsuite.Tagger()
            tagger.open(file.name)
            info = tagger.info()
            tagger.close()
        return self._clusters | _pack(info)

    def model(self, arrays: Arrays) -> Model:
        """Return a model that tags with these arrays."""
        return Model(self.lang, Weights(arrays))  # type: ignore[arg-type]

    def _split(self, text: str) -> list[list[Token]]:
        out = []
        for start, end in sentences(text):
            if self.lang == "en":
                tokens = self._reader.english(text, start, end)
            else:
                found = [m for m in self.morphemes(text) if m[0] >= start and m[0] < end]
                tokens = self._reader.japanese(text, found)
            if tokens:
                out.append(tokens)
        return out

    def tag(self, arrays: Arrays, data: Iterable[Sentence]) -> list[list[ScoredName]]:
        """Return the names that a model finds in each sentence, with their scores."""
        model = self.model(arrays)
        return [
            [
                (span.start, span.end, str(span.label), span.score or 0.0)
                for span in model.find(each.text, self.morphemes(each.text) if self.lang == "ja" else ())
            ]
            for each in data
        ]

    def morphemes(self, text: str) -> list[tuple[int, int, str]]:
        """Return the UniDic tokens of a text without blanks."""
        return [each for each in morphemes(text) if each[2][:2] != "空白"]


def _tags(tokens: Sequence[Token], sentence: Sentence) -> list[str]:
    tags = ["O"] * len(tokens)
    for start, end, label in sentence.names:
        inside = [at for at, token in enumerate(tokens) if token.start < end and token.end > start]
        for at in inside:
            tags[at] = ("B-" if at == inside[0] else "I-") + label
    return tags


def _pack(info: Any) -> Arrays:
    labels = ["O", *sorted(label for label in info.labels if label != "O")]
    index = {label: at for at, label in enumerate(labels)}
    transitions = np.zeros((len(labels), len(labels)), dtype=np.float32)
    for (before, after), weight in info.transitions.items():
        transitions[index[before], index[after]] = weight
    by_hash: dict[int, dict[int, float]] = {}
    for (attribute, label), weight in sorted(info.state_features.items()):
        if abs(weight) >= _SMALLEST_WEIGHT:
            row = by_hash.setdefault(hash_of(attribute), {})
            row[index[label]] = row.get(index[label], 0.0) + weight
    top = max(abs(weight) for row in by_hash.values() for weight in row.values())
    scale = top / 127
    hashes = sorted(by_hash)
    rows = [[(at, round(w / scale)) for at, w in sorted(by_hash[h].items()) if round(w / scale)] for h in hashes]
    kept = [(h, row) for h, row in zip(hashes, rows, strict=True) if row]
    return {
        "labels": np.array(labels),
        "transitions": transitions,
        "calibration": np.array([1.0, 0.0]),
        "hash_steps": clusters.steps(np.array([h for h, _ in kept], dtype=np.uint32)),
        "counts": np.array([len(row) for _, row in kept], dtype=np.uint8),
        "label_of": np.array([at for _, row in kept for at, _ in row], dtype=np.uint8),
        "values": np.array([w for _, row in kept for _, w in row], dtype=np.int8),
        "scale": np.array(scale),
    }


_SMALLEST_WEIGHT = 0.01


def _empty() -> Arrays:
    return {
        "labels": np.array(["O"]),
        "transitions": np.zeros((1, 1)),
        "calibration": np.array([1.0, 0.0]),
        "hash_steps": np.zeros(1, np.uint32),
        "counts": np.zeros(1, np.uint8),
        "label_of": np.zeros(0, np.uint8),
        "values": np.zeros(0, np.int8),
        "scale": np.array(1.0),
    }


# ---- the two models ----------------------------------------------------------------------------------

_ROUNDS_FOR_DATES = 60
_ROUNDS = 70
_ROUNDS_ENGLISH = 60
_EWT_WEIGHT = 2  # how often the sentences of EWT count beside those of CrossNER
FOLDS = 5


class Sources(NamedTuple):
    """Folders with the data and the vectors.

    Attributes:
        names: ``names_ja_gsd_train.jsonl``, ``names_ja_gsd_dev.jsonl``, ``names_ja_wikipedia_train.jsonl`` and
            ``names_en_ewt_dev.jsonl``.
        crossner: Folder ``ner_data`` of CrossNER.
        vectors_ja: Folder ``vocab`` of the pipeline ja_ginza.
        vectors_en: Folder ``vocab`` of the pipeline en_core_web_md.
        corrections: Root with corrections by hand, which count as annotated sentences; None: none.
    """

    names: Path
    crossner: Path
    vectors_ja: Path
    vectors_en: Path
    corrections: Path | None = None

    def corrected(self, lang: Lang) -> list[Sentence]:
        """Return the sentences in which a person has corrected names."""
        return corpora.read_corrections(self.corrections, lang) if self.corrections else []


def train_japanese(sources: Sources) -> Arrays:
    """Train on GSD and Wikipedia. Wikipedia has no dates, so a model trained on GSD alone adds them first."""
    trainer = Trainer("ja", clusters.arrays(sources.vectors_ja, clusters.japanese_words))
    gsd = corpora.read_jsonl(sources.names / "names_ja_gsd_train.jsonl")
    dev = corpora.read_jsonl(sources.names / "names_ja_gsd_dev.jsonl")
    wikipedia = corpora.read_jsonl(sources.names / "names_ja_wikipedia_train.jsonl")
    of_dates = trainer.model(trainer.train(gsd, rounds=_ROUNDS_FOR_DATES))
    train, test = wikipedia[:-HELD_OUT_OF_WIKIPEDIA], wikipedia[-HELD_OUT_OF_WIKIPEDIA:]
    dated = (_with_dates(each, of_dates, trainer) for each in train)
    arrays = trainer.train([*gsd, *dated, *sources.corrected("ja")], rounds=_ROUNDS)
    found = trainer.tag(arrays, dev)
    evaluate.show("GSD, dev (without dates)", evaluate.scores(_without_dates(dev), found))
    found_in_wikipedia = trainer.tag(arrays, test)
    evaluate.show("Wikipedia, held out", evaluate.scores(test, found_in_wikipedia))
    return arrays | {"calibration": calibrate([*dev, *test], [*found, *found_in_wikipedia])}


def train_english(sources: Sources) -> Arrays:
    """Train on EWT and CrossNER. The first fold of EWT calibrates the score; the model is trained on all."""
    trainer = Trainer("en", clusters.arrays(sources.vectors_en, clusters.english_words))
    ewt = _ewt(sources)
    fold, found = next(_english_folds(trainer, sources))
    evaluate.show("EWT, first of five folds", evaluate.scores(fold, found))
    others = [*corpora.read_crossner(sources.crossner), *sources.corrected("en")]
    arrays = trainer.train([*ewt * _EWT_WEIGHT, *others], rounds=_ROUNDS_ENGLISH)
    return arrays | {"calibration": calibrate(fold, found)}


def measure_english(sources: Sources) -> None:
    """Print the figures of five folds, each tagged by a model trained on the other four and CrossNER."""
    trainer = Trainer("en", clusters.arrays(sources.vectors_en, clusters.english_words))
    gold: list[Sentence] = []
    found: list[list[ScoredName]] = []
    for fold, names in _english_folds(trainer, sources):
        gold += fold
        found += names
    evaluate.show("EWT, five folds", evaluate.scores(gold, found))


def _ewt(sources: Sources) -> list[Sentence]:
    return corpora.read_jsonl(sources.names / "names_en_ewt_dev.jsonl")


def _english_folds(trainer: Trainer, sources: Sources) -> Iterator[tuple[list[Sentence], list[list[ScoredName]]]]:
    """Yield each fold (every fifth sentence) and what a model that is trained on the others finds in it."""
    ewt, crossner = _ewt(sources), corpora.read_crossner(sources.crossner)
    for fold in range(FOLDS):
        held_out = ewt[fold::FOLDS]
        rest = [each for at, each in enumerate(ewt) if at % FOLDS != fold]
        arrays = trainer.train([*rest * _EWT_WEIGHT, *crossner], rounds=_ROUNDS_ENGLISH)
        yield held_out, trainer.tag(arrays, held_out)


def _without_dates(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [Sentence(each.text, [n for n in each.names if n[2] != "DATE"]) for each in sentences]


def _with_dates(sentence: Sentence, model: Model, trainer: Trainer) -> Sentence:
    dates = [
        (start, end, "DATE")
        for start, end in model.dates(sentence.text, trainer.morphemes(sentence.text))
        if all(end <= a or b <= start for a, b, _ in sentence.names)
    ]
    return Sentence(sentence.text, sorted([*sentence.names, *dates]))


def main() -> None:
    """Train the models of the languages that are asked for and write them into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in Sources._fields:
        needed = name not in Sources._field_defaults
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, required=needed)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", action="store_true", help="measure English in five folds instead of training")
    parser.add_argument("--lang", choices=("ja", "en"), action="append")
    given = parser.parse_args()
    sources = Sources(*(getattr(given, name) for name in Sources._fields))
    if given.folds:
        measure_english(sources)
        return
    for lang in given.lang or ("ja", "en"):
        arrays = train_japanese(sources) if lang == "ja" else train_english(sources)
        path = given.out / f"{lang}.npz"
        save(arrays, path)
        print(path, path.stat().st_size, "bytes", flush=True)


if __name__ == "__main__":
    main()
