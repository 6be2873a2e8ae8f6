"""Folders of releases: build in a locked temporary folder, move into place, set ``latest``, list, prune.

``processed/.building-<pid>-<n>/`` is locked while it is written. One without a lock was left by a publish that was
killed, and the next publish removes it. ``processed/latest`` is a symbolic link that is replaced in one step, so that a
reader sees the old release or the new one.
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
from aisi_ingest.storage.files import RootError
from aisi_ingest.storage.release_files import damaged_files, move_aside

_STALE_SECONDS = 3600  # age from which on a temporary link belongs to no running publish


@contextmanager
def building(processed: Path) -> Iterator[Path]:
    """Create a locked folder to build a release in, and remove it afterwards if it was not moved.

    The lock is on the folder itself, so it remains when the folder is moved.
    """
    for number in count():
        folder = processed / f".building-{os.getpid()}-{number}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        # Before it is locked, another publish may regard it as left over and remove it.
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            if _try_lock(lock) and _is_same_file(lock, folder):
                break
            os.close(lock)
    try:
        yield folder
    finally:
        if _is_same_file(lock, folder):  # not moved into place; after that, another publish may use the path
            shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _is_same_file(descriptor: int, path: Path) -> bool:
    """Return True where the path still leads to the open folder, which may have been removed and created again."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _try_lock(descriptor: int) -> bool:
    """Take an exclusive lock, and return False where somebody else has a lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def clean(processed: Path) -> list[str]:
    """Remove what killed publishes and prunes left: folders without a lock, and old temporary links.

    Returns:
        The names of the removed folders.
    """
    removed = []
    for folder in sorted((*processed.glob(".building-*"), *processed.glob(".pruned-*"))):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY)
            if _try_lock(lock):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder.name)
            os.close(lock)
    for path in processed.glob(".new-*"):
        with suppress(OSError):  # a recent one belongs to a running publish
            if time.time() - path.lstat().st_mtime > _STALE_SECONDS:
                path.unlink()
    return removed


def next_id(processed: Path, now: datetime) -> str:
    """Return the id of the next release: the time in UTC, and a number where it is not later than the newest id.

    Ids are always in the order of publishing, also after the clock was set back.
    """
    base, first = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), 1
    existing = [_by_time(folder) for folder in (processed / "releases").glob("[0-9]*")]
    if existing and max(existing)[0] >= base:
        base, first = max(existing)[0], max(existing)[1] + 1
    return base if first == 1 else f"{base}-{first}"


def move_into_place(folder: Path, processed: Path, name: str) -> str:
    """Move a built release to ``releases/<name>``, or to the next free name if another publish used this one.

    Returns:
        The name that was used.
    """
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
    """Write the release to the disk before ``latest`` points to it.

    The whole file system is flushed at once where the system supports that (syncfs(2)): 2,000 files took 0.2 s, and 6 s
    one by one.
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


def set_latest(processed: Path, name: str) -> None:
    """Point ``latest`` to a release, in one step."""
    temporary = _temporary_path(processed)
    temporary.symlink_to(Path("releases") / name)
    os.replace(temporary, processed / "latest")


def _temporary_path(processed: Path) -> Path:
    """Return a path that no other publish uses, in this process or another."""
    return processed / f".new-{uuid.uuid4().hex}"


def latest_release(processed: Path) -> Path | None:
    """Return the folder that ``latest`` points to, or None."""
    pointer = processed / "latest"
    return pointer.resolve() if pointer.is_dir() else None


def intact_release_before(processed: Path, release: Path) -> Path | None:
    """Return the newest release before another one of which no file is damaged, or None. Reads all its files."""
    older = [each for each in (processed / "releases").glob("[0-9]*") if _by_time(each) < _by_time(release)]
    return next((each for each in sorted(older, key=_by_time, reverse=True) if not damaged_files(each)), None)


def time_of(release: Path, otherwise: datetime) -> datetime:
    """Return the time of a release by its report, or another time where that cannot be read."""
    try:
        return datetime.fromisoformat(read_report(release)["release"]["published"])
    except (LookupError, TypeError, ValueError):
        return otherwise


