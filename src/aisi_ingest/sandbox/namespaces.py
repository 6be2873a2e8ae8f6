"""Give the fork server, and so all workers, a network of their own that has no interface (namespaces(7)).

This happens once, in the fork server: a namespace for each worker would take milliseconds of the kernel's time.
"""

from __future__ import annotations

import os
from pathlib import Path

from aisi_ingest.sandbox import libc

_NEWUSER, _NEWNET, _NEWIPC = 0x10000000, 0x40000000, 0x08000000  # linux/sched.h


def enter() -> None:
    """Move this process to an empty network namespace and an IPC namespace of its own.

    Root needs CAP_SYS_ADMIN for it. Any other user needs a user namespace, which some systems forbid. Root does not get
    a user namespace: it would lose the right to read documents of other users.

    Raises:
        OSError: The system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    if user == 0:
        libc.unshare(_NEWNET | _NEWIPC)
        return
    libc.unshare(_NEWUSER | _NEWNET | _NEWIPC)
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{user} {user} 1")
    (own / "gid_map").write_text(f"{group} {group} 1")
