"""The folders on disk: bytes by sha256 under ``raw/``, results of the stages under ``processed/stages/``.

Whatever is written is written aside and moved into place, so a reader never sees half a file.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from aisi_ingest.model import Receipt
from aisi_ingest.storage.files import RootError as RootError
from aisi_ingest.storage.files import atomic_write as atomic_write
from aisi_ingest.storage.files import intact, sha256_of, summed, sync_folder, told
from aisi_ingest.storage.ledger import Ledger

_CHUNK = 1 << 20
STAMP = ".stamp.json"  # after the name of the output


class LockedError(Exception):
    """Another run works on the root: one sentence that names its process."""


class Stamp(msgspec.Struct, frozen=True):
    """What an output was made from. Equal stamps: the output need not be made again."""

    inputs: tuple[str, ...]  # sha256 of each input, in the stage's order
    version: str  # of the stage
    digests: dict[str, str] = {}  # of what else goes in: {"registry": sha256, "options": sha256}


class _Written(Stamp, frozen=True):
    """A stamp as it lies on the disk."""

    output: str | None = None  # sha256 of what the stamp stands beside; of a release: of its SHA256SUMS


class State(msgspec.Struct, frozen=True):
    """One document as ``status`` shows it. Times are UTC, ISO 8601."""

    source: str
    url: str
    file: str
    state: Literal["fetched", "unchanged", "refused", "failed", "withdrawn"]
    last_seen: str  # the last attempt
    last_changed: str | None  # the last new bytes
    last_good: str | None  # the last attempt that ended well
    sha256: str | None  # of the last good bytes
    reason: str | None


class Store:
    """The root folder with ``raw/`` and ``processed/``. Making one touches nothing; ``lock`` makes the folders."""

    def __init__(self, root: Path | str = ".") -> None:
        self.root = Path(root)
        self.raw = self.root / "raw"
        self.processed = self.root / "processed"
        self.ledger = Ledger(self.raw / "receipts.jsonl")
        self._prepared = False

    def prepare(self) -> None:
        """Make the folders, the first time. Raises RootError where that, or writing into them, is impossible."""
        if self._prepared:
            return
        for folder in (self.raw, self.processed):
            with told(folder):
                folder.mkdir(parents=True, exist_ok=True)
                try:
                    tempfile.TemporaryFile(dir=folder).close()
                except OSError as error:  # it would name the temporary file
                    raise OSError(error.errno, error.strerror, str(folder)) from None
        self._prepared = True

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the root for one run; it is let go when the process ends, however it ends.

        Raises LockedError where another process holds it, RootError where the root cannot be written.
        """
        self.prepare()
        with told(self.raw / ".lock"):
            file = open(self.raw / ".lock", "a+", encoding="ascii")  # noqa: SIM115 (a+: opening must not empty it)
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "another process"
                raise LockedError(f"{self.root}: in use by {holder}; wait until it ends, or stop it") from None
            file.seek(0)
            killed = bool(file.read().strip())  # whoever ends by itself leaves the file empty
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()} since {now()}")
            file.flush()
            try:
                for left in self._half_written(killed):
                    left.unlink(missing_ok=True)
                yield
            finally:
                self.ledger.close()
                file.truncate(0)

    def _half_written(self, killed: bool) -> Iterator[Path]:
        """Files that nobody writes any more, since the root is locked; looked for everywhere if a run was killed."""
        yield from self.raw.glob("incoming/*.part")
        if killed:
            yield from self.raw.rglob(".*.part")
            yield from (self.processed / "stages").rglob(".*.part")
            yield from self.processed.glob(".*.part")

    # Bytes

    def path(self, sha256: str) -> Path:
        """Where the bytes with this digest are, or would be."""
        return self.raw / sha256[:2] / sha256

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def read(self, sha256: str) -> bytes:
        return self.path(sha256).read_bytes()

    def incoming(self) -> Path:
        """A new empty file for a download, on the same file system as ``raw/``; the caller removes or keeps it."""
        folder = self.raw / "incoming"
        with told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=folder, suffix=".part")
            os.close(number)
        return Path(name)

    def put(self, content: bytes | Path) -> str:
        """Keep bytes, or a copy of the file at a path, under their sha256; returns the digest.

        Bytes that are there already are left alone. Raises RootError where they cannot be written.
        """
        if isinstance(content, bytes):
            part = self.incoming()
            with told(part):
                part.write_bytes(content)
            return self.keep(part)
        part = self.incoming()
        try:
            with content.open("rb") as source, told(part), part.open("wb") as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return self.keep(part)

    def holds(self, sha256: str) -> bool:
        """Whether these bytes are there. Others under their name, the work of a failing disk, do not count."""
        target = self.path(sha256)
        return target.is_file() and sha256_of(target) == sha256

    def keep(self, part: Path) -> str:
        """Move a file that ``incoming`` gave into its place; returns its sha256."""
        sha256 = sha256_of(part)
        target = self.path(sha256)
        with told(target):
            if self.holds(sha256):
                part.unlink()
                return sha256
            target.parent.mkdir(parents=True, exist_ok=True)
            with part.open("rb") as file:
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
            os.replace(part, target)
            sync_folder(target.parent)
        return sha256

    def states(self) -> list[State]:
        """A row for every document ever seen, by source and address."""
        standings = self.ledger.latest_by_url().values()
        rows = [_state(s.latest, s.good, s.changed) for s in standings if s.latest.kind == "document"]
        return sorted(rows, key=lambda row: (row.source, row.url))

    # Results of the stages

    def stage_path(self, key: str, stage: str, suffix: str = ".json") -> Path:
        """Where a stage's output for a key is: the input's sha256, or a digest of several."""
        return self.processed / "stages" / stage / key[:2] / (key + suffix)

    def write_output(self, path: Path, content: bytes | str, stamp: Stamp) -> None:
        """Write a stage's output, then its stamp: a crash between them leaves no stamp, so it is made again."""
        stamp_path(path).unlink(missing_ok=True)
        atomic_write(path, content)
        write_stamp(path, stamp)


