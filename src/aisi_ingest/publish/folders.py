"""Folders of releases: built aside under a lock, put in their place, pointed at, listed, pruned.

``processed/.building-<pid>-<n>/`` is locked while it is written; one without a lock was left by a
publish that was killed, and the next one removes it. ``processed/latest`` is a symbolic link that is
replaced, so a reader sees the old release or the new one.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from aisi_ingest.publish.formats import pretty
from aisi_ingest.publish.schema import TABLES

_STALE_SECONDS = 3600


@contextmanager
def building(processed: Path) -> Iterator[Path]:
    """A locked folder of our own to build in. The lock is on the folder itself, so it stays when the folder moves."""
    for number in count():
        folder = processed / f".building-{os.getpid()}-{number}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        # Until it is locked, another publish may take it for a leftover, and remove it.
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            if _locked(lock) and _same(lock, folder):
                break
            os.close(lock)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # it is there only if it was not moved to its place
        os.close(lock)


def _same(descriptor: int, path: Path) -> bool:
    """Whether the path still leads to what was opened: the folder may have been removed and made anew."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def clean(processed: Path) -> list[str]:
    """Remove what killed publishes and prunes left: folders that nobody holds a lock on, pointers never moved."""
    removed = []
    for folder in sorted((*processed.glob(".building-*"), *processed.glob(".pruned-*"))):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY)
            if _locked(lock):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder.name)
            os.close(lock)
    for path in processed.glob(".new-*"):
        with suppress(OSError):  # young ones are another publish's, about to be moved to their place
            if time.time() - path.lstat().st_mtime > _STALE_SECONDS:
                path.unlink()
    return removed


def free_name(processed: Path, now: datetime) -> str:
    """The id of the next release: the time, and never before a release that is there.

    Ids are in the order of publishing, also where the clock was set back: then the newest id is counted on.
    """
    base, first = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), 1
    there = [_by_time(folder) for folder in (processed / "releases").glob("[0-9]*")]
    if there and max(there)[0] >= base:
        base, first = max(there)[0], max(there)[1] + 1
    return base if first == 1 else f"{base}-{first}"


def place(folder: Path, processed: Path, name: str) -> str:
    """Move the folder to its place; where another publish took the name meanwhile, to the next free one."""
    for number in count(2):
        try:
            # Renaming onto a folder fails unless it is empty, and a release never is.
            os.rename(folder, processed / "releases" / name)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            name = f"{name.partition('-')[0]}-{number}"
        else:
            _sync(processed / "releases")
            return name
    raise AssertionError("unreachable")


def flush(folder: Path) -> None:
    """Have the release on the disk before anything points at it.

    The whole file system at once where the system can (syncfs(2)): 2,000 files took 0.2 s so, and 6 s one by one.
    """
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        for path in (*folder.rglob("*"), folder):
            _sync(path)
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def point(processed: Path, name: str) -> None:
    """Point ``latest`` at a release, in one step."""
    temporary = _aside(processed)
    temporary.symlink_to(Path("releases") / name)
    os.replace(temporary, processed / "latest")


def _aside(processed: Path) -> Path:
    """A name that no other publish has, of this process or another."""
    return processed / f".new-{uuid.uuid4().hex}"


def latest_release(processed: Path) -> Path | None:
    """The folder that ``latest`` points at, or None."""
    pointer = processed / "latest"
    return pointer.resolve() if pointer.is_dir() else None


def read_report(release: Path) -> dict[str, Any]:
    """``report.json`` of a release; empty where it cannot be read."""
    try:
        report = msgspec.json.decode((release / "report.json").read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return report if isinstance(report, dict) else {}


def write_index(processed: Path, succeeded: bool) -> None:
    """``processed/index.json``: what is published, how the last run ended, which release had no failure."""
    temporary = _aside(processed)
    temporary.write_bytes(index(processed, succeeded))
    os.replace(temporary, processed / "index.json")


def index(processed: Path, succeeded: bool) -> bytes:
    """What ``index.json`` says of the releases that are there."""
    entries = releases(processed)
    latest = latest_release(processed)
    content = {
        "latest": latest.name if latest else None,
        "last_successful": _last_successful(entries),
        "result": "success" if succeeded else "failure",
        "releases": entries,
    }
    return pretty(content)


def _succeeded(processed: Path) -> bool:
    """How the last run ended, as ``index.json`` has it."""
    try:
        return bool(msgspec.json.decode((processed / "index.json").read_bytes())["result"] == "success")
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError):
        return False


def releases(processed: Path) -> list[dict[str, Any]]:
    """Every release, oldest first: id, path, digest, whether its run succeeded, rows a table."""
    entries = []
    for folder in sorted((processed / "releases").glob("[0-9]*"), key=_by_time):
        report = read_report(folder)
        about = report.get("release", {})
        entries.append(
            {
                "id": folder.name,
                "path": f"releases/{folder.name}",
                "digest": about.get("digest"),
                "published": about.get("published"),
                "succeeded": bool(report.get("succeeded")),
                "rows": {table: about.get("rows", {}).get(table, 0) for table in TABLES},
            }
        )
    return entries


def _by_time(folder: Path) -> tuple[str, int]:
    stamp, _, number = folder.name.partition("-")
    return stamp, int(number) if number.isdigit() else 1


def prune(processed: Path, keep: int) -> list[str]:
    """Remove all but the ``keep`` newest releases, and give the ids of those removed.

    Never the latest, the last successful one, or one that a reader holds open (``aisi_ingest.load``
    takes a shared lock on the folder).
    """
    if keep < 1:
        raise ValueError("keep at least one release")
    entries = releases(processed)
    latest = latest_release(processed)
    spared = {latest.name if latest else None, _last_successful(entries)}
    removed = []
    for entry in entries[:-keep]:
        folder = processed / entry["path"]
        if entry["id"] in spared:
            continue
        lock = os.open(folder, os.O_RDONLY)
        try:
            if _locked(lock):
                # Moved first: a prune that is killed leaves no half release behind.
                aside = processed / f".pruned-{entry['id']}"
                os.rename(folder, aside)
                shutil.rmtree(aside, ignore_errors=True)
                removed.append(entry["id"])
        finally:
            os.close(lock)
    if removed:
        write_index(processed, _succeeded(processed))
    return removed


def _last_successful(entries: list[dict[str, Any]]) -> str | None:
    good = [entry["id"] for entry in entries if entry["succeeded"]]
    return good[-1] if good else None
