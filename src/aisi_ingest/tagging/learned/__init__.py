"""Names that no list has: a conditional random field for each language, trained by ``training/train.py``.

Only NumPy is needed to run the models. They are loaded when the first text of a language is tagged.
"""

from __future__ import annotations

from aisi_ingest.tagging.learned.names import digest, find_names

__all__ = ["digest", "find_names"]
