"""One stage's output on disk: taken as it lies there where it is fresh, else made and kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from aisi_ingest.model import Issue, Result
from aisi_ingest.sandbox.pool import Measured
from aisi_ingest.storage import store
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.store import Stamp, Store

_LOG = logging.getLogger(__name__)


class _Said(Struct):
    """The issues of an output, without the rest of it: enough to report on what is fresh."""

    issues: tuple[Issue, ...] = ()


_SAID = msgspec.json.Decoder(_Said)


class StageOutput:
    """One stage's output: taken as it lies there if it is fresh, else made now, and kept if it has a value."""

    def __init__(self, place: Store, key: str, stage: str, name: str, redo: bool) -> None:
        self.place, self.path, self.stage, self.name, self.redo = place, place.stage_path(key, stage), stage, name, redo
        self.seconds, self.digest, self.failed = 0.0, "", False
        self.issues: tuple[Issue, ...] = ()
        self.memory: int | None = None

    def load_or_compute(self, stamp: Stamp, step: Callable[[], Measured[Result[bytes]]], make: bool) -> bool:
        """Take what lies there, else make it by ``step`` where it may be made; False where it may not."""
        if self._take(stamp):
            return True
        if make:
            self._make(stamp, step)
        return make

    def _take(self, stamp: Stamp) -> bool:
        """False where what lies there was made from something else, is damaged or is to be made anew."""
        found = None if self.redo else store.fresh(self.path, stamp)
        if found is None:
            return False
        encoded, self.digest = found
        self.issues = _SAID.decode(encoded).issues
        return True

    def _make(self, stamp: Stamp, step: Callable[[], Measured[Result[bytes]]]) -> None:
        """``step`` gives the value as JSON, as it came out of the worker."""
        measured = step()
        result, self.memory = measured.value, measured.memory or None
        self.seconds = round(measured.seconds, 3)
        self.issues, self.failed = result.issues, result.value is None
        told = {"document": self.name, "stage": self.stage, "seconds": self.seconds}
        if result.value is None:
            reason = next((issue.message for issue in result.issues if issue.level == "error"), "no reason given")
            _LOG.error("%s %s failed: %s", self.name, self.stage, reason, extra=told)
            return
        _LOG.info("%s %s done", self.name, self.stage, extra=told)
        encoded = msgspec.json.encode(Result(msgspec.Raw(result.value), result.issues), order="deterministic")
        self.place.write_output(self.path, encoded, stamp)
        self.digest = sha256_of(encoded)

    @property
    def held(self) -> dict[str, int]:
        """The most memory that the making held, in bytes, by stage; empty where nothing was made."""
        return {self.stage: self.memory} if self.memory is not None else {}

    def value(self, kind: Any) -> Any:
        """Read back from the file, so that what is fresh and what was just made are the same."""
        return msgspec.json.decode(self.path.read_bytes(), type=Result[kind]).value
