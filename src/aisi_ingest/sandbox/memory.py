"""Measure the peak memory of one piece of work: the resident size of this process since the last reset.

``ru_maxrss`` alone is not enough. It never falls during the life of a process, so every document that a worker reads
after its largest one would seem to need as much.
"""

from __future__ import annotations

import os
import resource

_RESET_PEAK = b"5"  # proc(5): 5 resets VmHWM


def reset_peak() -> bool:
    """Set the peak to the current resident size.

    Returns:
        Whether the system allowed it.
    """
    try:
        file = os.open("/proc/self/clear_refs", os.O_WRONLY)
        try:
            os.write(file, _RESET_PEAK)
        finally:
            os.close(file)
    except OSError:
        return False
    return True


def peak() -> int:
    """Return the largest resident size since ``reset_peak``, in bytes.

    If the reset was not possible, this is the largest size during the life of the process.
    """
    try:
        with open("/proc/self/status", "rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024  # the kernel's kB are KiB
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
