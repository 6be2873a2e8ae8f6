"""The report of a run, built from the outcomes of its documents and pairs."""

from __future__ import annotations

from pathlib import Path

import pytest

from aisi_ingest.model import Issue
from aisi_ingest.pipeline.jobs import PairOutcome
from aisi_ingest.pipeline.report import DocumentReport, Report, StageCost, load_last, save, stage_costs

MIB = 1 << 20


def row(name: str, seconds: dict[str, float], memory: dict[str, int]) -> DocumentReport:
    return DocumentReport(name, f"https://example.org/{name}", "processed", seconds=seconds, memory=memory)


def test_the_cost_of_a_stage_is_the_sum_of_seconds_and_the_maximum_of_memory() -> None:
    rows = [
        row("a.pdf", {"extract": 1.5, "tag": 0.5}, {"extract": 100 * MIB, "tag": 80 * MIB}),
        row("b.pdf", {"extract": 2.0, "tag": 0.25}, {"extract": 90 * MIB, "tag": 120 * MIB}),
    ]
    costs = stage_costs(rows, [PairOutcome("a", "a/ja", "a/en", None, (), 0.75, 50 * MIB)])
    assert costs["extract"] == StageCost(2, 3.5, 100 * MIB)
    assert costs["tag"] == StageCost(2, 0.75, 120 * MIB)
    assert costs["align"] == StageCost(1, 0.75, 50 * MIB)


def test_an_up_to_date_document_costs_nothing_and_a_stopped_one_has_no_memory() -> None:
    rows = [row("a.pdf", {"extract": 0.0, "tag": 0.0}, {}), row("b.pdf", {"extract": 300.0}, {})]
    costs = stage_costs(rows, [PairOutcome("up to date, without its beads", "a/ja", "a/en", None)])
    assert costs["extract"] == StageCost(1, 300.0, None)
    assert costs["tag"] == costs["align"] == StageCost(0, 0.0, None)


def report() -> Report:
    rows = (row("a.pdf", {"extract": 1.5}, {"extract": MIB}), row("b.pdf", {}, {}))
    pairs = (PairOutcome("a", "a/ja", "a/en", None, issues=(Issue("align", "warning", "code", "文"),)),)
    return Report("2026-11-22T03:17:00Z", 2.5, rows, pairs, (), None, stages=stage_costs(rows, pairs))


def test_the_report_of_the_last_run_is_saved(tmp_path: Path) -> None:
    assert load_last(tmp_path) is None
    save(tmp_path, report())
    assert load_last(tmp_path) == report()


def test_a_damaged_report_is_ignored(tmp_path: Path) -> None:
    save(tmp_path, report())
    path = tmp_path / "run.json"
    content = path.read_bytes()
    for damaged in (content.replace(b"a.pdf", b"c.pdf"), content[:-20], b"", b"\xff\n"):
        path.write_bytes(damaged)
        assert load_last(tmp_path) is None


def test_a_report_that_cannot_be_saved_is_logged_and_does_not_end_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    save(tmp_path / "file", report())
    assert "cannot be written" in caplog.text
