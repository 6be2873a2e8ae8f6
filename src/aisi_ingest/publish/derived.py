"""Add to the rows of a work those that are made from its other rows: bitext, chunks and changes between editions."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from aisi_ingest.model import EditionDiff
from aisi_ingest.publish.bitext import bitext_rows
from aisi_ingest.publish.chunks import chunk_rows
from aisi_ingest.publish.edition_rows import compared, edition_change_rows
from aisi_ingest.publish.rows import WorkRows


def with_derived_rows(work: WorkRows, editions: Sequence[EditionDiff] = ()) -> WorkRows:
    """Return the rows of a work with its bitext, its chunks and the changes between its editions.

    Args:
        work: The rows of its documents and their alignments.
        editions: What changed between its editions.
    """
    editions = compared(editions, work.documents)
    return replace(
        work,
        bitext=bitext_rows(work.documents, work.alignments),
        chunks=chunk_rows(work.documents, work.alignments),
        edition_changes=edition_change_rows(editions, work.documents, work.alignments),
        compared=tuple((each.old, each.new) for each in editions),
    )
