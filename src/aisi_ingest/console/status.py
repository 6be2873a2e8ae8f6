"""The status of every document: its last attempt to fetch, the last run, and whether it is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.pipeline import report as run_report
from aisi_ingest.pipeline.report import DocumentReport, Report
from aisi_ingest.pipeline.selectors import document_ids
from aisi_ingest.storage.store import State, Store

_MINUTE_LENGTH = len("2026-11-22T03:17")


class DocumentStatus(Struct, frozen=True):
    """One document. Times are UTC, ISO 8601.

    Attributes:
        state: "published": the release has it as it was fetched last. "waiting": fetched, and in no release yet.
            "failed": it could not be fetched or processed. "refused": it is not a PDF or PPTX. "withdrawn": the index
            pages no longer list it. In the last three states, the release keeps the last good version.
    """

    source: str
    url: str
    file: str
    state: Literal["published", "waiting", "failed", "refused", "withdrawn"]
    last_seen: str  # the last attempt to fetch it
    last_changed: str | None  # the last attempt with new bytes
    last_good: str | None  # the last attempt with bytes that could be processed
    id: str | None = None  # in the latest release, which has its last good rows whatever the state
    reason: str | None = None
    stage: str | None = None  # of the failure


def document_statuses(root: Path) -> list[DocumentStatus]:
    """Return the status of every document ever seen, by source and address."""
    store = Store(root)
    published = document_ids(store.processed / "latest")
    report = run_report.load_last(store.processed)
    rows = {row.url: row for row in report.documents} if report else {}
    statuses = []
    for each in store.states():
        row = rows.get(each.url)
        # By the run's bytes where its own bytes are not published: they may have failed, and older ones are used.
        document_id = published.get(each.sha256 or "") or published.get((row.sha256 if row else None) or "")
        status = DocumentStatus(
            each.source,
            each.url,
            each.file,
            "waiting",
            each.last_seen,
            each.last_changed,
            _last_good(store, each, row, published),
            document_id,
            each.reason,
        )
        if each.state in ("failed", "refused", "withdrawn"):
            stage = None if each.state == "withdrawn" else "fetch"
            statuses.append(replace(status, state=each.state, stage=stage))
        else:
            statuses.append(_status_after_run(status, row, (each.sha256 or "") in published, report))
    return statuses


def _last_good(store: Store, state: State, row: DocumentReport | None, published: Mapping[str, str]) -> str | None:
    """Return the time of the last fetch whose bytes could be processed; None if none ever could."""
    history = store.ledger.history(state.url)
    processed = row.sha256 if row and row.sha256 and not (row.has_failed and row.sha256 == state.sha256) else None
    for receipt in history.versions if history else ():
        if receipt.sha256 in published or receipt.sha256 == processed:
            return receipt.time
    return None


def _status_after_run(
    status: DocumentStatus, row: DocumentReport | None, is_published: bool, report: Report | None
) -> DocumentStatus:
    """Return the status of a fetched document, by the last run and the latest release."""
    if row is not None and row.state in ("failed", "refused") and not is_published:
        reason = f"{row.reason} (acknowledged)" if row.acknowledged else row.reason
        return replace(status, state=row.state, reason=reason, stage=row.stage)
    if is_published or status.id:
        return replace(status, state="published")
    if row is not None and row.sha256 and report is not None:  # processed but not published: usually without a licence
        messages = (issue.message for issue in report.issues if row.id and issue.message.startswith(f"{row.id}:"))
        return replace(status, reason=next(messages, "processed, but not in the latest release"))
    return replace(status, reason="the next run processes it")


def source_summary(statuses: Sequence[DocumentStatus]) -> str:
    """Return one line about a source: the number of documents in each state, and the time of the last attempt.

    Args:
        statuses: The documents of one source; at least one.
    """
    states = Counter(each.state for each in statuses)
    counts = ", ".join(f"{count} {state}" for state, count in states.most_common())
    noun = "document" if len(statuses) == 1 else "documents"
    last_seen = to_minute(max(each.last_seen for each in statuses))
    return f"{statuses[0].source}: {len(statuses)} {noun}, {counts}; last seen {last_seen} UTC"


def to_minute(time: str | None) -> str | None:
    """Return an ISO 8601 time without seconds, for people to read."""
    return time[:_MINUTE_LENGTH].replace("T", " ") if time else None
