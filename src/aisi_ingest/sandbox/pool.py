"""Run functions on documents in confined worker processes with limits.

A file of one kilobyte can need gigabytes or never end, and PDFium is written in C++. Code that runs in a worker may
crash, hang or use too much memory, and only its own document is lost. A document may even take over its worker: the
worker can read little, write nothing, start nothing and reach nobody (``confinement``), and its answers are data of a
known type (``tasks``). Each document has a worker of its own, forked from a process that never sees a document.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import msgspec

from aisi_ingest.model import Result
from aisi_ingest.sandbox import server, tasks
from aisi_ingest.sandbox.bad_pages import PageNote
from aisi_ingest.sandbox.channel import Channel, TooLong
from aisi_ingest.sandbox.fork_server import ForkServer
from aisi_ingest.sandbox.limits import GIB, Limits, limits_from_environment
from aisi_ingest.sandbox.limits import LimitsError as LimitsError
from aisi_ingest.sandbox.tasks import BadAnswer, Measured
from aisi_ingest.sandbox.worker import Setup

P = ParamSpec("P")
R = TypeVar("R")

_RESERVES = 4  # workers that are started before the fork server is busy with loading, for the documents meanwhile
_SETUP_SECONDS = 60.0  # for a worker to accept its first message


class LimitExceeded(Exception):
    """A worker was stopped at a limit, crashed, or sent what is no answer. The message says which.

    Attributes:
        code: The code of the issue.
        seconds: Wall-clock time of the call.
    """

    def __init__(self, code: str, message: str, seconds: float) -> None:
        super().__init__(message)
        self.code, self.seconds = code, seconds


class WorkerError(Exception):
    """The function raised an exception in the worker. The message has its type and its message.

    Attributes:
        kind: Name of the type of the exception.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind = kind


class _Worker:
    """A worker process, as the main process sees it."""

    def __init__(self, channel: Channel, process: int, generation: int) -> None:
        self.channel, self.process, self.generation = channel, process, generation


