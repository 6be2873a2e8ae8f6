"""Add to the rows of a work those that are made from its other rows: bitext and chunks."""

from __future__ import annotations

from msgspec.structs import replace

from aisi_ingest.publish.bitext import bitext_rows
from aisi_ingest.publish.chunks import chunk_rows
from aisi_ingest.publish.rows import WorkRows


def with_derived_rows(work: WorkRows) -> WorkRows:
    """Return the rows of a work with its bitext and its chunks, and without the places of characters and the vectors.

    Only these two need the places, which take as much memory as the text.
    """
    return replace(
        work,
        documents=tuple(replace(each, places={}, vectors={}) for each in work.documents),
        bitext=bitext_rows(work.documents, work.alignments),
        chunks=chunk_rows(work.documents, work.alignments),
    )
