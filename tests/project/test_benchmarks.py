"""The machinery of the benchmarks. `make bench` measures; these tests check that it measures correctly."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # benchmarks is not installed

from benchmarks import corpus, jobs, measure, results  # noqa: E402

GUIDE = ROOT / "samples" / "site" / "pdf" / "sample_guide_v1.00_en.pdf"


def test_a_run_has_times_memory_and_the_output_of_its_process() -> None:
    code = "import time; b = bytearray(50_000_000); time.sleep(0.2); print('talk'); print('{\"work\": 0.125}')"
    run = measure.run([sys.executable, "-c", code])
    assert run.wall > 0.2  # it sleeps for that long
    assert run.cpu > 0
    assert run.peak > 50
    assert run.work == 0.125


def test_a_command_that_fails_is_reported_and_the_others_continue() -> None:
    commands = {
        "good": [sys.executable, "-c", "pass"],
        "bad": [sys.executable, "-c", "raise SystemExit('out of paper')"],
    }
    result = measure.in_turn(commands, 2)
    assert isinstance(result["good"], measure.Runs)
    assert len(result["good"].runs) == 2
    assert "out of paper" in str(result["bad"])


def test_a_command_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(measure.Failed, match="longer than"):
        measure.run([sys.executable, "-c", "import time; time.sleep(30)"], seconds=0.3)


def test_a_figure_that_misses_its_goal_is_bold() -> None:
    assert results.times(3.2, 3.0) == "**3.20**"
    assert results.times(2.9, 3.0) == "2.90"
    assert results.times(31.4) == "31"


@pytest.mark.parametrize("job", ["read_reports", "pdfium_text"])
def test_a_job_reports_the_amount_of_its_work(job: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.jobs", job, str(GUIDE)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["pages"] == 8
    assert result["work"] > 0


def test_every_warm_up_file_exists() -> None:
    assert all((jobs.SAMPLES / name).is_file() for name in jobs.WARM.values())
    assert set(jobs.WARM) <= set(jobs.JOBS)


def test_the_sample_site_is_measured_without_the_test_corpus() -> None:
    found = corpus._samples()
    assert len(found.reports) == len(found.decks) == len(found.pairs) == 2
    assert all(path.is_file() for path in found.files)


def test_a_machine_is_described_without_its_name() -> None:
    assert platform.node() not in results.machine() or not platform.node()


def test_measuring_one_section_keeps_the_others() -> None:
    a, b, c = (results.Section(title, ("what",), (("first",),)) for title in "ABC")
    page = results.page("", {"A": a.markdown(), "C": c.markdown()}, "ABC")
    newer = results.Section("A", ("what",), (("second",),))
    page = results.page(page, {"A": newer.markdown(), "B": b.markdown()}, "ABC")
    assert page.count("## ") == 3
    assert page.index("## A") < page.index("| second |") < page.index("## B") < page.index("## C")
    assert page.count("| first |") == 2
    assert results.page(page, {}, "ABC") == page


def test_made_documents_are_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        command = [sys.executable, "-m", "benchmarks.synthetic", "site", str(tmp_path / name), "2"]
        subprocess.run(command, cwd=ROOT, check=True)
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert first == second
    assert set(first) == {"record_00001_ja.pdf", "record_00001_en.pdf"}
