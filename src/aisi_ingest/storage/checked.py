"""Check files against their sums, and read only those that were touched since they were checked last."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from aisi_ingest.storage.files import RootError, atomic_write, checksum_matches, sha256_of, with_checksum

NOTE = ".checked.json"  # in raw/ and in processed/; it can be removed at any time


class _Seen(Struct, frozen=True, array_like=True):
    """A file as it was when its sum was right."""

    sha256: str
    size: int  # bytes
    modified: int  # nanoseconds
    inode: int


class _Note(Struct, frozen=True):
    files: dict[str, _Seen] = {}


class CheckedFiles:
    """The files below a folder whose sums were right, with their sizes and times.

    A file with the same size, time and inode as in the note is not read again. A disk that changes bytes and leaves
    the time as it was is only detected when everything is read: by ``read_all``, and by ``aisi-ingest verify``.

    Args:
        folder: The folder in which the note lies.
        read_all: Read every file, whatever the note says.
    """

    def __init__(self, folder: Path, read_all: bool = False) -> None:
        self._folder = folder
        self._before = {} if read_all else _load(folder / NOTE)
        self._now: dict[str, _Seen] = {}

    def has_sum(self, path: Path, sha256: str) -> bool:
        """Return True if a file below the folder is there and has this sha256."""
        name = path.relative_to(self._folder).as_posix()
        try:
            status = os.stat(path)
            seen = _Seen(sha256, status.st_size, status.st_mtime_ns, status.st_ino)
            right = self._before.get(name) == seen or sha256_of(path) == sha256
        except OSError:
            return False
        if right:
            self._now[name] = seen
        return right

    def save(self) -> None:
        """Write the note for the next run. It saves time only, so a disk that refuses it is not an error."""
        if self._now == self._before:
            return
        try:
            content = msgspec.json.encode(_Note(self._now), order="deterministic")
            atomic_write(self._folder / NOTE, with_checksum(content))
        except RootError:
            return


def _load(path: Path) -> dict[str, _Seen]:
    try:
        content = path.read_bytes()
        return msgspec.json.decode(content, type=_Note).files if checksum_matches(content) else {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
