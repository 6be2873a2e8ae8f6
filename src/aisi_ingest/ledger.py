"""The ledger of all attempts to fetch: ``raw/receipts.jsonl``, a line each, appended and never changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from aisi_ingest.model import Receipt

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Receipt)


class Standing(msgspec.Struct, frozen=True):
    """What the ledger knows of one address: its last attempt, the last good one, the last new bytes."""

    latest: Receipt
    good: Receipt | None  # the last with bytes that were taken: what conditional requests and readers go by
    changed: str | None  # time of the last "fetched"


class Ledger:
    """Receipts in the order of time, and for each address where it stands.

    One process appends at a time (``Store.lock``); others may read. A line that a crash tore off at the
    end is cut away before the next is appended; a damaged line elsewhere is skipped and numbered in
    ``damaged``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged: list[int] = []
        self._standings: dict[str, Standing] = {}
        self._offset = 0  # bytes read so far
        self._line = 0
        self._appending: int | None = None

    def append(self, receipt: Receipt) -> None:
        """Write one line. New bytes and refusals reach the disk at once; "unchanged" may wait for ``close``.

        Raises OSError, e.g. on a full disk.
        """
        if self._appending is None:
            self._refresh()
            self._appending = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            self._repair(self._appending)
        line = _ENCODER.encode(receipt) + b"\n"
        written = os.write(self._appending, line)
        if written != len(line):  # a full disk takes a part and says so only at the next write
            os.ftruncate(self._appending, os.fstat(self._appending).st_size - written)
            raise OSError(28, os.strerror(28), str(self.path))
        if receipt.state != "unchanged":
            os.fsync(self._appending)
        self._offset += written
        self._line += 1
        self._take(receipt)

    def close(self) -> None:
        """Bring all lines to the disk; the next append opens the file again."""
        if self._appending is not None:
            os.fsync(self._appending)
            os.close(self._appending)
            self._appending = None

    def latest_by_url(self) -> dict[str, Standing]:
        """Every address ever tried, in the order of its first attempt, with where it stands now."""
        self._refresh()
        return self._standings

    def standing(self, url: str) -> Standing | None:
        return self.latest_by_url().get(url)

    def __iter__(self) -> Iterator[Receipt]:
        """All receipts, oldest first; damaged lines are left out."""
        if self.path.exists():
            with self.path.open("rb") as file:
                for line in file:
                    try:
                        yield _DECODER.decode(line)
                    except (msgspec.DecodeError, UnicodeDecodeError):
                        continue

    def _refresh(self) -> None:
        if self._appending is not None:
            return  # the lock is ours: nobody else appends
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return
        whole = data[: data.rfind(b"\n") + 1]  # what follows is torn, or being written just now
        for line in whole.splitlines():
            self._line += 1
            try:
                self._take(_DECODER.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError):
                self.damaged.append(self._line)
        self._offset += len(whole)

    def _repair(self, file: int) -> None:
        if os.fstat(file).st_size > self._offset:
            os.ftruncate(file, self._offset)

    def _take(self, receipt: Receipt) -> None:
        before = self._standings.get(receipt.url)
        good = receipt if receipt.state in ("fetched", "unchanged") else before.good if before else None
        changed = receipt.time if receipt.state == "fetched" else before.changed if before else None
        self._standings[receipt.url] = Standing(latest=receipt, good=good, changed=changed)
