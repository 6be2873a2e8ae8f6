"""The ledger of all fetch attempts: ``raw/receipts.jsonl``. Lines are only appended, never changed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from aisi_ingest.storage.files import (
    RootError,
    append_line,
    atomic_write,
    checksum_matches,
    sha256_of,
    with_checksum,
    write_errors,
)
from aisi_ingest.storage.receipt import Receipt

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Receipt)

_CHUNK = 8 << 20  # bytes read at a time
_INDEX_EVERY = 8 << 20  # bytes of new lines after which the index is written again; reading them takes 0.1 s
_CONTEXT = 1024  # bytes in front of the indexed offset that identify the ledger


class UrlHistory(msgspec.Struct, frozen=True):
    """What the ledger knows about one URL."""

    latest: Receipt  # of the last attempt
    good: Receipt | None = None  # of the last attempt that ended with accepted bytes
    changed: str | None = None  # time of the last receipt with state "fetched"
    versions: tuple[Receipt, ...] = ()  # the last good receipt of each content the URL ever had, newest content first


class _Index(msgspec.Struct, frozen=True, array_like=True):
    """What the ledger contained up to an offset. It is derived from the ledger and can be rebuilt at any time."""

    offset: int  # bytes
    line: int
    context: bytes  # the bytes in front of the offset; a different ledger has different ones
    damaged: list[int]
    histories: list[UrlHistory]


class Ledger:
    """Receipts in the order of time, and the history of each URL.

    Several threads and processes may append and read at the same time. An incomplete last line, left by a crash,
    is removed before the next line is appended. A damaged line elsewhere is skipped, and its number is listed in
    ``damaged``. Each line ends with its own checksum, so that a flipped bit in a URL does not create another URL.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged: list[int] = []  # line numbers, from 1
        self._histories: dict[str, UrlHistory] = {}
        self._offset = 0  # bytes read so far: always whole lines
        self._line = 0
        self._indexed = 0  # bytes that the index on disk covers; they need not be read again
        self._file: int | None = None

    def append(self, receipt: Receipt) -> None:
        """Write one line. It is flushed to the disk at once, except for "unchanged", which may wait for ``close``.

        Raises:
            RootError: The line cannot be written, for example because the disk is full. The ledger is unchanged.
        """
        line = with_checksum(_ENCODER.encode(receipt))
        with write_errors(self.path):
            start = self._write_line(line + b"\n", flush=receipt.state != "unchanged")
        if start == self._offset:  # no other writer in between: the file need not be read again
            self._offset += len(line) + 1
            self._line += 1
            # Record the receipt as it will be decoded later. msgspec omits a default only if it is the identical
            # object, so the receipt itself might be encoded, and checksummed, differently from the decoded one.
            self._record(_DECODER.decode(line))

    def _check_regular(self) -> None:
        """Raise RootError if the ledger is a device, a pipe or a folder: reading it might never end."""
        if self.path.exists() and not self.path.is_file():
            remedy = "remove it, then restore it from a backup or run aisi-ingest verify --repair"
            raise RootError(f"{self.path}: is not a regular file; {remedy}")

    def _write_line(self, line: bytes, flush: bool) -> int:
        """Append a line under the file lock and return the offset at which it begins, in bytes."""
        self._check_regular()
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            start = append_line(self._file, line)
            if flush:
                os.fsync(self._file)
            return start
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Flush all lines to the disk and close the file. The next ``append`` opens it again."""
        if self._file is not None:
            os.fsync(self._file)
            os.close(self._file)
            self._file = None
        if self._offset - self._indexed > _INDEX_EVERY:
            self._write_index()

    def latest_by_url(self) -> dict[str, UrlHistory]:
        """Return the history of every URL ever tried, in the order of their first attempts."""
        self._refresh()
        return self._histories

    def history(self, url: str) -> UrlHistory | None:
        """Return the history of one URL, or None if it was never tried."""
        return self.latest_by_url().get(url)

    def __iter__(self) -> Iterator[Receipt]:
        """Iterate over all receipts, oldest first. Damaged lines are skipped."""
        self._check_regular()
        if self.path.exists():
            with self.path.open("rb") as file:
                for line in file:
                    receipt = _decode(line.rstrip(b"\n"))
                    if receipt is not None:
                        yield receipt

    def _refresh(self) -> None:
        """Read the lines that were appended since the last call."""
        self._check_regular()
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return
        if size == self._offset:
            return
        if not self._offset and size > _INDEX_EVERY:
            self._read_index()
        with self.path.open("rb") as file:
            file.seek(self._offset)
            tail = b""
            while data := file.read(_CHUNK):
                lines = (tail + data).split(b"\n")
                tail = lines.pop()  # incomplete: torn, still being written, or continued in the next chunk
                for line in lines:
                    self._line += 1
                    self._offset += len(line) + 1
                    receipt = _decode(line)
                    if receipt is None:
                        self.damaged.append(self._line)
                    else:
                        self._record(receipt)

    @property
    def _index_path(self) -> Path:
        return self.path.with_suffix(".index")

    def _write_index(self) -> None:
        histories = list(self._histories.values())
        index = _Index(self._offset, self._line, self._context(self._offset), self.damaged, histories)
        content = msgspec.msgpack.encode(index)
        atomic_write(self._index_path, sha256_of(content).encode() + b"\n" + content)
        self._indexed = self._offset

    def _read_index(self) -> None:
        try:
            content = index_content(self._index_path)
            if content is None:
                return
            index = msgspec.msgpack.decode(content, type=_Index)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return
        if index.context == self._context(index.offset):  # otherwise the index belongs to another ledger
            self._offset = self._indexed = index.offset
            self._line, self.damaged = index.line, index.damaged
            self._histories = {history.latest.url: history for history in index.histories}

    def _context(self, offset: int) -> bytes:
        """Read the bytes in front of an offset."""
        with self.path.open("rb") as file:
            file.seek(max(0, offset - _CONTEXT))
            return file.read(min(offset, _CONTEXT))

    def _record(self, receipt: Receipt) -> None:
        """Add a receipt to the history of its URL. A forgotten URL has none until it is fetched again."""
        if receipt.state == "forgotten":
            self._histories.pop(receipt.url, None)
            return
        before = self._histories.get(receipt.url) or UrlHistory(receipt)
        if receipt.state not in ("fetched", "unchanged"):
            self._histories[receipt.url] = UrlHistory(receipt, before.good, before.changed, before.versions)
            return
        others = tuple(version for version in before.versions if version.sha256 != receipt.sha256)
        changed = receipt.time if receipt.state == "fetched" else before.changed
        self._histories[receipt.url] = UrlHistory(receipt, receipt, changed, (receipt, *others))


def index_content(path: Path) -> bytes | None:
    """Read the index of a long ledger (``receipts.index``).

    Returns:
        The encoded index, or None if the bytes do not match the checksum on the first line.
    """
    digest, _, content = path.read_bytes().partition(b"\n")
    return content if sha256_of(content).encode() == digest else None


def _decode(line: bytes) -> Receipt | None:
    """Decode the receipt on a line; None if the line is damaged."""
    if checksum_matches(line) is False:
        return None
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
