"""Compare the whole pipeline with other programs, with one worker, and with a run that has nothing to do."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import measure
from benchmarks.corpus import ROOT
from benchmarks.figures import WORK, Bench, job, peers_python
from benchmarks.measure import Command, Failed, Runs
from benchmarks.results import Section, seconds, times

HOME = WORK / "pipeline"
STACK = WORK / "stack"


def add(root: Path, workers: int, files: tuple[Path, ...], ocr: bool = False) -> Command:
    """Return the command that makes a release from files. Its child processes are measured too."""
    return job("pipeline_add", root, str(workers), "ocr" if ocr else "no-ocr", *files)


def fresh(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)


def pipeline(bench: Bench) -> Section:
    """Make a release of all files of the corpus, with and without OCR."""
    files = bench.corpus.files
    roots = {"2 workers": HOME / "two", "1 worker": HOME / "one"}
    rounds = 1 if bench.quick else 3
    commands = {name: add(root, int(name[0]), files) for name, root in roots.items()}
    reading = {f"{name}, OCR": add(root, int(name[0]), files, ocr=True) for name, root in roots.items()}
    result = measure.in_turn(reading, 1, before=lambda name: fresh(roots[name.removesuffix(", OCR")]))
    result |= measure.in_turn(commands, rounds, before=lambda name: fresh(roots[name]))
    result |= measure.in_turn({"again": commands["2 workers"]}, rounds)
    note = f"{len(files)} files, {len(bench.corpus.pdfs)} of them PDF. Other programs run once, because they are slow."
    try:
        python = str(peers_python())
        markdown = WORK / "markdown-all"
        markdown.mkdir(parents=True, exist_ok=True)
        peer = [python, str(ROOT / "benchmarks" / "peers.py"), "pymupdf4llm", str(markdown)]
        result |= measure.in_turn(
            {
                "pymupdf4llm": [*peer, *map(str, bench.corpus.pdfs)],
                "stack": [python, str(ROOT / "benchmarks" / "stack.py"), str(STACK), *map(str, files)],
            },
            1,
        )
    except Failed as error:
        note += f" {error}"
    two = result["2 workers"]
    rows = [
        _row(
            "whole pipeline, 2 workers", "pymupdf4llm to Markdown of the PDFs alone", "0.5", two, result, "pymupdf4llm"
        ),
        _row("whole pipeline, 2 workers", "the stack of `stack.py`", "0.1", two, result, "stack"),
        _row("the same again: nothing to do", "2 workers", "", result["again"], result, "2 workers"),
    ]
    for ocr in (False, True):
        rows += [_gain(result, ", OCR" if ocr else ""), _bound(files, ocr, 1 if ocr else rounds)]
    columns = (
        "what",
        "baseline",
        "goal",
        "whole",
        "CPU",
        "ours, s",
        "baseline, s",
        "peak, MiB",
        "baseline's peak, MiB",
    )
    return Section("Whole pipeline", columns, tuple(rows), note)


def _gain(result: dict[str, Runs | Failed], kind: str) -> tuple[str, ...]:
    """Compare the speed of two workers with that of one."""
    one, two = result[f"1 worker{kind}"], result[f"2 workers{kind}"]
    what = (f"speed-up with 2 workers{kind}", f"1 worker{kind}", "1.8")
    if isinstance(one, Failed) or isinstance(two, Failed):
        return (*what, f"not measured: {one if isinstance(one, Failed) else two}", *[""] * 5)
    walls, cpus = (one.median("wall"), two.median("wall")), (one.median("cpu"), two.median("cpu"))
    gain = f"{walls[0] / walls[1]:.2f}"
    return (
        *what,
        gain if walls[0] / walls[1] >= 1.8 else f"**{gain}**",
        f"{cpus[0] / cpus[1]:.2f}",
        seconds(walls[1]),
        seconds(walls[0]),
        f"{two.median('peak'):.0f}",
        f"{one.median('peak'):.0f}",
    )


def bound(files: tuple[Path, ...], ocr: bool, rounds: int) -> tuple[float, float]:
    """Return the seconds of two independent runs of one worker: one after the other, and both at once.

    Their ratio is the most that the second core of this machine can add.

    Raises:
        Failed: A run fails.
    """
    roots = HOME / "one", HOME / "two"
    after, beside = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        for root in roots:
            fresh(root)
            measure.run(add(root, 1, files, ocr))
        after.append(time.perf_counter() - began)
        for root in roots:
            fresh(root)
        began = time.perf_counter()
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda root: measure.run(add(root, 1, files, ocr)), roots))
        beside.append(time.perf_counter() - began)
    return statistics.median(after), statistics.median(beside)


def _bound(files: tuple[Path, ...], ocr: bool, rounds: int) -> tuple[str, ...]:
    what = (f"limit: 2 independent runs of 1 worker{', OCR' if ocr else ''}", "one after the other", "")
    try:
        after, beside = bound(files, ocr, rounds)
    except Failed as error:
        return (*what, f"not measured: {error}", *[""] * 5)
    return (*what, f"{after / beside:.2f}", "", seconds(beside), seconds(after), "", "")


def _row(
    what: str, against: str, goal: str, ours: Runs | Failed, result: dict[str, Runs | Failed], baseline_name: str
) -> tuple[str, ...]:
    baseline = result.get(baseline_name, Failed("not there"))
    for runs in (ours, baseline):
        if isinstance(runs, Failed):
            return (what, against, goal, f"not measured: {runs}", *[""] * 5)
    assert isinstance(ours, Runs) and isinstance(baseline, Runs)
    return (
        what,
        against,
        goal,
        times(ours.median("wall") / baseline.median("wall"), float(goal) if goal else None),
        times(ours.median("cpu") / baseline.median("cpu")),
        seconds(ours.median("wall")),
        seconds(baseline.median("wall")),
        f"{ours.median('peak'):.0f}",
        f"{baseline.median('peak'):.0f}",
    )


FIGURES = ("text_ja", "text_en", "headings_ja", "headings_en", "sections", "blocks", "mentions", "dates", "links")


def quality(bench: Bench) -> Section:
    """Score our release and the tables of ``stack.py`` with the same gold; run after ``pipeline``."""
    columns = ("gold", "whose", *FIGURES)
    if bench.corpus.evaluation is None:
        return Section("Quality of the same releases", columns, (), "The test corpus and its gold are missing.")
    rows = []
    gold = bench.corpus.evaluation.parent / "gold"
    names = [
        ("overview", "20250106_AISIoverview"),
        *((f"aisev-{part}", f"aisev-{part}") for part in ("rt", "appendix")),
    ]
    for name, file in names:
        for whose, release in (("aisi-ingest", HOME / "two" / "processed" / "latest"), ("stack", STACK)):
            command = [
                sys.executable,
                str(bench.corpus.evaluation / "score.py"),
                str(release),
                str(gold / f"{name}.json"),
            ]
            command += ["--ja", f"{file}_ja.pdf", "--en", f"{file}_en.pdf", "--json"]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                reason = (done.stderr.strip().splitlines() or ["?"])[-1][:120]
                rows.append((name, whose, f"not scored: {reason}", *[""] * (len(FIGURES) - 1)))
                continue
            scores = json.loads(done.stdout)
            rows.append((name, whose, *(_figure(scores.get(figure)) for figure in FIGURES)))
    return Section("Quality of the same releases", columns, tuple(rows), "Figures of score.py; 1 is best.")


def _figure(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("f1", value.get("all", {}).get("f1") if isinstance(value.get("all"), dict) else None)
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
