"""The report of a run. It is published as report.json and shown by the command line and as Prefect artifacts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from aisi_ingest.fetch.listings import Fetched
from aisi_ingest.model import Issue
from aisi_ingest.pipeline.jobs import DocumentOutcome, PairOutcome
from aisi_ingest.publish.publication import Release
from aisi_ingest.storage.files import RootError, atomic_write, checksum_matches, with_checksum

_FILE = "run.json"
_LOG = logging.getLogger(__name__)

State = Literal["processed", "unchanged", "failed", "refused", "withdrawn"]


class DocumentReport(Struct, frozen=True):
    """The outcome of one document in a run."""

    file: str
    url: str
    state: State
    sha256: str | None = None
    id: str | None = None  # in the release
    reason: str | None = None  # for failed and refused: one sentence
    issues: tuple[Issue, ...] = ()
    seconds: dict[str, float] = {}  # by stage, wall clock; 0: the output was up to date
    memory: dict[str, int] = {}  # by computed stage: peak memory of its process, bytes
    stage: str | None = None  # for failed and refused: the stage that failed
    fingerprint: str | None = None  # for failed and refused: equal for the same failure (``failures``)
    lasting: bool = False  # for failed and refused: another attempt would fail as well
    known_since: str | None = None  # time of the first run that reported this failure: UTC, ISO 8601
    known: bool = False  # the failure is known, so the run does not fail because of it
    acknowledged: bool = False  # by a user

    @property
    def has_failed(self) -> bool:
        """True if the document failed or was refused."""
        return self.state in ("failed", "refused")


class StageCost(Struct, frozen=True):
    """The cost of a stage in a run, over all documents or pairs."""

    made: int  # number of documents or pairs that were not up to date
    seconds: float  # wall clock, summed up: with two workers at most twice the duration of the run
    memory: int | None = None  # peak memory of a process, bytes


class Report(Struct, frozen=True):
    """The report of a run."""

    began: str  # UTC, ISO 8601
    seconds: float
    documents: tuple[DocumentReport, ...]
    pairs: tuple[PairOutcome, ...]  # without the beads
    issues: tuple[Issue, ...]  # of the run: index pages, pairing, publishing
    release: Release | None
    nothing_changed: bool = False
    stages: dict[str, StageCost] = {}  # fetch, extract, tag, align
    repaired: str | None = None  # id of a release whose damaged files were put back

    @property
    def succeeded(self) -> bool:
        """True if every document and pair succeeded or failed in a known way, and no stage reported an error."""
        return not (
            any(document.has_failed and not document.known for document in self.documents)
            or any(issue.level == "error" for issue in (*self.issues, *(i for pair in self.pairs for i in pair.issues)))
            or (self.release and self.release.refused)
        )


def document_report(
    known: Fetched,
    attempt: Fetched | None,
    outcome: DocumentOutcome | None,
    fallback: DocumentOutcome | None,
    ids: Mapping[str, str],
) -> DocumentReport:
    """Report on one document.

    Args:
        known: The document as the ledger has it.
        attempt: The attempt of this run to fetch it, if there was one.
        outcome: The outcome of processing it, if it has bytes of its own.
        fallback: The outcome of processing an earlier content, if the latest one failed.
        ids: Document ids of the release, by sha256.
    """
    receipt = attempt.receipt if attempt else known.receipt
    published = fallback or outcome
    sha256 = published.listing.source.sha256 if published else None
    state = _state(known, attempt, outcome)
    reason = receipt.reason
    if state == "failed" and outcome is not None and not _attempt_failed(attempt):
        reason = "; ".join(issue.message for issue in outcome.issues if issue.level == "error")
    return DocumentReport(
        receipt.file or receipt.url,
        receipt.url,
        state,
        sha256,
        ids.get(sha256 or ""),
        reason,
        (*(attempt.issues if attempt else ()), *(outcome.issues if outcome else ())),
        outcome.seconds if outcome else {},
        outcome.memory if outcome else {},
        _failed_stage(state, attempt, outcome),
    )


def _failed_stage(state: State, attempt: Fetched | None, outcome: DocumentOutcome | None) -> str | None:
    """Return the stage in which a document failed."""
    if state not in ("failed", "refused"):
        return None
    if outcome is None or _attempt_failed(attempt):
        return "fetch"
    return next((issue.stage for issue in outcome.issues if issue.level == "error"), "extract")


def _attempt_failed(attempt: Fetched | None) -> bool:
    return attempt is not None and attempt.receipt.state in ("refused", "failed")


def _state(known: Fetched, attempt: Fetched | None, outcome: DocumentOutcome | None) -> State:
    """Decide the state of a document. A failed attempt to fetch it outweighs the outcome of processing."""
    receipt = attempt.receipt if attempt else known.receipt
    if attempt and receipt.state in ("refused", "failed"):
        return receipt.state
    if outcome is None:
        return "unchanged" if known.listing else "refused"
    if outcome.failed:
        return "failed"
    if receipt.state == "withdrawn":
        return "withdrawn"
    return "processed" if outcome.processed else "unchanged"


def stage_costs(documents: Sequence[DocumentReport], pairs: Sequence[PairOutcome]) -> dict[str, StageCost]:
    """Sum up the cost of each stage over all documents and pairs, including those that were stopped."""
    measured: dict[str, list[tuple[float, int | None]]] = {"extract": [], "tag": [], "align": []}
    for document in documents:
        for stage, seconds in document.seconds.items():
            if seconds:
                measured.setdefault(stage, []).append((seconds, document.memory.get(stage)))
    measured["align"] += [(pair.seconds, pair.memory) for pair in pairs if pair.seconds]
    return {
        stage: StageCost(
            len(each),
            round(sum(seconds for seconds, _ in each), 3),
            max((memory for _, memory in each if memory is not None), default=None),
        )
        for stage, each in measured.items()
    }


def save(processed: Path, report: Report) -> None:
    """Save the report of the last run as ``processed/run.json``, even if the run published nothing.

    The file is only a record. If it cannot be written, a warning is logged and the run is not affected.

    Args:
        processed: The folder ``processed`` of the root.
        report: The report.
    """
    try:
        atomic_write(processed / _FILE, with_checksum(msgspec.json.encode(report)) + b"\n")
    except RootError as error:
        _LOG.warning("%s", error)


def load_last(processed: Path) -> Report | None:
    """Load the report of the last run; None if there was no run or its report is damaged.

    Args:
        processed: The folder ``processed`` of the root.
    """
    try:
        line = (processed / _FILE).read_bytes()[:-1]
        return msgspec.json.decode(line, type=Report) if checksum_matches(line) else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
