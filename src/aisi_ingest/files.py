"""Files that are there whole or not at all, and one clear line where they cannot be written."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


class RootError(Exception):
    """The root folder cannot be used: one sentence that names the folder and the reason."""


def sha256_of(content: bytes | Path) -> str:
    """Hex digest of bytes, or of the file at a path."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def atomic_write(path: Path, content: bytes | str) -> None:
    """Write a file in one step: it is there whole, or as it was before. Makes its folder.

    Raises RootError where the folder cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o644)  # mkstemp gives 0600, which keeps a team out
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


_REASONS = {
    errno.EACCES: "no permission to write",
    errno.EPERM: "no permission to write",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "no space left on the disk",
    errno.EDQUOT: "the disk quota is used up",
    errno.ENOTDIR: "it is not a folder",
    errno.EEXIST: "it is not a folder",
}


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn an OSError inside into a RootError that names the file, by default ``path``."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise RootError(f"{error.filename or path}: cannot be written: {reason}") from error
