"""Measure stages against baselines, start-up, and other programs. Each function returns a section of the results."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import measure
from benchmarks.corpus import ROOT, Corpus
from benchmarks.measure import Command, Failed, Runs
from benchmarks.results import Section, seconds, times

WORK = ROOT / "benchmarks" / ".work"
PEERS = WORK / "peers"
PEERS_LIST = ROOT / "benchmarks" / "requirements-peers.txt"


@dataclass(frozen=True)
class Bench:
    """The settings that all measurements share."""

    corpus: Corpus
    rounds: int
    quick: bool


def job(name: str, *arguments: Path | str) -> Command:
    """Return the command of a job of this project: its own process, one thread for each numeric library."""
    return [sys.executable, "-m", "benchmarks.jobs", name, *map(str, arguments)]


@dataclass(frozen=True)
class Comparison:
    """One of our jobs and its baseline."""

    what: str
    baseline: str
    ours: Command
    baseline_command: Command
    goal: float


def stages(bench: Bench) -> Section:
    """Compare each stage with the least work that it must do."""
    corpus = bench.corpus
    made, reason = documents(bench, [path for pair in corpus.pairs for path in pair] + list(corpus.reports))
    pairs = [made[path] for pair in corpus.pairs for path in pair if path in made]
    everything = list(made.values())
    rows = [
        Comparison(
            f"read {len(corpus.reports)} reports: characters to structured blocks",
            "pypdfium2, text of the same files",
            job("read_reports", *corpus.reports),
            job("pdfium_text", *corpus.reports),
            3.0,
        ),
        Comparison(
            f"read {len(corpus.decks)} decks (PPTX)",
            "python-pptx walking all text",
            job("read_decks", *corpus.decks),
            job("pptx_walk", *corpus.decks),
            1.5,
        ),
        Comparison(
            f"tag {len(everything)} documents",
            "fugashi and spaCy's blank tokenizer on the same text",
            job("tag_documents", *everything),
            job("tokenise", *everything),
            3.0,
        ),
        Comparison(
            f"align {len(pairs) // 2} pairs",
            "encoding their blocks once",
            job("align_pairs", *pairs),
            job("encode_blocks", *pairs),
            1.5,
        ),
    ]
    cells = []
    for row in rows:
        result = measure.in_turn({"ours": row.ours, "baseline": row.baseline_command}, bench.rounds)
        warm = measure.in_turn({"ours": _warm(row.ours), "baseline": _warm(row.baseline_command)}, bench.rounds)
        cells.append((row.what, row.baseline, f"{row.goal}", *_compared(result, warm, row.goal)))
    return Section(
        "Stages",
        (
            "what",
            "baseline",
            "goal",
            "whole",
            "apart",
            "CPU",
            "ours, s",
            "baseline, s",
            "ours apart, s",
            "baseline apart, s",
            "peak, MiB",
            "±",
        ),
        tuple(cells),
        reason,
    )


def _warm(command: Command) -> Command:
    at = list(command).index("benchmarks.jobs") + 1
    return [*command[:at], "--warm", *command[at:]]


def _compared(whole: dict[str, Runs | Failed], warm: dict[str, Runs | Failed], goal: float) -> tuple[str, ...]:
    ours, baseline, apart, baseline_apart = whole["ours"], whole["baseline"], warm["ours"], warm["baseline"]
    for result in (ours, baseline, apart, baseline_apart):
        if isinstance(result, Failed):
            return (f"not measured: {result}", *[""] * 8)
    assert isinstance(ours, Runs) and isinstance(baseline, Runs)
    assert isinstance(apart, Runs) and isinstance(baseline_apart, Runs)
    return (
        times(ours.median("wall") / baseline.median("wall"), goal),
        times(apart.median("work") / baseline_apart.median("work"), goal),
        times(ours.median("cpu") / baseline.median("cpu")),
        seconds(ours.median("wall")),
        seconds(baseline.median("wall")),
        seconds(apart.median("work")),
        seconds(baseline_apart.median("work")),
        f"{ours.median('peak'):.0f}",
        f"{100 * max(ours.spread, baseline.spread):.0f} %",
    )


def documents(bench: Bench, files: Sequence[Path]) -> tuple[dict[Path, Path], str]:
    """Read and tag files for the later stages. Return the path of each output, and the problem if there was one."""
    folder = WORK / "documents"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    problem = ""
    try:
        measure.run(job("documents", folder, *dict.fromkeys(files)))
    except Failed as error:
        problem = f"Documents for the later stages could not be made: {error}"
    return {path: made for path in files if (made := folder / f"{path.name}.json").exists()}, problem


def start_up(bench: Bench) -> Section:
    """Measure how long a user waits before a command starts to work."""
    command = Path(sys.executable).with_name("aisi-ingest")
    one_page = WORK / "one-page.pdf"
    measure.run([sys.executable, "-m", "benchmarks.synthetic", "one", str(one_page)])
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "aisi-ingest --help": [str(command), "--help"],
        "aisi-ingest extract ONE_PAGE_FILE": [str(command), "extract", str(one_page)],
        "python -c 'import spacy': lower limit of tagging": [sys.executable, "-c", "import spacy"],
        "python -c 'import typer': lower limit of --help": [sys.executable, "-c", "import typer"],
        "python -c 'import pydantic': what typer adds when a command runs": [sys.executable, "-c", "import pydantic"],
    }
    goals = {"aisi-ingest --help": 0.25, "aisi-ingest extract ONE_PAGE_FILE": 0.8}
    result = measure.in_turn(commands, bench.rounds)
    baseline = result["python -c pass"]
    assert isinstance(baseline, Runs)
    rows = []
    for name, runs in result.items():
        if isinstance(runs, Failed):
            rows.append((name, str(goals.get(name, "")), f"not measured: {runs}", "", "", ""))
            continue
        more = runs.median("wall") - baseline.median("wall")
        cell = f"**{more:.2f}**" if more > goals.get(name, more) else f"{more:.2f}"
        used = runs.median("cpu") - baseline.median("cpu")
        cells = (cell, f"{used:.2f}", seconds(runs.median("wall")), f"{runs.median('peak'):.0f}")
        rows.append((name, str(goals.get(name, "")), *cells))
    columns = ("command", "goal, s more", "s more than Python alone", "of it CPU", "s", "peak, MiB")
    return Section("Start-up", columns, tuple(rows))


def peers_python() -> Path:
    """Return the Python of the environment of the other programs, and create it if it is missing.

    Raises:
        Failed: The environment cannot be created.
    """
    python = PEERS / "bin" / "python"
    stamp = PEERS / "requirements.txt"
    wanted = PEERS_LIST.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(PEERS, ignore_errors=True)
    if shutil.which("uv"):
        steps = [
            ["uv", "venv", "-q", "--python", sys.executable, str(PEERS)],
            ["uv", "pip", "install", "-q", "--python", str(python), "-r", str(PEERS_LIST)],
        ]
    else:
        steps = [
            [sys.executable, "-m", "venv", str(PEERS)],
            [str(python), "-m", "pip", "install", "-q", "-r", str(PEERS_LIST)],
        ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            raise Failed(
                f"the environment of the other programs could not be created: {done.stderr.strip().splitlines()[-1]}"
            )
    stamp.write_text(wanted, encoding="utf-8")
    return python


def peers(bench: Bench) -> Section:
    """Compare reading of reports with other programs: speed and quality in one table."""
    reports = bench.corpus.reports
    output = WORK / "markdown"
    output.mkdir(parents=True, exist_ok=True)
    commands: dict[str, Command] = {
        "pypdfium2, text alone": job("pdfium_text", *reports),
        "aisi-ingest": job("markdown", output, *reports),
    }
    note = "Markdown of the same reports. Slow programs are measured fewer times."
    try:
        python = str(peers_python())
        for name in ("liteparse", "pdf_oxide", "opendataloader", "pymupdf4llm"):
            commands[name] = [python, str(ROOT / "benchmarks" / "peers.py"), name, str(output), *map(str, reports)]
    except Failed as error:
        note = str(error)
    slow = {name: command for name, command in commands.items() if name in ("opendataloader", "pymupdf4llm")}
    fast = {name: command for name, command in commands.items() if name not in slow}
    result = measure.in_turn(fast, bench.rounds)
    result |= measure.in_turn(slow, 1 if bench.quick else min(2, bench.rounds), seconds=1200)
    baseline = result["pypdfium2, text alone"]
    assert isinstance(baseline, Runs)
    rows = []
    for name, runs in result.items():
        quality = _quality(bench, output, name)
        if isinstance(runs, Failed):
            rows.append((name, f"not measured: {runs}", "", "", "", *quality))
            continue
        ratios = [runs.median(what) / baseline.median(what) for what in ("wall", "work", "cpu")]
        rows.append((name, *map(times, ratios), f"{runs.median('peak'):.0f}", *quality))
    quality_columns = tuple(f"{figure}" for figure in QUALITY)
    return Section(
        "Reading reports, beside peers",
        ("program", "whole", "apart", "CPU", "peak, MiB", *quality_columns),
        tuple(rows),
        note,
    )


QUALITY = ("nid", "headings F1", "joined", "cjk_spaces", "radicals", "page_numbers")


def _quality(bench: Bench, output: Path, name: str) -> tuple[str, ...]:
    """Return the figures of structure.py for the report whose source text is known; empty strings without one."""
    if bench.corpus.evaluation is None:
        return ("",) * len(QUALITY)
    markdown = next(output.glob(f"trusted_web_v1.0_ja.pdf.{name}.md"), None)
    if markdown is None:
        return ("",) * len(QUALITY)
    truth = bench.corpus.evaluation.parent / "corpus" / "oracle" / "trusted_web_v1.0_ja.md"
    script = bench.corpus.evaluation / "structure.py"
    done = subprocess.run(
        [sys.executable, str(script), "--peer", str(markdown), "--markdown", str(truth), "--json"],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return ("?",) * len(QUALITY)
    result = json.loads(done.stdout)
    figures = result.get("markdown", result)
    return tuple(str(figures["headings"]["f1"] if figure == "headings F1" else figures[figure]) for figure in QUALITY)
