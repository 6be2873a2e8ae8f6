"""Find what changed between two editions: in the latest release, or by comparing two that do not follow each other."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from aisi_ingest.console import outline
from aisi_ingest.dataset import load
from aisi_ingest.model import Issue
from aisi_ingest.publish.schema import EditionChangeRow


class EditionChanges(Struct, frozen=True):
    """The changes between two documents.

    Attributes:
        before: The id of the older document.
        after: The id of the newer document.
        title: The title of the newer document, and both editions.
        lang: The language of the newer document.
        rows: The rows of ``edition_changes``; None if the documents cannot be compared.
        issues: What the comparison reported.
    """

    before: str
    after: str
    title: str
    lang: str
    rows: tuple[EditionChangeRow, ...] | None
    issues: tuple[Issue, ...] = ()


def changes_between(root: Path, work: str, old: str, new: str, lang: str) -> EditionChanges:
    """Return the changes from one edition of a work to another.

    Args:
        root: The root folder.
        work: The work.
        old: The older edition.
        new: The newer edition.
        lang: The language: "ja" or "en".

    Raises:
        LookupError: There is no release or no such document. The message is one sentence.
    """
    release = root / "processed" / "latest"
    before, after = (outline.find(release, f"{work}/{edition}/{lang}") for edition in (old, new))
    title = f"{after['title']}: {before['edition'] or before['id']} → {after['edition'] or after['id']}"
    with load(release) as dataset:
        both = before["id"], after["id"]
        rows = [row for row in dataset.edition_changes(work) if (row.from_document, row.to_document) == both]
    if rows:
        return EditionChanges(*both, title, after["lang"], tuple(rows))
    return _compared(root, *both, title, after["lang"])


def _compared(root: Path, before: str, after: str, title: str, lang: str) -> EditionChanges:
    """Compare two editions. The release has no changes of editions that do not follow each other."""
    from aisi_ingest.comparison.editions import diff_editions
    from aisi_ingest.publish.edition_rows import edition_change_rows
    from aisi_ingest.publish.rows import document_rows

    documents = [outline.document(root, name) for name in (before, after)]
    result = diff_editions(*documents)
    if result.value is None:
        return EditionChanges(before, after, title, lang, None, result.issues)
    rows = edition_change_rows([result.value], [document_rows(each, {})[0] for each in documents])
    return EditionChanges(before, after, title, lang, rows, result.issues)
