"""A run on a disk that fails, and the run after it. test_disk_faults.py executes this file as a program.

Usage: ``python faults.py full FOLDER SIZE...``, ``python faults.py read-only FOLDER`` or ``python faults.py permission
FOLDER SUBFOLDER STAGE...``. The first two mount file systems, so they need a mount namespace (``unshare --mount``).
Each experiment prints one JSON object on one line.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
import traceback
from pathlib import Path

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.pipeline.runner import Progress, silent
from aisi_ingest.sandbox import pool
from aisi_ingest.storage.files import RootError
from aisi_ingest.storage.store import LockedError
from aisi_ingest.verify.release import verify

_PR_CAPBSET_DROP = 24  # linux/prctl.h
_CAP_DAC_OVERRIDE = 1  # linux/capability.h

SAMPLES = Path(__file__).parents[2] / "samples" / "site" / "pdf"


def without_override() -> None:
    """Take the right to ignore file permissions from root, for this process and its children.

    Drops CAP_DAC_OVERRIDE from the bounding set (prctl(2)), which takes effect with the next program that is executed.
    For other users the call fails, which does not matter: they do not have the right.
    """
    ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)


def attempt(root: Path, progress: Progress = silent) -> dict[str, object]:
    """Run once. Returns how the run ended, with the message for the user."""
    try:
        settings = Settings(str(root), workers=1, ocr=False)
        outcome = orchestrator.add(settings, (), sorted(SAMPLES.glob("*.pptx")), (), progress=progress)
    except (RootError, LockedError) as error:  # the command line prints this message
        return {"ended": "rejected", "message": str(error)}
    except Exception:
        return {"ended": "traceback", "message": traceback.format_exc()}
    errors = [issue for row in outcome.documents for issue in row.issues] + list(outcome.issues)
    messages = [issue.message for issue in errors if issue.level == "error"] + [
        row.reason or "" for row in outcome.documents
    ]
    return {"ended": "succeeded" if outcome.succeeded else "failed", "message": " ".join(messages)}


def data(root: Path) -> dict[str, bytes]:
    """The data files of the latest release."""
    release = root / "processed" / "latest"
    files = [*release.glob("*.jsonl"), *release.glob("documents/**/*.json"), *release.glob("parquet/*.parquet")]
    return {path.relative_to(release).as_posix(): path.read_bytes() for path in files}


def incomplete_files(root: Path) -> list[str]:
    """Names of incomplete files."""
    names = [path.name for path in root.rglob("*")]
    return [name for name in names if name.endswith(".part") or name.startswith((".building", ".new", ".pruned"))]


def report(root: Path, expected: dict[str, bytes], first: dict[str, object], **about: object) -> None:
    """Run again without the fault, and print whether the result is the expected one."""
    again = attempt(root)
    problems = [issue.message for issue in verify(root)]
    found = {"first": first, "again": again, "verify": problems, "equal": data(root) == expected}
    print(json.dumps({**about, **found, "incomplete": incomplete_files(root)}))


def mount(*arguments: str) -> None:
    """Run mount(8)."""
    subprocess.run(["mount", *arguments], check=True)


def full(folder: Path, sizes: list[str]) -> None:
    """Run on disks of these sizes in KiB. Each disk is enlarged after the first run."""
    attempt(folder / "expected")
    expected = data(folder / "expected")
    for size in sizes:
        root = folder / f"disk-{size}"
        root.mkdir()
        mount("-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(root))
        first = attempt(root)
        mount("-o", "remount,size=64m", str(root))
        report(root, expected, first, size=size)


def read_only(folder: Path) -> None:
    """Run on a root that is read-only: an empty one, and one of an earlier run."""
    attempt(folder / "expected")
    expected = data(folder / "expected")
    for name in ("empty", "used"):
        root = folder / name
        root.mkdir()
        if name == "used":
            attempt(root)
        before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
        mount("--bind", str(root), str(root))
        mount("-o", "remount,bind,ro", str(root))
        first = attempt(root)
        untouched = {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
        mount("-o", "remount,bind,rw", str(root))
        report(root, expected, first, name=name, untouched=untouched)


def permission(folder: Path, subfolder: str, stages: list[str]) -> None:
    """Run, and take away the permission to write below a subfolder when a stage has finished its first document."""
    attempt(folder / "expected")
    expected = data(folder / "expected")
    for stage in stages:
        root = folder / stage
        closed: list[Path] = []
        first = attempt(root, _progress(root / subfolder, stage, closed))
        for path in closed:
            path.chmod(0o755)
        report(root, expected, first, stage=stage, closed=len(closed))


def _progress(top: Path, last_stage: str, closed: list[Path]) -> Progress:
    def progress(stage: str, name: str, done: int, total: int) -> None:
        if stage == last_stage and not closed:
            closed.extend(path for path in (top, *top.rglob("*")) if path.is_dir() and not path.is_symlink())
            for path in closed:
                path.chmod(0o555)

    return progress


def main() -> None:
    """Run the experiments that the command line names."""
    what, folder, *rest = sys.argv[1:]
    try:
        if what == "full":
            full(Path(folder), rest)
        elif what == "read-only":
            read_only(Path(folder))
        else:
            permission(Path(folder), rest[0], rest[1:])
    finally:
        pool.close_shared()


if __name__ == "__main__":
    main()
