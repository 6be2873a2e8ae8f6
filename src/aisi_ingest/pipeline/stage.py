"""A stage of the pipeline: which code it consists of, what its output depends on, and how to load or compute it.

The stages themselves are declared in ``stages``.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from aisi_ingest.model import Issue, Result
from aisi_ingest.pipeline.freshness import code_digest, version_text
from aisi_ingest.pipeline.jobs import Settings, StageName
from aisi_ingest.pipeline.resources import load_models
from aisi_ingest.sandbox import activity, bad_pages, pool
from aisi_ingest.sandbox.pool import Session
from aisi_ingest.sandbox.tasks import Measured
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.store import Stamp, Store, load_fresh

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


class Job(Protocol):
    """What a stage needs to know about a job."""

    @property
    def settings(self) -> Settings:
        """The settings of the run."""

    @property
    def name(self) -> str:
        """Name for people: a file name, or a work and its edition."""

    @property
    def key(self) -> str:
        """sha256 under which the outputs of the job are stored."""


J = TypeVar("J", bound=Job)


class Stage(Struct, frozen=True):
    """The code of a stage.

    Attributes:
        name: Name of the stage in issues, logs and the field ``made_with`` of a release.
        module: Module below ``aisi_ingest`` in which the code of the stage begins.
        libraries: Distributions whose results end up in the output.
    """

    name: str
    module: str
    libraries: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Digest of the code of the stage and the versions of its libraries."""
        return code_digest(self.module, self.libraries)

    @property
    def version(self) -> str:
        """Version of the stage for readers of a release."""
        return version_text(self.libraries)


class StageOutput(Struct, frozen=True):
    """The output of a stage for one job, as it was loaded or computed. The value itself stays on the disk."""

    stage: str
    path: Path
    issues: tuple[Issue, ...]
    digest: str | None  # sha256 of the stored output; None: the stage failed
    seconds: float = 0.0  # wall clock; 0 if the output was loaded
    memory: int | None = None  # peak memory of the worker process in bytes; None if the output was loaded

    @property
    def failed(self) -> bool:
        """True if the stage produced no value."""
        return self.digest is None

    @property
    def peak_memory(self) -> dict[str, int]:
        """Peak memory in bytes by stage. Empty if the output was loaded."""
        return {self.stage: self.memory} if self.memory is not None else {}

    def value(self, kind: Any) -> Any:
        """Read the value from the disk, so that a loaded and a computed value are identical.

        Args:
            kind: Type of the value.

        Returns:
            The value, or None if the stage failed.
        """
        return None if self.failed else msgspec.json.decode(self.path.read_bytes(), type=Result[kind]).value


