"""A worker: it confines itself, then answers calls until the main process closes the connection."""

from __future__ import annotations

import os
import resource
from collections.abc import Collection

import msgspec
from msgspec import Struct

from aisi_ingest.model import Result
from aisi_ingest.sandbox import bad_pages, channel, confinement, memory, tasks

_MEMORY_ERROR = msgspec.msgpack.encode(tasks.Answer(False, msgspec.Raw(msgspec.msgpack.encode(("MemoryError", ""))), 0))


class Setup(Struct, frozen=True, array_like=True):
    """The first message to a worker. The memory in which it notes the current page is sent along.

    Attributes:
        readable: Files and folders that its document needs.
        address_space: Limit in bytes.
    """

    readable: tuple[str, ...]
    address_space: int


def serve(connection: int, server: int, missing: Collection[str]) -> None:
    """Run calls, one after the other, until the connection is closed. Never returns.

    Args:
        connection: Descriptor of the connection to the main process.
        server: Process id of the fork server.
        missing: The mechanisms of confinement that are missing here.
    """
    try:
        tasks.wishes()  # those of the fork server
        message, note = channel.read_message_with_descriptor(connection)
        setup = msgspec.msgpack.decode(message, type=Setup)
        bad_pages.attach(note)
        kept = {connection, *memory.open_counters()}
        confinement.confine_worker(setup.readable, kept, setup.address_space, server, missing)
        while True:
            channel.write_message(connection, _answer(channel.read_message(connection)))
    except (EOFError, OSError):
        os._exit(0)
    except BaseException:
        os._exit(1)


def _answer(message: bytes) -> bytes:
    try:
        request = msgspec.msgpack.decode(message, type=tasks.Request)
        return msgspec.msgpack.encode(_outcome(request))
    except MemoryError:
        return _MEMORY_ERROR
    except Exception as error:
        packed = msgspec.msgpack.encode((type(error).__name__, _printable(error)))
        return msgspec.msgpack.encode(tasks.Answer(False, msgspec.Raw(packed), 0, tasks.wishes()))


def _printable(error: Exception) -> str:
    return str(error).encode(errors="backslashreplace").decode()


def _outcome(request: tasks.Request) -> tasks.Answer:
    task = tasks.named(request.task)
    arguments = task.arguments(request.arguments)
    _limit_processor_time(request.cpu_seconds)
    memory.reset_peak()
    value = task.function(*arguments)
    if request.as_json:
        encoded = None if value.value is None else msgspec.json.encode(value.value, order="deterministic")
        value = Result(encoded, value.issues)
    packed = msgspec.msgpack.encode(value)
    return tasks.Answer(True, msgspec.Raw(packed), memory.peak(), tasks.wishes())


def _limit_processor_time(seconds: int) -> None:
    """Limit the processor time of a call.

    The system counts processor time over the life of the worker, so each call raises the limit.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
