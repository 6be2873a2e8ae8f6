"""Tag dates, organisations, guides, people, events and places, and link each mention to an entity.

All mentions follow from rules:

- the date rules (``aisi_ingest.dates``),
- the names of the registry (``aisi_ingest.registry``),
- shapes of names that the registry does not have,
- short names that the document itself defines in brackets.

The spaCy pipelines (`pipelines`) run the same rules and accept components of the user.
"""

from __future__ import annotations

from aisi_ingest.tagging.spacy_pipeline import build as pipelines
from aisi_ingest.tagging.tagger import local_id, tag

__all__ = ["local_id", "pipelines", "tag"]
