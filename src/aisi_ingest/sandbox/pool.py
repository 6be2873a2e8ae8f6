"""Worker processes with limits around everything that touches a document's bytes or text.

A file of a kilobyte can ask for gigabytes or never end, and PDFium is C++: what runs in here may
die, hang or swell and harms its own document alone. A worker has no network, writes no file, has a
limit of address space for its life, and of processor and wall-clock time for each call.
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


class Limits(Struct, frozen=True):
    """What one document may use. The defaults are several times what a 300-page report needs."""

    wall_seconds: float = 300.0
    cpu_seconds: int = 240
    address_space: int = 6 << 30  # bytes; the OCR engine alone maps some 2 GB
    # Then the process is replaced: leaks in C libraries end there.
    calls_per_worker: int = 400


class LimitsError(ValueError):
    """A limit in the environment is no number, or too small: one sentence that names it."""


# name: field, what the number is multiplied with, least. The environment, since workers may run on other machines.
_CONFIGURED = {
    "AISI_INGEST_WALL_SECONDS": ("wall_seconds", 1, 1),
    "AISI_INGEST_CPU_SECONDS": ("cpu_seconds", 1, 1),
    "AISI_INGEST_MEMORY_GIB": ("address_space", 1 << 30, 1),
    "AISI_INGEST_CALLS_PER_WORKER": ("calls_per_worker", 1, 1),
}


def configured(environment: Mapping[str, str] | None = None) -> Limits:
    """The limits that the environment names, the defaults for the rest. Raises LimitsError."""
    values = os.environ if environment is None else environment
    changed = {}
    for name, (field, unit, least) in _CONFIGURED.items():
        if name not in values:
            continue
        try:
            number = int(values[name])
        except ValueError:
            number = 0
        if number < least:
            raise LimitsError(f"{name} is {values[name]!r}, and must be a whole number of at least {least}")
        changed[field] = number * unit
    return structs.replace(Limits(), **changed)


class LimitExceeded(Exception):
    """A worker was stopped or died, after so many seconds. ``code`` is the issue's, the message says which limit."""

    def __init__(self, code: str, message: str, seconds: float) -> None:
        super().__init__(message)
        self.code, self.seconds = code, seconds


class _Worker:
    """A worker as whoever calls it sees it."""

    def __init__(self, connection: Connection, process: int, generation: int) -> None:
        self.connection, self.process, self.generation = connection, process, generation
        self.calls = 0


