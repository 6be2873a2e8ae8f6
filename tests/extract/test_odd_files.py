"""Every odd file ends as published or as refused with a reason; a change of outcome fails until someone looks.

``python tests/extract/test_odd_files.py`` writes the outcomes of today to docs/odd_files.tsv: look at the diff.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aisi_ingest.pipeline import stages
from aisi_ingest.sandbox.pool import LimitExceeded, Limits, Sandbox

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "odd_files.tsv"
ODD = ROOT.parent / "shared" / "corpus" / "odd"


def outcomes(folder: Path) -> dict[str, str]:
    """File to outcome: "published", or the code of the reason."""
    # A tenth of the usual limits: what is near one here would be far from harmless in a large batch.
    box = Sandbox(2, Limits(wall_seconds=60, cpu_seconds=30, address_space=2 << 30))

    def outcome(path: Path) -> str:
        try:
            result = box.call(stages.extract_file, str(path), False)
        except LimitExceeded as stopped:
            return f"refused: {stopped.code}"
        codes = sorted({issue.code for issue in result.issues if issue.level != "info"})
        return " ".join(["published" if result.value else "refused:", *codes])

    files = sorted(path for path in folder.rglob("*") if path.is_file())
    try:
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(outcome, files)
            return {path.relative_to(folder).as_posix(): said for path, said in zip(files, found, strict=True)}
    finally:
        box.stop()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_odd_file_ends_as_the_table_says():
    if not ODD.exists():
        pytest.skip("the odd files are not beside this checkout")
    expected = dict(line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:])
    found = outcomes(ODD)
    assert {name: (expected.get(name), said) for name, said in found.items() if expected.get(name) != said} == {}


def test_every_refusal_in_the_table_has_a_reason_and_none_is_a_fault_of_ours():
    said = [line.split("\t")[1] for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    assert all(each.startswith("published") or len(each.split()) > 1 for each in said)
    assert not any("internal" in each or "worker_died" in each for each in said)


if __name__ == "__main__":
    lines = ["file\toutcome", *(f"{name}\t{said}" for name, said in outcomes(ODD).items())]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(lines) - 1, "files", file=sys.stderr)
