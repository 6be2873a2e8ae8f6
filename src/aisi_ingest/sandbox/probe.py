"""Try in a worker what confinement must prevent, to see that it does."""

from __future__ import annotations

import os
import socket

from aisi_ingest.sandbox.confinement import CALLS, FILES
from aisi_ingest.sandbox.tasks import task


@task
def open_ways() -> tuple[str, ...]:
    """Return the mechanisms that do not hold in this worker."""
    found = []
    try:
        os.listdir("/")
        found.append(FILES)
    except PermissionError:
        pass
    try:
        socket.socket(socket.AF_UNIX).close()
        found.append(CALLS)
    except PermissionError:
        pass
    return tuple(found)
