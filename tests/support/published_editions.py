"""Publish a release with two editions of a work and the changes between them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from publications import HOSTILE, NOW, alignment, document, documents, publication
from publications import released as published

from aisi_ingest.model import BlockChange, Edit, EditionDiff, Publication, SectionChange

LONG = "どちらの版にもある長い文。" * 40


def diff(lang: str, *, words: str = "3") -> EditionDiff:
    """Return changes between two editions: a changed word, an added section with hostile text, a removed section."""
    edits = (Edit("same", LONG), Edit("removed", "二"), Edit("added", words))
    changed = BlockChange("changed", ("b3",), ("b3",), edits)
    added = BlockChange("added", (), ("b7",), (Edit("added", HOSTILE),))
    removed = BlockChange("removed", ("b10",), (), (Edit("removed", "旧い"),))
    sections = (
        SectionChange("changed", "1 はじめに", ("s1",), ("s1",), "1 まえがき", (changed,)),
        SectionChange("added", HOSTILE, (), ("s2",), None, (added,)),
        SectionChange("removed", "9 付録", ("s2",), (), None, (removed,)),
    )
    return EditionDiff(f"guide/1.0/{lang}", f"guide/1.1/{lang}", sections)


def two_editions() -> Publication:
    """Return the small publication with a second edition of its guide."""
    newer = (document("ja", edition="1.1", digit="3"), document("en", edition="1.1", digit="4"))
    alignments = (alignment(), alignment(edition="1.1"))
    return publication(documents=(*documents(), *newer), alignments=alignments, editions=(diff("en"), diff("ja")))


def released(root: Path, hours: int = 0, **changes: object) -> Path:
    """Publish the release, and return the folder of its viewer.

    Args:
        root: The root of the dataset.
        hours: Hours after the first release.
        changes: Arguments of ``publications.publication`` that replace the defaults.
    """
    documents = [document(lang, edition=edition) for edition in ("1.0", "1.1") for lang in ("ja", "en")]
    documents.append(document("ja", work="only-one", edition=None, digit="3"))
    values = {
        "documents": tuple(documents),
        "alignments": (alignment(), alignment(edition="1.1")),
        "comparisons": (),
        "editions": (diff("en"), diff("ja")),
    }
    return published(publication(**(values | changes)), root, NOW + timedelta(hours=hours)) / "site"