class Session:
    """The calls for one document, in one worker. A worker that was stopped is replaced by the next call.

    A session belongs to one thread. Close it, or use it as a context.

    Attributes:
        note: The note of the page that its worker reads.
    """

    def __init__(self, sandbox: Sandbox, readable: Iterable[str | os.PathLike[str]], limits: Limits) -> None:
        self.note = PageNote()
        self._limits = limits
        self._sandbox = sandbox
        self._readable = tuple(os.path.abspath(each) for each in readable)
        self._worker: _Worker | None = None

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a task in the worker and return its result. Raises the same exceptions as ``call_measured``."""
        return self.call_measured(function, *args, **kwargs).value

    def call_measured(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Measured[R]:
        """Run a task in the worker, and measure its time and memory.

        Args:
            function: A task (``tasks.task``).
            args: Its arguments; only positional ones.
            kwargs: None.

        Returns:
            The result with its time, excluding time spent waiting for a worker.

        Raises:
            LimitExceeded: The worker exceeded a limit, crashed, or sent what is no answer.
            WorkerError: The function raised an exception.
            TypeError: The function is not a task, or an argument cannot be sent.
        """
        if kwargs:
            raise TypeError("a task takes positional arguments only")
        return self._call(function, args)

    def call_json(self, kind: Any, function: Callable[..., Result[Any]], *args: Any) -> Measured[Result[bytes]]:
        """Run a task and get the value of its result as JSON, encoded once, as it is stored.

        Args:
            kind: Type of the value, which the JSON is checked against.
            function: A task that returns a ``Result``.
            args: Its arguments.

        Raises:
            Exception: As ``call_measured``.
        """
        return self._call(function, args, kind)

    def _call(self, function: Callable[..., Any], args: tuple[Any, ...], kind: Any = None) -> Measured[Any]:
        sandbox, limits = self._sandbox, self._limits
        task = tasks.of(function)
        request = task.request(args, kind is not None, limits.cpu_seconds)
        sandbox.load_module(task.module)
        with sandbox.slots:
            began = time.monotonic()
            try:
                self._worker = self._worker or sandbox.start_worker(self._readable, self.note)
                began = time.monotonic()
                answer = tasks.read_answer(self._worker.channel.ask(request, limits.wall_seconds, limits.answer_bytes))
                seconds = time.monotonic() - began
                value = task.value_of(answer, kind) if answer.done else None
                exception, message = ("", "") if answer.done else tasks.failure_of(answer)
            except BaseException as error:
                raise self._reason(error, self.end_worker(), time.monotonic() - began) from None
        sandbox.prepare_wishes(answer.wanted)
        if exception == "MemoryError":
            self.end_worker()
            text = f"needed more than {limits.address_space / GIB:g} GiB of memory and was stopped"
            raise LimitExceeded("memory_limit", text, seconds)
        if not answer.done:
            raise WorkerError(exception, message)
        return Measured(value, answer.memory, seconds)

    def _reason(self, error: BaseException, code: int | None, seconds: float) -> BaseException:
        """Return what the caller needs to know about an error during a call, after which the worker was ended."""
        limits = self._limits
        if isinstance(error, TimeoutError):
            text = f"took longer than {limits.wall_seconds:g} s and was stopped"
            return LimitExceeded("time_limit", text, limits.wall_seconds)
        if isinstance(error, TooLong):
            return LimitExceeded("bad_answer", f"the reader gave too long an answer ({error})", seconds)
        if isinstance(error, BadAnswer):
            return LimitExceeded("bad_answer", f"the reader gave what is {error}", seconds)
        if not isinstance(error, (EOFError, OSError)):
            return error
        if code == -signal.SIGXCPU:
            text = f"used more than {limits.cpu_seconds} s of processor time and was stopped"
            return LimitExceeded("cpu_limit", text, seconds)
        cause = "stopped" if code is None else signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return LimitExceeded("worker_died", f"the reader crashed ({cause})", seconds)

    def renew(self) -> None:
        """End the worker if it was started before the latest preparation, so that the next call has a newer one."""
        if self._worker is not None and self._worker.generation != self._sandbox.generation:
            self.end_worker()

    def end_worker(self) -> int | None:
        """End the worker if there is one.

        Returns:
            Its exit code; None if there was no worker, or it is not known.
        """
        ended, self._worker = self._worker, None
        return None if ended is None else self._sandbox.end_worker(ended)

    def close(self) -> None:
        """End the worker, and release the note."""
        self.end_worker()
        self.note.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Sandbox:
    """Starts workers, at most a number of them at a time.

    Workers are forked from a fork server, which has one thread and never sees a document. A fork of the caller would
    copy the locks that its threads hold (Prefect, progress bars), its secrets and its environment.

    Attributes:
        limits: The limits of each call.
        workers: Number of calls at a time.
        slots: One for each of them.
        generation: Number of completed preparations.
    """

    def __init__(self, workers: int, limits: Limits = Limits()) -> None:  # noqa: B008 (frozen)
        self.limits = limits
        self.workers = workers
        self.slots = threading.Semaphore(workers)
        self.generation = 0
        self._lock = threading.Lock()  # protects the three attributes below
        self._reserves: list[_Worker] = []
        self._alive: dict[int, _Worker] = {}  # workers that were not ended yet, by process id
        self._prepared: dict[bytes, threading.Event] = {}
        self._background_lock, self._background = threading.Lock(), set[bytes]()  # preparations in the background
        self._fork_server = ForkServer()

    def session(self, *readable: str | os.PathLike[str], limits: Limits | None = None) -> Session:
        """Return a session for one document.

        Args:
            readable: Files that its worker may read, and folders with all that is in them. It can read nothing else
                except the program.
            limits: Other limits than those of the sandbox.
        """
        return Session(self, readable, limits or self.limits)

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a task that reads no file, in a worker of its own. Raises what ``Session.call_measured`` raises."""
        return self.call_measured(function, *args, **kwargs).value

    def call_measured(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Measured[R]:
        """Run a task that reads no file, in a worker of its own, and measure it (``Session.call_measured``)."""
        with self.session() as session:
            return session.call_measured(function, *args, **kwargs)

    def missing(self) -> tuple[str, ...]:
        """Return the mechanisms of confinement that this system lacks (``confinement.consequence``)."""
        return self._fork_server.missing()

    def load_module(self, name: str) -> None:
        """Import a module once, in the fork server."""
        self._load_once(name.encode(), server.IMPORT)

    def prepare(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Load something that later calls need, once, in the fork server.

        It takes the place of one call meanwhile. The same request by several threads is done once, and all wait for
        it.

        Args:
            function: A task that loads it.
            args: The function's arguments; only positional ones.
            kwargs: None.
        """
        assert not kwargs
        self._load_once(tasks.of(function).request(args), server.PREPARE)

    def _load_once(self, data: bytes, command: bytes) -> None:
        done = self._prepared.get(data)
        if done is not None:
            done.wait()
            return
        with self._lock:
            is_first = data not in self._prepared
            done = self._prepared.setdefault(data, threading.Event())
        if not is_first:
            done.wait()
            return
        try:
            with self.slots:  # it uses a core like a worker; the other workers continue
                self._fork_server.load(command, data)
            with self._lock:
                self.generation += 1
                outdated, self._reserves = self._reserves, []
            for reserve in outdated:
                self.end_worker(reserve)
        finally:
            done.set()

    def prepare_in_background(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Start ``prepare`` in the background. A later ``prepare`` with the same arguments waits for it."""
        request = tasks.of(function).request(args)
        with self._background_lock:
            if request in self._background:
                return
            self._background.add(request)
            for _ in range(_RESERVES):  # the fork server starts no worker while it loads
                reserve = self._fork()
                with self._lock:
                    self._reserves.append(reserve)
            threading.Thread(target=self._prepare_if_running, args=(request,), daemon=True).start()

    def _prepare_if_running(self, request: bytes) -> None:
        with contextlib.suppress(OSError):  # the sandbox may be stopped meanwhile
            self._load_once(request, server.PREPARE)

    def prepare_wishes(self, names: Iterable[str]) -> None:
        """Load in the background what workers had to load themselves (``tasks.wish_for``)."""
        for name in names:
            if preparation := tasks.preparation_named(name):
                self.prepare_in_background(preparation)

    def start_worker(self, readable: tuple[str, ...], note: PageNote) -> _Worker:
        """Start a worker for a session, or take one in reserve.

        Raises:
            OSError: It cannot be started.
        """
        with self._lock:
            started = self._reserves.pop() if self._reserves else None
        started = started or self._fork()
        try:
            setup = msgspec.msgpack.encode(Setup(readable, self.limits.address_space))
            started.channel.send_with_descriptor(setup, note.descriptor, _SETUP_SECONDS)
        except OSError:
            self.end_worker(started)
            raise
        return started

    def _fork(self) -> _Worker:
        own_end, worker_end = socket.socketpair()
        generation = self.generation
        with worker_end:
            process = self._fork_server.request(server.FORK, descriptors=(worker_end.fileno(),))
        started = _Worker(Channel(own_end), process, generation)
        with self._lock:
            self._alive[process] = started
        return started

    def end_worker(self, ended: _Worker) -> int | None:
        """End a worker if it still runs.

        Returns:
            Its exit code, or None if another thread ended it.
        """
        with self._lock:
            if self._alive.pop(ended.process, None) is None:
                return None
        ended.channel.close()
        with contextlib.suppress(OSError):
            return self._fork_server.request(server.TERMINATE, ended.process)
        return None

    def close(self) -> None:
        """Wait for running calls, then end all workers."""
        for _ in range(self.workers):
            self.slots.acquire()
        self.stop()

    def stop(self) -> None:
        """End all workers immediately."""
        with self._lock:
            alive = list(self._alive.values())
        for each in alive:
            self.end_worker(each)
        self._fork_server.stop()


_shared: dict[int, Sandbox] = {}
_shared_lock = threading.Lock()


def shared(workers: int) -> Sandbox:
    """Return the sandbox of this process. The first call creates it with ``workers`` workers.

    Tasks may run in threads or in task runners on other machines. Each process has its own sandbox.

    Raises:
        LimitsError: A limit in the environment is wrong.
    """
    with _shared_lock:
        if not _shared:
            atexit.register(close_shared)  # workers that we end and wait for count as children in getrusage
            _shared[workers] = Sandbox(workers, limits_from_environment())
        return next(iter(_shared.values()))


def running() -> Sandbox | None:
    """Return the sandbox of this process if there is one."""
    with _shared_lock:
        return next(iter(_shared.values()), None)


def close_shared() -> None:
    """Stop the sandbox of this process. The next call of ``shared`` creates a new one."""
    atexit.unregister(close_shared)
    with _shared_lock:
        for sandbox in _shared.values():
            sandbox.stop()
        _shared.clear()
