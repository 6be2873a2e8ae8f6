"""Low-level file operations: atomic writes, checksummed lines, and readable errors when the disk refuses a write."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

_CHUNK = 1 << 18  # bytes read at a time when hashing a file
_TAIL_CHUNK = 1 << 16  # bytes read at a time when searching backwards for the last line break
_CHECKSUM_FIELD = b',"sum":"'
_CHECKSUM_LENGTH = len(_CHECKSUM_FIELD) + 8 + len(b'"}')  # bytes; CRC-32 has 8 hexadecimal digits


class RootError(Exception):
    """The root folder cannot be used. The message is one sentence that names the folder and the reason."""


def sha256_of(content: bytes | Path) -> str:
    """Compute a sha256 digest.

    Args:
        content: The bytes themselves, or the path of a file.

    Returns:
        The digest as 64 hexadecimal digits.
    """
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with open(content, "rb", buffering=0) as file:
        digest = hashlib.sha256()
        # Not hashlib.file_digest: it allocates and clears a large buffer for each file, even a small one.
        while data := file.read(_CHUNK):
            digest.update(data)
        return digest.hexdigest()


def with_checksum(line: bytes) -> bytes:
    """Add a checksum to a line that holds one JSON object.

    The checksum is the CRC-32 of zlib. It detects every flipped bit, and every burst of up to 32 flipped bits.

    Args:
        line: A JSON object that ends with ``}``, without a line break.

    Returns:
        The same object with the checksum as its last field, ``sum``.
    """
    return line[:-1] + _CHECKSUM_FIELD + b'%08x"}' % zlib.crc32(line)


def checksum_matches(line: bytes) -> bool | None:
    """Compare a line with the checksum at its end.

    Args:
        line: A line written by ``with_checksum``, without a line break.

    Returns:
        True if the bytes match the checksum, False if they do not, None if the line has no checksum.
    """
    content, tail = line[:-_CHECKSUM_LENGTH], line[-_CHECKSUM_LENGTH:]
    if not tail.startswith(_CHECKSUM_FIELD) or not tail.endswith(b'"}'):
        return None
    return tail[len(_CHECKSUM_FIELD) : -2] == b"%08x" % zlib.crc32(content + b"}")


def cut_torn_line(file: int) -> int:
    """Remove an incomplete last line, which a crash may have left in a file.

    Args:
        file: Descriptor of a file that is open for reading and writing.

    Returns:
        The size of the file afterwards, in bytes.
    """
    end = os.fstat(file).st_size
    if not end or os.pread(file, 1, end - 1) == b"\n":
        return end
    start, tail = end, b""
    while start and b"\n" not in tail:
        step = min(start, _TAIL_CHUNK)
        start -= step
        tail = os.pread(file, step, start) + tail
    end = start + tail.rfind(b"\n") + 1
    os.ftruncate(file, end)
    return end


def append_line(file: int, line: bytes) -> int:
    """Append one whole line, or leave the file unchanged.

    Args:
        file: Descriptor of a file that is open for reading and appending.
        line: The line, with its line break.

    Returns:
        The offset at which the line begins, in bytes.

    Raises:
        OSError: The line could not be written completely, for example because the disk is full.
    """
    end = cut_torn_line(file)
    try:
        written = os.write(file, line)
    except OSError:
        os.ftruncate(file, end)
        raise
    if written != len(line):  # a full disk accepts a part of the line and reports the error only at the next write
        os.ftruncate(file, end)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return end


def atomic_write(path: Path, content: bytes | str) -> None:
    """Write a file in one step: afterwards it has the new content, or it is unchanged.

    Creates the folder of the file if necessary.

    Args:
        path: The file to write.
        content: Its new content; text is encoded as UTF-8.

    Raises:
        RootError: The folder cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    with write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o644)  # mkstemp sets 0600, which other members of a team could not read
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush the entries of a folder to the disk, so that a renamed file survives a power cut."""
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
def write_errors(path: Path) -> Iterator[None]:
    """Convert an OSError raised inside the ``with`` block to a RootError.

    Args:
        path: The file to name in the message if the OSError itself names none.

    Raises:
        RootError: An OSError was raised inside the block.
    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise RootError(f"{error.filename or path}: cannot be written: {reason}") from error
