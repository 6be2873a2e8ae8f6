"""Run functions on documents in worker processes with limits.

A file of one kilobyte can need gigabytes or never end, and PDFium is written in C++. Code that runs in a worker may
crash, hang or use too much memory, and only its own document is lost. A worker has no network and cannot write files.
Its address space is limited for its life; processor time and wall-clock time are limited for each call.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import pickle
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from msgspec import Struct, structs

from aisi_ingest.sandbox import worker
from aisi_ingest.sandbox.worker import Measured as Measured

P = ParamSpec("P")
R = TypeVar("R")

_GIB = 1 << 30


class Limits(Struct, frozen=True):
    """Limits for one document. The defaults are several times what a report of 300 pages needs.

    Attributes:
        wall_seconds: Wall-clock time of one call.
        cpu_seconds: Processor time of one call.
        address_space: Address space of a worker in bytes. The OCR engine alone maps about 2 GB.
        calls_per_worker: Calls after which a worker is replaced, which also ends memory leaks in C libraries.
    """

    wall_seconds: float = 300.0
    cpu_seconds: int = 240
    address_space: int = 6 * _GIB
    calls_per_worker: int = 400


class LimitsError(ValueError):
    """A limit in the environment is not a number or too small. The message names the variable."""


# Variable: field of Limits, unit, least number. Environment variables also reach workers on other machines.
_ENVIRONMENT = {
    "AISI_INGEST_WALL_SECONDS": ("wall_seconds", 1, 1),
    "AISI_INGEST_CPU_SECONDS": ("cpu_seconds", 1, 1),
    "AISI_INGEST_MEMORY_GIB": ("address_space", _GIB, 1),
    "AISI_INGEST_CALLS_PER_WORKER": ("calls_per_worker", 1, 1),
}


def limits_from_environment(environment: Mapping[str, str] | None = None) -> Limits:
    """Return the limits set in the environment, with defaults for the others.

    Args:
        environment: The variables; by default those of this process.

    Raises:
        LimitsError: A limit is not a number or too small.
    """
    variables = os.environ if environment is None else environment
    changed = {}
    for name, (field, unit, least) in _ENVIRONMENT.items():
        if name not in variables:
            continue
        try:
            number = int(variables[name])
        except ValueError:
            number = 0
        if number < least:
            raise LimitsError(f"{name} is {variables[name]!r}, but must be a whole number of at least {least}")
        changed[field] = number * unit
    return structs.replace(Limits(), **changed)


class LimitExceeded(Exception):
    """A worker was stopped at a limit or crashed. The message says which.

    Attributes:
        code: The code of the issue.
        seconds: Wall-clock time of the call.
    """

    def __init__(self, code: str, message: str, seconds: float) -> None:
        super().__init__(message)
        self.code, self.seconds = code, seconds


class _Worker:
    """A worker process, as the parent process sees it."""

    def __init__(self, connection: Connection, process: int, generation: int) -> None:
        self.connection, self.process, self.generation = connection, process, generation
        self.calls = 0


class Sandbox:
    """A pool of worker processes; ``call`` runs a module-level function in one of them.

    Arguments and results are pickled between these processes only, never read from a file. Workers are forked from
    a fork server, which has one thread and never sees a document. A fork of the caller would copy the locks that its
    threads hold (Prefect, progress bars). The fork server itself is spawned.
    """

    def __init__(self, workers: int, limits: Limits = Limits()) -> None:  # noqa: B008 (frozen)
        self.limits = limits
        self.workers = workers
        self._slots = threading.Semaphore(workers)  # limits the number of calls at a time
        self._lock = threading.Lock()  # protects the four attributes below
        self._idle: list[_Worker] = []
        self._alive: dict[int, _Worker] = {}  # workers that were not terminated yet, by process id
        self._prepared: dict[object, threading.Event] = {}
        self._generation = 0  # number of completed preparations; older workers are replaced
        self._request_lock = threading.Lock()  # one request to the fork server at a time
        self._stopped = False
        self._background_lock, self._background = threading.Lock(), set[bytes]()  # preparations in the background
        self._start_fork_server()

    def _start_fork_server(self) -> None:
        self._channel, server_end = socket.socketpair()
        context = multiprocessing.get_context("spawn")
        arguments = (server_end, self.limits.address_space)
        self._fork_server = context.Process(target=worker.fork_server, args=arguments, daemon=True, name="sandbox")
        with server_end:
            self._fork_server.start()

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run ``function`` in a worker and return its result. Raises the same exceptions as ``call_measured``."""
        return self.call_measured(function, *args, **kwargs).value

    def call_measured(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Measured[R]:
        """Run ``function`` in a worker, and measure its time and memory.

        Returns:
            The result with its time, excluding time spent waiting for a worker.

        Raises:
            LimitExceeded: The worker exceeded a limit or crashed.
            RuntimeError: The result cannot be pickled or unpickled.
            Exception: Whatever ``function`` raised.
        """
        request = pickle.dumps((function, self.limits.cpu_seconds, args, kwargs))
        with self._lease() as leased:
            began = time.monotonic()
            try:
                leased.connection.send_bytes(request)
                if not leased.connection.poll(most := self.limits.wall_seconds):
                    raise LimitExceeded("time_limit", f"took longer than {most:g} s and was stopped", most)
                response = leased.connection.recv_bytes()
            except (EOFError, OSError):
                raise self._exit_error(self._terminate(leased), time.monotonic() - began) from None
            seconds = time.monotonic() - began
        try:
            succeeded, value = pickle.loads(response)
        except Exception as error:  # an exception whose constructor does not take what it was pickled with
            raise RuntimeError(f"the result of a worker cannot be read: {error}") from None
        if succeeded:
            measured: Measured[R] = structs.replace(value, seconds=seconds)
            return measured
        if isinstance(value, MemoryError):
            text = f"needed more than {self.limits.address_space / _GIB:g} GiB of memory and was stopped"
            raise LimitExceeded("memory_limit", text, seconds) from None
        raise value

    def prepare(self, function: Callable[..., object], *args: object) -> None:
        """Load something that later calls need, once, in the fork server.

        It takes the place of one call meanwhile. The same request by several threads is done once, and all wait for
        it. Workers started before are replaced when they are idle.

        Args:
            function: A module-level function that loads it.
            args: The function's arguments.
        """
        pickled = pickle.dumps((function, args))
        with self._lock:
            is_first = pickled not in self._prepared
            done = self._prepared.setdefault(pickled, threading.Event())
        if not is_first:
            done.wait()
            return
        try:
            with self._slots:  # it uses a core like a worker; the other workers continue
                self._request(worker.PREPARE, len(pickled), data=pickled)
            with self._lock:
                self._generation += 1
                idle, self._idle = self._idle, []
            for outdated in idle:
                self._terminate(outdated)
        finally:
            done.set()

    def prepare_in_background(self, function: Callable[..., object], *args: object) -> None:
        """Start ``prepare`` in the background. A later ``prepare`` with the same arguments waits for it."""
        pickled = pickle.dumps((function, args))
        with self._background_lock:
            if pickled in self._background:
                return
            self._background.add(pickled)
            while len(self._alive) < self.workers - 1:  # the fork server starts no worker while it loads
                spawned = self._spawn()
                with self._lock:
                    self._idle.append(spawned)
            threading.Thread(target=self._prepare_if_running, args=(function, *args), daemon=True).start()

    def _prepare_if_running(self, function: Callable[..., object], *args: object) -> None:
        with contextlib.suppress(OSError):  # the sandbox may be stopped meanwhile
            self.prepare(function, *args)

    @contextlib.contextmanager
    def _lease(self) -> Iterator[_Worker]:
        """Give a worker to one call, and terminate it if the call fails or it must be replaced."""
        with self._slots:
            with self._lock:
                leased = self._idle.pop() if self._idle else None
            leased = leased or self._spawn()
            leased.calls += 1
            try:
                yield leased
            except BaseException:
                self._terminate(leased)
                raise
            is_used_up = leased.calls >= self.limits.calls_per_worker
            if is_used_up or leased.generation != self._generation:
                self._terminate(leased)
            else:
                with self._lock:
                    self._idle.append(leased)

    def _spawn(self) -> _Worker:
        own_end, worker_end = multiprocessing.Pipe()
        generation = self._generation
        with worker_end:
            process = self._request(worker.FORK, descriptor=worker_end.fileno())
        spawned = _Worker(own_end, process, generation)
        with self._lock:
            self._alive[process] = spawned
        return spawned

    def _terminate(self, ended: _Worker) -> int | None:
        """End a worker if it still runs.

        Returns:
            Its exit code, or None if another thread terminated it.
        """
        with self._lock:
            if self._alive.pop(ended.process, None) is None:
                return None
        ended.connection.close()
        with contextlib.suppress(OSError):
            return self._request(worker.TERMINATE, ended.process)
        return None

    def _exit_error(self, code: int | None, seconds: float) -> LimitExceeded:
        """Return the exception for a worker that ended with an exit code during a call."""
        if code == -signal.SIGXCPU:
            reason = f"used more than {self.limits.cpu_seconds} s of processor time and was stopped"
            return LimitExceeded("cpu_limit", reason, seconds)
        cause = "stopped" if code is None else signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return LimitExceeded("worker_died", f"the reader crashed ({cause})", seconds)

    def _request(self, command: bytes, number: int = 0, descriptor: int | None = None, data: bytes = b"") -> int:
        """Send a request to the fork server and return its response. A fork server that has ended is replaced.

        Raises:
            OSError: The new fork server does not respond either.
        """
        with self._request_lock:
            try:
                return self._send_request(command, number, descriptor, data)
            except OSError:
                if self._stopped or command == worker.TERMINATE:  # the exit code of its workers is lost
                    raise
                if self._fork_server.exitcode not in (None, -signal.SIGKILL):
                    raise  # it could not start, and has reported why
                self._channel.close()
                self._start_fork_server()
                return self._send_request(command, number, descriptor, data)

    def _send_request(self, command: bytes, number: int, descriptor: int | None, data: bytes) -> int:
        request = command + worker.NUMBER.pack(number)
        socket.send_fds(self._channel, [request], [] if descriptor is None else [descriptor])
        self._channel.sendall(data)
        response = self._channel.recv(worker.NUMBER.size, socket.MSG_WAITALL)
        if len(response) < worker.NUMBER.size:
            raise ConnectionResetError("the fork server has ended")
        return int(worker.NUMBER.unpack(response)[0])

    def close(self) -> None:
        """Wait for running calls, then end all workers."""
        for _ in range(self.workers):
            self._slots.acquire()
        self.stop()

    def stop(self) -> None:
        """End all workers immediately."""
        with self._lock:
            alive = list(self._alive.values())
        for each in alive:
            self._terminate(each)
        with self._request_lock:
            self._stopped = True
            self._channel.close()  # this ends the fork server
        self._fork_server.join()


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