class StoredStage(Stage, Generic[J], frozen=True, kw_only=True):
    """A stage whose output is stored for each job and reused as long as nothing that it depends on has changed.

    Attributes:
        inputs: sha256 of each input of a job.
        options: What else the output depends on, by name.
        function: Computes the value of a job, in a worker (``sandbox.tasks.task``).
        output: Returns the type of the value. (A function, because its module may be imported only when it is needed.)
        redo_with: The output is computed again if the user redoes this stage or an earlier one.
        includes: Further stages whose code the function runs.
        needs_models: The workers need the models (``resources.load_models``).
        page_by_page: A page that crashes or blocks the reader is left out, and the document is read again.
    """

    inputs: Callable[[J], tuple[str, ...]]
    function: Callable[..., Result[Any]]
    output: Callable[[], Any]
    redo_with: StageName
    options: Callable[[J], dict[str, str]] = lambda _: {}
    includes: tuple[Stage, ...] = ()
    needs_models: bool = False
    page_by_page: bool = False

    def load(self, job: J) -> StageOutput | None:
        """Load the output of a job.

        Returns:
            The output. None if it must be computed: it is missing, damaged, out of date, or to be redone.
        """
        if job.settings.redo(self.redo_with):
            return None
        path = self.path(job)
        found = load_fresh(path, self._stamp(job))
        if found is None:
            return None
        encoded, digest = found
        return StageOutput(self.name, path, _ISSUES.decode(encoded).issues, digest)

    def compute(self, job: J, session: Session) -> StageOutput:
        """Compute the output of a job in the sandbox, and store it if there is a value.

        Args:
            job: The job.
            session: The session of the document or pair.

        Raises:
            RootError: The output cannot be stored.
        """
        stamp = self._stamp(job)
        session.note.clear()
        with activity.watched(job.name, self.name, session.note):
            measured = self._run(
                session, job.settings, functools.partial(session.call_json, self.output(), self.function), job
            )
        result = measured.value
        path, digest, seconds = self.path(job), None, round(measured.seconds, 3)
        fields = {"document": job.name, "stage": self.name, "seconds": seconds}
        if result.value is None:
            reason = next((issue.message for issue in result.issues if issue.level == "error"), "no reason given")
            _LOG.error("%s %s failed: %s", job.name, self.name, reason, extra=fields)
        else:
            _LOG.info("%s %s done", job.name, self.name, extra=fields)
            encoded = msgspec.json.encode(Result(msgspec.Raw(result.value), result.issues), order="deterministic")
            Store(job.settings.root).write_output(path, encoded, stamp)
            digest = sha256_of(encoded)
        return StageOutput(self.name, path, result.issues, digest, seconds, measured.memory or None)

    def load_or_compute(self, job: J, session: Session) -> StageOutput:
        """Load the output of a job, or compute it if it must be computed."""
        return self.load(job) or self.compute(job, session)

    def run(
        self, settings: Settings, readable: Sequence[Path], function: Callable[..., Result[T]], *args: Any
    ) -> Measured[Result[T]]:
        """Run a function of this stage in a worker of its own, without storing anything.

        Args:
            settings: The settings of the run.
            readable: The files that it reads.
            function: A task. For a stage that reads page by page, it takes one more argument at the end: the pages to
                skip.
            args: Its arguments.

        Returns:
            The result with its duration and peak memory. A limit that was exceeded, a crash and an unexpected
            exception are issues of the result.
        """
        with pool.shared(settings.workers).session(*readable, *settings.files) as session:
            return self._run(session, settings, functools.partial(session.call_measured, function), *args)

    def _run(
        self, session: Session, settings: Settings, call: Callable[..., Measured[Result[T]]], *args: Any
    ) -> Measured[Result[T]]:
        run = functools.partial(self._run_once, session, settings, call, *args)
        return bad_pages.call_without_bad_pages(session.note, run) if self.page_by_page else run()

    def _run_once(
        self, session: Session, settings: Settings, call: Callable[..., Measured[Result[T]]], *args: Any
    ) -> Measured[Result[T]]:
        try:
            if self.needs_models:
                pool.shared(settings.workers).prepare(load_models, settings.registry)
                session.renew()
            return call(*args)
        except pool.LimitExceeded as stopped:
            issue = Issue(self.name, "error", stopped.code, str(stopped))
            return Measured(Result(None, (issue,)), 0, stopped.seconds)
        except pool.WorkerError as fault:
            return Measured(Result(None, (internal_error(self.name, str(fault)),)), 0)
        except Exception as fault:  # the boundary of a document: its faults end here, with a name
            reason = f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__
            return Measured(Result(None, (internal_error(self.name, reason),)), 0)

    def path(self, job: J) -> Path:
        """Return where the output of a job is stored."""
        return Store(job.settings.root).stage_path(job.key, self.name)

    def _stamp(self, job: J) -> Stamp:
        version = "".join(stage.code for stage in (self, *self.includes))
        return Stamp(self.inputs(job), version, self.options(job))


def internal_error(stage: str, reason: str) -> Issue:
    """Describe an error in aisi-ingest itself, which the user cannot fix."""
    return Issue(stage, "error", "internal", f"internal error of aisi-ingest, please report it: {reason}")


class _IssuesOnly(Struct):
    """An output without its value: enough to report on an output that is reused."""

    issues: tuple[Issue, ...] = ()


_ISSUES = msgspec.json.Decoder(_IssuesOnly)
