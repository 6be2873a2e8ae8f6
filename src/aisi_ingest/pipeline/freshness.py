"""Digests of the code behind a stage, so that an output of older code is never reused.

A version number that people must raise by hand is forgotten sooner or later. A digest of the code is not.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import re
from pathlib import Path

from aisi_ingest import __version__

_PACKAGE = Path(__file__).parents[1]


@functools.cache
def version_text(libraries: tuple[str, ...]) -> str:
    """Describe the version of a stage for readers of a release: this package, then the libraries it uses.

    Args:
        libraries: Names of distributions. Those that are not installed are left out.
    """
    installed = (f"{name} {version}" for name in libraries if (version := _installed(name)))
    return ", ".join([__version__, *installed])


@functools.cache
def code_digest(module: str, libraries: tuple[str, ...] = ()) -> str:
    """Compute the digest of the code that runs when a module of this package runs.

    Args:
        module: Name of the module below ``aisi_ingest``, for example ``extract.reader``.
        libraries: Names of the distributions whose results end up in the output.

    Returns:
        sha256 over the source of the module and of all modules of this package that it imports, directly or not,
        and over the installed versions of the libraries.
    """
    digest = hashlib.sha256(" ".join(f"{name}={_installed(name)}" for name in libraries).encode())
    for path in sorted(_imported_files(_file_of(module))):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _file_of(module: str) -> Path | None:
    path = _PACKAGE.joinpath(*module.split(".")) if module else _PACKAGE
    if path.is_dir():
        return path / "__init__.py"
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else None


def _imported_files(start: Path | None) -> set[Path]:
    """Collect a file of this package and all files that it imports, also inside functions, directly or not."""
    seen: set[Path] = set()
    pending = [start] if start else []
    while pending:
        path = pending.pop()
        if path not in seen and path.exists():
            seen.add(path)
            pending += _imported_by(path)
    return seen


_IMPORT = re.compile(r"^\s*from aisi_ingest(?:\.([\w.]+))? import (\([^)]*\)|.*)", re.MULTILINE)


@functools.cache
def _imported_by(path: Path) -> tuple[Path, ...]:
    # Not with ast: parsing takes ten times as long, and two threads that parse at once fail on Python 3.11 (gh-106905).
    names: set[str] = set()
    for module, imported in _IMPORT.findall(path.read_text(encoding="utf-8")):
        names.add(module)
        names.update(f"{module}.{name}".lstrip(".") for name in re.findall(r"\w+", imported))
    return tuple(file for name in sorted(names) if name and (file := _file_of(name)))
