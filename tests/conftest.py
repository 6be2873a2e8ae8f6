"""Fixtures of several test files, the rule for slow tests, and the list of what a run could not measure."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import axe, browser, opened
from crawling import run_over, web
from decks import copied_decks, published_decks

from aisi_ingest.cli.demo import serve
from aisi_ingest.sandbox import pool

__all__ = [
    "axe",
    "browser",
    "copied_decks",
    "opened",
    "published_decks",
    "run_over",
    "web",
]  # fixtures from tests/support

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
REAL_RUN = {"shared_root", "shared_release"}  # fixtures that need a run over all real documents
NEEDS_SHARED = re.compile(r"shared|real documents|corpus|gold|odd files|annotated")  # in the reason of a skipped test

# Prefect must not look for the server or the profile of whoever runs the tests.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")


@pytest.hookimpl(tryfirst=True)  # before pytest selects tests by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that needs a run over all real documents as slow."""
    for item in items:
        if REAL_RUN & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List the quality thresholds and tests that were not run, so that a green run is not read as more than it is."""
    if "not slow" in (config.option.markexpr or ""):
        terminalreporter.write_line("Slow tests and the quality thresholds were not run: `make test-all` runs them.")
    if (SHARED / "corpus").exists():
        return
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if _needs_shared(report)]
    if not skipped:
        return
    terminalreporter.section("not measured, because ../shared is missing")
    for name, count in sorted(Counter(map(_name, skipped)).items()):
        terminalreporter.write_line(f"{name} ({count} tests)" if count > 1 else name)


def _needs_shared(report: pytest.TestReport) -> bool:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return bool(NEEDS_SHARED.search(reason))


def _name(report: pytest.TestReport) -> str:
    """Return a test's name: each quality threshold by itself, other tests without their parameters."""
    return report.nodeid if report.nodeid.startswith("tests/quality/") else report.nodeid.partition("[")[0]


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    """End the worker processes that the tests of a file have started in this process."""
    yield
    pool.close_shared()


@pytest.fixture(scope="session")
def sample_site() -> Iterator[str]:
    """Serve the sample site on loopback and return its URL."""
    with serve(ROOT / "samples" / "site") as address:
        yield address


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real documents and annotations; skip the test where it is missing."""
    if not (SHARED / "corpus" / "site" / "index.html").exists():
        pytest.skip("the real documents and the gold are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def shared_root(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of one run over all real documents; all test processes share that run."""
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "shared-root"
    with open(f"{root}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "exit_code").exists():
            root.mkdir()
            _run_on(shared / "corpus" / "site", root)
    return root


def _run_on(site: Path, root: Path) -> None:
    with serve(site) as address:
        command = [sys.executable, "-m", "aisi_ingest.cli", "run", "--index", address, "--root", str(root)]
        done = subprocess.run([*command, "--workers", "2"], capture_output=True, text=True, check=False)
    (root / "output.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    (root / "exit_code").write_text(str(done.returncode), encoding="utf-8")


@pytest.fixture(scope="session")
def shared_release(shared_root: Path) -> Path:
    """Return the folder of the release of all real documents."""
    release = shared_root / "processed" / "latest"
    assert release.exists(), (shared_root / "output.txt").read_text(encoding="utf-8")
    return release.resolve()
