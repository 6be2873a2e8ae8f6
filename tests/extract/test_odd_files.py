"""Every odd file is published, or refused with a reason. A changed outcome fails until someone has checked it.

``python tests/extract/test_odd_files.py`` writes the current outcomes to docs/odd_files.tsv; review the diff.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aisi_ingest.pipeline import stages
from aisi_ingest.sandbox.limits import Limits
from aisi_ingest.sandbox.pool import LimitExceeded, Sandbox

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "odd_files.tsv"
ODD = ROOT.parent / "shared" / "corpus" / "odd"


def outcomes(folder: Path) -> dict[str, str]:
    """Return the outcome of each file: "published" or "refused:", and the codes of its issues."""
    # A tenth of the usual limits, so that a file that comes close to the real limits fails here.
    sandbox = Sandbox(2, Limits(wall_seconds=60, cpu_seconds=30, address_space=2 << 30))

    def outcome(path: Path) -> str:
        try:
            with sandbox.session(path) as session:
                result = session.call(stages.extract_file, str(path))
        except LimitExceeded as stopped:
            return f"refused: {stopped.code}"
        codes = sorted({issue.code for issue in result.issues if issue.level != "info"})
        return " ".join(["published" if result.value else "refused:", *codes])

    files = sorted(path for path in folder.rglob("*") if path.is_file())
    try:
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(outcome, files)
            return {path.relative_to(folder).as_posix(): result for path, result in zip(files, found, strict=True)}
    finally:
        sandbox.stop()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_odd_file_has_the_outcome_in_the_table() -> None:
    if not ODD.exists():
        pytest.skip("the shared corpus is missing")
    expected = dict(line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:])
    found = outcomes(ODD)
    assert {name: (expected.get(name), now) for name, now in found.items() if expected.get(name) != now} == {}


def test_every_refusal_in_the_table_has_a_reason_and_none_is_an_internal_error() -> None:
    recorded = [line.split("\t")[1] for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    assert all(each.startswith("published") or len(each.split()) > 1 for each in recorded)
    assert not any("internal" in each or "worker_died" in each for each in recorded)


if __name__ == "__main__":
    lines = ["file\toutcome", *(f"{name}\t{outcome}" for name, outcome in outcomes(ODD).items())]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(lines) - 1, "files", file=sys.stderr)
