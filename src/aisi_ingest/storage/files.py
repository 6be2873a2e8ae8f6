"""Files that are there whole or not at all, lines that tell their damage, one clear line where none can be written."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path


class RootError(Exception):
    """The root folder cannot be used: one sentence that names the folder and the reason."""


def sha256_of(content: bytes | Path) -> str:
    """Hex digest of bytes, or of the file at a path."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with open(content, "rb", buffering=0) as file:
        digest = hashlib.sha256()
        while data := file.read(_CHUNK):  # hashlib.file_digest clears a buffer for each file, however small
            digest.update(data)
        return digest.hexdigest()


_CHUNK = 1 << 18
_SUM = b',"sum":"'
_TAIL = len(_SUM) + 8 + len(b'"}')


def summed(line: bytes) -> bytes:
    """A line that holds a JSON object, with the sum of its bytes as the last field.

    CRC-32 as zlib has it: it finds every flipped bit, and every burst of up to 32 of them.
    """
    return line[:-1] + _SUM + b'%08x"}' % zlib.crc32(line)


def intact(line: bytes) -> bool | None:
    """Whether the bytes of a line have the sum at its end; None where there is no sum."""
    before, tail = line[:-_TAIL], line[-_TAIL:]
    if not tail.startswith(_SUM) or not tail.endswith(b'"}'):
        return None
    return tail[len(_SUM) : -2] == b"%08x" % zlib.crc32(before + b"}")


def cut_torn_line(file: int) -> int:
    """Cut what a crash left of a line at the end of an open file; returns the size of the file then."""
    end = os.fstat(file).st_size
    if not end or os.pread(file, 1, end - 1) == b"\n":
        return end
    start, tail = end, b""
    while start and b"\n" not in tail:
        step = min(start, 65536)
        start -= step
        tail = os.pread(file, step, start) + tail
    end = start + tail.rfind(b"\n") + 1
    os.ftruncate(file, end)
    return end


def append_line(file: int, line: bytes) -> int:
    """Append a whole line to a file that is open for appending, or raise OSError and leave the file as it was.

    Returns where the line begins.
    """
    end = cut_torn_line(file)
    try:
        written = os.write(file, line)
    except OSError:
        os.ftruncate(file, end)
        raise
    if written != len(line):  # a full disk takes a part, and says so only at the next write
        os.ftruncate(file, end)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return end


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
