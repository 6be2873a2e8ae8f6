"""The other side of the sandbox: the process that workers are forked from, and the workers.

The first process never sees a document. What it loads before it forks (models, modules) all workers born later have
at once and share in memory.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from msgspec import Struct

from aisi_ingest.sandbox import memory

R = TypeVar("R")

_CLONE_NEWNET = 0x40000000  # linux/sched.h
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
FORK, PREPARE, END = b"f", b"p", b"e"
NUMBER = struct.Struct("=q")


class Measured(Struct, Generic[R], frozen=True):
    """What a call gave and what it took."""

    value: R
    memory: int  # the most that was resident in the worker while it ran, its modules and models too; bytes
    seconds: float = 0.0  # from the question to the answer, by the wall clock


def fork_server(channel: socket.socket, address_space: int) -> None:
    """The process that workers are forked from: does what it is told until whoever asked for it is gone.

    A byte says what, with a descriptor or a number: ``FORK`` a worker that serves the connection given, answered with
    its process id; ``PREPARE`` by calling what is pickled in so many bytes, answered with 0; ``END`` a worker that
    may have ended already, answered with its exit code. It has one thread, so a fork copies no lock that another holds.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started it to handle
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # as many workers as cores: threads inside would only compete
    gc.set_threshold(100_000, 20, 20)  # many small values and few cycles: the default takes 8 % of reading
    me = os.getpid()
    while True:
        told, descriptors, _, _ = socket.recv_fds(channel, 1 + NUMBER.size, 1)
        if len(told) <= NUMBER.size:
            return
        (number,) = NUMBER.unpack(told[1:])
        answer = 0
        if told[:1] == FORK:
            answer = os.fork()
            if not answer:
                channel.close()
                _serve(Connection(descriptors[0]), address_space, me)
            os.close(descriptors[0])
        elif told[:1] == PREPARE:
            function, args = pickle.loads(_received(channel, number))
            try:
                function(*args)
            except Exception as fault:  # then each worker loads it for itself, and says what is wrong with it
                print(f"aisi-ingest: workers are not prepared: {fault}", file=sys.stderr)
            gc.collect()
            gc.freeze()  # what is there stays: looking at it would copy its pages into each worker
        else:
            answer = _ended(number)
        channel.sendall(NUMBER.pack(answer))


def _ended(process: int) -> int:
    """The exit code of a worker that is ended now, if it has not ended itself."""
    try:
        gone, status = os.waitpid(process, os.WNOHANG)
        if not gone:
            os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
    except ChildProcessError:  # of the process before this one, with which it was killed
        return -signal.SIGKILL
    return os.waitstatus_to_exitcode(status)


def _received(channel: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        part = channel.recv(size - len(parts))
        if not part:
            os._exit(0)
        parts += part
    return parts


def _serve(connection: Connection, address_space: int, parent: int) -> None:
    """A worker's life: one call after the other until the connection is closed."""
    try:
        _confine(address_space)
        if os.getppid() != parent:  # it died before the system was asked to tell
            os._exit(0)
        while True:
            told = connection.recv_bytes()
            try:
                function, cpu_seconds, args, kwargs = pickle.loads(told)
                said: tuple[bool, Any] = (True, _limited(function, cpu_seconds, args, kwargs))
            except Exception as fault:
                said = (False, fault)
            try:
                answer = pickle.dumps(said)
            except MemoryError as fault:
                answer = pickle.dumps((False, fault))
            except Exception as fault:  # a value or an exception that cannot cross
                answer = pickle.dumps((False, RuntimeError(f"{said[1]!r:.200}: {fault}")))
            connection.send_bytes(answer)
    except (EOFError, OSError):
        os._exit(0)
    except BaseException:
        os._exit(1)


def _limited(
    function: Callable[..., R], cpu_seconds: int, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Measured[R]:
    """Processor time counts for the worker's whole life, so each call moves the limit on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + cpu_seconds + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))
    memory.forget_peak()
    value = function(*args, **kwargs)
    return Measured(value, memory.peak())


def _confine(address_space: int) -> None:
    """Run once in each worker, before anything of a document is seen."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # whoever is killed leaves no worker behind
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # No file grows, wherever it is; sockets to the parent are not files. A write fails with EFBIG.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if libc.unshare(_CLONE_NEWNET) != 0:  # an empty network; only root may, where the system allows it
        _refuse_sockets()


def _refuse_sockets() -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("no network while a document is read")

    for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "create_connection")):
        setattr(owner, name, refused)
