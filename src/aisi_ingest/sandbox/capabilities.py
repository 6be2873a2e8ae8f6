"""Give up the capabilities of root, and those of a user namespace (capabilities(7))."""

from __future__ import annotations

import ctypes
import functools
import os

from aisi_ingest.sandbox import libc

_VERSION_3 = 0x20080522  # linux/capability.h
_DAC_READ_SEARCH = 2
_NUMBERS = {"x86_64": 126, "aarch64": 91}  # of capset


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def drop(may_read_all: bool) -> None:
    """Give up all capabilities of this thread.

    Args:
        may_read_all: Root keeps the right to read files of other users, because the main process had it when it took
            the file. Other restrictions then limit which files these are.

    Raises:
        OSError: The call failed.
    """
    number = _NUMBERS.get(os.uname().machine)
    if number is None:
        return
    kept = 1 << _DAC_READ_SEARCH if may_read_all and permitted_to_read_all() else 0
    data = (_Data * 2)(_Data(kept, kept, 0), _Data(0, 0, 0))
    libc.syscall(number, ctypes.byref(_Header(_VERSION_3, 0)), ctypes.byref(data))


@functools.cache
def permitted_to_read_all() -> bool:
    """Return whether this process may read files of all users. Workers know it from the process they come from."""
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("CapPrm:"):
                return bool(int(line.split()[1], 16) >> _DAC_READ_SEARCH & 1)
    return False
