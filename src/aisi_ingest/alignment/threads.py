"""One thread for matrix products: workers take the cores, and threads inside them only wait for each other.

On two busy cores the encoder needs six times as long with the two threads that OpenBLAS takes by itself.
"""

from __future__ import annotations

import ctypes
import functools
from pathlib import Path

_NAMES = (
    "scipy_openblas_set_num_threads64_",
    "scipy_openblas_set_num_threads",
    "openblas_set_num_threads64_",
    "openblas_set_num_threads",
)


@functools.cache
def limit() -> None:
    """Hold the OpenBLAS that numpy's wheels carry to one thread, in this process. Other builds are left alone."""
    import numpy

    package = Path(numpy.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")) if folder.is_dir() else ():
            try:
                library = ctypes.CDLL(str(path))
            except OSError:
                continue
            for name in _NAMES:
                if hasattr(library, name):
                    getattr(library, name)(1)
                    break
