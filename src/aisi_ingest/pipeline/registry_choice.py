"""Which registry the runs on a root use: the one that was given, the one that was given last, or that of the root."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from aisi_ingest.pipeline.jobs import EXTENDS, Settings
from aisi_ingest.storage.files import atomic_write
from aisi_ingest.storage.store import Store

DEFAULT = "default"  # forgets the registry that was given last
_FILE = "registry.choice"  # in processed/: the path of the registry that was given last
_OF_ROOT = "registry.toml"


def with_registry(settings: Settings) -> Settings:
    """Return settings with the registry to use. Nothing is stored; see ``remember``.

    A registry that was given once is used by later runs on the same root as well. Otherwise ``registry.toml`` in the
    root extends the registry that ships with the project.
    """
    root = Path(settings.root)
    given = settings.registry
    if given and given != DEFAULT:
        return replace(settings, registry=str(Path(given).absolute()))
    if given != DEFAULT and (last := _last(root)):
        return replace(settings, registry=last)
    own = root / _OF_ROOT
    if own.is_file() and not _is_shipped(own):
        return replace(settings, registry=f"{EXTENDS}{own.absolute()}")
    return replace(settings, registry=None)


def remember(given: str | None, root: Path) -> None:
    """Store the registry that was given for later runs on the root, or forget it.

    Args:
        given: A path, ``default`` to forget the last choice, or None to leave it.
        root: The root folder; it is locked.

    Raises:
        RootError: It cannot be stored.
    """
    path = Store(root).processed / _FILE
    if given == DEFAULT:
        path.unlink(missing_ok=True)
    elif given is not None and _last(root) != str(Path(given).absolute()):
        atomic_write(path, str(Path(given).absolute()))


def _last(root: Path) -> str | None:
    try:
        return (Store(root).processed / _FILE).read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _is_shipped(path: Path) -> bool:
    """Return whether a file is the shipped registry: the root may be a checkout of the project."""
    from aisi_ingest.registry import default_path

    return path.resolve() == default_path().resolve()
