"""Measure the peak memory of one call: the resident size of this process since the last reset.

``ru_maxrss`` alone is not enough. It never falls during the life of a process, so the second stage of a document would
seem to need as much as the first. A confined worker cannot open the files of /proc, so it opens them before.
"""

from __future__ import annotations

import contextlib
import os
import resource

_RESET_PEAK = b"5"  # proc(5): 5 resets VmHWM
_STATUS_LENGTH = 8192  # bytes; the file has some 1,500

_counters: tuple[int, int] | None = None


def open_counters() -> tuple[int, ...]:
    """Open what the other functions need, for this process.

    Returns:
        The descriptors, or none if the system does not allow it.
    """
    global _counters
    try:
        reset = os.open("/proc/self/clear_refs", os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return ()
    _counters = reset, os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)
    return _counters


def reset_peak() -> None:
    """Set the peak to the current resident size."""
    if _counters is not None:
        with contextlib.suppress(OSError):
            os.pwrite(_counters[0], _RESET_PEAK, 0)


def peak() -> int:
    """Return the largest resident size since ``reset_peak``, in bytes.

    If the reset was not possible, this is the largest size during the life of the process.
    """
    if _counters is not None:
        with contextlib.suppress(OSError):
            for line in os.pread(_counters[1], _STATUS_LENGTH, 0).splitlines():
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024  # the kernel's kB are KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
