"""The process that test_disk_faults.py starts: a run on a root with a fault, and the next run.

``python faults.py full FOLDER SIZE...`` · ``read-only FOLDER`` · ``permission FOLDER WHERE WHEN...``. Mounts need a
mount namespace (``unshare --mount``). It prints one JSON object for each fault.
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
from aisi_ingest.storage.store import LockedError, RootError
from aisi_ingest.verify.release import verify

SAMPLES = Path(__file__).parents[2] / "samples" / "site" / "pdf"


def without_override() -> None:
    """Give up the right of root to write everywhere, for the programs that this process starts.

    This drops CAP_DAC_OVERRIDE from the bounding set (prctl(2), PR_CAPBSET_DROP), which applies from the next program.
    For other users the call fails, which does not matter.
    """
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


def attempt(root: Path, progress: Progress = silent) -> dict[str, object]:
    """Run once and return how the run ended, with the messages that a user sees."""
    try:
        settings = Settings(str(root), workers=1, ocr=False)
        report = orchestrator.add(settings, (), sorted(SAMPLES.glob("*.pptx")), (), progress=progress)
    except (RootError, LockedError) as error:  # the command line prints one sentence
        return {"ended": "refused", "words": str(error)}
    except Exception:
        return {"ended": "traceback", "words": traceback.format_exc()}
    errors = [issue for row in report.documents for issue in row.issues] + list(report.issues)
    words = [issue.message for issue in errors if issue.level == "error"] + [
        row.reason or "" for row in report.documents
    ]
    return {"ended": "succeeded" if report.succeeded else "failed", "words": " ".join(words)}


def data(root: Path) -> dict[str, bytes]:
    release = root / "processed" / "latest"
    files = [*release.glob("*.jsonl"), *release.glob("documents/**/*.json"), *release.glob("parquet/*.parquet")]
    return {path.relative_to(release).as_posix(): path.read_bytes() for path in files}


def left(root: Path) -> list[str]:
    """Return temporary files that were left behind."""
    names = [path.name for path in root.rglob("*")]
    return [name for name in names if name.endswith(".part") or name.startswith((".building", ".new", ".pruned"))]


def say(root: Path, whole: dict[str, bytes], first: dict[str, object], **about: object) -> None:
    """Run again after the fault and print whether the result equals that of an undisturbed run."""
    again = attempt(root)
    problems = [issue.message for issue in verify(root)]
    equal = data(root) == whole
    print(json.dumps({**about, "first": first, "again": again, "verify": problems, "equal": equal, "left": left(root)}))


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def full(folder: Path, sizes: list[str]) -> None:
    """Run on a disk with that many KiB, then enlarge it and run again."""
    attempt(folder / "whole")
    whole = data(folder / "whole")
    for size in sizes:
        root = folder / f"disk-{size}"
        root.mkdir()
        mount("-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(root))
        first = attempt(root)
        mount("-o", "remount,size=64m", str(root))
        say(root, whole, first, size=size)


def read_only(folder: Path) -> None:
    root = folder / "root"
    whole_root = folder / "whole"
    attempt(whole_root)
    whole = data(whole_root)
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
        say(root, whole, first, name=name, untouched=untouched)


def permission(folder: Path, where: str, moments: list[str]) -> None:
    """Remove write permission below ``where`` after a stage has processed its first document."""
    attempt(folder / "whole")
    whole = data(folder / "whole")
    for moment in moments:
        root = folder / moment
        closed: list[Path] = []
        first = attempt(root, _closing(root / where, moment, closed))
        for path in closed:
            path.chmod(0o755)
        say(root, whole, first, moment=moment, closed=len(closed))


def _closing(top: Path, moment: str, closed: list[Path]) -> Progress:
    def progress(stage: str, name: str, done: int, total: int) -> None:
        if stage == moment and not closed:
            closed.extend(path for path in (top, *top.rglob("*")) if path.is_dir() and not path.is_symlink())
            for path in closed:
                path.chmod(0o555)

    return progress


def main() -> None:
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
