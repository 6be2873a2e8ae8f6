"""What worker processes load once and then share: models, modules and the registry."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources
from pathlib import Path
from typing import Any

from aisi_ingest.pipeline.jobs import EXTENDS
from aisi_ingest.sandbox.tasks import task


@task
def load_readers(registry_path: str | None, media_type: str) -> None:
    """Load and use once everything that reading and tagging a file of this type needs, before workers are forked.

    Args:
        registry_path: As in ``Settings.registry``.
        media_type: Media type of the file.
    """
    from aisi_ingest import dates, tagging
    from aisi_ingest.pipeline import warm_up

    warm_up.use_reader(media_type)
    content = warm_up.example()
    tagging.tag(content, registry(registry_path), date=None, publisher=None, with_models=True)
    dates.document_date(content, None)


@task
def load_models(registry_path: str | None) -> None:
    """Load everything that the workers of a run need, the models first. Runs once, before workers are forked.

    Args:
        registry_path: As in ``Settings.registry``.
    """
    from aisi_ingest.alignment import aligner, encoder  # noqa: F401
    from aisi_ingest.comparison import comparer, editions  # noqa: F401
    from aisi_ingest.extract.layout import report  # noqa: F401
    from aisi_ingest.pair import pairing  # noqa: F401
    from aisi_ingest.publish.site import render
    from aisi_ingest.tagging import counterparts  # noqa: F401

    encoder.load()
    render.environment().get_template("work.html")  # the environment caches the compiled template
    registry(registry_path)


def registry(path: str | None) -> Any:
    """Load a registry, once per process for each state of its file.

    Args:
        path: As in ``Settings.registry``.

    Returns:
        The ``Registry``. Untyped, because its module is imported only when it is needed.

    Raises:
        RegistryError: The file is invalid.
    """
    try:
        state = Path(path.removeprefix(EXTENDS)).stat() if path else None
    except OSError:  # loading reports it
        state = None
    return _registry(path, (state.st_ino, state.st_size, state.st_mtime_ns) if state else None)


@functools.lru_cache(maxsize=4)
def _registry(path: str | None, state: tuple[int, int, int] | None) -> Any:
    """Load a registry. ``state`` is only a part of the key: a file that was edited is read again."""
    from aisi_ingest import registry as registry_module

    file = Path(path.removeprefix(EXTENDS)) if path else None
    return registry_module.load(file, extends=path is not None and path.startswith(EXTENDS))


@functools.cache
def names_digest() -> str:
    """Return the digest of the models of names, for stamps. The models themselves are not loaded."""
    folder = resources.files("aisi_ingest").joinpath("tagging", "learned", "data")
    digest = hashlib.sha256()
    for lang in ("en", "ja"):
        digest.update(folder.joinpath(f"{lang}.npz").read_bytes())
    return digest.hexdigest()


def registry_digest(path: str | None) -> str:
    """Return the digest of a registry, for stamps.

    Raises:
        RegistryError: The file is invalid.
    """
    digest: str = registry(path).digest
    return digest
