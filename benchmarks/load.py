"""Measure memory, open files and processes over time: one run over many documents, and many runs in one process.

``python -m benchmarks.load soak ROOT FOLDER SECONDS`` is the process that the soak test watches. Each round changes one
document, processes it and publishes, keeping three releases. The curves are drawn to load.svg and soak.svg.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import WORK, Bench, job
from benchmarks.growth import _synthetic
from benchmarks.results import Section
from benchmarks.whole import fresh

EVERY = 0.5  # seconds between two samples
ROWS = 10  # rows of the table


@dataclass(frozen=True)
class Sample:
    """The state of a process and its descendants at one moment."""

    seconds: float
    main: float  # MiB, resident
    workers: float  # MiB, resident, of all descendants together
    files: int  # open in the main process
    processes: int


def sample(process: int, began: float) -> Sample | None:
    """Return the current state of a process, or None if it has ended."""
    try:
        files = len(os.listdir(f"/proc/{process}/fd"))
        main = _resident(process)
    except OSError:
        return None
    started = descendants(process)
    return Sample(time.monotonic() - began, main, sum(map(_resident_or_none, started)), files, 1 + len(started))


def descendants(process: int) -> list[int]:
    """Return the ids of all descendants of a process."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*"):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            found += [child, *descendants(child)]
    return found


def _resident(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _resident_or_none(process: int) -> float:
    try:
        return _resident(process)
    except OSError:  # it has just ended
        return 0.0


def watch(command: Sequence[str], seconds: float = 7200) -> tuple[list[Sample], list[dict[str, object]]]:
    """Run a command and return the samples of its state and the JSON objects that it printed."""
    printed = WORK / "watched.jsonl"
    with printed.open("w") as out:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        samples = []
        while process.poll() is None and time.monotonic() - began < seconds:
            seen = sample(process.pid, began)
            if seen:
                samples.append(seen)
            time.sleep(EVERY)
        if process.poll() is None:
            process.kill()
        process.wait()
    lines = [json.loads(line) for line in printed.read_text().splitlines() if line.startswith("{")]
    return samples, lines


def load(bench: Bench) -> Section:
    """Process a thousand one-page documents in one run with two workers."""
    count = 100 if bench.quick else 1000
    folder, root = WORK / "records", WORK / "load"
    if len(list(folder.glob("*.pdf"))) < count:
        _synthetic("site", folder, count)
    fresh(root)
    samples, _ = watch(job("pipeline_add", root, "2", "no-ocr", *sorted(folder.glob("*.pdf"))[:count]))
    shutil.rmtree(root, ignore_errors=True)
    note = f"{count} documents of one page, 2 workers, sampled every {EVERY:g} s; the curve is load.svg."
    return _section("Load", samples, note, lambda each: f"{each.seconds:.0f}", "s")


def soak(bench: Bench) -> Section:
    """Run again and again in one process, as a server does."""
    minutes = 2 if bench.quick else 20
    folder, root = WORK / "soak-files", WORK / "soak"
    shutil.rmtree(folder, ignore_errors=True)
    _synthetic("site", folder, 20)
    fresh(root)
    command = [sys.executable, "-m", "benchmarks.load", "soak", str(root), str(folder), str(60 * minutes)]
    samples, rounds = watch(command)
    held = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) / (1 << 20)
    shutil.rmtree(root, ignore_errors=True)
    seconds = [float(str(each["seconds"])) for each in rounds]
    tenth = max(1, len(seconds) // 10)
    first, last = sum(seconds[1 : tenth + 1]) / tenth, sum(seconds[-tenth:]) / tenth
    note = (
        f"{minutes} minutes of runs in one process, 20 documents, of which one is new each time: {len(rounds)} runs "
        f"and releases, three kept; {first:.2f} s a run in the first tenth, {last:.2f} s in the last; {held:.0f} MiB "
        "below the root at the end; the curve is soak.svg."
    )
    return _section("Soak", samples, note, lambda each: f"{each.seconds / 60:.1f}", "minutes")


def _section(title: str, samples: list[Sample], note: str, when: Callable[[Sample], str], unit: str) -> Section:
    step = max(1, len(samples) // ROWS)
    rows = [
        (
            when(part[-1]),
            *(f"{max(getattr(each, name) for each in part):.0f}" for name in ("main", "workers", "files", "processes")),
        )
        for part in (samples[at : at + step] for at in range(0, len(samples), step))
    ]
    Path(__file__).with_name(f"{title.lower()}.svg").write_text(curve(samples), encoding="utf-8")
    columns = (f"until, {unit}", "main process, MiB", "its workers, MiB", "open files", "processes")
    return Section(title, columns, tuple(rows), f"{note} Each row is the maximum since the previous row.")


def curve(samples: Sequence[Sample]) -> str:
    """Draw four curves over time as SVG, each scaled to its largest value."""
    width, height, left = 640, 90, 150
    end = max((each.seconds for each in samples), default=1.0) or 1.0
    parts = []
    names = {
        "main": "main process, MiB",
        "workers": "its workers, MiB",
        "files": "open files",
        "processes": "processes",
    }
    for row, (name, title) in enumerate(names.items()):
        values = [float(getattr(each, name)) for each in samples]
        most = max(values, default=1.0) or 1.0
        foot = (row + 1) * (height + 20)
        points = " ".join(
            f"{left + (width - left) * each.seconds / end:.1f},{foot - height * value / most:.1f}"
            for each, value in zip(samples, values, strict=True)
        )
        parts.append(
            f'<text x="4" y="{foot - height / 2:.0f}">{title}</text>'
            f'<text x="{left - 8}" y="{foot - height + 10}" text-anchor="end">{most:.0f}</text>'
            f'<text x="{left - 8}" y="{foot}" text-anchor="end">0</text>'
            f'<line x1="{left}" y1="{foot}" x2="{width}" y2="{foot}" stroke="#999"/>'
            f'<polyline points="{points}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>'
        )
    total = 4 * (height + 20) + 24
    parts.append(f'<text x="{width}" y="{total - 6}" text-anchor="end">{end:.0f} s</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + 10} {total}" font-family="sans-serif" '
        f'font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def rounds(root: Path, folder: Path, seconds: float) -> None:
    """Until the time is up, change one document, process it, publish, and print how long that took."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    from aisi_ingest.pipeline import orchestrator
    from aisi_ingest.pipeline.jobs import Settings
    from aisi_ingest.sandbox import pool
    from benchmarks import synthetic

    pdfmetrics.registerFont(UnicodeCIDFont(synthetic.JA))
    settings = Settings(str(root), workers=2, ocr=False, keep=3)
    files, until, number = sorted(folder.glob("*.pdf")), time.monotonic() + seconds, 1000
    while time.monotonic() < until:
        changed = files[number % len(files)]
        synthetic.one(changed, number, changed.stem.endswith("_ja"))
        began = time.monotonic()
        report = orchestrator.add(settings, (), files, ())
        assert report.succeeded and report.release, report.issues
        print(json.dumps({"round": number - 999, "seconds": round(time.monotonic() - began, 3)}), flush=True)
        number += 1
    pool.close_shared()


if __name__ == "__main__":
    rounds(Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
