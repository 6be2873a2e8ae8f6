"""What a piece of work needs of memory: the peak of this process's resident size, forgotten before it begins.

``ru_maxrss`` alone would not do: it never falls in a process's life, so that whatever a worker read
after its largest document would seem as large.
"""

from __future__ import annotations

import os
import resource


def forget_peak() -> bool:
    """Begin to measure anew: the peak becomes what is resident now. False where the system does not let it."""
    try:
        file = os.open("/proc/self/clear_refs", os.O_WRONLY)  # proc(5): 5 resets VmHWM
        try:
            os.write(file, b"5")
        finally:
            os.close(file)
    except OSError:
        return False
    return True


def peak() -> int:
    """The most that was resident since ``forget_peak``, bytes; where that failed, in this process's life."""
    try:
        with open("/proc/self/status", "rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024  # the kernel's kB are KiB
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
