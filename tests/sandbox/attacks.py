"""What a document that has taken over its worker may try. Each task runs in a worker."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from aisi_ingest.model import Result
from aisi_ingest.sandbox.tasks import task

_STATE: list[str] = []


def _outcome(attempt: Callable[[], object]) -> str:
    """Return "succeeded" or the reason why an attempt failed."""
    try:
        attempt()
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "succeeded"


@task
def change_file(path: str, how: str) -> str:
    """Try to change a file in one of several ways."""
    attempts = {
        "truncate": lambda: os.truncate(path, 0),
        "open and truncate": lambda: os.close(os.open(path, os.O_WRONLY | os.O_TRUNC)),
        "overwrite": lambda: os.pwrite(os.open(path, os.O_WRONLY), b"x", 0),
        "overwrite by a mapping": lambda: os.open(path, os.O_RDWR),
        "append": lambda: os.open(path, os.O_WRONLY | os.O_APPEND),
        "unlink": lambda: os.unlink(path),
        "rename": lambda: os.rename(path, f"{path}.2"),
        "replace by a link": lambda: os.symlink("/etc/passwd", f"{path}.link"),
        "hard link": lambda: os.link(path, f"{path}.link"),
        "create": lambda: os.open(f"{path}.new", os.O_CREAT | os.O_WRONLY),
        "create a folder": lambda: os.mkdir(f"{path}.folder"),
        "change the mode": lambda: os.chmod(path, 0o777),
        "change the time": lambda: os.utime(path, (0, 0)),
        "set an attribute": lambda: os.setxattr(path, "user.x", b"1"),
        "name a pipe": lambda: os.mkfifo(f"{path}.pipe"),
    }
    return _outcome(attempts[how])


@task
def read_file(path: str) -> str:
    """Try to read a file or to list a folder."""
    return _outcome(lambda: os.listdir(path) if Path(path).is_dir() else Path(path).read_bytes())


@task
def start_program(how: str) -> str:
    """Try to start a program or a process."""
    attempts = {
        "exec": lambda: os.execv("/bin/sh", ["sh", "-c", "true"]),
        "fork": os.fork,
        "a shell": lambda: subprocess.run(["/bin/sh", "-c", "true"], check=True),
        "spawn": lambda: os.posix_spawn("/bin/sh", ["sh", "-c", "true"], {}),
        "exec of memory": _exec_of_memory,
    }
    return _outcome(attempts[how])


def _exec_of_memory() -> None:
    descriptor = os.memfd_create("program")
    os.write(descriptor, b"#!/bin/sh\n")
    os.execv(f"/proc/self/fd/{descriptor}", ["x"])


@task
def reach(kind: str, address: str, port: int) -> str:
    """Try to send something to an address."""

    def attempt() -> None:
        if kind == "tcp":
            socket.create_connection((address, port), timeout=2).close()
        elif kind == "udp":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"x", (address, port))
        elif kind == "native tcp":
            _native_connect(address, port)
        elif kind == "unix":
            with socket.socket(socket.AF_UNIX) as sender:
                sender.connect(address)
        elif kind == "abstract unix":
            with socket.socket(socket.AF_UNIX) as sender:
                sender.connect(f"\0{address}")
        else:
            socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()

    return _outcome(attempt)


def _native_connect(address: str, port: int) -> None:
    """Connect without Python's socket module."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    name = struct.pack("=H", socket.AF_INET) + struct.pack(">H", port) + socket.inet_aton(address) + bytes(8)
    if descriptor < 0 or libc.connect(descriptor, name, len(name)) < 0:
        raise OSError(ctypes.get_errno(), "connect")


@task
def reach_process(process: int, how: str) -> str:
    """Try to signal another process, or to look into it."""
    libc = ctypes.CDLL(None, use_errno=True)

    def native(result: int) -> None:
        if result < 0:
            raise OSError(ctypes.get_errno(), how)

    attempts = {
        "signal": lambda: os.kill(process, 0),
        "signal a thread": lambda: native(libc.tgkill(process, process, 0)),
        "signal the group": lambda: os.killpg(os.getpgid(0), 0),
        "signal when a file is ready": lambda: _signal_by_descriptor(process),
        "queue a signal": lambda: native(libc.sigqueue(process, 0, 0)),
        "open its memory": lambda: os.open(f"/proc/{process}/mem", os.O_RDONLY),
        "write its memory": lambda: os.open(f"/proc/{process}/mem", os.O_RDWR),
        "read its environment": lambda: Path(f"/proc/{process}/environ").read_bytes(),
        "trace it": lambda: native(libc.ptrace(16, process, 0, 0)),
        "read its memory": lambda: _read_memory(libc, process),
        "change its limits": lambda: _change_limits(process),
        "open its files": lambda: os.listdir(f"/proc/{process}/fd"),
    }
    return _outcome(attempts[how])


