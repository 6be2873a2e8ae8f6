"""The annotated documents that the program was not built with: structure, tables, names, links and sections."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings

FLOORS = tomllib.loads((Path(__file__).parent / "more_floors.toml").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_no_figure_of_the_other_documents_falls(shared: Path, tmp_path: Path) -> None:
    paths = sorted((shared / "corpus" / "more").glob("*.pdf"))
    report = orchestrator.add(Settings(str(tmp_path), workers=2, ocr=False), (), paths, ())
    assert report.release and not report.release.refused
    command = [sys.executable, str(shared / "eval" / "more.py"), report.release.path, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    means = {name: round(value, 3) for name, value in found["mean"].items()}
    lowest = round(min(row["headings"] for row in found["documents"].values() if "headings" in row), 3)
    fallen = {name: (means[name], floor) for name, floor in FLOORS["mean"].items() if means[name] < floor}
    assert fallen == {} and lowest >= FLOORS["lowest_headings"]
