"""Many documents in one process: a run closes all files and ends all processes that it opens and starts."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.sandbox import pool
from benchmarks.load import descendants


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Forty documents of one page each, alternately Japanese and English."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    from benchmarks import synthetic

    pdfmetrics.registerFont(UnicodeCIDFont(synthetic.JA))
    folder = tmp_path_factory.mktemp("records")
    synthetic.site(folder, 40)
    return sorted(folder.glob("*.pdf"))


def open_files() -> int:
    """Number of open file descriptors of this process."""
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.slow
def test_the_numbers_of_open_files_and_processes_do_not_grow_with_documents_and_runs(
    files: list[Path], tmp_path: Path
) -> None:
    pool.close_shared()
    settings = Settings(str(tmp_path), workers=2, ocr=False, keep=2)
    seen: list[tuple[int, int]] = []
    most = 0

    def progress(stage: str, name: str, done: int, total: int) -> None:
        nonlocal most
        most = max(most, len(descendants(os.getpid())))

    for count in (14, 28, 40):
        report = orchestrator.add(settings, (), files[:count], (), progress=progress)
        assert report.succeeded and report.release and len(report.documents) == count
        seen.append((open_files(), len(descendants(os.getpid()))))
    assert most <= 8  # two workers, one that is being ended, four in reserve, and the fork server
    assert seen[-1][0] <= seen[0][0] + 2 and seen[-1][1] <= seen[0][1] + 1, seen
    pool.close_shared()
    for _ in range(50):
        left = [each for each in descendants(os.getpid()) if "resource_tracker" not in command(each)]
        if not left:
            break
        time.sleep(0.1)
    assert left == []


def command(process: int) -> str:
    """Command line of a process."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""
