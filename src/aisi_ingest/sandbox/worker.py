"""The other side of the sandbox: the fork server and the workers.

The fork server never sees a document. What it loads before it forks (models, modules) is available to all later
workers at once, in shared memory.
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
# Allocations before a collection, and collections of one generation before one of the next. There are many small
# values and few cycles: Python's defaults (700, 10, 10) take 8 % of the time of reading.
_GC_THRESHOLDS = (100_000, 20, 20)

# A request to the fork server is one of these bytes and a number. The response is a number.
FORK, PREPARE, TERMINATE = b"f", b"p", b"e"
NUMBER = struct.Struct("=q")


class Measured(Struct, Generic[R], frozen=True):
    """The result of a call and what it needed.

    Attributes:
        value: The result.
        memory: The largest resident size of the worker during the call, including modules and models, in bytes.
        seconds: Wall-clock time from the request to the response.
    """

    value: R
    memory: int
    seconds: float = 0.0


def fork_server(channel: socket.socket, address_space: int) -> None:
    """Start and end workers until the parent process exits.

    The fork server has one thread, so a fork copies no lock that another thread holds. A request is one byte and a
    number:

    - ``FORK`` starts a worker that serves the connection whose descriptor is sent along. The response is its process
      id.
    - ``PREPARE`` calls the pickled function that follows in that number of bytes. The response is 0.
    - ``TERMINATE`` ends the worker with that process id, which may have ended already. The response is its exit code.

    Args:
        channel: The socket that requests arrive on.
        address_space: The limit of each worker, in bytes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # there are as many workers as cores: more threads would only compete
    gc.set_threshold(*_GC_THRESHOLDS)
    own_pid = os.getpid()
    while True:
        request, descriptors, _, _ = socket.recv_fds(channel, 1 + NUMBER.size, 1)
        if len(request) <= NUMBER.size:
            return
        command = request[:1]
        (number,) = NUMBER.unpack(request[1:])
        response = 0
        if command == FORK:
            response = os.fork()
            if not response:
                channel.close()
                _serve(Connection(descriptors[0]), address_space, own_pid)
            os.close(descriptors[0])
        elif command == PREPARE:
            _prepare(_receive(channel, number))
        else:
            response = _terminate(number)
        channel.sendall(NUMBER.pack(response))


def _prepare(pickled: bytes) -> None:
    function, args = pickle.loads(pickled)
    try:
        function(*args)
    except Exception as error:  # each worker then loads it itself and reports the error
        print(f"aisi-ingest: models could not be loaded before the workers start: {error}", file=sys.stderr)
    gc.collect()
    gc.freeze()  # a collection that visited these objects would copy their memory into each worker


def _terminate(process: int) -> int:
    """End a worker if it still runs, and return its exit code."""
    try:
        ended, status = os.waitpid(process, os.WNOHANG)
        if not ended:
            os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
    except ChildProcessError:  # a worker of an earlier fork server, which was killed together with it
        return -signal.SIGKILL
    return os.waitstatus_to_exitcode(status)


def _receive(channel: socket.socket, size: int) -> bytes:
    """Receive exactly ``size`` bytes; exit if the parent process has ended."""
    received = b""
    while len(received) < size:
        part = channel.recv(size - len(received))
        if not part:
            os._exit(0)
        received += part
    return received


def _serve(connection: Connection, address_space: int, parent: int) -> None:
    """Run calls in a worker, one after the other, until the connection is closed."""
    try:
        _confine(address_space)
        if os.getppid() != parent:  # the parent ended before this process asked to be killed with it
            os._exit(0)
        while True:
            request = connection.recv_bytes()
            try:
                function, cpu_seconds, args, kwargs = pickle.loads(request)
                outcome: tuple[bool, Any] = (True, _call(function, cpu_seconds, args, kwargs))
            except Exception as error:
                outcome = (False, error)
            try:
                response = pickle.dumps(outcome)
            except MemoryError as error:
                response = pickle.dumps((False, error))
            except Exception as error:  # a value or an exception that cannot be pickled
                response = pickle.dumps((False, RuntimeError(f"{outcome[1]!r:.200}: {error}")))
            connection.send_bytes(response)
    except (EOFError, OSError):
        os._exit(0)
    except BaseException:
        os._exit(1)


def _call(function: Callable[..., R], cpu_seconds: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Measured[R]:
    """Call a function with a limit of processor time.

    The system counts processor time over the life of the worker, so each call raises the limit.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + cpu_seconds + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    memory.reset_peak()
    value = function(*args, **kwargs)
    return Measured(value, memory.peak())


def _confine(address_space: int) -> None:
    """Restrict a worker. This runs once in each worker, before it sees a document."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # no worker outlives the fork server
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # No file can grow, wherever it is. A write fails with EFBIG. Sockets to the parent are not files.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # A network namespace without interfaces. Only root may create one, if the system allows it.
    if libc.unshare(_CLONE_NEWNET) != 0:
        _refuse_sockets()


def _refuse_sockets() -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("no network while a document is read")

    for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "create_connection")):
        setattr(owner, name, refuse)
