"""What a user calls a document: an address, a file name, an id, a work, or the beginning of a sha256."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from aisi_ingest.model import Listing


def ids_of(release: Path) -> dict[str, str]:
    """Document ids of a release by sha256; empty where there is no release, or one that is damaged."""

    class PairingCandidate(Struct):
        id: str
        source: dict[str, str | int | None]

    try:
        lines = (release / "documents.jsonl").read_bytes().splitlines()
        rows = [msgspec.json.decode(line, type=PairingCandidate) for line in lines]
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return {str(row.source.get("sha256")): row.id for row in rows}


def fits(name: str, url: str, listing: Listing, ids: Mapping[str, str]) -> bool:
    """Whether a name means a document: an address, file name, id or work, or the beginning of a sha256."""
    identity = ids.get(listing.source.sha256, "")
    return (
        name in (url, listing.source.file, identity)
        or identity.startswith(name.rstrip("/") + "/")
        or (len(name) >= 6 and listing.source.sha256.startswith(name))
    )
