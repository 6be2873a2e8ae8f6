"""Japanese and English publications on AI safety as aligned, tagged, versioned data.

The public functions:

- ``read`` reads a PDF or PPTX file.
- ``tag`` finds dates, organisations, people, guides, events and places in a text or a document.
- ``align`` aligns a Japanese and an English document.
- ``compare`` lists where a Japanese and an English document disagree.
- ``load`` opens a published release.
- ``nlp`` returns a spaCy pipeline with the project's tokenizer, names and dates.

Everything is imported on first use, so that ``import aisi_ingest`` is fast and loads no library.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take this name for true; importing ``typing`` would double the time
if TYPE_CHECKING:
    from typing import Any

    from aisi_ingest.api import AlignedDocuments, ParsedDocument, ProcessingError, align, compare, read, tag
    from aisi_ingest.dataset import Dataset, load
    from aisi_ingest.spacy_components import nlp

__version__ = "0.1.0"  # the only place: pyproject.toml reads it from here
__all__ = [
    "AlignedDocuments",
    "Dataset",
    "ParsedDocument",
    "ProcessingError",
    "__version__",
    "align",
    "compare",
    "load",
    "nlp",
    "read",
    "tag",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in ("Dataset", "load"):
        from aisi_ingest import dataset as module
    elif name == "nlp":
        from aisi_ingest import spacy_components as module  # type: ignore[no-redef]
    else:
        from aisi_ingest import api as module  # type: ignore[no-redef]
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
