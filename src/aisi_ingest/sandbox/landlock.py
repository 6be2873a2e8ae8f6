"""Let a process read some files only, and write none (landlock(7), Linux 5.13 and later)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
from collections.abc import Iterable

from msgspec import Struct

from aisi_ingest.sandbox import libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on all architectures
_GET_VERSION = 1
_RULE_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3  # linux/landlock.h
# Rights of files that each version knows, as a number of bits; all of them are denied except where a rule allows one.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_MOST_FILE_RIGHTS = 16
_NETWORK_VERSION, _SCOPE_VERSION = 4, 6
_NETWORK_RIGHTS = 0b11  # bind and connect of TCP
_SCOPES = 0b11  # abstract unix sockets of other processes, and signals to them


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("descriptor", ctypes.c_int32))


def version() -> int:
    """Return the version of Landlock that the kernel has, 0 if it has none or does not allow it."""
    try:
        return libc.syscall(_CREATE_RULESET, None, 0, _GET_VERSION)
    except OSError:
        return 0


class Readable(Struct, frozen=True):
    """An opened file that may be read, or an opened folder with all that is in it."""

    descriptor: int
    rights: int


def opened(paths: Iterable[str]) -> list[Readable]:
    """Open files and folders for ``restrict``. Those that do not exist are left out."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
            found.append(Readable(descriptor, _READ_FILE | (_READ_DIR if is_folder else 0)))
    return found


def restrict(readable: Iterable[Readable]) -> None:
    """Restrict this process for good.

    Args:
        readable: The files and folders that it may read.

    Raises:
        OSError: A call failed, or the kernel has no Landlock.
    """
    known = version()
    rules = _Ruleset((1 << _FILE_RIGHTS.get(known, _MOST_FILE_RIGHTS)) - 1)
    size = _Ruleset.network.offset
    if known >= _NETWORK_VERSION:
        rules.network, size = _NETWORK_RIGHTS, _Ruleset.scopes.offset
    if known >= _SCOPE_VERSION:
        rules.scopes, size = _SCOPES, ctypes.sizeof(_Ruleset)
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(rules), size, 0)
    try:
        for each in readable:
            rule = _PathBeneath(each.rights, each.descriptor)
            libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
        libc.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