def _signal_by_descriptor(process: int) -> None:
    import fcntl

    fcntl.fcntl(0, fcntl.F_SETOWN, process)


def _read_memory(libc: ctypes.CDLL, process: int) -> None:
    buffer = ctypes.create_string_buffer(8)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    if libc.process_vm_readv(process, vector, 1, vector, 1, 0) < 0:
        raise OSError(ctypes.get_errno(), "process_vm_readv")


def _change_limits(process: int) -> None:
    import resource

    resource.prlimit(process, resource.RLIMIT_CPU, (10, 10))


@task
def system_call(number: int) -> str:
    """Try a system call with arguments that cannot do anything."""
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(number, -1, -1, -1, -1, -1, -1)
    return "succeeded" if result >= 0 else os.strerror(ctypes.get_errno())


@task
def environment() -> dict[str, str]:
    """Return the variables of the environment."""
    return dict(os.environ)


@task
def leave_state(text: str) -> list[str]:
    """Return what earlier calls left, and leave something for later ones."""
    _STATE.extend(each for each in (text, getattr(os, "left", "")) if each)
    vars(os)["left"] = text
    return list(_STATE)


@task
def open_descriptors() -> list[str]:
    """Return the types of the open files, by what fstat says."""
    import stat

    names = []
    for descriptor in range(256):
        with contextlib.suppress(OSError):
            mode = os.fstat(descriptor).st_mode
            names.append("socket" if stat.S_ISSOCK(mode) else "device" if stat.S_ISCHR(mode) else "file")
    return names


def _connection() -> int:
    import stat

    for descriptor in range(3, 256):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return descriptor
    raise OSError("there is no connection")


class _Bomb:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (self.path, "w")


@task
def answer_with(what: str, path: str) -> str:
    """Write bytes to the main process in place of the answer, then hang."""
    answers = {
        "a pickle": pickle.dumps((True, _Bomb(path))),
        "a pickle in MessagePack": b"\x94\xc3" + _packed(pickle.dumps(_Bomb(path))) + b"\x00\x90",
        "no MessagePack": b"\xc1\xc1\xc1",
        "nothing": b"",
        "another type": b"\x94\xc3\x93\x01\x02\x03\x00\x90",
        "an array of 4 billion": b"\xdd\xff\xff\xff\xff",
        "an answer of 4 billion": b"\x94\xc3\xdd\xff\xff\xff\xff\x00\x90",
        "deep nesting": b"\x94\xc3" + b"\x91" * 5_000_000 + b"\xc0\x00\x90",
        "a wish for a command": b"\x94\xc3\xa1x\x00\x91" + _packed_text("os:system"),
    }
    message = answers[what]
    os.write(_connection(), struct.pack("=Q", len(message)))
    rest = memoryview(message)
    while rest:
        rest = rest[os.write(_connection(), rest) :]
    time.sleep(60)
    return ""


def _packed(data: bytes) -> bytes:
    return b"\xc5" + struct.pack(">H", len(data)) + data


def _packed_text(text: str) -> bytes:
    return bytes([0xA0 | len(text)]) + text.encode()


@task
def announce(size: int, sent: int) -> str:
    """Announce an answer of a size, send less, then hang."""
    os.write(_connection(), struct.pack("=Q", size) + bytes(sent))
    time.sleep(60)
    return ""


@task
def forge_json() -> Result[int]:
    """Answer with JSON of another type than the caller stores."""
    _replace_encoder()
    return Result(1)


def _replace_encoder() -> None:
    from aisi_ingest.sandbox import worker

    class Forged:
        json, msgpack, Raw = _ForgedJson, msgspec.msgpack, msgspec.Raw

    vars(worker)["msgspec"] = Forged


class _ForgedJson:
    @staticmethod
    def encode(value: object, order: str) -> bytes:
        return b'{"not": "a number"'


@task
def use_threads() -> int:
    """Start threads, as libraries do."""
    found: list[int] = []
    threads = [threading.Thread(target=found.append, args=(each,)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(found)


@task
def identity() -> tuple[int, bytes]:
    """Return the user and the effective capabilities."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("=Ii", 0x20080522, 0)
    data = ctypes.create_string_buffer(24)
    numbers = {"x86_64": 125, "aarch64": 90}
    libc.syscall(numbers[os.uname().machine], header, data)
    return os.getuid(), data.raw
