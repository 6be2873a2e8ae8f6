"""The folders on disk: bytes by sha256 under ``raw/``, outputs of the stages under ``processed/stages/``.

Each file is written under a temporary name and then renamed, so that a reader never sees an incomplete file.
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

from aisi_ingest.storage.files import (
    atomic_write,
    checksum_matches,
    sha256_of,
    sync_folder,
    with_checksum,
    write_errors,
)
from aisi_ingest.storage.ledger import Ledger
from aisi_ingest.storage.receipt import Receipt

_CHUNK = 1 << 20  # bytes copied at a time
STAMP = ".stamp.json"  # suffix added to the name of the output


class LockedError(Exception):
    """Another run is using the root. The message is one sentence that names its process."""


class Stamp(msgspec.Struct, frozen=True):
    """What an output was computed from. If the stamp is equal, the output need not be computed again."""

    inputs: tuple[str, ...]  # sha256 of each input, in the order of the stage
    version: str  # digest of the code of the stage
    digests: dict[str, str] = {}  # of other inputs: {"registry": sha256, "options": text}


class _StoredStamp(Stamp, frozen=True):
    """A stamp as it is stored on the disk."""

    output: str | None = None  # sha256 of the output beside the stamp; for a release, of its SHA256SUMS


class State(msgspec.Struct, frozen=True):
    """The state of one document, as ``status`` shows it. Times are UTC, ISO 8601."""

    source: str
    url: str
    file: str
    state: Literal["fetched", "unchanged", "refused", "failed", "withdrawn"]
    last_seen: str  # time of the last attempt
    last_changed: str | None  # time of the last new bytes
    last_good: str | None  # time of the last successful attempt
    sha256: str | None  # of the last good bytes
    reason: str | None


class Store:
    """The root folder with ``raw/`` and ``processed/``.

    Creating a Store touches nothing on the disk; ``prepare`` and ``lock`` create the folders.
    """

    def __init__(self, root: Path | str = ".") -> None:
        self.root = Path(root)
        self.raw = self.root / "raw"
        self.processed = self.root / "processed"
        self.ledger = Ledger(self.raw / "receipts.jsonl")
        self._prepared = False

    def prepare(self) -> None:
        """Create the folders on the first call.

        Raises:
            RootError: A folder cannot be created or written.
        """
        if self._prepared:
            return
        for folder in (self.raw, self.processed):
            with write_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
                try:
                    tempfile.TemporaryFile(dir=folder).close()
                except OSError as error:  # the original error names the temporary file
                    raise OSError(error.errno, error.strerror, str(folder)) from None
        self._prepared = True

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the root for one run. The operating system releases the lock when the process ends, even by a kill.

        Raises:
            LockedError: Another process holds the lock.
            RootError: The root cannot be written.
        """
        self.prepare()
        with write_errors(self.raw / ".lock"):
            file = open(self.raw / ".lock", "a+", encoding="ascii")  # noqa: SIM115 (a+: opening must not truncate it)
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "another process"
                raise LockedError(f"{self.root}: in use by {holder}; wait until that run ends, or stop it") from None
            file.seek(0)
            killed = bool(file.read().strip())  # a run that ends normally leaves the file empty
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()} since {now()}")
            file.flush()
            try:
                for path in self._abandoned_files(killed):
                    path.unlink(missing_ok=True)
                yield
            finally:
                self.ledger.close()
                file.truncate(0)

    def _abandoned_files(self, killed: bool) -> Iterator[Path]:
        """List incomplete files of earlier runs. The root is locked, so no other process is writing them.

        All folders are searched only if the last run was killed, because that takes long in a large root.
        """
        yield from self.raw.glob("incoming/*.part")
        if killed:
            yield from self.raw.rglob(".*.part")
            yield from (self.processed / "stages").rglob(".*.part")
            yield from self.processed.glob(".*.part")

    # Raw bytes

    def path(self, sha256: str) -> Path:
        """Return the path of the bytes with this digest, whether they are there or not."""
        return self.raw / sha256[:2] / sha256

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def read(self, sha256: str) -> bytes:
        """Read the bytes with this digest."""
        return self.path(sha256).read_bytes()

    def incoming(self) -> Path:
        """Create an empty file for a download, on the same file system as ``raw/``.

        The caller passes it to ``keep`` or removes it.

        Raises:
            RootError: The file cannot be created.
        """
        folder = self.raw / "incoming"
        with write_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=folder, suffix=".part")
            os.close(number)
        return Path(name)

    def put(self, content: bytes | Path) -> str:
        """Store bytes under their sha256. Bytes that are already there are not written again.

        Args:
            content: The bytes themselves, or the path of a file to copy.

        Returns:
            The sha256 of the bytes.

        Raises:
            RootError: The bytes cannot be written.
        """
        if isinstance(content, bytes):
            part = self.incoming()
            with write_errors(part):
                part.write_bytes(content)
            return self.keep(part)
        part = self.incoming()
        try:
            with content.open("rb") as source, write_errors(part), part.open("wb") as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return self.keep(part)

    def has_intact(self, sha256: str) -> bool:
        """Return True if these bytes are there and undamaged."""
        target = self.path(sha256)
        return target.is_file() and sha256_of(target) == sha256

    def keep(self, part: Path) -> str:
        """Move a file created by ``incoming`` to its final place.

        Returns:
            The sha256 of its bytes.

        Raises:
            RootError: The file cannot be moved.
        """
        sha256 = sha256_of(part)
        target = self.path(sha256)
        with write_errors(target):
            if self.has_intact(sha256):
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
        """Return a row for every document ever seen, sorted by source and URL."""
        histories = self.ledger.latest_by_url().values()
        rows = [_state(h.latest, h.good, h.changed) for h in histories if h.latest.kind == "document"]
        return sorted(rows, key=lambda row: (row.source, row.url))

    # Outputs of the stages

    def stage_path(self, key: str, stage: str, suffix: str = ".json") -> Path:
        """Return the path of a stage's output.

        Args:
            key: sha256 of the input, or a digest of several inputs.
            stage: Name of the stage.
            suffix: Suffix of the file name.
        """
        return self.processed / "stages" / stage / key[:2] / (key + suffix)

    def write_output(self, path: Path, content: bytes | str, stamp: Stamp) -> None:
        """Write a stage's output, then its stamp. A crash in between leaves no stamp, so the output is computed again.

        Raises:
            RootError: A file cannot be written.
        """
        stamp_path(path).unlink(missing_ok=True)
        atomic_write(path, content)
        write_stamp(path, stamp)


