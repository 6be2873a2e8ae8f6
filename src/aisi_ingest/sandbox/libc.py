"""System calls that Python does not have (``os.unshare`` only since 3.12), by way of the C library."""

from __future__ import annotations

import ctypes
import os

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38  # linux/prctl.h


def prctl(option: int, *arguments: object) -> None:
    """Control this process: prctl of the C library.

    Raises:
        OSError: The call failed.
    """
    padded = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in (*arguments, 0, 0, 0, 0)[:4]]
    if _LIBC.prctl(option, *padded) != 0:
        raise _last_error()


def syscall(number: int, *arguments: object) -> int:
    """Make a system call by its number.

    Args:
        number: The number on this architecture.
        arguments: Integers and pointers.

    Raises:
        OSError: The call failed.
    """
    values = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = int(_LIBC.syscall(ctypes.c_long(number), *values))
    if result < 0:
        raise _last_error()
    return result


def unshare(flags: int) -> None:
    """Move this process to new namespaces: unshare of the C library.

    Raises:
        OSError: The call failed.
    """
    if _LIBC.unshare(flags) != 0:
        raise _last_error()


def _last_error() -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code))