def set_aside(processed: Path, release: Path) -> Path:
    """Move a damaged release to ``processed/damaged``, and return where it is now."""
    moved = move_aside(release, processed / "damaged" / release.name)
    write_index(processed, _succeeded(processed))
    return moved


def check_latest(processed: Path) -> None:
    """Check that ``latest`` is a link to a release, so that nothing outside is changed.

    Raises:
        RootError: It is something else.
    """
    pointer = processed / "latest"
    if not os.path.lexists(pointer):
        return
    remedy = f"point it to a release: ln -sfn releases/ID {pointer}"
    if not pointer.is_symlink():
        raise RootError(f"{pointer}: is not a link; move it away, then {remedy}")
    if pointer.resolve().parent != (processed / "releases").resolve():
        raise RootError(f"{pointer}: points to {os.readlink(pointer)}, which is not in processed/releases; {remedy}")


def read_report(release: Path) -> dict[str, Any]:
    """Return ``report.json`` of a release; empty where it cannot be read."""
    try:
        report = msgspec.json.decode((release / "report.json").read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return report if isinstance(report, dict) else {}


def write_index(processed: Path, succeeded: bool) -> None:
    """Write ``processed/index.json``: all releases, how the last run ended, and the last release without a failure."""
    temporary = _temporary_path(processed)
    temporary.write_bytes(index(processed, succeeded))
    os.replace(temporary, processed / "index.json")


def index(processed: Path, succeeded: bool) -> bytes:
    """Return the content of ``index.json`` for the existing releases.

    Args:
        processed: The folder ``processed``.
        succeeded: Whether the last run succeeded.
    """
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
    """Return whether the last run succeeded, by ``index.json``."""
    try:
        return bool(msgspec.json.decode((processed / "index.json").read_bytes())["result"] == "success")
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError):
        return False


def releases(processed: Path) -> list[dict[str, Any]]:
    """Return every release, oldest first: id, path, digest, time, whether its run succeeded, rows of each table."""
    entries = []
    for folder in sorted((processed / "releases").glob("[0-9]*"), key=_by_time):
        report = read_report(folder)
        release = report.get("release", {})
        entries.append(
            {
                "id": folder.name,
                "path": f"releases/{folder.name}",
                "digest": release.get("digest"),
                "published": release.get("published"),
                "succeeded": bool(report.get("succeeded")),
                "rows": {table: release.get("rows", {}).get(table, 0) for table in TABLES},
            }
        )
    return entries


def _by_time(folder: Path) -> tuple[str, int]:
    stamp, _, number = folder.name.partition("-")
    return stamp, int(number) if number.isdigit() else 1


def prune(processed: Path, keep: int) -> list[str]:
    """Delete all releases except the ``keep`` newest.

    The latest, the last successful one, and releases in use are never deleted: ``aisi_ingest.load`` takes a shared lock
    on the folder.

    Returns:
        The ids of the deleted releases.

    Raises:
        ValueError: ``keep`` is below 1.
    """
    if keep < 1:
        raise ValueError("keep at least one release")
    entries = releases(processed)
    latest = latest_release(processed)
    protected = {latest.name if latest else None, _last_successful(entries)}
    removed = []
    for entry in entries[:-keep]:
        folder = processed / entry["path"]
        if entry["id"] in protected:
            continue
        lock = os.open(folder, os.O_RDONLY)
        try:
            if _try_lock(lock):
                # Moved first, so that a killed prune does not leave an incomplete release.
                moved = processed / f".pruned-{entry['id']}"
                os.rename(folder, moved)
                shutil.rmtree(moved, ignore_errors=True)
                removed.append(entry["id"])
        finally:
            os.close(lock)
    if removed:
        write_index(processed, _succeeded(processed))
    return removed


def _last_successful(entries: list[dict[str, Any]]) -> str | None:
    successful = [entry["id"] for entry in entries if entry["succeeded"]]
    return successful[-1] if successful else None
