"""The ledger of all attempts to fetch: ``raw/receipts.jsonl``, a line each, appended and never changed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from aisi_ingest.model import Receipt
from aisi_ingest.storage.files import append_line, atomic_write, intact, sha256_of, summed, told

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Receipt)

_CHUNK = 8 << 20
_NOTE_EVERY = 8 << 20  # bytes; reading so much takes 0.1 s


class UrlHistory(msgspec.Struct, frozen=True):
    """What the ledger knows of one address."""

    latest: Receipt  # of the last attempt
    good: Receipt | None = None  # of the last attempt that ended with bytes that were taken
    changed: str | None = None  # time of the last "fetched"
    versions: tuple[Receipt, ...] = ()  # the last good receipt of each content it ever had, the newest content first


class _Note(msgspec.Struct, frozen=True, array_like=True):
    """What a ledger held up to an offset: made from it, and made again whenever it is lost."""

    offset: int
    line: int
    before: bytes  # what stands before the offset: a ledger that was put in its place has something else
    damaged: list[int]
    standings: list[UrlHistory]


class Ledger:
    """Receipts in the order of time, and for each address where it stands.

    Several threads and processes may append and read at once. A line that a crash tore off at the end is
    cut away before the next is appended; a damaged line elsewhere is skipped and numbered in ``damaged``.
    Each line ends with its own sum, so that a flipped bit in an address does not make another address.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged: list[int] = []
        self._standings: dict[str, UrlHistory] = {}
        self._offset = 0  # bytes read so far: always whole lines
        self._line = 0
        self._noted = 0  # how far the note reaches that spares reading the ledger from its start
        self._file: int | None = None

    def append(self, receipt: Receipt) -> None:
        """Write one line. It reaches the disk at once, save "unchanged", which may wait for ``close``.

        Raises RootError, e.g. on a full disk; the ledger is then as it was.
        """
        line = summed(_ENCODER.encode(receipt))
        with told(self.path):
            start = self._append(line + b"\n", at_once=receipt.state != "unchanged")
        if start == self._offset:  # nobody else wrote in between: the file need not be read
            self._offset += len(line) + 1
            self._line += 1
            # As it will be read: msgspec leaves a default out where it is the same object, not an equal one, so what
            # is made of the receipt itself would be encoded, and summed, in another way.
            self._take(_DECODER.decode(line))

    def _append(self, line: bytes, at_once: bool) -> int:
        """Where the line begins."""
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            start = append_line(self._file, line)
            if at_once:
                os.fsync(self._file)
            return start
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Bring all lines to the disk; the next append opens the file again."""
        if self._file is not None:
            os.fsync(self._file)
            os.close(self._file)
            self._file = None
        if self._offset - self._noted > _NOTE_EVERY:
            self._write_note()

    def latest_by_url(self) -> dict[str, UrlHistory]:
        """Every address ever tried, in the order of its first attempt, with where it stands now."""
        self._refresh()
        return self._standings

    def history(self, url: str) -> UrlHistory | None:
        return self.latest_by_url().get(url)

    def __iter__(self) -> Iterator[Receipt]:
        """All receipts, oldest first; damaged lines are left out."""
        if self.path.exists():
            with self.path.open("rb") as file:
                for line in file:
                    receipt = _decoded(line.rstrip(b"\n"))
                    if receipt is not None:
                        yield receipt

    def _refresh(self) -> None:
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return
        if size == self._offset:
            return
        if not self._offset and size > _NOTE_EVERY:
            self._read_note()
        with self.path.open("rb") as file:
            file.seek(self._offset)
            tail = b""
            while data := file.read(_CHUNK):
                lines = (tail + data).split(b"\n")
                tail = lines.pop()  # torn, or being written just now, or goes on in the next piece
                for line in lines:
                    self._line += 1
                    self._offset += len(line) + 1
                    receipt = _decoded(line)
                    if receipt is None:
                        self.damaged.append(self._line)
                    else:
                        self._take(receipt)

    @property
    def _note(self) -> Path:
        return self.path.with_suffix(".index")

    def _write_note(self) -> None:
        note = _Note(self._offset, self._line, self._before(self._offset), self.damaged, list(self._standings.values()))
        content = msgspec.msgpack.encode(note)
        atomic_write(self._note, sha256_of(content).encode() + b"\n" + content)
        self._noted = self._offset

    def _read_note(self) -> None:
        try:
            content = note_content(self._note)
            if content is None:
                return
            note = msgspec.msgpack.decode(content, type=_Note)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return
        if note.before == self._before(note.offset):  # else it belongs to another ledger
            self._offset = self._noted = note.offset
            self._line, self.damaged = note.line, note.damaged
            self._standings = {standing.latest.url: standing for standing in note.standings}

    def _before(self, offset: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(max(0, offset - 1024))
            return file.read(min(offset, 1024))

    def _take(self, receipt: Receipt) -> None:
        before = self._standings.get(receipt.url) or UrlHistory(receipt)
        if receipt.state not in ("fetched", "unchanged"):
            self._standings[receipt.url] = UrlHistory(receipt, before.good, before.changed, before.versions)
            return
        others = tuple(version for version in before.versions if version.sha256 != receipt.sha256)
        changed = receipt.time if receipt.state == "fetched" else before.changed
        self._standings[receipt.url] = UrlHistory(receipt, receipt, changed, (receipt, *others))


def note_content(path: Path) -> bytes | None:
    """What the note beside a long ledger holds (``receipts.index``); None where its bytes do not have their sum."""
    digest, _, content = path.read_bytes().partition(b"\n")
    return content if sha256_of(content).encode() == digest else None


def _decoded(line: bytes) -> Receipt | None:
    """The receipt on a line; None where the line is damaged."""
    if intact(line) is False:
        return None
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
