"""What is recorded about each attempt to fetch a file."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from aisi_ingest.model import Lang


class Receipt(Struct, frozen=True, omit_defaults=True):
    """One attempt to fetch one URL: a line of ``raw/receipts.jsonl``, which is never changed afterwards.

    ``sha256``, ``bytes``, ``media_type``, ``etag`` and ``last_modified`` describe the bytes that are stored after the
    attempt. A refused or failed attempt has none of them.
    """

    url: str  # as linked, without a fragment; "file:<name>#<digits>" for a local file
    time: str  # UTC, ISO 8601 to the second
    source: str  # id of the source in sources.toml, "manual" for files added by hand
    state: Literal["fetched", "unchanged", "refused", "failed", "withdrawn", "forgotten"]
    kind: Literal["document", "page", "robots"] = "document"
    status: int | None = None  # status of the last HTTP response
    sha256: str | None = None
    bytes: int | None = None
    media_type: str | None = None  # detected from the content
    file: str | None = None  # its name, never a path
    etag: str | None = None
    last_modified: str | None = None
    title: str | None = None  # the link's text
    date: str | None = None  # EDTF, from the page that links it
    lang: Lang | None = None
    reason: str | None = None  # for refused, failed, withdrawn and forgotten: one sentence
    tries: int = 1  # number of requests, not counting redirects
