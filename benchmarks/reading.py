"""Compare the speed of reading with another version: ``python benchmarks/reading.py OTHER_TREE [--rounds N]``.

OTHER_TREE is a checkout of the project, for example made by ``git worktree add --detach FOLDER COMMIT``. Both versions
read the same reports in turn, each in a process of its own. The ratios are of processor time without start-up, so other
processes on the machine affect them little. Text recognition and the sandbox are not part of it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import measure

ROOT = Path(__file__).parents[1]
_REPORTS = (
    "E1_ai_safety_RT_v1.10_en.pdf",
    "trusted_web_v1.0_ja.pdf",
    "council_ronten_ja.pdf",
    "aisev-rt_ja.pdf",
    "aisev-appendix_en.pdf",
)
_REPEATS = 4  # of all reports in one process: a single pass is shorter than the noise


def command(tree: Path, files: tuple[Path, ...]) -> tuple[str, ...]:
    """Return the command that reads files with the version in a tree.

    Args:
        tree: A checkout of the project.
        files: The reports.
    """
    names = map(str, files * _REPEATS)
    return ("env", f"PYTHONPATH={tree / 'src'}", sys.executable, str(tree / "benchmarks" / "jobs.py"), "--warm",
            "read_reports", *names)  # fmt: skip


def main() -> None:
    """Print the ratio of each pair of runs, and their median."""
    arguments = argparse.ArgumentParser(description="Compare the speed of reading with another version.")
    arguments.add_argument("other", type=Path, help="a checkout of the other version")
    arguments.add_argument("--rounds", type=int, default=5)
    chosen = arguments.parse_args()
    folder = ROOT.parent / "shared" / "corpus" / "site" / "assets" / "pdf"
    files = tuple(folder / name for name in _REPORTS)
    if not all(file.exists() for file in files):
        files = tuple(sorted((ROOT / "samples" / "site" / "pdf").glob("*guide*.pdf")))
    trees = {"this": ROOT, "other": chosen.other.resolve()}
    found = measure.in_turn({name: command(tree, files) for name, tree in trees.items()}, chosen.rounds)
    this, other = found["this"], found["other"]
    for result in (this, other):
        if isinstance(result, measure.Failed):
            raise SystemExit(str(result))
    assert isinstance(this, measure.Runs) and isinstance(other, measure.Runs)
    ratios = [one.work / two.work for one, two in zip(this.runs, other.runs, strict=True)]
    print("ratios", *(f"{ratio:.3f}" for ratio in ratios), f"load {os.getloadavg()[0]:.1f}")
    print(f"median {statistics.median(ratios):.3f}: {this.median('work'):.3f} s and {other.median('work'):.3f} s")


if __name__ == "__main__":
    main()
