"""Confine a worker before it sees a document: what it can read, write, call and use up.

Each mechanism covers what another one might lack. Where the kernel has not all of them, ``missing`` names those that it
lacks, and what this means.
"""

from __future__ import annotations

import contextlib
import functools
import os
import resource
import signal
import site
import sys
import sysconfig
from collections.abc import Collection, Iterable
from pathlib import Path

from aisi_ingest.sandbox import capabilities, landlock, libc, namespaces, seccomp

_PACKAGE = Path(__file__).parents[1]
_SYSTEM_FILES = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo"),
    *("/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu", "/dev/null", "/dev/urandom"),
)
# Variables that reach the fork server: what the loader and Python need, and what the coverage of tests needs.
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "PYTHONHASHSEED", "COVERAGE_PROCESS_CONFIG")

NETWORK, FILES, CALLS = "network namespace", "Landlock", "seccomp"
MECHANISMS = (NETWORK, FILES, CALLS)
_CONSEQUENCES = {
    NETWORK: "only seccomp keeps a worker from the network",
    FILES: "a worker can read every file that the user can read; it can still write none",
    CALLS: "a worker can start programs and send signals; without Landlock it can also change files",
}


def environment() -> dict[str, str]:
    """Return the variables of the fork server. No worker sees those of the main process."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    # There are as many workers as cores: more threads would only compete.
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    # Large pages of memory: a fork then copies shorter tables.
    return {**kept, **threads, "LC_ALL": "C.UTF-8", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def confine_server() -> list[str]:
    """Confine the fork server, as far as it can be. Its workers inherit this.

    Returns:
        The names of the mechanisms that are missing here.
    """
    missing = []
    try:
        namespaces.enter()
    except OSError:
        missing.append(NETWORK)
    # The rest is prepared once, for all workers.
    capabilities.permitted_to_read_all()
    _program_files()
    if not landlock.version():
        missing.append(FILES)
    if seccomp.available():
        seccomp.parts()
    else:
        missing.append(CALLS)
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    return missing


def consequence(mechanism: str) -> str:
    """Return a sentence on a missing mechanism."""
    return f"{mechanism} is not available here: {_CONSEQUENCES[mechanism]}"


def confine_worker(
    readable: Iterable[str], descriptors: Iterable[int], address_space: int, server: int, missing: Collection[str]
) -> None:
    """Confine a worker for good.

    Args:
        readable: Files and folders that its document needs, besides the program itself.
        descriptors: Open files that it keeps.
        address_space: Limit in bytes.
        server: Process id of the fork server, together with which it ends.
        missing: The mechanisms that are missing here.

    Raises:
        OSError: A mechanism that the kernel has cannot be used.
    """
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)  # no worker outlives the fork server
    if os.getppid() != server:  # it ended before this process asked to be killed with it
        os._exit(0)
    sys.dont_write_bytecode = True
    files = (*_program_files(), *landlock.opened(readable)) if FILES not in missing else ()
    _close_all_but((*descriptors, *(each.descriptor for each in files)))
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]  # of the user, for example by ulimit
    most = address_space if hard == resource.RLIM_INFINITY else min(address_space, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # No file can grow, wherever it is. A write fails with EFBIG. Sockets to the parent are not files.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    capabilities.drop(may_read_all=os.getuid() == 0)
    if FILES not in missing:
        landlock.restrict(files)
        for each in files:
            os.close(each.descriptor)
    if CALLS not in missing:
        seccomp.restrict()


def _close_all_but(descriptors: Iterable[int]) -> None:
    """Close all open files but these, and connect the standard streams to nothing."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    following = 3
    for kept in sorted(descriptors):
        os.closerange(following, kept)
        following = kept + 1
    os.closerange(following, os.sysconf("SC_OPEN_MAX"))


@functools.cache
def _program_files() -> list[landlock.Readable]:
    """Open the folders of Python, of the installed packages and of this one. Not the current folder."""
    folders: set[str] = {
        sys.prefix,
        sys.base_prefix,
        str(_PACKAGE),
        *sysconfig.get_paths().values(),
        *site.getsitepackages(),
    }
    with contextlib.suppress(KeyError, OSError):
        folders.add(site.getusersitepackages())
    folders.update(each for each in sys.path if each.endswith("-packages"))  # of an installation elsewhere
    registry = _PACKAGE.parents[1] / "registry.toml"  # of a checkout
    paths = sorted(os.path.realpath(each) for each in (*folders, str(registry), *_SYSTEM_FILES))
    outer = [each for each in dict.fromkeys(paths) if not any(each.startswith(f"{other}/") for other in paths)]
    return landlock.opened(outer)