class Sandbox:
    """A pool of worker processes; ``call`` runs a module-level function in one of them.

    Arguments and values cross by pickle between our own processes, never from a file. Workers are forked from a
    process that does nothing else, has one thread and never sees a document: a fork of the caller would copy the locks
    that its threads hold (Prefect, progress bars). That process itself is spawned.
    """

    def __init__(self, workers: int, limits: Limits = Limits()) -> None:  # noqa: B008 (frozen)
        self.limits = limits
        self.workers = workers
        self._slots = threading.Semaphore(workers)  # as many calls at once
        self._lock = threading.Lock()  # of all below
        self._idle: list[_Worker] = []
        self._alive: dict[int, _Worker] = {}  # by process id: those that nobody has waited for
        self._prepared: dict[object, threading.Event] = {}
        self._generation = 0  # how often the process that is forked was prepared
        self._asking = threading.Lock()  # one question to that process at a time
        self._over = False
        self._early, self._soon = threading.Lock(), set[bytes]()  # what is prepared beside what else is done
        self._begin()

    def _begin(self) -> None:
        self._channel, theirs = socket.socketpair()
        context = multiprocessing.get_context("spawn")
        arguments = (theirs, self.limits.address_space)
        self._nurse = context.Process(target=worker.fork_server, args=arguments, daemon=True, name="sandbox")
        with theirs:
            self._nurse.start()

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run ``function`` in a worker and give its value; raises as ``measured`` does."""
        return self.measured(function, *args, **kwargs).value

    def measured(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Measured[R]:
        """Run ``function`` in a worker; its value and what it took.

        Raises LimitExceeded when the worker hit a limit or died, and whatever the function raised.
        """
        told = pickle.dumps((function, self.limits.cpu_seconds, args, kwargs))
        with self._leased() as leased:
            began = time.monotonic()  # what it waited for a worker is no time of its own
            try:
                leased.connection.send_bytes(told)
                if not leased.connection.poll(most := self.limits.wall_seconds):
                    raise LimitExceeded("time_limit", f"took longer than {most:g} s and was stopped", most)
                answer = leased.connection.recv_bytes()
            except (EOFError, OSError):
                raise self._death(self._buried(leased), time.monotonic() - began) from None
            seconds = time.monotonic() - began
        try:
            good, value = pickle.loads(answer)
        except Exception as fault:  # an exception that is made in another way than it is pickled
            raise RuntimeError(f"what a worker gave cannot be read: {fault}") from None
        if good:
            done: Measured[R] = structs.replace(value, seconds=seconds)
            return done
        if isinstance(value, MemoryError):
            gigabytes = self.limits.address_space / (1 << 30)
            text = f"needed more than {gigabytes:g} GiB of memory and was stopped"
            raise LimitExceeded("memory_limit", text, seconds) from None
        raise value

    def prepare(self, function: Callable[..., object], *args: object) -> None:
        """Load once what calls need from now on, in the process that workers are forked from, at the cost of one call.

        Returns when that is done, whoever asked for it first. Workers born before are replaced when they are idle.
        """
        told = pickle.dumps((function, args))
        with self._lock:
            first = told not in self._prepared
            done = self._prepared.setdefault(told, threading.Event())
        if not first:
            done.wait()
            return
        try:
            with self._slots:  # it works like a worker: the others go on meanwhile
                self._ask(worker.PREPARE, len(told), more=told)
            with self._lock:
                self._generation += 1
                idle, self._idle = self._idle, []
            for old in idle:
                self._buried(old)
        finally:
            done.set()

    def prepare_soon(self, function: Callable[..., object], *args: object) -> None:
        """The same beside what else is done: whoever needs it waits for it then."""
        told = pickle.dumps((function, args))
        with self._early:
            if told in self._soon:
                return
            self._soon.add(told)
            while len(self._alive) < self.workers - 1:  # nobody is born while it loads
                born = self._born()
                with self._lock:
                    self._idle.append(born)
            threading.Thread(target=self._prepare_or_not, args=(function, *args), daemon=True).start()

    def _prepare_or_not(self, function: Callable[..., object], *args: object) -> None:
        with contextlib.suppress(OSError):  # the sandbox was stopped meanwhile
            self.prepare(function, *args)

    @contextlib.contextmanager
    def _leased(self) -> Iterator[_Worker]:
        with self._slots:
            with self._lock:
                leased = self._idle.pop() if self._idle else None
            leased = leased or self._born()
            leased.calls += 1
            try:
                yield leased
            except BaseException:
                self._buried(leased)
                raise
            old = leased.calls >= self.limits.calls_per_worker or leased.generation != self._generation
            if old:
                self._buried(leased)
            else:
                with self._lock:
                    self._idle.append(leased)

    def _born(self) -> _Worker:
        ours, theirs = multiprocessing.Pipe()
        generation = self._generation
        with theirs:
            process = self._ask(worker.FORK, descriptor=theirs.fileno())
        born = _Worker(ours, process, generation)
        with self._lock:
            self._alive[process] = born
        return born

    def _buried(self, one: _Worker) -> int | None:
        """End a worker, if it has not ended; its exit code, None where somebody else asked for that."""
        with self._lock:
            if self._alive.pop(one.process, None) is None:
                return None
        one.connection.close()
        with contextlib.suppress(OSError):
            return self._ask(worker.END, one.process)
        return None

    def _death(self, code: int | None, seconds: float) -> LimitExceeded:
        if code == -signal.SIGXCPU:
            reason = f"used more than {self.limits.cpu_seconds} s of processor time and was stopped"
            return LimitExceeded("cpu_limit", reason, seconds)
        cause = "stopped" if code is None else signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return LimitExceeded("worker_died", f"the reader crashed ({cause})", seconds)

    def _ask(self, what: bytes, number: int = 0, descriptor: int | None = None, more: bytes = b"") -> int:
        """Tell the process that is forked, and hear its answer; where it has ended, a new one takes its place.

        Raises OSError where that does not answer either.
        """
        with self._asking:
            try:
                return self._asked(what, number, descriptor, more)
            except OSError:
                if self._over or what == worker.END:  # for a child of the old one, whose end nobody knows
                    raise
                if self._nurse.exitcode not in (None, -signal.SIGKILL):
                    raise  # it cannot begin, and has said why
                self._channel.close()
                self._begin()
                return self._asked(what, number, descriptor, more)

    def _asked(self, what: bytes, number: int, descriptor: int | None, more: bytes) -> int:
        told = what + worker.NUMBER.pack(number)
        socket.send_fds(self._channel, [told], [] if descriptor is None else [descriptor])
        self._channel.sendall(more)
        answer = self._channel.recv(worker.NUMBER.size, socket.MSG_WAITALL)
        if len(answer) < worker.NUMBER.size:
            raise ConnectionResetError("the process that workers are forked from has ended")
        return int(worker.NUMBER.unpack(answer)[0])

    def close(self) -> None:
        """Wait for what runs, then end all workers."""
        for _ in range(self.workers):
            self._slots.acquire()
        self.stop()

    def stop(self) -> None:
        """End all workers at once."""
        with self._lock:
            alive = list(self._alive.values())
        for one in alive:
            self._buried(one)
        with self._asking:
            self._over = True
            self._channel.close()  # which ends the process that they were forked from
        self._nurse.join()


_shared: dict[int, Sandbox] = {}
_shared_lock = threading.Lock()


def shared(workers: int) -> Sandbox:
    """This process's sandbox with at least ``workers`` workers, made when first asked for.

    Steps are handed to threads or to task runners on other machines; each process has its own.
    """
    with _shared_lock:
        if not _shared:
            atexit.register(close_shared)  # ended by us and waited for, they count as this process's children
            _shared[workers] = Sandbox(workers, configured())
        return next(iter(_shared.values()))


def running() -> Sandbox | None:
    """This process's sandbox, if one was made."""
    with _shared_lock:
        return next(iter(_shared.values()), None)


def close_shared() -> None:
    """End this process's sandbox; the next call of ``shared`` makes a new one."""
    atexit.unregister(close_shared)
    with _shared_lock:
        for sandbox in _shared.values():
            sandbox.stop()
        _shared.clear()
