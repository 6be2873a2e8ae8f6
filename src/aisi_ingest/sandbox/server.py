"""The fork server: starts a worker for each document, and ends it.

It has one thread, so a fork copies no lock that another thread holds, and it never sees a document, so a worker finds
nothing of an earlier one. What it loads before it forks (models, modules) is available to all later workers at once, in
shared memory.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import struct
import sys

import msgspec

from aisi_ingest.sandbox import confinement, tasks, worker

# Allocations before a collection, and collections of one generation before one of the next. There are many small
# values and few cycles: Python's defaults (700, 10, 10) take 8 % of the time of reading.
_GC_THRESHOLDS = (100_000, 20, 20)

# A request is one of these bytes and a number. The response is a number.
FORK, IMPORT, PREPARE, TERMINATE, MISSING = b"f", b"i", b"p", b"e", b"m"
NUMBER = struct.Struct("=q")


def main(descriptor: int) -> None:
    """Start and end workers until the main process exits.

    A request is one byte and a number:

    - ``FORK`` starts a worker. The descriptor of its connection is sent along. The response is its process id.
    - ``IMPORT`` imports the module whose name follows in that number of bytes. The response is 0.
    - ``PREPARE`` runs the call that follows in that number of bytes. The response is 0.
    - ``TERMINATE`` ends the worker with that process id, which may have ended already. The response is its exit code.
    - ``MISSING`` returns the mechanisms of confinement that are missing here: one bit for each of
      ``confinement.MECHANISMS``.

    Args:
        descriptor: The socket that requests arrive on.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process handles Ctrl-C
    gc.set_threshold(*_GC_THRESHOLDS)
    missing = confinement.confine_server()
    own_pid = os.getpid()
    with socket.socket(fileno=descriptor) as channel:
        while True:
            request, descriptors, _, _ = socket.recv_fds(channel, 1 + NUMBER.size, 1)
            if len(request) <= NUMBER.size:
                return
            command, (number,) = request[:1], NUMBER.unpack(request[1:])
            response = 0
            if command == FORK:
                response = os.fork()
                if not response:
                    worker.serve(descriptors[0], own_pid, missing)
                os.close(descriptors[0])
            elif command in (IMPORT, PREPARE):
                _load(command, _receive(channel, number))
            elif command == TERMINATE:
                response = _terminate(number)
            else:
                response = sum(1 << bit for bit, each in enumerate(confinement.MECHANISMS) if each in missing)
            channel.sendall(NUMBER.pack(response))


def _load(command: bytes, data: bytes) -> None:
    """Load something for all later workers."""
    try:
        if command == IMPORT:
            importlib.import_module(data.decode())
        else:
            request = msgspec.msgpack.decode(data, type=tasks.Request)
            task = tasks.named(request.task)
            task.function(*task.arguments(request.arguments))
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
    """Receive exactly ``size`` bytes; exit if the main process has ended."""
    received = b""
    while len(received) < size:
        part = channel.recv(size - len(received))
        if not part:
            os._exit(0)
        received += part
    return received
