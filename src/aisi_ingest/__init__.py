"""Japanese and English publications on AI safety as aligned, tagged, versioned data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aisi_ingest.dataset import Dataset, load

__version__ = "0.1.0"
__all__ = ["Dataset", "__version__", "load"]


def __getattr__(name: str) -> Any:
    # On first use: a consumer who only wants the version reads no table code.
    if name in ("Dataset", "load"):
        from aisi_ingest import dataset

        return getattr(dataset, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
