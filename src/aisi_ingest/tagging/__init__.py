"""Finds dates, organisations, guides, people, events and places, and says which one each is.

What a mention is follows from rules: a date grammar (``aisi_ingest.dates``), names of the registry
(``aisi_ingest.registry``), shapes of names that no registry has, and what the document itself defines
in brackets. spaCy pipelines carry what looks for names (``pipelines``).
"""

from __future__ import annotations

from aisi_ingest.tagging.spacy_pipeline import build as pipelines
from aisi_ingest.tagging.tagger import local_id, tag

__all__ = ["local_id", "pipelines", "tag"]
