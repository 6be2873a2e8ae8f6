"""What several test files need: the sample site on loopback, the real documents where they are."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aisi_ingest.cli.demo import serve

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

# Prefect's own start-up must not look for a server or a profile of whoever runs the tests.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")


@pytest.fixture(scope="session")
def sample_site() -> Iterator[str]:
    """Address of the sample site."""
    with serve(ROOT / "samples" / "site") as address:
        yield address


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents and gold; the test is skipped where it is missing."""
    if not (SHARED / "corpus" / "site" / "index.html").exists():
        pytest.skip("the real documents and the gold are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def shared_root(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of one run over all real documents, as a user would start it; all test processes share it."""
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
    """The release of all real documents."""
    release = shared_root / "processed" / "latest"
    assert release.exists(), (shared_root / "output.txt").read_text(encoding="utf-8")
    return release.resolve()