def stamp_path(path: Path) -> Path:
    """Where the stamp of an output is: beside it."""
    return path.with_name(path.name + STAMP)


def write_stamp(path: Path, stamp: Stamp) -> None:
    """Write the stamp of an output that is complete: a file, or a release that has its SHA256SUMS."""
    written = _Written(stamp.inputs, stamp.version, stamp.digests, sha256_of(_told_by(path)))
    atomic_write(stamp_path(path), summed(msgspec.json.encode(written, order="deterministic")))


def _told_by(output: Path) -> Path:
    """The file whose sum tells whether an output is as it was written."""
    return output / "SHA256SUMS" if output.is_dir() else output


def _written(path: Path) -> _Written | None:
    try:
        content = stamp_path(path).read_bytes()
        return msgspec.json.decode(content, type=_Written) if intact(content) else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def read_stamp(path: Path) -> Stamp | None:
    """The stamp of an output; None where there is none, or none that can be read."""
    written = _written(path)
    return Stamp(written.inputs, written.version, written.digests) if written else None


def is_intact(path: Path) -> bool | None:
    """Whether an output has the bytes that its stamp says; None where it has no stamp that can be read."""
    written = _written(path)
    if written is None:
        return None
    try:
        return sha256_of(_told_by(path)) == written.output
    except OSError:
        return False


def fresh(path: Path, stamp: Stamp) -> tuple[bytes, str] | None:
    """The output and its sha256, if it has the bytes that were written and was made from exactly this; else None."""
    written = _written(path)
    if written is None or (written.inputs, written.version, written.digests) != (
        stamp.inputs,
        stamp.version,
        stamp.digests,
    ):
        return None
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest = sha256_of(content)
    return (content, digest) if digest == written.output else None


def now() -> str:
    """The time as ledgers and locks have it: UTC, ISO 8601 to the second."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _state(latest: Receipt, good: Receipt | None, changed: str | None) -> State:
    return State(
        source=latest.source,
        url=latest.url,
        file=latest.file or (good.file if good and good.file else latest.url.rsplit("/", 1)[-1]),
        state=latest.state,
        last_seen=latest.time,
        last_changed=changed,
        last_good=good.time if good else None,
        sha256=good.sha256 if good else None,
        reason=latest.reason,
    )
