"""Publish versioned releases: tables in several formats, and a viewer."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aisi_ingest.publish.folders import latest_release, prune, releases
    from aisi_ingest.publish.release import publish
    from aisi_ingest.publish.release_diff import Change, Changes, changelog, diff

__all__ = ["Change", "Changes", "changelog", "diff", "latest_release", "prune", "publish", "releases"]
_MODULES = {
    "release_diff": ("Change", "Changes", "changelog", "diff"),
    "folders": ("latest_release", "prune", "releases"),
    "release": ("publish",),
}


def __getattr__(name: str) -> Any:
    # Loaded on first use: a command that only prints a document as JSON loads no other format.
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
