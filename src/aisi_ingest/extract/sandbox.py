"""Worker processes with limits around everything that touches a document's bytes or text.

A file of a kilobyte can ask for gigabytes or never end, and PDFium is C++: what runs in here may
die, hang or swell and harms its own document alone. A worker has no network, writes no file, has a
limit of address space for its life, and of processor and wall-clock time for each call.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar

from msgspec import Struct, structs

from aisi_ingest.extract import memory

P = ParamSpec("P")
R = TypeVar("R")

_CLONE_NEWNET = 0x40000000  # linux/sched.h
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Limits(Struct, frozen=True):
    """What one document may use. The defaults are several times what a 300-page report needs."""

    wall_seconds: float = 300.0
    cpu_seconds: int = 240
    address_space: int = 6 << 30  # bytes; the OCR engine alone maps some 2 GB
    # Then the process is replaced: leaks in C libraries end there. A new one needs 1.5 s until it has all models.
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


class Measured(Struct, Generic[R], frozen=True):
    """What a call gave and what it took."""

    value: R
    memory: int  # the most that was resident in the worker while it ran, its modules and models too; bytes


class LimitExceeded(Exception):
    """A worker was stopped or died. ``code`` is the issue's code, the message says which limit."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Sandbox:
    """A pool of worker processes; ``call`` runs a module-level function in one of them.

    Arguments and values cross by pickle between our own processes, never from a file.
    """

    def __init__(self, workers: int, limits: Limits = Limits()) -> None:  # noqa: B008 (frozen)
        import pebble

        self.limits = limits
        # Not fork: the caller has threads (Prefect, progress bars), whose locks a fork would copy held.
        self._pool = pebble.ProcessPool(
            max_workers=workers,
            max_tasks=limits.calls_per_worker,
            initializer=_confine,
            initargs=(limits.address_space,),
            context=multiprocessing.get_context("spawn"),
        )
        self._over = threading.Event()
        started = threading.Event()
        faults: list[Exception] = []
        threading.Thread(target=self._keep, args=(started, faults), daemon=True, name="sandbox").start()
        started.wait()
        if faults:  # a script without "if __name__ == '__main__'", mostly: its workers would begin it again
            raise faults[0]

    def _keep(self, started: threading.Event, faults: list[Exception]) -> None:
        """Start the workers in a thread that lives as long as they may.

        The system tells a child that its parent died when the thread that made it ends, not the
        process: workers made by a caller's thread would be killed with that.
        """
        try:
            _ = self._pool.active  # asking starts it
        except Exception as fault:
            faults.append(fault)
            return
        finally:
            started.set()
        self._over.wait()

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run ``function`` in a worker and give its value; raises as ``measured`` does."""
        return self.measured(function, *args, **kwargs).value

    def measured(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Measured[R]:
        """Run ``function`` in a worker; its value and what it took.

        Raises LimitExceeded when the worker hit a limit or died, and whatever the function raised.
        """
        import concurrent.futures

        import pebble

        limits = self.limits
        future = self._pool.submit(_limited, limits.wall_seconds, function, limits.cpu_seconds, args, kwargs)
        try:
            done: Measured[R] = future.result()
            return done
        except concurrent.futures.TimeoutError:
            raise LimitExceeded("time_limit", f"took longer than {limits.wall_seconds:g} s and was stopped") from None
        except pebble.ProcessExpired as death:
            if death.exitcode == -signal.SIGXCPU:
                reason = f"used more than {limits.cpu_seconds} s of processor time and was stopped"
                raise LimitExceeded("cpu_limit", reason) from None
            cause = signal.Signals(-death.exitcode).name if (death.exitcode or 0) < 0 else f"exit code {death.exitcode}"
            raise LimitExceeded("worker_died", f"the reader crashed ({cause})") from None
        except MemoryError:
            gigabytes = limits.address_space / (1 << 30)
            raise LimitExceeded(
                "memory_limit", f"needed more than {gigabytes:g} GiB of memory and was stopped"
            ) from None

    def close(self) -> None:
        """Wait for what runs, then end all workers."""
        self._pool.close()
        self._pool.join()
        self._over.set()

    def stop(self) -> None:
        """End all workers at once."""
        self._pool.stop()
        self._pool.join()
        self._over.set()


_shared: dict[int, Sandbox] = {}
_shared_lock = threading.Lock()


def shared(workers: int) -> Sandbox:
    """This process's sandbox with at least ``workers`` workers, made when first asked for.

    Steps are handed to threads or to task runners on other machines; each process has its own.
    """
    with _shared_lock:
        if not _shared:
            _shared[workers] = Sandbox(workers, configured())
        return next(iter(_shared.values()))


def close_shared() -> None:
    """End this process's sandbox; the next call of ``shared`` makes a new one."""
    with _shared_lock:
        for sandbox in _shared.values():
            sandbox.stop()
        _shared.clear()


def _limited(
    function: Callable[..., R], cpu_seconds: int, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Measured[R]:
    """Run in the worker: processor time counts for its whole life, so each call moves the limit on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + cpu_seconds + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))
    memory.forget_peak()
    value = function(*args, **kwargs)
    return Measured(value, memory.peak())


def _confine(address_space: int) -> None:
    """Run once in each worker, before anything of a document is seen."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a parent that is killed leaves no worker behind
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:
        os._exit(1)  # it was killed while this worker still imported: the signal would never come
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # No file grows, wherever it is; pipes to the parent are not files. A write fails with EFBIG.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # as many workers as cores: threads inside would only compete
    gc.set_threshold(100_000, 20, 20)  # many small values and few cycles: the default takes 8 % of reading
    if libc.unshare(_CLONE_NEWNET) != 0:  # an empty network; only root may, where the system allows it
        _refuse_sockets()


def _refuse_sockets() -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("no network while a document is read")

    for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "create_connection")):
        setattr(owner, name, refused)
