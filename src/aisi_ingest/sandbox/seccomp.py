"""Let a process use some system calls only (seccomp(2)): reading, memory, threads, and little else.

All others fail with EPERM: to start a program or a process, to open a socket, to send a signal to another process or to
look into it, to change a file or a mount, and whatever later kernels add.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct
from collections.abc import Sequence

from aisi_ingest.sandbox import libc
from aisi_ingest.sandbox.syscalls import ALLOWED, CONDITIONAL, UNKNOWN

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column in syscalls; linux/audit.h
_X32_BIT = 0x40000000  # numbers of another interface of x86_64 to the same calls

# linux/bpf_common.h: load a word, compare, return. linux/seccomp.h: what to return.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_MODE_FILTER = 2
_DATA_NUMBER, _DATA_ARCHITECTURE, _DATA_ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_MAX_JUMP = 255

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | (os.O_TMPFILE & ~os.O_DIRECTORY)
_CLONE_THREAD = 0x00010000
_DESCRIPTOR_COMMANDS = (0, 1, 2, 3, 4, 1030)  # fcntl: duplicate, get and set flags; not F_SETOWN, which sends signals
_TERMINAL_QUERIES = (0x5401, 0x5451)  # ioctl: TCGETS, by which Python detects a terminal; FIOCLEX
_NAMES_OF_MEMORY_AND_THREADS = (15, 16, 0x53564D41)  # prctl

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def program(machine: str, process: int) -> list[Instruction] | None:
    """Build the filter.

    Args:
        machine: The architecture, as uname(2) names it.
        process: The id of the process itself, to which it may send signals.

    Returns:
        The instructions; None for an architecture whose numbers are not known.
    """
    if machine not in _ARCHITECTURES:
        return None
    column, architecture = _ARCHITECTURES[machine]
    out: list[Instruction] = [
        (_LOAD, 0, 0, _DATA_ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _DATA_NUMBER),
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
    ]

    def numbers(names: Sequence[str]) -> list[int]:
        known = ALLOWED | CONDITIONAL | UNKNOWN
        return [number for name in names if (number := known[name][column]) is not None]

    for call in numbers(tuple(UNKNOWN)):
        out += _if_number(call, [(_RETURN, 0, 0, _ERROR | errno.ENOSYS)])
    for names, argument, values in (
        (("kill", "tgkill"), 0, (process,)),
        (("prlimit64",), 0, (0, process)),
        (("fcntl",), 1, _DESCRIPTOR_COMMANDS),
        (("ioctl",), 1, _TERMINAL_QUERIES),
        (("prctl",), 0, _NAMES_OF_MEMORY_AND_THREADS),
    ):
        for call in numbers(names):
            out += _if_number(call, _if_argument_in(argument, values))
    for name, argument in (("open", 1), ("openat", 2)):
        for call in numbers((name,)):
            out += _if_number(call, _if_bits(argument, _WRITING, _ERROR | errno.EACCES, _ALLOW))
    for call in numbers(("clone",)):
        out += _if_number(call, _if_bits(0, _CLONE_THREAD, _ALLOW, _ERROR | errno.EPERM))
    for call in sorted(numbers(tuple(ALLOWED))):
        out += _if_number(call, [(_RETURN, 0, 0, _ALLOW)])
    out.append((_RETURN, 0, 0, _ERROR | errno.EPERM))
    return out


def _if_number(call: int, then: list[Instruction]) -> list[Instruction]:
    assert len(then) <= _MAX_JUMP
    return [(_EQUAL, 0, len(then), call), *then]


def _if_argument_in(argument: int, values: Sequence[int]) -> list[Instruction]:
    """Allow a call whose argument has one of these values, in its lower 32 bits; the kernel ignores the others."""
    out = [(_LOAD, 0, 0, _DATA_ARGUMENTS + 8 * argument)]
    for value in values:
        out += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return [*out, (_RETURN, 0, 0, _ERROR | errno.EPERM)]


def _if_bits(argument: int, bits: int, some: int, none: int) -> list[Instruction]:
    """Return one of two actions, depending on whether an argument has any of these bits."""
    return [
        (_LOAD, 0, 0, _DATA_ARGUMENTS + 8 * argument),
        (_ANY_BIT, 0, 1, bits),
        (_RETURN, 0, 0, some),
        (_RETURN, 0, 0, none),
    ]


_INSTRUCTION = struct.Struct("=HBBI")
_PLACEHOLDER = 0x7ABCDE01  # in place of the process id; higher than any


@functools.cache
def parts() -> list[bytes]:
    """Return the filter for this architecture, cut where the process id belongs. Built once, before workers start."""
    instructions = program(os.uname().machine, _PLACEHOLDER)
    assert instructions is not None
    packed = b"".join(_INSTRUCTION.pack(*each) for each in instructions)
    return packed.split(struct.pack("=I", _PLACEHOLDER))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def available() -> bool:
    """Return whether the kernel has filters, and the numbers of its calls are known."""
    if os.uname().machine not in _ARCHITECTURES:
        return False
    try:
        libc.prctl(libc.PR_SET_SECCOMP, _MODE_FILTER, 0)
    except OSError as error:
        return error.errno == errno.EFAULT  # of the missing program: the kernel would take one
    return False


def restrict() -> None:
    """Restrict this process for good. It must have set no_new_privs, and have one thread.

    Raises:
        OSError: The kernel does not accept the filter.
    """
    packed = struct.pack("=I", os.getpid()).join(parts())
    libc.prctl(libc.PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(_Program(len(packed) // _INSTRUCTION.size, packed)))
