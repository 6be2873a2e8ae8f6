"""What the demo prints at its end can be copied."""

from __future__ import annotations

import shlex
from pathlib import Path

from publications import publication, released
from typer.testing import CliRunner

from aisi_ingest.cli.app import app
from aisi_ingest.cli.demo import next_steps


def test_the_commands_that_the_demo_prints_answer(tmp_path: Path) -> None:
    released(publication(), tmp_path)
    lines = [line for line in next_steps(tmp_path).splitlines() if line.startswith("  ")]
    words = [shlex.split(line)[1:] for line in lines]
    assert [each[0] for each in words] == ["search", "search", "cite"]
    results = [CliRunner().invoke(app, each) for each in words]
    assert results[0].exit_code == results[2].exit_code == 0
    assert "評価の観点" in results[0].stdout and "sha256:" in results[2].stdout
    assert "nothing found" in results[1].stderr
