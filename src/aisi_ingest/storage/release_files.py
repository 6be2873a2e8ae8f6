"""The files of a release and their sums: which are damaged, and how to put them back."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

from aisi_ingest.storage.checked import CheckedFiles
from aisi_ingest.storage.files import sha256_of

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.minisig"  # of the sums, so that they cannot name it
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def read_sums(release: Path) -> dict[str, str]:
    """Read ``SHA256SUMS`` of a release.

    Returns:
        sha256 by file name, relative to the release. Lines that are damaged, or name a file outside, are left out.
    """
    try:
        lines = (release / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    found = (_LINE.fullmatch(line) for line in lines)
    sums = {match[2]: match[1] for match in found if match}
    return {name: digest for name, digest in sums.items() if _is_inside(name)}


def _is_inside(name: str) -> bool:
    return "\0" not in name and not name.startswith("/") and ".." not in name.split("/")


def damaged_files(release: Path, sums_digest: str | None = None, checked: CheckedFiles | None = None) -> list[str]:
    """List the files of a release that are missing, changed, or not named in ``SHA256SUMS``.

    Args:
        release: The folder of the release.
        sums_digest: sha256 of ``SHA256SUMS`` when it was written; None: unknown.
        checked: Spares reading files that were checked before; None: read all.

    Returns:
        File names relative to the release.
    """
    if not (release / SUMS).is_file() or (sums_digest and sha256_of(release / SUMS) != sums_digest):
        return [SUMS]  # the sums of the other files are not known
    sums = read_sums(release)

    def is_right(name: str) -> bool:
        path, digest = release / name, sums[name]
        return checked.has_sum(path, digest) if checked else path.is_file() and sha256_of(path) == digest

    return [*(name for name in sums if not is_right(name)), *unnamed_files(release, sums)]


def unnamed_files(release: Path, sums: Iterable[str]) -> list[str]:
    """List the files in the folder of a release that do not belong to it."""
    files = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    return sorted(files - set(sums) - {SUMS, SIGNATURE})


def restore(release: Path, names: Iterable[str], others: Sequence[Path], aside: Path) -> list[str]:
    """Put back damaged files from folders that have a file with the published sum.

    A file that does not belong to the release is moved aside.

    Args:
        release: The folder of the release. Its ``SHA256SUMS`` must be right.
        names: The damaged files.
        others: Folders with the same layout: other releases, or one that was built again.
        aside: Folder for files that do not belong to the release.

    Returns:
        The names of the files that are still damaged.
    """
    sums, left = read_sums(release), []
    for name in names:
        if name == SUMS:
            left.append(name)
        elif name not in sums:
            move_aside(release / name, aside / name)
        else:
            found = next((each / name for each in others if _has_sum(each / name, sums[name])), None)
            if found is None:
                left.append(name)
            else:
                _replace(release / name, found)
    return left


def restore_sums(release: Path, sums_digest: str) -> bool:
    """Write ``SHA256SUMS`` again if the files of the release still are those that it listed.

    Args:
        release: The folder of the release.
        sums_digest: sha256 of the file when it was written.

    Returns:
        True if it was written.
    """
    files = sorted(path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file())
    lines = "".join(f"{sha256_of(release / name)}  {name}\n" for name in files if name != SUMS).encode()
    if hashlib.sha256(lines).hexdigest() != sums_digest:
        return False
    temporary = release / f".{uuid.uuid4().hex}.part"
    temporary.write_bytes(lines)
    os.replace(temporary, release / SUMS)
    return True


def move_aside(path: Path, target: Path) -> Path:
    """Move a damaged file or folder where it is in nobody's way. Nothing there is overwritten.

    Returns:
        Where it is now.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    free, number = target, 2
    while os.path.lexists(free):
        free, number = target.with_name(f"{target.name}-{number}"), number + 1
    os.rename(path, free)
    return free


def _has_sum(path: Path, sha256: str) -> bool:
    try:
        return path.is_file() and sha256_of(path) == sha256
    except OSError:
        return False


def _replace(path: Path, source: Path) -> None:
    """Replace a file by a copy of another one. A release that shares the damaged file by a hard link keeps it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        shutil.copyfile(source, temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
