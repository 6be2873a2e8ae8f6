"""Known failures: a document that fails in the same way as before does not make every run fail.

``processed/failures.json`` has the failures of the last run. A failure is known if an earlier run reported it for the
same bytes and the same code, or if a user has acknowledged it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.pipeline.jobs import DocumentOutcome
from aisi_ingest.pipeline.report import DocumentReport
from aisi_ingest.pipeline.stages import EXTRACT, TAG
from aisi_ingest.storage.files import atomic_write, checksum_matches, sha256_of, with_checksum
from aisi_ingest.storage.receipt import Receipt

FILE = "failures.json"
_MAY_SUCCEED_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class Failure(Struct, frozen=True):
    """The failure of one document."""

    fingerprint: str  # equal for the same failure of the same bytes with the same code
    file: str
    stage: str
    reason: str
    since: str  # time of the first run that reported it: UTC, ISO 8601
    acknowledged: bool = False  # by a user


class _Failures(Struct, frozen=True):
    failures: dict[str, Failure] = {}  # by URL


def load(processed: Path) -> dict[str, Failure]:
    """Load the failures of the last run by URL. Empty if there are none, or if the file is damaged."""
    try:
        content = (processed / FILE).read_bytes()
        return msgspec.json.decode(content, type=_Failures).failures if checksum_matches(content) else {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def save(processed: Path, failures: Mapping[str, Failure]) -> None:
    """Write the failures.

    Raises:
        RootError: The file cannot be written.
    """
    if failures or (processed / FILE).exists():
        content = msgspec.json.encode(_Failures(dict(failures)), order="deterministic")
        atomic_write(processed / FILE, with_checksum(content))


def fingerprint(receipt: Receipt, outcome: DocumentOutcome | None) -> str:
    """Compute what is equal for the same failure: of the same bytes with the same code, or of the same response.

    Args:
        receipt: The last attempt to fetch the document.
        outcome: The outcome of processing it; None if it failed to be fetched.
    """
    if outcome is None:
        parts: Iterable[object] = ("fetch", receipt.state, receipt.status, receipt.reason)
    else:
        codes = sorted({issue.code for issue in outcome.issues if issue.level == "error"})
        parts = (outcome.listing.source.sha256, EXTRACT.code, TAG.code, *codes)
    return sha256_of(" ".join(map(str, parts)).encode())


def is_lasting(receipt: Receipt, outcome: DocumentOutcome | None) -> bool:
    """Return True if another attempt would fail as well: not where a host could not be reached or was busy."""
    if outcome is not None or receipt.state == "refused":
        return True
    status = receipt.status or 0
    return status // 100 == HTTPStatus.BAD_REQUEST // 100 and status not in _MAY_SUCCEED_LATER


def mark_known(rows: Iterable[DocumentReport], before: Mapping[str, Failure], strict: bool) -> list[DocumentReport]:
    """Mark the failures that are known.

    Args:
        rows: The documents of a run.
        before: The failures of earlier runs, by URL.
        strict: Only acknowledged failures are tolerated.
    """
    marked = []
    for row in rows:
        earlier = before.get(row.url)
        if row.has_failed and earlier is not None and earlier.fingerprint == row.fingerprint:
            known = (row.lasting and not strict) or earlier.acknowledged
            row = replace(row, known_since=earlier.since, known=known, acknowledged=earlier.acknowledged)
        marked.append(row)
    return marked


def failures_of(
    rows: Sequence[DocumentReport], before: Mapping[str, Failure], attempted: Collection[str], time: str
) -> dict[str, Failure]:
    """Collect the failures to remember after a run.

    Args:
        rows: The documents of the run.
        before: The failures of earlier runs, by URL.
        attempted: URLs that this run has fetched. A failed fetch of another document is remembered as it was.
        time: Time of the run.
    """
    failures = {}
    for row in rows:
        earlier = before.get(row.url)
        if row.has_failed and row.fingerprint:
            failures[row.url] = Failure(
                row.fingerprint,
                row.file,
                row.stage or "",
                row.reason or "",
                row.known_since or time,
                row.acknowledged,
            )
        elif earlier is not None and earlier.stage == "fetch" and row.url not in attempted:
            failures[row.url] = earlier
    return failures


def drop(processed: Path, urls: Collection[str]) -> None:
    """Remove the failures of documents that were forgotten.

    Raises:
        RootError: The file cannot be written.
    """
    save(processed, {url: failure for url, failure in load(processed).items() if url not in urls})


class NoSuchFailure(Exception):
    """No document with this name has failed. The message is one sentence."""


def acknowledge(processed: Path, names: Sequence[str]) -> list[Failure]:
    """Mark failures as acknowledged, as long as the bytes and the code stay the same.

    Args:
        processed: The folder ``processed``.
        names: URLs or file names of documents that failed in the last run.

    Returns:
        The acknowledged failures.

    Raises:
        NoSuchFailure: A name selects no failure; nothing is changed.
        RootError: The file cannot be written.
    """
    failures, found = load(processed), []
    for name in names:
        urls = [url for url, failure in failures.items() if name in (url, failure.file)]
        if not urls:
            known = ", ".join(sorted(failure.file for failure in failures.values())) or "none"
            raise NoSuchFailure(f"{name}: did not fail in the last run; documents that failed: {known}")
        found += urls
    failures |= {url: replace(failures[url], acknowledged=True) for url in found}
    save(processed, failures)
    return [failures[url] for url in dict.fromkeys(found)]
