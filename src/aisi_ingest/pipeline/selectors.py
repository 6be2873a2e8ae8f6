"""The names by which a user selects documents: URL, file name, id, work, or the beginning of a sha256."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from aisi_ingest.model import Listing

_SHORTEST_DIGEST = 6  # digits of a sha256 that a user must give at least; shorter ones may be words


class _DocumentRow(Struct):
    """The fields of a row of documents.jsonl that are needed here."""

    id: str
    source: dict[str, str | int | None]


def document_ids(release: Path) -> dict[str, str]:
    """Read the document ids of a release.

    Returns:
        Ids by sha256 of the document's bytes. Empty if there is no release, or if it is damaged.
    """
    try:
        lines = (release / "documents.jsonl").read_bytes().splitlines()
        rows = [msgspec.json.decode(line, type=_DocumentRow) for line in lines]
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return {str(row.source.get("sha256")): row.id for row in rows}


def matches(name: str, url: str, listing: Listing, ids: Mapping[str, str]) -> bool:
    """Return True if a name selects a document.

    Args:
        name: What the user gave: URL, file name, id, work, or the beginning of a sha256.
        url: URL of the document.
        listing: Listing of the document.
        ids: Document ids by sha256.
    """
    identity = ids.get(listing.source.sha256, "")
    return (
        name in (url, listing.source.file, identity)
        or identity.startswith(name.rstrip("/") + "/")
        or (len(name) >= _SHORTEST_DIGEST and listing.source.sha256.startswith(name))
    )
