"""What a run did, document by document: the value behind report.json, the terminal's lines and Prefect's artifacts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from aisi_ingest.fetch.source import Fetched
from aisi_ingest.model import Issue, Release
from aisi_ingest.pipeline.jobs import DocumentOutcome, PairOutcome
from aisi_ingest.storage import store
from aisi_ingest.storage.files import RootError, intact, summed

_FILE = "run.json"
_LOG = logging.getLogger(__name__)


class Row(Struct, frozen=True):
    """What became of one document in a run."""

    file: str
    url: str
    state: Literal["processed", "unchanged", "failed", "refused", "withdrawn"]
    sha256: str | None = None
    id: str | None = None  # in the release
    reason: str | None = None  # failed, refused: one sentence
    issues: tuple[Issue, ...] = ()
    seconds: dict[str, float] = {}  # by stage, wall clock; 0: fresh
    memory: dict[str, int] = {}  # by stage that was made: the most that its process held, bytes


class StageCost(Struct, frozen=True):
    """What a stage took in a run, over all documents or pairs."""

    made: int  # documents or pairs that were not fresh
    seconds: float  # wall clock, added up: with two workers at once up to twice the run's own
    memory: int | None = None  # the most that a process held, bytes


class Report(Struct, frozen=True):
    """What a run did: published as report.json, shown by the command line and the flows."""

    began: str  # UTC, ISO 8601
    seconds: float
    documents: tuple[Row, ...]
    pairs: tuple[PairOutcome, ...]  # without the beads
    issues: tuple[Issue, ...]  # of the run: index pages, pairing, publishing
    release: Release | None
    nothing_changed: bool = False
    stages: dict[str, StageCost] = {}  # fetch, extract, tag, align

    @property
    def succeeded(self) -> bool:
        """True only if every document and pair came through and no stage had an error."""
        return not (
            any(row.state in ("failed", "refused") for row in self.documents)
            or any(issue.level == "error" for issue in (*self.issues, *(i for pair in self.pairs for i in pair.issues)))
            or (self.release and self.release.refused)
        )


def row_of(
    each: Fetched,
    attempt: Fetched | None,
    outcome: DocumentOutcome | None,
    fallback: DocumentOutcome | None,
    ids: Mapping[str, str],
) -> Row:
    """What became of a document: by the attempt to fetch it, what its stages said, and what stands in for it."""
    receipt = attempt.receipt if attempt else each.receipt
    published = fallback or outcome
    sha256 = published.listing.source.sha256 if published else None
    issues = (*(attempt.issues if attempt else ()), *(outcome.issues if outcome else ()))
    reason = receipt.reason
    state: Literal["processed", "unchanged", "failed", "refused", "withdrawn"]
    if attempt and receipt.state in ("refused", "failed"):
        state = receipt.state
    elif outcome is None:
        state = "unchanged" if each.listing else "refused"
    elif outcome.failed:
        state = "failed"
        reason = "; ".join(issue.message for issue in outcome.issues if issue.level == "error")
    elif receipt.state == "withdrawn":
        state = "withdrawn"
    else:
        state = "processed" if outcome.made else "unchanged"
    return Row(
        receipt.file or receipt.url,
        receipt.url,
        state,
        sha256,
        ids.get(sha256 or ""),
        reason,
        issues,
        outcome.seconds if outcome else {},
        outcome.memory if outcome else {},
    )


def stage_costs(rows: Sequence[Row], pairs: Sequence[PairOutcome]) -> dict[str, StageCost]:
    """What each stage took, of what each document and pair took. Seconds of what was stopped count as well."""
    took: dict[str, list[tuple[float, int | None]]] = {"extract": [], "tag": [], "align": []}
    for row in rows:
        for stage, seconds in row.seconds.items():
            if seconds:
                took.setdefault(stage, []).append((seconds, row.memory.get(stage)))
    took["align"] += [(pair.seconds, pair.memory) for pair in pairs if pair.seconds]
    return {
        stage: StageCost(
            len(each),
            round(sum(seconds for seconds, _ in each), 3),
            max((memory for _, memory in each if memory is not None), default=None),
        )
        for stage, each in took.items()
    }


def keep(processed: Path, report: Report) -> None:
    """Keep what the last run did in ``processed/run.json``, also where it published nothing.

    A record only: where the disk refuses it, the run is what it was, and the log says so.
    """
    try:
        store.atomic_write(processed / _FILE, summed(msgspec.json.encode(report)) + b"\n")
    except RootError as error:
        _LOG.warning("%s", error)


def last(processed: Path) -> Report | None:
    """What the last run did; None where there was none, or its record is damaged."""
    try:
        line = (processed / _FILE).read_bytes()[:-1]
        return msgspec.json.decode(line, type=Report) if intact(line) else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
