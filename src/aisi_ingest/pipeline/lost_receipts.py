"""Find out that the ledger has lost receipts, and write them again as far as releases tell what they said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from aisi_ingest.fetch.urls import canonical
from aisi_ingest.model import Issue
from aisi_ingest.publish import folders
from aisi_ingest.sources import MANUAL, SourceSpec, authority
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.release_files import move_aside
from aisi_ingest.storage.store import Store

_UNKNOWN = "unknown"  # folder in raw/ for bytes of which no release says what they are
_DIGEST_LENGTH = 8  # digits of a sha256 that stand for the unknown folder of a local file
_SHOWN = 5  # documents in a message; the others are counted


class _Source(Struct):
    file: str
    sha256: str
    bytes: int
    media_type: str
    url: str | None = None


class _Document(Struct):
    id: str
    source: _Source


def _documents(release: Path) -> Iterator[_Document]:
    """Yield the documents of a release. Damaged rows are left out."""
    try:
        lines = (release / "documents.jsonl").read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=_Document)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue


def _known_digests(store: Store) -> set[str]:
    return {receipt.sha256 for receipt in store.ledger if receipt.sha256}


def lost_documents(store: Store) -> list[str]:
    """List the documents of the latest release that no receipt knows: their files and ids."""
    histories = store.ledger.latest_by_url().values()
    current = {version.sha256 for history in histories for version in history.versions}
    missing = [each for each in _documents(store.processed / "latest") if each.source.sha256 not in current]
    if not missing:
        return []
    known = _known_digests(store)  # of all lines, also those of forgotten documents
    return [f"{each.source.file} ({each.id})" for each in missing if each.source.sha256 not in known]


def lost_issue(store: Store, lost: Sequence[str]) -> Issue:
    """Return the error for documents of the latest release without a receipt."""
    more = f", and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
    text = (
        f"{store.ledger.path}: has no receipts of {len(lost)} documents of the latest release, so nothing is published "
        f"without them: {', '.join(lost[:_SHOWN])}{more}; restore the file from a backup, or run aisi-ingest verify "
        "--repair; to publish without them, give --allow-fewer"
    )
    return Issue("publish", "error", "receipts_lost", text)


def write_again(store: Store, sources: Sequence[SourceSpec]) -> list[Issue]:
    """Write the lost receipts again from the releases, oldest first, where the bytes are still in ``raw/``.

    Titles, dates and ETags of the pages are not known any more: the next run reads them again. Bytes that no release
    knows, such as index pages, are moved to ``raw/unknown``.

    Args:
        store: The store; the caller has locked it.
        sources: The known sources, for the ids of sources.
    """
    known, written = _known_digests(store), 0
    for release in sorted((store.processed / "releases").glob("[0-9]*"), key=lambda each: each.name):
        for document in _documents(release):
            source = document.source
            if source.sha256 in known or source.sha256 not in store:
                continue
            known.add(source.sha256)
            written += 1
            store.ledger.append(_receipt(source, release, sources))
    issues = []
    if written:
        text = f"{store.ledger.path}: {written} receipts were lost and are written again from the releases"
        issues.append(Issue("fetch", "warning", "receipts_written", text))
    for path in sorted(store.raw.glob("[0-9a-f][0-9a-f]/*")):
        if path.name not in known:
            moved = move_aside(path, store.raw / _UNKNOWN / path.name)
            text = f"{path}: no receipt and no release knows these bytes; they are now in {moved}"
            issues.append(Issue("fetch", "warning", "unknown_bytes", text))
    return issues


def _receipt(source: _Source, release: Path, sources: Sequence[SourceSpec]) -> Receipt:
    report = folders.read_report(release)
    time = str(report.get("release", {}).get("published", "")).replace("+00:00", "Z")
    rows = report.get("run", {}).get("documents", [])
    by_report = next((row["url"] for row in rows if row.get("sha256") == source.sha256), None)
    local = by_report or f"file:{source.file}#{source.sha256[:_DIGEST_LENGTH]}"
    return Receipt(
        url=source.url or local,
        time=time,
        source=_source_id(source.url, sources),
        state="fetched",
        sha256=source.sha256,
        bytes=source.bytes,
        media_type=source.media_type,
        file=source.file,
        tries=0,
    )


def _source_id(url: str | None, sources: Sequence[SourceSpec]) -> str:
    """Return the id of the source that lists a URL itself, else of one that has its host, else that of the user."""
    if url is None:
        return MANUAL
    listing = [each for each in sources if url in {canonical(file) for file in each.files}]
    having = [each for each in sources if authority(url) in each.hosts]
    return next((each.id for each in (*listing, *having)), MANUAL)
