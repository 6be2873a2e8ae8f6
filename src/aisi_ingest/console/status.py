"""Where every document stands: what fetching knows of it, what the last run made of it, what is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.console import outline
from aisi_ingest.pipeline import report as run_report
from aisi_ingest.pipeline.report import DocumentReport, Report
from aisi_ingest.storage.store import Store


class DocumentStatus(Struct, frozen=True):
    """One document. Times are UTC, ISO 8601."""

    source: str
    url: str
    file: str
    state: Literal["published", "waiting", "failed", "refused", "withdrawn"]
    last_seen: str  # the last attempt to fetch it
    last_changed: str | None  # the last new bytes
    last_good: str | None  # the last attempt that ended well
    id: str | None = None  # in the latest release: its last good rows, whatever the state says
    reason: str | None = None


def of(root: Path) -> list[DocumentStatus]:
    """Every document ever seen, by source and address.

    ``published``: as it was fetched last. ``waiting``: fetched, and in no release yet. ``failed``: could not be
    fetched or processed; ``refused``: is not what it should be; ``withdrawn``: no longer listed. What stands in
    the release of those is what was good before.
    """
    place = Store(root)
    published = outline.published(place.processed / "latest")
    report = run_report.load_last(place.processed)
    rows = {row.url: row for row in report.documents} if report else {}
    out = []
    for each in place.states():
        row = rows.get(each.url)
        # By address where its own bytes are not published: they may have failed, and older ones stand in for them.
        identity = published.get(each.sha256 or "") or published.get((row.sha256 if row else None) or "")
        found = DocumentStatus(
            each.source,
            each.url,
            each.file,
            "waiting",
            each.last_seen,
            each.last_changed,
            each.last_good,
            identity,
            each.reason,
        )
        if each.state in ("failed", "refused", "withdrawn"):
            out.append(replace(found, state=each.state))
        else:
            out.append(_processed(found, row, (each.sha256 or "") in published, report))
    return out


def _processed(
    found: DocumentStatus, row: DocumentReport | None, published: bool, report: Report | None
) -> DocumentStatus:
    if row is not None and row.state in ("failed", "refused") and not published:
        return replace(found, state=row.state, reason=row.reason)
    if published or found.id:
        return replace(found, state="published")
    if row is not None and row.sha256 and report is not None:  # processed, and yet not there: its licence, mostly
        said = (issue.message for issue in report.issues if row.id and issue.message.startswith(f"{row.id}:"))
        return replace(found, reason=next(said, "processed, and not in the latest release"))
    return replace(found, reason="the next run processes it")


def told(rows: Sequence[DocumentStatus]) -> str:
    """A source in one line: how many documents in which state, and when it was asked last."""
    states = Counter(row.state for row in rows)
    counts = ", ".join(f"{count} {state}" for state, count in states.most_common())
    noun = "document" if len(rows) == 1 else "documents"
    return f"{rows[0].source}: {len(rows)} {noun}, {counts}; last seen {short(max(row.last_seen for row in rows))} UTC"


def short(time: str | None) -> str | None:
    """A time to the minute, as people read it."""
    return time[:16].replace("T", " ") if time else None