def stamp_path(path: Path) -> Path:
    """Return the path of the stamp of an output: it is beside the output."""
    return path.with_name(path.name + STAMP)


def write_stamp(path: Path, stamp: Stamp) -> None:
    """Write the stamp of a complete output: a file, or a release with its SHA256SUMS.

    Raises:
        RootError: The stamp cannot be written.
    """
    stored = _StoredStamp(stamp.inputs, stamp.version, stamp.digests, sha256_of(_digested_file(path)))
    atomic_write(stamp_path(path), with_checksum(msgspec.json.encode(stored, order="deterministic")))


def _digested_file(output: Path) -> Path:
    """Return the file whose digest represents an output."""
    return output / "SHA256SUMS" if output.is_dir() else output


def _read_stored(path: Path) -> _StoredStamp | None:
    try:
        content = stamp_path(path).read_bytes()
        return msgspec.json.decode(content, type=_StoredStamp) if checksum_matches(content) else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def read_stamp(path: Path) -> Stamp | None:
    """Read the stamp of an output; None if there is none or it is damaged."""
    stored = _read_stored(path)
    return Stamp(stored.inputs, stored.version, stored.digests) if stored else None


def output_digest(path: Path) -> str | None:
    """Read from the stamp the sha256 that an output had when it was written; None if the stamp cannot be read."""
    stored = _read_stored(path)
    return stored.output if stored else None


def is_intact(path: Path) -> bool | None:
    """Compare an output with the digest in its stamp; None if the stamp is missing or damaged."""
    stored = _read_stored(path)
    if stored is None:
        return None
    try:
        return sha256_of(_digested_file(path)) == stored.output
    except OSError:
        return False


def load_fresh(path: Path, stamp: Stamp) -> tuple[bytes, str] | None:
    """Read an output if it is up to date.

    Args:
        path: The output.
        stamp: What the output would be computed from now.

    Returns:
        The bytes of the output and their sha256. None if the output was computed from something else, is damaged
        or missing.
    """
    stored = _read_stored(path)
    if stored is None or Stamp(stored.inputs, stored.version, stored.digests) != stamp:
        return None
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest = sha256_of(content)
    return (content, digest) if digest == stored.output else None


def now() -> str:
    """Return the current time in the format of ledgers and locks: UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _state(latest: Receipt, good: Receipt | None, changed: str | None) -> State:
    assert latest.state != "forgotten"  # the ledger keeps no history of a forgotten URL
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
